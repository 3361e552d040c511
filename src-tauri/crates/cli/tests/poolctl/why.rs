//! Why somebody cannot sign in.

use serde_json::Value;

use crate::{Home, Ran, Served, path};

fn reason<'a>(why: &'a Value, rule: &str) -> &'a Value {
    why["reasons"].as_array().unwrap().iter().find(|reason| reason["rule"] == rule).unwrap()
}

#[test]
fn causes_are_told_with_a_command_that_repairs_them_and_nobody_is_billed() {
    let served = Served::new();
    let home = Home::synced(&served);
    let people = served.sandbox.directory().snapshot(&served.pool());
    let of = |status: &str| people.iter().find(|person| person.status == status && person.enabled).unwrap();
    let user = of("CONFIRMED").username.clone();
    home.run_at(&served, &["users", "disable", &user, "--yes"]).text();
    served.sandbox.forget_calls();
    let client = served.sandbox.description().clients[0].id.clone();
    let why = home.run_at(&served, &["why", &user, "--client", &client, "--json"]).json(0);
    let disabled = reason(&why, "disabled");
    assert_eq!((&disabled["verdict"], &why["reasons"][0]["rule"]), (&"blocks".into(), &"disabled".into()));
    assert_eq!(disabled["fix"]["command"], serde_json::json!(["users", "enable"]));
    assert!(disabled["reply"].is_string() && disabled["fix"]["priceHigh"].is_string());
    assert_eq!(reason(&why, "flow-not-allowed")["verdict"], "unknown", "nobody named the flow");
    let shown = home.run_at(&served, &["why", &user]);
    assert!(shown.text().contains("poolctl users enable") && !shown.out.contains("clear "), "{}", shown.out);
    assert!(served.sandbox.calls().may_bill().is_empty(), "only what is free is asked");
    let closed = home.run_at(&served, &["why", &user, "--client", &client, "--flow", "CUSTOM_AUTH", "--json"]).json(0);
    assert_eq!(reason(&closed, "flow-not-allowed")["verdict"], "blocks");
    let email = of("UNCONFIRMED").attributes["email"].clone();
    let by_address = home.run_at(&served, &["why", &email, "--json"]).json(0);
    assert_eq!(by_address["reasons"][0]["rule"], "unconfirmed");
    let nobody = home.run_at(&served, &["why", "nobody.at.all", "--json"]).json(1);
    assert_eq!(nobody["error"]["code"], "not_found");
    std::fs::write(home.data().join("prices.json"), "{").unwrap();
    let unpriced = home.run_at(&served, &["why", &email]);
    assert!(unpriced.text().contains("unconfirmed") && unpriced.out.contains("to unknown USD"), "{}", unpriced.out);
    assert!(unpriced.err.contains("what it costs is not known: This price table is not used"), "{}", unpriced.err);
}

#[test]
fn a_user_with_the_name_of_an_option_is_a_name_in_the_command_that_repairs() {
    let served = Served::new();
    let (directory, pool) = (served.sandbox.directory(), served.pool());
    directory.create_user(&pool, "--all", &[("email", "all@x.example")]).unwrap();
    directory.set_enabled(&pool, "--all", false).unwrap();
    let home = Home::synced(&served);
    let shown = home.run_at(&served, &["why", "all@x.example"]);
    let command = shown.text().lines().find(|line| line.contains("users enable")).unwrap().trim();
    assert_eq!(command, "poolctl users enable -- --all");
    let (data, keys, endpoint) = (home.data(), home.key_file(), served.endpoint());
    let place = ["--data-dir", path(&data), "--key-file", path(&keys), "--pool", &pool];
    let there = ["--endpoint", &endpoint, "--region", "eu-west-1", "--yes"];
    let (words, name) = command.split_at(command.find(" --").unwrap());
    let ran = home.bare().args(words.split(' ').skip(1)).args(place).args(there).args(name.split_whitespace()).output();
    let ran = Ran::of(&ran.unwrap());
    assert_eq!((ran.code, served.sandbox.calls().of("AdminEnableUser")), (0, 1), "{}{}", ran.out, ran.err);
    assert!(directory.user(&pool, "--all").unwrap().enabled);
}
