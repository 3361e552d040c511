//! The sign-ins of one person that still mean something: what each refresh token stands for, and which are revoked.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Account;

/// Longest life of an access token; a grant is remembered at least that long.
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// One sign-in. Every token that comes of it carries its id as `origin_jti`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Grant {
    /// `origin_jti` of all tokens of this sign-in.
    pub(crate) id: String,
    pub(crate) client_id: String,
    /// The auth event that the tokens name.
    pub(crate) event_id: String,
    pub(crate) auth_time_ms: i64,
    /// When the refresh token dies; rotation does not move it.
    pub(crate) expires_ms: i64,
    /// Empty for a sign-in through the API, which has all that `aws.cognito.signin.user.admin` allows.
    #[serde(default)]
    pub(crate) scopes: Vec<String>,
    #[serde(default)]
    pub(crate) device_key: Option<String>,
    /// How the person proved who they are, as `amr` tells it.
    #[serde(default)]
    pub(crate) amr: Vec<String>,
    /// The level of authentication that this reached, as `acr` tells it.
    #[serde(default)]
    pub(crate) acr: Option<String>,
    /// Address of the API that the access token is bound to (RFC 8707).
    #[serde(default)]
    pub(crate) resource: Option<String>,
    #[serde(default)]
    pub(crate) revoked: bool,
    /// How often the refresh token was exchanged for another.
    #[serde(default)]
    pub(crate) generation: u32,
    /// When that happened last.
    #[serde(default)]
    pub(crate) rotated_ms: i64,
    /// When tokens were last issued for it.
    #[serde(default)]
    pub(crate) active_ms: i64,
    /// The login of a browser that it came of.
    #[serde(default)]
    pub(crate) login: Option<String>,
}

impl Grant {
    /// Id of the session, where sessions are tracked.
    pub(crate) fn session_id(&self) -> String {
        session_id("tkn", &self.id)
    }

    fn is_alive(&self, now_ms: i64) -> bool {
        !self.revoked && now_ms < self.expires_ms
    }
}

/// The name of a session: its kind and 25 letters that stay the same.
pub(crate) fn session_id(kind: &str, id: &str) -> String {
    let digest = hex::encode(Sha256::digest(id.as_bytes()));
    format!("{kind}{}", &digest[..25])
}

/// Every grant of one person that is not forgotten yet.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Grants(Vec<Grant>);

impl Grants {
    /// Remembers a new grant and forgets those whose tokens have all expired.
    pub(crate) fn add(&mut self, grant: Grant, now_ms: i64) {
        self.0.retain(|old| old.expires_ms.max(old.auth_time_ms + DAY_MS) > now_ms);
        self.0.push(grant);
    }

    pub(crate) fn find(&self, id: &str) -> Option<&Grant> {
        self.0.iter().find(|grant| grant.id == id)
    }

    /// The grant whose tokens name this auth event, for tokens without `origin_jti`.
    pub(crate) fn find_event(&self, event_id: &str) -> Option<&Grant> {
        self.0.iter().find(|grant| grant.event_id == event_id)
    }

    /// Those whose refresh token still works.
    pub(crate) fn alive(&self, now_ms: i64) -> impl Iterator<Item = &Grant> {
        self.0.iter().filter(move |grant| grant.is_alive(now_ms))
    }

    /// Revokes those that were least lately used until there is room for one more of `most`.
    pub(crate) fn make_room(&mut self, most: usize, now_ms: i64) {
        while self.alive(now_ms).count() >= most.max(1) {
            let least = self.0.iter_mut().filter(|grant| grant.is_alive(now_ms)).min_by_key(|grant| grant.active_ms);
            let Some(least) = least else { return };
            least.revoked = true;
        }
    }

    /// Notes that tokens were issued.
    pub(crate) fn touch(&mut self, id: &str, now_ms: i64) {
        for grant in self.0.iter_mut().filter(|grant| grant.id == id) {
            grant.active_ms = now_ms;
        }
    }

    /// Revokes one sign-in with all its tokens.
    pub(crate) fn revoke(&mut self, id: &str) {
        for grant in self.0.iter_mut().filter(|grant| grant.id == id) {
            grant.revoked = true;
        }
    }

    /// Nothing goes on with a device that is forgotten; access tokens that are out stay good for their time.
    pub(crate) fn forget_device(&mut self, key: &str, now_ms: i64) {
        for grant in self.0.iter_mut().filter(|grant| grant.device_key.as_deref() == Some(key)) {
            grant.expires_ms = grant.expires_ms.min(now_ms);
        }
    }

    /// The next refresh token of a grant takes the place of the one before.
    pub(crate) fn rotate(&mut self, id: &str, now_ms: i64) {
        for grant in self.0.iter_mut().filter(|grant| grant.id == id) {
            grant.generation += 1;
            grant.rotated_ms = now_ms;
        }
    }
}

/// Ends every sign-in of a person: what `GlobalSignOut` and disabling do.
pub(crate) fn revoke_all(account: &mut Account) {
    for grant in &mut account.grants.0 {
        grant.revoked = true;
    }
}
