import { render, screen, waitFor } from "@testing-library/svelte";
import { createRawSnippet } from "svelte";
import { beforeEach, expect, it } from "vitest";
import Dialog from "./Dialog.svelte";

const show = (body: string) =>
  render(Dialog, { open: true, title: "Ask", children: createRawSnippet(() => ({ render: () => body })) });

beforeEach(() => {
  const layers = document.createElement("div");
  layers.id = "layers";
  document.body.replaceChildren(layers);
});

it("lets whoever opens it to type type at once", async () => {
  show("<form><input aria-label='Name' /><button>Go</button></form>");
  await waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText("Name")));
});

it("begins with nothing of its own where the first thing is a button", async () => {
  show("<div><button>Delete</button><input aria-label='Name' /></div>");
  await waitFor(() => expect(screen.getByRole("dialog").contains(document.activeElement)).toBe(true));
  expect(
    ["Delete", "Name"].map((name) => screen.queryByRole("button", { name }) ?? screen.getByLabelText(name)),
  ).not.toContain(document.activeElement);
});
