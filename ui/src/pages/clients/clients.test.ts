import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { dialogsHaveTheirPlace } from "../../../dev/layers";
import { events } from "../../../dev/fake";
import { backend, type ClientSettingsView, type PlanEdit } from "../../ipc/client";
import MadeSecret from "../pool/MadeSecret.svelte";
import { giveRisk } from "../pool/things";
import ClientDetail from "./ClientDetail.svelte";
import ClientSecrets from "./ClientSecrets.svelte";
import ClientsPage from "./ClientsPage.svelte";

const person = userEvent.setup({ delay: null });
const client = (more: Partial<ClientSettingsView> = {}): ClientSettingsView => ({
  id: "web1",
  name: "web-shop",
  hasSecret: true,
  settings: [],
  ownRisk: null,
  risk: null,
  unknown: null,
  raw: "{}",
  ...more,
});
const nothing = () => undefined;

dialogsHaveTheirPlace();

describe("app clients", () => {
  it("are unknown where they could not be described, and not public ones that write everything", async () => {
    const denied = client({ hasSecret: null, raw: null, unknown: "DescribeUserPoolClient was denied." });
    const clients = [client({ id: "open1", name: "open", hasSecret: false }), denied];
    backend.getClientSettings = vi.fn(async () => ({ takenAt: "2026-11-23T10:00:00Z", clients, unanswered: [] }));
    render(ClientsPage);
    const cells = within(await screen.findByRole("row", { name: /^web-shop/ })).getAllByRole("cell");
    expect(cells.slice(1).map((cell) => cell.textContent.trim())).toEqual(Array(5).fill("unknown"));
    const open = within(screen.getByRole("row", { name: /^open/ })).getAllByRole("cell");
    expect(open.map((cell) => cell.textContent.trim().replace(/\s+/g, " "))).toEqual([
      "open",
      "no",
      "USER_SRP_AUTHREFRESH_TOKEN_AUTHCUSTOM_AUTH",
      "",
      "all standard ones",
      "no",
    ]);
    const list = screen.getByRole("navigation");
    within(list).getByText("unknown");
    within(list).getByText("public");
  });

  it("have one secret or two, and only the second can be deleted from here", async () => {
    const plans: PlanEdit[] = [];
    backend.planEdit = vi.fn(async (plan: PlanEdit) => (plans.push(plan), Promise.reject(new Error("No."))));
    const secret = (id: string) => ({ id, madeAt: "2026-11-20T08:00:00Z" });
    backend.getClientSecrets = vi.fn(async () => ({ secrets: [secret("web1--1")], unknown: null }));
    const shown = render(ClientSecrets, { client: client(), onmade: nothing });
    await screen.findByText("web1--1");
    expect(screen.queryByRole("button", { name: /^Delete/ })).toBeNull();
    await person.click(screen.getByRole("button", { name: "Add a second secret" }));
    await waitFor(() => expect(plans[0]?.operation).toBe("ListUserPoolClientSecrets"));
    expect(plans[0]?.subject).toBe("web1");
    shown.unmount();
    backend.getClientSecrets = vi.fn(async () => ({
      secrets: [secret("web1--1"), secret("web1--2")],
      unknown: null,
    }));
    render(ClientSecrets, { client: client(), onmade: nothing });
    await person.click(await screen.findByRole("button", { name: /Delete the secret web1--1/ }));
    await waitFor(() => expect(plans[1]).toMatchObject({ subject: "web1--1", puts: [{ pointer: "", value: null }] }));
    expect(screen.getByRole("button", { name: "Add a second secret" })).toHaveProperty("disabled", true);
  });

  it("a new secret goes from the window when it is forgotten, also one that is on its way", async () => {
    let forgotten: (event: { payload: string }) => void = () => undefined;
    events.secretForgotten.listen = vi.fn(async (heard: typeof forgotten) => {
      forgotten = heard;
      return () => undefined;
    });
    backend.revealMadeSecret = vi.fn(async () => ({ value: "hush" }));
    backend.showsSecrets = vi.fn(async () => null);
    render(MadeSecret, { edit: "e1" });
    await person.click(screen.getByRole("button", { name: "Reveal" }));
    await screen.findByText("hush");
    forgotten({ payload: "another" });
    screen.getByText("hush");
    forgotten({ payload: "e1" });
    await screen.findByText(/not kept here any more/);
    expect(document.body.textContent).not.toContain("hush");
    expect(screen.queryByRole("button", { name: "Reveal" })).toBeNull();
  });

  it("follow the pool against risks until they are given rules of their own, and follow it again", async () => {
    const followed = { RiskConfiguration: { UserPoolId: "p", RiskExceptionConfiguration: { BlockedIPRangeList: [] } } };
    const plan = giveRisk("web1", JSON.stringify(followed));
    expect(JSON.parse(plan.puts[0]?.value ?? "")).toEqual({
      RiskConfiguration: { RiskExceptionConfiguration: { BlockedIPRangeList: [] } },
    });
    expect(giveRisk("web1", null).puts[0]?.value).toContain("BLOCK");
    const asked = vi.fn().mockRejectedValue(new Error("No."));
    backend.planEdit = asked;
    render(ClientDetail, {
      client: client({ hasSecret: false, ownRisk: true, risk: JSON.stringify(followed) }),
      onmade: nothing,
      ondelete: nothing,
    });
    await person.click(screen.getByRole("button", { name: "Follow the pool again" }));
    await waitFor(() => expect(asked).toHaveBeenCalledOnce());
    expect(asked.mock.calls[0]?.[0]).toEqual({
      operation: "DescribeRiskConfiguration",
      subject: "web1",
      puts: [{ pointer: "", value: null }],
    });
  });

  it("change how long a token holds and its unit in one edit", async () => {
    const asked = vi.fn().mockRejectedValue(new Error("No."));
    backend.planEdit = asked;
    const setting = (end: string, title: string, kind: string, value: unknown) => ({
      area: "tokens",
      operation: "DescribeUserPoolClient",
      pointer: `/UserPoolClient/${end}`,
      title,
      what: "",
      default: "1 hour",
      changing: "always",
      note: null,
      form: { kind, least: 0, most: 86400, choices: kind === "choice" ? ["minutes", "hours"] : [] },
      value: value === null ? null : JSON.stringify(value),
    });
    const settings = [
      setting("AccessTokenValidity", "Access tokens hold for", "number", 1),
      setting("TokenValidityUnits/AccessToken", "Unit of access tokens", "choice", null),
    ];
    render(ClientDetail, { client: client({ hasSecret: false, settings }), onmade: nothing, ondelete: nothing });
    await person.click(screen.getByRole("button", { name: /Change.*Access tokens hold for/ }));
    const number = screen.getByRole("spinbutton", { name: "Access tokens hold for" });
    await person.clear(number);
    await person.type(number, "30");
    await person.selectOptions(screen.getByRole("combobox", { name: "Unit of access tokens" }), "minutes");
    await person.click(screen.getByRole("button", { name: "Preview" }));
    await waitFor(() => expect(asked).toHaveBeenCalledOnce());
    expect(asked.mock.calls[0]?.[0]).toMatchObject({
      puts: [
        { pointer: "/UserPoolClient/AccessTokenValidity", value: "30" },
        { pointer: "/UserPoolClient/TokenValidityUnits/AccessToken", value: '"minutes"' },
      ],
    });
  });
});
