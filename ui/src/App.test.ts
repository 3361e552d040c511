import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { stage } from "../dev/fake";
import App from "./App.svelte";
import { overlays } from "./stores/overlays.svelte";
import { session } from "./stores/session.svelte";

const person = userEvent.setup({ delay: null });

async function sandbox() {
  render(App);
  await person.click(await screen.findByRole("button", { name: "Open the sandbox" }));
  return screen.findByRole("grid", { name: "Users" });
}

const counted = async (text: string) => waitFor(() => expect(screen.getAllByText(text).length).toBeGreaterThan(0));

beforeEach(async () => {
  Object.assign(stage, { hidden: false, slow: 5 });
  stage.signedIn(true);
  overlays.close();
  await session.close("start");
});

describe("the window", () => {
  it("finds people in the sandbox by letters from the middle of an address, and shows one", async () => {
    const grid = await sandbox();
    await waitFor(() => expect(grid.getAttribute("aria-rowcount")).toBe("4001"));
    await person.type(screen.getByRole("textbox", { name: "Search users" }), "kafor26@");
    await waitFor(() => expect(screen.getByRole("grid").getAttribute("aria-rowcount")).toBe("2"));
    screen.getByRole("grid").focus();
    await person.keyboard("{Enter}");
    const inspector = await screen.findByRole("complementary", { name: "Inspector" });
    await within(inspector).findByText("Ngozi Okafor", { selector: "h2 bdi" });
    await person.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("complementary", { name: "Inspector" })).toBeNull());
  });

  it("says so when nobody matches and offers to drop a term", async () => {
    await sandbox();
    await person.type(screen.getByRole("textbox", { name: "Search users" }), "group:ops qqqq{Enter}");
    await screen.findByRole("heading", { name: "Nobody matches both" });
    await person.click(screen.getByRole("button", { name: "Drop “qqqq”" }));
    await screen.findByRole("grid", { name: "Users" });
    expect(screen.getByRole("button", { name: "Remove group:ops" })).toBeTruthy();
  });

  it("shows where a query is wrong and repairs it", async () => {
    await sandbox();
    await person.type(screen.getByRole("textbox", { name: "Search users" }), "tenant:nordlys{Enter}");
    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toContain("is not a field of this pool");
    await person.click(within(alert).getByRole("button", { name: "email" }));
    expect(await screen.findByRole("button", { name: "Remove email:nordlys" })).toBeTruthy();
  });

  it("selects with the keyboard and sorts by a head", async () => {
    const grid = await sandbox();
    grid.focus();
    await person.keyboard(" {ArrowDown} ");
    await counted("2 selected");
    await person.click(within(grid).getByRole("button", { name: "E-mail" }));
    await waitFor(() =>
      expect(
        within(grid)
          .getByRole("columnheader", { name: /E-mail/ })
          .getAttribute("aria-sort"),
      ).toBe("ascending"),
    );
  });

  it("lands on a person from a pasted address", async () => {
    const grid = await sandbox();
    const address = (await within(grid).findAllByText(/@.*\.example$/))[0]?.textContent ?? "";
    await person.keyboard("{Control>}k{/Control}");
    await person.type(await screen.findByRole("combobox", { name: "Search everything" }), address);
    await person.keyboard("{Enter}");
    const inspector = await screen.findByRole("complementary", { name: "Inspector" });
    await within(inspector).findAllByText(address);
  });

  it("lists what was not found of a pasted list", async () => {
    await sandbox();
    await person.click(screen.getByRole("button", { name: "Find a list…" }));
    const dialog = await screen.findByRole("dialog", { name: "Find a list of people" });
    await person.type(within(dialog).getByRole("textbox"), "nobody@example.com; who@x");
    await person.click(within(dialog).getByRole("button", { name: "Look up" }));
    await within(dialog).findByText("2 not found");
    within(dialog).getByText("who@x");
  });
});

describe("a sync", () => {
  const command = "aws sso login --profile prod";

  it("shows the sign-in command once for each wait, says why it waits, and goes on by itself", async () => {
    await sandbox();
    stage.signedIn(false);
    stage.expire();
    const dialog = await screen.findByRole("dialog", { name: "The sign-in has expired" });
    within(dialog).getByText(command);
    within(dialog).getByRole("button", { name: "Copy the command" });
    await person.click(within(dialog).getByRole("button", { name: "Cancel" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());

    stage.expire();
    const reason = await screen.findByText(/^The SSO session of profile prod has expired/);
    expect(reason.textContent).toContain("The sync waits.");
    expect(screen.queryByRole("dialog")).toBeNull();

    await person.click(screen.getByRole("button", { name: "Show the command" }));
    within(await screen.findByRole("dialog")).getByText(command);
    stage.sync("listing");
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(screen.queryByText(/The sync waits/)).toBeNull();

    stage.expire();
    await screen.findByRole("dialog", { name: "The sign-in has expired" });
    stage.sync("done");
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  });

  it("says that it waits for another Poolkeeper, without a sign-in", async () => {
    await sandbox();
    stage.sync("waiting", { reason: "Another Poolkeeper is syncing." });
    await screen.findByText(/Another Poolkeeper is syncing/);
    expect(screen.queryByRole("dialog")).toBeNull();
    stage.sync("done");
  });

  it("brings its first rows to the table although each answer is slower than the next change", async () => {
    stage.hidden = true;
    render(App);
    await person.click(await screen.findByRole("button", { name: "Open the sandbox" }));
    await screen.findByRole("textbox", { name: "Search users" });
    stage.sync("listing", { users: 0 });
    await screen.findByText("Reading the pool, first rows in a moment");
    Object.assign(stage, { hidden: false, slow: 1200 });
    const before = stage.searches;
    let users = 0;
    const changing = setInterval(() => {
      stage.changed();
      stage.sync("listing", { users: (users += 60) });
    }, 100);
    try {
      const grid = await screen.findByRole("grid", { name: "Users" }, { timeout: 6000 });
      await waitFor(() => expect(grid.getAttribute("aria-rowcount")).toBe("4001"), { timeout: 6000 });
      grid.focus();
      await person.keyboard(" ");
      await counted("1 selected");
      const asked = stage.searches;
      expect(asked - before).toBeLessThanOrEqual(3);
      await waitFor(() => expect(stage.searches).toBeGreaterThan(asked), { timeout: 6000 });
      await counted("1 selected");
      expect(screen.getByRole("grid", { name: "Users" })).toBe(grid);
    } finally {
      clearInterval(changing);
      stage.sync("done");
    }
  });
});

describe("help", () => {
  it("is found in the sidebar and in the palette", async () => {
    await sandbox();
    await person.click(screen.getByRole("button", { name: "Help" }));
    await screen.findByRole("menuitem", { name: "Open the logs folder" });
    await person.click(screen.getByRole("menuitem", { name: "Copy diagnostics" }));
    await screen.findByText(/diagnostics|clipboard is not available/);
    await person.keyboard("{Control>}k{/Control}");
    await person.type(await screen.findByRole("combobox", { name: "Search everything" }), "help");
    await screen.findByRole("option", { name: /Help: open the logs folder/ });
    screen.getByRole("option", { name: /Help: copy diagnostics/ });
  });
});
