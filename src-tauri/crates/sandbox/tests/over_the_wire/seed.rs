//! The people of a new sandbox.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use crate::support::options;
use sandbox::{Options, Sandbox, SubShape};

#[test]
fn a_hundred_thousand_people_are_plausible_and_awkward() {
    let start = Instant::now();
    let sandbox = Sandbox::new(options(100_000));
    println!("100,000 people in {:?}", start.elapsed());
    let people = sandbox.directory().snapshot(&sandbox.pool_id());
    assert_eq!(people.len(), 100_000);
    let unique = |of: &dyn Fn(&sandbox::SnapshotUser) -> String| people.iter().map(of).collect::<BTreeSet<_>>().len();
    assert_eq!(unique(&|user| user.sub.clone()), people.len());
    assert_eq!(unique(&|user| user.username.clone()), people.len());
    assert!(unique(&|user| user.username.to_lowercase()) < people.len(), "some usernames differ only in case");
    assert!(unique(&|user| user.attributes["locale"].clone()) >= 25);
    let domain = |user: &sandbox::SnapshotUser| {
        user.attributes.get("email").map_or_else(String::new, |email| email.split('@').nth(1).unwrap().to_owned())
    };
    assert!(unique(&domain) > 150);
    let share = |test: &dyn Fn(&sandbox::SnapshotUser) -> bool| {
        people.iter().filter(|user| test(user)).count() * 100 / people.len()
    };
    assert!((90..97).contains(&share(&|user| user.attributes.contains_key("email"))));
    assert!((45..55).contains(&share(&|user| user.attributes.contains_key("phone_number"))));
    assert!((1..8).contains(&share(&|user| !user.enabled)));
    let mut statuses: BTreeMap<&str, usize> = BTreeMap::new();
    for user in &people {
        *statuses.entry(&user.status).or_default() += 1;
        assert!(user.created_at <= user.modified_at && user.modified_at <= sandbox.options().start);
    }
    assert_eq!(statuses.len(), 8, "{statuses:?}");
    let first = people.iter().map(|user| user.created_at).min().unwrap();
    let years = sandbox.options().start.duration_since(first).as_hours() / 24 / 365;
    assert!((5..=6).contains(&years), "{years}");
    let scripts = ['é', 'Π', 'Ж', 'م', 'ש', 'श', '田', '김', 'ศ', 'ễ', 'ბ'];
    for script in scripts {
        assert!(people.iter().any(|user| user.attributes["name"].contains(script)), "{script}");
    }
    assert!(people.iter().any(|user| user.attributes["name"].len() == 2048));
    assert!(people.iter().any(|user| user.attributes["name"].starts_with("<script>")));
    assert!(people.iter().any(|user| user.attributes["name"].contains('\u{202E}')));
}

#[test]
fn there_are_forty_groups_of_skewed_sizes_and_some_are_empty() {
    let sandbox = Sandbox::new(options(5_000));
    let people = sandbox.directory().snapshot(&sandbox.pool_id());
    let mut sizes: BTreeMap<&str, usize> = BTreeMap::new();
    for group in people.iter().flat_map(|user| &user.groups) {
        *sizes.entry(group).or_default() += 1;
    }
    assert!((30..40).contains(&sizes.len()), "{}", sizes.len());
    assert!(sizes["everyone"] > 1_500 && *sizes.values().min().unwrap() < 60, "{sizes:?}");
}

#[test]
fn the_same_options_make_the_same_people_and_another_seed_makes_others() {
    let of = |options: Options| {
        let sandbox = Sandbox::new(options);
        (sandbox.pool_id(), sandbox.directory().snapshot(&sandbox.pool_id()))
    };
    assert_eq!(of(options(2_000)), of(options(2_000)));
    assert_ne!(of(options(2_000)), of(Options { seed: 2, ..options(2_000) }));
}

#[test]
fn a_skewed_pool_puts_ninety_in_a_hundred_subs_behind_one_digit_and_some_outside_hexadecimal() {
    let sandbox = Sandbox::new(Options { sub_shape: SubShape::Skewed, ..options(10_000) });
    let people = sandbox.directory().snapshot(&sandbox.pool_id());
    let mut first: BTreeMap<char, usize> = BTreeMap::new();
    for user in &people {
        *first.entry(user.sub.chars().next().unwrap()).or_default() += 1;
    }
    let most = first.values().max().unwrap() * 100 / people.len();
    assert!((88..93).contains(&most), "{most}");
    assert!(first.keys().any(|c| !c.is_ascii_hexdigit()), "{first:?}");
}

#[test]
fn the_number_of_people_is_exact_even_when_it_is_tiny() {
    for users in [0, 1, 9, 11, 40, 1_000] {
        let sandbox = Sandbox::new(options(users));
        assert_eq!(sandbox.directory().count(&sandbox.pool_id()), Some(users as usize));
        assert_eq!(sandbox.description().people.len(), users.min(10) as usize);
    }
}

#[test]
fn the_description_names_what_a_script_needs() {
    let sandbox = Sandbox::new(options(100));
    let json = serde_json::to_value(sandbox.description()).unwrap();
    assert_eq!(json["endpoint"], serde_json::Value::Null);
    assert_eq!(json["region"], "eu-west-1");
    assert!(json["userPoolId"].as_str().unwrap().starts_with("eu-west-1_"));
    assert!(json["identityPoolId"].as_str().unwrap().starts_with("eu-west-1:"));
    let clients = json["clients"].as_array().unwrap();
    assert_eq!(clients.len(), 3);
    assert!(clients[0]["secret"].is_null() && clients[1]["secret"].is_string() && clients[2]["secret"].is_string());
    let people = json["people"].as_array().unwrap();
    assert_eq!(people.len(), 10);
    assert_eq!(people[0]["state"], "CONFIRMED");
    for person in people {
        let user = sandbox.directory().user(&sandbox.pool_id(), person["username"].as_str().unwrap()).unwrap();
        assert_eq!(user.status, person["state"]);
    }
}
