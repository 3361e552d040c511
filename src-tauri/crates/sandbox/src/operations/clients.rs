//! App clients.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::listing::page;
use super::{Answered, Call, output};
use crate::directory::token::Question;
use crate::directory::{Client, LOWER, Pool};
use crate::protocol::json::Epoch;
use crate::protocol::{ApiError, check};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct List {
    user_pool_id: Option<String>,
    max_results: Option<i64>,
    next_token: Option<String>,
}

/// `ListUserPoolClients`.
pub(super) fn list(call: &mut Call<'_>) -> Answered {
    let input: List = call.input()?;
    let limit = check::limit(input.max_results, "maxResults", 1)?;
    let (weather, now_ms) = (call.weather, call.moment.now_ms);
    let pool = &*call.pool(input.user_pool_id.as_deref())?;
    let items = pool.clients.values().map(|client| {
        let line = json!({ "ClientId": client.id, "ClientName": client.name, "UserPoolId": pool.id });
        (client.id.as_str(), line)
    });
    let question = Question::new("ListUserPoolClients", &pool.id, "");
    let page = page(items, &question, input.next_token.as_deref(), limit, weather, now_ms)?;
    let mut out = json!({ "UserPoolClients": page.items });
    if let Some(token) = page.next {
        out["NextToken"] = token.into();
    }
    output(&out)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Describe {
    user_pool_id: Option<String>,
    client_id: Option<String>,
}

/// `DescribeUserPoolClient`: shows the secret.
pub(super) fn describe(call: &mut Call<'_>) -> Answered {
    let input: Describe = call.input()?;
    let id = check::required(input.client_id.as_deref(), "clientId")?;
    let pool = call.pool(input.user_pool_id.as_deref())?;
    described(pool, id)
}

fn described(pool: &Pool, id: &str) -> Answered {
    let missing = || ApiError::not_found(format!("User pool client {id} does not exist."));
    let client = pool.clients.get(id).ok_or_else(missing)?;
    let mut out = client.settings.clone();
    out.insert("UserPoolId".to_owned(), pool.id.clone().into());
    out.insert("ClientId".to_owned(), client.id.clone().into());
    out.insert("ClientName".to_owned(), client.name.clone().into());
    if let Some(secret) = &client.secret {
        out.insert("ClientSecret".to_owned(), secret.clone().into());
    }
    out.insert("CreationDate".to_owned(), json!(Epoch(client.created_ms)));
    out.insert("LastModifiedDate".to_owned(), json!(Epoch(client.modified_ms)));
    output(&json!({ "UserPoolClient": out }))
}

/// `CreateUserPoolClient`.
pub(super) fn create(call: &mut Call<'_>) -> Answered {
    let mut settings: Map<String, Value> = call.input()?;
    let pool_id = settings.remove("UserPoolId");
    let name = settings.remove("ClientName");
    let name = check::name(name.as_ref().and_then(Value::as_str), "clientName")?.to_owned();
    let with_secret = settings.remove("GenerateSecret").and_then(|v| v.as_bool()).unwrap_or_default();
    let now_ms = call.moment.now_ms;
    let id = call.world.random_text(LOWER, 26);
    let secret = with_secret.then(|| call.world.random_text(LOWER, 51));
    let pool = call.pool(pool_id.as_ref().and_then(Value::as_str))?;
    for (setting, value) in defaults() {
        settings.entry(setting).or_insert(value);
    }
    let client = Client { id: id.clone(), name, secret, created_ms: now_ms, modified_ms: now_ms, settings };
    pool.clients.insert(id.clone(), client);
    described(pool, &id)
}

/// What AWS fills in when a request leaves it out.
pub(crate) fn defaults() -> Map<String, Value> {
    let Value::Object(map) = json!({
        "RefreshTokenValidity": 30,
        "TokenValidityUnits": {},
        "AllowedOAuthFlowsUserPoolClient": false,
        "EnableTokenRevocation": true,
        "EnablePropagateAdditionalUserContextData": false,
        "AuthSessionValidity": 3,
        "PreventUserExistenceErrors": "LEGACY",
    }) else {
        return Map::new();
    };
    map
}
