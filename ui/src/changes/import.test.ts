import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { stage } from "../../dev/fake";
import App from "../App.svelte";
import { backend, type OpenPoolView } from "../ipc/client";
import { changes } from "../stores/changes.svelte";
import { session } from "../stores/session.svelte";
import { tabs } from "../stores/tabs.svelte";
import { asking } from "./asking.svelte";

const person = userEvent.setup({ delay: null });

async function dialog(): Promise<HTMLElement> {
  render(App);
  await person.click(await screen.findByRole("button", { name: "Open the sandbox" }));
  await person.click(await screen.findByRole("button", { name: "Import people from a file" }));
  const found = await screen.findByRole("dialog", { name: "Import people from a file" });
  await person.click(within(found).getByRole("button", { name: "Choose a file…" }));
  return found;
}

beforeEach(async () => {
  Object.assign(stage, { hidden: false, slow: 5, doubt: null });
  changes.close();
  asking.leave();
  await session.close("start");
});
afterEach(() => vi.restoreAllMocks());

describe("an import", () => {
  it("asks which column is the user name, tells each problem, and plans the good rows", async () => {
    const found = await dialog();
    await within(found).findByText("Say which column is the user name.");
    await person.selectOptions(within(found).getByLabelText("Column Badge is"), "username");
    await person.click(within(found).getByRole("button", { name: "Check the file" }));
    await within(found).findByText("2 rows, 1 can become users");
    within(found).getByText("This is no e-mail address.");
    await person.click(within(found).getByLabelText("by e-mail"));
    const plan = vi.spyOn(backend, "planImport");
    await person.click(within(found).getByRole("button", { name: "Preview 1 user" }));
    await screen.findByRole("dialog", { name: "Create 1 user from a file" });
    expect(plan.mock.lastCall?.[0]).toEqual({ id: "checked", invite: ["email"] });
    expect(screen.queryByRole("dialog", { name: "Import people from a file" })).toBeNull();
  });

  it("has to be checked again when a column is something else", async () => {
    const found = await dialog();
    await person.selectOptions(await within(found).findByLabelText("Column Badge is"), "username");
    await person.click(within(found).getByRole("button", { name: "Check the file" }));
    await within(found).findByRole("button", { name: "Preview 1 user" });
    await person.selectOptions(within(found).getByLabelText("Column email is"), "name");
    await waitFor(() => expect(within(found).queryByRole("button", { name: "Preview 1 user" })).toBeNull());
    within(found).getByRole("button", { name: "Check the file" });
  });

  it("by Cognito wants a role and the pool's name, and tells where the rows are explained", async () => {
    const found = await dialog();
    await person.click(within(found).getByRole("button", { name: "Cognito’s own import" }));
    await person.selectOptions(await within(found).findByLabelText("Column Badge is"), "username");
    await person.click(within(found).getByRole("button", { name: "Check the file" }));
    const start = await within(found).findByRole("button", { name: "Import 1 user" });
    expect((start as HTMLButtonElement).disabled).toBe(true);
    await person.type(within(found).getByLabelText("Role for its log"), "arn:aws:iam::123456789012:role/import");
    await person.type(within(found).getByLabelText(/^Type .* to go on/), "customers");
    expect((start as HTMLButtonElement).disabled).toBe(false);
    await person.type(within(found).getByLabelText("Reason"), "ticket 9");
    const begin = vi.spyOn(backend, "startImport");
    // Production is unlocked here, too.
    const tab = tabs.front as NonNullable<typeof tabs.front>;
    const open = session.open as OpenPoolView;
    tab.open = { ...open, readOnly: true };
    Object.assign(tab, { locked: true });
    const unlock = vi.spyOn(session, "unlockChanges").mockImplementation(() => {
      Object.assign(tab, { locked: false });
      return Promise.resolve();
    });
    await waitFor(() => expect((start as HTMLButtonElement).disabled).toBe(true));
    await person.click(within(found).getByRole("button", { name: "Unlock" }));
    expect(unlock).toHaveBeenCalledWith("customers");
    await waitFor(() => expect((start as HTMLButtonElement).disabled).toBe(false));
    await person.click(start);
    expect(begin.mock.lastCall?.[0]).toMatchObject({ poolName: "customers", reason: "ticket 9" });
    await within(found).findByText("0 imported, 1 left out because they exist, 0 failed");
    within(found).getByText("import-1/poolkeeper");
  });

  it("that another program began is shown with its log, and stopped", async () => {
    const found = await dialog();
    await within(found).findByText("Under way: 12 imported, 1 left out because they exist, 0 failed");
    within(found).getByText("import-0/last spring");
    await person.click(within(found).getAllByRole("button", { name: "Stop…" })[0] as HTMLElement);
    await within(found).findByText(/cannot go on/);
    await person.click(within(found).getByRole("button", { name: "Stop" }));
    await within(found).findByText(/^The import was stopped: 12 imported/);
  });

  it("that nobody chose a file for stays as it was", async () => {
    vi.spyOn(backend, "chooseImport").mockResolvedValue(null);
    const check = vi.spyOn(backend, "checkImport");
    const found = await dialog();
    await within(found).findByRole("button", { name: "Choose a file…" });
    expect(check).not.toHaveBeenCalled();
  });
});
