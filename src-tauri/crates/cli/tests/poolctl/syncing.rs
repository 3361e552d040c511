//! `poolctl pools` and `poolctl sync`

use crate::{Home, Served};

#[test]
fn pools_are_listed_with_name_plan_and_size_in_every_format() {
    let (home, served) = (Home::new(), Served::new());
    let run = |format: &str| home.run_at(&served, &["pools", "--format", format]);
    let json = run("json").json(0);
    assert_eq!(json[0]["id"], served.pool().as_str());
    assert!(json[0]["name"].is_string() && json[0]["tier"].is_string() && json[0]["estimatedUsers"].is_number());
    let line: serde_json::Value = serde_json::from_str(run("jsonl").text().lines().next().unwrap()).unwrap();
    assert_eq!(line, json[0]);
    assert!(run("csv").text().starts_with("id,name,tier,estimatedUsers\n"));
    let table = run("table");
    assert!(table.text().lines().nth(1).unwrap().starts_with(&served.pool()), "{}", table.out);
}

#[test]
fn a_named_pool_is_the_only_one_listed_and_an_unknown_one_is_not_found() {
    let (home, served) = (Home::new(), Served::new());
    let known = home.run_at(&served, &["pools", "--json"]).json(0);
    assert_eq!((known.as_array().unwrap().len(), &known[0]["id"]), (1, &served.pool().into()));
    let endpoint = served.endpoint();
    let words = ["pools", "--endpoint", &endpoint, "--region", "eu-west-1", "--pool", "eu-west-1_NoSuchOne", "--json"];
    assert_eq!(home.run(&words).json(1)["error"]["code"], "not_found");
}

#[test]
fn a_sync_reports_what_it_did_and_the_second_one_finds_the_same() {
    let (home, served) = (Home::new(), Served::new());
    let first = home.run_at(&served, &["sync", "--share", "off", "--json"]).json(0);
    let mut keys: Vec<&str> = first.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    assert_eq!(keys, ["complete", "pages", "requests", "seconds", "swept", "throttled", "users"]);
    assert_eq!(first["complete"], true);
    let second = home.run_at(&served, &["sync", "--share", "off", "--json"]).json(0);
    assert_eq!(first["users"], second["users"]);
    let count = home.run(&["count", "--json"]).json(0);
    assert_eq!(count["count"], first["users"]);
}

#[test]
fn for_people_a_sync_ends_with_one_sentence() {
    let (home, served) = (Home::new(), Served::new());
    let ran = home.run_at(&served, &["sync", "--share", "1"]);
    assert!(ran.text().contains("users in") && ran.text().contains("complete"), "{}", ran.out);
    assert_eq!(ran.err, "", "no progress where there is no terminal");
}

#[test]
fn with_one_pool_there_is_no_need_to_name_it_and_with_several_there_is() {
    let (home, served) = (Home::new(), Served::new());
    let endpoint = served.endpoint();
    let pools = home.run(&["pools", "--endpoint", &endpoint, "--region", "eu-west-1", "--json"]).json(0);
    let ran = home.run(&["sync", "--endpoint", &endpoint, "--region", "eu-west-1", "--share", "off", "--json"]);
    if pools.as_array().unwrap().len() == 1 {
        assert_eq!(ran.json(0)["complete"], true);
    } else {
        let error = ran.json(2);
        assert_eq!((&error["error"]["code"], &error["error"]["field"]), (&"validation".into(), &"pool".into()));
    }
}

#[test]
fn without_keyring_or_key_file_nothing_is_written_and_it_says_so() {
    let (home, served) = (Home::new(), Served::new());
    let (endpoint, pool, data) = (served.endpoint(), served.pool(), home.data());
    let words = [
        "sync",
        "--share",
        "off",
        "--endpoint",
        &endpoint,
        "--region",
        "eu-west-1",
        "--pool",
        &pool,
        "--data-dir",
        data.to_str().unwrap(),
        "--quiet",
    ];
    let ran = home.run_bare(&words);
    assert_eq!((ran.code, served.sandbox.calls().total()), (1, 0), "what cannot be kept is not read: {}", ran.err);
    for told in ["Nothing is written to disk", "Give --key-file FILE"] {
        assert!(ran.err.contains(told), "{}", ran.err);
    }
    let looks = home.run_bare(&[&["pools"], &words[3..]].concat());
    assert_eq!(looks.code, 0, "what keeps nothing needs no place: {}", looks.err);
    assert!(looks.err.contains("Nothing is written to disk"), "{}", looks.err);
    let written: Vec<_> = files(&data).into_iter().filter(|file| !file.ends_with(".lock")).collect();
    assert!(written.is_empty(), "{written:?}");

    let ran = home.run_bare(&["count", "--json", "--data-dir", data.to_str().unwrap()]).json(1);
    assert_eq!(ran["error"]["code"], "not_found");
}

#[cfg(unix)]
#[test]
fn the_key_file_is_made_on_first_use_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let served = Served::new();
    let home = Home::synced(&served);
    let mode = std::fs::metadata(home.key_file()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    std::fs::set_permissions(home.key_file(), PermissionsExt::from_mode(0o644)).unwrap();
    let refused = home.run(&["count", "--json"]).json(1);
    assert_eq!(refused["error"]["code"], "cache_unavailable");
}

#[test]
fn the_environment_names_data_directory_and_key_file_too() {
    let served = Served::new();
    let home = Home::synced(&served);
    let counted = home
        .bare()
        .args(["count"])
        .env("POOLKEEPER_DATA_DIR", home.data())
        .env("POOLKEEPER_KEY_FILE", home.key_file())
        .output()
        .unwrap();
    let counted = crate::Ran::of(&counted);
    assert_eq!(counted.text().trim(), home.run(&["count"]).text().trim());
}

fn files(folder: &std::path::Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path.display().to_string());
        }
    }
    found
}
