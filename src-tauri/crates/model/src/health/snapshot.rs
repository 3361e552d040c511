//! What AWS said about a pool at one moment, as it said it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::PoolId;

/// The raw answers to every question about a pool and what belongs to it. Secrets are masked before they get here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Snapshot {
    /// The pool.
    pub pool: PoolId,
    /// When it was read.
    pub taken_at: Timestamp,
    /// By operation (`DescribeUserPoolClient`), then by what was asked about: a client's id, an ARN, nothing for the
    /// pool itself. Pages of a list are one body.
    pub answers: BTreeMap<String, BTreeMap<String, Answer>>,
    /// What the local copy knows of people; `None` when there is no complete one.
    pub people: Option<People>,
}

/// What came of one question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Answer {
    /// The body, as AWS sent it.
    Given(Value),
    /// The credentials may not ask.
    Denied {
        /// The IAM action that is needed.
        iam_action: String,
    },
    /// Refused as too many requests, also after waiting.
    Throttled,
    /// AWS knows the question and has nothing to tell.
    Refused {
        /// AWS's code, such as `UserPoolAddOnNotEnabledException`.
        code: String,
    },
    /// Nothing that could be read: an emulator that lacks the operation, or a failure on the way.
    Failed {
        /// Why, in a sentence.
        reason: String,
    },
}

impl Answer {
    /// Whether it says that threat protection is off, which is an answer, too.
    #[must_use]
    pub fn says_off(&self) -> bool {
        matches!(self, Self::Refused { code } if code == "UserPoolAddOnNotEnabledException")
    }

    /// Whether it says that there is none of what was asked for.
    #[must_use]
    pub fn says_nothing(&self) -> bool {
        matches!(self, Self::Refused { code } if code == "ResourceNotFoundException")
    }
}

/// Numbers of people that need looking after, from a complete local copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct People {
    /// When the copy was last made equal to the pool.
    pub synced_at: Timestamp,
    /// Never confirmed, and created more than 30 days ago.
    pub unconfirmed: u64,
    /// Still with a temporary password, created more than so many days ago.
    pub invited: u64,
    /// How many days temporary passwords hold in the pool: seven where it says nothing else.
    pub invited_days: u64,
    /// Told to reset their password, last changed more than 90 days ago.
    pub reset_required: u64,
    /// With an e-mail address that is not verified, or of which nothing is said.
    pub unverified: u64,
    /// With an e-mail address that somebody else has, too.
    pub doubled: u64,
}

impl Snapshot {
    /// One without any answer.
    #[must_use]
    pub fn new(pool: PoolId, taken_at: Timestamp) -> Self {
        Self { pool, taken_at, answers: BTreeMap::new(), people: None }
    }

    /// Keeps an answer. `subject` is empty for the pool itself.
    pub fn put(&mut self, operation: &str, subject: &str, answer: Answer) {
        self.answers.entry(operation.to_owned()).or_default().insert(subject.to_owned(), answer);
    }

    /// What came of a question; `None` when it was not asked.
    #[must_use]
    pub fn answer(&self, operation: &str, subject: &str) -> Option<&Answer> {
        self.answers.get(operation)?.get(subject)
    }

    /// The body of an answer; `None` when there is none.
    #[must_use]
    pub fn body(&self, operation: &str, subject: &str) -> Option<&Value> {
        match self.answer(operation, subject) {
            Some(Answer::Given(body)) => Some(body),
            _ => None,
        }
    }

    /// The ids of the pool's app clients, as `ListUserPoolClients` names them; `None` when that was not answered.
    #[must_use]
    pub fn clients(&self) -> Option<Vec<&str>> {
        let listed = self.body("ListUserPoolClients", "")?.get("UserPoolClients")?.as_array()?;
        Some(listed.iter().filter_map(|client| client.get("ClientId")?.as_str()).collect())
    }

    /// The ids of the account's identity pools, as `ListIdentityPools` names them; `None` when that was not answered.
    #[must_use]
    pub fn identity_pools(&self) -> Option<Vec<&str>> {
        let listed = self.body("ListIdentityPools", "")?.get("IdentityPools")?.as_array()?;
        Some(listed.iter().filter_map(|pool| pool.get("IdentityPoolId")?.as_str()).collect())
    }

    /// The identity pools that trust this pool; `None` when the list is not known.
    ///
    /// One that could not be described is left out.
    #[must_use]
    pub fn trusted_by(&self) -> Option<Vec<&str>> {
        let all = self.identity_pools()?;
        Some(all.into_iter().filter(|id| self.providers(id).any(|pool| pool == self.pool.as_str())).collect())
    }

    /// Whether it is known of each identity pool of the account which user pools it trusts: whether [`Snapshot::trusted_by`]
    /// can be taken for all of them.
    #[must_use]
    pub fn knows_who_trusts(&self) -> bool {
        let described = |id: &str| self.body("DescribeIdentityPool", id).is_some();
        self.identity_pools().is_some_and(|all| all.into_iter().all(described))
    }

    /// The identity pools that are judged with this pool: those that trust it, those that trust no user pool of this
    /// account, which nobody would look at otherwise, and those that could not be described.
    #[must_use]
    pub fn judged_identity_pools(&self) -> Option<Vec<&str>> {
        let all = self.identity_pools()?;
        let listed = self.body("ListUserPools", "").and_then(|body| body.get("UserPools")?.as_array());
        let known = |id: &str| match listed {
            Some(pools) => pools.iter().any(|pool| pool.get("Id").and_then(Value::as_str) == Some(id)),
            // Somebody else's, as far as can be told.
            None => true,
        };
        let judged = |id: &&str| {
            let mut others = self.providers(id).peekable();
            others.peek().is_none() || others.any(|pool| pool == self.pool.as_str() || !known(pool))
        };
        Some(all.into_iter().filter(judged).collect())
    }

    /// What an identity pool calls this pool among its providers; `None` when it does not trust it.
    #[must_use]
    pub fn provider_in(&self, identity_pool: &str) -> Option<&str> {
        let described = self.body("DescribeIdentityPool", identity_pool)?;
        let names = described.get("CognitoIdentityProviders")?.as_array()?.iter();
        let mut names = names.filter_map(|provider| provider.get("ProviderName")?.as_str());
        names.find(|name| name.rsplit_once('/').is_some_and(|(_, pool)| pool == self.pool.as_str()))
    }

    /// The user pools that an identity pool trusts.
    fn providers(&self, identity_pool: &str) -> impl Iterator<Item = &str> {
        let described = self.body("DescribeIdentityPool", identity_pool);
        let providers = described.and_then(|body| body.get("CognitoIdentityProviders")?.as_array());
        providers.into_iter().flatten().filter_map(|provider| {
            let name = provider.get("ProviderName")?.as_str()?;
            name.rsplit_once('/').map(|(_, pool)| pool)
        })
    }
}
