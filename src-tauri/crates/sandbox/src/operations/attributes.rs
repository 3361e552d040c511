//! Attributes of a request, held against the schema, the client's permissions and other people's aliases.

use serde::Deserialize;
use serde_json::Value;

use crate::directory::schema::{MAX_VALUE, id};
use crate::directory::user::AttributeId;
use crate::directory::users::Moment;
use crate::directory::{Client, Pool};
use crate::protocol::ApiError;

/// `AttributeType`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Attribute {
    pub(super) name: String,
    #[serde(default)]
    pub(super) value: String,
}

/// An attribute and the value it is to get; an empty value removes it.
pub(super) type Change = (AttributeId, String);

/// The attributes that can be verified, with their flags.
pub(super) const VERIFIABLE: [(AttributeId, AttributeId); 2] =
    [(id::EMAIL, id::EMAIL_VERIFIED), (id::PHONE, id::PHONE_VERIFIED)];

/// Reads attributes and holds them against the schema.
pub(super) fn read(pool: &Pool, attributes: Vec<Attribute>) -> Result<Vec<Change>, ApiError> {
    attributes.into_iter().map(|attribute| conform(pool, attribute)).collect()
}

fn conform(pool: &Pool, Attribute { name, value }: Attribute) -> Result<Change, ApiError> {
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
        "Number" => match (value.parse::<i64>(), &attribute.number_attribute_constraints) {
            (Err(_), _) => Err(broken("The attribute is not a number")),
            (Ok(n), Some(range)) if number(range.min_value.as_ref()).is_some_and(|least| n < least) => {
                Err(broken("The number is too small"))
            }
            (Ok(n), Some(range)) if number(range.max_value.as_ref()).is_some_and(|most| n > most) => {
                Err(broken("The number is too large"))
            }
            _ => Ok((at, value)),
        },
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

/// The value that a list of changes gives an attribute.
pub(super) fn value(changes: &[Change], attribute: AttributeId) -> Option<&str> {
    changes.iter().rev().find(|(id, _)| *id == attribute).map(|(_, value)| value.as_str())
}

/// Every attribute that the schema requires is given a value.
pub(super) fn demand_required(pool: &Pool, attributes: &[Change]) -> Result<(), ApiError> {
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

/// No change is made to what the schema calls immutable, and nothing required is removed.
pub(super) fn changeable(pool: &Pool, changes: &[Change]) -> Result<(), ApiError> {
    for (at, value) in changes {
        let Some(attribute) = pool.schema.get(*at) else { continue };
        if !attribute.mutable {
            return Err(ApiError::invalid(format!("user.{}: Attribute cannot be updated.", attribute.name)));
        }
        if value.is_empty() && (attribute.required || pool.username_attribute(&attribute.name)) {
            return Err(ApiError::invalid(format!("user.{}: Attribute cannot be deleted.", attribute.name)));
        }
    }
    Ok(())
}

/// The changes that remove the attributes of these names.
pub(super) fn removal(pool: &Pool, names: &[String]) -> Result<Vec<Change>, ApiError> {
    let mut changes = Vec::new();
    for name in names {
        let unknown = || ApiError::invalid(format!("user.{name}: Attribute does not exist in the schema."));
        let at = pool.schema.id(name).ok_or_else(unknown)?;
        if at == id::SUB || at == id::IDENTITIES {
            return Err(ApiError::invalid(format!("Cannot modify the non-mutable attribute {name}")));
        }
        changes.push((at, String::new()));
        let flag = VERIFIABLE.iter().find(|(value, _)| *value == at);
        changes.extend(flag.map(|(_, flag)| (*flag, String::new())));
    }
    changeable(pool, &changes)?;
    Ok(changes)
}

/// What people may not write about themselves through any client.
fn reserved(name: &str) -> bool {
    matches!(name, "sub" | "identities" | "email_verified" | "phone_number_verified") || name.starts_with("dev:")
}

/// The client may write every one of these (`WriteAttributes`; absent means all).
pub(super) fn may_write<'a>(client: &Client, names: impl Iterator<Item = &'a str>) -> Result<(), ApiError> {
    let list = client.settings.get("WriteAttributes").and_then(Value::as_array).filter(|list| !list.is_empty());
    for name in names {
        if reserved(name) || list.is_some_and(|list| !list.iter().any(|item| item == name)) {
            let message = "A client attempted to write unauthorized attribute";
            return Err(ApiError::new("NotAuthorizedException", message));
        }
    }
    Ok(())
}

/// The attributes that the client may read (`ReadAttributes`); `None` is all.
pub(super) fn readable(pool: &Pool, client: &Client) -> Option<Vec<AttributeId>> {
    let list = client.settings.get("ReadAttributes").and_then(Value::as_array).filter(|list| !list.is_empty())?;
    let ids = list.iter().filter_map(|name| pool.schema.id(name.as_str()?));
    Some(std::iter::once(id::SUB).chain(ids).collect())
}

/// Someone else's account has the alias already.
pub(super) fn alias_exists(name: &str) -> ApiError {
    ApiError::new("AliasExistsException", format!("An account with the {name} already exists."))
}

/// The username is taken.
pub(super) fn username_exists() -> ApiError {
    ApiError::new("UsernameExistsException", "User account already exists")
}

/// The username under which the person is kept: the `sub` where people sign up with an e-mail address or a number.
pub(super) fn canonical(
    pool: &mut Pool,
    username: String,
    sub: &str,
    attributes: &mut Vec<Change>,
) -> Result<String, ApiError> {
    let is_email = username.contains('@');
    let by_email = pool.username_attribute("email");
    let by_phone = pool.username_attribute("phone_number");
    if !by_email && !by_phone {
        if is_email && pool.alias("email") {
            let message = "Username cannot be of email format, since user pool is configured for email alias.";
            return Err(ApiError::invalid(message));
        }
        if pool.alias("phone_number") && plausible_phone(&username) {
            let message =
                "Username cannot be of phone number format, since user pool is configured for phone number alias.";
            return Err(ApiError::invalid(message));
        }
        return if pool.users.find(&username).is_some() { Err(username_exists()) } else { Ok(username) };
    }
    let attribute = match (is_email, username.starts_with('+')) {
        (true, _) if by_email => id::EMAIL,
        (false, true) if by_phone => id::PHONE,
        _ if by_email && by_phone => {
            return Err(ApiError::invalid("Username should be either an email or a phone number."));
        }
        _ if by_email => return Err(ApiError::invalid("Username should be an email.")),
        _ => return Err(ApiError::invalid("Username should be a phone number.")),
    };
    let (_, username) = conform(pool, Attribute { name: pool.schema.name(attribute).to_owned(), value: username })?;
    if pool.find_alias(&username).is_some() {
        return Err(username_exists());
    }
    attributes.retain(|(id, _)| *id != attribute);
    attributes.push((attribute, username));
    Ok(sub.to_owned())
}

/// An alias belongs to one person. Where `verified` says it is about to be verified, or where the attribute is the
/// username or a preferred username, it must be nobody else's; `force` takes it from the other.
pub(super) fn claim_alias(
    pool: &mut Pool,
    (attribute, value): (AttributeId, &str),
    own: Option<u32>,
    verified: bool,
    force: bool,
    moment: Moment,
) -> Result<(), ApiError> {
    let name = pool.schema.name(attribute).to_owned();
    let as_username = pool.username_attribute(&name);
    let unique = as_username || (pool.alias(&name) && (verified || attribute == id::PREFERRED_USERNAME));
    if !unique || value.is_empty() {
        return Ok(());
    }
    let Some(holder) = pool.find_alias(value).filter(|holder| Some(*holder) != own) else { return Ok(()) };
    let flag = VERIFIABLE.iter().find(|(value, _)| *value == attribute).map(|(_, flag)| *flag);
    match flag.filter(|_| force && !as_username) {
        Some(flag) => {
            pool.change(holder, moment, |user| user.set_attributes(&[(flag, "false".to_owned())]));
            Ok(())
        }
        None => Err(alias_exists(&name)),
    }
}

/// [`claim_alias`] for everything that a list of changes sets.
pub(super) fn claim_aliases(
    pool: &mut Pool,
    changes: &[Change],
    own: Option<u32>,
    force: bool,
    moment: Moment,
) -> Result<(), ApiError> {
    for (attribute, flag) in VERIFIABLE {
        let now = own.and_then(|own| pool.users.get(own));
        let current = now.and_then(|user| user.attribute(attribute)).map(str::to_owned);
        let flag_says = value(changes, flag).map(|flag| flag == "true");
        let verified = flag_says.unwrap_or(false);
        let Some(value) = value(changes, attribute).map(str::to_owned).or_else(|| current.filter(|_| verified)) else {
            continue;
        };
        claim_alias(pool, (attribute, &value), own, verified, force, moment)?;
    }
    if let Some(value) = value(changes, id::PREFERRED_USERNAME) {
        claim_alias(pool, (id::PREFERRED_USERNAME, value), own, false, false, moment)?;
    }
    Ok(())
}
