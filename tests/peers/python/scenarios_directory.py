"""§2, §3.4, §4: people, groups and how they are listed."""

from scenarios import PASSWORD, expect, refused, scenario


def fill(world, count=5):
    pool = world.pool()
    for number in range(count):
        world.person(pool, f"user-{number}", password=None, email=f"user-{number}@example.com", name=f"Name {number}")
    return pool


def pages(world, name, key, token, **members):
    found, seen = [], []
    while True:
        answer = world.call(name, **members)
        found.append([item["Username"] for item in answer[key]])
        if token not in answer:
            return found
        expect(answer[token] not in seen, "a token came twice")
        seen.append(answer[token])
        members[token] = answer[token]


def found(world, pool, text):
    return [user["Username"] for user in world.call("ListUsers", UserPoolId=pool, Filter=text)["Users"]]


@scenario("4.1:213", "ListUsers gives every user once, in pages of at most Limit")
def _(world):
    pool = fill(world)
    got = pages(world, "ListUsers", "Users", "PaginationToken", UserPoolId=pool, Limit=2)
    expect(all(len(page) <= 2 for page in got), "a page is too long")
    expect(sorted(sum(got, [])) == [f"user-{n}" for n in range(5)], "not everybody")


@scenario("4.1:214", "A ListUsers token with another filter is an InvalidParameterException")
def _(world):
    pool = fill(world)
    token = world.call("ListUsers", UserPoolId=pool, Limit=2, Filter='username ^= "user"')["PaginationToken"]
    refused("InvalidParameterException", world.call, "ListUsers", UserPoolId=pool, Limit=2, Filter='username ^= "use"',
            PaginationToken=token)


@scenario("4.1:214", "An invented ListUsers token is an InvalidParameterException")
def _(world):
    refused("InvalidParameterException", world.call, "ListUsers", UserPoolId=fill(world, 1), PaginationToken="invented")


@scenario("4.1:212", "Limit above 60 is an InvalidParameterException")
def _(world):
    pool = world.pool()
    status, answer = world.peer.raw("cognito-idp", "ListUsers", {"UserPoolId": pool, "Limit": 61})
    expect(status == 400, "accepted")
    expect(answer.get("__type") == "InvalidParameterException", answer.get("__type"))


@scenario("4.1:212", "Limit 0 is allowed")
def _(world):
    expect(len(world.call("ListUsers", UserPoolId=fill(world, 2), Limit=0)["Users"]) == 2, "no users")


@scenario("4.2:219", "A filter with = is exact")
def _(world):
    expect(found(world, fill(world), 'email = "user-1@example.com"') == ["user-1"], "others")


@scenario("4.2:219", "A filter with ^= is a prefix")
def _(world):
    expect(len(found(world, fill(world), 'email ^= "user-"')) == 5, "not all")


@scenario("4.2:220", "A filter on a custom attribute is an InvalidParameterException")
def _(world):
    pool = world.pool(Schema=[{"Name": "team", "AttributeDataType": "String"}])
    refused("InvalidParameterException", world.call, "ListUsers", UserPoolId=pool, Filter='custom:team = "a"')


@scenario("4.2:220", "A filter on a standard attribute that is not indexed is an InvalidParameterException")
def _(world):
    refused("InvalidParameterException", world.call, "ListUsers", UserPoolId=world.pool(), Filter='locale = "de"')


@scenario("4.2:219", "A filter with an unknown operator is an InvalidParameterException")
def _(world):
    refused("InvalidParameterException", world.call, "ListUsers", UserPoolId=world.pool(), Filter='email *= "a"')


@scenario("4.2:219", "Quotes and backslashes in a filter are escaped with a backslash")
def _(world):
    pool = world.pool()
    world.person(pool, "odd", password=None, name='O"B\\x')
    world.person(pool, "even", password=None, name="other")
    expect(found(world, pool, 'name = "O\\"B\\\\x"') == ["odd"], "not found")


@scenario("4.2:220", "A filter by cognito:user_status finds who has it")
def _(world):
    pool = world.pool()
    world.person(pool, "sure")
    world.person(pool, "unsure", password=None)
    expect(found(world, pool, 'cognito:user_status = "CONFIRMED"') == ["sure"], "others")


@scenario("4.2:222", "A filter by status tells Enabled from Disabled")
def _(world):
    pool = world.pool()
    world.person(pool, "on")
    world.call("AdminDisableUser", **world.person(pool, "off"))
    expect(found(world, pool, 'status = "Disabled"') == ["off"], "others")


@scenario("4.2:220", "A filter by sub finds one")
def _(world):
    pool = fill(world, 3)
    sub = world.user(pool, "user-2")["Attributes"]["sub"]
    expect(found(world, pool, f'sub = "{sub}"') == ["user-2"], "others")


@scenario("4.3:225", "AttributesToGet gives those attributes alone")
def _(world):
    users = world.call("ListUsers", UserPoolId=fill(world, 2), AttributesToGet=["email"])["Users"]
    expect(all([a["Name"] for a in user["Attributes"]] == ["email"] for user in users), "others")


@scenario("4.3:225", "AttributesToGet fails when somebody lacks the attribute")
def _(world):
    pool = fill(world, 1)
    world.person(pool, "nameless", password=None)
    refused("InvalidParameterException", world.call, "ListUsers", UserPoolId=pool, AttributesToGet=["name"])


@scenario("4.4:230", "Disabled users are listed")
def _(world):
    pool = world.pool()
    world.call("AdminDisableUser", **world.person(pool))
    expect(found(world, pool, "") == ["ada"], "not listed")


@scenario("4.6:241", "Every user has a sub, and it is in the attributes")
def _(world):
    pool = fill(world, 1)
    user = world.call("ListUsers", UserPoolId=pool)["Users"][0]
    expect(any(a["Name"] == "sub" and a["Value"] for a in user["Attributes"]), "no sub")


@scenario("API:AdminGetUser", "A user can be named by sub")
def _(world):
    pool = world.pool()
    world.person(pool)
    sub = world.user(pool)["Attributes"]["sub"]
    expect(world.user(pool, sub)["Username"] == "ada", "another")


@scenario("4.8:252", "ListUsersInGroup gives every member once, with NextToken")
def _(world):
    pool = fill(world)
    world.call("CreateGroup", UserPoolId=pool, GroupName="all")
    for number in range(5):
        world.call("AdminAddUserToGroup", UserPoolId=pool, GroupName="all", Username=f"user-{number}")
    got = pages(world, "ListUsersInGroup", "Users", "NextToken", UserPoolId=pool, GroupName="all", Limit=2)
    expect(sorted(sum(got, [])) == [f"user-{n}" for n in range(5)], "not everybody")
    expect(all(len(page) <= 2 for page in got), "a page is too long")


@scenario("3.4:179", "A user is in at most 100 groups; one more is an error that the model declares")
def _(world):
    pool = world.pool()
    one = world.person(pool, password=None)
    for number in range(101):
        world.call("CreateGroup", UserPoolId=pool, GroupName=f"group-{number}")
    for number in range(100):
        world.call("AdminAddUserToGroup", **one, GroupName=f"group-{number}")
    refused("InvalidParameterException", world.call, "AdminAddUserToGroup", **one, GroupName="group-100")


@scenario("3.4:182", "An attribute value above 2,048 bytes is an InvalidParameterException")
def _(world):
    pool = world.pool()
    one = world.person(pool, password=None)
    status, answer = world.peer.raw("cognito-idp", "AdminUpdateUserAttributes",
                                    {**one, "UserAttributes": [{"Name": "name", "Value": "x" * 2049}]})
    expect(status == 400, "accepted")
    expect(answer.get("__type") == "InvalidParameterException", answer.get("__type"))


@scenario("3.4:193", "A name of a user above 128 characters is an InvalidParameterException")
def _(world):
    status, answer = world.peer.raw("cognito-idp", "AdminCreateUser", {"UserPoolId": world.pool(), "Username": "x" * 129})
    expect(status == 400, "accepted")
    expect(answer.get("__type") == "InvalidParameterException", answer.get("__type"))


@scenario("4.6:243", "A new user is FORCE_CHANGE_PASSWORD and enabled")
def _(world):
    pool = world.pool()
    world.person(pool, password=None)
    user = world.user(pool)
    expect(user["UserStatus"] == "FORCE_CHANGE_PASSWORD" and user["Enabled"], user["UserStatus"])


@scenario("11.3:487", "AdminSetUserPassword confirms when permanent, and not when temporary")
def _(world):
    pool = world.pool()
    one = world.person(pool)
    expect(world.user(pool)["UserStatus"] == "CONFIRMED", world.user(pool)["UserStatus"])
    world.call("AdminSetUserPassword", **one, Password=PASSWORD + "x", Permanent=False)
    expect(world.user(pool)["UserStatus"] == "FORCE_CHANGE_PASSWORD", world.user(pool)["UserStatus"])


@scenario("11.3:488", "AdminResetUserPassword needs a verified address or number")
def _(world):
    pool = world.pool()
    refused("InvalidParameterException", world.call, "AdminResetUserPassword", **world.person(pool))


@scenario("11.3:488", "AdminResetUserPassword sets RESET_REQUIRED")
def _(world):
    pool = world.pool()
    world.call("AdminResetUserPassword", **world.person(pool, email="a@example.com", email_verified="true"))
    expect(world.user(pool)["UserStatus"] == "RESET_REQUIRED", world.user(pool)["UserStatus"])


@scenario("11.3:488", "AdminResetUserPassword is refused for FORCE_CHANGE_PASSWORD")
def _(world):
    pool = world.pool()
    one = world.person(pool, password=None, email="a@example.com", email_verified="true")
    refused("NotAuthorizedException", world.call, "AdminResetUserPassword", **one)


@scenario("API:AdminCreateUser", "RESEND is refused for somebody who has confirmed")
def _(world):
    pool = world.pool()
    refused("UnsupportedUserStateException", world.call, "AdminCreateUser", **world.person(pool), MessageAction="RESEND")


@scenario("11.3:489", "Changing an address clears its verified flag")
def _(world):
    pool = world.pool()
    one = world.person(pool, email="a@example.com", email_verified="true")
    world.call("AdminUpdateUserAttributes", **one, UserAttributes=[{"Name": "email", "Value": "b@example.com"}])
    expect(world.user(pool)["Attributes"].get("email_verified", "false") == "false", "still verified")


@scenario("11.3:489", "An address that is changed and verified in one request is verified")
def _(world):
    pool = world.pool()
    one = world.person(pool, email="a@example.com", email_verified="true")
    world.call("AdminUpdateUserAttributes", **one, UserAttributes=[
        {"Name": "email", "Value": "b@example.com"}, {"Name": "email_verified", "Value": "true"}])
    got = world.user(pool)["Attributes"]
    expect((got["email"], got["email_verified"]) == ("b@example.com", "true"), "not verified")


@scenario("11.3:489", "A pool that verifies before updating keeps the old address until the code comes", door=True)
def _(world):
    pool = world.pool(AutoVerifiedAttributes=["email"],
                      UserAttributeUpdateSettings={"AttributesRequireVerificationBeforeUpdate": ["email"]})
    one = world.person(pool, email="a@example.com", email_verified="true")
    world.call("AdminUpdateUserAttributes", **one, UserAttributes=[{"Name": "email", "Value": "b@example.com"}])
    expect(world.user(pool)["Attributes"]["email"] == "a@example.com", "changed at once")
    token = world.tokens(world.client(pool))["AccessToken"]
    world.call("VerifyUserAttribute", AccessToken=token, AttributeName="email", Code=world.peer.code("ada", pool))
    got = world.user(pool)["Attributes"]
    expect((got["email"], got["email_verified"]) == ("b@example.com", "true"), "not changed by the code")


@scenario("11.3:491", "The group with the lowest precedence gives the preferred role")
def _(world):
    from scenarios_tokens import claims

    pool, client = world.ready()
    for name, precedence in (("low", 9), ("high", 1)):
        world.call("CreateGroup", UserPoolId=pool, GroupName=name, Precedence=precedence,
                   RoleArn=f"arn:aws:iam::123456789012:role/{name}")
        world.call("AdminAddUserToGroup", UserPoolId=pool, Username="ada", GroupName=name)
    token = claims(world.tokens(client)["IdToken"])
    expect(token.get("cognito:preferred_role") == "arn:aws:iam::123456789012:role/high", "no preferred role")
    expect(sorted(token.get("cognito:roles", [])) == [f"arn:aws:iam::123456789012:role/{n}" for n in ("high", "low")], "no roles")


@scenario("11.3:491", "Two groups of the same precedence with different roles give no preferred role")
def _(world):
    from scenarios_tokens import claims

    pool, client = world.ready()
    for name in ("one", "two"):
        world.call("CreateGroup", UserPoolId=pool, GroupName=name, Precedence=1, RoleArn=f"arn:aws:iam::123456789012:role/{name}")
        world.call("AdminAddUserToGroup", UserPoolId=pool, Username="ada", GroupName=name)
    expect("cognito:preferred_role" not in claims(world.tokens(client)["IdToken"]), "a preferred role")


@scenario("3.4:185", "At most 5 identities are linked to one user")
def _(world):
    pool = world.pool()
    world.person(pool)
    details = {"client_id": "a", "client_secret": "b", "authorize_scopes": "openid", "oidc_issuer": "https://idp.example",
               "attributes_request_method": "GET", "authorize_url": "https://idp.example/a", "token_url": "https://idp.example/t",
               "attributes_url": "https://idp.example/u", "jwks_uri": "https://idp.example/j"}
    for number in range(6):
        world.call("CreateIdentityProvider", UserPoolId=pool, ProviderName=f"Partner{number}", ProviderType="OIDC", ProviderDetails=details)
    link = lambda number: world.call(
        "AdminLinkProviderForUser", UserPoolId=pool,
        DestinationUser={"ProviderName": "Cognito", "ProviderAttributeValue": "ada"},
        SourceUser={"ProviderName": f"Partner{number}", "ProviderAttributeName": "Cognito_Subject", "ProviderAttributeValue": "1"})
    for number in range(5):
        link(number)
    refused("LimitExceededException", link, 5)


@scenario("11.1:474", "An immutable attribute cannot be changed")
def _(world):
    pool = world.pool(Schema=[{"Name": "tenant", "AttributeDataType": "String", "Mutable": False}])
    one = world.person(pool, custom_tenant="a")
    refused("InvalidParameterException", world.call, "AdminUpdateUserAttributes", **one,
            UserAttributes=[{"Name": "custom:tenant", "Value": "b"}])


@scenario("API:SignUp", "A required attribute must be given")
def _(world):
    pool = world.pool(Schema=[{"Name": "family_name", "Required": True, "Mutable": True}])
    client = world.client(pool)
    refused("InvalidParameterException", world.call, "SignUp", ClientId=client["ClientId"], Username="ada", Password=PASSWORD)


@scenario("6.1:348", "sub cannot be set")
def _(world):
    refused("InvalidParameterException", world.call, "AdminUpdateUserAttributes", **world.person(world.pool()),
            UserAttributes=[{"Name": "sub", "Value": "1"}])


@scenario("11.1:474", "User names differ by case in a pool made without UsernameConfiguration")
def _(world):
    pool = world.pool()
    world.person(pool, "Ada")
    world.person(pool, "ada")


@scenario("11.1:474", "User names do not differ by case where the pool says so")
def _(world):
    pool = world.pool(UsernameConfiguration={"CaseSensitive": False})
    world.person(pool, "Ada")
    refused("UsernameExistsException", world.person, pool, "ada")
    expect(world.user(pool, "aDA")["UserStatus"] == "CONFIRMED", "not found")


@scenario("5.3:296", "With e-mail as user name, the address is the name and the sub is the stored name")
def _(world):
    pool = world.pool(UsernameAttributes=["email"])
    world.person(pool, "ada@example.com")
    user = world.user(pool, "ada@example.com")
    expect(user["Username"] == user["Attributes"]["sub"], "the name is not the sub")
    expect(user["Attributes"]["email"] == "ada@example.com", "no address")
    refused("InvalidParameterException", world.person, pool, "ada")
    refused("UsernameExistsException", world.person, pool, "ada@example.com")


@scenario("11.3:486", "A verified alias that somebody has is an AliasExistsException; by force it moves")
def _(world):
    pool = world.pool(AliasAttributes=["email"])
    world.person(pool, "first", email="a@example.com", email_verified="true")
    members = {"UserPoolId": pool, "Username": "second", "MessageAction": "SUPPRESS", "UserAttributes": [
        {"Name": "email", "Value": "a@example.com"}, {"Name": "email_verified", "Value": "true"}]}
    refused("AliasExistsException", world.call, "AdminCreateUser", **members)
    world.call("AdminCreateUser", **members, ForceAliasCreation=True)
    expect(world.user(pool, "first")["Attributes"].get("email_verified", "false") == "false", "two have it")


@scenario("11.3:486", "One signs in with an alias once it is verified")
def _(world):
    pool = world.pool(AliasAttributes=["email"])
    client = world.client(pool)
    one = world.person(pool, email="a@example.com")
    refused("NotAuthorizedException" if client.get("PreventUserExistenceErrors") == "ENABLED" else "UserNotFoundException",
            world.tokens, client, "a@example.com")
    world.call("AdminUpdateUserAttributes", **one, UserAttributes=[{"Name": "email_verified", "Value": "true"}])
    world.tokens(client, "a@example.com")


@scenario("API:AdminAddUserToGroup", "Adding to an unknown group is a ResourceNotFoundException, and of an unknown user a UserNotFoundException")
def _(world):
    pool = world.pool()
    one = world.person(pool)
    refused("ResourceNotFoundException", world.call, "AdminAddUserToGroup", **one, GroupName="none")
    world.call("CreateGroup", UserPoolId=pool, GroupName="some")
    refused("UserNotFoundException", world.call, "AdminAddUserToGroup", UserPoolId=pool, Username="none", GroupName="some")
    refused("GroupExistsException", world.call, "CreateGroup", UserPoolId=pool, GroupName="some")


@scenario("API:AdminDeleteUser", "Deleting somebody takes them out of their groups")
def _(world):
    pool = world.pool()
    world.call("CreateGroup", UserPoolId=pool, GroupName="some")
    one = world.person(pool)
    world.call("AdminAddUserToGroup", **one, GroupName="some")
    world.call("AdminDeleteUser", **one)
    world.person(pool)
    expect(world.call("ListUsersInGroup", UserPoolId=pool, GroupName="some")["Users"] == [], "still there")
