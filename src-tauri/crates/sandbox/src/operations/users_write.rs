//! People as administrators make and change them.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::attributes::{self, Attribute};
use super::people::UserType;
use super::sign_up::Newcomer;
use super::users::{OnePerson, person};
use super::view;
use super::{Answered, Call, nothing, output, passwords, profile, triggered};
use crate::directory::Pool;
use crate::directory::account::grants;
use crate::directory::metrics::{self, Success};
use crate::directory::schema::id;
use crate::directory::user::Status;
use crate::messages::{self, Dispatch, Origin};
use crate::outbox::Occasion;
use crate::protocol::{ApiError, check};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Create {
    user_pool_id: Option<String>,
    username: Option<String>,
    user_attributes: Option<Vec<Attribute>>,
    temporary_password: Option<String>,
    message_action: Option<String>,
    force_alias_creation: Option<bool>,
    desired_delivery_mediums: Option<Vec<String>>,
    #[serde(default)]
    validation_data: Vec<Attribute>,
    client_metadata: Option<Map<String, Value>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Created<'a> {
    user: UserType<'a>,
}

/// `AdminCreateUser`.
///
/// Attributes that the schema requires may be missing: the person gives them at the first sign-in.
pub(super) fn create(call: &mut Call<'_>) -> Answered {
    let mut input: Create = call.input()?;
    let username = check::name(input.username.as_deref(), "username")?.to_owned();
    let mediums = mediums(input.desired_delivery_mediums.as_deref())?;
    let sub = call.world.random_uuid();
    let moment = call.moment;
    let pool_id = call.pool(input.user_pool_id.as_deref())?.id.clone();
    let made_up = passwords::made_up(call.world, &pool_id);
    let origin = Origin::admin(input.client_metadata.take());
    let given = input.temporary_password.take().filter(|password| !password.is_empty());
    let silent = match input.message_action.as_deref() {
        Some("RESEND") => {
            let password = given.unwrap_or(made_up);
            return resend(call, &pool_id, &username, &password, &mediums, &origin);
        }
        None => false,
        Some("SUPPRESS") => true,
        Some(other) => {
            let rule = "Member must satisfy enum value set: [RESEND, SUPPRESS]";
            return Err(ApiError::constraint(other, "messageAction", rule));
        }
    };
    let pool = call.pool(Some(&pool_id))?;
    let mut attributes = attributes::read(pool, input.user_attributes.take().unwrap_or_default())?;
    let username = attributes::canonical(pool, username, &sub, &mut attributes)?;
    let force = input.force_alias_creation.unwrap_or_default();
    attributes::claim_aliases(pool, &attributes, None, force, moment)?;
    let has = |attribute| attributes::value(&attributes, attribute).is_some_and(|value| !value.is_empty());
    let without = given.is_none() && passwords::dispensable(pool, has(id::EMAIL), has(id::PHONE));
    let password = (!without).then(|| given.unwrap_or(made_up));
    if let Some(password) = &password {
        passwords::conform(pool, password)?;
    }
    let told = (attributes.as_slice(), input.validation_data.as_slice());
    let decision = triggered::pre_sign_up(pool, "PreSignUp_AdminCreateUser", &username, told, &origin)?;
    decision.verify(&mut attributes);
    let status = if without { Status::Confirmed } else { Status::ForceChangePassword };
    let newcomer = Newcomer { username: &username, sub: &sub, attributes: &attributes, status };
    let at = newcomer.enter(pool, moment);
    if let Some(password) = &password {
        let until = passwords::temporary_until(pool, moment);
        pool.set_password(at, password, Some(until));
    }
    if !silent {
        invite(call, (&pool_id, at), password.as_deref(), &mediums, &origin)?;
    }
    call.world.metrics.count(Success::SignUp, &pool_id, metrics::ADMIN, moment.now_ms);
    created(call.pool(Some(&pool_id))?, at)
}

fn created(pool: &Pool, at: u32) -> Answered {
    let user = pool.users.get(at).ok_or_else(ApiError::no_user)?;
    output(&Created { user: view::user(&pool.schema, user) })
}

/// `DesiredDeliveryMediums` as attributes; SMS when nothing is said.
fn mediums(given: Option<&[String]>) -> Result<Vec<u8>, ApiError> {
    let Some(given) = given.filter(|given| !given.is_empty()) else { return Ok(vec![id::PHONE]) };
    let attribute = |medium: &String| match medium.as_str() {
        "SMS" => Ok(id::PHONE),
        "EMAIL" => Ok(id::EMAIL),
        other => {
            let rule = "Member must satisfy enum value set: [SMS, EMAIL]";
            Err(ApiError::constraint(other, "desiredDeliveryMediums", rule))
        }
    };
    given.iter().map(attribute).collect()
}

fn invite(
    call: &mut Call<'_>,
    (pool, user): (&str, u32),
    code: Option<&str>,
    mediums: &[u8],
    origin: &Origin,
) -> Result<(), ApiError> {
    for destination in &triggered::reach(call.pool(Some(pool))?, user, mediums) {
        let dispatch = Dispatch { pool, user, occasion: Occasion::AdminCreateUser, destination, code, origin };
        call.send(&dispatch).map_err(messages::undelivered)?;
    }
    Ok(())
}

/// Invites again, with a new temporary password and its full time.
fn resend(
    call: &mut Call<'_>,
    pool_id: &str,
    username: &str,
    password: &str,
    mediums: &[u8],
    origin: &Origin,
) -> Answered {
    let moment = call.moment;
    let pool = call.pool(Some(pool_id))?;
    let at = pool.resolve(username).ok_or_else(ApiError::no_user)?;
    let user = pool.users.get(at).ok_or_else(ApiError::no_user)?;
    if user.status != Status::ForceChangePassword {
        let message = "Resend not possible. User state is not FORCE_CHANGE_PASSWORD.";
        return Err(ApiError::new("UnsupportedUserStateException", message));
    }
    passwords::conform(pool, password)?;
    let until = passwords::temporary_until(pool, moment);
    pool.set_password(at, password, Some(until));
    pool.change(at, moment, |_| ());
    invite(call, (pool_id, at), Some(password), mediums, origin)?;
    created(call.pool(Some(pool_id))?, at)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Update {
    user_pool_id: Option<String>,
    username: Option<String>,
    user_attributes: Vec<Attribute>,
    client_metadata: Option<Map<String, Value>>,
}

/// `AdminUpdateUserAttributes`. An empty value removes; a new address or number is unverified unless said otherwise.
pub(super) fn update_attributes(call: &mut Call<'_>) -> Answered {
    let input: Update = call.input()?;
    let (pool, at) = person(call, input.user_pool_id.as_deref(), input.username.as_deref())?;
    let changes = attributes::read(pool, input.user_attributes)?;
    let pool = pool.id.clone();
    profile::apply(call, (&pool, at), changes, &Origin::admin(input.client_metadata))?;
    nothing()
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DeleteAttributes {
    user_pool_id: Option<String>,
    username: Option<String>,
    user_attribute_names: Vec<String>,
}

/// `AdminDeleteUserAttributes`: what is not there is success.
pub(super) fn delete_attributes(call: &mut Call<'_>) -> Answered {
    let input: DeleteAttributes = call.input()?;
    let moment = call.moment;
    let (pool, at) = person(call, input.user_pool_id.as_deref(), input.username.as_deref())?;
    let changes = attributes::removal(pool, &input.user_attribute_names)?;
    pool.change(at, moment, |user| user.set_attributes(&changes));
    nothing()
}

/// `AdminEnableUser`: once more is success too.
pub(super) fn enable(call: &mut Call<'_>) -> Answered {
    let input: OnePerson = call.input()?;
    let moment = call.moment;
    let (pool, at) = input.find(call)?;
    pool.change(at, moment, |user| user.enabled = true);
    nothing()
}

/// `AdminDisableUser`: once more is success too. Ends every sign-in; enabling does not bring them back.
pub(super) fn disable(call: &mut Call<'_>) -> Answered {
    let input: OnePerson = call.input()?;
    let moment = call.moment;
    let (pool, at) = input.find(call)?;
    pool.change(at, moment, |user| user.enabled = false);
    if let Some(account) = pool.accounts.get_mut(&at) {
        grants::revoke_all(account);
    }
    nothing()
}

/// `AdminDeleteUser`.
pub(super) fn delete(call: &mut Call<'_>) -> Answered {
    let input: OnePerson = call.input()?;
    let moment = call.moment;
    let (pool, at) = input.find(call)?;
    pool.delete(at, moment);
    nothing()
}
