import { describe, expect, it } from "vitest";
import { scrollTo, visibleRows } from "./window";

describe("the window into a long table", () => {
  it("draws what is seen and some spare rows", () => {
    expect(visibleRows(100_000, 32, 0, 640)).toEqual({ first: 0, end: 32 });
    expect(visibleRows(100_000, 32, 32_000, 640)).toEqual({ first: 988, end: 1032 });
  });
  it("ends with the last row", () => expect(visibleRows(100_000, 32, 3_199_360, 640).end).toBe(100_000));
  it("survives a list that became shorter than the scroll position", () => {
    const { first, end } = visibleRows(10, 32, 3_000_000, 640);
    expect(first).toBeLessThanOrEqual(end);
    expect(end).toBe(10);
  });
  it("draws nothing of nothing", () => expect(visibleRows(0, 32, 0, 640)).toEqual({ first: 0, end: 0 }));
});

describe("bringing a row into view", () => {
  it("does nothing when it is there", () => expect(scrollTo(5, 32, 0, 640, 28)).toBeNull());
  it("scrolls up to it", () => expect(scrollTo(2, 32, 320, 640, 28)).toBe(64));
  it("scrolls down until it clears the head", () => expect(scrollTo(30, 32, 0, 640, 28)).toBe(30 * 32 + 32 - 612));
});
