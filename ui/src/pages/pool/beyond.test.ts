import { render, screen, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import { backend } from "../../ipc/client";
import Roles from "../identity/Roles.svelte";
import Functions from "./Functions.svelte";
import ServiceQuotas from "./ServiceQuotas.svelte";

const person = userEvent.setup({ delay: null });
afterEach(() => vi.restoreAllMocks());

describe("services beyond Cognito", () => {
  it("Lambda is asked only when somebody presses, and what it denies has its policy to copy", async () => {
    const ask = vi.spyOn(backend, "getFunctions");
    render(Functions);
    expect(ask).not.toHaveBeenCalled();
    await person.click(screen.getByRole("button", { name: "Ask Lambda" }));
    const row = await screen.findByRole("row", { name: /function:gate/ });
    within(row).getByText("unknown: needs lambda:GetPolicy");
    within(row).getByText("7 s");
    expect(document.body.textContent).toContain('"lambda:GetPolicy"');
  });

  it("IAM is asked only when somebody presses, and a role that anybody may take is marked", async () => {
    const ask = vi.spyOn(backend, "getRoles");
    render(Roles);
    expect(ask).not.toHaveBeenCalled();
    await person.click(screen.getByRole("button", { name: "Ask IAM" }));
    const row = await screen.findByRole("row", { name: /role\/admins/ });
    within(row).getByText("look at it");
    within(row).getByText("too much");
    within(row).getByText("group admins");
  });

  it("Service Quotas is asked only when somebody presses, and CloudWatch only after its price was shown", async () => {
    const ask = vi.spyOn(backend, "getServiceQuotas");
    render(ServiceQuotas);
    expect(ask).not.toHaveBeenCalled();
    await person.click(screen.getByRole("button", { name: "Ask Service Quotas" }));
    const row = await screen.findByRole("row", { name: /UserAuthentication/ });
    within(row).getByText("240/s");
    within(row).getByText("unknown");
    screen.getByText(/charges about \$0\.00001/);
    await person.click(screen.getByRole("button", { name: "Ask how much is used" }));
    await within(await screen.findByRole("row", { name: /UserAuthentication/ })).findByText(/205\.4\/s/);
    await person.click(screen.getByRole("button", { name: "Ask Service Quotas" }));
    expect(ask.mock.calls).toEqual([[{ used: false }], [{ used: true }], [{ used: false }]]);
  });

  it("a list that was denied is not said to be empty", async () => {
    const told = await backend.getRoles();
    const unanswered = [{ operation: "ListIdentityPools", subject: null, why: "Denied.", iamAction: null }];
    vi.spyOn(backend, "getRoles").mockResolvedValueOnce({ ...told, roles: [], unanswered });
    render(Roles);
    await person.click(screen.getByRole("button", { name: "Ask IAM" }));
    await screen.findByText(/what was not answered might have told of it/);
    expect(screen.queryByText("Neither a group nor an identity pool has a role.")).toBeNull();
  });
});
