//! The triggers of operations that make and confirm people.

use serde_json::{Map, Value, json};

use super::Call;
use super::attributes::{self, Attribute, Change};
use super::sign_up::Newcomer;
use crate::directory::Pool;
use crate::directory::schema::id;
use crate::directory::user::{Status, User};
use crate::messages::{Destination, Origin};
use crate::protocol::ApiError;
use crate::triggers::{self, Trigger};

/// What the trigger `PreSignUp` decides.
#[derive(Debug, Default)]
pub(super) struct Decision {
    pub(super) confirm: bool,
    pub(super) verify_email: bool,
    pub(super) verify_phone: bool,
}

/// Asks `PreSignUp` about someone who does not exist yet.
pub(super) fn pre_sign_up(
    pool: &Pool,
    source: &str,
    username: &str,
    (attributes, validation): (&[Change], &[Attribute]),
    origin: &Origin,
) -> Result<Decision, ApiError> {
    let given = attributes.iter().map(|(id, value)| (pool.schema.name(*id).to_owned(), json!(value)));
    let request = json!({
        "userAttributes": given.collect::<Map<_, _>>(),
        "validationData": validation.iter().map(|a| (a.name.clone(), json!(a.value))).collect::<Map<_, _>>(),
        "clientMetadata": origin.metadata,
    });
    let response = triggers::call(pool, Trigger::PreSignUp, &origin.event(source, username, request))?;
    let says = |name: &str| response.as_ref().and_then(|r| r.get(name)).and_then(Value::as_bool) == Some(true);
    Ok(Decision {
        confirm: says("autoConfirmUser"),
        verify_email: says("autoVerifyEmail"),
        verify_phone: says("autoVerifyPhone"),
    })
}

impl Decision {
    /// Adds the flags that the trigger wants to the attributes of the person.
    pub(super) fn verify(&self, attributes: &mut Vec<Change>) {
        let wanted =
            [(self.verify_email, id::EMAIL, id::EMAIL_VERIFIED), (self.verify_phone, id::PHONE, id::PHONE_VERIFIED)];
        for (wanted, value, flag) in wanted {
            if wanted && attributes::value(attributes, value).is_some_and(|value| !value.is_empty()) {
                attributes.push((flag, "true".to_owned()));
            }
        }
    }
}

/// Tells `PostConfirmation` of a person. A failure reaches the caller, yet the person stays confirmed.
pub(super) fn post_confirmation(pool: &Pool, user: u32, source: &str, origin: &Origin) -> Result<(), ApiError> {
    tell(pool, user, (Trigger::PostConfirmation, source), json!({}), origin)
}

/// Asks `PreAuthentication` about somebody who comes from another provider again.
pub(super) fn pre_authentication(pool: &Pool, user: u32, origin: &Origin) -> Result<(), ApiError> {
    let trigger = (Trigger::PreAuthentication, "PreAuthentication_Authentication");
    tell(pool, user, trigger, json!({ "validationData": {} }), origin)
}

/// Tells `PostAuthentication` of somebody who has come from another provider again.
pub(super) fn post_authentication(pool: &Pool, user: u32, origin: &Origin) -> Result<(), ApiError> {
    let trigger = (Trigger::PostAuthentication, "PostAuthentication_Authentication");
    tell(pool, user, trigger, json!({ "newDeviceUsed": false }), origin)
}

/// Calls a trigger that answers nothing but whether it fails; `request` is what its event has beside the person.
fn tell(
    pool: &Pool,
    user: u32,
    (trigger, source): (Trigger, &str),
    mut request: Value,
    origin: &Origin,
) -> Result<(), ApiError> {
    let username = pool.users.get(user).map_or("", User::username);
    request["userAttributes"] = triggers::attributes(pool, Some(user));
    request["clientMetadata"] = origin.metadata.clone();
    triggers::call(pool, trigger, &origin.event(source, username, request)).map(|_| ())
}

/// Makes the person whom `UserMigration` knows and the pool does not, so that the password can be reset; `None` when it
/// knows nobody either.
///
/// # Errors
/// `UserLambdaValidationException` when the function fails, `InvalidLambdaResponseException` for attributes that the
/// schema does not allow.
pub(super) fn migrate(
    call: &mut Call<'_>,
    pool: &str,
    username: &str,
    origin: &Origin,
) -> Result<Option<u32>, ApiError> {
    let (sub, moment) = (call.world.random_uuid(), call.moment);
    let pool = call.pool(Some(pool))?;
    let request = json!({ "password": null, "validationData": null, "clientMetadata": origin.metadata });
    let event = origin.event("UserMigration_ForgotPassword", username, request);
    let response = triggers::call(pool, Trigger::UserMigration, &event)?;
    let Some(given) = response.as_ref().and_then(|r| r.get("userAttributes")).and_then(Value::as_object) else {
        return Ok(None);
    };
    let broken = |_| triggers::unrecognizable(Trigger::UserMigration);
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let list = given
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), "username" | "sub"))
        .map(|(name, value)| Attribute { name: name.clone(), value: text(value) });
    let mut attributes = attributes::read(pool, list.collect()).map_err(broken)?;
    let username = attributes::canonical(pool, username.to_owned(), &sub, &mut attributes).map_err(broken)?;
    let force = response.as_ref().and_then(|r| r.get("forceAliasCreation")).and_then(Value::as_bool);
    attributes::claim_aliases(pool, &attributes, None, force.unwrap_or_default(), moment)?;
    let status = Status::ResetRequired;
    Ok(Some(Newcomer { username: &username, sub: &sub, attributes: &attributes, status }.enter(pool, moment)))
}

/// Where an invitation or code of a person who was just made can go, by attribute.
pub(super) fn reach(pool: &Pool, user: u32, attributes: &[u8]) -> Vec<Destination> {
    let Some(user) = pool.users.get(user) else { return Vec::new() };
    attributes.iter().filter_map(|attribute| Destination::attribute(user, *attribute)).collect()
}
