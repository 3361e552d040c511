//! What a month costs, without a pool, an account or a network.

use std::fs;

use rstest::rstest;
use serde_json::{Value, json};

use crate::{Home, path};

/// What one plan's JSON says in short.
fn told(view: &Value) -> (&str, &str) {
    (view["plan"].as_str().unwrap(), view["total"].as_str().unwrap())
}

#[test]
fn the_example_of_the_price_page_is_explained_line_by_line() {
    let home = Home::new();
    let bill = home.run_bare(&["cost", "--mau", "950000", "--plan", "lite", "--json"]).json(0);
    assert_eq!(told(&bill), ("lite", "4405.00"));
    let lines = bill["lines"].as_array().unwrap();
    let expected = [
        json!({ "what": "Lite users 1 to 10,000, free", "quantity": 10_000, "unitPrice": "0.00", "amount": "0.00",
            "text": "10,000 × $0.00 = $0.00" }),
        json!({ "what": "Lite users 10,001 to 100,000", "quantity": 90_000, "unitPrice": "0.0055", "amount": "495.00",
            "text": "90,000 × $0.0055 = $495.00" }),
        json!({ "what": "Lite users 100,001 to 950,000", "quantity": 850_000, "unitPrice": "0.0046",
            "amount": "3910.00", "text": "850,000 × $0.0046 = $3,910.00" }),
    ];
    assert_eq!(lines, &expected);
    assert_eq!(bill["priceTable"]["readOn"], "2026-09-06");
    assert_eq!(bill["priceTable"]["builtIn"], true);
    let text = home.run_bare(&["cost", "--mau", "950000", "--plan", "lite", "--explain"]);
    assert!(text.text().contains("90,000 × $0.0055 = $495.00"), "{}", text.out);
    assert!(text.err.contains("read on 2026-09-06"), "{}", text.err);
}

#[test]
fn without_a_plan_all_are_told() {
    let home = Home::new();
    let words = ["cost", "--mau", "60000", "--federated", "51", "--m2m", "3", "--month", "2026-02"];
    let all = home.run_bare(&[&words[..], &["--json"]].concat()).json(0);
    let all: Vec<_> = all.as_array().unwrap().iter().map(told).collect();
    // 0.015 federated and 0.00675 tokens on top of 275, 750, 1200 and 55.
    assert_eq!(all, [("lite", "275.02"), ("essentials", "750.02"), ("plus", "1200.02"), ("legacy", "55.02")]);
    let lines = home.run_bare(&[&words[..], &["--format", "jsonl"]].concat());
    assert_eq!(lines.text().lines().count(), 4);
    let csv = home.run_bare(&[&words[..], &["--format", "csv"]].concat());
    assert!(csv.text().starts_with("plan,what,quantity,unitPrice,amount\n"), "{}", csv.out);
    assert!(csv.text().contains("\nplus,total,,,1200.02\n"), "{}", csv.out);
    let table = home.run_bare(&words);
    assert!(table.text().lines().any(|line| line.split_whitespace().eq(["legacy", "55.02"])), "{}", table.out);
    let doubt = "plus: SAML and OIDC users of Plus pools are taken at the price of every plan.";
    for told in [&table, &csv] {
        assert!(told.err.contains(doubt), "{}", told.err);
    }
}

#[test]
fn nothing_is_written_and_no_account_is_asked_for() {
    let home = Home::new();
    assert_eq!(home.run(&["cost", "--mau", "1", "--json"]).code, 0);
    assert!(!home.data().exists() && !home.key_file().exists());
}

#[rstest]
#[case(&["cost", "--mau", "-5"])]
#[case(&["cost", "--mau", "1.5"])]
#[case(&["cost", "--mau", "many"])]
#[case(&["cost", "--mau", "1000000000001"])]
#[case(&["cost", "--plan", "gold"])]
#[case(&["cost", "--month", "2026-13"])]
#[case(&["cost", "--month", "November"])]
#[case(&["cost", "--region", "EU WEST"])]
#[case(&["cost", "1000"])]
fn what_makes_no_sense_is_a_usage_error(#[case] words: &[&str]) {
    let ran = Home::new().run_bare(words);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{}", ran.err);
    let ran = Home::new().run_bare(&[words, &["--json"]].concat());
    assert_eq!(ran.json(2)["error"]["code"], "validation");
}

#[test]
fn the_price_table_that_the_window_keeps_is_used_where_none_is_given() {
    let home = Home::new();
    let data = home.folder.path().join("kept");
    let words = ["cost", "--mau", "100", "--plan", "plus", "--json", "--data-dir", path(&data)];
    assert_eq!(told(&home.run_bare(&words).json(0)), ("plus", "2.00"));
    assert!(!data.exists(), "asking for a price leaves nothing behind");
    let mut own: Value = serde_json::from_str(include_str!("../../../model/src/cost/prices.json")).unwrap();
    own["version"] = json!("ours");
    own["base"]["tariffs"]["plus"]["brackets"][0]["price"] = json!("0.01");
    fs::create_dir(&data).unwrap();
    fs::write(data.join("prices.json"), own.to_string()).unwrap();
    let bill = home.run_bare(&words).json(0);
    assert_eq!(told(&bill), ("plus", "1.00"));
    assert_eq!((bill["priceTable"]["version"].as_str(), &bill["priceTable"]["builtIn"]), (Some("ours"), &json!(false)));
    fs::write(data.join("prices.json"), "{}").unwrap();
    assert_eq!(home.run_bare(&words).json(2)["error"]["field"], "prices", "none is refused silently");
}

#[test]
fn ones_own_price_table_is_used_and_named_or_refused_with_every_reason() {
    let home = Home::new();
    let file = home.folder.path().join("prices.json");
    let built_in = include_str!("../../../model/src/cost/prices.json");
    let mut own: Value = serde_json::from_str(built_in).unwrap();
    own["version"] = json!("ours");
    own["base"]["tariffs"]["plus"]["brackets"][0]["price"] = json!("0.01");
    fs::write(&file, own.to_string()).unwrap();
    let words = ["cost", "--mau", "100", "--plan", "plus", "--json", "--prices", path(&file)];
    let bill = home.run_bare(&words).json(0);
    assert_eq!(told(&bill), ("plus", "1.00"));
    assert_eq!((bill["priceTable"]["version"].as_str(), &bill["priceTable"]["builtIn"]), (Some("ours"), &json!(false)));
    own["base"]["tariffs"]["plus"]["brackets"][0]["price"] = json!("-0.01");
    own["currency"] = json!("EUR");
    fs::write(&file, own.to_string()).unwrap();
    let error = home.run_bare(&words).json(2);
    let message = error["error"]["message"].as_str().unwrap();
    assert!(message.contains("EUR") && message.contains("-0.01"), "{message}");
    fs::remove_file(&file).unwrap();
    assert_eq!(home.run_bare(&words).json(1)["error"]["code"], "precondition");
}

#[test]
fn a_region_without_prices_of_its_own_borrows_them_and_says_so() {
    let words = ["cost", "--mau", "20000", "--plan", "essentials", "--region", "sa-east-1", "--json"];
    let bill = Home::new().run_bare(&words).json(0);
    assert_eq!(told(&bill), ("essentials", "150.00"));
    assert_eq!(bill["priceTable"]["region"], "sa-east-1");
    assert!(bill["assumptions"][0].as_str().unwrap().contains("us-east-1 stands in"));
}
