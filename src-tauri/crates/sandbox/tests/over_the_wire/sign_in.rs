//! Signing in with a password: flows, SRP, refusals, sessions and lockout.

use std::time::Duration;

use crate::support::sign_in::{by_password, by_srp, group, person, proof, tokens, verifier};
use crate::support::srp::{Prover, secret_hash};
use crate::support::{Live, Own, PASSWORD, attributes, live};
use proptest::prelude::{ProptestConfig, any, prop_assert_eq, proptest};
use rstest::rstest;
use serde_json::{Value, json};

const ALL_FLOWS: [&str; 5] = [
    "ALLOW_USER_PASSWORD_AUTH",
    "ALLOW_ADMIN_USER_PASSWORD_AUTH",
    "ALLOW_USER_SRP_AUTH",
    "ALLOW_REFRESH_TOKEN_AUTH",
    "ALLOW_USER_AUTH",
];
const WRONG: &str = "Incorrect username or password.";

fn with<'a>(live: &'a Live, pool: Value, mut client: Value) -> Own<'a> {
    if client.get("ExplicitAuthFlows").is_none() {
        client["ExplicitAuthFlows"] = json!(ALL_FLOWS);
    }
    Own::new(live, pool, client)
}

fn as_admin(own: &Own<'_>, name: &str, password: &str) -> Value {
    let parameters = json!({ "USERNAME": name, "PASSWORD": password });
    json!({ "AuthFlow": "ADMIN_USER_PASSWORD_AUTH", "ClientId": own.client, "AuthParameters": parameters })
}

#[test]
fn a_password_gives_tokens_and_a_wrong_one_does_not() {
    let live = live(5);
    let own = with(&live, json!({}), json!({}));
    person(&own, "ada", &[]);
    tokens(&own.ok("InitiateAuth", by_password("ada", PASSWORD)));
    tokens(&own.admin("AdminInitiateAuth", as_admin(&own, "ada", PASSWORD)));
    for password in ["Wrong-horse-9", "", " ", "correct-horse-9"] {
        let code = if password.is_empty() { "InvalidParameterException" } else { "NotAuthorizedException" };
        own.fails("InitiateAuth", by_password("ada", password), code);
    }
    assert_eq!(own.fails("InitiateAuth", by_password("ada", "x"), "NotAuthorizedException").message(), WRONG);
}

#[test]
fn srp_gives_tokens_with_and_without_the_session() {
    let live = live(5);
    let own = with(&live, json!({}), json!({}));
    person(&own, "ada", &[]);
    for (seed, with_session) in [(1, false), (3, true)] {
        let prover = Prover::new(seed);
        let question = own.ok("InitiateAuth", by_srp("ada", &prover));
        assert_eq!(question["ChallengeName"], "PASSWORD_VERIFIER");
        let mut answer = verifier(proof(&own, &prover, &question, PASSWORD));
        if with_session {
            answer["Session"] = question["Session"].clone();
        }
        tokens(&own.ok("RespondToAuthChallenge", answer.clone()));
        let again = own.fails("RespondToAuthChallenge", answer, "NotAuthorizedException");
        assert!(again.message().contains("can only be used once"), "{}", again.text);
    }
    let prover = Prover::new(5);
    let question = own.ok("InitiateAuth", by_srp("ada", &prover));
    let wrong = verifier(proof(&own, &prover, &question, "Wrong-horse-9"));
    assert_eq!(own.fails("RespondToAuthChallenge", wrong, "NotAuthorizedException").message(), WRONG);
    let right = verifier(proof(&own, &prover, &question, PASSWORD));
    own.fails("RespondToAuthChallenge", right, "NotAuthorizedException");
}

#[test]
fn people_who_sign_in_by_alias_prove_themselves_by_their_username() {
    let live = live(5);
    let own = with(&live, json!({ "UsernameAttributes": ["email"] }), json!({}));
    person(&own, "ada@x.example", &[]);
    let prover = Prover::new(9);
    let question = own.ok("InitiateAuth", by_srp("ada@x.example", &prover));
    let identity = question["ChallengeParameters"]["USER_ID_FOR_SRP"].as_str().unwrap();
    assert_eq!((identity.len(), &question["ChallengeParameters"]["USERNAME"]), (36, &json!(identity)));
    let mut answer = prover.answer(&group(&own), "ada@x.example", PASSWORD, &question["ChallengeParameters"]);
    answer.insert("USERNAME".to_owned(), json!(identity));
    own.fails("RespondToAuthChallenge", verifier(answer), "NotAuthorizedException");
    let question = own.ok("InitiateAuth", by_srp("ada@x.example", &prover));
    let mut answer = proof(&own, &prover, &question, PASSWORD);
    answer.insert("USERNAME".to_owned(), json!("ada@x.example"));
    tokens(&own.ok("RespondToAuthChallenge", verifier(answer)));
}

#[rstest]
#[case::zero("0")]
#[case::no_number("xyz")]
#[case::signed("-2")]
fn public_numbers_that_give_the_key_away_are_refused(#[case] public: &str) {
    let live = live(5);
    let own = with(&live, json!({}), json!({}));
    person(&own, "ada", &[]);
    let input = json!({ "AuthFlow": "USER_SRP_AUTH", "AuthParameters": { "USERNAME": "ada", "SRP_A": public } });
    own.fails("InitiateAuth", input, "InvalidParameterException");
}

#[test]
fn what_a_proof_needs_is_demanded() {
    let live = live(5);
    let own = with(&live, json!({}), json!({}));
    person(&own, "ada", &[]);
    let prover = Prover::new(7);
    let question = own.ok("InitiateAuth", by_srp("ada", &prover));
    let right = proof(&own, &prover, &question, PASSWORD);
    for name in ["PASSWORD_CLAIM_SIGNATURE", "PASSWORD_CLAIM_SECRET_BLOCK", "TIMESTAMP", "USERNAME"] {
        let mut answer = right.clone();
        answer.remove(name);
        let reply = own.fails("RespondToAuthChallenge", verifier(answer), "InvalidParameterException");
        assert_eq!(reply.message(), format!("Missing required parameter {name}"));
    }
    let mut answer = right.clone();
    answer.insert("TIMESTAMP".to_owned(), json!("2026-11-22T09:05:07Z"));
    own.fails("RespondToAuthChallenge", verifier(answer), "InvalidParameterException");
    live.sandbox.weather().advance(Duration::from_secs(61));
    own.fails("RespondToAuthChallenge", verifier(right), "NotAuthorizedException");
}

#[test]
fn every_altered_proof_is_refused() {
    let live = live(5);
    let own = with(&live, json!({}), json!({}));
    person(&own, "ada", &[]);
    let config = ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(seed in any::<u8>(), field in 0usize..4, place in any::<proptest::sample::Index>(), by in 1u8..63)| {
        // A rest long enough that no lockout decides in place of the proof.
        live.sandbox.weather().advance(Duration::from_secs(901));
        let prover = Prover::new(seed);
        let question = own.ok("InitiateAuth", by_srp("ada", &prover));
        let mut answer = proof(&own, &prover, &question, PASSWORD);
        let name = ["PASSWORD_CLAIM_SIGNATURE", "PASSWORD_CLAIM_SECRET_BLOCK", "TIMESTAMP", "password"][field];
        match name {
            "password" => answer = proof(&own, &prover, &question, &format!("{PASSWORD}{by}")),
            "TIMESTAMP" => drop(answer.insert(name.to_owned(), json!(format!("Sun Nov 22 09:05:{:02} UTC 2026", (7 + by) % 60)))),
            _ => {
                let mut text: Vec<char> = answer[name].as_str().unwrap().chars().collect();
                let at = place.index(text.len());
                let alphabet: Vec<char> =
                    ('A'..='Z').chain('a'..='z').chain('0'..='9').chain(['+', '/']).collect();
                let old = alphabet.iter().position(|c| *c == text[at]).unwrap_or_default();
                text[at] = alphabet[(old + usize::from(by)) % 64];
                answer.insert(name.to_owned(), json!(text.into_iter().collect::<String>()));
            }
        }
        if answer == proof(&own, &prover, &question, PASSWORD) {
            return Ok(());
        }
        let reply = own.public("RespondToAuthChallenge", verifier(answer));
        prop_assert_eq!((reply.status, reply.code()), (400, "NotAuthorizedException".to_owned()), "{}", reply.text);
    });
}

#[rstest]
#[case("USER_PASSWORD_AUTH", "InitiateAuth", &["ALLOW_USER_SRP_AUTH"], "USER_PASSWORD_AUTH flow not enabled for this client")]
#[case("USER_SRP_AUTH", "InitiateAuth", &["ALLOW_USER_PASSWORD_AUTH"], "USER_SRP_AUTH is not enabled for the client.")]
#[case("CUSTOM_AUTH", "InitiateAuth", &["ALLOW_USER_SRP_AUTH"], "CUSTOM_AUTH is not enabled for the client.")]
#[case("USER_AUTH", "InitiateAuth", &["ALLOW_USER_SRP_AUTH"], "USER_AUTH is not enabled for the client.")]
#[case("USER_AUTH", "InitiateAuth", &[], "USER_AUTH is not enabled for the client.")]
#[case("USER_PASSWORD_AUTH", "InitiateAuth", &[], "USER_PASSWORD_AUTH flow not enabled for this client")]
#[case("REFRESH_TOKEN_AUTH", "InitiateAuth", &["ALLOW_USER_SRP_AUTH"], "REFRESH_TOKEN_AUTH is not enabled for the client.")]
#[case("ADMIN_USER_PASSWORD_AUTH", "AdminInitiateAuth", &["ALLOW_USER_SRP_AUTH"], "Auth flow not enabled for this client")]
#[case("ADMIN_NO_SRP_AUTH", "AdminInitiateAuth", &[], "Auth flow not enabled for this client")]
#[case("ADMIN_USER_PASSWORD_AUTH", "InitiateAuth", &["ALLOW_ADMIN_USER_PASSWORD_AUTH"], "Initiate Auth method not supported.")]
#[case("USER_PASSWORD_AUTH", "AdminInitiateAuth", &["ALLOW_USER_PASSWORD_AUTH"], "Initiate Auth method not supported.")]
#[case("USER_SRP_AUTH", "InitiateAuth", &["CUSTOM_AUTH_FLOW_ONLY"], "USER_SRP_AUTH is not enabled for the client.")]
fn flows_that_the_client_does_not_allow_are_refused(
    #[case] flow: &str,
    #[case] operation: &str,
    #[case] allowed: &[&str],
    #[case] message: &str,
) {
    let live = live(5);
    let client = if allowed.is_empty() { json!({}) } else { json!({ "ExplicitAuthFlows": allowed }) };
    let own = Own::new(&live, json!({}), client);
    person(&own, "ada", &[]);
    let parameters = json!({ "USERNAME": "ada", "PASSWORD": PASSWORD, "SRP_A": "aa", "REFRESH_TOKEN": "x" });
    let mut input = json!({ "AuthFlow": flow, "ClientId": own.client, "AuthParameters": parameters });
    if operation == "AdminInitiateAuth" {
        input["UserPoolId"] = json!(own.pool);
        assert_eq!(live.fails(operation, input, "InvalidParameterException").message(), message);
    } else {
        assert_eq!(own.fails(operation, input, "InvalidParameterException").message(), message);
    }
}

#[test]
fn old_names_of_flows_still_count() {
    let live = live(5);
    let client = json!({ "ExplicitAuthFlows": ["ADMIN_NO_SRP_AUTH", "USER_PASSWORD_AUTH"] });
    let own = Own::new(&live, json!({}), client);
    person(&own, "ada", &[]);
    let mut input = as_admin(&own, "ada", PASSWORD);
    tokens(&own.admin("AdminInitiateAuth", input.clone()));
    input["AuthFlow"] = json!("ADMIN_NO_SRP_AUTH");
    tokens(&own.admin("AdminInitiateAuth", input));
    let signed_in = own.ok("InitiateAuth", by_password("ada", PASSWORD));
    let token = signed_in["AuthenticationResult"]["RefreshToken"].clone();
    for flow in ["REFRESH_TOKEN", "REFRESH_TOKEN_AUTH"] {
        let refreshed =
            own.ok("InitiateAuth", json!({ "AuthFlow": flow, "AuthParameters": { "REFRESH_TOKEN": token } }));
        assert!(refreshed["AuthenticationResult"]["AccessToken"].is_string());
        assert!(refreshed["AuthenticationResult"].get("RefreshToken").is_none());
    }
    own.ok("InitiateAuth", by_srp("ada", &Prover::new(1)));
}

#[test]
fn requests_that_the_service_model_refuses_are_refused() {
    let live = live(5);
    let own = with(&live, json!({}), json!({}));
    for input in [
        json!({ "AuthParameters": {} }),
        json!({ "AuthFlow": "PASSWORD", "AuthParameters": {} }),
        json!({ "AuthFlow": "USER_SRP_AUTH" }),
        json!({ "AuthFlow": "USER_SRP_AUTH", "AuthParameters": { "SRP_A": "aa" } }),
        json!({ "AuthFlow": "REFRESH_TOKEN_AUTH", "AuthParameters": {} }),
    ] {
        own.fails("InitiateAuth", input, "InvalidParameterException");
    }
    for input in [
        json!({ "ChallengeResponses": {} }),
        json!({ "ChallengeName": "RIDDLE", "ChallengeResponses": {} }),
        json!({ "ChallengeName": "SMS_MFA", "ChallengeResponses": { "USERNAME": "ada", "SMS_MFA_CODE": "1" } }),
    ] {
        own.fails("RespondToAuthChallenge", input, "InvalidParameterException");
    }
    let elsewhere = json!({ "ClientId": "nosuchclient", "AuthFlow": "USER_SRP_AUTH" });
    live.fails("InitiateAuth", elsewhere, "ResourceNotFoundException");
    let mut input = as_admin(&own, "ada", PASSWORD);
    input["UserPoolId"] = json!(live.pool);
    live.fails("AdminInitiateAuth", input, "ResourceNotFoundException");
}

#[test]
fn clients_with_a_secret_prove_it_at_every_step() {
    let live = live(5);
    let own = with(&live, json!({}), json!({ "GenerateSecret": true }));
    person(&own, "ada", &[]);
    let described = own.admin("DescribeUserPoolClient", json!({ "ClientId": own.client }));
    let secret = described["UserPoolClient"]["ClientSecret"].as_str().unwrap();
    let hash = secret_hash("ada", &own.client, secret);
    let reply = own.fails("InitiateAuth", by_password("ada", PASSWORD), "NotAuthorizedException");
    assert!(reply.message().contains("SECRET_HASH was not received"), "{}", reply.text);
    let mut input = by_password("ada", PASSWORD);
    input["AuthParameters"]["SECRET_HASH"] = json!(secret_hash("bob", &own.client, secret));
    let reply = own.fails("InitiateAuth", input.clone(), "NotAuthorizedException");
    assert_eq!(reply.message(), format!("Unable to verify secret hash for client {}", own.client));
    input["AuthParameters"]["SECRET_HASH"] = json!(hash);
    let signed_in = own.ok("InitiateAuth", input);
    let prover = Prover::new(3);
    let mut input = by_srp("ada", &prover);
    input["AuthParameters"]["SECRET_HASH"] = json!(hash);
    let question = own.ok("InitiateAuth", input);
    let mut answer = proof(&own, &prover, &question, PASSWORD);
    own.fails("RespondToAuthChallenge", verifier(answer.clone()), "NotAuthorizedException");
    answer.insert("SECRET_HASH".to_owned(), json!(hash));
    tokens(&own.ok("RespondToAuthChallenge", verifier(answer)));
    let refresh = |hash: &str| {
        let token = &signed_in["AuthenticationResult"]["RefreshToken"];
        let parameters = json!({ "REFRESH_TOKEN": token, "SECRET_HASH": hash });
        own.public("InitiateAuth", json!({ "AuthFlow": "REFRESH_TOKEN_AUTH", "AuthParameters": parameters }))
    };
    assert_eq!(refresh(&hash).status, 200);
    assert_eq!(refresh("bm9uZQ==").code(), "NotAuthorizedException");
}

#[test]
fn refreshing_through_initiate_auth_is_closed_to_clients_that_rotate() {
    let live = live(5);
    let rotation = json!({ "Feature": "ENABLED", "RetryGracePeriodSeconds": 0 });
    let flows = ["ALLOW_USER_PASSWORD_AUTH"];
    let own = with(&live, json!({}), json!({ "RefreshTokenRotation": rotation, "ExplicitAuthFlows": flows }));
    person(&own, "ada", &[]);
    let signed_in = own.ok("InitiateAuth", by_password("ada", PASSWORD));
    let parameters = json!({ "REFRESH_TOKEN": signed_in["AuthenticationResult"]["RefreshToken"] });
    let input = json!({ "AuthFlow": "REFRESH_TOKEN_AUTH", "AuthParameters": parameters });
    assert_eq!(own.public("InitiateAuth", input).status, 400);
}

#[test]
fn who_may_not_sign_in_is_told_why_only_after_the_password() {
    let live = live(5);
    let own = with(&live, json!({}), json!({ "PreventUserExistenceErrors": "ENABLED" }));
    own.ok("SignUp", json!({ "Username": "ada", "Password": PASSWORD }));
    let wrong = own.fails("InitiateAuth", by_password("ada", "Wrong-horse-9"), "NotAuthorizedException");
    assert_eq!(wrong.message(), WRONG);
    own.fails("InitiateAuth", by_password("ada", PASSWORD), "UserNotConfirmedException");
    let prover = Prover::new(1);
    let question = own.ok("InitiateAuth", by_srp("ada", &prover));
    let answer = verifier(proof(&own, &prover, &question, PASSWORD));
    own.fails("RespondToAuthChallenge", answer, "UserNotConfirmedException");
    own.admin("AdminConfirmSignUp", json!({ "Username": "ada" }));
    own.admin("AdminDisableUser", json!({ "Username": "ada" }));
    let disabled = own.fails("InitiateAuth", by_password("ada", PASSWORD), "NotAuthorizedException");
    assert_eq!(disabled.message(), "User is disabled.");
}

#[test]
fn someone_disabled_on_the_way_gets_no_tokens() {
    let live = live(5);
    let own = with(&live, json!({}), json!({}));
    person(&own, "ada", &[]);
    let prover = Prover::new(1);
    let question = own.ok("InitiateAuth", by_srp("ada", &prover));
    own.admin("AdminDisableUser", json!({ "Username": "ada" }));
    let answer = verifier(proof(&own, &prover, &question, PASSWORD));
    assert_eq!(own.fails("RespondToAuthChallenge", answer, "NotAuthorizedException").message(), "User is disabled.");
}

#[test]
fn a_password_that_was_reset_is_refused_right_or_wrong() {
    let live = live(5);
    let own = with(&live, json!({ "AutoVerifiedAttributes": ["email"] }), json!({}));
    person(&own, "ada", &[("email", "ada@x.example"), ("email_verified", "true")]);
    own.admin("AdminResetUserPassword", json!({ "Username": "ada" }));
    for password in [PASSWORD, "Wrong-horse-9"] {
        own.fails("InitiateAuth", by_password("ada", password), "PasswordResetRequiredException");
    }
    let prover = Prover::new(1);
    let question = own.ok("InitiateAuth", by_srp("ada", &prover));
    let answer = verifier(proof(&own, &prover, &question, PASSWORD));
    own.fails("RespondToAuthChallenge", answer, "PasswordResetRequiredException");
}

#[test]
fn nobody_is_told_apart_from_a_wrong_password_unless_the_client_may_know() {
    let live = live(5);
    let own = with(&live, json!({}), json!({}));
    for input in [by_password("nobody", PASSWORD), by_srp("nobody", &Prover::new(1))] {
        own.fails("InitiateAuth", input, "UserNotFoundException");
    }
    let own = with(&live, json!({}), json!({ "PreventUserExistenceErrors": "ENABLED" }));
    person(&own, "ada", &[]);
    let nobody = own.fails("InitiateAuth", by_password("nobody", PASSWORD), "NotAuthorizedException");
    let somebody = own.fails("InitiateAuth", by_password("ada", "Wrong-horse-9"), "NotAuthorizedException");
    assert_eq!(nobody.text, somebody.text);
    let prover = Prover::new(1);
    let [real, first, second] = ["ada", "nobody", "nobody"].map(|name| own.ok("InitiateAuth", by_srp(name, &prover)));
    let shape = |question: &Value| {
        let text = |name: &str| question["ChallengeParameters"][name].as_str().unwrap().to_owned();
        let long = text("SRP_B").len() > 700 && text("SALT").len() > 24;
        (text("SECRET_BLOCK").len(), question["Session"].as_str().unwrap().len(), long)
    };
    assert_eq!(shape(&real), shape(&first));
    assert_eq!(first["ChallengeParameters"]["SALT"], second["ChallengeParameters"]["SALT"], "a salt is stable");
    assert_ne!(first["ChallengeParameters"]["SALT"], real["ChallengeParameters"]["SALT"]);
    let refused = [(&real, "Wrong-horse-9"), (&first, PASSWORD)].map(|(question, password)| {
        let answer = verifier(proof(&own, &prover, question, password));
        own.fails("RespondToAuthChallenge", answer, "NotAuthorizedException").text
    });
    assert_eq!(refused[0], refused[1]);
}

#[test]
fn nobody_looks_like_somebody_where_people_sign_in_by_address() {
    let live = live(5);
    let pool = json!({ "UsernameAttributes": ["email"] });
    let own = with(&live, pool, json!({ "PreventUserExistenceErrors": "ENABLED" }));
    let question = own.ok("InitiateAuth", by_srp("nobody@x.example", &Prover::new(1)));
    let name = question["ChallengeParameters"]["USERNAME"].as_str().unwrap();
    assert!(uuid::Uuid::try_parse(name).is_ok(), "{name}");
}

#[rstest]
#[case::somebody("ada")]
#[case::nobody("nobody")]
fn five_failures_lock_out_for_a_second_and_every_further_one_twice_as_long(#[case] name: &str) {
    let live = live(5);
    let own = with(&live, json!({}), json!({ "PreventUserExistenceErrors": "ENABLED" }));
    person(&own, "ada", &[]);
    let attempt = |password: &str| own.fails("InitiateAuth", by_password(name, password), "NotAuthorizedException");
    for _ in 0..5 {
        assert_eq!(attempt("Wrong-horse-9").message(), WRONG);
    }
    let weather = live.sandbox.weather();
    for wait in [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900] {
        weather.advance(Duration::from_millis(wait * 1000 - 900));
        // A refused attempt does not make the wait longer, and real time passes too.
        weather.advance(Duration::from_millis(900));
        let message = attempt("Wrong-horse-9").message();
        assert_eq!(message, WRONG, "after {wait} s");
        // Real time passes, too: only a long wait is surely not over yet.
        if (32..900).contains(&wait) {
            assert_eq!(attempt(PASSWORD).message(), "Password attempts exceeded", "within the wait after {wait} s");
        }
    }
    if name == "ada" {
        weather.advance(Duration::from_secs(901));
        tokens(&own.ok("InitiateAuth", by_password("ada", PASSWORD)));
        for _ in 0..4 {
            assert_eq!(attempt("Wrong-horse-9").message(), WRONG);
        }
        tokens(&own.ok("InitiateAuth", by_password("ada", PASSWORD)));
    }
}

#[test]
fn a_lockout_holds_for_srp_too() {
    let live = live(5);
    let own = with(&live, json!({}), json!({}));
    person(&own, "ada", &[]);
    for _ in 0..10 {
        live.sandbox.weather().advance(Duration::from_secs(40));
        own.fails("InitiateAuth", by_password("ada", "Wrong-horse-9"), "NotAuthorizedException");
    }
    let prover = Prover::new(1);
    let question = own.ok("InitiateAuth", by_srp("ada", &prover));
    let answer = verifier(proof(&own, &prover, &question, PASSWORD));
    let refused = own.fails("RespondToAuthChallenge", answer, "NotAuthorizedException");
    assert_eq!(refused.message(), "Password attempts exceeded");
}

fn temporary(own: &Own<'_>, list: &[(&str, &str)]) -> Value {
    let input = json!({
        "Username": "ada", "TemporaryPassword": PASSWORD, "MessageAction": "SUPPRESS",
        "UserAttributes": attributes(list),
    });
    own.admin("AdminCreateUser", input);
    let question = own.ok("InitiateAuth", by_password("ada", PASSWORD));
    assert_eq!(question["ChallengeName"], "NEW_PASSWORD_REQUIRED", "{question}");
    question
}

fn new_password(question: &Value, responses: Value) -> Value {
    let mut responses = responses;
    responses["USERNAME"] = json!("ada");
    json!({ "ChallengeName": "NEW_PASSWORD_REQUIRED", "Session": question["Session"], "ChallengeResponses": responses })
}

#[test]
fn a_temporary_password_is_replaced_before_there_are_tokens() {
    let live = live(5);
    let own = with(&live, json!({}), json!({}));
    let question = temporary(&own, &[("name", "Ada")]);
    let parameters = &question["ChallengeParameters"];
    assert_eq!(parameters["requiredAttributes"], "[]");
    assert_eq!(parameters["userAttributes"], "{\"name\":\"Ada\"}");
    let weak = new_password(&question, json!({ "NEW_PASSWORD": "weak" }));
    own.fails("RespondToAuthChallenge", weak, "InvalidPasswordException");
    own.fails("RespondToAuthChallenge", new_password(&question, json!({})), "InvalidParameterException");
    let right = new_password(&question, json!({ "NEW_PASSWORD": "Battery-staple-7" }));
    tokens(&own.ok("RespondToAuthChallenge", right.clone()));
    own.fails("RespondToAuthChallenge", right, "NotAuthorizedException");
    assert_eq!(own.user("ada")["UserStatus"], "CONFIRMED");
    own.fails("InitiateAuth", by_password("ada", PASSWORD), "NotAuthorizedException");
    tokens(&own.ok("InitiateAuth", by_password("ada", "Battery-staple-7")));
}

#[test]
fn required_attributes_are_asked_for_and_those_there_cannot_be_changed() {
    let live = live(5);
    let required = |name: &str| json!({ "Name": name, "Required": true, "Mutable": true });
    let own = with(&live, json!({ "Schema": [required("email"), required("family_name")] }), json!({}));
    let question = temporary(&own, &[("email", "ada@x.example")]);
    assert_eq!(question["ChallengeParameters"]["requiredAttributes"], "[\"userAttributes.family_name\"]");
    let with =
        |name: &str, value: &str| new_password(&question, json!({ "NEW_PASSWORD": "Battery-staple-7", name: value }));
    let none = new_password(&question, json!({ "NEW_PASSWORD": "Battery-staple-7" }));
    let refused = own.fails("RespondToAuthChallenge", none, "InvalidParameterException");
    assert!(refused.message().contains("family_name"), "{}", refused.text);
    let mut both = with("userAttributes.family_name", "Lovelace");
    both["ChallengeResponses"]["userAttributes.email"] = json!("eve@x.example");
    let refused = own.fails("RespondToAuthChallenge", both, "NotAuthorizedException");
    assert_eq!(refused.message(), "Cannot modify an already provided email");
    own.fails("RespondToAuthChallenge", with("userAttributes.shoe_size", "9"), "InvalidParameterException");
    tokens(&own.ok("RespondToAuthChallenge", with("userAttributes.family_name", "Lovelace")));
    assert_eq!(crate::support::attribute(&own.user("ada"), "family_name"), Some("Lovelace"));
    assert_eq!(crate::support::attribute(&own.user("ada"), "email"), Some("ada@x.example"));
}

#[test]
fn a_temporary_password_dies_when_its_days_are_over() {
    let live = live(5);
    let policy = json!({ "PasswordPolicy": { "MinimumLength": 8, "TemporaryPasswordValidityDays": 2 } });
    let own = with(&live, json!({ "Policies": policy }), json!({}));
    temporary(&own, &[]);
    live.sandbox.weather().advance(Duration::from_secs(2 * 86_400 + 1));
    let refused = own.fails("InitiateAuth", by_password("ada", PASSWORD), "NotAuthorizedException");
    assert!(refused.message().contains("Temporary password has expired"), "{}", refused.text);
}

#[test]
fn sessions_last_as_long_as_the_client_says() {
    let live = live(5);
    for (minutes, client) in [(3, json!({})), (15, json!({ "AuthSessionValidity": 15 }))] {
        let own = with(&live, json!({}), client);
        let question = temporary(&own, &[]);
        let weak = new_password(&question, json!({ "NEW_PASSWORD": "weak" }));
        live.sandbox.weather().advance(Duration::from_secs(minutes * 60 - 10));
        own.fails("RespondToAuthChallenge", weak.clone(), "InvalidPasswordException");
        live.sandbox.weather().advance(Duration::from_secs(10));
        let expired = own.fails("RespondToAuthChallenge", weak, "NotAuthorizedException");
        assert!(expired.message().contains("session is expired"), "{}", expired.text);
    }
}

#[test]
fn a_session_is_for_one_person_client_and_challenge() {
    let live = live(5);
    let own = with(&live, json!({}), json!({}));
    person(&own, "bob", &[]);
    let question = temporary(&own, &[]);
    let right = new_password(&question, json!({ "NEW_PASSWORD": "Battery-staple-7" }));
    let mut other = right.clone();
    other["ChallengeResponses"]["USERNAME"] = json!("bob");
    own.fails("RespondToAuthChallenge", other, "NotAuthorizedException");
    let mut other = right.clone();
    other["ChallengeName"] = json!("SOFTWARE_TOKEN_MFA");
    own.fails("RespondToAuthChallenge", other, "NotAuthorizedException");
    let mut other = right.clone();
    other["Session"] = json!(format!("{}x", question["Session"].as_str().unwrap()));
    own.fails("RespondToAuthChallenge", other, "NotAuthorizedException");
    let client = own.admin("CreateUserPoolClient", json!({ "ClientName": "second" }));
    let mut other = right.clone();
    other["ClientId"] = client["UserPoolClient"]["ClientId"].clone();
    assert_eq!(own.unsigned("RespondToAuthChallenge", other).code(), "NotAuthorizedException");
    tokens(&own.admin("AdminRespondToAuthChallenge", {
        let mut right = right;
        right["ClientId"] = json!(own.client);
        right
    }));
}
#[test]
fn sign_ins_are_noted_where_threat_protection_watches() {
    let live = live(5);
    let pool = json!({ "UserPoolTier": "PLUS", "UserPoolAddOns": { "AdvancedSecurityMode": "AUDIT" } });
    let own = with(&live, pool, json!({}));
    person(&own, "ada", &[]);
    own.fails("InitiateAuth", by_password("ada", "Wrong-horse-9"), "NotAuthorizedException");
    own.ok("InitiateAuth", by_password("ada", PASSWORD));
    let events = own.admin("AdminListUserAuthEvents", json!({ "Username": "ada" }));
    let seen: Vec<_> = events["AuthEvents"].as_array().unwrap().iter().filter(|e| e["EventType"] == "SignIn").collect();
    assert_eq!(seen.iter().map(|event| event["EventResponse"].clone()).collect::<Vec<_>>(), ["Pass", "Fail"]);
}

#[test]
fn an_app_takes_part_in_a_session_only_through_its_own_answers() {
    let live = live(5);
    let own = with(&live, json!({}), json!({}));
    person(&own, "ada", &[]);
    let refused = json!([{ "when": { "/request/clientMetadata/place": "work" }, "error": "Go home" }]);
    live.sandbox.set_triggers(&own.pool, json!({ "PostAuthentication": refused })).unwrap();
    let at_work = json!({ "place": "work" });
    let mut first = by_password("ada", PASSWORD);
    first["ClientMetadata"] = at_work.clone();
    tokens(&own.ok("InitiateAuth", first));
    let prover = Prover::new(21);
    let question = own.ok("InitiateAuth", by_srp("ada", &prover));
    let mut last = verifier(proof(&own, &prover, &question, PASSWORD));
    last["ClientMetadata"] = at_work;
    own.fails("RespondToAuthChallenge", last, "UserLambdaValidationException");
}

#[test]
fn a_confirmed_sign_up_signs_in_at_once_and_only_once() {
    let live = live(5);
    let own = with(&live, json!({ "AutoVerifiedAttributes": ["email"] }), json!({}));
    let list = attributes(&[("email", "ada@x.example")]);
    let signed_up = own.ok("SignUp", json!({ "Username": "ada", "Password": PASSWORD, "UserAttributes": list }));
    let begin = |session: &Value| json!({ "AuthFlow": "USER_AUTH", "AuthParameters": { "USERNAME": "ada" }, "Session": session });
    own.fails("InitiateAuth", begin(&signed_up["Session"]), "NotAuthorizedException");
    let input =
        json!({ "Username": "bob", "Password": PASSWORD, "UserAttributes": attributes(&[("email", "b@x.example")]) });
    let signed_up = own.ok("SignUp", input);
    let input = json!({ "Username": "bob", "ConfirmationCode": own.code(), "Session": signed_up["Session"] });
    let confirmed = own.ok("ConfirmSignUp", input);
    own.fails("InitiateAuth", begin(&confirmed["Session"]), "NotAuthorizedException");
    let signed_up = own.ok(
        "SignUp",
        json!({ "Username": "cat", "Password": PASSWORD, "UserAttributes": attributes(&[("email", "c@x.example")]) }),
    );
    let input = json!({ "Username": "cat", "ConfirmationCode": own.code(), "Session": signed_up["Session"] });
    let confirmed = own.ok("ConfirmSignUp", input);
    let mut input = begin(&confirmed["Session"]);
    input["AuthParameters"]["USERNAME"] = json!("cat");
    tokens(&own.ok("InitiateAuth", input.clone()));
    own.fails("InitiateAuth", input, "NotAuthorizedException");
}
