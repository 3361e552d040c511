import { about, aimed, backend, type PlanPreviewView, type Wish } from "../ipc/client";
import type { IconName } from "../kit/icons";
import { jobs } from "./jobs.svelte";
import { toasts } from "./toasts.svelte";

/** Whom something is about: people by name, or everybody whom a query finds. */
export interface Target {
  query: string | null;
  names: string[];
  /** How many that are. */
  count: number;
  /** How they are called in a title. */
  called: string;
}

/** Something that is wanted, before there is a plan. */
export interface Order {
  wish: Wish;
  query: string | null;
  names: string[];
  title: string;
  /** The title once it is known for how many there is something to do. */
  titled?: (active: number) => string;
  icon: IconName;
  /** The password that is set; it is handed over with the approval and kept nowhere else. */
  password?: string | null;
  /** Called once it was begun. */
  then?: () => void;
}

/** A plan that waits for approval. */
export interface Sheet {
  preview: PlanPreviewView;
  title: string;
  icon: IconName;
  query: string | null;
  password: string | null;
  /** Its place among several that belong together. */
  step: { at: number; all: number } | null;
  then: () => void;
}

/** Plans: made here, shown in the sheet, carried out as jobs. */
class Changes {
  sheet = $state.raw<Sheet | null>(null);
  /** Whether a plan is being made. */
  planning = $state(false);
  #waiting: Order[] = [];
  #all = 1;
  /** Grows with each time that all is left: a plan that was on its way then is not shown any more. */
  #round = 0;

  /** Makes a plan and shows it. Throws what is wrong with it. Several are shown one after the other. */
  async plan(...orders: Order[]): Promise<void> {
    const [first, ...others] = orders;
    if (!first || this.planning) return;
    this.#waiting = others;
    this.#all = orders.length;
    await this.#show(first);
  }

  /** As `plan`; what is wrong is said in a toast. */
  async tryPlan(...orders: Order[]): Promise<void> {
    try {
      await this.plan(...orders);
    } catch (thrown) {
      toasts.complain(thrown);
    }
  }

  /** Shows the plan that takes a job back. */
  async undo(job: string, title: string): Promise<void> {
    try {
      await this.present(
        () => backend.planUndo({ id: job }),
        () => title,
        "undo",
      );
    } catch (thrown) {
      toasts.complain(thrown);
    }
  }

  /** Shows a plan that is made elsewhere, unless all is left meanwhile. Throws what is wrong with it. */
  async present(
    make: () => Promise<PlanPreviewView>,
    titled: (active: number) => string,
    icon: IconName,
  ): Promise<void> {
    this.planning = true;
    const round = this.#round;
    try {
      const preview = await make();
      if (round !== this.#round) return;
      this.#waiting = [];
      const title = titled(preview.active);
      this.sheet = { preview, title, icon, query: null, password: null, step: null, then: () => undefined };
    } finally {
      if (round === this.#round) this.planning = false;
    }
  }

  /** Approves and begins what the sheet shows; then shows the next one, if there are several. */
  async carryOut(poolName: string | null, reason: string | null): Promise<void> {
    const sheet = this.sheet;
    if (!sheet) return;
    const [pool, round] = [aimed(), this.#round];
    let job: { id: string };
    try {
      const { token } = await backend.approvePlan({ plan: sheet.preview.plan, poolName, reason });
      job = await about(pool, () => backend.applyPlan({ token, password: sheet.password }));
    } catch (thrown) {
      if (round === this.#round) throw thrown;
      // The sheet that would say it has been left.
      return toasts.complain(thrown);
    }
    // The selection and the jobs are those of another tab by now.
    if (round !== this.#round && pool !== aimed()) return;
    sheet.then();
    void jobs.began(job.id);
    // Who has come back may have another sheet by now, with others that wait behind it.
    if (round !== this.#round) return;
    this.sheet = null;
    const next = this.#waiting.shift();
    if (next) {
      // What comes after belongs to it and is planned on what it leaves.
      await this.#show(next).catch((thrown: unknown) => toasts.complain(thrown));
    }
  }

  /** Leaves what is not begun, plans that are being made included. */
  close(): void {
    this.#round += 1;
    this.planning = false;
    this.sheet = null;
    this.#waiting = [];
  }

  async #show(order: Order): Promise<void> {
    this.planning = true;
    const round = this.#round;
    try {
      const preview = await backend.makePlan({ wish: order.wish, query: order.query, names: order.names });
      if (round !== this.#round) return;
      // What was said of the step before would lie over the sheet.
      toasts.clear();
      this.sheet = {
        preview,
        title: preview.active > 0 && order.titled ? order.titled(preview.active) : order.title,
        icon: order.icon,
        query: order.query,
        password: order.password ?? null,
        step: this.#all > 1 ? { at: this.#all - this.#waiting.length, all: this.#all } : null,
        then: order.then ?? (() => undefined),
      };
    } finally {
      if (round === this.#round) this.planning = false;
    }
  }
}

export const changes = new Changes();
