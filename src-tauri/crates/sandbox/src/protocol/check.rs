//! The checks that the API model makes before an operation runs.

use super::ApiError;

/// The most that list operations of user pools give in one page.
pub(crate) const PAGE: usize = 60;

/// The value of a required field.
pub(crate) fn required<'a>(value: Option<&'a str>, field: &str) -> Result<&'a str, ApiError> {
    value.ok_or_else(|| {
        ApiError::invalid(format!(
            "1 validation error detected: Value at '{field}' failed to satisfy constraint: Member must not be null"
        ))
    })
}

/// A pool id of the right form. Says nothing about whether the pool exists.
pub(crate) fn pool_id(value: Option<&str>) -> Result<&str, ApiError> {
    let id = required(value, "userPoolId")?;
    let word = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c));
    let valid = id.len() <= 55
        && id.rsplit_once('_').is_some_and(|(region, name)| word(region) && word(name) && !name.contains('-'));
    if valid {
        Ok(id)
    } else {
        Err(ApiError::constraint(
            id,
            "userPoolId",
            "Member must satisfy regular expression pattern: [\\w-]+_[0-9a-zA-Z]+",
        ))
    }
}

/// A name of 1 to 128 characters without control characters: usernames, group names, client names.
pub(crate) fn name<'a>(value: Option<&'a str>, field: &str) -> Result<&'a str, ApiError> {
    let name = required(value, field)?;
    match name.chars().count() {
        0 => Err(ApiError::constraint(name, field, "Member must have length greater than or equal to 1")),
        1..=128 if name.chars().any(char::is_whitespace) && field != "clientName" && field != "poolName" => {
            Err(ApiError::constraint(
                name,
                field,
                "Member must satisfy regular expression pattern: [\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}]+",
            ))
        }
        1..=128 => Ok(name),
        _ => Err(ApiError::constraint(name, field, "Member must have length less than or equal to 128")),
    }
}

/// A page size between `least` and 60; absent and 0 mean 60.
pub(crate) fn limit(value: Option<i64>, field: &str, least: i64) -> Result<usize, ApiError> {
    let Some(limit) = value else { return Ok(PAGE) };
    if limit < least {
        let rule = format!("Member must have value greater than or equal to {least}");
        return Err(ApiError::constraint(&limit.to_string(), field, &rule));
    }
    match usize::try_from(limit) {
        Ok(0) => Ok(PAGE),
        Ok(limit) if limit <= PAGE => Ok(limit),
        _ => Err(ApiError::constraint(&limit.to_string(), field, "Member must have value less than or equal to 60")),
    }
}

/// An app client's id of the right form. Says nothing about whether the client exists.
pub(crate) fn client_id(value: Option<&str>) -> Result<&str, ApiError> {
    let id = required(value, "clientId")?;
    match id.chars().count() {
        0 => Err(ApiError::constraint(id, "clientId", "Member must have length greater than or equal to 1")),
        1..=128 if id.chars().all(|c| c.is_ascii_alphanumeric() || "_+".contains(c)) => Ok(id),
        1..=128 => Err(ApiError::constraint(id, "clientId", "Member must satisfy regular expression pattern: [\\w+]+")),
        _ => Err(ApiError::constraint(id, "clientId", "Member must have length less than or equal to 128")),
    }
}

/// A token of the right form: an access token, or one to renew or revoke.
pub(crate) fn token<'a>(value: Option<&'a str>, field: &str) -> Result<&'a str, ApiError> {
    let token = required(value, field)?;
    if !token.is_empty() && token.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_=.".contains(&b)) {
        return Ok(token);
    }
    // The value is a secret, or was meant to be one: the sentence does not repeat it.
    let rule = "Member must satisfy regular expression pattern: [A-Za-z0-9-_=.]+";
    Err(ApiError::constraint("[token]", field, rule))
}
