//! `poolctl erase`

use crate::{Home, Served};

#[test]
fn nothing_is_erased_until_the_name_is_typed() {
    let served = Served::new();
    let home = Home::synced(&served);
    for typed in ["", "yes\n", "y\n", "pool keeper\n"] {
        let ran = home.run_with_input(&["erase"], typed);
        assert_eq!(ran.code, 1, "{typed:?}");
        assert!(ran.err.contains("poolkeeper"), "it says what must be typed");
        let key_file = home.key_file();
        assert!(ran.err.contains(crate::path(&key_file)), "a key file elsewhere is named: {}", ran.err);
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
