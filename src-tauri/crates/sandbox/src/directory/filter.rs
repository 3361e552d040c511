//! The filter of `ListUsers`: one attribute, `=` or `^=`, one quoted value.

use super::index::Key;
use super::schema::id;
use super::users::Match;
use crate::protocol::ApiError;

/// Longest filter, in characters.
const MAX_CHARS: usize = 256;

/// Reads a filter. An empty one lets everyone pass.
///
/// # Errors
/// `InvalidParameterException` for a filter that is too long, does not parse or names another attribute.
pub(crate) fn parse(filter: &str, username: Key) -> Result<(Key, Match), ApiError> {
    if filter.chars().count() > MAX_CHARS {
        return Err(ApiError::constraint(filter, "filter", "Member must have length less than or equal to 256"));
    }
    let filter = filter.trim();
    if filter.is_empty() {
        return Ok((Key::Everyone, Match::Any));
    }
    let unparsed = || ApiError::invalid("Error while parsing filter.");
    let (attribute, prefix, rest) = split(filter).ok_or_else(unparsed)?;
    let key = key(attribute, username)?;
    let value = key.normalise(&unquote(rest.trim()).ok_or_else(unparsed)?);
    Ok((key, if prefix { Match::Prefix(value) } else { Match::Exactly(value) }))
}

fn split(filter: &str) -> Option<(&str, bool, &str)> {
    let at = filter.find(['=', '"'])?;
    let (left, right) = filter.split_at(at);
    let right = right.strip_prefix('=')?;
    let (left, prefix) = match left.strip_suffix('^') {
        Some(left) => (left, true),
        None => (left, false),
    };
    let attribute = left.trim();
    (!attribute.is_empty() && !attribute.contains(char::is_whitespace)).then_some((attribute, prefix, right))
}

fn key(attribute: &str, username: Key) -> Result<Key, ApiError> {
    Ok(match attribute {
        "username" => username,
        "email" => Key::Attribute(id::EMAIL),
        "phone_number" => Key::Attribute(id::PHONE),
        "name" => Key::Attribute(id::NAME),
        "given_name" => Key::Attribute(id::GIVEN_NAME),
        "family_name" => Key::Attribute(id::FAMILY_NAME),
        "preferred_username" => Key::Attribute(id::PREFERRED_USERNAME),
        "sub" => Key::Attribute(id::SUB),
        "cognito:user_status" => Key::Status,
        "status" => Key::Enabled,
        other => return Err(ApiError::invalid(format!("Cannot search users by attribute: {other}."))),
    })
}

/// The text between the quotation marks, with `\"` and `\\` resolved; `None` when it is not one whole quoted string.
fn unquote(quoted: &str) -> Option<String> {
    let mut chars = quoted.strip_prefix('"')?.chars();
    let mut value = String::new();
    loop {
        match chars.next()? {
            '\\' => match chars.next()? {
                escaped @ ('"' | '\\') => value.push(escaped),
                _ => return None,
            },
            '"' => return chars.next().is_none().then_some(value),
            plain => value.push(plain),
        }
    }
}
