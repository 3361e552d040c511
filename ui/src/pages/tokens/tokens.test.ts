import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { makeToken } from "../../../dev/lab";
import { backend, type CheckView, type VerdictView } from "../../ipc/client";
import { route } from "../../stores/route.svelte";
import { compactIn, judge, span } from "./judgement";
import TokensPage from "./TokensPage.svelte";

const person = userEvent.setup({ delay: null });
const box = () => screen.getByRole("textbox", { name: /^Paste a token/ });

async function inspect(text: string) {
  await person.clear(box());
  await person.click(box());
  await person.paste(text);
  await person.click(screen.getByRole("button", { name: "Inspect" }));
}

describe("the verdict", () => {
  const of = (...results: CheckView["result"][]): VerdictView => ({
    valid: false,
    tokenUse: null,
    pool: null,
    checks: results.map((result) => ({ name: "expiry", result, reason: "" })),
  });

  it("is left open only while nothing fails", () => {
    expect(judge(of("pass", "unknown"))).toBe("unknown");
    expect(judge(of("fail", "unknown"))).toBe("invalid");
    expect(judge(of("pass"))).toBe("invalid");
    expect(judge({ ...of("pass", "n/a"), valid: true })).toBe("valid");
  });

  it("says long lifetimes in days", () => {
    expect(span(2_592_000)).toBe("30 days");
    expect(span(3540)).toBe("59 min");
  });
});

describe("the tokens page", () => {
  beforeEach(() => void render(TokensPage));

  it("takes a token out of a curl command, says whether it holds and explains its claims", async () => {
    await inspect(`curl -H "Authorization: Bearer ${makeToken({ sub: "3c1f88a0", token_use: "access" })}" https://x`);
    const token = await screen.findByRole("region", { name: "Access token" });
    within(token).getByRole("heading", { name: "Valid" });
    within(token).getByText("Bearer");
    const client = within(token).getByText("Client").closest("li");
    expect(client?.textContent).toContain("Does not apply");
    const row = within(token).getByRole("row", { name: /^sub/ });
    expect(row.textContent).toContain("The user. Never changes.");
    expect(row.textContent).toContain("Source: OpenID Connect Core");
    expect(within(token).getByRole("img").getAttribute("aria-label")).toMatch(/^Issued .+ expires .+ now /);
    for (const time of token.querySelectorAll("time")) expect(time.title).toMatch(/ UTC$/);
  });

  it("tells a token that is refused from one that cannot be checked", async () => {
    await inspect(makeToken({ token_use: "id", exp: 1_700_000_000, iat: 1_699_996_400 }));
    const expired = await screen.findByRole("region", { name: "ID token" });
    within(expired).getByRole("heading", { name: "Not valid" });
    within(expired).getByText("A verifier must refuse it: expiry.");
    within(expired).getByText("expired");

    await inspect(makeToken({ iss: "https://elsewhere.example" }));
    await screen.findByRole("heading", { name: "Cannot be checked" });
  });

  it("shows where a text breaks that is no token, and says in words what could not be reached", async () => {
    await inspect("not.a.token");
    const other = await screen.findByRole("region", { name: "Token" });
    within(other).getByText("It has not three parts of base64url.");
    within(other).getByText(/^It cannot be read/);

    await inspect("unreachable");
    expect((await screen.findByRole("alert")).textContent).toContain("AWS cannot be reached");
    expect(screen.queryByRole("region", { name: "Token" })).toBeNull();
  });

  it("holds tokens against the client, the use and the form of the issuer that somebody expects", async () => {
    const asked = vi.spyOn(backend, "inspectTokens");
    const expected = () => asked.mock.lastCall?.[0].expected;
    await inspect(makeToken({ token_use: "id" }));
    await screen.findByRole("region", { name: "ID token" });
    expect(expected()).toEqual({ clientId: null, tokenUse: null, issuer: "ofPool" });
    const client = screen.getByRole("combobox", { name: "Client" });
    const [, first] = within(client).getAllByRole("option") as HTMLOptionElement[];
    await person.selectOptions(client, first as HTMLOptionElement);
    const use = within(screen.getByRole("group", { name: "Use" }));
    await person.click(use.getByRole("button", { name: "Access token" }));
    await person.selectOptions(screen.getByRole("combobox", { name: "Form of the issuer" }), "updated");
    await waitFor(() => expect(expected()).toEqual({ clientId: first?.value, tokenUse: "access", issuer: "updated" }));
    asked.mockRestore();
  });

  it("shows instants in local time and in UTC, side by side", async () => {
    await inspect(makeToken({ token_use: "id", iat: 1_800_000_000, exp: 1_800_003_600 }));
    const token = await screen.findByRole("region", { name: "ID token" });
    expect(within(token).getAllByText("2027-01-15 08:00:00 UTC").length).toBeGreaterThan(1);
    for (const time of token.querySelectorAll("time")) expect(time.textContent).toMatch(/^.+\d{2}:\d{2} .+ UTC$/);
  });

  it("keeps a token to compare the next one with", async () => {
    await inspect(makeToken({ token_use: "id", sub: "one" }));
    await person.click(await screen.findByRole("button", { name: "Keep for comparison" }));
    screen.getByText(/^One token is kept/);
    await inspect(makeToken({ token_use: "access", sub: "two" }));
    await person.click(await screen.findByRole("button", { name: "Compare the two" }));
    const difference = await screen.findByRole("region", { name: "What differs" });
    const text = within(difference).getByRole("row", { name: /^claims\.sub/ }).textContent ?? "";
    expect(text.indexOf("one")).toBeLessThan(text.indexOf("two"));
    await person.click(screen.getByRole("button", { name: "Keep it no longer" }));
    expect(screen.queryByRole("button", { name: "Compare the two" })).toBeNull();
  });

  it("compares two tokens of one text, and forgets both when cleared", async () => {
    const [id, access] = [makeToken({ token_use: "id" }), makeToken({ token_use: "access" })];
    await inspect(id);
    await screen.findByText("1 token found");
    expect(screen.queryByRole("button", { name: "Compare the two" })).toBeNull();

    await inspect(JSON.stringify({ idToken: id, accessToken: access }));
    await person.click(await screen.findByRole("button", { name: "Compare the two" }));
    const difference = await screen.findByRole("region", { name: "What differs" });
    const row = within(difference).getByRole("row", { name: /^claims\.token_use/ });
    expect(row.textContent).toContain('"id"');
    expect(row.textContent).toContain('"access"');

    await person.click(screen.getByRole("button", { name: "Clear" }));
    await waitFor(() => expect(screen.queryByRole("region", { name: "ID token" })).toBeNull());
    expect((box() as HTMLTextAreaElement).value).toBe("");
  });
});

describe("a token that names somebody", () => {
  beforeEach(() => void render(TokensPage));

  it("says who would accept it, and asks again with what is demanded", async () => {
    await inspect(
      makeToken({ token_use: "id", "cognito:username": "ada", aud: "client", "cognito:groups": ["admins"] }),
    );
    const accepted = await screen.findByRole("region", { name: "Would it be accepted?" });
    const line = (name: RegExp) => within(accepted).getByText(name).closest("li")?.textContent ?? "";
    await waitFor(() => expect(line(/REST API/)).toContain("Yes"));
    expect(line(/^Load balancer that signs people in/)).toContain("Verify tokens.");
    expect(line(/field for a group/)).toContain("Cannot know");
    await person.type(within(accepted).getByRole("textbox", { name: /AppSync field/ }), "nobody");
    await person.click(within(accepted).getByRole("button", { name: "Ask again" }));
    await waitFor(() => expect(line(/field for a group/)).toContain("It names none of nobody."));
    await person.click(within(accepted).getByRole("checkbox"));
    await waitFor(() => expect(line(/^Identity pool$/)).toContain("Yes"));
  });

  it("leads to its user and to its groups, whose names are quoted", async () => {
    await inspect(makeToken({ token_use: "id", "cognito:username": "ada", "cognito:groups": ["two words"] }));
    await person.click(await screen.findByRole("button", { name: "Show the group two words" }));
    expect(route.place).toBe("users");
    expect(route.get("q")).toBe('group:"two words"');
    await person.click(screen.getByRole("button", { name: "Open the user ada" }));
    expect(route.get("user")).toBe("ada");
    route.go("tokens");
  });
});

describe("from a token to AWS", () => {
  beforeEach(() => {
    route.go("tokens", { tab: "aws" });
    render(TokensPage);
  });

  it("shows the role with its rule, and credentials only when they are asked for", async () => {
    await screen.findByText(/lets no guests in; basic flow not allowed/);
    const exchange = screen.getByRole("button", { name: "Exchange" });
    expect((exchange as HTMLButtonElement).disabled, "without a token there is nothing to exchange").toBe(true);
    await person.type(screen.getByRole("textbox", { name: /^ID token/ }), "eyJ.a.b");
    await person.click(exchange);
    const result = await screen.findByRole("region", { name: "What came of it" });
    within(result).getByText("arn:aws:iam::123456789012:role/customers-signed-in");
    within(result).getByText(/No mapping concerns this user pool/);
    const credentials = screen.getByRole("region", { name: "Credentials" });
    expect(credentials.textContent).not.toContain("ASIAMADEUP");
    const shell = within(credentials).getByRole("group", { name: "Environment" });
    await person.click(within(shell).getByRole("button", { name: "Reveal" }));
    await waitFor(() => expect(credentials.textContent).toContain("ASIAMADEUP"));
  });

  it("explains a refusal", async () => {
    await screen.findByText(/lets no guests in/);
    await person.click(screen.getByRole("button", { name: "Guest" }));
    await person.click(screen.getByRole("button", { name: "Exchange" }));
    await screen.findByText("Refused");
    expect(screen.queryByRole("region", { name: "Credentials" })).toBeNull();
  });
});

describe("a prediction", () => {
  beforeEach(() => {
    route.go("tokens", { tab: "preview" });
    render(TokensPage);
  });

  it("wants a user, marks what it shows, and names what Cognito ignores", async () => {
    const foretell = await screen.findByRole("button", { name: "Foretell" });
    await person.click(foretell);
    screen.getByText("Whose tokens? Enter a user name.");
    await person.type(screen.getByRole("textbox", { name: "User name" }), "ada");
    await person.click(screen.getByRole("button", { name: "Put in an example" }));
    await person.click(foretell);
    await screen.findByText("A prediction");
    screen.getByText(/Cognito writes it itself/);
    expect(screen.getByRole("region", { name: "ID token" }).textContent).toContain("cognito:username");
  });

  it("sends what an app would send along for the trigger, and says which line is none", async () => {
    const asked = vi.spyOn(backend, "previewTokens");
    await person.type(await screen.findByRole("textbox", { name: "User name" }), "ada");
    await person.type(screen.getByRole("textbox", { name: /^ClientMetadata/ }), "tenant=a=b{Enter}nonsense");
    await person.click(screen.getByRole("button", { name: "Foretell" }));
    await screen.findByText("“nonsense” is not name=value.");
    expect(asked).not.toHaveBeenCalled();
    await person.type(screen.getByRole("textbox", { name: /^ClientMetadata/ }), "{Backspace>8/}");
    await person.click(screen.getByRole("button", { name: "Foretell" }));
    await screen.findByText("A prediction");
    expect(asked.mock.lastCall?.[0].metadata).toEqual({ tenant: "a=b" });
    asked.mockRestore();
  });

  it("says in words what could not be foretold", async () => {
    await person.type(await screen.findByRole("textbox", { name: "User name" }), "nobody");
    await person.click(screen.getByRole("button", { name: "Foretell" }));
    expect((await screen.findByRole("alert")).textContent).toContain("The local copy has no such user");
  });
});

it("finds the same compact tokens as the backend: once each, without a cookie's name before them", () => {
  expect(compactIn("a.b.idToken.eyJa.b.c; x=eyJd.e.f. eyJa.b.c eyJnot.two")).toEqual(["eyJa.b.c", "eyJd.e.f"]);
});
