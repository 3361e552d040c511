//! `poolctl users`, `count` and `show`, with the server gone: they open no socket.

use std::sync::LazyLock;

use serde_json::Value;

use crate::{Home, Served};

/// A local copy whose server is gone.
static COPY: LazyLock<Home> = LazyLock::new(|| {
    let served = Served::new();
    Home::synced(&served)
});

fn users(words: &[&str]) -> Value {
    COPY.run(&[&["users", "--json"], words].concat()).json(0)
}

fn names(words: &[&str]) -> Vec<String> {
    users(words).as_array().unwrap().iter().map(|user| user["username"].as_str().unwrap().to_owned()).collect()
}

fn count(query: &str) -> usize {
    COPY.run(&["count", query]).text().trim().parse().unwrap()
}

#[test]
fn a_user_has_exactly_the_promised_fields() {
    let user = &users(&["--limit", "1"])[0];
    let mut keys: Vec<&str> = user.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    let promised = ["attributes", "createdAt", "enabled", "groups", "modifiedAt", "status", "sub", "username"];
    assert_eq!(keys, promised);
    assert_eq!(user["attributes"]["sub"], user["sub"]);
    assert!(user["createdAt"].as_str().unwrap().ends_with('Z'));
}

#[test]
fn a_hundred_are_listed_unless_asked_otherwise_and_being_cut_is_told() {
    let cut = COPY.run(&["users", "--format", "jsonl"]);
    assert_eq!(cut.text().lines().count(), 100);
    let all = count("");
    assert!(cut.err.contains(&format!("the first 100 of {all}")), "{}", cut.err);
    let five = COPY.run(&["users", "--format", "jsonl", "--limit", "5", "--quiet"]);
    assert_eq!((five.text().lines().count(), five.err.as_str()), (5, ""));
    let everybody = COPY.run(&["users", "--format", "jsonl", "--limit", "0"]);
    assert_eq!((everybody.text().lines().count(), everybody.err.as_str()), (all, ""));
    let distinct: std::collections::BTreeSet<&str> = everybody.text().lines().collect();
    assert_eq!(distinct.len(), all, "pages neither repeat nor skip");
}

#[test]
fn sorting_goes_upwards_and_with_a_minus_downwards() {
    let up = names(&["--limit", "0", "--sort", "created"]);
    let down = names(&["--limit", "0", "--sort=-created"]);
    assert_ne!(up, down);
    let created = |words: &[&str]| -> Vec<String> {
        users(words).as_array().unwrap().iter().map(|user| user["createdAt"].as_str().unwrap().to_owned()).collect()
    };
    assert!(created(&["--limit", "0", "--sort", "created"]).is_sorted());
    assert!(created(&["--limit", "0", "--sort", "-created"]).is_sorted_by(|a, b| a >= b));
    let unknown = COPY.run(&["users", "--sort", "shoesize", "--json"]).json(2);
    assert_eq!(unknown["error"]["field"], "sort");
}

#[test]
fn queries_select_and_a_leading_minus_is_part_of_the_query() {
    let (confirmed, others, all) = (count("status:confirmed"), count("-status:confirmed"), count(""));
    assert!(confirmed > 0 && others > 0);
    assert_eq!(confirmed + others, all);
    assert_eq!(names(&["-status:confirmed", "--limit", "0"]).len(), others);
    assert_eq!(COPY.run(&["count", "status:confirmed", "--json"]).json(0), serde_json::json!({ "count": confirmed }));
}

#[test]
fn what_begins_with_a_minus_and_is_no_option_is_looked_for() {
    let all = count("");
    for (query, opposite) in [("-a", "a"), ("-zo", "zo"), ("-status:confirmed", "status:confirmed")] {
        assert_eq!(count(query) + count(opposite), all, "{query}");
        assert_eq!(COPY.run(&["--format", "json", "count", query]).json(0)["count"], count(query));
        let (data, keys) = (COPY.data(), COPY.key_file());
        let words = ["count", "--data-dir", crate::path(&data), "--key-file", crate::path(&keys), "--", query];
        assert_eq!(COPY.run_bare(&words).text().trim(), count(query).to_string(), "with -- it is the same");
    }
    assert_eq!(count("--status:confirmed"), count("status:confirmed"), "twice no is yes");
    assert_eq!(names(&["--sort", "-created", "-zo", "--limit=3"]).len(), 3);
    for name in ["-foo", "-f", "--foo"] {
        assert_eq!(COPY.run(&["show", name, "--json"]).json(1)["error"]["code"], "not_found", "{name}");
    }
    assert!(COPY.run(&["users", "-h"]).text().contains("--columns"), "help stays help");
}

#[test]
fn a_wrong_query_is_a_usage_error_that_names_the_place() {
    for command in ["users", "count"] {
        let ran = COPY.run(&[command, "acme emial:x"]);
        assert_eq!(ran.code, 2);
        assert!(ran.err.contains("At character 6"), "{}", ran.err);
        let json = COPY.run(&[command, "acme emial:x", "--json"]).json(2);
        assert_eq!((&json["error"]["code"], &json["error"]["field"]), (&"validation".into(), &"query".into()));
    }
}

#[test]
fn csv_has_the_columns_that_were_asked_for_and_no_formulas() {
    let csv = COPY.run(&["users", "--format", "csv", "--columns", "username,phone_number,enabled", "--limit", "0"]);
    let mut lines = csv.text().lines();
    assert_eq!(lines.next(), Some("username,phone_number,enabled"));
    assert!(csv.out.contains(",'+"), "a phone number begins with + and is defused");
    for record in csv_cells(&csv.out) {
        assert!(!record.trim_start().starts_with(['=', '+', '-', '@', '\t']), "{record:?}");
    }
    let unknown = COPY.run(&["users", "--columns", "shoesize", "--json"]).json(2);
    assert_eq!(unknown["error"]["field"], "columns");
}

fn csv_cells(text: &str) -> Vec<String> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.records().flat_map(|record| record.unwrap().iter().map(str::to_owned).collect::<Vec<_>>()).collect()
}

#[test]
fn a_table_holds_nothing_that_a_terminal_obeys() {
    let columns = "username,name,given_name,nickname,email,address";
    let table = COPY.run(&["users", "--limit", "0", "--columns", columns]);
    for line in table.text().lines() {
        let obeyed = |c: char| {
            c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        };
        assert!(!line.contains(obeyed), "{line:?}");
    }
    assert!(table.out.starts_with("username"));
}

#[test]
fn one_person_is_shown_by_exact_name() {
    let listed = users(&["--limit", "1"])[0].clone();
    let name = listed["username"].as_str().unwrap();
    let mut shown = COPY.run(&["show", name, "--json"]).json(0);
    let role = shown.as_object_mut().unwrap().remove("preferredRole");
    assert_eq!((shown, role), (listed.clone(), Some(serde_json::json!({ "kind": "none" }))));
    let card = COPY.run(&["show", name]);
    assert!(card.text().contains(listed["sub"].as_str().unwrap()), "{}", card.out);
    let nobody = COPY.run(&["show", "nobody-at-all", "--json"]).json(1);
    assert_eq!(nobody["error"]["code"], "not_found");
    let nobody = COPY.run(&["show", "nobody-at-all"]);
    assert_eq!((nobody.code, nobody.out.as_str()), (1, ""));
    assert!(!nobody.err.is_empty());
}
