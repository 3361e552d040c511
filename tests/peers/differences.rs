//! The scenarios of `tests/peers/python`, asked of three servers, and the table of what each does.

use std::fs;
use std::path::Path;
use std::thread;

use serde_json::Value;

use crate::clients::{Poolctl, python, tree};
use crate::servers::Server;

/// Where the table is.
const TABLE: &str = "docs/guide/sandbox-differences.md";

/// What a server did: source, scenario, outcome.
pub(crate) struct Outcomes(Vec<(String, String, String)>);

/// Asks all three at once; fails when the sandbox does anything else than Cognito.
pub(crate) fn ask(poolctl: &Poolctl, ministack: &Server, moto: &Server) -> [Outcomes; 3] {
    let folder = tempfile::tempdir().unwrap();
    let asked = [("sandbox", poolctl.endpoint()), ("ministack", &ministack.endpoint), ("moto", &moto.endpoint)];
    thread::scope(|scope| {
        let folder = folder.path();
        asked
            .map(|(name, endpoint)| scope.spawn(move || one(folder, name, endpoint)))
            .map(|asked| asked.join().unwrap())
    })
}

fn one(folder: &Path, name: &str, endpoint: &str) -> Outcomes {
    let file = folder.join(name);
    python("scenarios.py", &[name, endpoint, "--out", file.to_str().unwrap()]);
    let outcomes: Vec<Value> = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    let text = |outcome: &Value, name: &str| outcome[name].as_str().unwrap().to_owned();
    Outcomes(outcomes.iter().map(|o| (text(o, "section"), text(o, "what"), text(o, "outcome"))).collect())
}

/// Holds the checked-in table against what the servers did, or writes it when `POOLKEEPER_GEN` is set.
pub(crate) fn hold_the_table_against([sandbox, ministack, moto]: &[Outcomes; 3]) {
    let file = tree().join(TABLE);
    let page = fs::read_to_string(&file).unwrap();
    let (before, _) = page.split_once("| Cognito").unwrap();
    let mut table =
        String::from("| Cognito | Decided by | Sandbox | ministack | moto |\n| --- | --- | --- | --- | --- |\n");
    for (((section, what, ours), (_, _, first)), (_, _, second)) in sandbox.0.iter().zip(&ministack.0).zip(&moto.0) {
        table.push_str(&format!("| {what} | {section} | {ours} | {first} | {second} |\n"));
    }
    let right = format!("{before}{table}");
    if std::env::var_os("POOLKEEPER_GEN").is_some() {
        fs::write(file, right).unwrap();
    } else {
        let new: Vec<&str> = right.lines().filter(|line| !page.lines().any(|old| old == *line)).collect();
        assert!(page == right, "{TABLE} is not what the servers do; POOLKEEPER_GEN=1 writes it again: {new:#?}");
    }
}
