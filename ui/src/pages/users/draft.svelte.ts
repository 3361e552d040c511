import { backend, failure, type ChipView, type CompletionItemView, type QueryErrorView } from "../../ipc/client";

/** A stretch of the query as the bar draws it: a term, or what stands between terms (`or`, parentheses). */
export interface Segment {
  text: string;
  chip: ChipView | null;
}

/** Cuts a query at its terms; white space between two terms is left out. */
export function segments(query: string, chips: ChipView[]): Segment[] {
  const found: Segment[] = [];
  let at = 0;
  const between = (end: number) => {
    const text = query.slice(at, end).trim();
    if (text) found.push({ text, chip: null });
  };
  for (const chip of chips) {
    between(chip.startUtf16);
    found.push({ text: chip.text, chip });
    at = chip.endUtf16;
  }
  between(query.length);
  return found;
}

/** The query without one of its terms. */
export function without(query: string, chip: ChipView): string {
  return `${query.slice(0, chip.startUtf16).trimEnd()} ${query.slice(chip.endUtf16).trimStart()}`.trim();
}

/**
 * The text of the query bar: terms that are done (chips) and what is being typed behind them.
 * The text is the truth; chips are how it is drawn.
 */
export class QueryDraft {
  committed = $state("");
  chips = $state.raw<ChipView[]>([]);
  typed = $state("");
  error = $state.raw<QueryErrorView | null>(null);
  items = $state.raw<CompletionItemView[]>([]);
  /** The chosen line of the completion; -1 for none. */
  choice = $state(-1);

  readonly full = $derived(
    this.committed && this.typed ? `${this.committed} ${this.typed}` : this.committed + this.typed,
  );
  readonly segments = $derived(segments(this.committed, this.chips));
  /** Terms can be taken away one by one when nothing but spaces stands between them. */
  readonly simple = $derived(this.segments.every((segment) => segment.chip !== null));

  #span = { start: 0, end: 0 };
  #round = 0;
  /** Counts what was asked and closed: proposals that come after that are of a text that is done with. */
  #proposed = 0;
  readonly #run: (query: string) => void;

  /** `run` receives every text that can be searched for. */
  constructor(run: (query: string) => void) {
    this.#run = run;
  }

  /** Takes over a text from outside, as chips when it can be read; behind it what was being typed, which is read on. */
  async load(text: string, typed = ""): Promise<void> {
    this.close();
    const parsed = await this.#parse(text);
    if (!parsed) return;
    this.#settle(text, parsed.error ? null : parsed.chips);
    if (!typed) return;
    this.typed = [this.typed, typed].filter(Boolean).join(" ");
    await this.changed();
  }

  /** Reads what is typed now and searches for it when it makes sense. */
  async changed(): Promise<void> {
    const text = this.full;
    const parsed = await this.#parse(text);
    if (parsed && !parsed.error) this.#run(text);
  }

  /** Makes chips of what was typed. */
  async commit(): Promise<void> {
    this.close();
    const text = this.full.trim();
    const parsed = await this.#parse(text);
    if (!parsed || parsed.error) return;
    this.#settle(text, parsed.chips);
    this.#run(text);
  }

  /** Turns the last chip back into text; the whole query when terms are combined by more than spaces. */
  reopen(): void {
    const last = this.chips.at(-1);
    if (!this.committed) return;
    const from = this.simple && last ? last.startUtf16 : 0;
    this.typed = this.committed.slice(from) + this.typed;
    this.committed = this.committed.slice(0, from).trimEnd();
    this.chips = this.chips.filter((chip) => chip.endUtf16 <= from);
  }

  async replace(text: string): Promise<void> {
    await this.load(text);
    if (!this.error) this.#run(text);
  }

  remove(chip: ChipView): Promise<void> {
    return this.replace(without(this.committed, chip) + (this.typed ? ` ${this.typed}` : ""));
  }

  /** Puts a proposal in the place of what is wrong. */
  repair(replacement: string): Promise<void> {
    const { startUtf16 = 0, endUtf16 = 0 } = this.error ?? {};
    return this.replace(this.full.slice(0, startUtf16) + replacement + this.full.slice(endUtf16));
  }

  /** Asks how the text may go on at a position of what is typed. */
  async complete(position: number): Promise<void> {
    const offset = this.committed ? this.committed.length + 1 : 0;
    const query = this.full;
    const proposed = ++this.#proposed;
    try {
      const found = await backend.completeQuery({ query, cursor: offset + position });
      if (proposed !== this.#proposed || query !== this.full) return;
      this.#span = { start: found.start, end: found.end };
      this.items = found.items.slice(0, 9);
      this.choice = -1;
    } catch {
      if (proposed === this.#proposed) this.close();
    }
  }

  /** Takes a line of the completion. */
  async take(item: CompletionItemView): Promise<void> {
    const offset = this.committed ? this.committed.length + 1 : 0;
    const text = this.full.slice(0, this.#span.start) + item.insert + this.full.slice(this.#span.end);
    if (this.#span.start >= offset) {
      this.typed = text.slice(offset);
    } else {
      this.committed = "";
      this.chips = [];
      this.typed = text;
    }
    this.close();
    if (/[:=<>]$/.test(item.insert)) await this.complete(this.typed.length);
    await this.changed();
  }

  close(): void {
    this.#proposed += 1;
    this.items = [];
    this.choice = -1;
  }

  #settle(text: string, chips: ChipView[] | null): void {
    this.committed = chips ? text : "";
    this.chips = chips ?? [];
    this.typed = chips ? "" : text;
  }

  async #parse(text: string) {
    const round = ++this.#round;
    try {
      const parsed = await backend.parseQuery({ query: text });
      if (round !== this.#round) return null;
      this.error = parsed.error;
      return parsed;
    } catch (thrown) {
      if (round === this.#round) {
        this.error = { startUtf16: 0, endUtf16: text.length, message: failure(thrown).message, suggestions: [] };
      }
      return null;
    }
  }
}
