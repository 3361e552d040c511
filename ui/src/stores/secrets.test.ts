import { screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { signedIn } from "../../dev/signed-in";
import { backend, Failure } from "../ipc/client";
import { overlays } from "./overlays.svelte";
import { lock } from "./lock.svelte";
import { secrets } from "./secrets.svelte";
import { session } from "./session.svelte";

const person = userEvent.setup({ delay: null });
const needed = (field: string) =>
  new Failure({
    code: "confirmation_needed",
    message: "This pool is marked Production.",
    field,
    retryAfterMs: null,
    requestId: null,
    iamAction: null,
    ssoLogin: null,
  });

const row = (name: string) => within(screen.getByRole("group", { name }));

beforeEach(async () => {
  overlays.close();
  await session.close("start");
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe("a secret on the screen", () => {
  it("keeps the window out of screenshots until the last one is hidden", async () => {
    await signedIn(person);
    const told = vi.spyOn(backend, "showsSecrets");
    const shown = () => told.mock.calls.map(([request]) => request.shown);
    await person.click(row("ID token").getByRole("button", { name: "Reveal" }));
    await person.click(row("Access token").getByRole("button", { name: "Reveal" }));
    await waitFor(() => expect(shown()).toEqual([true, true]));
    await person.click(row("ID token").getByRole("button", { name: "Hide" }));
    await waitFor(() => expect(screen.queryByRole("region", { name: "ID token" })).toBeNull());
    expect(shown(), "another one is still there").toEqual([true, true]);
    await person.click(screen.getByRole("button", { name: "Users" }));
    await waitFor(() => expect(shown()).toEqual([true, true, false]));
  });

  it("is shown in Production once the pool’s name was typed, and not to who thinks better of it", async () => {
    await signedIn(person);
    const reveal = vi.spyOn(backend, "revealToken").mockRejectedValueOnce(needed("poolName"));
    const confirm = vi.spyOn(backend, "confirmSecrets");
    await person.click(row("ID token").getByRole("button", { name: "Reveal" }));
    let dialog = await screen.findByRole("dialog", { name: "Show a secret of Production" });
    await person.click(within(dialog).getByRole("button", { name: "Cancel" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(reveal).toHaveBeenCalledOnce();
    expect(document.body.textContent).not.toContain("eyJ");

    reveal.mockRejectedValueOnce(needed("poolName"));
    await person.click(row("ID token").getByRole("button", { name: "Reveal" }));
    dialog = await screen.findByRole("dialog", { name: "Show a secret of Production" });
    await person.type(within(dialog).getByRole("textbox", { name: `Type ${session.name} to go on` }), "sandbox{Enter}");
    await screen.findByRole("region", { name: "ID token" });
    expect(confirm.mock.lastCall?.[0]).toEqual({ given: "sandbox" });
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  it("is copied after the passphrase, where that is what is asked for, and a wrong one is said", async () => {
    await signedIn(person);
    const copy = vi.spyOn(backend, "copyToken").mockRejectedValueOnce(needed("passphrase"));
    const wrong = new Failure({ ...needed("passphrase").detail, code: "validation", message: "That is not it." });
    vi.spyOn(backend, "confirmSecrets").mockRejectedValueOnce(wrong);
    await person.click(row("Access token").getByRole("button", { name: "Copy" }));
    const dialog = await screen.findByRole("dialog", { name: "Show a secret of Production" });
    const box = within(dialog).getByLabelText("Passphrase of the local data") as HTMLInputElement;
    expect(box.type).toBe("password");
    await person.type(box, "wrong{Enter}");
    expect((await within(dialog).findByRole("alert")).textContent).toBe("That is not it.");
    expect(box.value).toBe("");
    await person.type(box, "right{Enter}");
    await waitFor(() => expect(copy).toHaveBeenCalledTimes(2));
    await screen.findByText(/off the clipboard in 30 seconds/);
  });

  it("is asked about no longer once somebody locks", async () => {
    await signedIn(person);
    vi.spyOn(backend, "revealToken").mockRejectedValueOnce(needed("poolName"));
    await person.click(row("ID token").getByRole("button", { name: "Reveal" }));
    await screen.findByRole("dialog", { name: "Show a secret of Production" });
    await lock.now();
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(secrets.confirming).toBeNull();
  });

  it("is asked about no longer in another pool", async () => {
    await signedIn(person);
    vi.spyOn(backend, "revealToken").mockRejectedValueOnce(needed("poolName"));
    await person.click(row("ID token").getByRole("button", { name: "Reveal" }));
    await screen.findByRole("dialog", { name: "Show a secret of Production" });
    await session.close("pools");
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(secrets.confirming).toBeNull();
  });
});
