import type { UserRow } from "../ipc/client";

/** The lines of a text that are usernames which were chosen already, and the rest of it, which has to be looked up. */
export function split(text: string, chosen: ReadonlySet<string>): { names: string[]; rest: string } {
  const lines = text.split("\n");
  const known = (line: string) => chosen.has(line.trim());
  return {
    names: lines.filter(known).map((line) => line.trim()),
    rest: lines.filter((line) => !known(line)).join("\n"),
  };
}

const fold = (value: string) => value.toLowerCase();

/** An entry of a list as the backend looks it up: without quotes and without white space around or within them. */
const bare = (entry: string) =>
  entry
    .trim()
    .replace(/^["<>]+|["<>]+$/g, "")
    .trim();

/** What a user is called by. */
function names({ username, sub, attributes }: UserRow): string[] {
  const all = [username, sub, attributes["email"], attributes["phone_number"]];
  return all.filter((one) => one != null).map(fold);
}

const entriesOf = (text: string) => text.split(/[\n\r,;\t]/).map(bare);

/** The entries of a text that are nobody's username exactly and fit several of the rows that were found. */
export function several(text: string, found: UserRow[]): string[] {
  const usernames = new Set(found.map((row) => row.username));
  const counted = new Map<string, number>();
  for (const name of found.flatMap((row) => [...new Set(names(row))])) counted.set(name, (counted.get(name) ?? 0) + 1);
  const fits = (entry: string) => !usernames.has(entry) && (counted.get(fold(entry)) ?? 0) > 1;
  return [...new Set(entriesOf(text).filter(fits))];
}

/**
 * The rows that are meant by the entries of a text. An entry that is a username exactly means that user alone, and nobody
 * whose username in another case, e-mail address, sub or phone number it is, too.
 */
export function meant(text: string, found: UserRow[]): UserRow[] {
  const entries = entriesOf(text);
  const usernames = new Set(found.map((row) => row.username));
  const exact = new Set(entries.filter((entry) => usernames.has(entry)));
  const taken = new Set([...exact].map(fold));
  const others = new Set(entries.filter((entry) => !exact.has(entry)).map(fold));
  return found.filter((row) => {
    if (exact.has(row.username)) return true;
    const called = names(row);
    return called.some((one) => others.has(one)) || !called.some((one) => taken.has(one));
  });
}
