//! The history that threat protection keeps.

use crate::support::{Own, PASSWORD, attributes, by_password, live};
use serde_json::{Value, json};

fn watched() -> Value {
    json!({ "UserPoolTier": "PLUS", "UserPoolAddOns": { "AdvancedSecurityMode": "AUDIT" },
        "AutoVerifiedAttributes": ["email"] })
}

#[test]
fn sign_ups_recoveries_and_changes_are_in_the_history_the_latest_first() {
    let live = live(5);
    let own = Own::new(&live, watched(), by_password());
    let email = attributes(&[("email", "ada@x.example")]);
    let context = json!({ "IpAddress": "203.0.113.7" });
    let input = json!({ "Username": "ada", "Password": PASSWORD, "UserAttributes": email, "UserContextData": context });
    own.ok("SignUp", input);
    own.ok("ResendConfirmationCode", json!({ "Username": "ada" }));
    own.ok("ConfirmSignUp", json!({ "Username": "ada", "ConfirmationCode": own.code() }));
    own.ok("ForgotPassword", json!({ "Username": "ada" }));
    let confirm = json!({ "Username": "ada", "ConfirmationCode": own.code(), "Password": "Battery-staple-7" });
    own.ok("ConfirmForgotPassword", confirm);
    let all = own.admin("AdminListUserAuthEvents", json!({ "Username": "ada" }));
    let kinds: Vec<&str> =
        all["AuthEvents"].as_array().unwrap().iter().map(|e| e["EventType"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["PasswordChange", "ForgotPassword", "ResendCode", "SignUp"]);
    let first = &all["AuthEvents"][3];
    assert_eq!(first["EventContextData"]["IpAddress"], "203.0.113.7");
    assert_eq!((&first["EventResponse"], &first["EventRisk"]["RiskDecision"]), (&json!("Pass"), &json!("NoRisk")));
    let mut input = json!({ "Username": "ada", "MaxResults": 3 });
    let page = own.admin("AdminListUserAuthEvents", input.clone());
    own.ok("ForgotPassword", json!({ "Username": "ada" }));
    input["NextToken"] = page["NextToken"].clone();
    let rest = own.admin("AdminListUserAuthEvents", input);
    assert_eq!(rest["AuthEvents"], json!([first]), "a new event moves no page");
    assert!(rest.get("NextToken").is_none());
}

#[test]
fn feedback_is_kept_with_the_event() {
    let live = live(5);
    let own = Own::new(&live, watched(), by_password());
    own.person("ada", &[]);
    own.token("ada");
    let events = || own.admin("AdminListUserAuthEvents", json!({ "Username": "ada" }))["AuthEvents"].clone();
    assert_eq!(events()[0]["EventType"], "SignIn");
    let id = events()[0]["EventId"].clone();
    let give = |id: &Value, value: &str| json!({ "Username": "ada", "EventId": id, "FeedbackValue": value });
    own.admin("AdminUpdateAuthEventFeedback", give(&id, "Invalid"));
    assert_eq!(events()[0]["EventFeedback"]["FeedbackValue"], "Invalid");
    own.admin_fails("AdminUpdateAuthEventFeedback", give(&json!("unknown"), "Valid"), "ResourceNotFoundException");
    own.admin_fails("AdminUpdateAuthEventFeedback", give(&id, "Perhaps"), "InvalidParameterException");
    let mut public = give(&id, "Valid");
    public["UserPoolId"] = json!(own.pool);
    public["FeedbackToken"] = json!("made-up");
    assert_eq!(own.unsigned("UpdateAuthEventFeedback", public).code(), "NotAuthorizedException");
}

#[test]
fn without_threat_protection_there_is_no_history() {
    let live = live(5);
    let own = Own::new(&live, json!({}), by_password());
    own.person("ada", &[]);
    let id = json!({ "Username": "ada", "EventId": "x", "FeedbackValue": "Valid" });
    own.admin_fails("AdminListUserAuthEvents", json!({ "Username": "ada" }), "UserPoolAddOnNotEnabledException");
    own.admin_fails("AdminUpdateAuthEventFeedback", id, "UserPoolAddOnNotEnabledException");
}
