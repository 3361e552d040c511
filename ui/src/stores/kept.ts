import { backend, type SettingsView } from "../ipc/client";
import type { Tab } from "./tab.svelte";
import { tabs } from "./tabs.svelte";
import { toasts } from "./toasts.svelte";

const KEEP_AFTER_MS = 500;

/** The tabs of the last time: put back once, and written down as they change. */
class Kept {
  #restored = false;
  #keeping: ReturnType<typeof setTimeout> | undefined;

  /** Puts the tabs of the last time back. Gives the one that was in front, unless one is there already. */
  async restore(settings: SettingsView | null): Promise<Tab | null> {
    if (this.#restored) return null;
    const { tabs: kept = [], savedViews = [] } = settings ?? {};
    if (kept.length === 0) {
      this.#restored = true;
      return null;
    }
    try {
      const { recent } = await backend.listConnections();
      tabs.restore(
        kept.filter((tab) => recent.some((known) => known.poolKey === tab.poolKey)),
        savedViews,
      );
      tabs.all.forEach((tab) =>
        recent.filter((known) => known.poolKey === tab.key).forEach((known) => tab.learn(known)),
      );
    } catch (thrown) {
      toasts.complain(thrown);
    }
    this.#restored = true;
    return tabs.front ? null : tabs.of(kept.find((tab) => tab.front)?.poolKey ?? "");
  }

  /** Has the next start know the tabs that are open now, a moment after the last of them changed. */
  keep(settings: SettingsView | null, apply: (settings: SettingsView) => void): void {
    const kept = tabs.kept(settings?.savedViews ?? []);
    clearTimeout(this.#keeping);
    if (!this.#restored || JSON.stringify(kept) === JSON.stringify(settings?.tabs ?? [])) return;
    // A disk that cannot be written says so where somebody changes a setting.
    const write = () => backend.updateSettings({ tabs: kept }).then(apply, () => undefined);
    this.#keeping = setTimeout(() => void write(), KEEP_AFTER_MS);
  }
}

export const kept = new Kept();
