//! Second factors and authenticator apps.

use crate::support::{Live, Own, by_password, live};
use serde_json::{Value, json};
use totp_rs::{Builder, Secret};

const PHONE: (&str, &str) = ("phone_number", "+15551234567");
const EMAIL: (&str, &str) = ("email", "ada@x.example");

/// The code that an app shows now, or some steps of 30 seconds away.
fn shown(live: &Live, secret: &str, steps: i64) -> String {
    let app = Builder::new().with_secret(Secret::try_from_base32(secret).unwrap()).build_noncompliant();
    let seconds = live.sandbox.weather().now().as_second() + steps * 30;
    app.generate(u64::try_from(seconds).unwrap()).to_string()
}

fn preference(kind: &str, enabled: bool, preferred: bool) -> Value {
    json!({ kind: { "Enabled": enabled, "PreferredMfa": preferred } })
}

#[test]
fn an_app_is_registered_with_a_right_code_and_then_can_be_a_factor() {
    let live = live(5);
    let own = Own::new(&live, json!({ "MfaConfiguration": "OPTIONAL" }), by_password());
    own.person("ada", &[]);
    let token = own.token("ada");
    let prefer = preference("SoftwareTokenMfaSettings", true, true);
    own.oneself_fails("SetUserMFAPreference", &token, prefer.clone(), "InvalidParameterException");
    own.oneself_fails(
        "VerifySoftwareToken",
        &token,
        json!({ "UserCode": "123456" }),
        "SoftwareTokenMFANotFoundException",
    );
    let given = own.oneself("AssociateSoftwareToken", &token, json!({}));
    let secret = given["SecretCode"].as_str().unwrap();
    assert!(secret.len() >= 16 && secret.bytes().all(|b| b.is_ascii_alphanumeric()));
    assert!(given.get("Session").is_none());
    let far = json!({ "UserCode": shown(&live, secret, 20) });
    own.oneself_fails("VerifySoftwareToken", &token, far, "EnableSoftwareTokenMFAException");
    own.oneself_fails("VerifySoftwareToken", &token, json!({ "UserCode": "12345" }), "InvalidParameterException");
    let right = json!({ "UserCode": shown(&live, secret, -1), "FriendlyDeviceName": "phone" });
    assert_eq!(own.oneself("VerifySoftwareToken", &token, right)["Status"], "SUCCESS");
    assert!(own.user("ada").get("UserMFASettingList").is_none(), "registered is not yet on");
    own.oneself("SetUserMFAPreference", &token, prefer);
    let user = own.oneself("GetUser", &token, json!({}));
    assert_eq!(user["UserMFASettingList"], json!(["SOFTWARE_TOKEN_MFA"]));
    assert_eq!(user["PreferredMfaSetting"], "SOFTWARE_TOKEN_MFA");
    let factors = own.oneself("GetUserAuthFactors", &token, json!({}));
    assert_eq!(factors["ConfiguredUserAuthFactors"], json!(["PASSWORD", "SOFTWARE_TOKEN"]));
    assert_eq!(own.admin("AdminGetUserAuthFactors", json!({ "Username": "ada" })), factors);
    own.admin("AdminDeleteSoftwareToken", json!({ "Username": "ada" }));
    let user = own.user("ada");
    assert_eq!((user.get("UserMFASettingList"), user.get("PreferredMfaSetting")), (None, None));
}

#[test]
fn a_pool_without_mfa_offers_no_apps() {
    let live = live(5);
    let own = Own::new(&live, json!({}), by_password());
    own.person("ada", &[]);
    let token = own.token("ada");
    own.oneself_fails("AssociateSoftwareToken", &token, json!({}), "SoftwareTokenMFANotFoundException");
    assert_eq!(own.unsigned("AssociateSoftwareToken", json!({})).code(), "InvalidParameterException");
    let made_up = json!({ "Session": "x".repeat(40) });
    assert_eq!(own.unsigned("AssociateSoftwareToken", made_up).code(), "NotAuthorizedException");
}

#[test]
fn preferences_change_only_what_they_name_and_only_one_is_preferred() {
    let live = live(5);
    let own = Own::new(&live, json!({ "MfaConfiguration": "OPTIONAL" }), by_password());
    own.person("ada", &[PHONE, EMAIL]);
    own.person("bob", &[]);
    let set = |mut input: Value| {
        input["Username"] = json!("ada");
        own.admin("AdminSetUserMFAPreference", input);
        let user = own.user("ada");
        (user["UserMFASettingList"].clone(), user["PreferredMfaSetting"].clone())
    };
    assert_eq!(set(preference("SMSMfaSettings", true, true)), (json!(["SMS_MFA"]), json!("SMS_MFA")));
    assert_eq!(set(preference("EmailMfaSettings", true, false)), (json!(["SMS_MFA", "EMAIL_OTP"]), json!("SMS_MFA")));
    assert_eq!(set(preference("EmailMfaSettings", true, true)), (json!(["SMS_MFA", "EMAIL_OTP"]), json!("EMAIL_OTP")));
    assert_eq!(set(preference("EmailMfaSettings", false, false)), (json!(["SMS_MFA"]), Value::Null));
    let one = json!({ "Enabled": true, "PreferredMfa": true });
    for bad in [
        json!({ "Username": "ada", "SMSMfaSettings": one, "EmailMfaSettings": one }),
        json!({ "Username": "bob", "SMSMfaSettings": one }),
        json!({ "Username": "bob", "EmailMfaSettings": one }),
        json!({ "Username": "ada", "SoftwareTokenMfaSettings": one }),
        json!({ "Username": "ada", "WebAuthnMfaSettings": { "Enabled": true } }),
    ] {
        own.admin_fails("AdminSetUserMFAPreference", bad, "InvalidParameterException");
    }
    own.admin_fails("AdminSetUserMFAPreference", json!({ "Username": "nobody" }), "UserNotFoundException");
}

#[test]
fn the_old_options_are_what_lists_show_of_factors() {
    let live = live(5);
    let own = Own::new(&live, json!({}), by_password());
    own.person("ada", &[PHONE]);
    own.person("bob", &[]);
    let sms = json!([{ "DeliveryMedium": "SMS", "AttributeName": "phone_number" }]);
    own.admin("AdminSetUserSettings", json!({ "Username": "ada", "MFAOptions": sms }));
    let listed = own.admin("ListUsers", json!({ "Filter": "username = \"ada\"" }));
    assert_eq!(listed["Users"][0]["MFAOptions"], sms);
    assert_eq!(own.user("ada")["UserMFASettingList"], json!(["SMS_MFA"]));
    own.admin("AdminSetUserSettings", json!({ "Username": "ada", "MFAOptions": [] }));
    assert!(own.user("ada").get("MFAOptions").is_none());
    let token = own.token("ada");
    own.oneself("SetUserSettings", &token, json!({ "MFAOptions": sms }));
    assert_eq!(own.user("ada")["MFAOptions"], sms);
    own.admin_fails(
        "AdminSetUserSettings",
        json!({ "Username": "bob", "MFAOptions": sms }),
        "InvalidParameterException",
    );
    let email = json!([{ "DeliveryMedium": "EMAIL", "AttributeName": "email" }]);
    own.admin_fails(
        "AdminSetUserSettings",
        json!({ "Username": "ada", "MFAOptions": email }),
        "InvalidParameterException",
    );
}
