//! Identities: getting one, its credentials and tokens, and what an administrator sees of them.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::identity_pools::find;
use super::input::Input;
use super::listing::page;
use super::{Answered, Call, nothing, output};
use crate::directory::IdentityPool;
use crate::directory::identities::Identity;
use crate::directory::token::Question;
use crate::identity::{self, Login, Named};
use crate::protocol::json::Epoch;
use crate::protocol::{ApiError, check};

/// Life of credentials, and of the OpenID token of the basic flow, in seconds.
const CREDENTIALS_S: i64 = 3600;
const TOKEN_S: i64 = 600;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Ask {
    account_id: Option<String>,
    identity_pool_id: Option<String>,
    identity_id: Option<String>,
    logins: Option<BTreeMap<String, String>>,
    custom_role_arn: Option<String>,
}

/// `GetId`.
pub(super) fn get_id(call: &mut Call<'_>) -> Answered {
    let input: Ask = call.input()?;
    let id = check::required(input.identity_pool_id.as_deref(), "identityPoolId")?;
    let pool = find(call, id)?.clone();
    if input.account_id.as_deref().is_some_and(|account| account != call.world.account) {
        return Err(ApiError::not_found(format!("IdentityPool '{id}' not found.")));
    }
    let logins = identity::verify(call.world, &pool, &input.logins.unwrap_or_default(), call.moment)?;
    let id = identity::identify(call.world, &pool.id, &Named::Nobody, &logins, call.moment)?;
    output(&json!({ "IdentityId": id }))
}

/// The identity that a request names, and its pool.
fn of_request(call: &mut Call<'_>, id: Option<&str>) -> Result<(Identity, IdentityPool), ApiError> {
    let id = check::required(id, "identityId")?;
    let missing = || ApiError::not_found(format!("Identity '{id}' not found."));
    let identity = call.world.identities.get(id).filter(|_| call.here).cloned().ok_or_else(missing)?;
    let pool = find(call, &identity.pool_id)?.clone();
    Ok((identity, pool))
}

/// `GetCredentialsForIdentity`: the enhanced flow.
pub(super) fn credentials(call: &mut Call<'_>) -> Answered {
    let mut input: Ask = call.input()?;
    let (identity, pool) = of_request(call, input.identity_id.as_deref())?;
    let mut given = input.logins.take().unwrap_or_default();
    let moment = call.moment;
    let custom = input.custom_role_arn.as_deref();
    if let Some(token) = given.remove(identity::SELF) {
        return by_own_token(call, &identity, &pool, &token, custom);
    }
    let logins = identity::verify(call.world, &pool, &given, moment)?;
    let id = identity::identify(call.world, &pool.id, &Named::Identity(&identity.id), &logins, moment)?;
    let role = identity::choose(&pool, &logins, custom)?;
    let tags = session_tags(&pool, &logins);
    answered(call, &id, &role, &tags)
}

/// Credentials for the token of a developer identity.
fn by_own_token(
    call: &mut Call<'_>,
    identity: &Identity,
    pool: &IdentityPool,
    token: &str,
    custom: Option<&str>,
) -> Answered {
    let refused = |message: &str| Err(ApiError::new("NotAuthorizedException", message));
    let Some(ticket) = identity::read(call.world, token, call.moment) else {
        return refused("Invalid login token. Not a valid OpenId Connect identity token.");
    };
    if ticket.expired {
        return refused("Invalid login token. Token expired.");
    }
    if ticket.identity_id != identity.id || ticket.pool_id != pool.id {
        return refused("Invalid login token. Identity does not match.");
    }
    let login = Login { provider: identity::SELF.to_owned(), name: identity.id.clone(), claims: Map::new() };
    let logins = if ticket.authenticated { vec![login] } else { Vec::new() };
    let role = identity::choose(pool, &logins, custom)?;
    answered(call, &identity.id, &role, &ticket.tags)
}

fn answered(call: &mut Call<'_>, id: &str, role: &str, tags: &Value) -> Answered {
    let moment = call.moment;
    let made = identity::issue(call.world, role, "CognitoIdentityCredentials", id, tags, CREDENTIALS_S, moment);
    output(&json!({
        "IdentityId": id,
        "Credentials": {
            "AccessKeyId": made.access_key_id,
            "SecretKey": made.secret_key,
            "SessionToken": made.session_token,
            "Expiration": Epoch(made.expires_ms),
        },
    }))
}

/// The session tags that the pool's map makes of the claims.
fn session_tags(pool: &IdentityPool, logins: &[Login]) -> Value {
    let mut tags = Map::new();
    for login in logins {
        let Some(map) = pool.principal_tags.get(&login.provider) else { continue };
        for (tag, claim) in &map.principal_tags {
            if let Some(value) = claim.as_str().and_then(|claim| login.claims.get(claim)) {
                tags.insert(tag.clone(), value.clone());
            }
        }
    }
    tags.into()
}

/// `GetOpenIdToken`: the basic flow.
pub(super) fn open_id_token(call: &mut Call<'_>) -> Answered {
    let mut input: Ask = call.input()?;
    let (identity, pool) = of_request(call, input.identity_id.as_deref())?;
    if !pool.is_on("AllowClassicFlow") {
        return Err(ApiError::invalid("Basic (classic) flow is not enabled, please use enhanced flow."));
    }
    if !pool.role_mappings.is_empty() {
        let message = "Basic (classic) flow is not supported with RoleMappings, please use enhanced flow.";
        return Err(ApiError::invalid(message));
    }
    let moment = call.moment;
    let logins = identity::verify(call.world, &pool, &input.logins.take().unwrap_or_default(), moment)?;
    let id = identity::identify(call.world, &pool.id, &Named::Identity(&identity.id), &logins, moment)?;
    let missing = || ApiError::not_found(format!("Identity '{id}' not found."));
    let identity = call.world.identities.get(&id).cloned().ok_or_else(missing)?;
    let providers: Vec<_> = logins.into_iter().map(|login| (login.provider, login.name)).collect();
    let token = identity::token(call.world, &identity, &providers, None, TOKEN_S, moment)?;
    output(&json!({ "IdentityId": id, "Token": token }))
}

fn shown(identity: &Identity, pool: &IdentityPool) -> Value {
    let mut providers: Vec<&str> = identity.logins.keys().map(String::as_str).collect();
    if !identity.developer.is_empty() {
        providers.extend(pool.text("DeveloperProviderName"));
    }
    let mut out = json!({
        "IdentityId": identity.id,
        "CreationDate": Epoch(identity.created_ms),
        "LastModifiedDate": Epoch(identity.modified_ms),
    });
    if !providers.is_empty() {
        out["Logins"] = json!(providers);
    }
    out
}

/// `DescribeIdentity`.
pub(super) fn describe(call: &mut Call<'_>) -> Answered {
    let input: Ask = call.input()?;
    let (identity, pool) = of_request(call, input.identity_id.as_deref())?;
    output(&shown(&identity, &pool))
}

/// `ListIdentities`.
pub(super) fn list(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    let limit = check::limit(input.number("MaxResults"), "maxResults", 1)?;
    let pool = find(call, input.text("IdentityPoolId")?)?.clone();
    let hide = input.yes("HideDisabled");
    let found = call.world.identities.of_pool(&pool.id).filter(|identity| !hide || !identity.disabled);
    let items = found.map(|identity| (identity.id.as_str(), shown(identity, &pool)));
    let question = Question::new("ListIdentities", &pool.id, if hide { "enabled" } else { "" });
    let page = page(items, &question, input.maybe("NextToken"), limit, call.weather, call.moment.now_ms)?;
    let mut out = json!({ "IdentityPoolId": pool.id, "Identities": page.items });
    if let Some(token) = page.next {
        out["NextToken"] = token.into();
    }
    output(&out)
}

/// `DeleteIdentities`: those of other Regions are not processed; one that is gone is deleted already.
pub(super) fn delete(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    let here = format!("{}:", call.world.region);
    let mut unprocessed = Vec::new();
    for id in input.list("IdentityIdsToDelete").iter().filter_map(Value::as_str) {
        if call.here && id.starts_with(&here) {
            call.world.identities.remove(id);
        } else {
            unprocessed.push(json!({ "IdentityId": id, "ErrorCode": "AccessDenied" }));
        }
    }
    output(&json!({ "UnprocessedIdentityIds": unprocessed }))
}

/// `UnlinkIdentity`: who shows a login of the identity may remove logins from it.
pub(super) fn unlink(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    let ask: Ask = call.input()?;
    let (mut identity, pool) = of_request(call, ask.identity_id.as_deref())?;
    let logins = identity::verify(call.world, &pool, &ask.logins.unwrap_or_default(), call.moment)?;
    if !logins.iter().any(|login| identity.logins.get(&login.provider) == Some(&login.name)) {
        let message = "Logins don't match. Please include at least one valid login for this identity or identity pool.";
        return Err(ApiError::new("NotAuthorizedException", message));
    }
    for provider in input.list("LoginsToRemove").iter().filter_map(Value::as_str) {
        identity.logins.remove(provider);
    }
    identity.modified_ms = call.moment.now_ms;
    call.world.identities.put(identity);
    nothing()
}
