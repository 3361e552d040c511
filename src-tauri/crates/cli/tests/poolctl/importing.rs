//! Making users of a file.

use std::process::{Command, Stdio};
use std::time::Duration;

use sandbox::{Fault, When};
use serde_json::json;

use crate::{Home, Ran, Served, path};

const ROLE: &str = "arn:aws:iam::123456789012:role/cognito-import";

#[test]
fn a_file_is_checked_and_its_good_rows_are_created() {
    let served = Served::new();
    let home = Home::synced(&served);
    let file = home.data().join("people.csv");
    std::fs::write(
        &file,
        "Login,E-Mail,email_verified,Shoe size\nnew.one,1@x.example,yes,38\nnew.two,nonsense,yes,41\n",
    )
    .unwrap();
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
    for told in ["left out: Shoe size", "--skip-invalid"] {
        assert!(refused.err.contains(told), "{}", refused.err);
    }
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

#[cfg(unix)]
#[test]
fn an_import_that_nobody_follows_any_more_can_be_looked_at() {
    let served = Served::new();
    let home = Home::synced(&served);
    let file = home.folder.path().join("people.csv");
    std::fs::write(&file, "username,email,email_verified\nnew.one,1@kept.example,yes\n").unwrap();
    let (endpoint, pool, data, keys) = (served.endpoint(), served.pool(), home.data(), home.key_file());
    let words = ["import", path(&file), "--way", "job", "--role", ROLE, "--name", "spring intake", "--yes"];
    let there = ["--endpoint", &endpoint, "--region", "eu-west-1", "--pool", &pool];
    // While nobody can look, the import has not ended.
    served.sandbox.weather().plan_fault(Some("DescribeUserImportJob"), When::Share(1.0), Fault::Throttle);
    let mut command = home.bare();
    command.args(words).args(there).args(["--data-dir", path(&data), "--key-file", path(&keys)]);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let looked = || served.sandbox.calls().of("DescribeUserImportJob") > 0;
    // Half a minute: what hangs or ends before is a failure and no endless test.
    let settled = (0..1_500).any(|_| {
        std::thread::sleep(Duration::from_millis(20));
        looked() || child.try_wait().unwrap().is_some()
    });
    if !settled {
        child.kill().unwrap();
    }
    if !looked() {
        panic!("it did not come to look: {}", String::from_utf8_lossy(&child.wait_with_output().unwrap().stderr));
    }
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let ran = Ran::of(&child.wait_with_output().unwrap());
    assert_eq!(ran.code, 1, "{}", ran.err);
    let job = ran.err.split("poolctl import --status ").nth(1).unwrap().trim();
    served.sandbox.weather().clear_faults();
    served.sandbox.weather().advance(Duration::from_secs(600));
    let seen = home.run_at(&served, &["import", "--status", job, "--json"]).json(0);
    assert_eq!((&seen["status"], &seen["imported"]), (&"Succeeded".into(), &1.into()));
    assert_eq!(seen["logStream"], format!("{job}/spring intake"));
    let shown = home.run_at(&served, &["import", "--status", job]);
    assert!(shown.text().contains("1 imported"), "{}", shown.out);
    let listed = home.run_at(&served, &["import", "--list", "--json"]).json(0);
    assert_eq!((&listed[0]["id"], &listed[0]["running"]), (&job.into(), &false.into()));
    assert!(home.run_at(&served, &["import", "--list"]).text().contains("spring intake"));
    let unasked = home.run_at(&served, &["import", "--stop", job]);
    assert!(unasked.code == 2 && unasked.err.contains("--yes"), "{}", unasked.err);
    let over = home.run_at(&served, &["import", "--stop", job, "--yes"]);
    assert!(over.code == 1 && over.err.contains("does not allow StopUserImportJob"), "it has ended: {}", over.err);
    assert_eq!(home.run_at(&served, &["import", "--status", "import-none"]).code, 1);
    assert_eq!(home.run_at(&served, &["import"]).code, 2, "nothing to import and nothing to look at");
}
