//! Jobs of thousands in bad weather, and how fast they go in good weather.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use console::files::Way;
use console::jobs::Chosen;
use console::{Config, KeySource, OpenPool, Share};
use model::plan::{Action, GroupSettings, ItemCounts};
use sandbox::{Fault, Options, Quota, When};
use tokio::time::Instant;

use crate::house::{House, options, sandbox_connection, today};
use crate::importing::{check, written};
use crate::jobs::{apply, attributes, carry_out, group};

/// AWS's quotas, forty times as large: what they would stretch to hours takes seconds.
const MANIFOLD: Quota = Quota::Factor(40.0);

/// The pool through a console of its own that may use all of the quota.
pub(crate) async fn at_full_rate(house: &House) -> Arc<OpenPool> {
    let config = Config {
        share: Some(Share::Fraction(1.0)),
        data_dir: house.dir.path().join("other"),
        keys: KeySource::Memory,
        ..house.config()
    };
    let pool = console::open(config).await.unwrap().open_pool(&sandbox_connection(), &house.pool_id()).await.unwrap();
    pool.sync().finished().await.unwrap();
    pool
}

/// Whoever joins a group takes a call of each of two quotas, the others one. At the rates that AWS gives, those who join
/// take all of the time that there is, and the others go beside them.
#[tokio::test(start_paused = true)]
async fn calls_of_one_quota_do_not_wait_for_those_of_another() {
    const EACH: u32 = 1_000;
    let house = House::new(Options { quota: Quota::Default, ..options(20) }).await;
    let pool = at_full_rate(&house).await;
    let settings = GroupSettings { name: group("crew"), description: None, precedence: None, role_arn: None };
    carry_out(&pool, Action::CreateGroup(settings), Chosen::Nobody).await.unwrap();
    let mut file = "username,email,groups\n".to_owned();
    for at in 0..2 * EACH {
        let crew = if at < EACH { "crew" } else { "" };
        writeln!(file, "new.{at},new.{at}@example.com,{crew}").unwrap();
    }
    let file = written(house.dir.path(), "new.csv", &file);
    let checked = check(&pool, &file, Way::Create).await.unwrap();
    let plan = pool.plan_import(&checked.id, BTreeSet::new()).await.unwrap();
    house.sandbox.weather().set_latency(Duration::from_millis(120), Duration::ZERO);
    let begun = Instant::now();
    let counts = apply(&pool, &plan).await.unwrap();
    let seconds = begun.elapsed().as_secs_f64();
    assert_eq!(counts, ItemCounts { done: u64::from(2 * EACH), ..ItemCounts::default() });
    let (updates, creations) = (f64::from(EACH) / seconds, f64::from(2 * EACH) / seconds);
    println!("{updates:.1} of 25 a second of UserUpdate beside {creations:.1} of 50 of UserCreation");
    assert!(updates >= 0.95 * 25.0 && creations >= 0.95 * 50.0, "{updates} and {creations} a second");
    assert!(house.sandbox.calls().throttled().is_empty(), "{:?}", house.sandbox.calls().throttled());
}

/// Resets the passwords of a pool's confirmed users while every third call is refused as too many and the answer of one in
/// a hundred is lost. The sandbox counts what it applied to whom.
async fn through_bad_weather(people: u32) {
    let house = House::new(today(people)).await;
    let pool = house.synced().await;
    let weather = house.sandbox.weather();
    weather.set_silence(Duration::from_secs(1));
    weather.plan_fault(Some("AdminResetUserPassword"), When::Share(0.01), Fault::TimeoutAfter);
    weather.plan_fault(Some("AdminResetUserPassword"), When::Share(0.3), Fault::Throttle);
    let query = "status:confirmed email_verified:true enabled:yes".to_owned();
    let plan = pool.plan(Action::ResetPassword, Chosen::Query(query)).await.unwrap();
    let all = plan.items.len() as u64;
    let counts = apply(&pool, &plan).await.unwrap();
    assert_eq!(counts.total(), all);
    assert_eq!(counts, ItemCounts { done: all, ..ItemCounts::default() });
    let calls = house.sandbox.calls();
    let sent = calls.of("AdminResetUserPassword");
    assert!(sent > all + all / 5, "{sent} calls about {all}: the weather was bad");
    let applied = || calls.applied().values().filter_map(|calls| calls.get("AdminResetUserPassword"));
    assert!(applied().all(|times| *times == 1), "somebody's password was reset twice");
    assert_eq!(applied().count() as u64, all);
    assert!(house.console.verify_audit(None).await.unwrap().faults.is_empty());
}

#[tokio::test(start_paused = true)]
async fn thousands_get_one_message_each_through_throttling_and_lost_answers() {
    through_bad_weather(3_000).await;
}

#[tokio::test(start_paused = true)]
#[ignore = "takes minutes"]
async fn twenty_thousand_get_one_message_each_through_throttling_and_lost_answers() {
    through_bad_weather(33_000).await;
}

/// Sets an attribute of everybody while every third call is refused as too many and the answer of one in a hundred is lost.
async fn set_in_bad_weather(people: u32) {
    let house = House::new(Options { quota: MANIFOLD, ..options(people) }).await;
    let pool = house.synced().await;
    let weather = house.sandbox.weather();
    weather.plan_fault(Some("AdminUpdateUserAttributes"), When::Share(0.01), Fault::TimeoutAfter);
    weather.plan_fault(Some("AdminUpdateUserAttributes"), When::Share(0.3), Fault::Throttle);
    weather.set_silence(Duration::from_secs(1));
    let action = Action::SetAttributes { attributes: attributes(&[("nickname", "of all")]) };
    let plan = pool.plan(action, Chosen::Query(String::new())).await.unwrap();
    house.sandbox.forget_calls();
    let counts = apply(&pool, &plan).await.unwrap();
    let all = u64::from(people);
    assert_eq!((counts, counts.total()), (ItemCounts { done: all, ..ItemCounts::default() }, all));
    assert!(house.people().iter().all(|person| person.attributes["nickname"] == "of all"));
    // Lost answers were found to be applied by asking, and not by sending again.
    let rows = pool.job_items(&plan.id, None, 0, people).await.unwrap();
    let found =
        rows.iter().filter(|row| row.end.why.as_deref().is_some_and(|why| why.contains("it was applied"))).count();
    assert!(found as u64 > all / 400, "{found} lost answers");
    let calls = house.sandbox.calls();
    let applied = || calls.applied().values().filter_map(|calls| calls.get("AdminUpdateUserAttributes"));
    assert!(applied().all(|times| *times == 1), "somebody was changed twice");
    assert_eq!(applied().count() as u64, all);
    assert!(house.console.verify_audit(None).await.unwrap().faults.is_empty());
}

#[tokio::test(start_paused = true)]
async fn two_thousand_users_under_throttling_and_lost_answers_all_end_and_none_is_changed_twice() {
    set_in_bad_weather(2_000).await;
}

#[tokio::test(start_paused = true)]
#[ignore = "takes minutes"]
async fn twenty_thousand_users_under_throttling_and_lost_answers_all_end_and_none_is_changed_twice() {
    set_in_bad_weather(20_000).await;
}

/// Time is paused: it goes on only while everything waits, so the limiter alone is measured and not the machine.
#[tokio::test(start_paused = true)]
async fn a_job_goes_as_fast_as_it_may() {
    let house = House::new(options(1_000)).await;
    let share = Some(Share::Fraction(0.5));
    let console = console::open(Config { share, ..house.config() }).await.unwrap();
    let pool = console.open_pool(&sandbox_connection(), &house.pool_id()).await.unwrap();
    pool.sync().finished().await.unwrap();
    let begun = Instant::now();
    let (plan, counts) = carry_out(&pool, Action::DisableUsers, Chosen::Query("enabled:yes".to_owned())).await.unwrap();
    let seconds = begun.elapsed().as_secs_f64();
    let rate = f64::from(u32::try_from(counts.done).unwrap()) / seconds;
    // Half of AWS's 25 a second.
    assert!((0.95 * 12.5..1.1 * 12.5).contains(&rate), "{rate} a second, {} in {seconds} s", plan.items.len());
}
