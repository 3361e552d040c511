import { failure, type ConnectionIdView } from "../ipc/client";
import { overlays } from "./overlays.svelte";
import type { SignIn, Tab } from "./tab.svelte";
import { tabs } from "./tabs.svelte";
import { toasts } from "./toasts.svelte";

/** Opening connections and pools: one at a time, and what stands in its way. */
class Opening {
  /** What is being opened now, by name. */
  name = $state<string | null>(null);
  /** The sign-in that opening something needs. */
  asked = $state.raw<SignIn | null>(null);
  /** The tab in front when it began. */
  from: Tab | null = null;

  /** Opens something, unless something is being opened. Says what is wrong with it. */
  async run(name: string, connection: ConnectionIdView | null, act: () => Promise<void>): Promise<void> {
    if (this.name) return;
    this.name = name;
    this.from = tabs.front;
    toasts.clear();
    this.asked = null;
    try {
      await act();
    } catch (thrown) {
      const cause = failure(thrown);
      const command = cause.detail.ssoLogin;
      if (connection && command) {
        const resume = () => this.run(name, connection, act);
        this.asked = { connection, command, message: cause.message, resume };
      } else {
        if (cause.detail.code === "cache_unavailable") overlays.show({ name: "unlock" });
        toasts.complain(cause);
      }
    } finally {
      this.name = null;
    }
  }
}

export const opening = new Opening();
