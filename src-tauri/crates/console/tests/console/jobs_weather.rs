//! Jobs of thousands in bad weather, and how fast they go in good weather.

use std::time::Duration;

use console::jobs::Chosen;
use console::{Config, Share};
use model::plan::{Action, ItemCounts};
use sandbox::{Fault, When};
use tokio::time::Instant;

use crate::house::{House, options, sandbox_connection, today};
use crate::jobs::{apply, carry_out};

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
