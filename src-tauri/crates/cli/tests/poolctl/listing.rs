//! Lists in every format, and what a terminal is told.

use std::process::{Command, Stdio};

use crate::{Home, Ran, Served, path};

/// A confirmed user who may sign in.
fn somebody(served: &Served) -> String {
    let people = served.sandbox.directory().snapshot(&served.pool());
    people.into_iter().find(|person| person.status == "CONFIRMED" && person.enabled).unwrap().username
}

#[test]
fn groups_jobs_and_the_audit_are_csv_where_that_is_asked_for() {
    let served = Served::new();
    let home = Home::synced(&served);
    let user = somebody(&served);
    let formula = "=HYPERLINK(\"//x\")";
    home.run_at(&served, &["groups", "create", "night-shift", "--description", formula, "--yes"]).text();
    home.run_at(&served, &["users", "disable", &user, "--yes", "--reason", "+ticket 7"]).text();
    let csv = |words: &[&str]| home.run_at(&served, &[words, &["--format", "csv"]].concat()).text().to_owned();
    let groups = csv(&["groups", "list"]);
    assert!(groups.starts_with("name,users,precedence,roleArn,description\n"), "{groups}");
    assert!(groups.contains("night-shift,0,,,\"'=HYPERLINK"), "no cell is a formula: {groups}");
    let jobs = csv(&["jobs", "list"]);
    assert_eq!((jobs.lines().count(), jobs.lines().next().unwrap().split(',').next_back()), (3, Some("undoOf")));
    assert!(jobs.contains(",disable users,ended,0,0,1,0,0,0,") && jobs.contains(",'+ticket 7,"), "{jobs}");
    let audit = csv(&["audit", "list"]);
    let outcome = audit.lines().find(|line| line.contains("AdminDisableUser") && line.contains(",outcome,")).unwrap();
    assert!(outcome.contains(&user) && outcome.contains("enabled: yes → no") && outcome.contains("'+ticket 7"));
}

#[test]
fn the_audit_as_a_table_says_before_and_after_and_why_and_is_of_one_pool_and_since_a_day() {
    let served = Served::new();
    let home = Home::synced(&served);
    let user = somebody(&served);
    let name = "nickname=\u{1b}[2Jhidden\u{202e}";
    home.run_at(&served, &["users", "set", &user, "-a", name, "--yes", "--reason", "ticket\u{1b}[1m 7"]).text();
    let table = home.run(&["audit", "list"]).text().to_owned();
    let line = table.lines().find(|line| line.contains("nickname: ")).unwrap();
    assert!(line.ends_with("→ \\u{1b}[2Jhidden\\u{202e}"), "nothing is obeyed: {line}");
    assert!(table.contains("reason: ticket\\u{1b}[1m 7") && table.contains("calls: 1 AdminUpdateUserAttributes"));
    let records = |words: &[&str]| {
        let all = [&["audit", "list", "--json"], words].concat();
        home.run(&all).json(0).as_array().unwrap().len()
    };
    let all = records(&[]);
    assert!(all > 3, "{all}");
    assert_eq!((records(&["--pool", &served.pool()]), records(&["--pool", "eu-west-1_NoSuchOne"])), (all, 0));
    assert_eq!((records(&["--since", "2020-01-01"]), records(&["--since", "2999-01-01"])), (all, 0));
    assert_eq!(home.run(&["audit", "list", "--since", "yesterday"]).code, 2);
}

#[cfg(target_os = "linux")]
#[test]
fn a_terminal_obeys_nothing_of_what_is_listed_and_a_pipe_gets_it_whole() {
    let served = Served::new();
    let (directory, pool) = (served.sandbox.directory(), served.pool());
    let hostile = "a\u{1b}[2J\u{9b}1m\u{202e}é";
    directory.create_user(&pool, "some.body", &[("name", hostile)]).unwrap();
    let home = Home::synced(&served);
    let (data, keys) = (home.data(), home.key_file());
    for (words, written) in [
        ("users username:some.body --columns name --format csv", "a\\u{1b}[2J\\u{9b}1m\\u{202e}é"),
        ("export username:some.body --columns name --format csv", "a\\u{1b}[2J\\u{9b}1m\\u{202e}é"),
        ("users username:some.body --json", "a\\u001b[2J\\u009b1m\\u202eé"),
    ] {
        let place = format!("--data-dir {} --key-file {}", path(&data), path(&keys));
        let line = format!("{} {words} {place}", env!("CARGO_BIN_EXE_poolctl"));
        let mut script = Command::new("script");
        script.env_clear().env("HOME", home.folder.path()).env("PATH", std::env::var_os("PATH").unwrap());
        let ran = script.args(["-qec", &line, "/dev/null"]).stdin(Stdio::null()).output().unwrap();
        let shown = Ran::of(&ran);
        assert!(shown.out.contains(written) && !shown.out.contains('\u{1b}'), "{words}: {:?}", shown.out);
        let piped = home.run(&words.split(' ').collect::<Vec<_>>());
        if words.ends_with("csv") {
            assert!(piped.text().contains(hostile), "{words}: {:?}", piped.out);
        } else {
            assert_eq!(piped.json(0)[0]["attributes"]["name"], hostile, "escaped and yet the same");
        }
    }
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "poolctl reads the system's clock, so the times it is asked for are of it"
)]
fn somebody_is_shown_as_the_local_copy_had_them_once_also_who_is_gone() {
    let served = Served::today();
    let home = Home::synced(&served);
    let (directory, pool) = (served.sandbox.directory(), served.pool());
    let people = directory.snapshot(&pool);
    let (changed, gone) = (&people[0], &people[1]);
    let now = || jiff::Timestamp::now().to_string();
    let before = now();
    directory.set_attributes(&pool, &changed.username, &[("nickname", "later")]).unwrap();
    directory.delete_user(&pool, &gone.username).unwrap();
    home.run_at(&served, &["sync", "--share", "off"]).text();
    let show = |words: &[&str]| home.run(&[&["show", "--json"], words].concat());
    let nickname = |words: &[&str]| show(words).json(0)["attributes"]["nickname"].clone();
    assert_eq!(nickname(&[&changed.username]), "later");
    let was = changed.attributes.get("nickname").map_or(serde_json::Value::Null, |value| value.clone().into());
    assert_eq!(nickname(&[&changed.username, "--at", &before]), was);
    assert_eq!(show(&[&gone.username]).json(1)["error"]["code"], "not_found");
    let then = show(&[&gone.username, "--at", &before]).json(0);
    assert_eq!(then["attributes"]["email"].as_str(), gone.attributes.get("email").map(String::as_str));
    assert_eq!(show(&[&gone.username, "--at", &now()]).json(1)["error"]["code"], "not_found");
    assert_eq!(show(&[&gone.username, "--at", "2020-01-01"]).json(1)["error"]["code"], "precondition");
    assert_eq!(show(&[&gone.username, "--at", "yesterday"]).code, 2);
}
