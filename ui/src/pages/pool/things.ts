import type { DomainView, PairView, PlanEdit, ProviderView, ResourceServerView } from "../../ipc/client";

/** What stands for a secret that AWS has. */
const MASK = "********";

const SERVER = { operation: "DescribeResourceServer", root: "ResourceServer" };
const PROVIDER = { operation: "DescribeIdentityProvider", root: "IdentityProvider" };
const DOMAIN = { operation: "DescribeUserPoolDomain", root: "DomainDescription" };
type Kind = typeof SERVER;

/** What a person typed about a resource server. */
export interface ServerDraft {
  identifier: string;
  name: string;
  /** `scope = meaning`, one on each line. */
  scopes: string;
}

/** What a person typed about a provider of identities. */
export interface ProviderDraft {
  name: string;
  type: string;
  /** `name = value`, one on each line, without secrets and metadata. */
  details: string;
  /** Of a SAML provider that has no address for it. */
  metadata: string;
  /** Empty for the one that AWS has. */
  secret: string;
  /** `attribute = claim`, one on each line. */
  mapping: string;
  /** Separated by commas. */
  identifiers: string;
}

/** What a person typed about a domain. */
export interface DomainDraft {
  name: string;
  custom: boolean;
  version: string;
  certificate: string;
}

/** The kinds of providers, with what each has to be told besides its secret. */
export const PROVIDER_DETAILS: Record<string, string> = {
  OIDC: "client_id = \noidc_issuer = https://\nauthorize_scopes = openid email",
  SAML: "MetadataURL = https://",
  Google: "client_id = \nauthorize_scopes = openid email profile",
  Facebook: "client_id = \nauthorize_scopes = public_profile,email",
  LoginWithAmazon: "client_id = \nauthorize_scopes = profile",
  SignInWithApple: "client_id = \nteam_id = \nkey_id = \nauthorize_scopes = email name",
};

/** The name of a kind's secret; `null` where it has none. */
export const secretOf = (type: string): string | null =>
  type === "SAML" ? null : type === "SignInWithApple" ? "private_key" : "client_secret";

/** What a SAML provider says of itself, in many lines. */
const METADATA = "MetadataFile";

/** What AWS tells of a provider and takes from nobody. */
const TOLD = "ActiveEncryptionCertificate";

export const metadataOf = (pairs: PairView[]): string => pairs.find((pair) => pair.name === METADATA)?.value ?? "";

/** Pairs as a person edits them. Secrets are left out, and so is what fits on no line or is not theirs to say. */
export const lines = (pairs: PairView[]): string =>
  pairs
    .filter(({ name, value }) => value !== MASK && name !== METADATA && name !== TOLD && !value.includes("\n"))
    .map((pair) => `${pair.name} = ${pair.value}`)
    .join("\n");

/** Pairs as a person typed them. What has no name is passed over. */
export function pairs(text: string): [string, string][] {
  return text
    .split("\n")
    .map((line): [string, string] => {
      // Names may have the sign in them; then it stands alone behind them.
      const at = line.includes(" = ") ? line.indexOf(" = ") + 1 : line.indexOf("=");
      return at < 0 ? [line.trim(), ""] : [line.slice(0, at).trim(), line.slice(at + 1).trim()];
    })
    .filter(([name]) => name !== "");
}

/** Whether each line is a pair of a name as AWS has them and a value. */
export const arePairs = (text: string): boolean =>
  text.split("\n").every((line) => line.trim() === "" || /^\s*\w+\s*=/.test(line));

const list = (text: string) =>
  text
    .split(",")
    .map((entry) => entry.trim())
    .filter(Boolean);

const make = (kind: Kind, subject: string, value: object): PlanEdit => ({
  operation: kind.operation,
  subject,
  puts: [{ pointer: "", value: JSON.stringify({ [kind.root]: value }) }],
});

const remove = (kind: Kind, subject: string): PlanEdit => ({
  operation: kind.operation,
  subject,
  puts: [{ pointer: "", value: null }],
});

/** Only what is not as it was. */
function change(kind: Kind, subject: string, members: [string, unknown, unknown][]): PlanEdit {
  const differ = members.filter(([, before, after]) => JSON.stringify(before) !== JSON.stringify(after));
  const value = (after: unknown) => (after === undefined ? null : JSON.stringify(after));
  const puts = differ.map(([place, , after]) => ({ pointer: `/${kind.root}/${place}`, value: value(after) }));
  return { operation: kind.operation, subject, puts };
}

const scopes = (text: string) =>
  pairs(text).map(([name, meaning]) => ({ ScopeName: name, ScopeDescription: meaning || name }));

/** The scopes as they are to be, with those whose meaning fits on no line and that nobody was shown. */
function scopesOf(old: ResourceServerView, text: string) {
  const typed = scopes(text);
  const unseen = old.scopes.filter(
    ({ name, value }) => value.includes("\n") && !typed.some(({ ScopeName }) => ScopeName === name),
  );
  return [...typed, ...unseen.map(({ name, value }) => ({ ScopeName: name, ScopeDescription: value }))];
}

/** Makes a resource server, or changes one. */
export function planServer(draft: ServerDraft, old: ResourceServerView | null): PlanEdit {
  if (!old) {
    const identifier = draft.identifier.trim();
    return make(SERVER, identifier, { Name: draft.name.trim(), Scopes: scopes(draft.scopes) });
  }
  return change(SERVER, old.identifier, [
    ["Name", old.name, draft.name.trim()],
    ["Scopes", scopesOf(old, lines(old.scopes)), scopesOf(old, draft.scopes)],
  ]);
}

/** A name as a place has it (RFC 6901). */
const escaped = (name: string) => name.replaceAll("~", "~0").replaceAll("/", "~1");

/** Makes a provider, or changes one. A secret is sent only where one was typed. */
export function planProvider(draft: ProviderDraft, old: ProviderView | null): PlanEdit {
  const secret = secretOf(draft.type);
  const typed: [string, string][] = secret && draft.secret !== "" ? [[secret, draft.secret]] : [];
  if (draft.type === "SAML" && draft.metadata.trim() !== "") typed.push([METADATA, draft.metadata]);
  const mapping = Object.fromEntries(pairs(draft.mapping));
  const identifiers = list(draft.identifiers);
  if (!old) {
    const name = draft.name.trim();
    return make(PROVIDER, name, {
      ProviderType: draft.type,
      ProviderDetails: Object.fromEntries([...pairs(draft.details), ...typed]),
      ...(Object.keys(mapping).length > 0 && { AttributeMapping: mapping }),
      ...(identifiers.length > 0 && { IdpIdentifiers: identifiers }),
    });
  }
  const before = new Map(pairs(lines(old.details)));
  const metadata = metadataOf(old.details);
  if (metadata !== "") before.set(METADATA, metadata);
  const after = new Map([...pairs(draft.details), ...typed]);
  const names = [...new Set([...before.keys(), ...after.keys()])];
  return change(PROVIDER, old.name, [
    ...names.map((name): [string, unknown, unknown] => [
      `ProviderDetails/${escaped(name)}`,
      before.get(name),
      after.get(name),
    ]),
    ["AttributeMapping", Object.fromEntries(pairs(lines(old.mapping))), mapping],
    ["IdpIdentifiers", old.identifiers, identifiers],
  ]);
}

/** Takes a domain, or changes its pages or its certificate. */
export function planDomain(draft: DomainDraft, old: DomainView | null): PlanEdit {
  const certificate = draft.certificate.trim();
  if (!old) {
    return make(DOMAIN, draft.name.trim(), {
      ManagedLoginVersion: Number(draft.version),
      ...(draft.custom && { CustomDomainConfig: { CertificateArn: certificate } }),
    });
  }
  return change(DOMAIN, old.name, [
    ["ManagedLoginVersion", old.version, draft.version === "" ? old.version : Number(draft.version)],
    ["CustomDomainConfig/CertificateArn", old.certificate ?? "", draft.custom ? certificate : ""],
  ]);
}

export const deleteServer = (old: ResourceServerView) => remove(SERVER, old.identifier);
export const deleteProvider = (old: ProviderView) => remove(PROVIDER, old.name);
export const deleteDomain = (old: DomainView) => remove(DOMAIN, old.name);

/** What a person typed about a custom attribute. */
export interface AttributeDraft {
  /** With or without `custom:`. */
  name: string;
  kind: string;
  /** A whole number, or empty for any; a browser makes a number of what was typed. */
  least: string | number | null;
  most: string | number | null;
  fixed: boolean;
}

/** The ends of an attribute's bounds as AWS calls them, by its kind. */
const BOUNDS: Record<string, { place: string; least: string; most: string }> = {
  String: { place: "StringAttributeConstraints", least: "MinLength", most: "MaxLength" },
  Number: { place: "NumberAttributeConstraints", least: "MinValue", most: "MaxValue" },
};

/** Adds a custom attribute. AWS has its bounds as texts. */
export function planAttribute(draft: AttributeDraft): PlanEdit {
  const name = draft.name.trim();
  const bounds = BOUNDS[draft.kind];
  const told = (end: string | number | null) => (end === null || end === "" ? null : String(end));
  const [least, most] = [told(draft.least), told(draft.most)];
  const attribute = {
    AttributeDataType: draft.kind,
    Mutable: !draft.fixed,
    ...(bounds &&
      (least !== null || most !== null) && {
        [bounds.place]: {
          ...(least !== null && { [bounds.least]: least }),
          ...(most !== null && { [bounds.most]: most }),
        },
      }),
  };
  const subject = name.startsWith("custom:") ? name : `custom:${name}`;
  return make({ operation: "AddCustomAttributes", root: "SchemaAttribute" }, subject, attribute);
}

const SECRET = { operation: "ListUserPoolClientSecrets", root: "ClientSecret" };

/** Makes a second secret of an app client; AWS makes it. */
export const addSecret = (client: string): PlanEdit => make(SECRET, client, { ClientSecretValue: MASK });
/** Deletes one of two secrets, by its own id. */
export const deleteSecret = (id: string): PlanEdit => remove(SECRET, id);

const RISK = { operation: "DescribeRiskConfiguration", root: "RiskConfiguration" };
/** What AWS says of rules and does not take. */
const TOLD_OF_RISK = ["ClientId", "LastModifiedDate", "UserPoolId"];

/** Gives a client rules of its own against risks: those that it follows, to begin with. */
export function giveRisk(client: string, followed: string | null): PlanEdit {
  const told = (JSON.parse(followed ?? "{}") as { RiskConfiguration?: Record<string, unknown> }).RiskConfiguration;
  const rules = Object.entries(told ?? {}).filter(([name]) => !TOLD_OF_RISK.includes(name));
  // Rules that say nothing would be none.
  const own = rules.length > 0 ? Object.fromEntries(rules) : { CompromisedCredentialsRiskConfiguration: STOLEN };
  return make(RISK, client, own);
}
const STOLEN = { Actions: { EventAction: "BLOCK" } };
/** Takes a client's own rules away, so that it follows the pool's. */
export const followPool = (client: string): PlanEdit => remove(RISK, client);

const STYLE = { operation: "DescribeManagedLoginBrandingByClient", root: "ManagedLoginBranding" };
const CLASSIC = { operation: "GetUICustomization", root: "UICustomization" };
type Places = Record<string, unknown>;

const set = (kind: Kind, subject: string, places: Places): PlanEdit =>
  change(
    kind,
    subject,
    Object.entries(places).map(([place, value]): [string, unknown, unknown] => [place, null, value]),
  );

/** Gives a client a style of managed login, as Cognito's own to begin with. */
export const giveStyle = (client: string): PlanEdit => make(STYLE, client, { UseCognitoProvidedValues: true });
/** Takes it away. */
export const removeStyle = (client: string): PlanEdit => remove(STYLE, client);
/** Lets managed login look as Cognito's own. */
export const styleAsCognito = (client: string): PlanEdit =>
  set(STYLE, client, { UseCognitoProvidedValues: true, Settings: undefined, Assets: undefined });
/** Gives the settings of a style, which are JSON. */
export const styleSettings = (client: string, settings: unknown): PlanEdit =>
  set(STYLE, client, { UseCognitoProvidedValues: false, Settings: settings });
/** Gives the classic pages CSS; an empty text takes it away. */
export const classicCss = (client: string, css: string): PlanEdit =>
  set(CLASSIC, client, { CSS: css.trim() === "" ? undefined : css });
/** Gives the classic pages a logo, in letters of base 64. */
export const classicLogo = (client: string, letters: string): PlanEdit => set(CLASSIC, client, { ImageFile: letters });

/** Which claims of a provider become session tags in an identity pool. */
export function planTags(pool: string, provider: string, defaults: boolean, tags: string): PlanEdit {
  const kind = { operation: "GetPrincipalTagAttributeMap", root: "" };
  const places: Places = defaults
    ? { UseDefaults: true, PrincipalTags: undefined }
    : { UseDefaults: false, PrincipalTags: Object.fromEntries(pairs(tags)) };
  const plan = set(kind, `${pool} ${provider}`, places);
  return { ...plan, puts: plan.puts.map(({ pointer, value }) => ({ pointer: pointer.replace("//", "/"), value })) };
}
