import { backend, type ExportView, type StartExport } from "../ipc/client";
import { c } from "../strings/changes";
import { toasts } from "./toasts.svelte";

const EVERY_MS = 300;
/** How soon it is asked again after an answer failed. */
const AGAIN_MS = 2000;

/** The export that is under way, one at a time: it goes on whatever page is open, and its end is told there. */
class Exporting {
  running = $state.raw<ExportView | null>(null);
  #begun = $state.raw({ at: 0, written: 0 });
  #now = $state(0);
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** People a second since it was followed first, and how many seconds are left; nothing while that cannot be told. */
  readonly pace = $derived.by(() => {
    const elapsed = this.#now - this.#begun.at;
    const { written, total } = this.running ?? { written: 0, total: null };
    const perSecond = ((written - this.#begun.written) * 1000) / elapsed;
    if (elapsed < 500 || total === null || !(perSecond > 0)) return null;
    return { perSecond, seconds: Math.ceil((total - written) / perSecond) };
  });

  /** Begins one and follows it to its end. */
  async start(request: StartExport): Promise<void> {
    this.#follow(await backend.startExport(request));
  }

  /** Follows the one that is under way, if there is one: the window may have been loaded anew. */
  async find(): Promise<void> {
    if (this.running) return;
    const now = await backend.getExport().catch(() => null);
    if (now && !now.ended && this.running === null) this.#follow(now);
  }

  #follow(now: ExportView | null): void {
    clearTimeout(this.#timer);
    this.#now = Date.now();
    if (now && !now.ended) {
      if (this.running === null) this.#begun = { at: this.#now, written: now.written };
      this.running = now;
      this.#timer = setTimeout(() => void this.#look(), EVERY_MS);
      return;
    }
    this.running = null;
    if (now?.path) toasts.say(c.sheet.saved(now.path));
    else if (now?.error && now.error.code !== "cancelled") toasts.say(now.error.message, "bad");
  }

  async #look(): Promise<void> {
    try {
      this.#follow(await backend.getExport());
    } catch {
      // One answer that failed does not end it.
      this.#timer = setTimeout(() => void this.#look(), AGAIN_MS);
    }
  }
}

export const exporting = new Exporting();
