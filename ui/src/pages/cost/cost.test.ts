import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { fireEvent } from "@testing-library/svelte";
import { beforeEach, describe, expect, it, vi } from "vitest";
import App from "../../App.svelte";
import { backend, Failure, failure, type ActivityView, type PreparedQueryView } from "../../ipc/client";
import { overlays } from "../../stores/overlays.svelte";
import { mood } from "../../../dev/fake";
import { session } from "../../stores/session.svelte";
import { tabs } from "../../stores/tabs.svelte";
import { CostMonth } from "./cost.svelte";
import { dollars } from "./money";

const person = userEvent.setup({ delay: null });

async function open(view?: string) {
  render(App);
  await person.click(await screen.findByRole("button", { name: "Open the sandbox" }));
  await screen.findByRole("grid", { name: "Users" });
  await person.click(screen.getByRole("button", { name: "Cost & MAU" }));
  await screen.findByRole("heading", { name: "The same month on each plan" });
  if (view) await person.click(screen.getByRole("button", { name: view }));
}

beforeEach(async () => {
  vi.restoreAllMocks();
  mood.delete("guarded");
  overlays.close();
  await session.close("start");
});

describe("the page about cost", () => {
  it("never shows a bare number for what is a range, and each chart has its table", async () => {
    await open();
    screen.getByText(/at least|–/, { selector: ".figure" });
    for (const label of [
      "Monthly active users by month",
      "Cost of a month by users",
      "Price of the next user",
      "What the bill is made of",
    ]) {
      screen.getByRole("img", { name: label });
      expect(
        within(screen.getByRole("region", { name: `${label}, as a table` })).getAllByRole("row").length,
      ).toBeGreaterThan(2);
    }
  });

  it("follows a slider with every plan, and goes back to what is known", async () => {
    await open();
    const slider = screen.getByRole("slider", { name: "Monthly active users" });
    await fireEvent.input(slider, { target: { value: "60000" } });
    await screen.findAllByText("$750.00");
    const back = screen.getByRole("button", { name: "Back to what is known" });
    await person.click(back);
    expect((back as HTMLButtonElement).disabled).toBe(true);
    await screen.findByText(/Nothing is likely/);
  });

  it("follows growth over months, a bought rate, replication and the old security", async () => {
    await open();
    const compared = vi.spyOn(backend, "comparePlans");
    const asked = () => compared.mock.calls.at(-1)?.[0];
    await fireEvent.input(screen.getByRole("slider", { name: "Over so many months" }), { target: { value: "2" } });
    await fireEvent.input(screen.getByRole("slider", { name: "Growth each month" }), { target: { value: "100" } });
    await vi.waitFor(() => expect(asked()).toBeDefined());
    const before = screen.getByRole<HTMLInputElement>("slider", { name: "Monthly active users" }).valueAsNumber;
    expect(asked()?.likely).toBe(before);
    const slider = screen.getByRole("slider", { name: "Requests a second above the default" });
    await fireEvent.input(slider, { target: { value: "50" } });
    await fireEvent.change(screen.getByLabelText("Days for which that rate was bought"), { target: { value: "15" } });
    await vi.waitFor(() => expect(asked()).toMatchObject({ extraRate: 50, extraRateDays: 15 }));
    await person.click(screen.getByRole("checkbox", { name: /Replicated to another Region/ }));
    await person.click(screen.getByRole("checkbox", { name: /Advanced security/ }));
    await vi.waitFor(() =>
      expect(asked()).toMatchObject({ extraRate: 50, replicated: true, advancedSecurity: true, likely: before }),
    );
    await person.click(screen.getByRole("button", { name: "Back to what is known" }));
    await vi.waitFor(() => expect(asked()).toMatchObject({ extraRate: 0, replicated: null }));
    expect(Math.abs(before / (asked()?.likely ?? 0) - 1.21)).toBeLessThan(0.01);
    compared.mockRestore();
  });

  it("asks for e-mails and for app clients of machines, and takes numbers that no slider stands at", async () => {
    await open();
    const compared = vi.spyOn(backend, "comparePlans");
    const asked = () => compared.mock.calls.at(-1)?.[0];
    const type = async (name: string | RegExp, value: string) =>
      fireEvent.change(screen.getByRole("spinbutton", { name }), { target: { value } });
    await type("E-mails through Amazon SES, as a number", "12345");
    await type("Token requests of machines, as a number", "5001");
    await type("Active users of the account’s other pools, as a number", "400");
    await type(/App clients of machines/, "3");
    await vi.waitFor(() => expect(asked()).toMatchObject({ emails: 12_345, m2m: 5_001, others: 400, m2mClients: 3 }));
    await type(/App clients of machines/, "");
    await vi.waitFor(() => expect(asked()).toMatchObject({ m2mClients: null }));
    compared.mockRestore();
  });

  it("ticks replication where the settings tell of it, and asks for it only when somebody moved it", async () => {
    const answer = backend.comparePlans;
    const compared = vi
      .spyOn(backend, "comparePlans")
      .mockImplementation(async (ask) => ({ ...(await answer(ask)), replicated: ask.replicated ?? true }));
    await open();
    const box = screen.getByRole<HTMLInputElement>("checkbox", { name: /Replicated to another Region/ });
    await vi.waitFor(() => expect(box.checked).toBe(true));
    await person.click(box);
    await vi.waitFor(() => expect(compared.mock.calls.at(-1)?.[0]).toMatchObject({ replicated: false }));
    compared.mockRestore();
  });

  it("says what is left out of the prices", async () => {
    await open();
    screen.getByText(/tokens machines asked for is not known/);
    screen.getByText(/Other pools of the account are left out/);
    await fireEvent.input(screen.getByRole("slider", { name: "Token requests of machines" }), {
      target: { value: "10000" },
    });
    await vi.waitFor(() => expect(screen.queryByText(/tokens machines asked for is not known/)).toBe(null));
  });

  it("says that a month goes on, by which one it advises, and what this and the next one may be", async () => {
    await open();
    screen.getByText("2026-11 (so far), Essentials");
    screen.getByText(/2026-11 is not over/, { selector: ".headline .so-far span" });
    screen.getByText(/By 2026-10, the last whole month/);
    screen.getByText(/This month, when it is over. 2026-11: likely .*71 % of months lie between.*on the present plan/);
    screen.getByText(/Next month. 2026-12: likely .*on the present plan/);
    await fireEvent.input(screen.getByRole("slider", { name: "Monthly active users" }), { target: { value: "60000" } });
    await vi.waitFor(() =>
      expect(screen.queryByText(/is not over/, { selector: ".headline .so-far span" })).toBe(null),
    );
    screen.getByText("2026-11, Essentials");
  });

  it("keeps how the pool is billed, and shows this pool's money beside that of the others", async () => {
    await open();
    const told = vi.spyOn(backend, "tellBilling");
    const keep = screen.getByRole<HTMLButtonElement>("button", { name: "Keep how it is billed" });
    expect(keep.disabled).toBe(true);
    await fireEvent.input(screen.getByRole("slider", { name: /other pools/ }), { target: { value: "30000" } });
    await screen.findByText(/The other pools would cost \$300.00 without it/);
    expect(screen.queryByText(/Other pools of the account are left out/)).toBe(null);
    screen.getByRole("row", { name: /Total of the account/ });
    screen.getByRole("row", { name: /This pool/ });
    await person.selectOptions(screen.getByLabelText("This pool is billed by"), "legacy");
    await person.click(keep);
    expect(told).toHaveBeenLastCalledWith({
      legacy: true,
      advancedSecurity: false,
      others: 30_000,
      othersPlan: "essentials",
    });
    await vi.waitFor(() => expect(keep.disabled).toBe(true));
    screen.getByText("2026-11 (so far), Legacy");
    await person.click(screen.getByRole("checkbox", { name: "The account has no other pool" }));
    await vi.waitFor(() => expect(screen.queryByText(/Other pools of the account are left out/)).toBe(null));
    await person.selectOptions(screen.getByLabelText("This pool is billed by"), "essentials");
    await person.click(keep);
    expect(told).toHaveBeenLastCalledWith({ legacy: null, advancedSecurity: false, others: 0, othersPlan: null });
    told.mockRestore();
  });

  it("keeps nothing as told by a person that AWS tells, and says what is taken beside the amount", async () => {
    await backend.tellBilling({ legacy: null, advancedSecurity: false, others: null, othersPlan: null });
    mood.add("guarded");
    await open();
    screen.getByText(/Lite with advanced security on/, { selector: ".headline p" });
    const told = vi.spyOn(backend, "tellBilling");
    const compared = vi.spyOn(backend, "comparePlans");
    const security = screen.getByRole<HTMLInputElement>("checkbox", { name: /Advanced security/ });
    expect(security.checked).toBe(true);
    const keep = screen.getByRole<HTMLButtonElement>("button", { name: "Keep how it is billed" });
    await person.click(security);
    expect(keep.disabled).toBe(true);
    await vi.waitFor(() => expect(compared.mock.calls.at(-1)?.[0]).toMatchObject({ others: null }));
    await person.click(screen.getByRole("checkbox", { name: "The account has no other pool" }));
    await vi.waitFor(() => expect(compared.mock.calls.at(-1)?.[0]).toMatchObject({ others: 0 }));
    await person.click(keep);
    expect(told).toHaveBeenLastCalledWith({ legacy: null, advancedSecurity: false, others: 0, othersPlan: null });
    told.mockRestore();
    compared.mockRestore();
  });

  it("shows the money of this pool alone under what its bill is made of", async () => {
    await open();
    await fireEvent.input(screen.getByRole("slider", { name: /other pools/ }), { target: { value: "30000" } });
    await screen.findByText(/The other pools would cost \$300.00 without it/);
    const table = screen.getByRole("region", { name: "What the bill is made of, as a table" });
    const [, lite] = within(table).getAllByRole("row");
    const cells = within(lite ?? table)
      .getAllByRole("cell")
      .map((cell) => cell.textContent);
    const amounts = cells.slice(-6).map((cell) => Number(cell.replaceAll(/[$,]/g, "")));
    const parts = amounts.slice(0, -1).reduce((sum, part) => sum + part, 0);
    expect(amounts.at(-1)).toBeCloseTo(parts, 2);
  });

  it("shows another month on its own evidence, though a slider is moved meanwhile", async () => {
    const cost = new CostMonth();
    await cost.load();
    const present = cost.activity;
    if (!present) throw new Error("nothing was loaded");
    const users = { ...present.users, month: "2026-10", low: 7, likely: 7, high: 7 };
    const answers: ((activity: ActivityView) => void)[] = [];
    const asked = vi.spyOn(backend, "getActivity").mockReturnValue(new Promise((answer) => answers.push(answer)));
    const compared = vi.spyOn(backend, "comparePlans");
    cost.choose("2026-10");
    cost.move({ m2m: 20_000 });
    await new Promise((later) => setTimeout(later, 200));
    expect(compared).not.toHaveBeenCalled();
    answers[0]?.({ ...present, users });
    await vi.waitFor(() => expect(compared).toHaveBeenCalled());
    expect(compared.mock.calls.map(([ask]) => [ask.month, ask.likely, ask.m2m])).toEqual([["2026-10", 7, 20_000]]);
    expect(cost.activity?.users.month).toBe("2026-10");
    cost.leave();
    asked.mockRestore();
    compared.mockRestore();
  });

  it("tells the evidence, what is missing with its policy, and takes the number of the bill", async () => {
    await open("Evidence");
    await screen.findByText("Users were created in 2026-11.");
    within(screen.getByRole("table", { name: "By group" })).getByRole("row", { name: "admins 12 3" });
    within(screen.getByRole("table", { name: "Events by app client" })).getByText("12,345");
    screen.getByRole("region", { name: "IAM policy" });
    const input = screen.getByLabelText<HTMLInputElement>("Users on the bill");
    await person.clear(input);
    await person.type(input, "many");
    await person.click(screen.getByRole("button", { name: "Keep" }));
    await screen.findByText("Give a whole number.");
    await person.clear(input);
    await person.type(input, "1,234");
    const kept = vi.spyOn(backend, "setBilled");
    const free = screen.getByRole<HTMLInputElement>("checkbox", { name: /Free users are not in it/ });
    await person.click(free);
    await person.click(screen.getByRole("button", { name: "Keep" }));
    expect(kept).toHaveBeenLastCalledWith({ month: "2026-11", users: 1234, wholeAccount: false, besidesFree: true });
    await screen.findByRole("button", { name: "Forget it" });
    expect([input.value, free.checked]).toEqual(["1234", true]);
    await person.click(screen.getByRole("button", { name: "Forget it" }));
    kept.mockRestore();
  });

  it("keeps what somebody is typing while what is known is read again, and shows no other month's queries", async () => {
    await open("Evidence");
    const input = await screen.findByLabelText<HTMLInputElement>("Users on the bill");
    await person.clear(input);
    await person.type(input, "98");
    const known = vi.spyOn(backend, "getActivity");
    session.changes += 1;
    await vi.waitFor(() => expect(known).toHaveBeenCalled());
    await new Promise((later) => setTimeout(later, 20));
    expect(input.value).toBe("98");
    known.mockRestore();
    const answers: ((queries: PreparedQueryView[]) => void)[] = [];
    const asked = vi.spyOn(backend, "getPreparedQueries");
    asked.mockImplementation(() => new Promise((answer) => answers.push(answer)));
    const query = (title: string): PreparedQueryView => ({ runsOn: "Athena", title, text: "SELECT 1", notes: [] });
    const month = screen.getByLabelText("Month");
    for (const chosen of ["2026-09", "2026-10"]) await fireEvent.change(month, { target: { value: chosen } });
    await vi.waitFor(() => expect(answers.length).toBe(2));
    answers[1]?.([query("of October")]);
    answers[0]?.([query("of September")]);
    await screen.findByText(/of October/);
    expect(screen.queryByText(/of September/)).toBe(null);
    asked.mockRestore();
  });

  it("stands at the mix of the bill where there is one, and says what another number forgets", async () => {
    const cost = new CostMonth();
    await cost.load();
    const activity = cost.activity;
    if (!activity) throw new Error("nothing was loaded");
    const everybody = cost.known.federated;
    const billed = { users: 1000, wholeAccount: false, besidesFree: false, federated: 250, tokenRequests: 5000 };
    const billedSplit = { direct: 750, social: 0, federated: 250, linked: 0 };
    const asked = vi.spyOn(backend, "getActivity").mockResolvedValue({ ...activity, billed, billedSplit });
    await cost.load();
    expect([everybody, cost.known.federated, cost.known.linked]).toEqual([100, 250, 0]);
    cost.leave();
    await open("Evidence");
    await screen.findByText(/also tells 250 users of SAML and OIDC providers, 5,000 token requests of machines/);
    asked.mockRestore();
  });

  it("takes a pool on Lite to have the legacy price, or not, or either, as it was told", async () => {
    mood.add("lite");
    await open();
    const plan = screen.getByLabelText<HTMLSelectElement>("This pool is billed by");
    expect(plan.value).toBe("either");
    const compared = vi.spyOn(backend, "comparePlans");
    for (const [chosen, legacy] of [
      ["lite", false],
      ["either", null],
    ] as const) {
      await person.selectOptions(plan, chosen);
      await vi.waitFor(() => expect(compared.mock.calls.at(-1)?.[0]).toMatchObject({ plan: "lite", legacy }));
    }
    compared.mockRestore();
    mood.delete("lite");
  });

  it("imports files, and forgets what they told", async () => {
    await open("Evidence");
    expect(screen.queryByRole("button", { name: "Forget what was imported" })).toBe(null);
    const read = vi.spyOn(backend, "importActivity");
    await person.click(screen.getByRole("button", { name: "Choose files…" }));
    await screen.findByText(/2,000 different active users/);
    const folder = screen.getByRole<HTMLButtonElement>("button", { name: "Choose a folder…" });
    await vi.waitFor(() => expect(folder.disabled).toBe(false));
    await person.click(folder);
    await vi.waitFor(() => expect(read.mock.calls.map(([asked]) => asked.folder)).toEqual([false, true]));
    read.mockRestore();
    await person.click(await screen.findByRole("button", { name: "Forget what was imported" }));
    await vi.waitFor(() => expect(screen.queryByRole("button", { name: "Forget what was imported" })).toBe(null));
  });

  it("asks CloudWatch only after its price, and says what stays unknown when it is refused", async () => {
    await open("Evidence");
    const reads = vi.spyOn(backend, "readMetrics");
    await person.click(await screen.findByRole("button", { name: "Ask CloudWatch…" }));
    await screen.findByText(/asks for 10 metrics, for which AWS charges about \$0.0001/);
    expect(reads).not.toHaveBeenCalled();
    await person.click(screen.getByRole("button", { name: "Ask now" }));
    await screen.findByText(/CloudWatch counts 12,345 sign-ins/);
    expect(reads).toHaveBeenCalledOnce();
    const detail = failure(new Error("AWS refused cloudwatch:GetMetricData.")).detail;
    reads.mockRejectedValueOnce(new Failure({ ...detail, code: "access_denied" }));
    await person.click(screen.getByRole("button", { name: "Ask CloudWatch…" }));
    await person.click(await screen.findByRole("button", { name: "Ask now" }));
    const told = await screen.findByText(/AWS refused cloudwatch:GetMetricData/);
    expect(told.textContent).toMatch(/stays unknown. The policy to copy/);
    screen.getByRole("region", { name: "IAM policy" });
    reads.mockRestore();
  });

  it("lists whom this app has called about, and who was counted already", async () => {
    await open("Ledger");
    const table = await screen.findByRole("table", { name: "What this app has cost us this month" });
    const rows = within(table).getAllByRole("row").slice(1);
    expect(rows.map((row) => row.textContent)).toEqual([
      expect.stringContaining("already counted"),
      expect.stringContaining("may have counted already"),
      expect.stringContaining("first of the month"),
    ]);
  });

  it("lists what it has called about in every pool, with the pool", async () => {
    await open("Ledger");
    const table = await screen.findByRole("table", { name: "What this app has cost us this month" });
    expect(within(table).queryByRole("columnheader", { name: "Pool" })).toBe(null);
    expect(screen.queryByText("eu-west-1_Other0001")).toBe(null);
    await person.click(screen.getByRole("button", { name: "All pools" }));
    await screen.findByText("eu-west-1_Other0001");
    within(table).getByRole("columnheader", { name: "Pool" });
    within(table).getByRole("columnheader", { name: "Account" });
    expect(within(table).getAllByText("123456789012").length).toBeGreaterThan(1);
    await screen.findByText(/2 users may have been billed by this app/);
    await person.click(screen.getByRole("button", { name: "This pool" }));
    await vi.waitFor(() => expect(screen.queryByText("eu-west-1_Other0001")).toBe(null));
  });

  it("reads the ledger again after every call, and says where nobody is billed", async () => {
    await open("Ledger");
    await screen.findByRole("table", { name: "What this app has cost us this month" });
    expect(screen.queryByText(/where nobody is billed/)).toBe(null);
    const asked = vi.spyOn(backend, "getLedger");
    const answer = await backend.getLedger({});
    asked.mockClear().mockResolvedValue({ ...answer, billed: false });
    const tab = tabs.front;
    const status = tab?.status;
    if (!tab || !status) throw new Error("there is no status");
    tab.status = { ...status, mayBill: { ...status.mayBill, ledgerWrites: status.mayBill.ledgerWrites + 1 } };
    await screen.findByText(/where nobody is billed. AWS would have billed this/);
    asked.mockRestore();
    const bar = screen.getByRole("contentinfo", { name: "Status" });
    within(bar).getByText(/would bill/);
    tab.status = { ...status, mayBill: { ...status.mayBill, billed: true } };
    await within(bar).findByText(/may bill/);
  });

  it("hands dormant users over to the search with the caveat, and refuses a day that is none", async () => {
    await open("Dormant users");
    await person.clear(screen.getByLabelText("No change of the record since"));
    await person.type(screen.getByLabelText("No change of the record since"), "soon");
    await person.click(screen.getByRole("button", { name: "Count" }));
    await screen.findByText("Write the day as 2026-08-01.");
    await person.clear(screen.getByLabelText("No change of the record since"));
    await person.type(screen.getByLabelText("No change of the record since"), "2026-01-01");
    await person.click(screen.getByRole("button", { name: "Count" }));
    await screen.findByText(/does not prove/);
    await screen.findByText(/left out: their records did not change either/);
    screen.getByRole("columnheader", { name: "Likely" });
    await person.click(await screen.findByRole("button", { name: "Show them" }));
    await screen.findByRole("grid", { name: "Users" });
    expect(decodeURIComponent(window.location.hash)).toContain("modified<2026-01-01T00:00:00Z");
  });

  it("says which prices are in use, how old they are, and why another table is refused", async () => {
    await open("Prices");
    await screen.findByText(/77 days ago/);
    await person.click(screen.getByRole("button", { name: "Use this table" }));
    await screen.findByText(/is not used/);
  });

  it("opens the table of a file, which is used when a person says so", async () => {
    await open("Prices");
    await screen.findByText(/77 days ago/);
    const used = vi.spyOn(backend, "setPrices");
    await person.click(screen.getByRole("button", { name: "Open a file…" }));
    const field: HTMLTextAreaElement = screen.getByLabelText("Price table (JSON)");
    await waitFor(() => expect(field.value).toBe('{"format":1}'));
    expect(used).not.toHaveBeenCalled();
    await person.click(screen.getByRole("button", { name: "Use this table" }));
    await screen.findByText("This table is used from now on.");
    expect(used).toHaveBeenCalledExactlyOnceWith({ json: '{"format":1}' });
  });
});

describe("money", () => {
  it("is written with separators and every decimal", () => {
    expect(["4405.00", "0.0055", "1234567.89", "-12.30"].map(dollars)).toEqual([
      "$4,405.00",
      "$0.0055",
      "$1,234,567.89",
      "-$12.30",
    ]);
  });
});
