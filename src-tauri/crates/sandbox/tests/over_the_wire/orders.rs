//! Orders stay right under any writes: every listing is held against a plain evaluation.

use std::time::Duration;

use crate::support::{live, sorted};
use proptest::prelude::*;
use sandbox::{SnapshotUser, Status};
use serde_json::json;

#[derive(Debug, Clone)]
enum Write {
    Create(u8, String),
    Rename(u8, String),
    Disable(u8),
    Confirm(u8),
    Delete(u8),
}

/// Names that share beginnings, differ in case, hold NUL, or pass fifteen bytes.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        "[aAbB\u{0}é]{0,4}",
        "common-prefix-1[56\u{0}]{0,3}[aA]{0,2}",
        "[ÄäßẞİıΣσς𝔸漢]{0,3}",
        any::<String>().prop_map(|text| text.chars().take(20).collect()),
    ]
}

fn write() -> impl Strategy<Value = Write> {
    prop_oneof![
        (any::<u8>(), name()).prop_map(|(n, name)| Write::Create(n, name)),
        (any::<u8>(), name()).prop_map(|(n, name)| Write::Rename(n, name)),
        any::<u8>().prop_map(Write::Disable),
        any::<u8>().prop_map(Write::Confirm),
        any::<u8>().prop_map(Write::Delete),
    ]
}

fn quoted(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn listings_agree_with_a_plain_evaluation_after_any_writes(
        writes in prop::collection::vec(write(), 1..60),
        prefixes in prop::collection::vec(name(), 1..6),
        lagging in any::<bool>(),
    ) {
        let live = live(40);
        let (directory, pool, weather) = (live.sandbox.directory(), &live.pool, live.sandbox.weather());
        // Orders that exist must follow; those that do not are built from what is there.
        live.usernames("name ^= \"a\"");
        live.usernames("status = \"Enabled\"");
        if lagging {
            weather.set_lag(Duration::from_secs(3600));
        }
        for write in writes {
            let at = |n: u8| format!("user-{}", n % 12);
            // Unknown or taken names are refused, which is not what is looked at here.
            let _ = match write {
                Write::Create(n, name) => directory.create_user(pool, &at(n), &[("name", &name)]).map(|_| ()),
                Write::Rename(n, name) => directory.set_attributes(pool, &at(n), &[("name", &name)]),
                Write::Disable(n) => directory.set_enabled(pool, &at(n), n > 100),
                Write::Confirm(n) => directory.set_status(pool, &at(n), Status::ResetRequired),
                Write::Delete(n) => directory.delete_user(pool, &at(n)),
            };
            if lagging {
                weather.advance(Duration::from_secs(200));
            }
        }
        weather.advance(Duration::from_secs(7200));
        let people = directory.snapshot(pool);
        let check = |filter: String, wanted: &dyn Fn(&SnapshotUser) -> bool| {
            let expected = people.iter().filter(|user| wanted(user)).map(|user| user.username.clone()).collect();
            assert_eq!(sorted(live.usernames(&filter)), sorted(expected), "{filter:?}");
        };
        check(String::new(), &|_| true);
        check("status = \"Disabled\"".to_owned(), &|user| !user.enabled);
        check("cognito:user_status ^= \"reset\"".to_owned(), &|user| user.status == "RESET_REQUIRED");
        for prefix in &prefixes {
            let folded = prefix.to_lowercase();
            let name = |user: &SnapshotUser| user.attributes.get("name").map(|name| name.to_lowercase());
            check(format!("name ^= \"{}\"", quoted(prefix)), &|user| name(user).is_some_and(|n| n.starts_with(&folded)));
            check(format!("name = \"{}\"", quoted(prefix)), &|user| name(user).is_some_and(|n| n == folded));
        }
        for page in [1, 7] {
            let pages = live.pages("ListUsers", json!({ "Limit": page }), "Users", "PaginationToken");
            let all: usize = pages.iter().map(Vec::len).sum();
            prop_assert_eq!(all, people.len());
        }
        let estimate = live.ok("DescribeUserPool", json!({}))["UserPool"]["EstimatedNumberOfUsers"].as_u64().unwrap();
        prop_assert_eq!(estimate, people.len() as u64);
    }
}
