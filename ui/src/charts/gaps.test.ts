import { describe, expect, it } from "vitest";
import { withGaps } from "./gaps";

const told = (list: { at: string; count: number }[]) => list.map((line) => `${line.at} ${line.count}`);

describe("sign-ups over time", () => {
  it("have the months in which nobody came, across a year", () => {
    const list = [
      { at: "2025-11", count: 3 },
      { at: "2026-02", count: 1 },
    ];
    expect(told(withGaps(list))).toEqual(["2025-11 3", "2025-12 0", "2026-01 0", "2026-02 1"]);
  });

  it("have the days in which nobody came, across a month and up to today", () => {
    const list = [
      { at: "2024-02-28", count: 2 },
      { at: "2024-03-01", count: 5 },
    ];
    expect(told(withGaps(list, "2024-03-02"))).toEqual([
      "2024-02-28 2",
      "2024-02-29 0",
      "2024-03-01 5",
      "2024-03-02 0",
    ]);
  });

  it("lose nobody behind a gap of centuries, and end", () => {
    const list = [
      { at: "0001-01", count: 1 },
      { at: "2026-02", count: 4 },
    ];
    const all = withGaps(list);
    expect(all.length).toBeLessThan(1300);
    expect(all.reduce((sum, line) => sum + line.count, 0)).toBe(5);
    expect(withGaps([])).toEqual([]);
  });
});
