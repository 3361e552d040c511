//! The authorization endpoint, and what it gives once somebody has signed in.

use serde_json::Value;

use super::Visit;
use super::federation;
use super::form::Form;
use super::grants::{Code, Login};
use super::request::{Authorization, Refusal, ResponseType, redirect};
use crate::authentication::levels;
use crate::protocol::{Answer, ApiError};
use crate::tokens::{self, Issue, Source};

/// The cookie of a login.
pub(super) const COOKIE: &str = "cognito";

/// `/oauth2/authorize`: back to the client with a code for those who are signed in, to the login page for others.
pub(super) fn answer(visit: &mut Visit<'_>) -> Answer {
    let prefix = visit.prefix();
    // A request may come as a form (OpenID Connect Core, 3.1.2.1); the login page reads the query in any case.
    let query = match visit.request.method.as_str() {
        "POST" => String::from_utf8_lossy(&visit.request.body).into_owned(),
        _ => visit.request.query.clone(),
    };
    let asked = match Authorization::read(visit.world, visit.pool, &Form::read(query.as_bytes())) {
        Ok(asked) => asked,
        Err(refusal) => return refusal.answer(&prefix),
    };
    if let Some((login, id)) = present(visit, &asked) {
        return grant(visit, &asked, &login, &id);
    }
    if asked.silent {
        return asked.back(&[("error", "login_required")]);
    }
    if let Some(provider) = &asked.provider {
        return federation::leave(visit, &asked, provider);
    }
    redirect(&format!("{prefix}/login?{query}"))
}

/// The login of the browser and its cookie, where it is good enough for the request.
pub(super) fn present(visit: &Visit<'_>, asked: &Authorization) -> Option<(Login, String)> {
    let now_ms = visit.moment.now_ms;
    let id = visit.cookie(COOKIE)?;
    let login = visit.world.browsers.login(id, &asked.pool_id, now_ms)?;
    let pool = visit.world.pools.get(&asked.pool_id)?;
    let allowed = pool.users.get(login.user).is_some_and(|user| user.enabled);
    let fresh = asked.max_age_s.is_none_or(|age| now_ms - login.auth_time_ms <= age.saturating_mul(1000));
    let minutes = pool.resources.sessions.login_minutes(&asked.client_id);
    let granted = now_ms - login.auth_time_ms < minutes.saturating_mul(60_000);
    let strong = asked.levels.iter().min().is_none_or(|least| levels::reached(&login.amr) >= *least);
    (allowed && fresh && granted && strong && !asked.afresh).then(|| (login.clone(), id.to_owned()))
}

/// Leads back to the client with what it asked for.
pub(super) fn grant(visit: &mut Visit<'_>, asked: &Authorization, login: &Login, login_id: &str) -> Answer {
    let now_ms = visit.moment.now_ms;
    visit.world.browsers.touch_login(login_id, now_ms);
    // How somebody signed in is told to those who ask for it.
    let told = if asked.levels.is_empty() { Vec::new() } else { login.amr.clone() };
    let login = &Login { amr: told, ..login.clone() };
    if asked.response_type == ResponseType::Token {
        return implicit(visit, asked, login, login_id)
            .unwrap_or_else(|error| asked.back(&[("error", "server_error"), ("error_description", &error.message)]));
    }
    let id = visit.world.random_uuid();
    let code = Code {
        pool_id: asked.pool_id.clone(),
        client_id: asked.client_id.clone(),
        user: login.user,
        redirect_uri: asked.redirect_uri.clone(),
        scopes: asked.scopes.clone(),
        nonce: asked.nonce.clone(),
        challenge: asked.challenge.clone(),
        resource: asked.resource.clone(),
        login: login.clone(),
        login_id: login_id.to_owned(),
    };
    visit.world.browsers.add_code(id.clone(), code, now_ms);
    asked.back(&[("code", &id)])
}

/// The implicit grant: tokens at once, and no refresh token.
fn implicit(visit: &mut Visit<'_>, asked: &Authorization, login: &Login, login_id: &str) -> Result<Answer, ApiError> {
    let issue = Issue {
        scopes: asked.scopes.clone(),
        nonce: asked.nonce.clone(),
        resource: asked.resource.clone(),
        login: Some(login_id.to_owned()),
        ..of_login(login, &asked.client_id, visit)
    };
    let tokens = tokens::issue(visit.world, &issue, visit.moment)?;
    let text = |name: &str| tokens.get(name).and_then(Value::as_str).unwrap_or_default();
    let expires_in = tokens["ExpiresIn"].to_string();
    let mut parameters = Vec::new();
    if tokens.get("IdToken").is_some() {
        parameters.push(("id_token", text("IdToken")));
    }
    parameters.extend([
        ("access_token", text("AccessToken")),
        ("expires_in", expires_in.as_str()),
        ("token_type", "Bearer"),
    ]);
    Ok(asked.back(&parameters))
}

/// What tokens of a hosted sign-in have in common.
pub(super) fn of_login(login: &Login, client_id: &str, visit: &Visit<'_>) -> Issue {
    Issue {
        auth_time_ms: login.auth_time_ms,
        amr: login.amr.clone(),
        event_id: login.event_id.clone(),
        ..Issue::new(&login.pool_id, client_id, login.user, Source::HostedAuth, visit.moment)
    }
}

/// Reads the authorization request that the login page stands for.
pub(super) fn asked(visit: &Visit<'_>) -> Result<Authorization, Refusal> {
    Authorization::read(visit.world, visit.pool, &Form::read(visit.request.query.as_bytes()))
}
