import { render, screen, waitFor } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { dialogsHaveTheirPlace } from "../../../dev/layers";
import { backend, type IdentityPoolSettingsView } from "../../ipc/client";
import AttributeDialog from "../pool/AttributeDialog.svelte";
import BlueprintDialog from "../pool/BlueprintDialog.svelte";
import Identities from "./Identities.svelte";
import IdentityPage from "./IdentityPage.svelte";

const person = userEvent.setup({ delay: null });
const nothing = () => undefined;
const POOL = "eu-west-1:11111111-2222-3333-4444-555555555555";

dialogsHaveTheirPlace();

describe("identities", () => {
  const identity = (id: string) => ({ id, logins: [], createdAt: null, modifiedAt: null });

  it("come page by page when somebody asks, and one is looked up", async () => {
    const list = vi.fn();
    list.mockResolvedValueOnce({ identities: [identity("one")], next: "more" });
    list.mockResolvedValueOnce({ identities: [identity("two")], next: null });
    backend.listIdentities = list;
    backend.describeIdentity = vi.fn(async () => ({ ...identity("three"), logins: ["login.example"] }));
    render(Identities, { pool: POOL });
    expect(list).not.toHaveBeenCalled();
    await person.click(screen.getByRole("button", { name: /^List/ }));
    await screen.findByText("1 identity, and there are more");
    await person.click(screen.getByRole("button", { name: /more/ }));
    await screen.findByText("2 identities");
    expect(list.mock.calls).toEqual([[{ identityPoolId: POOL, next: null }], [{ identityPoolId: POOL, next: "more" }]]);
    await person.type(screen.getByRole("textbox", { name: "Identity" }), " three ");
    await person.click(screen.getByRole("button", { name: "Look it up" }));
    await screen.findByText("login.example");
    expect(backend.describeIdentity).toHaveBeenCalledWith({ identityId: "three" });
  });

  it("that may not be listed say why", async () => {
    backend.listIdentities = vi.fn().mockRejectedValue(new Error("It needs cognito-identity:ListIdentities."));
    render(Identities, { pool: POOL });
    await person.click(screen.getByRole("button", { name: /^List/ }));
    await screen.findByText(/cognito-identity:ListIdentities/);
  });
});

describe("an identity pool", () => {
  it("that was not read is not edited", async () => {
    const line = {
      id: POOL,
      name: "other",
      trusts: false,
      guests: false,
      classicFlow: false,
      roles: {},
      unknown: null,
    } as unknown as IdentityPoolSettingsView["line"];
    const answer = (operation: string, body: string | null) => ({ operation, subject: POOL, body, unknown: null });
    const pool = {
      line,
      providers: [],
      mappings: [],
      tags: null,
      raw: [answer("DescribeIdentityPool", "{}"), answer("GetIdentityPoolRoles", null)],
    };
    backend.getIdentityPoolSettings = vi.fn(async () => ({
      takenAt: "2026-11-23T10:00:00Z",
      pools: [pool],
      unanswered: [],
    }));
    render(IdentityPage);
    const change = async (name: string) => (await screen.findByRole("button", { name })) as HTMLButtonElement;
    expect((await change("Credentials for guests")).disabled).toBe(false);
    expect((await screen.findAllByTitle(/was not read/)).length).toBe(2);
  });

  it("is made for clients that are picked, and for others whose ids are typed", async () => {
    const choice = {
      place: "/CognitoIdentityProviders",
      title: "App clients that it trusts",
      value: null,
      example: "1example23456789",
      several: true,
      why: "Because.",
      forever: false,
    };
    const blueprint = { id: "identity-web", makes: "identityPool", title: "Web app", what: "Pages." };
    backend.listBlueprints = vi.fn(async () => [{ ...blueprint, choices: [choice], afterwards: [], then: [] }]);
    const told = { hasSecret: false, flows: [], grants: [], unknown: null };
    backend.listClients = vi.fn(async () => [{ ...told, id: "web1", name: "web" }]);
    backend.planBlueprint = vi.fn(async () => Promise.reject(new Error("It was denied.")));
    render(BlueprintDialog, { makes: "identityPool", onclose: nothing, onmade: nothing });
    const web = await screen.findByRole("checkbox", { name: /^web/ });
    await person.click(web);
    const ids = screen.getByRole("textbox", { name: /App clients/ });
    await person.type(ids, "\nother9");
    expect(web).toHaveProperty("checked", true);
    await person.click(screen.getByRole("button", { name: "Preview" }));
    await screen.findByText("It was denied.");
    expect(backend.planBlueprint).toHaveBeenCalledWith({
      id: "identity-web",
      answers: [{ place: "/CognitoIdentityProviders", answer: "web1\nother9" }],
    });
  });
});

describe("a custom attribute", () => {
  it("is planned under its whole name, with bounds as texts", async () => {
    const asked = vi.fn().mockRejectedValue(new Error("No."));
    backend.planEdit = asked;
    render(AttributeDialog, { onclose: nothing, onmade: nothing });
    await person.type(screen.getByRole("textbox", { name: /Name/ }), "shelf");
    await person.type(screen.getByRole("spinbutton", { name: "Shortest text" }), "1");
    await person.type(screen.getByRole("spinbutton", { name: "Longest text" }), "20");
    await person.click(screen.getByRole("checkbox"));
    await person.click(screen.getByRole("button", { name: "Preview" }));
    await waitFor(() => expect(asked).toHaveBeenCalledOnce());
    const [plan] = asked.mock.calls[0] as [{ subject: string; puts: { value: string }[] }];
    expect(plan.subject).toBe("custom:shelf");
    expect(JSON.parse(plan.puts[0]?.value ?? "")).toEqual({
      SchemaAttribute: {
        AttributeDataType: "String",
        Mutable: false,
        StringAttributeConstraints: { MinLength: "1", MaxLength: "20" },
      },
    });
  });
});
