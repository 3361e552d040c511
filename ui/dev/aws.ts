/** The made-up side of identity pools, predictions and consumers of tokens. */
import type {
  AcceptanceView,
  ExchangeToken,
  ExchangeView,
  IdentityPoolView,
  PreviewPageView,
  PreviewTokens,
} from "../src/ipc/generated/bindings";

export const IDENTITY_POOL: IdentityPoolView = {
  id: "eu-west-1:1f0c8f4e-2f6a-4b1a-9a53-90d2b7c1a001",
  name: "customers-identities",
  guests: false,
  basicFlow: false,
  userPools: [
    {
      name: "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Qm7Xk29fA",
      client: "5ce0tvq7m2h9d4j8s1b6k3r41qk",
      serverSideCheck: true,
    },
  ],
  otherProviders: [],
  authenticatedRole: "arn:aws:iam::123456789012:role/customers-signed-in",
  guestRole: null,
  mappings: {},
};

export function exchanged(request: ExchangeToken): ExchangeView {
  const guest = request.bearer === "guest";
  const role = guest ? null : IDENTITY_POOL.authenticatedRole;
  const step = (operation: string, outcome: string, meaning: string) => ({
    operation,
    subject: IDENTITY_POOL.name,
    at: new Date().toISOString(),
    tookMs: 48,
    request: { "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Qm7Xk29fA": "hidden, 986 characters" },
    answer: {},
    outcome,
    meaning,
    next: [],
    requestId: null,
  });
  const message = "The identity pool lets no guests in. Allow unauthenticated identities, or exchange an ID token.";
  return {
    guest,
    role,
    rule: guest
      ? "The identity pool lets no guests in."
      : "It is the role of who has signed in. No mapping concerns this user pool and client, so everybody gets it.",
    tags: {},
    trust: [`cognito-identity.amazonaws.com:aud must be ${IDENTITY_POOL.id}.`],
    trustPolicy: '{ "Version": "2012-10-17" }',
    steps: guest
      ? [step("GetId", "NotAuthorizedException", message)]
      : [step("GetId", "done", "The identity pool believes the login."), step("GetCallerIdentity", "done", "Who.")],
    identityId: guest ? null : "eu-west-1:77aa0c1e-0000-4000-8000-000000000001",
    expiresAt: guest ? null : new Date(Date.now() + 3_600_000).toISOString(),
    arn: guest ? null : "arn:aws:sts::123456789012:assumed-role/customers-signed-in/CognitoIdentityCredentials",
    refusal: guest ? { code: "NotAuthorizedException", message } : null,
  };
}

export function foretold(request: PreviewTokens): PreviewPageView {
  const claim = (name: string, value: string) => ({ name, value, meaning: "", source: "made up", at: null });
  const access = [claim("client_id", request.clientId), claim("username", request.username)];
  return {
    idToken: [claim("aud", request.clientId), claim("cognito:username", request.username)],
    accessToken: access,
    varying: ["jti", "event_id"],
    version: request.version?.slice(1) ?? "1",
    ignored: request.response
      ? [{ token: "id", what: "sub", why: "Cognito writes it itself: no trigger can add or change it." }]
      : [],
    notes: [],
    event: JSON.stringify({ version: "1", triggerSource: request.occasion, userName: request.username }, null, 2),
  };
}

export function accepted(demandedGroups: string[], withPools: boolean): AcceptanceView[] {
  const group = demandedGroups[0];
  return [
    {
      consumer: "api_gateway_cognito",
      answer: "yes",
      reason: "A method without scopes takes an ID token.",
      change: null,
    },
    { consumer: "alb_authenticate", answer: "no", reason: "It signs people in by itself.", change: "Verify tokens." },
    {
      consumer: "appsync_group",
      answer: group ? "no" : "unknown",
      reason: group ? `It names none of ${group}.` : "A field takes it that demands one of: admins.",
      change: null,
    },
    {
      consumer: "identity_pool",
      answer: withPools ? "yes" : "unknown",
      reason: withPools ? "customers-identities trusts this user pool and client." : "They were not read.",
      change: null,
    },
  ];
}
