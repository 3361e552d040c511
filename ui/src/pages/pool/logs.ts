import type { PlanEdit } from "../../ipc/client";

/** What a pool can export, the level that AWS takes with it, and where it can go. */
export const SOURCES = [
  { source: "userNotification", level: "ERROR", to: ["cloudWatch"] },
  { source: "userAuthEvents", level: "INFO", to: ["cloudWatch", "s3", "firehose"] },
] as const;
export type Source = (typeof SOURCES)[number]["source"];
export type Place = (typeof SOURCES)[number]["to"][number];

/** How AWS calls a place, the member with its address, and what the address begins with. */
const PLACES: Record<Place, { name: string; arn: string; begins: string }> = {
  cloudWatch: { name: "CloudWatchLogsConfiguration", arn: "LogGroupArn", begins: "logs" },
  s3: { name: "S3Configuration", arn: "BucketArn", begins: "s3" },
  firehose: { name: "FirehoseConfiguration", arn: "StreamArn", begins: "firehose" },
};
const ALL = Object.keys(PLACES) as Place[];

/** Where one kind of log goes; `null` for nowhere. */
export interface Export {
  to: Place;
  arn: string;
}
export type Exports = Record<Source, Export | null>;

type Entry = Record<string, unknown>;

const addressOf = (entry: Entry, place: Place): string | null => {
  const { name, arn } = PLACES[place];
  const held = entry[name];
  const address = typeof held === "object" && held !== null ? (held as Entry)[arn] : null;
  return typeof address === "string" ? address : null;
};

const isKnown = (entry: Entry): boolean => {
  const source = SOURCES.find((one) => one.source === entry["EventSource"] && one.level === entry["LogLevel"]);
  const places = ALL.filter((place) => entry[PLACES[place].name] !== undefined && entry[PLACES[place].name] !== null);
  const [place] = places;
  if (!source || places.length !== 1 || place === undefined || addressOf(entry, place) === null) return false;
  return (source.to as readonly Place[]).includes(place);
};

/** What is exported now, and entries that no form knows: they stay as they are. */
export function exportsOf(entries: unknown): { exports: Exports; strange: Entry[] } {
  const exports: Exports = { userNotification: null, userAuthEvents: null };
  const strange: Entry[] = [];
  for (const entry of Array.isArray(entries) ? (entries as Entry[]) : []) {
    const source = SOURCES.find((one) => one.source === entry["EventSource"])?.source;
    const to = ALL.find((place) => addressOf(entry, place) !== null);
    if (isKnown(entry) && source && to && exports[source] === null)
      exports[source] = { to, arn: addressOf(entry, to) ?? "" };
    else strange.push(entry);
  }
  return { exports, strange };
}

/** Why an address cannot be one of a place; `null` when it can. AWS decides. */
export function wrongArn({ to, arn }: Export): boolean {
  const parts = arn.trim().split(":");
  return parts.length < 6 || parts[0] !== "arn" || parts[2] !== PLACES[to].begins || parts.at(-1) === "";
}

/** Sets where logs go, as a whole. */
export function planLogs(exports: Exports, strange: Entry[]): PlanEdit {
  const entries = SOURCES.flatMap(({ source, level }) => {
    const chosen = exports[source];
    if (chosen === null) return [];
    const { name, arn } = PLACES[chosen.to];
    return [{ EventSource: source, LogLevel: level, [name]: { [arn]: chosen.arn.trim() } }];
  });
  return {
    operation: "GetLogDeliveryConfiguration",
    subject: null,
    puts: [
      {
        pointer: "/LogDeliveryConfiguration/LogConfigurations",
        value: JSON.stringify([...entries, ...strange]),
      },
    ],
  };
}
