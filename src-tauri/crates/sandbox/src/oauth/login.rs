//! The login page.

use super::Visit;
use super::authorize::{COOKIE, asked, grant, present};
use super::form::Form;
use super::html::{self, Field};
use super::request::Authorization;
use super::sign_in::{self, Step};
use crate::protocol::Answer;

/// The cookie that a form must repeat, so that no other page can send it.
const CSRF: &str = "XSRF-TOKEN";

/// `/login`: the page, and what is typed into it.
pub(super) fn answer(visit: &mut Visit<'_>) -> Answer {
    let asked = match asked(visit) {
        Ok(asked) => asked,
        Err(refusal) => return refusal.answer(&visit.prefix()),
    };
    if visit.request.method == "POST" {
        return typed(visit, &asked);
    }
    match present(visit, &asked) {
        Some(login) => grant(visit, &asked, &login),
        None => show(visit, &asked, None),
    }
}

fn typed(visit: &mut Visit<'_>, asked: &Authorization) -> Answer {
    let form = Form::read(&visit.request.body);
    let genuine = form.get("_csrf").is_some_and(|token| visit.cookie(CSRF) == Some(token));
    if !genuine {
        return show(visit, asked, Some("The form was too old or came from elsewhere. Try again."));
    }
    let username = form.get("username").unwrap_or_default().trim();
    let password = form.get("password").unwrap_or_default();
    match sign_in::begin(visit.world, visit.moment, &asked.pool_id, username, password) {
        Step::Done(login) => {
            let id = visit.world.random_uuid();
            visit.world.browsers.add_login(id.clone(), login.clone(), visit.moment.now_ms);
            let cookie = format!("{COOKIE}={id}; Path=/; Max-Age=3600; HttpOnly; SameSite=Lax");
            grant(visit, asked, &login).with("set-cookie", cookie)
        }
        Step::Refused(message) => show(visit, asked, Some(&message)),
    }
}

fn show(visit: &mut Visit<'_>, asked: &Authorization, alert: Option<&str>) -> Answer {
    let token = visit.world.random_uuid();
    let hint = asked.login_hint.as_deref().unwrap_or_default();
    let fields = [
        Field::hidden("_csrf", &token),
        Field { value: hint, ..Field::new("username", "Username", "text", "username") },
        Field::new("password", "Password", "password", "current-password"),
    ];
    let page = html::form("Sign in", "", alert, &fields, "Sign in");
    html::answer(200, page).with("set-cookie", format!("{CSRF}={token}; Path=/; HttpOnly; SameSite=Lax"))
}
