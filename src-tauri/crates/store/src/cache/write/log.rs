//! Collects what a write changes, and hands it to the history before the write is committed.

use std::collections::BTreeSet;

use jiff::Timestamp;
use model::PoolKey;
use model::user::User;

use super::state::Running;
use crate::cache::{CacheError, Result};
use crate::history::{Event, History, Kind};

/// Nothing is collected without a history.
pub(super) struct Log<'a> {
    history: Option<&'a History>,
    pool: &'a PoolKey,
    generation: u64,
    at: Timestamp,
    since: Option<Timestamp>,
    /// Whether those who are met for the first time were there before.
    pub(super) newcomers_were_there: bool,
    events: Vec<Event>,
}

impl<'a> Log<'a> {
    pub(super) fn new(history: Option<&'a History>, pool: &'a PoolKey, running: &Running, at: Timestamp) -> Self {
        Self {
            history,
            pool,
            generation: running.generation,
            at,
            since: running.synced_at,
            newcomers_were_there: false,
            events: Vec::new(),
        }
    }

    /// Nobody is news while the pool is listed for the first time.
    pub(super) fn added(&mut self, user: &User) -> Result<()> {
        if let (Some(history), Some(_), false) = (self.history, self.since, self.newcomers_were_there) {
            let back = history.was_removed(self.pool, person(user), self.generation)?;
            self.push(user, if back { Kind::Reappeared } else { Kind::Added }, "", None, None);
        }
        Ok(())
    }

    pub(super) fn fields(&mut self, before: &User, user: &User) {
        if self.history.is_none() {
            return;
        }
        let events = self.events.len();
        let yes = |enabled: bool| if enabled { "yes" } else { "no" }.to_owned();
        self.field(user, "enabled", Some(yes(before.enabled)), Some(yes(user.enabled)));
        self.field(user, "status", Some(before.status.to_string()), Some(user.status.to_string()));
        self.field(user, "created", Some(before.created_at.to_string()), Some(user.created_at.to_string()));
        let names: BTreeSet<&String> = before.attributes.keys().chain(user.attributes.keys()).collect();
        for name in names {
            let text = |user: &User| user.attribute(name).map(str::to_owned);
            self.field(user, name, text(before), text(user));
        }
        if self.events.len() == events {
            // Something changed that a listing does not show, such as a password.
            self.field(user, "modified", Some(before.modified_at.to_string()), Some(user.modified_at.to_string()));
        }
    }

    fn field(&mut self, user: &User, name: &str, before: Option<String>, after: Option<String>) {
        if before != after {
            self.push(user, Kind::Field, name, before, after);
        }
    }

    pub(super) fn removed(&mut self, user: &User) -> Result<()> {
        if self.history.is_some() {
            let row = serde_json::to_string(user).map_err(|error| CacheError::Internal(error.to_string()))?;
            self.push(user, Kind::Removed, "", Some(row), None);
        }
        Ok(())
    }

    pub(super) fn group(&mut self, user: &User, kind: Kind, group: &str) {
        if self.history.is_some() {
            self.push(user, kind, group, None, None);
        }
    }

    pub(super) fn is_on(&self) -> bool {
        self.history.is_some()
    }

    /// Commits to the history. The cache commits after it: a crash in between repeats, and repeats add nothing.
    pub(super) fn commit(self) -> Result<()> {
        match self.history {
            Some(history) => Ok(history.record(self.pool, &self.events)?),
            None => Ok(()),
        }
    }

    fn push(&mut self, user: &User, kind: Kind, name: &str, before: Option<String>, after: Option<String>) {
        self.events.push(Event {
            person: person(user).to_owned(),
            username: user.username.as_str().to_owned(),
            generation: self.generation,
            at: self.at,
            since: self.since,
            kind,
            name: name.to_owned(),
            before,
            after,
        });
    }
}

/// Who it is: the `sub` stays when a user name is given to somebody else.
fn person(user: &User) -> &str {
    user.sub().unwrap_or(user.username.as_str())
}
