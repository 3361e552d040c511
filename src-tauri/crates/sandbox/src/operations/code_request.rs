//! A code that somebody asks for by name and without a token.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::Call;
use crate::authentication::{existence, secret_hash};
use crate::directory::{Client, Pool};
use crate::protocol::{ApiError, check};

/// What `ForgotPassword` and `ResendConfirmationCode` are asked with.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CodeRequest {
    client_id: Option<String>,
    secret_hash: Option<String>,
    username: Option<String>,
    pub(super) client_metadata: Option<Map<String, Value>>,
}

impl CodeRequest {
    /// The name as it was typed, and the pool and app client that it is for.
    ///
    /// # Errors
    /// A name that is missing, an unknown client, and a secret hash that does not fit.
    pub(super) fn admit<'a>(&self, call: &'a mut Call<'_>) -> Result<(&str, &'a mut Pool, Client), ApiError> {
        let username = check::name(self.username.as_deref(), "username")?;
        let (pool, client) = call.client(self.client_id.as_deref())?;
        secret_hash::check(&client, username, self.secret_hash.as_deref())?;
        Ok((username, pool, client))
    }
}

/// The answer to somebody who asks, or confirms, for a name that nobody has.
pub(super) fn unknown() -> ApiError {
    ApiError::new("UserNotFoundException", "Username/client id combination not found.")
}

/// The person who gives a code back. Where the client may not learn that there is nobody, or nobody who may, it is told
/// `vague`.
///
/// # Errors
/// `UserNotFoundException` for a name that nobody has, `NotAuthorizedException` for somebody who is disabled.
pub(super) fn claimant(
    pool: &mut Pool,
    client: &Client,
    username: &str,
    vague: fn() -> ApiError,
) -> Result<u32, ApiError> {
    let found = pool.resolve(username);
    let refusal = match found.and_then(|at| pool.users.get(at)) {
        Some(user) if user.enabled => return found.ok_or_else(unknown),
        Some(_) => ApiError::disabled(),
        None => unknown(),
    };
    Err(if existence::hidden(client) { vague() } else { refusal })
}
