"""§6: tokens, their claims, refresh and revocation."""

import base64
import json
import time

import jwt

from scenarios import FLOWS, PASSWORD, expect, refused, scenario

ISSUER = "https://cognito-idp.eu-west-1.amazonaws.com/"


def claims(token):
    return jwt.decode(token, options={"verify_signature": False})


def keys(world, pool):
    status, _, text = world.peer.http("GET", f"/{pool}/.well-known/jwks.json")
    expect(status == 200, f"jwks.json {status}")
    return {key["kid"]: jwt.PyJWK(key) for key in json.loads(text)["keys"]}


def refresh(world, client, token, **more):
    return world.call("InitiateAuth", ClientId=client["ClientId"], AuthFlow="REFRESH_TOKEN_AUTH",
                      AuthParameters={"REFRESH_TOKEN": token, **more})["AuthenticationResult"]


@scenario("6.1:346", "Tokens are RS256 by two different keys of jwks.json")
def _(world):
    pool, client = world.ready()
    tokens, known = world.tokens(client), keys(world, pool)
    kids = set()
    for name, audience in (("IdToken", client["ClientId"]), ("AccessToken", None)):
        header = jwt.get_unverified_header(tokens[name])
        expect(header["alg"] == "RS256" and header["kid"] in known, "another key")
        options = {"verify_aud": audience is not None}
        jwt.decode(tokens[name], known[header["kid"]].key, algorithms=["RS256"], audience=audience, options=options)
        kids.add(header["kid"])
    expect(len(kids) == 2, "one key for both")


@scenario("6.1:353", "Claims of an ID token")
def _(world):
    pool, client = world.ready()
    token = claims(world.tokens(client)["IdToken"])
    expect(token["iss"] == ISSUER + pool, "another iss")
    expect((token["token_use"], token["aud"], token["cognito:username"]) == ("id", client["ClientId"], "ada"), "other claims")
    missing = {"sub", "auth_time", "exp", "iat", "jti", "origin_jti", "event_id"} - set(token)
    expect(not missing, f"without {', '.join(sorted(missing))}")
    expect(token["sub"] == world.user(pool)["Attributes"]["sub"], "another sub")


@scenario("6.1:360", "Claims of an access token")
def _(world):
    pool, client = world.ready()
    token = claims(world.tokens(client)["AccessToken"])
    expect(token["iss"] == ISSUER + pool, "another iss")
    expect((token["token_use"], token["client_id"], token["username"]) == ("access", client["ClientId"], "ada"), "other claims")
    expect(token["scope"] == "aws.cognito.signin.user.admin", "another scope")
    missing = {"sub", "auth_time", "exp", "iat", "jti", "origin_jti", "event_id"} - set(token)
    expect(not missing, f"without {', '.join(sorted(missing))}")
    expect("aud" not in token, "an aud")


@scenario("6.1:369", "ID tokens hold attributes; custom ones are texts, verified flags are booleans")
def _(world):
    pool = world.pool(Schema=[{"Name": "level", "AttributeDataType": "Number", "Mutable": True}])
    client = world.client(pool)
    world.person(pool, email="a@example.com", email_verified="true", custom_level="7")
    token = claims(world.tokens(client)["IdToken"])
    expect(token.get("email") == "a@example.com" and token.get("email_verified") is True, "no address")
    expect(token.get("custom:level") == "7", "another custom:level")


@scenario("6.1:355", "Groups are in both tokens")
def _(world):
    pool, client = world.ready()
    world.call("CreateGroup", UserPoolId=pool, GroupName="team")
    world.call("AdminAddUserToGroup", UserPoolId=pool, Username="ada", GroupName="team")
    tokens = world.tokens(client)
    expect(claims(tokens["IdToken"]).get("cognito:groups") == ["team"], "not in the ID token")
    expect(claims(tokens["AccessToken"]).get("cognito:groups") == ["team"], "not in the access token")


@scenario("6.1:347", "The updated issuer is in the tokens where the pool says so")
def _(world):
    try:
        pool, client = world.ready(IssuerConfiguration={"Type": "UPDATED"})
    except Exception as error:
        expect(False, getattr(error, "code", "not in this server"))
    expect(claims(world.tokens(client)["IdToken"])["iss"] == f"https://issuer-cognito-idp.eu-west-1.amazonaws.com/{pool}", "the original")


@scenario("6.2:373", "A token lives as long as the client says")
def _(world):
    pool = world.pool()
    client = world.client(pool, AccessTokenValidity=10, IdTokenValidity=20,
                          TokenValidityUnits={"AccessToken": "minutes", "IdToken": "minutes", "RefreshToken": "days"})
    world.person(pool)
    tokens = world.tokens(client)
    life = lambda name: claims(tokens[name])["exp"] - claims(tokens[name])["iat"]
    expect((life("AccessToken"), life("IdToken")) == (600, 1200), "another life")
    expect(tokens["ExpiresIn"] == 600, "another ExpiresIn")


@scenario("6.1:363", "A refresh gives new tokens of the same sign-in, and no refresh token")
def _(world):
    _, client = world.ready()
    first = world.tokens(client)
    # In the same second another auth_time would look the same.
    time.sleep(1.1)
    second = refresh(world, client, first["RefreshToken"])
    expect("RefreshToken" not in second, "a refresh token")
    old, new = claims(first["AccessToken"]), claims(second["AccessToken"])
    expect((old["auth_time"], old["origin_jti"]) == (new["auth_time"], new["origin_jti"]), "another auth_time or origin_jti")
    expect(old["jti"] != new["jti"], "the same jti")


@scenario("5.1:271", "A refresh token is for the client that got it")
def _(world):
    pool, client = world.ready()
    token = world.tokens(client)["RefreshToken"]
    refused("NotAuthorizedException", refresh, world, world.client(pool), token)


@scenario("5.1:268", "GetTokensFromRefreshToken refreshes without rotation")
def _(world):
    _, client = world.ready()
    got = world.call("GetTokensFromRefreshToken", RefreshToken=world.tokens(client)["RefreshToken"], ClientId=client["ClientId"])
    expect("AccessToken" in got["AuthenticationResult"] and "RefreshToken" not in got["AuthenticationResult"], "another answer")


@scenario("5.1:268", "With rotation, a refresh brings a new refresh token and the old one is no longer good")
def _(world):
    pool = world.pool()
    flows = [flow for flow in FLOWS if "REFRESH" not in flow]
    client = world.client(pool, ExplicitAuthFlows=flows, RefreshTokenRotation={"Feature": "ENABLED", "RetryGracePeriodSeconds": 0})
    world.person(pool)
    old = world.tokens(client)["RefreshToken"]
    use = lambda token: world.call("GetTokensFromRefreshToken", RefreshToken=token, ClientId=client["ClientId"])["AuthenticationResult"]
    new = use(old)["RefreshToken"]
    expect(new != old, "the same token")
    refused("RefreshTokenReuseException", use, old)


@scenario("6.2:374", "RevokeToken ends the refresh token and the access tokens that came of it")
def _(world):
    _, client = world.ready()
    tokens = world.tokens(client)
    world.call("RevokeToken", Token=tokens["RefreshToken"], ClientId=client["ClientId"])
    refused("NotAuthorizedException", refresh, world, client, tokens["RefreshToken"])
    refused("NotAuthorizedException", world.call, "GetUser", AccessToken=tokens["AccessToken"])


@scenario("6.2:374", "RevokeToken leaves another sign-in alone")
def _(world):
    _, client = world.ready()
    one, two = world.tokens(client), world.tokens(client)
    world.call("RevokeToken", Token=one["RefreshToken"], ClientId=client["ClientId"])
    world.call("GetUser", AccessToken=two["AccessToken"])
    refresh(world, client, two["RefreshToken"])


@scenario("API:RevokeToken", "RevokeToken of an access token is an UnsupportedTokenTypeException")
def _(world):
    _, client = world.ready()
    token = world.tokens(client)["AccessToken"]
    refused("UnsupportedTokenTypeException", world.call, "RevokeToken", Token=token, ClientId=client["ClientId"])


@scenario("6.2:374", "GlobalSignOut ends every session")
def _(world):
    _, client = world.ready()
    one, two = world.tokens(client), world.tokens(client)
    world.call("GlobalSignOut", AccessToken=one["AccessToken"])
    for tokens in (one, two):
        refused("NotAuthorizedException", refresh, world, client, tokens["RefreshToken"])
        refused("NotAuthorizedException", world.call, "GetUser", AccessToken=tokens["AccessToken"])


@scenario("6.2:374", "AdminUserGlobalSignOut ends every session")
def _(world):
    pool, client = world.ready()
    # ministack compares whole seconds: what it does must not depend on whether one ends in between.
    time.sleep(1 - time.time() % 1)
    tokens = world.tokens(client)
    world.call("AdminUserGlobalSignOut", UserPoolId=pool, Username="ada")
    refused("NotAuthorizedException", refresh, world, client, tokens["RefreshToken"])


@scenario("6.2:375", "Disabling somebody ends their sessions for good")
def _(world):
    pool, client = world.ready()
    tokens = world.tokens(client)
    world.call("AdminDisableUser", UserPoolId=pool, Username="ada")
    world.call("AdminEnableUser", UserPoolId=pool, Username="ada")
    refused("NotAuthorizedException", refresh, world, client, tokens["RefreshToken"])


@scenario("6.1:346", "An altered access token is refused")
def _(world):
    _, client = world.ready()
    head, body, signature = world.tokens(client)["AccessToken"].split(".")
    changed = json.loads(base64.urlsafe_b64decode(body + "=="))
    changed["username"] = "eve"
    body = base64.urlsafe_b64encode(json.dumps(changed).encode()).decode().rstrip("=")
    refused("NotAuthorizedException", world.call, "GetUser", AccessToken=f"{head}.{body}.{signature}")


@scenario("6.1:348", "An ID token is no access token")
def _(world):
    _, client = world.ready()
    refused("NotAuthorizedException", world.call, "GetUser", AccessToken=world.tokens(client)["IdToken"])


@scenario("6.1:349", "A refresh token cannot be decoded")
def _(world):
    _, client = world.ready()
    try:
        claims(world.tokens(client)["RefreshToken"])
    except jwt.DecodeError:
        return
    expect(False, "it can")


@scenario("6.1:346", "The discovery document names the issuer, the keys and the endpoints")
def _(world):
    pool = world.pool()
    status, _, text = world.peer.http("GET", f"/{pool}/.well-known/openid-configuration")
    expect(status == 200, f"{status}")
    document = json.loads(text)
    expect(document["issuer"] == ISSUER + pool, "another issuer")
    expect(document["jwks_uri"].endswith(f"/{pool}/.well-known/jwks.json"), "another jwks_uri")
    missing = {"authorization_endpoint", "token_endpoint", "userinfo_endpoint", "response_types_supported",
               "id_token_signing_alg_values_supported", "subject_types_supported"} - set(document)
    expect(not missing, "endpoints missing")


@scenario("7.3:409", "GetClientToken gives a token for a machine, without a user")
def _(world):
    pool = world.pool()
    world.call("CreateResourceServer", UserPoolId=pool, Identifier="api", Name="API", Scopes=[{"ScopeName": "read", "ScopeDescription": "r"}])
    client = world.client(pool, GenerateSecret=True, AllowedOAuthFlows=["client_credentials"], AllowedOAuthScopes=["api/read"],
                          AllowedOAuthFlowsUserPoolClient=True, ExplicitAuthFlows=["ALLOW_CLIENT_TOKEN_AUTH"])
    got = world.call("GetClientToken", ClientId=client["ClientId"], Secret=client["ClientSecret"], Scopes=["api/read"])
    token = claims(got["ClientAuthenticationResult"]["AccessToken"])
    expect(token["sub"] == client["ClientId"] and token["scope"] == "api/read", "other claims")
    expect(not {"username", "cognito:groups", "device_key", "origin_jti"} & set(token), "claims of a person")


@scenario("API:ChangePassword", "ChangePassword leaves a session going")
def _(world):
    _, client = world.ready()
    tokens = world.tokens(client)
    world.call("ChangePassword", AccessToken=tokens["AccessToken"], PreviousPassword=PASSWORD, ProposedPassword="Changed-Horse-2")
    world.call("GetUser", AccessToken=tokens["AccessToken"])
