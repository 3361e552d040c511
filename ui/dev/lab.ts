/**
 * The made-up side of the sign-in lab and of the tokens. The user name says what happens: `new`, `mfa`, `setup`,
 * `choose`, `passkey` and `custom` lead to a challenge; the password `wrong` is refused.
 */
import type {
  AnswerChallenge,
  ChallengeView,
  ClaimView,
  DeedView,
  DifferenceView,
  ErrandView,
  InspectedView,
  LabDeed,
  LabErrand,
  LabView,
  StartSignIn,
  StepView,
  TokenKind,
  VerdictView,
} from "../src/ipc/generated/bindings";

const POOL = "eu-west-1_Qm7Xk29fA";
const encode = (value: unknown) =>
  btoa(JSON.stringify(value)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

/** A token as Cognito would make it, but for its signature. */
export function makeToken(claims: Record<string, unknown>): string {
  const now = Math.floor(Date.now() / 1000);
  const common = { iss: `https://cognito-idp.eu-west-1.amazonaws.com/${POOL}`, iat: now - 600, exp: now + 3000 };
  return `${encode({ alg: "RS256", kid: "sT8x" })}.${encode({ ...common, ...claims })}.c2lnbmF0dXJl`;
}

const MEANINGS: Record<string, string> = {
  sub: "The user. Never changes.",
  iss: "The pool that signed it.",
  token_use: "What the token is for.",
  exp: "It is refused from this second on.",
  iat: "When this token was made.",
};
const claim = (name: string, value: unknown): ClaimView => ({
  name,
  value: typeof value === "string" ? value : JSON.stringify(value),
  meaning: MEANINGS[name] ?? "A claim that a trigger or an application added.",
  source: "OpenID Connect Core, section 2",
  at: (name === "exp" || name === "iat") && typeof value === "number" ? new Date(value * 1000).toISOString() : null,
});

function read(compact: string): { header: Record<string, unknown>; claims: Record<string, unknown> } | null {
  try {
    const [header, claims] = compact
      .split(".")
      .slice(0, 2)
      .map((part) => JSON.parse(atob(part.replaceAll("-", "+").replaceAll("_", "/"))) as Record<string, unknown>);
    return header && claims ? { header, claims } : null;
  } catch {
    return null;
  }
}

function judged(claims: Record<string, unknown>): VerdictView {
  const known = claims["iss"] === `https://cognito-idp.eu-west-1.amazonaws.com/${POOL}`;
  const expired = Number(claims["exp"]) * 1000 < Date.now();
  const kind = typeof claims["token_use"] === "string" ? claims["token_use"] : null;
  return {
    valid: known && !expired,
    tokenUse: kind,
    pool: known ? POOL : null,
    checks: [
      {
        name: "format",
        result: "pass",
        reason: "Three parts of strict base64url; header and payload are JSON objects.",
      },
      known
        ? { name: "signature", result: "pass", reason: "The pool's key signed exactly this header and payload." }
        : { name: "signature", result: "unknown", reason: "It cannot be checked without the pool's keys." },
      expired
        ? { name: "expiry", result: "fail", reason: "It has expired." }
        : { name: "expiry", result: "pass", reason: "It has not expired." },
      { name: "client", result: "n/a", reason: "No client was given to hold client_id against." },
    ],
  };
}

function look(compact: string, label: string | null): InspectedView {
  const token = read(compact);
  if (!token) {
    const reason = "It has not three parts of base64url.";
    const verdict: VerdictView = {
      valid: false,
      tokenUse: null,
      pool: null,
      checks: [{ name: "format", result: "fail", reason }],
    };
    const subject = { pool: null, username: null, client: null, groups: [] };
    return { label, header: [], claims: [], issuedAt: null, expiresAt: null, verdict, subject };
  }
  const claims = Object.entries(token.claims).map(([name, value]) => claim(name, value));
  const at = (name: string) => claims.find((line) => line.name === name)?.at ?? null;
  const header = Object.entries(token.header).map(([name, value]) => claim(name, value));
  const text = (name: string) => (typeof token.claims[name] === "string" ? token.claims[name] : null);
  const subject = {
    pool: text("iss")?.split("/").at(-1) ?? null,
    username: text("cognito:username") ?? text("username"),
    client: text("client_id") ?? text("aud"),
    groups: Array.isArray(token.claims["cognito:groups"]) ? token.claims["cognito:groups"].map(String) : [],
  };
  return { label, header, claims, issuedAt: at("iat"), expiresAt: at("exp"), verdict: judged(token.claims), subject };
}

export function inspected(text: string): InspectedView[] {
  const found = [...text.matchAll(/(?:([\w-]+)["']?\s*[=: ]\s*["']?)?(eyJ[\w-]*\.[\w-]+\.[\w-]+)/g)];
  if (found.length === 0) return [look(text.trim(), null)];
  return found.map(([, label, compact]) => look(compact ?? "", label ?? null));
}

export function compared(left: string, right: string): DifferenceView[] {
  const [a, b] = [read(left)?.claims ?? {}, read(right)?.claims ?? {}];
  const json = (value: unknown) => (value === undefined ? null : JSON.stringify(value));
  return [...new Set([...Object.keys(a), ...Object.keys(b)])]
    .filter((name) => json(a[name]) !== json(b[name]))
    .map((name) => ({ path: `claims.${name}`, left: json(a[name]), right: json(b[name]) }));
}

const CHALLENGES: Record<string, Partial<ChallengeView> & { name: string }> = {
  new: { name: "NEW_PASSWORD_REQUIRED", requiredAttributes: ["given_name"] },
  mfa: { name: "SOFTWARE_TOKEN_MFA" },
  setup: { name: "MFA_SETUP", choices: ["SOFTWARE_TOKEN_MFA"] },
  choose: { name: "SELECT_CHALLENGE", choices: ["PASSWORD", "EMAIL_OTP"] },
  passkey: {
    name: "WEB_AUTHN",
    passkey: { domain: "login.example.com", script: "const publicKey = PublicKeyCredential.parse…" },
  },
  custom: { name: "CUSTOM_CHALLENGE", questions: { riddle: "What walks on four feet in the morning?" } },
};

const DEEDS: Record<LabDeed["kind"], string> = {
  stillSignedIn: "GetUser",
  userInfo: "oauth2/userInfo",
  changePassword: "ChangePassword",
  rememberDevice: "ConfirmDevice",
  forgetDevice: "ForgetDevice",
  revoke: "RevokeToken",
  signOutEverywhere: "GlobalSignOut",
};
const SAID: Partial<Record<LabDeed["kind"], string>> = {
  stillSignedIn: "Cognito still takes the access token.",
  changePassword: "The password is changed.",
};
const ERRANDS: Record<LabErrand["kind"], string> = {
  signUp: "SignUp",
  confirm: "ConfirmSignUp",
  resend: "ResendConfirmationCode",
  forgot: "ForgotPassword",
  confirmForgot: "ConfirmForgotPassword",
};

/** One made-up sign-in. */
export class MadeUpSignIn {
  view: LabView | null = null;
  #errands: StepView[] = [];

  #step(operation: string, subject: string, outcome: string, meaning: string): StepView {
    return {
      operation,
      subject,
      at: new Date().toISOString(),
      tookMs: 142,
      request: { ClientId: "5ce0tvq7m2h9d4j8s1b6k3r41qk", USERNAME: "ada", PASSWORD: "hidden, 12 characters" },
      answer:
        outcome === "tokens"
          ? { AccessToken: "hidden, 986 characters", ExpiresIn: "3600" }
          : { Session: "hidden, 1204 characters" },
      outcome,
      meaning,
      next: outcome === "tokens" ? [] : ["tokens"],
      requestId: outcome.endsWith("Exception") ? "c41e07a2-5f90" : null,
    };
  }

  #become(step: StepView, more: Partial<LabView>): LabView {
    const empty = {
      challenge: null,
      error: null,
      tokens: [],
      expiresIn: null,
      username: this.view?.username ?? "",
      flow: this.view?.flow ?? "",
      clientId: "5ce0tvq7m2h9d4j8s1b6k3r41qk",
      newDevice: null,
      device: this.view?.device ?? null,
      logsOut: false,
      refreshes: false,
    };
    this.view = { ...empty, result: "error", ...more, steps: [...(this.view?.steps ?? []), step] };
    return this.view;
  }

  #in(operation: string, subject: string): LabView {
    const tokens: TokenKind[] = ["id", "access", "refresh"];
    const step = this.#step(operation, subject, "tokens", "Cognito gave tokens: the user is signed in.");
    return this.#become(step, {
      result: "tokens",
      tokens,
      expiresIn: 3600,
      newDevice: "eu-west-1_1b9d",
      refreshes: true,
    });
  }

  /** Comes back from the browser at once. */
  browse(): LabView {
    this.view = null;
    this.#become(this.#step("oauth2/authorize", "browser", "done", "The browser came back with a code."), {});
    const back = this.#in("oauth2/token", "authorization_code");
    this.view = { ...back, flow: "authorization_code", username: "ada", newDevice: null, logsOut: true };
    return this.view;
  }

  /** A deed of the signed-in user; the old password `wrong` is refused. */
  carryOut({ kind, oldPassword }: LabDeed): DeedView {
    const held = this.view as LabView;
    const refused = oldPassword === "wrong";
    const said = refused ? "The password is wrong." : (SAID[kind] ?? "Done.");
    const step = this.#step(DEEDS[kind], "session", refused ? "NotAuthorizedException" : "done", said);
    const device = kind === "rememberDevice" ? held.newDevice : kind === "forgetDevice" ? null : held.device;
    this.view = { ...held, steps: [...held.steps, step], device, newDevice: device ? null : held.newDevice };
    return { said, refused, lab: this.view };
  }

  /** An errand; the code `000000` is refused. */
  run({ kind, code }: LabErrand): ErrandView {
    const refused = code === "000000";
    const said = refused ? "The code is wrong." : "A code was sent to n***@p***.";
    this.#errands.push(this.#step(ERRANDS[kind], "account", refused ? "CodeMismatchException" : "done", said));
    return { said, refused, steps: [...this.#errands] };
  }

  start({ flow, username, password, totp }: StartSignIn): LabView {
    this.view = null;
    const named = (view: LabView): LabView => (this.view = { ...view, username, flow });
    const operation = flow.startsWith("ADMIN") ? "AdminInitiateAuth" : "InitiateAuth";
    if (password === "wrong") {
      const message = "The user name or the password is wrong. This client hides which.";
      const step = this.#step(operation, flow, "NotAuthorizedException", message);
      return this.#become(step, { username, flow, error: { code: "NotAuthorizedException", message } });
    }
    if (username.includes("cut")) {
      const message = "AWS cannot be reached. Check the network and try again.";
      this.#become(this.#step(operation, flow, "PASSWORD_VERIFIER", "Cognito wants proof of the password."), {});
      const step = this.#step("RespondToAuthChallenge", "PASSWORD_VERIFIER", "unreachable", message);
      return this.#become(step, { result: "failed", username, flow, error: { code: "unreachable", message } });
    }
    const asked = totp ? undefined : Object.keys(CHALLENGES).find((word) => username.includes(word));
    const open = asked ? CHALLENGES[asked] : undefined;
    if (!open) return named(this.#in(operation, flow));
    const challenge = { destination: null, choices: [], requiredAttributes: [], questions: {}, passkey: null, ...open };
    const step = this.#step(operation, flow, open.name, "The password is right, and Cognito asks for more.");
    return this.#become(step, { result: "challenge", username, flow, challenge });
  }

  answer({ value }: AnswerChallenge): LabView {
    const open = this.view?.challenge ?? null;
    if (value !== "000000") return this.#in("RespondToAuthChallenge", open?.name ?? "");
    const message = "The code is wrong. It may be tried again.";
    const step = this.#step("RespondToAuthChallenge", open?.name ?? "", "CodeMismatchException", message);
    return this.#become(step, { challenge: open, error: { code: "CodeMismatchException", message } });
  }

  token(kind: TokenKind): string {
    if (kind === "refresh") return "eyJjdHkiOiJKV1QifQ.opaque.opaque.opaque.opaque";
    return makeToken({ sub: "3c1f88a0-7d42", token_use: kind });
  }
}
