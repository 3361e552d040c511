import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { stage } from "../../../dev/fake";
import App from "../../App.svelte";
import { backend } from "../../ipc/client";
import { changes } from "../../stores/changes.svelte";
import { people } from "../../stores/people.svelte";
import { session } from "../../stores/session.svelte";

const person = userEvent.setup({ delay: null });

async function opened(): Promise<string> {
  render(App);
  await person.click(await screen.findByRole("button", { name: "Open the sandbox" }));
  await screen.findByRole("grid", { name: "Users" });
  const found = await backend.searchUsers({ query: "", sort: { field: "created", descending: true } });
  return found.rows[0]?.username ?? "";
}

async function signInTab(): Promise<HTMLElement> {
  const username = await opened();
  window.location.hash = `#/users?user=${encodeURIComponent(username)}`;
  await person.click(await screen.findByRole("tab", { name: "Sign-in" }));
  return screen.findByRole("region", { name: "What only a call about this person tells" });
}

beforeEach(async () => {
  Object.assign(stage, { hidden: false, slow: 5, doubt: null });
  changes.close();
  await session.close("start");
});
afterEach(() => vi.restoreAllMocks());

describe("what only a call about a person tells", () => {
  it("is not asked for until somebody presses, and says its price before", async () => {
    const look = vi.spyOn(backend, "lookAt");
    const region = await signInTab();
    expect(await within(region).findAllByText(/may bill \$0.00 – \$0.015/)).toHaveLength(3);
    expect(look).not.toHaveBeenCalled();
    await person.click(within(region).getByRole("button", { name: "Look at second factors" }));
    await within(region).findByText("Authenticator app (TOTP)");
    within(region).getByText("asked for first");
    await within(region).findByText(/is free: this person is counted this month already/);
    expect(look).toHaveBeenCalledOnce();
  });

  it("shows each sign-in once over its pages, and judges one by a plan", async () => {
    const region = await signInTab();
    await person.click(within(region).getByRole("button", { name: "Look at recent sign-ins" }));
    await within(region).findByText("may be a takeover");
    await person.click(within(region).getByRole("button", { name: "Earlier ones" }));
    await waitFor(() => expect(within(region).getAllByText("Sign-in")).toHaveLength(3));
    const plan = vi.spyOn(backend, "makePlan");
    const [first] = within(region).getAllByRole("button", { name: "It was not them" });
    await person.click(first as HTMLElement);
    await screen.findByRole("dialog", { name: /^Say that the sign-in was not / });
    expect(plan.mock.lastCall?.[0].wish).toEqual({ kind: "rateSignIn", event: "first", own: false });
  });

  it("forgets a device by a plan", async () => {
    const region = await signInTab();
    await person.click(within(region).getByRole("button", { name: "Look at remembered devices" }));
    const plan = vi.spyOn(backend, "makePlan");
    await person.click(await within(region).findByRole("button", { name: "Forget…" }));
    await screen.findByRole("dialog", { name: /^Forget a device of / });
    expect(plan.mock.lastCall?.[0].wish).toEqual({ kind: "forgetDevice", deviceKey: "eu-west-1_device" });
  });
});

describe("a search that may be wrong", () => {
  it("says why above its rows, and no longer than it is so", async () => {
    await opened();
    stage.doubt = "Not all members of groups are known here.";
    await people.search("group:beta", { field: "created", descending: true });
    await screen.findByText("Not all members of groups are known here.");
    stage.doubt = null;
    await people.search("beta", { field: "created", descending: true });
    await waitFor(() => expect(screen.queryByText("Not all members of groups are known here.")).toBeNull());
  });
});

describe("why somebody cannot sign in", () => {
  it("offers a repair that helps against two reasons once", async () => {
    const fix = {
      say: "Send the invitation again.",
      command: [],
      reveal: null,
      effect: "free",
      priceLow: "0",
      priceHigh: "0",
    };
    const hinders = (rule: string) => ({
      ...reason(rule, "hinders", `Because of ${rule}.`),
      fix: { ...fix, action: { kind: "resendInvitation" as const, by: null } },
    });
    vi.spyOn(backend, "askWhy").mockImplementation(({ username }) =>
      Promise.resolve({
        username,
        asked: true,
        listedAt: null,
        syncedAt: null,
        pricesUnknown: null,
        reasons: [hinders("must-change"), hinders("forgot-impossible")],
      }),
    );
    await signInTab();
    await person.click(screen.getByRole("button", { name: "Why can’t this person sign in?" }));
    expect(await screen.findAllByText("Send the invitation again.", { exact: false })).toHaveLength(2);
    expect(screen.getAllByRole("button", { name: "Preview the repair" })).toHaveLength(1);
  });

  const reason = (rule: string, verdict: string, cause: string, reveal: string | null = null) => ({
    rule,
    title: `About ${rule}`,
    verdict,
    cause,
    evidence: [],
    fix: reveal
      ? {
          say: "Ask for the factors.",
          action: null,
          command: [],
          reveal,
          effect: "mayBill",
          priceLow: "0.00",
          priceHigh: "0.015",
        }
      : null,
    reply: null,
  });

  it("says of what is not known that it is no fault, once for each reason, and looks only when asked to", async () => {
    const client = "No app client was named.";
    const ask = vi.spyOn(backend, "askWhy").mockImplementation(({ username, look }) =>
      Promise.resolve({
        username,
        asked: true,
        listedAt: new Date().toISOString(),
        syncedAt: null,
        pricesUnknown: null,
        reasons: [
          reason("flow-not-allowed", "unknown", client),
          reason("client-secret", "unknown", client),
          look
            ? reason("mfa-without-factor", "clear", "The user has SMS_MFA.")
            : reason("mfa-without-factor", "unknown", "No listing tells.", "AdminGetUser"),
          ...(look ? [] : [reason("factor-unknown", "unknown", "Nor does it tell this.", "AdminGetUser")]),
        ],
      }),
    );
    await signInTab();
    await person.click(screen.getByRole("button", { name: "Why can’t this person sign in?" }));
    await screen.findByText("No rule found anything that keeps the person out.");
    expect(screen.getAllByText(/No app client was named/)).toHaveLength(1);
    screen.getByText(/Choose the app client above/);
    screen.getByText("Nor does it tell this.", { exact: false });
    screen.getByText("may bill $0.00 – $0.015", { selector: ".why .note span" });
    expect(ask.mock.lastCall?.[0].look).toBe(false);
    await person.click(screen.getByRole("button", { name: "Look at the factors" }));
    await waitFor(() => expect(screen.queryByRole("button", { name: "Look at the factors" })).toBeNull());
    expect(ask.mock.lastCall?.[0].look).toBe(true);
  });
});
