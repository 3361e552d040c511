//! Who is in an identity pool.

use console::{Identity, IdentityPage};
use serde::{Deserialize, Serialize};
use specta::Type;

/// Which page of which identity pool.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ListIdentities {
    /// The identity pool's id.
    pub identity_pool_id: String,
    /// The token of the page; `null` for the first.
    pub next: Option<String>,
}

/// Names an identity.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct OneIdentity {
    /// Its id.
    pub identity_id: String,
}

/// Somebody, or something, that an identity pool knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct IdentityView {
    /// Its id.
    pub id: String,
    /// The providers through which it came; empty for a guest. Foreign texts.
    pub logins: Vec<String>,
    /// When it came first; `null` when AWS does not tell.
    pub created_at: Option<String>,
    /// When its logins changed last; `null` when AWS does not tell.
    pub modified_at: Option<String>,
}

impl From<&Identity> for IdentityView {
    fn from(identity: &Identity) -> Self {
        Self {
            id: identity.id.clone(),
            logins: identity.logins.clone(),
            created_at: identity.created_at.map(|at| at.to_string()),
            modified_at: identity.modified_at.map(|at| at.to_string()),
        }
    }
}

/// A page of identities.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct IdentitiesView {
    /// At most 60, in AWS's order.
    pub identities: Vec<IdentityView>,
    /// The token of the next page; `null` behind the last one.
    pub next: Option<String>,
}

impl From<&IdentityPage> for IdentitiesView {
    fn from(page: &IdentityPage) -> Self {
        Self { identities: page.identities.iter().map(IdentityView::from).collect(), next: page.next.clone() }
    }
}
