import { fireEvent, render, screen, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  backend,
  type AuditView,
  type FieldChangeView,
  type GroupView,
  type JobView,
  type UserRow,
  type UserView,
} from "../ipc/client";
import AuditPage from "../pages/audit/AuditPage.svelte";
import GroupsPage from "../pages/groups/GroupsPage.svelte";
import Matrix from "../pages/groups/Matrix.svelte";
import JobDetail from "../pages/jobs/JobDetail.svelte";
import TimelineTab from "../pages/users/TimelineTab.svelte";
import { jobs } from "../stores/jobs.svelte";
import { session } from "../stores/session.svelte";
import { asking } from "./asking.svelte";
import FieldDiff from "./FieldDiff.svelte";

const person = userEvent.setup({ delay: null });
afterEach(() => {
  vi.restoreAllMocks();
  jobs.list = [];
  asking.current = null;
});

const change = (field: string, more: Partial<FieldChangeView>): FieldChangeView => ({
  field,
  before: null,
  after: null,
  waits: false,
  unseen: false,
  ...more,
});
const settled = () => new Promise((done) => setTimeout(done));
const told = () => document.querySelector(".fields")?.textContent?.replace(/\s+/g, " ").trim();

describe("what a call changes that no list of users shows", () => {
  it.each([
    [change("identity", { after: "Google: 42" }), "Linked identity not set →After Google: 42"],
    [change("sessions", { unseen: true }), "Sessions unknown →After ended"],
    [change("SMS_MFA", { unseen: true, after: "off" }), "Code by SMS unknown →After off"],
    [change("password", { unseen: true, after: "temporary" }), "Password unknown →After a new temporary one"],
    [change("invitation", { unseen: true, after: "email" }), "Invitation unknown →After by e-mail"],
  ])("is told before and after: %o", (one, words) => {
    render(FieldDiff, { changes: [one], calls: [] });
    expect(told()).toBe(words);
  });

  it("is folded where somebody has many fields, and shown on wish", async () => {
    const many = Array.from({ length: 20 }, (_, at) => change(`custom:${String(at)}`, { before: "x" }));
    render(FieldDiff, { changes: many, calls: [] });
    expect(document.querySelectorAll(".fields li")).toHaveLength(6);
    await person.click(screen.getByRole("button", { name: "14 more fields" }));
    expect(document.querySelectorAll(".fields li")).toHaveLength(20);
  });
});

describe("a job", () => {
  const layers = document.createElement("div");
  layers.id = "layers";
  beforeEach(() => document.body.append(layers));
  afterEach(() => layers.remove());
  const job = (more: Partial<JobView>): JobView => ({
    id: "one",
    action: "set MFA preference",
    state: "ended",
    counts: { queued: 0, sent: 0, done: 1, failed: 1, unknown: 0, skipped: 0 },
    by: "",
    reason: null,
    undoOf: null,
    forGood: false,
    needsPassword: false,
    createdAt: "2026-11-22T12:00:00Z",
    ...more,
  });

  it.each([true, false])("of which nothing can be taken back offers no undo: %s", (forGood) => {
    const one = job({ forGood });
    jobs.list = [one];
    render(JobDetail, { job: one, onclose: () => undefined });
    expect(screen.queryByRole("button", { name: "Undo" }) === null).toBe(forGood);
  });

  it("that does not run is given up after it was asked once more", async () => {
    vi.spyOn(backend, "getJobItems").mockResolvedValue([]);
    vi.spyOn(backend, "listJobs").mockResolvedValue([]);
    const give = vi.spyOn(backend, "giveUpJob").mockResolvedValue(null);
    const counts = { queued: 9_950, sent: 0, done: 50, failed: 0, unknown: 0, skipped: 0 };
    const one = job({ action: "deleteUsers", state: "paused", counts, forGood: true });
    render(JobDetail, { job: one, onclose: () => undefined });
    await person.click(screen.getByRole("button", { name: "Give up the rest…" }));
    expect(give).not.toHaveBeenCalled();
    await screen.findByText(/9,950 entries are never sent/);
    await person.click(screen.getByRole("button", { name: "Give up the rest" }));
    expect(give.mock.lastCall?.[0]).toEqual({ id: "one" });
  });

  it("that creates a user with a password asks for it before it goes on", async () => {
    const resume = vi.spyOn(backend, "resumeJob");
    const one = job({ action: "create user", needsPassword: true });
    jobs.list = [one];
    render(JobDetail, { job: one, onclose: () => undefined });
    await person.click(screen.getByRole("button", { name: "Try failed again" }));
    expect(asking.current).toMatchObject({ kind: "password", job: "one", retry: true });
    expect(resume).not.toHaveBeenCalled();
  });
});

describe("the audit", () => {
  it("is asked for by who did what and how it ended", async () => {
    const list = vi.spyOn(backend, "listAudit").mockResolvedValue({ records: [], earlier: null, unreadable: 2 });
    render(AuditPage);
    await person.type(screen.getByRole("textbox", { name: "Who did it" }), "ops-role");
    await person.type(screen.getByRole("textbox", { name: "Operation" }), "AdminDisableUser");
    await person.selectOptions(screen.getByRole("combobox", { name: "Outcome" }), "failed");
    await person.click(screen.getByRole("button", { name: "Find" }));
    expect(list.mock.lastCall?.[0]).toMatchObject({
      who: "ops-role",
      operation: "AdminDisableUser",
      outcome: "failed",
    });
    expect(screen.getByRole("note").textContent).toContain("2 records cannot be read here");
  });

  it("of a user goes back as far as somebody wishes", async () => {
    const record = (seq: number) => ({ seq, kind: "intent", changes: [] }) as unknown as AuditView;
    const of = vi.spyOn(backend, "getPersonAudit").mockImplementation(({ before, limit }) => {
      const first = (before ?? 12_001) - 1;
      const records = Array.from({ length: Math.min(limit, first) }, (_, at) => record(first - at));
      return Promise.resolve({
        records,
        earlier: records.length < first ? first - records.length + 1 : null,
        unreadable: 1,
      });
    });
    vi.spyOn(backend, "getTimeline").mockResolvedValue({ state: "on", message: null, days: 30, changes: [] });
    render(TimelineTab, { user: { username: "ada" } as unknown as UserView });
    const more = await screen.findByRole("button", { name: "Earlier ones" });
    for (let clicks = 0; clicks < 59; clicks++) await fireEvent.click(more).then(settled);
    expect(of.mock.calls.length).toBe(60);
    expect(of.mock.lastCall?.[0]).toEqual({ username: "ada", before: 201, limit: 200 });
    expect(screen.queryByRole("button", { name: "Earlier ones" })).toBeNull();
    expect(screen.getByRole("note").textContent).toContain("60 records cannot be read here");
    // What changed since is read with all that was asked for, as many at once as there are.
    of.mockClear();
    session.changes += 1;
    await settled();
    expect(of.mock.calls.map(([{ before, limit }]) => [before, limit])).toEqual([
      [null, 5_000],
      [7_001, 5_000],
      [2_001, 2_000],
    ]);
  });

  it("that cannot be opened is said beside what syncs saw", async () => {
    vi.spyOn(backend, "getPersonAudit").mockRejectedValue(new Error("It is damaged."));
    vi.spyOn(backend, "getTimeline").mockResolvedValue({ state: "on", message: null, days: 30, changes: [] });
    render(TimelineTab, { user: { username: "ada" } as unknown as UserView });
    expect((await screen.findByRole("alert")).textContent).toContain("It is damaged.");
  });
});

describe("the list of 10,000 groups", () => {
  it("draws those that are on the screen, and others as it is scrolled", async () => {
    const groups = Array.from({ length: 10_000 }, (_, at): GroupView => {
      const name = `group-${String(at)}`;
      return { name, users: 0, precedence: at, roleArn: null, description: null };
    });
    vi.spyOn(session, "groups", "get").mockReturnValue(groups);
    render(GroupsPage);
    const region = await screen.findByRole("region", { name: "Groups" });
    const shown = () => within(region).getAllByRole("button").length;
    expect(shown()).toBeLessThan(60);
    within(region).getByRole("button", { name: "group-0" });
    region.scrollTop = 5_000 * 32;
    await fireEvent.scroll(region);
    within(region).getByRole("button", { name: "group-5000" });
    expect(within(region).queryByRole("button", { name: "group-0" })).toBeNull();
    expect(shown()).toBeLessThan(60);
    expect(within(region).getByRole("table").getAttribute("aria-rowcount")).toBe("10001");
  });
});

describe("the matrix of a pool with 10,000 groups", () => {
  it("shows forty, those of the people first, and finds the others by name", async () => {
    const groups = Array.from({ length: 10_000 }, (_, at): GroupView => {
      const name = `group-${String(at)}`;
      return { name, users: 0, precedence: null, roleArn: null, description: null };
    });
    const row = { username: "ada", attributes: {}, groups: ["group-9876"] } as unknown as UserRow;
    vi.spyOn(backend, "searchUsers").mockResolvedValue({ rows: [row] } as never);
    render(Matrix, { groups });
    const table = await screen.findByRole("table");
    expect(within(table).getAllByRole("checkbox")).toHaveLength(40);
    expect(within(table).getByRole("checkbox", { name: "ada in group-9876" })).toHaveProperty("checked", true);
    screen.getByText(/40 of 10,000 groups/);
    await person.type(screen.getByRole("textbox", { name: "Groups of the matrix" }), "GROUP-123");
    expect(within(table).getAllByRole("checkbox")).toHaveLength(11);
    await person.click(within(table).getByRole("checkbox", { name: "ada in group-1234" }));
    await person.clear(screen.getByRole("textbox", { name: "Groups of the matrix" }));
    screen.getByText("1 change");
  });
});
