import type { ConnectionIdView, SavedViewView } from "../ipc/client";

/** The dialogs that any page may open. Only one is open at a time. */
export type Overlay =
  | { name: "none" }
  | { name: "palette" }
  | { name: "keys" }
  | { name: "policy" }
  | { name: "endpoint" }
  | { name: "region"; connection: ConnectionIdView; title: string }
  | { name: "unlock" }
  | { name: "list" }
  /** `instead` names the view that it takes the place of. */
  | { name: "saveView"; view: SavedViewView; instead?: string }
  | { name: "openLink" }
  | { name: "compare"; first: string; second: string | null }
  | { name: "eraseEverything" }
  | { name: "erasePool" }
  | { name: "erasePerson"; username: string; title: string };

class Overlays {
  current = $state.raw<Overlay>({ name: "none" });

  show(overlay: Overlay): void {
    this.current = overlay;
  }

  close(): void {
    this.current = { name: "none" };
  }
}

export const overlays = new Overlays();
