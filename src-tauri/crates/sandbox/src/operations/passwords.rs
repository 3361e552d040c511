//! The password policy of a pool.

use serde_json::Value;

use crate::directory::users::Moment;
use crate::directory::{LOWER, Pool, World};
use crate::protocol::ApiError;

const DAY_MS: i64 = 86_400_000;
/// Longest password, in characters.
const LONGEST: usize = 256;

fn policy<'a>(pool: &'a Pool, rule: &str) -> Option<&'a Value> {
    pool.settings.get("Policies")?.get("PasswordPolicy")?.get(rule)
}

fn least(pool: &Pool) -> usize {
    policy(pool, "MinimumLength").and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok()).unwrap_or(6)
}

/// Holds a password against the policy of the pool.
///
/// # Errors
/// `InvalidPasswordException` that names the first rule broken.
pub(crate) fn conform(pool: &Pool, password: &str) -> Result<(), ApiError> {
    let demands = |rule: &str| policy(pool, rule).and_then(Value::as_bool) == Some(true);
    let symbol = |c: char| c.is_ascii_punctuation() || c == ' ';
    let length = password.chars().count();
    let why = if length < least(pool) {
        "Password not long enough"
    } else if demands("RequireUppercase") && !password.contains(|c: char| c.is_ascii_uppercase()) {
        "Password must have uppercase characters"
    } else if demands("RequireLowercase") && !password.contains(|c: char| c.is_ascii_lowercase()) {
        "Password must have lowercase characters"
    } else if demands("RequireNumbers") && !password.contains(|c: char| c.is_ascii_digit()) {
        "Password must have numeric characters"
    } else if demands("RequireSymbols") && !password.contains(symbol) {
        "Password must have symbol characters"
    } else if length > LONGEST {
        "Password too long"
    } else {
        return Ok(());
    };
    Err(ApiError::new("InvalidPasswordException", format!("Password did not conform with policy: {why}")))
}

/// Holds a password against those the person has had (`PasswordHistorySize`).
///
/// # Errors
/// `PasswordHistoryPolicyViolationException`.
pub(crate) fn unused(pool: &Pool, user: u32, password: &str) -> Result<(), ApiError> {
    let size = policy(pool, "PasswordHistorySize").and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok());
    let used = pool.account(user).is_some_and(|account| account.credentials.used(password, size.unwrap_or_default()));
    if used {
        let message = "Password has already been used.";
        return Err(ApiError::new("PasswordHistoryPolicyViolationException", message));
    }
    Ok(())
}

/// When a temporary password that is set now stops working.
pub(crate) fn temporary_until(pool: &Pool, moment: Moment) -> i64 {
    let unused = || pool.settings.get("AdminCreateUserConfig").and_then(|c| c.get("UnusedAccountValidityDays"));
    let days = policy(pool, "TemporaryPasswordValidityDays").or_else(unused).and_then(Value::as_i64);
    moment.now_ms + days.filter(|days| *days > 0).unwrap_or(7) * DAY_MS
}

/// A temporary password that conforms to the policy of any pool.
pub(crate) fn made_up(world: &mut World, pool: &str) -> String {
    let length = world.pools.get(pool).map_or(0, least).max(16);
    format!("Tmp-{}9!", world.random_text(LOWER, length - 6))
}

/// Whether a person with or without `email` and `phone` can do without a password: the pool sends one-time passwords.
pub(crate) fn dispensable(pool: &Pool, email: bool, phone: bool) -> bool {
    (email && pool.first_factor("EMAIL_OTP")) || (phone && pool.first_factor("SMS_OTP"))
}
