/** The lab of the sandbox, in which somebody has signed in. */
import { render, screen, waitFor } from "@testing-library/svelte";
import type { UserEvent } from "@testing-library/user-event";
import { expect } from "vitest";
import App from "../src/App.svelte";

/** Opens the sandbox's lab. */
export async function openLab(person: UserEvent): Promise<void> {
  render(App);
  await person.click(await screen.findByRole("button", { name: "Open the sandbox" }));
  await screen.findByRole("grid", { name: "Users" });
  await person.click(screen.getByRole("button", { name: "Sign-in lab" }));
  await waitFor(() =>
    expect((screen.getByRole("radio", { name: /^USER_SRP/ }) as HTMLInputElement).checked).toBe(true),
  );
}

export async function signedIn(person: UserEvent): Promise<void> {
  await openLab(person);
  await person.type(screen.getByLabelText("User name or alias"), "ada");
  await person.type(screen.getByLabelText("Password"), "Correct-horse-1");
  await person.click(screen.getByRole("button", { name: /^Start/ }));
  await screen.findByRole("region", { name: "Signed in" });
}
