//! The login page.

use std::collections::BTreeMap;

use super::Visit;
use super::authorize::{COOKIE, asked, grant, present};
use super::form::Form;
use super::grants::Login;
use super::html::{self, Field};
use super::request::Authorization;
use super::sign_in::{self, Step};
use crate::operations::sign_in::hosted::Question;
use crate::protocol::{Answer, ApiError};

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
        Some((login, id)) => grant(visit, &asked, &login, &id),
        None => show(visit, &asked, None),
    }
}

fn typed(visit: &mut Visit<'_>, asked: &Authorization) -> Answer {
    let form = Form::read(&visit.request.body);
    if !is_genuine(visit, &form) {
        return show(visit, asked, Some("The form was too old or came from elsewhere. Try again."));
    }
    let session = form.text("session");
    match step(visit, asked, &form, session.as_deref()) {
        Ok(Step::Done(login)) => let_in(visit, asked, &login),
        Ok(Step::Asked(session, question)) => ask(visit, &session, &question, None),
        Err(error) => {
            // A question that is still open is asked again; otherwise the sign-in begins anew.
            let again = session.and_then(|session| Some((sign_in::question(visit, &session)?, session)));
            match again {
                Some((question, session)) => ask(visit, &session, &question, Some(&error.message)),
                None => show(visit, asked, Some(&error.message)),
            }
        }
    }
}

/// Remembers the login in the browser, and leads back to the client.
pub(super) fn let_in(visit: &mut Visit<'_>, asked: &Authorization, login: &Login) -> Answer {
    let id = visit.world.random_uuid();
    let (now_ms, seconds) = (visit.moment.now_ms, life_s(visit, asked));
    visit.world.browsers.add_login(id.clone(), login.clone(), now_ms + seconds * 1000, now_ms);
    let cookie = format!("{COOKIE}={id}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax");
    grant(visit, asked, login, &id).with("set-cookie", cookie)
}

/// Whether a form was sent from a page of this browser.
pub(super) fn is_genuine(visit: &Visit<'_>, form: &Form) -> bool {
    form.get("_csrf").is_some_and(|token| visit.cookie(CSRF) == Some(token))
}

/// How long the browser stays signed in: an hour, or where sessions are tracked as long as any client may want.
fn life_s(visit: &Visit<'_>, asked: &Authorization) -> i64 {
    let tracked = visit.world.pools.get(&asked.pool_id).is_some_and(|pool| pool.resources.sessions.tracked);
    if tracked { 90 * 86_400 } else { 3600 }
}

fn step(visit: &mut Visit<'_>, asked: &Authorization, form: &Form, session: Option<&str>) -> Result<Step, ApiError> {
    match session {
        None => {
            let username = form.get("username").unwrap_or_default().trim();
            sign_in::begin(visit, asked, username, form.get("password").unwrap_or_default())
        }
        Some(session) => {
            let given: BTreeMap<String, String> =
                form.all().filter(|(name, _)| !OWN.contains(&name.as_str())).collect();
            sign_in::answer(visit, asked, session, given)
        }
    }
}

/// Fields of the page that are no answers.
const OWN: [&str; 2] = ["_csrf", "session"];

fn show(visit: &mut Visit<'_>, asked: &Authorization, alert: Option<&str>) -> Answer {
    let hint = asked.login_hint.as_deref().unwrap_or_default();
    let beside = |path: &str| format!("{}/{path}?{}", visit.prefix(), visit.request.query);
    let (forgotten, newcomers) = (beside("forgotPassword"), beside("signup"));
    let fields = [
        Field { value: hint, ..Field::new("username", "Username", "text", "username") },
        Field::new("password", "Password", "password", "current-password"),
        Field::link("Forgot your password?", &forgotten),
        Field::link("Sign up", &newcomers),
    ];
    page(visit, "Sign in", "", alert, &fields, "Sign in")
}

/// Shows the page of a question.
fn ask(visit: &mut Visit<'_>, session: &str, question: &Question, alert: Option<&str>) -> Answer {
    let mut fields = vec![Field::hidden("session", session)];
    let code = |name| Field::new(name, "Code", "text", "one-time-code");
    match question {
        Question::NewPassword { missing } => {
            fields.push(Field::new("NEW_PASSWORD", "New password", "password", "new-password"));
            let names: Vec<String> = missing.iter().map(|name| prefixed(name)).collect();
            fields.extend(names.iter().zip(missing).map(|(name, label)| Field::new(name, label, "text", "off")));
            page(visit, "Change your password", "Your password was only for the first time.", alert, &fields, "Change")
        }
        Question::Code { name } => {
            let (field, note) = match *name {
                "SMS_MFA" => ("SMS_MFA_CODE", "A code was sent to your telephone."),
                "EMAIL_OTP" => ("EMAIL_OTP_CODE", "A code was sent to your e-mail address."),
                _ => ("SOFTWARE_TOKEN_MFA_CODE", "Your authenticator app shows a code."),
            };
            fields.push(code(field));
            page(visit, "Enter the code", note, alert, &fields, "Sign in")
        }
        Question::Which(factors) => {
            fields.push(Field { options: factors, ..Field::new("ANSWER", "Second factor", "select", "off") });
            page(visit, "Choose a second factor", "", alert, &fields, "Go on")
        }
        Question::Setup { secret } => {
            let secret = secret.as_deref().unwrap_or_default();
            fields.push(code("SOFTWARE_TOKEN_MFA_CODE"));
            let note = format!("Add this key to your authenticator app, then type the code that it shows: {secret}");
            page(visit, "Set up an authenticator app", &note, alert, &fields, "Go on")
        }
    }
}

/// How an attribute is called in an answer.
fn prefixed(name: &str) -> String {
    if name.starts_with("userAttributes.") { name.to_owned() } else { format!("userAttributes.{name}") }
}

/// A page with a form that only this browser can send.
pub(super) fn page(
    visit: &mut Visit<'_>,
    title: &str,
    note: &str,
    alert: Option<&str>,
    fields: &[Field<'_>],
    button: &str,
) -> Answer {
    let token = visit.world.random_uuid();
    let page = html::form(title, note, alert, &token, fields, button);
    html::answer(200, page).with("set-cookie", format!("{CSRF}={token}; Path=/; HttpOnly; SameSite=Lax"))
}
