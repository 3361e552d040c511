//! Identities of other providers that were linked to one person.

use serde::{Deserialize, Serialize};

/// One linked identity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Link {
    pub(crate) provider: String,
    /// `ProviderType`, such as `SAML`.
    pub(crate) kind: String,
    /// The attribute of the provider that names the person.
    pub(crate) attribute: String,
    pub(crate) value: String,
    pub(crate) linked_ms: i64,
}

impl Link {
    /// Whether both are the same person at the same provider.
    pub(crate) fn same_identity(&self, other: &Self) -> bool {
        (&self.provider, &self.attribute, &self.value) == (&other.provider, &other.attribute, &other.value)
    }
}
