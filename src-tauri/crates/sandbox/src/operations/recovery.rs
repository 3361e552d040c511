//! Passwords that are forgotten, changed, reset and set.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::code_request::{CodeRequest, claimant, unknown};
use super::users::{OnePerson, person};
use super::{Answered, Call, nothing, output, passwords, record, triggered};
use crate::authentication::{existence, secret_hash};
use crate::directory::account::codes::{self, Action, Purpose};
use crate::directory::account::events::Kind;
use crate::directory::user::{Status, User};
use crate::messages::{Destination, Dispatch, Origin};
use crate::outbox::Occasion;
use crate::protocol::{ApiError, check};

/// Only those who have, or had, a password of their own can get another.
fn demand_resettable(user: &User) -> Result<(), ApiError> {
    match user.status {
        Status::Confirmed | Status::ResetRequired | Status::Unconfirmed => Ok(()),
        _ => Err(ApiError::new("NotAuthorizedException", "User password cannot be reset in the current state.")),
    }
}

/// `ForgotPassword`: the password before stays good until the code is used.
pub(super) fn forgot(call: &mut Call<'_>) -> Answered {
    let input: CodeRequest = call.input()?;
    let (code, moment) = (call.world.random_code(), call.moment);
    let (username, pool, client) = input.admit(call)?;
    let (mut at, pool) = (pool.resolve(username), pool.id.clone());
    let origin = Origin::client(&client.id, input.client_metadata.clone());
    if at.is_none() {
        at = triggered::migrate(call, &pool, username, &origin)?;
    }
    let pool = call.pool(Some(&pool))?;
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
    call.world.acts(&pool, at);
    send_code(call, (&pool, at), &destination, &code, &origin)?;
    record(call, &pool, at, Kind::ForgotPassword, "Pass");
    output(&json!({ "CodeDeliveryDetails": destination.details() }))
}

fn send_code(
    call: &mut Call<'_>,
    (pool, user): (&str, u32),
    destination: &Destination,
    code: &str,
    origin: &Origin,
) -> Result<(), ApiError> {
    let occasion = Occasion::ForgotPassword;
    let dispatch = Dispatch { pool, user, occasion, destination, code: Some(code), origin };
    call.send(&dispatch)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ConfirmForgot {
    client_id: Option<String>,
    secret_hash: Option<String>,
    username: Option<String>,
    confirmation_code: Option<String>,
    password: Option<String>,
    client_metadata: Option<Map<String, Value>>,
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
    let at = claimant(pool, &client, username, codes::mismatch)?;
    let account = pool.account_mut(at);
    account.codes.count(Action::Recovery, moment.now_ms)?;
    account.codes.check(Purpose::ForgotPassword, code, moment.now_ms)?;
    passwords::conform(pool, password)?;
    passwords::unused(pool, at, password)?;
    pool.account_mut(at).codes.void(Purpose::ForgotPassword);
    pool.set_password(at, password, None);
    pool.change(at, moment, |user| user.status = Status::Confirmed);
    let origin = Origin::client(&client.id, input.client_metadata);
    triggered::post_confirmation(pool, at, "PostConfirmation_ConfirmForgotPassword", &origin)?;
    let pool = pool.id.clone();
    call.world.acts(&pool, at);
    record(call, &pool, at, Kind::PasswordChange, "Pass");
    nothing()
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Reset {
    client_metadata: Option<Map<String, Value>>,
}

/// `AdminResetUserPassword`: the password before no longer signs in, and a code goes out.
pub(super) fn admin_reset(call: &mut Call<'_>) -> Answered {
    let input: OnePerson = call.input()?;
    let origin = Origin::admin(call.input::<Reset>()?.client_metadata);
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
    send_code(call, (&pool, at), &destination, &code, &origin)?;
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

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Change {
    access_token: Option<String>,
    previous_password: Option<String>,
    proposed_password: Option<String>,
}

/// `ChangePassword`: whoever has no password yet needs none to set one.
pub(super) fn change(call: &mut Call<'_>) -> Answered {
    let input: Change = call.input()?;
    let proposed = check::required(input.proposed_password.as_deref(), "proposedPassword")?;
    let bearer = call.bearer(input.access_token.as_deref())?;
    let moment = call.moment;
    let pool = call.pool(Some(&bearer.pool_id))?;
    let account = pool.account_mut(bearer.user);
    account.codes.count(Action::ChangePassword, moment.now_ms)?;
    let previous = input.previous_password.as_deref().filter(|password| !password.is_empty());
    let credentials = &account.credentials;
    if credentials.password.is_some() && !previous.is_some_and(|previous| credentials.matches(previous)) {
        record(call, &bearer.pool_id, bearer.user, Kind::PasswordChange, "Fail");
        return Err(ApiError::new("NotAuthorizedException", "Incorrect username or password."));
    }
    passwords::conform(pool, proposed)?;
    passwords::unused(pool, bearer.user, proposed)?;
    pool.set_password(bearer.user, proposed, None);
    pool.change(bearer.user, moment, |_| ());
    record(call, &bearer.pool_id, bearer.user, Kind::PasswordChange, "Pass");
    nothing()
}
