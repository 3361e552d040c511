import type { UserView } from "../ipc/client";
import { t } from "../strings/en";
import { labelOf } from "../table/columns.svelte";

/** A line of a comparison; a side is `null` where the user has nothing. */
export interface Line {
  field: string;
  label: string;
  first: string | null;
  second: string | null;
  differs: boolean;
}

/** What two users have, field by field: the record first, then groups, then attributes by name. */
export function compared(first: UserView, second: UserView): Line[] {
  const line = (field: string, label: string, of: (user: UserView) => string | null): Line => {
    const [one, other] = [of(first), of(second)];
    return { field, label, first: one, second: other, differs: one !== other };
  };
  const names = [...new Set([...Object.keys(first.attributes), ...Object.keys(second.attributes)])].toSorted(
    (one, other) => labelOf(one).localeCompare(labelOf(other), undefined, { numeric: true }),
  );
  const groups = [...new Set([...first.groups, ...second.groups])].sort();
  return [
    line("username", labelOf("username"), (user) => user.username),
    line("status", labelOf("status"), (user) => user.status),
    line("enabled", labelOf("enabled"), (user) => (user.enabled ? t.yes : t.no)),
    line("created", labelOf("created"), (user) => user.createdAt),
    line("modified", labelOf("modified"), (user) => user.modifiedAt),
    ...groups.map((group) =>
      line(`group ${group}`, `${labelOf("group")}: ${group}`, (user) => (user.groups.includes(group) ? t.yes : t.no)),
    ),
    ...names.map((name) => line(`attribute ${name}`, labelOf(name), (user) => user.attributes[name] ?? null)),
  ];
}
