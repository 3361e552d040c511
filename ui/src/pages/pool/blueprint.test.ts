import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { backend, type BlueprintView, type ChoiceView } from "../../ipc/client";
import BlueprintDialog from "./BlueprintDialog.svelte";

const person = userEvent.setup({ delay: null });
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
const name = choice("/ClientName", { title: "Name", example: "shop" });
const blueprints: BlueprintView[] = [
  {
    id: "client-web",
    makes: "client",
    title: "Web app",
    what: "Pages with a server.",
    choices: [name, choice("/ClientSecret", { title: "Has a secret", forever: true })],
    afterwards: [],
    then: ["Give it a domain."],
  },
  {
    id: "client-machine",
    makes: "client",
    title: "Machine",
    what: "No person is there.",
    choices: [
      name,
      choice("/AllowedOAuthScopes", { title: "Scopes", example: "api/read", several: true }),
      choice("/EnableTokenRevocation", { title: "Tokens can be revoked", value: "true" }),
    ],
    afterwards: [],
    then: [],
  },
  { id: "pool-web", makes: "pool", title: "A pool", what: "Pools.", choices: [], afterwards: [], then: [] },
];

beforeEach(() => {
  const layers = document.createElement("div");
  layers.id = "layers";
  document.body.append(layers);
});
afterEach(() => document.getElementById("layers")?.remove());

it("says why each choice is so and which hold for good, and plans with what a person said to the one that is chosen", async () => {
  backend.listBlueprints = vi.fn(async () => blueprints);
  backend.planBlueprint = vi.fn(async () => Promise.reject(new Error("It was denied.")));
  render(BlueprintDialog, { makes: "client", onclose: () => undefined, onmade: () => undefined });
  const secret = await screen.findByRole("row", { name: /Has a secret for good/ });
  expect(secret.textContent).toContain("Because.");
  await screen.findByText("Give it a domain.");
  await person.type(screen.getByRole("textbox", { name: "Name" }), "till");
  await person.selectOptions(screen.getByRole("combobox"), "client-machine");
  expect(screen.getByRole("row", { name: /Tokens can be revoked/ }).textContent).toContain("on");
  await person.click(screen.getByRole("button", { name: "Preview" }));
  expect(backend.planBlueprint, "scopes are missing").not.toHaveBeenCalled();
  await person.type(screen.getByRole("textbox", { name: /^Scopes/ }), "api/read");
  await person.click(screen.getByRole("button", { name: "Preview" }));
  await screen.findByText("It was denied.");
  expect(backend.planBlueprint).toHaveBeenCalledWith({
    id: "client-machine",
    answers: [
      { place: "/ClientName", answer: "till" },
      { place: "/AllowedOAuthScopes", answer: "api/read" },
    ],
  });
});
