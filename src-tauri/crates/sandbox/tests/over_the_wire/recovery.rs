//! Passwords that are forgotten, reset and set.

use std::time::Duration;

use crate::support::{Own, PASSWORD, attributes, live, other_than};
use sandbox::{Channel, Occasion};
use serde_json::{Value, json};

const NEXT: &str = "Battery-staple-7";

/// A confirmed person with these attributes.
fn person(own: &Own<'_>, name: &str, list: &[(&str, &str)]) {
    let input = json!({ "Username": name, "UserAttributes": attributes(list), "MessageAction": "SUPPRESS" });
    own.admin("AdminCreateUser", input);
    own.admin("AdminSetUserPassword", json!({ "Username": name, "Password": PASSWORD, "Permanent": true }));
}

const BOTH: [(&str, &str); 4] = [
    ("email", "ada@x.example"),
    ("email_verified", "true"),
    ("phone_number", "+15551234567"),
    ("phone_number_verified", "true"),
];

fn confirm(code: &str, password: &str) -> Value {
    json!({ "Username": "ada", "ConfirmationCode": code, "Password": password })
}

#[test]
fn a_forgotten_password_is_replaced_with_a_code_that_lives_an_hour() {
    let live = live(5);
    let own = Own::new(&live, json!({}), json!({}));
    person(&own, "ada", &BOTH[..2]);
    own.fails("ConfirmForgotPassword", confirm("123456", NEXT), "ExpiredCodeException");
    let asked = own.ok("ForgotPassword", json!({ "Username": "ada" }));
    assert_eq!(asked["CodeDeliveryDetails"]["Destination"], "a***@x***");
    assert_eq!(own.message().occasion, Occasion::ForgotPassword);
    assert_eq!(own.user("ada")["UserStatus"], "CONFIRMED");
    let first = own.code();
    live.sandbox.weather().advance(Duration::from_secs(3601));
    own.fails("ConfirmForgotPassword", confirm(&first, NEXT), "ExpiredCodeException");
    own.ok("ForgotPassword", json!({ "Username": "ada" }));
    let code = own.code();
    own.fails("ConfirmForgotPassword", confirm(&other_than(&code), NEXT), "CodeMismatchException");
    own.fails("ConfirmForgotPassword", confirm(&code, "weak"), "InvalidPasswordException");
    assert_eq!(own.ok("ConfirmForgotPassword", confirm(&code, NEXT)), json!({}));
    own.fails("ConfirmForgotPassword", confirm(&code, NEXT), "ExpiredCodeException");
}

#[test]
fn the_account_recovery_setting_decides_where_the_code_goes() {
    let live = live(5);
    let setting = |names: &[&str]| {
        let list: Vec<Value> = (1..).zip(names).map(|(at, name)| json!({ "Name": name, "Priority": at })).collect();
        json!({ "AccountRecoverySetting": { "RecoveryMechanisms": list } })
    };
    for (settings, channel) in [
        (json!({}), Channel::Sms),
        (setting(&["verified_email", "verified_phone_number"]), Channel::Email),
        (setting(&["verified_phone_number", "verified_email"]), Channel::Sms),
    ] {
        let own = Own::new(&live, settings, json!({}));
        person(&own, "ada", &BOTH);
        own.ok("ForgotPassword", json!({ "Username": "ada" }));
        assert_eq!(own.message().channel, channel);
        person(&own, "bob", &[("email", "bob@x.example"), ("phone_number", "+15551234568")]);
        own.fails("ForgotPassword", json!({ "Username": "bob" }), "InvalidParameterException");
        own.admin_fails("AdminResetUserPassword", json!({ "Username": "bob" }), "InvalidParameterException");
    }
    let only_phone = Own::new(&live, setting(&["verified_phone_number"]), json!({}));
    person(&only_phone, "ada", &BOTH[..2]);
    only_phone.fails("ForgotPassword", json!({ "Username": "ada" }), "InvalidParameterException");
    let closed = Own::new(&live, setting(&["admin_only"]), json!({}));
    person(&closed, "ada", &BOTH);
    closed.fails("ForgotPassword", json!({ "Username": "ada" }), "NotAuthorizedException");
}

#[test]
fn recovery_is_limited_by_the_hour_and_refused_to_the_disabled_and_the_invited() {
    let live = live(5);
    let own = Own::new(&live, json!({}), json!({}));
    person(&own, "ada", &BOTH);
    let forgot = json!({ "Username": "ada" });
    let granted = (0..30).take_while(|_| own.public("ForgotPassword", forgot.clone()).status == 200).count();
    assert!((5..=20).contains(&granted), "{granted}");
    own.fails("ForgotPassword", forgot.clone(), "LimitExceededException");
    own.fails("ConfirmForgotPassword", confirm(&own.code(), NEXT), "LimitExceededException");
    live.sandbox.weather().advance(Duration::from_secs(3600));
    own.ok("ForgotPassword", forgot.clone());
    own.admin("AdminDisableUser", forgot.clone());
    own.fails("ForgotPassword", forgot.clone(), "NotAuthorizedException");
    own.fails("ConfirmForgotPassword", confirm(&own.code(), NEXT), "NotAuthorizedException");
    own.admin_fails("AdminResetUserPassword", forgot, "NotAuthorizedException");
    own.admin("AdminCreateUser", json!({ "Username": "bob", "UserAttributes": attributes(&BOTH) }));
    own.fails("ForgotPassword", json!({ "Username": "bob" }), "NotAuthorizedException");
    own.admin_fails("AdminResetUserPassword", json!({ "Username": "bob" }), "NotAuthorizedException");
}

#[test]
fn an_administrator_resets_and_the_code_that_went_out_sets_the_new_password() {
    let live = live(5);
    let own = Own::new(&live, json!({}), json!({}));
    person(&own, "ada", &BOTH[..2]);
    own.admin("AdminResetUserPassword", json!({ "Username": "ada" }));
    assert_eq!(own.user("ada")["UserStatus"], "RESET_REQUIRED");
    own.ok("ConfirmForgotPassword", confirm(&own.code(), NEXT));
    assert_eq!(own.user("ada")["UserStatus"], "CONFIRMED");
    own.admin_fails("AdminResetUserPassword", json!({ "Username": "nobody" }), "UserNotFoundException");
}

#[test]
fn a_password_that_the_history_knows_is_refused() {
    let live = live(5);
    let policy = json!({ "MinimumLength": 8, "PasswordHistorySize": 2 });
    let own = Own::new(&live, json!({ "Policies": { "PasswordPolicy": policy } }), json!({}));
    person(&own, "ada", &BOTH[..2]);
    let set = |password: &str| json!({ "Username": "ada", "Password": password, "Permanent": true });
    let refused = "PasswordHistoryPolicyViolationException";
    own.admin_fails("AdminSetUserPassword", set(PASSWORD), refused);
    own.admin("AdminSetUserPassword", set(NEXT));
    own.admin_fails("AdminSetUserPassword", set(PASSWORD), refused);
    own.ok("ForgotPassword", json!({ "Username": "ada" }));
    own.fails("ConfirmForgotPassword", confirm(&own.code(), NEXT), refused);
    own.ok("ConfirmForgotPassword", confirm(&own.code(), "Third-password-3"));
    own.admin("AdminSetUserPassword", set(PASSWORD));
    let free = Own::new(&live, json!({}), json!({}));
    person(&free, "ada", &[]);
    free.admin("AdminSetUserPassword", set(PASSWORD));
}

#[test]
fn a_hidden_person_is_answered_like_any_other() {
    let live = live(5);
    let own = Own::new(&live, json!({}), json!({ "PreventUserExistenceErrors": "ENABLED" }));
    person(&own, "ada", &BOTH);
    own.admin("AdminDisableUser", json!({ "Username": "ada" }));
    for name in ["ada", "nobody"] {
        let asked = own.ok("ForgotPassword", json!({ "Username": name }));
        assert!(asked["CodeDeliveryDetails"]["Destination"].as_str().unwrap().contains("***"));
        let input = json!({ "Username": name, "ConfirmationCode": "123456", "Password": NEXT });
        own.fails("ConfirmForgotPassword", input, "CodeMismatchException");
    }
    assert_eq!(own.sent(), 0);
}
