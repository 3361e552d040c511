//! What the page of cost has, from the command line: how a pool is billed, all plans, a forecast, dormant users, the report.

use std::fs;

use serde_json::{Value, json};

use crate::{Home, Served, path};

/// Months before the present one, the latest first.
fn months(home: &Home, served: &Served, many: usize) -> Vec<String> {
    let present = home.run_at(served, &["mau", "--json"]).json(0)["month"].as_str().unwrap().to_owned();
    let first: jiff::civil::Date = format!("{present}-01").parse().unwrap();
    let before = std::iter::successors(first.yesterday().ok(), |day| day.first_of_month().yesterday().ok());
    before.map(|day| day.strftime("%Y-%m").to_string()).take(many).collect()
}

#[test]
fn how_a_pool_is_billed_is_told_kept_and_priced_with() {
    let served = Served::today();
    let home = Home::synced(&served);
    let billing =
        |words: &[&str], code: i32| home.run_at(&served, &[&["billing", "--json"], words].concat()).json(code);
    let none = json!({ "plan": "essentials", "billing":
        { "legacy": null, "advancedSecurity": false, "others": null, "othersPlan": null } });
    assert_eq!(billing(&[], 0), none);
    let refused = billing(&["--legacy", "yes"], 2);
    assert_eq!(refused["error"]["field"], "legacy", "the pool is not on Lite: {refused}");
    assert_eq!(billing(&["--legacy", "no"], 0)["billing"]["legacy"], false);
    assert_eq!(billing(&["--legacy", "unknown"], 0), none);
    assert_eq!(billing(&["--others", "many"], 2)["error"]["field"], "others");
    let told = billing(&["--others", "30000", "--others-plan", "lite"], 0);
    assert_eq!((&told["billing"]["others"], &told["billing"]["othersPlan"]), (&json!(30_000), &json!("lite")));
    assert!(home.run_at(&served, &["billing"]).text().contains("30000 on lite"));
    // Of the account: 20,000 × 0.0055 on Lite, which takes the free users, and 20,000 × 0.015.
    let words = ["cost", "--mau", "20000", "--plan", "essentials", "--json"];
    let cost = home.run_at(&served, &[&words[..], &["--told"]].concat()).json(0);
    assert_eq!(
        (&cost["total"], &cost["others"], &cost["ownTotal"]),
        (&json!("410.00"), &json!("110.00"), &json!("300.00"))
    );
    let alone = home.run_at(&served, &words).json(0);
    assert_eq!((&alone["total"], &alone["others"]), (&json!("150.00"), &Value::Null));
    let compared = home.run_at(&served, &["compare", "--mau", "20000", "--json"]).json(0);
    assert_eq!(compared["others"], "110.00", "{compared}");
    assert_eq!(billing(&["--others", "unknown"], 0), none);
}

#[test]
fn a_price_has_messages_machines_rates_and_other_pools() {
    let home = Home::new();
    // 10,000 × 0.0001 + 2 × 6 + 100 × 0.05 + 10 × 20.
    let words = ["cost", "--plan", "lite", "--emails", "10000", "--m2m-clients", "2", "--sms", "100"];
    let more = ["--sms-price", "0.05", "--extra-rate", "10", "--json"];
    let cost = home.run_bare(&[&words[..], &more[..]].concat()).json(0);
    assert_eq!(cost["total"], "218.00", "{cost}");
    // 10 × 45 × 15 of 30 days.
    let part =
        ["cost", "--plan", "lite", "--month", "2026-11", "--extra-rate", "10", "--extra-rate-days", "15", "--json"];
    assert_eq!(home.run_bare(&part).json(0)["total"], "225.00");
    let others = ["cost", "--mau", "20000", "--plan", "essentials", "--others", "30000", "--json"];
    let cost = home.run_bare(&others).json(0);
    assert_eq!((&cost["total"], &cost["ownTotal"]), (&json!("600.00"), &json!("300.00")));
    // 1,000 replicated ones: 0 + 1,000 × 0.0045.
    let replicated = ["cost", "--mau", "1000", "--plan", "essentials", "--replicated", "--json"];
    assert_eq!(home.run_bare(&replicated).json(0)["total"], "4.50");
    for words in [&["cost", "--sms", "3"][..], &["cost", "--sms", "3", "--sms-price", "cheap"]] {
        assert_eq!(home.run_bare(words).code, 2, "{words:?}");
    }
}

#[test]
fn all_plans_are_compared_and_the_months_to_come_are_told() {
    let served = Served::today();
    let home = Home::synced(&served);
    let none = home.run_at(&served, &["forecast", "--json"]);
    assert_eq!((none.json(0), none.err.contains("there is no forecast")), (json!([]), true));
    for (month, users) in months(&home, &served, 3).iter().zip(["121000", "110000", "100000"]) {
        home.run_at(&served, &["mau", "--month", month, "--billed", users, "--json"]).json(0);
    }
    let history = home.run_at(&served, &["mau", "--history", "--json"]).json(0);
    let kinds: Vec<&str> = history.as_array().unwrap().iter().map(|month| month["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["over", "over", "over", "present", "forecast", "forecast", "forecast"]);
    let ahead = home.run_at(&served, &["forecast", "--json"]).json(0);
    assert_eq!((&ahead[0]["likely"], &ahead[1]["likely"]), (&json!(133_100), &json!(146_410)), "{ahead}");
    assert!(ahead[0]["costHigh"].is_string() && ahead[0]["month"] == history[3]["users"]["month"], "{ahead}");
    assert!(home.run_at(&served, &["forecast"]).text().contains("133100"));
    let compared = home.run_at(&served, &["compare"]);
    assert!(
        compared.text().lines().any(|line| line.starts_with("essentials") && line.contains("yes")),
        "{}",
        compared.out
    );
    assert!(compared.err.contains("the last whole month of which enough is known"), "{}", compared.err);
    let chosen = home.run_at(&served, &["compare", "--mau", "90000", "--plan", "plus", "--json"]).json(0);
    assert_eq!(chosen["recommendation"][0], "For a whole month with the users that were chosen.");
    assert_eq!(chosen["plans"].as_array().unwrap().len(), 4);
    assert_eq!((&chosen["soFar"], &chosen["plans"][2]["switchLow"]), (&Value::Null, &Value::Null), "it is on Plus");
    let future = home.run_at(&served, &["compare", "--month", "2999-01", "--json"]).json(2);
    assert_eq!(future["error"]["field"], "month");
    let kept = home.run_at(&served, &["mau", "--month", "2999-01", "--billed", "5", "--json"]).json(2);
    assert_eq!(kept["error"]["field"], "month", "nothing is kept of a month to come");
    assert!(!home.run_at(&served, &["mau", "--history", "--json"]).text().contains("2999"));
}

#[test]
fn who_seems_dormant_is_counted_priced_and_listed_without_a_socket() {
    let served = Served::today();
    let home = Home::synced(&served);
    served.sandbox.weather().set_offline(true);
    let words = ["dormant", "--since", "2199-01-01"];
    let view = home.run_at(&served, &[&words[..], &["--json"]].concat()).json(0);
    assert_eq!(view["users"], crate::PEOPLE, "{view}");
    let query = view["query"].as_str().unwrap();
    assert_eq!(home.run_at(&served, &["count", query]).text().trim(), crate::PEOPLE.to_string());
    let listed = home.run_at(
        &served,
        &[&words[..], &["--list", "--limit", "3", "--columns", "username", "--format", "csv"]].concat(),
    );
    assert_eq!(listed.text().lines().count(), 4, "{}", listed.out);
    assert!(listed.err.contains("does not prove"), "{}", listed.err);
    let table = home.run_at(&served, &words);
    assert!(
        table.text().contains("plus") && table.err.contains("the query that finds them: modified<"),
        "{}",
        table.err
    );
    assert_eq!(home.run_at(&served, &["dormant", "--since", "May", "--json"]).json(2)["error"]["field"], "since");
}

#[test]
fn the_report_is_a_file_that_is_complete_or_absent_or_goes_to_standard_output() {
    let served = Served::today();
    let home = Home::synced(&served);
    let [pdf, page] = ["cost.pdf", "cost.html"].map(|name| home.folder.path().join(name));
    for file in [&pdf, &page] {
        let words = ["report", "--mau", "90000", "--emails", "5000", "--output", path(file), "--json"];
        let saved = home.run_at(&served, &words).json(0);
        assert_eq!(saved["path"], path(file));
        assert_eq!(home.run_at(&served, &words).json(1)["error"]["code"], "already_exists");
        home.run_at(&served, &[&words[..], &["--force"]].concat()).json(0);
    }
    assert!(fs::read(&pdf).unwrap().starts_with(b"%PDF-"));
    assert!(fs::read_to_string(&page).unwrap().contains("E-mail"));
    let left = fs::read_dir(home.folder.path())
        .unwrap()
        .flatten()
        .filter(|file| file.file_name().to_string_lossy().contains(".part"));
    assert_eq!(left.count(), 0);
    assert!(home.run_at(&served, &["report"]).text().to_lowercase().starts_with("<!doctype html"));
    assert!(home.run_at(&served, &["report", "--format", "csv"]).text().starts_with("section,row,column,value\n"));
    for words in [&["report", "--json"][..], &["report", "--output", "cost.docx"], &["mau", "--format", "html"]] {
        assert_eq!(home.run_at(&served, words).code, 2, "{words:?}");
    }
    assert!(served.sandbox.calls().may_bill().is_empty());
}
