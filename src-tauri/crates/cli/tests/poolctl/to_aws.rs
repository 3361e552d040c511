//! `poolctl credentials`, `token preview` and `token verify --consumers` against the sandbox.

use sandbox::Person;
use serde_json::{Value, json};

use crate::{Home, Ran, Served};

fn person(served: &Served) -> Person {
    served.sandbox.description().people.into_iter().find(|person| person.state == "CONFIRMED").unwrap()
}

fn client(served: &Served) -> String {
    served.sandbox.description().clients[0].id.clone()
}

/// ID and access token of a sign-in.
fn tokens(home: &Home, served: &Served) -> (String, String) {
    let (person, client, pool, endpoint) = (person(served), client(served), served.pool(), served.endpoint());
    let words = ["sign-in", "--client", &client, "--pool", &pool, "--user", &person.username, "--password-stdin"];
    let more = ["--json", "--tokens", "--endpoint", &endpoint];
    let told = home.run_with_input(&[&words[..], &more[..]].concat(), &person.password).json(0);
    let text = |name: &str| told["tokens"][name].as_str().unwrap().to_owned();
    (text("idToken"), text("accessToken"))
}

fn credentials(home: &Home, served: &Served, more: &[&str], input: &str) -> Ran {
    let (pool, endpoint) = (served.sandbox.description().identity_pool_id, served.endpoint());
    home.run_with_input(&[&["credentials", "--identity-pool", &pool, "--endpoint", &endpoint], more].concat(), input)
}

#[test]
fn an_id_token_becomes_credentials_and_the_rule_is_told() {
    let (served, home) = (Served::today(), Home::new());
    let (id, access) = tokens(&home, &served);
    let told = credentials(&home, &served, &["--json"], &id);
    assert!(!told.out.contains("ASIASANDBOX"), "unasked, no credentials are printed: {}", told.out);
    let told = told.json(0);
    assert!(told["expiresAt"].is_string(), "there are some: {told}");
    assert!(told["role"].as_str().unwrap().ends_with("role/customers-signed-in"));
    assert!(told["arn"].as_str().unwrap().contains("assumed-role/customers-signed-in"));
    assert_eq!(told["steps"].as_array().unwrap().len(), 3);
    let shell = credentials(&home, &served, &["--as", "environment"], &id);
    assert!(shell.out.starts_with("export AWS_ACCESS_KEY_ID=ASIASANDBOX"), "{}", shell.out);
    let process = credentials(&home, &served, &["--as", "process"], &id).json(0);
    assert_eq!((&process["Version"], process["SessionToken"].is_string()), (&json!(1), true));
    let plain = credentials(&home, &served, &[], &id);
    assert_eq!(plain.code, 0, "{}", plain.err);
    assert!(!plain.out.contains("ASIASANDBOX"), "unasked, no credentials are printed: {}", plain.out);
    assert!(plain.out.contains("cognito-identity.amazonaws.com:aud"), "{}", plain.out);
    // Refusals: an access token, a guest, nonsense.
    assert_eq!(credentials(&home, &served, &["--json"], &access).code, 1);
    let guest = credentials(&home, &served, &["--json", "--guest"], "").json(1);
    assert_eq!(guest["refusal"]["code"], "NotAuthorizedException");
    assert_eq!(credentials(&home, &served, &["--json"], "nonsense").code, 2);
    let nowhere = credentials(&home, &served, &["--as", "console-url", "--json"], &id).json(1);
    assert_eq!(nowhere["error"]["code"], "precondition");
}

#[test]
fn tokens_are_foretold_from_the_local_copy_and_a_trigger_from_a_file() {
    let served = Served::today();
    let home = Home::synced(&served);
    let (person, client, pool, endpoint) = (person(&served), client(&served), served.pool(), served.endpoint());
    let words = ["token", "preview", "--user", &person.username, "--client", &client, "--pool", &pool];
    let run = |more: &[&str], input: &str| {
        home.run_with_input(&[&words[..], &["--endpoint", &endpoint], more].concat(), input)
    };
    let told = run(&["--json"], "").json(0);
    assert_eq!((&told["prediction"], &told["idToken"]["aud"]), (&true.into(), &client.clone().into()));
    let (id, _) = tokens(&home, &served);
    let real = home.run_with_input(&["token", "decode", "--json"], &id).json(0);
    for claim in ["sub", "iss", "aud", "email", "cognito:groups", "cognito:username"] {
        assert_eq!(told["idToken"][claim], real["tokens"][0]["claims"][claim], "{claim}");
    }
    let answer = json!({ "claimsOverrideDetails": { "claimsToAddOrOverride": { "tenant": "blue", "sub": "x" } } });
    let changed = run(&["--json", "--trigger", "-"], &answer.to_string()).json(0);
    assert_eq!(changed["idToken"]["tenant"], "blue");
    assert_eq!(changed["ignored"][0]["what"], "sub");
    let event = run(&["--event", "--trigger-version", "V2"], "").json(0);
    assert_eq!((&event["version"], event["request"]["scopes"].is_array()), (&json!("2"), true));
    let refused = run(&["--json", "--trigger", "-"], "{").json(2);
    assert_eq!(refused["error"]["field"], "response");
    let table = run(&[], "");
    assert!(table.out.starts_with("A prediction"), "{}", table.out);
}

#[test]
fn who_would_accept_a_token_is_said_when_it_is_asked() {
    let (served, home) = (Served::today(), Home::new());
    let (id, access) = tokens(&home, &served);
    let (pool, endpoint) = (served.pool(), served.endpoint());
    let verify = |token: &str, more: &[&str]| -> Value {
        let words = ["token", "verify", "--json", "--pool", &pool, "--endpoint", &endpoint];
        home.run_with_input(&[&words[..], more].concat(), token).json(0)
    };
    assert!(verify(&id, &[]).get("acceptedBy").is_none());
    let answer = |told: &Value, consumer: &str| {
        let all = told["acceptedBy"].as_array().unwrap();
        all.iter().find(|one| one["consumer"] == consumer).unwrap()["answer"].as_str().unwrap().to_owned()
    };
    let told = verify(&id, &["--consumers"]);
    assert_eq!(answer(&told, "api_gateway_cognito"), "yes");
    // The sandbox's identity pool trusts this client and asks the user pool.
    let pools = told["acceptedBy"].as_array().unwrap().iter().find(|one| one["consumer"] == "identity_pool").unwrap();
    assert!(pools["reason"].as_str().unwrap().contains("customers-identities"), "{pools}");
    let told = verify(&access, &["--consumers", "--scope", "aws.cognito.signin.user.admin", "--group", "nobody"]);
    assert_eq!((answer(&told, "api_gateway_cognito"), answer(&told, "identity_pool")), ("yes".into(), "no".into()));
    assert_eq!(answer(&told, "appsync_group"), "no");
}

#[test]
fn what_is_expected_of_a_token_changes_nothing_for_those_who_would_take_it() {
    let (served, home) = (Served::today(), Home::new());
    let (id, _) = tokens(&home, &served);
    let (pool, endpoint) = (served.pool(), served.endpoint());
    for expected in [["--use", "access"], ["--issuer", "updated"], ["--client", "another"]] {
        let words = ["token", "verify", "--json", "--pool", &pool, "--endpoint", &endpoint, "--consumers"];
        let told = home.run_with_input(&[&words[..], &expected].concat(), &id).json(1);
        assert_eq!(told["valid"], false, "{expected:?}");
        let all = told["acceptedBy"].as_array().unwrap();
        let api = all.iter().find(|one| one["consumer"] == "api_gateway_cognito").unwrap();
        assert_eq!(api["answer"], "yes", "{expected:?}: {api}");
    }
}
