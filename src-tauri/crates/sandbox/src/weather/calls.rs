//! What was called, so that a test can say what must not have been.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::Traits;
use crate::directory::activity::Basis;

/// Calls since the start, or since they were last forgotten. Every attempt counts, refused ones too.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Calls {
    by_operation: BTreeMap<String, u64>,
    throttled: BTreeMap<String, u64>,
    people: BTreeMap<String, BTreeSet<String>>,
    by_user: BTreeMap<String, BTreeMap<String, u64>>,
    may_bill: BTreeMap<String, u64>,
    applied: BTreeMap<String, BTreeMap<String, u64>>,
}

impl Calls {
    /// Attempts at `operation`.
    #[must_use]
    pub fn of(&self, operation: &str) -> u64 {
        self.by_operation.get(operation).copied().unwrap_or_default()
    }

    /// Attempts by operation name.
    #[must_use]
    pub fn by_operation(&self) -> &BTreeMap<String, u64> {
        &self.by_operation
    }

    /// All attempts.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.by_operation.values().sum()
    }

    /// Attempts that were answered with `TooManyRequestsException` by a quota, by operation name.
    #[must_use]
    pub fn throttled(&self) -> &BTreeMap<String, u64> {
        &self.throttled
    }

    /// The `Username` values that requests for one person named, by operation name.
    #[must_use]
    pub fn people(&self) -> &BTreeMap<String, BTreeSet<String>> {
        &self.people
    }

    /// Attempts by the username that the request named, and by operation name.
    #[must_use]
    pub fn by_user(&self) -> &BTreeMap<String, BTreeMap<String, u64>> {
        &self.by_user
    }

    /// Attempts at operations that AWS bills as activity of a user, or does not say: anything about one person.
    #[must_use]
    pub fn may_bill(&self) -> &BTreeMap<String, u64> {
        &self.may_bill
    }

    /// Calls that were carried out, whether their answer arrived or not, by the username that the request named, and by
    /// operation name.
    #[must_use]
    pub fn applied(&self) -> &BTreeMap<String, BTreeMap<String, u64>> {
        &self.applied
    }

    pub(super) fn applied_to(&mut self, call: &Traits<'_>) {
        if let Some(person) = call.person {
            count(self.applied.entry(person.to_owned()).or_default(), call.name);
        }
    }

    pub(super) fn arrived(&mut self, call: &Traits<'_>) {
        count(&mut self.by_operation, call.name);
        // A page that is only looked at, and the token of a machine, are about nobody.
        if Basis::of(call.name).is_some() && (call.service.is_some() || call.person.is_some()) {
            count(&mut self.may_bill, call.name);
        }
        if let Some(person) = call.person {
            self.people.entry(call.name.to_owned()).or_default().insert(person.to_owned());
            count(self.by_user.entry(person.to_owned()).or_default(), call.name);
        }
    }

    pub(super) fn throttled_at(&mut self, operation: &str) {
        count(&mut self.throttled, operation);
    }
}

fn count(counts: &mut BTreeMap<String, u64>, operation: &str) {
    match counts.get_mut(operation) {
        Some(n) => *n += 1,
        None => {
            counts.insert(operation.to_owned(), 1);
        }
    }
}
