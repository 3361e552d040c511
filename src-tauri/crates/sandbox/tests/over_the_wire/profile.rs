//! What people see and change of themselves.

use std::time::Duration;

use crate::support::{Own, PASSWORD, attribute, attributes, by_password, live, other_than};
use serde_json::json;

const ADDRESS: [(&str, &str); 2] = [("email", "ada@x.example"), ("email_verified", "true")];

#[test]
fn someone_sees_and_changes_what_the_client_may_read_and_write() {
    let live = live(5);
    let schema = json!([{ "Name": "plan", "AttributeDataType": "String", "Mutable": true },
        { "Name": "fixed", "AttributeDataType": "String", "Mutable": false }]);
    let mut client = by_password();
    client["ReadAttributes"] = json!(["email", "name", "custom:fixed"]);
    client["WriteAttributes"] = json!(["email", "name", "custom:fixed"]);
    let own = Own::new(&live, json!({ "Schema": schema }), client);
    own.person("ada", &[ADDRESS[0], ("custom:plan", "free"), ("custom:fixed", "x")]);
    let token = own.token("ada");
    let seen = own.oneself("GetUser", &token, json!({}));
    assert_eq!(seen["Username"], "ada");
    let names: Vec<&str> =
        seen["UserAttributes"].as_array().unwrap().iter().map(|a| a["Name"].as_str().unwrap()).collect();
    assert_eq!(names, ["sub", "email", "custom:fixed"]);
    for administrators_only in ["UserStatus", "Enabled", "UserCreateDate"] {
        assert!(seen.get(administrators_only).is_none());
    }
    let update = |list: &[(&str, &str)]| json!({ "UserAttributes": attributes(list) });
    let done = own.oneself("UpdateUserAttributes", &token, update(&[("name", "Ada")]));
    assert_eq!(done["CodeDeliveryDetailsList"], json!([]));
    assert_eq!(attribute(&own.user("ada"), "name"), Some("Ada"));
    for (forbidden, code) in [
        ("custom:plan", "NotAuthorizedException"),
        ("email_verified", "NotAuthorizedException"),
        ("sub", "NotAuthorizedException"),
        ("custom:fixed", "InvalidParameterException"),
    ] {
        own.oneself_fails("UpdateUserAttributes", &token, update(&[(forbidden, "true")]), code);
    }
    own.oneself("DeleteUserAttributes", &token, json!({ "UserAttributeNames": ["name"] }));
    assert_eq!(attribute(&own.user("ada"), "name"), None);
    let forbidden = json!({ "UserAttributeNames": ["custom:plan"] });
    own.oneself_fails("DeleteUserAttributes", &token, forbidden, "NotAuthorizedException");
    own.oneself("DeleteUser", &token, json!({}));
    own.admin_fails("AdminGetUser", json!({ "Username": "ada" }), "UserNotFoundException");
    own.oneself_fails("GetUser", &token, json!({}), "UserNotFoundException");
}

#[test]
fn a_token_acts_only_for_those_who_are_enabled_and_need_no_reset() {
    let live = live(5);
    let own = Own::new(&live, json!({}), by_password());
    own.person("ada", &ADDRESS);
    let token = own.token("ada");
    own.oneself_fails("GetUser", "not.a.token", json!({}), "NotAuthorizedException");
    assert_eq!(own.unsigned("GetUser", json!({})).code(), "InvalidParameterException");
    own.admin("AdminResetUserPassword", json!({ "Username": "ada" }));
    own.oneself_fails("GetUser", &token, json!({}), "PasswordResetRequiredException");
    own.ok(
        "ConfirmForgotPassword",
        json!({ "Username": "ada", "ConfirmationCode": own.code(), "Password": "Another-pass-4" }),
    );
    own.admin("AdminDisableUser", json!({ "Username": "ada" }));
    own.oneself_fails("GetUser", &token, json!({}), "NotAuthorizedException");
}

#[test]
fn a_new_address_is_unverified_until_its_code_comes_back() {
    let live = live(5);
    let own = Own::new(&live, json!({ "AutoVerifiedAttributes": ["email"] }), by_password());
    own.person("ada", &ADDRESS);
    let token = own.token("ada");
    let change = json!({ "UserAttributes": attributes(&[("email", "new@x.example")]) });
    let done = own.oneself("UpdateUserAttributes", &token, change.clone());
    let details = json!([{ "Destination": "n***@x***", "DeliveryMedium": "EMAIL", "AttributeName": "email" }]);
    assert_eq!(done["CodeDeliveryDetailsList"], details);
    let state = || {
        let user = own.user("ada");
        (attribute(&user, "email").unwrap().to_owned(), attribute(&user, "email_verified").unwrap().to_owned())
    };
    assert_eq!(state(), ("new@x.example".to_owned(), "false".to_owned()));
    let code = own.code();
    let verify = |code: &str| json!({ "AttributeName": "email", "Code": code });
    own.oneself_fails("VerifyUserAttribute", &token, verify(&other_than(&code)), "CodeMismatchException");
    own.oneself("VerifyUserAttribute", &token, verify(&code));
    assert_eq!(state(), ("new@x.example".to_owned(), "true".to_owned()));
    own.oneself_fails("VerifyUserAttribute", &token, verify(&code), "ExpiredCodeException");
    let again = own.oneself("UpdateUserAttributes", &token, change);
    assert_eq!(again["CodeDeliveryDetailsList"], json!([]), "the same address is no change");
}

#[test]
fn where_the_pool_verifies_first_the_old_address_stays_until_the_code_comes_back() {
    let live = live(5);
    let settings = json!({ "AutoVerifiedAttributes": ["email"], "AliasAttributes": ["email"],
        "UserAttributeUpdateSettings": { "AttributesRequireVerificationBeforeUpdate": ["email"] } });
    let own = Own::new(&live, settings, by_password());
    own.person("ada", &ADDRESS);
    own.person("bob", &[("email", "bob@x.example"), ("email_verified", "true")]);
    let token = own.token("ada");
    let change = |to: &str| json!({ "UserAttributes": attributes(&[("email", to)]) });
    own.oneself("UpdateUserAttributes", &token, change("new@x.example"));
    assert_eq!(attribute(&own.user("ada"), "email"), Some("ada@x.example"));
    assert_eq!(attribute(&own.user("ada"), "email_verified"), Some("true"));
    own.oneself("GetUserAttributeVerificationCode", &token, json!({ "AttributeName": "email" }));
    assert_eq!(own.message().to, "new@x.example", "the code goes to what waits");
    own.oneself("VerifyUserAttribute", &token, json!({ "AttributeName": "email", "Code": own.code() }));
    assert_eq!(own.user("new@x.example")["Username"], "ada");
    own.oneself_fails("UpdateUserAttributes", &token, change("bob@x.example"), "AliasExistsException");
}

#[test]
fn codes_for_attributes_live_a_day_and_are_limited_by_the_hour() {
    let live = live(5);
    let mut client = by_password();
    client["AccessTokenValidity"] = json!(24);
    let own = Own::new(&live, json!({}), client);
    own.person("ada", &ADDRESS[..1]);
    let token = own.token("ada");
    let ask = json!({ "AttributeName": "email" });
    for _ in 0..5 {
        own.oneself("GetUserAttributeVerificationCode", &token, ask.clone());
    }
    own.oneself_fails("GetUserAttributeVerificationCode", &token, ask, "LimitExceededException");
    let code = own.code();
    let verify = |code: &str| json!({ "AttributeName": "email", "Code": code });
    for _ in 0..15 {
        own.oneself_fails("VerifyUserAttribute", &token, verify(&other_than(&code)), "CodeMismatchException");
    }
    own.oneself_fails("VerifyUserAttribute", &token, verify(&code), "LimitExceededException");
    for bad in ["name", "phone_number"] {
        let ask = json!({ "AttributeName": bad });
        own.oneself_fails("GetUserAttributeVerificationCode", &token, ask, "InvalidParameterException");
    }
    live.sandbox.weather().advance(Duration::from_secs(24 * 3600));
    let token = own.token("ada");
    own.oneself_fails("VerifyUserAttribute", &token, verify(&code), "ExpiredCodeException");
}

#[test]
fn a_password_is_changed_with_the_one_before_five_times_an_hour() {
    let live = live(5);
    let own = Own::new(&live, json!({}), by_password());
    own.person("ada", &[]);
    let token = own.token("ada");
    let next = "Battery-staple-7";
    let change = |from: &str, to: &str| json!({ "PreviousPassword": from, "ProposedPassword": to });
    own.oneself_fails("ChangePassword", &token, change("Wrong-horse-9", next), "NotAuthorizedException");
    own.oneself_fails("ChangePassword", &token, change(PASSWORD, "weak"), "InvalidPasswordException");
    own.oneself("ChangePassword", &token, change(PASSWORD, next));
    assert_eq!(own.try_sign_in("ada", next).status, 200);
    assert_eq!(own.try_sign_in("ada", PASSWORD).code(), "NotAuthorizedException");
    own.oneself("GetUser", &token, json!({}));
    own.oneself("ChangePassword", &token, change(next, PASSWORD));
    own.oneself_fails("ChangePassword", &token, json!({ "ProposedPassword": next }), "NotAuthorizedException");
    own.oneself_fails("ChangePassword", &token, change(PASSWORD, next), "LimitExceededException");
}
