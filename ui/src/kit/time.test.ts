import { beforeAll, describe, expect, it } from "vitest";
import { ago, clockTime, day, duration, local, number, setZone, utc } from "./time";

describe("times carry their zone", () => {
  beforeAll(() => setZone("America/New_York"));
  const at = "2026-01-01T02:03:04Z";

  it("shows the local day, which may not be the UTC one", () => expect(day(at)).toBe("2025-12-31"));
  it("names the zone", () => expect(local(at)).toMatch(/^2025-12-31 21:03 (EST|GMT-5)$/));
  it("has the UTC instant for the tooltip", () => expect(utc(at)).toBe("2026-01-01 02:03:04 UTC"));
  it("tells midnight as 00", () => expect(clockTime("2026-01-01T05:00:00Z")).toMatch(/^00:00 (EST|GMT-5)$/));
  it("shows what is no instant as it is", () => expect(local("soon")).toBe("soon"));
  it("falls back to the system's zone when the given one is unknown", () => {
    setZone("Not/AZone");
    expect(day(at)).toMatch(/^202[56]-/);
    setZone("America/New_York");
  });
});

describe("ages, durations and numbers", () => {
  const now = Date.parse("2026-11-22T12:00:00Z");
  it.each([
    ["2026-11-22T11:59:30Z", "just now"],
    ["2026-11-22T11:57:00Z", "3 min ago"],
    ["2026-11-22T07:11:00Z", "4 h ago"],
    ["2026-11-21T12:00:00Z", "1 day ago"],
    ["2026-11-07T12:00:00Z", "15 days ago"],
  ])("%s is %s", (at, shown) => expect(ago(at, now)).toBe(shown));
  it.each([
    [0.2, "1 s"],
    [42, "42 s"],
    [200, "3 min"],
    [7500, "2 h 5 min"],
  ])("%d seconds are %s", (seconds, shown) => expect(duration(seconds)).toBe(shown));
  it("groups digits", () => expect(number(1204331)).toBe("1,204,331"));
});
