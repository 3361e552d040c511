import { failure } from "../ipc/client";

/** What a notice offers to do. */
interface Offer {
  label: string;
  act: () => void;
}
interface Toast {
  id: number;
  kind: "ok" | "bad";
  text: string;
  offers?: Offer[];
  /** Until somebody closes it. */
  stays?: boolean;
}

const MOST = 3;

/** Short notices above the status bar; good news leaves by itself, bad news stays longer. */
class Toasts {
  list = $state<Toast[]>([]);
  #next = 1;
  #kept = new Set<string>();

  say(text: string, kind: Toast["kind"] = "ok"): void {
    this.#show({ kind, text }, kind === "ok" ? 4000 : 12000);
  }

  /** Says something after which there is something to do. It stays long enough to do it. */
  offer(text: string, offers: Offer[], kind: Toast["kind"] = "ok"): void {
    this.#show({ kind, text, offers }, 12000);
  }

  #show(toast: Omit<Toast, "id">, forMs: number): void {
    const id = this.#next++;
    const passing = this.list.filter((toast) => !toast.stays);
    const before = passing.slice(0, Math.max(0, passing.length + 1 - MOST));
    this.list = [...this.list.filter((toast) => !before.includes(toast)), { id, ...toast }];
    setTimeout(() => this.drop(id), forMs);
  }

  /** Says once what a person must have read before it goes: what became of their data. */
  keep(...texts: string[]): void {
    for (const text of texts.filter((text) => !this.#kept.has(text))) {
      this.#kept.add(text);
      this.list = [...this.list, { id: this.#next++, kind: "bad", text, stays: true }];
    }
  }

  /** Says what went wrong with something that has no place of its own on the page. */
  complain(thrown: unknown): void {
    this.say(failure(thrown).message, "bad");
  }

  /** Takes away what was said of the step before; a new one begins. */
  clear(): void {
    this.list = this.list.filter((toast) => toast.stays);
  }

  drop(id: number): void {
    this.list = this.list.filter((toast) => toast.id !== id);
  }
}

export const toasts = new Toasts();
