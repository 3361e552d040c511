import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import App from "../../App.svelte";
import { openLab } from "../../../dev/signed-in";
import { backend } from "../../ipc/client";
import { lab } from "../../stores/lab.svelte";
import { overlays } from "../../stores/overlays.svelte";
import { session } from "../../stores/session.svelte";

const person = userEvent.setup({ delay: null });

const open = () => openLab(person);

async function start(username: string, password = "Correct-horse-1") {
  await person.clear(screen.getByLabelText("User name or alias"));
  await person.type(screen.getByLabelText("User name or alias"), username);
  await person.type(screen.getByLabelText("Password"), password);
  await person.click(screen.getByRole("button", { name: /^Start/ }));
}

beforeEach(async () => {
  overlays.close();
  await session.close("start");
});

describe("the sign-in lab", () => {
  it("says what it bills, why a flow is closed, and hides what is typed as a secret", async () => {
    await open();
    screen.getByText("Signing in makes this user a monthly active user.");
    await person.click(screen.getByText(/^\d+ flows? closed to this client$/));
    const closed = screen.getByRole("radio", { name: /^USER_PASSWORD_AUTH.*Closed\..*ALLOW_USER_PASSWORD_AUTH/ });
    expect((closed as HTMLInputElement).disabled).toBe(true);
    for (const name of ["Password", /^Secret of the authenticator app/]) {
      const input = screen.getByLabelText(name) as HTMLInputElement;
      expect([input.type, input.autocomplete]).toEqual(["password", "off"]);
    }
    await person.click(screen.getByRole("button", { name: "Start" }));
    await screen.findByText("Who signs in? Enter a user name.");
    expect(document.activeElement).toBe(screen.getByLabelText("User name or alias"));
    expect(lab.view).toBeNull();
  });

  it("shows what was recorded of a sign-in that was cut off, and says that a call failed", async () => {
    await open();
    await start("cut");
    const recording = within(await screen.findByRole("list", { name: "Recording" }));
    expect(recording.getAllByRole("listitem").length).toBe(2);
    recording.getByText("No answer");
    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toContain("A call failed: unreachable");
    expect(alert.textContent).not.toContain("Refused");
    expect((screen.getByLabelText("Password") as HTMLInputElement).value).toBe("Correct-horse-1");
  });

  it("starts with the name of the person who is looked at", async () => {
    render(App);
    await person.click(await screen.findByRole("button", { name: "Open the sandbox" }));
    (await screen.findByRole("grid", { name: "Users" })).focus();
    await person.keyboard("{Enter}");
    await screen.findByRole("complementary", { name: "Inspector" });
    const username = new URLSearchParams(window.location.hash.split("?")[1]).get("user");
    expect(username).toBeTruthy();
    await person.click(screen.getByRole("button", { name: "Sign-in lab" }));
    expect(((await screen.findByLabelText("User name or alias")) as HTMLInputElement).value).toBe(username);
  });

  it("records a sign-in, shows a token only when asked, and inspects it", async () => {
    await open();
    await start("ada");
    const tokens = await screen.findByRole("region", { name: "Signed in" });
    const steps = screen.getByRole("list", { name: "Recording" });
    within(steps).getByText("InitiateAuth");
    within(steps).getByText("hidden, 12 characters");
    expect(document.body.textContent).not.toContain("eyJ");
    await waitFor(() => expect((screen.getByLabelText("Password") as HTMLInputElement).value).toBe(""));

    const row = within(tokens).getByRole("group", { name: "Access token" });
    await person.click(within(row).getByRole("button", { name: "Reveal" }));
    expect((await within(tokens).findByRole("region", { name: "Access token" })).textContent).toMatch(/^eyJ/);
    await person.click(within(row).getByRole("button", { name: "Hide" }));
    await waitFor(() => expect(document.body.textContent).not.toContain("eyJ"));

    await person.click(within(row).getByRole("button", { name: "Inspect" }));
    const inspected = await screen.findByRole("region", { name: "Access token, inspected" });
    within(inspected).getByRole("heading", { name: "Valid" });
  });

  it("explains a refusal and keeps the recording while one looks elsewhere, until Forget", async () => {
    await open();
    await start("ada", "wrong");
    expect((await screen.findByRole("alert")).textContent).toContain("The user name or the password is wrong.");
    await person.click(screen.getByRole("button", { name: "Tokens" }));
    await screen.findByRole("textbox", { name: /^Paste a token/ });
    await person.click(screen.getByRole("button", { name: "Sign-in lab" }));
    await screen.findByRole("list", { name: "Recording" });
    await person.click(screen.getByRole("button", { name: "Forget" }));
    await screen.findByRole("heading", { name: "Nothing recorded yet" });
  });

  it("asks for a new password with the attributes that Cognito demands", async () => {
    await open();
    await start("new-person");
    await screen.findByRole("heading", { name: "Cognito asks: a new password" });
    const answer = screen.getByLabelText("New password") as HTMLInputElement;
    expect([answer.type, answer === document.activeElement]).toEqual(["password", true]);
    await person.type(screen.getByLabelText("Given name"), "Lab");
    await person.type(answer, "Another-horse-1{Enter}");
    await screen.findByRole("region", { name: "Signed in" });
    expect(screen.getByRole("list", { name: "Recording" }).children.length).toBe(2);
  });

  it("sends what an app would send along for the pool's triggers", async () => {
    await open();
    const started = vi.spyOn(backend, "startSignIn");
    await person.type(screen.getByLabelText(/^ClientMetadata/), "tenant=acme");
    await start("ada");
    await screen.findByRole("region", { name: "Signed in" });
    expect(started.mock.lastCall?.[0].metadata).toEqual({ tenant: "acme" });
    started.mockRestore();
  });

  it("sends the password with the choice of it", async () => {
    await open();
    await start("choose");
    await screen.findByRole("radio", { name: /E-mail/ });
    const answered = vi.spyOn(backend, "answerChallenge");
    await person.click(screen.getByRole("radio", { name: /^Password PASSWORD$/ }));
    const send = () => screen.getByRole("button", { name: "Answer" }) as HTMLButtonElement;
    expect(send().disabled).toBe(true);
    const form = screen.getByRole("form", { name: "Cognito asks: how to sign in" });
    await person.type(within(form).getByLabelText("Password"), "Correct-horse-1");
    await person.click(send());
    await screen.findByRole("region", { name: "Signed in" });
    expect(answered.mock.lastCall?.[0]).toEqual({ kind: "password", value: "Correct-horse-1", attributes: {} });
    answered.mockRestore();
  });

  it("has the script that a page of the passkey's domain answers with", async () => {
    await open();
    await start("passkey");
    await screen.findByText(/works on a page of its own domain alone, login\.example\.com/);
    expect(screen.getByRole("region", { name: "script for the console" }).textContent).toContain("PublicKeyCredential");
    await person.type(screen.getByLabelText("Credential as JSON"), "{{}");
    expect((screen.getByRole("button", { name: "Answer" }) as HTMLButtonElement).disabled).toBe(false);
  });

  it("sets up an authenticator app, and leaves a question open after a wrong code", async () => {
    await open();
    await start("setup-person");
    await person.click(await screen.findByRole("button", { name: "Set up an authenticator app" }));
    await screen.findByText(/^JBSWY3DPEHPK3PXP/);
    screen.getByRole("img", { name: "QR code of the secret" });
    // The shell copies it and takes it away again; the web view would leave it on the clipboard.
    await person.click(screen.getByRole("button", { name: "Copy secret of the authenticator app" }));
    await screen.findByText(/off the clipboard in 30 seconds/);
    expect(await navigator.clipboard.readText()).not.toContain("JBSWY3DPEHPK3PXP");
    await person.type(screen.getByLabelText("Code"), "123456{Enter}");
    await screen.findByRole("region", { name: "Signed in" });

    await start("mfa-person");
    await person.type(await screen.findByLabelText("Code"), "000000{Enter}");
    expect((await screen.findByRole("alert")).textContent).toContain("CodeMismatchException");
    await person.type(screen.getByLabelText("Code"), "123456{Enter}");
    await screen.findByRole("region", { name: "Signed in" });
  });

  it("sends the browser to hosted login, and asks for no name or password there", async () => {
    await open();
    await person.click(screen.getByRole("radio", { name: /^authorization_code/ }));
    expect(screen.queryByLabelText("User name or alias")).toBeNull();
    screen.getByText(/comes back to http:\/\/localhost:3000\/callback/);
    await person.click(screen.getByRole("button", { name: "Open the browser" }));
    const tokens = await screen.findByRole("region", { name: "Signed in" });
    within(tokens).getByRole("button", { name: "Sign out in the browser" });
    expect(screen.queryByRole("button", { name: "Replay" })).toBeNull();
    await person.selectOptions(screen.getByRole("combobox", { name: "App client" }), "7ab1xyq7m2h9d4j8s1b6k3r41qk");
    await screen.findByText(/has no callback on this machine/);
    screen.getByText(/Add http:\/\/localhost:8765\/callback/);
    expect((screen.getByRole("button", { name: "Open the browser" }) as HTMLButtonElement).disabled).toBe(true);
  });

  it("keeps what was typed for a user to itself when a machine signs in", async () => {
    await open();
    await person.type(screen.getByLabelText("User name or alias"), "ada");
    await person.type(screen.getByLabelText("Password"), "wrong");
    await person.click(screen.getByRole("radio", { name: /^client_credentials/ }));
    await person.click(screen.getByRole("button", { name: "Start" }));
    const tokens = await screen.findByRole("region", { name: "Signed in" });
    expect(tokens.textContent).not.toContain("ada");
  });

  it("does what a signed-in user can do, remembers a device, and records all of it", async () => {
    await open();
    await start("ada");
    const tokens = await screen.findByRole("region", { name: "Signed in" });
    await person.click(within(tokens).getByRole("button", { name: "Still signed in?" }));
    await within(tokens).findByText("Cognito still takes the access token.");
    await person.click(within(tokens).getByRole("button", { name: "Remember this device" }));
    await within(tokens).findByRole("button", { name: "Forget the device" });
    expect((screen.getByLabelText("Prove the remembered device") as HTMLInputElement).checked).toBe(true);
    await person.click(within(tokens).getByRole("button", { name: "Change password…" }));
    const dialog = await screen.findByRole("dialog", { name: "Change the password" });
    await person.type(within(dialog).getByLabelText("Password until now"), "Old-horse-1");
    await person.type(within(dialog).getByLabelText("New password"), "New-horse-1");
    await person.click(within(dialog).getByRole("button", { name: "Change the password" }));
    await within(tokens).findByText("The password is changed.");
    expect(document.body.textContent).not.toContain("New-horse-1");
    const steps = screen.getByRole("list", { name: "Recording" });
    for (const operation of ["GetUser", "ConfirmDevice", "ChangePassword"]) within(steps).getByText(operation);
  });

  it("writes the recording as commands, and does it again", async () => {
    await open();
    await start("ada");
    await screen.findByRole("region", { name: "Signed in" });
    await person.click(screen.getByRole("button", { name: "Copy as…" }));
    const dialog = await screen.findByRole("dialog", { name: "The recording in another form" });
    await within(dialog).findByText(/^awsCli: .*<PASSWORD>/);
    await person.click(within(dialog).getByRole("button", { name: "Report" }));
    await within(dialog).findByText(/^report: /);
    await person.keyboard("{Escape}");
    await person.click(screen.getByRole("button", { name: "Replay" }));
    await waitFor(() => expect(screen.getByRole("list", { name: "Recording" }).children.length).toBe(2));
  });

  it("signs somebody up, goes on to the code, and says what is no attribute", async () => {
    await open();
    await person.click(screen.getByRole("button", { name: "Sign up and recovery" }));
    await person.type(await screen.findByLabelText("User name or alias"), "newcomer");
    await person.type(screen.getByLabelText("Password"), "Newcomer-Horse-1");
    await person.type(screen.getByLabelText("Further attributes (optional)"), "nonsense");
    await person.click(screen.getByRole("button", { name: "Send" }));
    expect((await screen.findByRole("alert")).textContent).toContain("“nonsense” is not name=value.");
    await person.clear(screen.getByLabelText("Further attributes (optional)"));
    const ran = vi.spyOn(backend, "runErrand");
    await person.type(screen.getByLabelText(/^ClientMetadata/), "tenant");
    await person.click(screen.getByRole("button", { name: "Send" }));
    await screen.findByText("“tenant” is not name=value.");
    expect(ran).not.toHaveBeenCalled();
    await person.type(screen.getByLabelText(/^ClientMetadata/), "=acme");
    await person.click(screen.getByRole("button", { name: "Send" }));
    await person.type(await screen.findByLabelText("Code"), "000000");
    expect(ran.mock.lastCall?.[0].metadata).toEqual({ tenant: "acme" });
    ran.mockRestore();
    await person.click(screen.getByRole("button", { name: "Send" }));
    expect((await screen.findByRole("alert")).textContent).toContain("The code is wrong.");
    const steps = screen.getByRole("list", { name: "Recording" });
    expect(within(steps).getAllByText(/^(SignUp|ConfirmSignUp)$/).length).toBe(2);
    expect(document.body.textContent).not.toContain("Newcomer-Horse-1");
  });

  it("refreshes with the token that it holds, which nobody sees or types", async () => {
    await open();
    const started = vi.spyOn(backend, "startSignIn");
    await start("ada");
    const row = await screen.findByRole("group", { name: "Refresh token" });
    await person.click(within(row).getByRole("button", { name: "Refresh" }));
    await waitFor(() => expect(started).toHaveBeenCalledTimes(2));
    const { flow, useHeldToken, password, clientId } = started.mock.lastCall?.[0] ?? {};
    expect([flow, useHeldToken, password]).toEqual(["GetTokensFromRefreshToken", true, null]);
    expect(clientId).toBe(lab.view?.clientId);

    await person.click(screen.getByRole("radio", { name: /^REFRESH_TOKEN_AUTH/ }));
    const held = await screen.findByRole("checkbox", { name: /^Use the refresh token that the lab holds/ });
    expect(screen.queryByLabelText("Refresh token", { selector: "input" })).toBeNull();
    await person.click(screen.getByRole("button", { name: /^Start/ }));
    await waitFor(() => expect(started).toHaveBeenCalledTimes(3));
    expect(started.mock.lastCall?.[0]).toMatchObject({
      flow: "REFRESH_TOKEN_AUTH",
      useHeldToken: true,
      password: null,
    });
    // What was typed goes once the sign-in is there.
    await screen.findByRole("button", { name: /^Start/ });
    await person.click(held);
    await person.type(screen.getByLabelText("Refresh token", { selector: "input" }), "pasted");
    await person.click(await screen.findByRole("button", { name: /^Start/ }));
    await waitFor(() => expect(started).toHaveBeenCalledTimes(4));
    expect(started.mock.lastCall?.[0]).toMatchObject({ useHeldToken: false, password: "pasted" });
    started.mockRestore();
  });

  it("shows what works through which client, and why not", async () => {
    await open();
    await person.click(screen.getByRole("button", { name: "What works" }));
    const table = await screen.findByRole("table");
    expect(within(table).getAllByRole("row").length).toBe(3);
    await person.click(within(table).getAllByRole("button", { name: "fails" })[0] as HTMLElement);
    await screen.findByText("The password is wrong.");
    await person.click(within(table).getAllByRole("button", { name: "untried" })[0] as HTMLElement);
    await screen.findByText("The client allows it. Nobody tried it here yet.");
  });

  it("is reached from the palette and ends with the pool", async () => {
    await open();
    await start("ada");
    await screen.findByRole("region", { name: "Signed in" });
    await person.keyboard("{Control>}k{/Control}");
    await person.type(await screen.findByRole("combobox", { name: "Search everything" }), "tokens{Enter}");
    await screen.findByRole("textbox", { name: /^Paste a token/ });
    await session.close("start");
    expect(lab.view).toBeNull();
  });
});
