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

/**
 * The rows that are meant by the entries of a text. An entry that is a username exactly means that user alone, and nobody
 * whose username in another case, e-mail address, sub or phone number it is, too.
 */
export function meant(text: string, found: UserRow[]): UserRow[] {
  const entries = text.split(/[\n\r,;\t]/).map(bare);
  const usernames = new Set(found.map((row) => row.username));
  const exact = new Set(entries.filter((entry) => usernames.has(entry)));
  const taken = new Set([...exact].map(fold));
  const others = new Set(entries.filter((entry) => !exact.has(entry)).map(fold));
  return found.filter((row) => {
    if (exact.has(row.username)) return true;
    const { email, phone_number } = row.attributes;
    const called = [row.username, row.sub, email, phone_number].filter((one) => one != null).map(fold);
    return called.some((one) => others.has(one)) || !called.some((one) => taken.has(one));
  });
}
