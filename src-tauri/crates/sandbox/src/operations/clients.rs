//! App clients.

use serde::Deserialize;
use serde_json::json;

use super::client_settings::{self, SETTINGS};
use super::input::Input;
use super::listing::page;
use super::{Answered, Call, nothing, output};
use crate::directory::token::Question;
use crate::directory::{Client, LOWER, Pool};
use crate::protocol::json::Epoch;
use crate::protocol::{ApiError, check};

/// Length of the secrets that AWS makes.
pub(super) const SECRET_LENGTH: usize = 51;

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
    page.answer("UserPoolClients", "NextToken")
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
    let client = pool.clients.get(id).ok_or_else(|| missing(id))?;
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

/// Most app clients of one pool.
const MOST_CLIENTS: usize = 1_000;

/// `CreateUserPoolClient`.
pub(super) fn create(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    let name = input.text("ClientName")?.to_owned();
    let own = input.maybe("ClientSecret").map(str::to_owned);
    let generate = input.yes("GenerateSecret");
    if generate && own.is_some() {
        return Err(ApiError::invalid("Either GenerateSecret or a ClientSecret can be given, not both."));
    }
    let now_ms = call.moment.now_ms;
    let id = call.world.random_text(LOWER, 26);
    let secret = if generate { Some(call.world.random_text(LOWER, SECRET_LENGTH)) } else { own };
    let pool = call.pool(input.maybe("UserPoolId"))?;
    let mut settings = input.only(&SETTINGS);
    client_settings::complete(&mut settings);
    client_settings::check(pool, &settings, secret.is_some())?;
    if pool.clients.len() >= MOST_CLIENTS {
        return Err(ApiError::new("LimitExceededException", "Number of user pool clients exceeds the limit."));
    }
    let client = Client {
        id: id.clone(),
        name,
        secret,
        secret_created_ms: now_ms,
        newer_secret: None,
        created_ms: now_ms,
        modified_ms: now_ms,
        settings,
    };
    pool.clients.insert(id.clone(), client);
    described(pool, &id)
}

/// `UpdateUserPoolClient`: what is left out returns to its default. Secrets stay.
pub(super) fn update(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    let now_ms = call.moment.now_ms;
    let (pool, id) = known(call, &input)?;
    let mut settings = input.only(&SETTINGS);
    client_settings::complete(&mut settings);
    let has_secret = pool.clients.get(&id).is_some_and(|client| client.secret.is_some());
    client_settings::check(pool, &settings, has_secret)?;
    if let Some(client) = pool.clients.get_mut(&id) {
        client.settings = settings;
        client.modified_ms = now_ms;
        if let Some(name) = input.maybe("ClientName") {
            name.clone_into(&mut client.name);
        }
    }
    described(pool, &id)
}

/// `DeleteUserPoolClient`, with what was made for the client.
pub(super) fn delete(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    let (pool, id) = known(call, &input)?;
    pool.clients.remove(&id);
    pool.resources.forget_client(&id);
    nothing()
}

/// The pool and client that an input names, both of which exist.
pub(super) fn known<'a>(call: &'a mut Call<'_>, input: &Input) -> Result<(&'a mut Pool, String), ApiError> {
    let id = input.text("ClientId")?.to_owned();
    let pool = call.pool(input.maybe("UserPoolId"))?;
    if pool.clients.contains_key(&id) { Ok((pool, id)) } else { Err(missing(&id)) }
}

pub(super) fn missing(id: &str) -> ApiError {
    ApiError::not_found(format!("User pool client {id} does not exist."))
}
