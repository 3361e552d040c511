/**
 * Scrolling through a list that is longer than a box can be. WebKit cuts a box at 33,554,431 px, which is a million
 * rows; a longer list has a box of a bounded height, and what is seen of it is kept beside how far the box is scrolled.
 * Small ways are the same in both, so that wheel and keys move exactly; a long one, as with the scrollbar, goes to the
 * proportional place. All lengths are in pixels.
 */

/** Within this every pixel can be told from the next also where coordinates are single floats. */
const TALLEST = 16_000_000;
/** So far from both ends a pixel of the box is one of the list: what is near them can be reached in small ways. */
const EXACT = 1_000_000;
/** Nobody moves this far in one step but with the scrollbar. */
const JUMP = 4_000;

/** Where a list is. */
export interface Scroll {
  /** How far its box is scrolled. */
  top: number;
  /** How much of the list is above the upper edge. */
  at: number;
}

/** The height of the box that a list of that length is in. */
export function boxHeight(length: number): number {
  return Math.min(length, TALLEST);
}

/** The list at a place of its own, and the box at the one that belongs to it. */
export function placed(at: number, length: number, view: number): Scroll {
  const [box, list] = ways(length, view);
  const within = Math.max(0, Math.min(list, at));
  return { top: stretched(within, list, box), at: within };
}

/** The list after its box was scrolled to `top`. Where that is another `top`, the box belongs there. */
export function scrolled(before: Scroll, top: number, length: number, view: number): Scroll {
  const [box, list] = ways(length, view);
  if (box === list || Math.abs(top - before.top) > JUMP) return { top, at: stretched(top, box, list) };
  const at = Math.max(0, Math.min(list, before.at + top - before.top));
  // The box has come to an end before its list.
  if ((top <= 0 && at > 0) || (top >= box - 1 && at < list)) return placed(at, length, view);
  return { top, at };
}

/** The list brought to a place: a small way as if somebody had scrolled it, else as [`placed`]. */
export function moved(before: Scroll, at: number, length: number, view: number): Scroll {
  const there = placed(at, length, view);
  const top = before.top + there.at - before.at;
  const near = Math.abs(there.at - before.at) <= JUMP && top >= 0 && top <= ways(length, view)[0];
  return near ? { top, at: there.at } : there;
}

/** How far the box and the list can be scrolled. */
function ways(length: number, view: number): [number, number] {
  return [Math.max(0, boxHeight(length) - view), Math.max(0, length - view)];
}

/** A place on one way as the same place on a longer or shorter one. */
function stretched(place: number, from: number, to: number): number {
  if (from === to || place <= EXACT) return place;
  if (place >= from - EXACT) return to - (from - place);
  return EXACT + ((place - EXACT) * (to - 2 * EXACT)) / (from - 2 * EXACT);
}
