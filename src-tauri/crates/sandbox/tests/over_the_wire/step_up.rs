//! Levels of authentication: asked for with `TARGET_ACR_VALUES` and `acr_values`, told with `acr` and `amr`.

use std::time::Duration;

use crate::support::sign_in::{answer, asks, claims, person};
use crate::support::{Live, Own, PASSWORD, live};
use serde_json::{Value, json};
use totp_rs::{Builder, Secret};

const LEVEL: &str = "urn:cognito:loa:";

/// A pool with every factor, and Ada with an address, a number, and an authenticator app.
fn open<'a>(live: &'a Live, pool: &Value) -> (Own<'a>, String) {
    let mut settings = json!({
        "Policies": { "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"] } },
    });
    settings.as_object_mut().unwrap().extend(pool.as_object().unwrap().clone());
    let own = Own::new(live, settings, json!({ "ExplicitAuthFlows": ["ALLOW_USER_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"] }));
    let role = json!({ "SnsCallerArn": "arn:aws:iam::123456789012:role/sms", "ExternalId": "x" });
    let input = json!({
        "MfaConfiguration": "OPTIONAL",
        "SoftwareTokenMfaConfiguration": { "Enabled": true },
        "SmsMfaConfiguration": { "SmsConfiguration": role },
    });
    own.admin("SetUserPoolMfaConfig", input);
    let list = [("email", "ada@x.example"), ("email_verified", "true"), ("phone_number", "+15551234567")];
    person(&own, "ada", &list);
    person(&own, "bob", &[]);
    let access = by_password(&own, "ada", json!({}))["AccessToken"].clone();
    let secret = own.ok("AssociateSoftwareToken", json!({ "AccessToken": access }))["SecretCode"].clone();
    let secret = secret.as_str().unwrap().to_owned();
    own.ok("VerifySoftwareToken", json!({ "AccessToken": access, "UserCode": shown(live, &secret) }));
    (own, secret)
}

/// What the authenticator app shows in the step after the present one.
fn shown(live: &Live, secret: &str) -> String {
    live.sandbox.weather().advance(Duration::from_secs(30));
    let now = live.sandbox.weather().now().as_second();
    let app = Builder::new().with_secret(Secret::try_from_base32(secret).unwrap()).build_noncompliant();
    app.generate(u64::try_from(now).unwrap()).to_string()
}

fn factors(own: &Own<'_>, on: &[&str]) {
    let mut input = json!({ "Username": "ada" });
    for setting in ["SMSMfaSettings", "SoftwareTokenMfaSettings"] {
        input[setting] = json!({ "Enabled": on.contains(&setting), "PreferredMfa": false });
    }
    own.admin("AdminSetUserMFAPreference", input);
}

fn begin(name: &str, more: Value) -> Value {
    let mut parameters = more;
    parameters["USERNAME"] = json!(name);
    json!({ "AuthFlow": "USER_AUTH", "AuthParameters": parameters })
}

/// Signs in with a password and nothing else.
fn by_password(own: &Own<'_>, name: &str, mut more: Value) -> Value {
    more["PREFERRED_CHALLENGE"] = json!("PASSWORD");
    more["PASSWORD"] = json!(PASSWORD);
    own.ok("InitiateAuth", begin(name, more))["AuthenticationResult"].clone()
}

/// `acr` and `amr`, which both tokens tell alike.
fn told(result: &Value) -> (Value, Value) {
    let (id, access) = (claims(&result["IdToken"]), claims(&result["AccessToken"]));
    assert_eq!((&id["acr"], &id["amr"]), (&access["acr"], &access["amr"]));
    (id["acr"].clone(), id["amr"].clone())
}

#[test]
fn tokens_tell_level_and_factors_to_those_who_ask_and_after_a_refresh_too() {
    let live = live(5);
    let (own, _) = open(&live, &json!({}));
    assert_eq!(told(&by_password(&own, "bob", json!({}))), (Value::Null, Value::Null));
    let result = by_password(&own, "bob", json!({ "TARGET_ACR_VALUES": format!("urn:other:9 {LEVEL}1") }));
    assert_eq!(told(&result), (json!(format!("{LEVEL}1")), json!(["pwd"])));
    let again =
        json!({ "AuthFlow": "REFRESH_TOKEN_AUTH", "AuthParameters": { "REFRESH_TOKEN": result["RefreshToken"] } });
    let again = own.ok("InitiateAuth", again)["AuthenticationResult"].clone();
    assert_eq!(told(&again), (json!(format!("{LEVEL}1")), json!(["pwd"])));
}

#[test]
fn a_level_brings_the_factors_it_needs_and_the_first_that_can_be_reached_counts() {
    let live = live(5);
    let (own, secret) = open(&live, &json!({}));
    factors(&own, &["SMSMfaSettings", "SoftwareTokenMfaSettings"]);
    let question = |levels: &str| {
        let more = json!({ "TARGET_ACR_VALUES": levels, "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": PASSWORD });
        own.ok("InitiateAuth", begin("ada", more))
    };
    let asked = question(&format!("{LEVEL}4 {LEVEL}1"));
    asks(&asked, "SOFTWARE_TOKEN_MFA");
    let code = json!({ "SOFTWARE_TOKEN_MFA_CODE": shown(&live, &secret) });
    let result = own.ok("RespondToAuthChallenge", answer(&asked, "ada", code))["AuthenticationResult"].clone();
    assert_eq!(told(&result), (json!(format!("{LEVEL}4")), json!(["pwd", "otp", "mfa"])));
    let asked = question(&format!("{LEVEL}3"));
    asks(&asked, "SMS_MFA");
    let code = json!({ "SMS_MFA_CODE": own.code() });
    let result = own.ok("RespondToAuthChallenge", answer(&asked, "ada", code))["AuthenticationResult"].clone();
    assert_eq!(told(&result), (json!(format!("{LEVEL}3")), json!(["pwd", "sms", "mfa"])));
    // A password does not lead to level 2, a code by e-mail alone does.
    let asked = question(&format!("{LEVEL}2"));
    asks(&asked, "SELECT_CHALLENGE");
    assert_eq!(asked["AvailableChallenges"], json!(["EMAIL_OTP"]));
    let asked = own.ok("RespondToAuthChallenge", answer(&asked, "ada", json!({ "ANSWER": "EMAIL_OTP" })));
    let code = json!({ "EMAIL_OTP_CODE": own.code() });
    let result = own.ok("RespondToAuthChallenge", answer(&asked, "ada", code))["AuthenticationResult"].clone();
    assert_eq!(told(&result), (json!(format!("{LEVEL}2")), json!(["email_otp"])));
    // Bob has but a password.
    let more = json!({ "TARGET_ACR_VALUES": format!("{LEVEL}4 {LEVEL}3 {LEVEL}2") });
    own.fails("InitiateAuth", begin("bob", more), "InvalidParameterException");
    let levels = format!("{LEVEL}4 {LEVEL}1");
    let result = by_password(&own, "bob", json!({ "TARGET_ACR_VALUES": levels }));
    assert_eq!(told(&result).0, json!(format!("{LEVEL}1")));
    own.fails("InitiateAuth", begin("bob", json!({ "TARGET_ACR_VALUES": "urn:other:1" })), "InvalidParameterException");
}

#[test]
fn an_access_token_counts_for_what_it_tells_while_it_is_fresh() {
    let live = live(5);
    let (own, secret) = open(&live, &json!({}));
    let first = by_password(&own, "ada", json!({ "TARGET_ACR_VALUES": format!("{LEVEL}1") }));
    factors(&own, &["SoftwareTokenMfaSettings"]);
    let up = |token: &Value, level: u8, more: Value| {
        let mut parameters = more;
        parameters["ACCESS_TOKEN"] = token.clone();
        parameters["TARGET_ACR_VALUES"] = json!(format!("{LEVEL}{level}"));
        begin("ada", parameters)
    };
    let token = &first["AccessToken"];
    let asked = own.ok("InitiateAuth", up(token, 4, json!({ "MAX_AGE": "600" })));
    asks(&asked, "SOFTWARE_TOKEN_MFA");
    let code = json!({ "SOFTWARE_TOKEN_MFA_CODE": shown(&live, &secret) });
    let result = own.ok("RespondToAuthChallenge", answer(&asked, "ada", code))["AuthenticationResult"].clone();
    assert_eq!(told(&result), (json!(format!("{LEVEL}4")), json!(["pwd", "otp", "mfa"])));
    // As good as asked for; too old; another's; no level named.
    own.fails("InitiateAuth", up(&result["AccessToken"], 4, json!({})), "InvalidParameterException");
    own.fails("InitiateAuth", up(token, 1, json!({})), "InvalidParameterException");
    live.sandbox.weather().advance(Duration::from_secs(601));
    asks(&own.ok("InitiateAuth", up(token, 4, json!({ "MAX_AGE": "600" }))), "SELECT_CHALLENGE");
    let others = by_password(&own, "bob", json!({}))["AccessToken"].clone();
    own.fails("InitiateAuth", up(&others, 4, json!({})), "NotAuthorizedException");
    own.fails("InitiateAuth", up(&json!("a.b.c"), 4, json!({})), "NotAuthorizedException");
    own.fails("InitiateAuth", begin("ada", json!({ "ACCESS_TOKEN": token })), "InvalidParameterException");
}

#[test]
fn a_pool_names_its_levels_and_shows_all_of_them() {
    let live = live(5);
    let (own, _) = open(&live, &json!({ "AcrConfiguration": { "Level1": { "AcrValue": "urn:mine:low" } } }));
    let shown = own.admin("DescribeUserPool", json!({}))["UserPool"]["AcrConfiguration"].clone();
    assert_eq!(shown["Level1"]["AcrValue"], "urn:mine:low");
    assert_eq!(shown["Level4"]["AcrValue"], format!("{LEVEL}4"));
    let result = by_password(&own, "bob", json!({ "TARGET_ACR_VALUES": "urn:mine:low" }));
    assert_eq!(told(&result).0, "urn:mine:low");
    own.fails(
        "InitiateAuth",
        begin("bob", json!({ "TARGET_ACR_VALUES": format!("{LEVEL}1") })),
        "InvalidParameterException",
    );
    let twice = json!({ "Level1": { "AcrValue": format!("{LEVEL}2") } });
    own.admin_fails("UpdateUserPool", json!({ "AcrConfiguration": twice }), "InvalidParameterException");
    let named =
        json!({ "PoolName": "lite", "UserPoolTier": "LITE", "AcrConfiguration": { "Level1": { "AcrValue": "a" } } });
    live.fails("CreateUserPool", named, "FeatureUnavailableInTierException");
    let lite = Own::new(&live, json!({ "UserPoolTier": "LITE" }), json!({}));
    let level = json!({ "TARGET_ACR_VALUES": format!("{LEVEL}1") });
    lite.fails("InitiateAuth", begin("ada", level), "FeatureUnavailableInTierException");
}
