//! The triggers of people who come, are confirmed and get messages.

use crate::support::{Live, Own, PASSWORD, attribute, attributes, by_password, live};
use serde_json::{Value, json};

fn with_triggers(live: &Live, triggers: Value) -> Own<'_> {
    let own = Own::new(live, json!({ "AutoVerifiedAttributes": ["email"] }), by_password());
    live.sandbox.set_triggers(&own.pool, triggers).unwrap();
    own
}

fn ada() -> Value {
    json!({ "Username": "ada", "Password": PASSWORD, "UserAttributes": attributes(&[("email", "ada@x.example")]) })
}

#[test]
fn pre_sign_up_confirms_verifies_or_refuses() {
    let live = live(5);
    let yes = with_triggers(&live, json!({ "PreSignUp": { "autoConfirmUser": true, "autoVerifyEmail": true } }));
    let made = yes.ok("SignUp", ada());
    assert_eq!((&made["UserConfirmed"], made.get("CodeDeliveryDetails")), (&json!(true), None));
    let user = yes.user("ada");
    assert_eq!((&user["UserStatus"], attribute(&user, "email_verified")), (&json!("CONFIRMED"), Some("true")));
    assert_eq!(yes.sent(), 0);
    let rules = json!([
        { "when": { "/triggerSource": "PreSignUp_AdminCreateUser" }, "error": "no invitations" },
        { "when": { "/request/validationData/ticket": "7", "/request/clientMetadata/lang": "de" }, "response": {} },
        { "error": "no ticket" },
    ]);
    let picky = with_triggers(&live, json!({ "PreSignUp": rules }));
    let refused = picky.fails("SignUp", ada(), "UserLambdaValidationException");
    assert!(refused.message().starts_with("PreSignUp failed with error no ticket"), "{}", refused.message());
    picky.admin_fails("AdminGetUser", json!({ "Username": "ada" }), "UserNotFoundException");
    picky.admin_fails("AdminCreateUser", json!({ "Username": "bob" }), "UserLambdaValidationException");
    let mut with_ticket = ada();
    with_ticket["ValidationData"] = attributes(&[("ticket", "7")]);
    with_ticket["ClientMetadata"] = json!({ "lang": "de" });
    picky.ok("SignUp", with_ticket);
}

#[test]
fn what_fails_after_a_confirmation_leaves_it_done() {
    let live = live(5);
    let own = with_triggers(&live, json!({ "PostConfirmation": { "error": "mailing list is down" } }));
    own.ok("SignUp", ada());
    let confirm = json!({ "Username": "ada", "ConfirmationCode": own.code() });
    own.fails("ConfirmSignUp", confirm, "UserLambdaValidationException");
    assert_eq!(own.user("ada")["UserStatus"], "CONFIRMED");
}

#[test]
fn messages_are_worded_by_the_trigger() {
    let live = live(5);
    let rules = json!([{ "when": { "/triggerSource": "CustomMessage_SignUp" },
        "response": { "emailSubject": "Hello", "emailMessage": "{####} is yours" } }, { "response": {} }]);
    let own = with_triggers(&live, json!({ "CustomMessage": rules }));
    own.ok("SignUp", ada());
    let message = own.message();
    assert_eq!(message.text, format!("{} is yours", message.code.unwrap()));
    assert_eq!(message.subject.as_deref(), Some("Hello"));
    own.ok("ResendConfirmationCode", json!({ "Username": "ada" }));
    assert_eq!(own.message().subject.as_deref(), Some("Your verification code"));
}

#[test]
fn who_exists_elsewhere_comes_over_with_a_forgotten_password() {
    let live = live(5);
    let elsewhere = json!([{ "when": { "/userName": "ada" },
        "response": { "userAttributes": { "email": "ada@x.example", "email_verified": "true" } } }, { "response": {} }]);
    let own = with_triggers(&live, json!({ "UserMigration": elsewhere }));
    own.ok("ForgotPassword", json!({ "Username": "ada" }));
    let confirm = json!({ "Username": "ada", "ConfirmationCode": own.code(), "Password": PASSWORD });
    own.ok("ConfirmForgotPassword", confirm);
    assert_eq!(own.try_sign_in("ada", PASSWORD).status, 200);
    own.fails("ForgotPassword", json!({ "Username": "bob" }), "UserNotFoundException");
}
