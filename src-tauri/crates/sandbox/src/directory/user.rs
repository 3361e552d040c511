//! One person, packed: a million of them must fit in memory beside everything else.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// Position of an attribute in its pool's schema.
pub(crate) type AttributeId = u8;

/// `UserStatus` of Cognito. The last three are no longer given out, yet still exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    /// Signed up, not confirmed yet.
    Unconfirmed,
    /// Can sign in.
    Confirmed,
    /// Comes from an identity provider.
    ExternalProvider,
    /// Must ask for a code and reset the password.
    ResetRequired,
    /// Has a temporary password.
    ForceChangePassword,
    /// No longer used by AWS.
    Archived,
    /// No longer used by AWS.
    Compromised,
    /// No longer used by AWS.
    Unknown,
}

impl Status {
    /// The name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unconfirmed => "UNCONFIRMED",
            Self::Confirmed => "CONFIRMED",
            Self::ExternalProvider => "EXTERNAL_PROVIDER",
            Self::ResetRequired => "RESET_REQUIRED",
            Self::ForceChangePassword => "FORCE_CHANGE_PASSWORD",
            Self::Archived => "ARCHIVED",
            Self::Compromised => "COMPROMISED",
            Self::Unknown => "UNKNOWN",
        }
    }

    /// The name in lower case, as filters compare it.
    pub(crate) fn folded(self) -> &'static [u8] {
        match self {
            Self::Unconfirmed => b"unconfirmed",
            Self::Confirmed => b"confirmed",
            Self::ExternalProvider => b"external_provider",
            Self::ResetRequired => b"reset_required",
            Self::ForceChangePassword => b"force_change_password",
            Self::Archived => b"archived",
            Self::Compromised => b"compromised",
            Self::Unknown => b"unknown",
        }
    }
}

/// A second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Factor {
    SoftwareToken,
    Sms,
    Email,
}

impl Factor {
    /// The name on the wire.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::SoftwareToken => "SOFTWARE_TOKEN_MFA",
            Self::Sms => "SMS_MFA",
            Self::Email => "EMAIL_OTP",
        }
    }
}

/// Which second factors are on, and which comes first. Only per-user operations show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Factors {
    pub(crate) sms: bool,
    pub(crate) totp: bool,
    pub(crate) email: bool,
    /// One of those that are on.
    pub(crate) preferred: Option<Factor>,
    /// Set through the old `MFAOptions` interface, the only one that lists show.
    pub(crate) legacy_sms: bool,
}

impl Factors {
    /// Those that are on.
    pub(crate) fn active(self) -> impl Iterator<Item = Factor> {
        let all = [(self.totp, Factor::SoftwareToken), (self.sms, Factor::Sms), (self.email, Factor::Email)];
        all.into_iter().filter(|(on, _)| *on).map(|(_, factor)| factor)
    }
}

/// A person: the username and attributes in one allocation, the rest beside it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct User {
    packed: Box<[u8]>,
    pub(crate) created_ms: i64,
    pub(crate) modified_ms: i64,
    pub(crate) status: Status,
    pub(crate) enabled: bool,
    pub(crate) factors: Factors,
}

impl User {
    pub(crate) fn new(packer: &Packer, status: Status, created_ms: i64) -> Self {
        Self {
            packed: packer.bytes.as_slice().into(),
            created_ms,
            modified_ms: created_ms,
            status,
            enabled: true,
            factors: Factors::default(),
        }
    }

    pub(crate) fn username_bytes(&self) -> &[u8] {
        field(&self.packed).0
    }

    pub(crate) fn username(&self) -> &str {
        text(self.username_bytes())
    }

    pub(crate) fn attribute_bytes(&self, id: AttributeId) -> Option<&[u8]> {
        self.fields().find(|(found, _)| *found == id).map(|(_, value)| value)
    }

    pub(crate) fn attribute(&self, id: AttributeId) -> Option<&str> {
        self.attribute_bytes(id).map(text)
    }

    pub(crate) fn attributes(&self) -> impl Iterator<Item = (AttributeId, &str)> {
        self.fields().map(|(id, value)| (id, text(value)))
    }

    /// Writes `changes` over the attributes; an empty value removes one.
    pub(crate) fn set_attributes(&mut self, changes: &[(AttributeId, String)]) {
        let mut packer = Packer::default();
        packer.begin(self.username());
        for (id, value) in self.attributes() {
            match changes.iter().rev().find(|(changed, _)| *changed == id) {
                Some((_, new)) if !new.is_empty() => packer.push(id, new),
                Some(_) => {}
                None => packer.push(id, value),
            }
        }
        for (at, (id, value)) in changes.iter().enumerate() {
            let last = !changes[at + 1..].iter().any(|(later, _)| later == id);
            if last && !value.is_empty() && self.attribute_bytes(*id).is_none() {
                packer.push(*id, value);
            }
        }
        self.packed = packer.bytes.as_slice().into();
    }

    /// Every attribute as it is packed.
    pub(crate) fn fields(&self) -> impl Iterator<Item = (AttributeId, &[u8])> {
        let mut rest = field(&self.packed).1;
        std::iter::from_fn(move || {
            let (&id, tail) = rest.split_first()?;
            let (value, next) = field(tail);
            rest = next;
            Some((id, value))
        })
    }
}

/// Builds the packed form; reused for many people so that seeding allocates once a person.
#[derive(Debug, Default)]
pub(crate) struct Packer {
    bytes: Vec<u8>,
}

impl Packer {
    /// Starts a new person.
    pub(crate) fn begin(&mut self, username: &str) {
        self.bytes.clear();
        self.put(username);
    }

    pub(crate) fn push(&mut self, id: AttributeId, value: &str) {
        self.bytes.push(id);
        self.put(value);
    }

    fn put(&mut self, value: &str) {
        let mut end = value.len().min(usize::from(u16::MAX));
        while !value.is_char_boundary(end) {
            end -= 1;
        }
        let len = u16::try_from(end).unwrap_or(u16::MAX);
        self.bytes.extend_from_slice(&len.to_le_bytes());
        self.bytes.extend_from_slice(&value.as_bytes()[..end]);
    }
}

/// Splits one length-prefixed field from the front.
fn field(bytes: &[u8]) -> (&[u8], &[u8]) {
    match bytes {
        [low, high, rest @ ..] => rest.split_at(usize::from(u16::from_le_bytes([*low, *high])).min(rest.len())),
        _ => (&[], &[]),
    }
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}

/// Lower case, without an allocation for what already is.
pub(crate) fn fold(bytes: &[u8]) -> Cow<'_, [u8]> {
    if !bytes.is_ascii() {
        Cow::Owned(text(bytes).to_lowercase().into_bytes())
    } else if bytes.iter().any(u8::is_ascii_uppercase) {
        Cow::Owned(bytes.to_ascii_lowercase())
    } else {
        Cow::Borrowed(bytes)
    }
}
