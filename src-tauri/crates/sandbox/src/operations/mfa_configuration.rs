//! Second factors and passkeys of a pool.

use serde_json::{Map, Value, json};

use super::input::Input;
use super::{Answered, Call, output, pool_settings};
use crate::directory::Pool;
use crate::protocol::ApiError;

/// Kept beside the settings, because `DescribeUserPool` does not show them.
const OWN: [&str; 3] = ["SoftwareTokenMfaConfiguration", "EmailMfaConfiguration", "WebAuthnConfiguration"];

/// `SetUserPoolMfaConfig`: what is left out stays.
pub(super) fn set(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    let now_ms = call.moment.now_ms;
    let pool = call.pool(input.maybe("UserPoolId"))?;
    let mut settings = pool.settings.clone();
    settings.extend(input.only(&["MfaConfiguration"]));
    if let Some(Value::Object(sms)) = input.only(&["SmsMfaConfiguration"]).remove("SmsMfaConfiguration") {
        settings.extend(sms);
    }
    let mut own = pool.resources.mfa.clone();
    own.extend(input.only(&OWN));
    let enabled = |own: &Map<String, Value>| own.get(OWN[0]).and_then(|c| c.get("Enabled")) == Some(&true.into());
    let factors = enabled(&own) || own.contains_key(OWN[1]) || settings.contains_key("SmsConfiguration");
    let given = input.only(&OWN);
    let configures = enabled(&given) || given.contains_key(OWN[1]) || input.has("SmsMfaConfiguration");
    let off = settings.get("MfaConfiguration").is_none_or(|mode| mode == "OFF");
    if off && configures {
        let message = "Invalid MFA configuration given, can't turn off MFA and configure an MFA together.";
        return Err(ApiError::invalid(message));
    }
    if !off && !factors {
        return Err(ApiError::invalid("Invalid MFA configuration given, can't turn on MFA without an MFA method."));
    }
    check_features(&settings, &given)?;
    pool_settings::check(&settings)?;
    pool.settings = settings;
    pool.resources.mfa = own;
    pool.modified_ms = now_ms;
    settle(pool);
    shown(pool)
}

fn check_features(settings: &Map<String, Value>, given: &Map<String, Value>) -> Result<(), ApiError> {
    let tier = pool_settings::tier(settings);
    let passkeys = given.get("WebAuthnConfiguration");
    let passkey_mfa = passkeys.and_then(|c| c.get("FactorConfiguration")).is_some_and(|f| f != "SINGLE_FACTOR");
    if tier == "LITE" && given.contains_key("EmailMfaConfiguration") {
        return Err(pool_settings::unavailable("E-mail MFA", tier));
    }
    if tier == "LITE" && passkey_mfa {
        return Err(pool_settings::unavailable("MFA with passkeys", tier));
    }
    let sender = settings.get("EmailConfiguration").and_then(|e| e.get("EmailSendingAccount"));
    if given.contains_key("EmailMfaConfiguration") && sender.is_none_or(|sender| sender != "DEVELOPER") {
        let message = "E-mail MFA needs an e-mail configuration of your own with EmailSendingAccount DEVELOPER.";
        return Err(ApiError::invalid(message));
    }
    Ok(())
}

/// Without MFA no factor is configured; with it and none named, authenticator apps are the factor.
pub(super) fn settle(pool: &mut Pool) {
    let off = pool.settings.get("MfaConfiguration").is_none_or(|mode| mode == "OFF");
    let own = &mut pool.resources.mfa;
    if off {
        own.remove("SoftwareTokenMfaConfiguration");
        own.remove("EmailMfaConfiguration");
    } else if own.get("EmailMfaConfiguration").is_none() && !pool.settings.contains_key("SmsConfiguration") {
        own.insert("SoftwareTokenMfaConfiguration".to_owned(), json!({ "Enabled": true }));
    }
}

/// `GetUserPoolMfaConfig`.
pub(super) fn get(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    shown(call.pool(input.maybe("UserPoolId"))?)
}

fn shown(pool: &Pool) -> Answered {
    let mut out = pool.resources.mfa.clone();
    let setting = |name: &str| pool.settings.get(name).cloned();
    out.insert("MfaConfiguration".to_owned(), setting("MfaConfiguration").unwrap_or_else(|| json!("OFF")));
    if let Some(sms) = setting("SmsConfiguration") {
        let mut shown = json!({ "SmsConfiguration": sms });
        if let Some(message) = setting("SmsAuthenticationMessage") {
            shown["SmsAuthenticationMessage"] = message;
        }
        out.insert("SmsMfaConfiguration".to_owned(), shown);
    }
    output(&out)
}
