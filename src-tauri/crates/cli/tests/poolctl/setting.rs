//! Changing settings from the command line, looking at it first, and taking it back.

use serde_json::{Value, json};

use crate::{Home, Served};

/// The value at a place of an answer of `show --json`.
fn value(home: &Home, served: &Served, words: &[&str], operation: &str, place: &str) -> Value {
    let shown = home.run_at(served, &[words, &["--json"]].concat()).json(0);
    let answers = shown["answers"].as_array().unwrap().clone();
    let answer = answers.into_iter().find(|answer| answer["operation"] == operation).unwrap();
    answer["body"].pointer(place).cloned().unwrap_or_default()
}

#[test]
fn settings_of_a_pool_are_looked_at_set_together_and_taken_back() {
    let served = Served::new();
    let home = Home::new();
    let length = || {
        value(&home, &served, &["pool", "show"], "DescribeUserPool", "/UserPool/Policies/PasswordPolicy/MinimumLength")
    };
    let before = length();
    let words = ["pool", "set", "MinimumLength=21", "UserPoolTags.stage=test"];
    let dry = home.run_at(&served, &[&words[..], &["--dry-run"]].concat());
    assert!(dry.text().contains("One call to UpdateUserPool") && dry.text().contains("-> 21"), "{}", dry.out);
    let refused = home.run_at(&served, &words);
    assert_eq!(refused.code, 2, "nobody is there to ask: {}", refused.err);
    assert_eq!((length(), served.sandbox.calls().of("UpdateUserPool")), (before.clone(), 0));

    let made = home.run_at(&served, &[&words[..], &["--yes", "--json", "--reason", "ticket 7"]].concat()).json(0);
    assert_eq!((&made["state"], &made["reason"], length()), (&json!("done"), &json!("ticket 7"), json!(21)));
    assert_eq!(made["changes"].as_array().unwrap().len(), 2, "{made}");
    let again = home.run_at(&served, &[&words[..], &["--yes", "--json"]].concat());
    assert_eq!(again.json(1)["error"]["message"], "It is so already.");

    let id = made["id"].as_str().unwrap();
    let undone = home.run_at(&served, &["undo", id, "--yes", "--json"]).json(0);
    assert_eq!((&undone["undoOf"], length()), (&json!(id), before));
    let edits = home.run_at(&served, &["pool", "edits", "--json"]).json(0);
    let states: Vec<&Value> = edits.as_array().unwrap().iter().map(|edit| &edit["state"]).collect();
    assert_eq!(states, ["done", "done"]);
    let listed = home.run_at(&served, &["pool", "edits", "--format", "csv"]);
    assert!(listed.text().starts_with("id,at,state,operation,subject,by,reason,why"), "{}", listed.out);
    let unknown = home.run_at(&served, &["undo", "nothing", "--yes"]);
    assert_eq!(unknown.code, 1, "{}", unknown.err);
}

#[test]
fn settings_of_a_client_are_named_as_they_are_shown() {
    let served = Served::new();
    let home = Home::new();
    let client = served.sandbox.description().clients[0].id.clone();
    let set = |word: &str| home.run_at(&served, &["clients", "set", &client, word, "--yes", "--json"]);
    let told = |place: &str| value(&home, &served, &["clients", "show", &client], "DescribeUserPoolClient", place);
    assert_eq!(set("ClientName=the shop").json(0)["state"], "done");
    assert_eq!(told("/UserPoolClient/ClientName"), "the shop");
    set("UserPoolClient.CallbackURLs=https://a.example/in, https://b.example/in").json(0);
    assert_eq!(told("/UserPoolClient/CallbackURLs"), json!(["https://a.example/in", "https://b.example/in"]));
    set("LogoutURLs=").json(0);
    let strange = home.run_at(&served, &["clients", "set", "nosuch", "ClientName=a", "--yes"]);
    assert_eq!(strange.code, 1, "{}", strange.err);
}

#[test]
fn what_cannot_be_set_says_why_before_anything_is_asked() {
    let served = Served::new();
    let home = Home::new();
    for (words, why) in [
        (vec!["MinimumLength"], "NAME=VALUE"),
        (vec!["Nonsense=1"], "No setting is called Nonsense"),
        (vec!["MinimumLength=many"], "a whole number from"),
        (vec!["EmailMessage=a"], "could be"),
        (vec!["UsernameAttributes=email"], "decided when"),
        (vec!["MinimumLength=9", "PasswordPolicy.MinimumLength=10"], "given twice"),
        (vec!["MinimumLength=9", "SoftwareTokenMfaConfiguration.Enabled=on"], "two calls"),
    ] {
        let ran = home.run_at(&served, &[&["pool", "set"], &words[..], &["--yes"]].concat());
        assert_eq!(ran.code, 2, "{words:?} {}", ran.err);
        assert!(ran.err.contains(why), "{words:?} {}", ran.err);
    }
    assert_eq!(served.sandbox.requests(), 0);
}

#[test]
fn what_costs_is_said_before_anything_is_changed() {
    let served = Served::new();
    let home = Home::new();
    let dry = home.run_at(&served, &["pool", "set", "UserPoolTier=PLUS", "--dry-run", "--json"]).json(0);
    assert!(dry["price"].as_str().unwrap().contains("Plus"), "{dry}");
    let dry = home.run_at(&served, &["pool", "set", "UserPoolTier=PLUS", "--dry-run"]);
    assert!(dry.err.contains("nothing was changed"), "{}", dry.err);
    assert_eq!(served.sandbox.calls().of("UpdateUserPool"), 0);
}
