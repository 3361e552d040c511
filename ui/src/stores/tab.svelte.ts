import { SvelteMap } from "svelte/reactivity";
import { keyWhere, where } from "../frame/where";
import {
  about,
  backend,
  Failure,
  failure,
  type ConnectedView,
  type ConnectionIdView,
  type Environment,
  type FreshnessView,
  type GroupView,
  type OpenPoolView,
  type RecentPoolView,
  type StatusView,
  type SyncProgressView,
} from "../ipc/client";
import { LabTable } from "./lab.svelte";
import type { PastedText } from "./lists";
import type { Scrolled } from "./scrolls";

/** What stands in the search box beside what the address says: it was not searched for yet, or cannot be. */
export interface Unsearched {
  /** The query of the address then. */
  query: string;
  /** The terms that were done, and what was being typed behind them. */
  committed: string;
  typed: string;
}

/** A connection that waits for `aws sso login`. */
export interface SignIn {
  connection: ConnectionIdView;
  command: string;
  message: string;
  /** What to do once the credentials work. */
  resume: () => Promise<void>;
}

const RUNNING = ["listing", "groups", "members", "verifying", "sweeping", "waiting"];

/** A pool that is open in the window: what is known of it, and where a person is in it. */
export class Tab {
  /** Its name. Foreign text. */
  name = $state("");
  environment = $state<Environment>("development");
  /** Region and account, in words. */
  where = $state("");
  /** How AWS is reached; `null` where nobody knows. */
  connection = $state.raw<ConnectionIdView | null>(null);
  connected = $state.raw<ConnectedView | null>(null);
  /** `null` for a tab of the last time that nobody has gone to yet. */
  open = $state.raw<OpenPoolView | null>(null);
  freshness = $state.raw<FreshnessView | null>(null);
  groups = $state.raw<GroupView[]>([]);
  status = $state.raw<StatusView | null>(null);
  progress = $state.raw<SyncProgressView | null>(null);
  /** Why the last sync ended early, with its code and IAM action. */
  syncFailure = $state.raw<Failure | null>(null);
  /** The sign-in that its sync needs, until somebody closes it. */
  signIn = $state.raw<SignIn | null>(null);
  /** The sign-in that a sync waits for, once it was shown. */
  waitsFor = $state.raw<SignIn | null>(null);
  /** Tells that its rows changed. */
  changed: () => void = () => undefined;

  readonly syncing = $derived(this.progress !== null && RUNNING.includes(this.progress.phase));
  /** Whether nothing can be changed until Production is unlocked. */
  readonly locked = $derived(this.status?.readOnly ?? this.open?.readOnly ?? this.environment === "production");
  /** How far a sync has come, in hundredths; `null` while nobody can say. */
  readonly percent = $derived.by(() => {
    const [users, all] = [this.progress?.users ?? 0, this.progress?.estimatedUsers ?? this.open?.pool.estimatedUsers];
    return all ? Math.min(99, Math.floor((users / all) * 100)) : null;
  });

  /** Page, search and inspector, as the address has them. */
  address = $state("#/users");
  scrolled: Scrolled[] = [];
  /** The row of the table that the keys are at. */
  row = 0;
  unsearched: Unsearched | null = null;
  /** Who is selected: username to e-mail address. */
  readonly selected = new SvelteMap<string, string | null>();
  readonly pasted: PastedText = { id: "", text: "" };
  readonly lab: LabTable;

  constructor(readonly key: string) {
    this.lab = new LabTable(key);
    this.where = keyWhere(key);
  }

  /** Takes over what is known of a pool that was opened before. */
  learn(known: RecentPoolView): void {
    this.name = known.poolName;
    this.environment = known.environment;
    this.connection = known.connection;
  }

  /** Takes over the pool as it is now. */
  take(open: OpenPoolView): void {
    this.open = open;
    this.name = open.pool.name || open.poolKey.split("/").at(-1) || "";
    this.environment = open.environment;
    this.freshness = open.freshness;
    this.groups = open.groups;
    if (!open.connection) return;
    this.connected = open.connection;
    this.connection = open.connection.connection;
    this.where = where(open.connection);
  }

  /** It was opened: what was going on before is over, also in the backend. */
  begin(open: OpenPoolView): void {
    this.lab.leave();
    this.status = this.progress = this.syncFailure = this.signIn = this.waitsFor = null;
    this.take(open);
  }

  async sync(): Promise<void> {
    this.syncFailure = null;
    try {
      await about(this.key, () => backend.startSync());
      await this.look();
    } catch (thrown) {
      this.#failed(failure(thrown));
    }
  }

  /** Asks how it stands: quotas, the lock, a sync. */
  async look(): Promise<void> {
    const status = await about(this.key, () => backend.getStatus());
    this.status = status;
    if (status.sync) this.progressed(status.sync);
    else if (this.syncing || this.progress?.phase === "paused") {
      // Nobody has said how the sync ended that ran: the pool itself tells where it stands.
      this.progress = null;
      this.changed();
    }
  }

  /** Reads how fresh it is, and its groups. */
  async refresh(): Promise<void> {
    const [{ freshness }, groups] = await about(this.key, () =>
      Promise.all([backend.getOverview(), backend.listGroups()]),
    );
    this.freshness = freshness;
    this.groups = groups;
  }

  progressed(progress: SyncProgressView): void {
    const was = this.progress?.phase;
    this.progress = progress;
    this.#waits(progress);
    if (progress.phase === was) return;
    if (progress.phase === "done" || progress.phase === "failed") {
      this.changed();
      if (progress.phase === "failed" && progress.error) this.#failed(new Failure(progress.error));
    }
  }

  /** Credentials ran out: asks for a sign-in, unless it does so already. */
  expired(command: string | null, message: string, resume = () => this.sync()): void {
    const connection = this.connection;
    if (!connection || this.signIn) return;
    const login = command ?? (connection.profile ? `aws sso login --profile ${connection.profile}` : "aws sso login");
    this.signIn = { connection, command: login, message, resume };
  }

  /** Shows the command again that its sync waits for. */
  showSignIn(): void {
    this.signIn ??= this.waitsFor;
  }

  /** Asks for a sign-in once for each wait, and no longer when the sync goes on by itself. */
  #waits(progress: SyncProgressView): void {
    const command = progress.phase === "waiting" ? progress.error?.ssoLogin : null;
    if (command && !this.waitsFor) {
      this.expired(command, progress.error?.message ?? "", () => this.look());
      this.waitsFor = this.signIn;
    } else if (!command && this.waitsFor) {
      if (this.signIn === this.waitsFor) this.signIn = null;
      this.waitsFor = null;
    }
  }

  #failed(cause: Failure): void {
    if (cause.detail.code === "cancelled") return;
    this.syncFailure = cause;
    if (cause.detail.ssoLogin) this.expired(cause.detail.ssoLogin, cause.message);
  }
}
