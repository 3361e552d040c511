//! From the query's tree to a condition on the snapshot: numbers of fields, and sets for what other tables know.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::query::{Expr, Field, Pattern, Term, fold};
use roaring::RoaringBitmap;

use super::{GROUPS, OF_GROUP, Search};
use crate::cache::Result;
use crate::cache::fields::{USERNAME, user_id};
use crate::cache::read::users;
use crate::cache::snapshot::{Bits, By, Condition, Needle};

impl Search<'_> {
    pub(super) fn resolve(&self, expr: &Expr) -> Result<Condition> {
        let each = |parts: &[Expr]| parts.iter().map(|part| self.resolve(part)).collect::<Result<Vec<_>>>();
        Ok(match expr {
            Expr::And(parts) => Condition::All(each(parts)?),
            Expr::Or(parts) => Condition::Any(each(parts)?),
            Expr::Not(inner) => Condition::Not(Box::new(self.resolve(inner)?)),
            Expr::Term(term) => self.term(term)?,
        })
    }

    fn term(&self, term: &Term) -> Result<Condition> {
        Ok(match term {
            Term::Anywhere(text) if text.is_empty() => Condition::Everybody,
            Term::Anywhere(text) => Condition::Anywhere(Needle::new(text, false, false)),
            Term::Text(Field::Group, pattern) => self.in_groups(|name| fits(pattern, name))?,
            Term::Text(field, pattern) => self.text(field, pattern)?,
            Term::Present(Field::Group) => self.in_groups(|_| true)?,
            Term::Present(field) => self.snapshot.fields.id(field).map_or(Condition::Nobody, Condition::Present),
            Term::Enabled(enabled) => Condition::Enabled(*enabled),
            Term::When(moment, bound) => Condition::When(*moment, *bound),
            Term::Duplicate(Field::Group) => self.sharing_a_group()?,
            Term::Duplicate(field) => Condition::Among(self.twins(field)?),
        })
    }

    fn text(&self, field: &Field, pattern: &Pattern) -> Result<Condition> {
        let Some(id) = self.snapshot.fields.id(field) else { return Ok(Condition::Nobody) };
        let needle = |text: &str, at_start, at_end| {
            if !text.is_empty() {
                Condition::Text(id, Needle::new(text, at_start, at_end))
            } else if at_start && at_end {
                Condition::Nobody
            } else {
                Condition::Present(id)
            }
        };
        Ok(match pattern {
            Pattern::Contains(text) => needle(text, false, false),
            Pattern::StartsWith(text) => needle(text, true, false),
            Pattern::EndsWith(text) => needle(text, false, true),
            Pattern::Equals(text) => needle(text, true, true),
            Pattern::Exactly(text) if text.is_empty() => Condition::Nobody,
            Pattern::Exactly(text) if id == USERNAME => {
                Condition::Among(Arc::new(user_id(self.connection, text)?.into_iter().collect()))
            }
            Pattern::Exactly(text) => self.exactly(field, id, text)?,
        })
    }

    /// The snapshot has folded texts where values are many; the rows themselves tell whether the case is the same.
    fn exactly(&self, field: &Field, id: u16, text: &str) -> Result<Condition> {
        let unsure = self.snapshot.unsure(id, &Needle::new(&fold(text), true, true));
        let candidates: Vec<u32> = unsure.iter().collect();
        let mut sure = Bits::default();
        for chunk in candidates.chunks(500) {
            for (id, user) in users::with_ids(self.connection, chunk)? {
                let same = match field {
                    Field::Attribute(name) => user.attribute(name) == Some(text),
                    _ => false,
                };
                if same {
                    sure.insert(id);
                }
            }
        }
        Ok(Condition::Exactly(id, text.to_owned(), sure))
    }

    /// The groups with their members, by name.
    fn memberships(&self) -> Result<Arc<[(String, RoaringBitmap)]>> {
        let mut statement = self.connection.prepare_cached("SELECT groups_revision FROM state")?;
        let revision = statement.query_row([], |row| row.get::<_, i64>(0))?.cast_unsigned();
        self.memo.groups(revision, || {
            let mut statement = self.connection.prepare_cached(GROUPS)?;
            let groups = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let groups = groups.collect::<rusqlite::Result<Vec<(i64, String)>>>()?;
            let mut members = self.connection.prepare_cached(OF_GROUP)?;
            let all = groups.into_iter().map(|(id, name)| {
                let ids = members.query_map([id], |row| row.get::<_, u32>(0))?;
                Ok((name, ids.collect::<rusqlite::Result<RoaringBitmap>>()?))
            });
            all.collect::<Result<Vec<_>>>()
        })
    }

    fn in_groups(&self, wanted: impl Fn(&str) -> bool) -> Result<Condition> {
        let memberships = self.memberships()?;
        Ok(of_any(memberships.iter().filter(|(name, _)| wanted(name)).map(|(_, members)| members)))
    }

    fn sharing_a_group(&self) -> Result<Condition> {
        let mut by_name: BTreeMap<String, RoaringBitmap> = BTreeMap::new();
        for (name, members) in self.memberships()?.iter() {
            *by_name.entry(fold(name)).or_default() |= members;
        }
        Ok(of_any(by_name.values().filter(|members| members.len() > 1)))
    }

    /// Whoever has a value that somebody else has.
    fn twins(&self, field: &Field) -> Result<Arc<Bits>> {
        let Some(id) = self.snapshot.fields.id(field) else { return Ok(Arc::default()) };
        self.memo.twins(self.snapshot.changed_at(id), field, || Ok(self.snapshot.twins(id)))
    }

    /// What an order is by.
    pub(super) fn by(&self, field: &Field) -> Result<By> {
        if *field != Field::Group {
            return Ok(By::field(self.snapshot.fields.id(field)));
        }
        let memberships = self.memberships()?;
        let mut names: Vec<String> = memberships.iter().map(|(name, _)| fold(name)).collect();
        names.sort_unstable();
        names.dedup();
        let mut first = Vec::new();
        // The groups come by name: who has a number already is in an earlier one.
        for (name, members) in memberships.iter() {
            let number = names.partition_point(|other| *other < fold(name)) + 1;
            let number = u16::try_from(number).unwrap_or(u16::MAX);
            for id in members.iter().filter_map(|id| usize::try_from(id).ok()) {
                if id >= first.len() {
                    first.resize(id + 1, 0);
                }
                if first[id] == 0 {
                    first[id] = number;
                }
            }
        }
        Ok(By::Group(first, names))
    }
}

/// Whoever is in one of these groups.
fn of_any<'a>(groups: impl Iterator<Item = &'a RoaringBitmap>) -> Condition {
    let mut found = Bits::default();
    groups.flatten().for_each(|id| found.insert(id));
    Condition::Among(Arc::new(found))
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
