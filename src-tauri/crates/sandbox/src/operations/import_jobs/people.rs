//! How a row of the file becomes a person, or why it does not.

use serde_json::Value;

use super::file::{Entry, Reason};
use crate::directory::Pool;
use crate::directory::account::imported::Imported;
use crate::directory::import::Fate;
use crate::directory::schema::id;
use crate::directory::user::Status;
use crate::directory::users::Moment;
use crate::operations::attributes::{self, Attribute, VERIFIABLE};
use crate::operations::passwords;
use crate::operations::sign_up::Newcomer;
use crate::protocol::ApiError;

/// What became of a row, and why.
pub(super) type Verdict = (Fate, String);

fn failed(why: impl Into<Reason>) -> Verdict {
    (Fate::Failed, why.into().0)
}

fn refused(error: ApiError) -> Verdict {
    match error.code.as_str() {
        "UsernameExistsException" => (Fate::Skipped, "The user already exists.".to_owned()),
        _ => failed(error.message),
    }
}

/// Makes the person, if everything about the row is right. Existing people are never changed.
pub(super) fn import(
    pool: &mut Pool,
    entry: Entry,
    algorithm: Option<&str>,
    sub: &str,
    moment: Moment,
) -> Result<(), Verdict> {
    check_username(&entry.username).map_err(failed)?;
    let given = entry.attributes.into_iter();
    let given = given.map(|(at, value)| Attribute { name: pool.schema.name(at).to_owned(), value });
    let given: Vec<Attribute> = given.collect();
    let mut changes = attributes::read(pool, given).map_err(refused)?;
    let username = attributes::canonical(pool, entry.username, sub, &mut changes).map_err(refused)?;
    let value = |attribute| attributes::value(&changes, attribute).filter(|value| !value.is_empty());
    check_verified(pool, &value).map_err(failed)?;
    check_mfa(pool, entry.mfa).map_err(failed)?;
    attributes::demand_required(pool, &changes).map_err(refused)?;
    let hash = entry.hash.map(|hash| check_hash(algorithm, &hash)).transpose().map_err(failed)?;
    let passwordless = passwords::dispensable(pool, value(id::EMAIL).is_some(), value(id::PHONE).is_some());
    let has_phone = value(id::PHONE).is_some();
    attributes::claim_aliases(pool, &changes, None, false, moment).map_err(refused)?;
    let status = if hash.is_some() || passwordless { Status::Confirmed } else { Status::ResetRequired };
    let at = Newcomer { username: &username, sub, attributes: &changes, status }.enter(pool, moment);
    if let Some(hash) = hash {
        pool.account_mut(at).credentials.imported = Some(hash);
    }
    if entry.mfa == Some(true) && has_phone {
        pool.change(at, moment, |user| user.factors.sms = true);
    }
    Ok(())
}

fn check_username(username: &str) -> Result<(), &'static str> {
    match username.chars().count() {
        0 => Err("cognito:username is required."),
        1..=128 if username.contains(char::is_whitespace) => Err("cognito:username must not have spaces."),
        1..=128 => Ok(()),
        _ => Err("cognito:username is longer than 128 characters."),
    }
}

/// What is called verified must be there, and something that the pool verifies must be verified.
fn check_verified<'a>(pool: &Pool, value: &impl Fn(u8) -> Option<&'a str>) -> Result<(), Reason> {
    let verified = pool.settings.get("AutoVerifiedAttributes").and_then(Value::as_array);
    let mut any = false;
    for (attribute, flag) in VERIFIABLE {
        let name = pool.schema.name(attribute);
        let says = value(flag) == Some("true");
        if says && value(attribute).is_none() {
            return Err(format!("{name} is required where {name}_verified is TRUE.").into());
        }
        any |= says && verified.is_some_and(|list| list.iter().any(|item| item == name));
    }
    if any {
        Ok(())
    } else {
        Err("email_verified or phone_number_verified must be TRUE for an attribute that the user pool verifies.".into())
    }
}

fn check_hash(algorithm: Option<&str>, hash: &str) -> Result<Imported, Reason> {
    match algorithm {
        Some(algorithm) => Imported::of(algorithm, hash).map_err(|refused| refused.to_string().into()),
        None => Err("The row has a password hash, but the job names no algorithm.".into()),
    }
}

fn check_mfa(pool: &Pool, given: Option<bool>) -> Result<(), &'static str> {
    match (pool.settings.get("MfaConfiguration").and_then(Value::as_str), given) {
        (Some("ON"), Some(false)) => Err("cognito:mfa_enabled must be TRUE or blank in a user pool that requires MFA."),
        (None | Some("OFF"), Some(true)) => {
            Err("cognito:mfa_enabled must be FALSE or blank in a user pool without MFA.")
        }
        _ => Ok(()),
    }
}
