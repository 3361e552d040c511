import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  backend,
  Failure,
  failure,
  type EditView,
  type MadeEditView,
  type OpenPoolView,
  type WireError,
} from "../../ipc/client";
import ChangeDialog from "./ChangeDialog.svelte";
import ThingDialog from "./ThingDialog.svelte";
import { Tab } from "../../stores/tab.svelte";
import { tabs } from "../../stores/tabs.svelte";

const person = userEvent.setup({ delay: null });
const edit = (id: string, more: Partial<EditView> = {}): EditView => ({
  id,
  step: "update",
  operation: "UpdateUserPool",
  subject: null,
  changes: [{ pointer: "/UserPool/UserPoolTier", title: "Plan", before: '"LITE"', after: '"PLUS"' }],
  kept: 12,
  forward: null,
  lost: null,
  price: null,
  effect: null,
  command: "aws cognito-idp update-user-pool",
  ...more,
});
const made = (state: string, why: string | null): MadeEditView => ({
  ...edit("first"),
  at: "2026-11-22T12:00:00Z",
  who: "arn:aws:sts::123456789012:assumed-role/Operator/ada",
  state,
  undoable: true,
  why,
  reason: null,
  rule: null,
  undoOf: null,
  changes: [],
  others: [],
});
const show = (plan: () => Promise<EditView>) =>
  render(ChangeDialog, { title: "Change: Plan", plan, onclose: () => undefined, onmade: () => undefined });

beforeEach(() => {
  const layers = document.createElement("div");
  layers.id = "layers";
  document.body.append(layers);
});
afterEach(() => {
  tabs.front = null;
  document.getElementById("layers")?.remove();
});

describe("changing a setting", () => {
  it("is looked at anew before it is tried again after a refusal", async () => {
    const plan = vi.fn().mockResolvedValueOnce(edit("first")).mockResolvedValueOnce(edit("second"));
    backend.makeEdit = vi.fn().mockRejectedValueOnce(new Error("It was denied."));
    show(plan);
    await person.click(await screen.findByRole("button", { name: "Write it" }));
    await screen.findByText("It was denied.");
    expect(screen.queryByRole("button", { name: "Write it" })).toBeNull();
    backend.makeEdit = vi.fn().mockResolvedValueOnce(made("done", null));
    await person.click(screen.getByRole("button", { name: "Look again" }));
    await person.click(await screen.findByRole("button", { name: "Write it" }));
    await screen.findByText("Done");
    expect(backend.makeEdit).toHaveBeenCalledWith({ id: "second", reason: null, poolName: null });
  });

  it("leads back to what was typed after a refusal, but for the secret", async () => {
    backend.planEdit = vi.fn().mockRejectedValueOnce(new Error("There is one of that name already."));
    render(ThingDialog, { thing: { kind: "provider", old: null }, onclose: () => undefined, onmade: () => undefined });
    await person.type(screen.getByLabelText(/^Name/), "Corp");
    await person.type(screen.getByLabelText(/client_secret/), "hush");
    await person.click(screen.getByRole("button", { name: "Preview" }));
    await screen.findByText("There is one of that name already.");
    await person.click(screen.getByRole("button", { name: "Back to what you typed" }));
    expect(screen.getByLabelText<HTMLInputElement>(/^Name/).value).toBe("Corp");
    expect(screen.getByLabelText<HTMLInputElement>(/client_secret/).value).toBe("");
  });

  it("keeps its preview when the name of the pool was another or Production is locked", async () => {
    tabs.front = Object.assign(new Tab("shop"), {
      name: "shop",
      open: { pool: { name: "shop" }, readOnly: true } as OpenPoolView,
    });
    const plan = vi.fn(async () => edit("first"));
    const refusal = (code: WireError["code"], message: string, field: string | null) =>
      new Failure({ ...failure(new Error(message)).detail, code, field });
    const write = () => screen.getByRole("button", { name: "Write it" });
    backend.makeEdit = vi
      .fn()
      .mockRejectedValueOnce(refusal("validation", "Type the name.", "poolName"))
      .mockRejectedValueOnce(refusal("precondition", "Unlock it first.", null))
      .mockRejectedValueOnce(refusal("not_found", "It is forgotten.", null));
    show(plan);
    await person.click(await screen.findByRole("button", { name: "Write it" }));
    await screen.findByText("Type the name.");
    await person.click(write());
    await screen.findByText("Unlock it first.");
    await person.click(write());
    await screen.findByText("It is forgotten.");
    expect(screen.queryByRole("button", { name: "Write it" })).toBeNull();
    expect(plan).toHaveBeenCalledTimes(1);
  });

  it("can be looked for when no answer came", async () => {
    const plan = vi.fn().mockResolvedValueOnce(edit("first")).mockRejectedValueOnce(new Error("It is so already."));
    backend.makeEdit = vi.fn().mockResolvedValueOnce(made("sent", "No answer came."));
    show(plan);
    await person.click(await screen.findByRole("button", { name: "Write it" }));
    await screen.findByText("No answer came.");
    expect(screen.queryByRole("button", { name: "Undo" })).toBeNull();
    await person.click(screen.getByRole("button", { name: "Look again" }));
    await screen.findByText("It is so already.");
  });

  it("says its price and wants the name of the pool for another plan", async () => {
    tabs.front = Object.assign(new Tab("shop"), {
      name: "shop",
      open: { pool: { name: "shop" }, readOnly: false } as OpenPoolView,
    });
    show(async () => edit("first", { price: "Plus has none that are free.", forward: "Billed for the month." }));
    await screen.findByText("Plus has none that are free.");
    await screen.findByText("Billed for the month.");
    expect(document.body.textContent).not.toContain("makes nobody billable");
    const button = screen.getByRole("button", { name: "Write it" });
    expect(button).toHaveProperty("disabled", true);
    await person.type(screen.getByRole("textbox", { name: /^This cannot be taken back/ }), "shop");
    expect(button).toHaveProperty("disabled", false);
  });
});
