//! People who sign up by themselves, and how they are confirmed.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::attributes::{self, Attribute, Change};
use super::code_request::{CodeRequest, claimant, unknown};
use super::users::OnePerson;
use super::{Answered, Call, nothing, output, passwords, record, triggered};
use crate::authentication::sessions::{Challenge, Flow, Progress, Session};
use crate::authentication::{existence, secret_hash};
use crate::directory::account::codes::{self, Action, Purpose};
use crate::directory::account::events::Kind;
use crate::directory::metrics::Success;
use crate::directory::schema::id;
use crate::directory::user::{Packer, Status, User};
use crate::directory::users::Moment;
use crate::directory::{Client, Pool};
use crate::messages::{Destination, Dispatch, Origin};
use crate::outbox::Occasion;
use crate::protocol::{ApiError, check};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SignUp {
    client_id: Option<String>,
    secret_hash: Option<String>,
    username: Option<String>,
    password: Option<String>,
    user_attributes: Option<Vec<Attribute>>,
    #[serde(default)]
    validation_data: Vec<Attribute>,
    client_metadata: Option<Map<String, Value>>,
}

/// A person who is about to exist.
pub(super) struct Newcomer<'a> {
    pub(super) username: &'a str,
    pub(super) sub: &'a str,
    pub(super) attributes: &'a [Change],
    pub(super) status: Status,
}

impl Newcomer<'_> {
    /// Gives the person an id.
    pub(super) fn enter(&self, pool: &mut Pool, moment: Moment) -> u32 {
        let mut packer = Packer::default();
        packer.begin(self.username);
        packer.push(id::SUB, self.sub);
        let mut user = User::new(&packer, self.status, moment.now_ms);
        user.set_attributes(self.attributes);
        pool.users.insert(user, moment)
    }
}

/// `SignUp`.
pub(super) fn sign_up(call: &mut Call<'_>) -> Answered {
    let input: SignUp = call.input()?;
    let username = check::name(input.username.as_deref(), "username")?.to_owned();
    let (sub, moment) = (call.world.random_uuid(), call.moment);
    let (pool, client) = call.client(input.client_id.as_deref())?;
    secret_hash::check(&client, &username, input.secret_hash.as_deref())?;
    let admin_only = pool.settings.get("AdminCreateUserConfig").and_then(|c| c.get("AllowAdminCreateUserOnly"));
    if admin_only.and_then(Value::as_bool) == Some(true) {
        return Err(ApiError::new("NotAuthorizedException", "SignUp is not permitted for this user pool"));
    }
    let given = input.user_attributes.unwrap_or_default();
    attributes::may_write(&client, given.iter().map(|attribute| attribute.name.as_str()))?;
    let mut attributes = attributes::read(pool, given)?;
    let username = attributes::canonical(pool, username, &sub, &mut attributes)?;
    attributes::demand_required(pool, &attributes)?;
    attributes::claim_aliases(pool, &attributes, None, false, moment).map_err(|_| attributes::username_exists())?;
    let has = |attribute| attributes::value(&attributes, attribute).is_some_and(|value| !value.is_empty());
    let password = input.password.as_deref().filter(|password| !password.is_empty());
    if let Some(password) = password {
        passwords::conform(pool, password)?;
    } else if !passwords::dispensable(pool, has(id::EMAIL), has(id::PHONE)) {
        check::required(None, "password")?;
    }
    let origin = Origin::client(&client.id, input.client_metadata);
    let told = (attributes.as_slice(), input.validation_data.as_slice());
    let decision = triggered::pre_sign_up(pool, "PreSignUp_SignUp", &username, told, &origin)?;
    decision.verify(&mut attributes);
    // What the trigger verifies moves an alias, as AWS says, instead of refusing the newcomer.
    attributes::claim_aliases(pool, &attributes, None, true, moment)?;
    let status = if decision.confirm { Status::Confirmed } else { Status::Unconfirmed };
    let at = Newcomer { username: &username, sub: &sub, attributes: &attributes, status }.enter(pool, moment);
    if let Some(password) = password {
        pool.set_password(at, password, None);
    }
    let pool = pool.id.clone();
    call.world.acts(&pool, at);
    record(call, &pool, at, Kind::SignUp, "Pass");
    call.world.metrics.count(Success::SignUp, &pool, &client.id, moment.now_ms);
    let mut out = json!({ "UserConfirmed": decision.confirm, "UserSub": sub });
    if decision.confirm {
        triggered::post_confirmation(call.pool(Some(&pool))?, at, "PostConfirmation_ConfirmSignUp", &origin)?;
    } else if let Some(delivery) = send_code(call, &pool, at, Occasion::SignUp, &origin)? {
        out["CodeDeliveryDetails"] = delivery.details();
    }
    if let Some(session) = open_session(call, &client, &pool, at, decision.confirm) {
        out["Session"] = session.into();
    }
    output(&out)
}

/// Sends the code that confirms a sign-up, if the pool verifies something that the person has.
fn send_code(
    call: &mut Call<'_>,
    pool: &str,
    at: u32,
    occasion: Occasion,
    origin: &Origin,
) -> Result<Option<Destination>, ApiError> {
    let code = call.world.random_code();
    let now_ms = call.moment.now_ms;
    let found = call.pool(Some(pool))?;
    let user = found.users.get(at).ok_or_else(ApiError::no_user)?;
    let Some(destination) = Destination::sign_up(found, user) else { return Ok(None) };
    let target = (destination.attribute, destination.to.as_str());
    found.account_mut(at).codes.issue(Purpose::SignUp, &code, target, now_ms);
    let dispatch = Dispatch { pool, user: at, occasion, destination: &destination, code: Some(&code), origin };
    call.send(&dispatch)?;
    Ok(Some(destination))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Confirm {
    client_id: Option<String>,
    secret_hash: Option<String>,
    username: Option<String>,
    confirmation_code: Option<String>,
    force_alias_creation: Option<bool>,
    client_metadata: Option<Map<String, Value>>,
    session: Option<String>,
}

/// `ConfirmSignUp`: verifies what the code was sent to.
pub(super) fn confirm(call: &mut Call<'_>) -> Answered {
    let input: Confirm = call.input()?;
    let username = check::name(input.username.as_deref(), "username")?;
    let code = check::required(input.confirmation_code.as_deref(), "confirmationCode")?;
    let moment = call.moment;
    let (pool, client) = call.client(input.client_id.as_deref())?;
    secret_hash::check(&client, username, input.secret_hash.as_deref())?;
    let at = claimant(pool, &client, username, codes::expired)?;
    demand_unconfirmed(pool.users.get(at).ok_or_else(ApiError::no_user)?.status)?;
    let account = pool.account_mut(at);
    account.codes.count(Action::Confirm, moment.now_ms)?;
    let found = account.codes.check(Purpose::SignUp, code, moment.now_ms)?.clone();
    let force = input.force_alias_creation.unwrap_or_default();
    attributes::claim_alias(pool, (found.attribute, &found.target), Some(at), true, force, moment)?;
    pool.account_mut(at).codes.void(Purpose::SignUp);
    let flag = if found.attribute == id::PHONE { id::PHONE_VERIFIED } else { id::EMAIL_VERIFIED };
    pool.change(at, moment, |user| {
        user.status = Status::Confirmed;
        if user.attribute(found.attribute) == Some(&found.target) {
            user.set_attributes(&[(flag, "true".to_owned())]);
        }
    });
    let origin = Origin::client(&client.id, input.client_metadata);
    triggered::post_confirmation(pool, at, "PostConfirmation_ConfirmSignUp", &origin)?;
    let pool = pool.id.clone();
    call.world.acts(&pool, at);
    let mut out = json!({});
    if input.session.is_some_and(|session| signed_up(call, &session, &pool, at))
        && let Some(session) = open_session(call, &client, &pool, at, true)
    {
        out["Session"] = session.into();
    }
    output(&out)
}

fn demand_unconfirmed(status: Status) -> Result<(), ApiError> {
    if status == Status::Unconfirmed {
        return Ok(());
    }
    let message = format!("User cannot be confirmed. Current status is {}", status.as_str());
    Err(ApiError::new("NotAuthorizedException", message))
}

/// Opens the session with which a newcomer can go on to sign in by `USER_AUTH`, where the client allows that flow.
fn open_session(call: &mut Call<'_>, client: &Client, pool: &str, at: u32, confirmed: bool) -> Option<String> {
    if !client.lists("ExplicitAuthFlows", "ALLOW_USER_AUTH") {
        return None;
    }
    let username = call.world.pools.get(pool)?.users.get(at)?.username().to_owned();
    let progress = Progress { user: Some(at), ..Progress::begin(pool, &client.id, Flow::Choice, &username) };
    let minutes = client.settings.get("AuthSessionValidity").and_then(Value::as_i64).unwrap_or(3);
    let session = Session { progress, challenge: Challenge::SignUp { confirmed }, validity_ms: minutes * 60_000 };
    Some(call.world.open_session(session, call.moment.now_ms))
}

/// Whether a session is that of this person's sign-up. It is used up.
fn signed_up(call: &mut Call<'_>, session: &str, pool: &str, at: u32) -> bool {
    call.world.sessions.take(session, call.moment.now_ms).is_ok_and(|session| {
        matches!(session.challenge, Challenge::SignUp { .. })
            && session.progress.pool == pool
            && session.progress.user == Some(at)
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AdminConfirm {
    client_metadata: Option<Map<String, Value>>,
}

/// `AdminConfirmSignUp`: verifies nothing.
pub(super) fn admin_confirm(call: &mut Call<'_>) -> Answered {
    let input: OnePerson = call.input()?;
    let origin = Origin::admin(call.input::<AdminConfirm>()?.client_metadata);
    let moment = call.moment;
    let (pool, at) = input.find(call)?;
    demand_unconfirmed(pool.users.get(at).ok_or_else(ApiError::no_user)?.status)?;
    if let Some(account) = pool.accounts.get_mut(&at) {
        account.codes.void(Purpose::SignUp);
    }
    pool.change(at, moment, |user| user.status = Status::Confirmed);
    triggered::post_confirmation(pool, at, "PostConfirmation_ConfirmSignUp", &origin)?;
    nothing()
}

/// `ResendConfirmationCode`: the code before is void.
pub(super) fn resend(call: &mut Call<'_>) -> Answered {
    let input: CodeRequest = call.input()?;
    let now_ms = call.moment.now_ms;
    let (username, pool, client) = input.admit(call)?;
    let found = pool.resolve(username).filter(|at| pool.users.get(*at).is_some_and(|user| user.enabled));
    let at = match found.or_else(|| pool.resolve(username)) {
        Some(at) if found.is_some() => at,
        _ if existence::hidden(&client) => {
            let details = Destination::simulated(pool, username).details();
            return output(&json!({ "CodeDeliveryDetails": details }));
        }
        Some(_) => return Err(ApiError::disabled()),
        None => return Err(unknown()),
    };
    let user = pool.users.get(at).ok_or_else(ApiError::no_user)?;
    if user.status != Status::Unconfirmed {
        return Err(ApiError::invalid("User is already confirmed."));
    }
    if Destination::sign_up(pool, user).is_none() {
        return Err(ApiError::invalid("Cannot resend codes. Auto verification not turned on."));
    }
    pool.account_mut(at).codes.count(Action::Resend, now_ms)?;
    let pool = pool.id.clone();
    let origin = Origin::client(&client.id, input.client_metadata);
    let delivery = send_code(call, &pool, at, Occasion::ResendCode, &origin)?;
    call.world.acts(&pool, at);
    record(call, &pool, at, Kind::ResendCode, "Pass");
    output(&json!({ "CodeDeliveryDetails": delivery.map(|delivery| delivery.details()) }))
}
