//! Passkeys that people register, list and delete.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use rand::Rng as _;
use serde::Deserialize;
use serde_json::{Value, json};

use super::listing::page;
use super::{Answered, Call, nothing, output};
use crate::authentication::passkeys::{self, ALGORITHMS, Asked, Flaw};
use crate::directory::account::passkeys::{Passkey, Registration};
use crate::directory::schema::id;
use crate::directory::token::Question;
use crate::directory::{Pool, World};
use crate::protocol::{ApiError, check};

/// How long an authenticator has time.
pub(super) const PATIENCE_MS: i64 = 180_000;

/// `WebAuthnConfiguration.RelyingPartyId`, or else the domain of the pool.
///
/// # Errors
/// `WebAuthnConfigurationMissingException` where there is neither.
pub(super) fn relying_party(pool: &Pool, region: &str) -> Result<String, ApiError> {
    let set = setting(pool, "RelyingPartyId").map(str::to_owned);
    let custom = || pool.resources.domain(true).map(str::to_owned);
    let prefix = || pool.resources.domain(false).map(|name| format!("{name}.auth.{region}.amazoncognito.com"));
    set.or_else(custom).or_else(prefix).ok_or_else(|| {
        let message = "The user pool has neither a relying party id nor a domain.";
        ApiError::new("WebAuthnConfigurationMissingException", message)
    })
}

/// A setting of `WebAuthnConfiguration`.
pub(super) fn setting<'a>(pool: &'a Pool, name: &str) -> Option<&'a str> {
    pool.resources.mfa.get("WebAuthnConfiguration")?.get(name)?.as_str()
}

/// Whether authenticators must verify the person.
pub(super) fn verifies(pool: &Pool) -> bool {
    let counts_twice = setting(pool, "FactorConfiguration") == Some("MULTI_FACTOR_WITH_USER_VERIFICATION");
    counts_twice || setting(pool, "UserVerification") == Some("required")
}

/// A challenge for an authenticator, in base64url.
pub(super) fn challenge(world: &mut World) -> String {
    let mut bytes = [0; 32];
    world.random.fill_bytes(&mut bytes);
    BASE64.encode(bytes)
}

fn refused(code: &str, message: &str) -> ApiError {
    ApiError::new(code, message)
}

/// Refuses where the pool does not let people sign in with passkeys.
fn demand_enabled(pool: &Pool) -> Result<(), ApiError> {
    if pool.first_factor("WEB_AUTHN") {
        return Ok(());
    }
    Err(refused("WebAuthnNotEnabledException", "Passkeys are no first factor of the user pool."))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Input {
    access_token: Option<String>,
    credential: Option<Value>,
    credential_id: Option<String>,
    max_results: Option<i64>,
    next_token: Option<String>,
}

/// `StartWebAuthnRegistration`: what to ask the authenticator.
pub(super) fn start(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    let bearer = call.bearer(input.access_token.as_deref())?;
    let (now_ms, region) = (call.moment.now_ms, call.world.region.clone());
    let challenge = challenge(call.world);
    let pool = call.pool(Some(&bearer.pool_id))?;
    demand_enabled(pool)?;
    let relying_party = relying_party(pool, &region)?;
    let user = pool.users.get(bearer.user).ok_or_else(ApiError::no_user)?;
    let handle = BASE64.encode(user.attribute(id::SUB).unwrap_or_default());
    let person = json!({ "id": handle, "name": user.username(), "displayName": user.username() });
    let verification = if verifies(pool) { "required" } else { "preferred" };
    let passkeys = &mut pool.account_mut(bearer.user).passkeys;
    let known: Vec<Value> = passkeys.of(&relying_party).map(Passkey::descriptor).collect();
    let waiting =
        Registration { challenge: challenge.clone(), client_id: bearer.client_id, expires_ms: now_ms + PATIENCE_MS };
    passkeys.waiting = Some(waiting);
    output(&json!({ "CredentialCreationOptions": {
        "challenge": challenge,
        "timeout": PATIENCE_MS,
        "rp": { "id": relying_party, "name": relying_party },
        "user": person,
        "pubKeyCredParams": ALGORITHMS.map(|algorithm| json!({ "type": "public-key", "alg": algorithm })),
        "excludeCredentials": known,
        "attestation": "none",
        "authenticatorSelection": {
            "requireResidentKey": true, "residentKey": "required", "userVerification": verification,
        },
    }}))
}

/// `CompleteWebAuthnRegistration`.
pub(super) fn complete(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    let credential = input.credential.filter(Value::is_object);
    let credential = credential.ok_or_else(|| ApiError::invalid("Credential must be a RegistrationResponseJSON."))?;
    let bearer = call.bearer(input.access_token.as_deref())?;
    let (now_ms, region) = (call.moment.now_ms, call.world.region.clone());
    let pool = call.pool(Some(&bearer.pool_id))?;
    demand_enabled(pool)?;
    let relying_party = relying_party(pool, &region)?;
    let verified = verifies(pool);
    let passkeys = &mut pool.account_mut(bearer.user).passkeys;
    let waiting = passkeys.waiting.take().filter(|waiting| now_ms < waiting.expires_ms);
    let waiting = waiting.ok_or_else(|| {
        refused("WebAuthnChallengeNotFoundException", "No registration waits for this, or its time is over.")
    })?;
    if waiting.client_id != bearer.client_id {
        let message = "The registration began with another app client.";
        return Err(refused("WebAuthnClientMismatchException", message));
    }
    if passkeys.full() {
        return Err(refused("LimitExceededException", "A user can have at most 20 passkeys."));
    }
    let asked = Asked { challenge: &waiting.challenge, relying_party: &relying_party, verified };
    let made = passkeys::register(&credential, asked).map_err(worded)?;
    if passkeys.registered.iter().any(|known| known.id == made.id) {
        return Err(ApiError::invalid("The passkey is registered already."));
    }
    let texts = |value: Option<&Value>| -> Vec<String> {
        let list = value.and_then(Value::as_array).into_iter().flatten();
        list.filter_map(Value::as_str).map(str::to_owned).collect()
    };
    passkeys.registered.push(Passkey {
        id: made.id,
        key: made.key,
        uses: made.uses,
        relying_party,
        attachment: credential.get("authenticatorAttachment").and_then(Value::as_str).map(str::to_owned),
        transports: texts(credential.pointer("/response/transports")),
        created_ms: now_ms,
    });
    nothing()
}

fn worded(flaw: Flaw) -> ApiError {
    match flaw {
        Flaw::Form => ApiError::invalid("Credential is no RegistrationResponseJSON that can be read."),
        Flaw::Challenge => refused("WebAuthnChallengeNotFoundException", "The passkey answers another challenge."),
        Flaw::Origin => refused("WebAuthnOriginNotAllowedException", "The page is not one of the relying party."),
        Flaw::RelyingParty => {
            refused("WebAuthnRelyingPartyMismatchException", "The passkey is for another relying party.")
        }
        Flaw::Key => refused(
            "WebAuthnCredentialNotSupportedException",
            "The key of the passkey is of another kind than asked for.",
        ),
        Flaw::Person | Flaw::Signature => ApiError::invalid("The authenticator did not verify the user."),
    }
}

/// `ListWebAuthnCredentials`: the oldest first.
pub(super) fn list(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    let limit = usize::try_from(input.max_results.unwrap_or_default()).unwrap_or_default();
    let limit = if limit == 0 { 20 } else { limit };
    let bearer = call.bearer(input.access_token.as_deref())?;
    let (weather, now_ms) = (call.weather, call.moment.now_ms);
    let pool = &*call.pool(Some(&bearer.pool_id))?;
    let account = pool.account(bearer.user);
    let passkeys = account.map(|account| account.passkeys.registered.as_slice()).unwrap_or_default();
    let keyed: Vec<(String, &Passkey)> =
        passkeys.iter().enumerate().map(|(at, key)| (format!("{at:02}"), key)).collect();
    let items = keyed.iter().map(|(key, passkey)| (key.as_str(), passkey.shown()));
    let question = Question::new("ListWebAuthnCredentials", &pool.id, &bearer.user.to_string());
    page(items, &question, input.next_token.as_deref(), limit, weather, now_ms)?.answer("Credentials", "NextToken")
}

/// `DeleteWebAuthnCredential`.
pub(super) fn delete(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    let credential = check::required(input.credential_id.as_deref(), "credentialId")?;
    let bearer = call.bearer(input.access_token.as_deref())?;
    if call.pool(Some(&bearer.pool_id))?.account_mut(bearer.user).passkeys.remove(credential) {
        return nothing();
    }
    Err(ApiError::not_found("The user has no such passkey."))
}
