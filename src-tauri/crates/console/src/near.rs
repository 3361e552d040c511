//! Near spellings of what a query looks for, for when it finds few or nobody. They are offers: never part of what was found,
//! of its count or of a selection.

use model::query::{Asked, Chip, ChipKind, Field, Fields, Sort, UserQuery, chips, parse, quote};
use model::user::User;
use store::Cache;

use crate::error::Error;
use crate::pool::OpenPool;

/// The fields that people are called by, and that a word without a field is compared with.
const CALLED_BY: [&str; 9] = [
    "username",
    "email",
    "name",
    "given_name",
    "family_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "phone_number",
];

/// The most spellings that are offered.
const OFFERED: usize = 5;
/// The most spellings of one word that are tried.
const TRIED: usize = 24;
/// People who are shown of each.
const SHOWN: u32 = 3;

/// A spelling near one of a query, and whom the query would find with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Near {
    /// What was looked for.
    pub asked: String,
    /// The spelling, folded. Foreign text.
    pub spelling: String,
    /// The query with it.
    pub query: String,
    /// How many users that finds, which is never none.
    pub users: u64,
    /// The first of them.
    pub rows: Vec<User>,
}

impl OpenPool {
    /// Spellings near the words of a query that find somebody, with all its other terms in force: the nearest first, five
    /// at the most. None for queries with `or`, and for terms that are negated. Opens no socket.
    ///
    /// # Errors
    /// As [`OpenPool::search`].
    pub async fn near(&self, text: &str) -> Result<Vec<Near>, Error> {
        let fields = self.fields().await?;
        let asked = self.asked();
        self.understood(text).await?;
        let text = text.to_owned();
        self.read(move |cache| offers(cache, &text, &fields, &asked)).await
    }
}

fn offers(cache: &Cache, text: &str, fields: &Fields, asked: &Asked) -> Result<Vec<Near>, store::CacheError> {
    let mut offers: Vec<(usize, Near)> = Vec::new();
    for chip in chips(text, fields, asked) {
        let Some((among, head)) = compared(&chip, fields) else { continue };
        let wanted = chip.value.trim_matches('*');
        let mut found = 0;
        for spelling in cache.near(&among, wanted)?.into_iter().take(TRIED) {
            let query = replaced(text, &chip, &format!("{head}{}", quote(&spelling.text)));
            let Ok(parsed) = parse(&query, fields, asked) else { continue };
            if let Some((users, rows)) = whom(cache, &parsed)? {
                let (asked, spelling, distance) = (wanted.to_owned(), spelling.text, spelling.distance);
                offers.push((distance, Near { asked, spelling, query, users, rows }));
                found += 1;
            }
            if found == OFFERED {
                break;
            }
        }
    }
    offers.sort_by_key(|(distance, _)| *distance);
    Ok(offers.into_iter().map(|(_, near)| near).take(OFFERED).collect())
}

/// The fields that a term is about, and what stands before the text in a query; `None` for terms that have no spelling.
fn compared(chip: &Chip, fields: &Fields) -> Option<(Vec<Field>, String)> {
    match chip.kind {
        _ if chip.negated => None,
        ChipKind::Text => Some((CALLED_BY.iter().map(|name| Field::named(name)).collect(), String::new())),
        ChipKind::Field => {
            let name = chip.key.trim_end_matches([':', '=']);
            // Names may be written in any case; the field has one.
            let name = fields.names().iter().find(|known| known.eq_ignore_ascii_case(name))?;
            Some((vec![Field::named(name)], format!("{name}:")))
        }
        _ => None,
    }
}

fn replaced(text: &str, chip: &Chip, by: &str) -> String {
    let before: String = text.chars().take(chip.start).collect();
    let after: String = text.chars().skip(chip.end).collect();
    format!("{before}{by}{after}")
}

/// How many a query finds, and the first of them; `None` when nobody.
fn whom(cache: &Cache, query: &UserQuery) -> Result<Option<(u64, Vec<User>)>, store::CacheError> {
    let users = cache.count(query)?;
    if users == 0 {
        return Ok(None);
    }
    Ok(Some((users, cache.search(query, &Sort::default(), None, SHOWN)?.users)))
}
