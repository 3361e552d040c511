/** Made-up looks at one person and files of people. */
import type {
  CheckImport,
  CheckedImportView,
  ColumnView,
  ImportView,
  LookAt,
  PriceLooks,
  LookView,
  PlanPreviewView,
  Result,
  RevealPriceView,
  SignInEventView,
  WireError,
} from "../src/ipc/generated/bindings";
import { bad, ok } from "./answers";

const OPERATIONS = {
  secondFactors: "AdminGetUser",
  devices: "AdminListDevices",
  signIns: "AdminListUserAuthEvents",
} as const;

const event = (id: string, response: string, risk: string): SignInEventView => ({
  id,
  kind: "SignIn",
  at: "2026-11-20T10:00:00Z",
  response,
  risk,
  compromised: false,
  ip: "203.0.113.7",
  place: "Oslo, Norway",
  device: "Firefox, Linux",
  feedback: null,
});

/** Commands that look at one person. Whom they were about once is counted. */
export function lookCommands() {
  const counted = new Set<string>();
  return {
    priceLook: ({ username, what }: LookAt) =>
      ok<RevealPriceView>({
        operation: OPERATIONS[what],
        effect: counted.has(username) ? "alreadyCounted" : "mayBill",
        priceLow: "0.00",
        priceLikely: null,
        priceHigh: "0.015",
        refused: null,
      }),
    priceLooks: ({ users, what }: PriceLooks) =>
      ok<RevealPriceView>({
        operation: OPERATIONS[what],
        effect: "mayBill",
        priceLow: "0.00",
        priceLikely: null,
        priceHigh: String(0.015 * users),
        refused: null,
      }),
    lookAt: ({ username, what, next }: LookAt) => {
      counted.add(username);
      if (what === "secondFactors") {
        return ok<LookView>({ kind: what, on: ["SOFTWARE_TOKEN_MFA", "SMS_MFA"], preferred: "SOFTWARE_TOKEN_MFA" });
      }
      if (what === "devices") return ok<LookView>({ kind: what, devices: [{ key: "eu-west-1_device", name: null }] });
      // The page after begins with the event that the one before ended with, as lists that grow do.
      const events = next
        ? [event("second", "Pass", "NoRisk"), event("third", "Pass", "NoRisk")]
        : [event("first", "Fail", "AccountTakeover"), event("second", "Pass", "NoRisk")];
      return ok<LookView>({ kind: "signIns", events, next: next ? null : "more" });
    },
  };
}

const COLUMNS: ColumnView[] = [
  { name: "Badge", target: "-" },
  { name: "email", target: "email" },
];

/** Commands of an import: a file of two rows, one of them good, whose user names stand in the column "Badge". */
export function importCommands(planned: () => Promise<Result<PlanPreviewView, WireError>>) {
  let done: ImportView | null = null;
  let atAws = [{ id: "import-0", name: "last spring", status: "InProgress", running: true }];
  return {
    chooseImport: () => ok<string | null>("people.csv"),
    guessImportColumns: () => ok(COLUMNS),
    checkImport: ({ columns }: CheckImport) => {
      const used = columns ?? COLUMNS;
      if (!used.some(({ target }) => target === "username")) {
        return bad<CheckedImportView>("validation", "Say which column is the user name.", { field: "mapping" });
      }
      return ok<CheckedImportView>({
        id: "checked",
        columns: used,
        rows: 2,
        good: 1,
        problems: [{ line: 3, column: "email", message: "This is no e-mail address." }],
        problemCount: 1,
        against: [],
        notes: [],
        first: [{ username: "ada", attributes: { email: "ada@postbox.example" }, groups: ["beta"] }],
      });
    },
    followImportCheck: () => ok<number | null>(2),
    saveImportProblems: () => ok({ path: "/home/ada/Downloads/poolkeeper-import-problems.csv" }),
    cancelImportCheck: () => ok(null),
    planImport: planned,
    startImport: () => {
      done = {
        phase: "ended",
        total: 1,
        job: "import-1",
        status: "Succeeded",
        imported: 0,
        skipped: 1,
        failed: 0,
        message: null,
        unknown: 1,
        logGroup: "/aws/cognito/userpools/pool/customers",
        logStream: "import-1/poolkeeper",
        error: null,
      };
      return ok(done);
    },
    getImport: () => ok(done),
    listImports: () =>
      ok(
        atAws.map((one) => ({
          ...one,
          imported: 12,
          skipped: 1,
          failed: 0,
          logGroup: "/aws/cognito/userpools/eu-west-1_A/people",
          logStream: `${one.id}/${one.name}`,
        })),
      ),
    stopImport: ({ id }: { id: string }) => {
      atAws = atAws.map((one) => (one.id === id ? { ...one, status: "Stopped", running: false } : one));
      return ok(null);
    },
  };
}
