//! A rule, and what came of holding it against something.

use std::fmt;

use super::case::{Case, Decided, Judged, Unknown, Verdict};

/// How bad it is when a rule fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Better otherwise.
    Low,
    /// To be mended.
    Medium,
    /// An account can be taken over, or rights gained.
    High,
    /// Anybody reaches data or AWS credentials.
    Critical,
}

impl Severity {
    /// The name on the wire: `critical`, `high`, `medium`, `low`, `info`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// The severity of that name; `None` when there is none.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Info, Self::Low, Self::Medium, Self::High, Self::Critical].into_iter().find(|it| it.as_str() == name)
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How holding a rule against something ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It is as it should be.
    Pass,
    /// It is not.
    Fail,
    /// It cannot be known: denied, throttled, or not told.
    Unknown,
    /// It does not concern this pool.
    NotApplicable,
}

impl Outcome {
    /// The name on the wire: `pass`, `fail`, `unknown`, `n/a`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Unknown => "unknown",
            Self::NotApplicable => "n/a",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// The pool, its groups and its people.
    Pool,
    /// Each app client.
    Client,
    /// Each identity pool that trusts the pool, or trusts no user pool of the account.
    IdentityPool,
    /// Whoever asks.
    Operator,
}

/// A rule.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Its name for good: `UP-09`.
    pub id: &'static str,
    /// Counts up whenever the same facts would be judged otherwise.
    pub version: u32,
    /// What is wrong when it fails, in a few words.
    pub title: &'static str,
    /// How bad that is, unless the circumstances say otherwise.
    pub severity: Severity,
    /// What it is about.
    pub subject: Subject,
    /// Why it matters, in two sentences.
    pub why: &'static str,
    /// Where it comes from.
    pub source: &'static str,
    /// What to do.
    pub remedy: &'static str,
    /// The least plan that the remedy needs (`ESSENTIALS`, `PLUS`); `None` when any will do.
    pub plan: Option<&'static str>,
    pub(super) judge: fn(&Case<'_>) -> Judged,
}

/// What came of holding one rule against one thing.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The rule.
    pub rule: &'static Rule,
    /// What it was held against: the pool's id, the client's, the identity pool's.
    pub resource: String,
    /// How bad a failure is here.
    pub severity: Severity,
    /// How it ended.
    pub outcome: Outcome,
    /// What was seen, or why nothing was. Never empty. Names of things in it are foreign text.
    pub evidence: String,
    /// The operation whose answer decided; empty where none did.
    pub operation: String,
    /// The place in that answer, as a JSON pointer; empty for the whole of it.
    pub pointer: String,
    /// What to do, and the plan that it needs when the pool has a lower one.
    pub remedy: String,
}

impl Finding {
    pub(super) fn of(rule: &'static Rule, case: &Case<'_>) -> Self {
        let verdict = (rule.judge)(case).unwrap_or_else(Unknown::into_verdict);
        Self::told(rule, case, verdict)
    }

    /// The things that the rule is about could not be listed.
    pub(super) fn unlisted(rule: &'static Rule, case: &Case<'_>, list: &str) -> Self {
        let why = match case.ask(list, "") {
            Err(unknown) => unknown,
            Ok(body) => body.silent(""),
        };
        Self::told(rule, case, why.into_verdict())
    }

    /// There is nothing that the rule is about.
    pub(super) fn without_subject(rule: &'static Rule, pool: &str, list: &str, why: &str) -> Self {
        let decided = Decided { operation: list.to_owned(), pointer: String::new() };
        let verdict = Verdict { outcome: Outcome::NotApplicable, severity: None, evidence: why.to_owned(), decided };
        Self::written(rule, pool, verdict, rule.remedy.to_owned())
    }

    fn told(rule: &'static Rule, case: &Case<'_>, verdict: Verdict) -> Self {
        let dearer = rule.plan.filter(|_| verdict.outcome == Outcome::Fail).and_then(|plan| case.dearer(plan));
        let remedy = match dearer {
            Some(note) => format!("{} {note}", rule.remedy),
            None => rule.remedy.to_owned(),
        };
        Self::written(rule, case.subject, verdict, remedy)
    }

    fn written(rule: &'static Rule, resource: &str, verdict: Verdict, remedy: String) -> Self {
        Self {
            rule,
            resource: resource.to_owned(),
            severity: verdict.severity.unwrap_or(rule.severity),
            outcome: verdict.outcome,
            evidence: verdict.evidence,
            operation: verdict.decided.operation,
            pointer: verdict.decided.pointer,
            remedy,
        }
    }
}
