//! Going on with a sign-in: refresh tokens, with and without rotation, and their end.

use serde_json::{Map, Value};

use super::{Exchange, Issue, Source, no_client, no_pool, refresh_token, rotation, sealed};
use crate::directory::account::grants::Grant;
use crate::directory::metrics::Success;
use crate::directory::users::Moment;
use crate::directory::{Pool, World};
use crate::protocol::ApiError;

/// A request for new tokens.
#[derive(Debug, Clone)]
pub(crate) struct Refresh<'a> {
    pub(crate) client_id: &'a str,
    pub(crate) token: &'a str,
    /// `DEVICE_KEY`, which a sign-in with a remembered device must repeat.
    pub(crate) device_key: Option<&'a str>,
    pub(crate) source: Source,
    pub(crate) client_metadata: Map<String, Value>,
}

/// The sign-in that a refresh token continues.
#[derive(Debug, Clone)]
pub(crate) struct Continued {
    pub(crate) pool_id: String,
    pub(crate) user: u32,
    pub(crate) grant: Grant,
    /// Whether rotation already gave another token in place of this one, which is still in its time of grace.
    replaced: bool,
}

/// The sign-in that a refresh token continues, when it still does. Changes nothing.
///
/// # Errors
/// `ResourceNotFoundException` for an unknown client; `NotAuthorizedException` for a token that is not one, is another
/// client's, has expired or is revoked, and for a person who is disabled; `RefreshTokenReuseException` after rotation.
pub(crate) fn continued(world: &World, client_id: &str, token: &str, moment: Moment) -> Result<Continued, ApiError> {
    let pool_id = world.pool_of_client(client_id).ok_or_else(no_client)?;
    let pool = world.pools.get(pool_id).ok_or_else(no_pool)?;
    let (user_id, generation, grant) = find(world, pool, client_id, token)?.ok_or_else(|| refused(INVALID))?;
    let user = pool.users.get(user_id).ok_or_else(|| refused(INVALID))?;
    if !user.enabled {
        return Err(refused("User is disabled."));
    }
    if grant.revoked {
        return Err(refused("Refresh Token has been revoked"));
    }
    if moment.now_ms >= grant.expires_ms {
        return Err(refused("Refresh Token has expired"));
    }
    let grace_ms = pool.clients.get(client_id).and_then(rotation).unwrap_or_default() * 1000;
    let replaced = generation < grant.generation;
    let in_grace = generation + 1 == grant.generation && moment.now_ms < grant.rotated_ms + grace_ms;
    if replaced && !in_grace {
        return Err(ApiError::new("RefreshTokenReuseException", "Refresh Token has been rotated already."));
    }
    Ok(Continued { pool_id: pool_id.to_owned(), user: user_id, grant: grant.clone(), replaced })
}

const INVALID: &str = "Invalid Refresh Token";

fn refused(message: &str) -> ApiError {
    ApiError::new("NotAuthorizedException", message)
}

type Found<'a> = Option<(u32, u32, &'a Grant)>;

/// The person, generation and grant behind a token of this client, revoked or not.
fn find<'a>(world: &World, pool: &'a Pool, client_id: &str, token: &str) -> Result<Found<'a>, ApiError> {
    Ok(find_in(world, pool, token)?.filter(|(_, _, grant)| grant.client_id == client_id))
}

/// The same for a token of any client of the pool.
fn find_in<'a>(world: &World, pool: &'a Pool, token: &str) -> Result<Found<'a>, ApiError> {
    let Some(keys) = world.keys.known(&pool.id) else { return Ok(None) };
    let Some(content) = sealed::open(&keys.refresh_key()?, token) else { return Ok(None) };
    let grant = pool.account(content.user).and_then(|account| account.grants.find(&content.grant));
    Ok(grant.map(|grant| (content.user, content.generation, grant)))
}

/// Exchanges a refresh token for new tokens: an `AuthenticationResult`, with a `RefreshToken` when the client rotates.
///
/// # Errors
/// Those of [`continued`], another device than that of the sign-in, and what a trigger answers wrongly.
pub(crate) fn refresh(world: &mut World, refresh: &Refresh<'_>, moment: Moment) -> Result<Value, ApiError> {
    let Continued { pool_id, user, grant, replaced } = continued(world, refresh.client_id, refresh.token, moment)?;
    if grant.device_key.is_some() && grant.device_key.as_deref() != refresh.device_key {
        return Err(refused(INVALID));
    }
    let issue = Issue {
        device_key: grant.device_key.clone(),
        auth_time_ms: grant.auth_time_ms,
        client_metadata: refresh.client_metadata.clone(),
        ..Issue::new(&pool_id, refresh.client_id, user, refresh.source, moment)
    };
    let mut result = Exchange { issue: &issue, grant: &grant, moment }.tokens(world)?;
    world.acts(&pool_id, user);
    let pool = world.pools.get_mut(&pool_id).ok_or_else(no_pool)?;
    pool.account_mut(user).grants.touch(&grant.id, moment.now_ms);
    if pool.clients.get(refresh.client_id).and_then(rotation).is_some() {
        let grants = &mut pool.account_mut(user).grants;
        if !replaced {
            grants.rotate(&grant.id, moment.now_ms);
        }
        let grant = grants.find(&grant.id).cloned().unwrap_or(grant);
        result.insert("RefreshToken".to_owned(), refresh_token(world, &issue, &grant)?.into());
    }
    world.metrics.count(Success::TokenRefresh, &pool_id, refresh.client_id, moment.now_ms);
    Ok(result.into())
}

/// Whether any app client of any pool was given this refresh token.
pub(crate) fn is_anyones(world: &World, token: &str) -> bool {
    world.pools.values().any(|pool| matches!(find_in(world, pool, token), Ok(Some(_))))
}

/// The username of the person whom a refresh token belongs to, whether or not it is still good.
pub(crate) fn owner(world: &World, token: &str) -> Option<String> {
    let mut found = world.pools.values().filter_map(|pool| Some((pool, find_in(world, pool, token).ok()??.0)));
    found.next().and_then(|(pool, user)| pool.users.get(user).map(|user| user.username().to_owned()))
}

/// Revokes the sign-in of a refresh token of this client. `false` when the token is none; one that is already revoked
/// or has expired is no error.
///
/// # Errors
/// `ResourceNotFoundException` for an unknown client.
pub(crate) fn revoke(world: &mut World, client_id: &str, token: &str) -> Result<bool, ApiError> {
    let pool_id = world.pool_of_client(client_id).ok_or_else(no_client)?.to_owned();
    let pool = world.pools.get(&pool_id).ok_or_else(no_pool)?;
    let Some((user, _, grant)) = find(world, pool, client_id, token)? else { return Ok(false) };
    let grant = grant.id.clone();
    world.acts(&pool_id, user);
    let pool = world.pools.get_mut(&pool_id).ok_or_else(no_pool)?;
    pool.account_mut(user).grants.revoke(&grant);
    Ok(true)
}
