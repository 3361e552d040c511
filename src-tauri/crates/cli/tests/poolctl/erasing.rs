//! `poolctl erase`

use std::io::Write as _;
use std::process::Stdio;

use serde_json::json;

use crate::{Home, Ran, Served, path};

#[test]
fn nothing_is_erased_until_the_name_is_typed() {
    let served = Served::new();
    let home = Home::synced(&served);
    for typed in ["", "yes\n", "y\n", "pool keeper\n"] {
        let ran = home.run_with_input(&["erase"], typed);
        assert_eq!(ran.code, 1, "{typed:?}");
        assert!(ran.err.contains("poolkeeper"), "it says what must be typed");
        let key_file = home.key_file();
        assert!(ran.err.contains(path(&key_file)), "a key file elsewhere is named: {}", ran.err);
        for part in ["local copy", "history", "settings", "logs", "keys", "sandbox"] {
            assert!(ran.err.contains(part), "{part} goes: {}", ran.err);
        }
        assert_eq!(home.run(&["count"]).code, 0, "the copy is still there");
    }
}

#[test]
fn with_the_name_copies_history_and_keys_go() {
    let served = Served::new();
    let home = Home::synced(&served);
    let (sandbox, damaged) = (home.data().join("sandbox.json"), home.data().join("sandbox.json.damaged-1"));
    let foreign = home.data().join("sandbox.json.mine");
    for file in [&sandbox, &damaged, &foreign] {
        std::fs::write(file, "{}").unwrap();
    }
    let erased = home.run_with_input(&["erase", "--json"], "poolkeeper\n").json(0);
    assert!(!sandbox.exists() && !damaged.exists(), "the sandbox's state is gone");
    assert!(foreign.exists(), "what is not ours stays");
    assert!(erased["files"].as_u64().unwrap() > 0);
    assert!(!home.key_file().exists(), "the keys are gone");
    assert!(!home.data().join("history.sqlite").exists());
    assert!(!home.data().join("pools").exists() || home.data().join("pools").read_dir().unwrap().next().is_none());
    assert_eq!(home.run(&["count", "--json"]).json(1)["error"]["code"], "not_found");
}

#[test]
fn with_a_pool_only_that_pool_goes_after_its_id_is_typed() {
    let served = Served::new();
    let home = Home::synced(&served);
    assert_eq!(home.run_with_input(&["erase", "--pool", &served.pool()], "poolkeeper\n").code, 1);
    let ran = home.run_with_input(&["erase", "--pool", &served.pool()], &format!("{}\n", served.pool()));
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(home.key_file().exists(), "the keys stay");
    assert_eq!(home.run(&["count", "--json"]).json(1)["error"]["code"], "not_found");
}

#[test]
fn a_key_file_is_named_by_its_whole_path_and_what_became_of_it_is_told() {
    let served = Served::new();
    let home = Home::synced(&served);
    let (data, foreign) = (home.data(), Home::synced(&served));
    std::fs::copy(home.key_file(), data.join("own-keys")).unwrap();
    let erase = |key_file: &str, input: &str| {
        let words = ["erase", "--data-dir", path(&data), "--key-file", key_file, "--json"];
        let mut command = home.bare();
        command.current_dir(home.folder.path()).args(words);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        Ran::of(&child.wait_with_output().unwrap())
    };
    let within = erase("data/own-keys", "no\n");
    assert!(!within.err.contains("and the key file"), "it lies in the data folder: {}", within.err);
    let elsewhere = erase("keys", "no\n");
    assert!(elsewhere.err.contains(&format!("the key file {}", path(&home.key_file()))), "{}", elsewhere.err);
    let own = home.key_file();
    let erased = erase(path(&foreign.key_file()), "poolkeeper\n").json(0);
    assert_eq!(erased["keysRemoved"], json!([own]));
    assert_eq!(erased["keysKept"], json!([foreign.key_file()]));
    assert!(!own.exists() && foreign.key_file().exists());
    let told = foreign.run_with_input(&["erase"], "poolkeeper\n");
    assert!(told.text().contains(&format!("Key file removed: {}", path(&foreign.key_file()))), "{}", told.out);
}

#[cfg(target_os = "linux")]
#[test]
fn data_behind_a_keyring_that_this_session_lacks_says_what_opens_it_and_can_be_erased() {
    let served = Served::new();
    let home = Home::synced(&served);
    let data = home.data();
    std::fs::write(data.join("keys.json"), r#"{"backend":"keyring"}"#).unwrap();
    let without = home.run_bare(&["count", "--data-dir", path(&data)]);
    assert_eq!(without.code, 1);
    assert!(without.err.contains("this session has none"), "{}", without.err);
    let with_a_file = home.run(&["count"]);
    for told in [&without.err, &with_a_file.err] {
        for way_out in ["session", "another data folder", "erase everything"] {
            assert!(told.contains(way_out), "{way_out}: {told}");
        }
    }
    assert_eq!(home.run_with_input(&["erase"], "poolkeeper\n").code, 0);
    assert_eq!(home.run_at(&served, &["sync", "--share", "off"]).code, 0, "it begins anew");
}
