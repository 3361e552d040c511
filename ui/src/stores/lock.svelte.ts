import { asking } from "../changes/asking.svelte";
import { backend } from "../ipc/client";
import { t } from "../strings/en";
import { changes } from "./changes.svelte";
import { secrets } from "./secrets.svelte";
import { session } from "./session.svelte";
import { tabs } from "./tabs.svelte";
import { toasts } from "./toasts.svelte";

const MINUTE_MS = 60_000;
const LOOK_EVERY_MS = 5_000;
const DOING = ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"] as const;

/** Forgetting secrets, when somebody asks for it and when nobody has done anything for a while. */
class Lock {
  /** Grows with each time: pages that show or hold secrets are made anew. */
  round = $state(0);
  #last = 0;

  /** Begins to watch whether anything is done; ends with what it gives. */
  watch(): () => void {
    const done = () => (this.#last = Date.now());
    done();
    for (const name of DOING) window.addEventListener(name, done, { capture: true, passive: true });
    const timer = setInterval(() => this.look(Date.now()), LOOK_EVERY_MS);
    return () => {
      clearInterval(timer);
      for (const name of DOING) window.removeEventListener(name, done, { capture: true });
    };
  }

  /** Forgets sign-ins, tokens and credentials of every tab, and what is typed into the pages that deal with them. */
  async now(why: string = t.lock.done): Promise<void> {
    this.round += 1;
    for (const tab of tabs.all) tab.lab.leave();
    secrets.leave();
    // A password may wait in there.
    asking.leave();
    changes.close();
    try {
      await backend.forgetSecrets();
      toasts.say(why);
    } catch (thrown) {
      toasts.complain(thrown);
    }
  }

  /** Forgets when nobody has done anything for as long as the settings say. */
  look(now: number): void {
    const minutes = session.settings?.lockMinutes ?? 0;
    if (minutes === 0 || tabs.all.length === 0 || now - this.#last < minutes * MINUTE_MS) return;
    // Once for each time that nobody is there.
    this.#last = Infinity;
    void this.now(t.lock.idle(minutes));
  }
}

export const lock = new Lock();
