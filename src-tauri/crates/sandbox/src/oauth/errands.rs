//! The pages on which people sign up by themselves, and get a new password.

use serde_json::{Value, json};

use super::Visit;
use super::authorize::asked;
use super::form::Form;
use super::html::Field;
use super::login::{is_genuine, page};
use super::request::{Authorization, redirect};
use super::sign_in::run;
use crate::operations::sign_in::hosted::Errand;
use crate::protocol::{Answer, ApiError};

/// What a page is for: both ask for a code at their end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    SignUp,
    Forgotten,
}

/// `/signup` and `/forgotPassword`.
pub(super) fn answer(visit: &mut Visit<'_>, purpose: Purpose) -> Answer {
    let asked = match asked(visit) {
        Ok(asked) => asked,
        Err(refusal) => return refusal.answer(&visit.prefix()),
    };
    if visit.request.method != "POST" {
        return first(visit, &asked, purpose, None);
    }
    let form = Form::read(&visit.request.body);
    if !is_genuine(visit, &form) {
        return first(visit, &asked, purpose, Some("The form was too old or came from elsewhere. Try again."));
    }
    let username = form.get("username").unwrap_or_default().trim().to_owned();
    let step = match form.get("code") {
        Some(code) => finish(visit, &asked, purpose, &username, code, &form),
        None => begin(visit, &asked, purpose, &username, &form),
    };
    match step {
        Ok(true) => redirect(&format!("{}/login?{}", visit.prefix(), visit.request.query)),
        Ok(false) => second(visit, purpose, &username, None),
        Err(error) if form.get("code").is_some() => second(visit, purpose, &username, Some(&error.message)),
        Err(error) => first(visit, &asked, purpose, Some(&error.message)),
    }
}

/// Signs up, or asks for a code. `true` when that was all.
fn begin(
    visit: &mut Visit<'_>,
    asked: &Authorization,
    purpose: Purpose,
    username: &str,
    form: &Form,
) -> Result<bool, ApiError> {
    if purpose == Purpose::Forgotten {
        return run(visit, asked, Errand::ForgotPassword, json!({ "Username": username })).map(|_| false);
    }
    let attributes = wanted(visit, asked);
    let given = attributes.iter().filter_map(|name| Some(json!({ "Name": name, "Value": form.get(name)? })));
    let input = json!({
        "Username": username,
        "Password": form.get("password").unwrap_or_default(),
        "UserAttributes": given.collect::<Vec<_>>(),
    });
    let made = run(visit, asked, Errand::SignUp, input)?;
    Ok(made.get("UserConfirmed") == Some(&Value::Bool(true)) || made.get("CodeDeliveryDetails").is_none())
}

/// Gives the code back.
fn finish(
    visit: &mut Visit<'_>,
    asked: &Authorization,
    purpose: Purpose,
    username: &str,
    code: &str,
    form: &Form,
) -> Result<bool, ApiError> {
    let mut input = json!({ "Username": username, "ConfirmationCode": code });
    let errand = match purpose {
        Purpose::SignUp => Errand::ConfirmSignUp,
        Purpose::Forgotten => {
            input["Password"] = form.get("password").unwrap_or_default().into();
            Errand::ConfirmForgotPassword
        }
    };
    run(visit, asked, errand, input).map(|_| true)
}

/// The attributes that the page asks newcomers for: what the schema requires and what the pool verifies, but for what
/// is the username.
fn wanted(visit: &Visit<'_>, asked: &Authorization) -> Vec<String> {
    let Some(pool) = visit.world.pools.get(&asked.pool_id) else { return Vec::new() };
    let needed = |name: &str| name != "sub" && !pool.username_attribute(name);
    let all = pool.schema.attributes().iter();
    let all = all.filter(|a| needed(&a.name) && (a.required || pool.lists("AutoVerifiedAttributes", &a.name)));
    all.map(|attribute| attribute.name.clone()).collect()
}

fn first(visit: &mut Visit<'_>, asked: &Authorization, purpose: Purpose, alert: Option<&str>) -> Answer {
    let mut fields = vec![Field::new("username", "Username", "text", "username")];
    if purpose == Purpose::Forgotten {
        return page(visit, "Forgot your password?", "A code will be sent to you.", alert, &fields, "Send the code");
    }
    let names = wanted(visit, asked);
    fields.extend(names.iter().map(|name| Field::new(name, name, "text", "on")));
    fields.push(Field::new("password", "Password", "password", "new-password"));
    page(visit, "Sign up", "", alert, &fields, "Sign up")
}

fn second(visit: &mut Visit<'_>, purpose: Purpose, username: &str, alert: Option<&str>) -> Answer {
    let mut fields = vec![Field::hidden("username", username), Field::new("code", "Code", "text", "one-time-code")];
    let (title, button) = match purpose {
        Purpose::SignUp => ("Confirm your account", "Confirm"),
        Purpose::Forgotten => {
            fields.push(Field::new("password", "New password", "password", "new-password"));
            ("Change your password", "Change")
        }
    };
    page(visit, title, "A code was sent to you.", alert, &fields, button)
}
