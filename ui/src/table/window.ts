/** Which rows of a long list are on the screen. Rows have one height, so it is arithmetic and works for any length. */
export interface Window {
  first: number;
  /** One after the last. */
  end: number;
}

/** The rows to draw: what is visible and some more on both sides, so that scrolling does not outrun drawing. */
export function visibleRows(count: number, row: number, top: number, height: number, spare = 12): Window {
  const first = Math.max(0, Math.floor(top / row) - spare);
  const end = Math.min(count, Math.ceil((top + height) / row) + spare);
  return { first: Math.min(first, end), end };
}

/** Where to scroll so that a row is wholly visible below the head; `null` when it already is. */
export function scrollTo(index: number, row: number, top: number, height: number, head: number): number | null {
  const begin = index * row;
  if (begin < top) return begin;
  const lowest = begin + row - (height - head);
  return lowest > top ? lowest : null;
}
