//! Writing people into files.

use crate::{Home, PEOPLE, Served, path};

#[test]
fn people_are_exported_to_a_file_or_to_standard_output() {
    let served = Served::new();
    let home = Home::synced(&served);
    let file = home.data().join("people.csv");
    let to_file = |words: &[&str]| home.run_at(&served, &[&["export", "--output", path(&file)], words].concat());
    let done = to_file(&["--json"]).json(0);
    assert_eq!((&done["people"], &done["path"]), (&PEOPLE.into(), &path(&file).into()));
    let again = to_file(&["--json"]).json(1);
    assert_eq!(again["error"]["code"], "already_exists");
    assert_eq!(to_file(&["--force", "--columns", "username,email"]).code, 0);
    assert_eq!(std::fs::read_to_string(&file).unwrap().lines().next().unwrap(), "username,email");
    let shown = home.run_at(&served, &["export", "status:confirmed", "--format", "jsonl"]);
    let users = home.run_at(&served, &["users", "status:confirmed", "--format", "jsonl", "--limit", "0"]);
    let read = |text: &str| -> Vec<serde_json::Value> {
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    assert_eq!(read(shown.text()), read(users.text()), "both are the user of the contract");
    let array = home.run_at(&served, &["export", "--json", "--columns", "username"]).json(0);
    assert_eq!(array.as_array().unwrap().len(), PEOPLE as usize);
    assert_eq!(home.run_at(&served, &["export", "nonsense:("]).code, 2);
    assert_eq!(home.run_at(&served, &["export", "--columns", "nonsense"]).code, 2);
    assert_eq!(home.run_at(&served, &["export", "--format", "table"]).code, 2);
    served.sandbox.forget_calls();
    assert_eq!(home.run_at(&served, &["export", "-email:example"]).code, 0);
    assert_eq!(served.sandbox.calls().total(), 0, "no socket is opened");
}
