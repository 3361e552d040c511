//! What cannot be done ends in a clear sentence and the right exit code.

use sandbox::{Fault, When};

use crate::{Home, Served};

#[test]
fn denied_access_names_the_iam_action() {
    let (home, served) = (Home::new(), Served::new());
    served.sandbox.weather().deny("ListUsers");
    let ran = home.run_at(&served, &["sync", "--share", "off", "--json"]).json(1);
    assert_eq!(ran["error"]["code"], "access_denied");
    assert_eq!(ran["error"]["iamAction"], "cognito-idp:ListUsers");
}

#[test]
fn an_unknown_pool_is_not_found() {
    let (home, served) = (Home::new(), Served::new());
    let endpoint = served.endpoint();
    let words = ["sync", "--endpoint", &endpoint, "--region", "eu-west-1", "--pool", "eu-west-1_NoSuchOne", "--json"];
    assert_eq!(home.run(&words).json(1)["error"]["code"], "not_found");
}

#[test]
fn what_keeps_two_clients_from_being_compared_is_told_as_what_it_is() {
    let (home, served) = (Home::new(), Served::new());
    let pool = served.pool();
    let client = served.sandbox.description().clients[0].id.clone();
    let compare = |other: &str| {
        let words = ["pool", "diff", &pool, "--client", &client, "--other-client", other, "--json"];
        home.run_at(&served, &words).json(1)["error"].clone()
    };
    assert_eq!(compare("1234567890abcdefghijklmnop")["code"], "not_found");
    served.sandbox.weather().deny("DescribeUserPoolClient");
    let denied = compare(&client);
    assert_eq!(
        (&denied["code"], &denied["iamAction"]),
        (&"access_denied".into(), &"cognito-idp:DescribeUserPoolClient".into())
    );
}

#[test]
fn secrets_that_may_not_be_listed_are_told_as_what_keeps_them() {
    let (home, served) = (Home::new(), Served::new());
    let client = served.sandbox.description().clients[0].id.clone();
    let listed = || home.run_at(&served, &["clients", "secrets", &client, "--json"]).json(1)["error"].clone();
    served.sandbox.weather().plan_fault(Some("ListUserPoolClientSecrets"), When::After(0), Fault::Throttle);
    assert_eq!(listed()["code"], "throttled");
    served.sandbox.weather().clear_faults();
    served.sandbox.weather().deny("ListUserPoolClientSecrets");
    let denied = listed();
    assert_eq!(
        (&denied["code"], &denied["iamAction"]),
        (&"access_denied".into(), &"cognito-idp:ListUserPoolClientSecrets".into())
    );
}

#[test]
fn pools_that_may_not_be_described_are_listed_by_name() {
    let (home, served) = (Home::new(), Served::new());
    let endpoint = served.endpoint();
    let words = ["pools", "--endpoint", &endpoint, "--region", "eu-west-1", "--json"];
    let all = home.run(&words).json(0);
    assert!(all.as_array().unwrap().iter().any(|pool| pool["tier"].is_string()), "{all}");
    served.sandbox.weather().deny("DescribeUserPool");
    let ran = home.run(&words);
    assert!(ran.err.contains("cognito-idp:DescribeUserPool"), "what is not allowed is said: {}", ran.err);
    let names = ran.json(0);
    let named = |pools: &serde_json::Value| {
        pools.as_array().unwrap().iter().map(|pool| pool["name"].to_string()).collect::<Vec<_>>()
    };
    assert_eq!(named(&names), named(&all));
    assert!(names.as_array().unwrap().iter().all(|pool| pool["tier"].is_null()), "unknown is no plan: {names}");
}

#[test]
fn a_wrong_clock_is_told_as_a_wrong_clock_from_the_first_call_on() {
    let (home, served) = (Home::new(), Served::new());
    for seconds in [7_200, -7_200] {
        served.sandbox.weather().plan_fault(None, When::After(0), Fault::ClockSkew { seconds });
        let error = &home.run_at(&served, &["sync", "--share", "off", "--json"]).json(1)["error"];
        let message = error["message"].as_str().unwrap();
        assert!(message.contains("clock is wrong") && !message.contains("revoked"), "{error}");
        served.sandbox.weather().clear_faults();
    }
}

#[test]
fn a_copy_behind_other_keys_says_which_and_how_they_are_named() {
    let served = Served::new();
    let home = Home::synced(&served);
    let (data, keys) = (home.data(), home.key_file());
    let (place, pool) = (["--data-dir", crate::path(&data)], served.pool());
    let endpoint = served.endpoint();
    let there = ["--endpoint", &endpoint, "--region", "eu-west-1", "--pool", &pool];
    for words in [&["count"][..], &["users", "disable", "x", "--yes"], &["sync"]] {
        let without = home.run_bare(&[words, &place[..], &there[..]].concat());
        assert_eq!(without.code, 1, "{words:?}");
        assert!(without.err.contains(crate::path(&keys)) && without.err.contains("--key-file"), "{}", without.err);
    }
    let moved = home.folder.path().join("moved");
    std::fs::rename(&keys, &moved).unwrap();
    let gone = home.run_at(&served, &["users", "disable", "x", "--yes"]);
    assert!(gone.err.contains("There are no keys in") && !gone.err.contains("Give --key-file"), "{}", gone.err);
    let other = home.folder.path().join("other");
    let wrong = home.run_bare(&[&["count", "--key-file", crate::path(&other)], &place[..]].concat());
    assert!(wrong.err.contains(&format!("They were in the key file {}", keys.display())), "{}", wrong.err);
    let right = home.run_bare(&[&["count", "--key-file", crate::path(&moved)], &place[..]].concat());
    assert_eq!((right.code, right.out.trim()), (0, "400"), "{}", right.err);
}

#[test]
fn a_journal_that_cannot_be_opened_says_why_where_it_keeps_from_something() {
    let served = Served::new();
    let home = Home::synced(&served);
    for file in home.data().read_dir().unwrap().map(|file| file.unwrap().path()) {
        if file.file_name().unwrap().to_str().unwrap().starts_with("journal.sqlite") {
            std::fs::write(file, [7; 20_000]).unwrap();
        }
    }
    let people = served.sandbox.directory().snapshot(&served.pool());
    let user = people.iter().find(|person| person.enabled).unwrap().username.clone();
    for words in [&["users", "disable", &user, "--yes"][..], &["audit", "list"], &["ledger"]] {
        let error = &home.run_at(&served, &[words, &["--json", "--quiet"]].concat()).json(1)["error"];
        let message = error["message"].as_str().unwrap();
        assert!(message.contains("journal.sqlite") && !message.contains("notices"), "{words:?}: {message}");
    }
}

#[cfg(unix)]
#[test]
fn a_data_folder_that_can_only_be_read_is_said_to_be_so() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
    use std::os::unix::process::CommandExt;
    let served = Served::new();
    let home = Home::synced(&served);
    let nobody = (std::fs::metadata(home.folder.path()).unwrap().uid() == 0).then_some(65_534);
    let mut folders = vec![home.folder.path().to_owned()];
    let mut closed = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in folder.read_dir().unwrap().map(|entry| entry.unwrap().path()) {
            chown(&entry, nobody, None).unwrap();
            if entry.is_dir() {
                folders.push(entry);
            }
        }
        chown(&folder, nobody, None).unwrap();
        closed.push(folder);
    }
    let all = |mode: u32| {
        let mode = std::fs::Permissions::from_mode(mode);
        closed.iter().rev().for_each(|folder| std::fs::set_permissions(folder, mode.clone()).unwrap());
    };
    all(0o555);
    for lock in home.data().join("leases").read_dir().unwrap() {
        std::fs::set_permissions(lock.unwrap().path(), std::fs::Permissions::from_mode(0o444)).unwrap();
    }
    let (data, keys) = (home.data(), home.key_file());
    let mut command = home.bare();
    command.args(["count", "--data-dir", crate::path(&data), "--key-file", crate::path(&keys)]);
    if let Some(nobody) = nobody {
        // Root may write anywhere.
        command.uid(nobody);
    }
    let ran = crate::Ran::of(&command.output().unwrap());
    all(0o755);
    assert_eq!(ran.code, 1, "{}", ran.err);
    for told in ["cannot be written", "also when it only looks", "--data-dir"] {
        assert!(ran.err.contains(told), "{}", ran.err);
    }
}

#[test]
fn a_server_that_is_gone_is_unreachable() {
    let home = Home::new();
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let endpoint = format!("http://{gone}");
    // Retries with growing pauses are the gate's; a refused connection ends them sooner or later.
    let ran = home.run(&["pools", "--endpoint", &endpoint, "--region", "eu-west-1", "--json"]).json(1);
    assert_eq!(ran["error"]["code"], "unreachable");
}

#[test]
fn without_credentials_it_says_so_and_sends_nothing() {
    let home = Home::new();
    let ran = home.run(&["pools", "--region", "eu-west-1", "--json"]).json(1);
    assert_eq!(ran["error"]["code"], "credentials_missing");
}

#[test]
fn without_a_local_copy_searching_says_what_to_do() {
    let home = Home::new();
    for words in [&["users"][..], &["count"], &["show", "somebody"]] {
        let ran = home.run(&[words, &["--json"]].concat()).json(1);
        assert_eq!(ran["error"]["code"], "not_found", "{words:?}");
        assert!(ran["error"]["message"].as_str().unwrap().contains("ync"), "{ran}");
    }
}

#[test]
fn a_lost_connection_and_throttling_are_tried_again() {
    let (home, served) = (Home::new(), Served::new());
    served.sandbox.weather().plan_fault(Some("ListUsers"), When::Nth(5), Fault::ConnectionReset);
    served.sandbox.weather().plan_fault(Some("ListUsers"), When::Nth(7), Fault::Throttle);
    let report = home.run_at(&served, &["sync", "--share", "off", "--json"]).json(0);
    assert_eq!((&report["complete"], &report["throttled"]), (&true.into(), &1.into()), "{report}");
}

#[test]
fn a_copy_that_was_never_read_is_no_answer() {
    let (home, served) = (Home::new(), Served::new());
    served.sandbox.weather().deny("ListUsers");
    assert_eq!(home.run_at(&served, &["sync", "--share", "off"]).code, 1);
    for words in [&["users"][..], &["count"], &["count", "acme"], &["show", "somebody"]] {
        let error = &home.run(&[words, &["--json"]].concat()).json(1)["error"];
        assert_eq!(error["code"], "cache_unavailable", "{words:?}");
        assert!(error["message"].as_str().unwrap().contains("has not been read yet; run poolctl sync"), "{error}");
    }
}

#[test]
fn a_damaged_copy_is_set_aside_and_told_and_is_no_answer() {
    let served = Served::new();
    let home = Home::synced(&served);
    let pool = home.data().join("pools").read_dir().unwrap().next().unwrap().unwrap().path();
    for file in pool.read_dir().unwrap() {
        std::fs::write(file.unwrap().path(), [7; 20_000]).unwrap();
    }
    let ran = home.run(&["count", "--json"]);
    assert_eq!(ran.json(1)["error"]["code"], "cache_unavailable");
    assert!(ran.err.contains("kept as"), "{}", ran.err);
}

#[test]
fn broken_settings_are_told_also_when_no_pool_is_known() {
    let home = Home::new();
    std::fs::create_dir(home.data()).unwrap();
    std::fs::write(home.data().join("settings.json"), "{ no").unwrap();
    let ran = home.run(&["count", "--json"]);
    assert_eq!(ran.json(1)["error"]["code"], "not_found");
    assert!(ran.err.contains("settings.json.broken-1"), "{}", ran.err);
}

#[test]
fn a_partial_copy_answers_and_says_that_it_is_partial() {
    let (home, served) = (Home::new(), Served::new());
    served.sandbox.weather().plan_fault(Some("ListUsers"), When::After(4), Fault::ConnectionReset);
    assert_eq!(home.run_at(&served, &["sync", "--share", "off", "--patience", "1"]).code, 1);
    let ran = home.run(&["count"]);
    let count: u32 = ran.text().trim().parse().unwrap();
    assert!(count > 0 && count < crate::PEOPLE, "{count}");
    let sentence = format!("the local copy is partial: {count} of about 4");
    assert!(ran.err.contains(&sentence) && ran.err.lines().count() == 1, "{}", ran.err);
    served.sandbox.weather().clear_faults();
    assert_eq!(home.run_at(&served, &["sync", "--share", "off", "--json"]).json(0)["complete"], true);
    assert_eq!(home.run(&["count"]).err, "", "whole now");
}

#[test]
fn looking_for_a_pool_that_is_not_there_makes_no_files() {
    let home = Home::new();
    assert_eq!(home.run(&["users", "--json"]).json(1)["error"]["code"], "not_found");
    assert!(!home.key_file().exists());
    assert!(!home.data().join("history.sqlite").exists());
}

#[test]
fn a_sync_whose_network_is_gone_says_so_once_and_gives_up() {
    let (home, served) = (Home::new(), Served::new());
    served.sandbox.weather().plan_fault(Some("ListUsers"), When::After(4), Fault::ConnectionReset);
    let ran = home.run_at(&served, &["sync", "--share", "off", "--patience", "2", "--json"]);
    let error = &ran.json(1)["error"];
    assert_eq!(error["code"], "unreachable");
    assert!(error["message"].as_str().unwrap().contains("goes on from there"), "{error}");
    assert_eq!(ran.err.matches("waiting: ").count(), 1, "{}", ran.err);
}

#[test]
fn a_sync_whose_credentials_expire_ends_at_once() {
    let (home, served) = (Home::new(), Served::new());
    let expired = || Fault::Error { code: "ExpiredTokenException".to_owned(), http_status: 400 };
    served.sandbox.weather().plan_fault(Some("ListUsers"), When::After(4), expired());
    let began = std::time::Instant::now();
    let ran = home.run_at(&served, &["sync", "--share", "off", "--json"]);
    assert_eq!(ran.json(1)["error"]["code"], "credentials_expired");
    assert!(began.elapsed().as_secs() < 30, "not after the patience for networks");
    assert_eq!(ran.err.matches("waiting: ").count(), 1, "{}", ran.err);
}

#[test]
fn a_second_sync_of_an_account_waits_for_its_turn_says_so_and_gives_up() {
    let (home, served) = (Home::new(), Served::new());
    served.sandbox.weather().plan_fault(Some("ListUsers"), When::After(2), Fault::ConnectionReset);
    std::thread::scope(|scope| {
        let first = scope.spawn(|| home.run_at(&served, &["sync", "--share", "off", "--patience", "20", "--quiet"]));
        while served.sandbox.calls().of("ListUsers") < 3 {
            assert!(!first.is_finished(), "the first one is at it");
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        let second = home.run_at(&served, &["sync", "--share", "off", "--patience", "1", "--json"]);
        assert_eq!(second.json(1)["error"]["code"], "precondition");
        assert!(second.err.contains("waiting: Another Poolkeeper"), "{}", second.err);
        served.sandbox.weather().clear_faults();
        assert_eq!(first.join().unwrap().code, 0, "the first one goes on when the network is back");
    });
}
