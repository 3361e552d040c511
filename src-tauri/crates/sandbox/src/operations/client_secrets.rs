//! Rotation of client secrets: two may be in force at a time, and never none.

use serde_json::{Map, Value, json};

use super::clients::{SECRET_LENGTH, known, missing};
use super::input::Input;
use super::{Answered, Call, nothing, output};
use crate::directory::pool::Secret;
use crate::directory::{Client, LOWER};
use crate::protocol::ApiError;
use crate::protocol::json::Epoch;

/// Every secret with its id, `<client id>--<seconds since 1970>`.
fn ids(client: &Client) -> Vec<(String, Secret)> {
    let id = |secret: Secret| (format!("{}--{}", client.id, secret.created_ms / 1000), secret);
    client.secrets().map(id).collect()
}

fn descriptor((id, secret): &(String, Secret)) -> Map<String, Value> {
    let shown = [("ClientSecretId", json!(id)), ("ClientSecretCreateDate", json!(Epoch(secret.created_ms)))];
    shown.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// `AddUserPoolClientSecret`: shows the value only if it was made here.
pub(super) fn add(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    let now_ms = call.moment.now_ms;
    let made = call.world.random_text(LOWER, SECRET_LENGTH);
    let own = input.maybe("ClientSecret").map(str::to_owned);
    let (pool, id) = known(call, &input)?;
    let client = pool.clients.get_mut(&id).ok_or_else(|| missing(&id))?;
    let value = own.clone().unwrap_or_else(|| made.clone());
    let Some(older) = &client.secret else {
        return Err(ApiError::invalid("A public app client cannot have a client secret."));
    };
    if client.newer_secret.is_some() {
        return Err(ApiError::new("LimitExceededException", "An app client can have at most two secrets."));
    }
    if *older == value {
        return Err(ApiError::invalid("The app client has this secret already."));
    }
    // The second is in the id, so that two secrets cannot be of one second.
    let next_ms = client.secrets().map(|secret| (secret.created_ms / 1000 + 1) * 1000).max().unwrap_or_default();
    client.newer_secret = Some(Secret { value, created_ms: now_ms.max(next_ms) });
    client.modified_ms = now_ms;
    let mut shown = ids(client).last().map(descriptor).unwrap_or_default();
    if own.is_none() {
        shown.insert("ClientSecretValue".to_owned(), made.into());
    }
    output(&json!({ "ClientSecretDescriptor": shown }))
}

/// `ListUserPoolClientSecrets`: never shows a value.
pub(super) fn list(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    let (pool, id) = known(call, &input)?;
    let client = pool.clients.get(&id).ok_or_else(|| missing(&id))?;
    output(&json!({ "ClientSecrets": ids(client).iter().map(descriptor).collect::<Vec<_>>() }))
}

/// `DeleteUserPoolClientSecret`: the last one stays.
pub(super) fn delete(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    let now_ms = call.moment.now_ms;
    let wanted = input.text("ClientSecretId")?.to_owned();
    let (pool, id) = known(call, &input)?;
    let client = pool.clients.get_mut(&id).ok_or_else(|| missing(&id))?;
    let mut secrets = ids(client);
    let at = secrets.iter().position(|(id, _)| *id == wanted);
    let at = at.ok_or_else(|| ApiError::not_found(format!("Client secret {wanted} does not exist.")))?;
    if secrets.len() == 1 {
        return Err(ApiError::invalid("The last secret of an app client cannot be deleted."));
    }
    secrets.remove(at);
    for (_, left) in secrets {
        client.secret = Some(left.value);
        client.secret_created_ms = left.created_ms;
    }
    client.newer_secret = None;
    client.modified_ms = now_ms;
    nothing()
}
