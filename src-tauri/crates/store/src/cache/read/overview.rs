//! Counts over the whole pool, from the snapshot.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use model::query::{Field, fold};
use model::user::UserStatus;
use rusqlite::Connection;

use super::state::groups;
use crate::cache::fields::{ENABLED, STATUS};
use crate::cache::snapshot::{Met, Snapshot};
use crate::cache::{CacheError, Domains, Result, read};

/// How many users a completion looks at where values are many.
const LOOKED_AT: usize = 20_000;

pub(in crate::cache) fn statuses(snapshot: &Snapshot) -> Vec<(UserStatus, u64)> {
    let counts = snapshot.raw_counts(STATUS);
    let mut counts: Vec<_> = counts.into_iter().map(|(raw, count)| (UserStatus::from(raw), count)).collect();
    counts.sort_by(|(a, m), (b, n)| n.cmp(m).then_with(|| a.as_str().cmp(b.as_str())));
    counts
}

pub(in crate::cache) fn enabled(snapshot: &Snapshot) -> (u64, u64) {
    let counts = snapshot.raw_counts(ENABLED);
    let count = |value: &str| counts.get(value).copied().unwrap_or(0);
    (count("yes"), count("no"))
}

pub(in crate::cache) fn frequent_values(
    connection: &Connection,
    snapshot: &Snapshot,
    field: &Field,
    prefix: &str,
    limit: u32,
) -> Result<Vec<(String, u64)>> {
    let prefix = fold(prefix);
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut counts = match (field, snapshot.fields.id(field)) {
        (Field::Created | Field::Modified, _) => Vec::new(),
        (Field::Group, _) => {
            let groups = groups(connection)?.into_iter().map(|(group, members)| (group.name.into(), members));
            groups.filter(|(name, _): &(String, u64)| fold(name).starts_with(&prefix)).collect()
        }
        (_, None) => Vec::new(),
        (_, Some(id)) => return values(connection, snapshot, field, id, &prefix, limit),
    };
    counts.sort_by(|(a, m), (b, n)| n.cmp(m).then_with(|| a.cmp(b)));
    counts.truncate(limit);
    Ok(counts)
}

/// The values of a field that begin with a folded text, as first met, with how often they are.
fn values(
    connection: &Connection,
    snapshot: &Snapshot,
    field: &Field,
    id: u16,
    prefix: &str,
    limit: usize,
) -> Result<Vec<(String, u64)>> {
    let mut counts: Vec<(String, (u64, Met))> = snapshot.counts(id, prefix, LOOKED_AT).into_iter().collect();
    counts.sort_by(|(a, (m, _)), (b, (n, _))| n.cmp(m).then_with(|| a.cmp(b)));
    counts.truncate(limit);
    let as_met = |(folded, (count, met)): (String, (u64, Met))| {
        let raw = match met {
            Met::Raw(raw) => raw,
            Met::In(id) => {
                let user = read::users::by_ids(connection, &[id])?.pop();
                let raw = user.and_then(|user| match field {
                    Field::Username => Some(user.username.as_str().to_owned()),
                    _ => user.attribute(field.name()).map(str::to_owned),
                });
                raw.unwrap_or(folded)
            }
        };
        Ok((raw, count))
    };
    counts.into_iter().map(as_met).collect()
}

pub(in crate::cache) fn domains(snapshot: &Snapshot, most: usize) -> Domains {
    let mut counts: HashMap<&str, u64> = HashMap::new();
    let mut domains = Domains { without: snapshot.everybody().len(), ..Domains::default() };
    if let Some(email) = snapshot.fields.id(&Field::named("email")) {
        snapshot.each_value(email, |_, address| {
            domains.without -= 1;
            let at = address.iter().rposition(|byte| *byte == b'@');
            let domain = at.and_then(|at| std::str::from_utf8(&address[at + 1..]).ok());
            match domain.filter(|domain| !domain.is_empty()) {
                Some(domain) => *counts.entry(domain).or_default() += 1,
                None => domains.unreadable += 1,
            }
        });
    }
    domains.number = counts.len() as u64;
    let mut counts: Vec<(&str, u64)> = counts.into_iter().collect();
    counts.sort_unstable_by(|(a, m), (b, n)| n.cmp(m).then_with(|| a.cmp(b)));
    domains.others = counts.iter().skip(most).map(|(_, count)| count).sum();
    counts.truncate(most);
    domains.most = counts.into_iter().map(|(domain, count)| (domain.to_owned(), count)).collect();
    domains
}

pub(in crate::cache) fn sign_ups_by_month(snapshot: &Snapshot) -> Result<Vec<(String, u64)>> {
    let mut months: Vec<(String, u64)> = Vec::new();
    for (day, number) in days(snapshot, i64::MIN) {
        let date = date(day)?;
        let month = format!("{:04}-{:02}", date.year(), date.month());
        match months.last_mut() {
            Some((last, count)) if *last == month => *count += number,
            _ => months.push((month, number)),
        }
    }
    Ok(months)
}

pub(in crate::cache) fn sign_ups_by_day(snapshot: &Snapshot, since: Timestamp) -> Result<Vec<(String, u64)>> {
    let days = days(snapshot, since.as_second().div_euclid(86_400));
    days.into_iter().map(|(day, number)| Ok((date(day)?.to_string(), number))).collect()
}

/// How many were created on each day since 1970, from one on. Days are far fewer than users, and only they are looked up in
/// the calendar.
fn days(snapshot: &Snapshot, since: i64) -> BTreeMap<i64, u64> {
    let mut days: BTreeMap<i64, u64> = BTreeMap::new();
    for day in snapshot.created().map(|at| at.div_euclid(86_400_000)).filter(|day| *day >= since) {
        *days.entry(day).or_default() += 1;
    }
    days
}

fn date(day: i64) -> Result<Date> {
    let at = Timestamp::from_second(day * 86_400).map_err(|_| CacheError::Damaged)?;
    Ok(at.to_zoned(TimeZone::UTC).date())
}
