/** Addresses within the window: a page, and what it shows. */

const places = [
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

/** An address, taken apart. */
export function parse(hash: string): { place: Place; params: URLSearchParams } {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  const place = places.find((name) => name === path) ?? "start";
  return { place, params: new URLSearchParams(query) };
}
