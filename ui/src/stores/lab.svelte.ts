import { backend, type LabView } from "../ipc/client";
import { route } from "./route.svelte";
import { selection } from "./selection.svelte";

/** The recording of the sign-in that the backend holds. Secrets are hidden in it; no token ever comes here. */
class Lab {
  view = $state.raw<LabView | null>(null);
  #round = 0;

  /** Takes over what a call brings, unless the pool was left meanwhile: then its secrets are to go. */
  async follow(call: Promise<LabView>): Promise<LabView> {
    const round = this.#round;
    const view = await call;
    if (round === this.#round) this.view = view;
    else await backend.forgetSignIn();
    return view;
  }

  async forget(): Promise<void> {
    await backend.forgetSignIn();
    this.view = null;
  }

  /** Forgets with the pool: a sign-in belongs to one. */
  leave(): void {
    this.#round += 1;
    if (!this.view) return;
    this.view = null;
    // What cannot be forgotten now is replaced by the next sign-in.
    backend.forgetSignIn().catch(() => undefined);
  }
}

export const lab = new Lab();

/** Goes to the sign-in lab with the person who is looked at, or the only one selected. */
export function goToLab(): void {
  const user = route.get("user") || (selection.size === 1 ? (selection.usernames()[0] ?? "") : "");
  route.go("lab", user ? { user } : {});
}
