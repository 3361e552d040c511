//! The settings of a pool: what AWS fills in, and what it refuses.

use serde_json::{Map, Value, json};

use crate::authentication::levels;
use crate::protocol::ApiError;

/// What `CreateUserPool` and `UpdateUserPool` both take and `DescribeUserPool` shows under the same name.
pub(super) const CHANGEABLE: [&str; 23] = [
    "Policies",
    "DeletionProtection",
    "LambdaConfig",
    "AutoVerifiedAttributes",
    "SmsVerificationMessage",
    "EmailVerificationMessage",
    "EmailVerificationSubject",
    "VerificationMessageTemplate",
    "SmsAuthenticationMessage",
    "MfaConfiguration",
    "UserAttributeUpdateSettings",
    "DeviceConfiguration",
    "EmailConfiguration",
    "SmsConfiguration",
    "UserPoolTags",
    "AdminCreateUserConfig",
    "UserPoolAddOns",
    "AccountRecoverySetting",
    "UserPoolTier",
    "KeyConfiguration",
    "IssuerConfiguration",
    "DcrConfiguration",
    "AcrConfiguration",
];

/// What only `CreateUserPool` takes.
pub(super) const FIXED: [&str; 3] = ["AliasAttributes", "UsernameAttributes", "UsernameConfiguration"];

/// Days that a temporary password is good for, unless said otherwise.
const TEMPORARY_DAYS: i64 = 7;

/// Most tags of one pool.
pub(super) const MOST_TAGS: usize = 50;

/// Fills in what a request left out.
pub(super) fn complete(settings: &mut Map<String, Value>) {
    for (setting, value) in plain_defaults() {
        settings.entry(setting).or_insert(value);
    }
    let unused = read(settings, &["AdminCreateUserConfig", "UnusedAccountValidityDays"]).and_then(Value::as_i64);
    let days = within(settings, "Policies", |policies| complete_policies(policies, unused));
    within(settings, "AdminCreateUserConfig", |config| {
        config.entry("AllowAdminCreateUserOnly").or_insert(false.into());
        config.insert("UnusedAccountValidityDays".to_owned(), days.into());
    });
    let single = [
        ("EmailConfiguration", "EmailSendingAccount", json!("COGNITO_DEFAULT")),
        ("VerificationMessageTemplate", "DefaultEmailOption", json!("CONFIRM_WITH_CODE")),
        ("UserAttributeUpdateSettings", "AttributesRequireVerificationBeforeUpdate", json!([])),
    ];
    for (setting, member, value) in single {
        within(settings, setting, |map| {
            map.entry(member).or_insert(value);
        });
    }
    let messages = [
        ("SmsVerificationMessage", "SmsMessage"),
        ("EmailVerificationMessage", "EmailMessage"),
        ("EmailVerificationSubject", "EmailSubject"),
    ];
    for (old, new) in messages {
        mirror(settings, old, "VerificationMessageTemplate", new);
    }
    within(settings, "LambdaConfig", complete_token_trigger);
    settings.insert("AcrConfiguration".to_owned(), levels::shown(settings));
}

fn plain_defaults() -> Map<String, Value> {
    members(json!({
        "DeletionProtection": "INACTIVE",
        "MfaConfiguration": "OFF",
        "UserPoolTags": {},
        "UserPoolTier": "ESSENTIALS",
    }))
}

/// Completes both policies and gives the days that a temporary password is good for.
fn complete_policies(policies: &mut Map<String, Value>, unused_days: Option<i64>) -> i64 {
    if !policies.contains_key("PasswordPolicy") {
        let all = json!({
            "MinimumLength": 8,
            "RequireUppercase": true,
            "RequireLowercase": true,
            "RequireNumbers": true,
            "RequireSymbols": true,
        });
        policies.insert("PasswordPolicy".to_owned(), all);
    }
    let days = within(policies, "PasswordPolicy", |policy| complete_password_policy(policy, unused_days));
    within(policies, "SignInPolicy", |policy| {
        let factors = policy.entry("AllowedFirstAuthFactors").or_insert_with(|| json!([]));
        if let Value::Array(factors) = factors
            && !factors.iter().any(|factor| factor == "PASSWORD")
        {
            factors.insert(0, "PASSWORD".into());
        }
    });
    days
}

fn complete_password_policy(policy: &mut Map<String, Value>, unused_days: Option<i64>) -> i64 {
    policy.entry("MinimumLength").or_insert(8.into());
    for rule in ["RequireUppercase", "RequireLowercase", "RequireNumbers", "RequireSymbols"] {
        policy.entry(rule).or_insert(false.into());
    }
    let given = policy.get("TemporaryPasswordValidityDays").and_then(Value::as_i64);
    let days = given.filter(|days| *days > 0).or(unused_days.filter(|days| *days > 0)).unwrap_or(TEMPORARY_DAYS);
    policy.insert("TemporaryPasswordValidityDays".to_owned(), days.into());
    days
}

/// The old name of the trigger and the versioned one are two views of one setting.
fn complete_token_trigger(triggers: &mut Map<String, Value>) {
    let old = triggers.get("PreTokenGeneration").cloned();
    match (old, read(triggers, &["PreTokenGenerationConfig", "LambdaArn"]).cloned()) {
        (Some(arn), None) => {
            let versioned = json!({ "LambdaVersion": "V1_0", "LambdaArn": arn });
            triggers.insert("PreTokenGenerationConfig".to_owned(), versioned);
        }
        (None, Some(arn)) => {
            triggers.insert("PreTokenGeneration".to_owned(), arn);
        }
        _ => {}
    }
}

/// Two names of one message: whichever is given is shown under both.
fn mirror(settings: &mut Map<String, Value>, old: &str, parent: &str, new: &str) {
    match (settings.get(old).cloned(), read(settings, &[parent, new]).cloned()) {
        (_, Some(value)) => {
            settings.insert(old.to_owned(), value);
        }
        (Some(value), None) => {
            within(settings, parent, |map| map.insert(new.to_owned(), value));
        }
        (None, None) => {}
    }
}

/// Refuses what AWS refuses. The settings must be complete.
pub(super) fn check(settings: &Map<String, Value>) -> Result<(), ApiError> {
    check_names(settings)?;
    check_recovery(settings)?;
    check_levels(settings)?;
    check_triggers(settings)?;
    check_messages(settings)?;
    check_tags(settings)?;
    check_factors(settings)?;
    check_tier(settings)
}

/// The settings as a request words them, before anything is filled in.
pub(super) fn check_given(settings: &Map<String, Value>) -> Result<(), ApiError> {
    let unused = read(settings, &["AdminCreateUserConfig", "UnusedAccountValidityDays"]).and_then(Value::as_i64);
    let policy = read(settings, &["Policies", "PasswordPolicy", "TemporaryPasswordValidityDays"]);
    match (unused, policy.and_then(Value::as_i64)) {
        (Some(old), Some(new)) if old != new => Err(ApiError::invalid(
            "Please use TemporaryPasswordValidityDays in PasswordPolicy instead of UnusedAccountValidityDays.",
        )),
        _ => Ok(()),
    }
}

fn check_names(settings: &Map<String, Value>) -> Result<(), ApiError> {
    if !texts(settings, &["AliasAttributes"]).is_empty() && !texts(settings, &["UsernameAttributes"]).is_empty() {
        let message = "Only one of the aliasAttributes or usernameAttributes can be set in a user pool.";
        return Err(ApiError::invalid(message));
    }
    let verified = texts(settings, &["AutoVerifiedAttributes"]);
    let path = ["UserAttributeUpdateSettings", "AttributesRequireVerificationBeforeUpdate"];
    match texts(settings, &path).iter().find(|name| !verified.contains(name)) {
        Some(name) => Err(ApiError::invalid(format!(
            "AttributesRequireVerificationBeforeUpdate may only name auto-verified attributes, and {name} is not one."
        ))),
        None => Ok(()),
    }
}

fn check_recovery(settings: &Map<String, Value>) -> Result<(), ApiError> {
    let path = ["AccountRecoverySetting", "RecoveryMechanisms"];
    let mechanisms = read(settings, &path).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let all = |member: &str| mechanisms.iter().filter_map(|m| m.get(member)).collect::<Vec<_>>();
    let (names, priorities) = (all("Name"), all("Priority"));
    let twice = |list: &[&Value]| list.iter().enumerate().any(|(at, value)| list[..at].contains(value));
    if names.len() > 1 && names.iter().any(|name| *name == "admin_only") {
        return Err(ApiError::invalid("The recovery mechanism admin_only cannot be combined with others."));
    }
    if twice(&names) || twice(&priorities) {
        return Err(ApiError::invalid("Recovery mechanisms must have different names and different priorities."));
    }
    Ok(())
}

/// Every level has a name of its own, those that keep the usual one included.
fn check_levels(settings: &Map<String, Value>) -> Result<(), ApiError> {
    let names = levels::names(settings);
    match names.iter().enumerate().find(|(at, name)| names[..*at].contains(name)) {
        Some((_, name)) => Err(ApiError::invalid(format!("AcrConfiguration names two levels {name}."))),
        None => Ok(()),
    }
}

fn check_triggers(settings: &Map<String, Value>) -> Result<(), ApiError> {
    let Some(Value::Object(triggers)) = settings.get("LambdaConfig") else { return Ok(()) };
    let sends = ["CustomSMSSender", "CustomEmailSender"].iter().any(|name| triggers.contains_key(*name));
    if sends && !triggers.contains_key("KMSKeyID") {
        return Err(ApiError::invalid("KMSKeyID is required when a custom sender trigger is configured."));
    }
    let old = triggers.get("PreTokenGeneration");
    if old != read(triggers, &["PreTokenGenerationConfig", "LambdaArn"]) {
        let message = "PreTokenGeneration and the LambdaArn of PreTokenGenerationConfig must be the same.";
        return Err(ApiError::invalid(message));
    }
    for (name, value) in triggers.iter().filter(|(name, _)| *name != "KMSKeyID") {
        let arn = value.as_str().or_else(|| value.get("LambdaArn")?.as_str()).unwrap_or_default();
        let parts: Vec<&str> = arn.split(':').collect();
        let qualifier = parts.get(7).copied().unwrap_or_default();
        if parts.get(2) == Some(&"lambda") && !qualifier.is_empty() && qualifier.bytes().all(|b| b.is_ascii_digit()) {
            let message = format!("{name}: the ARN of a version of a function is not accepted, that of an alias is.");
            return Err(ApiError::invalid(message));
        }
    }
    Ok(())
}

fn check_messages(settings: &Map<String, Value>) -> Result<(), ApiError> {
    let email = settings.get("EmailConfiguration");
    let developer = email.and_then(|e| e.get("EmailSendingAccount")).is_some_and(|account| account == "DEVELOPER");
    if developer && email.and_then(|e| e.get("SourceArn")).is_none() {
        return Err(ApiError::invalid("SourceArn is required if EmailSendingAccount is DEVELOPER."));
    }
    let sms = settings.get("SmsConfiguration");
    if let Some(sms) = sms
        && sms.get("SnsCallerArn").is_some() == sms.get("EumsSms").is_some()
    {
        return Err(ApiError::invalid("SmsConfiguration needs either SnsCallerArn or EumsSms."));
    }
    let key = settings.get("KeyConfiguration");
    let own = key.and_then(|k| k.get("KeyType")).is_some_and(|kind| kind == "CUSTOMER_MANAGED_KEY");
    if own && key.and_then(|k| k.get("KmsKeyArn")).is_none() {
        return Err(ApiError::invalid("KmsKeyArn is required if KeyType is CUSTOMER_MANAGED_KEY."));
    }
    Ok(())
}

fn check_tags(settings: &Map<String, Value>) -> Result<(), ApiError> {
    let Some(Value::Object(tags)) = settings.get("UserPoolTags") else { return Ok(()) };
    let refused = |message: &str| Err(ApiError::new("UserPoolTaggingException", message));
    if tags.len() > MOST_TAGS {
        return refused("A user pool can have at most 50 tags.");
    }
    if tags.keys().any(|key| reserved_tag(key)) {
        return refused("Tag keys that begin with aws: are reserved.");
    }
    Ok(())
}

pub(super) fn reserved_tag(key: &str) -> bool {
    key.to_ascii_lowercase().starts_with("aws:")
}

/// Codes as a first factor cannot go with a second factor that everyone must have.
fn check_factors(settings: &Map<String, Value>) -> Result<(), ApiError> {
    let factors = first_factors(settings);
    if factors.contains(&"SOFTWARE_TOKEN") {
        return Err(ApiError::invalid("SOFTWARE_TOKEN is not supported as a first factor."));
    }
    let codes = factors.iter().any(|factor| matches!(*factor, "EMAIL_OTP" | "SMS_OTP"));
    if codes && settings.get("MfaConfiguration").is_some_and(|mfa| mfa == "ON") {
        let message = "One-time passwords cannot be a first factor in a user pool that requires MFA.";
        return Err(ApiError::invalid(message));
    }
    Ok(())
}

fn check_tier(settings: &Map<String, Value>) -> Result<(), ApiError> {
    let tier = tier(settings);
    let trigger = read(settings, &["LambdaConfig", "PreTokenGenerationConfig", "LambdaVersion"]);
    let guard = read(settings, &["UserPoolAddOns", "AdvancedSecurityMode"]);
    let levels =
        levels::names(settings).iter().zip(1..).any(|(name, level)| *name != format!("urn:cognito:loa:{level}"));
    let history = read(settings, &["Policies", "PasswordPolicy", "PasswordHistorySize"]).and_then(Value::as_i64);
    let features = [
        ("Choice-based sign-in without a password", first_factors(settings).len() > 1, "ESSENTIALS"),
        ("Access token customization", trigger.is_some_and(|version| version != "V1_0"), "ESSENTIALS"),
        ("Password history", history.is_some_and(|size| size > 0), "ESSENTIALS"),
        ("Names of authentication levels", levels, "ESSENTIALS"),
        ("Threat protection", guard.is_some_and(|mode| mode != "OFF"), "PLUS"),
    ];
    for (feature, used, least) in features {
        if used && rank(tier) < rank(least) {
            return Err(unavailable(feature, tier));
        }
    }
    Ok(())
}

/// The error for a feature that the pool's plan does not include.
pub(super) fn unavailable(feature: &str, tier: &str) -> ApiError {
    ApiError::new("FeatureUnavailableInTierException", format!("{feature} is not available in the {tier} plan."))
}

pub(super) fn tier(settings: &Map<String, Value>) -> &str {
    settings.get("UserPoolTier").and_then(Value::as_str).unwrap_or("ESSENTIALS")
}

/// Plans in the order of what they include.
pub(super) fn rank(tier: &str) -> usize {
    ["LITE", "ESSENTIALS", "PLUS"].iter().position(|known| *known == tier).unwrap_or_default()
}

fn first_factors(settings: &Map<String, Value>) -> Vec<&str> {
    texts(settings, &["Policies", "SignInPolicy", "AllowedFirstAuthFactors"])
}

fn texts<'a>(settings: &'a Map<String, Value>, path: &[&str]) -> Vec<&'a str> {
    let list = read(settings, path).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_str).collect()
}

/// The value at the end of `path`.
fn read<'a>(settings: &'a Map<String, Value>, path: &[&str]) -> Option<&'a Value> {
    let (first, rest) = path.split_first()?;
    rest.iter().try_fold(settings.get(*first)?, |value, member| value.get(*member))
}

/// Changes the object under `name`, which is made if it is not there.
fn within<T>(settings: &mut Map<String, Value>, name: &str, change: impl FnOnce(&mut Map<String, Value>) -> T) -> T {
    let mut map = settings.remove(name).map(members).unwrap_or_default();
    let result = change(&mut map);
    settings.insert(name.to_owned(), map.into());
    result
}

fn members(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}
