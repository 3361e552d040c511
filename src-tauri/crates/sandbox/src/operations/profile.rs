//! What people see and change of themselves, authorised by their own access token.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::attributes::{self, Attribute, Change, VERIFIABLE};
use super::view::Profile;
use super::{Answered, Call, nothing, output};
use crate::directory::account::codes::{Action, Purpose};
use crate::directory::schema::id;
use crate::directory::user::AttributeId;
use crate::directory::{Client, Pool};
use crate::messages::{self, Destination, Dispatch, Origin};
use crate::outbox::Occasion;
use crate::protocol::{ApiError, check};
use crate::tokens::Bearer;

/// Writes changes to a person and sends the codes that they call for.
///
/// A new address or number is unverified unless the changes say otherwise. Where the pool wants it verified first, the
/// old one stays until the code is given back.
pub(super) fn apply(
    call: &mut Call<'_>,
    (pool_id, at): (&str, u32),
    mut changes: Vec<Change>,
    origin: &Origin,
) -> Result<Vec<Destination>, ApiError> {
    let moment = call.moment;
    let codes = [call.world.random_code(), call.world.random_code()];
    let pool = call.pool(Some(pool_id))?;
    attributes::changeable(pool, &changes)?;
    let user = pool.users.get(at).ok_or_else(ApiError::no_user)?.clone();
    let (mut sent, mut stale) = (Vec::new(), Vec::new());
    for ((value_id, flag), code) in VERIFIABLE.into_iter().zip(codes) {
        let new = attributes::value(&changes, value_id).map(str::to_owned);
        let Some(new) = new.filter(|new| user.attribute(value_id).unwrap_or_default() != new) else { continue };
        let name = pool.schema.name(value_id).to_owned();
        stale.push(Purpose::Attribute(value_id));
        if new.is_empty() {
            changes.push((flag, String::new()));
        } else if attributes::value(&changes, flag) == Some("true") {
            continue;
        } else if pool.verifies_before_update(&name) {
            changes.retain(|(id, _)| *id != value_id && *id != flag);
            attributes::claim_alias(pool, (value_id, &new), Some(at), true, false, moment)?;
            sent.push((Destination::of(value_id, &new), code));
        } else {
            changes.push((flag, "false".to_owned()));
            if pool.lists("AutoVerifiedAttributes", &name) {
                sent.push((Destination::of(value_id, &new), code));
            }
        }
    }
    attributes::claim_aliases(pool, &changes, Some(at), false, moment)?;
    pool.change(at, moment, |user| user.set_attributes(&changes));
    if let Some(account) = pool.accounts.get_mut(&at) {
        stale.into_iter().for_each(|purpose| account.codes.void(purpose));
    }
    for (destination, code) in &sent {
        let target = (destination.attribute, destination.to.as_str());
        let account = call.pool(Some(pool_id))?.account_mut(at);
        account.codes.issue(Purpose::Attribute(destination.attribute), code, target, moment.now_ms);
        let occasion = Occasion::UpdateUserAttribute;
        let dispatch = Dispatch { pool: pool_id, user: at, occasion, destination, code: Some(code), origin };
        call.send(&dispatch).map_err(messages::undelivered)?;
    }
    Ok(sent.into_iter().map(|(destination, _)| destination).collect())
}

/// An operation that says no more than who asks.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Oneself {
    access_token: Option<String>,
}

/// The client that a token was given to, as it is now.
fn client_of(pool: &Pool, bearer: &Bearer) -> Result<Client, ApiError> {
    let id = &bearer.client_id;
    let missing = || ApiError::not_found(format!("User pool client {id} does not exist."));
    pool.clients.get(id).cloned().ok_or_else(missing)
}

/// `GetUser`: only the attributes that the client may read.
pub(super) fn get(call: &mut Call<'_>) -> Answered {
    let input: Oneself = call.input()?;
    let bearer = call.bearer(input.access_token.as_deref())?;
    let pool = call.pool(Some(&bearer.pool_id))?;
    let only = attributes::readable(pool, &client_of(pool, &bearer)?);
    let user = pool.users.get(bearer.user).ok_or_else(ApiError::no_user)?;
    output(&Profile::of(&pool.schema, user, only.as_deref()))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Update {
    access_token: Option<String>,
    user_attributes: Vec<Attribute>,
    client_metadata: Option<Map<String, Value>>,
}

/// `UpdateUserAttributes`.
pub(super) fn update(call: &mut Call<'_>) -> Answered {
    let input: Update = call.input()?;
    let given = input.user_attributes;
    let bearer = call.bearer(input.access_token.as_deref())?;
    let pool = call.pool(Some(&bearer.pool_id))?;
    let client = client_of(pool, &bearer)?;
    attributes::may_write(&client, given.iter().map(|attribute| attribute.name.as_str()))?;
    let changes = attributes::read(pool, given)?;
    let origin = Origin::client(&client.id, input.client_metadata);
    let sent = apply(call, (&bearer.pool_id, bearer.user), changes, &origin)?;
    let details: Vec<Value> = sent.iter().map(Destination::details).collect();
    output(&json!({ "CodeDeliveryDetailsList": details }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DeleteAttributes {
    access_token: Option<String>,
    user_attribute_names: Vec<String>,
}

/// `DeleteUserAttributes`: what is not there is success.
pub(super) fn delete_attributes(call: &mut Call<'_>) -> Answered {
    let input: DeleteAttributes = call.input()?;
    let (names, moment) = (input.user_attribute_names, call.moment);
    let bearer = call.bearer(input.access_token.as_deref())?;
    let pool = call.pool(Some(&bearer.pool_id))?;
    attributes::may_write(&client_of(pool, &bearer)?, names.iter().map(String::as_str))?;
    let changes = attributes::removal(pool, &names)?;
    pool.change(bearer.user, moment, |user| user.set_attributes(&changes));
    nothing()
}

/// `DeleteUser`.
pub(super) fn delete(call: &mut Call<'_>) -> Answered {
    let input: Oneself = call.input()?;
    let moment = call.moment;
    let bearer = call.bearer(input.access_token.as_deref())?;
    call.pool(Some(&bearer.pool_id))?.delete(bearer.user, moment);
    nothing()
}

/// The attribute that a verification names.
fn verifiable(name: Option<&str>) -> Result<AttributeId, ApiError> {
    match check::required(name, "attributeName")? {
        "email" => Ok(id::EMAIL),
        "phone_number" => Ok(id::PHONE),
        other => Err(ApiError::invalid(format!("Cannot verify the attribute {other}."))),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AskCode {
    access_token: Option<String>,
    attribute_name: Option<String>,
    client_metadata: Option<Map<String, Value>>,
}

/// `GetUserAttributeVerificationCode`: to a new value that waits to be verified, or else to the present one.
pub(super) fn ask_code(call: &mut Call<'_>) -> Answered {
    let input: AskCode = call.input()?;
    let attribute = verifiable(input.attribute_name.as_deref())?;
    let (code, moment) = (call.world.random_code(), call.moment);
    let bearer = call.bearer(input.access_token.as_deref())?;
    let pool = call.pool(Some(&bearer.pool_id))?;
    let purpose = Purpose::Attribute(attribute);
    let waiting = pool.account(bearer.user).and_then(|account| account.codes.open(purpose));
    let waiting = waiting.map(|code| Destination::of(attribute, &code.target));
    let user = pool.users.get(bearer.user).ok_or_else(ApiError::no_user)?;
    let none = || ApiError::invalid(format!("User does not have {}.", pool.schema.name(attribute)));
    let destination = waiting.or_else(|| Destination::attribute(user, attribute)).ok_or_else(none)?;
    let account = pool.account_mut(bearer.user);
    account.codes.count(Action::AttributeCode, moment.now_ms)?;
    account.codes.issue(purpose, &code, (attribute, &destination.to), moment.now_ms);
    let dispatch = Dispatch {
        pool: &bearer.pool_id,
        user: bearer.user,
        occasion: Occasion::VerifyUserAttribute,
        destination: &destination,
        code: Some(&code),
        origin: &Origin::client(&bearer.client_id, input.client_metadata),
    };
    call.send(&dispatch)?;
    output(&json!({ "CodeDeliveryDetails": destination.details() }))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Verify {
    access_token: Option<String>,
    attribute_name: Option<String>,
    code: Option<String>,
}

/// `VerifyUserAttribute`: a value that waited for this becomes the person's.
pub(super) fn verify(call: &mut Call<'_>) -> Answered {
    let input: Verify = call.input()?;
    let attribute = verifiable(input.attribute_name.as_deref())?;
    let code = check::required(input.code.as_deref(), "code")?;
    let moment = call.moment;
    let bearer = call.bearer(input.access_token.as_deref())?;
    let pool = call.pool(Some(&bearer.pool_id))?;
    let purpose = Purpose::Attribute(attribute);
    let account = pool.account_mut(bearer.user);
    account.codes.count(Action::VerifyAttribute, moment.now_ms)?;
    let target = account.codes.check(purpose, code, moment.now_ms)?.target.clone();
    attributes::claim_alias(pool, (attribute, &target), Some(bearer.user), true, false, moment)?;
    pool.account_mut(bearer.user).codes.void(purpose);
    let flag = if attribute == id::PHONE { id::PHONE_VERIFIED } else { id::EMAIL_VERIFIED };
    let changes = [(attribute, target), (flag, "true".to_owned())];
    pool.change(bearer.user, moment, |user| user.set_attributes(&changes));
    nothing()
}
