import { backend, type DeedView, type LabView, type StepView } from "../ipc/client";
import { route } from "./route.svelte";
import { selection } from "./selection.svelte";

/** The recordings of what the backend holds. Secrets are hidden in them; no token ever comes here. */
class Lab {
  view = $state.raw<LabView | null>(null);
  /** The recording of errands: signing up, a forgotten password. */
  errands = $state.raw<StepView[]>([]);
  /** Whether a device was remembered since the pool was opened. */
  hasDevice = $state(false);
  #round = 0;

  /** Takes over what a call brings, unless the pool was left meanwhile: then its secrets are to go. */
  async follow(call: Promise<LabView>): Promise<LabView> {
    const round = this.#round;
    const view = await call;
    if (round === this.#round) this.#take(view);
    else await backend.forgetSignIn();
    return view;
  }

  /** Takes over what a deed of the signed-in user brings. */
  async carryOut(call: Promise<DeedView>): Promise<DeedView> {
    const round = this.#round;
    const done = await call;
    if (round === this.#round) this.#take(done.lab);
    return done;
  }

  async forget(): Promise<void> {
    await backend.forgetSignIn();
    this.view = null;
  }

  /** Forgets with the pool: a sign-in belongs to one. */
  leave(): void {
    this.#round += 1;
    this.errands = [];
    this.hasDevice = false;
    if (!this.view) return;
    this.view = null;
    // What cannot be forgotten now is replaced by the next sign-in.
    backend.forgetSignIn().catch(() => undefined);
  }

  #take(view: LabView) {
    this.view = view;
    if (view.device) this.hasDevice = true;
  }
}

export const lab = new Lab();

/** Goes to the sign-in lab with the person who is looked at, or the only one selected. */
export function goToLab(): void {
  const user = route.get("user") || (selection.size === 1 ? (selection.usernames()[0] ?? "") : "");
  route.go("lab", user ? { user } : {});
}
