"""§7: the endpoints of OAuth 2.0 and OpenID Connect, below the root, where the client tells the pool."""

import base64
import hashlib
import html.parser
import json
import secrets
import urllib.parse

from scenarios import PASSWORD, expect, refused, scenario
from scenarios_tokens import claims

CALLBACK = "http://localhost:3000/callback"


class Form(html.parser.HTMLParser):
    """The first form of a page: where it goes, and what it holds."""

    def __init__(self, page):
        super().__init__()
        self.action, self.fields = None, {}
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "form" and self.action is None:
            self.action = given.get("action") or ""
        if tag == "input" and given.get("name"):
            self.fields[given["name"]] = given.get("value") or ""


def pair():
    verifier = secrets.token_urlsafe(40)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    return verifier, challenge


def form(data):
    return urllib.parse.urlencode(data).encode()


def basic(client):
    return "Basic " + base64.b64encode(f"{client['ClientId']}:{client['ClientSecret']}".encode()).decode()


def site(world, **settings):
    """A pool with a client that a browser uses, and somebody to sign in."""
    pool = world.pool(AutoVerifiedAttributes=["email"])
    world.call("CreateUserPoolDomain", UserPoolId=pool, Domain="d" + world.unique())
    given = {"CallbackURLs": [CALLBACK], "LogoutURLs": ["http://localhost:3000/out"], "AllowedOAuthFlows": ["code"],
             "AllowedOAuthScopes": ["openid", "email", "profile", "aws.cognito.signin.user.admin"],
             "AllowedOAuthFlowsUserPoolClient": True, "SupportedIdentityProviders": ["COGNITO"], **settings}
    client = world.client(pool, **given)
    world.person(pool, email="ada@example.com", email_verified="true")
    return pool, client


def authorize(world, client, **more):
    given = {"response_type": "code", "client_id": client["ClientId"], "redirect_uri": CALLBACK, "scope": "openid email",
             "state": "s t&a=te", **more}
    path = "/oauth2/authorize?" + urllib.parse.urlencode({key: value for key, value in given.items() if value is not None})
    return world.peer.http("GET", path)


def walk(world, answer, name="ada", password=PASSWORD):
    """Goes on from an answer as a browser would, through the login page; gives the parameters of the callback."""
    cookies, here = {}, world.peer.endpoint + "/oauth2/authorize"
    for _ in range(8):
        status, headers, text = answer
        for cookie in headers.get_all("set-cookie") or []:
            key, _, value = cookie.split(";")[0].partition("=")
            cookies[key] = value
        sent = {"cookie": "; ".join(f"{key}={value}" for key, value in cookies.items())} if cookies else {}
        if status in (301, 302, 303, 307):
            to = urllib.parse.urljoin(here, headers["location"])
            if to.startswith(CALLBACK) or "localhost:3000" in to:
                parts = urllib.parse.urlsplit(to)
                return dict(urllib.parse.parse_qsl(parts.query or parts.fragment))
            here = to
            answer = world.peer.http("GET", to, headers=sent)
            continue
        expect(status == 200, f"status {status}")
        page = Form(text)
        expect(page.action is not None and "password" in page.fields, "no login page")
        # A form without an action goes to the page that holds it.
        to = urllib.parse.urljoin(here, page.action) if page.action else here
        page.fields.update(username=name, password=password)
        headers = {"content-type": "application/x-www-form-urlencoded", **sent}
        answer = world.peer.http("POST", to, form(page.fields), headers)
    raise AssertionError("the browser goes in circles")


def token(world, client=None, authorization=None, **data):
    headers = {"content-type": "application/x-www-form-urlencoded"}
    if authorization:
        headers["authorization"] = authorization
    if client:
        data["client_id"] = client["ClientId"]
    status, got, text = world.peer.http("POST", "/oauth2/token", form(data), headers)
    try:
        return status, json.loads(text)
    except json.JSONDecodeError:
        return status, {}


def code_for(world, client, **more):
    got = walk(world, authorize(world, client, **more))
    expect("code" in got, got.get("error", "no code"))
    return got


@scenario("7.1:396", "Code with PKCE: the login page leads to a code and the code to tokens; state comes back as it was")
def _(world):
    _, client = site(world)
    verifier, challenge = pair()
    got = code_for(world, client, code_challenge=challenge, code_challenge_method="S256", nonce="n-1")
    expect(got["state"] == "s t&a=te", "another state")
    status, tokens = token(world, client, grant_type="authorization_code", code=got["code"], redirect_uri=CALLBACK, code_verifier=verifier)
    expect(status == 200 and {"id_token", "access_token", "refresh_token"} <= set(tokens), tokens.get("error", f"status {status}"))
    expect(claims(tokens["id_token"]).get("nonce") == "n-1", "no nonce")
    access = claims(tokens["access_token"])
    expect(set(access["scope"].split()) == {"openid", "email"}, "another scope")


@scenario("7.1:398", "A code is good for once, and for its own verifier and redirect_uri")
def _(world):
    _, client = site(world)
    verifier, challenge = pair()
    more = {"code_challenge": challenge, "code_challenge_method": "S256"}
    base = {"grant_type": "authorization_code", "redirect_uri": CALLBACK, "code_verifier": verifier}
    wrong = [{"code_verifier": pair()[0]}, {"redirect_uri": "http://localhost:3000/other"}]
    for change in wrong:
        status, answer = token(world, client, **{**base, "code": code_for(world, client, **more)["code"], **change})
        expect((status, answer.get("error")) == (400, "invalid_grant"), f"status {status}")
    code = code_for(world, client, **more)["code"]
    expect(token(world, client, **base, code=code)[0] == 200, "refused")
    status, answer = token(world, client, **base, code=code)
    expect((status, answer.get("error")) == (400, "invalid_grant"), "twice")


@scenario("7.1:396", "PKCE knows S256 alone")
def _(world):
    _, client = site(world)
    status, headers, _ = authorize(world, client, code_challenge="a" * 43, code_challenge_method="plain")
    expect("code=" not in (headers.get("location") or "") and (status == 400 or "error=invalid_request" in (headers.get("location") or "")), "accepted")


@scenario("7.1:403", "A redirect_uri that is not registered exactly gets an error page, not a redirect")
def _(world):
    _, client = site(world)
    for other in (CALLBACK + "/", CALLBACK + "?a=b", "http://localhost:3001/callback", "https://evil.example"):
        status, headers, _ = authorize(world, client, redirect_uri=other)
        to = headers.get("location") or ""
        expect(not to.startswith(other.split("?")[0]) or "error" in urllib.parse.urlsplit(to).path, "redirected")
        expect(status in (302, 400), f"status {status}")


@scenario("7.1:402", "A scope that the client may not have comes back as invalid_scope")
def _(world):
    _, client = site(world)
    _, headers, _ = authorize(world, client, scope="openid phone")
    expect("error=invalid_scope" in (headers.get("location") or ""), "no invalid_scope")


@scenario("7.1:402", "Without a scope parameter a client gets all its scopes")
def _(world):
    _, client = site(world)
    got = code_for(world, client, scope=None)
    _, tokens = token(world, client, grant_type="authorization_code", code=got["code"], redirect_uri=CALLBACK)
    expect(set(claims(tokens["access_token"])["scope"].split()) == {"openid", "email", "profile", "aws.cognito.signin.user.admin"}, "others")


@scenario("7.1:397", "A wrong password stays on the login page")
def _(world):
    _, client = site(world)
    try:
        got = walk(world, authorize(world, client), password="Wrong-Horse-1")
        expect("code" not in got, "signed in")
    except AssertionError:
        pass


@scenario("7.1:399", "userInfo gives the claims of the scopes, and refuses an API token without openid")
def _(world):
    _, client = site(world)
    got = code_for(world, client)
    _, tokens = token(world, client, grant_type="authorization_code", code=got["code"], redirect_uri=CALLBACK)
    ask = lambda access: world.peer.http("GET", "/oauth2/userInfo", headers={"authorization": f"Bearer {access}"})
    status, _, text = ask(tokens["access_token"])
    expect(status == 200, f"status {status}")
    info = json.loads(text)
    expect(info.get("email") == "ada@example.com" and info.get("username") == "ada" and info.get("sub"), "other claims")
    expect(info.get("email_verified") in ("true", True), "no email_verified")
    expect(ask(world.tokens(client)["AccessToken"])[0] in (401, 403), "accepted without openid")
    expect(ask("invented")[0] == 401, "accepted")


@scenario("7.1:398", "The refresh grant gives new tokens and no refresh token")
def _(world):
    _, client = site(world)
    got = code_for(world, client)
    _, tokens = token(world, client, grant_type="authorization_code", code=got["code"], redirect_uri=CALLBACK)
    status, fresh = token(world, client, grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    expect(status == 200 and "access_token" in fresh, fresh.get("error", f"status {status}"))
    expect("refresh_token" not in fresh, "a refresh token")


@scenario("7.1:400", "revoke ends the refresh token")
def _(world):
    _, client = site(world)
    got = code_for(world, client)
    _, tokens = token(world, client, grant_type="authorization_code", code=got["code"], redirect_uri=CALLBACK)
    headers = {"content-type": "application/x-www-form-urlencoded"}
    data = form({"token": tokens["refresh_token"], "client_id": client["ClientId"]})
    status, _, _ = world.peer.http("POST", "/oauth2/revoke", data, headers)
    expect(status == 200, f"status {status}")
    status, answer = token(world, client, grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    expect((status, answer.get("error")) == (400, "invalid_grant"), "still good")


@scenario("7.1:398", "A client with a secret proves it at the token endpoint, by Basic or in the form")
def _(world):
    _, client = site(world, GenerateSecret=True)
    base = {"grant_type": "authorization_code", "redirect_uri": CALLBACK}
    status, answer = token(world, client, **base, code=code_for(world, client)["code"])
    expect(answer.get("error") == "invalid_client", answer.get("error", f"status {status}"))
    status, answer = token(world, client, basic(client), **base, code=code_for(world, client)["code"])
    expect(status == 200, answer.get("error", f"status {status}"))
    status, answer = token(world, client, **base, code=code_for(world, client)["code"], client_secret=client["ClientSecret"])
    expect(status == 200, answer.get("error", f"status {status}"))


def machine(world):
    pool = world.pool()
    world.call("CreateUserPoolDomain", UserPoolId=pool, Domain="d" + world.unique())
    scopes = [{"ScopeName": "read", "ScopeDescription": "r"}, {"ScopeName": "write", "ScopeDescription": "w"}]
    world.call("CreateResourceServer", UserPoolId=pool, Identifier="api", Name="API", Scopes=scopes)
    return world.client(pool, GenerateSecret=True, AllowedOAuthFlows=["client_credentials"], AllowedOAuthScopes=["api/read"],
                        AllowedOAuthFlowsUserPoolClient=True)


@scenario("7.1:398", "Client credentials: a token for the machine with its scopes, and neither ID nor refresh token")
def _(world):
    client = machine(world)
    status, tokens = token(world, authorization=basic(client), grant_type="client_credentials", scope="api/read")
    expect(status == 200, tokens.get("error", f"status {status}"))
    expect(not {"id_token", "refresh_token"} & set(tokens), "tokens of a person")
    access = claims(tokens["access_token"])
    expect((access["sub"], access["scope"]) == (client["ClientId"], "api/read"), "other claims")


@scenario("7.1:402", "Client credentials: another scope is invalid_scope, a wrong secret invalid_client")
def _(world):
    client = machine(world)
    status, answer = token(world, authorization=basic(client), grant_type="client_credentials", scope="api/write")
    expect((status, answer.get("error")) == (400, "invalid_scope"), answer.get("error", f"status {status}"))
    wrong = basic({**client, "ClientSecret": "wrong"})
    status, answer = token(world, authorization=wrong, grant_type="client_credentials")
    expect(answer.get("error") == "invalid_client", answer.get("error", f"status {status}"))


@scenario("7.1:397", "logout goes to a registered logout_uri, and to no other")
def _(world):
    _, client = site(world)
    ask = lambda to: world.peer.http("GET", "/logout?" + urllib.parse.urlencode({"client_id": client["ClientId"], "logout_uri": to}))
    status, headers, _ = ask("http://localhost:3000/out")
    expect(status == 302 and headers.get("location") == "http://localhost:3000/out", f"status {status}")
    _, headers, _ = ask("https://evil.example")
    expect("evil.example" not in (headers.get("location") or "") or "/error" in (headers.get("location") or ""), "redirected")


@scenario("API:CreateUserPoolClient", "A client without the code flow gets no code")
def _(world):
    pool = world.pool()
    world.person(pool)
    client = world.client(pool)
    status, headers, _ = authorize(world, client)
    expect("code=" not in (headers.get("location") or "") and status in (302, 400), f"status {status}")


@scenario("7.1:398", "An unknown grant type is unsupported_grant_type or invalid_request")
def _(world):
    _, client = site(world)
    status, answer = token(world, client, grant_type="password", username="ada", password=PASSWORD)
    expect(status == 400 and answer.get("error") in ("unsupported_grant_type", "invalid_request"), answer.get("error", f"status {status}"))


@scenario("6.2:374", "A revoked access token no longer opens userInfo")
def _(world):
    pool, client = site(world)
    got = code_for(world, client)
    _, tokens = token(world, client, grant_type="authorization_code", code=got["code"], redirect_uri=CALLBACK)
    world.call("AdminUserGlobalSignOut", UserPoolId=pool, Username="ada")
    status, _, _ = world.peer.http("GET", "/oauth2/userInfo", headers={"authorization": f"Bearer {tokens['access_token']}"})
    expect(status == 401, f"status {status}")
    refused("NotAuthorizedException", world.call, "GetUser", AccessToken=tokens["access_token"])
