//! What replaces settings as a whole. Nothing of it is about a user, so nothing makes anybody billable.

use model::call::{Operation, QuotaCategory};

use super::free;

/// Replaces a pool's settings.
pub const UPDATE_USER_POOL: Operation =
    free("UpdateUserPool", "cognito-idp:UpdateUserPool", QuotaCategory::UserPoolUpdate);

/// Replaces how people prove a second factor.
pub const SET_USER_POOL_MFA_CONFIG: Operation =
    free("SetUserPoolMfaConfig", "cognito-idp:SetUserPoolMfaConfig", QuotaCategory::UserPoolResourceUpdate);

/// Replaces an app client's settings.
pub const UPDATE_USER_POOL_CLIENT: Operation =
    free("UpdateUserPoolClient", "cognito-idp:UpdateUserPoolClient", QuotaCategory::UserPoolClientUpdate);

/// Replaces threat protection of a pool or of one client.
pub const SET_RISK_CONFIGURATION: Operation =
    free("SetRiskConfiguration", "cognito-idp:SetRiskConfiguration", QuotaCategory::UserPoolResourceUpdate);

/// Replaces an identity pool's settings.
pub const UPDATE_IDENTITY_POOL: Operation =
    free("UpdateIdentityPool", "cognito-identity:UpdateIdentityPool", QuotaCategory::IdentityPoolUpdate);

/// Replaces the roles of an identity pool. Whoever does it has to be allowed to pass the roles (`iam:PassRole`).
pub const SET_IDENTITY_POOL_ROLES: Operation =
    free("SetIdentityPoolRoles", "cognito-identity:SetIdentityPoolRoles", QuotaCategory::IdentityPoolUpdate);

/// All that replace settings.
pub const WHOLES: [Operation; 6] = [
    UPDATE_USER_POOL,
    SET_USER_POOL_MFA_CONFIG,
    UPDATE_USER_POOL_CLIENT,
    SET_RISK_CONFIGURATION,
    UPDATE_IDENTITY_POOL,
    SET_IDENTITY_POOL_ROLES,
];
