import { describe, expect, it } from "vitest";
import type { FindingView } from "../../ipc/client";
import { actionsIn, ruled } from "./findings";

const finding = (more: Partial<FindingView>): FindingView => ({
  id: "UP-01",
  resource: "pool",
  severity: "medium",
  result: "fail",
  evidence: "",
  source: "",
  title: "Anybody can sign up",
  version: 1,
  operation: "",
  pointer: "",
  why: "",
  remedy: "",
  accepted: null,
  ...more,
});

describe("findings", () => {
  it("are one line for each rule, which is as bad as its worst place", () => {
    const all = [
      finding({ id: "AC-01", severity: "low", resource: "web" }),
      finding({}),
      finding({ id: "AC-01", severity: "high", resource: "app" }),
      finding({ id: "AC-02", result: "pass" }),
    ];
    const lines = ruled(all, "fail", "", "");
    expect(lines.map((line) => [line.id, line.severity, line.findings.length])).toEqual([
      ["AC-01", "high", 2],
      ["UP-01", "medium", 1],
    ]);
  });

  it("are found by severity and by every word", () => {
    const all = [finding({}), finding({ id: "UP-02", title: "Passwords may be short", severity: "low" })];
    expect(ruled(all, "fail", "low", "").map((line) => line.id)).toEqual(["UP-02"]);
    expect(ruled(all, "fail", "", "short pass").map((line) => line.id)).toEqual(["UP-02"]);
    expect(ruled(all, "fail", "", "short sign")).toEqual([]);
  });

  it("name the IAM actions that would make them known", () => {
    const texts = ["This needs wafv2:GetWebACLForResource.", "It needs iam:GetRole and iam:GetRole, see https://x:Y"];
    expect(actionsIn(texts)).toEqual(["iam:GetRole", "wafv2:GetWebACLForResource"]);
  });
});
