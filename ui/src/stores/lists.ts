/** The pasted list that is to be looked up. It stays in memory, for the open pool: lists of people are in no address. */
class Lists {
  #id = "";
  #text = "";

  /** Keeps a list and says by which name the address knows it. Each showing is a place of its own. */
  keep(text: string): string {
    this.#text = text;
    this.#id = String(Date.now());
    return this.#id;
  }

  /** The list of that name; nothing when it is not kept any more. */
  named(id: string): string | null {
    return id === this.#id ? this.#text : null;
  }

  forget(): void {
    this.#id = this.#text = "";
  }
}

export const lists = new Lists();
