//! Second factors at sign-in: authenticator apps, codes by message, choosing and setting up.

use std::time::Duration;

use crate::support::sign_in::{answer, asks, by_password, by_srp, person, proof, tokens, verifier};
use crate::support::srp::Prover;
use crate::support::{Live, Own, PASSWORD, live, other_than};
use sandbox::{Channel, Occasion};
use serde_json::json;
use totp_rs::{Builder, Secret};

const BOTH: [(&str, &str); 4] = [
    ("email", "ada@x.example"),
    ("email_verified", "true"),
    ("phone_number", "+15551234567"),
    ("phone_number_verified", "true"),
];

fn open<'a>(live: &'a Live, demand: &str, factors: &[&str]) -> Own<'a> {
    let flows = ["ALLOW_USER_SRP_AUTH", "ALLOW_USER_PASSWORD_AUTH"];
    let sender = json!({ "EmailSendingAccount": "DEVELOPER", "SourceArn": "arn:aws:ses:eu-west-1:123456789012:identity/a@x.example" });
    let own = Own::new(live, json!({ "EmailConfiguration": sender }), json!({ "ExplicitAuthFlows": flows }));
    let mut input = json!({ "MfaConfiguration": demand });
    for factor in factors {
        match *factor {
            "TOTP" => input["SoftwareTokenMfaConfiguration"] = json!({ "Enabled": true }),
            "EMAIL" => {
                input["EmailMfaConfiguration"] = json!({ "Message": "Code: {####}", "Subject": "Your code" });
            }
            _ => {
                let role = json!({ "SnsCallerArn": "arn:aws:iam::123456789012:role/sms", "ExternalId": "x" });
                input["SmsMfaConfiguration"] = json!({ "SmsConfiguration": role });
            }
        }
    }
    own.admin("SetUserPoolMfaConfig", input);
    own
}

/// The code that an authenticator app shows now, or so many steps from now.
fn shown(live: &Live, secret: &str, steps: i64) -> String {
    let now = live.sandbox.weather().now().as_second() + 30 * steps;
    let app = Builder::new().with_secret(Secret::try_from_base32(secret).unwrap()).build_noncompliant();
    app.generate(u64::try_from(now).unwrap()).to_string()
}

/// Moves the clock to the beginning of the next step, so that no step ends during a test.
fn next_step(live: &Live) {
    let second = live.sandbox.weather().now().as_second() % 30;
    live.sandbox.weather().advance(Duration::from_secs(u64::try_from(31 - second).unwrap()));
}

/// Registers an authenticator app and turns it on; gives its secret.
fn enrolled(own: &Own<'_>, name: &str) -> String {
    let signed_in = own.ok("InitiateAuth", by_password(name, PASSWORD));
    let access = &tokens(&signed_in)["AccessToken"];
    let secret = own.ok("AssociateSoftwareToken", json!({ "AccessToken": access }))["SecretCode"].clone();
    let secret = secret.as_str().unwrap().to_owned();
    next_step(own.live);
    let code = shown(own.live, &secret, 0);
    let input = json!({ "AccessToken": access, "UserCode": code, "FriendlyDeviceName": "telephone" });
    assert_eq!(own.ok("VerifySoftwareToken", input)["Status"], "SUCCESS");
    let setting = json!({ "Enabled": true, "PreferredMfa": true });
    own.ok("SetUserMFAPreference", json!({ "AccessToken": access, "SoftwareTokenMfaSettings": setting }));
    secret
}

fn prefer(own: &Own<'_>, name: &str, settings: &[(&str, bool)]) {
    let mut input = json!({ "Username": name });
    for (setting, preferred) in settings {
        input[*setting] = json!({ "Enabled": true, "PreferredMfa": preferred });
    }
    own.admin("AdminSetUserMFAPreference", input);
}

#[test]
fn an_authenticator_app_is_asked_for_and_each_code_is_good_once() {
    let live = live(5);
    let own = open(&live, "OPTIONAL", &["TOTP"]);
    person(&own, "ada", &[]);
    let secret = enrolled(&own, "ada");
    next_step(&live);
    let prover = Prover::new(3);
    let question = own.ok("InitiateAuth", by_srp("ada", &prover));
    let question = own.ok("RespondToAuthChallenge", verifier(proof(&own, &prover, &question, PASSWORD)));
    let asked = asks(&question, "SOFTWARE_TOKEN_MFA");
    assert_eq!((&asked["FRIENDLY_DEVICE_NAME"], &asked["USER_ID_FOR_SRP"]), (&json!("telephone"), &json!("ada")));
    let code = |code: &str| answer(&question, "ada", json!({ "SOFTWARE_TOKEN_MFA_CODE": code }));
    let right = shown(&live, &secret, 0);
    for wrong in [other_than(&right), "1".to_owned(), shown(&live, &secret, 2), shown(&live, &secret, -2)] {
        own.fails("RespondToAuthChallenge", code(&wrong), "CodeMismatchException");
    }
    own.fails("RespondToAuthChallenge", answer(&question, "ada", json!({})), "InvalidParameterException");
    tokens(&own.ok("RespondToAuthChallenge", code(&right)));
    own.fails("RespondToAuthChallenge", code(&right), "NotAuthorizedException");
    let question = own.ok("InitiateAuth", by_password("ada", PASSWORD));
    let code = |code: String| answer(&question, "ada", json!({ "SOFTWARE_TOKEN_MFA_CODE": code }));
    let used = own.fails("RespondToAuthChallenge", code(right), "ExpiredCodeException");
    assert_eq!(used.message(), "Your software token has already been used once.");
    tokens(&own.ok("RespondToAuthChallenge", code(shown(&live, &secret, 1))));
}

#[test]
fn codes_by_message_are_right_once_and_while_the_session_lasts() {
    let live = live(5);
    for (setting, name, channel, to) in [
        ("SMSMfaSettings", "SMS_MFA", Channel::Sms, "+*******4567"),
        ("EmailMfaSettings", "EMAIL_OTP", Channel::Email, "a***@x***"),
    ] {
        let own = open(&live, "OPTIONAL", &["SMS", "EMAIL"]);
        person(&own, "ada", &BOTH);
        prefer(&own, "ada", &[(setting, true)]);
        let question = own.ok("InitiateAuth", by_password("ada", PASSWORD));
        let asked = asks(&question, name);
        assert_eq!(asked["CODE_DELIVERY_DESTINATION"], to);
        assert_eq!(asked["CODE_DELIVERY_DELIVERY_MEDIUM"], if name == "SMS_MFA" { "SMS" } else { "EMAIL" });
        let message = own.message();
        assert_eq!((message.channel, message.occasion), (channel, Occasion::Authentication));
        let code = message.code.unwrap();
        assert!(message.text.contains(&code), "{}", message.text);
        let member = format!("{name}_CODE");
        let wrong = answer(&question, "ada", json!({ member.clone(): other_than(&code) }));
        own.fails("RespondToAuthChallenge", wrong, "CodeMismatchException");
        let right = answer(&question, "ada", json!({ member.clone(): code }));
        tokens(&own.ok("RespondToAuthChallenge", right.clone()));
        own.fails("RespondToAuthChallenge", right, "NotAuthorizedException");
        let question = own.ok("InitiateAuth", by_password("ada", PASSWORD));
        live.sandbox.weather().advance(Duration::from_secs(180));
        let late = answer(&question, "ada", json!({ member: own.code() }));
        own.fails("RespondToAuthChallenge", late, "NotAuthorizedException");
    }
}

#[test]
fn people_with_several_factors_and_no_preference_choose() {
    let live = live(5);
    let own = open(&live, "OPTIONAL", &["SMS", "EMAIL"]);
    person(&own, "ada", &BOTH);
    prefer(&own, "ada", &[("SMSMfaSettings", false), ("EmailMfaSettings", false)]);
    let choose = |name: &str| {
        let question = own.ok("InitiateAuth", by_password("ada", PASSWORD));
        assert_eq!(asks(&question, "SELECT_MFA_TYPE")["MFAS_CAN_CHOOSE"], "[\"SMS_MFA\",\"EMAIL_OTP\"]");
        own.public("RespondToAuthChallenge", answer(&question, "ada", json!({ "ANSWER": name })))
    };
    for (name, asked) in [("SMS_MFA", "SMS_MFA"), ("EMAIL_OTP", "EMAIL_OTP"), ("EMAIL_MFA", "EMAIL_OTP")] {
        let question = choose(name).json();
        asks(&question, asked);
        let right = answer(&question, "ada", json!({ format!("{asked}_CODE"): own.code() }));
        tokens(&own.ok("RespondToAuthChallenge", right));
    }
    assert_eq!(choose("SOFTWARE_TOKEN_MFA").code(), "InvalidParameterException");
}

#[test]
fn where_everyone_needs_a_factor_those_without_set_one_up() {
    let live = live(5);
    let own = open(&live, "ON", &["TOTP"]);
    person(&own, "ada", &[]);
    let first = own.ok("InitiateAuth", by_password("ada", PASSWORD));
    assert_eq!(asks(&first, "MFA_SETUP")["MFAS_CAN_SETUP"], "[\"SOFTWARE_TOKEN_MFA\"]");
    let early = answer(&first, "ada", json!({}));
    own.fails("RespondToAuthChallenge", early, "SoftwareTokenMFANotFoundException");
    let associated = own.ok("AssociateSoftwareToken", json!({ "Session": first["Session"] }));
    let secret = associated["SecretCode"].as_str().unwrap();
    own.fails("AssociateSoftwareToken", json!({ "Session": first["Session"] }), "NotAuthorizedException");
    next_step(&live);
    let verify = |code: String| json!({ "Session": associated["Session"], "UserCode": code });
    let wrong = other_than(&shown(&live, secret, 0));
    own.fails("VerifySoftwareToken", verify(wrong), "EnableSoftwareTokenMFAException");
    let verified = own.ok("VerifySoftwareToken", verify(shown(&live, secret, 0)));
    assert_eq!(verified["Status"], "SUCCESS");
    let done = json!({
        "ChallengeName": "MFA_SETUP", "Session": verified["Session"], "ChallengeResponses": { "USERNAME": "ada" },
    });
    tokens(&own.ok("RespondToAuthChallenge", done));
    assert_eq!(own.user("ada")["UserMFASettingList"], json!(["SOFTWARE_TOKEN_MFA"]));
    let question = own.ok("InitiateAuth", by_password("ada", PASSWORD));
    asks(&question, "SOFTWARE_TOKEN_MFA");
    next_step(&live);
    let right = answer(&question, "ada", json!({ "SOFTWARE_TOKEN_MFA_CODE": shown(&live, secret, 0) }));
    tokens(&own.ok("RespondToAuthChallenge", right));
}

#[test]
fn where_everyone_needs_a_factor_a_number_is_enough_for_a_message() {
    let live = live(5);
    let own = open(&live, "ON", &["TOTP", "SMS"]);
    person(&own, "ada", &BOTH);
    asks(&own.ok("InitiateAuth", by_password("ada", PASSWORD)), "SMS_MFA");
    person(&own, "bob", &[]);
    let question = own.ok("InitiateAuth", by_password("bob", PASSWORD));
    assert_eq!(asks(&question, "MFA_SETUP")["MFAS_CAN_SETUP"], "[\"SOFTWARE_TOKEN_MFA\",\"SMS_MFA\"]");
}

#[test]
fn a_forced_change_comes_before_the_second_factor() {
    let live = live(5);
    let own = open(&live, "ON", &["SMS"]);
    let list = crate::support::attributes(&BOTH);
    let input = json!({
        "Username": "ada", "TemporaryPassword": PASSWORD, "MessageAction": "SUPPRESS", "UserAttributes": list,
    });
    own.admin("AdminCreateUser", input);
    let question = own.ok("InitiateAuth", by_password("ada", PASSWORD));
    asks(&question, "NEW_PASSWORD_REQUIRED");
    let changed = json!({ "NEW_PASSWORD": "Battery-staple-7" });
    let question = own.ok("RespondToAuthChallenge", answer(&question, "ada", changed));
    asks(&question, "SMS_MFA");
    let right = answer(&question, "ada", json!({ "SMS_MFA_CODE": own.code() }));
    tokens(&own.ok("RespondToAuthChallenge", right));
}

#[test]
fn wrong_codes_lock_out_like_wrong_passwords() {
    let live = live(5);
    let own = open(&live, "OPTIONAL", &["SMS"]);
    person(&own, "ada", &BOTH);
    prefer(&own, "ada", &[("SMSMfaSettings", true)]);
    let question = own.ok("InitiateAuth", by_password("ada", PASSWORD));
    let wrong = answer(&question, "ada", json!({ "SMS_MFA_CODE": other_than(&own.code()) }));
    for _ in 0..5 {
        own.fails("RespondToAuthChallenge", wrong.clone(), "CodeMismatchException");
    }
    let locked = own.fails("RespondToAuthChallenge", wrong, "NotAuthorizedException");
    assert_eq!(locked.message(), "Password attempts exceeded");
}

#[test]
fn a_pool_without_second_factors_asks_for_none() {
    let live = live(5);
    let own = open(&live, "OPTIONAL", &["SMS"]);
    person(&own, "ada", &BOTH);
    tokens(&own.ok("InitiateAuth", by_password("ada", PASSWORD)));
    prefer(&own, "ada", &[("SMSMfaSettings", true)]);
    asks(&own.ok("InitiateAuth", by_password("ada", PASSWORD)), "SMS_MFA");
    own.admin("SetUserPoolMfaConfig", json!({ "MfaConfiguration": "OFF" }));
    tokens(&own.ok("InitiateAuth", by_password("ada", PASSWORD)));
}

#[test]
fn twenty_codes_by_email_an_hour_are_enough() {
    let live = live(5);
    let own = open(&live, "OPTIONAL", &["EMAIL"]);
    person(&own, "ada", &BOTH);
    prefer(&own, "ada", &[("EmailMfaSettings", true)]);
    for _ in 0..20 {
        asks(&own.ok("InitiateAuth", by_password("ada", PASSWORD)), "EMAIL_OTP");
    }
    own.fails("InitiateAuth", by_password("ada", PASSWORD), "TooManyRequestsException");
    live.sandbox.weather().advance(Duration::from_secs(3_600));
    asks(&own.ok("InitiateAuth", by_password("ada", PASSWORD)), "EMAIL_OTP");
}
