//! How many were active, and what this program did, from the command line.

use std::fs;
use std::io::Write as _;

use serde_json::{Value, json};

use crate::{Home, Served, path};

fn keys(view: &Value) -> Vec<&str> {
    view.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn a_month_is_told_as_a_range_with_evidence_and_makes_nobody_active() {
    let served = Served::today();
    let home = Home::synced(&served);
    let view = home.run_at(&served, &["mau", "--json"]).json(0);
    assert_eq!(keys(&view), ["evidence", "high", "likely", "low", "month"], "{view}");
    let truth = served.sandbox.mau(Some(&served.pool())).count as u64;
    assert!(view["low"].as_u64().unwrap() <= truth, "{truth}: {view}");
    assert_eq!(view["high"], Value::Null, "somebody may have left before the first copy: {view}");
    let kinds: Vec<&str> =
        view["evidence"].as_array().unwrap().iter().map(|one| one["kind"].as_str().unwrap()).collect();
    assert!(kinds.contains(&"created") && kinds.contains(&"estimatedUsers") && kinds.contains(&"ledger"), "{kinds:?}");
    let table = home.run_at(&served, &["mau"]);
    assert!(table.text().contains("low 0, likely"), "{}", table.out);
    assert!(table.err.contains("cloudwatch:GetMetricData"), "{}", table.err);
    assert!(home.run_at(&served, &["mau", "--format", "csv"]).text().starts_with("kind,bound,users,says,caveat\n"));
    assert!(served.sandbox.calls().may_bill().is_empty());
}

#[test]
fn without_aws_the_local_copy_answers_and_without_either_it_fails() {
    let served = Served::today();
    let home = Home::synced(&served);
    served.sandbox.weather().set_offline(true);
    let ran = home.run_at(&served, &["mau", "--json"]);
    assert!(ran.json(0)["evidence"].to_string().contains(&format!("about {} users", crate::PEOPLE)), "{}", ran.err);
    assert!(ran.err.contains("AWS was not asked"), "{}", ran.err);
    assert!(ran.err.contains("cannot be reached") || ran.err.contains("reach"), "why is told: {}", ran.err);
    served.sandbox.weather().set_offline(false);
    served.sandbox.weather().deny("DescribeUserPool");
    let denied = home.run_at(&served, &["mau", "--json"]);
    assert_eq!(denied.json(1)["error"]["code"], "access_denied", "an answer of AWS is told: {}", denied.err);
    served.sandbox.weather().set_offline(true);
    assert_eq!(Home::new().run_at(&served, &["mau", "--json"]).json(1)["error"]["code"], "unreachable");
}

#[test]
fn a_sign_in_is_in_the_ledger_and_in_the_range() {
    let served = Served::today();
    let home = Home::synced(&served);
    assert_eq!(home.run(&["ledger", "--json"]).json(0), json!([]));
    let described = served.sandbox.description();
    let person = described.people.iter().find(|person| person.state == "CONFIRMED").unwrap();
    let client = described.clients.iter().find(|client| client.secret.is_none()).unwrap();
    let words = ["sign-in", "--client", &client.id, "--user", &person.username, "--password-stdin", "--json"];
    let (endpoint, pool) = (served.endpoint(), served.pool());
    let there = ["--endpoint", &endpoint, "--region", "eu-west-1", "--pool", &pool];
    for _ in 0..2 {
        home.run_with_input(&[&words[..], &there].concat(), &person.password).json(0);
    }
    let of_aws = home.run(&["ledger"]);
    assert!(
        of_aws.err.contains("0 users may have been billed, 0.00 to 0.00 USD"),
        "no call went to AWS: {}",
        of_aws.err
    );
    assert!(of_aws.err.contains("4 calls to the sandbox or an endpoint left out"), "{}", of_aws.err);
    assert_eq!(home.run(&["ledger", "--json"]).json(0), json!([]));
    let calls = home.run_at(&served, &["ledger", "--json"]).json(0);
    let calls = calls.as_array().unwrap();
    assert_eq!(calls.len(), 4);
    assert_eq!((&calls[0]["person"], &calls[0]["place"]), (&json!(person.username), &json!(endpoint)));
    assert_eq!((&calls[0]["operation"], &calls[0]["effect"]), (&json!("InitiateAuth"), &json!("mayBill")));
    // Who signs in without credentials does not know the account, so that nobody surely counted is promised.
    let standings: Vec<&str> = calls.iter().map(|call| call["standing"].as_str().unwrap()).collect();
    assert_eq!(standings, ["first", "again", "again", "again"]);
    assert_eq!(calls[3]["outcome"], "done");
    let table = home.run_at(&served, &["ledger"]);
    assert!(!table.err.contains("left out"), "{}", table.err);
    assert!(table.err.contains("1 user may have been billed, 0.00 to 0.065 USD"), "{}", table.err);
    assert!(table.err.contains("nobody is billed there"), "{}", table.err);
    assert!(!of_aws.err.contains("nobody is billed there"), "{}", of_aws.err);
    let elsewhere = ["ledger", "--endpoint", "http://localhost:1", "--pool", &pool, "--json"];
    assert_eq!(home.run(&elsewhere).json(0), json!([]));
    assert_eq!(home.run_at(&served, &["ledger", "--format", "csv"]).text().lines().count(), 5);
    assert_eq!(home.run_at(&served, &["ledger", "--format", "jsonl"]).text().lines().count(), 4);
    assert_eq!(home.run_at(&served, &["ledger", "--month", "2020-01", "--json"]).json(0), json!([]));
    let view = home.run_at(&served, &["mau", "--json"]).json(0);
    assert_eq!(view["low"], 1, "{view}");
    assert_eq!(served.sandbox.mau(Some(&pool)).count, 1);
}

#[test]
fn a_bill_is_typed_or_imported() {
    let served = Served::today();
    let home = Home::synced(&served);
    let view = home.run_at(&served, &["mau", "--month", "2026-01", "--billed", "321", "--json"]).json(0);
    assert_eq!((&view["low"], &view["likely"], &view["high"]), (&json!(321), &json!(321), &json!(321)));
    let forgotten = home.run_at(&served, &["mau", "--month", "2026-01", "--forget-billed", "--json"]).json(0);
    assert_eq!((&forgotten["low"], &forgotten["high"]), (&json!(0), &json!(null)));
    home.run_at(&served, &["mau", "--month", "2026-01", "--billed", "321", "--json"]).json(0);
    let bill = home.folder.path().join("bill.csv");
    fs::write(&bill, "UsageType,UsageQuantity,UsageStartDate\nEUW1-CognitoPlusMAU,77,2026-02-01\n").unwrap();
    let words = ["mau", "--month", "2026-02", "--import", path(&bill), "--json"];
    let of_account = home.run_at(&served, &words).json(0);
    assert_eq!((&of_account["low"], &of_account["high"]), (&json!(0), &json!(77)), "other pools are in it");
    let own = home.run_at(&served, &[&words[..], &["--only-pool"]].concat()).json(0);
    assert_eq!((&own["low"], &own["likely"], &own["high"]), (&json!(77), &json!(77), &json!(77)));
    let folder = home.folder.path().join("bills/2026/04");
    fs::create_dir_all(&folder).unwrap();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(b"UsageType,UsageQuantity,UsageStartDate\nEUW1-CognitoPlusMAU,88,2026-04-01\n").unwrap();
    let packed = packed.finish().unwrap();
    fs::write(folder.join("bill.csv.gz"), &packed).unwrap();
    let bills = home.folder.path().join("bills");
    let words = ["mau", "--month", "2026-04", "--import", path(&bills), "--only-pool", "--json"];
    assert_eq!(home.run_at(&served, &words).json(0)["likely"], 88, "in a folder of a folder, compressed");
    fs::write(folder.join("bill.csv.gz"), &packed[..packed.len() / 2]).unwrap();
    let torn = home.run_at(&served, &words);
    assert_eq!(torn.json(1)["error"]["code"], "validation", "a part of a bill is no bill");
    assert!(torn.err.contains("bill.csv.gz"), "{}", torn.err);
    let table = home.folder.path().join("result.csv");
    fs::write(&table, "month,users\n2026-03,50\n").unwrap();
    let words = ["mau", "--month", "2026-03", "--import", path(&table), "--json"];
    assert_eq!(home.run_at(&served, &words).json(0)["likely"], 50);
    let forgotten = home.run_at(&served, &["mau", "--month", "2026-03", "--forget-import", "--json"]).json(0);
    assert_ne!(forgotten["likely"], 50, "{forgotten}");
    let kept = home.run_at(&served, &["mau", "--month", "2026-01", "--json"]).json(0);
    assert_eq!(kept["likely"], 321, "it is kept");
    for words in [["mau", "--month", "2999-01"], ["mau", "--month", "Januar"], ["ledger", "--month", "2026-13"]] {
        assert_eq!(home.run_at(&served, &[&words[..], &["--json"]].concat()).json(2)["error"]["code"], "validation");
    }
}

#[test]
fn cloudwatch_is_asked_when_it_is_wished_and_what_it_refuses_stays_unknown_with_the_policy() {
    let served = Served::today();
    let home = Home::synced(&served);
    let described = served.sandbox.description();
    let person = described.people.iter().find(|person| person.state == "CONFIRMED").unwrap();
    let client = described.clients.iter().find(|client| client.secret.is_none()).unwrap();
    let words = ["sign-in", "--client", &client.id, "--user", &person.username, "--password-stdin", "--json"];
    let (endpoint, pool) = (served.endpoint(), served.pool());
    let there = ["--endpoint", &endpoint, "--region", "eu-west-1", "--pool", &pool];
    home.run_with_input(&[&words[..], &there].concat(), &person.password).json(0);
    let before = served.sandbox.calls().may_bill().clone();
    served.sandbox.weather().deny("GetMetricData");
    let denied = home.run_at(&served, &["mau", "--cloudwatch", "--json"]);
    assert!(!denied.json(0)["evidence"].to_string().contains("CloudWatch counts"), "{}", denied.out);
    for told in ["cloudwatch:GetMetricData", "\"Version\": \"2012-10-17\"", "is unknown", "metrics, about $0.000"] {
        assert!(denied.err.contains(told), "{told}: {}", denied.err);
    }
    served.sandbox.weather().allow("GetMetricData");
    // Nor is it known what to ask for: the rest is told all the same.
    served.sandbox.weather().deny("ListIdentityProviders");
    let nameless = home.run_at(&served, &["mau", "--cloudwatch", "--json"]);
    assert!(nameless.json(0)["evidence"].to_string().contains("estimatedUsers"), "{}", nameless.out);
    for told in ["cognito-idp:ListIdentityProviders", "cognito-idp:ListUserPoolClients", "cloudwatch:GetMetricData"] {
        let policy = nameless.err.split("This policy permits").nth(1).unwrap();
        assert!(policy.contains(told), "{told}: {}", nameless.err);
    }
    served.sandbox.weather().allow("ListIdentityProviders");
    let asked = home.run_at(&served, &["mau", "--cloudwatch", "--json"]);
    assert!(asked.json(0)["evidence"].to_string().contains("CloudWatch counts 1 sign-ins"), "{}", asked.out);
    assert!(asked.err.contains("CloudWatch counts 1 sign-ins."), "{}", asked.err);
    // It is kept, and not asked for again.
    let calls = served.sandbox.calls().of("GetMetricData");
    let kept = home.run_at(&served, &["mau", "--json"]);
    assert!(kept.json(0)["evidence"].to_string().contains("CloudWatch counts 1 sign-ins"), "{}", kept.out);
    assert_eq!((served.sandbox.calls().of("GetMetricData"), served.sandbox.calls().may_bill()), (calls, &before));
}

/// Commands that ask AWS nothing for themselves, or run until they are ended.
const ELSEWHERE: [&str; 3] = ["sandbox", "erase", "help"];
/// Commands that may make somebody active. Each says so where `poolctl` lists its commands.
const THAT_SAY_SO: [&str; 8] = ["users", "groups", "apply", "jobs", "undo", "import", "sign-in", "why"];

#[test]
fn no_command_that_does_not_say_so_makes_anybody_active() {
    let served = Served::today();
    let home = Home::synced(&served);
    let described = served.sandbox.description();
    let person = described.people.iter().find(|person| person.state == "CONFIRMED").unwrap();
    let (user, client) = (person.username.as_str(), described.clients[0].id.as_str());
    let people = home.folder.path().join("people.csv");
    fs::write(&people, "username,email\nnew.one,1@x.example\n").unwrap();
    let matrix = home.folder.path().join("matrix.csv");
    fs::write(&matrix, format!("username,admins\n{user},yes\n")).unwrap();
    let identity_pool = described.identity_pool_id.clone();
    let token = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.";
    let tour: &[&[&str]] = &[
        &["pools"],
        &["sync"],
        &["users", "a"],
        &["users", "--format", "jsonl", "--limit", "0"],
        &["count"],
        &["show", user],
        &["export", "a"],
        &["import", "--list"],
        &["groups", "list"],
        &["groups", "matrix", "--all"],
        &["plan", "disable", user],
        &["plan", "delete", user],
        &["plan", "groups", "arrange", path(&matrix)],
        &["import", path(&people), "--check"],
        &["jobs"],
        &["audit", "list"],
        &["audit", "verify"],
        &["why", user, "--client", client],
        &["pool", "show"],
        &["clients", "list"],
        &["clients", "show", client],
        &["clients", "secrets", client],
        &["clients", "style", client],
        &["pool", "add-attribute", "shelf", "--dry-run"],
        &["identity-pools", "identities", &identity_pool],
        &["providers", "list"],
        &["resource-servers", "list"],
        &["domains", "list"],
        &["identity-pools"],
        &["credentials", "--guest"],
        &["quotas"],
        &["triggers"],
        &["health"],
        &["cost", "--mau", "1000"],
        &["cost", "--told"],
        &["compare"],
        &["forecast"],
        &["dormant", "--since", "2026-01-01", "--list"],
        &["report"],
        &["billing", "--others", "0"],
        &["mau"],
        &["mau", "--history"],
        &["mau", "--cloudwatch"],
        &["ledger"],
        &["token", "preview", "--client", client, "--user", user],
        &["token", "decode", token],
        &["token", "verify", token],
        &["token", "explain", token],
        &["token", "diff", token, token],
        &["diagnostics"],
    ];
    for words in tour {
        let ran = home.run_at(&served, words);
        assert_ne!(ran.code, 2, "{words:?} is no command: {}", ran.err);
        assert!(served.sandbox.calls().may_bill().is_empty(), "{words:?}: {:?}", served.sandbox.calls().may_bill());
    }
    assert_eq!(served.sandbox.mau(Some(&served.pool())).count, 0);
    assert_eq!(home.run_at(&served, &["ledger", "--json"]).json(0), json!([]));

    // Whoever adds a command adds it here, or has it say that it may bill.
    let help = home.run_bare(&["--help"]).out;
    let listed: Vec<&str> =
        help.split("Commands:\n").nth(1).unwrap().lines().take_while(|line| !line.trim().is_empty()).collect();
    assert!(listed.len() > 25, "{help}");
    for line in listed {
        let name = line.split_whitespace().next().unwrap();
        let says = line.contains("bill") || line.contains("makes the user a monthly active user");
        if THAT_SAY_SO.contains(&name) {
            assert!(says, "{line}");
        } else {
            let toured = tour.iter().any(|words| words[0] == name);
            assert!(toured || ELSEWHERE.contains(&name), "{name} is not in the tour");
        }
    }
}

#[test]
fn prepared_queries_are_printed_for_a_month_without_a_socket() {
    let home = Home::new();
    let words = ["mau", "--queries", "--month", "2026-10", "--pool", "eu-west-1_AbCdEfGhI"];
    let queries = home.run_bare(&[&words[..], &["--json"]].concat()).json(0);
    let queries = queries.as_array().unwrap();
    assert!(queries.len() > 4 && queries.iter().any(|query| query["runsOn"].as_str().unwrap().contains("Athena")));
    assert!(queries.iter().all(|query| query["text"].as_str().unwrap().contains("2026-1")), "{queries:?}");
    let text = home.run_bare(&words).text().to_owned();
    assert!(text.contains("count_distinct") && text.contains("aws cloudwatch get-metric-data"), "{text}");
    assert_eq!(home.run_bare(&["mau", "--queries", "--json"]).json(2)["error"]["field"], "pool");
}
