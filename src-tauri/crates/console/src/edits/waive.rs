//! Risks that somebody accepts, and how the rules came out over time.

use std::collections::BTreeMap;

use jiff::Timestamp;
use model::health::{Finding, Outcome, rules};
use store::{AuditEntry, AuditKind, Waiver};

use crate::error::{Code, Error};
use crate::open::blocking;
use crate::pool::OpenPool;

/// The longest that a risk can be accepted for, in days.
const LONGEST_DAYS: i64 = 366;

/// How the rules came out at one time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Score {
    /// When.
    pub at: Timestamp,
    /// Whether services beyond Cognito were asked as well. More is known then, so only scores of one kind can be compared.
    pub beyond: bool,
    /// Numbers of findings by result: `fail`, `unknown`, `pass`, `n/a`, and `waived` of those that fail.
    pub counts: BTreeMap<String, u64>,
}

/// Stands among the counts that are kept when services beyond Cognito were asked.
const BEYOND: &str = "beyond";

impl Score {
    /// The share of what is known that passes or is accepted, in percent; `None` when nothing is known.
    #[must_use]
    pub fn percent(&self) -> Option<u64> {
        let count = |name: &str| self.counts.get(name).copied().unwrap_or_default();
        let known = count("pass") + count("fail");
        (known > 0).then(|| (count("pass") + count("waived")) * 100 / known)
    }
}

impl OpenPool {
    /// Accepts that a rule fails on a resource, until a time; the audit has a record of it.
    ///
    /// # Errors
    /// [`crate::Code::Validation`] for an unknown rule, without a reason, or for longer than a year; [`crate::Code::Precondition`] while
    /// Production is locked; [`crate::Code::JournalUnavailable`].
    pub async fn waive(&self, rule: &str, resource: &str, reason: &str, until: Timestamp) -> Result<(), Error> {
        self.may_change()?;
        let Some(rule) = rules().iter().find(|known| known.id == rule) else {
            return Err(Error::invalid("rule", "There is no such rule."));
        };
        let reason = reason.trim();
        if reason.is_empty() {
            return Err(Error::invalid("reason", "Say why the risk is accepted."));
        }
        let days = until.duration_since(self.now()).as_hours() / 24;
        if until <= self.now() || days > LONGEST_DAYS {
            return Err(Error::invalid("until", "A risk is accepted until a day within the next year."));
        }
        let (journal, who) = (self.journal()?, self.live()?.identity.arn.clone());
        let waiver = Waiver {
            pool: self.key.to_string(),
            rule: rule.id.to_owned(),
            resource: resource.to_owned(),
            reason: reason.to_owned(),
            who: who.clone(),
            until,
            at: self.now(),
        };
        let record = AuditEntry {
            outcome: Some(format!("until {}", until.strftime("%Y-%m-%d"))),
            reason: Some(reason.to_owned()),
            ..self.waiver_record(rule.id, resource, who, "AcceptRisk")
        };
        blocking(move || journal.waive(&waiver, &record)).await
    }

    /// Accepts it no longer; the audit has a record of it.
    ///
    /// # Errors
    /// [`crate::Code::NotFound`] when nobody accepts it; [`crate::Code::Precondition`] while Production is locked;
    /// [`crate::Code::JournalUnavailable`].
    pub async fn end_waiver(&self, rule: &str, resource: &str) -> Result<(), Error> {
        self.may_change()?;
        let (journal, who) = (self.journal()?, self.live()?.identity.arn.clone());
        let record = self.waiver_record(rule, resource, who, "AcceptRiskNoLonger");
        let (pool, rule, resource) = (self.key.to_string(), rule.to_owned(), resource.to_owned());
        let named = format!("{rule} of {resource}");
        if blocking(move || journal.end_waiver(&pool, &rule, &resource, &record)).await? {
            return Ok(());
        }
        Err(Error::new(Code::NotFound, format!("Nobody accepts the risk {named}, so there is nothing to withdraw.")))
    }

    fn waiver_record(&self, rule: &str, resource: &str, who: String, operation: &str) -> AuditEntry {
        AuditEntry {
            at: self.now(),
            kind: AuditKind::Approved,
            job: format!("{rule} {resource}"),
            item: None,
            who,
            pool: self.key.to_string(),
            operation: operation.to_owned(),
            outcome: None,
            code: None,
            request_id: None,
            reason: None,
            plan: None,
            person: None,
        }
    }

    /// The risks that are accepted, those too whose time is over.
    ///
    /// # Errors
    /// [`crate::Code::JournalUnavailable`].
    pub async fn waivers(&self) -> Result<Vec<Waiver>, Error> {
        let (journal, pool) = (self.journal()?, self.key.to_string());
        blocking(move || journal.waivers(&pool)).await
    }

    /// Keeps how the rules came out, when that is not as it was the last time that as many services were asked.
    ///
    /// # Errors
    /// [`crate::Code::JournalUnavailable`].
    pub async fn keep_score(&self, findings: &[Finding], beyond: bool) -> Result<(), Error> {
        let waivers = self.waivers().await?;
        let now = self.now();
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        for finding in findings {
            *counts.entry(finding.outcome.as_str().to_owned()).or_default() += 1;
            let accepted = |waiver: &&Waiver| {
                waiver.rule == finding.rule.id && waiver.resource == finding.resource && waiver.until > now
            };
            if finding.outcome == Outcome::Fail && waivers.iter().any(|waiver| accepted(&waiver)) {
                *counts.entry("waived".to_owned()).or_default() += 1;
            }
        }
        let last = self.scores().await?.into_iter().rfind(|score| score.beyond == beyond);
        if last.is_some_and(|last| last.counts == counts) {
            return Ok(());
        }
        if beyond {
            counts.insert(BEYOND.to_owned(), 1);
        }
        let counts = super::written(&counts)?;
        let (journal, pool) = (self.journal()?, self.key.to_string());
        blocking(move || journal.keep_score(&pool, now, &counts)).await
    }

    /// How the rules came out over time, the oldest first.
    ///
    /// # Errors
    /// [`crate::Code::JournalUnavailable`].
    pub async fn scores(&self) -> Result<Vec<Score>, Error> {
        let (journal, pool) = (self.journal()?, self.key.to_string());
        let kept = blocking(move || journal.scores(&pool)).await?;
        let score = |(at, counts): (Timestamp, String)| {
            let mut counts: BTreeMap<String, u64> = super::read(&counts)?;
            Ok(Score { at, beyond: counts.remove(BEYOND).is_some(), counts })
        };
        kept.into_iter().map(score).collect()
    }
}
