//! Jobs from the command line: stopping them, what is left of them, and what is said of both.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use sandbox::{Fault, When};
use serde_json::Value;

use crate::{Home, Ran, Served, path};

/// A confirmed user who may sign in.
fn somebody(served: &Served) -> String {
    let people = served.sandbox.directory().snapshot(&served.pool());
    let found = people.into_iter().find(|person| person.status == "CONFIRMED" && person.enabled);
    found.unwrap().username
}

/// A slow job that disables many, once its first call was sent.
fn under_way(home: &Home, served: &Served) -> Child {
    let (endpoint, pool, data, keys) = (served.endpoint(), served.pool(), home.data(), home.key_file());
    let words = ["users", "disable", "--query", "status:confirmed", "--yes", "--share", "0.05"];
    let there = ["--endpoint", &endpoint, "--region", "eu-west-1", "--pool", &pool];
    let mut command = home.bare();
    command.args(words).args(there).args(["--data-dir", path(&data), "--key-file", path(&keys)]);
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    while served.sandbox.calls().of("AdminDisableUser") == 0 {
        std::thread::sleep(Duration::from_millis(20));
    }
    child
}

fn signal(child: &Child, name: &str) {
    assert!(Command::new("kill").args([name, &child.id().to_string()]).status().unwrap().success());
}

fn sum(counts: &Value) -> u64 {
    counts.as_object().unwrap().values().map(|number| number.as_u64().unwrap()).sum()
}

fn job(home: &Home, served: &Served) -> Value {
    home.run_at(served, &["jobs", "--json"]).json(0)[0].clone()
}

#[cfg(unix)]
#[test]
fn ctrl_c_pauses_a_job_at_once_and_says_how_to_go_on() {
    let served = Served::new();
    let home = Home::synced(&served);
    let child = under_way(&home, &served);
    let before = served.sandbox.calls().of("AdminDisableUser");
    signal(&child, "-INT");
    let ran = Ran::of(&child.wait_with_output().unwrap());
    let sent = served.sandbox.calls().of("AdminDisableUser");
    assert!(sent <= before + 2, "{before} calls before and {sent} after: what waits for its turn is not sent");
    assert_eq!(ran.code, 1);
    let paused = job(&home, &served);
    let id = paused["id"].as_str().unwrap();
    assert!(ran.err.contains(&format!("poolctl jobs resume {id}")), "{}", ran.err);
    assert_eq!((&paused["state"], &paused["counts"]["sent"]), (&"paused".into(), &0.into()));
    let all = sum(&paused["counts"]);
    let ended = home.run_at(&served, &["jobs", "resume", id, "--yes", "--share", "off", "--json"]).json(0);
    assert_eq!((sum(&ended["counts"]), &ended["state"]), (all, &"ended".into()));
    let again = home.run_at(&served, &["jobs", "resume", id]);
    assert!(again.text().contains("done") && again.err.contains("has ended"), "{}", again.err);
    assert_eq!(served.sandbox.calls().of("AdminDisableUser"), ended["counts"]["done"].as_u64().unwrap());
}

#[cfg(unix)]
#[test]
fn a_job_that_was_killed_is_interrupted_and_none_of_its_entries_is_lost() {
    let served = Served::new();
    let home = Home::synced(&served);
    let mut child = under_way(&home, &served);
    assert_eq!(job(&home, &served)["state"], "running");
    child.kill().unwrap();
    child.wait().unwrap();
    let left = job(&home, &served);
    assert_eq!(left["state"], "interrupted");
    let entries = home.run_at(&served, &["jobs", "show", left["id"].as_str().unwrap(), "--json"]).json(0);
    assert_eq!(sum(&left["counts"]), entries.as_array().unwrap().len() as u64);
    let listed = home.run_at(&served, &["jobs"]);
    let told: u64 = listed
        .text()
        .split("interrupted ")
        .last()
        .unwrap()
        .split(", ")
        .map(|part| part.trim().split(' ').next().unwrap().parse::<u64>().unwrap())
        .sum();
    assert_eq!(told, sum(&left["counts"]), "{}", listed.out);
}

#[test]
fn where_nobody_watches_a_job_that_does_not_go_on_is_paused() {
    let served = Served::new();
    let home = Home::synced(&served);
    served.sandbox.weather().plan_fault(Some("AdminDisableUser"), When::Share(1.0), Fault::Throttle);
    let words = ["users", "disable", "--query", "status:confirmed", "--yes", "--patience", "1"];
    let ran = home.run_at(&served, &words);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("Nothing went on for 1 s") && ran.err.contains("poolctl jobs resume"), "{}", ran.err);
    served.sandbox.weather().clear_faults();
    let left = job(&home, &served);
    assert_eq!(
        (&left["state"], &left["counts"]["done"], &left["counts"]["sent"]),
        (&"paused".into(), &0.into(), &0.into())
    );
    let id = left["id"].as_str().unwrap();
    let ended = home.run_at(&served, &["jobs", "resume", id, "--share", "off", "--json"]).json(0);
    assert_eq!(ended["counts"]["done"], left["counts"]["queued"]);
}

#[test]
fn an_empty_query_means_nobody_unless_all_is_said() {
    let served = Served::new();
    let home = Home::synced(&served);
    for words in [&["users", "disable", "--query", "", "--yes"][..], &["plan", "delete", "--query", " "]] {
        let refused = home.run_at(&served, words);
        assert_eq!(refused.code, 2, "{words:?}");
        assert!(refused.err.contains("--all"), "{}", refused.err);
    }
    let all: Value = serde_json::from_str(home.run_at(&served, &["plan", "sign-out", "--all"]).text()).unwrap();
    assert_eq!(all["items"].as_array().unwrap().len(), served.sandbox.directory().snapshot(&served.pool()).len());
    assert_eq!(home.run_at(&served, &["plan", "sign-out", "--all", "--query", "x"]).code, 2);
}

#[test]
fn what_was_done_already_is_said_and_not_done_again() {
    let served = Served::new();
    let home = Home::synced(&served);
    let user = somebody(&served);
    let made = home.run_at(&served, &["plan", "disable", &user]);
    assert!(made.err.contains("1 to change, 2 calls"), "{}", made.err);
    let file = home.data().join("plan.json");
    std::fs::write(&file, made.text()).unwrap();
    let apply = || home.run_at(&served, &["apply", path(&file), "--yes"]);
    assert_eq!(apply().code, 0);
    let again = apply();
    assert!(again.text().contains("1 done") && again.err.contains("carried out already"), "{}", again.err);
    let id = job(&home, &served)["id"].as_str().unwrap().to_owned();
    let undo = |id: &str| home.run_at(&served, &["undo", id, "--yes", "--json"]);
    let undone = undo(&id).json(0);
    let by = undone["id"].as_str().unwrap();
    let refused = undo(&id).json(1);
    assert!(refused["error"]["message"].as_str().unwrap().contains(by), "{refused}");
    undo(by).json(0);
    assert_eq!(undo(&id).json(0)["counts"]["done"], 1, "what was taken back can be done, and taken back, anew");
}

#[test]
fn the_audit_says_why_it_cannot_be_read_and_what_it_leaves_out() {
    let served = Served::new();
    let home = Home::synced(&served);
    home.run_at(&served, &["users", "disable", &somebody(&served), "--yes"]).text();
    let data = home.data();
    let keyless = home.run_bare(&["audit", "verify", "--data-dir", path(&data)]);
    assert_eq!(keyless.code, 1);
    assert!(keyless.err.contains("key file") && !keyless.err.contains("notices"), "{}", keyless.err);
    let elsewhere = data.join("misspelt");
    let mistyped = home.run_bare(&["audit", "verify", "--data-dir", path(&data), "--key-file", path(&elsewhere)]);
    assert!(mistyped.err.contains("There are no keys in") && mistyped.err.contains("misspelt"), "{}", mistyped.err);
    let all = home.run(&["audit", "list", "--limit", "0"]);
    // What changed, and why, stands under a record.
    let records = |ran: &Ran| ran.text().lines().filter(|line| !line.starts_with("        ")).count();
    let lines = records(&all);
    assert!(lines > 3 && all.err.is_empty(), "{}{}", all.out, all.err);
    let cut = home.run(&["audit", "list", "--limit", "2"]);
    assert_eq!(records(&cut), 2);
    assert!(cut.err.contains("--limit 0"), "{}", cut.err);
}

#[test]
fn messages_name_what_is_wrong() {
    let served = Served::new();
    let home = Home::synced(&served);
    let user = somebody(&served);
    let told = |words: &[&str], code: i32| {
        let ran = home.run_at(&served, words);
        assert_eq!(ran.code, code, "{words:?}: {}{}", ran.out, ran.err);
        ran.err
    };
    let missing = told(&["apply", "/nonexistent/plan.json", "--yes"], 1);
    assert!(missing.contains("/nonexistent/plan.json cannot be read"), "{missing}");
    let unknown = told(&["users", "disable", &user, "nobody.at.all", "--yes"], 1);
    assert!(unknown.contains("nobody.at.all"), "{unknown}");
    let group = told(&["groups", "add", "no-such-group", &user, "--yes"], 1);
    assert!(group.contains("no such group") && !group.contains("Region"), "{group}");
    let client = told(&["sign-in", "--client", "nosuchclient", "--user", &user, "--password-stdin"], 1);
    assert!(client.contains("no such app client"), "{client}");
    let (data, keys) = (home.data(), home.key_file());
    let words =
        ["users", "set-password", &user, "--permanent", "--yes", "--data-dir", path(&data), "--key-file", path(&keys)];
    let (endpoint, pool) = (served.endpoint(), served.pool());
    let there = ["--endpoint", &endpoint, "--region", "eu-west-1", "--pool", &pool];
    let weak = home.run_with_input(&[&words[..5], &there[..]].concat(), "x1");
    assert_eq!(weak.code, 1);
    assert!(weak.err.contains("AWS says: ") && weak.err.contains("policy"), "AWS's reason is kept: {}", weak.err);
}

#[test]
fn attributes_of_a_new_user_are_taken_with_a_flag_too() {
    let served = Served::new();
    let home = Home::synced(&served);
    let words = ["users", "create", "flagged", "name=One", "-a", "email=flag@example.com", "--yes"];
    home.run_at(&served, &words).text();
    let made = served.sandbox.directory().user(&served.pool(), "flagged").unwrap();
    assert_eq!((made.attributes["name"].as_str(), made.attributes["email"].as_str()), ("One", "flag@example.com"));
}

#[test]
fn a_sign_in_that_fails_tells_its_reason_on_stdout_once() {
    let served = Served::new();
    let home = Home::synced(&served);
    let client = served.sandbox.description().clients.into_iter().find(|client| client.secret.is_none()).unwrap();
    let (endpoint, pool) = (served.endpoint(), served.pool());
    let there = ["--endpoint", &endpoint, "--region", "eu-west-1", "--pool", &pool];
    let user = somebody(&served);
    let words = ["sign-in", "--client", &client.id, "--user", &user, "--password-stdin"];
    let ran = home.run_with_input(&[&words[..], &there[..]].concat(), "not-their-password");
    assert_eq!(ran.code, 1);
    assert_eq!(ran.out.matches("NotAuthorizedException").count(), 1, "{}", ran.out);
}

#[test]
fn a_password_is_made_printed_once_and_lets_the_new_user_in() {
    let served = Served::new();
    let home = Home::synced(&served);
    let made = home.run_at(&served, &["users", "create", "guest", "--generate", "--yes", "--json"]).json(0);
    let password = made["password"].as_str().unwrap();
    assert!(password.chars().count() >= 20, "{made}");
    let client = served.sandbox.description().clients.into_iter().find(|client| client.secret.is_none()).unwrap();
    let (endpoint, pool) = (served.endpoint(), served.pool());
    let there = ["--endpoint", &endpoint, "--region", "eu-west-1", "--pool", &pool];
    let words =
        ["sign-in", "--client", &client.id, "--user", "guest", "--password-stdin", "--flow", "USER_PASSWORD_AUTH"];
    let ran = home.run_with_input(&[&words[..], &there[..]].concat(), password);
    assert!(ran.text().contains("NEW_PASSWORD_REQUIRED"), "{}{}", ran.out, ran.err);
    let shown = home.run_at(&served, &["users", "set-password", "guest", "--permanent", "--generate", "--yes"]);
    assert!(shown.text().lines().any(|line| line.starts_with("password: ")), "{}", shown.out);
    let user = somebody(&served);
    for words in [
        &["users", "set-password", "guest", &user, "--generate", "--yes"][..],
        &["users", "set-password", "--all", "--generate", "--yes"],
        &["plan", "set-password", "guest", "--generate"],
    ] {
        assert_eq!(home.run_at(&served, words).code, 2, "{words:?}");
    }
    let id = job(&home, &served)["id"].as_str().unwrap().to_owned();
    let outcomes = home.run_at(&served, &["jobs", "show", &id, "--format", "csv"]);
    assert!(outcomes.text().starts_with("seq,name,sub,state,") && outcomes.out.contains(",guest,"), "{}", outcomes.out);
}
