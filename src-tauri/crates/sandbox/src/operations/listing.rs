//! Pages over short lists that are ordered by a key: pools, groups, clients.

use serde_json::{Map, Value};

use super::{Answered, output};
use crate::directory::index::Place;
use crate::directory::token::{self, Question};
use crate::protocol::ApiError;
use crate::weather::Weather;

/// One page and the token of the next.
pub(super) struct Page<T> {
    pub(super) items: Vec<T>,
    pub(super) next: Option<String>,
}

impl Page<Value> {
    /// The output that holds the items under `list` and the token, if any, under `token`.
    pub(super) fn answer(self, list: &str, token: &str) -> Answered {
        let mut out = Map::from_iter([(list.to_owned(), Value::from(self.items))]);
        out.extend(self.next.map(|next| (token.to_owned(), next.into())));
        output(&out)
    }
}

/// Cuts a page out of `items`, which must be in the order of their keys.
pub(super) fn page<'a, T>(
    items: impl Iterator<Item = (&'a str, T)>,
    question: &Question,
    token: Option<&str>,
    limit: usize,
    weather: &Weather,
    now_ms: i64,
) -> Result<Page<T>, ApiError> {
    let lifetime_ms = weather.page_token_ms();
    let after = token.map(|token| token::open(token, question, now_ms, lifetime_ms)).transpose()?.unwrap_or_default();
    let limit = weather.cut(limit);
    let mut rest = items.filter(|(key, _)| key.as_bytes() > after.key.as_slice()).peekable();
    let mut page = Page { items: Vec::new(), next: None };
    let mut last = after.clone();
    while page.items.len() < limit {
        let Some((key, item)) = rest.next() else { break };
        last = Place { key: key.as_bytes().to_vec(), tie: 0 };
        page.items.push(item);
    }
    page.next = rest.peek().map(|_| token::issue(question, &last, now_ms));
    Ok(page)
}
