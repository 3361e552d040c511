//! An app client of a user pool, as far as signing in through it needs.

use serde::{Deserialize, Serialize};

use crate::ClientId;

/// What `DescribeUserPoolClient` tells, but for the secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppClient {
    /// The client.
    pub id: ClientId,
    /// Its name. Foreign text.
    pub name: String,
    /// Whether it has a secret, so that every call must prove to know it.
    pub has_secret: bool,
    /// `ExplicitAuthFlows` in their raw form; empty when none were set, which allows AWS's default.
    pub flows: Vec<String>,
    /// `AllowedOAuthFlows` in their raw form.
    pub oauth_flows: Vec<String>,
    /// `AllowedOAuthScopes`.
    pub scopes: Vec<String>,
    /// `CallbackURLs`.
    pub callback_urls: Vec<String>,
    /// `LogoutURLs`.
    pub logout_urls: Vec<String>,
    /// `SupportedIdentityProviders`.
    pub identity_providers: Vec<String>,
    /// `ReadAttributes`; empty when all may be read.
    pub read_attributes: Vec<String>,
    /// Whether refreshing gives a new refresh token.
    pub refresh_rotation: bool,
    /// `PreventUserExistenceErrors`: whether a wrong user name is answered like a wrong password.
    pub hides_users: bool,
    /// How its tokens are made.
    pub tokens: TokenSettings,
}

/// How long a client's tokens hold, and whether they can be revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TokenSettings {
    /// The life of an ID token, in seconds.
    pub id_seconds: u32,
    /// The life of an access token, in seconds.
    pub access_seconds: u32,
    /// Whether tokens carry `jti` and `origin_jti`: revocation or rotation is on.
    pub tracked: bool,
}

impl Default for TokenSettings {
    /// AWS's own: an hour, and revocation on.
    fn default() -> Self {
        Self { id_seconds: 3_600, access_seconds: 3_600, tracked: true }
    }
}

/// A way into a pool through `InitiateAuth` or `AdminInitiateAuth`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flow {
    /// `AuthFlow`.
    pub name: &'static str,
    /// Whether the administrator's operation is used.
    pub admin: bool,
    /// The values of `ExplicitAuthFlows` that allow it; any one will do.
    pub allowed_by: &'static [&'static str],
    /// What it is, in a sentence.
    pub meaning: &'static str,
}

/// Every flow, the usual ones first.
pub const FLOWS: [Flow; 6] = [
    Flow {
        name: "USER_SRP_AUTH",
        admin: false,
        allowed_by: &["ALLOW_USER_SRP_AUTH"],
        meaning: "The password is proved and never sent (SRP).",
    },
    Flow {
        name: "USER_PASSWORD_AUTH",
        admin: false,
        allowed_by: &["ALLOW_USER_PASSWORD_AUTH", "USER_PASSWORD_AUTH"],
        meaning: "The password is sent to Cognito.",
    },
    Flow {
        name: "ADMIN_USER_PASSWORD_AUTH",
        admin: true,
        allowed_by: &["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"],
        meaning: "A server with AWS credentials sends the password.",
    },
    Flow {
        name: "USER_AUTH",
        admin: false,
        allowed_by: &["ALLOW_USER_AUTH"],
        meaning: "The user chooses among password, codes and passkeys.",
    },
    Flow {
        name: "CUSTOM_AUTH",
        admin: false,
        allowed_by: &["ALLOW_CUSTOM_AUTH", "CUSTOM_AUTH_FLOW_ONLY"],
        meaning: "The pool's own triggers ask the questions.",
    },
    Flow {
        name: "REFRESH_TOKEN_AUTH",
        admin: false,
        allowed_by: &["ALLOW_REFRESH_TOKEN_AUTH", "ADMIN_NO_SRP_AUTH", "USER_PASSWORD_AUTH", "CUSTOM_AUTH_FLOW_ONLY"],
        meaning: "A refresh token gives new tokens without signing in again.",
    },
];

/// What AWS allows when `ExplicitAuthFlows` is left out.
const DEFAULT_FLOWS: [&str; 3] = ["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_CUSTOM_AUTH"];

impl AppClient {
    /// Whether the client allows the flow; `Err` with why not, in a sentence.
    ///
    /// # Errors
    /// The sentence.
    pub fn allows(&self, flow: &Flow) -> Result<(), Closed> {
        let has = |wanted: &str| {
            if self.flows.is_empty() { DEFAULT_FLOWS.contains(&wanted) } else { self.flows.iter().any(|f| f == wanted) }
        };
        if flow.name == "REFRESH_TOKEN_AUTH" && self.refresh_rotation {
            return Err(Closed::Rotation);
        }
        if flow.allowed_by.iter().any(|wanted| has(wanted)) {
            Ok(())
        } else {
            Err(Closed::NotAllowed(flow.allowed_by[0]))
        }
    }
}

/// Why a flow is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Closed {
    /// The client does not list it.
    #[error("The app client does not allow it: add {0} to its authentication flows.")]
    NotAllowed(&'static str),
    /// With rotation, `REFRESH_TOKEN_AUTH` is off.
    #[error("The client rotates refresh tokens, so GetTokensFromRefreshToken takes the place of this flow.")]
    Rotation,
}
