import { SvelteMap } from "svelte/reactivity";
import {
  about,
  aimed,
  backend,
  failure,
  type Failure,
  type SearchView,
  type SortView,
  type UserRow,
} from "../ipc/client";

export const PAGE = 200;
/** Pages kept before the farthest ones go: 8,000 rows. */
const MOST_PAGES = 40;
/** Pages that are on their way at once. Who scrolls faster is asked for where they are once one has come. */
const MOST_ASKED = 3;
/** The least time between an answer and asking again because rows changed. */
const RENEW_MS = 2000;

/** A pasted list whose people are in the table. */
export interface PastedList {
  text: string;
  /** How many entries it has. */
  asked: number;
  /** Entries that fit nobody. */
  missing: string[];
  /** The user names of those who were found. */
  names: string[];
  /** The order; nothing for the list's own. */
  sort: SortView | null;
}

/** One search at a time: its rows by position, fetched in pages around what is looked at. */
class People {
  total = $state<number | null>(null);
  /** Rows that are known to exist while the total is still being counted. */
  atLeast = $state(0);
  loading = $state(false);
  /** Whether rows are on their way; their number may follow. */
  finding = false;
  failure = $state.raw<Failure | null>(null);
  /** How long the last search took, in milliseconds. */
  took = $state<number | null>(null);
  /** Why what was found may be wrong; `null` when nothing stands against it. */
  doubt = $state<string | null>(null);
  /** The query that the rows on the page belong to. */
  shownQuery = $state("");

  #pages = new SvelteMap<number, UserRow[]>();
  #old = new Map<number, UserRow[]>();
  #wanted = new Set<number>();
  #handle = -1;
  #round = 0;
  /** Grows with each answer: rows that were asked for under an earlier one are of another list. */
  #answer = 0;
  #looked = { start: 0, end: 0 };
  /** Which way the last look went: 1 down, -1 up, 0 nowhere. */
  #way = 0;
  #answeredAt = 0;
  #due: ReturnType<typeof setTimeout> | undefined;
  /** Whether rows changed while the answer was on its way. */
  #stale = false;
  #last: { query: string; sort: SortView } | null = null;
  /** The list whose people the rows are; `null` for a query. */
  list = $state.raw<PastedList | null>(null);
  /** The text of the list that is looked up again when rows change; kept here and in no address. */
  #pasted: { text: string; sort: SortView | null } | null = null;

  readonly count = $derived(this.total ?? this.atLeast);

  /** The row at a position, or nothing while it is being fetched. */
  row(index: number): UserRow | undefined {
    const page = Math.floor(index / PAGE);
    return this.#pages.get(page)?.[index % PAGE] ?? this.#old.get(page)?.[index % PAGE];
  }

  /** Runs a query; what an earlier one still brings is dropped. `fresh` forgets the rows at once. */
  async search(query: string, sort: SortView, fresh = true): Promise<void> {
    this.#last = { query, sort };
    this.#pasted = null;
    await this.#ask(query, fresh, async () => {
      const found = await backend.searchUsers({ query, sort });
      return { found, list: null };
    });
  }

  /** Looks a pasted list up and shows whom it found. */
  async searchList(text: string, sort: SortView | null, fresh = true): Promise<void> {
    this.#last = null;
    this.#pasted = { text, sort };
    await this.#ask("", fresh, async () => {
      const { found, asked, missing, names } = await backend.searchList({ text, sort });
      return { found, list: { text, asked, missing, names, sort } };
    });
  }

  async #ask(
    query: string,
    fresh: boolean,
    question: () => Promise<{ found: SearchView; list: PastedList | null }>,
  ): Promise<void> {
    const round = ++this.#round;
    const began = performance.now();
    this.loading = this.finding = true;
    this.#stale = false;
    this.#stop();
    try {
      const { found, list } = await question();
      if (round !== this.#round) return;
      this.finding = false;
      this.list = list;
      this.#old = fresh ? new Map() : this.#kept();
      this.#answer += 1;
      this.#pages.clear();
      this.#wanted.clear();
      this.#handle = found.search;
      this.#pages.set(0, found.rows);
      this.failure = null;
      this.shownQuery = query;
      this.doubt = found.doubt;
      this.took = Math.round(performance.now() - began);
      this.atLeast = Math.max(found.rows.length, fresh ? 0 : this.count);
      // The number from before stands until it is counted anew, unless there are more rows than it says already.
      if (fresh || found.total != null || this.count < found.rows.length) this.total = found.total ?? null;
      if (!fresh) this.want(this.#looked.start, this.#looked.end);
      if (found.total == null) await this.#count(round);
    } catch (thrown) {
      if (round !== this.#round) return;
      this.failure = failure(thrown);
      this.total = null;
      // A list has no place of its own where its fault could stand, so it stands in the place of the rows.
      if (this.#pasted) {
        this.#pages.clear();
        this.#old = new Map();
        this.atLeast = 0;
        this.list = null;
        this.shownQuery = "";
      }
    } finally {
      if (round === this.#round) {
        this.loading = this.finding = false;
        this.#answeredAt = Date.now();
        if (this.#stale) this.renew();
      }
    }
  }

  /**
   * Rows have changed: asks again, at most every two seconds. A question that is on its way is waited for, as a slow
   * one would else be overtaken each time and never be answered.
   */
  renew(): void {
    if ((!this.#last && !this.#pasted) || this.#due !== undefined) return;
    if (this.loading) {
      this.#stale = true;
      return;
    }
    this.#due = setTimeout(() => void this.again(), Math.max(0, this.#answeredAt + RENEW_MS - Date.now()));
  }

  /** Asks the same again, because rows have changed. The page keeps what it shows until the new rows are here. */
  async again(): Promise<void> {
    if (this.#pasted) await this.searchList(this.#pasted.text, this.#pasted.sort, false);
    else if (this.#last) await this.search(this.#last.query, this.#last.sort, false);
  }

  /** Makes sure that the rows from `start` up to `end` are there or on their way, and those next in the way of scrolling. */
  want(start: number, end: number): void {
    this.#way = Math.sign(start - this.#looked.start);
    this.#looked = { start, end };
    this.#fill();
  }

  /** Asks for what is looked at and not there, then for the page ahead; what flew past meanwhile is not asked for. */
  #fill(): void {
    const last = Math.max(0, Math.ceil(this.count / PAGE) - 1);
    const pageOf = (row: number) => Math.max(0, Math.min(last, Math.floor(row / PAGE)));
    const [from, to] = [pageOf(this.#looked.start), pageOf(this.#looked.end - 1)];
    const pages = Array.from({ length: to - from + 1 }, (_, at) => from + at);
    const ahead = this.#way < 0 ? from - 1 : to + this.#way;
    if (ahead >= 0 && ahead <= last) pages.push(ahead);
    for (const page of pages) if (this.#wanted.size < MOST_ASKED) void this.#fetch(page);
  }

  /** Rows of a range, fetched when needed. */
  async range(start: number, end: number): Promise<UserRow[]> {
    const rows: UserRow[] = [];
    // All of one answer: rows of the next one stand in other places, and each pool numbers its own.
    const [pool, search] = [aimed(), this.#handle];
    for (let at = start; at < end; at += PAGE) {
      const count = Math.min(PAGE, end - at);
      rows.push(...(await about(pool, () => backend.getRows({ search, start: at, count }))));
    }
    return rows;
  }

  forget(): void {
    this.#round += 1;
    this.#answer += 1;
    this.#last = null;
    this.#pasted = null;
    this.list = null;
    this.#looked = { start: 0, end: 0 };
    this.#stale = false;
    this.#stop();
    this.#wanted.clear();
    this.#pages.clear();
    this.#old = new Map();
    this.total = null;
    this.atLeast = 0;
    this.failure = null;
    this.took = null;
    this.loading = this.finding = false;
  }

  async #count(round: number): Promise<void> {
    const counted = await backend.countUsers({ search: this.#handle });
    if (round === this.#round) this.total = counted;
  }

  #stop(): void {
    clearTimeout(this.#due);
    this.#due = undefined;
  }

  /** Rows to show until new ones are here. Of those from before the last answer only what is looked at. */
  #kept(): Map<number, UserRow[]> {
    const first = Math.floor(this.#looked.start / PAGE);
    const last = Math.floor(this.#looked.end / PAGE);
    const looked = [...this.#old].filter(([page]) => page >= first && page <= last);
    return new Map([...looked, ...this.#pages]);
  }

  async #fetch(page: number): Promise<void> {
    if (this.#pages.has(page) || this.#wanted.has(page)) return;
    const answer = this.#answer;
    let arrived = false;
    this.#wanted.add(page);
    try {
      const rows = await backend.getRows({ search: this.#handle, start: page * PAGE, count: PAGE });
      if (answer !== this.#answer) return;
      this.#pages.set(page, rows);
      this.#trim(page);
      arrived = true;
    } catch (thrown) {
      if (answer !== this.#answer) return;
      // A search that the backend has let go is simply asked again.
      const code = failure(thrown).detail.code;
      if (code === "not_found" || code === "precondition") await this.again();
      else this.failure = failure(thrown);
    } finally {
      if (answer === this.#answer) this.#wanted.delete(page);
      // One that could not be had is not asked for until somebody looks there again.
      if (arrived) this.#fill();
    }
  }

  #trim(around: number): void {
    if (this.#pages.size <= MOST_PAGES) return;
    const far = [...this.#pages.keys()].sort((a, b) => Math.abs(b - around) - Math.abs(a - around));
    for (const page of far.slice(0, this.#pages.size - MOST_PAGES)) if (page > 0) this.#pages.delete(page);
  }
}

export const people = new People();
