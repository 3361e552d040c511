//! Reading people.

use serde::{Deserialize, Serialize};

use super::people;
use super::view::Profile;
use super::{Answered, Call, output};
use crate::directory::Pool;
use crate::directory::filter;
use crate::directory::token::{self, Question};
use crate::directory::user::{AttributeId, User};
use crate::protocol::json::Epoch;
use crate::protocol::{ApiError, check};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct List {
    user_pool_id: Option<String>,
    limit: Option<i64>,
    pagination_token: Option<String>,
    filter: Option<String>,
    attributes_to_get: Option<Vec<String>>,
}

/// `ListUsers`.
pub(super) fn list(call: &mut Call<'_>) -> Answered {
    let input: List = call.input()?;
    let limit = check::limit(input.limit, "limit", 0)?;
    let (now_ms, page_token_ms) = (call.moment.now_ms, call.moment.page_token_ms);
    let weather = call.weather;
    let pool = call.pool(input.user_pool_id.as_deref())?;
    let filter = input.filter.unwrap_or_default();
    let (key, wanted) = filter::parse(&filter, pool.users.username_key())?;
    let shown = input.attributes_to_get.as_ref().map(|names| format!("{filter}\n{}", names.join(",")));
    let only = input.attributes_to_get.map(|names| ids(pool, &names)).transpose()?;
    let question = Question::new("ListUsers", &pool.id, shown.as_deref().unwrap_or(&filter));
    let after = match input.pagination_token.as_deref() {
        Some(token) => Some(token::open(token, &question, now_ms, page_token_ms)?),
        None => None,
    };
    pool.users.settle(now_ms);
    let (mut ids, mut more) = pool.users.page(key, &wanted, after.as_ref(), limit);
    let cut = weather.cut(limit);
    let mut last = after;
    if cut < ids.len() {
        ids.truncate(cut);
        more = true;
    }
    if let Some(&id) = ids.last() {
        last = Some(pool.users.place(key, id));
    }
    // An empty first page has no place to continue from: its token stands for the very beginning.
    let next = more.then(|| token::issue(&question, &last.unwrap_or_default(), now_ms));
    let pool = &*pool;
    let found: Vec<&User> = ids.iter().filter_map(|&id| pool.users.shown(id)).collect();
    let wanted = only.as_deref().unwrap_or_default();
    if found.iter().any(|user| wanted.iter().any(|&id| user.attribute_bytes(id).is_none())) {
        return Err(missing_attribute());
    }
    people::page(&pool.schema, found.into_iter(), only.as_deref(), "PaginationToken", next.as_deref())
}

fn ids(pool: &Pool, names: &[String]) -> Result<Vec<AttributeId>, ApiError> {
    names.iter().map(|name| pool.schema.id(name).ok_or_else(missing_attribute)).collect()
}

fn missing_attribute() -> ApiError {
    ApiError::invalid("One or more requested attributes do not exist.")
}

/// Input of the operations on one person.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct OnePerson {
    pub(super) user_pool_id: Option<String>,
    pub(super) username: Option<String>,
}

impl OnePerson {
    /// The pool and the id of the person.
    pub(super) fn find<'a>(&self, call: &'a mut Call<'_>) -> Result<(&'a mut Pool, u32), ApiError> {
        person(call, self.user_pool_id.as_deref(), self.username.as_deref())
    }
}

/// The pool and the person that a request names.
pub(super) fn person<'a>(
    call: &'a mut Call<'_>,
    pool: Option<&str>,
    username: Option<&str>,
) -> Result<(&'a mut Pool, u32), ApiError> {
    let username = check::name(username, "username")?;
    let pool = call.pool(pool)?;
    let id = pool.resolve(username).ok_or_else(ApiError::no_user)?;
    Ok((pool, id))
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Got<'a> {
    #[serde(flatten)]
    profile: Profile<'a>,
    user_create_date: Epoch,
    user_last_modified_date: Epoch,
    enabled: bool,
    user_status: &'static str,
}

/// `AdminGetUser`: not subject to the lag of listings.
pub(super) fn get(call: &mut Call<'_>) -> Answered {
    let input: OnePerson = call.input()?;
    let (pool, id) = input.find(call)?;
    let user = pool.users.get(id).ok_or_else(ApiError::no_user)?;
    output(&Got {
        profile: Profile::of(&pool.schema, user, None),
        user_create_date: Epoch(user.created_ms),
        user_last_modified_date: Epoch(user.modified_ms),
        enabled: user.enabled,
        user_status: user.status.as_str(),
    })
}
