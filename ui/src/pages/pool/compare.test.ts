import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { backend, type ComparedView, type OpenPoolView } from "../../ipc/client";
import Compare from "./Compare.svelte";
import { Tab } from "../../stores/tab.svelte";
import { tabs } from "../../stores/tabs.svelte";

const person = userEvent.setup({ delay: null });
const [EARLY, LATE] = ["2026-11-01T08:00:00Z", "2026-11-20T08:00:00Z"];
const compared = (settings: ComparedView["settings"]): ComparedView => ({
  settings,
  compared: 120,
  unanswered: [],
  hereAt: EARLY,
  thereAt: LATE,
});
const line = { area: "passwords", title: "Shortest password", pointer: "/UserPool/x", here: "8", there: "14" };
const client = (id: string, name: string) => ({
  id,
  name,
  hasSecret: false,
  flows: [],
  grants: [],
  unknown: null,
});

beforeEach(() => {
  const key = "sandbox/000/eu-west-1/eu-west-1_Abcdefghi";
  tabs.front = Object.assign(new Tab(key), { open: { poolKey: key, offline: false } as OpenPoolView });
  backend.listClients = vi.fn().mockResolvedValue([client("a1", "web"), client("b2", "app")]);
  backend.listKeptSettings = vi.fn().mockResolvedValue([LATE, EARLY]);
  backend.compareSettings = vi.fn().mockResolvedValue(compared([line]));
});
afterEach(() => {
  tabs.front = null;
});

describe("comparing", () => {
  it("shows where two app clients differ, under their names", async () => {
    render(Compare);
    await person.click(screen.getByRole("button", { name: "Two app clients" }));
    await person.click(await screen.findByRole("button", { name: "Compare" }));
    await screen.findByText("1 of 120 settings differ.");
    expect(backend.compareSettings).toHaveBeenCalledWith({
      poolId: null,
      clientId: "a1",
      otherClientId: "b2",
      since: null,
      until: null,
    });
    expect(screen.getByRole("columnheader", { name: "app" })).toBeTruthy();
  });

  it("compares the earlier day with the later one, whichever is chosen first, and now last", async () => {
    render(Compare);
    await person.click(screen.getByRole("button", { name: "Two days" }));
    await person.selectOptions(await screen.findByRole("combobox", { name: "The other" }), EARLY);
    await person.click(screen.getByRole("button", { name: "Compare" }));
    await screen.findByText("1 of 120 settings differ.");
    expect(backend.compareSettings).toHaveBeenLastCalledWith(expect.objectContaining({ since: EARLY, until: LATE }));
    await person.selectOptions(screen.getByRole("combobox", { name: "The one" }), "Now");
    await person.click(screen.getByRole("button", { name: "Compare" }));
    expect(backend.compareSettings).toHaveBeenLastCalledWith(expect.objectContaining({ since: EARLY, until: null }));
  });

  it("says that no copy was kept yet", async () => {
    backend.listKeptSettings = vi.fn().mockResolvedValue([]);
    render(Compare);
    await person.click(screen.getByRole("button", { name: "Two days" }));
    await screen.findByText(/^No copy was kept yet/);
  });
});
