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
    let evidence = disabled["evidence"].as_array().unwrap().iter().map(|line| line.as_str().unwrap());
    let evidence: Vec<&str> = evidence.collect();
    assert!(evidence[0].starts_with("Here, on ") && !evidence[0].contains("sync"), "no sync did it: {evidence:?}");
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
fn what_is_not_known_is_no_fault_and_what_a_sync_saw_is_said_to_be_from_elsewhere() {
    let served = Served::new();
    let home = Home::synced(&served);
    let people = served.sandbox.directory().snapshot(&served.pool());
    let fine = people.iter().find(|person| person.status == "CONFIRMED" && person.enabled).unwrap();
    let shown = home.run_at(&served, &["why", &fine.username]);
    let first = shown.text().lines().next().unwrap();
    assert_eq!(first, format!("{}: no rule found anything that keeps them out", fine.username));
    assert!(shown.out.contains("No app client was named. Give --client ID to ask about it."), "{}", shown.out);
    assert_eq!(shown.out.matches("No app client was named").count(), 1, "{}", shown.out);
    served.sandbox.directory().set_enabled(&served.pool(), &fine.username, false).unwrap();
    home.run_at(&served, &["sync", "--share", "off"]).text();
    let seen = home.run_at(&served, &["why", &fine.username, "--json"]).json(0);
    let evidence = reason(&seen, "disabled")["evidence"][0].as_str().unwrap();
    assert!(evidence.starts_with("The sync of ") && evidence.ends_with("not by this program."), "{evidence}");
    let blocked = home.run_at(&served, &["why", &fine.username]);
    assert!(blocked.text().starts_with(&format!("{}: this keeps them out", fine.username)), "{}", blocked.out);
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
