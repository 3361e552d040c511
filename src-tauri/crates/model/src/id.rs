//! Names of things, each checked once when it enters the house.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a text is not a name of the wanted kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this is not {} {kind}: {reason}", article(.kind))]
pub struct InvalidId {
    /// What was wanted, in words a person uses ("pool id").
    pub kind: &'static str,
    /// What is wrong with the text, without repeating it.
    pub reason: &'static str,
}

fn article(kind: &str) -> &'static str {
    if kind.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" }
}

/// Declares a text newtype with one fallible `parse` that is also used by serde.
macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $kind:literal, $check:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            #[doc = concat!("Checks that `text` is a ", $kind, ".")]
            ///
            /// # Errors
            /// [`InvalidId`] with the reason.
            pub fn parse(text: impl Into<String>) -> Result<Self, InvalidId> {
                let text = text.into();
                let check: fn(&str) -> Result<(), &'static str> = $check;
                match check(&text) {
                    Ok(()) => Ok(Self(text)),
                    Err(reason) => Err(InvalidId { kind: $kind, reason }),
                }
            }

            /// The text as AWS writes it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;
            fn try_from(text: String) -> Result<Self, InvalidId> {
                Self::parse(text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    };
}

fn length(text: &str, longest: usize) -> Result<(), &'static str> {
    match text.chars().count() {
        0 => Err("it is empty"),
        n if n > longest => Err("it is too long"),
        _ => Ok(()),
    }
}

fn pool_id(text: &str) -> Result<(), &'static str> {
    length(text, 55)?;
    let (region, rest) = text.split_once('_').ok_or("a pool id looks like eu-west-1_AbCdEfGhI")?;
    let plain = |t: &str| !t.is_empty() && t.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if plain(region) && plain(rest) { Ok(()) } else { Err("a pool id looks like eu-west-1_AbCdEfGhI") }
}

impl PoolId {
    /// The Region that it names.
    #[must_use]
    pub fn region(&self) -> &str {
        self.as_str().split_once('_').map_or("", |(region, _)| region)
    }
}

fn region(text: &str) -> Result<(), &'static str> {
    length(text, 32)?;
    let shape = text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if shape && text.contains('-') { Ok(()) } else { Err("a Region looks like eu-west-1") }
}

fn account(text: &str) -> Result<(), &'static str> {
    if text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit()) {
        Ok(())
    } else {
        Err("an account has twelve digits")
    }
}

fn identity_pool(text: &str) -> Result<(), &'static str> {
    const SHAPE: &str = "an identity pool id looks like eu-west-1:12345678-90ab-cdef-1234-567890abcdef";
    length(text, 55)?;
    let (before, uuid) = text.split_once(':').ok_or(SHAPE)?;
    let plain = !uuid.is_empty() && uuid.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
    if region(before).is_ok() && plain { Ok(()) } else { Err(SHAPE) }
}

text_id! {
    /// A user pool's id, such as `eu-west-1_AbCdEfGhI`. A replicated pool has the same id in two Regions.
    PoolId, "pool id", pool_id
}
text_id! {
    /// A user's name in its pool (1–128 characters, any script). Hostile text.
    Username, "user name", |t| length(t, 128)
}
text_id! {
    /// A user's `sub`. AWS does not promise its format, so only emptiness and length are refused.
    Sub, "sub", |t| length(t, 2048)
}
text_id! {
    /// A group's name (1–128 characters).
    GroupName, "group name", |t| length(t, 128)
}
text_id! {
    /// An app client's id.
    ClientId, "client id", |t| length(t, 128)
}
text_id! {
    /// An identity pool's id, such as `eu-west-1:1f0c…`: a Region and a UUID.
    IdentityPoolId, "identity pool id", identity_pool
}
text_id! {
    /// An AWS Region such as `eu-west-1`.
    Region, "Region", region
}
text_id! {
    /// An AWS account: twelve digits.
    AccountId, "account", account
}
text_id! {
    /// The name of a profile in the shared AWS configuration.
    ProfileName, "profile name", |t| length(t, 256)
}

impl Region {
    /// The partition that this Region belongs to, as in ARNs: `aws`, `aws-cn` or `aws-us-gov`.
    #[must_use]
    pub fn partition(&self) -> &'static str {
        if self.0.starts_with("cn-") {
            "aws-cn"
        } else if self.0.starts_with("us-gov-") {
            "aws-us-gov"
        } else {
            "aws"
        }
    }
}

/// What tells one cached pool from every other.
///
/// A replicated pool has the same id in two Regions, and every emulator has the same account, so all four count.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PoolKey {
    /// The endpoint's URL when one is set, else the partition.
    pub place: String,
    /// The account, fetched from AWS and not assumed.
    pub account: AccountId,
    /// The Region that was asked.
    pub region: Region,
    /// The pool.
    pub pool: PoolId,
}

impl fmt::Display for PoolKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}/{}", self.place, self.account, self.region, self.pool)
    }
}
