import { backend, type OpenedLinkView, type SavedViewView } from "../ipc/client";
import { session } from "./session.svelte";
import { toasts } from "./toasts.svelte";
import { t } from "../strings/en";
import { v } from "../strings/views";

/** Named searches with their order and columns. They belong to the settings and to no pool. */
class Views {
  /** A view that the users page shall show. */
  wanted = $state.raw<SavedViewView | null>(null);

  readonly all = $derived(
    (session.settings?.savedViews ?? []).toSorted((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true })),
  );

  named(name: string): SavedViewView | undefined {
    return this.all.find((view) => view.name === name.trim());
  }

  /** Keeps a view, in the place of `instead` and of one of the same name. Says whether it was kept. */
  async keep(view: SavedViewView, instead = view.name): Promise<boolean> {
    const others = this.all.filter((other) => other.name !== view.name.trim() && other.name !== instead);
    return this.#write([...others, { ...view, name: view.name.trim() }]);
  }

  async remove(name: string): Promise<void> {
    const removed = this.named(name);
    if (!removed || !(await this.#write(this.all.filter((view) => view.name !== name)))) return;
    toasts.offer(v.views.removed(name), [{ label: v.views.undo, act: () => void this.keep(removed) }]);
  }

  async #write(savedViews: SavedViewView[]): Promise<boolean> {
    const before = session.settings;
    await session.change({ savedViews });
    return session.settings !== before;
  }

  async save(view: SavedViewView): Promise<void> {
    try {
      const { path } = await backend.saveView(view);
      toasts.say(t.cost.saved(path));
    } catch (thrown) {
      toasts.complain(thrown);
    }
  }
}

export const views = new Views();

/** A link that was opened outside. It waits here until a person has looked at it. */
class Links {
  opened = $state.raw<OpenedLinkView | null>(null);

  /** Asks for the link that waits in the shell, if one does. */
  async look(): Promise<void> {
    const opened = await backend.takeLink().catch(() => null);
    if (opened) this.opened = opened;
  }
}

export const links = new Links();
