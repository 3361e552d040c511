//! Sign-ins as an app does them.

use serde_json::{Map, Value, json};

use super::srp::Prover;
use super::{Own, PASSWORD, attributes};

/// Creates a person with a permanent password.
pub fn person(own: &Own<'_>, name: &str, list: &[(&str, &str)]) {
    let input = json!({ "Username": name, "UserAttributes": attributes(list), "MessageAction": "SUPPRESS" });
    own.admin("AdminCreateUser", input);
    own.admin("AdminSetUserPassword", json!({ "Username": name, "Password": PASSWORD, "Permanent": true }));
}

/// `InitiateAuth` by password.
pub fn by_password(name: &str, password: &str) -> Value {
    json!({ "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": { "USERNAME": name, "PASSWORD": password } })
}

/// `InitiateAuth` by SRP.
pub fn by_srp(name: &str, prover: &Prover) -> Value {
    json!({ "AuthFlow": "USER_SRP_AUTH", "AuthParameters": { "USERNAME": name, "SRP_A": prover.public() } })
}

/// The group that people of the pool prove themselves in.
pub fn group(own: &Own<'_>) -> String {
    own.pool.split_once('_').unwrap().1.to_owned()
}

/// The `ChallengeResponses` of `PASSWORD_VERIFIER`.
pub fn proof(own: &Own<'_>, prover: &Prover, question: &Value, password: &str) -> Map<String, Value> {
    let asked = &question["ChallengeParameters"];
    let identity = asked["USER_ID_FOR_SRP"].as_str().unwrap();
    let mut answer = prover.answer(&group(own), identity, password, asked);
    answer.insert("USERNAME".to_owned(), asked["USERNAME"].clone());
    answer
}

/// The answer to `PASSWORD_VERIFIER` without a session.
pub fn verifier(answer: Map<String, Value>) -> Value {
    json!({ "ChallengeName": "PASSWORD_VERIFIER", "ChallengeResponses": answer })
}

/// The answer to a question, with its session.
pub fn answer(question: &Value, name: &str, responses: Value) -> Value {
    let mut responses = responses;
    responses["USERNAME"] = json!(name);
    json!({
        "ChallengeName": question["ChallengeName"],
        "Session": question["Session"],
        "ChallengeResponses": responses,
    })
}

/// The answer is a question of this name.
#[track_caller]
pub fn asks<'a>(question: &'a Value, name: &str) -> &'a Value {
    assert_eq!(question["ChallengeName"], name, "{question}");
    &question["ChallengeParameters"]
}

/// The answer is tokens; gives them.
#[track_caller]
pub fn tokens(answer: &Value) -> &Value {
    let result = &answer["AuthenticationResult"];
    for token in ["AccessToken", "IdToken", "RefreshToken"] {
        assert!(result[token].as_str().is_some_and(|token| token.len() > 100), "{answer}");
    }
    assert_eq!((&result["ExpiresIn"], &result["TokenType"]), (&json!(3600), &json!("Bearer")));
    assert!(answer.get("ChallengeName").is_none() && answer.get("Session").is_none(), "{answer}");
    result
}

/// The claims of a token, unverified.
pub fn claims(token: &Value) -> Value {
    use base64::Engine;
    let payload = token.as_str().unwrap().split('.').nth(1).unwrap();
    serde_json::from_slice(&base64::prelude::BASE64_URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}
