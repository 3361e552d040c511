//! The userInfo endpoint (OpenID Connect Core, 5.3).

use serde_json::{Map, Value, json};

use super::Visit;
use crate::directory::schema::id;
use crate::protocol::Answer;
use crate::tokens;

/// `/oauth2/userInfo`: what the scopes of an access token show of its person.
pub(super) fn answer(visit: &mut Visit<'_>) -> Answer {
    let given = visit.request.authorization.as_deref().and_then(|given| given.split_once(' '));
    let Some((_, token)) = given.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("Bearer")) else {
        let description = "Bearer access token is missing or malformed.";
        return refused(401, "invalid_request", description);
    };
    let invalid = "Access token is expired, disabled, or deleted, or the user has globally signed out.";
    let Ok(bearer) = tokens::verified_access(visit.world, token.trim(), visit.moment) else {
        return refused(401, "invalid_token", invalid);
    };
    if visit.pool.is_some_and(|pool| pool != bearer.pool_id) {
        return refused(401, "invalid_token", invalid);
    }
    if !bearer.scopes.iter().any(|scope| scope == "openid") {
        return refused(401, "invalid_token", "Access token does not contain openid scope");
    }
    let pool = visit.world.pools.get(&bearer.pool_id);
    let found = pool.and_then(|pool| Some((pool, pool.clients.get(&bearer.client_id)?, pool.users.get(bearer.user)?)));
    let Some((pool, client, user)) = found else { return refused(401, "invalid_token", invalid) };
    let mut claims = Map::new();
    claims.insert("sub".to_owned(), user.attribute(id::SUB).unwrap_or_default().into());
    for (name, value) in tokens::attributes(pool, client, user, &bearer.scopes) {
        // Unlike in an ID token, flags are text here.
        let value = if value.is_boolean() { Value::String(value.to_string()) } else { value };
        claims.insert(name, value);
    }
    claims.insert("username".to_owned(), bearer.username.into());
    Answer::document(200, &claims.into()).with("cache-control", "no-store")
}

fn refused(status: u16, error: &str, description: &str) -> Answer {
    let challenge = format!("Bearer error=\"{error}\", error_description=\"{description}\"");
    Answer::document(status, &json!({ "error": error, "error_description": description }))
        .with("www-authenticate", challenge)
}
