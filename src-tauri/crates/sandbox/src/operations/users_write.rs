//! Changing people.

use serde::{Deserialize, Serialize};

use super::users::{OnePerson, person};
use super::view::{self, UserType};
use super::{Answered, Call, nothing, output};
use crate::directory::Pool;
use crate::directory::schema::{MAX_VALUE, id};
use crate::directory::user::{AttributeId, Packer, Status, User};
use crate::protocol::{ApiError, check};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Attribute {
    name: String,
    #[serde(default)]
    value: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Create {
    user_pool_id: Option<String>,
    username: Option<String>,
    user_attributes: Option<Vec<Attribute>>,
    temporary_password: Option<String>,
    message_action: Option<String>,
    force_alias_creation: Option<bool>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Created<'a> {
    user: UserType<'a>,
}

/// `AdminCreateUser`.
pub(super) fn create(call: &mut Call<'_>) -> Answered {
    let input: Create = call.input()?;
    let username = check::name(input.username.as_deref(), "username")?.to_owned();
    let sub = call.world.random_uuid();
    let temporary = format!("Tmp-{}9!", call.world.random_text(crate::directory::LOWER, 10));
    let moment = call.moment;
    let pool = call.pool(input.user_pool_id.as_deref())?;
    match input.message_action.as_deref() {
        Some("RESEND") => return resend(pool, &username),
        None | Some("SUPPRESS") => {}
        Some(other) => {
            return Err(ApiError::constraint(
                other,
                "messageAction",
                "Member must satisfy enum value set: [RESEND, SUPPRESS]",
            ));
        }
    }
    let mut attributes = read(pool, input.user_attributes.unwrap_or_default())?;
    let username = canonical(pool, username, &sub, &mut attributes)?;
    if pool.users.find(&username).is_some() {
        return Err(exists());
    }
    demand_required(pool, &attributes)?;
    take_alias(pool, &attributes, None, input.force_alias_creation.unwrap_or_default(), moment)?;
    let password = input.temporary_password.unwrap_or(temporary);
    check_password(pool, &password)?;
    let mut packer = Packer::default();
    packer.begin(&username);
    packer.push(id::SUB, &sub);
    let mut user = User::new(&packer, Status::ForceChangePassword, moment.now_ms);
    user.set_attributes(&attributes);
    let at = pool.users.insert(user, moment);
    pool.set_password(at, &password, None);
    let user = pool.users.get(at).ok_or_else(ApiError::no_user)?;
    output(&Created { user: view::user(&pool.schema, user, None) })
}

fn resend(pool: &mut Pool, username: &str) -> Answered {
    let at = pool.resolve(username).ok_or_else(ApiError::no_user)?;
    let user = pool.users.get(at).ok_or_else(ApiError::no_user)?;
    if user.status != Status::ForceChangePassword {
        let message = "Resend not possible. User state is not FORCE_CHANGE_PASSWORD.";
        return Err(ApiError::new("UnsupportedUserStateException", message));
    }
    output(&Created { user: view::user(&pool.schema, user, None) })
}

fn exists() -> ApiError {
    ApiError::new("UsernameExistsException", "User account already exists")
}

/// The username under which the person is kept: the `sub` where people sign up with an e-mail address or a number.
fn canonical(
    pool: &mut Pool,
    username: String,
    sub: &str,
    attributes: &mut Vec<(AttributeId, String)>,
) -> Result<String, ApiError> {
    let is_email = username.contains('@');
    let by_email = pool.username_attribute("email");
    let by_phone = pool.username_attribute("phone_number");
    if !by_email && !by_phone {
        if is_email && pool.alias("email") {
            let message = "Username cannot be of email format, since user pool is configured for email alias.";
            return Err(ApiError::invalid(message));
        }
        return Ok(username);
    }
    let attribute = match (is_email, username.starts_with('+')) {
        (true, _) if by_email => id::EMAIL,
        (false, true) if by_phone => id::PHONE,
        _ if by_email => return Err(ApiError::invalid("Username should be an email.")),
        _ => return Err(ApiError::invalid("Username should be a phone number.")),
    };
    if pool.find_alias(&username).is_some() {
        return Err(exists());
    }
    attributes.retain(|(id, _)| *id != attribute);
    attributes.push((attribute, username));
    Ok(sub.to_owned())
}

fn demand_required(pool: &Pool, attributes: &[(AttributeId, String)]) -> Result<(), ApiError> {
    let required = pool.schema.attributes().iter().filter(|a| a.required && a.name != "sub");
    for attribute in required {
        let name = &attribute.name;
        let given = attributes.iter().any(|(id, value)| pool.schema.name(*id) == name && !value.is_empty());
        if !given {
            let message = format!("Attributes did not conform to the schema: {name}: The attribute {name} is required");
            return Err(ApiError::invalid(message));
        }
    }
    Ok(())
}

/// A verified alias belongs to one person: takes it from another only by force.
fn take_alias(
    pool: &mut Pool,
    attributes: &[(AttributeId, String)],
    own: Option<u32>,
    force: bool,
    moment: crate::directory::users::Moment,
) -> Result<(), ApiError> {
    for (value_id, flag) in [(id::EMAIL, id::EMAIL_VERIFIED), (id::PHONE, id::PHONE_VERIFIED)] {
        let verified = attributes.iter().any(|(id, value)| *id == flag && value == "true");
        let value = attributes.iter().find(|(id, _)| *id == value_id);
        let Some((_, value)) = value.filter(|_| verified && pool.alias(pool.schema.name(value_id))) else { continue };
        let Some(holder) = pool.find_alias(value).filter(|holder| Some(*holder) != own) else { continue };
        if !force {
            let message = "An account with the given alias already exists.";
            return Err(ApiError::new("AliasExistsException", message));
        }
        pool.change(holder, moment, |user| user.set_attributes(&[(flag, "false".to_owned())]));
    }
    Ok(())
}

/// Reads attributes and holds them against the schema.
fn read(pool: &Pool, attributes: Vec<Attribute>) -> Result<Vec<(AttributeId, String)>, ApiError> {
    attributes.into_iter().map(|attribute| conform(pool, attribute)).collect()
}

fn conform(pool: &Pool, Attribute { name, value }: Attribute) -> Result<(AttributeId, String), ApiError> {
    let broken = |why: &str| ApiError::invalid(format!("Attributes did not conform to the schema: {name}: {why}"));
    let Some(at) = pool.schema.id(&name) else { return Err(broken("Attribute does not exist in schema.")) };
    if at == id::SUB || at == id::IDENTITIES {
        return Err(ApiError::invalid(format!("Cannot modify the non-mutable attribute {name}")));
    }
    let Some(attribute) = pool.schema.get(at) else { return Err(broken("Attribute does not exist in schema.")) };
    if value.is_empty() {
        return Ok((at, value));
    }
    let number = |text: Option<&String>| text.and_then(|text| text.parse::<i64>().ok());
    if let Some(lengths) = &attribute.string_attribute_constraints {
        let most = number(lengths.max_length.as_ref()).and_then(|n| usize::try_from(n).ok()).unwrap_or(MAX_VALUE);
        let least = number(lengths.min_length.as_ref()).and_then(|n| usize::try_from(n).ok()).unwrap_or_default();
        if value.len() > most.min(MAX_VALUE) {
            return Err(broken(&format!("String must be no longer than {most} characters")));
        }
        if value.chars().count() < least {
            return Err(broken(&format!("String must be at least {least} characters")));
        }
    }
    match attribute.attribute_data_type.as_str() {
        "Number" if value.parse::<i64>().is_err() => Err(broken("The attribute is not a number")),
        "Boolean" if value != "true" && value != "false" => Err(broken("The attribute is not a boolean")),
        _ if at == id::EMAIL && !plausible_email(&value) => Err(ApiError::invalid("Invalid email address format.")),
        _ if at == id::PHONE && !plausible_phone(&value) => Err(ApiError::invalid("Invalid phone number format.")),
        _ => Ok((at, value)),
    }
}

fn plausible_email(value: &str) -> bool {
    value.rsplit_once('@').is_some_and(|(local, domain)| {
        !local.is_empty() && domain.contains('.') && !domain.starts_with('.') && !value.contains(char::is_whitespace)
    })
}

fn plausible_phone(value: &str) -> bool {
    value
        .strip_prefix('+')
        .is_some_and(|digits| (7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()))
}

/// Holds a password against the policy of the pool.
fn check_password(pool: &Pool, password: &str) -> Result<(), ApiError> {
    let policy = pool.settings.get("Policies").and_then(|p| p.get("PasswordPolicy"));
    let demands = |rule: &str| policy.and_then(|p| p.get(rule)).and_then(serde_json::Value::as_bool) == Some(true);
    let least = policy.and_then(|p| p.get("MinimumLength")).and_then(serde_json::Value::as_u64).unwrap_or(6);
    let symbol = |c: char| c.is_ascii_punctuation() || c == ' ';
    let why = if (password.chars().count() as u64) < least {
        "Password not long enough"
    } else if demands("RequireUppercase") && !password.contains(|c: char| c.is_ascii_uppercase()) {
        "Password must have uppercase characters"
    } else if demands("RequireLowercase") && !password.contains(|c: char| c.is_ascii_lowercase()) {
        "Password must have lowercase characters"
    } else if demands("RequireNumbers") && !password.contains(|c: char| c.is_ascii_digit()) {
        "Password must have numeric characters"
    } else if demands("RequireSymbols") && !password.contains(symbol) {
        "Password must have symbol characters"
    } else if password.chars().count() > 256 {
        "Password too long"
    } else {
        return Ok(());
    };
    Err(ApiError::new("InvalidPasswordException", format!("Password did not conform with policy: {why}")))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Update {
    user_pool_id: Option<String>,
    username: Option<String>,
    user_attributes: Option<Vec<Attribute>>,
}

/// `AdminUpdateUserAttributes`. An empty value removes; a new address or number is unverified unless said otherwise.
pub(super) fn update_attributes(call: &mut Call<'_>) -> Answered {
    let input: Update = call.input()?;
    let moment = call.moment;
    let (pool, at) = person(call, input.user_pool_id.as_deref(), input.username.as_deref())?;
    let attributes = input.user_attributes;
    let attributes =
        attributes.ok_or_else(|| ApiError::constraint("null", "userAttributes", "Member must not be null"))?;
    let mut changes = read(pool, attributes)?;
    for (id, _) in &changes {
        if let Some(attribute) = pool.schema.get(*id).filter(|attribute| !attribute.mutable) {
            return Err(ApiError::invalid(format!("user.{}: Attribute cannot be updated.", attribute.name)));
        }
    }
    let user = pool.users.get(at).ok_or_else(ApiError::no_user)?.clone();
    for (value_id, flag) in [(id::EMAIL, id::EMAIL_VERIFIED), (id::PHONE, id::PHONE_VERIFIED)] {
        let new = changes.iter().find(|(id, _)| *id == value_id).map(|(_, value)| value.clone());
        let Some(new) = new.filter(|new| user.attribute(value_id) != Some(new)) else { continue };
        if !changes.iter().any(|(id, _)| *id == flag) {
            changes.push((flag, if new.is_empty() { String::new() } else { "false".to_owned() }));
        }
        take_alias(pool, &changes, Some(at), false, moment)?;
    }
    pool.change(at, moment, |user| user.set_attributes(&changes));
    nothing()
}

fn change(call: &mut Call<'_>, change: impl FnOnce(&mut User)) -> Answered {
    let input: OnePerson = call.input()?;
    let moment = call.moment;
    let (pool, at) = input.find(call)?;
    pool.change(at, moment, change);
    nothing()
}

/// `AdminEnableUser`: once more is success too.
pub(super) fn enable(call: &mut Call<'_>) -> Answered {
    change(call, |user| user.enabled = true)
}

/// `AdminDisableUser`: once more is success too.
pub(super) fn disable(call: &mut Call<'_>) -> Answered {
    change(call, |user| user.enabled = false)
}

/// `AdminDeleteUser`.
pub(super) fn delete(call: &mut Call<'_>) -> Answered {
    let input: OnePerson = call.input()?;
    let moment = call.moment;
    let (pool, at) = input.find(call)?;
    pool.delete(at, moment);
    nothing()
}

/// `AdminConfirmSignUp`.
pub(super) fn confirm(call: &mut Call<'_>) -> Answered {
    let input: OnePerson = call.input()?;
    let moment = call.moment;
    let (pool, at) = input.find(call)?;
    let status = pool.users.get(at).ok_or_else(ApiError::no_user)?.status;
    if status != Status::Unconfirmed {
        let message = format!("User cannot be confirmed. Current status is {}", status.as_str());
        return Err(ApiError::new("NotAuthorizedException", message));
    }
    pool.change(at, moment, |user| user.status = Status::Confirmed);
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

/// `AdminSetUserPassword`: permanent confirms, temporary must be changed at the next sign-in.
pub(super) fn set_password(call: &mut Call<'_>) -> Answered {
    let input: SetPassword = call.input()?;
    let password = check::required(input.password.as_deref(), "password")?.to_owned();
    let moment = call.moment;
    let (pool, at) = person(call, input.user_pool_id.as_deref(), input.username.as_deref())?;
    check_password(pool, &password)?;
    let status = if input.permanent == Some(true) { Status::Confirmed } else { Status::ForceChangePassword };
    pool.change(at, moment, |user| user.status = status);
    pool.set_password(at, &password, None);
    nothing()
}
