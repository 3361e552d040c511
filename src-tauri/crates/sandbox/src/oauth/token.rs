//! The token and revocation endpoints (RFC 6749, 3.2; RFC 7009).

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::Visit;
use super::authorize::of_login;
use super::form::Form;
use super::request::may_use;
use crate::directory::Client;
use crate::operations::tokens::machine_scopes;
use crate::protocol::{Answer, ApiError};
use crate::tokens::{self, Issue, Refresh, Source};

/// An error of RFC 6749, 5.2, with its status.
struct Refused(u16, &'static str);

/// `/oauth2/token`.
pub(super) fn answer(visit: &mut Visit<'_>) -> Answer {
    let result = tokens_for(visit);
    let answer = match result {
        Ok(tokens) => Answer::document(200, &worded(&tokens)),
        Err(Refused(status, error)) => Answer::document(status, &json!({ "error": error })),
    };
    answer.with("cache-control", "no-store").with("pragma", "no-cache")
}

fn tokens_for(visit: &mut Visit<'_>) -> Result<Value, Refused> {
    let form = read(visit)?;
    let client = client(visit, &form, 400)?;
    match form.get("grant_type") {
        Some("authorization_code") => by_code(visit, &form, &client),
        Some("refresh_token") => by_refresh_token(visit, &form, &client),
        Some("client_credentials") => by_credentials(visit, &form, &client),
        Some(_) => Err(Refused(400, "unsupported_grant_type")),
        None => Err(INVALID_REQUEST),
    }
}

const INVALID_REQUEST: Refused = Refused(400, "invalid_request");
const INVALID_GRANT: Refused = Refused(400, "invalid_grant");

/// What went wrong inside, as the client may see it.
fn inside(error: &ApiError) -> Refused {
    if error.status >= 500 || error.code.contains("Lambda") { Refused(400, "invalid_request") } else { INVALID_GRANT }
}

fn read(visit: &Visit<'_>) -> Result<Form, Refused> {
    let kind = visit.request.content_type.as_deref().unwrap_or_default();
    if kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"))
    {
        return Ok(Form::read(&visit.request.body));
    }
    Err(INVALID_REQUEST)
}

/// The client that asks: by `client_secret_basic`, `client_secret_post`, or by its id alone when it has no secret.
fn client(visit: &Visit<'_>, form: &Form, status: u16) -> Result<Client, Refused> {
    let refused = || Refused(status, "invalid_client");
    let (id, secret) = match visit.request.authorization.as_deref() {
        Some(given) => {
            let (id, secret) = basic(given).ok_or_else(refused)?;
            if form.get("client_id").is_some_and(|other| other != id) {
                return Err(refused());
            }
            (id, Some(secret).filter(|secret| !secret.is_empty()))
        }
        None => (form.text("client_id").ok_or(INVALID_REQUEST)?, form.text("client_secret")),
    };
    let pool = visit.world.pool_of_client(&id).filter(|found| visit.pool.is_none_or(|pool| pool == *found));
    let client = pool.and_then(|pool| visit.world.pools.get(pool)?.clients.get(&id)).ok_or_else(refused)?;
    if client.accepts_secret(secret.as_deref()) { Ok(client.clone()) } else { Err(refused()) }
}

/// Id and secret of `Authorization: Basic`, which are form-encoded inside (RFC 6749, 2.3.1).
fn basic(given: &str) -> Option<(String, String)> {
    let (scheme, encoded) = given.split_once(' ')?;
    let text = String::from_utf8(BASE64_STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = text.split_once(':').filter(|_| scheme.eq_ignore_ascii_case("Basic"))?;
    Some((decoded(id), decoded(secret)))
}

fn decoded(text: &str) -> String {
    let pair = format!("v={text}");
    form_urlencoded::parse(pair.as_bytes()).next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}

fn by_code(visit: &mut Visit<'_>, form: &Form, client: &Client) -> Result<Value, Refused> {
    if !may_use(client, "code") {
        return Err(Refused(400, "unauthorized_client"));
    }
    let given = form.get("code").ok_or(INVALID_REQUEST)?;
    let redirect_uri = form.get("redirect_uri").ok_or(INVALID_REQUEST)?;
    let code = visit.world.browsers.take_code(given, &client.id, visit.moment.now_ms).ok_or(INVALID_GRANT)?;
    demand_scopes(form, &code.scopes)?;
    if code.redirect_uri != redirect_uri || !proves(form.get("code_verifier"), code.challenge.as_deref()) {
        return Err(INVALID_GRANT);
    }
    let pool = visit.world.pools.get(&code.pool_id);
    if !pool.and_then(|pool| pool.users.get(code.user)).is_some_and(|user| user.enabled) {
        return Err(INVALID_GRANT);
    }
    let issue = Issue {
        scopes: code.scopes,
        nonce: code.nonce,
        resource: code.resource,
        login: Some(code.login_id),
        ..of_login(&code.login, &client.id, visit)
    };
    visit.world.acts(&code.pool_id, code.user);
    tokens::issue(visit.world, &issue, visit.moment).map_err(|error| inside(&error))
}

/// Whether a verifier belongs to the challenge of the authorization request (RFC 7636, 4.6).
fn proves(verifier: Option<&str>, challenge: Option<&str>) -> bool {
    match (verifier, challenge) {
        (None, None) => true,
        (Some(verifier), Some(challenge)) => {
            let allowed = verifier.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b));
            let digest = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
            (43..=128).contains(&verifier.len()) && allowed && digest == challenge
        }
        _ => false,
    }
}

fn by_refresh_token(visit: &mut Visit<'_>, form: &Form, client: &Client) -> Result<Value, Refused> {
    let refresh = Refresh {
        client_id: &client.id,
        token: form.get("refresh_token").ok_or(INVALID_REQUEST)?,
        device_key: None,
        source: Source::RefreshTokens,
        client_metadata: Map::new(),
    };
    let grant =
        tokens::continued(visit.world, &client.id, refresh.token, visit.moment).map_err(|error| inside(&error))?.grant;
    demand_scopes(form, &grant.scopes)?;
    tokens::refresh(visit.world, &refresh, visit.moment).map_err(|error| inside(&error))
}

/// A request may name scopes again, but none that was not granted.
fn demand_scopes(form: &Form, granted: &[String]) -> Result<(), Refused> {
    let mut asked = form.get("scope").unwrap_or_default().split_whitespace();
    // A sign-in through the API has this one scope.
    let own = |scope: &str| granted.is_empty() && scope == "aws.cognito.signin.user.admin";
    if asked.all(|scope| scope == "offline_access" || own(scope) || granted.iter().any(|known| known == scope)) {
        Ok(())
    } else {
        Err(Refused(400, "invalid_scope"))
    }
}

fn by_credentials(visit: &mut Visit<'_>, form: &Form, client: &Client) -> Result<Value, Refused> {
    if client.secret.is_none() || !may_use(client, "client_credentials") {
        return Err(Refused(400, "unauthorized_client"));
    }
    let asked: Option<Vec<String>> =
        form.get("scope").map(|scope| scope.split(' ').filter(|s| !s.is_empty()).map(str::to_owned).collect());
    let scopes = machine_scopes(client, asked.as_deref()).ok_or(Refused(400, "invalid_scope"))?;
    let metadata = match form.get("aws_client_metadata").map(serde_json::from_str) {
        None => Map::new(),
        Some(Ok(metadata)) => metadata,
        Some(Err(_)) => return Err(INVALID_REQUEST),
    };
    let pool = visit.world.pool_of_client(&client.id).ok_or(INVALID_GRANT)?.to_owned();
    tokens::machine(visit.world, &pool, &client.id, &scopes, &metadata, visit.moment).map_err(|error| inside(&error))
}

/// An `AuthenticationResult` in the words of RFC 6749, 5.1.
fn worded(result: &Value) -> Value {
    let names = [
        ("IdToken", "id_token"),
        ("AccessToken", "access_token"),
        ("RefreshToken", "refresh_token"),
        ("ExpiresIn", "expires_in"),
        ("TokenType", "token_type"),
    ];
    let fields = names.iter().filter_map(|(from, to)| Some(((*to).to_owned(), result.get(*from)?.clone())));
    Value::Object(fields.collect())
}

/// `/oauth2/revoke`.
pub(super) fn revoke(visit: &mut Visit<'_>) -> Answer {
    match revoked(visit) {
        Ok(()) => Answer::page(200, "application/json", ""),
        Err(Refused(status, error)) => Answer::document(status, &json!({ "error": error })),
    }
}

fn revoked(visit: &mut Visit<'_>) -> Result<(), Refused> {
    let form = read(visit)?;
    let token = form.get("token").ok_or(INVALID_REQUEST)?;
    let client = client(visit, &form, 401)?;
    if !tokens::revocable(&client) {
        return Err(INVALID_REQUEST);
    }
    // Only a refresh token, which is an encrypted one, has five parts.
    if token.split('.').count() != 5 {
        return Err(Refused(400, "unsupported_token_type"));
    }
    // An unknown token is no error (RFC 7009, 2.2).
    tokens::revoke(visit.world, &client.id, token).map(|_| ()).map_err(|error| inside(&error))
}
