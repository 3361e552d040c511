//! A person in a pool, as `ListUsers` tells it.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{GroupName, Username};

/// A user as `ListUsers` returns it, with the groups that the membership listing added.
///
/// Everything textual in here was written by somebody else: treat it as hostile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// The name in the pool.
    pub username: Username,
    /// Whether sign-in is enabled.
    pub enabled: bool,
    /// Where the account stands.
    pub status: UserStatus,
    /// When it was created; for imported users the time of the import.
    pub created_at: Timestamp,
    /// When the record last changed. Not a sign-in time: Cognito lists none.
    pub modified_at: Timestamp,
    /// Every attribute that was returned, `sub` included, by AWS's names (`email`, `custom:plan`).
    pub attributes: BTreeMap<String, String>,
    /// The groups, sorted; empty also while memberships have not been read.
    pub groups: Vec<GroupName>,
}

impl User {
    /// The value of an attribute; `None` when it is absent.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }

    /// The user's `sub`; `None` when the listing did not return one.
    #[must_use]
    pub fn sub(&self) -> Option<&str> {
        self.attribute("sub")
    }
}

/// Where an account stands (AWS `UserStatusType`). Values that we do not know are kept as they came.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum UserStatus {
    /// Signed up, not confirmed.
    Unconfirmed,
    /// May sign in.
    Confirmed,
    /// Comes from an identity provider.
    ExternalProvider,
    /// Must reset the password before signing in.
    ResetRequired,
    /// Has a temporary password that must be changed.
    ForceChangePassword,
    /// No longer used by AWS.
    Archived,
    /// No longer used by AWS.
    Compromised,
    /// What AWS calls `UNKNOWN`.
    Unknown,
    /// A status that AWS added after this was written, in its raw form.
    Other(String),
}

impl UserStatus {
    /// The raw name, such as `FORCE_CHANGE_PASSWORD`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Unconfirmed => "UNCONFIRMED",
            Self::Confirmed => "CONFIRMED",
            Self::ExternalProvider => "EXTERNAL_PROVIDER",
            Self::ResetRequired => "RESET_REQUIRED",
            Self::ForceChangePassword => "FORCE_CHANGE_PASSWORD",
            Self::Archived => "ARCHIVED",
            Self::Compromised => "COMPROMISED",
            Self::Unknown => "UNKNOWN",
            Self::Other(raw) => raw,
        }
    }

    /// Every status that AWS documents, the usual ones first.
    pub const KNOWN: [Self; 8] = [
        Self::Confirmed,
        Self::ForceChangePassword,
        Self::Unconfirmed,
        Self::ResetRequired,
        Self::ExternalProvider,
        Self::Archived,
        Self::Compromised,
        Self::Unknown,
    ];
}

impl From<String> for UserStatus {
    fn from(raw: String) -> Self {
        Self::KNOWN.into_iter().find(|known| known.as_str() == raw).unwrap_or(Self::Other(raw))
    }
}

impl From<UserStatus> for String {
    fn from(status: UserStatus) -> Self {
        status.as_str().to_owned()
    }
}

impl fmt::Display for UserStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
