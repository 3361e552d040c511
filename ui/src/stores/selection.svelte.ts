import { SvelteMap } from "svelte/reactivity";
import type { UserRow } from "../ipc/client";

/** Who is selected: username to e-mail address. Survives another query and another tab; ends with the pool. */
class Selection {
  #chosen = $state.raw(new SvelteMap<string, string | null>());

  /** Another pool is in front: who is selected there is selected. */
  use(chosen: SvelteMap<string, string | null>): void {
    this.#chosen = chosen;
  }

  get size(): number {
    return this.#chosen.size;
  }

  has(username: string): boolean {
    return this.#chosen.has(username);
  }

  add(row: UserRow): void {
    this.#chosen.set(row.username, row.attributes["email"] ?? null);
  }

  toggle(row: UserRow): void {
    if (this.has(row.username)) this.#chosen.delete(row.username);
    else this.add(row);
  }

  only(rows: UserRow[]): void {
    this.clear();
    rows.forEach((row) => this.add(row));
  }

  clear(): void {
    this.#chosen.clear();
  }

  usernames(): string[] {
    return [...this.#chosen.keys()];
  }

  emails(): string[] {
    return [...this.#chosen.values()].filter((email): email is string => email !== null);
  }
}

export const selection = new Selection();
