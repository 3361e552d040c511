//! From a condition to the set of users that it holds for.

use std::collections::BTreeMap;

use model::query::{Bound, Expr, Field, Moment, Pattern, Term, fold};
use model::user::User;
use roaring::RoaringBitmap;
use rusqlite::{Connection, Params};

use super::Search;
use super::grams::{Question, is_lossy, question};
use crate::cache::Result;
use crate::cache::fields::{self, ENABLED, FieldMap, Key, SHARED, column};
use crate::cache::read::users;

pub(super) const IN_RANGE: &str = "SELECT user FROM field_values WHERE field = ?1 AND value >= ?2 AND value < ?3";
pub(super) const WITH_VALUE: &str = "SELECT user FROM field_values WHERE field = ?1 AND value = ?2";
/// `raw` is there only when folding changed the text.
pub(super) const WITH_RAW: &str =
    "SELECT user FROM field_values WHERE field = ?1 AND value = ?2 AND coalesce(raw, value) = ?3";
pub(super) const IN_ORDER: &str = "SELECT value, user FROM field_values WHERE field = ?1 ORDER BY value";
pub(super) const NEXT_VALUE: &str =
    "SELECT value FROM field_values WHERE field = ?1 AND value > ?2 ORDER BY value LIMIT 1";
pub(super) const OF_FIELD: &str = "SELECT user FROM field_values WHERE field = ?1";
pub(super) const TRIGRAMS: &str = "SELECT rowid FROM trigrams WHERE trigrams MATCH ?1";
pub(super) const GRAMS: &str = "SELECT rowid FROM grams WHERE grams MATCH ?1";
pub(super) const UNINDEXED: &str = "SELECT user FROM unindexed";
pub(super) const OF_GROUP: &str = "SELECT user FROM memberships WHERE group_id = ?1";
pub(super) const GROUPS: &str = "SELECT id, name FROM groups ORDER BY name";

/// Whoever is in the cache.
pub(in crate::cache) fn everybody(connection: &Connection) -> Result<RoaringBitmap> {
    ids(connection, OF_FIELD, [ENABLED])
}

/// The first value after all that begin with a folded text.
pub(in crate::cache) fn end_of_prefix(prefix: &str) -> Key {
    let mut characters: Vec<char> = prefix.chars().collect();
    while let Some(last) = characters.pop() {
        if let Some(next) = (last..=char::MAX).nth(1) {
            characters.push(next);
            return Key::Text(characters.into_iter().collect());
        }
    }
    Key::after_texts()
}

pub(super) fn ids(connection: &Connection, sql: &str, parameters: impl Params) -> Result<RoaringBitmap> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(parameters)?;
    let mut ids = RoaringBitmap::new();
    while let Some(row) = rows.next()? {
        let id = row.get(0)?;
        // Most come in order, which is far cheaper to append.
        if ids.try_push(id).is_err() {
            ids.insert(id);
        }
    }
    Ok(ids)
}

impl Search<'_> {
    pub(super) fn matching(&self, expr: &Expr) -> Result<RoaringBitmap> {
        match expr {
            Expr::And(parts) => self.all_of(parts),
            Expr::Or(parts) => {
                let mut found = RoaringBitmap::new();
                for part in parts {
                    found |= self.matching(part)?;
                }
                Ok(found)
            }
            Expr::Not(inner) => Ok(self.everybody()?.as_ref() - self.matching(inner)?),
            Expr::Term(term) => self.term(term),
        }
    }

    fn all_of(&self, parts: &[Expr]) -> Result<RoaringBitmap> {
        let (negated, plain): (Vec<_>, Vec<_>) = parts.iter().partition(|part| matches!(part, Expr::Not(_)));
        let mut found: Option<RoaringBitmap> = None;
        for part in plain {
            let next = self.matching(part)?;
            let both = match found {
                Some(found) => found & next,
                None => next,
            };
            if both.is_empty() {
                return Ok(both);
            }
            found = Some(both);
        }
        let mut found = match found {
            Some(found) => found,
            None => self.everybody()?.as_ref().clone(),
        };
        for part in negated {
            if let Expr::Not(inner) = part {
                found -= self.matching(inner)?;
            }
        }
        Ok(found)
    }

    pub(super) fn everybody(&self) -> Result<std::sync::Arc<RoaringBitmap>> {
        self.memo.everybody(self.revision, || everybody(self.connection))
    }

    fn term(&self, term: &Term) -> Result<RoaringBitmap> {
        match term {
            Term::Anywhere(text) => self.words(text, None, false, |user| {
                let attributes = user.attributes.values().map(String::as_str);
                attributes.chain([user.username.as_str()]).any(|value| fold(value).contains(text))
            }),
            Term::Text(Field::Group, pattern) => self.in_groups(|name| fits(pattern, name)),
            Term::Text(field, pattern) => self.text(field, pattern),
            Term::Present(Field::Group) => self.in_groups(|_| true),
            Term::Present(field) => self.of_field(field),
            Term::Enabled(enabled) => {
                let value = if *enabled { "yes" } else { "no" };
                ids(self.connection, WITH_VALUE, (ENABLED, value))
            }
            Term::When(moment, bound) => self.when(*moment, *bound),
            Term::Duplicate(Field::Group) => self.sharing_a_group(),
            Term::Duplicate(field) => self.twins(field),
        }
    }

    fn field(&self, field: &Field) -> Result<Option<i64>> {
        Ok(FieldMap::load(self.connection)?.id(field))
    }

    /// Whoever has a value of the field.
    pub(super) fn of_field(&self, field: &Field) -> Result<RoaringBitmap> {
        match self.field(field)? {
            Some(fields::USERNAME | fields::STATUS | fields::ENABLED | fields::CREATED | fields::MODIFIED) => {
                Ok(self.everybody()?.as_ref().clone())
            }
            Some(id) => ids(self.connection, OF_FIELD, [id]),
            None => Ok(RoaringBitmap::new()),
        }
    }

    fn text(&self, field: &Field, pattern: &Pattern) -> Result<RoaringBitmap> {
        let Some(id) = self.field(field)? else { return Ok(RoaringBitmap::new()) };
        match pattern {
            Pattern::Equals(text) => ids(self.connection, WITH_VALUE, (id, text)),
            Pattern::Exactly(text) => ids(self.connection, WITH_RAW, (id, fold(text), text)),
            Pattern::StartsWith(text) => {
                let parameters = (id, Key::Text(text.clone()), end_of_prefix(text));
                ids(self.connection, IN_RANGE, parameters)
            }
            Pattern::Contains(text) | Pattern::EndsWith(text) => match column(id) {
                Some(at) => {
                    let at_end = matches!(pattern, Pattern::EndsWith(_));
                    self.words(text, Some(at), at_end, |user| value(user, field).is_some_and(|v| fits(pattern, v)))
                }
                None => self.by_distinct_value(id, |value| fits(pattern, value)),
            },
        }
    }

    /// Asks the text indexes, and looks at the users themselves where those cannot tell or do not know them yet.
    fn words(
        &self,
        text: &str,
        column: Option<usize>,
        at_end: bool,
        holds: impl Fn(&User) -> bool,
    ) -> Result<RoaringBitmap> {
        if text.is_empty() {
            return Ok(self.everybody()?.iter().collect());
        }
        let found = match question(text, column, at_end) {
            Question::Trigrams(phrase) => ids(self.connection, TRIGRAMS, [phrase])?,
            Question::Grams(gram) => ids(self.connection, GRAMS, [gram])?,
        };
        let unindexed = ids(self.connection, UNINDEXED, [])?;
        let (mut sure, unsure) = if is_lossy(text) || column == Some(SHARED) {
            (RoaringBitmap::new(), found | unindexed)
        } else {
            (found - &unindexed, unindexed)
        };
        let candidates: Vec<u32> = unsure.iter().collect();
        for chunk in candidates.chunks(500) {
            let users = users::with_ids(self.connection, chunk)?;
            sure.extend(users.iter().filter(|(_, user)| holds(user)).map(|(id, _)| *id));
        }
        Ok(sure)
    }

    /// For fields of few values: jumps from value to value.
    fn by_distinct_value(&self, field: i64, holds: impl Fn(&str) -> bool) -> Result<RoaringBitmap> {
        let mut next = self.connection.prepare_cached(NEXT_VALUE)?;
        let mut last = String::new();
        let mut found = RoaringBitmap::new();
        while let Some(row) = next.query((field, &last))?.next()? {
            let Key::Text(value) = Key::from_row(row.get_ref(0)?)? else { break };
            if holds(&value) {
                found |= ids(self.connection, WITH_VALUE, (field, &value))?;
            }
            last = value;
        }
        Ok(found)
    }

    fn when(&self, moment: Moment, bound: Bound) -> Result<RoaringBitmap> {
        let field = match moment {
            Moment::Created => fields::CREATED,
            Moment::Modified => fields::MODIFIED,
        };
        let (from, end) = match bound {
            Bound::From(at) => (Key::instant(at), Key::after_instants()),
            Bound::Before(at) => (Key::after_texts(), Key::instant(at)),
        };
        ids(self.connection, IN_RANGE, (field, from, end))
    }

    /// The groups with their members, by name.
    pub(super) fn memberships(&self) -> Result<Vec<(String, RoaringBitmap)>> {
        let mut statement = self.connection.prepare_cached(GROUPS)?;
        let groups = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let groups = groups.collect::<rusqlite::Result<Vec<(i64, String)>>>()?;
        groups.into_iter().map(|(id, name)| Ok((name, ids(self.connection, OF_GROUP, [id])?))).collect()
    }

    fn in_groups(&self, wanted: impl Fn(&str) -> bool) -> Result<RoaringBitmap> {
        let groups = self.memberships()?.into_iter().filter(|(name, _)| wanted(name));
        Ok(groups.fold(RoaringBitmap::new(), |found, (_, members)| found | members))
    }

    fn sharing_a_group(&self) -> Result<RoaringBitmap> {
        let mut by_name: BTreeMap<String, RoaringBitmap> = BTreeMap::new();
        for (name, members) in self.memberships()? {
            *by_name.entry(fold(&name)).or_default() |= members;
        }
        let shared = by_name.into_values().filter(|members| members.len() > 1);
        Ok(shared.fold(RoaringBitmap::new(), |found, members| found | members))
    }

    /// Goes through the values in order: equal ones stand side by side.
    fn twins(&self, field: &Field) -> Result<RoaringBitmap> {
        let Some(id) = self.field(field)? else { return Ok(RoaringBitmap::new()) };
        let mut statement = self.connection.prepare_cached(IN_ORDER)?;
        let mut rows = statement.query([id])?;
        let mut twins = RoaringBitmap::new();
        let mut last: Option<(Key, u32)> = None;
        while let Some(row) = rows.next()? {
            let (value, user) = (Key::from_row(row.get_ref(0)?)?, row.get(1)?);
            if let Some((before, first)) = &last
                && *before == value
            {
                twins.insert(*first);
                twins.insert(user);
            }
            last = Some((value, user));
        }
        Ok(twins)
    }
}

fn value<'u>(user: &'u User, field: &Field) -> Option<&'u str> {
    match field {
        Field::Username => Some(user.username.as_str()),
        Field::Attribute(name) => user.attribute(name).filter(|value| !value.is_empty()),
        _ => None,
    }
}

fn fits(pattern: &Pattern, value: &str) -> bool {
    match pattern {
        Pattern::Contains(text) => fold(value).contains(text),
        Pattern::StartsWith(text) => fold(value).starts_with(text),
        Pattern::EndsWith(text) => fold(value).ends_with(text),
        Pattern::Equals(text) => fold(value) == *text,
        Pattern::Exactly(text) => value == text,
    }
}
