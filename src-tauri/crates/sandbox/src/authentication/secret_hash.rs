//! `SECRET_HASH`: Base64(HMAC-SHA256(client secret, username || client id)).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::directory::Client;
use crate::protocol::ApiError;

/// Holds the hash that came with a request against every secret of the client. `username` is the text of the request.
///
/// # Errors
/// `NotAuthorizedException` when the client has a secret and the hash is absent or of another secret, or when it has
/// none and a hash is given.
pub(crate) fn check(client: &Client, username: &str, given: Option<&str>) -> Result<(), ApiError> {
    let id = &client.id;
    let refuse = |message: String| Err(ApiError::new("NotAuthorizedException", message));
    match (client.secret.as_deref(), given) {
        (None, None) => Ok(()),
        (None, Some(_)) => refuse(format!("Unable to verify secret hash for client {id}")),
        (Some(_), None) => refuse(format!("Client {id} is configured with secret but SECRET_HASH was not received")),
        (Some(_), Some(given)) if client.secrets().any(|secret| proves(&secret.value, username, id, given)) => Ok(()),
        (Some(_), Some(_)) => refuse(format!("Unable to verify secret hash for client {id}")),
    }
}

fn keyed(secret: &str, username: &str, client_id: &str) -> Option<Hmac<Sha256>> {
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()?;
    Some(mac.chain_update(username.as_bytes()).chain_update(client_id.as_bytes()))
}

fn proves(secret: &str, username: &str, client_id: &str, given: &str) -> bool {
    let Some(mac) = keyed(secret, username, client_id) else { return false };
    STANDARD.decode(given).is_ok_and(|given| mac.verify_slice(&given).is_ok())
}

/// The hash that a client with this secret sends.
pub(crate) fn of(username: &str, client_id: &str, secret: &str) -> String {
    keyed(secret, username, client_id).map(|mac| STANDARD.encode(mac.finalize().into_bytes())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::proves;

    #[test]
    fn the_published_vectors_hold() {
        assert!(proves("clientSecret", "test", "123abd", "LoIX/oPJWZzFYv8liJYRo+CHv16FNDY10JlZEDjL3Vg="));
        let secret = "ps50nb7hd1umdnmlt1xa9nwiscqvdvzy5ijw63vcacd09yihc2b";
        let hash = "oUkNFqfm7UjLds8vXFWarT1l3gqORGoztf+EyFmoX2Q=";
        assert!(proves(secret, "username", "EPswPGbpdBLZnh9XW134hK7qYe", hash));
        assert!(!proves(secret, "Username", "EPswPGbpdBLZnh9XW134hK7qYe", hash));
    }
}
