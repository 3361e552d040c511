/** Which rows of a long list are on the screen. Rows have one height, so it is arithmetic and works for any length. */
export interface Window {
  first: number;
  /** One after the last. */
  end: number;
}

/** How many rows are drawn at once: what fits, and some more on both sides, so that scrolling does not outrun drawing. */
export function drawnRows(row: number, height: number, spare = 12): number {
  return Math.ceil(height / row) + 1 + 2 * spare;
}

/** The rows to draw where `at` pixels of the list are above the upper edge: always as many, in a list that has as many. */
export function visibleRows(count: number, row: number, at: number, height: number, spare = 12): Window {
  const drawn = drawnRows(row, height, spare);
  const first = Math.max(0, Math.min(Math.floor(at / row) - spare, count - drawn));
  return { first, end: Math.min(count, first + drawn) };
}

/**
 * The row that a place in the page shows. Rows keep their places while others scroll by, so that only those are drawn
 * anew whose row has left the window.
 */
export function rowAt(place: number, first: number, drawn: number): number {
  return first + ((((place - first) % drawn) + drawn) % drawn);
}

/** Where the list has to be so that a row is wholly visible below the head; `null` when it already is. */
export function scrollTo(index: number, row: number, at: number, height: number, head: number): number | null {
  const begin = index * row;
  if (begin < at) return begin;
  const lowest = begin + row - (height - head);
  return lowest > at ? lowest : null;
}
