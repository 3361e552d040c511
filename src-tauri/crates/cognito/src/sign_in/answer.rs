//! What comes back from the operations that a signing-in user calls.

use std::collections::BTreeMap;
use std::fmt;

use aws_sdk_cognitoidentityprovider::types::AuthenticationResultType;
use secrecy::SecretString;

/// An answer, or Cognito's refusal, which here is an answer too: it is what a person wants to understand.
#[derive(Debug, Clone)]
pub enum Answer<T> {
    /// As wished.
    Given(T),
    /// Cognito said no.
    Refused(Refusal),
}

/// Cognito's no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The exception, such as `NotAuthorizedException`.
    pub code: String,
    /// Cognito's own words. They may repeat what was sent.
    pub message: String,
    /// AWS's id of the request; `None` when none was told.
    pub request_id: Option<String>,
}

/// Tokens, as they came. They are secrets while they hold.
#[derive(Clone)]
pub struct Tokens {
    /// The ID token; `None` for machine-to-machine sign-in.
    pub id: Option<SecretString>,
    /// The access token.
    pub access: Option<SecretString>,
    /// The refresh token; `None` when refreshing does not give a new one.
    pub refresh: Option<SecretString>,
    /// How long ID and access token hold, in seconds.
    pub expires_in: i32,
    /// What was given to a new device; `None` when devices are not tracked or this one is known.
    pub device: Option<NewDevice>,
}

impl Tokens {
    pub(super) fn none() -> Self {
        Self { id: None, access: None, refresh: None, expires_in: 0, device: None }
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens").field("expires_in", &self.expires_in).finish_non_exhaustive()
    }
}

/// The names that a new device was given (`NewDeviceMetadata`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDevice {
    /// `DeviceKey`.
    pub key: String,
    /// `DeviceGroupKey`.
    pub group_key: String,
}

/// A question that must be answered before there are tokens.
#[derive(Clone)]
pub struct Challenge {
    /// Its name, such as `SOFTWARE_TOKEN_MFA`; names that are new are kept as they came.
    pub name: String,
    /// What the answer must carry; `None` when none was given.
    pub session: Option<SecretString>,
    /// `ChallengeParameters`. May hold personal data and the key material of a proof.
    pub parameters: BTreeMap<String, String>,
    /// `AvailableChallenges`: among what `SELECT_CHALLENGE` lets one choose.
    pub available: Vec<String>,
}

impl fmt::Debug for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Challenge").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Where a sign-in stands.
#[derive(Debug, Clone)]
pub enum Progress {
    /// It goes on with an answer.
    Challenge(Challenge),
    /// It is done.
    Tokens(Tokens),
}

impl Progress {
    /// From the three fields of every such answer. Neither tokens nor a challenge is no answer of Cognito's.
    pub(super) fn of(
        result: Option<AuthenticationResultType>,
        challenge: Option<&str>,
        session: Option<String>,
        parameters: Option<std::collections::HashMap<String, String>>,
        available: Vec<String>,
    ) -> Option<Self> {
        match (result, challenge) {
            (Some(result), _) => Some(Self::Tokens(result.into())),
            (None, Some(name)) => Some(Self::Challenge(Challenge {
                name: name.to_owned(),
                session: session.map(Into::into),
                parameters: parameters.unwrap_or_default().into_iter().collect(),
                available,
            })),
            (None, None) => None,
        }
    }
}

impl From<AuthenticationResultType> for Tokens {
    fn from(result: AuthenticationResultType) -> Self {
        let device = result
            .new_device_metadata
            .and_then(|device| Some(NewDevice { key: device.device_key?, group_key: device.device_group_key? }));
        Self {
            id: result.id_token.map(Into::into),
            access: result.access_token.map(Into::into),
            refresh: result.refresh_token.map(Into::into),
            expires_in: result.expires_in,
            device,
        }
    }
}
