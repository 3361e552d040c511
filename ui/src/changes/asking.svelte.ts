import type { GroupView, UserView } from "../ipc/client";
import type { Target } from "../stores/changes.svelte";
import type { DoingKind } from "./doings";

/** What is asked of a person before there is something to plan. */
export type Asking =
  | { kind: DoingKind; target: Target; user: UserView | null }
  | { kind: "createUser" }
  | { kind: "import" }
  | { kind: "group"; group: GroupView | null }
  | { kind: "members"; group: string }
  | { kind: "unlock" }
  | { kind: "password"; job: string; retry: boolean; retryUnknown: boolean };

class Ask {
  current = $state.raw<Asking | null>(null);

  /** Takes the question away, with what was typed into it: it belongs to one pool, and a password may be in it. */
  leave(): void {
    this.current = null;
  }
}

export const asking = new Ask();
