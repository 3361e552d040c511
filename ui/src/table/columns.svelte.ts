import type { ColumnChoice } from "../ipc/client";
import { session } from "../stores/session.svelte";
import { t } from "../strings/en";

export type Kind = "text" | "id" | "status" | "yesNo" | "date" | "groups";

export interface Column extends ColumnChoice {
  label: string;
  kind: Kind;
  /** Distance from the left edge while pinned, in pixels. */
  left: number;
}

export const CHECK_WIDTH = 34;
const NARROWEST = 60;
const WIDEST = 900;

const KINDS: Record<string, Kind> = {
  sub: "id",
  username: "id",
  status: "status",
  enabled: "yesNo",
  email_verified: "yesNo",
  phone_number_verified: "yesNo",
  created: "date",
  modified: "date",
  group: "groups",
};

const WIDTHS: Record<string, number> = {
  email: 250,
  name: 160,
  status: 180,
  group: 150,
  created: 100,
  modified: 100,
  sub: 110,
  username: 150,
  phone_number: 140,
  email_verified: 110,
  enabled: 90,
  identities: 200,
};

const DEFAULTS = ["email", "name", "status", "group", "created", "sub", "modified", "phone_number", "username"];

export type Preset = "contact" | "names" | "states" | "everything";
export const presets: Preset[] = ["contact", "names", "states", "everything"];

const PRESETS: Record<Exclude<Preset, "everything">, string[]> = {
  contact: ["email", "name", "phone_number", "email_verified", "phone_number_verified", "locale", "zoneinfo"],
  names: ["name", "given_name", "family_name", "nickname", "preferred_username", "username", "email"],
  states: ["email", "status", "enabled", "created", "modified", "group", "identities"],
};

/** What a column is called; the raw name stays in its tooltip. */
export function labelOf(field: string): string {
  return t.fields[field] ?? field.replace(/^(dev:)?custom:/, "");
}

export function kindOf(field: string): Kind {
  return KINDS[field] ?? "text";
}

function initial(fields: string[]): ColumnChoice[] {
  const known = new Set(fields);
  const custom = fields.filter((field) => field.startsWith("custom:")).slice(0, 2);
  return [...DEFAULTS.slice(0, 6), ...custom, ...DEFAULTS.slice(6)]
    .filter((field) => known.size === 0 || known.has(field))
    .map((field) => ({ field, width: WIDTHS[field] ?? 120, pinned: field === "email" }));
}

const plain = ({ field, width, pinned }: ColumnChoice) => [field, width, pinned];

/** The columns of the open pool: pinned ones first, each with its width. Kept in the settings. */
class Columns {
  #draft = $state.raw<ColumnChoice[] | null>(null);

  readonly chosen = $derived.by<ColumnChoice[]>(() => {
    const saved = this.#draft ?? session.known?.columns ?? [];
    return saved.length > 0 ? saved : initial(session.open?.fields ?? []);
  });

  readonly shown = $derived.by<Column[]>(() => {
    const sorted = [...this.chosen.filter((c) => c.pinned), ...this.chosen.filter((c) => !c.pinned)];
    let left = CHECK_WIDTH;
    return sorted.map((column) => {
      const shown = { ...column, label: labelOf(column.field), kind: kindOf(column.field), left };
      left += column.width;
      return shown;
    });
  });

  readonly template = $derived(
    `${CHECK_WIDTH}px ${this.shown.map((column) => `${column.width}px`).join(" ")} minmax(0, 1fr)`,
  );
  readonly width = $derived(CHECK_WIDTH + this.shown.reduce((sum, column) => sum + column.width, 0));

  /** Every field that may be a column, chosen ones first in their order. */
  readonly all = $derived.by(() => {
    const chosen = this.chosen.map((column) => column.field);
    const others = (session.open?.fields ?? []).filter((field) => !chosen.includes(field));
    return [...chosen, ...others.sort((a, b) => labelOf(a).localeCompare(labelOf(b)))];
  });

  has(field: string): boolean {
    return this.chosen.some((column) => column.field === field);
  }

  toggle(field: string): void {
    const without = this.chosen.filter((column) => column.field !== field);
    const added = [...this.chosen, { field, width: WIDTHS[field] ?? 120, pinned: false }];
    if (this.has(field) && without.length === 0) return;
    this.#save(this.has(field) ? without : added);
  }

  pin(field: string): void {
    this.#save(this.chosen.map((c) => (c.field === field ? { ...c, pinned: !c.pinned } : c)));
  }

  /** Moves a column by one place, or before another one. */
  move(field: string, by: -1 | 1): void {
    const order = [...this.chosen];
    const from = order.findIndex((column) => column.field === field);
    const [column] = order.splice(from, 1);
    if (!column) return;
    order.splice(Math.max(0, from + by), 0, column);
    this.#save(order);
  }

  /** Sets a width while the edge is dragged; `keep` writes it down. */
  resize(field: string, width: number, keep: boolean): void {
    const bounded = Math.round(Math.min(WIDEST, Math.max(NARROWEST, width)));
    const changed = this.chosen.map((c) => (c.field === field ? { ...c, width: bounded } : c));
    if (keep) this.#save(changed);
    else this.#draft = changed;
  }

  /** Takes the columns of a view as far as this pool has them, and tells those that it has not. */
  take(wanted: ColumnChoice[]): string[] {
    const fields = session.open?.fields ?? [];
    const known = wanted.filter((column) => fields.includes(column.field));
    const same = JSON.stringify(known.map(plain)) === JSON.stringify(this.chosen.map(plain));
    if (known.length > 0 && !same) this.#save(known);
    return wanted.filter((column) => !fields.includes(column.field)).map((column) => column.field);
  }

  /** Shows the columns of a preset that this pool has; those that are there already keep their widths. */
  preset(name: Preset): void {
    const fields = session.open?.fields ?? [];
    const wanted = name === "everything" ? [...new Set([...DEFAULTS, ...fields])] : PRESETS[name];
    const shown = wanted.filter((field) => fields.includes(field));
    const before = new Map(this.chosen.map((column) => [column.field, column]));
    const column = (field: string, at: number) =>
      before.get(field) ?? { field, width: WIDTHS[field] ?? 120, pinned: at === 0 };
    if (shown.length > 0) this.#save(shown.map(column));
  }

  /** Gives a pool the columns back that it had. */
  restore(poolKey: string, columns: ColumnChoice[]): void {
    if (session.open?.poolKey === poolKey) this.#save(columns);
  }

  reset(): void {
    this.#save(initial(session.open?.fields ?? []));
  }

  #save(columns: ColumnChoice[]): void {
    const poolKey = session.open?.poolKey;
    if (!poolKey) return;
    this.#draft = columns;
    void session.change({ columns: { poolKey, columns } }).then(() => (this.#draft = null));
  }
}

export const columns = new Columns();
