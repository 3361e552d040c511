//! Every AWS operation that this crate calls, with its IAM action, quota category and MAU class.
//!
//! The classes follow AWS's list of what makes a user active. `ListUsersInGroup` is not named there; it is a listing
//! in the same category as `ListUsers` and not a question about one user, so it is held to be free as well.

use model::call::{MauEffect, Operation, QuotaCategory};

mod wholes;
mod writes;

pub use wholes::*;
pub use writes::*;

/// Pages of users, by filter or all (60 at most).
pub const LIST_USERS: Operation = free("ListUsers", "cognito-idp:ListUsers", QuotaCategory::UserList);

/// Pages of a group's members.
pub const LIST_USERS_IN_GROUP: Operation =
    free("ListUsersInGroup", "cognito-idp:ListUsersInGroup", QuotaCategory::UserList);

/// Pages of a pool's groups.
pub const LIST_GROUPS: Operation = free("ListGroups", "cognito-idp:ListGroups", QuotaCategory::UserPoolResourceRead);

/// Pages of an account's pools in one Region.
pub const LIST_USER_POOLS: Operation = free("ListUserPools", "cognito-idp:ListUserPools", QuotaCategory::UserPoolRead);

/// A pool's settings, schema and estimated size.
pub const DESCRIBE_USER_POOL: Operation =
    free("DescribeUserPool", "cognito-idp:DescribeUserPool", QuotaCategory::UserPoolRead);

/// Pages of a pool's imports from CSV files.
pub const LIST_USER_IMPORT_JOBS: Operation =
    free("ListUserImportJobs", "cognito-idp:ListUserImportJobs", QuotaCategory::UserPoolResourceRead);

/// Who AWS says we are. Needs no permission.
pub const GET_CALLER_IDENTITY: Operation = free("GetCallerIdentity", "sts:GetCallerIdentity", QuotaCategory::Unmetered);

/// Sums of what CloudWatch counts. AWS charges for each metric, and nobody becomes active by it.
pub const GET_METRIC_DATA: Operation = free("GetMetricData", "cloudwatch:GetMetricData", QuotaCategory::Unmetered);

/// Who may call a function.
pub const GET_POLICY: Operation = free("GetPolicy", "lambda:GetPolicy", QuotaCategory::Unmetered);

/// A function's runtime, times and environment.
pub const GET_FUNCTION_CONFIGURATION: Operation =
    free("GetFunctionConfiguration", "lambda:GetFunctionConfiguration", QuotaCategory::Unmetered);

/// Who may take a role.
pub const GET_ROLE: Operation = free("GetRole", "iam:GetRole", QuotaCategory::Unmetered);

/// Pages of the managed policies of a role.
pub const LIST_ATTACHED_ROLE_POLICIES: Operation =
    free("ListAttachedRolePolicies", "iam:ListAttachedRolePolicies", QuotaCategory::Unmetered);

/// Pages of the names of a role's own policies.
pub const LIST_ROLE_POLICIES: Operation = free("ListRolePolicies", "iam:ListRolePolicies", QuotaCategory::Unmetered);

/// A role's own policy.
pub const GET_ROLE_POLICY: Operation = free("GetRolePolicy", "iam:GetRolePolicy", QuotaCategory::Unmetered);

/// Which version of a managed policy holds. Lambda has an operation of the same name: [`GET_POLICY`].
pub const GET_MANAGED_POLICY: Operation = free("GetPolicy", "iam:GetPolicy", QuotaCategory::Unmetered);

/// A version of a managed policy.
pub const GET_POLICY_VERSION: Operation = free("GetPolicyVersion", "iam:GetPolicyVersion", QuotaCategory::Unmetered);

/// Pages of the limits that an account has of a service.
pub const LIST_SERVICE_QUOTAS: Operation =
    free("ListServiceQuotas", "servicequotas:ListServiceQuotas", QuotaCategory::Unmetered);

/// Pages of a pool's app clients.
pub const LIST_USER_POOL_CLIENTS: Operation =
    free("ListUserPoolClients", "cognito-idp:ListUserPoolClients", QuotaCategory::UserPoolClientRead);

/// An app client's settings, its secret included.
pub const DESCRIBE_USER_POOL_CLIENT: Operation =
    free("DescribeUserPoolClient", "cognito-idp:DescribeUserPoolClient", QuotaCategory::UserPoolClientRead);

/// A pool's public keys (`/.well-known/jwks.json`). Needs no permission.
pub const JWKS: Operation = free("JWKS", "", QuotaCategory::Unmetered);

/// Begins a sign-in.
pub const INITIATE_AUTH: Operation =
    bills("InitiateAuth", "cognito-idp:InitiateAuth", QuotaCategory::UserAuthentication);

/// Begins a sign-in as an administrator.
pub const ADMIN_INITIATE_AUTH: Operation =
    bills("AdminInitiateAuth", "cognito-idp:AdminInitiateAuth", QuotaCategory::UserAuthentication);

/// Answers a challenge.
pub const RESPOND_TO_AUTH_CHALLENGE: Operation =
    bills("RespondToAuthChallenge", "cognito-idp:RespondToAuthChallenge", QuotaCategory::UserAuthentication);

/// Answers a challenge as an administrator.
pub const ADMIN_RESPOND_TO_AUTH_CHALLENGE: Operation =
    bills("AdminRespondToAuthChallenge", "cognito-idp:AdminRespondToAuthChallenge", QuotaCategory::UserAuthentication);

/// Begins enrolling an authenticator app. The sign-in that it is part of counts, it does not.
pub const ASSOCIATE_SOFTWARE_TOKEN: Operation =
    free("AssociateSoftwareToken", "cognito-idp:AssociateSoftwareToken", QuotaCategory::UserResourceUpdate);

/// Ends enrolling an authenticator app.
pub const VERIFY_SOFTWARE_TOKEN: Operation =
    free("VerifySoftwareToken", "cognito-idp:VerifySoftwareToken", QuotaCategory::UserResourceUpdate);

/// Registers a device. Authorised by the user's own access token.
pub const CONFIRM_DEVICE: Operation =
    free("ConfirmDevice", "cognito-idp:ConfirmDevice", QuotaCategory::UserResourceUpdate);

/// Whose access token this is. Authorised by the user's own access token.
pub const GET_USER: Operation = free("GetUser", "cognito-idp:GetUser", QuotaCategory::UserRead);

/// Signs a user out everywhere.
pub const GLOBAL_SIGN_OUT: Operation = bills("GlobalSignOut", "cognito-idp:GlobalSignOut", QuotaCategory::UserUpdate);

/// Pages of an account's identity pools in one Region.
pub const LIST_IDENTITY_POOLS: Operation =
    free("ListIdentityPools", "cognito-identity:ListIdentityPools", QuotaCategory::IdentityPoolRead);

/// An identity pool's settings.
pub const DESCRIBE_IDENTITY_POOL: Operation =
    free("DescribeIdentityPool", "cognito-identity:DescribeIdentityPool", QuotaCategory::IdentityPoolRead);

/// Pages of the identities in an identity pool.
pub const LIST_IDENTITIES: Operation =
    free("ListIdentities", "cognito-identity:ListIdentities", QuotaCategory::IdentityPoolRead);

/// One identity: its logins and its dates.
pub const DESCRIBE_IDENTITY: Operation =
    free("DescribeIdentity", "cognito-identity:DescribeIdentity", QuotaCategory::IdentityPoolRead);

/// The roles of an identity pool and how they are chosen.
pub const GET_IDENTITY_POOL_ROLES: Operation =
    free("GetIdentityPoolRoles", "cognito-identity:GetIdentityPoolRoles", QuotaCategory::IdentityPoolRead);

/// Which claims of a provider become session tags.
pub const GET_PRINCIPAL_TAG_ATTRIBUTE_MAP: Operation = free(
    "GetPrincipalTagAttributeMap",
    "cognito-identity:GetPrincipalTagAttributeMap",
    QuotaCategory::IdentityPoolRead,
);

/// The identity of a login; makes one for who has none. Public. Identities are free.
pub const GET_ID: Operation = free("GetId", "cognito-identity:GetId", QuotaCategory::IdentityExchange);

/// AWS credentials of an identity: the enhanced flow. Public.
pub const GET_CREDENTIALS_FOR_IDENTITY: Operation =
    free("GetCredentialsForIdentity", "cognito-identity:GetCredentialsForIdentity", QuotaCategory::IdentityExchange);

/// A token of an identity for STS: the basic flow. Public.
pub const GET_OPEN_ID_TOKEN: Operation =
    free("GetOpenIdToken", "cognito-identity:GetOpenIdToken", QuotaCategory::IdentityExchange);

/// Credentials of a role for such a token. Public.
pub const ASSUME_ROLE_WITH_WEB_IDENTITY: Operation =
    free("AssumeRoleWithWebIdentity", "sts:AssumeRoleWithWebIdentity", QuotaCategory::Unmetered);

/// A ticket for AWS's console in exchange for credentials (`Action=getSigninToken`). Needs no permission.
pub const GET_SIGNIN_TOKEN: Operation = free("GetSigninToken", "", QuotaCategory::Unmetered);

/// How people prove a second factor.
pub const GET_USER_POOL_MFA_CONFIG: Operation =
    free("GetUserPoolMfaConfig", "cognito-idp:GetUserPoolMfaConfig", QuotaCategory::UserPoolResourceRead);

/// Threat protection of a pool or of one client.
pub const DESCRIBE_RISK_CONFIGURATION: Operation =
    free("DescribeRiskConfiguration", "cognito-idp:DescribeRiskConfiguration", QuotaCategory::UserPoolResourceRead);

/// Which logs a pool exports. AWS names no category.
pub const GET_LOG_DELIVERY_CONFIGURATION: Operation =
    free("GetLogDeliveryConfiguration", "cognito-idp:GetLogDeliveryConfiguration", QuotaCategory::Unmetered);

/// The Regions that a pool is replicated to. AWS names no category.
pub const LIST_USER_POOL_REPLICAS: Operation =
    free("ListUserPoolReplicas", "cognito-idp:ListUserPoolReplicas", QuotaCategory::Unmetered);

/// A domain of a pool.
pub const DESCRIBE_USER_POOL_DOMAIN: Operation =
    free("DescribeUserPoolDomain", "cognito-idp:DescribeUserPoolDomain", QuotaCategory::UserPoolResourceRead);

/// Pages of a pool's SAML, OIDC and social providers.
pub const LIST_IDENTITY_PROVIDERS: Operation =
    free("ListIdentityProviders", "cognito-idp:ListIdentityProviders", QuotaCategory::UserPoolResourceRead);

/// One such provider, its secret included.
pub const DESCRIBE_IDENTITY_PROVIDER: Operation =
    free("DescribeIdentityProvider", "cognito-idp:DescribeIdentityProvider", QuotaCategory::UserPoolResourceRead);

/// Pages of a pool's resource servers.
pub const LIST_RESOURCE_SERVERS: Operation =
    free("ListResourceServers", "cognito-idp:ListResourceServers", QuotaCategory::UserPoolResourceRead);

/// The tags of a pool.
pub const LIST_TAGS_FOR_RESOURCE: Operation =
    free("ListTagsForResource", "cognito-idp:ListTagsForResource", QuotaCategory::UserPoolResourceRead);

/// Ids and dates of a client's secrets. AWS names no category; taken for one that reads clients.
pub const LIST_USER_POOL_CLIENT_SECRETS: Operation =
    free("ListUserPoolClientSecrets", "cognito-idp:ListUserPoolClientSecrets", QuotaCategory::UserPoolClientRead);

/// The rate that the account has of a category.
pub const GET_PROVISIONED_LIMIT: Operation =
    free("GetProvisionedLimit", "cognito-idp:GetProvisionedLimit", QuotaCategory::LimitManagement);

/// New tokens for a refresh token, where `REFRESH_TOKEN_AUTH` is closed too.
pub const GET_TOKENS_FROM_REFRESH_TOKEN: Operation =
    bills("GetTokensFromRefreshToken", "cognito-idp:GetTokensFromRefreshToken", QuotaCategory::UserAuthentication);

/// A machine's access token without a domain.
pub const GET_CLIENT_TOKEN: Operation =
    free("GetClientToken", "cognito-idp:GetClientToken", QuotaCategory::ClientAuthentication);

/// Ends one refresh token and what came of it.
pub const REVOKE_TOKEN: Operation = bills("RevokeToken", "cognito-idp:RevokeToken", QuotaCategory::UserToken);

/// Creates an account as its owner.
pub const SIGN_UP: Operation = bills("SignUp", "cognito-idp:SignUp", QuotaCategory::UserCreation);

/// Confirms a new account with a code.
pub const CONFIRM_SIGN_UP: Operation = bills("ConfirmSignUp", "cognito-idp:ConfirmSignUp", QuotaCategory::UserCreation);

/// Sends the code of a new account again.
pub const RESEND_CONFIRMATION_CODE: Operation = Operation {
    name: "ResendConfirmationCode",
    iam_action: "cognito-idp:ResendConfirmationCode",
    category: QuotaCategory::UserCreation,
    mau: MauEffect::Undocumented,
};

/// Sends a code for a new password.
pub const FORGOT_PASSWORD: Operation =
    bills("ForgotPassword", "cognito-idp:ForgotPassword", QuotaCategory::UserAccountRecovery);

/// Sets a new password with such a code.
pub const CONFIRM_FORGOT_PASSWORD: Operation =
    bills("ConfirmForgotPassword", "cognito-idp:ConfirmForgotPassword", QuotaCategory::UserAccountRecovery);

/// Changes the password. Authorised by the user's own access token.
pub const CHANGE_PASSWORD: Operation =
    free("ChangePassword", "cognito-idp:ChangePassword", QuotaCategory::UserAccountRecovery);

/// Says that a device is to be remembered. Authorised by the user's own access token.
pub const UPDATE_DEVICE_STATUS: Operation =
    free("UpdateDeviceStatus", "cognito-idp:UpdateDeviceStatus", QuotaCategory::UserResourceUpdate);

/// Forgets a device. Authorised by the user's own access token.
pub const FORGET_DEVICE: Operation =
    free("ForgetDevice", "cognito-idp:ForgetDevice", QuotaCategory::UserResourceUpdate);

/// The token endpoint for people (`/oauth2/token`), under CloudTrail's name. Needs no permission.
pub const TOKEN_ENDPOINT: Operation = bills("Token_POST", "", QuotaCategory::UserAuthentication);

/// The token endpoint for machines (`/oauth2/token`). Needs no permission.
pub const CLIENT_CREDENTIALS: Operation = free("ClientCredentials", "", QuotaCategory::ClientAuthentication);

/// What an access token shows of its user (`/oauth2/userInfo`). Needs no permission.
pub const USER_INFO: Operation = free("UserInfo_GET", "", QuotaCategory::Unmetered);

/// The columns of a pool's import.
pub const GET_CSV_HEADER: Operation =
    free("GetCSVHeader", "cognito-idp:GetCSVHeader", QuotaCategory::UserPoolResourceRead);

/// Makes an import. Imports make nobody active.
pub const CREATE_USER_IMPORT_JOB: Operation =
    free("CreateUserImportJob", "cognito-idp:CreateUserImportJob", QuotaCategory::UserPoolResourceUpdate);

/// Starts an import.
pub const START_USER_IMPORT_JOB: Operation =
    free("StartUserImportJob", "cognito-idp:StartUserImportJob", QuotaCategory::UserPoolResourceUpdate);

/// Stops an import.
pub const STOP_USER_IMPORT_JOB: Operation =
    free("StopUserImportJob", "cognito-idp:StopUserImportJob", QuotaCategory::UserPoolResourceUpdate);

/// How far an import has come.
pub const DESCRIBE_USER_IMPORT_JOB: Operation =
    free("DescribeUserImportJob", "cognito-idp:DescribeUserImportJob", QuotaCategory::UserPoolResourceRead);

/// Puts the file of an import to S3 at the address that Cognito signed. Needs no permission.
pub const UPLOAD_IMPORT: Operation = free("PutObject", "", QuotaCategory::Unmetered);

/// All that read and sign in; what changes users and groups is in [`WRITES`].
pub const ALL: [Operation; 71] = [
    LIST_USERS,
    LIST_USERS_IN_GROUP,
    LIST_GROUPS,
    LIST_USER_POOLS,
    DESCRIBE_USER_POOL,
    LIST_USER_IMPORT_JOBS,
    GET_CSV_HEADER,
    CREATE_USER_IMPORT_JOB,
    START_USER_IMPORT_JOB,
    STOP_USER_IMPORT_JOB,
    DESCRIBE_USER_IMPORT_JOB,
    UPLOAD_IMPORT,
    GET_CALLER_IDENTITY,
    GET_METRIC_DATA,
    GET_POLICY,
    GET_FUNCTION_CONFIGURATION,
    GET_ROLE,
    LIST_ATTACHED_ROLE_POLICIES,
    LIST_ROLE_POLICIES,
    GET_ROLE_POLICY,
    GET_MANAGED_POLICY,
    GET_POLICY_VERSION,
    LIST_SERVICE_QUOTAS,
    LIST_USER_POOL_CLIENTS,
    DESCRIBE_USER_POOL_CLIENT,
    JWKS,
    INITIATE_AUTH,
    ADMIN_INITIATE_AUTH,
    RESPOND_TO_AUTH_CHALLENGE,
    ADMIN_RESPOND_TO_AUTH_CHALLENGE,
    ASSOCIATE_SOFTWARE_TOKEN,
    VERIFY_SOFTWARE_TOKEN,
    CONFIRM_DEVICE,
    GET_USER,
    GLOBAL_SIGN_OUT,
    LIST_IDENTITY_POOLS,
    DESCRIBE_IDENTITY_POOL,
    LIST_IDENTITIES,
    DESCRIBE_IDENTITY,
    GET_IDENTITY_POOL_ROLES,
    GET_PRINCIPAL_TAG_ATTRIBUTE_MAP,
    GET_ID,
    GET_CREDENTIALS_FOR_IDENTITY,
    GET_OPEN_ID_TOKEN,
    ASSUME_ROLE_WITH_WEB_IDENTITY,
    GET_SIGNIN_TOKEN,
    GET_USER_POOL_MFA_CONFIG,
    DESCRIBE_RISK_CONFIGURATION,
    GET_LOG_DELIVERY_CONFIGURATION,
    LIST_USER_POOL_REPLICAS,
    DESCRIBE_USER_POOL_DOMAIN,
    LIST_IDENTITY_PROVIDERS,
    DESCRIBE_IDENTITY_PROVIDER,
    LIST_RESOURCE_SERVERS,
    LIST_TAGS_FOR_RESOURCE,
    LIST_USER_POOL_CLIENT_SECRETS,
    GET_PROVISIONED_LIMIT,
    GET_TOKENS_FROM_REFRESH_TOKEN,
    GET_CLIENT_TOKEN,
    REVOKE_TOKEN,
    SIGN_UP,
    CONFIRM_SIGN_UP,
    RESEND_CONFIRMATION_CODE,
    FORGOT_PASSWORD,
    CONFIRM_FORGOT_PASSWORD,
    CHANGE_PASSWORD,
    UPDATE_DEVICE_STATUS,
    FORGET_DEVICE,
    TOKEN_ENDPOINT,
    CLIENT_CREDENTIALS,
    USER_INFO,
];

const fn bills(name: &'static str, iam_action: &'static str, category: QuotaCategory) -> Operation {
    Operation { name, iam_action, category, mau: MauEffect::MayBill }
}

const fn free(name: &'static str, iam_action: &'static str, category: QuotaCategory) -> Operation {
    Operation { name, iam_action, category, mau: MauEffect::Free }
}
