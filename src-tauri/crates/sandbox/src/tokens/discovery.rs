//! What a pool publishes about its tokens.

use serde_json::{Value, json};

use super::issuer;
use crate::directory::World;
use crate::protocol::ApiError;

/// `jwks.json` of a pool: the key of ID tokens and the key of access tokens. `None` for an unknown pool.
///
/// # Errors
/// `InternalErrorException` when the machine cannot make a key.
pub(crate) fn jwks(world: &mut World, pool_id: &str) -> Result<Option<Value>, ApiError> {
    if !world.pools.contains_key(pool_id) {
        return Ok(None);
    }
    let keys = world.keys.pool(pool_id)?;
    Ok(Some(json!({ "keys": [keys.id.published()?, keys.access.published()?] })))
}

/// `openid-configuration` of a pool (OpenID Connect Discovery, 3). The issuer is AWS's, the addresses are under `base`,
/// so that a client of the sandbox finds them. `None` for an unknown pool.
pub(crate) fn configuration(world: &World, pool_id: &str, base: &str) -> Option<Value> {
    let pool = world.pools.get(pool_id)?;
    let at = |path: &str| format!("{base}/{pool_id}/{path}");
    Some(json!({
        "authorization_endpoint": at("oauth2/authorize"),
        "end_session_endpoint": at("logout"),
        "id_token_signing_alg_values_supported": ["RS256"],
        "issuer": issuer(&world.region, pool),
        "jwks_uri": at(".well-known/jwks.json"),
        "response_types_supported": ["code", "token"],
        "revocation_endpoint": at("oauth2/revoke"),
        "scopes_supported": ["openid", "email", "phone", "profile"],
        "subject_types_supported": ["public"],
        "token_endpoint": at("oauth2/token"),
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "userinfo_endpoint": at("oauth2/userInfo"),
    }))
}
