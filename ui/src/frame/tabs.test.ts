import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { stage } from "../../dev/fake";
import App from "../App.svelte";
import { aimed } from "../ipc/about";
import { backend } from "../ipc/client";
import { changes } from "../stores/changes.svelte";
import { overlays } from "../stores/overlays.svelte";
import { route } from "../stores/route.svelte";
import { selection } from "../stores/selection.svelte";
import { session } from "../stores/session.svelte";
import { tabs } from "../stores/tabs.svelte";

const person = userEvent.setup({ delay: null });
const SANDBOX = "sandbox-customers";
const PROD = "acme-drivers";

/** The sandbox and a pool of the profile prod, which is in front. */
async function both() {
  render(App);
  await person.click(await screen.findByRole("button", { name: "Open the sandbox" }));
  await screen.findByRole("grid", { name: "Users" });
  await person.keyboard("{Control>}t{/Control}");
  await person.click(await screen.findByRole("button", { name: "Open prod" }));
  await person.click(await screen.findByRole("button", { name: `Open pool ${PROD}` }));
  await screen.findByRole("grid", { name: "Users" });
}

const names = () => screen.getAllByRole("tab").map((tab) => tab.getAttribute("aria-label") ?? tab.textContent?.trim());
const tab = (name: string) => screen.getByRole("tab", { name: new RegExp(`^${name},`) });
const inFront = async (name: string) =>
  waitFor(() => expect(tab(name).getAttribute("aria-selected")).toBe("true"), { timeout: 8000 });
const box = () => screen.getByRole("textbox", { name: "Search users" });

beforeEach(async () => {
  Object.assign(stage, { hidden: false, slow: 5 });
  stage.signedIn(true);
  overlays.close();
  for (const open of tabs.all) await session.closeTab(open);
  session.choose("start");
});

describe("tabs", () => {
  it("are there from the second pool on, with environment and lock, and a call is about the one in front", async () => {
    render(App);
    await person.click(await screen.findByRole("button", { name: "Open the sandbox" }));
    await screen.findByRole("grid", { name: "Users" });
    expect(screen.queryByRole("tablist")).toBeNull();
    await person.keyboard("{Control>}t{/Control}");
    await waitFor(() => expect(names()).toEqual([`${SANDBOX}, Development`, "Choose a pool"]));
    await person.click(await screen.findByRole("button", { name: "Open prod" }));
    await person.click(await screen.findByRole("button", { name: `Open pool ${PROD}` }));
    await inFront(PROD);
    await waitFor(() => expect(names()[1]).toContain(`${PROD}, Production, read-only`));
    const asked: string[] = [];
    const search = backend.searchUsers;
    vi.spyOn(backend, "searchUsers").mockImplementation((request) => (asked.push(aimed()), search(request)));
    await person.type(box(), "status:confirmed{Enter}");
    await waitFor(() => expect(asked.length).toBeGreaterThan(0));
    expect(new Set(asked)).toEqual(new Set([tabs.all[1]?.key]));
    await person.click(tab(SANDBOX));
    await inFront(SANDBOX);
    expect(aimed()).toBe(tabs.all[0]?.key);
    vi.restoreAllMocks();
  });

  it("keep their page, search, selection and inspector", async () => {
    await both();
    await person.type(box(), "status:confirmed{Enter}");
    await screen.findByRole("button", { name: "Remove status:confirmed" });
    const grid = await screen.findByRole("grid", { name: "Users" });
    grid.focus();
    await person.keyboard(" {ArrowDown} {Enter}");
    const inspector = await screen.findByRole("complementary", { name: "Inspector" });
    await person.click(await within(inspector).findByRole("tab", { name: /^Groups/ }));
    const shown = route.get("user");
    expect(selection.size).toBe(2);

    await person.keyboard("{Control>}{Tab}{/Control}");
    await inFront(SANDBOX);
    expect([selection.size, route.get("q"), route.get("user")]).toEqual([0, "", ""]);
    await person.click(screen.getByRole("button", { name: "Jobs" }));

    await person.keyboard("{Control>}2{/Control}");
    await inFront(PROD);
    await screen.findByRole("button", { name: "Remove status:confirmed" });
    expect([selection.size, route.get("user")]).toEqual([2, shown]);
    await waitFor(() =>
      expect(screen.getByRole("tab", { name: /^Groups/ }).getAttribute("aria-selected")).toBe("true"),
    );
    await person.keyboard("{Control>}{Shift>}{Tab}{/Shift}{/Control}");
    await inFront(SANDBOX);
    await screen.findByRole("heading", { name: "Jobs" });
  });

  it("show the syncs of the others, and what their sync waits for once somebody goes there", async () => {
    await both();
    const key = tabs.all[1]?.key ?? "";
    await person.click(tab(SANDBOX));
    await inFront(SANDBOX);
    stage.sync("listing", { poolKey: key, users: 1000, estimatedUsers: 4000 });
    await waitFor(() => expect(names()[1]).toContain("syncing 25 %"));
    expect(screen.queryByText("Reading users")).toBeNull();
    stage.signedIn(false);
    const ssoLogin = "aws sso login --profile prod";
    const error = { code: "credentials_expired" as const, message: "Expired.", ssoLogin };
    const rest = { field: null, retryAfterMs: null, requestId: null, iamAction: null };
    stage.sync("waiting", { poolKey: key, error: { ...error, ...rest } });
    await waitFor(() => expect(names()[1]).toContain("its sync waits for a sign-in"));
    expect(screen.queryByRole("dialog")).toBeNull();
    await person.click(tab(PROD));
    within(await screen.findByRole("dialog", { name: "The sign-in has expired" })).getByText(ssoLogin);
    await person.keyboard("{Control>}1{/Control}");
    await inFront(PROD);
    stage.sync("done", { poolKey: key });
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  });

  it("are moved along with arrows, closed by button and keys, and the last one leads to the choosing", async () => {
    await both();
    tab(PROD).focus();
    await person.keyboard("{ArrowRight}");
    expect(document.activeElement).toBe(tab(SANDBOX));
    await inFront(PROD);
    await person.keyboard("{Enter}");
    await inFront(SANDBOX);
    const closed: string[] = [];
    const close = backend.closePool;
    vi.spyOn(backend, "closePool").mockImplementation(() => (closed.push(aimed()), close()));
    const [sandbox, prod] = tabs.all.map((open) => open.key);
    await person.click(screen.getByRole("button", { name: `Close ${PROD}` }));
    await waitFor(() => expect(screen.queryByRole("tablist")).toBeNull());
    await screen.findByRole("grid", { name: "Users" });
    await person.keyboard("{Control>}w{/Control}");
    await screen.findByRole("heading", { name: "User pools" });
    expect(closed).toEqual([prod, sandbox]);
    vi.restoreAllMocks();
  });

  it("are one for each pool, and wait for what is asked in a dialog", async () => {
    await both();
    await person.keyboard("{Control>}t{/Control}");
    await person.click(await screen.findByRole("button", { name: "Open prod" }));
    await person.click(await screen.findByRole("button", { name: `Open pool ${PROD}` }));
    await inFront(PROD);
    expect(tabs.all.length).toBe(2);
    await person.keyboard("{Control>}k{/Control}");
    await screen.findByRole("combobox", { name: "Search everything" });
    await person.keyboard("{Control>}1{/Control}{Control>}w{/Control}");
    expect([tabs.all.length, tabs.front?.name]).toEqual([2, PROD]);
  });

  it("are kept for the next start with pages and saved views, and without what was searched", async () => {
    await both();
    const sort = { field: "created", descending: true };
    await session.change({ savedViews: [{ name: "Confirmed", query: "status:confirmed", sort, columns: [] }] });
    await person.type(box(), "ngozi{Enter}");
    const kept = () => session.settings?.tabs.map(({ page, view, front }) => [page, view, front]);
    await waitFor(() =>
      expect(kept()).toEqual([
        ["users", null, false],
        ["users", null, true],
      ]),
    );
    expect(JSON.stringify(session.settings?.tabs)).not.toContain("ngozi");
    route.go("users", { q: "status:confirmed" });
    await person.keyboard("{Control>}1{/Control}");
    await inFront(SANDBOX);
    await person.click(screen.getByRole("button", { name: "Jobs" }));
    await waitFor(() =>
      expect(kept()).toEqual([
        ["jobs", null, true],
        ["users", "Confirmed", false],
      ]),
    );

    const last = session.settings?.tabs ?? [];
    for (const open of tabs.all) await session.closeTab(open);
    tabs.restore(last, session.settings?.savedViews ?? []);
    expect(tabs.all.map((open) => [open.open, open.address])).toEqual([
      [null, "#/jobs"],
      [null, "#/users?q=status%3Aconfirmed&sort=created&order=desc"],
    ]);
  });

  it("hold one pool once, also when it is opened through another connection, which then is the one that is used", async () => {
    await both();
    const key = tabs.front?.key ?? "";
    await person.type(box(), "status:confirmed{Enter}");
    await person.keyboard("{Control>}t{/Control}");
    await person.click(await screen.findByRole("button", { name: "Open audit" }));
    const open = vi.spyOn(backend, "openPool");
    await person.click(await screen.findByRole("button", { name: `Open pool ${PROD}` }));
    await inFront(PROD);
    expect(tabs.all.map((open) => open.key).filter((other) => other === key)).toEqual([key]);
    expect(open.mock.calls.map(([request]) => request.connection.profile)).toEqual(["audit"]);
    expect([tabs.front?.key, tabs.front?.connection?.profile, session.connected?.connection.profile]).toEqual([
      key,
      "audit",
      "audit",
    ]);
    // What was asked there stands there still.
    expect(route.get("q")).toBe("status:confirmed");
    open.mockClear();
    const connection = session.connected?.connection;
    if (connection) await session.openPool({ ...connection }, key.split("/").at(-1) ?? "", PROD);
    expect(open).not.toHaveBeenCalled();
    vi.restoreAllMocks();
  });

  it("keep what was typed and could not be searched for, and search for what was only typed", async () => {
    await both();
    await person.type(box(), "status:confirmed{Enter}");
    await screen.findByRole("button", { name: "Remove status:confirmed" });
    await person.type(box(), "emial:acme");
    await person.click(tab(SANDBOX));
    await inFront(SANDBOX);
    expect((box() as HTMLInputElement).value).toBe("");
    await person.click(tab(PROD));
    await inFront(PROD);
    await waitFor(() => expect((box() as HTMLInputElement).value).toBe("emial:acme"));
    await screen.findByRole("button", { name: "Remove status:confirmed" });
    await screen.findByRole("alert");
    expect(route.get("q")).toBe("status:confirmed");

    await person.clear(box());
    // The tab is left in the moment of typing.
    await person.type(box(), "ngozi");
    tabs.to(tabs.all[0] ?? null);
    await inFront(SANDBOX);
    await new Promise((done) => setTimeout(done, 300));
    expect([route.get("q"), tabs.all[0]?.address]).toEqual(["", "#/users"]);
    await person.click(tab(PROD));
    await inFront(PROD);
    await waitFor(() => expect(route.get("q")).toBe("status:confirmed ngozi"));
  });

  it("leave behind a plan that is being made, and another one can be made at once", async () => {
    await both();
    let answer: (preview: never) => void = () => undefined;
    const left = changes.present(
      () => new Promise((done) => (answer = done)),
      () => "Left",
      "trash",
    );
    expect(changes.planning).toBe(true);
    await person.click(tab(SANDBOX));
    await inFront(SANDBOX);
    expect(changes.planning).toBe(false);
    const another = changes.present(
      () => new Promise(() => undefined),
      () => "Another",
      "trash",
    );
    void another;
    answer({ active: 1 } as never);
    await left;
    expect([changes.planning, changes.sheet]).toEqual([true, null]);
    changes.close();
  });

  it("are gone back to by the window's history, each at its own page", async () => {
    await both();
    await person.click(screen.getByRole("button", { name: "Jobs" }));
    await person.click(tab(SANDBOX));
    await inFront(SANDBOX);
    window.history.back();
    await inFront(PROD);
    await screen.findByRole("heading", { name: "Jobs" });
  });
});
