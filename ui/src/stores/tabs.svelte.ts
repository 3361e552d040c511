import { asking } from "../changes/asking.svelte";
import { aim, type SavedViewView, type TabView } from "../ipc/client";
import { parse } from "./address";
import { changes } from "./changes.svelte";
import { jobs } from "./jobs.svelte";
import { lab, LabTable } from "./lab.svelte";
import { lists } from "./lists";
import { overlays } from "./overlays.svelte";
import { people } from "./people.svelte";
import { route } from "./route.svelte";
import { scrollBack, scrolls, type Scrolled } from "./scrolls";
import { secrets } from "./secrets.svelte";
import { selection } from "./selection.svelte";
import { Tab } from "./tab.svelte";
import { toasts } from "./toasts.svelte";

const nowhere = new Tab("");

/** The pools that are open side by side, each once. One is in front, or a pool is being chosen. */
class Tabs {
  all = $state.raw<Tab[]>([]);
  /** `null` while a pool is being chosen. */
  front = $state.raw<Tab | null>(null);
  /** Which one was in front before the choosing. */
  #before: Tab | null = null;
  #looking = false;

  /** Whether there is anything to go to and fro between: tabs, or one and the choosing of another. */
  readonly shown = $derived(this.all.length + (this.front ? 0 : 1) > 1);

  of(poolKey: string): Tab | null {
    return this.all.find((tab) => tab.key === poolKey) ?? null;
  }

  /** The tab of that pool, made when there is none. */
  at(poolKey: string): Tab {
    const known = this.of(poolKey);
    if (known) return known;
    const tab = new Tab(poolKey);
    this.all = [...this.all, tab];
    return tab;
  }

  /** Brings a tab to the front as it was left, or the choosing of a pool. */
  to(tab: Tab | null, address = tab?.address ?? "#/start"): void {
    if (tab === this.front) return;
    this.#leave();
    this.front = tab;
    this.#uses(tab ?? nowhere);
    route.enter(tab?.key ?? "", address);
    scrollBack(tab?.scrolled ?? []);
    // Without a journal there are no jobs; the pages that need it say so.
    if (tab?.open) jobs.enter().catch(() => undefined);
  }

  /** Takes a tab away. Gives the one beside it, which is next where it was in front; the caller brings that there. */
  remove(tab: Tab): Tab | null {
    const at = this.all.indexOf(tab);
    this.all = this.all.filter((other) => other !== tab);
    if (this.#before === tab) this.#before = null;
    return this.all[Math.min(at, this.all.length - 1)] ?? null;
  }

  /** The tab that many places further, around the end; `undefined` when there is no other. The choosing is the last one. */
  beside(by: 1 | -1): Tab | null | undefined {
    const around: (Tab | null)[] = this.front ? this.all : [...this.all, null];
    return around.length > 1 ? around.at((around.indexOf(this.front) + by) % around.length) : undefined;
  }

  /** The tab to go back to when nothing is chosen after all. */
  get before(): Tab | null {
    return this.#before ?? this.all.at(-1) ?? null;
  }

  /** What the next start shall know: pools and pages, and of searches the names of those that are saved. */
  kept(views: SavedViewView[]): TabView[] {
    const front = this.front ?? this.#before;
    return this.all.map((tab) => {
      const { place, params } = parse(tab === this.front ? `#/${route.place}?${route.query}` : tab.address);
      const view = place === "users" ? views.find((candidate) => addressOf(candidate) === searched(params)) : undefined;
      return { poolKey: tab.key, page: place, view: view?.name ?? null, front: tab === front };
    });
  }

  /** Puts the tabs of the last time back; the pools are opened when somebody goes to them. */
  restore(kept: TabView[], views: SavedViewView[]): void {
    for (const { poolKey, page, view } of kept) {
      const saved = views.find((candidate) => candidate.name === view);
      this.at(poolKey).address = saved ? `#/users?${addressOf(saved)}` : `#/${page}`;
    }
  }

  /** Asks how the pool in front stands, and those in which Production is unlocked: that ends by itself. */
  async look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    const asked = this.all.filter((tab) => tab.open && (tab === this.front || (tab.open.readOnly && !tab.locked)));
    try {
      await Promise.all(asked.map((tab) => tab.look()));
    } catch {
      // The next round asks again; what cannot be reached shows itself where it is needed.
    } finally {
      this.#looking = false;
    }
  }

  /** What was found and asked for belongs to one pool, and so does what was said about it. */
  #leave(): void {
    const [front, scrolled]: [Tab | null, Scrolled[]] = [this.front, scrolls()];
    if (front) {
      front.address = route.address;
      front.scrolled = scrolled;
      this.#before = this.all.includes(front) ? front : null;
    }
    people.forget();
    jobs.leave();
    asking.leave();
    secrets.leave();
    changes.close();
    // What a dialog would do it would do to the pool that comes to the front.
    if (overlays.current.name !== "unlock") overlays.close();
    toasts.clear();
  }

  #uses(tab: Tab): void {
    aim(tab.key);
    selection.use(tab.selected);
    lists.use(tab.pasted);
    lab.table = tab === nowhere ? new LabTable("") : tab.lab;
    if (tab === nowhere) selection.clear();
  }
}

function searched(params: URLSearchParams): string {
  const [sort, order] = [params.get("sort") || "created", params.get("order") || "desc"];
  return new URLSearchParams({ q: params.get("q") ?? "", sort, order }).toString();
}

function addressOf(view: SavedViewView): string {
  const order = view.sort.descending ? "desc" : "asc";
  return new URLSearchParams({ q: view.query, sort: view.sort.field, order }).toString();
}

export const tabs = new Tabs();

route.toTab = (key, address) => {
  const tab = tabs.of(key);
  if (key !== "" && !tab?.open) return false;
  tabs.to(tab, address);
  return true;
};
