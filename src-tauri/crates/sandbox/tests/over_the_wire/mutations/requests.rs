//! Every operation of both services, and members that they take.

use sandbox::Description;
use serde_json::{Map, Value, json};

/// Services and operations, whether the sandbox knows them or not.
pub(crate) fn operations() -> Vec<(&'static str, &'static str)> {
    let of = |service: &'static str, names: &'static str| names.split_whitespace().map(move |name| (service, name));
    of("AWSCognitoIdentityProviderService", USER_POOLS).chain(of("AWSCognitoIdentityService", IDENTITY_POOLS)).collect()
}

/// A request that fits most operations somewhat.
pub(crate) fn members(about: &Description) -> Map<String, Value> {
    let person = &about.people[0];
    let secret = about.clients.iter().find_map(|client| client.secret.clone()).unwrap_or_default();
    let provider = format!("cognito-idp.{}.amazonaws.com/{}", about.region, about.user_pool_id);
    let parameters = json!({ "USERNAME": person.username, "PASSWORD": person.password, "SRP_A": "1a2b3c",
        "REFRESH_TOKEN": "x", "SECRET_HASH": "x", "DEVICE_KEY": "eu-west-1_0", "PREFERRED_CHALLENGE": "PASSWORD" });
    let responses = json!({ "USERNAME": person.username, "ANSWER": "SMS_MFA", "SMS_MFA_CODE": "000000",
        "SOFTWARE_TOKEN_MFA_CODE": "000000", "NEW_PASSWORD": "Abcdef1!", "PASSWORD_CLAIM_SIGNATURE": "AAAA",
        "PASSWORD_CLAIM_SECRET_BLOCK": "AAAA", "TIMESTAMP": "Tue Feb 1 03:04:05 UTC 2000", "SRP_A": "ff" });
    let text = json!({
        "UserPoolId": about.user_pool_id, "IdentityPoolId": about.identity_pool_id,
        "ClientId": about.clients[0].id, "ClientSecret": secret, "SecretHash": "AAAA", "Secret": secret,
        "Username": person.username, "Password": person.password, "TemporaryPassword": "Abcdef1!",
        "PreviousPassword": person.password, "ProposedPassword": "Abcdef1!", "AccessToken": "x", "Token": "x",
        "RefreshToken": "x", "Session": "0123456789012345678901", "AuthFlow": "USER_PASSWORD_AUTH",
        "AuthParameters": parameters, "ChallengeName": "SOFTWARE_TOKEN_MFA", "ChallengeResponses": responses,
        "ConfirmationCode": "123456", "UserCode": "123456", "Code": "123456", "AttributeName": "email",
        "GroupName": "beta", "PoolName": "made", "ClientName": "made", "Name": "made", "Identifier": "made",
        "Description": "made", "RoleArn": "arn:aws:iam::123456789012:role/made", "Precedence": 3,
        "Filter": "email ^= \"m\"", "Limit": 10, "MaxResults": 10, "NextToken": "x", "PaginationToken": "x",
        "UserAttributes": [{ "Name": "email", "Value": "a@b.example" }], "UserAttributeNames": ["name"],
        "AttributesToGet": ["sub"], "MessageAction": "SUPPRESS", "Permanent": true, "DeviceKey": "eu-west-1_0",
        "DeviceSecretVerifierConfig": { "PasswordVerifier": "AAAA", "Salt": "AAAA" },
        "DeviceRememberedStatus": "remembered", "Domain": "made", "JobName": "made", "JobId": "import-a",
        "CloudWatchLogsRoleArn": "arn:aws:iam::123456789012:role/made", "ProviderName": "made", "ProviderType": "OIDC",
        "ProviderDetails": { "client_id": "a", "authorize_scopes": "openid", "oidc_issuer": "https://a.example" },
        "IdpIdentifier": "made", "Scopes": [{ "ScopeName": "read", "ScopeDescription": "Reads" }],
        "ResourceArn": format!("arn:aws:cognito-idp:{}:123456789012:userpool/{}", about.region, about.user_pool_id),
        "Tags": { "a": "b" }, "TagKeys": ["a"], "MfaConfiguration": "OPTIONAL", "EventId": "a",
        "SoftwareTokenMfaConfiguration": { "Enabled": true }, "FeedbackValue": "Valid", "FeedbackToken": "x",
        "SMSMfaSettings": { "Enabled": true, "PreferredMfa": true }, "SoftwareTokenMfaSettings": { "Enabled": true },
        "MFAOptions": [{ "DeliveryMedium": "SMS", "AttributeName": "phone_number" }],
        "DestinationUser": { "ProviderName": "Cognito", "ProviderAttributeValue": person.username },
        "SourceUser": { "ProviderName": "made", "ProviderAttributeName": "Cognito_Subject", "ProviderAttributeValue": "1" },
        "User": { "ProviderName": "made", "ProviderAttributeName": "Cognito_Subject", "ProviderAttributeValue": "1" },
    });
    let rest = json!({
        "CustomAttributes": [{ "Name": "made", "AttributeDataType": "String" }],
        "Schema": [{ "Name": "made", "AttributeDataType": "Number", "NumberAttributeConstraints": { "MinValue": "1" } }],
        "Policies": { "PasswordPolicy": { "MinimumLength": 8 } }, "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH"],
        "CallbackURLs": ["https://a.example"], "AllowedOAuthFlows": ["code"], "AllowedOAuthScopes": ["openid"],
        "TokenValidityUnits": { "AccessToken": "minutes" }, "AccessTokenValidity": 30, "RefreshTokenValidity": 1,
        "IdentityId": format!("{}:00000000-0000-4000-8000-000000000000", about.region),
        "IdentityPoolName": "made", "AllowUnauthenticatedIdentities": true, "Logins": { provider.clone(): "x" },
        "Roles": { "authenticated": "arn:aws:iam::123456789012:role/made" }, "IdentityProviderName": provider,
        "IdentityIdsToDelete": ["a"], "DeveloperProviderName": "made", "DeveloperUserIdentifier": "a",
        "RoleMappings": { provider: { "Type": "Rules", "AmbiguousRoleResolution": "Deny",
            "RulesConfiguration": { "Rules": [{ "Claim": "a", "MatchType": "Equals", "Value": "b",
                "RoleARN": "arn:aws:iam::123456789012:role/made" }] } } },
        "CompromisedCredentialsRiskConfiguration": { "Actions": { "EventAction": "BLOCK" } },
        "LogConfigurations": [{ "LogLevel": "ERROR", "EventSource": "userNotification" }],
        "LimitDefinition": { "LimitClass": "API_CATEGORY", "Attributes": { "Category": "UserRead" } },
        "RequestedLimitValue": 200, "CSS": ".a{}", "PreferredUsername": "a", "TokenDuration": 100,
        "ContextData": { "IpAddress": "127.0.0.1", "ServerName": "a", "ServerPath": "/", "HttpHeaders": [] },
        "UserContextData": { "EncodedData": "AAAA" }, "ClientMetadata": { "a": "b" }, "Credential": {},
    });
    [text, rest].into_iter().flat_map(|part| part.as_object().cloned().unwrap_or_default()).collect()
}

const USER_POOLS: &str = "
AddCustomAttributes AddUserPoolClientSecret AdminAddUserToGroup AdminConfirmSignUp AdminCreateUser
AdminDeleteSoftwareToken AdminDeleteUser AdminDeleteUserAttributes AdminDisableProviderForUser AdminDisableUser
AdminEnableUser AdminForgetDevice AdminGetDevice AdminGetUser AdminGetUserAuthFactors AdminInitiateAuth
AdminLinkProviderForUser AdminListDevices AdminListGroupsForUser AdminListUserAuthEvents AdminListUserSessions
AdminRemoveUserFromGroup AdminResetUserPassword AdminRespondToAuthChallenge AdminRevokeUserSession
AdminSetUserMFAPreference AdminSetUserPassword AdminSetUserSettings AdminUpdateAuthEventFeedback
AdminUpdateDeviceStatus AdminUpdateUserAttributes AdminUserGlobalSignOut AssociateSoftwareToken ChangePassword
CompleteWebAuthnRegistration ConfirmDevice ConfirmForgotPassword ConfirmSignUp CreateGroup CreateIdentityProvider
CreateManagedLoginBranding CreateResourceServer CreateTerms CreateUserImportJob CreateUserPool CreateUserPoolClient
CreateUserPoolDomain CreateUserPoolReplica DeleteGroup DeleteIdentityProvider DeleteManagedLoginBranding
DeleteResourceServer DeleteTerms DeleteUser DeleteUserAttributes DeleteUserPool DeleteUserPoolClient
DeleteUserPoolClientSecret DeleteUserPoolDomain DeleteUserPoolReplica DeleteWebAuthnCredential
DescribeIdentityProvider DescribeManagedLoginBranding DescribeManagedLoginBrandingByClient DescribeResourceServer
DescribeRiskConfiguration DescribeTerms DescribeTermsByClient DescribeUserImportJob DescribeUserPool
DescribeUserPoolClient DescribeUserPoolDomain ForgetDevice ForgotPassword GetCSVHeader GetClientToken
GetDerivedToken GetDevice GetGroup GetIdentityProviderByIdentifier GetLogDeliveryConfiguration GetProvisionedLimit
GetSigningCertificate GetTokensFromRefreshToken GetUICustomization GetUser GetUserAttributeVerificationCode
GetUserAuthFactors GetUserPoolClientSessionConfiguration GetUserPoolMfaConfig GetUserPoolSessionConfiguration
GlobalSignOut InitiateAuth ListDevices ListGroups ListIdentityProviders ListResourceServers ListTagsForResource
ListTerms ListUserImportJobs ListUserPoolClientSecrets ListUserPoolClients ListUserPoolReplicas ListUserPools
ListUserSessions ListUsers ListUsersInGroup ListWebAuthnCredentials ResendConfirmationCode RespondToAuthChallenge
RevokeToken RevokeUserSession SetLogDeliveryConfiguration SetRiskConfiguration SetUICustomization
SetUserMFAPreference SetUserPoolClientSessionConfiguration SetUserPoolMfaConfig SetUserPoolSessionConfiguration
SetUserSettings SignUp StartUserImportJob StartWebAuthnRegistration StopUserImportJob TagResource UntagResource
UpdateAuthEventFeedback UpdateDeviceStatus UpdateGroup UpdateIdentityProvider UpdateManagedLoginBranding
UpdateProvisionedLimit UpdateResourceServer UpdateTerms UpdateUserAttributes UpdateUserPool UpdateUserPoolClient
UpdateUserPoolDomain UpdateUserPoolReplica VerifySoftwareToken VerifyUserAttribute";

const IDENTITY_POOLS: &str = "
CreateIdentityPool DeleteIdentities DeleteIdentityPool DescribeIdentity DescribeIdentityPool
GetCredentialsForIdentity GetId GetIdentityPoolRoles GetOpenIdToken GetOpenIdTokenForDeveloperIdentity
GetPrincipalTagAttributeMap ListIdentities ListIdentityPools ListTagsForResource LookupDeveloperIdentity
MergeDeveloperIdentities SetIdentityPoolRoles SetPrincipalTagAttributeMap TagResource UnlinkDeveloperIdentity
UnlinkIdentity UntagResource UpdateIdentityPool";
