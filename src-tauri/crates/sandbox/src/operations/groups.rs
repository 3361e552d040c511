//! Groups and their members.

use serde::{Deserialize, Serialize};

use super::listing::page;
use super::people;
use super::users::{OnePerson, person};
use super::view::{self, GroupType};
use super::{Answered, Call, nothing, output};
use crate::directory::index::{Place, scatter};
use crate::directory::token::{self, Question};
use crate::directory::{Group, Pool};
use crate::protocol::{ApiError, check};

const MOST_GROUPS: usize = 10_000;
const MOST_GROUPS_OF_USER: usize = 100;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct List {
    user_pool_id: Option<String>,
    limit: Option<i64>,
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Groups<'a> {
    groups: Vec<GroupType<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// `ListGroups`.
pub(super) fn list(call: &mut Call<'_>) -> Answered {
    let input: List = call.input()?;
    let limit = check::limit(input.limit, "limit", 0)?;
    let (weather, now_ms) = (call.weather, call.moment.now_ms);
    let pool = &*call.pool(input.user_pool_id.as_deref())?;
    let items = pool.groups.values().map(|group| (group.name.as_str(), view::group(pool, group)));
    let question = Question::new("ListGroups", &pool.id, "");
    let page = page(items, &question, input.next_token.as_deref(), limit, weather, now_ms)?;
    output(&Groups { groups: page.items, next_token: page.next })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct OneGroup {
    user_pool_id: Option<String>,
    group_name: Option<String>,
    description: Option<String>,
    role_arn: Option<String>,
    precedence: Option<i64>,
    limit: Option<i64>,
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Got<'a> {
    group: GroupType<'a>,
}

fn missing() -> ApiError {
    ApiError::not_found("Group not found.")
}

fn got(pool: &Pool, name: &str) -> Answered {
    let group = pool.groups.get(name).ok_or_else(missing)?;
    output(&Got { group: view::group(pool, group) })
}

fn precedence(value: Option<i64>) -> Result<Option<u32>, ApiError> {
    let rule = "Member must have value greater than or equal to 0";
    value.map(|v| u32::try_from(v).map_err(|_| ApiError::constraint(&v.to_string(), "precedence", rule))).transpose()
}

/// `GetGroup`.
pub(super) fn get(call: &mut Call<'_>) -> Answered {
    let input: OneGroup = call.input()?;
    let name = check::name(input.group_name.as_deref(), "groupName")?;
    got(call.pool(input.user_pool_id.as_deref())?, name)
}

/// `CreateGroup`.
pub(super) fn create(call: &mut Call<'_>) -> Answered {
    let input: OneGroup = call.input()?;
    let name = check::name(input.group_name.as_deref(), "groupName")?;
    let precedence = precedence(input.precedence)?;
    let now_ms = call.moment.now_ms;
    let pool = call.pool(input.user_pool_id.as_deref())?;
    if pool.groups.contains_key(name) {
        return Err(ApiError::new("GroupExistsException", "A group with the name already exists."));
    }
    if pool.groups.len() >= MOST_GROUPS {
        return Err(ApiError::new("LimitExceededException", "Number of groups exceeds the limit."));
    }
    let group = Group {
        name: name.to_owned(),
        description: input.description,
        role_arn: input.role_arn,
        precedence,
        created_ms: now_ms,
        modified_ms: now_ms,
        members: Vec::new(),
        touched: true,
    };
    pool.groups.insert(name.to_owned(), group);
    got(pool, name)
}

/// `UpdateGroup`: what is left out stays. AWS does not say what it does; whoever sends all of it need not know.
pub(super) fn update(call: &mut Call<'_>) -> Answered {
    let input: OneGroup = call.input()?;
    let name = check::name(input.group_name.as_deref(), "groupName")?;
    let precedence = precedence(input.precedence)?;
    let now_ms = call.moment.now_ms;
    let pool = call.pool(input.user_pool_id.as_deref())?;
    let group = pool.groups.get_mut(name).ok_or_else(missing)?;
    group.description = input.description.or(group.description.take());
    group.role_arn = input.role_arn.or(group.role_arn.take());
    group.precedence = precedence.or(group.precedence);
    group.modified_ms = now_ms;
    got(pool, name)
}

/// `DeleteGroup`.
pub(super) fn delete(call: &mut Call<'_>) -> Answered {
    let input: OneGroup = call.input()?;
    let name = check::name(input.group_name.as_deref(), "groupName")?;
    let pool = call.pool(input.user_pool_id.as_deref())?;
    pool.groups.remove(name).ok_or_else(missing)?;
    nothing()
}

/// `ListUsersInGroup`: not subject to the lag of `ListUsers`.
pub(super) fn list_users(call: &mut Call<'_>) -> Answered {
    let input: OneGroup = call.input()?;
    let limit = check::limit(input.limit, "limit", 0)?;
    let name = check::name(input.group_name.as_deref(), "groupName")?;
    let (weather, now_ms, page_token_ms) = (call.weather, call.moment.now_ms, call.moment.page_token_ms);
    let pool = &*call.pool(input.user_pool_id.as_deref())?;
    let group = pool.groups.get(name).ok_or_else(missing)?;
    let question = Question::new("ListUsersInGroup", &pool.id, name);
    let after =
        input.next_token.as_deref().map(|token| token::open(token, &question, now_ms, page_token_ms)).transpose()?;
    let after = after.unwrap_or_default();
    let from = group.members.partition_point(|&id| u64::from(scatter(id)) < after.tie);
    let rest = group.members.get(from..).unwrap_or_default();
    let ids = &rest[..weather.cut(limit).min(rest.len())];
    let tie = ids.last().map_or(after.tie, |&id| u64::from(scatter(id)) + 1);
    let more = ids.len() < rest.len();
    let next_token = more.then(|| token::issue(&question, &Place { key: Vec::new(), tie }, now_ms));
    let users = ids.iter().filter_map(|&id| pool.users.get(id));
    people::page(&pool.schema, users, None, "NextToken", next_token.as_deref())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Membership {
    user_pool_id: Option<String>,
    username: Option<String>,
    group_name: Option<String>,
    limit: Option<i64>,
    next_token: Option<String>,
}

/// `AdminListGroupsForUser`.
pub(super) fn list_for_user(call: &mut Call<'_>) -> Answered {
    let input: Membership = call.input()?;
    let limit = check::limit(input.limit, "limit", 0)?;
    let (weather, now_ms) = (call.weather, call.moment.now_ms);
    let (pool, id) = person(call, input.user_pool_id.as_deref(), input.username.as_deref())?;
    let pool = &*pool;
    let groups = pool.groups.values().filter(|group| group.has(id));
    let items = groups.map(|group| (group.name.as_str(), view::group(pool, group)));
    let question = Question::new("AdminListGroupsForUser", &pool.id, &id.to_string());
    let page = page(items, &question, input.next_token.as_deref(), limit, weather, now_ms)?;
    output(&Groups { groups: page.items, next_token: page.next })
}

/// `AdminAddUserToGroup`: once more is success too.
pub(super) fn add_user(call: &mut Call<'_>) -> Answered {
    let input: Membership = call.input()?;
    let name = check::name(input.group_name.as_deref(), "groupName")?;
    let (pool, id) = person(call, input.user_pool_id.as_deref(), input.username.as_deref())?;
    let already = pool.groups.values().filter(|group| group.has(id)).count();
    let group = pool.groups.get_mut(name).ok_or_else(missing)?;
    if already >= MOST_GROUPS_OF_USER && !group.has(id) {
        // The service model knows no other error of this operation that fits.
        return Err(ApiError::invalid("Maximum number of groups for the user is reached."));
    }
    group.add(id);
    nothing()
}

/// `AdminRemoveUserFromGroup`: once more is success too.
pub(super) fn remove_user(call: &mut Call<'_>) -> Answered {
    let input: Membership = call.input()?;
    let name = check::name(input.group_name.as_deref(), "groupName")?;
    let one = OnePerson { user_pool_id: input.user_pool_id, username: input.username };
    let (pool, id) = one.find(call)?;
    pool.groups.get_mut(name).ok_or_else(missing)?.remove(id);
    nothing()
}
