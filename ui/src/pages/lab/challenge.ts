import type { ReplyKind, StandingKind, StepView } from "../../ipc/client";
import type { IconName } from "../../kit/icons";

const KINDS: Record<string, ReplyKind> = {
  SMS_MFA: "code",
  SMS_OTP: "code",
  EMAIL_OTP: "code",
  SOFTWARE_TOKEN_MFA: "code",
  NEW_PASSWORD_REQUIRED: "newPassword",
  SELECT_MFA_TYPE: "choice",
  SELECT_CHALLENGE: "choice",
  PASSWORD: "password",
  PASSWORD_SRP: "password",
  PASSWORD_VERIFIER: "password",
  CUSTOM_CHALLENGE: "text",
  WEB_AUTHN: "text",
};

/** How a challenge is answered; `null` when it cannot be answered here. */
export function replyTo(challenge: string): ReplyKind | null {
  return KINDS[challenge] ?? null;
}

/** How the outcome of a call looks: an exception is a refusal, anything in capitals a challenge. */
export function outcomeOf(step: StepView): { icon: IconName; look: string } {
  if (step.outcome === "tokens" || step.outcome === "done") return { icon: "check-circle", look: "ok" };
  if (/^[A-Z][A-Z_0-9]*$/.test(step.outcome)) return { icon: "question", look: "info" };
  return { icon: "x-circle", look: "danger" };
}

const STANDINGS: Record<StandingKind, { icon: IconName; look: string }> = {
  closed: { icon: "lock", look: "" },
  untried: { icon: "minus", look: "info" },
  works: { icon: "check-circle", look: "ok" },
  fails: { icon: "x-circle", look: "danger" },
};

/** How the standing of a flow through a client looks. */
export function standingOf(standing: StandingKind): { icon: IconName; look: string } {
  return STANDINGS[standing];
}

/** Attributes from lines of `name=value`; the first line that is none. */
export function attributesOf(text: string): Record<string, string> | string {
  const named: Record<string, string> = {};
  for (const line of text.split("\n").map((line) => line.trim())) {
    if (line === "") continue;
    const at = line.indexOf("=");
    if (at < 1) return line;
    named[line.slice(0, at).trim()] = line.slice(at + 1);
  }
  return named;
}
