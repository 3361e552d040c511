import type { IconName } from "../../kit/icons";

/** How bad a failure looks. */
export const LOOKS: Record<string, { look: string; icon: IconName }> = {
  critical: { look: "danger", icon: "stop" },
  high: { look: "danger", icon: "stop" },
  medium: { look: "warn", icon: "alert" },
  low: { look: "info", icon: "info" },
  info: { look: "mute", icon: "info" },
};

export const RESULT_LOOKS: Record<string, { look: string; icon: IconName }> = {
  unknown: { look: "mute", icon: "question" },
  pass: { look: "ok", icon: "check-circle" },
  "n/a": { look: "mute", icon: "minus" },
};
