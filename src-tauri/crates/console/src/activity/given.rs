//! What a person gives: logs, tables of results, the bill.

use std::path::PathBuf;

use jiff::Timestamp;
use model::ClientId;
use model::estimate::Estimate;
use model::mau::{
    BillScope, BilledNumber, Facts, LONGEST_UNSEEN, LogCounter, LogMonth, MetricMonth, MetricReading, NOTHING_OLD,
};
use model::month::Month;
use store::{MonthlyEvidence, MonthlyKind};

use super::files::{BilledMonth, read_files};
use super::kept::Kept;
use super::watched::Watched;
use super::{NO_HISTORY, kept};
use crate::error::{Code, Error};
use crate::open::blocking;
use crate::pool::OpenPool;

/// What importing files brought.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImportedActivity {
    /// What was learnt, month by month, as sentences.
    pub learnt: Vec<String>,
    /// What could not be used, as sentences.
    pub problems: Vec<String>,
}

/// Everything that is kept of a pool's months.
#[derive(Default)]
pub(super) struct Given(pub(super) Vec<MonthlyEvidence>);

impl Given {
    fn row(&self, month: Month, kind: MonthlyKind) -> Option<&MonthlyEvidence> {
        self.0.iter().find(|row| row.month == month && row.kind == kind)
    }

    /// What a person gave of a month, and nothing that was seen.
    pub(super) fn facts(&self, month: Month, over: bool) -> Facts {
        let metrics = self.metrics(month);
        let final_number = self.final_bill(month.previous()).filter(is_of_pool);
        Facts {
            log: self.log(month),
            metrics: metrics.as_ref().map(|metrics| metrics.sums),
            metrics_read: metrics.map(|metrics| metrics.reading).unwrap_or_default(),
            billed: self.billed(month),
            billed_at: self.row(month, MonthlyKind::Billed).map(|row| row.at),
            billed_before: final_number.map(|billed| billed.users),
            ..Facts::none(month, over)
        }
    }

    fn log(&self, month: Month) -> Option<LogMonth> {
        serde_json::from_str(&self.row(month, MonthlyKind::Log)?.json).ok()
    }

    /// What CloudWatch counted, as it was imported.
    pub(super) fn metrics(&self, month: Month) -> Option<MetricMonth> {
        serde_json::from_str(&self.row(month, MonthlyKind::Metrics)?.json).ok()
    }

    fn billed(&self, month: Month) -> Option<BilledNumber> {
        serde_json::from_str(&self.row(month, MonthlyKind::Billed)?.json).ok()
    }

    /// The number of a bill that was given after its month.
    pub(super) fn final_bill(&self, month: Month) -> Option<BilledNumber> {
        let row = self.row(month, MonthlyKind::Billed)?;
        (row.at >= month.next().begins()).then(|| self.billed(month)).flatten()
    }

    pub(super) fn estimate(&self, month: Month) -> Option<(Timestamp, Kept)> {
        kept::read(self.row(month, MonthlyKind::Estimate)?)
    }

    /// The range that was kept after the month had ended.
    pub(super) fn closed(&self, month: Month) -> Option<(Timestamp, Estimate<u64>)> {
        let (at, kept) = self.estimate(month)?;
        (at >= month.next().begins()).then(|| (at, kept.into_estimate()))
    }

    pub(super) fn watched(&self, month: Month) -> Option<Watched> {
        serde_json::from_str(&self.row(month, MonthlyKind::Watched)?.json).ok()
    }

    /// Every month that was watched, the oldest first.
    pub(super) fn watched_months(&self) -> Vec<(Month, Watched)> {
        let rows = self.0.iter().filter(|row| row.kind == MonthlyKind::Watched);
        rows.filter_map(|row| Some((row.month, self.watched(row.month)?))).collect()
    }

    /// What is kept of a month and cannot be read, in words.
    pub(super) fn unreadable(&self, month: Month) -> Vec<&'static str> {
        let is_lost = |kind: MonthlyKind, read: bool| !read && self.row(month, kind).is_some();
        [
            (MonthlyKind::Billed, self.billed(month).is_some(), "the bill's number"),
            (MonthlyKind::Log, self.log(month).is_some(), "imported logs"),
            (MonthlyKind::Metrics, self.metrics(month).is_some(), "CloudWatch's sums"),
            (MonthlyKind::Watched, self.watched(month).is_some(), "what syncs saw"),
            (MonthlyKind::Estimate, self.estimate(month).is_some(), "the range that was worked out before"),
        ]
        .into_iter()
        .filter_map(|(kind, read, words)| is_lost(kind, read).then_some(words))
        .collect()
    }

    pub(super) fn months(&self) -> Vec<Month> {
        self.0.iter().map(|row| row.month).collect()
    }
}

/// Whether a number of a bill is about this pool alone.
fn is_of_pool(billed: &BilledNumber) -> bool {
    billed.scope == BillScope::Pool
}

impl OpenPool {
    /// Keeps the number of a month's bill, or forgets it. While the month goes on it is of a part of it.
    ///
    /// # Errors
    /// [`Code::Validation`] on `month` for one that is yet to come;
    /// [`Code::JournalUnavailable`] when the history cannot be written.
    pub async fn set_billed(&self, month: Month, billed: Option<BilledNumber>) -> Result<(), Error> {
        if billed.is_some() && month > Month::of(self.now()) {
            return Err(Error::invalid("month", format!("{month} is yet to come.")));
        }
        match billed {
            None => self.forget(month, MonthlyKind::Billed).await,
            Some(billed) => self.keep_bill(month, billed, self.now()).await,
        }
    }

    /// Keeps a bill's number. The same one again takes nothing from what is known of how it is made up. A final number is made
    /// up in another way than one of a part of the month.
    async fn keep_bill(&self, month: Month, billed: BilledNumber, at: Timestamp) -> Result<(), Error> {
        let given = self.given().await?;
        let is_final = at >= month.next().begins();
        let known = given.billed(month).filter(|_| given.final_bill(month).is_some() == is_final);
        let same = known.filter(|known| (known.users, known.scope) == (billed.users, billed.scope));
        let billed = BilledNumber {
            federated: billed.federated.or(same.and_then(|same| same.federated)),
            token_requests: billed.token_requests.or(same.and_then(|same| same.token_requests)),
            ..billed
        };
        self.keep_at(month, MonthlyKind::Billed, &billed, at).await
    }

    /// Forgets what imported logs and CloudWatch's sums told of a month. Nothing imported is success.
    ///
    /// # Errors
    /// [`Code::JournalUnavailable`] when the history cannot be written.
    pub async fn forget_log(&self, month: Month) -> Result<(), Error> {
        self.forget(month, MonthlyKind::Metrics).await?;
        self.forget(month, MonthlyKind::Log).await
    }

    /// Reads files that a person gives, and those in folders: logs (counted together, so that a user in two of them is one),
    /// tables of prepared queries, CloudWatch's sums, usage of a bill, each plain or compressed with gzip. A trail, a query over one and a bill are about the account: who is in them without
    /// the pool or one of its app clients (`ListUserPoolClients`, free, where the pool is open through AWS) is surely this
    /// pool's only if `only_pool` says that there is no other. Damage is told, not fatal. May take minutes.
    ///
    /// # Errors
    /// [`Code::Validation`] on `file` when one cannot be opened;
    /// [`Code::JournalUnavailable`] when nothing can be kept.
    pub async fn import_activity(&self, files: Vec<PathBuf>, only_pool: bool) -> Result<ImportedActivity, Error> {
        let mut counter = LogCounter::new(Some(self.key.pool.clone())).of_clients(self.own_clients().await);
        if only_pool {
            counter = counter.alone();
        }
        let read = blocking(move || read_files(counter, &files, only_pool)).await?;
        let mut imported = ImportedActivity { learnt: Vec::new(), problems: read.problems };
        for mut log in read.logs {
            // A table names no last day; it cannot be of days to come.
            log.last = log.last.min(self.now());
            // One whose file tells no time is no later than now, either.
            log.tokens_of_all &= log.month.next().begins().duration_since(self.now()) <= LONGEST_UNSEEN;
            let known = self.given().await?.log(log.month);
            let both = known.clone().map(|known| known.with(log.clone()));
            imported.learnt.push(learnt(&log, known.as_ref(), both.as_ref()));
            let log = both.unwrap_or(log);
            self.keep(log.month, MonthlyKind::Log, &log).await?;
        }
        let now = self.now();
        for (month, mut metrics) in read.metrics {
            // The file does not say when it was answered. While the month goes on, it is early in any case; after that it
            // may be.
            metrics.reading =
                MetricReading { at: Some(now).filter(|now| *now < month.next().begins()), by_name: false };
            imported.learnt.push(format!("{month}: CloudWatch counts {}. {NOTHING_OLD}", metrics.sums.told()));
            self.keep(month, MonthlyKind::Metrics, &metrics).await?;
        }
        for (month, bill) in read.billed {
            self.take_bill(month, bill, only_pool, &mut imported).await?;
        }
        if imported.learnt.is_empty() {
            imported.problems.push("Nothing in these files is about an active user of this pool.".to_owned());
        }
        Ok(imported)
    }

    /// Keeps what a bill says of a month. Without a line for free users it says less than all: of this pool alone it is the
    /// least, and of the account nothing.
    async fn take_bill(
        &self,
        month: Month,
        bill: BilledMonth,
        only_pool: bool,
        imported: &mut ImportedActivity,
    ) -> Result<(), Error> {
        let number = model::cost::grouped(bill.users);
        if month > Month::of(self.now()) {
            imported.problems.push(format!("{month}: the bill is of a month that is yet to come, so it was not used."));
            return Ok(());
        }
        if !bill.has_users() {
            imported.problems.push(format!("{month}: the bill has no line of users, so it was not used."));
            return Ok(());
        }
        let scope = match (only_pool, bill.is_whole()) {
            (true, true) => BillScope::Pool,
            (true, false) => BillScope::PoolBesidesFree,
            (false, true) => BillScope::Account,
            (false, false) => {
                imported.problems.push(format!(
                    "{month}: the bill says {number} users but has no line for those that are free, so it bounds nothing and \
                     was not used."
                ));
                return Ok(());
            }
        };
        if !bill.is_whole() {
            imported.problems.push(format!(
                "{month}: the bill has no line for the users that are free, so its {number} are only the least."
            ));
        }
        // What was written within the month is of a part of it, whenever it is imported.
        let written = bill.written.filter(|at| *at < month.next().begins());
        let known = self.given().await?;
        let stays = match known.final_bill(month) {
            // A number that is exact says more.
            Some(before) if is_of_pool(&before) && (scope != BillScope::Pool || written.is_some()) => {
                Some("the pool's own number on the bill")
            }
            Some(_) if written.is_some() => Some("the number of the final bill"),
            _ => None,
        };
        if let Some(stays) = stays {
            imported.problems.push(format!(
                "{month}: {stays} was given before; it stays, and the {number} of this bill were not used."
            ));
            return Ok(());
        }
        if let Some(at) = written.filter(|_| month < Month::of(self.now())) {
            imported.problems.push(format!(
                "{month}: the file of the bill was written on {}, within the month, so its {number} users are of a part of \
                 it. Import the final bill.",
                super::day(at)
            ));
        }
        if let Some(before) = known.billed(month).filter(|before| (before.users, before.scope) != (bill.users, scope)) {
            imported.problems.push(format!(
                "{month}: it takes the place of the {} users of a bill that were given before.",
                model::cost::grouped(before.users)
            ));
        }
        let tokens = bill
            .token_requests
            .map(|requests| format!(" {} token requests of machines.", model::cost::grouped(requests)));
        imported.learnt.push(format!("{month}: {number} users on the bill.{}", tokens.unwrap_or_default()));
        let kinds = BilledNumber::new(bill.users, scope);
        let told = BilledNumber { federated: Some(bill.federated), token_requests: bill.token_requests, ..kinds };
        self.keep_bill(month, told, written.unwrap_or_else(|| self.now())).await
    }

    /// Everything that is kept of the pool's months.
    pub(super) async fn given(&self) -> Result<Given, Error> {
        let Some(history) = self.console.vault().history.clone() else { return Ok(Given::default()) };
        let key = self.key.clone();
        Ok(Given(blocking(move || history.months(&key)).await?))
    }

    /// The pool's app clients; none where AWS cannot be asked.
    async fn own_clients(&self) -> Vec<ClientId> {
        let Some(live) = self.live.get() else { return Vec::new() };
        match live.session.clients(&self.key.pool).await {
            Ok(clients) => clients.into_iter().map(|(id, _)| id).collect(),
            Err(error) => {
                tracing::info!(%error, "which app clients the pool has is unknown");
                Vec::new()
            }
        }
    }

    pub(super) async fn forget(&self, month: Month, kind: MonthlyKind) -> Result<(), Error> {
        let history = self.console.vault().history(NO_HISTORY)?;
        let key = self.key.clone();
        blocking(move || history.forget_month(&key, month, kind)).await
    }

    pub(super) async fn keep(
        &self,
        month: Month,
        kind: MonthlyKind,
        value: &impl serde::Serialize,
    ) -> Result<(), Error> {
        self.keep_at(month, kind, value, self.now()).await
    }

    /// Keeps what is known since then.
    async fn keep_at(
        &self,
        month: Month,
        kind: MonthlyKind,
        value: &impl serde::Serialize,
        at: Timestamp,
    ) -> Result<(), Error> {
        let history = self.console.vault().history(NO_HISTORY)?;
        let json = serde_json::to_string(value).map_err(|error| Error::new(Code::Internal, error.to_string()))?;
        let (key, row) = (self.key.clone(), MonthlyEvidence { month, kind, at, json });
        blocking(move || history.keep_month(&key, &row)).await
    }
}

/// What an import told of a month, in sentences, beside an earlier import and with both put together.
fn learnt(log: &LogMonth, known: Option<&LogMonth>, both: Option<&LogMonth>) -> String {
    use model::cost::grouped;
    let (month, users) = (log.month, grouped(log.surely.users));
    let mut told = format!("{month}: {users} different active users.");
    if let (Some(known), Some(both)) = (known.filter(|known| known.surely.users > 0), both) {
        let all = grouped(both.surely.users);
        match both.together {
            Some(most) => told.push_str(&format!(
                " With an earlier import, of which it was not kept who is in it, they are {all} to {}. Forget what was \
                 imported and import all files at once to have them counted.",
                grouped(most)
            )),
            None if both.surely.users > log.surely.users => {
                told.push_str(&format!(" Together with what was imported before: {all}."));
            }
            None if known.surely == log.surely => told.push_str(" They were known."),
            None => {}
        }
    }
    if log.possibly.users > log.surely.users {
        told.push_str(&format!(" {} more may have been active.", grouped(log.possibly.users - log.surely.users)));
    }
    if let Some(requests) = log.token_requests {
        told.push_str(&format!(" {} token requests of machines.", grouped(requests)));
    }
    told
}
