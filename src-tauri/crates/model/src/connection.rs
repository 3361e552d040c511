//! A way into an account: profile, Region and optional endpoint.

use serde::{Deserialize, Serialize};

use crate::{ProfileName, Region};

/// What names a connection: a profile, a Region and, for emulators, an endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ConnectionId {
    /// The profile; `None` for the environment's own credentials.
    pub profile: Option<ProfileName>,
    /// The Region; `None` for the profile's own.
    pub region: Option<Region>,
    /// The URL that every AWS service is called at; `None` for AWS itself.
    pub endpoint: Option<String>,
    /// Whether this is the built-in sandbox.
    pub sandbox: bool,
}

/// What a person says a connection is for. It colours the window; Production starts read-only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Environment {
    /// Anything goes.
    #[default]
    Development,
    /// Shared, but nobody's livelihood.
    Test,
    /// Real people: read-only until unlocked.
    Production,
}

/// Who AWS says we are (`sts:GetCallerIdentity`, free, no permission needed).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Identity {
    /// The account.
    pub account: crate::AccountId,
    /// The ARN of the user or assumed role.
    pub arn: String,
}
