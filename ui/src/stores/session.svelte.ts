import {
  about,
  backend,
  Failure,
  failure,
  on,
  type AppInfoView,
  type ConnectedView,
  type ConnectionIdView,
  type Environment,
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
import { kept } from "./kept";
import { opening } from "./opening.svelte";
import { overlays } from "./overlays.svelte";
import { route } from "./route.svelte";
import type { SignIn, Tab } from "./tab.svelte";
import { tabs } from "./tabs.svelte";
import { toasts } from "./toasts.svelte";

export type { SignIn } from "./tab.svelte";

const STATUS_EVERY_MS = 2000;

/** What is open: the app's own facts, the connection, the pool in front, the syncs. */
class Session {
  info = $state.raw<AppInfoView | null>(null);
  settings = $state.raw<SettingsView | null>(null);
  /** Grows whenever rows of the pool in front changed. */
  changes = $state(0);
  /** Why the app could not start. */
  broken = $state.raw<Failure | null>(null);
  /** The connection whose pools are chosen from, while none is in front. */
  #chosen = $state.raw<ConnectedView | null>(null);
  #nobody: GroupView[] = [];

  /** What is being opened now, by name. */
  get opening(): string | null {
    return opening.name;
  }

  get connected(): ConnectedView | null {
    return tabs.front ? tabs.front.connected : this.#chosen;
  }

  /** The pool in front. */
  get open(): OpenPoolView | null {
    return tabs.front?.open ?? null;
  }

  get freshness(): FreshnessView | null {
    return tabs.front?.freshness ?? null;
  }

  /** The groups of the pool in front, as the local copy has them. */
  get groups(): GroupView[] {
    return tabs.front?.groups ?? this.#nobody;
  }

  get status(): StatusView | null {
    return tabs.front?.status ?? null;
  }

  get progress(): SyncProgressView | null {
    return tabs.front?.progress ?? null;
  }

  get syncFailure(): Failure | null {
    return tabs.front?.syncFailure ?? null;
  }

  /** The sign-in that is asked for now: for what is being opened, or for a sync of the pool in front. */
  get signIn(): SignIn | null {
    return opening.asked ?? tabs.front?.signIn ?? null;
  }

  /** Asks for it no longer. */
  closeSignIn(): void {
    if (opening.asked) opening.asked = null;
    else if (tabs.front) tabs.front.signIn = null;
  }

  readonly environment = $derived<Environment>(this.open?.environment ?? this.connected?.environment ?? "development");
  readonly syncing = $derived(tabs.front?.syncing ?? false);
  readonly paused = $derived(this.progress?.phase === "paused");
  readonly users = $derived(
    this.syncing ? Math.max(this.progress?.users ?? 0, this.freshness?.users ?? 0) : (this.freshness?.users ?? 0),
  );
  readonly estimated = $derived(
    this.progress?.estimatedUsers ?? this.freshness?.estimatedUsers ?? this.open?.pool.estimatedUsers ?? null,
  );
  /** What the settings keep about the pool in front. */
  readonly known = $derived(this.settings?.pools.find((pool) => pool.poolKey === this.open?.poolKey) ?? null);
  readonly name = $derived(tabs.front?.name ?? "");

  /** Whether nothing can be changed until Production is unlocked. */
  readonly locked = $derived(tabs.front?.locked ?? true);
  readonly writable = $derived((this.open?.readOnly ?? false) && !this.locked);

  /** Reads the app's facts and settings and begins to listen. */
  async start(): Promise<void> {
    try {
      this.#tell(await backend.getAppInfo());
      this.#apply(await backend.getSettings());
      if (this.info?.protection.kind === "locked") overlays.show({ name: "unlock" });
      else void this.#restore();
    } catch (thrown) {
      this.broken = failure(thrown);
      if (this.broken.detail.code === "cache_unavailable") overlays.show({ name: "unlock" });
    }
    jobs.changed = () => tabs.front?.changed();
    jobs.undo = (id, title) => void changes.undo(id, title);
    on("syncProgress", (progress) => tabs.of(progress.poolKey)?.progressed(progress));
    on("cacheChanged", (poolKey) => tabs.of(poolKey)?.changed());
    on("linkOpened", () => void this.linked());
    void this.linked();
    on("sessionExpired", ({ poolKey, ssoLogin, message }) => tabs.of(poolKey)?.expired(ssoLogin, message));
    setInterval(() => void tabs.look(), STATUS_EVERY_MS);
  }

  /** Asks whether there is anything new to say about the local data: listing pools opens their caches. */
  async lookForNotices(): Promise<void> {
    const info = await backend.getAppInfo().catch(() => null);
    if (info) toasts.keep(...info.notices);
  }

  async unlocked(info: AppInfoView): Promise<void> {
    this.#tell(info);
    this.broken = null;
    this.#apply(await backend.getSettings());
    void this.#restore();
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

  /** Puts the tabs of the last time back and opens the one that was in front. */
  async #restore(): Promise<void> {
    const front = await kept.restore(this.settings);
    if (front) await this.go(front);
  }

  /** Has the next start know the tabs that are open now. */
  keepTabs(): void {
    kept.keep(this.settings, (settings) => this.#apply(settings));
  }

  /** Opens the made-up pool. */
  openSandbox(): Promise<void> {
    return opening.run(t.start.sandbox, null, async () => this.#entered(await backend.openSandbox()));
  }

  /** Throws the made-up pool away and makes it anew. */
  async resetSandbox(): Promise<void> {
    for (const tab of tabs.all.filter((tab) => tab.connection?.sandbox)) await this.closeTab(tab);
    try {
      await backend.resetSandbox();
    } catch (thrown) {
      return toasts.complain(thrown);
    }
    await this.openSandbox();
  }

  /** Connects and goes to the list of pools. */
  connect(connection: ConnectionIdView, name: string): Promise<void> {
    return opening.run(name, connection, async () => {
      const connected = await backend.connect({ connection });
      this.#choose(connected);
    });
  }

  /** Chooses another pool: of the same connection, or from the start. What is open stays. */
  choose(to: "start" | "pools"): void {
    this.#choose(to === "pools" ? this.connected : null);
  }

  #choose(connected: ConnectedView | null): void {
    this.#chosen = connected;
    if (tabs.front) tabs.to(null, connected ? "#/pools" : "#/start");
    else route.go(connected ? "pools" : "start");
  }

  /** Opens a pool, or goes to its tab. */
  async openPool(connection: ConnectionIdView, poolId: string, name: string): Promise<void> {
    const same = (tab: Tab) => JSON.stringify(tab.connected?.connection) === JSON.stringify(connection);
    const tab = tabs.all.find((tab) => tab.open?.pool.id === poolId && !tab.open.offline && same(tab));
    if (tab) return this.go(tab);
    await opening.run(name, connection, async () => this.#entered(await backend.openPool({ connection, poolId })));
  }

  /** Opens a pool that was opened before, without AWS when it cannot be reached; or goes to its tab. */
  async openRecent(connection: ConnectionIdView, poolKey: string, name: string): Promise<void> {
    const tab = tabs.of(poolKey);
    if (tab?.open && !tab.open.offline) return this.go(tab);
    const poolId = poolKey.split("/").at(-1) ?? "";
    await opening.run(name, connection, async () => {
      try {
        this.#entered(await backend.openPool({ connection, poolId }), tab);
      } catch (thrown) {
        const cause = failure(thrown);
        if (cause.detail.code !== "unreachable" && cause.detail.code !== "credentials_missing") throw cause;
        this.#entered(await backend.openCachedPool({ poolKey }), tab);
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
      if (known) await this.openRecent(known.connection, known.poolKey, known.poolName);
    } catch (thrown) {
      toasts.complain(thrown);
    }
  }

  /** Opens the local copy of a pool, or goes to its tab. */
  async openCached(poolKey: string, name: string): Promise<void> {
    const tab = tabs.of(poolKey);
    if (tab?.open) return this.go(tab);
    await opening.run(name, null, async () => this.#entered(await backend.openCachedPool({ poolKey }), tab));
  }

  /** Brings a tab to the front. One of the last time shows its local copy at once, and AWS as soon as it answers. */
  async go(tab: Tab): Promise<void> {
    if (tab.open) {
      tabs.to(tab);
      return this.#look(tab);
    }
    const connection = tab.connection;
    if (connection?.sandbox) return this.openRecent(connection, tab.key, tab.name);
    await this.openCached(tab.key, tab.name);
    if (!tab.open || !connection) return;
    const open = await backend.openPool({ connection, poolId: tab.key.split("/").at(-1) ?? "" }).catch(() => null);
    // Without AWS the page says that it is offline, with the way to try again.
    if (open?.poolKey === tab.key && tabs.of(tab.key)) this.#laid(open);
    else if (open) await about(open.poolKey, () => backend.closePool()).catch(() => undefined);
  }

  /** Shows an open pool as it is now: somebody may have said meanwhile that it is Production. */
  async #look(tab: Tab): Promise<void> {
    try {
      tab.take(await about(tab.key, () => backend.getOpenPool()));
      if (tab === tabs.front) this.changes += 1;
      await tabs.look();
    } catch (thrown) {
      toasts.complain(thrown);
    }
  }

  /** What a connection is for was said anew: every tab shows it. */
  async relabelled(): Promise<void> {
    await Promise.all(tabs.all.filter((tab) => tab.open).map((tab) => this.#look(tab)));
  }

  /** Tries to reach AWS again with the pool that is open. */
  async retry(): Promise<void> {
    const tab = tabs.front;
    if (tab?.connection) await this.openRecent(tab.connection, tab.key, tab.name);
    else if (tab) await this.openKnown(tab.key);
  }

  /** Closes the tab in front; after the last one a pool is chosen. Its local copy stays. */
  async close(to: "start" | "pools" = this.connected ? "pools" : "start"): Promise<void> {
    const tab = tabs.front;
    if (tab) await this.closeTab(tab, to);
    else this.choose(to);
  }

  /** Closes a tab and forgets its secrets. Its local copy stays, and a sync goes on. */
  async closeTab(tab: Tab, to: "start" | "pools" = tab.connected ? "pools" : "start"): Promise<void> {
    const next = tabs.remove(tab);
    if (tab === tabs.front) {
      if (!next?.open) this.#choose(!next && to === "pools" ? tab.connected : null);
      if (next) void this.go(next);
    }
    if (tab.open) await about(tab.key, () => backend.closePool()).catch(() => undefined);
  }

  /** Everything was erased: no tab is left, and nothing of them is written down. */
  async erased(): Promise<void> {
    this.#apply(await backend.getSettings());
    tabs.all.forEach((tab) => tabs.remove(tab));
    this.#choose(null);
  }

  async sync(): Promise<void> {
    await tabs.front?.sync();
  }

  pause = (): Promise<void> => this.#quietly(() => backend.pauseSync());
  resume = (): Promise<void> => this.#quietly(() => backend.resumeSync());
  cancel = (): Promise<void> => this.#quietly(() => backend.cancelSync());

  /** Unlocks Production for a quarter of an hour, once the pool's name was typed. */
  async unlockChanges(poolName: string): Promise<void> {
    await backend.unlockChanges({ poolName });
    await tabs.look();
  }

  async lockChanges(): Promise<void> {
    await this.#quietly(() => backend.lockChanges());
  }

  async #quietly(act: () => Promise<unknown>): Promise<void> {
    try {
      await act();
      await tabs.look();
    } catch (thrown) {
      toasts.complain(thrown);
    }
  }

  /** Puts what was opened into its tab. */
  #laid(open: OpenPoolView): Tab {
    const tab = tabs.at(open.poolKey);
    tab.changed = () => this.#changed(tab);
    tab.begin(open);
    if (tab === tabs.front) this.changes += 1;
    toasts.keep(...open.notices);
    void this.#loadSettings();
    const { syncedAt, startedAt } = open.freshness;
    if (!open.offline && (!syncedAt || startedAt)) void tab.sync();
    else void tab.look().catch(() => undefined);
    return tab;
  }

  /** Shows what was opened, unless the tab that it was opened for was closed meanwhile. */
  #entered(open: OpenPoolView, asked: Tab | null = null): void {
    if (asked && tabs.of(asked.key) !== asked) {
      void about(open.poolKey, () => backend.closePool()).catch(() => undefined);
      return;
    }
    const tab = this.#laid(open);
    // Without a journal there are no jobs; the pages that need it say so.
    if (tab === tabs.front) jobs.enter().catch(() => undefined);
    // Who has gone to another tab meanwhile is not torn away from there.
    else if (!tabs.front || tabs.front === opening.from) tabs.to(tab);
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
    toasts.keep(...info.notices);
    setZone(info.zone);
  }

  #apply(settings: SettingsView): void {
    this.settings = settings;
    if (settings.theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = settings.theme;
  }

  /** Rows of a pool changed. A tab that is not in front looks when it comes there. */
  #changed(tab: Tab): void {
    if (tab !== tabs.front) return;
    this.changes += 1;
    // Who has left the pool meanwhile needs nothing of it.
    if (!tab.syncing) tab.refresh().catch((thrown: unknown) => tab === tabs.front && toasts.complain(thrown));
  }
}

export const session = new Session();
