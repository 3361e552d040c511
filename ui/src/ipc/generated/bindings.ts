// The wire between the window and the shell. Generated from Rust; do not edit.
import { invoke } from "@tauri-apps/api/core";
import { listen, type EventCallback } from "@tauri-apps/api/event";

export type Result<T, E> = { status: "ok"; data: T } | { status: "error"; error: E };

export type ErrorCode =
  | "validation"
  | "not_found"
  | "already_exists"
  | "precondition"
  | "access_denied"
  | "credentials_missing"
  | "credentials_expired"
  | "throttled"
  | "unreachable"
  | "cancelled"
  | "cache_unavailable"
  | "journal_unavailable"
  | "not_in_plan"
  | "internal";

export type WireError = {
  code: ErrorCode;
  message: string;
  field: string | null;
  retryAfterMs: number | null;
  requestId: string | null;
  iamAction: string | null;
  ssoLogin: string | null;
};

export type Environment = "development" | "test" | "production";
export type Theme = "system" | "light" | "dark";
export type Density = "comfortable" | "compact";

export type ProtectionKind = "keyring" | "keyFile" | "passphrase" | "memory" | "locked";
export type ProtectionView = { kind: ProtectionKind; backend: string | null; message: string | null };

export type AppInfoView = {
  version: string;
  protection: ProtectionView;
  dataDir: string;
  zone: string;
  platform: string;
  notices: string[];
};

export type SortView = { field: string; descending: boolean };
export type ColumnChoice = { field: string; width: number; pinned: boolean };
export type SavedViewView = { name: string; query: string; sort: SortView };
export type KnownPoolView = { poolKey: string; name: string; history: boolean; columns: ColumnChoice[] };
export type SettingsView = {
  theme: Theme;
  density: Density;
  historyDays: number;
  share: number;
  pools: KnownPoolView[];
  savedViews: SavedViewView[];
};
export type SettingsPatch = {
  theme?: Theme | null;
  density?: Density | null;
  historyDays?: number | null;
  share?: number | null;
  history?: { poolKey: string; on: boolean } | null;
  columns?: { poolKey: string; columns: ColumnChoice[] } | null;
};

export type UnlockKind = "keyring" | "passphrase" | "memory";
export type UnlockRequest = { kind: UnlockKind; passphrase: string | null };

export type ConnectionIdView = {
  profile: string | null;
  region: string | null;
  endpoint: string | null;
  sandbox: boolean;
};
export type ProfileKind = "keys" | "sso" | "assumeRole" | "process" | "webIdentity" | "environment" | "unknown";
export type ProfileView = {
  id: ConnectionIdView;
  name: string;
  kind: ProfileKind;
  region: string | null;
  account: string | null;
  role: string | null;
  endpoint: string | null;
  environment: Environment;
  lastUsed: string | null;
};
export type RecentPoolView = {
  poolKey: string;
  connection: ConnectionIdView;
  poolName: string;
  where: string;
  environment: Environment;
  users: number | null;
  syncedAt: string | null;
};
export type ConnectionsView = { profiles: ProfileView[]; problem: string | null; recent: RecentPoolView[] };

export type PoolLineView = {
  id: string;
  name: string;
  tier: string | null;
  estimatedUsers: number | null;
  createdAt: string | null;
};
export type ConnectedView = {
  connection: ConnectionIdView;
  name: string;
  account: string;
  arn: string;
  region: string;
  environment: Environment;
  readOnly: boolean;
  pools: PoolLineView[];
};

export type SchemaAttributeView = { name: string; dataType: string; mutable: boolean; required: boolean };
export type PoolView = {
  id: string;
  name: string;
  tier: string | null;
  estimatedUsers: number | null;
  schema: SchemaAttributeView[];
  usernameAttributes: string[];
  aliasAttributes: string[];
  caseSensitive: boolean | null;
  mfa: string | null;
  deletionProtection: boolean | null;
  createdAt: string | null;
  modifiedAt: string | null;
};
export type FreshnessView = {
  users: number;
  syncedAt: string | null;
  startedAt: string | null;
  complete: boolean;
  swept: boolean;
  estimatedUsers: number | null;
  groupsKnown: boolean;
};
export type GroupView = { name: string; description: string | null; precedence: number | null; roleArn: string | null; users: number };
export type OpenPoolView = {
  poolKey: string;
  connection: ConnectedView | null;
  pool: PoolView;
  freshness: FreshnessView;
  fields: string[];
  groups: GroupView[];
  environment: Environment;
  readOnly: boolean;
  offline: boolean;
  history: boolean;
  notices: string[];
};

export type UserRow = {
  username: string;
  sub: string | null;
  enabled: boolean;
  status: string;
  createdAt: string;
  modifiedAt: string;
  attributes: { [name in string]: string };
  groups: string[];
};
export type UserView = {
  username: string;
  sub: string | null;
  enabled: boolean;
  status: string;
  createdAt: string;
  modifiedAt: string;
  attributes: { [name in string]: string };
  groups: string[];
  raw: string;
};
export type SearchView = { search: number; rows: UserRow[]; total: number | null };
export type ChangeKind = "added" | "removed" | "field" | "groupAdded" | "groupRemoved" | "reappeared";
export type ChangeView = {
  at: string;
  since: string | null;
  kind: ChangeKind;
  name: string | null;
  before: string | null;
  after: string | null;
};
export type HistoryState = "on" | "off" | "unreadable";
export type TimelineView = { state: HistoryState; message: string | null; days: number; changes: ChangeView[] };
export type LookUpView = { found: UserRow[]; missing: string[] };
export type ChipView = {
  startUtf16: number;
  endUtf16: number;
  text: string;
  field: string | null;
  operator: string | null;
  value: string;
  negated: boolean;
};
export type SuggestionView = { label: string; replacement: string };
export type QueryErrorView = { startUtf16: number; endUtf16: number; message: string; suggestions: SuggestionView[] };
export type ParsedView = { chips: ChipView[]; error: QueryErrorView | null };
export type CompletionItemView = { insert: string; label: string; detail: string | null; kind: string };
export type CompletionView = { start: number; end: number; items: CompletionItemView[] };
export type OverviewView = {
  users: number;
  statuses: { status: string; count: number }[];
  enabled: number;
  disabled: number;
  groups: { name: string; count: number }[];
  signUps: { month: string; count: number }[];
  freshness: FreshnessView;
  estimatedUsers: number | null;
};

export type SyncPhase =
  | "listing"
  | "groups"
  | "members"
  | "verifying"
  | "sweeping"
  | "paused"
  | "waiting"
  | "done"
  | "failed";
export type SyncProgressView = {
  poolKey: string;
  phase: SyncPhase;
  reason: string | null;
  users: number;
  estimatedUsers: number | null;
  pages: number;
  requests: number;
  throttled: number;
  usersPerSecond: number;
  etaSeconds: number | null;
  share: number;
  error: WireError | null;
};
export type QuotaView = { category: string; used: number; limit: number; share: number };
export type StatusView = {
  quota: QuotaView[];
  mayBill: { users: number; low: string; high: string };
  sync: SyncProgressView | null;
};
export type SessionExpiredView = { ssoLogin: string | null; message: string };

async function call<T>(command: string, args?: Record<string, unknown>): Promise<Result<T, WireError>> {
  try {
    return { status: "ok", data: await invoke<T>(command, args) };
  } catch (error) {
    if (error instanceof Error) throw error;
    return { status: "error", error: error as WireError };
  }
}
const event = <T>(name: string) => ({ listen: (callback: EventCallback<T>) => listen<T>(name, callback) });

export const commands = {
  getAppInfo: () => call<AppInfoView>("get_app_info"),
  getSettings: () => call<SettingsView>("get_settings"),
  updateSettings: (request: SettingsPatch) => call<SettingsView>("update_settings", { request }),
  unlock: (request: UnlockRequest) => call<AppInfoView>("unlock", { request }),
  openLogsFolder: () => call<null>("open_logs_folder"),
  getDiagnostics: () => call<string>("get_diagnostics"),
  eraseEverything: (request: { typed: string }) => call<null>("erase_everything", { request }),
  erasePool: (request: { poolKey: string }) => call<null>("erase_pool", { request }),
  erasePerson: (request: { username: string }) => call<null>("erase_person", { request }),
  listConnections: () => call<ConnectionsView>("list_connections"),
  connect: (request: { connection: ConnectionIdView }) => call<ConnectedView>("connect", { request }),
  describePool: (request: { connection: ConnectionIdView; poolId: string }) =>
    call<PoolLineView>("describe_pool", { request }),
  labelConnection: (request: { connection: ConnectionIdView; environment: Environment; label: string | null }) =>
    call<null>("label_connection", { request }),
  checkCredentials: (request: { connection: ConnectionIdView }) => call<boolean>("check_credentials", { request }),
  openSandbox: () => call<OpenPoolView>("open_sandbox"),
  resetSandbox: () => call<null>("reset_sandbox"),
  openPool: (request: { connection: ConnectionIdView; poolId: string }) => call<OpenPoolView>("open_pool", { request }),
  openCachedPool: (request: { poolKey: string }) => call<OpenPoolView>("open_cached_pool", { request }),
  closePool: () => call<null>("close_pool"),
  searchUsers: (request: { query: string; sort: SortView }) => call<SearchView>("search_users", { request }),
  countUsers: (request: { search: number }) => call<number>("count_users", { request }),
  getRows: (request: { search: number; start: number; count: number }) => call<UserRow[]>("get_rows", { request }),
  getUser: (request: { username: string }) => call<UserView>("get_user", { request }),
  getTimeline: (request: { username: string }) => call<TimelineView>("get_timeline", { request }),
  lookUp: (request: { text: string }) => call<LookUpView>("look_up", { request }),
  parseQuery: (request: { query: string }) => call<ParsedView>("parse_query", { request }),
  completeQuery: (request: { query: string; cursor: number }) => call<CompletionView>("complete_query", { request }),
  getOverview: () => call<OverviewView>("get_overview"),
  startSync: () => call<null>("start_sync"),
  pauseSync: () => call<null>("pause_sync"),
  resumeSync: () => call<null>("resume_sync"),
  cancelSync: () => call<null>("cancel_sync"),
  getStatus: () => call<StatusView>("get_status"),
};

export const events = {
  syncProgress: event<SyncProgressView>("sync-progress"),
  cacheChanged: event<null>("cache-changed"),
  sessionExpired: event<SessionExpiredView>("session-expired"),
};
