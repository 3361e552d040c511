import { failure } from "../ipc/client";

interface Toast {
  id: number;
  kind: "ok" | "bad";
  text: string;
}

/** Short notices above the status bar; good news leaves by itself, bad news stays longer. */
class Toasts {
  list = $state<Toast[]>([]);
  #next = 1;

  say(text: string, kind: Toast["kind"] = "ok"): void {
    const id = this.#next++;
    this.list = [...this.list.slice(-2), { id, kind, text }];
    setTimeout(() => this.drop(id), kind === "ok" ? 4000 : 12000);
  }

  /** Says what went wrong with something that has no place of its own on the page. */
  complain(thrown: unknown): void {
    this.say(failure(thrown).message, "bad");
  }

  drop(id: number): void {
    this.list = this.list.filter((toast) => toast.id !== id);
  }
}

export const toasts = new Toasts();
