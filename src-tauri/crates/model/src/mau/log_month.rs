//! What logs tell of a month, and how two imports of one are put together.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::evidence::LONGEST_UNSEEN;
use super::named::Named;
use crate::ClientId;
use crate::month::Month;

/// What logs tell of a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LogMonth {
    /// The month.
    pub month: Month,
    /// Different users with something that AWS lists as counting and that went well.
    pub surely: Counted,
    /// Different users with anything that may count: failed attempts, operations of which AWS says nothing, events that do
    /// not tell their pool.
    pub possibly: Counted,
    /// Surely active users by app client, to within a few percent. A user may be in several. Of several imports, the largest
    /// number that one of them tells.
    pub clients: Vec<(ClientId, u64)>,
    /// Whether there were more app clients than were counted apart.
    pub more_clients: bool,
    /// Whether it was only told app client by app client: then those of the largest are surely active, and how many there
    /// were in all is not known.
    #[serde(default)]
    pub by_client_only: bool,
    /// Successful token requests of machines (CloudTrail only); `None` when no log tells of any. Of several imports, the
    /// largest number that one of them tells.
    pub token_requests: Option<u64>,
    /// Whether these are of the whole month, as a table tells them, and not of the days of a log.
    #[serde(default)]
    pub tokens_of_all: bool,
    /// Events about users.
    pub events: u64,
    /// When the first one was.
    pub first: Timestamp,
    /// When the last one was. What lies after it, or between, the log may not hold: delivery is best effort.
    pub last: Timestamp,
    /// Who is surely and who is possibly active, so that another import can be counted together with this one. `None` for a
    /// table, which names nobody, and for what was imported before it was kept.
    #[serde(default)]
    pub named: Option<(Named, Named)>,
    /// How many `surely` are at most, where imports were put together of which nobody knows how many users are in several:
    /// then it is what the largest of them says, and what is likely is not known.
    #[serde(default)]
    pub together: Option<u64>,
    /// The imports that were put together, so that one that comes again adds nobody; empty for a single one.
    #[serde(default)]
    pub imports: Vec<Imported>,
}

/// What tells one import from another. Who is in it is not looked at: that may not have been kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Imported {
    /// Users who are surely active.
    pub surely: u64,
    /// Users who may be.
    pub possibly: u64,
    /// Events about users.
    pub events: u64,
    /// When the first one was.
    pub first: Timestamp,
    /// When the last one was.
    pub last: Timestamp,
}

/// A number of different users.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Counted {
    /// How many.
    pub users: u64,
    /// Whether each was told apart; otherwise the standard error is 0.2 %, and 0.8 % where several imports were put together.
    pub exact: bool,
    /// Where several imports were put together: at least so many, which one of them names alone.
    #[serde(default)]
    pub alone: Option<u64>,
}

impl Counted {
    /// Users of one import.
    #[must_use]
    pub fn new(users: u64, exact: bool) -> Self {
        Self { users, exact, alone: None }
    }

    /// Not more than there are: five standard errors less where it is not exact.
    #[must_use]
    pub fn at_least(self) -> u64 {
        match self.alone {
            Some(alone) => alone,
            None if self.exact => self.users,
            None => self.users - self.users / 100,
        }
    }

    /// Not less than there are.
    #[must_use]
    pub fn at_most(self) -> u64 {
        match (self.alone, self.exact) {
            (None, true) => self.users,
            (None, false) => self.users + self.users / 100 + 1,
            (Some(_), _) => self.users + self.users / 25 + 1,
        }
    }

    /// The larger of two numbers.
    fn larger(self, other: Self) -> Self {
        if other.users > self.users { other } else { self }
    }

    /// The number of two imports together. Exact only where all of one are in the other.
    fn with(self, other: Self, named: Option<(&Named, &Named)>) -> Self {
        let larger = self.larger(other);
        let Some((own, others)) = named else { return larger };
        let both = own.with(others);
        if both == *own || both == *others {
            return larger;
        }
        let most = self.at_most().saturating_add(other.at_most());
        let users = both.users().clamp(larger.users, most.max(larger.users));
        Self { users, exact: false, alone: Some(self.at_least().max(other.at_least())) }
    }
}

impl LogMonth {
    /// Two imports of a month put together: different users of both where both are logs. A table tells of the whole month
    /// and names nobody, so of a table and something else it is the larger number. Two logs of which one does not say who is
    /// in it have at least as many users as the larger one and at most as many as both.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        let named = self.named.as_ref().zip(other.named.as_ref());
        let surely = self.surely.with(other.surely, named.map(|((own, _), (others, _))| (own, others)));
        let possibly = self.possibly.with(other.possibly, named.map(|((_, own), (_, others))| (own, others)));
        let possibly = if possibly.users < surely.users { surely } else { possibly };
        let (together, imports) = (self.together_with(&other), self.imports_with(&other));
        let touching = named.is_some() && self.touches(&other);
        let (first, last) = (self.first.min(other.first), self.last.max(other.last));
        let mut clients = BTreeMap::new();
        for (client, users) in self.clients.iter().chain(&other.clients) {
            let most: &mut u64 = clients.entry(client.clone()).or_default();
            *most = users.max(most).to_owned();
        }
        let both = match named {
            Some(((surely, possibly), (more, perhaps))) => Some((surely.with(more), possibly.with(perhaps))),
            None if self.is_nameless_log() || other.is_nameless_log() => None,
            None => self.named.clone().or_else(|| other.named.clone()),
        };
        let clients = clients.into_iter().collect();
        let more_clients = self.more_clients || other.more_clients;
        let token_requests = self.token_requests.max(other.token_requests);
        let has_all = |log: &Self| log.tokens_of_all && log.token_requests == token_requests;
        let tokens_of_all = has_all(&self) || has_all(&other);
        let events = self.events.max(other.events);
        // Of a single app client, the table of all users says the same number, and that it is of all.
        let says = |log: &Self| (log.surely.users, !log.by_client_only);
        let more = if says(&self) > says(&other) { self } else { other };
        let (first, last) = if touching { (first, last) } else { (more.first, more.last) };
        Self {
            surely,
            possibly,
            clients,
            more_clients,
            token_requests,
            tokens_of_all,
            events,
            first,
            last,
            named: both,
            together,
            imports,
            ..more
        }
    }

    /// At most so many users are surely in one of the two; `None` where it is known how many.
    fn together_with(&self, other: &Self) -> Option<u64> {
        let is_log = |log: &Self| log.events > 0;
        let nameless = self.is_nameless_log() || other.is_nameless_log();
        let told = |log: &Self| log.together.unwrap_or_else(|| log.surely.at_most());
        let apart = is_log(self) && is_log(other) && nameless && !self.has(other) && !other.has(self);
        if apart && self.surely.users > 0 && other.surely.users > 0 {
            return Some(told(self).saturating_add(told(other)));
        }
        self.together.max(other.together)
    }

    /// Whether it is a log, or has one in it, of which nobody kept who is in it.
    fn is_nameless_log(&self) -> bool {
        self.events > 0 && self.named.is_none()
    }

    /// The logs in it, import by import. A table names nobody and adds nobody to a log.
    fn logs(&self) -> Vec<Imported> {
        let Self { surely, possibly, events, first, last, .. } = self;
        let own =
            Imported { surely: surely.users, possibly: possibly.users, events: *events, first: *first, last: *last };
        match self.imports.is_empty() {
            true => (*events > 0).then_some(own).into_iter().collect(),
            false => self.imports.clone(),
        }
    }

    fn imports_with(&self, other: &Self) -> Vec<Imported> {
        let mut imports = self.logs();
        imports.extend(other.logs().into_iter().filter(|import| !self.logs().contains(import)));
        imports
    }

    /// Whether every log of another one is in it already.
    fn has(&self, other: &Self) -> bool {
        let own = self.logs();
        other.logs().iter().all(|import| own.contains(import))
    }

    /// Whether nothing longer lies between them than a look at a pool may be late.
    fn touches(&self, other: &Self) -> bool {
        let gap = self.first.max(other.first).duration_since(self.last.min(other.last));
        gap <= LONGEST_UNSEEN
    }
}
