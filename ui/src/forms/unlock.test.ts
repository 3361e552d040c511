import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it } from "vitest";
import { overlays } from "../stores/overlays.svelte";
import { session } from "../stores/session.svelte";
import UnlockDialog from "./UnlockDialog.svelte";
import { backend } from "../ipc/client";

const person = userEvent.setup({ delay: null });
const layers = document.createElement("div");
layers.id = "layers";
document.body.append(layers);
afterEach(() => overlays.close());

async function locked(fresh: boolean) {
  const info = await backend.getAppInfo();
  session.info = { ...info, protection: { kind: "locked", backend: null, message: "No keyring.", fresh } };
  render(UnlockDialog);
}

describe("a local copy whose key cannot be had", () => {
  it("can be erased to begin anew, which asks for the words", async () => {
    await locked(false);
    await person.click(screen.getByRole("button", { name: "Erase everything" }));
    expect(overlays.current.name).toBe("eraseEverything");
  });

  it("has nothing to erase where nothing was stored", async () => {
    await locked(true);
    expect(screen.queryByRole("button", { name: "Erase everything" })).toBeNull();
  });
});
