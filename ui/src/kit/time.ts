/** Instants as people read them: local, with the zone, and the UTC instant for the tooltip. */
import { t } from "../strings/en";

let zone: string | undefined;

/** Sets the zone that all times are shown in (IANA name); an unknown one leaves the system's. */
export function setZone(name: string): void {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    zone = name;
  } catch {
    zone = undefined;
  }
}

/** Made once for each zone: making one takes many times as long as using it, and a table shows hundreds of instants. */
const formats = new Map<string | undefined, Intl.DateTimeFormat>();

function format(timeZone: string | undefined): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const made = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
    timeZoneName: "short",
  });
  formats.set(timeZone, made);
  return made;
}

function fields(at: Date): Record<string, string> {
  const found: Record<string, string> = {};
  for (const { type, value } of format(zone).formatToParts(at)) found[type] = value;
  return found;
}

function parsed(at: string): Date | null {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? null : date;
}

/** `2026-11-08` in the local zone. */
export function day(at: string): string {
  const date = parsed(at);
  if (!date) return at;
  const f = fields(date);
  return `${f.year}-${f.month}-${f.day}`;
}

/** `2026-11-08 09:14 CET`. */
export function local(at: string): string {
  const date = parsed(at);
  if (!date) return at;
  const f = fields(date);
  return `${f.year}-${f.month}-${f.day} ${f.hour}:${f.minute} ${f.timeZoneName}`;
}

/** `09:14 CET`. */
export function clockTime(at: string): string {
  const date = parsed(at);
  if (!date) return at;
  const f = fields(date);
  return `${f.hour}:${f.minute} ${f.timeZoneName}`;
}

/** `2026-11-08 08:14:22 UTC`. */
export function utc(at: string): string {
  const date = parsed(at);
  if (!date) return at;
  return `${date.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `3 min ago`, `15 days ago`. */
export function ago(at: string, now: number): string {
  const date = parsed(at);
  if (!date) return at;
  const gone = now - date.getTime();
  if (gone < MINUTE) return t.time.now;
  if (gone < HOUR) return t.time.minutes(Math.floor(gone / MINUTE));
  if (gone < DAY) return t.time.hours(Math.floor(gone / HOUR));
  return t.time.days(Math.floor(gone / DAY));
}

/** `40 s`, `3 min`, `2 h 5 min`. */
export function duration(seconds: number): string {
  if (seconds < 60) return t.time.s(Math.max(1, Math.round(seconds)));
  if (seconds < 3600) return t.time.min(Math.round(seconds / 60));
  return t.time.hmin(Math.floor(seconds / 3600), Math.round((seconds % 3600) / 60));
}

const grouped = new Intl.NumberFormat("en-US");

/** `1,204,331`. */
export function number(value: number): string {
  return grouped.format(value);
}
