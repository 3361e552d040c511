//! What events of user activity and CloudTrail tell.

use std::collections::BTreeSet;

use model::mau::{Damage, LogCounter, LogMonth};
use model::{ClientId, PoolId};
use proptest::prelude::*;
use rstest::rstest;
use serde_json::{Value, json};

/// An event of exported user activity at noon of 3 November 2026.
fn activity(kind: &str, outcome: &str, sub: &str) -> Value {
    json!({
        "eventTimestamp": "1793707200000",
        "eventSource": "USER_ACTIVITY",
        "logLevel": "INFO",
        "message": {
            "version": "1", "eventId": "e", "eventType": kind, "userSub": sub, "userName": "name of it",
            "userPoolId": "eu-west-1_AbCdEfGhI", "clientId": "web", "eventResponse": outcome, "riskLevel": "",
            "challenges": ["Password:Success"], "city": "Z\u{fc}rich", "hasContextData": "true"
        },
        "logSourceId": { "userPoolId": "eu-west-1_AbCdEfGhI" }
    })
}

fn trail(name: &str, error: Option<&str>, sub: Option<&str>) -> Value {
    json!({
        "eventVersion": "1.10", "userIdentity": { "type": "Unknown" }, "eventTime": "2026-11-03T12:00:00Z",
        "eventSource": "cognito-idp.amazonaws.com", "eventName": name, "awsRegion": "eu-west-1",
        "errorCode": error, "requestParameters": { "clientId": "web", "authParameters": "HIDDEN_DUE_TO_SECURITY_REASONS" },
        "responseElements": null, "additionalEventData": sub.map(|sub| json!({ "sub": sub }))
    })
}

/// Of the pool, whose only known app client is `web`.
fn counter() -> LogCounter {
    foreign_counter().of_clients([ClientId::parse("web").unwrap()])
}

/// Of the pool, of which no app client is known.
fn foreign_counter() -> LogCounter {
    LogCounter::new(Some(PoolId::parse("eu-west-1_AbCdEfGhI").unwrap()))
}

fn read(events: &[Value]) -> (LogCounter, Vec<LogMonth>) {
    let mut counter = counter();
    for event in events {
        let read = counter.read(event.to_string().as_bytes());
        assert_eq!(read.damage, None, "{event}");
    }
    let months = counter.months();
    (counter, months)
}

/// Users surely and possibly active in the only month.
fn counted(events: &[Value]) -> (u64, u64) {
    let (_, months) = read(events);
    months.first().map_or((0, 0), |month| (month.surely.users, month.possibly.users))
}

#[test]
fn a_user_is_counted_once_however_often_they_come() {
    let events = [activity("SignIn", "Pass", "a"), activity("SignIn", "Pass", "a"), activity("SignIn", "Pass", "b")];
    assert_eq!(counted(&events), (2, 2));
    let (_, months) = read(&events);
    assert_eq!((months[0].month.to_string().as_str(), months[0].events, months[0].surely.exact), ("2026-11", 3, true));
    assert_eq!(months[0].clients.iter().map(|(id, users)| (id.as_str(), *users)).collect::<Vec<_>>(), [("web", 2)]);
}

#[rstest]
#[case("SignIn", "Pass", (1, 1))]
#[case("SignIn", "Fail", (0, 1))]
#[case("SignIn", "InProgress", (0, 1))]
#[case("SignUp", "InProgress", (1, 1))]
#[case("SignUp", "Fail", (0, 1))]
#[case("ForgotPassword", "Pass", (1, 1))]
#[case("PasswordChange", "Pass", (1, 1))]
#[case("ResendCode", "Pass", (0, 1))]
#[case("SomethingNew", "Pass", (0, 1))]
fn what_surely_counts_is_what_aws_lists_and_what_went_well(
    #[case] kind: &str,
    #[case] outcome: &str,
    #[case] expected: (u64, u64),
) {
    assert_eq!(counted(&[activity(kind, outcome, "a")]), expected);
}

#[rstest]
#[case("InitiateAuth", None, Some("a"), (0, 1))]
#[case("AdminInitiateAuth", None, Some("a"), (0, 1))]
#[case("RespondToAuthChallenge", None, Some("a"), (1, 1))]
#[case("RespondToAuthChallenge", Some("NotAuthorizedException"), Some("a"), (0, 1))]
#[case("GetTokensFromRefreshToken", None, Some("a"), (1, 1))]
#[case("InitiateAuth", Some("NotAuthorizedException"), Some("a"), (0, 1))]
#[case("AdminGetUser", Some(""), Some("a"), (1, 1))]
#[case("AdminDisableUser", None, Some("a"), (0, 1))]
#[case("Login_POST", None, Some("a"), (0, 1))]
#[case("ListUsers", None, Some("a"), (0, 0))]
#[case("AdminResetUserPassword", None, Some("a"), (0, 0))]
#[case("InitiateAuth", None, None, (0, 0))]
fn cloudtrail_tells_by_operation(
    #[case] name: &str,
    #[case] error: Option<&str>,
    #[case] sub: Option<&str>,
    #[case] expected: (u64, u64),
) {
    assert_eq!(counted(&[trail(name, error, sub)]), expected);
}

#[test]
fn both_kinds_of_log_name_the_same_user() {
    assert_eq!(counted(&[activity("SignIn", "Pass", "a"), trail("RespondToAuthChallenge", None, Some("a"))]), (1, 1));
}

#[test]
fn whoever_is_named_otherwise_than_by_sub_is_only_possible() {
    let mut named = trail("AdminGetUser", None, None);
    named["requestParameters"] = json!({ "userPoolId": "eu-west-1_AbCdEfGhI", "username": "zoe" });
    assert_eq!(counted(&[named]), (0, 1), "zoe may be somebody who is counted by sub");
    let mut hidden = trail("AdminGetUser", None, None);
    hidden["requestParameters"] = json!({ "username": "HIDDEN_DUE_TO_SECURITY_REASONS" });
    let (counter, _) = read(&[hidden]);
    assert_eq!(counter.without_user(), 1);
}

#[test]
fn other_pools_and_services_are_told_apart() {
    let mut elsewhere = activity("SignIn", "Pass", "a");
    elsewhere["message"]["userPoolId"] = json!("eu-west-1_Other0000");
    let storage =
        json!({ "eventSource": "s3.amazonaws.com", "eventName": "PutObject", "eventTime": "2026-11-03T12:00:00Z" });
    let (counter, months) = read(&[elsewhere.clone(), storage]);
    assert_eq!((counter.other_pools(), counter.other_events(), counter.events()), (1, 1, 0));
    assert!(months.is_empty());
    let mut every = LogCounter::new(None);
    every.read(elsewhere.to_string().as_bytes());
    every.read(activity("SignIn", "Pass", "a").to_string().as_bytes());
    assert_eq!(every.months()[0].surely.users, 2, "the same sub of two pools is two users");
}

#[test]
fn machines_are_no_users_but_their_tokens_are_counted() {
    let mut token = trail("Token_POST", None, None);
    token["requestParameters"] = Value::Null;
    token["additionalEventData"] = json!({
        "requestParameters": { "client_id": ["web"], "grant_type": ["client_credentials"] },
        "responseParameters": { "status": 200.0 }
    });
    let mut refused = token.clone();
    refused["additionalEventData"]["responseParameters"]["status"] = json!(400.0);
    let mut elsewhere = token.clone();
    elsewhere["additionalEventData"]["requestParameters"]["client_id"] = json!(["robot of another pool"]);
    let (counter, months) = read(&[token.clone(), token, refused, elsewhere]);
    assert_eq!((months[0].token_requests, months[0].surely.users, months[0].possibly.users), (Some(2), 0, 0));
    assert_eq!(counter.other_tokens(), 1);
    let (_, months) = read(&[activity("SignIn", "Pass", "a")]);
    assert_eq!(months[0].token_requests, None, "a log without machines does not say that there were none");
}

#[test]
fn of_a_trail_only_what_names_the_pool_or_its_client_is_surely_the_pool_s() {
    let own = trail("RespondToAuthChallenge", None, Some("a"));
    let mut other = trail("RespondToAuthChallenge", None, Some("b"));
    other["requestParameters"]["clientId"] = json!("client of another pool");
    let mut named = trail("AdminGetUser", None, Some("c"));
    named["requestParameters"] = json!({ "userPoolId": "eu-west-1_AbCdEfGhI" });
    let count = |mut counter: LogCounter| {
        for event in [&own, &other, &named] {
            counter.read(event.to_string().as_bytes());
        }
        let month = counter.months().remove(0);
        (month.surely.users, month.possibly.users, month.clients.len(), counter.without_pool())
    };
    assert_eq!(count(counter()), (2, 3, 1, 1));
    assert_eq!(count(foreign_counter()), (1, 3, 0, 2));
    assert_eq!(count(foreign_counter().alone()), (3, 3, 2, 0), "there is no other pool");
    assert_eq!(count(LogCounter::new(None)), (3, 3, 2, 0), "the import is not about a pool");
}

#[test]
fn months_are_told_apart_in_utc() {
    let mut late = activity("SignIn", "Pass", "a");
    late["eventTimestamp"] = json!(1_796_083_199_999_i64);
    let mut later = activity("SignIn", "Pass", "a");
    later["eventTimestamp"] = json!("1796083200000");
    let (_, months) = read(&[late, later]);
    let told: Vec<(String, u64)> = months.iter().map(|month| (month.month.to_string(), month.surely.users)).collect();
    assert_eq!(told, [("2026-11".to_owned(), 1), ("2026-12".to_owned(), 1)]);
}

#[test]
fn wrappers_of_cloudwatch_are_opened() {
    let inner = activity("SignIn", "Pass", "a").to_string();
    let wrapped = json!({ "timestamp": 1, "message": inner });
    assert_eq!(counted(std::slice::from_ref(&wrapped)), (1, 1));
    let mut counter = counter();
    counter.read(format!("2026-11-03T12:00:00.000Z {inner}").as_bytes());
    assert_eq!(counter.months()[0].surely.users, 1);
    let twice = json!({ "message": wrapped.to_string() }).to_string();
    assert_eq!(counter.read(twice.as_bytes()).damage, Some(Damage::NotAnEvent), "no wrappers without end");
}

#[test]
fn several_values_in_a_row_are_read_as_far_as_they_go() {
    let (a, b) = (activity("SignIn", "Pass", "a").to_string(), activity("SignIn", "Pass", "b").to_string());
    let mut counter = counter();
    let row = format!("{a}{b}{}", &a[..40]);
    let read = counter.read(row.as_bytes());
    assert_eq!((read.bytes, read.damage), (a.len() + b.len(), Some(Damage::CutOff)));
    assert_eq!(counter.months()[0].surely.users, 2);
}

#[rstest]
#[case("hello", Damage::NotJson)]
#[case("{\"eventTimestamp\": 17", Damage::CutOff)]
#[case("{]", Damage::NotJson)]
#[case("{}", Damage::NotAnEvent)]
#[case("{\"message\": 7}", Damage::NotAnEvent)]
#[case("{\"message\": \"hello\"}", Damage::NotAnEvent)]
#[case("{\"message\": {\"eventType\": \"SignIn\"}}", Damage::NoTime)]
#[case("{\"eventTimestamp\": \"soon\", \"message\": {\"eventType\": \"SignIn\"}}", Damage::NoTime)]
#[case("{\"eventSource\": 7}", Damage::NotAnEvent)]
fn damage_is_named(#[case] text: &str, #[case] damage: Damage) {
    assert_eq!(counter().read(text.as_bytes()).damage, Some(damage), "{text}");
}

#[test]
fn blank_lines_are_no_damage() {
    assert_eq!(counter().read(b" \r\n").damage, None);
}

#[test]
fn many_users_are_counted_to_within_a_percent_and_in_bounds() {
    let mut counter = LogCounter::keeping(None, 1_000);
    for user in 0..60_000_u32 {
        // Every third comes twice; every fifth only fails.
        for _ in 0..=u32::from(user % 3 == 0) {
            let outcome = if user % 5 == 0 { "Fail" } else { "Pass" };
            counter.read(activity("SignIn", outcome, &format!("user {user}")).to_string().as_bytes());
        }
    }
    let month = &counter.months()[0];
    assert!(!month.surely.exact);
    assert!(month.surely.users.abs_diff(48_000) <= 480, "{:?}", month.surely);
    assert!(month.possibly.users.abs_diff(60_000) <= 600, "{:?}", month.possibly);
    assert!(month.surely.at_least() <= 48_000 && month.possibly.at_most() >= 60_000);
    assert!(month.clients[0].1.abs_diff(48_000) <= 48_000 / 25, "{:?}", month.clients);
}

/// A log of so many users, each of whom comes once, on a day of November.
fn log_of(users: std::ops::Range<u32>, day: i64) -> LogMonth {
    let mut counter = counter();
    for user in users {
        let mut event = activity("SignIn", "Pass", &format!("user {user}"));
        event["eventTimestamp"] = json!((1_793_707_200_000 + (day - 3) * 86_400_000).to_string());
        counter.read(event.to_string().as_bytes());
    }
    counter.months().remove(0)
}

#[test]
fn two_logs_of_a_month_are_counted_together() {
    let (early, late) = (log_of(0..6_000, 3), log_of(4_000..10_000, 4));
    for (one, other) in [(&early, &late), (&late, &early)] {
        let both = one.clone().with(other.clone());
        assert!(both.surely.users.abs_diff(10_000) <= 300 && !both.surely.exact, "{:?}", both.surely);
        assert_eq!((both.surely.at_least(), both.together), (6_000, None), "one import alone names as many");
        assert!(both.surely.at_most() >= 10_000 && both.possibly.users >= both.surely.users);
        assert_eq!((both.first, both.last), (early.first, late.last));
        let kept: LogMonth = serde_json::from_str(&serde_json::to_string(&both).unwrap()).unwrap();
        assert_eq!(kept.with(log_of(0..10_000, 3)).surely.users, both.surely.users.max(10_000), "all of them again");
    }
    let part = log_of(100..200, 3);
    assert_eq!(early.clone().with(part).surely, early.surely, "what is in the other already adds nobody");
    let twice = early.clone().with(early.clone());
    assert_eq!(LogMonth { imports: Vec::new(), ..twice }, early);
    let apart = early.clone().with(log_of(0..7_000, 20));
    assert_eq!(apart.first, apart.last, "what lies between two logs is in neither, so it is no longer log");
}

#[test]
fn two_logs_of_which_one_does_not_say_who_is_in_it_have_bounds_and_no_likely_number() {
    let old = LogMonth { named: None, ..log_of(0..60, 3) };
    let both = old.clone().with(log_of(50..100, 4));
    assert_eq!((both.surely.users, both.surely.at_least(), both.together), (60, 60, Some(110)));
    let three = both.with(log_of(0..10, 5));
    assert_eq!((three.surely.users, three.together), (60, Some(120)));
    assert_eq!(old.clone().with(log_of(0..60, 3)).together, None, "the same log once more");
    let kept: LogMonth = serde_json::from_str(&serde_json::to_string(&three).unwrap()).unwrap();
    for again in [&old, &log_of(50..100, 4), &log_of(0..10, 5), &three] {
        let users = kept.clone().with(again.clone());
        assert_eq!((users.surely.users, users.together), (60, Some(120)), "each of them was imported before");
    }
    // A table is of the whole month whatever else there is.
    let table = LogMonth { events: 0, named: None, ..log_of(0..100, 3) };
    let with_table = table.with(log_of(0..60, 3));
    assert_eq!((with_table.surely.users, with_table.together), (100, None));
}

#[test]
fn of_a_single_app_client_the_table_of_all_users_stays_one_of_all_in_whichever_order() {
    let all = LogMonth { events: 0, named: None, ..log_of(0..100, 3) };
    let by_client = LogMonth { by_client_only: true, ..all.clone() };
    for (one, other) in [(&all, &by_client), (&by_client, &all)] {
        let both = one.clone().with(other.clone());
        assert_eq!((both.surely.users, both.by_client_only), (100, false));
    }
    let fewer = LogMonth { events: 0, named: None, ..log_of(0..60, 3) };
    assert!(by_client.with(fewer).by_client_only, "the table of all is the smaller one, so it is not of all");
}

proptest! {
    #[test]
    fn whatever_is_read_never_breaks(text in prop::collection::vec(any::<u8>(), 0..300)) {
        let read = counter().read(&text);
        prop_assert!(read.bytes <= text.len());
    }

    #[test]
    fn damage_in_the_middle_of_an_event_never_breaks(at in 0..400_usize, byte in any::<u8>()) {
        let mut text = activity("SignIn", "Pass", "a").to_string().into_bytes();
        let at = at % text.len();
        text[at] = byte;
        let mut counter = counter();
        counter.read(&text);
        prop_assert!(counter.months().iter().all(|month| month.possibly.users <= 1));
    }

    #[test]
    fn few_users_are_counted_exactly(subs in prop::collection::vec(0..40_u8, 0..200)) {
        let events: Vec<Value> = subs.iter().map(|sub| activity("SignIn", "Pass", &format!("u{sub}"))).collect();
        let different = subs.iter().collect::<BTreeSet<_>>().len() as u64;
        prop_assert_eq!(counted(&events), (different, different));
    }
}
