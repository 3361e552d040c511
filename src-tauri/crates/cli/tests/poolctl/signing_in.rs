//! `poolctl sign-in` and `poolctl token` against the sandbox.

use sandbox::Person;
use serde_json::Value;

use crate::{Home, Ran, Served};

fn person(served: &Served, state: &str) -> Person {
    served.sandbox.description().people.into_iter().find(|person| person.state == state).unwrap()
}

/// Signs in with the password on standard input.
fn sign_in(home: &Home, served: &Served, user: &str, password: &str, more: &[&str]) -> Ran {
    let client = served.sandbox.description().clients[0].id.clone();
    let pool = served.pool();
    let mut words = vec!["sign-in", "--client", &client, "--pool", &pool, "--user", user, "--password-stdin"];
    words.extend(more);
    home.run_there(served, &words, password)
}

fn check<'a>(verdict: &'a Value, name: &str) -> &'a str {
    let checks = verdict["checks"].as_array().unwrap();
    checks.iter().find(|check| check["name"] == name).unwrap()["result"].as_str().unwrap()
}

impl Home {
    /// Runs towards the served sandbox with no Region named.
    fn run_there(&self, served: &Served, words: &[&str], input: &str) -> Ran {
        self.run_with_input(&[words, &["--endpoint", &served.endpoint()]].concat(), input)
    }
}

#[test]
fn a_password_of_standard_input_leads_to_tokens_that_verify() {
    let (served, home) = (Served::today(), Home::new());
    let person = person(&served, "CONFIRMED");
    let password = format!("{}\n", person.password);
    let ran = sign_in(&home, &served, &person.username, &password, &["--json", "--tokens"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let told: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(told["result"], "tokens");
    assert_eq!(told["steps"].as_array().unwrap().len(), 2);
    let id = told["tokens"]["idToken"].as_str().unwrap();
    let pool = served.pool();
    let verified = home.run_there(&served, &["token", "verify", "--json", "--pool", &pool], &format!(" {id}\n"));
    assert_eq!(verified.code, 0, "{}{}", verified.out, verified.err);
    let verdict: Value = serde_json::from_str(&verified.out).unwrap();
    assert_eq!((&verdict["valid"], &verdict["tokenUse"]), (&true.into(), &"id".into()));
    assert_eq!(verdict["pool"], served.pool().as_str());
    assert_eq!((check(&verdict, "signature"), check(&verdict, "revocation")), ("pass", "unknown"));
    let access = told["tokens"]["accessToken"].as_str().unwrap();
    let parts: Vec<&str> = id.split('.').collect();
    let altered = format!("{}.{}.{}", parts[0], access.split('.').nth(1).unwrap(), parts[2]);
    let refused = home.run_there(&served, &["token", "verify", "--json"], &altered);
    let verdict: Value = serde_json::from_str(&refused.out).unwrap();
    assert_eq!((refused.code, check(&verdict, "signature")), (1, "fail"));
    let inner = home.run_there(&served, &["token", "verify", "--json"], &id.replacen('.', " .", 1));
    let verdict: Value = serde_json::from_str(&inner.out).unwrap();
    assert_eq!((inner.code, check(&verdict, "format")), (1, "fail"));
}

#[test]
fn tokens_are_shown_only_when_they_are_asked_for() {
    let (served, home) = (Served::new(), Home::new());
    let person = person(&served, "CONFIRMED");
    for format in ["--format=json", "--format=table"] {
        let ran = sign_in(&home, &served, &person.username, &person.password, &[format]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        assert!(!ran.out.contains("eyJ") && !ran.err.contains("eyJ"), "{}", ran.out);
        assert!(!ran.out.contains(&person.password) && !ran.err.contains(&person.password));
    }
}

#[test]
fn a_challenge_exits_0_and_a_refusal_1() {
    let (served, home) = (Served::new(), Home::new());
    let forced = person(&served, "FORCE_CHANGE_PASSWORD");
    let ran = sign_in(&home, &served, &forced.username, &forced.password, &["--json"]);
    let told: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!((&told["result"], &told["challenge"]), (&"challenge".into(), &"NEW_PASSWORD_REQUIRED".into()));
    let person = person(&served, "CONFIRMED");
    let ran = sign_in(&home, &served, &person.username, "wrong", &["--json"]);
    let told: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((ran.code, &told["result"]), (1, &"error".into()));
    assert_eq!(told["error"]["code"], "NotAuthorizedException");
    let ran = sign_in(&home, &served, &person.username, "wrong", &[]);
    assert_eq!((ran.code, ran.out.matches("The password is wrong").count()), (1, 1), "{}", ran.out);
    assert!(ran.err.contains("not signed in: NotAuthorizedException"), "{}", ran.err);
    let ran = sign_in(&home, &served, &person.username, "x", &["--json", "--flow", "TELEPATHY"]);
    assert_eq!(ran.code, 2, "{}", ran.out);
    assert!(!ran.err.contains("active user"), "nothing is sent, so nothing is warned of");
    let (pool, nobody) = (served.pool(), "nosuchclient");
    let words = ["sign-in", "--client", nobody, "--pool", &pool, "--user", "x", "--password-stdin", "--json"];
    let told = home.run_there(&served, &words, "x").json(1);
    assert_eq!(told["error"]["code"], "not_found");
    assert!(told["error"]["message"].as_str().unwrap().contains("app client"), "{told}");
}

#[test]
fn tokens_are_read_out_of_whatever_was_copied() {
    let (served, home) = (Served::new(), Home::new());
    let person = person(&served, "CONFIRMED");
    let ran = sign_in(&home, &served, &person.username, &person.password, &["--json", "--tokens"]);
    let told: Value = serde_json::from_str(&ran.out).unwrap();
    let (id, access) = (told["tokens"]["idToken"].as_str().unwrap(), told["tokens"]["accessToken"].as_str().unwrap());
    let curl = format!("curl -H 'Authorization: Bearer {access}' https://api.example");
    let decoded = home.run_there(&served, &["token", "decode", "--json"], &curl);
    let read: Value = serde_json::from_str(&decoded.out).unwrap();
    assert_eq!(read["tokens"][0]["label"], "Authorization: Bearer");
    assert_eq!(read["tokens"][0]["claims"]["username"], person.username.as_str());
    let explained = home.run_there(&served, &["token", "explain", "--json"], id);
    assert!(serde_json::from_str::<Value>(&explained.out).unwrap().as_array().unwrap().len() > 8);
    let diff = home.run_there(&served, &["token", "diff", id, access, "--json"], "");
    let differences: Value = serde_json::from_str(&diff.out).unwrap();
    assert!(differences.as_array().unwrap().iter().any(|difference| difference["path"] == "claims.token_use"));
    assert_eq!(home.run_there(&served, &["token", "decode"], "nothing here").code, 2);
}

#[test]
fn a_sign_in_that_is_cut_off_exits_1_with_its_recording() {
    let (served, home) = (Served::new(), Home::new());
    let person = person(&served, "CONFIRMED");
    let weather = served.sandbox.weather();
    weather.plan_fault(Some("RespondToAuthChallenge"), sandbox::When::After(0), sandbox::Fault::ConnectionReset);
    let ran = sign_in(&home, &served, &person.username, &person.password, &["--json"]);
    let told: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((ran.code, &told["result"]), (1, &"failed".into()));
    assert_eq!((&told["error"]["code"], &told["steps"][1]["outcome"]), (&"unreachable".into(), &"unreachable".into()));
    assert_eq!(told["steps"][0]["outcome"], "PASSWORD_VERIFIER");
    let ran = sign_in(&home, &served, &person.username, &person.password, &[]);
    assert!(ran.code == 1 && ran.out.contains("PASSWORD_VERIFIER"), "{}", ran.out);
    assert!(ran.err.contains("not signed in: "), "{}", ran.err);
}
