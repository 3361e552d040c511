import { afterEach, beforeEach, vi } from "vitest";

/** Gives dialogs the place that the app has for them, and takes back what a test put in the place of the backend. */
export function dialogsHaveTheirPlace(): void {
  beforeEach(() => {
    const layers = document.createElement("div");
    layers.id = "layers";
    document.body.append(layers);
  });
  afterEach(() => {
    document.getElementById("layers")?.remove();
    vi.restoreAllMocks();
  });
}
