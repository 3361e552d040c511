import { asking } from "../changes/asking.svelte";
import {
  backend,
  Failure,
  failure,
  on,
  type AppInfoView,
  type ConnectedView,
  type ConnectionIdView,
  type FreshnessView,
  type GroupView,
  type OpenPoolView,
  type SettingsPatch,
  type SettingsView,
  type StatusView,
  type SyncProgressView,
} from "../ipc/client";
import { setZone } from "../kit/time";
import { t } from "../strings/en";
import { changes } from "./changes.svelte";
import { jobs } from "./jobs.svelte";
import { lab } from "./lab.svelte";
import { lists } from "./lists";
import { overlays } from "./overlays.svelte";
import { people } from "./people.svelte";
import { route } from "./route.svelte";
import { secrets } from "./secrets.svelte";
import { selection } from "./selection.svelte";
import { toasts } from "./toasts.svelte";

/** A connection that waits for `aws sso login`. */
export interface SignIn {
  connection: ConnectionIdView;
  command: string;
  message: string;
  /** What to do once the credentials work. */
  resume: () => Promise<void>;
}

const STATUS_EVERY_MS = 2000;
const RUNNING = ["listing", "groups", "members", "verifying", "sweeping", "waiting"];

/** What is open: the app's own facts, the connection, the pool, its sync. */
class Session {
  info = $state.raw<AppInfoView | null>(null);
  settings = $state.raw<SettingsView | null>(null);
  connected = $state.raw<ConnectedView | null>(null);
  open = $state.raw<OpenPoolView | null>(null);
  freshness = $state.raw<FreshnessView | null>(null);
  /** The groups of the open pool, as the local copy has them. */
  groups = $state.raw<GroupView[]>([]);
  status = $state.raw<StatusView | null>(null);
  progress = $state.raw<SyncProgressView | null>(null);
  /** Why the last sync ended early, with its code and IAM action. */
  syncFailure = $state.raw<Failure | null>(null);
  /** What is being opened now, by name. */
  opening = $state<string | null>(null);
  signIn = $state.raw<SignIn | null>(null);
  /** Grows whenever rows of the cache changed. */
  changes = $state(0);
  /** Why the app could not start. */
  broken = $state.raw<Failure | null>(null);

  readonly environment = $derived(this.open?.environment ?? this.connected?.environment ?? "development");
  readonly syncing = $derived(this.progress !== null && RUNNING.includes(this.progress.phase));
  readonly paused = $derived(this.progress?.phase === "paused");
  readonly users = $derived(
    this.syncing ? Math.max(this.progress?.users ?? 0, this.freshness?.users ?? 0) : (this.freshness?.users ?? 0),
  );
  readonly estimated = $derived(
    this.progress?.estimatedUsers ?? this.freshness?.estimatedUsers ?? this.open?.pool.estimatedUsers ?? null,
  );
  /** What the settings keep about the open pool. */
  readonly known = $derived(this.settings?.pools.find((pool) => pool.poolKey === this.open?.poolKey) ?? null);
  readonly name = $derived(this.open?.pool.name ?? this.open?.poolKey.split("/").at(-1) ?? "");

  /** Whether nothing can be changed until Production is unlocked. */
  readonly locked = $derived(this.status?.readOnly ?? this.open?.readOnly ?? true);
  readonly writable = $derived((this.open?.readOnly ?? false) && !this.locked);

  #ticking = false;
  /** The command of the wait for credentials that the sync is in, once it has been shown. */
  #waitsFor: SignIn | null = null;
  #told = new Set<string>();

  /** Reads the app's facts and settings and begins to listen. */
  async start(): Promise<void> {
    try {
      this.#tell(await backend.getAppInfo());
      this.#apply(await backend.getSettings());
      if (this.info?.protection.kind === "locked") overlays.show({ name: "unlock" });
    } catch (thrown) {
      this.broken = failure(thrown);
      if (this.broken.detail.code === "cache_unavailable") overlays.show({ name: "unlock" });
    }
    jobs.changed = () => this.#changed();
    jobs.undo = (id, title) => void changes.undo(id, title);
    on("syncProgress", (progress) => this.#progressed(progress));
    on("cacheChanged", () => this.#changed());
    on("linkOpened", () => void this.linked());
    void this.linked();
    on("sessionExpired", (expired) => this.#expired(expired.ssoLogin, expired.message));
    setInterval(() => void this.#poll(), STATUS_EVERY_MS);
  }

  /** Asks whether there is anything new to say about the local data: listing pools opens their caches. */
  async lookForNotices(): Promise<void> {
    const info = await backend.getAppInfo().catch(() => null);
    if (info) this.#notice(info.notices);
  }

  async unlocked(info: AppInfoView): Promise<void> {
    this.#tell(info);
    this.broken = null;
    this.#apply(await backend.getSettings());
    // What was opened outside meanwhile could not be looked at.
    void this.linked();
  }

  async change(patch: SettingsPatch): Promise<void> {
    try {
      this.#apply(await backend.updateSettings(patch));
    } catch (thrown) {
      toasts.complain(thrown);
    }
  }

  /** Opens the made-up pool. */
  openSandbox(): Promise<void> {
    return this.#opening(t.start.sandbox, null, async () => this.#entered(await backend.openSandbox()));
  }

  /** Throws the made-up pool away and makes it anew. */
  async resetSandbox(): Promise<void> {
    await this.close("start");
    try {
      await backend.resetSandbox();
    } catch (thrown) {
      return toasts.complain(thrown);
    }
    await this.openSandbox();
  }

  /** Connects and goes to the list of pools. */
  connect(connection: ConnectionIdView, name: string): Promise<void> {
    return this.#opening(name, connection, async () => {
      this.connected = await backend.connect({ connection });
      route.go("pools");
    });
  }

  openPool(connection: ConnectionIdView, poolId: string, name: string): Promise<void> {
    return this.#opening(name, connection, async () => this.#entered(await backend.openPool({ connection, poolId })));
  }

  /** Opens a pool that was opened before; without AWS when it cannot be reached. */
  openRecent(connection: ConnectionIdView, poolKey: string, name: string): Promise<void> {
    const poolId = poolKey.split("/").at(-1) ?? "";
    return this.#opening(name, connection, async () => {
      try {
        this.#entered(await backend.openPool({ connection, poolId }));
      } catch (thrown) {
        const cause = failure(thrown);
        if (cause.detail.code !== "unreachable" && cause.detail.code !== "credentials_missing") throw cause;
        this.#entered(await backend.openCachedPool({ poolKey }));
        toasts.say(t.openedOffline(cause.message), "bad");
      }
    });
  }

  /** What to do when a link was opened outside; the page's own code says it. */
  linked: () => Promise<void> = () => Promise.resolve();

  /** Opens a pool that was opened before, however that was. */
  async openKnown(poolKey: string): Promise<void> {
    try {
      const { recent } = await backend.listConnections();
      const known = recent.find((line) => line.poolKey === poolKey);
      if (known?.connection.sandbox) await this.openSandbox();
      else if (known) await this.openRecent(known.connection, known.poolKey, known.poolName);
    } catch (thrown) {
      toasts.complain(thrown);
    }
  }

  openCached(poolKey: string, name: string): Promise<void> {
    return this.#opening(name, null, async () => this.#entered(await backend.openCachedPool({ poolKey })));
  }

  /** Tries to reach AWS again with the pool that is open. */
  async retry(): Promise<void> {
    const open = this.open;
    const connection = open?.connection?.connection ?? this.connected?.connection;
    if (open && connection) await this.openRecent(connection, open.poolKey, this.name);
    else if (open) {
      const { recent } = await backend.listConnections();
      const known = recent.find((line) => line.poolKey === open.poolKey);
      if (known) await this.openRecent(known.connection, known.poolKey, known.poolName);
    }
  }

  /** Leaves the pool; its local copy stays. */
  async close(to: "start" | "pools"): Promise<void> {
    route.go(to);
    this.open = null;
    this.freshness = null;
    this.status = null;
    this.progress = null;
    this.syncFailure = null;
    this.#forget();
    if (to === "start") this.connected = null;
    await backend.closePool().catch(() => undefined);
  }

  async sync(): Promise<void> {
    this.syncFailure = null;
    try {
      await backend.startSync();
      await this.#poll();
    } catch (thrown) {
      this.#syncFailed(failure(thrown));
    }
  }

  pause = (): Promise<void> => this.#quietly(() => backend.pauseSync());
  resume = (): Promise<void> => this.#quietly(() => backend.resumeSync());
  cancel = (): Promise<void> => this.#quietly(() => backend.cancelSync());

  /** Unlocks Production for a quarter of an hour, once the pool's name was typed. */
  async unlockChanges(poolName: string): Promise<void> {
    await backend.unlockChanges({ poolName });
    await this.#poll();
  }

  async lockChanges(): Promise<void> {
    await this.#quietly(() => backend.lockChanges());
  }

  async #quietly(act: () => Promise<unknown>): Promise<void> {
    try {
      await act();
      await this.#poll();
    } catch (thrown) {
      toasts.complain(thrown);
    }
  }

  async #opening(name: string, connection: ConnectionIdView | null, act: () => Promise<void>): Promise<void> {
    if (this.opening) return;
    this.opening = name;
    toasts.clear();
    // Before and not after: the sync of a pool that is just opened may already wait for a sign-in.
    this.signIn = null;
    try {
      await act();
    } catch (thrown) {
      const cause = failure(thrown);
      const command = cause.detail.ssoLogin;
      if (connection && command) {
        const resume = () => this.#opening(name, connection, act);
        this.signIn = { connection, command, message: cause.message, resume };
      } else if (cause.detail.code === "cache_unavailable") {
        overlays.show({ name: "unlock" });
        toasts.complain(cause);
      } else {
        toasts.complain(cause);
      }
    } finally {
      this.opening = null;
    }
  }

  /** What was found and chosen belongs to one pool, and so does a sync that waits for a sign-in. */
  #forget(): void {
    if (this.signIn === this.#waitsFor) this.signIn = null;
    this.#waitsFor = null;
    people.forget();
    lists.forget();
    lab.leave();
    jobs.leave();
    asking.leave();
    secrets.leave();
    changes.close();
    selection.clear();
    this.groups = [];
  }

  #entered(open: OpenPoolView): void {
    if (open.poolKey !== this.open?.poolKey) this.#forget();
    this.open = open;
    if (open.connection) this.connected = open.connection;
    this.freshness = open.freshness;
    this.groups = open.groups;
    this.status = null;
    this.progress = null;
    this.syncFailure = null;
    this.changes += 1;
    this.#notice(open.notices);
    route.go("users");
    void this.#loadSettings();
    // Without a journal there are no jobs; the pages that need it say so.
    jobs.enter().catch(() => undefined);
    const { syncedAt, startedAt } = open.freshness;
    if (!open.offline && (!syncedAt || startedAt)) void this.sync();
    else void this.#poll();
  }

  async #loadSettings(): Promise<void> {
    try {
      this.#apply(await backend.getSettings());
    } catch (thrown) {
      toasts.complain(thrown);
    }
  }

  #tell(info: AppInfoView): void {
    this.info = info;
    this.#notice(info.notices);
    setZone(info.zone);
  }

  #apply(settings: SettingsView): void {
    this.settings = settings;
    if (settings.theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = settings.theme;
  }

  #progressed(progress: SyncProgressView): void {
    if (!this.open || progress.poolKey !== this.open.poolKey) return;
    const was = this.progress?.phase;
    this.progress = progress;
    this.#waits(progress);
    if (progress.phase === was) return;
    if (progress.phase === "done" || progress.phase === "failed") {
      this.#changed();
      if (progress.phase === "failed" && progress.error) this.#syncFailed(new Failure(progress.error));
    }
  }

  /** No sync runs, and nobody has said how the one that ran ended: the pool itself tells where it stands. */
  #ended(): void {
    this.progress = null;
    this.#changed();
  }

  /** Shows the sign-in command once for each wait, and takes it away when the sync goes on by itself. */
  #waits(progress: SyncProgressView): void {
    const command = progress.phase === "waiting" ? progress.error?.ssoLogin : null;
    if (command && !this.#waitsFor) {
      this.#expired(command, progress.error?.message ?? "", () => this.#poll());
      this.#waitsFor = this.signIn;
    } else if (!command && this.#waitsFor) {
      if (this.signIn === this.#waitsFor) this.signIn = null;
      this.#waitsFor = null;
    }
  }

  /** Shows the command that the sync waits for again. */
  showSignIn(): void {
    this.signIn ??= this.#waitsFor;
  }

  #syncFailed(cause: Failure): void {
    if (cause.detail.code === "cancelled") return;
    this.syncFailure = cause;
    if (cause.detail.ssoLogin) this.#expired(cause.detail.ssoLogin, cause.message);
  }

  #expired(command: string | null, message: string, resume = () => this.sync()): void {
    const connection = this.open?.connection?.connection ?? this.connected?.connection;
    if (!connection || this.signIn) return;
    const login = command ?? (connection.profile ? `aws sso login --profile ${connection.profile}` : "aws sso login");
    this.signIn = { connection, command: login, message, resume };
  }

  #changed(): void {
    this.changes += 1;
    if (!this.syncing) void this.#refresh();
  }

  /** Says each notice of the backend once: files that were set aside and the like. */
  #notice(notices: string[]): void {
    for (const notice of notices.filter((text) => !this.#told.has(text))) {
      this.#told.add(notice);
      toasts.keep(notice);
    }
  }

  async #refresh(): Promise<void> {
    try {
      const [{ freshness }, groups] = await Promise.all([backend.getOverview(), backend.listGroups()]);
      if (!this.open) return;
      this.freshness = freshness;
      this.groups = groups;
    } catch (thrown) {
      toasts.complain(thrown);
    }
  }

  async #poll(): Promise<void> {
    if (!this.open || this.#ticking) return;
    this.#ticking = true;
    try {
      const status = await backend.getStatus();
      if (!this.open) return;
      this.status = status;
      if (status.sync) this.#progressed(status.sync);
      else if (this.syncing || this.paused) this.#ended();
    } catch {
      // The next round asks again; what cannot be reached shows itself where it is needed.
    } finally {
      this.#ticking = false;
    }
  }
}

export const session = new Session();
