import { failure, type Failure } from "../../ipc/client";

/** What was asked of AWS: the answer, or why there is none. A later question makes an earlier answer void. */
export class Loaded<Answer> {
  value = $state.raw<Answer | null>(null);
  problem = $state.raw<Failure | null>(null);
  busy = $state(false);
  #round = 0;
  readonly #ask: () => Promise<Answer>;

  constructor(ask: () => Promise<Answer>) {
    this.#ask = ask;
  }

  async load(): Promise<void> {
    const round = ++this.#round;
    this.busy = true;
    try {
      const value = await this.#ask();
      if (round !== this.#round) return;
      this.value = value;
      this.problem = null;
    } catch (thrown) {
      if (round === this.#round) this.problem = failure(thrown);
    } finally {
      if (round === this.#round) this.busy = false;
    }
  }
}
