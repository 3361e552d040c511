import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { stage } from "../../../dev/fake";
import { outside } from "../../../dev/views";
import App from "../../App.svelte";
import { backend } from "../../ipc/client";
import { lists } from "../../stores/lists";
import { overlays } from "../../stores/overlays.svelte";
import { people } from "../../stores/people.svelte";
import { route } from "../../stores/route.svelte";
import { secrets } from "../../stores/secrets.svelte";
import { selection } from "../../stores/selection.svelte";
import { session } from "../../stores/session.svelte";
import { links, views } from "../../stores/views.svelte";
import { columns } from "../../table/columns.svelte";

const person = userEvent.setup({ delay: null });

async function sandbox() {
  render(App);
  await person.click(await screen.findByRole("button", { name: "Open the sandbox" }));
  return screen.findByRole("grid", { name: "Users" });
}
async function rows(count: number) {
  await waitFor(() => expect(screen.getByRole("grid").getAttribute("aria-rowcount")).toBe(String(count + 1)));
}
const find = (query: string) => person.type(screen.getByRole("textbox", { name: "Search users" }), `${query}{Enter}`);

beforeEach(async () => {
  Object.assign(stage, { hidden: false, slow: 5 });
  Object.assign(outside, { link: null, file: null });
  links.opened = null;
  overlays.close();
  await session.close("start");
  await session.change({ savedViews: [] });
});

describe("a pasted list", () => {
  it("is shown in the table with what was not found, changed and exported as such, and left again", async () => {
    await sandbox();
    await rows(4000);
    const [first, second] = await people.range(3, 5);
    const mail = second?.attributes["email"] ?? "";
    await person.click(screen.getByRole("button", { name: "Find a list…" }));
    await person.type(await screen.findByLabelText(/E-mails, subs/), `${mail}\n${first?.username}\nnobody@x.example`);
    await person.click(screen.getByRole("button", { name: "Show in the table" }));
    await rows(2);
    expect(screen.getByText("2 of 3 pasted entries found")).toBeTruthy();
    expect(people.row(0)?.username).toBe(second?.username);
    expect(window.location.hash).not.toContain("nobody");
    await person.click(screen.getByRole("button", { name: "1 not found" }));
    await screen.findByText("nobody@x.example");
    await person.keyboard("{Escape}");

    await person.click(screen.getByRole("button", { name: "Change all 2" }));
    await person.click(await screen.findByRole("menuitem", { name: /^Disable/ }));
    await screen.findByRole("dialog", { name: "Disable 2 users" });
    expect(people.list?.names).toEqual([second?.username, first?.username]);
  });

  it("is looked up anew when it was changed, and is gone with its pool", async () => {
    await sandbox();
    await rows(4000);
    const [first, second] = await people.range(3, 5);
    await person.click(screen.getByRole("button", { name: "Find a list…" }));
    await person.type(await screen.findByLabelText(/E-mails, subs/), `${first?.username}\n${second?.username}`);
    await person.click(screen.getByRole("button", { name: "Show in the table" }));
    await rows(2);
    await person.click(screen.getByRole("button", { name: "Change the list…" }));
    const box = await screen.findByLabelText(/E-mails, subs/);
    await person.clear(box);
    await person.type(box, second?.username ?? "");
    await person.click(screen.getByRole("button", { name: "Show in the table" }));
    await screen.findByText("1 of 1 pasted entry found");
    expect(people.list?.names).toEqual([second?.username]);

    const id = route.get("list");
    expect(lists.named(id)).toBe(second?.username);
    await session.close("pools");
    expect(lists.named(id)).toBeNull();
  });

  it("goes when something is searched for", async () => {
    await sandbox();
    await rows(4000);
    const [user] = await people.range(7, 8);
    await person.click(screen.getByRole("button", { name: "Find a list…" }));
    await person.type(await screen.findByLabelText(/E-mails, subs/), user?.username ?? "");
    await person.click(screen.getByRole("button", { name: "Show in the table" }));
    await screen.findByText(/pasted entry found/);
    await find("kafor26@");
    await waitFor(() => expect(screen.queryByText(/pasted entry found/)).toBeNull());
    await waitFor(() => expect(people.shownQuery).toBe("kafor26@"));
    expect(people.list).toBeNull();
  });
});

describe("near spellings", () => {
  it("are offered below when nobody is found, apart from what can be counted or selected", async () => {
    await sandbox();
    await find("okafro");
    await screen.findByRole("heading", { name: /^Nobody matches/ });
    const near = await screen.findByRole("region", { name: "Near spellings" });
    expect(near.textContent).toContain("no part of the result");
    expect(people.count).toBe(0);
    expect(within(near).queryByRole("checkbox")).toBeNull();
    const [one] = within(near).getAllByRole("button", { name: /^Open / });
    if (one) await person.click(one);
    expect(selection.size).toBe(0);
    expect(route.get("user")).not.toBe("");
    await person.click(within(near).getByRole("button", { name: /^Search for “okafor”/ }));
    await waitFor(() => expect(people.count).toBeGreaterThan(5));
    await waitFor(() => expect(screen.queryByRole("region", { name: "Near spellings" })).toBeNull());
  });
});

describe("saved views", () => {
  it("keep search, order and columns, and bring them back", async () => {
    const grid = await sandbox();
    await find("group:ops");
    await screen.findByRole("button", { name: "Remove group:ops" });
    await person.click(within(grid).getByRole("button", { name: "E-mail" }));
    await waitFor(() => expect(route.get("sort")).toBe("email"));
    columns.preset("contact");
    await waitFor(() => expect(columns.chosen.map((column) => column.field)).toContain("phone_number"));
    await person.click(screen.getByRole("button", { name: "Saved views" }));
    await person.click(await screen.findByRole("button", { name: "Save this view…" }));
    const dialog = await screen.findByRole("dialog", { name: "Save this view" });
    expect(dialog.textContent).toContain("group:ops");
    await person.type(within(dialog).getByLabelText("Name"), "On call{Enter}");
    await waitFor(() => expect(views.all).toHaveLength(1));
    expect(views.all[0]).toMatchObject({ name: "On call", query: "group:ops", sort: { field: "email" } });

    columns.reset();
    await person.click(screen.getByRole("button", { name: "Clear the search" }));
    await rows(4000);
    await person.click(screen.getByRole("button", { name: "Saved views" }));
    await person.click(await screen.findByRole("button", { name: "Show the view On call" }));
    await waitFor(() => expect(people.shownQuery).toBe("group:ops"));
    expect(route.get("sort")).toBe("email");
    await waitFor(() =>
      expect(columns.chosen.map((column) => column.field)).toEqual(views.all[0]?.columns.map((c) => c.field)),
    );
    expect(screen.getByRole("button", { name: "Remove group:ops" })).toBeTruthy();
    await person.click(screen.getByRole("button", { name: "Columns" }));
    await screen.findByRole("heading", { name: "Presets" });
  });

  it("of others are looked at before they are shown, and their columns that are not here are named", async () => {
    await sandbox();
    outside.file = {
      name: "Theirs\u202e",
      query: "status:confirmed",
      sort: { field: "email", descending: false },
      columns: [
        { field: "custom:unknown", width: 100, pinned: false },
        { field: "email", width: 300, pinned: true },
      ],
    };
    await person.click(screen.getByRole("button", { name: "Saved views" }));
    await person.click(await screen.findByRole("button", { name: "Open a link or a file…" }));
    await person.click(await screen.findByRole("button", { name: "Choose a file…" }));
    const dialog = await screen.findByRole("dialog", { name: "A shared view" });
    const before = columns.chosen;
    expect(before.length).toBeGreaterThan(1);
    expect(dialog.textContent).toContain("status:confirmed");
    expect(dialog.textContent).toContain("⟨202E⟩");
    expect(people.shownQuery).toBe("");
    await person.click(within(dialog).getByRole("button", { name: "Show it" }));
    await waitFor(() => expect(people.shownQuery).toBe("status:confirmed"));
    expect(columns.chosen.map((column) => column.field)).toEqual(["email"]);
    await screen.findByText(/This pool has no custom:unknown/);
    await person.click(screen.getByRole("button", { name: "Undo" }));
    expect(columns.chosen).toEqual(before);
  });
});

describe("comparing", () => {
  it("puts two users side by side with what differs", async () => {
    const grid = await sandbox();
    await rows(4000);
    grid.focus();
    await person.keyboard(" {ArrowDown} ");
    await person.click(await screen.findByRole("button", { name: "Compare" }));
    const dialog = await screen.findByRole("dialog", { name: "Compare two users" });
    await within(dialog).findByText(/differences$/);
    const all = within(dialog).getAllByRole("row").length;
    await person.click(within(dialog).getByRole("checkbox", { name: "Differences only" }));
    const different = within(dialog).getAllByRole("row").length;
    expect(different).toBeLessThan(all);
    expect(different).toBeGreaterThan(1);
  });

  it("looks the other one up, and does not compare anybody with themselves", async () => {
    await sandbox();
    await rows(4000);
    const [first, second] = await people.range(0, 2);
    overlays.show({ name: "compare", first: first?.username ?? "", second: null });
    const box = await screen.findByLabelText("The other user");
    await person.type(box, `${first?.username}{Enter}`);
    await screen.findByText("That is the same user.");
    await person.clear(box);
    await person.type(box, `${second?.attributes["email"]}{Enter}`);
    await screen.findByText(/differences$/);
  });
});

describe("a link that is opened outside", () => {
  const user = () => ({
    kind: "user" as const,
    poolId: "local_Sandbox01",
    username: people.row(2)?.username ?? "",
    copies: [{ poolKey: session.open?.poolKey ?? "", name: "sandbox-customers", where: "Sandbox" }],
  });

  it("is shown and opens nothing until a person says so", async () => {
    await sandbox();
    await rows(4000);
    outside.link = { link: user(), refused: null };
    const name = user().username;
    stage.linked();
    const dialog = await screen.findByRole("dialog", { name: "A link was opened" });
    expect(dialog.textContent).toContain(name);
    expect(route.get("user")).toBe("");
    await person.click(within(dialog).getByRole("button", { name: "Show this user" }));
    await screen.findByRole("complementary", { name: "Inspector" });
    expect(route.get("user")).toBe(name);
  });

  it("is refused with a sentence, and waits while something else is asked", async () => {
    await sandbox();
    await rows(4000);
    overlays.show({ name: "keys" });
    outside.link = { link: null, refused: "The link does not name a user pool. It was not opened." };
    stage.linked();
    await waitFor(() => expect(links.opened).not.toBeNull());
    expect(screen.queryByRole("dialog", { name: "A link was refused" })).toBeNull();
    overlays.close();
    const dialog = await screen.findByRole("dialog", { name: "A link was refused" });
    expect(within(dialog).getByRole("alert").textContent).toContain("does not name a user pool");
    const close = within(dialog).getAllByRole("button", { name: "Close" }).at(-1);
    if (close) await person.click(close);
    expect(links.opened).toBeNull();
  });

  it("takes the place of no question of a page, such as that for a name of Production", async () => {
    await sandbox();
    const asked = { kind: "poolName" as const, why: "This pool is marked Production.", end: () => undefined };
    secrets.confirming = asked;
    await screen.findByRole("dialog", { name: "Show a secret of Production" });
    outside.link = { link: null, refused: "The link does not name a user pool. It was not opened." };
    stage.linked();
    await waitFor(() => expect(links.opened).not.toBeNull());
    expect(screen.queryByRole("dialog", { name: "A link was refused" })).toBeNull();
    secrets.confirming = null;
    await screen.findByRole("dialog", { name: "A link was refused" });
  });

  it("is asked for again once the local data is unlocked", async () => {
    await sandbox();
    outside.link = { link: null, refused: "The link does not name a user pool. It was not opened." };
    await session.unlocked(await backend.getAppInfo());
    await screen.findByRole("dialog", { name: "A link was refused" });
  });

  it("of a pool that was never opened here says what to do", async () => {
    await sandbox();
    outside.link = { link: { ...user(), copies: [], username: "ada" }, refused: null };
    stage.linked();
    const dialog = await screen.findByRole("dialog", { name: "A link was opened" });
    expect(dialog.textContent).toContain("There is no local copy of this pool");
    expect(within(dialog).queryByRole("button", { name: /show/i })).toBeNull();
  });
});

describe("favourites", () => {
  it("are marked on the overview and found in the palette", async () => {
    await sandbox();
    await person.click(screen.getByRole("button", { name: "Overview" }));
    const star = await screen.findByRole("button", { name: "Favourite: sandbox-customers" });
    expect(star.getAttribute("aria-pressed")).toBe("false");
    await person.click(star);
    await waitFor(() => expect(star.getAttribute("aria-pressed")).toBe("true"));
    await session.close("start");
    await person.keyboard("{Control>}k{/Control}");
    await person.type(await screen.findByRole("combobox", { name: "Search everything" }), "favourite");
    await screen.findByRole("option", { name: /sandbox-customers/ });
  });
});

describe("the overview", () => {
  it("of an empty local copy says that nobody is there, and of sign-ups that there are none", async () => {
    await sandbox();
    const overview = await backend.getOverview();
    vi.spyOn(backend, "getOverview").mockResolvedValueOnce({
      ...overview,
      users: 0,
      statuses: [],
      groups: [],
      signUps: [],
    });
    await person.click(screen.getByRole("button", { name: "Overview" }));
    const mix = (await screen.findByRole("heading", { name: "Status" })).closest("section");
    expect(mix?.textContent).toContain("Nobody is in the local copy.");
    expect(mix?.textContent).not.toContain("sign-ups");
  });

  it("has each chart with its figures, and each figure finds its people", async () => {
    await sandbox();
    await person.click(screen.getByRole("button", { name: "Overview" }));
    const domains = await screen.findByRole("table", { name: "Domains of e-mail addresses" });
    const [first] = within(domains).getAllByRole("button");
    const shown = first?.textContent?.trim() ?? "";
    expect(screen.getByRole("table", { name: "Last change of the record" })).toBeTruthy();
    expect(screen.getByRole("img", { name: "Sign-ups by month" })).toBeTruthy();
    await person.click(screen.getByRole("button", { name: "Day, 90 days" }));
    await screen.findByRole("img", { name: "Sign-ups by day" });
    await person.click(screen.getByRole("button", { name: "Save “Status” as CSV" }));
    await waitFor(() => expect(screen.getAllByText(/^Saved: /).length).toBeGreaterThan(0));
    if (first) await person.click(first);
    await waitFor(() => expect(route.get("q")).toBe(`email:*@${shown}`));
  });
});
