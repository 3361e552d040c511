/** Where the person is: the page and what it shows, kept in the address so that back and forward work. */

import { parse, type Place } from "./address";

export type { Place } from "./address";

class Route {
  #now = $state.raw(parse(window.location.hash));
  /** The key of the pool that the address is of; empty while a pool is chosen. */
  #tab = "";
  /** Says whether the tab of that key can come to the front, and brings it there. */
  toTab: (key: string, address: string) => boolean = () => false;

  constructor() {
    const moved = () => this.#moved();
    window.addEventListener("hashchange", moved);
    window.addEventListener("popstate", moved);
  }

  get place(): Place {
    return this.#now.place;
  }

  /** What the page shows, as the address has it. */
  get query(): string {
    return this.#now.params.toString();
  }

  /** The address, as a tab keeps it. */
  get address(): string {
    // Not the window's: after going back that is of another tab already.
    const query = this.query;
    return `#/${this.place}${query ? `?${query}` : ""}`;
  }

  get(name: string): string {
    return this.#now.params.get(name) ?? "";
  }

  /** Goes to a page. */
  go(place: Place, params: Record<string, string> = {}): void {
    this.#write(place, new URLSearchParams(params), false);
  }

  /** Changes what the page shows; an empty value takes the parameter away. */
  set(changes: Record<string, string>, step: "push" | "replace" = "replace"): void {
    const all = { ...Object.fromEntries(this.#now.params), ...changes };
    const kept = Object.entries(all).filter(([, value]) => value !== "");
    this.#write(this.#now.place, new URLSearchParams(kept), step === "replace");
  }

  /** Another tab is in front, and this is where it was. */
  enter(tab: string, address: string): void {
    this.#tab = tab;
    if (this.#entry() !== tab || address !== window.location.hash) window.history.pushState({ tab }, "", address);
    this.#now = parse(address);
  }

  /** The tab that the entry of the window's history belongs to. */
  #entry(): string {
    return (window.history.state as { tab?: string } | null)?.tab ?? this.#tab;
  }

  /** Back or forward. What was seen in another tab is seen there, and not over this one. */
  #moved(): void {
    const [entry, address] = [this.#entry(), window.location.hash];
    if (entry === this.#tab) this.#now = parse(address);
    else if (!this.toTab(entry, address)) window.history.replaceState({ tab: this.#tab }, "", this.address);
  }

  #write(place: Place, params: URLSearchParams, replace: boolean): void {
    const query = params.toString();
    const hash = `#/${place}${query ? `?${query}` : ""}`;
    if (hash === window.location.hash) return;
    if (replace) window.history.replaceState({ tab: this.#tab }, "", hash);
    else window.history.pushState({ tab: this.#tab }, "", hash);
    this.#now = { place, params };
  }
}

export const route = new Route();
