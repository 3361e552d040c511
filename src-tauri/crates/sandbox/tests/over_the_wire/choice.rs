//! `USER_AUTH`: the person chooses how to sign in.

use std::time::Duration;

use crate::support::sign_in::{answer, asks, group, person, proof, tokens};
use crate::support::srp::Prover;
use crate::support::{Live, Own, PASSWORD, live, other_than};
use sandbox::{Channel, Occasion};
use serde_json::{Value, json};

const BOTH: [(&str, &str); 4] = [
    ("email", "ada@x.example"),
    ("email_verified", "true"),
    ("phone_number", "+15551234567"),
    ("phone_number_verified", "true"),
];

fn open<'a>(live: &'a Live, factors: &[&str], hidden: bool) -> Own<'a> {
    let pool = json!({ "Policies": { "SignInPolicy": { "AllowedFirstAuthFactors": factors } } });
    let existence = if hidden { "ENABLED" } else { "LEGACY" };
    Own::new(live, pool, json!({ "ExplicitAuthFlows": ["ALLOW_USER_AUTH"], "PreventUserExistenceErrors": existence }))
}

fn begin(name: &str, more: Value) -> Value {
    let mut parameters = more;
    parameters["USERNAME"] = json!(name);
    json!({ "AuthFlow": "USER_AUTH", "AuthParameters": parameters })
}

const ALL: [&str; 4] = ["PASSWORD", "EMAIL_OTP", "SMS_OTP", "WEB_AUTHN"];

#[test]
fn what_can_be_chosen_is_what_pool_and_person_have() {
    let live = live(5);
    let own = open(&live, &ALL, false);
    person(&own, "ada", &BOTH);
    person(
        &own,
        "bob",
        &[("email", "bob@x.example"), ("phone_number", "+15557654321"), ("phone_number_verified", "true")],
    );
    let choices = |name: &str| {
        let question = own.ok("InitiateAuth", begin(name, json!({})));
        asks(&question, "SELECT_CHALLENGE");
        question["AvailableChallenges"].clone()
    };
    assert_eq!(choices("ada"), json!(["PASSWORD", "PASSWORD_SRP", "EMAIL_OTP", "SMS_OTP"]));
    assert_eq!(choices("bob"), json!(["PASSWORD", "PASSWORD_SRP", "SMS_OTP"]));
    own.fails("InitiateAuth", begin("nobody", json!({})), "UserNotFoundException");
    let own = open(&live, &["PASSWORD"], false);
    person(&own, "ada", &BOTH);
    let question = own.ok("InitiateAuth", begin("ada", json!({ "PREFERRED_CHALLENGE": "EMAIL_OTP" })));
    assert_eq!(question["AvailableChallenges"], json!(["PASSWORD", "PASSWORD_SRP"]));
}

#[test]
fn the_function_before_authentication_refuses_codes_as_it_refuses_passwords() {
    let live = live(5);
    let own = open(&live, &ALL, false);
    person(&own, "ada", &BOTH);
    live.sandbox.set_triggers(&own.pool, json!({ "PreAuthentication": { "error": "not today" } })).unwrap();
    for factor in ["EMAIL_OTP", "SMS_OTP"] {
        let input = begin("ada", json!({ "PREFERRED_CHALLENGE": factor }));
        own.fails("InitiateAuth", input, "UserLambdaValidationException");
    }
    assert_eq!(own.sent(), 0, "no code was sent");
}

#[test]
fn a_preferred_challenge_comes_at_once() {
    let live = live(5);
    let own = open(&live, &ALL, false);
    person(&own, "ada", &BOTH);
    let prefer = |name: &str| json!({ "PREFERRED_CHALLENGE": name });
    let question = own.ok("InitiateAuth", begin("ada", prefer("PASSWORD")));
    asks(&question, "PASSWORD");
    tokens(&own.ok("RespondToAuthChallenge", answer(&question, "ada", json!({ "PASSWORD": PASSWORD }))));
    let mut parameters = prefer("PASSWORD");
    parameters["PASSWORD"] = json!(PASSWORD);
    tokens(&own.ok("InitiateAuth", begin("ada", parameters)));
    let prover = Prover::new(5);
    let question = own.ok("InitiateAuth", begin("ada", prefer("PASSWORD_SRP")));
    asks(&question, "PASSWORD_SRP");
    let question = own.ok("RespondToAuthChallenge", answer(&question, "ada", json!({ "SRP_A": prover.public() })));
    asks(&question, "PASSWORD_VERIFIER");
    let proved = Value::Object(proof(&own, &prover, &question, PASSWORD));
    tokens(&own.ok("RespondToAuthChallenge", answer(&question, "ada", proved)));
    let mut parameters = prefer("PASSWORD_SRP");
    parameters["SRP_A"] = json!(prover.public());
    asks(&own.ok("InitiateAuth", begin("ada", parameters)), "PASSWORD_VERIFIER");
    let question = own.ok("InitiateAuth", begin("ada", prefer("WEB_AUTHN")));
    asks(&question, "SELECT_CHALLENGE");
}

#[test]
fn every_choice_leads_to_tokens() {
    let live = live(5);
    let own = open(&live, &ALL, false);
    person(&own, "ada", &BOTH);
    let select = |responses: Value| {
        let question = own.ok("InitiateAuth", begin("ada", json!({})));
        own.public("RespondToAuthChallenge", answer(&question, "ada", responses))
    };
    tokens(&select(json!({ "ANSWER": "PASSWORD", "PASSWORD": PASSWORD })).json());
    assert_eq!(select(json!({ "ANSWER": "PASSWORD" })).code(), "InvalidParameterException");
    let wrong = select(json!({ "ANSWER": "PASSWORD", "PASSWORD": "Wrong-horse-9" }));
    assert_eq!(wrong.code(), "NotAuthorizedException");
    let prover = Prover::new(7);
    let question = select(json!({ "ANSWER": "PASSWORD_SRP", "SRP_A": prover.public() })).json();
    asks(&question, "PASSWORD_VERIFIER");
    let proved = Value::Object(proof(&own, &prover, &question, PASSWORD));
    tokens(&own.ok("RespondToAuthChallenge", answer(&question, "ada", proved)));
    for (name, channel, to) in [("EMAIL_OTP", Channel::Email, "a***@x***"), ("SMS_OTP", Channel::Sms, "+*******4567")] {
        let question = select(json!({ "ANSWER": name })).json();
        assert_eq!(asks(&question, name)["CODE_DELIVERY_DESTINATION"], to);
        let message = own.message();
        assert_eq!((message.channel, message.occasion), (channel, Occasion::Authentication));
        let code = message.code.unwrap();
        let member = format!("{name}_CODE");
        let wrong = answer(&question, "ada", json!({ member.clone(): other_than(&code) }));
        own.fails("RespondToAuthChallenge", wrong, "CodeMismatchException");
        let right = answer(&question, "ada", json!({ member: code }));
        tokens(&own.ok("RespondToAuthChallenge", right.clone()));
        own.fails("RespondToAuthChallenge", right, "NotAuthorizedException");
    }
    assert_eq!(select(json!({ "ANSWER": "WEB_AUTHN", "CREDENTIAL": "{}" })).code(), "InvalidParameterException");
    assert_eq!(select(json!({ "ANSWER": "CRYSTAL_BALL" })).code(), "InvalidParameterException");
}

#[test]
fn a_one_time_password_dies_with_its_session() {
    let live = live(5);
    let own = open(&live, &ALL, false);
    person(&own, "ada", &BOTH);
    let question = own.ok("InitiateAuth", begin("ada", json!({ "PREFERRED_CHALLENGE": "EMAIL_OTP" })));
    live.sandbox.weather().advance(Duration::from_secs(180));
    let right = answer(&question, "ada", json!({ "EMAIL_OTP_CODE": own.code() }));
    own.fails("RespondToAuthChallenge", right, "NotAuthorizedException");
}

#[test]
fn nobody_gets_the_same_questions_and_no_message() {
    let live = live(5);
    let own = open(&live, &ALL, true);
    let question = own.ok("InitiateAuth", begin("nobody", json!({})));
    assert_eq!(question["AvailableChallenges"], json!(["PASSWORD", "PASSWORD_SRP", "EMAIL_OTP", "SMS_OTP"]));
    let question = own.ok("RespondToAuthChallenge", answer(&question, "nobody", json!({ "ANSWER": "EMAIL_OTP" })));
    assert!(asks(&question, "EMAIL_OTP")["CODE_DELIVERY_DESTINATION"].as_str().unwrap().contains("***@"));
    assert_eq!(own.sent(), 0);
    let guess = answer(&question, "nobody", json!({ "EMAIL_OTP_CODE": "12345678" }));
    own.fails("RespondToAuthChallenge", guess, "CodeMismatchException");
    let prover = Prover::new(9);
    let parameters = json!({ "PREFERRED_CHALLENGE": "PASSWORD_SRP", "SRP_A": prover.public() });
    let question = own.ok("InitiateAuth", begin("nobody", parameters));
    let guess = prover.answer(&group(&own), "nobody", PASSWORD, asks(&question, "PASSWORD_VERIFIER"));
    let guess = answer(&question, "nobody", Value::Object(guess));
    own.fails("RespondToAuthChallenge", guess, "NotAuthorizedException");
}
