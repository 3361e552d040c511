import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { stage } from "../../dev/fake";
import App from "../App.svelte";
import { backend, type FreshnessView, type UserView } from "../ipc/client";
import GroupsPage from "../pages/groups/GroupsPage.svelte";
import EditForm from "../pages/users/EditForm.svelte";
import Inspector from "../pages/users/Inspector.svelte";
import TimelineTab from "../pages/users/TimelineTab.svelte";
import { changes } from "../stores/changes.svelte";
import { overlays } from "../stores/overlays.svelte";
import { selection } from "../stores/selection.svelte";
import { session } from "../stores/session.svelte";
import { tabs } from "../stores/tabs.svelte";
import { asking } from "./asking.svelte";
import { sections } from "./doings";

const person = userEvent.setup({ delay: null });

/** Somebody whose username is what every object has; another's differs from it in case alone. */
const ODD = "constructor";

beforeEach(async () => {
  Object.assign(stage, { hidden: false, slow: 5 });
  overlays.close();
  changes.close();
  selection.clear();
  asking.leave();
  await session.close("start");
});

async function opened() {
  render(App);
  await person.click(await screen.findByRole("button", { name: "Open the sandbox" }));
  await screen.findByRole("grid", { name: "Users" });
}

describe("whoever is called what every object has", () => {
  it("is shown by their name in a plan and in its job", async () => {
    await opened();
    const name = (await backend.getUser({ username: ODD })).attributes["name"] as string;
    await changes.plan({ wish: { kind: "disableUsers" }, query: null, names: [ODD], title: "Odd", icon: "ban" });
    const sheet = await screen.findByRole("dialog", { name: "Odd" });
    await within(sheet).findByText(name);
    await person.click(within(sheet).getByRole("button", { name: "Odd" }));
    await person.click(await screen.findByRole("button", { name: "Open" }));
    const job = await screen.findByRole("complementary", { name: "Job" });
    await within(job).findByText(name);
  });
});

describe("adding members", () => {
  it("adds those who were chosen, and nobody else whose name differs in case", async () => {
    await opened();
    selection.only([await backend.getUser({ username: ODD })]);
    asking.current = { kind: "members", group: "admins" };
    const dialog = await screen.findByRole("dialog", { name: "Add to admins" });
    const text = within(dialog).getByRole("textbox", { name: "People" });
    expect(text).toHaveProperty("value", ODD);
    await person.click(within(dialog).getByRole("button", { name: "Preview" }));
    await screen.findByRole("dialog", { name: "Add 1 user to admins" });
    expect(changes.sheet?.preview.first.map((item) => item.name)).toEqual([ODD]);
  });

  it("says who is missing and what several users have before it goes on", async () => {
    await opened();
    asking.current = { kind: "members", group: "admins" };
    const dialog = await screen.findByRole("dialog", { name: "Add to admins" });
    const text = within(dialog).getByRole("textbox", { name: "People" });
    const preview = () => person.click(within(dialog).getByRole("button", { name: "Preview" }));
    await person.type(text, `${ODD}{enter}nobody@postbox.example`);
    await preview();
    await within(dialog).findByText("Not found: nobody@postbox.example");
    await within(dialog).findByText(/Preview again to go on without the one not found/);
    expect(changes.sheet).toBeNull();
    // Whatever else is missing then is said first, too.
    await person.type(text, `{enter}nobody.else@postbox.example`);
    await preview();
    await within(dialog).findByText(/without the 2 not found/);
    await preview();
    await screen.findByRole("dialog", { name: "Add 1 user to admins" });
  });

  it("refuses entries that several users have, however often it is asked", async () => {
    await opened();
    const plan = vi.spyOn(changes, "plan");
    const ambiguous = [{ entry: "ada@postbox.example", usernames: ["native", "Google_1"] }];
    vi.spyOn(backend, "whoIsMeant").mockResolvedValue({
      found: [{ entry: ODD, username: ODD }],
      missing: ["nobody"],
      ambiguous,
    });
    asking.current = { kind: "members", group: "admins" };
    const dialog = await screen.findByRole("dialog", { name: "Add to admins" });
    await person.type(within(dialog).getByRole("textbox", { name: "People" }), "ada@postbox.example");
    for (let times = 0; times < 2; times++) {
      await person.click(within(dialog).getByRole("button", { name: "Preview" }));
      const told = await within(dialog).findByRole("alert");
      expect(told.textContent).toContain("ada@postbox.example (native, Google_1)");
    }
    expect(plan).not.toHaveBeenCalled();
    vi.restoreAllMocks();
  });
});

describe("an identity at a provider", () => {
  const facts = { count: 1, offline: false, mfa: null, groups: [], groupsKnown: true };
  const why = (status: string, ...primary: boolean[]) => {
    const all = primary.map((primary, at) => ({ providerName: "Google", userId: String(at), primary }));
    const attributes = { identities: JSON.stringify(all) };
    const user = { status, groups: [], attributes } as unknown as UserView;
    const doings = sections({ ...facts, user }).flatMap((section) => section.doings);
    return doings.find((doing) => doing.kind === "unlinkProvider")?.why;
  };

  it("by which somebody came into being is not offered to be taken away", () => {
    expect(why("EXTERNAL_PROVIDER", true)).toContain("Disable them instead");
    expect(why("EXTERNAL_PROVIDER", true, false)).toBeNull();
    expect(why("CONFIRMED", false)).toBeNull();
    expect(why("CONFIRMED")).toBe("Has no linked identity.");
  });
});

describe("groups that were not read", () => {
  const facts = { user: null, count: 2, offline: false, mfa: null, groups: [] };
  const why = (groupsKnown: boolean) =>
    sections({ ...facts, groupsKnown })
      .flatMap((section) => section.doings)
      .find((doing) => doing.kind === "addToGroup")?.why;

  it("are not said to be none", () => {
    expect(why(true)).toBe("The pool has no groups.");
    expect(why(false)).toContain("have not been read yet");
  });

  it("are said not to be known on their page", async () => {
    await opened();
    const tab = tabs.front as NonNullable<typeof tabs.front>;
    tab.groups = [];
    render(GroupsPage);
    await screen.findByText("This pool has no groups");
    tab.freshness = { ...(tab.freshness as FreshnessView), groupsKnown: false };
    await screen.findByText("The groups of this pool are not known here");
    expect(screen.queryByText("This pool has no groups")).toBeNull();
  });
});

describe("editing an address", () => {
  it("takes a new address for verified only when somebody says so", async () => {
    await opened();
    const user = await backend.getUser({ username: ODD });
    const ticked = {
      ...user,
      attributes: { ...user.attributes, email: "old@postbox.example", email_verified: "true" },
    };
    render(EditForm, { user: ticked, onclose: () => undefined });
    const field = screen.getByRole("textbox", { name: "E-mail" });
    await person.clear(field);
    await person.type(field, "new@postbox.example");
    const shown = () => changes.sheet?.preview.first[0]?.changes.map(({ field, after }) => [field, after]);
    const sent = async () => {
      changes.sheet = null;
      await person.click(screen.getByRole("button", { name: "Preview the changes" }));
      await waitFor(() => expect(shown()).toBeDefined());
      return shown();
    };
    expect(await sent()).toEqual([
      ["email", "new@postbox.example"],
      ["email_verified", "false"],
    ]);
    await person.click(screen.getByRole("checkbox", { name: "E-mail verified" }));
    expect(await sent()).toEqual([
      ["email", "new@postbox.example"],
      ["email_verified", "true"],
    ]);
    changes.sheet = null;
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    await person.clear(field);
    await person.type(field, "old@postbox.example");
    expect(screen.getByRole<HTMLInputElement>("checkbox", { name: "E-mail verified" }).checked).toBe(true);
  });
});

describe("erasing a person", () => {
  const ERASE = "Erase this person’s history…";

  it("is offered for whoever is gone", async () => {
    await opened();
    render(Inspector, { username: "left long ago", onclose: () => undefined });
    await screen.findByText("Nobody of that name");
    await person.click(screen.getByRole("button", { name: ERASE }));
    expect(overlays.current).toMatchObject({ name: "erasePerson", username: "left long ago" });
  });

  it("is offered where no sync saw a change and something was done here", async () => {
    await opened();
    await changes.plan({
      wish: { kind: "enableUsers" },
      query: null,
      names: ["Constructor"],
      title: "On",
      icon: "check",
    });
    await changes.carryOut(null, null);
    const user = await backend.getUser({ username: "Constructor" });
    render(TimelineTab, { user });
    await screen.findByText("AdminDisableUser");
    await screen.findByRole("button", { name: ERASE });
  });
});
