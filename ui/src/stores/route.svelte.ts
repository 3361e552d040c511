/** Where the person is: the page and what it shows, kept in the address so that back and forward work. */

export const places = [
  "start",
  "pools",
  "overview",
  "users",
  "groups",
  "jobs",
  "audit",
  "lab",
  "tokens",
  "cost",
  "pool",
  "clients",
  "identity",
  "health",
  "settings",
] as const;
export type Place = (typeof places)[number];

function parse(hash: string): { place: Place; params: URLSearchParams } {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  const place = places.find((name) => name === path) ?? "start";
  return { place, params: new URLSearchParams(query) };
}

class Route {
  #now = $state.raw(parse(window.location.hash));

  constructor() {
    window.addEventListener("hashchange", () => (this.#now = parse(window.location.hash)));
  }

  get place(): Place {
    return this.#now.place;
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

  #write(place: Place, params: URLSearchParams, replace: boolean): void {
    const query = params.toString();
    const hash = `#/${place}${query ? `?${query}` : ""}`;
    if (hash === window.location.hash) return;
    if (replace) window.history.replaceState(null, "", hash);
    else window.history.pushState(null, "", hash);
    this.#now = { place, params };
  }
}

export const route = new Route();
