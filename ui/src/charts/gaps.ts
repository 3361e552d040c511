/** Spans of time in which nobody came belong on the axis, too. */
export interface Counted {
  /** `2026-01` or `2026-01-31`. */
  at: string;
  count: number;
}

/** No more spans than this are made up between two that are far apart: a clock that was wrong once set users to 1970. */
const MOST = 1200;

const next = (at: string): string => {
  const [year = 0, month = 1, day] = at.split("-").map(Number);
  const date = day === undefined ? new Date(Date.UTC(year, month, 1)) : new Date(Date.UTC(year, month - 1, day + 1));
  return date.toISOString().slice(0, at.length);
};

/** Every month or day from the first to the last, and on to `last` if that is later; those without anybody count 0. */
export function withGaps(list: Counted[], last = list.at(-1)?.at ?? ""): Counted[] {
  const counts = new Map(list.map((line) => [line.at, line.count]));
  const first = list[0]?.at;
  if (!first) return [];
  const end = [last, list.at(-1)?.at ?? ""].sort().at(-1) ?? "";
  const all: Counted[] = [];
  for (let at = first; at <= end && all.length < MOST; at = next(at)) all.push({ at, count: counts.get(at) ?? 0 });
  // What lies beyond a gap that is too long to draw is not lost.
  const met = new Set(all.map((line) => line.at));
  return [...all, ...list.filter((line) => !met.has(line.at))];
}
