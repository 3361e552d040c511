//! What a bill, a log or the settings tell of how a pool is billed, and no more: tokens of some days, plans and replicas that
//! nobody typed, free users of a bill, prices by a few days.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use console::{Basis, OpenPool, PlansQuestion, Taken, ToldBilling, recommendation};
use jiff::SignedDuration;
use model::cost::{Feature, FeatureUse, PricePlan, plain};
use model::estimate::{Bound, Estimate};
use model::mau::{BillScope, BilledNumber, Split};
use model::month::Month;
use model::plan::Action;
use rust_decimal::Decimal;
use sandbox::Sandbox;
use serde_json::{Value, json};

use crate::house::{House, config};
use crate::jobs::attributes;
use crate::lab::today;
use crate::months::{Administrator, next_month, synced, trail_event};

const DIRECT: Split = Split { direct: 1, social: 0, federated: 0, linked: 0 };

fn few() -> sandbox::Options {
    sandbox::Options { users: 12, ..today() }
}

fn month(house: &House) -> Month {
    Month::of(house.sandbox.weather().now())
}

fn of_pool(users: u64) -> Option<BilledNumber> {
    Some(BilledNumber::new(users, BillScope::Pool))
}

fn range(users: &Estimate<u64>) -> (u64, Option<u64>, Option<u64>) {
    (users.low, users.likely, users.high)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn token_requests_of_some_days_are_not_those_of_the_month() {
    let house = House::new(few()).await;
    let pool = house.synced().await;
    let last = month(&house).previous();
    let client = house.sandbox.description().clients[0].id.clone();
    let trail = house.dir.path().join("trail.jsonl");
    std::fs::write(&trail, [trail_event(last, &client, None), trail_event(last, &client, None)].join("\n")).unwrap();
    pool.import_activity(vec![trail], false).await.unwrap();
    let (question, activity) = pool.look(last).await.unwrap();
    assert_eq!((activity.token_requests, question.besides.token_requests), (None, 0));
    let told = "tell 2 token requests of machines; how many the whole month had";
    assert!(activity.missing.iter().any(|missing| missing.what.contains(told)), "{:?}", activity.missing);
    // A table is of all of the month.
    let table = house.dir.path().join("machines.csv");
    std::fs::write(&table, format!("month,tokenRequests\n{last},70\n")).unwrap();
    pool.import_activity(vec![table], false).await.unwrap();
    assert_eq!(pool.look(last).await.unwrap().0.besides.token_requests, 70);
}

/// A house whose pool's settings are other ones, also such as nobody can bring about by a call.
async fn house_with(settings: Value) -> House {
    let House { dir, sandbox, clock, .. } = House::new(few()).await;
    let file = dir.path().join("state.json");
    sandbox.save(&file).unwrap();
    let mut state: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    for pool in state["pools"].as_array_mut().unwrap() {
        pool["settings"].as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
    }
    std::fs::write(&file, state.to_string()).unwrap();
    let sandbox = Sandbox::load(&file, today().start).unwrap();
    let console = console::open(config(dir.path(), Some(sandbox.http_client()), clock.clone())).await.unwrap();
    House { dir, sandbox, clock, console }
}

async fn asked(house: &House, pool: &Arc<OpenPool>, users: u64) -> PlansQuestion {
    let known = pool.look(month(house)).await.unwrap().0;
    PlansQuestion { users: Estimate::exactly(users), split: DIRECT, basis: Basis::Chosen, ..known }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pool_on_lite_with_advanced_security_has_the_legacy_price_with_it() {
    let audit = json!({ "UserPoolTier": "LITE", "UserPoolAddOns": { "AdvancedSecurityMode": "AUDIT" } });
    let house = house_with(audit).await;
    let pool = house.synced().await;
    let question = asked(&house, &pool, 20_000).await;
    assert_eq!((question.present, question.besides.advanced_security), (Some(PricePlan::Legacy), true));
    let answer = house.console.plans(&question).unwrap();
    let now = answer.plans.iter().find(|cost| cost.plan == PricePlan::Legacy).unwrap();
    assert_eq!(now.cost.likely.map(plain).as_deref(), Some("1000.00"), "20,000 × 0.05");
    assert!(answer.taken.iter().any(|told| told.contains("Lite with advanced security on")), "{:?}", answer.taken);
    assert!(now.bill.assumptions.iter().any(|told| told.contains("Lite with advanced security on")));
    // That AWS tells it is not kept as if a person had told it.
    let activity = pool.activity(month(&house)).await.unwrap();
    assert_eq!((activity.billing, activity.advanced_security), (ToldBilling::default(), true));
    // Plus is cheaper, and there is no way back; to Lite, where it is, it cannot change.
    let told = recommendation(Some(PricePlan::Legacy), &answer.plans);
    assert!(told[0].starts_with("Plus would cost $600.00 less"), "{told:?}");
    assert!(told.iter().any(|told| told.contains("for good")), "{told:?}");
    let ways: Vec<PricePlan> =
        answer.plans.iter().filter(|cost| cost.switching.is_some()).map(|cost| cost.plan).collect();
    assert_eq!(ways, [PricePlan::Essentials, PricePlan::Plus]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_lite_it_is_said_that_the_legacy_price_may_hold() {
    let house = house_with(json!({ "UserPoolTier": "LITE" })).await;
    let pool = house.synced().await;
    let question = asked(&house, &pool, 40_000).await;
    assert_eq!(question.present, Some(PricePlan::Lite));
    assert!(question.taken.contains(&Taken::LiteOrLegacy), "{:?}", question.taken);
    // 30,000 × 0.0055, or nothing where 50,000 are free.
    let lite = async || {
        let answer = house.console.plans(&asked(&house, &pool, 40_000).await).unwrap();
        let cost = &answer.plans.iter().find(|cost| cost.plan == PricePlan::Lite).unwrap().cost;
        (plain(cost.low), cost.likely.map(plain), cost.high.map(plain))
    };
    let [nothing, all] = ["0.00", "165.00"].map(str::to_owned);
    assert_eq!(lite().await, (nothing, None, Some(all.clone())), "nobody told which");
    for (told, billed_by) in [(true, PricePlan::Legacy), (false, PricePlan::Lite)] {
        pool.tell_billing(ToldBilling { legacy: Some(told), ..ToldBilling::default() }).await.unwrap();
        let question = asked(&house, &pool, 40_000).await;
        assert_eq!(question.present, Some(billed_by));
        assert!(!question.taken.contains(&Taken::LiteOrLegacy), "{:?}", question.taken);
        assert_eq!(lite().await, (all.clone(), Some(all.clone()), Some(all.clone())));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replicated_pool_is_priced_as_one_and_what_cannot_be_read_is_said() {
    let replicas = json!({ "UserPoolReplicas": [{ "RegionName": "eu-central-1", "Role": "SECONDARY" }] });
    let house = house_with(replicas).await;
    let pool = house.synced().await;
    let question = asked(&house, &pool, 100_000).await;
    assert!(question.features.contains(&(Feature::Replication, FeatureUse::Used)), "{:?}", question.features);
    assert!(question.besides.replicated);
    let answer = house.console.plans(&question).unwrap();
    // 90,000 × 0.015 + 100,000 × 0.0045.
    assert_eq!(answer.plans[1].cost.likely.map(plain).as_deref(), Some("1800.00"));
    house.sandbox.weather().deny("ListUserPoolReplicas");
    let question = asked(&house, &pool, 100_000).await;
    assert!(!question.besides.replicated);
    assert!(question.taken.contains(&Taken::NotReplicated), "{:?}", question.taken);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_told_of_other_pools_for_one_question_is_in_its_report() {
    let house = House::new(few()).await;
    let pool = house.synced().await;
    let (known, activity) = pool.look(month(&house)).await.unwrap();
    let csv = async |alone: bool| {
        let question = PlansQuestion { alone, ..known.clone() };
        let report = pool.report(activity.clone(), &question).await.unwrap();
        String::from_utf8(report.write(console::ReportFormat::Csv)).unwrap()
    };
    assert!(csv(false).await.contains("Other pools of the account are left out"));
    assert!(!csv(true).await.contains("Other pools of the account are left out"), "the account has none");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_change_of_many_likely_costs_is_not_told_by_the_users_of_a_few_days() {
    let house = House::new(few()).await;
    let server = house.sandbox.serve(0).await.unwrap();
    let pool = house.synced().await;
    Administrator::new(server.endpoint(), house.sandbox.pool_id(), 1).only_made(&house, 6);
    next_month(&house);
    synced(&pool).await;
    pool.tell_billing(ToldBilling { others: Some(0), ..ToldBilling::default() }).await.unwrap();
    let present = month(&house);
    assert!(pool.activity(present).await.unwrap().users.likely.is_some());
    let everybody = house.people().into_iter().map(|person| person.username).collect();
    let set = Action::SetAttributes { attributes: attributes(&[("nickname", "one")]) };
    let plan = pool.plan(set, console::jobs::Chosen::Names(everybody)).await.unwrap();
    let price = async || pool.preview(&plan).await.unwrap().price;
    let likely = async || price().await.likely;
    let dearest = Some(Decimal::new(90, 3));
    let first = price().await;
    assert_eq!(
        (first.likely, first.high),
        (Some(Decimal::ZERO), dearest),
        "everybody in the pool would be free, and nobody knows how many the month before had"
    );
    // The month before had more than are free, and this one may come to as many.
    pool.set_billed(present.previous(), of_pool(12_000)).await.unwrap();
    let dear = price().await;
    assert_eq!((dear.likely, dear.high), (None, dearest), "then none of the six is free");
    pool.set_billed(present.previous(), of_pool(40)).await.unwrap();
    assert_eq!(price().await, Estimate::exactly(Decimal::ZERO), "all are free");
    // Nobody has looked for two days.
    let by = SignedDuration::from_hours(48);
    house.sandbox.weather().advance(Duration::try_from(by).unwrap());
    house.clock.push(by);
    pool.set_billed(present.previous(), None).await.unwrap();
    assert_eq!(likely().await, None);
    server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_evidence_of_a_bill_with_its_own_free_users_names_both_ends() {
    let house = House::new(few()).await;
    let pool = house.open().await;
    let last = month(&house).previous();
    let kinds = BilledNumber { federated: Some(10), ..BilledNumber::new(100, BillScope::Pool) };
    pool.set_billed(last, Some(kinds)).await.unwrap();
    let users = pool.activity(last).await.unwrap().users;
    assert_eq!(range(&users), (100, Some(100), Some(150)));
    let bounds: Vec<(Bound, u64)> = users.evidence.iter().map(|item| (item.bound, item.users)).collect();
    assert!(bounds.contains(&(Bound::AtLeast, 100)) && bounds.contains(&(Bound::AtMost, 150)), "{bounds:?}");
}

/// A bill of that month with users of Essentials, free and federated ones, and token requests.
fn bill_file(house: &House, name: &str, month: Month, users: &str) -> std::path::PathBuf {
    let file = house.dir.path().join(name);
    let lines = [
        ("CognitoEssentialsMAU", users),
        ("CognitoFreeTierMAU", "10"),
        ("CognitoEnterpriseMAU", "20"),
        ("CUPM2MTokenRequestsFull", "7"),
    ];
    let lines: String = lines.map(|(what, many)| format!("EUW1-{what},{many},{month}-01\n")).concat();
    std::fs::write(&file, format!("UsageType,UsageQuantity,UsageStartDate\n{lines}")).unwrap();
    file
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_number_of_an_imported_bill_kept_again_keeps_how_it_is_made_up_and_another_one_is_told_of() {
    let house = House::new(few()).await;
    let pool = house.open().await;
    let last = month(&house).previous();
    pool.import_activity(vec![bill_file(&house, "bill.csv", last, "70")], true).await.unwrap();
    let imported = pool.activity(last).await.unwrap();
    assert_eq!((range(&imported.users), imported.token_requests), ((100, Some(100), Some(150)), Some(7)));
    pool.set_billed(last, of_pool(100)).await.unwrap();
    assert_eq!(pool.activity(last).await.unwrap(), imported);
    pool.set_billed(last, of_pool(90)).await.unwrap();
    let other = pool.activity(last).await.unwrap();
    assert_eq!((range(&other.users), other.token_requests), ((90, Some(90), Some(90)), None));
    let told = pool.import_activity(vec![bill_file(&house, "bill.csv", last, "70")], true).await.unwrap();
    let says = format!("{last}: it takes the place of the 90 users of a bill that were given before.");
    assert!(told.problems.contains(&says), "{told:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bill_with_a_line_that_cannot_be_read_is_not_used() {
    let house = House::new(few()).await;
    let pool = house.open().await;
    let last = month(&house).previous();
    for users in ["seventy", "-70", "99999999999999999999999"] {
        let told = pool.import_activity(vec![bill_file(&house, "bill.csv", last, users)], true).await.unwrap();
        assert_eq!(told.problems[0], "bill.csv: 1 lines could not be read, so its sums were not used.");
        assert_eq!(pool.activity(last).await.unwrap().billed, None, "{users}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_written_within_its_month_is_of_a_part_of_it_whenever_it_is_imported() {
    let house = House::new(few()).await;
    let pool = house.open().await;
    let last = month(&house).previous();
    let on_the_tenth = last.begins() + SignedDuration::from_hours(24 * 9 + 8);
    let written = |file: &Path| {
        std::fs::File::options().append(true).open(file).unwrap().set_modified(on_the_tenth.into()).unwrap();
    };
    let bill = bill_file(&house, "bill.csv", last, "70");
    written(&bill);
    let told = pool.import_activity(vec![bill.clone()], true).await.unwrap();
    assert!(told.problems.iter().any(|told| told.contains("so its 100 users are of a part of it")), "{told:?}");
    let part = pool.activity(last).await.unwrap();
    assert_eq!((range(&part.users), part.token_requests), ((100, None, None), None));
    assert!(part.missing.iter().any(|missing| missing.remedy.starts_with("Give the one of the final bill")));
    // The same number, typed as the final one, is not made of what was there by the tenth.
    pool.set_billed(last, of_pool(100)).await.unwrap();
    let typed = pool.activity(last).await.unwrap();
    assert_eq!((range(&typed.users), typed.token_requests), ((100, Some(100), Some(100)), None));
    // It does not take the place of the final one.
    pool.set_billed(last, of_pool(500)).await.unwrap();
    pool.import_activity(vec![bill], true).await.unwrap();
    assert_eq!(range(&pool.activity(last).await.unwrap().users), (500, Some(500), Some(500)));
    pool.set_billed(last, None).await.unwrap();
    let table = house.dir.path().join("table.csv");
    std::fs::write(&table, format!("month,users,tokenRequests\n{last},40,9\n")).unwrap();
    written(&table);
    pool.import_activity(vec![table.clone()], true).await.unwrap();
    let part = pool.activity(last).await.unwrap();
    assert_eq!((range(&part.users), part.token_requests), ((40, None, None), None));
    // The same table, made again after the month.
    std::fs::write(&table, format!("month,users,tokenRequests\n{last},60,12\n")).unwrap();
    pool.import_activity(vec![table], true).await.unwrap();
    let whole = pool.activity(last).await.unwrap();
    assert_eq!((range(&whole.users), whole.token_requests), ((60, Some(60), None), Some(12)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bill_of_a_part_of_the_month_takes_the_place_of_no_final_one_of_the_account() {
    let house = House::new(few()).await;
    let pool = house.open().await;
    let last = month(&house).previous();
    pool.import_activity(vec![bill_file(&house, "final.csv", last, "70")], false).await.unwrap();
    let whole = pool.activity(last).await.unwrap();
    assert_eq!(range(&whole.users).2, Some(150), "the account's number and the free ones bound it");
    let early = bill_file(&house, "early.csv", last, "30");
    let on_the_tenth = last.begins() + SignedDuration::from_hours(24 * 9 + 8);
    std::fs::File::options().append(true).open(&early).unwrap().set_modified(on_the_tenth.into()).unwrap();
    let told = pool.import_activity(vec![early], false).await.unwrap();
    assert!(
        told.problems.iter().any(|told| told.contains("the number of the final bill was given before")),
        "{told:?}"
    );
    assert_eq!(pool.activity(last).await.unwrap(), whole);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bill_of_fewer_than_were_seen_active_is_asked_about() {
    let house = House::new(few()).await;
    let pool = house.open().await;
    let last = month(&house).previous();
    let table = house.dir.path().join("table.csv");
    std::fs::write(&table, format!("month,users\n{last},60\n")).unwrap();
    pool.import_activity(vec![table], true).await.unwrap();
    let asks = async || {
        let activity = pool.activity(last).await.unwrap();
        let says = "The bill is of at most 50 users, but 60 were seen to be active.";
        (range(&activity.users), activity.missing.iter().any(|missing| missing.what == says))
    };
    pool.set_billed(last, of_pool(50)).await.unwrap();
    assert_eq!(asks().await, ((50, Some(50), Some(50)), true));
    let besides = BilledNumber::new(50, BillScope::PoolBesidesFree);
    pool.set_billed(last, Some(besides)).await.unwrap();
    assert_eq!(asks().await, ((60, Some(60), None), false), "the free ones come on top");
    pool.set_billed(last, of_pool(70)).await.unwrap();
    assert_eq!(asks().await, ((70, Some(70), Some(70)), false));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_bill_of_the_month_before_is_no_number_of_a_month_of_which_nothing_was_given() {
    let house = House::new(few()).await;
    let pool = house.synced().await;
    let present = month(&house);
    let (last, before) = (present.previous(), present.previous().previous());
    pool.set_billed(before, of_pool(2_000)).await.unwrap();
    // Something is known of the month after, and not how many users it had.
    pool.set_billed(last, Some(BilledNumber::new(40, BillScope::PoolBesidesFree))).await.unwrap();
    let users = pool.activity(last).await.unwrap().users;
    assert_eq!(range(&users), (40, None, None), "{users:?}");
    assert!(users.evidence.iter().any(|item| item.bound == Bound::Hint && item.users == 2_000), "{users:?}");
    assert!(pool.months().await.unwrap().ahead.is_empty(), "no step was seen");
    let (question, _) = pool.look(present).await.unwrap();
    assert_eq!(question.whole.map(|count| count.month), Some(before));
    // What was seen so far of the present month stays that.
    pool.set_billed(last, of_pool(121_000)).await.unwrap();
    let users = pool.activity(present).await.unwrap().users;
    assert!(users.likely.is_some_and(|likely| likely < 1_000), "{users:?}");
}
