//! Whether nobody who stayed until a sync can have left a pool unseen in a month: only then its size is taken for a ceiling
//! of the active users. That nobody was created and deleted between two syncs is an assumption, and the evidence says so.

use jiff::{SignedDuration, Timestamp};
use model::PoolKey;
use model::mau::LONGEST_UNSEEN;
use model::month::Month;
use serde::{Deserialize, Serialize};
use store::{Cache, History, MonthlyKind};

use super::given::Given;
use crate::error::Error;
use crate::ledger::LedgerOf;
use crate::open::blocking;
use crate::pool::OpenPool;

/// What complete syncs saw of a month, as it is kept: counts, so that it outlives the history of changes.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Watched {
    /// The end of the first complete sync since which leaving is recorded.
    pub(super) from: Timestamp,
    /// When the last complete sync began.
    pub(super) until: Timestamp,
    /// Up to when those who left are counted.
    pub(super) counted: Timestamp,
    /// Users at the last complete sync.
    pub(super) users: u64,
    /// Who was seen to be gone since the month began; somebody who left twice is in it twice.
    pub(super) gone: u64,
    /// The longest part of the month in which nobody looked: from when one complete sync began to when the next ended.
    pub(super) unseen: SignedDuration,
    /// Whose records changed in the month; `None` where it was kept by an earlier version.
    #[serde(default)]
    pub(super) changed: Option<Changed>,
}

/// Users whose records changed in a month, as a sync saw it.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Changed {
    pub(super) users: u64,
    /// Up to when they were seen; at most the month's end.
    pub(super) until: Timestamp,
}

impl Changed {
    /// With what a sync that began then counts. A later change hides an earlier one: after the end of the month the number
    /// falls, so only a sync that comes soon after it tells of all of the month.
    fn seen(before: Option<Self>, month: Month, users: u64, began: Timestamp) -> Self {
        let ends = month.next().begins();
        let known = before.unwrap_or(Self { users: 0, until: month.begins() });
        let until = if began.duration_since(ends) <= LONGEST_UNSEEN { began.min(ends) } else { known.until };
        Self { users: known.users.max(users), until: known.until.max(until) }
    }
}

impl Watched {
    /// Whether it holds for everybody who was in the pool in the month and stayed until a sync, up to the last one or to
    /// the month's end.
    pub(super) fn covers(&self, month: Month, over: bool) -> bool {
        self.from <= month.begins() && (!over || self.is_closed(month))
    }

    /// The longest part of the month in which nobody has looked, as seen from an instant.
    pub(super) fn unseen_at(&self, month: Month, now: Timestamp) -> SignedDuration {
        if self.is_closed(month) { self.unseen } else { self.unseen.max(within(month, self.until, now)) }
    }

    /// Whether that is short enough to assume that nobody came and left unseen.
    pub(super) fn is_close(&self, month: Month, now: Timestamp) -> bool {
        self.unseen_at(month, now) <= LONGEST_UNSEEN
    }

    fn is_closed(&self, month: Month) -> bool {
        self.until >= month.next().begins()
    }
}

/// How much of a month lies between two instants.
fn within(month: Month, from: Timestamp, to: Timestamp) -> SignedDuration {
    let (from, to) = (from.max(month.begins()), to.min(month.next().begins()));
    to.duration_since(from).max(SignedDuration::ZERO)
}

/// Forgets since when a pool is watched.
fn unwatched(history: &History, pool: &PoolKey) -> Result<(), Error> {
    history.may_lack(pool)?;
    for (month, _) in Given(history.months(pool)?).watched_months() {
        history.forget_month(pool, month, MonthlyKind::Watched)?;
    }
    Ok(())
}

/// Makes up for changes that were not recorded while the history could not be read: it lacks them.
pub(crate) fn caught_up(history: &History, cache: &Cache, pool: &PoolKey) -> Result<(), Error> {
    if cache.unrecorded()? {
        unwatched(history, pool)?;
        cache.set_unrecorded(false)?;
    }
    Ok(())
}

impl OpenPool {
    /// Keeps what a complete sync that began then has seen of its month, and of months that were still open. To be called
    /// before changes are purged.
    pub(crate) async fn watch(&self, began: Timestamp) -> Result<(), Error> {
        let Some(history) = self.recording() else { return self.forget_watched().await };
        let freshness = self.freshness().await?;
        if !freshness.complete || !freshness.swept {
            return Ok(());
        }
        let users = freshness.users.max(freshness.estimated_users.unwrap_or_default());
        let now = self.now();
        let (whole, key) = (history.clone(), self.key.clone());
        blocking(move || whole.is_whole(&key, now)).await?;
        let mut rows = self.with_gone(&history, now).await?;
        if rows.is_empty() && self.given().await?.watched_months().is_empty() {
            let (from, nothing) = (now, SignedDuration::ZERO);
            let first = Watched { from, until: began, counted: now, users, gone: 0, unseen: nothing, changed: None };
            rows.push((Month::of(now), first));
        }
        for (month, row) in &mut rows {
            let unseen = row.unseen_at(*month, now);
            let changed = Changed::seen(row.changed, *month, self.count_in("modified", *month).await?, began);
            *row = Watched { until: began, users, unseen, changed: Some(changed), ..*row };
        }
        self.keep_watched(rows).await
    }

    /// Counts who is gone into what is kept of the months. To be called before changes of a person are erased: that somebody
    /// has left stays true when nobody may know any more who it was.
    pub(crate) async fn count_gone(&self) -> Result<(), Error> {
        let Some(history) = self.recording() else { return Ok(()) };
        let rows = self.with_gone(&history, self.now()).await?;
        self.keep_watched(rows).await
    }

    /// The months that are open, up to the present one, with everybody in them who is gone by now. None where the pool is
    /// not watched.
    async fn with_gone(&self, history: &History, now: Timestamp) -> Result<Vec<(Month, Watched)>, Error> {
        let known = self.given().await?.watched_months();
        let mut rows = Vec::new();
        for (month, before) in known.iter().filter(|(month, watched)| !watched.is_closed(*month)) {
            let gone = before.gone.saturating_add(self.gone_since(history, before.counted).await?);
            rows.push((*month, Watched { counted: now, gone, ..*before }));
        }
        let Some((last_month, last)) = known.last() else { return Ok(rows) };
        let gone = self.gone_since(history, last.counted).await?;
        let mut month = last_month.next();
        while month <= Month::of(now) {
            let (unseen, changed) = (SignedDuration::ZERO, None);
            rows.push((month, Watched { counted: now, gone, unseen, changed, ..*last }));
            month = month.next();
        }
        Ok(rows)
    }

    async fn keep_watched(&self, rows: Vec<(Month, Watched)>) -> Result<(), Error> {
        for (month, row) in rows {
            self.keep(month, MonthlyKind::Watched, &row).await?;
        }
        Ok(())
    }

    /// Forgets since when the pool is watched: from now on somebody may leave unseen.
    pub(crate) async fn forget_watched(&self) -> Result<(), Error> {
        let (history, cache, key) = (self.console.vault().history.clone(), self.cache.clone(), self.key.clone());
        blocking(move || match history {
            Some(history) => unwatched(&history, &key),
            // It is noted where it can be, and in the history once that can be read.
            None => Ok(cache.set_unrecorded(true)?),
        })
        .await
    }

    /// How many were seen to be gone since an instant. Changes are forgotten after some weeks; of what was deleted here
    /// before that, the ledger knows.
    pub(super) async fn gone_since(&self, history: &History, from: Timestamp) -> Result<u64, Error> {
        let (asked, key) = (history.clone(), self.key.clone());
        let gone = blocking(move || asked.gone_since(&key, from)).await?;
        let days = i64::from(self.console.settings().history_days);
        let horizon = self.now().checked_sub(SignedDuration::from_hours(24 * days)).unwrap_or(Timestamp::MIN);
        let journal = self.console.vault().journal.clone().filter(|_| from < horizon);
        let Some(journal) = journal else { return Ok(gone) };
        let entries = blocking(move || journal.ledger(from)).await?;
        let deleted = entries.iter().filter(|entry| {
            LedgerOf::from(&self.key).has(entry) && entry.call.operation == "AdminDeleteUser" && entry.call.at < horizon
        });
        Ok(gone.saturating_add(deleted.count() as u64))
    }
}
