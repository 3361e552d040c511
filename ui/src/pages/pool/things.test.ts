import { describe, expect, it } from "vitest";
import type { ProviderView, ResourceServerView } from "../../ipc/client";
import {
  addSecret,
  arePairs,
  classicCss,
  deleteServer,
  pairs,
  planAttribute,
  planDomain,
  planProvider,
  planServer,
  planTags,
  styleAsCognito,
} from "./things";

const server: ResourceServerView = {
  identifier: "https://api",
  name: "api",
  scopes: [{ name: "read", value: "Look" }],
};
const provider: ProviderView = {
  name: "Corp",
  kind: "OIDC",
  identifiers: ["corp.example"],
  mapping: [{ name: "email", value: "mail" }],
  details: [
    { name: "client_id", value: "a" },
    { name: "client_secret", value: "********" },
  ],
  certificates: [],
  certificatesUnknown: null,
  unknown: null,
};
const draft = {
  name: "Corp",
  type: "OIDC",
  details: "client_id = a",
  metadata: "",
  secret: "",
  mapping: "email = mail",
  identifiers: "corp.example",
};

describe("what a person typed about things of a pool", () => {
  it("is read line by line, with what stands behind the first equals sign as it is", () => {
    expect(pairs("a = b = c\n\n d \n= lost\ne=f = g\nh=i")).toEqual([
      ["a", "b = c"],
      ["d", ""],
      ["e=f", "g"],
      ["h", "i"],
    ]);
  });

  it("makes a resource server as a whole, changes only what is different, and deletes it at the root", () => {
    const made = planServer({ identifier: " https://api ", name: "api", scopes: "read = Look" }, null);
    expect(made.subject).toBe("https://api");
    expect(made.puts).toHaveLength(1);
    expect(JSON.parse(made.puts[0]?.value ?? "")).toEqual({
      ResourceServer: { Name: "api", Scopes: [{ ScopeName: "read", ScopeDescription: "Look" }] },
    });
    const changed = planServer({ identifier: "", name: "api", scopes: "read = Look\nwrite" }, server);
    expect(changed.puts.map((put) => put.pointer)).toEqual(["/ResourceServer/Scopes"]);
    expect(deleteServer(server).puts).toEqual([{ pointer: "", value: null }]);
  });

  it("keeps scopes that nobody was shown, because their meaning has several lines", () => {
    const long = { ...server, scopes: [...server.scopes, { name: "all", value: "One\nTwo" }] };
    expect(planServer({ identifier: "", name: "api", scopes: "read = Look" }, long).puts).toEqual([]);
    const [put] = planServer({ identifier: "", name: "api", scopes: "read = Look closely" }, long).puts;
    expect(JSON.parse(put?.value ?? "")).toEqual([
      { ScopeName: "read", ScopeDescription: "Look closely" },
      { ScopeName: "all", ScopeDescription: "One\nTwo" },
    ]);
  });

  it("takes no line that is no pair, which may be a secret in the wrong place", () => {
    expect(arePairs("client_id = a\n\nauthorize_scopes = openid email")).toBe(true);
    for (const text of ["client_secret: hush", "client-secret = hush", "hush"]) expect(arePairs(text)).toBe(false);
  });

  it("leaves the pages of a domain alone where nobody knows which they are", () => {
    const old = { name: "shop", custom: false, version: null, certificate: null, status: null, unknown: "Denied." };
    const draft = { name: "shop", custom: false, version: "", certificate: "" };
    expect(planDomain(draft, old).puts).toEqual([]);
    expect(planDomain({ ...draft, version: "2" }, old).puts).toEqual([
      { pointer: "/DomainDescription/ManagedLoginVersion", value: "2" },
    ]);
  });

  it("never sends a mask, and a secret only where one was typed", () => {
    expect(planProvider(draft, provider).puts).toEqual([]);
    const moved = planProvider({ ...draft, details: "client_id = b" }, provider);
    expect(moved.puts).toEqual([{ pointer: "/IdentityProvider/ProviderDetails/client_id", value: '"b"' }]);
    const secret = planProvider({ ...draft, secret: "hush" }, provider);
    expect(secret.puts).toEqual([{ pointer: "/IdentityProvider/ProviderDetails/client_secret", value: '"hush"' }]);
    const less = planProvider({ ...draft, mapping: "", details: "" }, provider);
    expect(less.puts).toEqual([
      { pointer: "/IdentityProvider/ProviderDetails/client_id", value: null },
      { pointer: "/IdentityProvider/AttributeMapping", value: "{}" },
    ]);
  });

  it("keeps the metadata of a SAML provider as it is, line by line, and says nothing that AWS alone tells", () => {
    const saml: ProviderView = {
      ...provider,
      kind: "SAML",
      details: [
        { name: "MetadataFile", value: "<a>\n</a>" },
        { name: "ActiveEncryptionCertificate", value: "MII" },
        { name: "IDPSignout", value: "true" },
      ],
    };
    const same = { ...draft, type: "SAML", details: "IDPSignout = true", metadata: "<a>\n</a>" };
    expect(planProvider(same, saml).puts).toEqual([]);
    const renewed = planProvider({ ...same, metadata: "<b>\n</b>" }, saml);
    expect(renewed.puts).toEqual([
      { pointer: "/IdentityProvider/ProviderDetails/MetadataFile", value: JSON.stringify("<b>\n</b>") },
    ]);
  });

  it("gives a prefix no certificate and changes only the pages of a domain", () => {
    const made = planDomain({ name: "shop", custom: false, version: "2", certificate: "arn" }, null);
    expect(JSON.parse(made.puts[0]?.value ?? "")).toEqual({ DomainDescription: { ManagedLoginVersion: 2 } });
    const old = { name: "shop", custom: false, version: 1, certificate: null, status: "ACTIVE", unknown: null };
    const changed = planDomain({ name: "shop", custom: false, version: "2", certificate: "" }, old);
    expect(changed.puts).toEqual([{ pointer: "/DomainDescription/ManagedLoginVersion", value: "2" }]);
  });

  it("adds a custom attribute with its prefix and the bounds of its kind as texts", () => {
    const made = planAttribute({ name: " plan ", kind: "String", least: "", most: 20, fixed: true });
    expect([made.operation, made.subject]).toEqual(["AddCustomAttributes", "custom:plan"]);
    expect(JSON.parse(made.puts[0]?.value ?? "")).toEqual({
      SchemaAttribute: {
        AttributeDataType: "String",
        Mutable: false,
        StringAttributeConstraints: { MaxLength: "20" },
      },
    });
    const date = planAttribute({ name: "custom:born", kind: "DateTime", least: 1, most: null, fixed: false });
    expect(JSON.parse(date.puts[0]?.value ?? "")).toEqual({
      SchemaAttribute: { AttributeDataType: "DateTime", Mutable: true },
    });
  });

  it("types no secret, lets AWS's own tags take the place of others, and takes empty CSS away", () => {
    expect(addSecret("web").puts[0]?.value).toContain("********");
    const own = planTags("eu-west-1:a", "graph.facebook.com", true, "team = custom:team");
    expect(own.subject).toBe("eu-west-1:a graph.facebook.com");
    expect(own.puts).toEqual([
      { pointer: "/UseDefaults", value: "true" },
      { pointer: "/PrincipalTags", value: null },
    ]);
    const ours = planTags("eu-west-1:a", "graph.facebook.com", false, "team = custom:team");
    expect(ours.puts[1]).toEqual({ pointer: "/PrincipalTags", value: '{"team":"custom:team"}' });
    expect(classicCss("web", " ").puts).toEqual([{ pointer: "/UICustomization/CSS", value: null }]);
    expect(styleAsCognito("web").puts.map((put) => put.value)).toEqual(["true", null, null]);
  });
});
