"""§2, §3, §6.3, §10 and every lifetime: what can be asked only where the clock, the quotas and the triggers can be set."""

import contextlib
import time

from scenarios import FLOWS, PASSWORD, Wrong, expect, refused, scenario
from scenarios_oauth import CALLBACK, code_for, machine, site, token
from scenarios_sign_in import CHANGED, respond, signed_up, with_totp
from scenarios_tokens import claims, refresh

MINUTE, HOUR, DAY = 60, 3600, 86400


def advance(world, seconds):
    world.peer.door("PUT", "clock", {"advanceSeconds": seconds})


@contextlib.contextmanager
def rates(world, **rates):
    """Quotas at rates so low that any machine is faster."""
    world.peer.door("PUT", "weather", {"quota": "default", "rates": rates})
    try:
        yield
    finally:
        world.peer.door("PUT", "weather", {"quota": "off", "rates": {}})


def triggers(world, pool, **answers):
    world.peer.door("PUT", f"triggers/{pool}", answers)


def active(world, pool):
    return {user["username"] for user in world.peer.door("GET", f"mau?pool={pool}")["users"]}


@scenario("2.1:99", "Lists, imports and AdminResetUserPassword make nobody active; AdminGetUser and changes do", door=True)
def _(world):
    pool = world.pool()
    for name in ("read", "changed", "joined", "signed", "reset"):
        world.person(pool, name, email=f"{name}@example.com", email_verified="true")
    advance(world, 32 * DAY)
    world.call("CreateGroup", UserPoolId=pool, GroupName="team")
    world.call("ListUsers", UserPoolId=pool)
    world.call("ListUsersInGroup", UserPoolId=pool, GroupName="team")
    world.call("AdminResetUserPassword", UserPoolId=pool, Username="reset")
    expect(active(world, pool) == set(), "somebody is")
    world.user(pool, "read")
    world.call("AdminUpdateUserAttributes", UserPoolId=pool, Username="changed", UserAttributes=[{"Name": "name", "Value": "x"}])
    world.call("AdminAddUserToGroup", UserPoolId=pool, Username="joined", GroupName="team")
    world.tokens(world.client(pool), "signed")
    expect(active(world, pool) == {"read", "changed", "joined", "signed"}, "others")


@scenario("3.1:136", "Above the rate of a category calls are a TooManyRequestsException, HTTP 400", door=True)
def _(world):
    pool = world.pool()
    with rates(world, UserList=2):
        answers = [world.peer.raw("cognito-idp", "ListUsers", {"UserPoolId": pool}) for _ in range(40)]
    throttled = [(status, answer["__type"]) for status, answer in answers if status != 200]
    expect(set(throttled) == {(400, "TooManyRequestsException")}, "another answer" if throttled else "never")
    expect([status for status, _ in answers[:2]] == [200, 200], "at once")


@scenario("3.1:134", "An operation on the resources of one pool has a rate for that pool alone", door=True)
def _(world):
    pool, other = world.pool(), world.pool()
    with rates(world, perPool=2):
        first = [world.peer.raw("cognito-idp", "ListGroups", {"UserPoolId": pool})[0] for _ in range(10)]
        second = world.peer.raw("cognito-idp", "ListGroups", {"UserPoolId": other})[0]
    expect(400 in first and first[:2] == [200] * 2 and second == 200, "another rate")


@scenario("3.3:167", "ListIdentities has a rate of its own", door=True)
def _(world):
    bank = world.call("CreateIdentityPool", "cognito-identity", IdentityPoolName="slow", AllowUnauthenticatedIdentities=True)
    body = {"IdentityPoolId": bank["IdentityPoolId"], "MaxResults": 10}
    with rates(world, ListIdentities=2):
        got = [world.peer.raw("cognito-identity", "ListIdentities", body) for _ in range(12)]
    expect({answer["__type"] for status, answer in got if status != 200} == {"TooManyRequestsException"}, "never")


@scenario("4.1:214", "A ListUsers token is good for an hour", door=True)
def _(world):
    pool = world.pool()
    for number in range(3):
        world.person(pool, f"user-{number}", password=None)
    page = lambda **more: world.call("ListUsers", UserPoolId=pool, Limit=1, **more)
    token = page()["PaginationToken"]
    advance(world, 59 * MINUTE)
    page(PaginationToken=token)
    advance(world, 2 * MINUTE)
    refused("InvalidParameterException", page, PaginationToken=token)


@scenario("3.5:199", "A session of a challenge is good for 3 minutes by default", door=True)
def _(world):
    _, client, secret = with_totp(world)
    asked = world.start(client)
    advance(world, 3 * MINUTE + 1)
    refused("NotAuthorizedException", respond, world, client, asked, SOFTWARE_TOKEN_MFA_CODE="123456")


@scenario("3.5:199", "A confirmation code is good for 24 hours", door=True)
def _(world):
    pool, who, _, _ = signed_up(world)
    code = world.peer.code("ada", pool)
    advance(world, DAY + 1)
    refused("ExpiredCodeException", world.call, "ConfirmSignUp", **who, ConfirmationCode=code)


@scenario("3.5:199", "A code for a forgotten password is good for an hour", door=True)
def _(world):
    pool = world.pool()
    who = {"ClientId": world.client(pool)["ClientId"], "Username": "ada"}
    world.person(pool, email="ada@example.com", email_verified="true")
    world.call("ForgotPassword", **who)
    advance(world, HOUR + 1)
    refused("ExpiredCodeException", world.call, "ConfirmForgotPassword", **who, Password=CHANGED,
            ConfirmationCode=world.peer.code("ada", pool))


@scenario("3.5:199", "Five codes to resend an hour are enough, and after an hour there are more", door=True)
def _(world):
    _, who, _, _ = signed_up(world)
    for _ in range(5):
        world.call("ResendConfirmationCode", **who)
    refused("LimitExceededException", world.call, "ResendConfirmationCode", **who)
    advance(world, HOUR + 1)
    world.call("ResendConfirmationCode", **who)


@scenario("DG:sign-in attempts", "A locked person can sign in again after a while", door=True)
def _(world):
    _, client = world.ready()
    for _ in range(6):
        refused("NotAuthorizedException", world.tokens, client, password="Wrong-Horse-1")
    advance(world, 16 * MINUTE)
    world.tokens(client)


@scenario("11.2:477", "A temporary password expires after the days of the policy", door=True)
def _(world):
    pool = world.pool()
    client = world.client(pool)
    world.call("AdminCreateUser", UserPoolId=pool, Username="ada", TemporaryPassword=PASSWORD, MessageAction="SUPPRESS")
    advance(world, 8 * DAY)
    message = refused("NotAuthorizedException", world.tokens, client)
    expect("expired" in message, "another message")


@scenario("3.5:199", "An access token is refused after its hour", door=True)
def _(world):
    _, client = world.ready()
    token = world.tokens(client)["AccessToken"]
    advance(world, HOUR + 1)
    message = refused("NotAuthorizedException", world.call, "GetUser", AccessToken=token)
    expect("expired" in message, "another message")


@scenario("3.5:199", "A refresh token is refused after its 30 days", door=True)
def _(world):
    _, client = world.ready()
    token = world.tokens(client)["RefreshToken"]
    advance(world, 29 * DAY)
    refresh(world, client, token)
    advance(world, 2 * DAY)
    refused("NotAuthorizedException", refresh, world, client, token)


@scenario("5.1:268", "A rotated refresh token ends when the first would have ended", door=True)
def _(world):
    pool = world.pool()
    client = world.client(pool, ExplicitAuthFlows=[flow for flow in FLOWS if "REFRESH" not in flow],
                          RefreshTokenRotation={"Feature": "ENABLED", "RetryGracePeriodSeconds": 60})
    world.person(pool)
    use = lambda token: world.call("GetTokensFromRefreshToken", RefreshToken=token, ClientId=client["ClientId"])["AuthenticationResult"]
    first = world.tokens(client)["RefreshToken"]
    second = use(first)["RefreshToken"]
    advance(world, 30)
    use(first)
    advance(world, 31)
    refused("RefreshTokenReuseException", use, first)
    advance(world, 20 * DAY)
    try:
        third = use(second)["RefreshToken"]
    except Exception as error:
        # Reuse may end the whole family; then there is nothing left to ask.
        return expect(getattr(error, "code", "") in ("NotAuthorizedException", "RefreshTokenReuseException"), "another error")
    advance(world, 11 * DAY)
    refused("NotAuthorizedException", use, third)


@scenario("3.5:199", "An authorization code is good for 5 minutes", door=True)
def _(world):
    _, client = site(world)
    got = code_for(world, client)
    advance(world, 5 * MINUTE + 1)
    status, answer = token(world, client, grant_type="authorization_code", code=got["code"], redirect_uri=CALLBACK)
    expect((status, answer.get("error")) == (400, "invalid_grant"), f"status {status}")


@scenario("6.3:380", "Pre token generation V1 changes the ID token alone, groups in both", door=True)
def _(world):
    arn = "arn:aws:lambda:eu-west-1:123456789012:function:pre"
    pool, client = world.ready(LambdaConfig={"PreTokenGeneration": arn})
    triggers(world, pool, PreTokenGeneration={"claimsOverrideDetails": {
        "claimsToAddOrOverride": {"tenant": "blue", "sub": "forged", "aud": "forged"}, "claimsToSuppress": ["cognito:username", "email"],
        "groupOverrideDetails": {"groupsToOverride": ["made"]}}})
    tokens = world.tokens(client)
    identity, access = claims(tokens["IdToken"]), claims(tokens["AccessToken"])
    expect(identity.get("tenant") == "blue" and "tenant" not in access, "tenant")
    expect(identity["sub"] != "forged" and identity["aud"] == client["ClientId"], "forged")
    expect(identity.get("cognito:username") == "ada", "suppressed what cannot be")
    expect(identity.get("cognito:groups") == ["made"] == access.get("cognito:groups"), "groups")


@scenario("6.3:381", "Pre token generation V2 changes both tokens and the scopes", door=True)
def _(world):
    config = {"LambdaArn": "arn:aws:lambda:eu-west-1:123456789012:function:pre", "LambdaVersion": "V2_0"}
    pool, client = world.ready(LambdaConfig={"PreTokenGenerationConfig": config})
    triggers(world, pool, PreTokenGeneration={"claimsAndScopeOverrideDetails": {
        "idTokenGeneration": {"claimsToAddOrOverride": {"deep": {"a": [1]}}, "claimsToSuppress": []},
        "accessTokenGeneration": {"claimsToAddOrOverride": {"level": 7}, "scopesToAdd": ["extra"],
                                  "scopesToSuppress": ["aws.cognito.signin.user.admin"]}}})
    tokens = world.tokens(client)
    identity, access = claims(tokens["IdToken"]), claims(tokens["AccessToken"])
    expect(identity.get("deep") == {"a": [1]} and access.get("level") == 7, "claims")
    expect(access["scope"].split() == ["extra"], "scopes")


@scenario("6.3:382", "Pre token generation V3 changes tokens of machines too", door=True)
def _(world):
    client = machine(world)
    from scenarios_oauth import basic

    config = {"LambdaArn": "arn:aws:lambda:eu-west-1:123456789012:function:pre", "LambdaVersion": "V3_0"}
    pool = world.made["Id"]
    world.call("UpdateUserPool", UserPoolId=pool, LambdaConfig={"PreTokenGenerationConfig": config})
    triggers(world, pool, PreTokenGeneration={"claimsAndScopeOverrideDetails": {
        "accessTokenGeneration": {"claimsToAddOrOverride": {"plan": "gold"}}}})
    _, tokens = token(world, authorization=basic(client), grant_type="client_credentials", scope="api/read")
    expect(claims(tokens["access_token"]).get("plan") == "gold", "no claim")


@scenario("6.3:378", "Pre token generation V2 is not for the plan LITE", door=True)
def _(world):
    config = {"LambdaArn": "arn:aws:lambda:eu-west-1:123456789012:function:pre", "LambdaVersion": "V2_0"}
    refused("FeatureUnavailableInTierException", world.pool, UserPoolTier="LITE", LambdaConfig={"PreTokenGenerationConfig": config})


@scenario("10:466", "A trigger that fails is a UserLambdaValidationException with its text", door=True)
def _(world):
    pool, client = world.ready()
    triggers(world, pool, PreAuthentication={"error": "not today"})
    message = refused("UserLambdaValidationException", world.tokens, client)
    expect(message.startswith("PreAuthentication failed with error not today"), "another message")


@scenario("10:455", "Pre sign-up can confirm and verify", door=True)
def _(world):
    pool = world.pool()
    client = world.client(pool)
    triggers(world, pool, PreSignUp={"autoConfirmUser": True, "autoVerifyEmail": True})
    answer = world.call("SignUp", ClientId=client["ClientId"], Username="ada", Password=PASSWORD,
                        UserAttributes=[{"Name": "email", "Value": "a@example.com"}])
    expect(answer["UserConfirmed"] is True, "not confirmed")
    expect(world.user(pool)["Attributes"].get("email_verified") == "true", "not verified")
    world.tokens(client)


@scenario("10:457", "User migration at sign-in makes the person", door=True)
def _(world):
    pool = world.pool()
    client = world.client(pool)
    triggers(world, pool, UserMigration={"userAttributes": {"email": "a@example.com", "email_verified": "true"},
                                         "finalUserStatus": "CONFIRMED", "messageAction": "SUPPRESS"})
    world.tokens(client)
    expect(world.user(pool)["UserStatus"] == "CONFIRMED", world.user(pool)["UserStatus"])


@scenario("10:460", "CUSTOM_AUTH goes the way that its three triggers say", door=True)
def _(world):
    pool = world.pool()
    client = world.client(pool, ExplicitAuthFlows=[*FLOWS, "ALLOW_CUSTOM_AUTH"])
    world.person(pool)
    passed = {"/request/session/0/challengeResult": True}
    triggers(world, pool,
             DefineAuthChallenge=[{"when": passed, "response": {"issueTokens": True, "failAuthentication": False}},
                                  {"when": {"/request/session/0/challengeResult": False}, "response": {"failAuthentication": True, "issueTokens": False}},
                                  {"response": {"challengeName": "CUSTOM_CHALLENGE", "issueTokens": False, "failAuthentication": False}}],
             CreateAuthChallenge={"publicChallengeParameters": {"question": "2+2"}, "privateChallengeParameters": {"answer": "4"}},
             VerifyAuthChallengeResponse=[{"when": {"/request/challengeAnswer": "4"}, "response": {"answerCorrect": True}},
                                          {"response": {"answerCorrect": False}}])
    ask = lambda: world.call("InitiateAuth", ClientId=client["ClientId"], AuthFlow="CUSTOM_AUTH", AuthParameters={"USERNAME": "ada"})
    asked = ask()
    expect(asked.get("ChallengeName") == "CUSTOM_CHALLENGE", asked.get("ChallengeName"))
    expect(asked["ChallengeParameters"].get("question") == "2+2" and "answer" not in asked["ChallengeParameters"], "parameters")
    expect("AuthenticationResult" in respond(world, client, asked, ANSWER="4"), "no tokens")
    refused("NotAuthorizedException", respond, world, client, ask(), ANSWER="5")


@scenario("DG:sign-in attempts", "A wrong code leaves no way around: five and the session is over", door=True)
def _(world):
    _, client, _ = with_totp(world)
    asked = world.start(client)
    seen = []
    for _ in range(8):
        try:
            answer = respond(world, client, asked, SOFTWARE_TOKEN_MFA_CODE="000000")
            raise Wrong("tokens" if "AuthenticationResult" in answer else "another challenge")
        except Wrong:
            raise
        except Exception as error:
            seen.append(getattr(error, "code", "?"))
    expect(set(seen) <= {"CodeMismatchException", "NotAuthorizedException", "TooManyFailedAttemptsException", "ExpiredCodeException"}, "another error")
    expect(seen[0] == "CodeMismatchException" and seen[-1] != "CodeMismatchException", "for ever")


@scenario("4.4:229", "With lag, a list shows a new user later and AdminGetUser at once", door=True)
def _(world):
    pool = world.pool()
    world.peer.door("PUT", "weather", {"lagMs": 60_000})
    try:
        world.person(pool, password=None)
        expect(world.user(pool)["Username"] == "ada", "not there")
        expect(world.call("ListUsers", UserPoolId=pool)["Users"] == [], "at once")
        advance(world, 61)
        expect(len(world.call("ListUsers", UserPoolId=pool)["Users"]) == 1, "never")
    finally:
        world.peer.door("PUT", "weather", {"lagMs": 0})


@scenario("4.1:213", "Ragged pages: short and empty ones with a token, and everybody once", door=True)
def _(world):
    pool = world.pool()
    for number in range(12):
        world.person(pool, f"user-{number}", password=None)
    world.peer.door("PUT", "weather", {"pages": "ragged"})
    try:
        members, seen, sizes = {"UserPoolId": pool, "Limit": 4}, [], []
        while True:
            answer = world.call("ListUsers", **members)
            seen += [user["Username"] for user in answer["Users"]]
            sizes.append(len(answer["Users"]))
            if "PaginationToken" not in answer:
                break
            members["PaginationToken"] = answer["PaginationToken"]
    finally:
        world.peer.door("PUT", "weather", {"pages": "full"})
    expect(sorted(seen) == sorted(f"user-{n}" for n in range(12)), "not everybody once")
    expect(min(sizes) < 4, "never short")


@scenario("8:417", "An OpenID token of the basic flow, and credentials, expire in virtual time", door=True)
def _(world):
    from scenarios_identity import Bank

    bank = Bank(world)
    bank.roles()
    logins = bank.logins()
    identity = bank.identity(Logins=logins)
    advance(world, HOUR + 1)
    refused("NotAuthorizedException", bank.call, "GetCredentialsForIdentity", IdentityId=identity, Logins=logins)
    expect(time.time() < world.peer.now(), "the clock did not move")
