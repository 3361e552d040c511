//! Passwords that are forgotten, changed, reset and set.

use serde::Deserialize;
use serde_json::json;

use super::users::{OnePerson, person};
use super::{Answered, Call, nothing, output, passwords, record};
use crate::authentication::{existence, secret_hash};
use crate::directory::account::codes::{self, Action, Purpose};
use crate::directory::account::events::Kind;
use crate::directory::user::{Status, User};
use crate::messages::{self, Destination};
use crate::outbox::Occasion;
use crate::protocol::{ApiError, check};

fn unknown() -> ApiError {
    ApiError::new("UserNotFoundException", "Username/client id combination not found.")
}

/// Only those who have, or had, a password of their own can get another.
fn demand_resettable(user: &User) -> Result<(), ApiError> {
    match user.status {
        Status::Confirmed | Status::ResetRequired | Status::Unconfirmed => Ok(()),
        _ => Err(ApiError::new("NotAuthorizedException", "User password cannot be reset in the current state.")),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Forgot {
    client_id: Option<String>,
    secret_hash: Option<String>,
    username: Option<String>,
}

/// `ForgotPassword`: the password before stays good until the code is used.
pub(super) fn forgot(call: &mut Call<'_>) -> Answered {
    let input: Forgot = call.input()?;
    let username = check::name(input.username.as_deref(), "username")?;
    let (code, moment) = (call.world.random_code(), call.moment);
    let (pool, client) = call.client(input.client_id.as_deref())?;
    secret_hash::check(&client, username, input.secret_hash.as_deref())?;
    let at = pool.resolve(username);
    let reach = |at: u32| {
        let user = pool.users.get(at).ok_or_else(unknown)?;
        if !user.enabled {
            return Err(ApiError::disabled());
        }
        demand_resettable(user)?;
        Ok((at, Destination::recovery(pool, user)?))
    };
    let (at, destination) = match at.ok_or_else(unknown).and_then(reach) {
        Ok(found) => found,
        Err(_) if existence::hidden(&client) => {
            let details = Destination::simulated(pool, username).details();
            return output(&json!({ "CodeDeliveryDetails": details }));
        }
        Err(error) => return Err(error),
    };
    let account = pool.account_mut(at);
    account.codes.count(Action::Recovery, moment.now_ms)?;
    let target = (destination.attribute, destination.to.as_str());
    account.codes.issue(Purpose::ForgotPassword, &code, target, moment.now_ms);
    let pool = pool.id.clone();
    messages::send(call.world, (&pool, at), Occasion::ForgotPassword, &destination, Some(&code), moment);
    record(call, &pool, at, Kind::ForgotPassword, "Pass");
    output(&json!({ "CodeDeliveryDetails": destination.details() }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ConfirmForgot {
    client_id: Option<String>,
    secret_hash: Option<String>,
    username: Option<String>,
    confirmation_code: Option<String>,
    password: Option<String>,
}

/// `ConfirmForgotPassword`: a password that is refused leaves the code usable.
pub(super) fn confirm_forgot(call: &mut Call<'_>) -> Answered {
    let input: ConfirmForgot = call.input()?;
    let username = check::name(input.username.as_deref(), "username")?;
    let code = check::required(input.confirmation_code.as_deref(), "confirmationCode")?;
    let password = check::required(input.password.as_deref(), "password")?;
    let moment = call.moment;
    let (pool, client) = call.client(input.client_id.as_deref())?;
    secret_hash::check(&client, username, input.secret_hash.as_deref())?;
    let hidden = existence::hidden(&client);
    let at = match pool.resolve(username) {
        Some(at) => at,
        None if hidden => return Err(codes::mismatch()),
        None => return Err(unknown()),
    };
    if !pool.users.get(at).ok_or_else(unknown)?.enabled {
        return Err(if hidden { codes::mismatch() } else { ApiError::disabled() });
    }
    let account = pool.account_mut(at);
    account.codes.count(Action::Recovery, moment.now_ms)?;
    account.codes.check(Purpose::ForgotPassword, code, moment.now_ms)?;
    passwords::conform(pool, password)?;
    passwords::unused(pool, at, password)?;
    pool.account_mut(at).codes.void(Purpose::ForgotPassword);
    pool.set_password(at, password, None);
    pool.change(at, moment, |user| user.status = Status::Confirmed);
    let pool = pool.id.clone();
    record(call, &pool, at, Kind::PasswordChange, "Pass");
    nothing()
}

/// `AdminResetUserPassword`: the password before no longer signs in, and a code goes out.
pub(super) fn admin_reset(call: &mut Call<'_>) -> Answered {
    let input: OnePerson = call.input()?;
    let (code, moment) = (call.world.random_code(), call.moment);
    let (pool, at) = input.find(call)?;
    let user = pool.users.get(at).ok_or_else(ApiError::no_user)?;
    if !user.enabled {
        return Err(ApiError::disabled());
    }
    if user.status == Status::Unconfirmed {
        let message = "User password cannot be reset in the current state.";
        return Err(ApiError::new("NotAuthorizedException", message));
    }
    demand_resettable(user)?;
    let destination = Destination::recovery(pool, user)?;
    let target = (destination.attribute, destination.to.as_str());
    pool.account_mut(at).codes.issue(Purpose::ForgotPassword, &code, target, moment.now_ms);
    pool.change(at, moment, |user| user.status = Status::ResetRequired);
    let pool = pool.id.clone();
    messages::send(call.world, (&pool, at), Occasion::ForgotPassword, &destination, Some(&code), moment);
    nothing()
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SetPassword {
    user_pool_id: Option<String>,
    username: Option<String>,
    password: Option<String>,
    permanent: Option<bool>,
}

/// `AdminSetUserPassword`: permanent confirms, temporary must be changed at the next sign-in and in time.
pub(super) fn admin_set(call: &mut Call<'_>) -> Answered {
    let input: SetPassword = call.input()?;
    let password = check::required(input.password.as_deref(), "password")?;
    let moment = call.moment;
    let (pool, at) = person(call, input.user_pool_id.as_deref(), input.username.as_deref())?;
    passwords::conform(pool, password)?;
    passwords::unused(pool, at, password)?;
    let permanent = input.permanent == Some(true);
    let until = (!permanent).then(|| passwords::temporary_until(pool, moment));
    pool.set_password(at, password, until);
    let status = if permanent { Status::Confirmed } else { Status::ForceChangePassword };
    pool.change(at, moment, |user| user.status = status);
    nothing()
}
