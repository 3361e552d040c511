//! Challenges of the pool's own, and the other triggers of a sign-in.

use crate::support::sign_in::{answer, asks, by_password, by_srp, person, proof, tokens, verifier};
use crate::support::srp::Prover;
use crate::support::{Live, Own, PASSWORD, attribute, live};
use serde_json::{Value, json};

fn open(live: &Live, triggers: Value) -> Own<'_> {
    let flows = ["ALLOW_CUSTOM_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH"];
    let own = Own::new(live, json!({}), json!({ "ExplicitAuthFlows": flows }));
    live.sandbox.set_triggers(&own.pool, triggers).unwrap();
    own
}

fn begin(name: &str) -> Value {
    json!({ "AuthFlow": "CUSTOM_AUTH", "AuthParameters": { "USERNAME": name } })
}

fn riddle() -> Value {
    json!({ "CreateAuthChallenge": {
        "publicChallengeParameters": { "riddle": "What goes on four legs in the morning?" },
        "privateChallengeParameters": { "answer": "man" },
        "challengeMetadata": "SPHINX",
    } })
}

#[test]
fn a_challenge_is_asked_until_it_is_answered_or_three_answers_were_wrong() {
    let live = live(5);
    let own = open(&live, riddle());
    person(&own, "ada", &[]);
    let question = own.ok("InitiateAuth", begin("ada"));
    let asked = asks(&question, "CUSTOM_CHALLENGE");
    assert_eq!(asked, &json!({ "USERNAME": "ada", "riddle": "What goes on four legs in the morning?" }));
    let second = own.ok("RespondToAuthChallenge", answer(&question, "ada", json!({ "ANSWER": "cat" })));
    asks(&second, "CUSTOM_CHALLENGE");
    let replay = answer(&question, "ada", json!({ "ANSWER": "man" }));
    own.fails("RespondToAuthChallenge", replay, "NotAuthorizedException");
    own.fails("RespondToAuthChallenge", answer(&second, "ada", json!({})), "InvalidParameterException");
    tokens(&own.ok("RespondToAuthChallenge", answer(&second, "ada", json!({ "ANSWER": "man" }))));
    let mut question = own.ok("InitiateAuth", begin("ada"));
    for _ in 0..2 {
        question = own.ok("RespondToAuthChallenge", answer(&question, "ada", json!({ "ANSWER": "cat" })));
    }
    let last = answer(&question, "ada", json!({ "ANSWER": "cat" }));
    own.fails("RespondToAuthChallenge", last, "NotAuthorizedException");
}

#[test]
fn a_script_decides_by_what_was_answered_before() {
    let live = live(5);
    let mut triggers = riddle();
    triggers["DefineAuthChallenge"] = json!([
        { "when": { "/request/session/1/challengeResult": true }, "response": { "issueTokens": true } },
        { "when": { "/request/session/0/challengeResult": false }, "response": { "failAuthentication": true } },
        { "when": { "/request/userAttributes/name": "Eve" }, "error": "We know you" },
        { "when": { "/userName": "fay" }, "response": { "challengeName": "RIDDLE" } },
        { "response": { "challengeName": "CUSTOM_CHALLENGE" } },
    ]);
    triggers["VerifyAuthChallengeResponse"] = json!([
        { "when": { "/request/challengeAnswer": "open sesame" }, "response": { "answerCorrect": true } },
        { "when": { "/request/clientMetadata/friend": "yes" }, "response": { "answerCorrect": true } },
        { "response": { "answerCorrect": false } },
    ]);
    let own = open(&live, triggers);
    for (name, called) in [("ada", "Ada"), ("eve", "Eve"), ("fay", "Fay")] {
        person(&own, name, &[("name", called)]);
    }
    let first = own.ok("InitiateAuth", begin("ada"));
    let second = own.ok("RespondToAuthChallenge", answer(&first, "ada", json!({ "ANSWER": "open sesame" })));
    asks(&second, "CUSTOM_CHALLENGE");
    let mut last = answer(&second, "ada", json!({ "ANSWER": "I am with them" }));
    last["ClientMetadata"] = json!({ "friend": "yes" });
    tokens(&own.ok("RespondToAuthChallenge", last));
    let first = own.ok("InitiateAuth", begin("ada"));
    let wrong = answer(&first, "ada", json!({ "ANSWER": "man" }));
    own.fails("RespondToAuthChallenge", wrong, "NotAuthorizedException");
    let failed = own.fails("InitiateAuth", begin("eve"), "UserLambdaValidationException");
    assert_eq!(failed.message(), "DefineAuthChallenge failed with error We know you.");
    own.fails("InitiateAuth", begin("fay"), "InvalidLambdaResponseException");
}

#[test]
fn a_password_can_be_proved_first() {
    let live = live(5);
    let own = open(&live, riddle());
    person(&own, "ada", &[]);
    let begin = |prover: &Prover| {
        let parameters = json!({ "USERNAME": "ada", "CHALLENGE_NAME": "SRP_A", "SRP_A": prover.public() });
        own.ok("InitiateAuth", json!({ "AuthFlow": "CUSTOM_AUTH", "AuthParameters": parameters }))
    };
    let prover = Prover::new(11);
    let question = begin(&prover);
    asks(&question, "PASSWORD_VERIFIER");
    let proved = Value::Object(proof(&own, &prover, &question, PASSWORD));
    let question = own.ok("RespondToAuthChallenge", answer(&question, "ada", proved));
    asks(&question, "CUSTOM_CHALLENGE");
    tokens(&own.ok("RespondToAuthChallenge", answer(&question, "ada", json!({ "ANSWER": "man" }))));
    let question = begin(&prover);
    let proved = Value::Object(proof(&own, &prover, &question, "Wrong-horse-9"));
    own.fails("RespondToAuthChallenge", answer(&question, "ada", proved), "NotAuthorizedException");
}

#[test]
fn without_functions_there_are_no_challenges() {
    let live = live(5);
    let own = open(&live, json!({}));
    person(&own, "ada", &[]);
    let refused = own.fails("InitiateAuth", begin("ada"), "InvalidParameterException");
    assert_eq!(refused.message(), "Custom auth lambda trigger is not configured for the user pool.");
}

#[test]
fn a_function_before_and_one_after_can_refuse_a_sign_in() {
    let live = live(5);
    let own = open(&live, json!({}));
    person(&own, "ada", &[]);
    let prover = Prover::new(3);
    let both = || {
        let question = own.ok("InitiateAuth", by_srp("ada", &prover));
        let answer = verifier(proof(&own, &prover, &question, PASSWORD));
        [own.public("InitiateAuth", by_password("ada", PASSWORD)), own.public("RespondToAuthChallenge", answer)]
    };
    for name in ["PreAuthentication", "PostAuthentication"] {
        live.sandbox.set_triggers(&own.pool, json!({ name: { "error": "Not today" } })).unwrap();
        for reply in both() {
            assert_eq!(reply.code(), "UserLambdaValidationException");
            assert_eq!(reply.message(), format!("{name} failed with error Not today."));
        }
    }
    let rules = json!([{ "when": { "/request/validationData/place": "work" }, "error": "Go home" }]);
    live.sandbox.set_triggers(&own.pool, json!({ "PreAuthentication": rules })).unwrap();
    for reply in both() {
        assert_eq!(reply.status, 200, "{}", reply.text);
    }
    let mut input = by_password("ada", PASSWORD);
    input["ClientMetadata"] = json!({ "place": "work" });
    own.fails("InitiateAuth", input, "UserLambdaValidationException");
}

#[test]
fn people_come_over_from_elsewhere_when_they_first_sign_in() {
    let live = live(5);
    let own = open(
        &live,
        json!({ "UserMigration": [
        { "when": { "/request/password": "Old-secret-5" }, "response": {
            "userAttributes": { "email": "ada@x.example", "email_verified": "true" }, "finalUserStatus": "CONFIRMED",
        } },
        { "when": { "/userName": "bob" }, "response": { "userAttributes": { "name": "Bob" } } },
        { "error": "Unknown" },
    ] }),
    );
    let refused = own.fails("InitiateAuth", by_password("ada", PASSWORD), "UserNotFoundException");
    assert!(refused.message().starts_with("Exception migrating user in app client"), "{}", refused.text);
    own.fails("InitiateAuth", by_srp("ada", &Prover::new(1)), "UserNotFoundException");
    tokens(&own.ok("InitiateAuth", by_password("ada", "Old-secret-5")));
    let ada = own.user("ada");
    assert_eq!((&ada["UserStatus"], attribute(&ada, "email")), (&json!("CONFIRMED"), Some("ada@x.example")));
    live.sandbox.set_triggers(&own.pool, json!({})).unwrap();
    tokens(&own.ok("InitiateAuth", by_password("ada", "Old-secret-5")));
    own.fails("InitiateAuth", by_password("bob", PASSWORD), "UserNotFoundException");
}

#[test]
fn someone_who_came_over_may_need_a_new_password() {
    let live = live(5);
    let own = open(&live, json!({ "UserMigration": { "userAttributes": { "name": "Bob" } } }));
    own.fails("InitiateAuth", by_password("bob", PASSWORD), "PasswordResetRequiredException");
    assert_eq!(own.user("bob")["UserStatus"], "RESET_REQUIRED");
}
