import { about, backend, type DeedView, type LabView, type StepView } from "../ipc/client";
import { route } from "./route.svelte";
import { selection } from "./selection.svelte";

/** The recordings of what the backend holds for one pool. Secrets are hidden in them; no token ever comes here. */
export class LabTable {
  view = $state.raw<LabView | null>(null);
  /** The recording of errands: signing up, a forgotten password. */
  errands = $state.raw<StepView[]>([]);
  /** Whether a device was remembered since the pool was opened. */
  hasDevice = $state(false);
  #round = 0;

  constructor(readonly key: string) {}

  /** Takes over what a call brings, unless it was cleared meanwhile: then its secrets are to go. */
  async follow(call: Promise<LabView>): Promise<LabView> {
    const round = this.#round;
    const view = await call;
    if (round === this.#round) this.#take(view);
    else await about(this.key, () => backend.forgetSignIn());
    return view;
  }

  /** Takes over what a deed of the signed-in user brings. */
  async carryOut(call: Promise<DeedView>): Promise<DeedView> {
    const round = this.#round;
    const done = await call;
    if (round === this.#round) this.#take(done.lab);
    return done;
  }

  /** Clears it: a sign-in belongs to one pool, and locking ends it. */
  leave(): void {
    this.#round += 1;
    this.errands = [];
    this.hasDevice = false;
    if (!this.view) return;
    this.view = null;
    // What cannot be forgotten now is replaced by the next sign-in.
    about(this.key, () => backend.forgetSignIn()).catch(() => undefined);
  }

  #take(view: LabView) {
    this.view = view;
    if (view.device) this.hasDevice = true;
  }
}

/** The lab of the pool in front. */
class Lab {
  /** What lies there. Whoever waits for an answer holds on to it: the answer belongs to the pool that was asked. */
  table = $state.raw(new LabTable(""));

  get view(): LabView | null {
    return this.table.view;
  }

  get errands(): StepView[] {
    return this.table.errands;
  }

  get hasDevice(): boolean {
    return this.table.hasDevice;
  }

  follow(call: Promise<LabView>): Promise<LabView> {
    return this.table.follow(call);
  }

  carryOut(call: Promise<DeedView>): Promise<DeedView> {
    return this.table.carryOut(call);
  }

  async forget(): Promise<void> {
    const table = this.table;
    await backend.forgetSignIn();
    table.view = null;
  }
}

export const lab = new Lab();

/** Goes to the sign-in lab with the person who is looked at, or the only one selected. */
export function goToLab(): void {
  const user = route.get("user") || (selection.size === 1 ? (selection.usernames()[0] ?? "") : "");
  route.go("lab", user ? { user } : {});
}
