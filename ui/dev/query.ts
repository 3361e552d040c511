import type { ChipView, ParsedView, UserView } from "../src/ipc/generated/bindings";

const NAMED = [
  "username",
  "sub",
  "email",
  "email_verified",
  "name",
  "phone_number",
  "locale",
  "status",
  "enabled",
  "group",
  "created",
  "modified",
  "custom:tenant",
  "custom:plan",
  "has",
  "missing",
  "dup",
];

/** Just enough of the search language to draw the window with. The real one lives in the backend. */
export function parse(query: string): ParsedView {
  const chips: ChipView[] = [];
  for (const match of query.matchAll(/-?(?:"[^"]*"|[^\s"]+(?:"[^"]*")?)/g)) {
    const text = match[0];
    const start = match.index;
    if (/^or$/i.test(text)) continue;
    const negated = text.startsWith("-");
    const rest = negated ? text.slice(1) : text;
    const parts = /^((?:custom:)?[a-z_]+)(:|>=|<=|=|>|<)(.*)$/.exec(rest);
    if (parts && !NAMED.includes(parts[1] as string)) {
      const name = parts[1] as string;
      return {
        chips: [],
        error: {
          startUtf16: start + (negated ? 1 : 0),
          endUtf16: start + (negated ? 1 : 0) + name.length,
          message: `“${name}” is not a field of this pool. A field or a word was expected.`,
          suggestions: [
            { label: "email", replacement: "email" },
            { label: `"${rest}" as text`, replacement: `"${name}"` },
          ],
        },
      };
    }
    if (parts && parts[3] === "") {
      const at = start + text.length;
      return {
        chips: [],
        error: {
          startUtf16: at,
          endUtf16: at,
          message: `A value is missing after ${parts[1]}${parts[2]}`,
          suggestions: [],
        },
      };
    }
    chips.push({
      startUtf16: start,
      endUtf16: start + text.length,
      text,
      field: parts?.[1] ?? null,
      operator: parts?.[2] ?? null,
      value: parts?.[3] ?? rest.replaceAll('"', ""),
      negated,
    });
  }
  return { chips, error: null };
}

export function valueOf(user: UserView, field: string): string {
  if (field === "status") return user.status;
  if (field === "enabled") return user.enabled ? "yes" : "no";
  if (field === "group") return user.groups.join(" ");
  if (field === "created") return user.createdAt;
  if (field === "modified") return user.modifiedAt;
  if (field === "username") return user.username;
  return user.attributes[field] ?? "";
}

function meets(user: UserView, chip: ChipView): boolean {
  const wanted = chip.value.toLowerCase().replace(/[*"]/g, "");
  if (!chip.field) return JSON.stringify(user.attributes).toLowerCase().includes(wanted);
  if (chip.field === "missing") return valueOf(user, chip.value) === "";
  if (chip.field === "has") return valueOf(user, chip.value) !== "";
  const value = valueOf(user, chip.field).toLowerCase();
  if (chip.operator === "=") return value === wanted;
  if (chip.operator === ">") return value > wanted;
  if (chip.operator === "<") return value < wanted;
  return chip.field === "status" ? value === wanted : value.includes(wanted);
}

export const matches = (user: UserView, chips: ChipView[]): boolean =>
  chips.every((chip) => meets(user, chip) !== chip.negated);
