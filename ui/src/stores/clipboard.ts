import { t } from "../strings/en";
import { toasts } from "./toasts.svelte";

/** Copies text because somebody asked for it, and says so. */
export async function copy(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    toasts.say(t.copied(what));
  } catch {
    toasts.say(t.notCopied, "bad");
  }
}
