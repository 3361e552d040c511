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

/// Where a way to tokens begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// `InitiateAuth`.
    Initiate,
    /// `AdminInitiateAuth`, which is signed with credentials.
    AdminInitiate,
    /// One call that gives tokens at once.
    Direct,
    /// The pool's own domain, in a browser.
    Browser,
}

/// A way to tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flow {
    /// `AuthFlow`, the OAuth grant, or the operation.
    pub name: &'static str,
    /// Where it begins.
    pub door: Door,
    /// The values of `ExplicitAuthFlows` or `AllowedOAuthFlows` that allow it; any one will do. Empty when any client may.
    pub allowed_by: &'static [&'static str],
    /// What it is, in a sentence.
    pub meaning: &'static str,
}

impl Flow {
    /// Whether the administrator's operations are used, which are signed with credentials.
    #[must_use]
    pub fn admin(&self) -> bool {
        self.door == Door::AdminInitiate
    }

    /// Whether the client itself gets a token, and no user takes part.
    #[must_use]
    pub fn of_machine(&self) -> bool {
        matches!(self.name, "client_credentials" | "GetClientToken")
    }

    /// Whether a refresh token takes the place of a password.
    #[must_use]
    pub fn refreshes(&self) -> bool {
        matches!(self.name, "REFRESH_TOKEN_AUTH" | "GetTokensFromRefreshToken")
    }
}

/// Every way, the usual ones first.
pub const FLOWS: [Flow; 10] = [
    Flow {
        name: "USER_SRP_AUTH",
        door: Door::Initiate,
        allowed_by: &["ALLOW_USER_SRP_AUTH"],
        meaning: "The password is proved and never sent (SRP).",
    },
    Flow {
        name: "USER_PASSWORD_AUTH",
        door: Door::Initiate,
        allowed_by: &["ALLOW_USER_PASSWORD_AUTH", "USER_PASSWORD_AUTH"],
        meaning: "The password is sent to Cognito.",
    },
    Flow {
        name: "ADMIN_USER_PASSWORD_AUTH",
        door: Door::AdminInitiate,
        allowed_by: &["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"],
        meaning: "A server with AWS credentials sends the password.",
    },
    Flow {
        name: "USER_AUTH",
        door: Door::Initiate,
        allowed_by: &["ALLOW_USER_AUTH"],
        meaning: "The user chooses among password, codes and passkeys.",
    },
    Flow {
        name: "CUSTOM_AUTH",
        door: Door::Initiate,
        allowed_by: &["ALLOW_CUSTOM_AUTH", "CUSTOM_AUTH_FLOW_ONLY"],
        meaning: "The pool's own triggers ask the questions.",
    },
    Flow {
        name: "REFRESH_TOKEN_AUTH",
        door: Door::Initiate,
        allowed_by: &["ALLOW_REFRESH_TOKEN_AUTH", "ADMIN_NO_SRP_AUTH", "USER_PASSWORD_AUTH", "CUSTOM_AUTH_FLOW_ONLY"],
        meaning: "A refresh token gives new tokens without signing in again.",
    },
    Flow {
        name: "GetTokensFromRefreshToken",
        door: Door::Direct,
        allowed_by: &[],
        meaning: "A refresh token gives new tokens, with rotation or without.",
    },
    Flow {
        name: "authorization_code",
        door: Door::Browser,
        allowed_by: &["code"],
        meaning: "Hosted login in the browser, with PKCE; a code comes back.",
    },
    Flow {
        name: "client_credentials",
        door: Door::Direct,
        allowed_by: &["client_credentials"],
        meaning: "The client itself gets a token at the pool's domain; no user.",
    },
    Flow {
        name: "GetClientToken",
        door: Door::Direct,
        allowed_by: &["ALLOW_CLIENT_TOKEN_AUTH"],
        meaning: "The client itself gets a token without a domain; no user.",
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
        if matches!(flow.name, "authorization_code" | "client_credentials") {
            let granted = flow.allowed_by.iter().find(|wanted| !self.oauth_flows.iter().any(|flow| flow == *wanted));
            return granted.map_or(Ok(()), |missing| Err(Closed::NoGrant(missing)));
        }
        match flow.allowed_by.first() {
            Some(usual) if !flow.allowed_by.iter().any(|wanted| has(wanted)) => Err(Closed::NotAllowed(usual)),
            _ if flow.name == "GetClientToken" && !self.has_secret => Err(Closed::NoSecret),
            _ => Ok(()),
        }
    }
}

/// Why a flow is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Closed {
    /// The client does not list it.
    #[error("The app client does not allow it: add {0} to its authentication flows.")]
    NotAllowed(&'static str),
    /// The client does not list the OAuth grant, or OAuth is switched off.
    #[error("The app client does not allow it: add the grant {0} to its OAuth grant types.")]
    NoGrant(&'static str),
    /// Without a secret a client cannot prove who it is.
    #[error("The app client has no secret, so it cannot ask for a token of its own.")]
    NoSecret,
    /// With rotation, `REFRESH_TOKEN_AUTH` is off.
    #[error("The client rotates refresh tokens, so GetTokensFromRefreshToken takes the place of this flow.")]
    Rotation,
}
