/**
 * A made-up backend for `vite dev`, the pictures and the unit tests. Never part of the built app.
 * `?fake=` chooses what goes wrong: empty, denied, offline, partial, hostile, locked, sso, broken, few, none,
 * recent, reading, waits (a sync whose sign-in expired), away (a sync without network).
 */
import type {
  AnswerChallenge,
  AppInfoView,
  ConnectedView,
  ConnectionIdView,
  ExchangeToken,
  FlowKind,
  JudgeAcceptance,
  LabDeed,
  LabErrand,
  OpenPoolView,
  PreviewTokens,
  Result,
  SearchView,
  SettingsPatch,
  SettingsView,
  SortView,
  StartSignIn,
  SyncProgressView,
  TokenKind,
  UserRow,
  MeantView,
  UserView,
  WireError,
} from "../src/ipc/generated/bindings";
import { aimed } from "../src/ipc/about";
import { bad, ok } from "./answers";
import { beyondCommands } from "./beyond";
import { poolCommands } from "./pool";
import { changeCommands } from "./changes";
import { costCommands } from "./cost";
import { accepted, exchanged, foretold, IDENTITY_POOL } from "./aws";
import { compared, inspected, MadeUpSignIn } from "./lab";
import { importCommands, lookCommands } from "./looks";
import { GROUPS, LAST, makePeople } from "./people";
import { matches, parse, valueOf } from "./query";
import { viewCommands } from "./views";

export type * from "../src/ipc/generated/bindings";

const asked = new URLSearchParams(globalThis.location?.search ?? "");
export const mood = new Set((asked.get("fake") ?? "").split(","));
const NOW = Date.now();
const COUNT = mood.has("empty") ? 0 : mood.has("few") ? 40 : 4000;
const people: UserView[] = makePeople(COUNT, mood.has("hostile"));
const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

const heard: Record<string, ((event: { payload: never }) => void)[]> = {};
const tell = (name: string, payload: unknown) => heard[name]?.forEach((hear) => hear({ payload: payload as never }));
const event = <T>(name: string) => ({
  listen: async (hear: (event: { payload: T }) => void) => {
    (heard[name] ??= []).push(hear as never);
    return () => undefined;
  },
});

let protection: AppInfoView["protection"] = mood.has("locked")
  ? {
      kind: "locked",
      backend: null,
      message: "The keyring is locked and nobody unlocked it within 3 seconds.",
      fresh: false,
    }
  : { kind: "keyring", backend: "Secret Service", message: null, fresh: false };
let signedIn = !mood.has("sso");
let settings: SettingsView = {
  theme: (asked.get("theme") as SettingsView["theme"] | null) ?? "system",
  density: (asked.get("density") as SettingsView["density"] | null) ?? "comfortable",
  historyDays: 30,
  share: 0.5,
  lockMinutes: 15,
  pools: [],
  savedViews: [],
  tabs: [],
};
const info = (): AppInfoView => ({
  version: "0.1.0",
  protection,
  dataDir: "/home/ada/.local/share/dev.poolkeeper.desktop",
  zone: "Europe/Berlin",
  platform: "Linux x86_64",
  notices: [],
});

const id = (profile: string | null): ConnectionIdView => ({
  profile,
  region: null,
  endpoint: null,
  sandbox: profile === null,
});
const profile = (
  name: string,
  kind: "sso" | "keys" | "process",
  region: string,
  account: string,
  environment: "development" | "test" | "production",
) => ({
  id: id(name),
  name,
  kind,
  region,
  account,
  role: kind === "sso" ? "Operator" : null,
  endpoint: null,
  environment,
  lastUsed: null,
});
const pools = Array.from({ length: 14 }, (_, at) => ({
  id: `eu-west-1_Qm7Xk29f${String.fromCharCode(65 + at)}`,
  name: ["acme-customers", "acme-drivers", "internal-tools", "partners"][at] ?? `tenant-${at}`,
  tier: null,
  estimatedUsers: null,
  createdAt: "2021-03-04T09:00:00Z",
}));
const connected = (connection: ConnectionIdView): ConnectedView => ({
  connection,
  name: connection.sandbox ? "Sandbox" : (connection.profile ?? connection.endpoint ?? ""),
  account: connection.sandbox ? "000000000000" : "123456789012",
  arn: "arn:aws:sts::123456789012:assumed-role/Operator/ada",
  region: "eu-west-1",
  environment: connection.profile === "prod" ? "production" : connection.profile === "staging" ? "test" : "development",
  readOnly: connection.profile === "prod",
  pools: mood.has("none") ? [] : pools,
});

const partial = mood.has("partial") || mood.has("reading");
const freshness = () => ({
  users: mood.has("reading") || mood.has("denied") ? 0 : people.length,
  syncedAt:
    partial || mood.has("denied") ? null : new Date(NOW - (mood.has("offline") ? 17_340_000 : 180_000)).toISOString(),
  startedAt: partial ? new Date(NOW - 60_000).toISOString() : null,
  complete: !partial && !mood.has("denied"),
  swept: !partial && !mood.has("denied"),
  estimatedUsers: partial ? 5800 : people.length,
  groupsKnown: !partial,
});
const view = (connection: ConnectionIdView, poolId: string): OpenPoolView => ({
  poolKey: `aws/123456789012/eu-west-1/${poolId}`,
  connection: mood.has("offline") ? null : connected(connection),
  pool: {
    id: poolId,
    name: connection.sandbox
      ? "sandbox-customers"
      : (pools.find((pool) => pool.id === poolId)?.name ?? "acme-customers"),
    tier: "ESSENTIALS",
    estimatedUsers: people.length,
    schema: [
      "email",
      "name",
      "phone_number",
      "birthdate",
      "zoneinfo",
      "custom:tenant",
      "custom:plan",
      "custom:crm_id",
    ].map((name) => ({
      name,
      dataType: "String",
      mutable: name !== "custom:tenant",
      required: name === "email",
    })),
    usernameAttributes: ["email"],
    aliasAttributes: [],
    caseSensitive: false,
    mfa: "OPTIONAL",
    deletionProtection: true,
    createdAt: "2021-03-04T09:00:00Z",
    modifiedAt: "2026-10-04T09:00:00Z",
  },
  freshness: freshness(),
  fields: [
    "created",
    "custom:crm_id",
    "custom:plan",
    "custom:tenant",
    "email",
    "email_verified",
    "enabled",
    "group",
    "identities",
    "locale",
    "modified",
    "name",
    "phone_number",
    "status",
    "sub",
    "username",
    "zoneinfo",
  ],
  groups: GROUPS.map((name, precedence) => ({
    name,
    description: `People of ${name}`,
    precedence,
    roleArn: null,
    users: people.filter((user) => user.groups.includes(name)).length,
  })),
  environment: connected(connection).environment,
  readOnly: connected(connection).readOnly,
  offline: mood.has("offline"),
  history: true,
  notices: [],
});

let openKey = "";
/** The pools that are open, by their keys. */
const open = new Map<string, { view: OpenPoolView; progress: SyncProgressView | null }>();
/** The pool that is asked about now. */
const here = () => open.get(aimed());
const syncing = (phase: SyncProgressView["phase"], poolKey = openKey): SyncProgressView => ({
  poolKey,
  phase,
  reason: null,
  users: mood.has("reading") ? 600 : people.length,
  estimatedUsers: partial ? 5800 : people.length,
  pages: 67,
  requests: 68,
  throttled: 1,
  usersPerSecond: 412.4,
  etaSeconds: phase === "listing" ? 95 : null,
  share: 0.5,
  error: null,
});
function become(next: SyncProgressView) {
  const of = open.get(next.poolKey);
  if (of) of.progress = next;
  tell("sync-progress", next);
}

const EXPIRED: WireError = {
  code: "credentials_expired",
  message: "The SSO session of profile prod has expired.",
  field: null,
  retryAfterMs: null,
  requestId: null,
  iamAction: null,
  ssoLogin: "aws sso login --profile prod",
};
const waiting = (error: WireError | null): Partial<SyncProgressView> => ({
  reason: error?.message ?? "AWS cannot be reached. Check the network; this goes on by itself.",
  usersPerSecond: 0,
  error,
});

/** What unit tests make happen. */
export const stage = {
  /** Whether the rows have not come yet. */
  hidden: mood.has("reading") || mood.has("denied"),
  /** How long an answer takes, in milliseconds. */
  slow: 5,
  /** Why what a search finds may be wrong. */
  doubt: null as string | null,
  /** How many searches were asked for. */
  searches: 0,
  /** How many people there are said to be; those that there are come again and again. */
  said: null as number | null,
  /** Pages of rows that were asked for. */
  pages: [] as number[],
  signedIn: (now: boolean) => void (signedIn = now),
  sync: (phase: SyncProgressView["phase"], more: Partial<SyncProgressView> = {}) =>
    become({ ...syncing(phase), ...more }),
  expire: () => stage.sync("waiting", waiting(EXPIRED)),
  changed: () => tell("cache-changed", openKey),
  linked: () => tell("link-opened", null),
};

const changes = changeCommands(
  people,
  (query) => people.filter((user) => matches(user, parse(query).chips)),
  () => tell("cache-changed", openKey),
);
const signIn = new MadeUpSignIn();
const FLOWS: Record<string, FlowKind> = {
  USER_SRP_AUTH: "user",
  USER_PASSWORD_AUTH: "user",
  ADMIN_USER_PASSWORD_AUTH: "user",
  CUSTOM_AUTH: "user",
  REFRESH_TOKEN_AUTH: "refresh",
  authorization_code: "browser",
  client_credentials: "machine",
};
const CLIENTS = [
  { id: "5ce0tvq7m2h9d4j8s1b6k3r41qk", name: "web-shop" },
  { id: "7ab1xyq7m2h9d4j8s1b6k3r41qk", name: "mobile-app" },
];
let found: UserView[] = [];
const row = (user: UserView): UserRow => ({
  username: user.username,
  sub: user.sub,
  enabled: user.enabled,
  status: user.status,
  createdAt: user.createdAt,
  modifiedAt: user.modifiedAt,
  attributes: Object.fromEntries(
    Object.entries(user.attributes).map(([name, value]) => [
      name,
      value.length > 256 ? `${value.slice(0, 256)}…` : value,
    ]),
  ),
  groups: user.groups,
});
const DENIED = "The role Operator may not list users. It lacks cognito-idp:ListUsers on this pool.";

async function opened(connection: ConnectionIdView, poolId: string): Promise<Result<OpenPoolView, WireError>> {
  await pause(60);
  const opening = view(connection, poolId);
  openKey = opening.poolKey;
  open.set(openKey, { view: opening, progress: null });
  if (!settings.pools.some((pool) => pool.poolKey === openKey)) {
    settings = {
      ...settings,
      pools: [
        ...settings.pools,
        { poolKey: openKey, name: opening.pool.name, history: true, columns: [], favourite: false },
      ],
    };
  }
  return ok(opening);
}

const quota = (category: string, used: number, limit: number) =>
  aimed().endsWith("Sandbox01") ? { category, used, limit: null, share: 1 } : { category, used, limit, share: 0.5 };

export const commands = {
  getAppInfo: () => ok(info()),
  getSettings: () => ok(settings),
  updateSettings: (patch: SettingsPatch) => {
    const { columns, history, favourite, ...plain } = patch;
    const given = Object.fromEntries(Object.entries(plain).filter(([, value]) => value != null));
    settings = { ...settings, ...given };
    settings.pools = settings.pools.map((pool) => ({
      ...pool,
      columns: columns?.poolKey === pool.poolKey ? columns.columns : pool.columns,
      history: history?.poolKey === pool.poolKey ? history.on : pool.history,
      favourite: favourite?.poolKey === pool.poolKey ? favourite.on : pool.favourite,
    }));
    return ok(settings);
  },
  unlock: async ({ kind }: { kind: string; passphrase: string | null }) => {
    await pause(200);
    if (kind === "keyring") return bad<AppInfoView>("cache_unavailable", "The keyring is still locked.");
    protection = { kind: kind === "memory" ? "memory" : "passphrase", backend: null, message: null, fresh: false };
    return ok(info());
  },
  openLogsFolder: () => ok(null),
  getDiagnostics: () => ok("Poolkeeper 0.1.0"),
  eraseEverything: (_: { typed: string }) => ok(null),
  erasePool: (_: { poolKey: string }) => ok(null),
  erasePerson: (_: { username: string }) => ok(null),
  listConnections: () =>
    ok({
      profiles:
        mood.has("none") || mood.has("broken")
          ? []
          : [
              profile("prod", "sso", "eu-west-1", "123456789012", "production"),
              profile("staging", "sso", "eu-west-1", "210466107733", "test"),
              profile("dev", "keys", "eu-north-1", "339012845517", "development"),
              profile("audit", "process", "eu-west-1", "123456789012", "production"),
              {
                ...profile("local", "keys", "us-east-1", "000000000000", "development"),
                endpoint: "http://localhost:4566",
                account: null,
              },
            ],
      problem: mood.has("broken") ? "/home/ada/.aws/config, line 12: “[profile prod” has no closing bracket." : null,
      recent:
        mood.has("recent") || mood.has("offline")
          ? [
              {
                poolKey: "aws/123456789012/eu-west-1/eu-west-1_Qm7Xk29fA",
                connection: id("prod"),
                poolName: "acme-customers",
                where: "prod · eu-west-1",
                environment: "production" as const,
                users: 1204331,
                syncedAt: new Date(NOW - 5e6).toISOString(),
                favourite: true,
              },
              {
                poolKey: "aws/210466107733/eu-west-1/eu-west-1_Tt9",
                connection: id("staging"),
                poolName: "acme-staging",
                where: "staging · eu-west-1",
                environment: "test" as const,
                users: 8123,
                syncedAt: new Date(NOW - 5e8).toISOString(),
                favourite: false,
              },
              ...["billing", "partners", "drivers", "beta", "legacy", "internal"].map((name, at) => ({
                poolKey: `aws/339012845517/eu-north-1/eu-north-1_Dd${at}`,
                connection: id("dev"),
                poolName: `acme-${name}`,
                where: "dev · eu-north-1",
                environment: "development" as const,
                users: 120 * (at + 1),
                syncedAt: new Date(NOW - 6e8).toISOString(),
                favourite: false,
              })),
            ]
          : [],
    }),
  connect: async ({ connection }: { connection: ConnectionIdView }) => {
    await pause(60);
    if (!signedIn && connection.profile === "prod") {
      setTimeout(() => (signedIn = true), 6000);
      return bad<ConnectedView>("credentials_expired", "The SSO session of profile prod has expired.", {
        ssoLogin: "aws sso login --profile prod",
      });
    }
    return ok(connected(connection));
  },
  describePool: async ({ poolId }: { connection: ConnectionIdView; poolId: string }) => {
    await pause(20);
    const at = pools.findIndex((pool) => pool.id === poolId);
    const pool = pools[at];
    return pool
      ? ok({ ...pool, tier: at % 3 ? "ESSENTIALS" : "PLUS", estimatedUsers: 1204331 >> at })
      : bad<(typeof pools)[0]>("not_found", "There is no such pool.");
  },
  labelConnection: (_: { connection: ConnectionIdView; environment: string; label: string | null }) => ok(null),
  checkCredentials: (_: { connection: ConnectionIdView }) => ok(signedIn),
  openSandbox: () => opened(id(null), "local_Sandbox01"),
  resetSandbox: () => ok(null),
  openPool: ({ connection, poolId }: { connection: ConnectionIdView; poolId: string }) => opened(connection, poolId),
  openCachedPool: ({ poolKey }: { poolKey: string }) => opened(id("prod"), poolKey.split("/").at(-1) ?? ""),
  getOpenPool: () => ok(here()?.view ?? view(id(null), "local_Sandbox01")),
  closePool: () => {
    open.delete(aimed());
    return ok(null);
  },
  searchUsers: async ({ query, sort }: { query: string; sort: SortView }) => {
    stage.searches += 1;
    await pause(stage.slow);
    const parsed = parse(query);
    if (parsed.error)
      return bad<SearchView>("validation", parsed.error.message, {
        field: "query",
      });
    found = (stage.hidden ? [] : people).filter((user) => matches(user, parsed.chips));
    const sign = sort.descending ? -1 : 1;
    found.sort((a, b) => sign * valueOf(a, sort.field).localeCompare(valueOf(b, sort.field)));
    return ok({
      search: 1,
      rows: found.slice(0, 200).map(row),
      total: found.length <= 200 ? found.length : null,
      doubt: stage.doubt,
    });
  },
  countUsers: async (_: { search: number }) => {
    await pause(stage.slow);
    return ok(stage.said ?? found.length);
  },
  getRows: async ({ start, count }: { search: number; start: number; count: number }) => {
    stage.pages.push(start);
    await pause(20);
    if (stage.said === null) return ok(found.slice(start, start + count).map(row));
    const places = Array.from({ length: Math.min(count, stage.said - start) }, (_, at) => (start + at) % found.length);
    return ok(places.flatMap((place) => found.slice(place, place + 1)).map(row));
  },
  getUser: ({ username }: { username: string }) => {
    const user = people.find((candidate) => candidate.username === username);
    return user ? ok(user) : bad<UserView>("not_found", "The local copy has nobody of that user name.");
  },
  getTimeline: ({ username }: { username: string }) => {
    const user = people.find((candidate) => candidate.username === username);
    const at = (days: number) => new Date(NOW - days * 8.64e7).toISOString();
    const change = (
      kind: "added" | "field" | "groupAdded",
      on: number,
      since: number | null,
      name: string | null,
      before: string | null,
      after: string | null,
    ) => ({
      at: at(on),
      since: since === null ? null : at(since),
      kind,
      name,
      before,
      after,
    });
    return ok({
      state: mood.has("unreadable") ? ("unreadable" as const) : ("on" as const),
      message: mood.has("unreadable") ? "The history file was made with another key. It was left as it is." : null,
      days: 30,
      changes:
        !user || LAST.includes(username) || mood.has("few")
          ? []
          : [
              change("field", 2, 3, "custom:plan", "trial", user.attributes["custom:plan"] ?? null),
              change("groupAdded", 2, 3, "ops", null, null),
              change("field", 9, 10, "email", "old.name@postbox.example", user.attributes["email"] ?? null),
              change("added", 20, null, null, null, null),
            ],
    });
  },
  lookUp: ({ text }: { text: string }) => {
    const entries = [
      ...new Set(
        text
          .split(/[\n,;\t]/)
          .map((entry) => entry.trim())
          .filter(Boolean),
      ),
    ];
    const hit = (entry: string) =>
      people.filter((user) =>
        [user.username, user.sub, user.attributes["email"], user.attributes["phone_number"]].some(
          (value) => value?.toLowerCase() === entry.toLowerCase(),
        ),
      );
    return ok({ found: entries.flatMap(hit).map(row), missing: entries.filter((entry) => hit(entry).length === 0) });
  },
  whoIsMeant: ({ text }: { text: string }) => {
    const entries = text
      .split(/[\n,;\t]/)
      .map((entry) => entry.trim())
      .filter(Boolean);
    const hit = (entry: string) => {
      const called = (user: UserView) =>
        [user.username, user.sub, user.attributes["email"]].some((it) => it?.toLowerCase() === entry.toLowerCase());
      const exact = people.filter((user) => user.username === entry);
      return exact.length > 0 ? exact : people.filter(called);
    };
    const of = (number: (hits: number) => boolean) => entries.filter((entry) => number(hit(entry).length));
    return ok<MeantView>({
      found: of((hits) => hits === 1).map((entry) => ({ entry, username: hit(entry)[0]?.username ?? "" })),
      missing: of((hits) => hits === 0),
      ambiguous: of((hits) => hits > 1).map((entry) => ({ entry, usernames: hit(entry).map((user) => user.username) })),
    });
  },
  parseQuery: ({ query }: { query: string }) => ok(parse(query)),
  completeQuery: ({ query, cursor }: { query: string; cursor: number }) => {
    const start = query.lastIndexOf(" ", cursor - 1) + 1;
    const typed = query.slice(start, cursor);
    const all = [
      ...["status:", "email:", "name:", "group:", "created>", "enabled:", "custom:tenant=", "custom:plan:"].map(
        (insert) => ({ insert, label: insert, detail: null, kind: "field" }),
      ),
      ...["CONFIRMED", "UNCONFIRMED", "FORCE_CHANGE_PASSWORD", "EXTERNAL_PROVIDER"].map((name) => ({
        insert: `status:${name}`,
        label: `status:${name}`,
        detail: String(people.filter((user) => user.status === name).length),
        kind: "status",
      })),
      ...GROUPS.map((name) => ({ insert: `group:${name}`, label: `group:${name}`, detail: null, kind: "group" })),
    ];
    return ok({
      start,
      end: cursor,
      items: typed ? all.filter((item) => item.insert.startsWith(typed) && item.insert !== typed) : [],
    });
  },
  getOverview: () => {
    const tally = (values: string[]) => [
      ...values.reduce((counts, value) => counts.set(value, (counts.get(value) ?? 0) + 1), new Map<string, number>()),
    ];
    return ok({
      users: freshness().users,
      statuses: tally(people.map((user) => user.status)).map(([status, count]) => ({ status, count })),
      enabled: people.filter((user) => user.enabled).length,
      disabled: people.filter((user) => !user.enabled).length,
      groups: tally(people.flatMap((user) => user.groups)).map(([name, count]) => ({ name, count })),
      signUps: tally(people.map((user) => user.createdAt.slice(0, 7)))
        .sort()
        .map(([month, count]) => ({ month, count })),
      freshness: freshness(),
      estimatedUsers: people.length,
    });
  },
  startSync: async () => {
    if (mood.has("denied"))
      return bad<null>("access_denied", DENIED, {
        iamAction: "cognito-idp:ListUsers",
        requestId: "4be0c2d1-77aa-4f10-91aa",
      });
    if (mood.has("waits") || mood.has("away")) {
      signedIn = !mood.has("waits");
      stage.sync("waiting", waiting(mood.has("waits") ? EXPIRED : null));
      return ok(null);
    }
    const poolKey = aimed();
    become(syncing("listing", poolKey));
    if (!partial) setTimeout(() => become(syncing("done", poolKey)), 1500);
    return ok(null);
  },
  pauseSync: () => (become(syncing("paused", aimed())), ok(null)),
  resumeSync: () => (become(syncing("listing", aimed())), ok(null)),
  cancelSync: () => (become(syncing("done", aimed())), ok(null)),
  inspectTokens: async ({ text }: { text: string }) =>
    text.includes("unreachable")
      ? bad<ReturnType<typeof inspected>>("unreachable", "AWS cannot be reached. Check the network.")
      : ok(inspected(text)),
  compareTokens: ({ left, right }: { left: string; right: string }) => ok(compared(left, right)),
  judgeAcceptance: ({ demands }: JudgeAcceptance) => ok(accepted(demands.groups, demands.identityPools)),
  previewTokens: (request: PreviewTokens) =>
    request.username === "nobody"
      ? bad<ReturnType<typeof foretold>>("not_found", "The local copy has no such user. Check the user name, or sync.")
      : ok(foretold(request)),
  copyToken: () => ok(null),
  listIdentityPools: () => ok(mood.has("empty") ? [] : [{ id: IDENTITY_POOL.id, name: IDENTITY_POOL.name }]),
  describeIdentityPool: () => ok(IDENTITY_POOL),
  exchangeToken: (request: ExchangeToken) => ok(exchanged(request)),
  revealCredentials: () => ok({ value: "export AWS_ACCESS_KEY_ID=ASIAMADEUP" }),
  copyCredentials: () => ok(null),
  forgetCredentials: () => ok(null),
  listClients: () => ok(CLIENTS),
  describeClient: async ({ clientId }: { clientId: string }) => {
    await pause(20);
    const web = clientId.startsWith("5");
    const closed = (name: string) => `The app client does not allow it: add ALLOW_${name} to its authentication flows.`;
    return ok({
      id: clientId,
      name: web ? "web-shop" : "mobile-app",
      hasSecret: web,
      hidesUsers: true,
      scopes: ["openid", "email"],
      callback: web ? "http://localhost:3000/callback" : null,
      suggestedCallback: "http://localhost:8765/callback",
      logsOut: true,
      flows: Object.entries(FLOWS).map(([name, kind]) => ({
        name,
        kind,
        meaning: name === "USER_SRP_AUTH" ? "The password is proved and never sent (SRP)." : "Another way to sign in.",
        closed: name === (web ? "USER_PASSWORD_AUTH" : "USER_SRP_AUTH") ? closed(name) : null,
      })),
    });
  },
  startSignIn: async (request: StartSignIn) => {
    await pause(20);
    return ok(signIn.start(request));
  },
  answerChallenge: (request: AnswerChallenge) => ok(signIn.answer(request)),
  hostedSignIn: async () => {
    await pause(20);
    return ok(signIn.browse());
  },
  leaveBrowser: () => ok(null),
  replaySignIn: () => ok(signIn.answer({ kind: "text", value: "again", attributes: {} })),
  doInLab: (request: LabDeed) => ok(signIn.carryOut(request)),
  signOutInBrowser: () => ok(null),
  runErrand: (request: LabErrand) => ok(signIn.run(request)),
  writeRecording: ({ form }: { form: string }) =>
    ok({ text: `${form}: aws cognito-idp initiate-auth --cli-input-json '{"PASSWORD":"<PASSWORD>"}'` }),
  getLabMatrix: () =>
    ok(
      CLIENTS.map(({ id, name }, at) => ({
        id,
        name,
        cells: Object.keys(FLOWS).map((flow, column) => ({
          flow,
          standing: (["closed", "untried", "works", "fails"] as const)[(at + column) % 4] ?? "untried",
          why: (at + column) % 4 === 3 ? "The password is wrong." : "",
        })),
      })),
    ),
  enrolAuthenticator: () =>
    ok({ secret: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", qrSize: 3, qrPath: "M0 0h3v1h-3zM1 2h1v1h-1z" }),
  copyEnrolment: () => ok(null),
  verifyEnrolment: ({ code }: { code: string }) => ok(signIn.answer({ kind: "code", value: code, attributes: {} })),
  revealToken: ({ kind }: { kind: TokenKind }) => ok({ value: signIn.token(kind) }),
  inspectLabToken: async ({ kind }: { kind: TokenKind }) => {
    const [token] = inspected(signIn.token(kind));
    return token ? ok(token) : bad<ReturnType<typeof inspected>[0]>("precondition", "There is no such token.");
  },
  forgetSignIn: () => {
    signIn.view = null;
    return ok(null);
  },
  confirmSecrets: () => ok(null),
  showsSecrets: () => ok(null),
  forgetSecrets: () => {
    signIn.view = null;
    return ok(null);
  },
  ...costCommands(mood, people.length),
  ...changes,
  ...lookCommands(),
  ...beyondCommands(),
  ...poolCommands(),
  ...viewCommands(
    people,
    row,
    (listed) => (found = listed),
    () => ({ poolKey: openKey, name: "sandbox-customers" }),
  ),
  ...importCommands(() =>
    changes.makePlan({ wish: { kind: "disableUsers" }, query: null, names: [people[0]?.username ?? ""] }),
  ),
  listGroups: () => ok(view(id(null), aimed().split("/").at(-1) ?? "").groups),
  getStatus: () =>
    ok({
      quota: [quota("UserList", here()?.progress?.phase === "listing" ? 12 : 0, 30), quota("UserPoolRead", 1, 15)],
      mayBill: { billed: false, users: 0, tokenRequests: 0, low: "0.00", high: "0.00", ledgerWrites: 0 },
      sync: here()?.progress ?? null,
      readOnly: here()?.view.readOnly ?? false,
    }),
};

export const events = {
  syncProgress: event<SyncProgressView>("sync-progress"),
  cacheChanged: event<string>("cache-changed"),
  secretForgotten: event<string>("secret-forgotten"),
  linkOpened: event<null>("link-opened"),
  sessionExpired: event<{ poolKey: string; ssoLogin: string | null; message: string }>("session-expired"),
};
