//! What a person gives: logs, tables of results, the bill.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::PathBuf;

use jiff::Timestamp;
use model::ClientId;
use model::cost::Meter;
use model::mau::{BillScope, BilledNumber, LogCounter, LogMonth};
use model::month::Month;
use store::{MonthlyEvidence, MonthlyKind};

use super::kept::Kept;
use super::{kept, no_history, told_by_table};
use crate::error::{Code, Error};
use crate::logs::{BilledKind, BilledUsage, ImportedTable, LogReport, ResultRow, read_log, read_table};
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
pub(super) struct Given(Vec<MonthlyEvidence>);

impl Given {
    fn row(&self, month: Month, kind: MonthlyKind) -> Option<&MonthlyEvidence> {
        self.0.iter().find(|row| row.month == month && row.kind == kind)
    }

    pub(super) fn log(&self, month: Month) -> Option<LogMonth> {
        serde_json::from_str(&self.row(month, MonthlyKind::Log)?.json).ok()
    }

    pub(super) fn billed(&self, month: Month) -> Option<BilledNumber> {
        serde_json::from_str(&self.row(month, MonthlyKind::Billed)?.json).ok()
    }

    pub(super) fn estimate(&self, month: Month) -> Option<(Timestamp, Kept)> {
        kept::read(self.row(month, MonthlyKind::Estimate)?)
    }

    pub(super) fn months(&self) -> Vec<Month> {
        self.0.iter().map(|row| row.month).collect()
    }
}

/// Whether a number of a bill is about this pool alone.
pub(super) fn is_of_pool(billed: &BilledNumber) -> bool {
    billed.scope == BillScope::Pool
}

impl OpenPool {
    /// Keeps the number of a month's bill, or forgets it.
    ///
    /// # Errors
    /// [`Code::JournalUnavailable`] when the history cannot be written.
    pub async fn set_billed(&self, month: Month, billed: Option<BilledNumber>) -> Result<(), Error> {
        let history = self.console.vault().history.clone().ok_or_else(no_history)?;
        let key = self.key.clone();
        // An exact number that was kept as the range would outlive the number itself.
        let forgotten = (history.clone(), key.clone());
        blocking(move || forgotten.0.forget_month(&forgotten.1, month, MonthlyKind::Estimate)).await?;
        match billed {
            None => blocking(move || history.forget_month(&key, month, MonthlyKind::Billed)).await,
            Some(billed) => self.keep(month, MonthlyKind::Billed, &billed).await,
        }
    }

    /// Reads files that a person gives: logs (counted together, so that a user in two of them is one), tables of
    /// prepared queries, usage of a bill. Numbers of a bill are about the account, unless `only_pool` says that this pool
    /// is the only one in them. Damage is told, not fatal. May take minutes.
    ///
    /// # Errors
    /// [`Code::Validation`] on `file` when one cannot be opened or is nothing that is known;
    /// [`Code::JournalUnavailable`] when nothing can be kept.
    pub async fn import_activity(&self, files: Vec<PathBuf>, only_pool: bool) -> Result<ImportedActivity, Error> {
        let pool = self.key.pool.clone();
        let read = blocking(move || read_files(LogCounter::new(Some(pool)), files)).await?;
        let mut imported = ImportedActivity { learnt: Vec::new(), problems: read.problems };
        for log in read.logs {
            let users = model::cost::grouped(log.surely.users);
            let known = self.given().await?.log(log.month);
            if known.is_some_and(|known| known.surely.users > log.surely.users) {
                let sentence =
                    format!("{}: an earlier import knows of more users than these {users}; it stays.", log.month);
                imported.learnt.push(sentence);
                continue;
            }
            imported.learnt.push(format!("{}: {users} different active users.", log.month));
            self.keep(log.month, MonthlyKind::Log, &log).await?;
        }
        let scope = if only_pool { BillScope::Pool } else { BillScope::Account };
        for (month, users) in read.billed {
            imported.learnt.push(format!("{month}: {} users on the bill.", model::cost::grouped(users)));
            self.set_billed(month, Some(BilledNumber { users, scope })).await?;
        }
        if imported.learnt.is_empty() {
            imported.problems.push("Nothing in these files is about an active user of this pool.".to_owned());
        }
        Ok(imported)
    }

    /// Everything that is kept of the pool's months.
    pub(super) async fn given(&self) -> Result<Given, Error> {
        let Some(history) = self.console.vault().history.clone() else { return Ok(Given::default()) };
        let key = self.key.clone();
        Ok(Given(blocking(move || history.months(&key)).await?))
    }

    async fn keep(&self, month: Month, kind: MonthlyKind, value: &impl serde::Serialize) -> Result<(), Error> {
        let history = self.console.vault().history.clone().ok_or_else(no_history)?;
        let json = serde_json::to_string(value).map_err(|error| Error::new(Code::Internal, error.to_string()))?;
        let (key, row) = (self.key.clone(), MonthlyEvidence { month, kind, at: self.now(), json });
        blocking(move || history.keep_month(&key, &row)).await
    }
}

/// What files told.
struct ReadFiles {
    logs: Vec<LogMonth>,
    billed: Vec<(Month, u64)>,
    problems: Vec<String>,
}

fn read_files(mut counter: LogCounter, files: Vec<PathBuf>) -> Result<ReadFiles, Error> {
    let (mut tables, mut problems) = (Vec::new(), Vec::new());
    for path in files {
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        let file = File::open(&path).map_err(|error| {
            Error::invalid("file", format!("The file {} cannot be opened: {error}.", path.display()))
        })?;
        if path.extension().is_some_and(|end| end.eq_ignore_ascii_case("csv")) {
            tables.push(read_table(file)?);
        } else {
            problems.extend(damage(&name, &read_log(file, &mut counter)));
        }
    }
    if counter.without_user() > 0 {
        let events = model::cost::grouped(counter.without_user());
        problems.push(format!("{events} events may make somebody active but do not tell whom."));
    }
    let mut logs = counter.months();
    logs.retain(|log| log.surely.users > 0 || log.token_requests > 0);
    let mut billed = BTreeMap::new();
    for table in tables {
        let (damaged, dateless) = match table {
            ImportedTable::Result { rows, damaged } => (damaged.len(), results(&rows, &mut logs)),
            ImportedTable::Usage { usage, damaged } => (damaged.len(), bills(&usage, &mut billed)),
        };
        if damaged > 0 {
            problems.push(format!("{damaged} lines of a table could not be read."));
        }
        if dateless {
            problems
                .push("A table names no month, so its numbers were not used: add a column month (2026-11).".to_owned());
        }
    }
    Ok(ReadFiles { logs, billed: billed.into_iter().collect(), problems })
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

/// Takes in the rows of a prepared query; whether some named no month.
fn results(rows: &[ResultRow], logs: &mut Vec<LogMonth>) -> bool {
    let mut months: BTreeMap<Month, LogMonth> = BTreeMap::new();
    for row in rows {
        let Some(month) = row.month else { continue };
        let told = months.entry(month).or_insert_with(|| told_by_table(month));
        told.token_requests += row.token_requests.unwrap_or_default();
        if let Some(users) = row.users {
            // Somebody of one client is somebody of the pool.
            told.surely.users = told.surely.users.max(users);
            told.possibly = told.surely;
            let client = row.client.as_deref().and_then(|client| ClientId::parse(client).ok());
            told.clients.extend(client.map(|client| (client, users)));
        }
    }
    logs.extend(months.into_values());
    rows.iter().any(|row| row.month.is_none())
}

/// Sums the users of a bill by month; whether some named no month.
fn bills(usage: &[BilledUsage], billed: &mut BTreeMap<Month, u64>) -> bool {
    let people = |kind: BilledKind| match kind {
        BilledKind::FreeUsers => true,
        BilledKind::Billed(meter) => {
            [Meter::Lite, Meter::Essentials, Meter::Plus, Meter::Legacy, Meter::Federated].contains(&meter)
        }
    };
    for row in usage.iter().filter(|row| people(row.kind)) {
        if let Some(month) = row.month {
            *billed.entry(month).or_default() += row.quantity;
        }
    }
    usage.iter().any(|row| row.month.is_none())
}
