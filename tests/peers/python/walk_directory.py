"""People and groups, as an administrator."""

PASSWORD = "Correct-Horse-1"


def run(walk):
    do, pool = walk.do, walk.pool
    one = {"UserPoolId": pool, "Username": "ada"}
    do("AdminCreateUser", **one, TemporaryPassword="Temporary-1", DesiredDeliveryMediums=["EMAIL"], ForceAliasCreation=False,
       UserAttributes=[{"Name": "email", "Value": "ada@example.com"}, {"Name": "email_verified", "Value": "true"},
                       {"Name": "phone_number", "Value": "+4915112345678"}, {"Name": "custom:team", "Value": "engines"}])
    do("AdminCreateUser", **one, MessageAction="RESEND")
    do("AdminGetUser", **one)
    do("AdminSetUserPassword", **one, Password=PASSWORD, Permanent=True)
    do("AdminUpdateUserAttributes", **one, UserAttributes=[{"Name": "name", "Value": "Ada Lovelace"}],
       ClientMetadata={"why": "test"})
    do("AdminDeleteUserAttributes", **one, UserAttributeNames=["custom:team"])
    do("AdminDisableUser", **one)
    do("AdminEnableUser", **one)
    do("AdminSetUserSettings", **one, MFAOptions=[{"DeliveryMedium": "SMS", "AttributeName": "phone_number"}])
    do("AdminSetUserSettings", **one, MFAOptions=[])
    do("AdminGetUserAuthFactors", **one)
    do("AdminSetUserMFAPreference", **one, SMSMfaSettings={"Enabled": False, "PreferredMfa": False})
    walk.refused("UserNotFoundException", "AdminGetUser", UserPoolId=pool, Username="nobody")
    walk.refused("UsernameExistsException", "AdminCreateUser", **one)
    group = {"UserPoolId": pool, "GroupName": "engineers"}
    do("CreateGroup", **group, Description="Who builds", Precedence=1, RoleArn="arn:aws:iam::123456789012:role/engineers")
    do("GetGroup", **group)
    do("UpdateGroup", **group, Precedence=2, Description="Who builds it", RoleArn="arn:aws:iam::123456789012:role/engineers")
    do("ListGroups", UserPoolId=pool, Limit=10)
    do("AdminAddUserToGroup", **one, GroupName="engineers")
    do("ListUsersInGroup", **group, Limit=10)
    do("AdminListGroupsForUser", **one, Limit=10)
    do("AdminRemoveUserFromGroup", **one, GroupName="engineers")
    do("AdminAddUserToGroup", **one, GroupName="engineers")
    do("CreateGroup", UserPoolId=pool, GroupName="gone")
    do("DeleteGroup", UserPoolId=pool, GroupName="gone")
    do("ListUsers", UserPoolId=pool, Limit=10, Filter='email ^= "ada"', AttributesToGet=["email"])
    do("AdminLinkProviderForUser", UserPoolId=pool,
       DestinationUser={"ProviderName": "Cognito", "ProviderAttributeValue": "ada"},
       SourceUser={"ProviderName": "Partner", "ProviderAttributeName": "Cognito_Subject", "ProviderAttributeValue": "42"})
    do("AdminDisableProviderForUser", UserPoolId=pool,
       User={"ProviderName": "Partner", "ProviderAttributeName": "Cognito_Subject", "ProviderAttributeValue": "42"})
    gone = {"UserPoolId": pool, "Username": "gone"}
    do("AdminCreateUser", **gone, MessageAction="SUPPRESS",
       UserAttributes=[{"Name": "email", "Value": "gone@example.com"}, {"Name": "email_verified", "Value": "true"}])
    do("AdminSetUserPassword", **gone, Password=PASSWORD, Permanent=True)
    do("AdminResetUserPassword", **gone)
    do("AdminUserGlobalSignOut", **gone)
    do("AdminDeleteUser", **gone)
