import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { backend, type ChoiceView, type ConnectedView, type PoolPlanView } from "../../ipc/client";
import { session } from "../../stores/session.svelte";
import NewPoolDialog from "./NewPoolDialog.svelte";

const person = userEvent.setup({ delay: null });
const connection = { profile: "prod", region: "eu-west-1", endpoint: null, sandbox: false };
const connected = { connection, name: "prod", region: "eu-west-1", pools: [] } as unknown as ConnectedView;
const choice = (place: string, more: Partial<ChoiceView>): ChoiceView => ({
  place,
  title: place.slice(1),
  value: null,
  example: null,
  several: false,
  why: "Because.",
  forever: false,
  ...more,
});
const plan: PoolPlanView = {
  edit: {
    id: "looked",
    step: "create",
    operation: "CreateUserPool",
    subject: null,
    changes: [{ pointer: "/UserPool/Name", title: "Name", before: null, after: '"till"' }],
    kept: 0,
    forward: null,
    lost: null,
    price: "The plan is the price of every active user.",
    effect: null,
    command: "aws cognito-idp create-user-pool",
  },
  second: "SetUserPoolMfaConfig",
  secondChanges: [{ pointer: "/MfaConfiguration", title: "Second factor", before: null, after: '"ON"' }],
  asksName: true,
};

beforeEach(() => {
  const layers = document.createElement("div");
  layers.id = "layers";
  document.body.append(layers);
});
afterEach(() => {
  vi.restoreAllMocks();
  document.getElementById("layers")?.remove();
});

it("shows what holds for good and both calls, asks for the new name in Production, and opens what was made", async () => {
  backend.listBlueprints = vi.fn(async () => [
    {
      id: "pool-staff",
      makes: "pool",
      title: "Internal staff",
      what: "Colleagues.",
      choices: [
        choice("/Name", { example: "shop" }),
        choice("/UsernameConfiguration", { title: "Capital letters", value: '{"CaseSensitive":false}', forever: true }),
      ],
      afterwards: [choice("/MfaConfiguration", { title: "Second factor", value: '"ON"' })],
      then: [],
    },
  ]);
  backend.planPool = vi.fn(async () => plan);
  backend.makePool = vi
    .fn()
    .mockRejectedValueOnce(new Error("It was denied."))
    .mockResolvedValueOnce({ poolId: "eu-west-1_New", edits: [], why: null });
  const opened = vi.spyOn(session, "openPool").mockResolvedValue();
  render(NewPoolDialog, { connected, onclose: () => undefined });
  const capitals = await screen.findByRole("row", { name: /Capital letters for good/ });
  expect(capitals.textContent).toContain("CaseSensitive: off");
  await screen.findByRole("row", { name: /Second factor/ });
  await person.type(screen.getByRole("textbox", { name: "Name" }), "till");
  await person.click(screen.getByRole("button", { name: "Preview" }));
  await screen.findByText(/One call to CreateUserPool/);
  await screen.findByText(/One call to SetUserPoolMfaConfig/);
  const make = () => screen.getByRole("button", { name: "Make it" });
  expect(make()).toHaveProperty("disabled", true);
  await person.type(screen.getByRole("textbox", { name: /Type the name of the new pool: till/ }), "till");
  await person.click(make());
  await screen.findByText("It was denied.");
  // Nothing that was typed is lost.
  await person.click(screen.getByRole("button", { name: "Back to what you typed" }));
  expect(await screen.findByRole("textbox", { name: "Name" })).toHaveProperty("value", "till");
  await person.click(screen.getByRole("button", { name: "Preview" }));
  await person.type(await screen.findByRole("textbox", { name: /Type the name of the new pool: till/ }), "till");
  await person.click(await screen.findByRole("button", { name: "Make it" }));
  expect(backend.makePool).toHaveBeenLastCalledWith({ connection, id: "looked", reason: null, poolName: "till" });
  await screen.findByText("The pool is there: eu-west-1_New");
  await person.click(screen.getByRole("button", { name: "Open it" }));
  expect(opened).toHaveBeenCalledWith(connection, "eu-west-1_New", "till");
});
