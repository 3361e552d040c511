import { screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { signedIn } from "../../dev/signed-in";
import { backend } from "../ipc/client";
import { asking } from "../changes/asking.svelte";
import { changes } from "./changes.svelte";
import { lab } from "./lab.svelte";
import { lock } from "./lock.svelte";
import { overlays } from "./overlays.svelte";
import { session } from "./session.svelte";

const person = userEvent.setup({ delay: null });

async function revealed() {
  await signedIn(person);
  await person.click(screen.getAllByRole("button", { name: "Reveal" })[0] as HTMLElement);
  await waitFor(() => expect(document.body.textContent).toContain("eyJ"));
}

const forgotten = async () => {
  await waitFor(() => expect(screen.queryByRole("region", { name: "Signed in" })).toBeNull());
  expect(document.body.textContent).not.toContain("eyJ");
  expect(lab.view).toBeNull();
};

beforeEach(async () => {
  overlays.close();
  await session.close("start");
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe("locking", () => {
  it("forgets what was signed in, revealed and typed when it is asked for", async () => {
    await revealed();
    await person.type(screen.getByLabelText("Password"), "half a pass");
    const forget = vi.spyOn(backend, "forgetSecrets");
    await person.keyboard("{Control>}k{/Control}");
    await person.type(await screen.findByRole("combobox", { name: "Search everything" }), "lock: forget{Enter}");
    await forgotten();
    expect(forget).toHaveBeenCalledOnce();
    await screen.findByText("Sign-ins, tokens and credentials were forgotten, also on the clipboard.");
    expect(((await screen.findByLabelText("Password")) as HTMLInputElement).value).toBe("");
  });

  it("forgets it when nothing is done for as long as the settings say, once, and never when they say never", async () => {
    await revealed();
    const forget = vi.spyOn(backend, "forgetSecrets");
    const after = (minutes: number) => lock.look(Date.now() + minutes * 60_000);
    await session.change({ lockMinutes: 0 });
    after(600);
    await session.change({ lockMinutes: 15 });
    after(14);
    expect(forget).not.toHaveBeenCalled();
    after(16);
    after(32);
    await forgotten();
    expect(forget).toHaveBeenCalledOnce();
  });

  it("leaves no question with a typed password behind, and no plan that was on its way", async () => {
    await revealed();
    const target = { query: null, names: ["ada"], count: 1, called: "ada" };
    asking.current = { kind: "setPassword", target, user: null };
    expect(await screen.findByRole("dialog", { name: /password/i })).toBeTruthy();
    await lock.now();
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());

    asking.current = { kind: "setPassword", target, user: null };
    await screen.findByRole("dialog", { name: /password/i });
    await session.close("pools");
    expect(asking.current).toBeNull();
  });

  it("leaves no provider's secret behind that was typed or previewed", async () => {
    await revealed();
    await person.click(screen.getByRole("button", { name: "Pool settings" }));
    await person.click(await screen.findByRole("button", { name: "Providers and domains" }));
    await person.click(await screen.findByRole("button", { name: "Add a provider" }));
    const dialog = await screen.findByRole("dialog", { name: "Add a provider" });
    await person.type(within(dialog).getByLabelText(/client_secret/), "hush-hush");
    await lock.now();
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  });

  it("shows no plan that comes after it", async () => {
    await revealed();
    let answer: (() => void) | undefined;
    const real = backend.makePlan.bind(backend);
    vi.spyOn(backend, "makePlan").mockImplementation(async (request) => {
      await new Promise<void>((resolve) => (answer = resolve));
      return real(request);
    });
    const made = changes.plan({
      wish: { kind: "disableUsers" },
      query: null,
      names: ["ada"],
      title: "Disable",
      icon: "ban",
    });
    await waitFor(() => expect(answer).toBeDefined());
    await lock.now();
    answer?.();
    await made;
    expect(changes.sheet).toBeNull();
  });
});
