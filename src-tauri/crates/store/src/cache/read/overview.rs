//! Counts over the whole pool, from the snapshot.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::query::{Field, fold};
use model::user::UserStatus;
use rusqlite::Connection;

use super::state::groups;
use crate::cache::fields::{ENABLED, STATUS};
use crate::cache::snapshot::{Met, Snapshot};
use crate::cache::{CacheError, Result, read};

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

pub(in crate::cache) fn sign_ups_by_month(snapshot: &Snapshot) -> Result<Vec<(String, u64)>> {
    // Days are far fewer than users, and only they are looked up in the calendar.
    let mut days: BTreeMap<i64, u64> = BTreeMap::new();
    for at in snapshot.created() {
        *days.entry(at.div_euclid(86_400_000)).or_default() += 1;
    }
    let mut months: Vec<(String, u64)> = Vec::new();
    for (day, number) in days {
        let at = Timestamp::from_second(day * 86_400).map_err(|_| CacheError::Damaged)?;
        let date = at.to_zoned(TimeZone::UTC).date();
        let month = format!("{:04}-{:02}", date.year(), date.month());
        match months.last_mut() {
            Some((last, count)) if *last == month => *count += number,
            _ => months.push((month, number)),
        }
    }
    Ok(months)
}
