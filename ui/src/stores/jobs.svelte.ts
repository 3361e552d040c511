import { SvelteMap } from "svelte/reactivity";
import { backend, type JobProgressView, type JobView } from "../ipc/client";
import { c } from "../strings/changes";
import { route } from "./route.svelte";
import { toasts } from "./toasts.svelte";

const EVERY_MS = 400;
/** How soon it is asked again after an answer failed. */
const AGAIN_MS = 2000;
/** The rate is that of the last so many milliseconds. */
const WINDOW_MS = 8000;

const isActive = (progress: JobProgressView | undefined) =>
  progress !== undefined && ["running", "reconciling", "waiting"].includes(progress.phase);
export const total = (counts: JobView["counts"]) =>
  counts.queued + counts.sent + counts.done + counts.failed + counts.unknown + counts.skipped;
const settled = (counts: JobView["counts"]) => counts.done + counts.failed + counts.unknown + counts.skipped;

/** The jobs of the open pool: all from the journal, and how far those have come that this window carries out. */
class Jobs {
  list = $state.raw<JobView[]>([]);
  loaded = $state(false);
  #progress = new SvelteMap<string, JobProgressView>();
  #samples = new Map<string, { at: number; settled: number }[]>();
  #told = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #round = 0;
  /** Tells that rows of the pool changed. */
  changed: () => void = () => undefined;
  /** Plans to take a job back. */
  undo: (id: string, title: string) => void = () => undefined;

  readonly active = $derived([...this.#progress.values()].filter(isActive));
  /** Jobs that a program which ended has left. */
  readonly interrupted = $derived(this.list.filter((job) => job.state === "interrupted" && !this.isActive(job.id)));

  progressOf(id: string): JobProgressView | undefined {
    return this.#progress.get(id);
  }

  isActive(id: string): boolean {
    return isActive(this.#progress.get(id));
  }

  /** Entries a second in the last seconds, and how many seconds are left; nothing while that cannot be told. */
  pace(id: string): { perSecond: number; seconds: number | null } | null {
    const progress = this.#progress.get(id);
    const samples = this.#samples.get(id) ?? [];
    const [first, last] = [samples[0], samples.at(-1)];
    if (!progress || !first || !last || last.at - first.at < 500) return null;
    const perSecond = ((last.settled - first.settled) * 1000) / (last.at - first.at);
    const left = progress.counts.queued + progress.counts.sent;
    return { perSecond, seconds: perSecond > 0 ? Math.ceil(left / perSecond) : null };
  }

  /** Whether there may be something to take back: also an entry that is not done may be so half way. */
  reverses(id: string, { done, failed, unknown, queued }: JobView["counts"]): boolean {
    const job = this.list.find((candidate) => candidate.id === id);
    return job !== undefined && !job.forGood && done + failed + unknown + queued > 0;
  }

  name(id: string): string {
    const action = this.list.find((job) => job.id === id)?.action ?? "";
    return c.jobs.names[action] ?? action;
  }

  /** A pool came to the front. Says which jobs were left half done, once, and what has ended meanwhile. */
  async enter(): Promise<void> {
    await this.load();
    await this.watch();
    const left = this.interrupted.filter((job) => !this.#told.has(job.id));
    left.forEach((job) => this.#told.add(job.id));
    if (left.length > 0) {
      toasts.offer(c.jobs.interrupted(left.length), [{ label: c.jobs.open, act: () => route.go("jobs") }], "bad");
    }
  }

  leave(): void {
    this.#round += 1;
    clearTimeout(this.#timer);
    this.list = [];
    this.loaded = false;
    this.#progress.clear();
    this.#samples.clear();
  }

  async load(): Promise<void> {
    const round = this.#round;
    const list = await backend.listJobs();
    if (round !== this.#round) return;
    this.list = list;
    this.loaded = true;
  }

  /** A job was begun or goes on. */
  async began(id: string): Promise<void> {
    this.#told.delete(id);
    this.#samples.delete(id);
    await this.load().catch(() => undefined);
    await this.watch();
  }

  /** A job was given up: nothing of it is followed any more. */
  async gaveUp(id: string): Promise<void> {
    this.#progress.delete(id);
    this.#samples.delete(id);
    await this.load().catch(() => undefined);
  }

  /** Asks how far jobs have come, as long as one is under way. */
  async watch(): Promise<void> {
    clearTimeout(this.#timer);
    const round = this.#round;
    const now = await backend.followJobs().catch(() => null);
    if (round !== this.#round) return;
    if (now === null) {
      // One answer that failed does not end it while something is under way, as far as is known.
      if (this.active.length > 0) this.#timer = setTimeout(() => void this.watch(), AGAIN_MS);
      return;
    }
    let over = false;
    for (const progress of now) {
      const was = this.#progress.get(progress.id);
      this.#progress.set(progress.id, progress);
      this.#sample(progress);
      const ended = !isActive(progress) && !this.#told.has(progress.id);
      // What ended before this window looked is no news.
      if (ended && (isActive(was) || was === undefined) && this.list.some((job) => job.id === progress.id)) {
        over = true;
        this.#told.add(progress.id);
        this.#tell(progress);
      }
    }
    if (over) {
      this.changed();
      await this.load().catch(() => undefined);
    }
    if (now.some(isActive) && round === this.#round) this.#timer = setTimeout(() => void this.watch(), EVERY_MS);
  }

  #sample(progress: JobProgressView): void {
    const now = Date.now();
    const samples = (this.#samples.get(progress.id) ?? []).filter((sample) => now - sample.at <= WINDOW_MS);
    this.#samples.set(progress.id, [...samples, { at: now, settled: settled(progress.counts) }]);
  }

  #tell(progress: JobProgressView): void {
    const { done, failed, unknown } = progress.counts;
    const what = this.name(progress.id);
    const open = { label: c.jobs.open, act: () => route.go("jobs", { job: progress.id }) };
    if (progress.phase === "paused") return;
    if (progress.phase === "stopped") return toasts.offer(c.jobs.stoppedAs(what, progress.why ?? ""), [open], "bad");
    const undo = { label: c.jobs.undo, act: () => this.undo(progress.id, c.jobs.undoTitle(what)) };
    const offers = this.reverses(progress.id, progress.counts) ? [undo, open] : [open];
    if (failed + unknown > 0) return toasts.offer(c.jobs.endedBadly(what, done, failed, unknown), offers, "bad");
    toasts.offer(c.jobs.ended(what, done), offers, "ok");
  }
}

export const jobs = new Jobs();
