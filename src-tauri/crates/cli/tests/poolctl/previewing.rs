//! What is told before something is changed, and dry runs.

use serde_json::Value;

use crate::{Home, Served};

/// Confirmed users who may sign in and whom every listing has.
fn confirmed(served: &Served) -> Vec<String> {
    let people = served.sandbox.directory().snapshot(&served.pool());
    let fits = people.into_iter().filter(|person| person.status == "CONFIRMED" && person.enabled);
    fits.map(|person| person.username).collect()
}

#[test]
fn a_preview_names_the_first_people_with_what_changes_and_counts_the_rest() {
    let served = Served::new();
    let home = Home::synced(&served);
    let all = confirmed(&served).len();
    let plan =
        home.run_at(&served, &["plan", "set", "--query", "status:confirmed enabled:yes", "-a", "name=\u{1b}[2J=1"]);
    assert_eq!(plan.code, 0, "{}", plan.err);
    let shown: Vec<&str> = plan.err.lines().filter(|line| line.contains("→ \\u{1b}[2J=1")).collect();
    assert_eq!(shown.len(), 20, "{}", plan.err);
    let users = home.run(&["users", "status:confirmed enabled:yes", "--json", "--limit", "1"]).json(0);
    let (name, email) = (users[0]["username"].as_str().unwrap(), users[0]["attributes"]["email"].as_str().unwrap());
    assert!(shown[0].contains(name) && shown[0].contains(email), "{}", shown[0]);
    assert!(plan.err.contains(&format!("and {} more", all - 20)), "{}", plan.err);
    assert!(plan.err.contains("UserUpdate: ") && plan.err.contains("12.5 of 25 a second (50 %)"), "{}", plan.err);
    let quiet = home.run_at(&served, &["plan", "disable", name, "--quiet"]);
    assert_eq!((quiet.code, quiet.err.as_str()), (0, ""));
}

#[test]
fn long_values_that_differ_late_are_shown_from_where_they_differ() {
    let served = Served::new();
    let (directory, pool) = (served.sandbox.directory(), served.pool());
    let long = |end: &str| format!("{}{end}", "ä".repeat(1_000));
    directory.create_user(&pool, "long.winded", &[("address", &long("old"))]).unwrap();
    let home = Home::synced(&served);
    let address = format!("address={}", long("new"));
    let plan = home.run_at(&served, &["plan", "set", "long.winded", "-a", &address]);
    assert_eq!(plan.code, 0, "{}", plan.err);
    assert!(plan.err.contains("address (from character 1001): old → new"), "{}", plan.err);
}

#[test]
fn what_no_list_shows_is_told_and_a_plan_wants_no_password() {
    let served = Served::new();
    let home = Home::synced(&served);
    let name = &confirmed(&served)[0];
    let told = |words: &[&str]| {
        let plan = home.run_at(&served, words);
        assert_eq!(plan.code, 0, "{words:?}: {}", plan.err);
        plan.err
    };
    let linked = told(&["plan", "link", name, "--provider", "Google", "--subject", "42"]);
    assert!(linked.contains("identity: none → Google: 42"), "{linked}");
    let out = told(&["plan", "sign-out", name]);
    assert!(out.contains("sessions: unknown → none"), "{out}");
    let gone = told(&["plan", "delete", name]);
    assert!(gone.contains("status: CONFIRMED → none") && gone.contains("; and "), "{gone}");
    let set = told(&["plan", "set-password", name, "--permanent"]);
    assert!(set.contains("password: unknown → permanent"), "nothing was typed: {set}");
    let reset = told(&["plan", "reset-password", "--query", "status:confirmed"]);
    assert!(reset.contains("no message reaches") && reset.contains("50 e-mails a day"), "{reset}");
    let dry = home.run_at(&served, &["users", "sign-out", name, "--dry-run", "--format", "csv"]);
    assert!(dry.text().contains(",sessions,(unknown),,"), "{}", dry.out);
}

#[test]
fn which_role_wins_is_told_with_the_reason() {
    let served = Served::new();
    let home = Home::synced(&served);
    let name = confirmed(&served)[0].clone();
    let role = "arn:aws:iam::123456789012:role/crew";
    let made = ["groups", "create", "crew", "--precedence", "0", "--role", role, "--yes"];
    home.run_at(&served, &made).text();
    home.run_at(&served, &["groups", "add", "crew", &name, "--yes"]).text();
    let shown = home.run_at(&served, &["show", &name]);
    let told = format!("{role}, of crew: no group with a role goes before its precedence 0");
    assert!(shown.text().contains(&told), "{}", shown.out);
}

#[test]
fn a_dry_run_tells_everything_and_changes_nothing() {
    let served = Served::new();
    let home = Home::synced(&served);
    let all = confirmed(&served).len();
    let run = |words: &[&str]| home.run_at(&served, &[words, &["--dry-run"]].concat());
    let disable = ["users", "disable", "--query", "status:confirmed enabled:yes"];
    let told = run(&disable);
    assert!(told.text().contains("enabled: yes → no") && told.out.contains("more; --dry-run --format csv lists all"));
    let json = run(&[&disable[..], &["--json", "--yes"]].concat()).json(0);
    assert_eq!((&json["active"], json["first"].as_array().unwrap().len()), (&all.into(), 20));
    let csv = run(&[&disable[..], &["--format", "csv"]].concat());
    assert_eq!(csv.text().lines().count(), all + 1, "a head and everybody");
    let lines = run(&[&disable[..], &["--format", "jsonl"]].concat());
    let entries: Vec<Value> = lines.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((entries.len(), &entries[0]["changes"][0]["field"]), (all, &"enabled".into()));
    assert!(entries[0]["sub"].is_string() && entries[0]["calls"][0] == "AdminDisableUser");
    assert!(run(&["groups", "create", "night-shift", "--precedence", "3"]).text().contains("precedence: none → 3"));
    let plan = home.run_at(&served, &["plan", "delete", &confirmed(&served)[0]]);
    let file = home.data().join("plan.json");
    std::fs::write(&file, plan.text()).unwrap();
    assert!(run(&["apply", crate::path(&file)]).text().contains("1 AdminDeleteUser"));
    assert_eq!(confirmed(&served).len(), all);
    let calls = served.sandbox.calls();
    assert_eq!(calls.of("AdminDisableUser") + calls.of("CreateGroup") + calls.of("AdminDeleteUser"), 0);
    assert_eq!(home.run_at(&served, &["jobs", "--json"]).json(0), serde_json::json!([]));
}

#[test]
fn an_import_without_a_journal_on_the_disk_creates_nobody() {
    let served = Served::new();
    let home = Home::new();
    let file = home.folder.path().join("people.csv");
    std::fs::write(&file, "username,email\nnew.one,1@x.example\n").unwrap();
    let (endpoint, pool, data) = (served.endpoint(), served.pool(), home.data());
    let there = ["--endpoint", &endpoint, "--region", "eu-west-1", "--pool", &pool, "--data-dir", crate::path(&data)];
    let ran = home.run_bare(&[&["import", crate::path(&file), "--yes"], &there[..]].concat());
    assert_eq!((ran.code, served.sandbox.calls().of("AdminCreateUser")), (1, 0), "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("--key-file"), "{}", ran.err);
}
