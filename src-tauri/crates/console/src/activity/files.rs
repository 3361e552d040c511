//! Reading the files and folders that a person gives.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Read, Seek as _};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use jiff::Timestamp;
use model::ClientId;
use model::cost::Meter;
use model::mau::{LogCounter, LogMonth, MetricMonth, is_metrics_answer, metrics_answer};
use model::month::Month;

use super::told_by_table;
use crate::error::Error;
use crate::logs::{BilledKind, BilledUsage, ImportedTable, LogReport, ResultRow, read_log, read_table};

/// How much of a file is looked at to see what it is.
const HEAD: u64 = 4096;
/// The longest answer of CloudWatch that is read: a thousand app clients over a month have some 10 MB.
const MOST_METRICS: u64 = 64 << 20;
/// How deep folders are gone into: a trail's are by account, service, Region, year, month and day.
const DEEPEST: usize = 16;
/// How many sentences about single files are told; more are counted.
const MOST_PROBLEMS: usize = 50;
/// How the names of files in a folder end that are read.
const READ_IN_FOLDERS: [&str; 9] = ["json", "jsonl", "ndjson", "log", "txt", "csv", "gz", "gzip", "bin"];

/// What files told.
pub(super) struct ReadFiles {
    pub(super) logs: Vec<LogMonth>,
    pub(super) metrics: BTreeMap<Month, MetricMonth>,
    pub(super) billed: BTreeMap<Month, BilledMonth>,
    pub(super) problems: Vec<String>,
}

/// The users on a month's bill.
#[derive(Clone, Copy, Default)]
pub(super) struct BilledMonth {
    pub(super) users: u64,
    /// Those of SAML and OIDC providers among them.
    pub(super) federated: u64,
    /// Token requests of machines; `None` where there is no line of any.
    pub(super) token_requests: Option<u64>,
    /// How many tables tell of it; their users are added up.
    tables: u64,
    /// Whether there is a line for those that are free.
    has_free: bool,
    /// Whether there is a line of which some may be free and are not in it: every one but Plus has free users.
    lacks_free: bool,
    /// When the earliest of the tables was written, which is of no later time; `None` where the files do not tell.
    pub(super) written: Option<Timestamp>,
}

impl BilledMonth {
    pub(super) fn has_users(self) -> bool {
        self.tables > 0
    }

    pub(super) fn is_whole(self) -> bool {
        self.has_free || !self.lacks_free
    }
}

/// Reads all of them, one after the other, into `counter`.
pub(super) fn read_files(mut counter: LogCounter, given: &[PathBuf], only_pool: bool) -> Result<ReadFiles, Error> {
    let mut tables = Vec::new();
    let mut found = Found::default();
    for path in given {
        found.add(path)?;
    }
    let Found { files, mut problems, passed_over } = found;
    // What is about all files stands first: the end of a long list is not told.
    let mut about_all = Vec::new();
    if passed_over > 0 {
        let files = model::cost::grouped(passed_over);
        about_all.push(format!(
            "{files} files of the folders are neither logs nor tables by their names and were not read."
        ));
    }
    let mut metrics = BTreeMap::new();
    for path in files {
        let name = name_of(&path);
        let written = written(&path);
        let mut file = match File::open(&path) {
            Ok(file) => file,
            // Of a folder the rest is worth having.
            Err(error) if !given.contains(&path) => {
                problems.push(cannot_open(&name, &error).message);
                continue;
            }
            Err(error) => return Err(cannot_open(&name, &error)),
        };
        if is_table(&path) {
            match readable(file).map_err(|error| cannot_open(&name, &error)).and_then(read_table) {
                Ok(ImportedTable::Usage { cut_off: true, .. }) => {
                    problems.push(format!("{name}: It ends in the middle or is damaged, so its sums were not used."));
                }
                Ok(ImportedTable::Usage { damaged, .. }) if !damaged.is_empty() => {
                    let lines = model::cost::grouped(damaged.len() as u64);
                    problems.push(format!("{name}: {lines} lines could not be read, so its sums were not used."));
                }
                Ok(table) => tables.push((name, written, table)),
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
        about_all.push(format!("{events} events may make somebody active but do not tell whom."));
    }
    about_all.extend(not_told_whose(&counter));
    let mut logs = BTreeMap::new();
    take_in(&mut logs, counter.months());
    let (mut billed, mut no_usage, mut of_account, mut dateless) = (BTreeMap::new(), 0, false, false);
    for (name, written, table) in tables {
        let damaged = match table {
            ImportedTable::Result { rows, damaged, cut_off } => {
                if cut_off {
                    problems.push(format!("{name}: It has more than 1,000,000 rows; the rest was not read."));
                }
                of_account |= rows.iter().any(|row| row.whole_account && row.token_requests.is_some());
                let (months, without_month) = results(&rows, only_pool, written);
                take_in(&mut logs, months);
                dateless |= without_month;
                damaged
            }
            ImportedTable::Usage { usage, damaged, no_usage: lines, cut_off: _ } => {
                no_usage += lines;
                dateless |= bills(&usage, written, &mut billed);
                damaged
            }
        };
        if !damaged.is_empty() {
            problems.push(format!("{name}: {} lines could not be read.", model::cost::grouped(damaged.len() as u64)));
        }
    }
    about_all.extend(billed.iter().filter(|(_, bill)| bill.tables > 1).map(|(month, bill)| {
        format!(
            "{month}: the users of {} tables of a bill were added up. If they are versions of one bill, import the last one \
             alone.",
            bill.tables
        )
    }));
    if dateless {
        let sentence = "A table names no month, so its numbers were not used: add a column month (2026-11).";
        about_all.push(sentence.to_owned());
    }
    if of_account && !only_pool {
        let sentence =
            "A table tells the token requests of the whole account; they may be of other pools and were not used.";
        about_all.push(sentence.to_owned());
    }
    if no_usage > 0 {
        let lines = model::cost::grouped(no_usage);
        about_all.push(format!(
            "{lines} lines of a bill are no usage but credits, refunds, discounts or fees and were not counted."
        ));
    }
    if problems.len() > MOST_PROBLEMS {
        let more = model::cost::grouped((problems.len() - MOST_PROBLEMS) as u64);
        problems.truncate(MOST_PROBLEMS);
        problems.push(format!("{more} more like these are not listed."));
    }
    let problems = [about_all, problems].concat();
    Ok(ReadFiles { logs: logs.into_values().collect(), metrics, billed, problems })
}

/// The files that were given, with those of folders in the order of their names.
#[derive(Default)]
struct Found {
    files: Vec<PathBuf>,
    problems: Vec<String>,
    /// Files of folders whose names say that they are something else.
    passed_over: u64,
}

impl Found {
    fn add(&mut self, given: &Path) -> Result<(), Error> {
        if !given.is_dir() {
            self.files.push(given.to_owned());
            return Ok(());
        }
        let before = self.files.len();
        fs::read_dir(given).map_err(|error| cannot_open(&name_of(given), &error))?;
        self.folder(given, DEEPEST);
        self.files[before..].sort_unstable();
        Ok(())
    }

    /// What cannot be read in a folder is told, and the rest is read.
    fn folder(&mut self, folder: &Path, deep: usize) {
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => return self.problems.push(format!("The folder {} was not read: {error}.", name_of(folder))),
        };
        for entry in entries.flatten() {
            let path = entry.path();
            // A link may lead round in a circle.
            match entry.file_type() {
                // Digests of a trail say whether its files are whole, and nothing of people.
                Ok(kind) if kind.is_dir() && name_of(&path) == "CloudTrail-Digest" => {}
                Ok(kind) if kind.is_dir() && deep > 0 => self.folder(&path, deep - 1),
                Ok(kind) if kind.is_dir() => {
                    self.problems.push(format!("The folder {} lies too deep and was not read.", name_of(&path)));
                }
                Ok(kind) if kind.is_file() && is_read(&path) => self.files.push(path),
                _ => self.passed_over += 1,
            }
        }
    }
}

fn is_read(path: &Path) -> bool {
    // Firehose gives its files no ending.
    path.extension().is_none_or(|end| READ_IN_FOLDERS.iter().any(|read| end.eq_ignore_ascii_case(read)))
        && !name_of(path).starts_with(['.', '_'])
}

/// Whether its name says that it is a table, compressed or not.
fn is_table(path: &Path) -> bool {
    let name = name_of(path).to_lowercase();
    [".csv", ".csv.gz", ".csv.gzip"].iter().any(|end| name.ends_with(end))
}

/// A file as it is, or what it is compressed from.
fn readable(mut file: File) -> io::Result<Box<dyn Read>> {
    let mut magic = Vec::new();
    file.by_ref().take(2).read_to_end(&mut magic)?;
    file.rewind()?;
    if magic == [0x1f, 0x8b] {
        return Ok(Box::new(MultiGzDecoder::new(io::BufReader::new(file))));
    }
    Ok(Box::new(file))
}

/// When a file was written last; `None` where the system does not tell.
fn written(path: &Path) -> Option<Timestamp> {
    fs::metadata(path).ok()?.modified().ok()?.try_into().ok()
}

/// When a table about a month was written. One from before the month has no true time: packing and copying may lose it.
fn of_month(written: Option<Timestamp>, month: Month) -> Option<Timestamp> {
    written.filter(|at| *at >= month.begins())
}

/// The name alone: where a file is is nobody's business in the window.
fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

fn cannot_open(name: &str, error: &io::Error) -> Error {
    Error::invalid("file", format!("The file {name} cannot be opened: {error}."))
}

/// Takes in months of which something is told, together with what is told of them already.
fn take_in(months: &mut BTreeMap<Month, LogMonth>, told: Vec<LogMonth>) {
    for new in told.into_iter().filter(|told| told.possibly.users > 0 || told.token_requests.is_some()) {
        let log = match months.remove(&new.month) {
            Some(known) => known.with(new),
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

/// What is counted as possible only, or not at all.
fn not_told_whose(counter: &LogCounter) -> Vec<String> {
    let mut told = Vec::new();
    if counter.without_pool() > 0 {
        let events = model::cost::grouped(counter.without_pool());
        told.push(format!(
            "{events} events tell neither this pool nor one of its app clients as AWS lists them; their users are possible \
             only."
        ));
    }
    if counter.beyond() > 0 {
        let events = model::cost::grouped(counter.beyond());
        told.push(format!(
            "{events} events are of further months than the 120 that are counted, and are in no number."
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
fn results(rows: &[ResultRow], only_pool: bool, written: Option<Timestamp>) -> (Vec<LogMonth>, bool) {
    let mut months: BTreeMap<Month, LogMonth> = BTreeMap::new();
    for row in rows {
        let Some(month) = row.month else { continue };
        let told = months.entry(month).or_insert_with(|| told_by_table(month, of_month(written, month)));
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
            // Somebody of one client is somebody of the pool, and how many are of several is not told.
            told.by_client_only &= row.client.is_some();
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

/// Sums the users of a table of a bill by month; whether some named no month.
fn bills(usage: &[BilledUsage], written: Option<Timestamp>, billed: &mut BTreeMap<Month, BilledMonth>) -> bool {
    let people = |kind: BilledKind| match kind {
        BilledKind::FreeUsers => true,
        BilledKind::Billed(meter) => {
            [Meter::Lite, Meter::Essentials, Meter::Plus, Meter::Legacy, Meter::Federated].contains(&meter)
        }
    };
    let mut told = BTreeSet::new();
    for row in usage {
        let Some(month) = row.month else { continue };
        if row.kind == BilledKind::Billed(Meter::TokenRequests) {
            let sum = billed.entry(month).or_default().token_requests.get_or_insert_default();
            *sum = sum.saturating_add(row.quantity);
        } else if people(row.kind) {
            let bill = billed.entry(month).or_default();
            if row.kind == BilledKind::Billed(Meter::Federated) {
                bill.federated = bill.federated.saturating_add(row.quantity);
            }
            if told.insert(month) {
                bill.tables += 1;
                bill.written = bill.written.into_iter().chain(of_month(written, month)).min();
            }
            bill.users = bill.users.saturating_add(row.quantity);
            bill.has_free |= row.kind == BilledKind::FreeUsers;
            bill.lacks_free |= ![BilledKind::FreeUsers, BilledKind::Billed(Meter::Plus)].contains(&row.kind);
        }
    }
    usage.iter().any(|row| row.month.is_none())
}
