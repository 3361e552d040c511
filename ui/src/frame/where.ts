import type { ConnectedView } from "../ipc/client";
import { t } from "../strings/en";

/** `1234 5678 9012`, as account numbers are read aloud. */
export function spacedAccount(account: string): string {
  return account.replace(/(\d{4})(?=\d)/g, "$1 ");
}

/** Region and account, or that the sandbox is nowhere. */
export function where(connection: ConnectedView): string {
  if (connection.connection.sandbox) return t.frame.onThisMachine;
  return `${connection.region} · ${spacedAccount(connection.account)}`;
}

/** The same from the key of a pool that was opened without a connection: `place/account/region/pool`. */
export function keyWhere(poolKey: string): string {
  const [, region = "", account = ""] = poolKey.split("/").reverse();
  return `${region} · ${spacedAccount(account)}`;
}
