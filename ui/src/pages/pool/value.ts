import type { SettingView, UnansweredView } from "../../ipc/client";
import { t } from "../../strings/en";

/** A value as a person reads it; `null` for one that is shown as JSON. */
export function plain(value: unknown): string | null {
  if (value === null || value === undefined) return t.pool.unset;
  if (typeof value === "boolean") return value ? t.pool.on : t.pool.off;
  if (typeof value === "string" || typeof value === "number") return String(value);
  if (Array.isArray(value) && value.every((entry) => typeof entry === "string" || typeof entry === "number"))
    return value.length === 0 ? t.pool.none : value.join(", ");
  return null;
}

/** What is held; `null` when AWS tells nothing. */
export const held = (setting: SettingView): unknown => (setting.value === null ? null : JSON.parse(setting.value));

/** A value as JSON, laid out. */
export const json = (value: unknown): string => JSON.stringify(value, null, 2);

/** The value at a place of a client or pool; `null` when it is not set. */
export function at(settings: SettingView[], end: string): unknown {
  const setting = settings.find((one) => one.pointer.endsWith(end));
  return setting ? held(setting) : null;
}

/** Whether a question about the pool itself was answered: what is not known to be there is not said to be absent. */
export const answered = (told: { unanswered: UnansweredView[] }, operation: string): boolean =>
  !told.unanswered.some((question) => question.operation === operation && question.subject === null);

/** What AWS takes only together: a number and its unit, what OAuth needs, an address of one's own and who sends from it. */
const TOGETHER = [
  ["/AccessTokenValidity", "/TokenValidityUnits/AccessToken"],
  ["/IdTokenValidity", "/TokenValidityUnits/IdToken"],
  ["/RefreshTokenValidity", "/TokenValidityUnits/RefreshToken"],
  ["/AllowedOAuthFlowsUserPoolClient", "/AllowedOAuthFlows", "/AllowedOAuthScopes"],
  ["/EmailConfiguration/EmailSendingAccount", "/EmailConfiguration/SourceArn"],
];

/** The settings that are changed in one edit with a setting. */
export function along(setting: SettingView, settings: SettingView[]): SettingView[] {
  const group = TOGETHER.find((ends) => ends.some((end) => setting.pointer.endsWith(end))) ?? [];
  return settings.filter((one) => one.pointer !== setting.pointer && group.some((end) => one.pointer.endsWith(end)));
}

/** Texts at a place; none when it is not set. */
export function texts(settings: SettingView[], end: string): string[] {
  const value = at(settings, end);
  return Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === "string") : [];
}

/** Whether a setting is about what somebody looks for: in its name, its meaning, its place or its value. */
export function isAbout(setting: SettingView, words: string[]): boolean {
  const value = setting.value === null ? "" : (plain(held(setting)) ?? setting.value);
  const all = [setting.title, setting.what, setting.pointer, value, t.pool.areas[setting.area] ?? ""]
    .join(" ")
    .toLowerCase();
  return words.every((word) => all.includes(word));
}

/** `30 days`: how long tokens of a client hold. Zero and nothing are AWS's default. */
export function lifetime(settings: SettingView[], token: "AccessToken" | "IdToken" | "RefreshToken"): string {
  const [usual, unit] = token === "RefreshToken" ? ([30, "days"] as const) : ([1, "hours"] as const);
  const count = at(settings, `/${token}Validity`);
  const told = typeof count === "number" && count > 0 ? count : null;
  const said = at(settings, `/TokenValidityUnits/${token}`);
  const named = told !== null && typeof said === "string" ? said : unit;
  const number = told ?? usual;
  return `${number} ${number === 1 ? named.replace(/s$/, "") : named}`;
}
