"""§1.1, §3, §5.1, §9, §11: pools, clients, domains, imports, and what cannot change."""

import time

from peer import Refused
from scenarios import FLOWS, expect, refused, scenario

ROLE = "arn:aws:iam::123456789012:role/cognito"


def described(world, pool):
    return world.call("DescribeUserPool", UserPoolId=pool)["UserPool"]


@scenario("1.1:38", "A new pool is on the plan ESSENTIALS")
def _(world):
    tier = described(world, world.pool()).get("UserPoolTier")
    expect(tier == "ESSENTIALS", tier)


@scenario("1.1:38", "On LITE, threat protection is a FeatureUnavailableInTierException")
def _(world):
    refused("FeatureUnavailableInTierException", world.pool, UserPoolTier="LITE", UserPoolAddOns={"AdvancedSecurityMode": "ENFORCED"})


@scenario("API:CreateUserPool", "A new pool has the standard attributes, sub required and immutable")
def _(world):
    schema = {a["Name"]: a for a in described(world, world.pool())["SchemaAttributes"]}
    missing = {"sub", "email", "phone_number", "name", "birthdate", "address", "zoneinfo", "updated_at", "email_verified"} - set(schema)
    expect(not missing, "attributes missing")
    expect(schema["sub"]["Required"] and not schema["sub"]["Mutable"], "sub is not so")


@scenario("API:CreateUserPool", "MfaConfiguration of a new pool is OFF, and the password policy is that of AWS")
def _(world):
    pool = described(world, world.pool())
    expect(pool.get("MfaConfiguration") == "OFF", "another MfaConfiguration")
    policy = pool["Policies"]["PasswordPolicy"]
    expect(policy["MinimumLength"] == 8 and policy["RequireSymbols"] and policy["TemporaryPasswordValidityDays"] == 7, "another policy")


@scenario("11.2:477", "UpdateUserPool resets what it does not name")
def _(world):
    pool = world.pool(AutoVerifiedAttributes=["email"], MfaConfiguration="OFF", UserPoolTags={"a": "b"},
                      Policies={"PasswordPolicy": {"MinimumLength": 12}})
    world.call("UpdateUserPool", UserPoolId=pool)
    after = described(world, pool)
    expect(not after.get("AutoVerifiedAttributes"), "AutoVerifiedAttributes stays")
    expect(after["Policies"]["PasswordPolicy"]["MinimumLength"] == 8, "the policy stays")


@scenario("11.2:477", "UpdateUserPoolClient resets what it does not name")
def _(world):
    pool = world.pool()
    client = world.client(pool, RefreshTokenValidity=7, CallbackURLs=["https://a.example"])
    world.call("UpdateUserPoolClient", UserPoolId=pool, ClientId=client["ClientId"])
    after = world.call("DescribeUserPoolClient", UserPoolId=pool, ClientId=client["ClientId"])["UserPoolClient"]
    expect(after.get("RefreshTokenValidity") == 30, "RefreshTokenValidity stays")
    expect(not after.get("CallbackURLs"), "CallbackURLs stays")


@scenario("11.2:477", "UpdateResourceServer replaces the scopes")
def _(world):
    pool = world.pool()
    named = {"UserPoolId": pool, "Identifier": "api", "Name": "API"}
    world.call("CreateResourceServer", **named, Scopes=[{"ScopeName": "read", "ScopeDescription": "Reads"}])
    world.call("UpdateResourceServer", **named)
    server = world.call("DescribeResourceServer", UserPoolId=pool, Identifier="api")["ResourceServer"]
    expect(not server.get("Scopes"), "the scopes stay")


@scenario("11.1:474", "The name of a pool can be changed")
def _(world):
    pool = world.pool()
    world.call("UpdateUserPool", UserPoolId=pool, PoolName="renamed")
    expect(described(world, pool)["Name"] == "renamed", "not renamed")


@scenario("11.1:474", "AddCustomAttributes adds under custom: once")
def _(world):
    pool = world.pool()
    added = [{"Name": "team", "AttributeDataType": "String", "Mutable": True}]
    world.call("AddCustomAttributes", UserPoolId=pool, CustomAttributes=added)
    expect("custom:team" in [a["Name"] for a in described(world, pool)["SchemaAttributes"]], "not added")
    refused("InvalidParameterException", world.call, "AddCustomAttributes", UserPoolId=pool, CustomAttributes=added)


@scenario("3.4:180", "A pool has at most 50 custom attributes")
def _(world):
    pool = world.pool()
    for start in (0, 25):
        world.call("AddCustomAttributes", UserPoolId=pool,
                   CustomAttributes=[{"Name": f"a{n}", "AttributeDataType": "String"} for n in range(start, start + 25)])
    refused("InvalidParameterException", world.call, "AddCustomAttributes", UserPoolId=pool,
            CustomAttributes=[{"Name": "more", "AttributeDataType": "String"}])


@scenario("3.4:181", "A custom attribute has a name of at most 20 characters")
def _(world):
    status, answer = world.peer.raw("cognito-idp", "AddCustomAttributes", {
        "UserPoolId": world.pool(), "CustomAttributes": [{"Name": "x" * 21, "AttributeDataType": "String"}]})
    expect(status == 400, "accepted")
    expect(answer.get("__type") == "InvalidParameterException", answer.get("__type"))


@scenario("3.4:188", "The policy takes a minimum length of 6 to 99")
def _(world):
    for length in (5, 100):
        status, answer = world.peer.raw("cognito-idp", "CreateUserPool", {
            "PoolName": "a", "Policies": {"PasswordPolicy": {"MinimumLength": length}}})
        expect(status == 400, "accepted")


@scenario("11.3:490", "A protected pool is not deleted: InvalidParameterException")
def _(world):
    pool = world.pool(DeletionProtection="ACTIVE")
    refused("InvalidParameterException", world.call, "DeleteUserPool", UserPoolId=pool)


@scenario("11.3:490", "A pool with a domain is not deleted: InvalidParameterException")
def _(world):
    pool = world.pool()
    world.call("CreateUserPoolDomain", UserPoolId=pool, Domain="d" + world.unique())
    refused("InvalidParameterException", world.call, "DeleteUserPool", UserPoolId=pool)


@scenario("7.1:392", "A prefix domain holds none of aws, amazon, cognito")
def _(world):
    refused("InvalidParameterException", world.call, "CreateUserPoolDomain", UserPoolId=world.pool(), Domain="my-cognito-x")


@scenario("API:CreateUserPoolDomain", "A domain belongs to one pool, and an unknown one is described as empty")
def _(world):
    name = "d" + world.unique()
    expect(world.call("DescribeUserPoolDomain", Domain=name)["DomainDescription"].get("UserPoolId") is None, "somebody's")
    world.call("CreateUserPoolDomain", UserPoolId=world.pool(), Domain=name)
    refused("InvalidParameterException", world.call, "CreateUserPoolDomain", UserPoolId=world.pool(), Domain=name)


@scenario("5.1:269", "A client without ExplicitAuthFlows allows refresh, SRP and custom")
def _(world):
    pool = world.pool()
    made = world.call("CreateUserPoolClient", UserPoolId=pool, ClientName="plain")["UserPoolClient"]
    world.person(pool)
    refused("InvalidParameterException", world.tokens, made)


@scenario("5.1:269", "Legacy flow names do not mix with ALLOW_ names")
def _(world):
    pool = world.pool()
    refused("InvalidParameterException", world.client, pool, ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH", "USER_PASSWORD_AUTH"])


@scenario("6.2:374", "A new client revokes tokens, and lives 30 days by default")
def _(world):
    client = world.client(world.pool())
    expect(client.get("EnableTokenRevocation") is True, "no revocation")
    expect(client.get("RefreshTokenValidity") == 30, "another RefreshTokenValidity")


@scenario("3.5:199", "An access token lives 5 minutes to a day")
def _(world):
    pool = world.pool()
    units = {"AccessToken": "minutes", "IdToken": "minutes", "RefreshToken": "days"}
    refused("InvalidParameterException", world.client, pool, AccessTokenValidity=4, TokenValidityUnits=units)
    refused("InvalidParameterException", world.client, pool, AccessTokenValidity=1441, TokenValidityUnits=units)


@scenario("6.2:373", "RefreshTokenValidity 0 becomes 30 days")
def _(world):
    expect(world.client(world.pool(), RefreshTokenValidity=0).get("RefreshTokenValidity") == 30, "not 30")


@scenario("7.2:406", "Callback URLs: https, a scheme of one's own, and http for localhost, 127.0.0.1 and [::1] alone")
def _(world):
    pool = world.pool()
    world.client(pool, CallbackURLs=["https://a.example", "myapp://out", "http://localhost:3000/a", "http://127.0.0.1:8", "http://[::1]:9/"])
    refused("InvalidParameterException", world.client, pool, CallbackURLs=["http://a.example"])


@scenario("API:CreateUserPoolClient", "A fragment in a callback URL is an InvalidParameterException")
def _(world):
    refused("InvalidParameterException", world.client, world.pool(), CallbackURLs=["https://a.example/#x"])


@scenario("11.1:474", "A client has a secret when it asks for one, and shows it when described")
def _(world):
    pool = world.pool()
    made = world.client(pool, GenerateSecret=True)
    got = world.call("DescribeUserPoolClient", UserPoolId=pool, ClientId=made["ClientId"])["UserPoolClient"]
    expect(made.get("ClientSecret") and got.get("ClientSecret") == made["ClientSecret"], "no secret")
    expect("ClientSecret" not in world.client(pool), "a secret unasked")


@scenario("3.4:194", "A client has at most two secrets; listing never shows their values")
def _(world):
    pool = world.pool()
    client = {"UserPoolId": pool, "ClientId": world.client(pool, GenerateSecret=True)["ClientId"]}
    world.call("AddUserPoolClientSecret", **client)
    refused("LimitExceededException", world.call, "AddUserPoolClientSecret", **client)
    listed = world.call("ListUserPoolClientSecrets", **client)["ClientSecrets"]
    expect(len(listed) == 2 and not any("ClientSecretValue" in secret for secret in listed), "values shown")


@scenario("3.4:187", "The name of an identity provider has at most 32 characters")
def _(world):
    status, answer = world.peer.raw("cognito-idp", "CreateIdentityProvider", {
        "UserPoolId": world.pool(), "ProviderName": "x" * 33, "ProviderType": "OIDC", "ProviderDetails": {}})
    expect(status == 400, "accepted")


@scenario("3.4:176", "A pool has at most 25 resource servers by default")
def _(world):
    pool = world.pool()
    for number in range(25):
        world.call("CreateResourceServer", UserPoolId=pool, Identifier=f"api-{number}", Name="API")
    refused("LimitExceededException", world.call, "CreateResourceServer", UserPoolId=pool, Identifier="one-more", Name="API")


@scenario("API:CreateUserPoolClient", "A client may not name a provider or a scope that the pool does not have")
def _(world):
    pool = world.pool()
    refused("InvalidParameterException", world.client, pool, SupportedIdentityProviders=["Nobody"])
    refused("ScopeDoesNotExistException", world.client, pool, AllowedOAuthFlows=["code"], AllowedOAuthFlowsUserPoolClient=True,
            AllowedOAuthScopes=["nothing/read"], CallbackURLs=["https://a.example"])


@scenario("API:ListUserPools", "ListUserPools demands MaxResults of 1 to 60")
def _(world):
    for body in ({}, {"MaxResults": 0}, {"MaxResults": 61}):
        status, answer = world.peer.raw("cognito-idp", "ListUserPools", body)
        expect(status == 400, "accepted")
        expect(answer.get("__type") == "InvalidParameterException", answer.get("__type"))


@scenario("API:SetUserPoolMfaConfig", "SetUserPoolMfaConfig switches MFA on, and the pool shows it")
def _(world):
    pool = world.pool()
    world.call("SetUserPoolMfaConfig", UserPoolId=pool, MfaConfiguration="OPTIONAL", SoftwareTokenMfaConfiguration={"Enabled": True})
    expect(described(world, pool)["MfaConfiguration"] == "OPTIONAL", "not shown")
    got = world.call("GetUserPoolMfaConfig", UserPoolId=pool)
    expect(got["SoftwareTokenMfaConfiguration"]["Enabled"], "not enabled")


@scenario("API:SetUserPoolMfaConfig", "SetUserPoolMfaConfig with MFA on and no factor is an InvalidParameterException")
def _(world):
    refused("InvalidParameterException", world.call, "SetUserPoolMfaConfig", UserPoolId=world.pool(), MfaConfiguration="ON")


@scenario("9:432", "The CSV header has cognito:username, email, and the custom attributes")
def _(world):
    pool = world.pool(Schema=[{"Name": "team", "AttributeDataType": "String"}])
    header = world.call("GetCSVHeader", UserPoolId=pool)["CSVHeader"]
    expect({"cognito:username", "email", "custom:team", "cognito:mfa_enabled", "phone_number_verified"} <= set(header), "columns missing")


def imported(world, rows, **settings):
    """Imports rows, given as texts by column; gives the pool and the finished job."""
    pool = world.pool(AutoVerifiedAttributes=["email"], **settings)
    header = world.call("GetCSVHeader", UserPoolId=pool)["CSVHeader"]
    job = world.call("CreateUserImportJob", UserPoolId=pool, JobName="people", CloudWatchLogsRoleArn=ROLE)["UserImportJob"]
    lines = [",".join(row.get(name, "") for name in header) for row in rows]
    csv = "\n".join([",".join(header), *lines]) + "\n"
    status, _, text = world.peer.http("PUT", job["PreSignedUrl"], csv.encode(), {"x-amz-server-side-encryption": "aws:kms"})
    expect(status == 200, f"upload {status}")
    named = {"UserPoolId": pool, "JobId": job["JobId"]}
    world.call("StartUserImportJob", **named)
    return pool, finished(world, named)


def finished(world, named):
    for _ in range(240):
        time.sleep(0.25)
        job = world.call("DescribeUserImportJob", **named)["UserImportJob"]
        if job["Status"] in ("Succeeded", "Failed", "Stopped", "Expired"):
            return job
    raise AssertionError("the job does not end")


def row(username, **more):
    return {"cognito:username": username, "email": f"{username}@example.com", "email_verified": "TRUE",
            "phone_number_verified": "FALSE", "cognito:mfa_enabled": "FALSE", **more}


@scenario("9:443", "Imported people are RESET_REQUIRED; a birthdate is mm/dd/yyyy; a comma is escaped")
def _(world):
    pool, job = imported(world, [row("ada", birthdate="12/10/1815", name="Lovelace\\, Ada")])
    expect((job["Status"], job["ImportedUsers"]) == ("Succeeded", 1), job["Status"])
    user = world.user(pool)
    expect(user["UserStatus"] == "RESET_REQUIRED", user["UserStatus"])
    expect(user["Attributes"].get("birthdate") == "1815-12-10", "another birthdate")
    expect(user["Attributes"].get("name") == "Lovelace, Ada", "another name")


@scenario("9:436", "Known names are skipped, broken rows fail, the rest is imported")
def _(world):
    rows = [row("ada"), row("ada"), row("bad", email_verified="FALSE"), row("eve", birthdate="1815-12-10"), row("bob")]
    _, job = imported(world, rows)
    expect((job["ImportedUsers"], job["SkippedUsers"], job["FailedUsers"]) == (2, 1, 2), "other counts")


@scenario("9:434", "An upload without the encryption header is refused")
def _(world):
    pool = world.pool(AutoVerifiedAttributes=["email"])
    job = world.call("CreateUserImportJob", UserPoolId=pool, JobName="people", CloudWatchLogsRoleArn=ROLE)["UserImportJob"]
    expect(world.peer.http("PUT", job["PreSignedUrl"], b"a")[0] == 403, "accepted")


@scenario("9:440", "A pool that verifies nothing cannot import")
def _(world):
    pool = world.pool()
    make = lambda: world.call("CreateUserImportJob", UserPoolId=pool, JobName="people", CloudWatchLogsRoleArn=ROLE)
    try:
        job = make()["UserImportJob"]
    except Refused as refusal:
        # A server that lacks the operation refuses everything.
        if refusal.code not in ("PreconditionNotMetException", "InvalidParameterException"):
            raise
        return
    header = world.call("GetCSVHeader", UserPoolId=pool)["CSVHeader"]
    csv = ",".join(header) + "\n" + ",".join(row("ada").get(name, "") for name in header) + "\n"
    world.peer.http("PUT", job["PreSignedUrl"], csv.encode(), {"x-amz-server-side-encryption": "aws:kms"})
    world.call("StartUserImportJob", UserPoolId=pool, JobId=job["JobId"])
    expect(finished(world, {"UserPoolId": pool, "JobId": job["JobId"]})["ImportedUsers"] == 0, "imported")


@scenario("API:TagResource", "Tags are set, listed and taken away by ARN")
def _(world):
    world.pool(UserPoolTags={"a": "1"})
    arn = world.made["Arn"]
    world.call("TagResource", ResourceArn=arn, Tags={"b": "2"})
    world.call("UntagResource", ResourceArn=arn, TagKeys=["a"])
    expect(world.call("ListTagsForResource", ResourceArn=arn)["Tags"] == {"b": "2"}, "other tags")


@scenario("3.1:137", "The provisioned limit of an adjustable category can be read and set, of a hard one not")
def _(world):
    limit = lambda category: {"LimitClass": "API_CATEGORY", "Attributes": {"Category": category}}
    got = world.call("GetProvisionedLimit", LimitDefinition=limit("UserRead"))["Limit"]
    expect(got["FreeLimitValue"] == 120, "another FreeLimitValue")
    world.call("UpdateProvisionedLimit", LimitDefinition=limit("UserRead"), RequestedLimitValue=120)
    refused("InvalidParameterException", world.call, "UpdateProvisionedLimit", LimitDefinition=limit("UserList"), RequestedLimitValue=60)


@scenario("12:511", "Auth events need threat protection: else UserPoolAddOnNotEnabledException")
def _(world):
    refused("UserPoolAddOnNotEnabledException", world.call, "AdminListUserAuthEvents", **world.person(world.pool()))


@scenario("API:InitiateAuth", "The wire: an error has __type, x-amzn-errortype and a request id; an answer a date")
def _(world):
    import json

    headers = {"content-type": "application/x-amz-json-1.1", "x-amz-target": "AWSCognitoIdentityProviderService.DescribeUserPool",
               "authorization": "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260101/eu-west-1/cognito-idp/aws4_request, SignedHeaders=host, Signature=0"}
    status, got, text = world.peer.http("POST", "/", json.dumps({"UserPoolId": "eu-west-1_doesNotEx"}).encode(), headers)
    expect(status == 400, f"status {status}")
    expect(json.loads(text).get("__type") == "ResourceNotFoundException", json.loads(text).get("__type"))
    expect((got.get("x-amzn-errortype") or "").startswith("ResourceNotFoundException"), "no x-amzn-errortype")
    expect(got.get("x-amzn-requestid") and got.get("date"), "no request id")


@scenario("5.1:272", "An operation of an administrator without a signature is refused")
def _(world):
    status, answer = world.peer.raw("cognito-idp", "ListUserPools", {"MaxResults": 1}, signed=False)
    expect(status in (400, 403), "accepted")


@scenario("5.1:262", "FLOWS of a client are enforced for each flow")
def _(world):
    pool = world.pool()
    world.person(pool)
    for allowed in FLOWS[:3]:
        client = world.client(pool, ExplicitAuthFlows=[allowed, "ALLOW_REFRESH_TOKEN_AUTH"])
        for flow in ("USER_PASSWORD_AUTH", "USER_SRP_AUTH"):
            if f"ALLOW_{flow}" != allowed:
                refused("InvalidParameterException", world.start, client, flow=flow, SRP_A="1234")
