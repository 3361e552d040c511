//! Exchanging a token for one that a single service takes (RFC 8693).

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Answered, Call, output};
use crate::directory::{Client, Pool};
use crate::protocol::ApiError;
use crate::tokens::{self, Issue, Party, Source};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Exchange {
    client_id: String,
    client_secret: Option<String>,
    subject_token: String,
    subject_token_type: String,
    subject_token_provider_name: Option<String>,
    actor_token: Option<String>,
    actor_token_type: Option<String>,
    actor_token_provider_name: Option<String>,
    #[serde(default)]
    scopes: Vec<String>,
    #[serde(default)]
    audiences: Vec<String>,
    #[serde(default)]
    resources: Vec<String>,
    requested_token_type: Option<String>,
}

fn refused(message: &str) -> ApiError {
    ApiError::new("NotAuthorizedException", message)
}

/// `GetDerivedToken`. Tokens of other providers are refused: nobody here has their keys.
pub(super) fn derive(call: &mut Call<'_>) -> Answered {
    let input: Exchange = call.input()?;
    let moment = call.moment;
    let signed = call.access_key_id.is_some();
    let (pool, client) = call.client(Some(&input.client_id))?;
    demand_client(&client, &input, signed)?;
    let audience = audience(pool, &input)?;
    let pool_id = pool.id.clone();
    let known = |call: &Call<'_>, token: &str, kind: &str, provider: Option<&String>| match (kind, provider) {
        ("ACCESS_TOKEN" | "ID_TOKEN", None) => tokens::party(call.world, token, kind == "ID_TOKEN", moment)
            .filter(|party| party.pool_id == pool_id)
            .ok_or_else(|| refused("A token is not one of this user pool, has expired or is revoked.")),
        _ => Err(refused("Tokens of other identity providers cannot be verified by the sandbox.")),
    };
    let provider = input.subject_token_provider_name.as_ref();
    let subject = known(call, &input.subject_token, &input.subject_token_type, provider)?;
    let actor = match (&input.actor_token, &input.actor_token_type) {
        (None, None) => None,
        (Some(token), Some(kind)) => Some(known(call, token, kind, input.actor_token_provider_name.as_ref())?),
        _ => return Err(ApiError::invalid("ActorToken and ActorTokenType belong together.")),
    };
    let scopes = granted(&client, &subject, &input.scopes);
    let as_id = input.requested_token_type.as_deref() == Some("ID_TOKEN");
    if !as_id && scopes.is_empty() {
        // An empty list would be read as that of a sign-in, which may do everything about its own user.
        return Err(ApiError::invalid("None of the scopes can be granted; an ID token has none, so name some."));
    }
    let mut grant = subject.grant;
    // An ID token has all that the client may read.
    grant.scopes = if as_id { Vec::new() } else { scopes.clone() };
    grant.resource = audience;
    let issue = Issue {
        act: actor.map(|actor| json!({ "sub": actor.sub, "client_id": actor.client_id })),
        ..Issue::new(&pool_id, &client.id, subject.user, Source::Authentication, moment)
    };
    let made = tokens::derived(call.world, &issue, &grant, moment)?;
    let (token, kind) = if as_id { ("IdToken", "ID_TOKEN") } else { ("AccessToken", "ACCESS_TOKEN") };
    let mut out = Map::from_iter([
        ("IssuedToken".to_owned(), made.get(token).cloned().unwrap_or_default()),
        ("IssuedTokenType".to_owned(), kind.into()),
        ("TokenType".to_owned(), if as_id { "N_A" } else { "Bearer" }.into()),
        ("ExpiresIn".to_owned(), made.get("ExpiresIn").cloned().unwrap_or_default()),
    ]);
    if !as_id {
        out.insert("Scopes".to_owned(), json!(scopes));
    }
    output(&Value::Object(out))
}

/// The client must prove its secret, unless a signature vouches for the call, and be allowed this kind of exchange.
fn demand_client(client: &Client, input: &Exchange, signed: bool) -> Result<(), ApiError> {
    let given = input.client_secret.as_deref();
    if !client.accepts_secret(given) && (given.is_some() || !signed) {
        return Err(refused("The client secret is not that of the app client."));
    }
    let flow = match input.actor_token {
        Some(_) => "ALLOW_TOKEN_EXCHANGE_DELEGATION",
        None => "ALLOW_TOKEN_EXCHANGE_IMPERSONATION",
    };
    if client.lists("ExplicitAuthFlows", flow) {
        return Ok(());
    }
    Err(refused(&format!("{flow} is not enabled for the client.")))
}

/// The service that the token is for: any name, or a resource server of the pool.
fn audience(pool: &Pool, input: &Exchange) -> Result<Option<String>, ApiError> {
    if !input.audiences.is_empty() && !input.resources.is_empty() {
        return Err(ApiError::invalid("Audiences and Resources cannot be requested together."));
    }
    if let Some(resource) = input.resources.first()
        && !pool.resources.resource_servers.contains_key(resource)
    {
        return Err(ApiError::not_found(format!("Resource server {resource} does not exist.")));
    }
    Ok(input.audiences.iter().chain(&input.resources).next().cloned())
}

/// What is asked for, as far as both the token and the client have it; without a question, what the token has.
fn granted(client: &Client, subject: &Party, asked: &[String]) -> Vec<String> {
    let wanted = if asked.is_empty() { &subject.scopes } else { asked };
    let may = |scope: &&String| {
        let held = subject.scopes.is_empty() || subject.scopes.contains(scope);
        held && (client.lists("AllowedOAuthScopes", scope) || asked.is_empty())
    };
    wanted.iter().filter(may).cloned().collect()
}
