//! What is written whole: which operation describes it, which one writes it, and what of its description AWS alone says.

use serde::{Deserialize, Serialize};

/// What is written whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    /// A pool (`UpdateUserPool`).
    Pool,
    /// How people prove a second factor (`SetUserPoolMfaConfig`).
    Mfa,
    /// An app client (`UpdateUserPoolClient`).
    Client,
    /// Threat protection of a pool (`SetRiskConfiguration`).
    Risk,
    /// Threat protection of an app client that has rules of its own (`SetRiskConfiguration`); without them it follows the pool.
    ClientRisk,
    /// An identity pool (`UpdateIdentityPool`).
    IdentityPool,
    /// The roles of an identity pool (`SetIdentityPoolRoles`).
    Roles,
    /// A server of your own with its scopes (`UpdateResourceServer`).
    ResourceServer,
    /// A provider of identities (`UpdateIdentityProvider`).
    Provider,
    /// Where the login pages are (`UpdateUserPoolDomain`).
    Domain,
    /// A custom attribute, which only comes (`AddCustomAttributes`).
    Attribute,
    /// A secret of an app client, which comes and goes (`AddUserPoolClientSecret`).
    ClientSecret,
    /// Which logs a pool exports (`SetLogDeliveryConfiguration`).
    Logs,
    /// Which claims of a provider become session tags in an identity pool (`SetPrincipalTagAttributeMap`).
    PrincipalTags,
    /// How managed login looks for a client (`UpdateManagedLoginBranding`).
    Style,
    /// How the classic hosted pages look, for all clients or for one (`SetUICustomization`).
    ClassicStyle,
}

/// The client for which the classic pages look as for all that have no style of their own.
pub(super) const EVERY_CLIENT: &str = "ALL";

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 16] = [
        Self::Pool,
        Self::Mfa,
        Self::Client,
        Self::Risk,
        Self::ClientRisk,
        Self::IdentityPool,
        Self::Roles,
        Self::ResourceServer,
        Self::Provider,
        Self::Domain,
        Self::Attribute,
        Self::ClientSecret,
        Self::Logs,
        Self::PrincipalTags,
        Self::Style,
        Self::ClassicStyle,
    ];

    /// The operation that describes it.
    #[must_use]
    pub fn describes(self) -> &'static str {
        match self {
            Self::Pool | Self::Attribute => "DescribeUserPool",
            Self::Mfa => "GetUserPoolMfaConfig",
            Self::Client => "DescribeUserPoolClient",
            Self::Risk | Self::ClientRisk => "DescribeRiskConfiguration",
            Self::IdentityPool => "DescribeIdentityPool",
            Self::Roles => "GetIdentityPoolRoles",
            Self::ResourceServer => "DescribeResourceServer",
            Self::Provider => "DescribeIdentityProvider",
            Self::Domain => "DescribeUserPoolDomain",
            Self::ClientSecret => "ListUserPoolClientSecrets",
            Self::Logs => "GetLogDeliveryConfiguration",
            Self::PrincipalTags => "GetPrincipalTagAttributeMap",
            Self::Style => "DescribeManagedLoginBrandingByClient",
            Self::ClassicStyle => "GetUICustomization",
        }
    }

    /// The operation that writes it.
    #[must_use]
    pub fn writes(self) -> &'static str {
        match self {
            Self::Pool => "UpdateUserPool",
            Self::Mfa => "SetUserPoolMfaConfig",
            Self::Client => "UpdateUserPoolClient",
            Self::Risk | Self::ClientRisk => "SetRiskConfiguration",
            Self::IdentityPool => "UpdateIdentityPool",
            Self::Roles => "SetIdentityPoolRoles",
            Self::ResourceServer => "UpdateResourceServer",
            Self::Provider => "UpdateIdentityProvider",
            Self::Domain => "UpdateUserPoolDomain",
            Self::Attribute => "AddCustomAttributes",
            Self::ClientSecret => "AddUserPoolClientSecret",
            Self::Logs => "SetLogDeliveryConfiguration",
            Self::PrincipalTags => "SetPrincipalTagAttributeMap",
            Self::Style => "UpdateManagedLoginBranding",
            Self::ClassicStyle => "SetUICustomization",
        }
    }

    /// The kind that an operation describes, or writes where what describes it tells of another kind as well; `None` when it
    /// does neither.
    #[must_use]
    pub fn described_by(operation: &str) -> Option<Self> {
        let described = Self::ALL.into_iter().find(|kind| kind.describes() == operation);
        described.or_else(|| Self::ALL.into_iter().find(|kind| kind.writes() == operation))
    }

    /// What another operation tells of the same thing, and so has to stay as it is, too.
    #[must_use]
    pub fn beside(self) -> Option<Self> {
        match self {
            Self::Pool => Some(Self::Mfa),
            Self::Mfa => Some(Self::Pool),
            _ => None,
        }
    }

    /// Whether it is of an identity pool, which has an API of its own.
    #[must_use]
    pub fn is_of_identity_pool(self) -> bool {
        matches!(self, Self::IdentityPool | Self::Roles | Self::PrincipalTags)
    }

    /// Where the object is in the described body; empty for the whole body.
    #[must_use]
    pub fn root(self) -> &'static str {
        match self {
            Self::Pool => "/UserPool",
            Self::Client => "/UserPoolClient",
            Self::Risk | Self::ClientRisk => "/RiskConfiguration",
            Self::Mfa | Self::IdentityPool | Self::Roles | Self::PrincipalTags => "",
            Self::ResourceServer => "/ResourceServer",
            Self::Provider => "/IdentityProvider",
            Self::Domain => "/DomainDescription",
            Self::Attribute => "/SchemaAttribute",
            Self::ClientSecret => "/ClientSecret",
            Self::Logs => "/LogDeliveryConfiguration",
            Self::Style => "/ManagedLoginBranding",
            Self::ClassicStyle => "/UICustomization",
        }
    }

    /// What AWS tells and does not take. The ids of what is written are put back by whoever sends it.
    pub(super) fn told(self) -> &'static [&'static str] {
        match self {
            Self::Pool => &[
                "AliasAttributes",
                "Arn",
                "CreationDate",
                "CustomDomain",
                "Domain",
                "EmailConfigurationFailure",
                "EstimatedNumberOfUsers",
                "Id",
                "LastModifiedDate",
                "SchemaAttributes",
                "SmsConfigurationFailure",
                "Status",
                "UsernameAttributes",
                "UsernameConfiguration",
            ],
            Self::Client => &["ClientId", "ClientSecret", "CreationDate", "LastModifiedDate", "UserPoolId"],
            Self::Risk | Self::ClientRisk => &["ClientId", "LastModifiedDate", "UserPoolId"],
            Self::IdentityPool | Self::Roles => &["IdentityPoolId"],
            Self::Mfa => &[],
            Self::ResourceServer => &["Identifier", "UserPoolId"],
            Self::Provider => &["CreationDate", "LastModifiedDate", "ProviderName", "ProviderType", "UserPoolId"],
            Self::Domain => {
                &["AWSAccountId", "CloudFrontDistribution", "Domain", "S3Bucket", "Status", "UserPoolId", "Version"]
            }
            Self::Attribute => &["Name"],
            Self::ClientSecret => &["ClientSecretCreateDate", "ClientSecretId", "ClientSecretValue"],
            Self::Logs => &["UserPoolId"],
            Self::PrincipalTags => &["IdentityPoolId", "IdentityProviderName"],
            Self::Style => &["CreationDate", "LastModifiedDate", "ManagedLoginBrandingId", "UserPoolId"],
            Self::ClassicStyle => {
                &["CSSVersion", "ClientId", "CreationDate", "ImageUrl", "LastModifiedDate", "UserPoolId"]
            }
        }
    }
}
