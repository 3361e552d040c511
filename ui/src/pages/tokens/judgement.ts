import type { CheckView, VerdictView } from "../../ipc/client";
import { duration } from "../../kit/time";
import { t } from "../../strings/en";

export type Judgement = "valid" | "invalid" | "unknown";

/** A check that fails refuses a token; one that cannot be known only leaves it open. */
export function judge(verdict: VerdictView): Judgement {
  if (verdict.valid) return "valid";
  const isOpen = verdict.checks.some((check) => check.result === "unknown");
  return isOpen && !verdict.checks.some((check) => check.result === "fail") ? "unknown" : "invalid";
}

/** The names of the checks that ended so, as in a sentence. */
export function named(checks: CheckView[], result: CheckView["result"]): string {
  return checks
    .filter((check) => check.result === result)
    .map((check) => t.tokens.checks[check.name]?.toLowerCase() ?? check.name)
    .join(", ");
}

/** The compact tokens in a text, once each and in its order, as the backend finds them. */
export function compactIn(text: string): string[] {
  const words = text.match(/[A-Za-z0-9_.-]+/g) ?? [];
  const begun = words.map((word) => /(?:^|\.)(eyJ.*)$/.exec(word)?.[1]?.replace(/\.+$/, "") ?? "");
  return [...new Set(begun.filter((word) => word.split(".").length > 2))];
}

/** `59 min`, `30 days`. */
export function span(seconds: number): string {
  const days = Math.floor(seconds / 86_400);
  return days > 1 ? t.tokens.days(days) : duration(seconds);
}

/** The words of a text, as scopes and groups are written: separated by spaces or commas. */
export function words(text: string): string[] {
  return text.split(/[\s,]+/).filter((word) => word !== "");
}

/** What a trigger of that version may answer. */
export function exampleResponse(version: string): string {
  const groupOverrideDetails = { groupsToOverride: ["admins"], iamRolesToOverride: [], preferredRole: null };
  const claims = { claimsToAddOrOverride: { tenant: "blue" }, claimsToSuppress: ["email"] };
  const first = { claimsOverrideDetails: { ...claims, groupOverrideDetails } };
  const later = {
    claimsAndScopeOverrideDetails: {
      idTokenGeneration: claims,
      accessTokenGeneration: { claimsToAddOrOverride: { tenant: "blue" }, scopesToAdd: ["orders/read"] },
      groupOverrideDetails,
    },
  };
  return JSON.stringify(version === "V1" ? first : later, null, 2);
}
