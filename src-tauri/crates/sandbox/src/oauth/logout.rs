//! The logout endpoint: forgets the login of the browser and leads on.

use super::Visit;
use super::authorize::COOKIE;
use super::form::{Form, with_query};
use super::request::{Authorization, Refusal, redirect};
use crate::protocol::Answer;

/// `/logout`. `logout_uri` wins over signing in anew at `redirect_uri`.
pub(super) fn answer(visit: &mut Visit<'_>) -> Answer {
    let form = Form::read(visit.request.query.as_bytes());
    let to = match destination(visit, &form) {
        Ok(to) => to,
        Err(refusal) => return refusal.answer(&visit.prefix()),
    };
    if let Some(id) = visit.cookie(COOKIE).map(str::to_owned) {
        visit.world.browsers.forget_login(&id);
    }
    redirect(&to).with("set-cookie", format!("{COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"))
}

fn destination(visit: &Visit<'_>, form: &Form) -> Result<String, Refusal> {
    let client_id = form.get("client_id").unwrap_or_default();
    let Some(uri) = form.get("logout_uri") else {
        Authorization::read(visit.world, visit.pool, form)?;
        return Ok(format!("{}/login?{}", visit.prefix(), visit.request.query));
    };
    let pool = visit.world.pool_of_client(client_id).filter(|id| visit.pool.is_none_or(|pool| pool == *id));
    let client = pool.and_then(|id| visit.world.pools.get(id)?.clients.get(client_id));
    let client = client.ok_or_else(|| Refusal::shown("Client does not exist", client_id))?;
    if !client.lists("LogoutURLs", uri) {
        return Err(Refusal::shown("redirect_mismatch", client_id));
    }
    Ok(match form.get("state") {
        Some(state) => with_query(uri, &[("state", state)]),
        None => uri.to_owned(),
    })
}
