//! What is not known exactly: a lower bound, a likely value and an upper bound, each with its evidence.

use serde::{Deserialize, Serialize};

/// low ≤ likely ≤ high. What nobody can tell is absent, never guessed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Estimate<T> {
    /// At least this; zero when nothing is known, since nothing here is less than zero.
    pub low: T,
    /// The best single value; `None` when unknown.
    pub likely: Option<T>,
    /// At most this; `None` when unknown.
    pub high: Option<T>,
    /// What it rests on. Empty when nothing is known.
    pub evidence: Vec<Evidence>,
}

/// One thing that is known, and what follows from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Evidence {
    /// What kind of evidence.
    pub kind: EvidenceKind,
    /// What it says about the number.
    pub bound: Bound,
    /// The number of users it gives.
    pub users: u64,
    /// A sentence: what was seen.
    pub says: String,
    /// What makes it less than certain, as a sentence; `None` when nothing does.
    pub caveat: Option<String>,
}

/// What a piece of evidence says about a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Bound {
    /// It is at least this.
    AtLeast,
    /// It is about this.
    About,
    /// It is at most this.
    AtMost,
    /// It is exactly this.
    Exactly,
    /// Worth knowing, but it bounds nothing.
    Hint,
}

/// Where evidence of monthly active users comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum EvidenceKind {
    /// Users in the local copy who were created in the month.
    Created,
    /// Users in the local copy whose record changed in the month.
    Changed,
    /// What this app itself did.
    Ledger,
    /// Sign-in events of single users (Plus).
    SignInEvents,
    /// Sessions of single users, where they are tracked.
    Sessions,
    /// Different users over all evidence that names users.
    Union,
    /// CloudWatch's sums of successes.
    Metrics,
    /// Logs that were imported.
    Logs,
    /// AWS's estimate of the number of users.
    EstimatedUsers,
    /// The number on the bill.
    Billed,
    /// The number on the bill of the month before.
    BilledBefore,
    /// A range that was worked out from earlier months.
    Forecast,
}

impl<T: Copy + Ord> Estimate<T> {
    /// Bounds put in order: what contradicts the lower bound gives way to it, because that one was seen.
    #[must_use]
    pub fn new(low: T, likely: Option<T>, high: Option<T>) -> Self {
        let high = high.map(|high| high.max(low));
        let likely = likely.map(|likely| likely.max(low)).map(|likely| high.map_or(likely, |high| likely.min(high)));
        Self { low, likely, high, evidence: Vec::new() }
    }

    /// A known value.
    #[must_use]
    pub fn exactly(value: T) -> Self {
        Self { low: value, likely: Some(value), high: Some(value), evidence: Vec::new() }
    }

    /// The same with evidence added.
    #[must_use]
    pub fn because(mut self, evidence: impl IntoIterator<Item = Evidence>) -> Self {
        self.evidence.extend(evidence);
        self
    }

    /// What follows when more means more: `f` must never fall. Evidence is kept.
    #[must_use]
    pub fn map<U: Copy + Ord>(&self, f: impl Fn(T) -> U) -> Estimate<U> {
        let estimate = Estimate::new(f(self.low), self.likely.map(&f), self.high.map(&f));
        estimate.because(self.evidence.iter().cloned())
    }

    /// What follows from two numbers when more of either means more. What is unknown in one is unknown in the result.
    #[must_use]
    pub fn with<U: Copy + Ord, V: Copy + Ord>(&self, other: &Estimate<U>, f: impl Fn(T, U) -> V) -> Estimate<V> {
        let both = |a: Option<T>, b: Option<U>| a.zip(b).map(|(a, b)| f(a, b));
        let estimate =
            Estimate::new(f(self.low, other.low), both(self.likely, other.likely), both(self.high, other.high));
        estimate.because(self.evidence.iter().chain(&other.evidence).cloned())
    }

    /// Whether a value lies between the bounds; what has no bound does not exclude.
    #[must_use]
    pub fn contains(&self, value: T) -> bool {
        self.low <= value && self.high.is_none_or(|high| value <= high)
    }
}

impl<T: Copy + Ord + Default> Estimate<T> {
    /// Nothing is known.
    #[must_use]
    pub fn unknown() -> Self {
        Self { low: T::default(), likely: None, high: None, evidence: Vec::new() }
    }

    /// Whether nothing is known.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        self.evidence.is_empty() && self.low == T::default() && self.likely.is_none() && self.high.is_none()
    }
}
