//! `poolctl users`, `count` and `show`: the local copy, without a socket.

use std::io::{self, BufWriter, StdoutLock, Write};

use console::OpenPool;
use serde::Serialize;
use wire::pool_settings::when;
use wire::pools::PreferredRoleView;
use wire::users::{CountView, OneUser, SortView, UserRecord};
use wire::{ErrorCode, WireError};

use crate::arguments::{Format, GlobalOptions, Users};
use crate::failure::Failure;
use crate::output::{self, Table, defused};

/// People that are read at once; what is written at once, too.
const PAGE: u32 = 500;

/// The columns of table and csv unless others are asked for.
const COLUMNS: [&str; 7] = ["username", "email", "status", "enabled", "created", "modified", "group"];

/// Lists the people who match, page by page: memory does not grow with their number.
pub(crate) async fn list(common: &GlobalOptions, users: &Users) -> Result<(), Failure> {
    let (_console, pool) = common.local_copy().await?;
    let query = users.query.as_deref().unwrap_or_default();
    listed(common, &pool, query, &users.sort, &users.columns, users.limit).await
}

/// Lists whom a query finds in a local copy; `0` for all of them.
pub(super) async fn listed(
    common: &GlobalOptions,
    pool: &OpenPool,
    query: &str,
    by: &str,
    shown: &[String],
    limit: u64,
) -> Result<(), Failure> {
    let known = pool.fields().await?.names().to_vec();
    let sort = sort(by, &known)?;
    let columns = columns(shown, &known)?;
    doubt(common, pool, query).await?;
    let limit = if limit == 0 { u64::MAX } else { limit };
    let mut listing = Listing::begin(common.format(), columns);
    let (mut after, mut listed) = (None, 0);
    loop {
        let most = u32::try_from(limit - listed).unwrap_or(u32::MAX).min(PAGE);
        let page = pool.search(query, &(&sort).into(), after, most).await?;
        let people: Vec<UserRecord> = page.users.iter().map(UserRecord::from).collect();
        listing.write(&people)?;
        listed += people.len() as u64;
        after = page.next;
        if after.is_none() || listed >= limit {
            break;
        }
    }
    listing.end()?;
    if after.is_some() {
        let all = pool.count(query).await?;
        if all > listed {
            common.note(&format!("the first {listed} of {all} are listed; --limit 0 lists all"));
        }
    }
    Ok(())
}

/// Says why what a query finds may be wrong.
pub(super) async fn doubt(common: &GlobalOptions, pool: &OpenPool, query: &str) -> Result<(), Failure> {
    if let Some(doubt) = pool.doubt_of(query).await? {
        common.note(doubt);
    }
    Ok(())
}

/// Counts the people who match.
pub(crate) async fn count(common: &GlobalOptions, query: Option<&str>) -> Result<(), Failure> {
    let (_console, pool) = common.local_copy().await?;
    doubt(common, &pool, query.unwrap_or_default()).await?;
    let count = pool.count(query.unwrap_or_default()).await?;
    if common.wants_json() {
        return Ok(output::json(&CountView { count: wire::count(count) })?);
    }
    Ok(writeln!(io::stdout(), "{count}")?)
}

/// One person, whole.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    #[serde(flatten)]
    user: UserRecord,
    /// Absent where it is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    preferred_role: Option<PreferredRoleView>,
}

/// Shows one person.
pub(crate) async fn show(common: &GlobalOptions, username: String, at: Option<String>) -> Result<(), Failure> {
    let name = OneUser { username }.parse()?;
    let at = at.map(|at| when(&at, "at")).transpose().map_err(Failure::usage)?;
    let (_console, pool) = common.local_copy().await?;
    let user = match at {
        Some(at) => pool.user_at(&name, at).await?,
        None => pool.user(&name).await?,
    };
    let then = if at.is_some() { "had nobody of that user name then" } else { "has nobody of that user name" };
    let gone = || Failure::failed(ErrorCode::NotFound, format!("The local copy {then}."));
    let user = user.ok_or_else(gone)?;
    // The roles of groups are kept as they are now alone.
    let groups = if at.is_none() { pool.groups_of(&user).await? } else { None };
    let preferred_role = groups.as_deref().map(PreferredRoleView::new);
    let user = UserRecord::from(&user);
    match common.format() {
        Format::Json | Format::Jsonl => output::json(&Shown { user, preferred_role })?,
        Format::Csv => {
            let columns = everything(&pool).await?;
            let mut listing = Listing::begin(Format::Csv, columns);
            listing.write(&[user])?;
            listing.end()?;
        }
        Format::Table => {
            card(&user)?;
            if let Some(told) = preferred_role.and_then(|role| role.told()) {
                writeln!(io::stdout(), "{:<24} {}", "preferred role", output::safe(&told))?;
            }
        }
    }
    Ok(())
}

async fn everything(pool: &OpenPool) -> Result<Vec<String>, Failure> {
    Ok(pool.fields().await?.names().to_vec())
}

/// One person as lines of name and value.
fn card(user: &UserRecord) -> io::Result<()> {
    let own = ["username", "status", "enabled", "created", "modified", "group"];
    let names = own.iter().map(|name| (*name).to_owned()).chain(user.attributes.keys().cloned());
    let mut out = io::stdout().lock();
    for name in names {
        writeln!(out, "{:<24} {}", output::safe(&name), output::safe(&cell(user, &name)))?;
    }
    Ok(())
}

pub(super) fn sort(text: &str, known: &[String]) -> Result<SortView, Failure> {
    let (field, descending) = text.strip_prefix('-').map_or((text, false), |field| (field, true));
    if !known.iter().any(|name| name == field) {
        let sentence = format!("There is no field {field} to sort by in this pool.");
        return Err(Failure::usage(WireError::validation("sort", sentence)));
    }
    Ok(SortView { field: field.to_owned(), descending })
}

pub(super) fn trimmed(asked: &[String]) -> Vec<String> {
    asked.iter().map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect()
}

fn columns(asked: &[String], known: &[String]) -> Result<Vec<String>, Failure> {
    let asked = trimmed(asked);
    if let Some(unknown) = asked.iter().find(|name| !known.contains(name)) {
        let sentence = format!("There is no field {unknown} for a column in this pool.");
        return Err(Failure::usage(WireError::validation("columns", sentence)));
    }
    Ok(if asked.is_empty() { COLUMNS.map(str::to_owned).to_vec() } else { asked })
}

/// A field of a person as text; empty when it is absent.
fn cell(user: &UserRecord, field: &str) -> String {
    match field {
        "username" => user.username.clone(),
        "status" => user.status.clone(),
        "enabled" => if user.enabled { "yes" } else { "no" }.to_owned(),
        "created" => user.created_at.clone(),
        "modified" => user.modified_at.clone(),
        "group" => user.groups.join(";"),
        attribute => user.attributes.get(attribute).cloned().unwrap_or_default(),
    }
}

/// A list that is being written.
struct Listing {
    columns: Vec<String>,
    to: To,
}

enum To {
    Json { out: BufWriter<StdoutLock<'static>>, begun: bool },
    Lines(BufWriter<StdoutLock<'static>>),
    Csv { out: Box<csv::Writer<Box<dyn Write + Send>>>, begun: bool },
    Table(Option<Table<BufWriter<StdoutLock<'static>>>>),
}

impl Listing {
    fn begin(format: Format, columns: Vec<String>) -> Self {
        let out = || BufWriter::new(io::stdout().lock());
        let to = match format {
            Format::Json => To::Json { out: out(), begun: false },
            Format::Jsonl => To::Lines(out()),
            Format::Csv => To::Csv { out: Box::new(csv::Writer::from_writer(output::data(format))), begun: false },
            Format::Table => To::Table(None),
        };
        Self { columns, to }
    }

    fn write(&mut self, people: &[UserRecord]) -> Result<(), Failure> {
        let columns = &self.columns;
        let row = |user: &UserRecord| -> Vec<String> { columns.iter().map(|name| cell(user, name)).collect() };
        match &mut self.to {
            To::Json { out, begun } => {
                for user in people {
                    out.write_all(if std::mem::replace(begun, true) { b",\n" } else { b"[\n" })?;
                    output::write_json(&mut *out, user)?;
                }
                out.flush()?;
            }
            To::Lines(out) => {
                for user in people {
                    output::write_json(&mut *out, user)?;
                    out.write_all(b"\n")?;
                }
                out.flush()?;
            }
            To::Csv { out, begun } => {
                if !std::mem::replace(begun, true) {
                    out.write_record(columns)?;
                }
                for user in people {
                    out.write_record(row(user).iter().map(|cell| defused(cell)))?;
                }
                out.flush()?;
            }
            To::Table(table) => {
                let rows: Vec<Vec<String>> = people.iter().map(row).collect();
                let table = match table {
                    Some(table) => table,
                    None => table.insert(Table::new(BufWriter::new(io::stdout().lock()), columns, &rows)?),
                };
                rows.iter().try_for_each(|row| table.row(row))?;
            }
        }
        Ok(())
    }

    fn end(self) -> Result<(), Failure> {
        match self.to {
            To::Json { mut out, begun } => {
                out.write_all(if begun { b"\n]\n" } else { b"[]\n" })?;
                out.flush()?;
            }
            To::Table(Some(table)) => table.end()?,
            To::Lines(_) | To::Csv { .. } | To::Table(None) => {}
        }
        Ok(())
    }
}
