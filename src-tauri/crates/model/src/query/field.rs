//! The names that a query and a sort may use.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Moment;

/// Something of a user that can be searched and sorted by.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Field {
    /// The user name.
    Username,
    /// The raw status.
    Status,
    /// Whether sign-in is enabled (`yes`, `no`).
    Enabled,
    /// When the user was created.
    Created,
    /// When the record last changed.
    Modified,
    /// The groups.
    Group,
    /// An attribute by AWS's name: `sub`, `email`, `custom:plan`, `dev:custom:plan`.
    Attribute(String),
}

impl Field {
    /// The name as it is written in a query.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Username => "username",
            Self::Status => "status",
            Self::Enabled => "enabled",
            Self::Created => "created",
            Self::Modified => "modified",
            Self::Group => "group",
            Self::Attribute(name) => name,
        }
    }

    /// Which instant the field is; `None` for every field that holds text.
    #[must_use]
    pub fn moment(&self) -> Option<Moment> {
        match self {
            Self::Created => Some(Moment::Created),
            Self::Modified => Some(Moment::Modified),
            _ => None,
        }
    }

    /// The field of that exact name; any name that is not one of ours is an attribute's.
    #[must_use]
    pub fn named(name: &str) -> Self {
        match name {
            "username" => Self::Username,
            "status" => Self::Status,
            "enabled" => Self::Enabled,
            "created" => Self::Created,
            "modified" => Self::Modified,
            "group" => Self::Group,
            other => Self::Attribute(other.to_owned()),
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl From<String> for Field {
    fn from(name: String) -> Self {
        Self::named(&name)
    }
}

impl From<Field> for String {
    fn from(field: Field) -> Self {
        field.name().to_owned()
    }
}

/// The standard attributes of every pool (OIDC's claims and Cognito's own).
pub const STANDARD_ATTRIBUTES: [&str; 21] = [
    "sub",
    "email",
    "email_verified",
    "phone_number",
    "phone_number_verified",
    "name",
    "given_name",
    "family_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "address",
    "updated_at",
    "identities",
];

/// The fields that a query may name in one pool: ours, the standard attributes and the pool's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fields {
    names: Vec<String>,
}

impl Fields {
    /// The fields of a pool whose schema (or cache) has these attributes besides the standard ones.
    #[must_use]
    pub fn new(attributes: impl IntoIterator<Item = String>) -> Self {
        let own = ["username", "status", "enabled", "created", "modified", "group"];
        let mut names: Vec<String> = own.iter().chain(&STANDARD_ATTRIBUTES).map(|n| (*n).to_owned()).collect();
        names.extend(attributes);
        names.sort();
        names.dedup();
        Self { names }
    }

    /// Every name, sorted.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }
}
