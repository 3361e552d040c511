//! Quotas, faults, delay, refusals, and what was counted.

use std::time::{Duration, Instant};

use crate::support::{Live, live, options};
use sandbox::{Fault, Options, Quota, Sandbox, When};
use serde_json::json;

fn with_quota(quota: Quota) -> Live {
    Live::of(Sandbox::new(Options { quota, ..options(100) }))
}

/// How many of `n` immediate calls go through.
fn granted(live: &Live, operation: &str, input: &serde_json::Value, n: usize) -> usize {
    (0..n).filter(|_| live.call(operation, live.in_pool(input.clone())).status == 200).count()
}

/// Whether as many calls went through in a time as a bucket lets that holds one second's worth of `rate`.
fn fits(granted: usize, rate: f64, took: Duration) -> bool {
    let granted = granted as f64;
    granted >= rate && granted <= rate + rate * took.as_secs_f64() + 1.0
}

#[test]
fn list_users_and_list_users_in_group_share_thirty_requests_a_second() {
    let live = with_quota(Quota::Default);
    let start = Instant::now();
    let first = granted(&live, "ListUsers", &json!({ "Limit": 1 }), 20);
    let second = granted(&live, "ListUsersInGroup", &json!({ "GroupName": "everyone", "Limit": 1 }), 60);
    let refilled = 30.0 * start.elapsed().as_secs_f64();
    assert_eq!(first, 20);
    assert!(second >= 10 && (second as f64) <= 11.0 + refilled, "{second} with {refilled} refilled");
    let reply = live.call("ListUsers", live.in_pool(json!({})));
    if reply.status == 400 {
        assert_eq!(reply.code(), "TooManyRequestsException");
    }
    live.sandbox.weather().advance(Duration::from_secs(1));
    assert_eq!(granted(&live, "ListUsers", &json!({ "Limit": 1 }), 25), 25, "a second later the bucket is full");
}

#[test]
fn reads_of_groups_are_limited_to_five_a_second_in_each_pool_too() {
    let live = with_quota(Quota::Default);
    let input = json!({ "Limit": 1 });
    let start = Instant::now();
    let here = granted(&live, "ListGroups", &input, 10);
    assert!(fits(here, 5.0, start.elapsed()), "{here}");
    let other = live.sandbox.directory().pools().into_iter().find(|id| *id != live.pool).unwrap();
    assert!(granted(&live, "ListGroups", &json!({ "Limit": 1, "UserPoolId": other }), 5) == 5, "another pool is apart");
}

#[test]
fn a_factor_scales_every_rate_and_off_lifts_them() {
    let live = with_quota(Quota::Factor(0.1));
    let start = Instant::now();
    let few = granted(&live, "ListUsers", &json!({ "Limit": 1 }), 12);
    assert!(fits(few, 3.0, start.elapsed()), "{few}");
    live.sandbox.weather().set_quota(Quota::Off);
    assert_eq!(granted(&live, "ListUsers", &json!({ "Limit": 1 }), 50), 50);
}

#[test]
fn the_nth_call_of_one_operation_fails_as_planned_and_no_other() {
    let live = live(50);
    let fault = Fault::Error { code: "InternalErrorException".to_owned(), http_status: 500 };
    live.sandbox.weather().plan_fault(Some("ListUsers"), When::Nth(2), fault);
    let status = |operation: &str| live.call(operation, live.in_pool(json!({}))).status;
    assert_eq!(
        [status("ListUsers"), status("ListGroups"), status("ListUsers"), status("ListUsers")],
        [200, 200, 500, 200]
    );
}

#[test]
fn first_after_and_share_choose_calls() {
    let live = live(20);
    let weather = live.sandbox.weather();
    let pattern = |when: When, n: usize| -> Vec<bool> {
        weather.clear_faults();
        weather.plan_fault(None, when, Fault::Throttle);
        (0..n).map(|_| live.call("ListUsers", live.in_pool(json!({ "Limit": 1 }))).status == 200).collect()
    };
    assert_eq!(pattern(When::First(2), 4), [false, false, true, true]);
    assert_eq!(pattern(When::After(2), 4), [true, true, false, false]);
    let through = pattern(When::Share(0.3), 300).into_iter().filter(|ok| *ok).count();
    assert!((170..250).contains(&through), "{through}");
}

#[test]
fn a_timeout_before_applies_nothing_and_one_after_applies_everything() {
    let live = live(20);
    let weather = live.sandbox.weather();
    weather.set_silence(Duration::from_millis(30));
    let disable = |name: &str| live.try_call("AdminDisableUser", &live.in_pool(json!({ "Username": name })));
    weather.plan_fault(Some("AdminDisableUser"), When::Nth(1), Fault::TimeoutBefore);
    assert!(disable("maria.keller").is_err());
    weather.clear_faults();
    weather.plan_fault(Some("AdminDisableUser"), When::Nth(1), Fault::TimeoutAfter);
    assert!(disable("jose.munoz").is_err());
    let enabled = |name: &str| live.sandbox.directory().user(&live.pool, name).unwrap().enabled;
    assert_eq!((enabled("maria.keller"), enabled("jose.munoz")), (true, false));
}

#[test]
fn a_reset_or_truncated_answer_is_an_error_of_the_transport() {
    let live = live(50);
    for fault in [Fault::ConnectionReset, Fault::TruncatedBody] {
        live.sandbox.weather().plan_fault(Some("ListUsers"), When::Nth(1), fault.clone());
        assert!(live.try_call("ListUsers", &live.in_pool(json!({}))).is_err(), "{fault:?}");
        live.sandbox.weather().clear_faults();
    }
    live.ok("ListUsers", json!({}));
}

#[test]
fn offline_breaks_every_connection_until_it_is_over() {
    let live = live(20);
    live.sandbox.weather().set_offline(true);
    assert!(live.try_call("ListUsers", &live.in_pool(json!({}))).is_err());
    live.sandbox.weather().set_offline(false);
    live.ok("ListUsers", json!({}));
}

#[test]
fn a_denied_operation_names_the_action_as_iam_does() {
    let live = live(20);
    live.sandbox.weather().deny("ListUsers");
    let reply = live.fails("ListUsers", json!({}), "AccessDeniedException");
    assert!(reply.message().contains("is not authorized to perform: cognito-idp:ListUsers on resource: arn:aws:cognito-idp:eu-west-1:123456789012:userpool/"), "{}", reply.message());
    live.ok("ListGroups", json!({}));
    live.sandbox.weather().allow("ListUsers");
    live.ok("ListUsers", json!({}));
}

#[test]
fn latency_delays_an_answer() {
    let live = live(20);
    live.sandbox.weather().set_latency(Duration::from_millis(80), Duration::from_millis(10));
    let start = Instant::now();
    live.ok("ListUsers", json!({}));
    assert!(start.elapsed() >= Duration::from_millis(80));
}

#[test]
fn calls_and_people_are_counted_and_what_may_bill_is_told_apart() {
    let live = live(20);
    live.ok("ListUsers", json!({}));
    live.ok("ListUsers", json!({}));
    live.ok("ListUsersInGroup", json!({ "GroupName": "everyone" }));
    assert_eq!(live.sandbox.calls().of("ListUsers"), 2);
    assert_eq!(live.sandbox.calls().total(), 3);
    assert!(live.sandbox.calls().may_bill().is_empty());
    live.ok("AdminGetUser", json!({ "Username": "maria.keller" }));
    let calls = live.sandbox.calls();
    assert_eq!(calls.may_bill()["AdminGetUser"], 1);
    assert!(calls.people()["AdminGetUser"].contains("maria.keller"));
    live.sandbox.forget_calls();
    assert_eq!(live.sandbox.calls().total(), 0);
}

#[test]
fn virtual_time_can_be_pushed_and_is_what_answers_are_dated_with() {
    let live = live(20);
    let before = live.sandbox.weather().now();
    live.sandbox.weather().advance(Duration::from_secs(86_400));
    assert!(live.sandbox.weather().now().duration_since(before).as_hours() >= 24);
    live.ok("AdminCreateUser", json!({ "Username": "late" }));
    let created = live.sandbox.directory().user(&live.pool, "late").unwrap().created_at;
    assert!(created.duration_since(before).as_hours() >= 24);
    let date = live.call("ListUsers", live.in_pool(json!({}))).date.unwrap();
    assert!(date.ends_with(" GMT") && date.len() == 29, "{date}");
}
