"""§8: identity pools."""

from scenarios import expect, refused, scenario
from scenarios_tokens import claims

SERVICE = "cognito-identity"
ROLE = "arn:aws:iam::123456789012:role/"


class Bank:
    """A user pool with a signed-in person, and an identity pool that trusts it."""

    def __init__(self, world, guests=True, classic=False, **person):
        self.call = lambda name, **members: world.call(name, SERVICE, **members)
        self.world = world
        self.pool, self.client = world.ready()
        self.provider = f"cognito-idp.eu-west-1.amazonaws.com/{self.pool}"
        trusted = [{"ProviderName": self.provider, "ClientId": self.client["ClientId"], "ServerSideTokenCheck": True}]
        made = self.call("CreateIdentityPool", IdentityPoolName="bank", AllowUnauthenticatedIdentities=guests,
                         AllowClassicFlow=classic, CognitoIdentityProviders=trusted, DeveloperProviderName="login.example")
        self.id = made["IdentityPoolId"]

    def roles(self, mappings=None):
        roles = {"authenticated": ROLE + "in", "unauthenticated": ROLE + "out"}
        self.call("SetIdentityPoolRoles", IdentityPoolId=self.id, Roles=roles, **({"RoleMappings": mappings} if mappings else {}))

    def logins(self):
        return {self.provider: self.world.tokens(self.client)["IdToken"]}

    def identity(self, **logins):
        return self.call("GetId", IdentityPoolId=self.id, **logins)["IdentityId"]

    def group(self, name, precedence, role):
        world = self.world
        world.call("CreateGroup", UserPoolId=self.pool, GroupName=name, Precedence=precedence, RoleArn=ROLE + role)
        world.call("AdminAddUserToGroup", UserPoolId=self.pool, Username="ada", GroupName=name)

    def mapping(self, **mapping):
        return {f"{self.provider}:{self.client['ClientId']}": mapping}

    def session(self, **more):
        """Whose role the credentials are of, as sts:GetCallerIdentity says."""
        import boto3

        logins = self.logins()
        got = self.call("GetCredentialsForIdentity", IdentityId=self.identity(Logins=logins), Logins=logins, **more)["Credentials"]
        sts = boto3.client("sts", endpoint_url=self.world.peer.endpoint, region_name="eu-west-1", aws_access_key_id=got["AccessKeyId"],
                           aws_secret_access_key=got["SecretKey"], aws_session_token=got["SessionToken"])
        return sts.get_caller_identity()["Arn"]


@scenario("8:415", "A signed-in person has one identity, of the form region:guid, each time the same")
def _(world):
    bank = Bank(world)
    one = bank.identity(Logins=bank.logins())
    expect(one.startswith("eu-west-1:") and one == bank.identity(Logins=bank.logins()), "another")


@scenario("API:GetId", "Every guest is a new identity; where guests are not allowed: NotAuthorizedException")
def _(world):
    bank = Bank(world)
    expect(bank.identity() != bank.identity(), "the same")
    refused("NotAuthorizedException", Bank(world, guests=False).identity)


@scenario("8:416", "Credentials hold SecretKey, and live an hour")
def _(world):
    bank = Bank(world)
    bank.roles()
    logins = bank.logins()
    got = bank.call("GetCredentialsForIdentity", IdentityId=bank.identity(Logins=logins), Logins=logins)["Credentials"]
    expect({"AccessKeyId", "SecretKey", "SessionToken", "Expiration"} <= set(got), "other members")
    life = got["Expiration"].timestamp() - world.peer.now()
    expect(3500 <= life <= 3700, "another life")


@scenario("API:GetCredentialsForIdentity", "Without roles there are no credentials: InvalidIdentityPoolConfigurationException")
def _(world):
    bank = Bank(world)
    logins = bank.logins()
    identity = bank.identity(Logins=logins)
    refused("InvalidIdentityPoolConfigurationException", bank.call, "GetCredentialsForIdentity", IdentityId=identity, Logins=logins)


@scenario("API:GetId", "A token that is altered, or of another pool, is a NotAuthorizedException")
def _(world):
    bank = Bank(world)
    token = bank.logins()[bank.provider]
    refused("NotAuthorizedException", bank.identity, Logins={bank.provider: token[:-6] + "AAAAAA"})
    _, other = world.ready()
    refused("NotAuthorizedException", bank.identity, Logins={bank.provider: world.tokens(other)["IdToken"]})


@scenario("8:419", "An access token is no login")
def _(world):
    bank = Bank(world)
    refused("NotAuthorizedException", bank.identity, Logins={bank.provider: world.tokens(bank.client)["AccessToken"]})


@scenario("API:GetCredentialsForIdentity", "An identity with logins is not served without them")
def _(world):
    bank = Bank(world)
    bank.roles()
    identity = bank.identity(Logins=bank.logins())
    refused("NotAuthorizedException", bank.call, "GetCredentialsForIdentity", IdentityId=identity)


@scenario("8:420", "The role of the signed-in is the authenticated role")
def _(world):
    bank = Bank(world)
    bank.roles()
    expect(":assumed-role/in/" in bank.session(), "another role")


@scenario("8:421", "Roles by token: the preferred role of the groups")
def _(world):
    bank = Bank(world)
    bank.group("high", 1, "high")
    bank.group("low", 2, "low")
    bank.roles(bank.mapping(Type="Token", AmbiguousRoleResolution="Deny"))
    expect(":assumed-role/high/" in bank.session(), "another role")


@scenario("8:421", "Roles by token: a custom role must be among the roles of the token")
def _(world):
    bank = Bank(world)
    bank.group("high", 1, "high")
    bank.group("low", 2, "low")
    bank.roles(bank.mapping(Type="Token", AmbiguousRoleResolution="Deny"))
    expect(":assumed-role/low/" in bank.session(CustomRoleArn=ROLE + "low"), "another role")
    refused("NotAuthorizedException", bank.session, CustomRoleArn=ROLE + "other")


@scenario("8:421", "Roles by token: an ambiguous role is denied, or the authenticated role")
def _(world):
    bank = Bank(world)
    bank.group("one", 1, "one")
    bank.group("two", 1, "two")
    bank.roles(bank.mapping(Type="Token", AmbiguousRoleResolution="Deny"))
    refused("NotAuthorizedException", bank.session)
    bank.roles(bank.mapping(Type="Token", AmbiguousRoleResolution="AuthenticatedRole"))
    expect(":assumed-role/in/" in bank.session(), "another role")


def rules(*rules, otherwise="Deny"):
    return {"Type": "Rules", "AmbiguousRoleResolution": otherwise,
            "RulesConfiguration": {"Rules": [dict(zip(("Claim", "MatchType", "Value", "RoleARN"), rule)) for rule in rules]}}


@scenario("8:420", "Roles by rules: the first that matches; NotEqual passes over a claim that is absent")
def _(world):
    bank = Bank(world)
    bank.roles(bank.mapping(**rules(("custom:none", "NotEqual", "x", ROLE + "absent"), ("cognito:username", "StartsWith", "a", ROLE + "first"),
                                    ("cognito:username", "Equals", "ada", ROLE + "second"))))
    expect(":assumed-role/first/" in bank.session(), "another role")


@scenario("8:420", "Roles by rules: where none matches, denied")
def _(world):
    bank = Bank(world)
    bank.roles(bank.mapping(**rules(("cognito:username", "Contains", "zzz", ROLE + "none"))))
    refused("NotAuthorizedException", bank.session)


@scenario("8:417", "The basic flow gives an OpenID token for 10 minutes, and is refused with role mappings")
def _(world):
    bank = Bank(world, classic=True)
    bank.roles()
    logins = bank.logins()
    identity = bank.identity(Logins=logins)
    token = claims(bank.call("GetOpenIdToken", IdentityId=identity, Logins=logins)["Token"])
    expect((token["sub"], token["aud"]) == (identity, bank.id), "other claims")
    expect(token["exp"] - token["iat"] == 600, "another life")
    bank.roles(bank.mapping(Type="Token", AmbiguousRoleResolution="Deny"))
    refused("InvalidParameterException", bank.call, "GetOpenIdToken", IdentityId=identity, Logins=logins)


@scenario("8:418", "Developer identities: found, merged, and a token of a chosen life")
def _(world):
    bank = Bank(world)
    make = lambda name: bank.call("GetOpenIdTokenForDeveloperIdentity", IdentityPoolId=bank.id, Logins={"login.example": name}, TokenDuration=60)
    one = make("one")
    token = claims(one["Token"])
    expect(token["exp"] - token["iat"] == 60, "another life")
    expect(make("one")["IdentityId"] == one["IdentityId"], "another identity")
    make("two")
    merged = bank.call("MergeDeveloperIdentities", IdentityPoolId=bank.id, DeveloperProviderName="login.example",
                       SourceUserIdentifier="one", DestinationUserIdentifier="two")["IdentityId"]
    found = bank.call("LookupDeveloperIdentity", IdentityPoolId=bank.id, IdentityId=merged, MaxResults=10)
    expect(sorted(found["DeveloperUserIdentifierList"]) == ["one", "two"], "others")


@scenario("8:422", "UpdateIdentityPool resets what it does not name; SetIdentityPoolRoles replaces")
def _(world):
    bank = Bank(world)
    bank.roles(bank.mapping(Type="Token", AmbiguousRoleResolution="Deny"))
    bank.roles()
    expect(not bank.call("GetIdentityPoolRoles", IdentityPoolId=bank.id).get("RoleMappings"), "the mappings stay")
    bank.call("UpdateIdentityPool", IdentityPoolId=bank.id, IdentityPoolName="bank", AllowUnauthenticatedIdentities=True)
    expect(not bank.call("DescribeIdentityPool", IdentityPoolId=bank.id).get("CognitoIdentityProviders"), "the providers stay")


@scenario("8:425", "ListIdentities shows logins; DescribeIdentity too; deleted ones are gone")
def _(world):
    bank = Bank(world)
    identity = bank.identity(Logins=bank.logins())
    listed = bank.call("ListIdentities", IdentityPoolId=bank.id, MaxResults=60)["Identities"]
    expect([i["Logins"] for i in listed if i["IdentityId"] == identity] == [[bank.provider]], "no logins")
    bank.call("DeleteIdentities", IdentityIdsToDelete=[identity])
    refused("ResourceNotFoundException", bank.call, "DescribeIdentity", IdentityId=identity)


@scenario("8:426", "With ServerSideTokenCheck, the token of somebody who was signed out is refused")
def _(world):
    bank = Bank(world)
    bank.roles()
    logins = bank.logins()
    identity = bank.identity(Logins=logins)
    world.call("AdminUserGlobalSignOut", UserPoolId=bank.pool, Username="ada")
    refused("NotAuthorizedException", bank.call, "GetCredentialsForIdentity", IdentityId=identity, Logins=logins)


@scenario("8:423", "Principal tags are kept by provider")
def _(world):
    bank = Bank(world)
    named = {"IdentityPoolId": bank.id, "IdentityProviderName": bank.provider}
    bank.call("SetPrincipalTagAttributeMap", **named, UseDefaults=False, PrincipalTags={"team": "custom:team"})
    expect(bank.call("GetPrincipalTagAttributeMap", **named).get("PrincipalTags") == {"team": "custom:team"}, "others")
