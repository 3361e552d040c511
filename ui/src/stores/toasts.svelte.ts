import { failure } from "../ipc/client";

interface Toast {
  id: number;
  kind: "ok" | "bad";
  text: string;
  /** Until somebody closes it. */
  stays?: boolean;
}

const MOST = 3;

/** Short notices above the status bar; good news leaves by itself, bad news stays longer. */
class Toasts {
  list = $state<Toast[]>([]);
  #next = 1;

  say(text: string, kind: Toast["kind"] = "ok"): void {
    const id = this.#next++;
    const passing = this.list.filter((toast) => !toast.stays);
    const before = passing.slice(0, Math.max(0, passing.length + 1 - MOST));
    this.list = [...this.list.filter((toast) => !before.includes(toast)), { id, kind, text }];
    setTimeout(() => this.drop(id), kind === "ok" ? 4000 : 12000);
  }

  /** Says what a person must have read before it goes: what became of their data. */
  keep(text: string): void {
    this.list = [...this.list, { id: this.#next++, kind: "bad", text, stays: true }];
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
