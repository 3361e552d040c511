import { searchBox } from "../pages/users/focus";
import { overlays } from "../stores/overlays.svelte";
import { route } from "../stores/route.svelte";
import { session } from "../stores/session.svelte";

function typing(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName);
}

/** The keys that work everywhere. */
export function globalKeys(event: KeyboardEvent): void {
  const command = event.ctrlKey || event.metaKey;
  const insistent = overlays.current.name === "unlock";
  if (command && event.key.toLowerCase() === "k" && !insistent) {
    event.preventDefault();
    overlays.show({ name: "palette" });
    return;
  }
  if (command || event.altKey || typing(event.target) || overlays.current.name !== "none") return;
  if (event.key === "/" && session.open) {
    event.preventDefault();
    if (route.place !== "users") route.go("users");
    requestAnimationFrame(() => searchBox.focus());
  } else if (event.key === "?") {
    event.preventDefault();
    overlays.show({ name: "keys" });
  }
}
