import { describe, expect, it } from "vitest";
import { drawnRows, rowAt, scrollTo, visibleRows } from "./window";

describe("the window into a long table", () => {
  it("draws what is seen and some spare rows", () => {
    expect(visibleRows(100_000, 32, 0, 640)).toEqual({ first: 0, end: 45 });
    expect(visibleRows(100_000, 32, 32_000, 640)).toEqual({ first: 988, end: 1033 });
    expect(visibleRows(100_000, 32, 32_000, 640, 4)).toEqual({ first: 996, end: 1025 });
  });
  it("ends with the last row, and draws as many there", () =>
    expect(visibleRows(100_000, 32, 3_199_360, 640)).toEqual({ first: 99_955, end: 100_000 }));
  it("survives a list that became shorter than the scroll position", () =>
    expect(visibleRows(10, 32, 3_000_000, 640)).toEqual({ first: 0, end: 10 }));
  it("draws nothing of nothing", () => expect(visibleRows(0, 32, 0, 640)).toEqual({ first: 0, end: 0 }));

  it("keeps each row in its place while it is in the window, and gives each place one row", () => {
    const drawn = drawnRows(32, 640, 4);
    const rows = (first: number) => Array.from({ length: drawn }, (_, place) => rowAt(place, first, drawn));
    for (const first of [0, 1, 28, 29, 30, 9_999_971]) {
      const here = rows(first);
      expect([...here].sort((a, b) => a - b)).toEqual(Array.from({ length: drawn }, (_, at) => first + at));
      const stayed = rows(first + 2).filter((row, place) => row === here[place]);
      expect(stayed).toHaveLength(drawn - 2);
    }
  });
});

describe("bringing a row into view", () => {
  it("does nothing when it is there", () => expect(scrollTo(5, 32, 0, 640, 28)).toBeNull());
  it("scrolls up to it", () => expect(scrollTo(2, 32, 320, 640, 28)).toBe(64));
  it("scrolls down until it clears the head", () => expect(scrollTo(30, 32, 0, 640, 28)).toBe(30 * 32 + 32 - 612));
});
