//! What replaces settings as a whole. Nothing of it is about a user, so nothing makes anybody billable.

use model::call::{Operation, QuotaCategory};

use super::free;

/// Makes a pool.
pub const CREATE_USER_POOL: Operation =
    free("CreateUserPool", "cognito-idp:CreateUserPool", QuotaCategory::UserPoolUpdate);

/// Deletes a pool.
pub const DELETE_USER_POOL: Operation =
    free("DeleteUserPool", "cognito-idp:DeleteUserPool", QuotaCategory::UserPoolUpdate);

/// Makes an identity pool.
pub const CREATE_IDENTITY_POOL: Operation =
    free("CreateIdentityPool", "cognito-identity:CreateIdentityPool", QuotaCategory::IdentityPoolUpdate);

/// Deletes an identity pool.
pub const DELETE_IDENTITY_POOL: Operation =
    free("DeleteIdentityPool", "cognito-identity:DeleteIdentityPool", QuotaCategory::IdentityPoolUpdate);

/// Replaces a pool's settings.
pub const UPDATE_USER_POOL: Operation =
    free("UpdateUserPool", "cognito-idp:UpdateUserPool", QuotaCategory::UserPoolUpdate);

/// Replaces how people prove a second factor.
pub const SET_USER_POOL_MFA_CONFIG: Operation =
    free("SetUserPoolMfaConfig", "cognito-idp:SetUserPoolMfaConfig", QuotaCategory::UserPoolResourceUpdate);

/// Replaces an app client's settings.
pub const UPDATE_USER_POOL_CLIENT: Operation =
    free("UpdateUserPoolClient", "cognito-idp:UpdateUserPoolClient", QuotaCategory::UserPoolClientUpdate);

/// Makes an app client.
pub const CREATE_USER_POOL_CLIENT: Operation =
    free("CreateUserPoolClient", "cognito-idp:CreateUserPoolClient", QuotaCategory::UserPoolClientUpdate);

/// Deletes an app client.
pub const DELETE_USER_POOL_CLIENT: Operation =
    free("DeleteUserPoolClient", "cognito-idp:DeleteUserPoolClient", QuotaCategory::UserPoolClientUpdate);

/// Replaces threat protection of a pool or of one client.
pub const SET_RISK_CONFIGURATION: Operation =
    free("SetRiskConfiguration", "cognito-idp:SetRiskConfiguration", QuotaCategory::UserPoolResourceUpdate);

/// Replaces an identity pool's settings.
pub const UPDATE_IDENTITY_POOL: Operation =
    free("UpdateIdentityPool", "cognito-identity:UpdateIdentityPool", QuotaCategory::IdentityPoolUpdate);

/// Replaces the roles of an identity pool. Whoever does it has to be allowed to pass the roles (`iam:PassRole`).
pub const SET_IDENTITY_POOL_ROLES: Operation =
    free("SetIdentityPoolRoles", "cognito-identity:SetIdentityPoolRoles", QuotaCategory::IdentityPoolUpdate);

/// A resource server and its scopes.
pub const DESCRIBE_RESOURCE_SERVER: Operation =
    resource("DescribeResourceServer", "cognito-idp:DescribeResourceServer", false);

/// Makes a resource server.
pub const CREATE_RESOURCE_SERVER: Operation =
    resource("CreateResourceServer", "cognito-idp:CreateResourceServer", true);

/// Replaces a resource server's name and scopes.
pub const UPDATE_RESOURCE_SERVER: Operation =
    resource("UpdateResourceServer", "cognito-idp:UpdateResourceServer", true);

/// Deletes a resource server.
pub const DELETE_RESOURCE_SERVER: Operation =
    resource("DeleteResourceServer", "cognito-idp:DeleteResourceServer", true);

/// Makes a provider of identities.
pub const CREATE_IDENTITY_PROVIDER: Operation =
    resource("CreateIdentityProvider", "cognito-idp:CreateIdentityProvider", true);

/// Changes a provider of identities.
pub const UPDATE_IDENTITY_PROVIDER: Operation =
    resource("UpdateIdentityProvider", "cognito-idp:UpdateIdentityProvider", true);

/// Deletes a provider of identities.
pub const DELETE_IDENTITY_PROVIDER: Operation =
    resource("DeleteIdentityProvider", "cognito-idp:DeleteIdentityProvider", true);

/// Takes a domain for the login pages.
pub const CREATE_USER_POOL_DOMAIN: Operation =
    resource("CreateUserPoolDomain", "cognito-idp:CreateUserPoolDomain", true);

/// Changes the pages or the certificate of a domain.
pub const UPDATE_USER_POOL_DOMAIN: Operation =
    resource("UpdateUserPoolDomain", "cognito-idp:UpdateUserPoolDomain", true);

/// Gives a domain up.
pub const DELETE_USER_POOL_DOMAIN: Operation =
    resource("DeleteUserPoolDomain", "cognito-idp:DeleteUserPoolDomain", true);

/// Adds custom attributes to a pool. They stay for good.
pub const ADD_CUSTOM_ATTRIBUTES: Operation = resource("AddCustomAttributes", "cognito-idp:AddCustomAttributes", true);

/// Makes a second secret of an app client. AWS names no category; taken for one that changes clients.
pub const ADD_USER_POOL_CLIENT_SECRET: Operation =
    free("AddUserPoolClientSecret", "cognito-idp:AddUserPoolClientSecret", QuotaCategory::UserPoolClientUpdate);

/// Deletes one of two secrets of an app client. AWS names no category, as for making one.
pub const DELETE_USER_POOL_CLIENT_SECRET: Operation =
    free("DeleteUserPoolClientSecret", "cognito-idp:DeleteUserPoolClientSecret", QuotaCategory::UserPoolClientUpdate);

/// Replaces which logs a pool exports. AWS names no category.
pub const SET_LOG_DELIVERY_CONFIGURATION: Operation =
    free("SetLogDeliveryConfiguration", "cognito-idp:SetLogDeliveryConfiguration", QuotaCategory::Unmetered);

/// Replaces which claims of a provider become session tags.
pub const SET_PRINCIPAL_TAG_ATTRIBUTE_MAP: Operation = free(
    "SetPrincipalTagAttributeMap",
    "cognito-identity:SetPrincipalTagAttributeMap",
    QuotaCategory::IdentityPoolUpdate,
);

/// How managed login looks for an app client.
pub const DESCRIBE_MANAGED_LOGIN_BRANDING_BY_CLIENT: Operation =
    resource("DescribeManagedLoginBrandingByClient", "cognito-idp:DescribeManagedLoginBrandingByClient", false);

/// Gives an app client a style of managed login.
pub const CREATE_MANAGED_LOGIN_BRANDING: Operation =
    resource("CreateManagedLoginBranding", "cognito-idp:CreateManagedLoginBranding", true);

/// Changes a style of managed login.
pub const UPDATE_MANAGED_LOGIN_BRANDING: Operation =
    resource("UpdateManagedLoginBranding", "cognito-idp:UpdateManagedLoginBranding", true);

/// Deletes a style of managed login.
pub const DELETE_MANAGED_LOGIN_BRANDING: Operation =
    resource("DeleteManagedLoginBranding", "cognito-idp:DeleteManagedLoginBranding", true);

/// How the classic hosted pages look, for all app clients or for one.
pub const GET_UI_CUSTOMIZATION: Operation = resource("GetUICustomization", "cognito-idp:GetUICustomization", false);

/// Changes how the classic hosted pages look.
pub const SET_UI_CUSTOMIZATION: Operation = resource("SetUICustomization", "cognito-idp:SetUICustomization", true);

const fn resource(name: &'static str, iam_action: &'static str, writes: bool) -> Operation {
    let category = if writes { QuotaCategory::UserPoolResourceUpdate } else { QuotaCategory::UserPoolResourceRead };
    free(name, iam_action, category)
}

/// All that replace settings, or make and delete what has settings; and what describes these alone.
pub const WHOLES: [Operation; 33] = [
    CREATE_USER_POOL,
    DELETE_USER_POOL,
    CREATE_IDENTITY_POOL,
    DELETE_IDENTITY_POOL,
    UPDATE_USER_POOL,
    SET_USER_POOL_MFA_CONFIG,
    UPDATE_USER_POOL_CLIENT,
    CREATE_USER_POOL_CLIENT,
    DELETE_USER_POOL_CLIENT,
    SET_RISK_CONFIGURATION,
    UPDATE_IDENTITY_POOL,
    SET_IDENTITY_POOL_ROLES,
    DESCRIBE_RESOURCE_SERVER,
    CREATE_RESOURCE_SERVER,
    UPDATE_RESOURCE_SERVER,
    DELETE_RESOURCE_SERVER,
    CREATE_IDENTITY_PROVIDER,
    UPDATE_IDENTITY_PROVIDER,
    DELETE_IDENTITY_PROVIDER,
    CREATE_USER_POOL_DOMAIN,
    UPDATE_USER_POOL_DOMAIN,
    DELETE_USER_POOL_DOMAIN,
    ADD_CUSTOM_ATTRIBUTES,
    ADD_USER_POOL_CLIENT_SECRET,
    DELETE_USER_POOL_CLIENT_SECRET,
    SET_LOG_DELIVERY_CONFIGURATION,
    SET_PRINCIPAL_TAG_ATTRIBUTE_MAP,
    DESCRIBE_MANAGED_LOGIN_BRANDING_BY_CLIENT,
    CREATE_MANAGED_LOGIN_BRANDING,
    UPDATE_MANAGED_LOGIN_BRANDING,
    DELETE_MANAGED_LOGIN_BRANDING,
    GET_UI_CUSTOMIZATION,
    SET_UI_CUSTOMIZATION,
];
