//! Making users of a file.

use serde_json::json;

use crate::{Home, Served, path};

const ROLE: &str = "arn:aws:iam::123456789012:role/cognito-import";

#[test]
fn a_file_is_checked_and_its_good_rows_are_created() {
    let served = Served::new();
    let home = Home::synced(&served);
    let file = home.data().join("people.csv");
    std::fs::write(&file, "Login,E-Mail,email_verified\nnew.one,1@x.example,yes\nnew.two,nonsense,yes\n").unwrap();
    let run = |words: &[&str]| home.run_at(&served, &[&["import", path(&file)], words].concat());
    let checked = run(&["--check", "--json"]).json(1);
    assert_eq!((&checked["rows"], &checked["good"], &checked["problemCount"]), (&2.into(), &1.into(), &1.into()));
    assert_eq!(
        checked["problems"][0],
        json!({ "line": 3, "column": "E-Mail", "message": "This is no e-mail address." })
    );
    let refused = run(&["--yes"]);
    assert_eq!((refused.code, served.sandbox.calls().of("AdminCreateUser")), (1, 0));
    assert!(refused.out.contains("line 3"), "{}", refused.out);
    let job = run(&["--yes", "--skip-invalid", "--json", "--invite", "email"]).json(0);
    assert_eq!((&job["counts"]["done"], &job["action"]), (&1.into(), &"create users".into()));
    assert_eq!(served.sandbox.outbox().len(), 1, "the invitation");
    let undone = home.run_at(&served, &["undo", job["id"].as_str().unwrap(), "--yes", "--json"]).json(0);
    assert_eq!(undone["counts"]["done"], 1);
    assert!(served.sandbox.directory().user(&served.pool(), "new.one").is_none());
    assert_eq!(run(&["--map", "Shoe=email"]).code, 2);
    assert_eq!(run(&["--map", "Login=custom:nothing"]).code, 2);
}

#[test]
fn cognito_s_own_import_gets_the_file_over_the_network() {
    let served = Served::new();
    let home = Home::synced(&served);
    let file = home.data().join("people.jsonl");
    let rows: Vec<String> = (0..200)
        .map(|at| json!({ "username": format!("new.{at}"), "attributes": { "email": format!("{at}@x.example"), "email_verified": true } }))
        .map(|row| row.to_string())
        .collect();
    std::fs::write(&file, rows.join("\n")).unwrap();
    let run = |words: &[&str]| home.run_at(&served, &[&["import", path(&file), "--way", "job"], words].concat());
    assert_eq!(run(&["--yes"]).code, 2, "the role is missing");
    assert_eq!(run(&["--role", ROLE]).code, 2, "nobody is there to ask");
    let done = run(&["--role", ROLE, "--yes", "--json", "--name", "spring intake"]).json(0);
    assert_eq!((&done["status"], &done["imported"], &done["unknown"]), (&"Succeeded".into(), &200.into(), &0.into()));
    assert!(served.sandbox.calls().may_bill().is_empty());
    assert!(served.sandbox.directory().user(&served.pool(), "new.199").is_some());
}
