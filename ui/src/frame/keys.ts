import { dialogs } from "../kit/dialogs.svelte";
import { searchBox } from "../pages/users/focus";
import { changes } from "../stores/changes.svelte";
import { overlays } from "../stores/overlays.svelte";
import { route } from "../stores/route.svelte";
import { session } from "../stores/session.svelte";
import type { Tab } from "../stores/tab.svelte";
import { tabs } from "../stores/tabs.svelte";

function typing(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName);
}

/** The keys that go between the tabs; says whether it was one. They wait for what is being asked in a dialog. */
function tabKeys(event: KeyboardEvent): boolean {
  const command = event.ctrlKey || event.metaKey;
  const free = dialogs.open === 0 && overlays.current.name === "none" && !changes.sheet;
  if (!command || event.altKey) return false;
  const { front, all } = tabs;
  const to = (tab: Tab | null | undefined) => {
    if (!free || tab === front || tab === undefined) return;
    if (tab) void session.go(tab);
    else session.choose("start");
  };
  const key = event.key.toLowerCase();
  if (event.ctrlKey && key === "tab") to(tabs.beside(event.shiftKey ? -1 : 1));
  else if (event.shiftKey) return false;
  else if (/^[1-9]$/.test(key)) to(all[Number(key) - 1]);
  else if (key === "t") to(null);
  else if (key !== "w") return false;
  else if (!front) to(tabs.before ?? undefined);
  else if (free) void session.close();
  return true;
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
  if (tabKeys(event)) {
    event.preventDefault();
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
