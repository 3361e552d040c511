//! Changing users and groups from the command line.

use sandbox::{Fault, When};
use serde_json::Value;

use crate::{Home, Served};

/// A confirmed user with an address.
fn somebody(served: &Served, at: usize) -> String {
    let people = served.sandbox.directory().snapshot(&served.pool());
    let fits = people.iter().filter(|person| person.status == "CONFIRMED" && person.enabled);
    fits.map(|person| person.username.clone()).nth(at).unwrap()
}

fn enabled(served: &Served, username: &str) -> bool {
    served.sandbox.directory().user(&served.pool(), username).unwrap().enabled
}

#[test]
fn a_query_before_the_first_sync_changes_nobody_and_says_what_to_do() {
    let (served, home) = (Served::new(), Home::new());
    for whom in [&["--all"][..], &["--query", "enabled:yes"]] {
        let refused = home.run_at(&served, &[&["users", "disable", "--yes"], whom].concat());
        assert_eq!(refused.code, 1, "{}", refused.err);
        assert!(refused.err.contains("poolctl sync"), "{}", refused.err);
    }
    assert_eq!(served.sandbox.calls().of("AdminDisableUser"), 0);
}

#[test]
fn a_user_is_disabled_and_the_job_is_undone_and_audited() {
    let served = Served::new();
    let home = Home::synced(&served);
    let user = somebody(&served, 0);
    let refused = home.run_at(&served, &["users", "disable", &user]);
    assert_eq!(refused.code, 2, "nobody is there to ask: {}", refused.err);
    assert!(enabled(&served, &user));
    let job = home.run_at(&served, &["users", "disable", &user, "--yes", "--json", "--reason", "ticket 7"]).json(0);
    assert_eq!(
        (&job["counts"]["done"], &job["state"], &job["reason"]),
        (&1.into(), &"ended".into(), &"ticket 7".into())
    );
    assert!(!enabled(&served, &user));
    let shown = home.run_at(&served, &["show", &user, "--json"]).json(0);
    assert_eq!(shown["enabled"], false, "the local copy knows it without a sync");
    let again = home.run_at(&served, &["users", "disable", &user, "--yes", "--json"]).json(0);
    assert_eq!(again["active"], 0, "twice is success: {again}");
    let id = job["id"].as_str().unwrap();
    let undone = home.run_at(&served, &["undo", id, "--yes", "--json"]).json(0);
    assert_eq!((&undone["counts"]["done"], &undone["undoOf"]), (&1.into(), &id.into()));
    assert!(enabled(&served, &user));
    let records = home.run(&["audit", "list", "--about", &user, "--json"]).json(0);
    assert_eq!(records.as_array().unwrap().len(), 4, "{records}");
    let table = home.run(&["audit", "list"]);
    assert!(
        table.text().lines().any(|line| line.starts_with("        in ") && line.ends_with(&served.pool())),
        "{}",
        table.out
    );
    assert!(table.text().contains("        plan: "), "{}", table.out);
    let verdict = home.run(&["audit", "verify", "--json"]).json(0);
    assert_eq!(verdict["valid"], true);
    let head = verdict["head"].as_str().unwrap();
    assert_eq!(home.run(&["audit", "verify", "--head", head]).code, 0);
    assert_eq!(home.run(&["audit", "verify", "--head", "00"]).code, 1);
    assert_eq!(home.run_at(&served, &["jobs", "--json"]).json(0).as_array().unwrap().len(), 2);
}

#[test]
fn a_plan_is_a_file_that_is_carried_out_once() {
    let served = Served::new();
    let home = Home::synced(&served);
    let made =
        home.run_at(&served, &["plan", "set", "--query", "status:confirmed", "-a", "nickname=\"<b>=1+1\u{202e}"]);
    let plan: Value = serde_json::from_str(made.text()).unwrap();
    let planned = plan["items"].as_array().unwrap().len();
    assert!(planned > 100 && served.sandbox.calls().of("AdminUpdateUserAttributes") == 0);
    let file = home.data().join("plan.json");
    std::fs::write(&file, &made.out).unwrap();
    let file = file.to_str().unwrap();
    let job = home.run_at(&served, &["apply", file, "--yes", "--json", "--share", "off"]).json(0);
    assert_eq!(job["counts"]["done"], planned);
    let again = home.run_at(&served, &["apply", file, "--yes", "--json"]).json(0);
    assert_eq!(again["counts"]["done"], planned);
    assert_eq!(served.sandbox.calls().of("AdminUpdateUserAttributes"), planned as u64, "none is done twice");
    let people = served.sandbox.directory().snapshot(&served.pool());
    let set = people
        .iter()
        .filter(|person| person.attributes.get("nickname").is_some_and(|name| name == "\"<b>=1+1\u{202e}"));
    assert_eq!(set.count(), planned);
}

#[test]
fn users_and_groups_are_made_filled_and_deleted() {
    let served = Served::new();
    let home = Home::synced(&served);
    let user = somebody(&served, 3);
    let run = |words: &[&str]| home.run_at(&served, &[words, &["--yes", "--json"]].concat());
    run(&["groups", "create", "night-shift", "--precedence", "3"]).json(0);
    assert_eq!(run(&["groups", "create", "night-shift"]).json(1)["error"]["code"], "already_exists");
    run(&["groups", "add", "night-shift", &user]).json(0);
    run(&["users", "create", "new.person", "email=new@example.com", "--invite", "email"]).json(0);
    assert_eq!(served.sandbox.outbox().len(), 1);
    assert_eq!(run(&["users", "disable", "nobody.at.all"]).json(1)["error"]["code"], "not_found");
    let groups = home.run_at(&served, &["groups", "list", "--json"]).json(0);
    let made = groups.as_array().unwrap().iter().find(|group| group["name"] == "night-shift").unwrap();
    assert_eq!((&made["users"], &made["precedence"]), (&1.into(), &3.into()));
    run(&["groups", "set", "night-shift", "--description", "Awake"]).json(0);
    run(&["groups", "set", "night-shift", "--description", ""]).json(0);
    let role = run(&["groups", "set", "night-shift", "--role", ""]).json(2);
    assert_eq!(role["error"]["field"], "role");
    let why = home.run_at(&served, &["groups", "set", "night-shift", "--precedence", ""]);
    for refusal in [role["error"]["message"].as_str().unwrap(), &why.err] {
        assert!(refusal.contains("AWS documents no way to take a role or a precedence away"), "{refusal}");
    }
    let groups = home.run_at(&served, &["groups", "list", "--json"]).json(0);
    let made = groups.as_array().unwrap().iter().find(|group| group["name"] == "night-shift").unwrap();
    assert_eq!(made["description"].as_str().unwrap_or_default(), "");
    run(&["users", "delete", "new.person"]).json(0);
    assert!(served.sandbox.directory().user(&served.pool(), "new.person").is_none());
    served.sandbox.weather().deny("AdminDisableUser");
    let denied = home.run_at(&served, &["users", "disable", &user, "--yes"]);
    assert_eq!(denied.code, 1);
    assert!(denied.err.contains("cognito-idp:AdminDisableUser"), "{}", denied.err);
}

#[test]
fn without_a_journal_on_the_disk_nothing_is_changed() {
    let served = Served::new();
    let home = Home::synced(&served);
    let user = somebody(&served, 0);
    let (endpoint, pool, data) = (served.endpoint(), served.pool(), home.data());
    let there = ["--endpoint", &endpoint, "--region", "eu-west-1", "--pool", &pool, "--data-dir", crate::path(&data)];
    let bare = |words: &[&str]| home.run_bare(&[words, &there[..]].concat());
    let made = bare(&["plan", "disable", &user]);
    assert!(made.text().contains("\"steps\""), "a plan needs no journal");
    let file = data.join("plan.json");
    std::fs::write(&file, &made.out).unwrap();
    for words in [
        &["users", "disable", &user, "--yes"][..],
        &["groups", "create", "night-shift", "--yes"],
        &["apply", crate::path(&file), "--yes"],
        &["undo", "00", "--yes"],
        &["jobs", "resume", "00"],
        &["jobs", "retry", "00"],
    ] {
        let refused = bare(words);
        assert_eq!(refused.code, 1, "{words:?}");
        assert!(refused.err.contains("with --key-file for poolctl"), "{words:?}: {}", refused.err);
    }
    assert_eq!(served.sandbox.calls().of("AdminDisableUser") + served.sandbox.calls().of("CreateGroup"), 0);
}

#[test]
fn a_plan_that_was_begun_goes_on_as_it_was_and_only_with_consent() {
    let served = Served::new();
    let home = Home::synced(&served);
    let user = somebody(&served, 0);
    let made = home.run_at(&served, &["plan", "disable", &user]);
    assert!(made.err.contains("1 AdminDisableUser"), "{}", made.err);
    let file = home.data().join("plan.json");
    std::fs::write(&file, &made.out).unwrap();
    let name = crate::path(&file);
    served.sandbox.weather().plan_fault(Some("AdminDisableUser"), When::Share(1.0), Fault::Throttle);
    let begun = home.run_at(&served, &["apply", name, "--yes", "--patience", "1"]);
    assert!(begun.code == 1 && begun.err.contains("was paused"), "{}", begun.err);
    let unasked = home.run_at(&served, &["apply", name]);
    assert_eq!(unasked.code, 2, "{}", unasked.err);
    let mut edited: Value = serde_json::from_str(made.text()).unwrap();
    edited["madeAt"] = "2026-01-01T00:00:00Z".into();
    std::fs::write(&file, edited.to_string()).unwrap();
    let refused = home.run_at(&served, &["apply", name, "--yes"]);
    assert_eq!(refused.code, 1);
    assert!(refused.err.contains("not that plan any more"), "{}", refused.err);
    let audit = home.run(&["audit", "list", "--json"]).json(0);
    let approved = audit.as_array().unwrap().iter().find(|record| record["kind"] == "approved").unwrap();
    assert_eq!(approved["planCalls"]["AdminDisableUser"], 1);
    assert_eq!(approved["planDigest"].as_str().unwrap().len(), 64);
}
