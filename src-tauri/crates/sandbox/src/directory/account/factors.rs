//! What a second factor is proved with. Which factors are on, and which is preferred, is in the profile
//! ([`Factors`](crate::directory::user::Factors)), because answers show it of everyone.

use serde::{Deserialize, Serialize};

/// An authenticator app that has shown a right code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SoftwareToken {
    /// The shared secret in base32, as `AssociateSoftwareToken` gave it out.
    pub(crate) secret: String,
    /// `FriendlyDeviceName`.
    pub(crate) name: Option<String>,
    /// The last 30-second step whose code was accepted: a code is good once.
    pub(crate) last_step: Option<u64>,
}

/// The second factors of one person.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct SecondFactors {
    pub(crate) software_token: Option<SoftwareToken>,
    /// A secret given out and not verified yet.
    pub(crate) pending: Option<String>,
}
