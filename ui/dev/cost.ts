/** Made-up costs for `vite dev` and the unit tests. The arithmetic is only near enough to look at. */
import type {
  ActivityView,
  AskPlans,
  BillingView,
  DormantView,
  ImportedActivityView,
  LedgerView,
  MetricsPriceView,
  MetricsReadView,
  MonthView,
  PlansView,
  PlanView,
  PricesView,
  SetBilled,
} from "../src/ipc/generated/bindings";
import { bad, ok } from "./answers";

const PLANS = ["lite", "essentials", "plus", "legacy"] as const;
const PRICES = [0.0055, 0.015, 0.02, 0.0055];
const FREE = [10_000, 10_000, 0, 50_000];
const table = {
  name: "Poolkeeper's price table",
  version: "2026-11-22",
  readOn: "2026-09-06",
  ageDays: 77,
  builtIn: true,
  region: "eu-west-1",
};
const money = (amount: number) => amount.toFixed(2);
const total = (at: number, users: number) => Math.max(0, users - (FREE[at] ?? 0)) * (PRICES[at] ?? 0);

export function costCommands(mood: Set<string>, people: number) {
  let billed: ActivityView["billed"] = null;
  let imported = false;
  let billing: BillingView = { legacy: null, advancedSecurity: false, others: null, othersPlan: null };
  const scale = mood.has("few") || mood.has("empty") ? 1 : 50;
  const month = (name: string, users: number, kind: string): MonthView => ({
    users: { month: name, low: Math.round(users * 0.83), likely: users, high: Math.round(users * 1.17), evidence: [] },
    kind,
    confidencePercent: kind === "forecast" && name === "2026-11" ? 71 : null,
  });
  const now = people * scale;
  const activity = (): ActivityView => ({
    over: false,
    users: {
      month: "2026-11",
      low: billed?.users ?? Math.round(now * 0.83),
      likely: billed?.users ?? now,
      high: billed?.users ?? Math.round(now * 1.17),
      evidence: [
        {
          kind: "created",
          bound: "atLeast",
          users: Math.round(now * 0.83),
          says: "Users were created in 2026-11.",
          caveat: "12 more may have been imported, which makes nobody active.",
        },
        { kind: "changed", bound: "about", users: now, says: "Records changed.", caveat: null },
        { kind: "estimatedUsers", bound: "atMost", users: Math.round(now * 1.17), says: "The pool has.", caveat: null },
      ],
    },
    split: { direct: 3200, social: 300, federated: 400, linked: 100 },
    billedSplit: null,
    clients: [],
    clientEvents: [{ clientId: "1example23456789", events: 12_345 }],
    groups: [{ group: "admins", members: 12, changed: 3 }],
    imported,
    tokenRequests: null,
    billed,
    missing: [
      {
        what: "CloudWatch's sums are unknown: they need cloudwatch:GetMetricData.",
        remedy: "They count events and not users.",
        iamAction: "cloudwatch:GetMetricData",
      },
    ],
    policy: JSON.stringify({ Version: "2012-10-17" }, null, 2),
    plan: billing.legacy || mood.has("guarded") ? "legacy" : mood.has("lite") ? "lite" : "essentials",
    billing,
    advancedSecurity: billing.advancedSecurity || mood.has("guarded"),
    syncedAt: "2026-11-22T09:00:00Z",
  });
  const plan = (at: number, ask: AskPlans): PlanView => {
    const likely = total(at, ask.likely ?? ask.low);
    const parts = [
      { kind: "users", amount: money(likely) },
      { kind: "federated", amount: money(((ask.federatedPermille ?? 100) / 1000) * ask.low * 0.015) },
      { kind: "tokens", amount: money(ask.m2m * 0.00225) },
      { kind: "extras", amount: money(ask.extraRate * 20) },
      { kind: "messages", amount: money(ask.sms * Number(ask.smsPrice ?? 0) + ask.emails * 0.0001) },
    ];
    const own = parts.reduce((sum, part) => sum + Number(part.amount), 0);
    return {
      plan: PLANS[at] ?? "lite",
      low: money(total(at, ask.low)),
      likely: (ask.linkedPermille ?? 25) > 0 ? null : money(likely),
      high: ask.high === null ? null : money(total(at, ask.high)),
      lines: [
        {
          what: "Users",
          quantity: ask.low,
          unitPrice: String(PRICES[at]),
          amount: money(likely),
          text: `= $${money(likely)}`,
        },
      ],
      total: money(own + total(1, ask.others ?? 0)),
      ownTotal: money(own),
      parts,
      assumptions: [],
      losses: at === 0 ? [{ feature: "Branding of managed login", used: "unknown", mustBeOffFirst: false }] : [],
      switchLow: PLANS[at] === ask.plan ? null : money(Math.min(likely, total(1, ask.low))),
      switchHigh: PLANS[at] === ask.plan ? null : money(Math.max(likely, total(1, ask.high ?? ask.low))),
    };
  };
  return {
    getActivity: (_: { month?: string | null }) => ok(activity()),
    getMonths: () =>
      ok(
        mood.has("few")
          ? [month("2026-11", now, "present")]
          : [
              ...Array.from({ length: 10 }, (_, at) =>
                month(`2026-${String(at + 1).padStart(2, "0")}`, Math.round(now * (0.7 + at * 0.03)), "over"),
              ),
              month("2026-11", now, "present"),
              month("2026-12", Math.round(now * 1.05), "forecast"),
            ],
      ),
    setBilled: ({ users, wholeAccount, besidesFree }: SetBilled) => {
      billed = users === null ? null : { users, wholeAccount, besidesFree, federated: null, tokenRequests: null };
      return ok(null);
    },
    tellBilling: (told: BillingView) => {
      billing = told;
      return ok(null);
    },
    importActivity: (_: { onlyPool: boolean; folder: boolean }) => {
      imported = true;
      return ok<ImportedActivityView | null>({ learnt: ["2026-11: 2,000 different active users."], problems: [] });
    },
    priceMetrics: () => ok<MetricsPriceView>({ metrics: 10, price: "0.0001" }),
    readMetrics: (_: { month?: string | null }) => {
      if (mood.has("denied")) {
        return bad<MetricsReadView>("access_denied", "AWS refused cloudwatch:GetMetricData.", {
          iamAction: "cloudwatch:GetMetricData",
        });
      }
      imported = true;
      return ok<MetricsReadView>({
        learnt: "2026-11: CloudWatch counts 12,345 sign-ins.",
        cost: { metrics: 10, price: "0.0001" },
      });
    },
    forgetImport: (_: { month?: string | null }) => {
      imported = false;
      return ok(null);
    },
    getPreparedQueries: (_: { month?: string | null }) =>
      ok([
        {
          runsOn: "Athena, CloudTrail",
          title: "Different active users",
          text: "SELECT count(DISTINCT sub)",
          notes: ["The table is that of the guide."],
        },
      ]),
    comparePlans: (ask: AskPlans) =>
      ok<PlansView>({
        plans: PLANS.map((_, at) => plan(at, ask)),
        soFar:
          ask.low === activity().users.low
            ? "2026-11 is not over: its users and their cost are of what was seen."
            : null,
        replicated: ask.replicated ?? false,
        taken: mood.has("guarded")
          ? ["The pool is on Lite with advanced security on, so the legacy price is taken."]
          : [],
        recommendation: [
          "By 2026-10, the last whole month of which enough is known; 2026-11 is not over.",
          "Lite would cost $400.00 to $900.00 less in such a month.",
        ],
        ahead: mood.has("few")
          ? []
          : ["2026-11", "2026-12"].map((name, at) => {
              const users = Math.round(now * (1 + at * 0.05));
              return {
                month: name,
                low: Math.round(users * 0.83),
                likely: users,
                high: Math.round(users * 1.17),
                confidencePercent: at === 0 ? 71 : null,
                costLow: money(total(1, Math.round(users * 0.83))),
                costLikely: money(total(1, users)),
                costHigh: money(total(1, Math.round(users * 1.17))),
              };
            }),
        others: (ask.others ?? 0) > 0 ? money(total(1, ask.others ?? 0)) : null,
        breakEven: [{ cheaper: "lite", dearer: "essentials", users: 10_001 }],
        steps: [{ plan: "lite", from: 10_001, before: "0.00", after: "0.0055" }],
        curve: Array.from({ length: 41 }, (_, at) => {
          const users = at * Math.max(500, Math.round((ask.low * 2) / 40));
          return {
            users,
            totals: PLANS.map((__, of) => money(total(of, users))),
            marginals: PLANS.map((__, of) => String(users >= (FREE[of] ?? 0) ? PRICES[of] : 0)),
          };
        }),
        priceTable: table,
      }),
    findDormant: ({ since }: { since: string }) =>
      /^\d{4}-\d\d-\d\d$/.test(since)
        ? ok<DormantView>({
            query: mood.has("many") ? null : `modified<${since}T00:00:00Z -sub="a-sub"`,
            users: 1234,
            called: mood.has("many") ? 1000 : 1,
            touching: PLANS.map((name, at) => ({
              plan: name,
              likely: money(1000 * (PRICES[at] ?? 0)),
              high: money(1234 * (PRICES[at] ?? 0)),
            })),
          })
        : bad<DormantView>("validation", "Write the day as 2026-08-01.", { field: "since" }),
    getLedger: ({ allPools }: { month?: string | null; allPools?: boolean }) =>
      ok<LedgerView>({
        month: "2026-11",
        users: allPools ? 2 : 1,
        tokenRequests: 0,
        low: "0.00",
        high: allPools ? "0.04" : "0.02",
        plansKnown: !allPools,
        calls: ["InitiateAuth", "RespondToAuthChallenge", "AdminGetUser", ...(allPools ? ["AdminGetUser"] : [])].map(
          (operation, at) => ({
            at: `2026-11-2${at}T09:00:00Z`,
            place: "aws",
            account: "123456789012",
            region: "eu-west-1",
            pool: at < 3 ? "eu-west-1_Qm7Xk29fA" : "eu-west-1_Other0001",
            person: "maria.keller",
            operation,
            effect: "mayBill",
            standing: ["first", "again", "counted", "first"][at] ?? null,
            attempt: 1,
            outcome: "done",
          }),
        ),
        elsewhere: 0,
        billed: true,
      }),
    getPrices: () =>
      ok<PricesView>({
        priceTable: table,
        figures: [
          {
            region: "us-east-1",
            what: "Essentials users",
            value: "0.015",
            sources: ["AWS, read on 2026-09-06"],
            note: null,
          },
        ],
        notes: [],
        json: "{}",
      }),
    choosePrices: () => ok<string | null>('{"format":1}'),
    setPrices: ({ json }: { json: string | null }) =>
      json === null || json.startsWith('{"format"')
        ? ok(null)
        : bad<null>("validation", "This price table is not used: it has no format.", { field: "prices" }),
    saveReport: ({ format }: { plans: AskPlans; format: string }) =>
      ok({ path: `/home/ada/Downloads/poolkeeper-cost-2026-11.${format}` }),
    saveTable: ({ name }: { name: string; head: string[]; rows: string[][] }) =>
      ok({ path: `/home/ada/Downloads/poolkeeper-${name}.csv` }),
  };
}
