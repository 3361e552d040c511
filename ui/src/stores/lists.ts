/** A pasted list of people and the name by which the address knows it. */
export interface PastedText {
  id: string;
  text: string;
}

/** The pasted list that is to be looked up. It stays in memory, for its pool: lists of people are in no address. */
class Lists {
  #kept: PastedText = { id: "", text: "" };

  /** Keeps a list and says by which name the address knows it. Each showing is a place of its own. */
  keep(text: string): string {
    this.#kept.text = text;
    this.#kept.id = String(Date.now());
    return this.#kept.id;
  }

  /** The list of that name; nothing when it is not kept any more. */
  named(id: string): string | null {
    return id === this.#kept.id ? this.#kept.text : null;
  }

  /** Another pool is in front: its list is the one. */
  use(kept: PastedText): void {
    this.#kept = kept;
  }
}

export const lists = new Lists();
