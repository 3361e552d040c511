//! Second factors: which are on, which comes first, and authenticator apps.

use serde::Deserialize;
use serde_json::json;

use super::users::OnePerson;
use super::{Answered, Call, nothing, output};
use crate::authentication::sessions::Challenge;
use crate::authentication::totp;
use crate::directory::Pool;
use crate::directory::account::factors::{self, SoftwareToken};
use crate::directory::schema::id;
use crate::directory::user::{Factor, Status};
use crate::protocol::{ApiError, check};

/// The alphabet of base32 (RFC 4648).
const BASE32: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "PascalCase", default)]
#[derive(Default)]
struct Setting {
    enabled: bool,
    preferred_mfa: bool,
}

#[derive(Deserialize)]
struct Preferences {
    #[serde(rename = "AccessToken")]
    access_token: Option<String>,
    #[serde(rename = "SMSMfaSettings")]
    sms: Option<Setting>,
    #[serde(rename = "SoftwareTokenMfaSettings")]
    software_token: Option<Setting>,
    #[serde(rename = "EmailMfaSettings")]
    email: Option<Setting>,
    #[serde(rename = "WebAuthnMfaSettings")]
    passkey: Option<Setting>,
}

/// `SetUserMFAPreference`.
pub(super) fn prefer(call: &mut Call<'_>) -> Answered {
    let input: Preferences = call.input()?;
    let bearer = call.bearer(input.access_token.as_deref())?;
    set(call, &bearer.pool_id, bearer.user, &input)
}

/// `AdminSetUserMFAPreference`.
pub(super) fn admin_prefer(call: &mut Call<'_>) -> Answered {
    let person: OnePerson = call.input()?;
    let input: Preferences = call.input()?;
    let (pool, at) = person.find(call)?;
    let pool = pool.id.clone();
    set(call, &pool, at, &input)
}

/// What is left out stays as it is.
fn set(call: &mut Call<'_>, pool: &str, at: u32, input: &Preferences) -> Answered {
    let moment = call.moment;
    let pool = call.pool(Some(pool))?;
    let mut chosen = pool.users.get(at).ok_or_else(ApiError::no_user)?.factors;
    if input.passkey.is_some_and(|setting| setting.enabled) {
        return Err(ApiError::invalid("Passkey MFA is not enabled for the user pool."));
    }
    let settings =
        [(Factor::SoftwareToken, input.software_token), (Factor::Sms, input.sms), (Factor::Email, input.email)];
    let given = || settings.iter().filter_map(|(factor, setting)| setting.map(|setting| (*factor, setting)));
    if given().filter(|(_, setting)| setting.preferred_mfa).count() > 1 {
        return Err(ApiError::invalid("Only one MFA method can be preferred."));
    }
    for (factor, setting) in given() {
        if setting.preferred_mfa && !setting.enabled {
            let message = format!("{} cannot be preferred while it is not enabled.", factor.as_str());
            return Err(ApiError::invalid(message));
        }
        if setting.enabled {
            ready(pool, at, factor)?;
        }
        match factor {
            Factor::SoftwareToken => chosen.totp = setting.enabled,
            Factor::Sms => chosen.sms = setting.enabled,
            Factor::Email => chosen.email = setting.enabled,
        }
        if setting.preferred_mfa {
            chosen.preferred = Some(factor);
        } else if chosen.preferred == Some(factor) {
            chosen.preferred = None;
        }
    }
    chosen.legacy_sms &= chosen.sms;
    pool.change(at, moment, |user| user.factors = chosen);
    nothing()
}

/// Whether a person has what a factor needs.
fn ready(pool: &Pool, at: u32, factor: Factor) -> Result<(), ApiError> {
    let user = pool.users.get(at).ok_or_else(ApiError::no_user)?;
    let lacks = |what: &str| Err(ApiError::invalid(what));
    match factor {
        // Who has it on has verified it, made-up people included.
        Factor::SoftwareToken
            if !user.factors.totp
                && pool.account(at).is_none_or(|account| account.factors.software_token.is_none()) =>
        {
            lacks("User has not verified software token mfa")
        }
        Factor::Sms if user.attribute(id::PHONE).is_none() => {
            lacks("User does not have delivery config set to turn on SMS_MFA")
        }
        Factor::Email if user.attribute(id::EMAIL).is_none() => {
            lacks("User does not have delivery config set to turn on EMAIL_OTP")
        }
        Factor::Email if pool.settings.get("UserPoolTier").is_some_and(|tier| tier == "LITE") => {
            lacks("Email MFA needs a user pool of the Essentials tier or higher.")
        }
        _ => Ok(()),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct MfaOption {
    delivery_medium: Option<String>,
    attribute_name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Settings {
    access_token: Option<String>,
    #[serde(rename = "MFAOptions")]
    options: Option<Vec<MfaOption>>,
}

/// `SetUserSettings`: no longer supported by AWS, and still answered.
pub(super) fn settings(call: &mut Call<'_>) -> Answered {
    let input: Settings = call.input()?;
    let bearer = call.bearer(input.access_token.as_deref())?;
    set_options(call, &bearer.pool_id, bearer.user, input.options)
}

/// `AdminSetUserSettings`: no longer supported by AWS, and still answered.
pub(super) fn admin_settings(call: &mut Call<'_>) -> Answered {
    let person: OnePerson = call.input()?;
    let input: Settings = call.input()?;
    let (pool, at) = person.find(call)?;
    let pool = pool.id.clone();
    set_options(call, &pool, at, input.options)
}

fn set_options(call: &mut Call<'_>, pool: &str, at: u32, options: Option<Vec<MfaOption>>) -> Answered {
    let options = options.ok_or_else(|| ApiError::constraint("null", "mFAOptions", "Member must not be null"))?;
    let moment = call.moment;
    let pool = call.pool(Some(pool))?;
    for option in &options {
        let sms = option.delivery_medium.as_deref() == Some("SMS");
        if !sms || option.attribute_name.as_deref() != Some("phone_number") {
            return Err(ApiError::invalid("Only SMS to phone_number can be set as an MFA option."));
        }
        ready(pool, at, Factor::Sms)?;
    }
    let on = !options.is_empty();
    pool.change(at, moment, |user| {
        user.factors.legacy_sms = on;
        user.factors.sms = on;
        if !on && user.factors.preferred == Some(Factor::Sms) {
            user.factors.preferred = None;
        }
    });
    nothing()
}

/// Refuses where the pool does not offer authenticator apps.
fn offered(pool: &Pool) -> Result<(), ApiError> {
    if pool.offers_software_tokens() {
        return Ok(());
    }
    let message = "Software Token MFA is not enabled by the user pool.";
    Err(ApiError::new("SoftwareTokenMFANotFoundException", message))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Associate {
    access_token: Option<String>,
    session: Option<String>,
}

/// `AssociateSoftwareToken`: gives out a secret, which counts when a right code is shown.
pub(super) fn associate(call: &mut Call<'_>) -> Answered {
    let input: Associate = call.input()?;
    let secret = call.world.random_text(BASE32, 52);
    if input.access_token.is_some() == input.session.is_some() {
        return Err(ApiError::invalid("Give either an access token or a session."));
    }
    let Some(session) = input.session else {
        let bearer = call.bearer(input.access_token.as_deref())?;
        let pool = call.pool(Some(&bearer.pool_id))?;
        offered(pool)?;
        pool.account_mut(bearer.user).factors.pending = Some(secret.clone());
        return output(&json!({ "SecretCode": secret }));
    };
    let now_ms = call.moment.now_ms;
    let mut waiting = call.world.sessions.take(&session, now_ms)?;
    let Challenge::Setup { secret: kept, verified } = &mut waiting.challenge else { return Err(wrong_session()) };
    *kept = Some(secret.clone());
    *verified = false;
    let next = call.world.open_session(waiting, now_ms);
    output(&json!({ "SecretCode": secret, "Session": next }))
}

fn wrong_session() -> ApiError {
    ApiError::new("NotAuthorizedException", "Invalid session for the user.")
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Verify {
    access_token: Option<String>,
    session: Option<String>,
    user_code: Option<String>,
    friendly_device_name: Option<String>,
}

/// `VerifySoftwareToken`: replaces the authenticator app before. Does not turn the factor on.
pub(super) fn verify(call: &mut Call<'_>) -> Answered {
    let input: Verify = call.input()?;
    let code = check::required(input.user_code.as_deref(), "userCode")?;
    if code.len() != 6 || !code.bytes().all(|b| b.is_ascii_digit()) {
        return Err(ApiError::constraint(code, "userCode", "Member must satisfy regular expression pattern: [0-9]+"));
    }
    if input.access_token.is_some() == input.session.is_some() {
        return Err(ApiError::invalid("Give either an access token or a session."));
    }
    let now_ms = call.moment.now_ms;
    let name = input.friendly_device_name;
    let Some(session) = input.session else {
        let bearer = call.bearer(input.access_token.as_deref())?;
        let pool = call.pool(Some(&bearer.pool_id))?;
        offered(pool)?;
        let known = &mut pool.account_mut(bearer.user).factors;
        let secret = known.pending.clone().ok_or_else(no_secret)?;
        known.software_token = Some(proved(secret, code, name, now_ms)?);
        known.pending = None;
        return output(&json!({ "Status": "SUCCESS" }));
    };
    let mut waiting = call.world.sessions.take(&session, now_ms)?;
    let (pool, user) = (waiting.progress.pool.clone(), waiting.progress.user);
    let (Challenge::Setup { secret, verified }, Some(user)) = (&mut waiting.challenge, user) else {
        return Err(wrong_session());
    };
    let shown = secret.clone().ok_or_else(no_secret).and_then(|secret| proved(secret, code, name, now_ms));
    let token = match shown {
        Ok(token) => token,
        Err(error) => {
            call.world.sessions.put_back(&session, waiting);
            return Err(error);
        }
    };
    *verified = true;
    call.pool(Some(&pool))?.account_mut(user).factors.software_token = Some(token);
    let next = call.world.open_session(waiting, now_ms);
    output(&json!({ "Status": "SUCCESS", "Session": next }))
}

fn no_secret() -> ApiError {
    ApiError::new("SoftwareTokenMFANotFoundException", "Software token not found: associate one first.")
}

fn proved(secret: String, code: &str, name: Option<String>, now_ms: i64) -> Result<SoftwareToken, ApiError> {
    let mismatch = || ApiError::new("EnableSoftwareTokenMFAException", "Code mismatch");
    let step = totp::step(&secret, code, now_ms).ok_or_else(mismatch)?;
    Ok(SoftwareToken { secret, name, last_step: Some(step) })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct List {
    access_token: Option<String>,
}

/// `GetUserAuthFactors`.
pub(super) fn list(call: &mut Call<'_>) -> Answered {
    let input: List = call.input()?;
    let bearer = call.bearer(input.access_token.as_deref())?;
    listed(call.pool(Some(&bearer.pool_id))?, bearer.user)
}

/// `AdminGetUserAuthFactors`.
pub(super) fn admin_list(call: &mut Call<'_>) -> Answered {
    let input: OnePerson = call.input()?;
    let (pool, at) = input.find(call)?;
    listed(pool, at)
}

fn listed(pool: &Pool, at: u32) -> Answered {
    let user = pool.users.get(at).ok_or_else(ApiError::no_user)?;
    let account = pool.account(at);
    // Nobody knows the passwords of those whom the seed made, yet they have one.
    let password = account.map_or(user.status != Status::ExternalProvider, |a| a.credentials.exist());
    let configured = [
        (password, "PASSWORD"),
        (user.attribute(id::EMAIL).is_some() && (pool.first_factor("EMAIL_OTP") || user.factors.email), "EMAIL_OTP"),
        (user.attribute(id::PHONE).is_some() && (pool.first_factor("SMS_OTP") || user.factors.sms), "SMS_OTP"),
        (account.is_some_and(|account| !account.passkeys.registered.is_empty()), "WEB_AUTHN"),
        (account.is_some_and(|account| account.factors.software_token.is_some()), "SOFTWARE_TOKEN"),
    ];
    let mut out = json!({
        "Username": user.username(),
        "UserMFASettingList": user.factors.active().map(Factor::as_str).collect::<Vec<_>>(),
        "ConfiguredUserAuthFactors": configured.iter().filter(|(has, _)| *has).map(|(_, name)| *name).collect::<Vec<_>>(),
    });
    if let Some(preferred) = user.factors.preferred {
        out["PreferredMfaSetting"] = preferred.as_str().into();
    }
    output(&out)
}

/// `AdminDeleteSoftwareToken`: the factor is off with it.
pub(super) fn admin_delete(call: &mut Call<'_>) -> Answered {
    let input: OnePerson = call.input()?;
    let moment = call.moment;
    let (pool, at) = input.find(call)?;
    if let Some(account) = pool.accounts.get_mut(&at) {
        account.factors = factors::SecondFactors::default();
    }
    pool.change(at, moment, |user| {
        user.factors.totp = false;
        if user.factors.preferred == Some(Factor::SoftwareToken) {
            user.factors.preferred = None;
        }
    });
    nothing()
}
