//! A user as it is written into a row: everything but the name and the groups, in a form that is equal for equal users.

use std::collections::BTreeMap;

use jiff::Timestamp;
use model::user::User;
use model::{GroupName, Username};
use serde::{Deserialize, Serialize};

use super::{CacheError, Result};

#[derive(Serialize)]
struct Written<'a> {
    e: bool,
    s: &'a str,
    c: Timestamp,
    m: Timestamp,
    a: &'a BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Read {
    e: bool,
    s: String,
    c: Timestamp,
    m: Timestamp,
    a: BTreeMap<String, String>,
}

pub(super) fn encode(user: &User) -> Result<String> {
    let User { enabled, status, created_at, modified_at, attributes, .. } = user;
    let body = Written { e: *enabled, s: status.as_str(), c: *created_at, m: *modified_at, a: attributes };
    serde_json::to_string(&body).map_err(|error| CacheError::Internal(error.to_string()))
}

/// A row that does not decode was not written by us: the file is damaged.
pub(super) fn decode(username: String, body: &str, groups: Vec<GroupName>) -> Result<User> {
    let Read { e, s, c, m, a } = serde_json::from_str(body).map_err(|_| CacheError::Damaged)?;
    let username = Username::parse(username).map_err(|_| CacheError::Damaged)?;
    Ok(User { username, enabled: e, status: s.into(), created_at: c, modified_at: m, attributes: a, groups })
}
