//! "Why can't this person sign in?": deterministic rules over a user, the pool and an app client.
//!
//! A rule says only what the facts say. Where a fact is missing its answer is unknown, with what would tell.

mod client;
mod names;
mod password;
mod standing;

use jiff::Timestamp;
use serde::Serialize;

use crate::client::{AppClient, Flow};
use crate::plan::{Action, Factor};
use crate::pool::Pool;
use crate::pool_policy::PoolPolicy;
use crate::user::User;

/// What the rules look at.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The present.
    pub now: Timestamp,
    /// The user.
    pub user: &'a User,
    /// Whether AWS lists the user now.
    pub listing: Listing,
    /// The pool, as browsing knows it.
    pub pool: &'a Pool,
    /// What the pool demands; the sentence says why that is not known.
    pub policy: Result<&'a PoolPolicy, &'a str>,
    /// The second factors that the pool takes; the sentence says why that is not known.
    pub second_factors: Result<&'a [Factor], &'a str>,
    /// The client that they sign in through; the sentence says why it is not known.
    pub client: Result<&'a AppClient, &'a str>,
    /// The flow that the app uses; `None` when nobody said.
    pub flow: Option<&'a Flow>,
    /// Whether the app proves to know the client's secret; `None` when nobody said.
    pub sends_secret: Option<bool>,
    /// Other users with the same name, e-mail address or phone number, case ignored; the sentence says why they are not
    /// known.
    pub others: Result<&'a [User], &'a str>,
    /// Fields that were changed here or that syncs saw changing, the latest first.
    pub changed: &'a [FieldChange],
    /// The second factors that the user has; `None` unless a priced call asked.
    pub factors: Option<&'a [String]>,
}

/// A field of the user that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChange {
    /// The field.
    pub field: String,
    /// When it was changed here, or which sync noticed it.
    pub at: Timestamp,
    /// Whether a job of this program changed it.
    pub here: bool,
}

impl FieldChange {
    /// Where the change comes from, in a sentence about `what`.
    fn told(&self, what: &str) -> String {
        let at = said(self.at);
        match self.here {
            true => format!("Here, on {at}, {what} was changed; the audit tells by whom and why."),
            false => format!("The sync of {at} saw that {what} was changed, not by this program."),
        }
    }
}

/// Whether AWS lists a user now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listing {
    /// It does.
    Listed,
    /// It was asked and does not: what the rules look at is the local copy.
    Missing,
    /// It was not asked.
    NotAsked,
}

/// What a rule says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// This keeps the person out.
    Blocks,
    /// This gets in the way, or keeps them out on one of several ways.
    Hinders,
    /// It cannot be told from what is known.
    Unknown,
    /// It is not this.
    Clear,
}

impl Verdict {
    /// `blocks`, `hinders`, `unknown` or `clear`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Blocks => "blocks",
            Self::Hinders => "hinders",
            Self::Unknown => "unknown",
            Self::Clear => "clear",
        }
    }
}

/// What can be done about a cause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What, in a sentence.
    pub say: String,
    /// What a plan would do to the user; `None` when no plan helps.
    pub action: Option<Action>,
    /// The priced operation that would tell more; `None` when none is needed.
    pub reveal: Option<&'static str>,
}

/// What one rule found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// The rule's name, which stays the same.
    pub rule: &'static str,
    /// What it asks about, in a few words.
    pub title: &'static str,
    /// What it says.
    pub verdict: Verdict,
    /// Why, in a sentence.
    pub cause: String,
    /// What it rests on. Foreign text may be in it.
    pub evidence: Vec<String>,
    /// What can be done; `None` when nothing needs to be.
    pub fix: Option<Fix>,
    /// What can be sent to the person; `None` when there is nothing to say.
    pub reply: Option<String>,
}

/// A rule's answer in the making.
struct About {
    rule: &'static str,
    title: &'static str,
}

impl About {
    fn says(&self, verdict: Verdict, cause: impl Into<String>) -> Reason {
        let (rule, title) = (self.rule, self.title);
        Reason { rule, title, verdict, cause: cause.into(), evidence: Vec::new(), fix: None, reply: None }
    }

    fn blocks(&self, cause: impl Into<String>) -> Reason {
        self.says(Verdict::Blocks, cause)
    }

    fn hinders(&self, cause: impl Into<String>) -> Reason {
        self.says(Verdict::Hinders, cause)
    }

    fn unknown(&self, cause: impl Into<String>) -> Reason {
        self.says(Verdict::Unknown, cause)
    }

    fn clear(&self, cause: impl Into<String>) -> Reason {
        self.says(Verdict::Clear, cause)
    }
}

impl Reason {
    fn with(mut self, evidence: impl Into<String>) -> Self {
        self.evidence.push(evidence.into());
        self
    }

    fn fix(self, say: &str, action: Action) -> Self {
        let fix = Fix { say: say.to_owned(), action: Some(action), reveal: None };
        Self { fix: Some(fix), ..self }
    }

    fn advice(self, say: &str) -> Self {
        Self { fix: Some(Fix { say: say.to_owned(), action: None, reveal: None }), ..self }
    }

    fn reveal(self, say: &str, operation: &'static str) -> Self {
        Self { fix: Some(Fix { say: say.to_owned(), action: None, reveal: Some(operation) }), ..self }
    }

    fn reply(self, text: &str) -> Self {
        Self { reply: Some(text.to_owned()), ..self }
    }
}

/// An instant as sentences have it.
fn said(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// Every rule once, what keeps the person out first; before all others that AWS does not list the user, because then the
/// others judge by what may be gone.
#[must_use]
pub fn why(facts: &Facts<'_>) -> Vec<Reason> {
    let mut reasons = vec![
        standing::not_listed(facts),
        standing::disabled(facts),
        standing::unconfirmed(facts),
        password::invitation(facts),
        password::must_change(facts),
        password::must_reset(facts),
        password::forgot(facts),
        standing::unverified(facts, "email"),
        standing::unverified(facts, "phone_number"),
        names::case_twin(facts),
        names::shared_address(facts),
        names::provider(facts),
        names::federated_twin(facts),
        standing::factor(facts),
        client::flow(facts),
        client::secret(facts),
    ];
    let comes_first = |reason: &Reason| facts.listing == Listing::Missing && reason.rule == standing::NOT_LISTED;
    reasons.sort_by_key(|reason| (!comes_first(reason), reason.verdict));
    reasons
}

#[cfg(test)]
mod tests;
