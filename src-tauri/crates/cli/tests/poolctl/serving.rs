//! `poolctl sandbox`

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::Home;

/// Starts `poolctl sandbox` and reads the line that it prints when it is ready.
fn start(home: &Home, words: &[&str]) -> (Child, Value) {
    let mut command = home.bare();
    let mut child = command.arg("sandbox").args(words).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    (child, serde_json::from_str(&line).unwrap())
}

/// Asks it to end, as a terminal or a supervisor would, and gives the exit code.
fn end(mut child: Child, signal: &str) -> Option<i32> {
    let asked = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
    assert!(asked.success());
    child.wait().unwrap().code()
}

#[test]
fn it_prints_one_line_with_everything_needed_and_ends_well_when_asked() {
    let home = Home::new();
    for signal in ["-TERM", "-INT"] {
        let (child, line) = start(&home, &["--users", "50", "--quota", "off", "--latency-ms", "1"]);
        let endpoint = line["endpoint"].as_str().unwrap();
        assert!(endpoint.starts_with("http://127.0.0.1:"), "{endpoint}");
        assert_eq!(line["region"], "eu-west-1");
        assert!(line["userPoolId"].as_str().unwrap().starts_with("eu-west-1_"));
        assert!(line["identityPoolId"].as_str().unwrap().starts_with("eu-west-1:"));
        assert!(line["clients"][0]["secret"].is_null(), "the first client has no secret");
        assert_eq!(line["people"][0]["state"], "CONFIRMED");
        assert!(line["people"][0]["password"].is_string());

        let pools = home.run(&["pools", "--endpoint", endpoint, "--region", "eu-west-1", "--jsonl-is-no-option"]);
        assert_eq!(pools.code, 2);
        let pools = home.run(&["pools", "--endpoint", endpoint, "--region", "eu-west-1", "--json"]).json(0);
        let ids: Vec<&Value> = pools.as_array().unwrap().iter().map(|pool| &pool["id"]).collect();
        assert!(ids.contains(&&line["userPoolId"]), "{ids:?}");
        assert_eq!(end(child, signal), Some(0));
    }
}

#[test]
fn sub_values_begin_alike_when_that_is_asked_for() {
    let home = Home::new();
    let (child, line) = start(&home, &["--users", "300", "--quota", "off", "--subs", "skewed"]);
    let (endpoint, pool) = (line["endpoint"].as_str().unwrap(), line["userPoolId"].as_str().unwrap());
    let there = ["--endpoint", endpoint, "--region", "eu-west-1", "--pool", pool, "--share", "off", "--json"];
    assert_eq!(home.run(&[&["sync"], &there[..]].concat()).json(0)["users"], 300);
    let alike = home.run(&["count", "sub:e*", "--json"]).json(0);
    assert!(alike["count"].as_u64() > Some(240), "{alike}");
    end(child, "-TERM");
    let wrong = home.run_bare(&["sandbox", "--subs", "round"]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.err.contains("even or skewed"), "{}", wrong.err);
}

#[test]
fn the_same_seed_gives_the_same_people_and_another_seed_others() {
    let home = Home::new();
    let people = |seed: &str| {
        let (child, line) = start(&home, &["--users", "50", "--seed", seed]);
        end(child, "-TERM");
        (line["userPoolId"].clone(), line["people"].clone(), line["clients"].clone())
    };
    assert_eq!(people("7"), people("7"));
    assert_ne!(people("7"), people("8"));
}

#[test]
fn the_state_file_is_written_at_the_end_and_read_at_the_start() {
    let home = Home::new();
    let file = home.folder.path().join("state.json");
    let words = ["--users", "60", "--seed", "3", "--state", file.to_str().unwrap()];
    let (child, first) = start(&home, &words);
    end(child, "-TERM");
    assert!(file.exists());
    let (child, second) = start(&home, &["--state", file.to_str().unwrap()]);
    end(child, "-TERM");
    assert_eq!((&first["userPoolId"], &first["people"]), (&second["userPoolId"], &second["people"]));

    let words = ["--users", "5", "--quota", "off", "--latency-ms", "1", "--state", file.to_str().unwrap()];
    let (mut child, third) = start(&home, &words);
    let mut said = String::new();
    BufReader::new(child.stderr.take().unwrap()).read_line(&mut said).unwrap();
    assert!(said.contains("--users 60, --seed 3"), "{said}");
    let mut answer = ureq::get(&format!("{}/_sandbox/weather", third["endpoint"].as_str().unwrap())).call().unwrap();
    let weather: Value = answer.body_mut().read_json().unwrap();
    assert_eq!((&weather["quota"], &weather["latencyMs"]), (&"off".into(), &1.into()));
    assert_eq!(first["userPoolId"], third["userPoolId"]);
    end(child, "-TERM");
}

#[test]
fn a_second_sandbox_on_one_state_file_is_refused_until_the_first_has_ended() {
    let home = Home::new();
    let file = home.folder.path().join("state.json");
    let words = ["--users", "5", "--state", file.to_str().unwrap()];
    let (mut child, _) = start(&home, &words);
    let second = home.run(&["sandbox", "--users", "5", "--state", file.to_str().unwrap()]);
    assert_eq!((second.code, second.out.as_str()), (1, ""));
    assert!(second.err.contains("state.json is in use by another sandbox"), "{}", second.err);
    // Killed, it cannot let go of anything itself.
    child.kill().unwrap();
    child.wait().unwrap();
    let (child, _) = start(&home, &words);
    assert_eq!(end(child, "-TERM"), Some(0));
}

#[test]
fn a_taken_port_is_a_failure_with_a_sentence() {
    let home = Home::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let ran = home.run(&["sandbox", "--users", "10", "--port", &port]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains(&port), "{}", ran.err);
}

#[test]
fn a_state_file_that_cannot_be_written_is_told_at_once() {
    let home = Home::new();
    let file = home.folder.path().join("no-such-folder").join("state.json");
    let ran = home.run(&["sandbox", "--users", "10", "--state", file.to_str().unwrap()]);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
    assert!(ran.err.contains("state.json"), "{}", ran.err);
}

#[test]
fn the_state_file_is_there_from_the_start_and_is_written_again_after_calls() {
    let home = Home::new();
    let file = home.folder.path().join("state.json");
    let (mut child, line) = start(&home, &["--users", "10", "--state", file.to_str().unwrap()]);
    let first = std::fs::metadata(&file).unwrap().modified().unwrap();
    std::thread::sleep(std::time::Duration::from_millis(1_500));
    assert_eq!(std::fs::metadata(&file).unwrap().modified().unwrap(), first, "nothing was asked of it");
    let endpoint = line["endpoint"].as_str().unwrap();
    assert_eq!(home.run(&["pools", "--endpoint", endpoint, "--region", "eu-west-1"]).code, 0);
    let saved = || std::fs::metadata(&file).unwrap().modified().unwrap() != first;
    let in_time = (0..600).any(|_| {
        saved() || {
            std::thread::sleep(std::time::Duration::from_millis(100));
            false
        }
    });
    assert!(in_time, "it is saved while it runs: killed, it has no time to");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn operations_are_listed_as_implemented_or_not_without_a_server() {
    let home = Home::new();
    let text = home.run(&["sandbox", "--operations"]);
    assert_eq!(text.code, 0, "{}", text.err);
    let implemented = text.out.lines().next().unwrap();
    assert!(implemented.starts_with("cognito-idp, implemented: "), "{implemented}");
    assert!(text.out.lines().any(|line| line == "  ListUsers"));
    let both = home.run(&["sandbox", "--operations", "--json"]).json(0);
    let count = |service: &str| -> usize {
        ["implemented", "notImplemented"].iter().map(|kind| both[service][kind].as_array().unwrap().len()).sum()
    };
    assert_eq!((count("cognito-idp"), count("cognito-identity")), (141, 23));
    let listed = both["cognito-idp"]["implemented"].as_array().unwrap();
    assert!(listed.contains(&Value::from("AdminGetUser")));
}

#[test]
fn the_weather_at_the_start_is_that_of_the_option() {
    let home = Home::new();
    let file = home.folder.path().join("weather.json");
    std::fs::write(&file, r#"{ "denied": ["ListUserPools"], "lagMs": 20 }"#).unwrap();
    let from_file = format!("@{}", file.to_str().unwrap());
    for weather in [from_file.as_str(), r#"{ "denied": ["ListUserPools"], "lagMs": 20 }"#] {
        let (child, line) = start(&home, &["--users", "10", "--weather", weather]);
        let endpoint = line["endpoint"].as_str().unwrap();
        let mut answer = ureq::get(&format!("{endpoint}/_sandbox/weather")).call().unwrap();
        let found: Value = answer.body_mut().read_json().unwrap();
        assert_eq!((&found["lagMs"], &found["denied"][0]), (&20.into(), &"ListUserPools".into()));
        let pools = home.run(&["pools", "--endpoint", endpoint, "--region", "eu-west-1"]);
        assert_eq!(pools.code, 1, "{}", pools.err);
        end(child, "-TERM");
    }
    for wrong in ["{", "@/nowhere/weather.json", r#"{"fog":1}"#, r#"{"lagMs":"much"}"#] {
        let ran = home.run(&["sandbox", "--users", "10", "--weather", wrong]);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{wrong}: {}", ran.err);
        assert!(!ran.err.is_empty());
    }
}

#[test]
fn a_state_that_was_being_written_when_the_process_was_killed_is_still_whole() {
    let home = Home::new();
    let file = home.folder.path().join("state.json");
    let path = file.to_str().unwrap();
    for round in 0..4 {
        let (mut child, line) = start(&home, &["--users", "2000", "--save-every", "1", "--state", path]);
        let endpoint = line["endpoint"].as_str().unwrap();
        for _ in 0..20 {
            assert_eq!(home.run(&["pools", "--endpoint", endpoint, "--region", "eu-west-1"]).code, 0);
        }
        std::thread::sleep(std::time::Duration::from_millis(700 + 130 * round));
        child.kill().unwrap();
        child.wait().unwrap();
        let saved: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        assert_eq!(saved["version"], 1);
    }
}
