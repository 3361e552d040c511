import { render, screen, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { backend, type FieldChangeView, type GroupView, type JobView, type UserRow } from "../ipc/client";
import Matrix from "../pages/groups/Matrix.svelte";
import JobDetail from "../pages/jobs/JobDetail.svelte";
import { jobs } from "../stores/jobs.svelte";
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
