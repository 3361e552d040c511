/** Made-up plans and jobs. */
import type {
  ApplyPlan,
  ApprovePlan,
  AskWhy,
  AuditPageView,
  AuditView,
  FixView,
  GetJobItems,
  JobItemView,
  JobProgressView,
  JobView,
  MakePlan,
  PlanPreviewView,
  ReasonView,
  UserView,
  WhyView,
} from "../src/ipc/generated/bindings";
import { bad, ok } from "./answers";

const ARN = "arn:aws:sts::123456789012:assumed-role/Operator/ada";
const EXPORTED = { written: 2, total: 2, ended: true, path: "/home/ada/Downloads/poolkeeper-users.csv", error: null };
const NO_CLIENT = "No app client was named.";
const MFA = "A second factor is required and there is none";
const NO_LISTING = "The pool requires a second factor. Which ones the user has, no listing tells.";
const FACTORS: FixView = {
  say: "Ask for the user's factors. The call may count them as active this month.",
  action: null,
  command: [],
  reveal: "AdminGetUser",
  effect: "mayBill",
  priceLow: "0.00",
  priceHigh: "0.015",
};
const unknown = (rule: string, title: string, cause: string): ReasonView => ({
  rule,
  title,
  verdict: "unknown",
  cause,
  evidence: [],
  fix: null,
  reply: null,
});
const NAMES: Record<string, string> = { disableUsers: "disable users", enableUsers: "enable users" };

/** Commands that plan on these people. `matching` finds those of a query. */
export function changeCommands(people: UserView[], matching: (query: string) => UserView[], changed: () => void) {
  const plans = new Map<string, { request: MakePlan; users: UserView[]; undoOf: string | null }>();
  const jobs: { view: JobView; items: JobItemView[] }[] = [];
  let next = 1;

  function preview(request: MakePlan, users: UserView[], undoOf: string | null): PlanPreviewView {
    const id = String(next++);
    plans.set(id, { request, users, undoOf });
    const after = request.wish.kind === "disableUsers" ? "no" : "yes";
    const irreversible = request.wish.kind === "deleteUsers";
    return {
      plan: id,
      action: NAMES[request.wish.kind] ?? request.wish.kind,
      active: users.length,
      skipped: {},
      first: users.slice(0, 20).map((user) => ({
        name: user.username,
        calls: [request.wish.kind],
        changes:
          request.wish.kind === "setAttributes"
            ? Object.entries(request.wish.attributes).map(([field, value]) => ({
                field,
                before: user.attributes[field] ?? null,
                after: value,
                waits: false,
                unseen: false,
              }))
            : request.wish.kind === "changeGroups"
              ? request.wish.join.map((group) => ({
                  field: "group",
                  before: null,
                  after: group,
                  waits: false,
                  unseen: false,
                }))
              : request.wish.kind === "arrangeGroups"
                ? request.wish.moves
                    .filter(({ username }) => username === user.username)
                    .flatMap(({ join, leave }) => [
                      ...join.map((group) => ({
                        field: "group",
                        before: null,
                        after: group,
                        waits: false,
                        unseen: false,
                      })),
                      ...leave.map((group) => ({
                        field: "group",
                        before: group,
                        after: null,
                        waits: false,
                        unseen: false,
                      })),
                    ])
                : [{ field: "enabled", before: after === "no" ? "yes" : "no", after, waits: false, unseen: false }],
      })),
      calls: [
        {
          category: "UserUpdate",
          operations: { AdminDisableUser: users.length },
          calls: users.length,
          perSecond: 12.5,
          quota: 25,
        },
      ],
      seconds: users.length / 12.5,
      messagesLow: 0,
      messagesHigh: 0,
      emails: 0,
      unreached: 0,
      mailsADay: null,
      mayBill: 0,
      undocumented: users.length,
      alreadyCounted: 0,
      priceLow: "0.00",
      priceLikely: null,
      priceHigh: (users.length * 0.015).toFixed(2),
      undo: [
        {
          undo: irreversible ? "impossible" : "exact",
          why: irreversible ? "sub, password and second factors are gone" : null,
          count: users.length,
        },
      ],
      irreversible,
      notes: [],
    };
  }

  function begin(plan: string): JobView {
    const { request, users, undoOf } = plans.get(plan) ?? { request: null, users: [], undoOf: null };
    const items = users.map((user, seq) => ({
      seq,
      name: user.username,
      sub: user.sub,
      state: "done",
      code: null,
      why: null,
      requestId: null,
      changes: [],
      differences: [],
    }));
    for (const user of users) {
      if (request?.wish.kind === "disableUsers") user.enabled = false;
      if (request?.wish.kind === "enableUsers") user.enabled = true;
    }
    const view: JobView = {
      id: `job-${plan}`,
      action: undoOf ? "undo" : (NAMES[request?.wish.kind ?? ""] ?? ""),
      state: "ended",
      counts: { queued: 0, sent: 0, done: items.length, failed: 0, unknown: 0, skipped: 0 },
      by: ARN,
      reason: null,
      undoOf,
      forGood: false,
      needsPassword: false,
      createdAt: new Date().toISOString(),
    };
    jobs.unshift({ view, items });
    changed();
    return view;
  }

  const outcome = (view: JobView, at: number): AuditView => ({
    seq: at + 1,
    at: view.createdAt,
    kind: "outcome",
    job: view.id,
    item: 0,
    who: ARN,
    pool: "",
    operation: "AdminDisableUser",
    outcome: "done",
    code: null,
    requestId: null,
    reason: null,
    planDigest: null,
    planCalls: {},
    name: null,
    sub: null,
    changes: [],
    hash: "",
  });

  return {
    makePlan: (request: MakePlan) => {
      const users =
        request.query !== null
          ? matching(request.query)
          : people.filter((user) => request.names.includes(user.username));
      const disables = request.wish.kind === "disableUsers";
      return ok(preview(request, disables ? users.filter((user) => user.enabled) : users, null));
    },
    planUndo: ({ id }: { id: string }) => {
      const job = jobs.find((candidate) => candidate.view.id === id);
      const users = people.filter((user) => job?.items.some((item) => item.name === user.username));
      return ok(preview({ wish: { kind: "enableUsers" }, query: null, names: [] }, users, id));
    },
    savePlan: () => ok({ path: "/home/ada/Downloads/poolkeeper-plan.csv" }),
    approvePlan: ({ plan, poolName }: ApprovePlan) => {
      const deletes = plans.get(plan)?.request.wish.kind === "deleteUsers";
      return deletes && !poolName
        ? bad<{ token: string }>("validation", "Type the name of the pool: this cannot be taken back.", {
            field: "poolName",
          })
        : ok({ token: plan });
    },
    makePassword: () => ok({ value: `Fits-${String(next++)}-${"x".repeat(33)}` }),
    applyPlan: ({ token }: ApplyPlan) => ok(begin(token)),
    unlockChanges: () => ok(null),
    lockChanges: () => ok(null),
    listJobs: () => ok(jobs.map((job) => job.view)),
    followJobs: () =>
      ok(jobs.map(({ view }): JobProgressView => ({ id: view.id, phase: "ended", why: null, counts: view.counts }))),
    getJobItems: ({ id, state }: GetJobItems) =>
      ok(
        (jobs.find((job) => job.view.id === id)?.items ?? []).filter((item) => state === null || item.state === state),
      ),
    pauseJob: () => ok(null),
    resumeJob: () => ok(null),
    giveUpJob: () => ok(null),
    saveJob: () => ok({ path: "/home/ada/Downloads/poolkeeper-job.csv" }),
    askWhy: ({ username, clientId, look }: AskWhy) =>
      ok<WhyView>({
        username,
        asked: true,
        listedAt: new Date().toISOString(),
        syncedAt: null,
        pricesUnknown: null,
        reasons: [
          ...(clientId ? [] : [unknown("flow-not-allowed", "The app client does not allow the flow", NO_CLIENT)]),
          ...(clientId ? [] : [unknown("client-secret", "The client’s secret is missing", NO_CLIENT)]),
          ...(look ? [] : [{ ...unknown("mfa-without-factor", MFA, NO_LISTING), fix: FACTORS }]),
        ],
      }),
    startExport: () => ok(EXPORTED),
    getExport: () => ok(EXPORTED),
    cancelExport: () => ok(null),
    listAudit: () => ok<AuditPageView>({ records: [], earlier: null, unreadable: 0 }),
    getPersonAudit: ({ username }: { username: string }) => {
      const about = ({ view, items }: (typeof jobs)[number]) =>
        items.filter(({ name }) => name === username).map(() => view);
      return ok<AuditPageView>({ records: jobs.flatMap(about).map(outcome), earlier: null, unreadable: 0 });
    },
    saveAudit: () => ok({ path: "/home/ada/Downloads/poolkeeper-audit.jsonl", unreadable: 0 }),
    verifyAudit: () => ok({ valid: true, records: 0, head: "", faults: [] }),
  };
}
