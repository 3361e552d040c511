import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import App from "./App.svelte";
import { session } from "./stores/session.svelte";

const person = userEvent.setup({ delay: null });

async function sandbox() {
  render(App);
  await person.click(await screen.findByRole("button", { name: "Open the sandbox" }));
  return screen.findByRole("grid", { name: "Users" });
}

const counted = async (text: string) => waitFor(() => expect(screen.getAllByText(text).length).toBeGreaterThan(0));

beforeEach(async () => {
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
