import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { stage } from "../../dev/fake";
import App from "../App.svelte";
import { backend, type GroupView, type JobView } from "../ipc/client";
import JobDetail from "../pages/jobs/JobDetail.svelte";
import { changes } from "../stores/changes.svelte";
import { jobs } from "../stores/jobs.svelte";
import { overlays } from "../stores/overlays.svelte";
import { session } from "../stores/session.svelte";
import { asking } from "./asking.svelte";
import FieldDiff from "./FieldDiff.svelte";
import PasswordField from "./PasswordField.svelte";
import { tabs } from "../stores/tabs.svelte";

const person = userEvent.setup({ delay: null });

beforeEach(async () => {
  Object.assign(stage, { hidden: false, slow: 5 });
  overlays.close();
  changes.close();
  await session.close("start");
});
afterEach(() => vi.restoreAllMocks());

describe("changing users", () => {
  it("shows what a change of all that match would do, carries it out and offers to take it back", async () => {
    render(App);
    await person.click(await screen.findByRole("button", { name: "Open the sandbox" }));
    await screen.findByRole("grid", { name: "Users" });
    await person.type(screen.getByRole("textbox", { name: "Search users" }), "kafor26@");
    await person.click(await screen.findByRole("button", { name: "Change all 1" }, { timeout: 4000 }));
    await person.click(await screen.findByRole("menuitem", { name: "Disable" }));
    const sheet = await screen.findByRole("dialog", { name: "Disable 1 user" });
    await within(sheet).findByText("1 change");
    await person.click(within(sheet).getByRole("button", { name: "Disable 1 user" }));
    await screen.findByText("Disable users: 1 done");
    await person.click(screen.getByRole("button", { name: "Open" }));
    const job = await screen.findByRole("complementary", { name: "Job" });
    await person.click(within(job).getByRole("button", { name: "Undo" }));
    await screen.findByRole("dialog", { name: "Undo: Disable users" });
  });

  it("wants the name of the pool before what cannot be taken back", async () => {
    render(App);
    await person.click(await screen.findByRole("button", { name: "Open the sandbox" }));
    await screen.findByRole("grid", { name: "Users" });
    await person.type(screen.getByRole("textbox", { name: "Search users" }), "kafor26@");
    await person.click(await screen.findByRole("button", { name: "Change all 1" }, { timeout: 4000 }));
    await person.click(await screen.findByRole("menuitem", { name: "Delete" }));
    const sheet = await screen.findByRole("dialog", { name: "Delete 1 user" });
    const button = within(sheet).getByRole("button", { name: "Delete 1 user" });
    expect(button).toHaveProperty("disabled", true);
    await person.type(within(sheet).getByRole("textbox", { name: "Name of the pool" }), session.name);
    await waitFor(() => expect(button).toHaveProperty("disabled", false));
  });
});

describe("taking a job back", () => {
  const layers = document.createElement("div");
  layers.id = "layers";
  beforeEach(() => document.body.append(layers));
  afterEach(() => {
    layers.remove();
    jobs.list = [];
  });
  const counts = { queued: 0, sent: 0, done: 0, failed: 0, unknown: 0, skipped: 0 };
  const job = (state: string, more: Partial<typeof counts>): JobView => ({
    id: "half way",
    action: "undo",
    state,
    counts: { ...counts, ...more },
    by: "",
    reason: null,
    undoOf: null,
    forGood: false,
    needsPassword: false,
    createdAt: "2026-11-22T12:00:00Z",
  });

  it.each([
    ["ended", { failed: 1 }, true],
    ["ended", { unknown: 1 }, true],
    ["paused", { queued: 1 }, true],
    ["running", { done: 1, queued: 1 }, false],
    ["ended", { skipped: 1 }, false],
  ])("is offered where an entry may be done half way: %s, %o", (state, more, offered) => {
    const one = job(state, more);
    jobs.list = [one];
    render(JobDetail, { job: one, onclose: () => undefined });
    expect(screen.queryByRole("button", { name: "Undo" }) !== null).toBe(offered);
  });
});

/** The dialog of an action on the one user of a search. */
async function asked(item: string, dialog: RegExp): Promise<HTMLElement> {
  render(App);
  await person.click(await screen.findByRole("button", { name: "Open the sandbox" }));
  await screen.findByRole("grid", { name: "Users" });
  await person.type(screen.getByRole("textbox", { name: "Search users" }), "kafor26@");
  await person.click(await screen.findByRole("button", { name: "Change all 1" }, { timeout: 4000 }));
  await person.click(await screen.findByRole("menuitem", { name: item }));
  return screen.findByRole("dialog", { name: dialog });
}

describe("a new address", () => {
  it.each([
    [true, 1],
    [false, 0],
  ])("says whether it waits for a code: %s", (waits, told) => {
    const change = { field: "email", before: "old@example.com", after: "new@example.com", waits, unseen: false };
    render(FieldDiff, { changes: [change], calls: [] });
    expect(screen.queryAllByText("waits for a code")).toHaveLength(told);
  });
});

describe("groups and factors", () => {
  it("lets people join and leave several groups in one plan", async () => {
    const plan = vi.spyOn(backend, "makePlan");
    const dialog = await asked("Several groups…", /^Change the groups of/);
    expect(within(dialog).getByRole("button", { name: "Preview" })).toHaveProperty("disabled", true);
    await person.selectOptions(within(dialog).getByRole("combobox", { name: "admins" }), "joins");
    await person.type(within(dialog).getByRole("textbox", { name: "Find a group" }), "BET");
    expect(within(dialog).queryByRole("combobox", { name: "admins" })).toBeNull();
    await person.selectOptions(within(dialog).getByRole("combobox", { name: "beta" }), "leaves");
    await person.click(within(dialog).getByRole("button", { name: "Preview" }));
    await screen.findByRole("dialog", { name: "Change the groups of 1 user" });
    expect(plan.mock.lastCall?.[0].wish).toEqual({ kind: "changeGroups", join: ["admins"], leave: ["beta"] });
  });

  it("makes one plan of everything that is marked in the matrix", async () => {
    const plan = vi.spyOn(backend, "makePlan");
    render(App);
    await person.click(await screen.findByRole("button", { name: "Open the sandbox" }));
    await screen.findByRole("grid", { name: "Users" });
    window.location.hash = "#/groups";
    await person.click(await screen.findByRole("button", { name: "Matrix" }));
    const boxes = await screen.findAllByRole<HTMLInputElement>("checkbox");
    const [first, second] = boxes;
    const last = boxes.at(-1);
    for (const box of [first, second, last]) await person.click(box as HTMLElement);
    await person.click(screen.getByRole("button", { name: "Preview" }));
    const sheet = await screen.findByRole("dialog", { name: "Change the groups of 2 users" });
    expect(plan).toHaveBeenCalledOnce();
    const wish = plan.mock.lastCall?.[0].wish;
    const moves = wish?.kind === "arrangeGroups" ? wish.moves : [];
    expect(moves.map(({ join, leave }) => join.length + leave.length)).toEqual([2, 1]);
    await person.click(within(sheet).getByRole("button", { name: "Change the groups of 2 users" }));
    await waitFor(() => expect(screen.queryByText("3 changes")).toBeNull());
  });

  it("looks first at second factors unless that is turned off, and resets a lost app by a plan", async () => {
    const plan = vi.spyOn(backend, "makePlan");
    const dialog = await asked("MFA preference…", /^MFA preference of/);
    await person.selectOptions(within(dialog).getByRole("combobox", { name: "SMS" }), "on");
    await person.click(within(dialog).getByRole("button", { name: "Preview" }));
    await waitFor(() => expect(plan).toHaveBeenCalledOnce());
    expect(plan.mock.lastCall?.[0].wish).toMatchObject({ kind: "setMfa", on: ["sms"], lookFirst: true });
    expect(dialog.textContent).toContain("Looking may bill $0.00 – $0.015.");
    changes.close();
    await person.click(await screen.findByRole("button", { name: "Change all 1" }));
    await person.click(await screen.findByRole("menuitem", { name: "Reset the authenticator app" }));
    await screen.findByRole("dialog", { name: "Reset the authenticator app of 1 user" });
    expect(plan.mock.lastCall?.[0].wish).toEqual({ kind: "resetAuthenticator" });
  });
});

describe("an MFA preference", () => {
  async function opened(count: number): Promise<HTMLElement> {
    render(App);
    await person.click(await screen.findByRole("button", { name: "Open the sandbox" }));
    await screen.findByRole("grid", { name: "Users" });
    asking.current = {
      kind: "setMfa",
      target: { query: "", names: [], count, called: `${String(count)} users` },
      user: null,
    };
    return screen.findByRole("dialog", { name: /^MFA preference of/ });
  }

  it("of many looks first only when somebody says so, beside what that may bill", async () => {
    const dialog = await opened(400);
    await within(dialog).findByText("Looking may bill $0.00 – $6.");
    expect(within(dialog).getByRole("checkbox", { name: /^Look first/ })).toHaveProperty("checked", false);
  });

  it.each([
    ["LITE", true],
    ["ESSENTIALS", false],
  ])("in the plan %s says of e-mail that it lacks it: %s", async (tier, lacks) => {
    const dialog = await opened(1);
    const tab = tabs.front;
    if (tab?.open) tab.open = { ...tab.open, pool: { ...tab.open.pool, tier } };
    const email = within(dialog).getByRole("combobox", { name: "E-mail" });
    await waitFor(() => expect(within(email).getByRole("option", { name: "on" })).toHaveProperty("disabled", lacks));
    expect(within(email).getByRole("option", { name: "off" })).toHaveProperty("disabled", false);
    const said = within(dialog).queryByText("E-mail as a second factor needs the feature plan Essentials or Plus.");
    expect(said !== null).toBe(lacks);
  });
});

describe("editing a group", () => {
  const crew: GroupView = {
    name: "crew",
    description: "Watch",
    precedence: 3,
    roleArn: "arn:aws:iam::1:role/x",
    users: 0,
  };

  it("takes a description away, and says that AWS takes no role and no precedence away", async () => {
    const plan = vi.spyOn(backend, "makePlan");
    render(App);
    await person.click(await screen.findByRole("button", { name: "Open the sandbox" }));
    await screen.findByRole("grid", { name: "Users" });
    asking.current = { kind: "group", group: crew };
    const dialog = await screen.findByRole("dialog", { name: "Change the group crew" });
    const preview = within(dialog).getByRole("button", { name: "Preview" });
    for (const [label, own] of [
      ["Precedence", "3"],
      ["IAM role", crew.roleArn as string],
    ] as const) {
      const field = within(dialog).getByRole("textbox", { name: label });
      await person.clear(field);
      expect(dialog.textContent).toMatch(/AWS documents no way to take a (role|precedence) away/);
      expect(preview).toHaveProperty("disabled", true);
      await person.type(field, own);
      expect(dialog.textContent).not.toContain("AWS documents no way");
    }
    await person.clear(within(dialog).getByRole("textbox", { name: "What it is for" }));
    await person.click(preview);
    await waitFor(() => expect(plan).toHaveBeenCalledOnce());
    expect(plan.mock.lastCall?.[0].wish).toMatchObject({ kind: "updateGroup", settings: { description: "" } });
  });
});

describe("a password that is made", () => {
  it("is the one that the backend made for the pool, and a failure is told", async () => {
    render(PasswordField, { value: "" });
    const make = screen.getByRole("button", { name: "Make one" });
    await person.click(make);
    const field = screen.getByLabelText<HTMLInputElement>("Password");
    await waitFor(() => expect(field.value).toMatch(/^Fits-/));
    expect(field.type).toBe("text");
    vi.spyOn(backend, "makePassword").mockRejectedValueOnce(new Error("Connect to AWS first."));
    await person.click(make);
    expect((await screen.findByRole("alert")).textContent).toBe("Connect to AWS first.");
  });
});
