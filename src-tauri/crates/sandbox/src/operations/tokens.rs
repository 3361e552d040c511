//! Tokens: renewing, revoking, signing out everywhere, and the tokens of app clients.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::users::OnePerson;
use super::{Answered, Call, nothing, output};
use crate::directory::Client;
use crate::directory::account::grants;
use crate::protocol::{ApiError, check};
use crate::tokens::{self, Refresh, Source};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GetTokens {
    refresh_token: Option<String>,
    client_id: Option<String>,
    client_secret: Option<String>,
    device_key: Option<String>,
    #[serde(default)]
    client_metadata: Map<String, Value>,
}

/// `GetTokensFromRefreshToken`: works with rotation and without.
pub(super) fn from_refresh_token(call: &mut Call<'_>) -> Answered {
    let input: GetTokens = call.input()?;
    let token = check::token(input.refresh_token.as_deref(), "refreshToken")?;
    let moment = call.moment;
    let (_, client) = call.client(input.client_id.as_deref())?;
    if !client.accepts_secret(input.client_secret.as_deref()) {
        return Err(ApiError::new("NotAuthorizedException", "The client secret is not that of the app client."));
    }
    let refresh = Refresh {
        client_id: &client.id,
        token,
        device_key: input.device_key.as_deref(),
        // The table of triggers names this source, not that of REFRESH_TOKEN_AUTH.
        source: Source::Authentication,
        client_metadata: input.client_metadata,
    };
    let result = tokens::refresh(call.world, &refresh, moment)?;
    output(&json!({ "AuthenticationResult": result }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Revoke {
    token: Option<String>,
    client_id: Option<String>,
    client_secret: Option<String>,
}

/// `RevokeToken`: a refresh token and all that came of it.
pub(super) fn revoke(call: &mut Call<'_>) -> Answered {
    let input: Revoke = call.input()?;
    let token = check::token(input.token.as_deref(), "token")?;
    let refused = |message: &str| ApiError::new("UnauthorizedException", message);
    let client = match call.client(input.client_id.as_deref()) {
        Ok((_, client)) => client,
        Err(error) if error.code == "ResourceNotFoundException" => return Err(refused("Invalid client.")),
        Err(error) => return Err(error),
    };
    if !client.accepts_secret(input.client_secret.as_deref()) {
        return Err(refused("The client secret is not that of the app client."));
    }
    if !tokens::revocable(&client) {
        let message = "Token revocation is not enabled for this app client.";
        return Err(ApiError::new("UnsupportedOperationException", message));
    }
    // An ID or access token is a signed one, of three parts.
    if token.split('.').count() == 3 {
        return Err(ApiError::new("UnsupportedTokenTypeException", "Only refresh tokens can be revoked."));
    }
    if tokens::revoke(call.world, &client.id, token)? {
        nothing()
    } else if tokens::is_anyones(call.world, token) {
        Err(refused("The refresh token is another app client's."))
    } else {
        Err(ApiError::invalid("Invalid refresh token."))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WithAccessToken {
    access_token: Option<String>,
}

/// `GlobalSignOut`: the bearer's tokens, all of them.
pub(super) fn sign_out(call: &mut Call<'_>) -> Answered {
    let input: WithAccessToken = call.input()?;
    let token = check::token(input.access_token.as_deref(), "accessToken")?;
    let bearer = tokens::bearer(call.world, token, call.moment)?;
    grants::revoke_all(call.pool(Some(&bearer.pool_id))?.account_mut(bearer.user));
    nothing()
}

/// `AdminUserGlobalSignOut`.
pub(super) fn sign_out_as_admin(call: &mut Call<'_>) -> Answered {
    let input: OnePerson = call.input()?;
    let (pool, user) = input.find(call)?;
    grants::revoke_all(pool.account_mut(user));
    nothing()
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GetClientToken {
    client_id: Option<String>,
    secret: Option<String>,
    scopes: Option<Vec<String>>,
    #[serde(default)]
    client_metadata: Map<String, Value>,
}

/// `GetClientToken`: the client credentials grant without a domain.
pub(super) fn of_client(call: &mut Call<'_>) -> Answered {
    let input: GetClientToken = call.input()?;
    let secret = check::required(input.secret.as_deref(), "secret")?.to_owned();
    let moment = call.moment;
    let (pool, client) = call.client(input.client_id.as_deref())?;
    if client.secret.is_none() || !client.accepts_secret(Some(&secret)) {
        return Err(ApiError::new("NotAuthorizedException", "Invalid client id or secret."));
    }
    if !client.lists("ExplicitAuthFlows", "ALLOW_CLIENT_TOKEN_AUTH") {
        return Err(ApiError::new("NotAuthorizedException", "ALLOW_CLIENT_TOKEN_AUTH is not enabled for the client."));
    }
    let scopes = machine_scopes(&client, input.scopes.as_deref())
        .ok_or_else(|| ApiError::invalid("A scope is not one of the app client's custom scopes."))?;
    let pool_id = pool.id.clone();
    let result = tokens::machine(call.world, &pool_id, &client.id, &scopes, &input.client_metadata, moment)?;
    output(&json!({ "ClientAuthenticationResult": result }))
}

/// The scopes that a client gets for itself: those it asks for, or all custom ones it may have. `None` when it asks for
/// one it may not have.
pub(crate) fn machine_scopes(client: &Client, asked: Option<&[String]>) -> Option<Vec<String>> {
    let allowed: Vec<String> =
        client.texts("AllowedOAuthScopes").filter(|s| s.contains('/')).map(str::to_owned).collect();
    match asked.filter(|asked| !asked.is_empty()) {
        None => Some(allowed),
        Some(asked) => asked.iter().all(|scope| allowed.contains(scope)).then(|| asked.to_vec()),
    }
}
