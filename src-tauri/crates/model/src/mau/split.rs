//! How people sign in, as far as the bill tells it apart.

use serde::{Deserialize, Serialize};

use crate::user::User;

/// Which price a user has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SignInKind {
    /// Signs in with what the pool itself knows.
    Direct,
    /// Comes from Google, Facebook, Apple or Amazon, at the direct price.
    Social,
    /// Comes from a SAML or OIDC provider.
    Federated,
    /// A direct or social user with a SAML or OIDC identity linked. One page of AWS says that such a user always counts as
    /// federated, another that it depends on the way of signing in.
    Linked,
}

/// Users by the price that they have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Split {
    /// As [`SignInKind::Direct`].
    pub direct: u64,
    /// As [`SignInKind::Social`].
    pub social: u64,
    /// As [`SignInKind::Federated`].
    pub federated: u64,
    /// As [`SignInKind::Linked`].
    pub linked: u64,
}

/// An entry of the attribute `identities`.
#[derive(Deserialize)]
struct Identity {
    #[serde(rename = "providerType", default)]
    provider_type: String,
    #[serde(default)]
    primary: Primary,
}

/// Cognito writes the flag as a text or as a truth value.
#[derive(Deserialize, Default)]
#[serde(untagged)]
enum Primary {
    Flag(bool),
    Text(String),
    #[default]
    Absent,
}

impl SignInKind {
    /// How a user signs in, by the attribute `identities`. What cannot be read in it is taken as no identity.
    #[must_use]
    pub fn of(user: &User) -> Self {
        let listed = user.attribute("identities").unwrap_or_default();
        let identities: Vec<Identity> = serde_json::from_str(listed).unwrap_or_default();
        let federated = |identity: &&Identity| ["SAML", "OIDC"].contains(&identity.provider_type.as_str());
        let from_there = user.status.as_str() == "EXTERNAL_PROVIDER";
        let own = identities.iter().find(|identity| identity.is_primary()).or(identities.first());
        match (identities.iter().any(|identity| federated(&identity)), from_there) {
            (false, _) if identities.is_empty() => Self::Direct,
            (false, true) => Self::Social,
            (false, false) => Self::Direct,
            (true, true) if own.as_ref().is_some_and(federated) => Self::Federated,
            (true, _) => Self::Linked,
        }
    }
}

impl Identity {
    fn is_primary(&self) -> bool {
        match &self.primary {
            Primary::Flag(flag) => *flag,
            Primary::Text(text) => text == "true",
            Primary::Absent => false,
        }
    }
}

impl Split {
    /// Counts one user.
    pub fn add(&mut self, kind: SignInKind) {
        match kind {
            SignInKind::Direct => self.direct += 1,
            SignInKind::Social => self.social += 1,
            SignInKind::Federated => self.federated += 1,
            SignInKind::Linked => self.linked += 1,
        }
    }

    /// Everybody.
    #[must_use]
    pub fn all(&self) -> u64 {
        self.direct + self.social + self.federated + self.linked
    }

    /// Surely at the direct price, surely at the federated price, and one or the other: what
    /// [`crate::cost::cost_of_either`] wants.
    #[must_use]
    pub fn priced(&self) -> (u64, u64, u64) {
        (self.direct + self.social, self.federated, self.linked)
    }

    /// A month's active users split as these are, rounded; what rounding leaves over is direct. All are direct where
    /// nobody is known.
    #[must_use]
    pub fn shared_out(&self, active: u64) -> Self {
        let all = u128::from(self.all());
        if all == 0 {
            return Self { direct: active, ..Self::default() };
        }
        let part = |of: u64| u64::try_from(u128::from(active) * u128::from(of) / all).unwrap_or(active);
        let (social, federated, linked) = (part(self.social), part(self.federated), part(self.linked));
        Self { direct: active - social - federated - linked, social, federated, linked }
    }
}
