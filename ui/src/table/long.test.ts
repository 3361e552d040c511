import { describe, expect, it } from "vitest";
import { boxHeight, moved, placed, scrolled, type Scroll } from "./long";
import { scrollTo, visibleRows } from "./window";

const [ROW, HEAD, HEIGHT] = [32, 28, 668];
const VIEW = HEIGHT - HEAD;
/** Where WebKit cuts a box. */
const CUT = 33_554_431;

describe.each([1_000_000, 1_200_000, 10_000_000])("a list of %d rows", (count) => {
  const length = count * ROW;
  const box = boxHeight(length);
  const begin: Scroll = { top: 0, at: 0 };
  const drawn = ({ at }: Scroll) => visibleRows(count, ROW, at, HEIGHT);
  /** As a browser scrolls: not beyond the ends of the box. */
  const by = (from: Scroll, way: number) =>
    scrolled(from, Math.max(0, Math.min(box - VIEW, from.top + way)), length, VIEW);

  it("has a box that no browser cuts", () => expect(box + HEAD).toBeLessThan(CUT));

  it("is at its last row at the end of the scrollbar, and at its first at the beginning", () => {
    const end = scrolled(begin, box - VIEW, length, VIEW);
    expect(end).toEqual({ top: box - VIEW, at: length - VIEW });
    expect(drawn(end).end).toBe(count);
    expect(scrolled(end, 0, length, VIEW)).toEqual(begin);
  });

  it("goes to the proportional place with the scrollbar", () => {
    const half = scrolled(begin, (box - VIEW) / 2, length, VIEW);
    expect(drawn(half).first).toBeCloseTo(count / 2, -2);
  });

  it.each([0.03, 0.5, 0.97])("moves exactly in small ways, to and fro, from %d of it", (share) => {
    const from = scrolled(begin, Math.round((box - VIEW) * share), length, VIEW);
    const down = by(by(from, 53), 53);
    expect(down.at - from.at).toBeCloseTo(106, 5);
    expect(by(down, -106).at).toBeCloseTo(from.at, 5);
  });

  it("comes to its last row in small ways from wherever the scrollbar was left near the end", () => {
    for (const left of [200, 5_000, 400_000]) {
      let now = scrolled(begin, box - VIEW - left, length, VIEW);
      for (let step = 0; step < 8_000 && now.at < length - VIEW; step += 1) now = by(now, 640);
      expect(now.at).toBe(length - VIEW);
    }
  });

  it("goes on where the box ends before its list", () => {
    const far = length / 2;
    const stuck = scrolled({ top: box - VIEW - 50, at: far }, box - VIEW, length, VIEW);
    const ahead = box < length ? far + 50 : length - VIEW;
    expect(stuck.at).toBe(ahead);
    expect(by(stuck, 640).at).toBe(Math.min(length - VIEW, ahead + 640));
  });

  it("brings every row into view that a key goes to", () => {
    let now = begin;
    const go = (index: number) => {
      const target = scrollTo(index, ROW, now.at, HEIGHT, HEAD);
      if (target !== null) now = moved(now, target, length, VIEW);
      expect(now.top).toBeGreaterThanOrEqual(0);
      expect(now.top).toBeLessThanOrEqual(box - VIEW);
      expect(index * ROW).toBeGreaterThanOrEqual(now.at);
      expect(index * ROW + ROW).toBeLessThanOrEqual(now.at + VIEW);
      expect(drawn(now).first).toBeLessThanOrEqual(index);
      expect(drawn(now).end).toBeGreaterThan(index);
    };
    const page = Math.floor(VIEW / ROW) - 1;
    for (const index of [count - 1, count - 2, count - 1 - page, count - 1, 0, 1, page, count >> 1]) go(index);
    for (let index = count >> 1; index < (count >> 1) + 3_000; index += 1) go(index);
    for (let index = count - 2_000; index < count; index += page) go(index);
    go(count - 1);
    expect(now.at).toBe(length - VIEW);
  });

  it("is put where its box belongs", () => {
    const here = placed(length / 3, length, VIEW);
    expect(scrolled(begin, here.top, length, VIEW).at).toBeCloseTo(here.at, 3);
    expect(placed(length * 2, length, VIEW)).toEqual({ top: box - VIEW, at: length - VIEW });
  });
});

describe("a list that is shorter than what is seen", () => {
  it("does not scroll", () => {
    expect(placed(50, 64, VIEW)).toEqual({ top: 0, at: 0 });
    expect(scrolled({ top: 0, at: 0 }, 0, 64, VIEW)).toEqual({ top: 0, at: 0 });
  });
});
