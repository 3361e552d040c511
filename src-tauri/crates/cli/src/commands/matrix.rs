//! `poolctl groups matrix` and `groups arrange`: who is in which groups, as a table that can be edited and given back.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use console::OpenPool;
use console::foreign::{cell_value, value_cell};
use console::jobs::{Action, Chosen};
use serde::Serialize;
use wire::changes::group_moves;
use wire::users::{OneUser, SortView, UserRecord};
use wire::{ErrorCode, WireError};

use super::people::{Whom, found, text_of};
use crate::arguments::{Format, GlobalOptions};
use crate::change_arguments::Matrix;
use crate::failure::Failure;
use crate::output;

/// Groups that are columns at once where none is named.
const COLUMNS: usize = 40;

/// Users that are read at once.
const PAGE: u32 = 500;

/// The head of the column that says who it is.
const WHO: &str = "username";

/// Users and the groups that they are in.
#[derive(Serialize)]
struct MatrixView<'a> {
    /// The groups that are looked at.
    groups: &'a [String],
    /// The users.
    users: Vec<RowView<'a>>,
}

/// A user with those of the groups that they are in.
#[derive(Serialize)]
struct RowView<'a> {
    username: &'a str,
    groups: Vec<&'a String>,
}

/// Shows who is in which groups, from the local copy.
pub(crate) async fn show(common: &GlobalOptions, asked: Matrix) -> Result<(), Failure> {
    let whom = Whom::of(asked.people)?;
    let (_console, pool) = common.local_copy().await?;
    if !pool.freshness().await?.groups_known {
        let sentence = "Who is in which group is not known here. Sync with the right to list groups and their members \
                        (cognito-idp:ListGroups, cognito-idp:ListUsersInGroup).";
        return Err(Failure::failed(ErrorCode::Precondition, sentence));
    }
    let users = users(common, &pool, whom, asked.limit).await?;
    let groups = columns(common, &pool, asked.groups, &users).await?;
    let cells = |user: &UserRecord, out: &str| {
        let words = groups.iter().map(|group| if user.groups.contains(group) { "yes" } else { out }.to_owned());
        std::iter::once(user.username.clone()).chain(words).collect::<Vec<_>>()
    };
    let head: Vec<&str> = std::iter::once(WHO).chain(groups.iter().map(String::as_str)).collect();
    match common.format() {
        Format::Json => output::json(&MatrixView { groups: &groups, users: rows(&users, &groups) })?,
        Format::Jsonl => output::views(Format::Jsonl, &rows(&users, &groups))?,
        Format::Csv => {
            let mut out = csv::Writer::from_writer(output::data(Format::Csv));
            out.write_record(head.iter().map(|cell| value_cell(cell)))?;
            for user in &users {
                out.write_record(cells(user, "no").iter().map(|cell| value_cell(cell)))?;
            }
            out.flush()?;
        }
        Format::Table => output::table(&head, &users.iter().map(|user| cells(user, "")).collect::<Vec<_>>())?,
    }
    Ok(())
}

/// Users with those of the groups that they are in.
fn rows<'a>(users: &'a [UserRecord], groups: &'a [String]) -> Vec<RowView<'a>> {
    let of = |user: &'a UserRecord| groups.iter().filter(|group| user.groups.contains(group)).collect();
    users.iter().map(|user| RowView { username: &user.username, groups: of(user) }).collect()
}

/// The users who are rows.
async fn users(common: &GlobalOptions, pool: &OpenPool, whom: Whom, limit: u64) -> Result<Vec<UserRecord>, Failure> {
    let limit = if limit == 0 { u64::MAX } else { limit };
    let mut users = Vec::new();
    let cut = match whom.chosen(common, pool).await? {
        Chosen::Names(names) => {
            let cut = names.len() as u64 > limit;
            for username in names.into_iter().take(usize::try_from(limit).unwrap_or(usize::MAX)) {
                let sentence = format!("The local copy has nobody called {}.", output::safe(&username));
                let nobody = || Failure::failed(ErrorCode::NotFound, sentence);
                let user = pool.user(&OneUser { username }.parse()?).await?;
                users.push(UserRecord::from(&user.ok_or_else(nobody)?));
            }
            cut
        }
        chosen => {
            let query = if let Chosen::Query(query) = chosen { query } else { String::new() };
            super::users::doubt(common, pool, &query).await?;
            let sort = SortView { field: WHO.to_owned(), descending: false };
            let mut after = None;
            loop {
                let most = u32::try_from(limit - users.len() as u64).unwrap_or(u32::MAX).min(PAGE);
                let page = pool.search(&query, &(&sort).into(), after, most).await?;
                users.extend(page.users.iter().map(UserRecord::from));
                after = page.next;
                if after.is_none() || users.len() as u64 >= limit {
                    break after.is_some();
                }
            }
        }
    };
    if cut {
        common.note(&format!("the first {limit} are shown; --limit 0 shows all"));
    }
    Ok(users)
}

/// The groups that are columns: those that were named; else all, or of too many first those that somebody shown is in.
async fn columns(
    common: &GlobalOptions,
    pool: &OpenPool,
    named: Vec<String>,
    users: &[UserRecord],
) -> Result<Vec<String>, Failure> {
    let all: Vec<String> = pool.groups().await?.into_iter().map(|(group, _)| group.name.to_string()).collect();
    if let Some(missing) = named.iter().find(|name| !all.contains(name)) {
        let sentence = format!("There is no group {} in this pool.", output::safe(missing));
        return Err(Failure::failed(ErrorCode::NotFound, sentence));
    }
    if !named.is_empty() || all.len() <= COLUMNS {
        return Ok(if named.is_empty() { all } else { named });
    }
    common.note(&format!("{COLUMNS} of {} groups are shown; --group names others", all.len()));
    let used: BTreeSet<&String> = users.iter().flat_map(|user| &user.groups).collect();
    let (first, rest): (Vec<&String>, Vec<&String>) = all.iter().partition(|group| used.contains(group));
    let shown: BTreeSet<&String> = first.into_iter().chain(rest).take(COLUMNS).collect();
    Ok(all.iter().filter(|group| shown.contains(group)).cloned().collect())
}

/// What a matrix wants of one user.
#[derive(Debug, Clone, Default)]
pub(super) struct Moves {
    join: Vec<String>,
    leave: Vec<String>,
}

/// What a matrix in a file wants, by what users are called there.
pub(super) fn wanted(file: &Path) -> Result<BTreeMap<String, Moves>, Failure> {
    let text = text_of(file, "The matrix")?;
    let mut rows = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let wrong = |line: u64, sentence: &str| {
        Failure::usage(WireError::validation("matrix", format!("Line {line} of the matrix: {sentence}")))
    };
    let torn = |error: csv::Error| {
        let line = error.position().map_or(1, csv::Position::line);
        wrong(line, &format!("it is not CSV with as many cells as the head has ({error})."))
    };
    let head = rows.headers().map_err(torn)?.clone();
    let groups: Vec<String> = head.iter().skip(1).map(|cell| cell_value(cell).unwrap_or_default()).collect();
    if head.get(0) != Some(WHO) || groups.is_empty() {
        let sentence = "the head is username and the names of groups, as poolctl groups matrix --format csv writes it.";
        return Err(wrong(1, sentence));
    }
    if groups.iter().collect::<BTreeSet<_>>().len() < groups.len() {
        return Err(wrong(1, "a group is in the head twice."));
    }
    let mut all = BTreeMap::new();
    for row in rows.records() {
        let row = row.map_err(torn)?;
        let line = row.position().map_or(0, csv::Position::line);
        let Some(called) = row.get(0).and_then(|cell| cell_value(cell.trim())) else {
            return Err(wrong(line, "nobody is named."));
        };
        let mut moves = Moves::default();
        for (group, cell) in groups.iter().zip(row.iter().skip(1)) {
            match cell.trim().to_lowercase().as_str() {
                "yes" | "x" => moves.join.push(group.clone()),
                "no" => moves.leave.push(group.clone()),
                "" => {}
                _ => {
                    let (cell, group) = (output::safe(cell), output::safe(group));
                    let sentence = format!("{cell} under {group} is neither yes nor no; empty leaves it as it is.");
                    return Err(wrong(line, &sentence));
                }
            }
        }
        if all.insert(called.clone(), moves).is_some() {
            return Err(wrong(line, &format!("{} is in it twice.", output::safe(&called))));
        }
    }
    if all.is_empty() { Err(wrong(1, "it has no users.")) } else { Ok(all) }
}

/// The action of a matrix and whom it is about, by user name. Whoever nothing is wanted of is left out.
pub(super) async fn arranged(
    common: &GlobalOptions,
    pool: &OpenPool,
    mut all: BTreeMap<String, Moves>,
) -> Result<(Action, Chosen), Failure> {
    all.retain(|_, moves| !moves.join.is_empty() || !moves.leave.is_empty());
    let by_entry: HashMap<String, String> = found(common, pool, all.keys().cloned().collect(), false).await?.by_entry;
    let mut by_name = BTreeMap::new();
    for (entry, Moves { join, leave }) in all {
        let name = by_entry.get(&entry).unwrap_or(&entry).clone();
        if by_name.insert(name, group_moves(&join, &leave)?).is_some() {
            let sentence = format!("{} is in the matrix under another name, too.", output::safe(&entry));
            return Err(Failure::usage(WireError::validation("matrix", sentence)));
        }
    }
    let names = by_name.keys().cloned().collect();
    Ok((Action::ArrangeGroups { moves: by_name }, Chosen::Names(names)))
}
