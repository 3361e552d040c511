//! What a person gives: logs, tables of results, the bill.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read as _, Seek as _};
use std::path::PathBuf;

use jiff::Timestamp;
use model::ClientId;
use model::cost::Meter;
use model::estimate::Estimate;
use model::mau::{
    BillScope, BilledNumber, Facts, LogCounter, LogMonth, MetricMonth, MetricReading, NOTHING_OLD, is_metrics_answer,
    metrics_answer,
};
use model::month::Month;
use store::{MonthlyEvidence, MonthlyKind};

use super::kept::Kept;
use super::watched::Watched;
use super::{NO_HISTORY, kept, told_by_table};
use crate::error::{Code, Error};
use crate::logs::{BilledKind, BilledUsage, ImportedTable, LogReport, ResultRow, read_log, read_table};
use crate::open::blocking;
use crate::pool::OpenPool;

/// How much of a file is looked at to see what it is.
const HEAD: u64 = 4096;
/// The longest answer of CloudWatch that is read: a thousand app clients over a month have some 10 MB.
const MOST_METRICS: u64 = 64 << 20;

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
pub(super) struct Given(Vec<MonthlyEvidence>);

impl Given {
    fn row(&self, month: Month, kind: MonthlyKind) -> Option<&MonthlyEvidence> {
        self.0.iter().find(|row| row.month == month && row.kind == kind)
    }

    /// What a person gave of a month, and nothing that was seen.
    pub(super) fn facts(&self, month: Month, over: bool) -> Facts {
        let metrics = self.metrics(month);
        Facts {
            log: self.log(month),
            metrics: metrics.as_ref().map(|metrics| metrics.sums),
            metrics_read: metrics.map(|metrics| metrics.reading).unwrap_or_default(),
            billed: self.billed(month),
            billed_before: self.billed(month.previous()).filter(is_of_pool).map(|billed| billed.users),
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

    pub(super) fn months(&self) -> Vec<Month> {
        self.0.iter().map(|row| row.month).collect()
    }
}

/// Whether a number of a bill is about this pool alone.
fn is_of_pool(billed: &BilledNumber) -> bool {
    billed.scope == BillScope::Pool
}

impl OpenPool {
    /// Keeps the number of a month's bill, or forgets it.
    ///
    /// # Errors
    /// [`Code::JournalUnavailable`] when the history cannot be written.
    pub async fn set_billed(&self, month: Month, billed: Option<BilledNumber>) -> Result<(), Error> {
        match billed {
            None => self.forget(month, MonthlyKind::Billed).await,
            Some(billed) => self.keep(month, MonthlyKind::Billed, &billed).await,
        }
    }

    /// Forgets what imported logs and CloudWatch's sums told of a month. Nothing imported is success.
    ///
    /// # Errors
    /// [`Code::JournalUnavailable`] when the history cannot be written.
    pub async fn forget_log(&self, month: Month) -> Result<(), Error> {
        self.forget(month, MonthlyKind::Metrics).await?;
        self.forget(month, MonthlyKind::Log).await
    }

    /// Reads files that a person gives: logs (counted together, so that a user in two of them is one), tables of
    /// prepared queries, CloudWatch's sums, usage of a bill. A trail, a query over one and a bill are about the account: who is in them without
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
        let read = blocking(move || read_files(counter, files, only_pool)).await?;
        let mut imported = ImportedActivity { learnt: Vec::new(), problems: read.problems };
        for log in read.logs {
            let known = self.given().await?.log(log.month);
            imported.learnt.push(learnt(&log, known.as_ref()));
            let log = match known {
                Some(known) => merged(known, log),
                None => log,
            };
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
            // A number that is exact says more.
            if self.given().await?.billed(month).as_ref().is_some_and(is_of_pool) {
                return Ok(());
            }
        }
        imported.learnt.push(format!("{month}: {number} users on the bill."));
        self.set_billed(month, Some(BilledNumber { users: bill.users, scope })).await
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
        let history = self.console.vault().history(NO_HISTORY)?;
        let json = serde_json::to_string(value).map_err(|error| Error::new(Code::Internal, error.to_string()))?;
        let (key, row) = (self.key.clone(), MonthlyEvidence { month, kind, at: self.now(), json });
        blocking(move || history.keep_month(&key, &row)).await
    }
}

/// What files told.
struct ReadFiles {
    logs: Vec<LogMonth>,
    metrics: BTreeMap<Month, MetricMonth>,
    billed: BTreeMap<Month, BilledMonth>,
    problems: Vec<String>,
}

/// The users on a month's bill.
#[derive(Clone, Copy, Default)]
struct BilledMonth {
    users: u64,
    /// Whether there is a line for those that are free.
    has_free: bool,
    /// Whether there is a line of which some may be free and are not in it: every one but Plus has free users.
    lacks_free: bool,
}

impl BilledMonth {
    fn is_whole(self) -> bool {
        self.has_free || !self.lacks_free
    }
}

/// What an import told of a month, in a sentence.
fn learnt(log: &LogMonth, known: Option<&LogMonth>) -> String {
    use model::cost::grouped;
    let (month, users) = (log.month, grouped(log.surely.users));
    let mut told = match known {
        Some(known) if known.surely.users > log.surely.users => {
            format!("{month}: an earlier import knows of more users than these {users}; it stays.")
        }
        _ => format!("{month}: {users} different active users."),
    };
    if log.possibly.users > log.surely.users {
        told.push_str(&format!(" {} more may have been active.", grouped(log.possibly.users - log.surely.users)));
    }
    if let Some(requests) = log.token_requests {
        told.push_str(&format!(" {} token requests of machines.", grouped(requests)));
    }
    told
}

/// Two imports of a month: users of whichever knows of more, and the larger number of each other thing, client by client.
fn merged(known: LogMonth, new: LogMonth) -> LogMonth {
    let mut clients = BTreeMap::new();
    for (client, users) in known.clients.iter().chain(&new.clients) {
        let most: &mut u64 = clients.entry(client.clone()).or_default();
        *most = users.max(most).to_owned();
    }
    let clients = clients.into_iter().collect();
    let more_clients = known.more_clients || new.more_clients;
    let token_requests = known.token_requests.max(new.token_requests);
    let possibly = if known.possibly.users > new.possibly.users { known.possibly } else { new.possibly };
    let more = if known.surely.users > new.surely.users { known } else { new };
    LogMonth { token_requests, possibly, clients, more_clients, ..more }
}

fn read_files(mut counter: LogCounter, files: Vec<PathBuf>, only_pool: bool) -> Result<ReadFiles, Error> {
    let (mut tables, mut problems) = (Vec::new(), Vec::new());
    let mut metrics = BTreeMap::new();
    for path in files {
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        let mut file = File::open(&path).map_err(|error| {
            // The window is told the name alone: where the file is is nobody's business there.
            Error::invalid("file", format!("The file {name} cannot be opened: {error}."))
        })?;
        if path.extension().is_some_and(|end| end.eq_ignore_ascii_case("csv")) {
            match read_table(file) {
                Ok(table) => tables.push(table),
                Err(error) => problems.push(format!("{name}: {}", error.message)),
            }
        } else if let Some(text) = metrics_text(&mut file) {
            match metrics_answer(&text) {
                Ok(months) => metrics.extend(months),
                Err(error) => problems.push(format!("{name}: {error}")),
            }
        } else {
            problems.extend(damage(&name, &read_log(file, &mut counter)));
        }
    }
    if counter.without_user() > 0 {
        let events = model::cost::grouped(counter.without_user());
        problems.push(format!("{events} events may make somebody active but do not tell whom."));
    }
    problems.extend(not_told_whose(&counter));
    let mut logs = BTreeMap::new();
    take_in(&mut logs, counter.months());
    let mut billed = BTreeMap::new();
    for table in tables {
        let (damaged, dateless) = match table {
            ImportedTable::Result { rows, damaged, cut_off } => {
                if cut_off {
                    let sentence = "A table of results has more than 1,000,000 rows; the rest was not read.";
                    problems.push(sentence.to_owned());
                }
                if !only_pool && rows.iter().any(|row| row.whole_account && row.token_requests.is_some()) {
                    let sentence = "A table tells the token requests of the whole account; they may be of other pools and \
                                    were not used.";
                    problems.push(sentence.to_owned());
                }
                let (months, dateless) = results(&rows, only_pool);
                take_in(&mut logs, months);
                (damaged.len(), dateless)
            }
            ImportedTable::Usage { usage, damaged, no_usage } => {
                if no_usage > 0 {
                    let lines = model::cost::grouped(no_usage);
                    problems.push(format!(
                        "{lines} lines of a bill are no usage but credits, refunds, discounts or fees and were not counted."
                    ));
                }
                (damaged.len(), bills(&usage, &mut billed))
            }
        };
        if damaged > 0 {
            problems.push(format!("{damaged} lines of a table could not be read."));
        }
        if dateless {
            problems
                .push("A table names no month, so its numbers were not used: add a column month (2026-11).".to_owned());
        }
    }
    Ok(ReadFiles { logs: logs.into_values().collect(), metrics, billed, problems })
}

/// Takes in months of which something is told, together with what is told of them already.
fn take_in(months: &mut BTreeMap<Month, LogMonth>, told: Vec<LogMonth>) {
    for new in told.into_iter().filter(|told| told.possibly.users > 0 || told.token_requests.is_some()) {
        let log = match months.remove(&new.month) {
            Some(known) => merged(known, new),
            None => new,
        };
        months.insert(log.month, log);
    }
}

/// The text of an answer of CloudWatch; `None`, and the file as it was, for anything else.
fn metrics_text(file: &mut File) -> Option<String> {
    let mut text = Vec::new();
    let head = file.by_ref().take(HEAD).read_to_end(&mut text);
    if head.is_ok() && is_metrics_answer(&text) {
        // What is not text is no answer of CloudWatch, which its parser tells.
        file.take(MOST_METRICS).read_to_end(&mut text).ok()?;
        return Some(String::from_utf8_lossy(&text).into_owned());
    }
    file.rewind().ok()?;
    None
}

/// What is counted as possible only, or not at all, because no event tells that it is this pool's.
fn not_told_whose(counter: &LogCounter) -> Vec<String> {
    let mut told = Vec::new();
    if counter.without_pool() > 0 {
        let events = model::cost::grouped(counter.without_pool());
        told.push(format!(
            "{events} events tell neither this pool nor one of its app clients as AWS lists them; their users are possible \
             only."
        ));
    }
    if counter.other_tokens() > 0 {
        let requests = model::cost::grouped(counter.other_tokens());
        told.push(format!(
            "{requests} token requests of machines are of no known app client of this pool and not counted."
        ));
    }
    told
}

fn damage(name: &str, report: &LogReport) -> Vec<String> {
    let mut told = Vec::new();
    if report.damaged > 0 {
        let first = report.examples.first().map(|(line, damage)| format!(" (line {line}: {})", damage.words()));
        let (damaged, lines) = (model::cost::grouped(report.damaged), model::cost::grouped(report.lines));
        told.push(format!("{name}: {damaged} of {lines} lines could not be used{}.", first.unwrap_or_default()));
    }
    told.extend(report.cut_off.iter().map(|why| format!("{name}: {why} What comes before is counted.")));
    told
}

/// The months of the rows of a prepared query, and whether some named none. A number that other pools may be in is only
/// possible, and their machines' requests are not this pool's.
fn results(rows: &[ResultRow], only_pool: bool) -> (Vec<LogMonth>, bool) {
    let mut months: BTreeMap<Month, LogMonth> = BTreeMap::new();
    for row in rows {
        let Some(month) = row.month else { continue };
        let told = months.entry(month).or_insert_with(|| told_by_table(month));
        let own = only_pool || !row.whole_account;
        if let Some(requests) = row.token_requests.filter(|_| own) {
            let sum = told.token_requests.get_or_insert_default();
            *sum = sum.saturating_add(requests);
        }
        if let Some(users) = row.users {
            told.possibly.users = told.possibly.users.max(users);
            if !own {
                continue;
            }
            // Somebody of one client is somebody of the pool.
            told.surely.users = told.surely.users.max(users);
            let client = row.client.as_deref().and_then(|client| ClientId::parse(client).ok());
            // The same users may be in two rows of a client.
            match told.clients.iter_mut().find(|(known, _)| Some(known) == client.as_ref()) {
                Some((_, most)) => *most = users.max(*most),
                None => told.clients.extend(client.map(|client| (client, users))),
            }
        }
    }
    (months.into_values().collect(), rows.iter().any(|row| row.month.is_none()))
}

/// Sums the users of a bill by month; whether some named no month.
fn bills(usage: &[BilledUsage], billed: &mut BTreeMap<Month, BilledMonth>) -> bool {
    let people = |kind: BilledKind| match kind {
        BilledKind::FreeUsers => true,
        BilledKind::Billed(meter) => {
            [Meter::Lite, Meter::Essentials, Meter::Plus, Meter::Legacy, Meter::Federated].contains(&meter)
        }
    };
    for row in usage.iter().filter(|row| people(row.kind)) {
        if let Some(month) = row.month {
            let bill = billed.entry(month).or_default();
            bill.users = bill.users.saturating_add(row.quantity);
            bill.has_free |= row.kind == BilledKind::FreeUsers;
            bill.lacks_free |= ![BilledKind::FreeUsers, BilledKind::Billed(Meter::Plus)].contains(&row.kind);
        }
    }
    usage.iter().any(|row| row.month.is_none())
}
