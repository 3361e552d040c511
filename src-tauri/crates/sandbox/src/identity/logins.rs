//! Whether the token of a login is believed, and whom it names.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::{SELF, refused};
use crate::directory::users::Moment;
use crate::directory::{IdentityPool, World};
use crate::protocol::ApiError;
use crate::tokens::{self, Refusal};

/// A login whose token was believed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Login {
    pub(crate) provider: String,
    /// What the provider calls the person.
    pub(crate) name: String,
    /// What the token says, for rules; empty when it cannot be read.
    pub(crate) claims: Map<String, Value>,
}

/// Verifies every login of a request.
///
/// User pools of this account are held against their keys. Tokens of other providers cannot be verified without them:
/// they are believed, and the person is the `sub` of a readable token, or the token itself.
///
/// # Errors
/// `NotAuthorizedException` for a provider that the pool does not have and for a token that is not believed.
pub(crate) fn verify(
    world: &World,
    pool: &IdentityPool,
    logins: &BTreeMap<String, String>,
    moment: Moment,
) -> Result<Vec<Login>, ApiError> {
    logins.iter().map(|(provider, token)| one(world, pool, provider, token, moment)).collect()
}

fn one(world: &World, pool: &IdentityPool, provider: &str, token: &str, moment: Moment) -> Result<Login, ApiError> {
    let unsupported = || refused("Token is not from a supported provider of this identity pool.");
    if provider == SELF || pool.text("DeveloperProviderName") == Some(provider) {
        return Err(refused("Invalid login token. Can't pass in a Cognito token."));
    }
    let user_pools: Vec<&Value> = pool.user_pools().filter(|p| p["ProviderName"] == provider).collect();
    if !user_pools.is_empty() {
        let checked = user_pools.iter().any(|pool| pool["ServerSideTokenCheck"] == true);
        return of_user_pool(world, &user_pools, provider, token, checked, moment);
    }
    let social = pool.settings.get("SupportedLoginProviders").and_then(|providers| providers.get(provider));
    if social.is_none()
        && !pool.has_arn("OpenIdConnectProviderARNs", provider)
        && !pool.has_arn("SamlProviderARNs", provider)
    {
        return Err(unsupported());
    }
    let claims: Map<String, Value> = jsonwebtoken::dangerous::insecure_decode_claims(token).unwrap_or_default();
    let name = claims
        .get("sub")
        .and_then(Value::as_str)
        .map_or_else(|| hex::encode(Sha256::digest(token.as_bytes())), str::to_owned);
    Ok(Login { provider: provider.to_owned(), name, claims })
}

fn of_user_pool(
    world: &World,
    entries: &[&Value],
    provider: &str,
    token: &str,
    checked: bool,
    moment: Moment,
) -> Result<Login, ApiError> {
    let found = tokens::verified_id(world, token, checked, moment).map_err(|refusal| {
        refused(match refusal {
            Refusal::Invalid => "Invalid login token. Couldn't verify signed token.",
            Refusal::Expired => "Invalid login token. Token expired.",
            Refusal::Revoked => "Invalid login token. Token is revoked.",
            Refusal::Gone => "Invalid login token. The user does not exist.",
            Refusal::Disabled => "Invalid login token. The user is disabled.",
        })
    })?;
    if provider.rsplit('/').next() != Some(found.pool_id.as_str()) {
        return Err(refused("Invalid login token. Issuer doesn't match providerName"));
    }
    let audience = found.claims.get("aud");
    if !entries.iter().any(|entry| entry.get("ClientId") == audience) {
        return Err(refused("Token is not from a supported provider of this identity pool."));
    }
    let name = found.claims.get("sub").and_then(Value::as_str).unwrap_or_default().to_owned();
    Ok(Login { provider: provider.to_owned(), name, claims: found.claims })
}
