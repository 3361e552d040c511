"""Identity pools."""

from walk_directory import PASSWORD
from walk_pool import ROLE
from walk_sign_in import sign_in

SERVICE = "cognito-identity"


def run(walk):
    do = lambda name, **members: walk.do(name, SERVICE, **members)
    provider = f"cognito-idp.eu-west-1.amazonaws.com/{walk.pool}"
    settings = {
        "IdentityPoolName": "everything", "AllowUnauthenticatedIdentities": True, "AllowClassicFlow": True,
        "DeveloperProviderName": "login.example", "IdentityPoolTags": {"stage": "test"},
        "CognitoIdentityProviders": [{"ProviderName": provider, "ClientId": walk.client, "ServerSideTokenCheck": False}],
    }
    pool = do("CreateIdentityPool", **settings).get("IdentityPoolId", "eu-west-1:00000000-0000-4000-8000-000000000000")
    named = {"IdentityPoolId": pool}
    do("DescribeIdentityPool", **named)
    do("UpdateIdentityPool", **named, **settings)
    do("ListIdentityPools", MaxResults=10)
    do("SetIdentityPoolRoles", **named, Roles={"authenticated": ROLE, "unauthenticated": ROLE})
    do("GetIdentityPoolRoles", **named)
    do("SetPrincipalTagAttributeMap", **named, IdentityProviderName=provider, UseDefaults=False, PrincipalTags={"team": "custom:team"})
    do("GetPrincipalTagAttributeMap", **named, IdentityProviderName=provider)
    arn = f"arn:aws:cognito-identity:eu-west-1:123456789012:identitypool/{pool}"
    do("TagResource", ResourceArn=arn, Tags={"cost": "one"})
    do("ListTagsForResource", ResourceArn=arn)
    do("UntagResource", ResourceArn=arn, TagKeys=["cost"])
    token = sign_in(walk, "new", PASSWORD).get("IdToken", "none")
    one = do("GetId", **named, Logins={provider: token}).get("IdentityId", "eu-west-1:00000000-0000-4000-8000-000000000000")
    do("GetCredentialsForIdentity", IdentityId=one, Logins={provider: token})
    do("GetOpenIdToken", IdentityId=one, Logins={provider: token})
    do("DescribeIdentity", IdentityId=one)
    do("ListIdentities", **named, MaxResults=10)
    do("UnlinkIdentity", IdentityId=one, Logins={provider: token}, LoginsToRemove=[provider])
    guest = do("GetId", **named).get("IdentityId", "eu-west-1:00000000-0000-4000-8000-000000000000")
    do("GetCredentialsForIdentity", IdentityId=guest)
    developer(walk, pool)
    do("DeleteIdentities", IdentityIdsToDelete=[guest])
    do("DeleteIdentityPool", **named)


def developer(walk, pool):
    do = lambda name, **members: walk.do(name, SERVICE, **members)
    first = do("GetOpenIdTokenForDeveloperIdentity", IdentityPoolId=pool, Logins={"login.example": "one"}, TokenDuration=600)
    do("GetOpenIdTokenForDeveloperIdentity", IdentityPoolId=pool, Logins={"login.example": "two"})
    do("LookupDeveloperIdentity", IdentityPoolId=pool, DeveloperUserIdentifier="one", MaxResults=10)
    do("MergeDeveloperIdentities", IdentityPoolId=pool, DeveloperProviderName="login.example",
       SourceUserIdentifier="one", DestinationUserIdentifier="two")
    identity = do("LookupDeveloperIdentity", IdentityPoolId=pool, DeveloperUserIdentifier="two")
    do("UnlinkDeveloperIdentity", IdentityPoolId=pool, DeveloperProviderName="login.example", DeveloperUserIdentifier="two",
       IdentityId=identity.get("IdentityId") or first.get("IdentityId") or "eu-west-1:00000000-0000-4000-8000-000000000000")
