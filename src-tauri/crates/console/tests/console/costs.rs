//! What the page of cost tells and keeps: whole months and parts of them, this pool and the account's others, folders of
//! logs, and what a change may cost by the same arithmetic.

use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use console::jobs::Chosen;
use console::{Basis, Besides, OpenPool, PlansQuestion, ReportFormat, Reveal, Taken, ToldBilling};
use jiff::SignedDuration;
use model::cost::{Feature, FeatureUse, PricePlan, plain};
use model::estimate::{Bound, Estimate, EvidenceKind};
use model::mau::{BillScope, BilledNumber, PART_OF_MONTH, Split};
use model::month::Month;
use model::plan::Action;
use rust_decimal::Decimal;
use serde_json::json;

use crate::house::House;
use crate::jobs::attributes;
use crate::lab::today;
use crate::months::{Administrator, next_month, synced, trail_event};

const DIRECT: Split = Split { direct: 1, social: 0, federated: 0, linked: 0 };

fn month(house: &House) -> Month {
    Month::of(house.sandbox.weather().now())
}

fn few() -> sandbox::Options {
    sandbox::Options { users: 12, ..today() }
}

/// Time goes by and nobody looks.
fn pass(house: &House, hours: i64) {
    let by = SignedDuration::from_hours(hours);
    house.sandbox.weather().advance(Duration::try_from(by).unwrap());
    house.clock.push(by);
}

fn create(administrator: &mut Administrator, users: u32) {
    tokio::task::block_in_place(|| (0..users).for_each(|_| administrator.create()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_part_of_a_month_is_not_told_as_all_of_it_once_the_month_is_over() {
    let house = House::new(few()).await;
    let server = house.sandbox.serve(0).await.unwrap();
    let pool = house.synced().await;
    let mut administrator = Administrator::new(server.endpoint(), house.sandbox.pool_id(), 1);
    next_month(&house);
    create(&mut administrator, 3);
    synced(&pool).await;
    let seen = month(&house);
    let early = pool.activity(seen).await.unwrap().users;
    assert_eq!((early.low, early.likely), (3, Some(3)));
    // Four more come, and nobody looks until the month is over.
    create(&mut administrator, 4);
    next_month(&house);
    let past = pool.activity(seen).await.unwrap().users;
    assert_eq!((past.low, past.likely, past.high), (3, None, None), "{past:?}");
    let part = past.evidence.iter().find(|item| item.kind == EvidenceKind::Changed).unwrap();
    assert_eq!((part.bound, part.users), (Bound::Hint, 3));
    assert!(part.says.contains(", as of "), "{part:?}");
    assert!(part.caveat.as_ref().unwrap().starts_with(PART_OF_MONTH), "{part:?}");
    let months = pool.months().await.unwrap();
    assert_eq!(months.known.iter().find(|known| known.month == seen).unwrap().users.likely, None);
    // Whoever looks soon after its end still sees whose record changed last in it.
    synced(&pool).await;
    let told = pool.activity(seen).await.unwrap().users;
    assert_eq!(told.likely, Some(7), "{told:?}");
    assert_eq!(told.evidence.iter().filter(|item| item.kind == EvidenceKind::Changed).count(), 1, "{told:?}");
    // Days later a change in the next month has hidden one in this.
    let second = month(&house);
    next_month(&house);
    pass(&house, 100);
    synced(&pool).await;
    assert_eq!(pool.activity(second).await.unwrap().users.likely, None);
    assert_eq!(pool.activity(seen).await.unwrap().users.likely, Some(7), "what was told of a whole month stays");
    server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bill_that_was_given_within_its_month_is_the_least_of_it_and_the_final_one_is_asked_for() {
    let house = House::new(few()).await;
    let pool = house.synced().await;
    let present = month(&house);
    pool.set_billed(present, Some(BilledNumber::new(900, BillScope::Pool))).await.unwrap();
    let refused = pool.set_billed(present.next(), Some(BilledNumber::new(5, BillScope::Pool))).await.unwrap_err();
    assert_eq!(refused.field.as_deref(), Some("month"), "it is yet to come");
    next_month(&house);
    let past = pool.activity(present).await.unwrap();
    assert_eq!((past.users.low, past.users.likely, past.users.high), (900, None, None), "{:?}", past.users);
    let bill = past.users.evidence.iter().find(|item| item.kind == EvidenceKind::Billed).unwrap();
    assert_eq!((bill.bound, bill.caveat.as_deref()), (Bound::AtLeast, Some(PART_OF_MONTH)));
    assert!(past.missing.iter().any(|missing| missing.remedy.starts_with("Give the one of the final bill")));
    let next = pool.activity(present.next()).await.unwrap().users;
    assert!(next.evidence.iter().all(|item| item.kind != EvidenceKind::BilledBefore), "{next:?}");
    pool.set_billed(present, Some(BilledNumber::new(1_234, BillScope::Pool))).await.unwrap();
    assert_eq!(pool.activity(present).await.unwrap().users.likely, Some(1_234));
    // The account's bill says less, and does not take its place.
    let bill = house.dir.path().join("account.csv");
    let lines = format!("EUW1-CognitoPlusMAU,50000,{present}-01\n");
    std::fs::write(&bill, format!("UsageType,UsageQuantity,UsageStartDate\n{lines}")).unwrap();
    let told = pool.import_activity(vec![bill], false).await.unwrap();
    assert!(told.problems[0].contains("the pool's own number on the bill was given before"), "{told:?}");
    assert_eq!(pool.activity(present).await.unwrap().users.likely, Some(1_234));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bill_tells_how_its_users_were_billed_and_the_tokens_of_machines() {
    let house = House::new(few()).await;
    let pool = house.synced().await;
    let last = month(&house).previous();
    let bill = house.dir.path().join("bill.csv");
    let lines: String =
        [("CognitoPlusMAU", 9_000), ("CognitoEnterpriseMAU", 1_000), ("CUPM2MTokenRequestsFull", 5_000)]
            .map(|(what, many)| format!("EUW1-{what},{many},{last}-01\nGlobal-CognitoFreeTierMAU,0,{last}-01\n"))
            .concat();
    std::fs::write(&bill, format!("UsageType,UsageQuantity,UsageStartDate\n{lines}")).unwrap();
    pool.import_activity(vec![bill], true).await.unwrap();
    let (question, activity) = pool.look(last).await.unwrap();
    assert_eq!((activity.users.likely, activity.token_requests), (Some(10_000), Some(5_000)));
    // On Plus 9,000 × 0.02 + 950 × 0.015 + 5,000 × 0.00225.
    let answer = house.console.plans(&question).unwrap();
    assert_eq!(answer.plans[2].cost.likely.map(plain).as_deref(), Some("205.50"));
    assert!(!question.taken.contains(&Taken::Mixed), "{:?}", question.taken);
    assert!(answer.plans.iter().all(|plan| plan.switching.is_none()), "nobody changes in a month that is over");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_has_the_legacy_price_is_told_that_it_is_lost_for_good_and_changes_only_upwards() {
    let house = House::new(few()).await;
    let pool = house.synced().await;
    let known = pool.look(month(&house)).await.unwrap().0;
    let besides = Besides { advanced_security: true, ..known.besides };
    let known = PlansQuestion { present: Some(PricePlan::Legacy), besides, ..known };
    let features = vec![(Feature::ThreatProtection, FeatureUse::Used)];
    let question = PlansQuestion { users: Estimate::exactly(20_000), split: DIRECT, features, ..known };
    let answer = house.console.plans(&question).unwrap();
    // 20,000 are free but for 20,000 × 0.05 of advanced security.
    let legacy = answer.plans.iter().find(|cost| cost.plan == PricePlan::Legacy).unwrap();
    assert_eq!(legacy.cost.likely.map(plain).as_deref(), Some("1000.00"));
    let told = answer.recommendation.concat();
    assert!(told.contains("Plus would cost $600.00 less") && told.contains("for good"), "{told}");
    let changes: Vec<_> = answer.plans.iter().filter(|cost| cost.switching.is_some()).map(|cost| cost.plan).collect();
    assert_eq!(
        changes,
        [PricePlan::Essentials, PricePlan::Plus],
        "it is on Lite, and nobody gets the legacy price again"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn logs_of_some_days_are_not_told_as_the_month_and_stay_its_least() {
    let house = House::new(few()).await;
    let pool = house.synced().await;
    let month = month(&house).previous();
    let client = house.sandbox.description().clients[0].id.clone();
    let trail = house.dir.path().join("trail.jsonl");
    std::fs::write(&trail, trail_event(month, &client, Some("a"))).unwrap();
    pool.import_activity(vec![trail], false).await.unwrap();
    let users = pool.activity(month).await.unwrap().users;
    assert_eq!((users.low, users.likely), (1, None), "{users:?}");
    let told = users.evidence.iter().find(|item| item.says.starts_with("Imported logs from")).unwrap();
    assert_eq!(told.bound, Bound::Hint);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_to_do_is_told_by_the_last_whole_month_and_this_and_the_next_one_are_foreseen() {
    let house = House::new(few()).await;
    let pool = house.synced().await;
    let present = month(&house);
    let look = async |month| {
        let known = pool.look(month).await.unwrap().0;
        PlansQuestion { split: DIRECT, features: Vec::new(), ..known }
    };
    let part = house.console.plans(&look(present).await).unwrap();
    assert!(part.so_far.unwrap().starts_with(&format!("{present} is not over")));
    let by = format!("By a part of {present}, which is not over");
    assert!(part.recommendation[0].starts_with(&by), "{:?}", part.recommendation);
    assert!(part.ahead.is_empty());
    let mut of = present;
    for users in [121_000, 110_000, 100_000] {
        of = of.previous();
        pool.set_billed(of, Some(BilledNumber::new(users, BillScope::Pool))).await.unwrap();
    }
    let question = look(present).await;
    let told = house.console.plans(&question).unwrap();
    let last = present.previous();
    // 111,000 × 0.015 against 90,000 × 0.0055 + 21,000 × 0.0046.
    assert_eq!(
        told.recommendation[..2],
        [
            format!("By {last}, the last whole month of which enough is known; {present} is not over."),
            "Lite would cost $1,073.40 less in such a month.".to_owned()
        ]
    );
    assert!(told.plans.iter().all(|cost| cost.cost.low < Decimal::from(500)), "what is shown is of the month so far");
    let ahead: Vec<_> = told
        .ahead
        .iter()
        .take(2)
        .map(|ahead| {
            let users = &ahead.forecast.users;
            (ahead.forecast.month, users.low, users.likely, users.high, ahead.forecast.confidence_percent)
        })
        .collect();
    assert_eq!(
        ahead,
        [
            (present, 133_100, Some(133_100), Some(133_100), Some(33)),
            (present.next(), 146_410, Some(146_410), Some(146_410), None)
        ]
    );
    // 123,100 × 0.015 on Essentials.
    assert_eq!(told.ahead[0].cost.as_ref().and_then(|cost| cost.likely).map(plain).as_deref(), Some("1846.50"));
    let chosen = PlansQuestion { basis: Basis::Chosen, users: Estimate::exactly(5), ..question };
    let chosen = house.console.plans(&chosen).unwrap();
    assert_eq!(
        (chosen.so_far, chosen.recommendation[0].as_str()),
        (None, "For a whole month with the users that were chosen.")
    );
    let over = house.console.plans(&look(last).await).unwrap();
    assert_eq!((over.so_far, &over.recommendation[0]), (None, &format!("By {last}, which is over.")));
    let (question, activity) = pool.look(present).await.unwrap();
    let html = String::from_utf8(pool.report(activity, &question).await.unwrap().write(ReportFormat::Html)).unwrap();
    for told in [
        "Monthly active users so far",
        "is not over: its users",
        "the last whole month",
        &format!("All of {} may have", present.next()),
    ] {
        assert!(html.contains(told), "{told} is not in {html}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forecast_reaches_the_next_month_though_the_last_known_one_is_long_ago() {
    let house = House::new(few()).await;
    let pool = house.synced().await;
    let present = month(&house);
    let mut of = present;
    for _ in 0..5 {
        of = of.previous();
    }
    for users in [110, 100] {
        pool.set_billed(of, Some(BilledNumber::new(users, BillScope::Pool))).await.unwrap();
        of = of.previous();
    }
    let ahead = pool.months().await.unwrap().ahead;
    assert!(ahead.iter().any(|ahead| ahead.month == present.next()), "{ahead:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_pools_use_up_what_is_free_are_in_no_price_of_this_one_and_are_kept() {
    let mut house = House::new(few()).await;
    let server = house.sandbox.serve(0).await.unwrap();
    let pool = house.synced().await;
    let told = ToldBilling { others: Some(30_000), others_plan: Some(PricePlan::Essentials), ..ToldBilling::default() };
    pool.tell_billing(told).await.unwrap();
    let known = pool.look(month(&house)).await.unwrap().0;
    let question = PlansQuestion { users: Estimate::exactly(20_000), split: DIRECT, ..known };
    let answer = house.console.plans(&question).unwrap();
    let own: Vec<String> = answer.plans.iter().map(|cost| plain(cost.cost.likely.unwrap())).collect();
    // The account: 10,000 × 0.0055 + 30,000 × 0.015; 40,000 × 0.015; 20,000 × 0.020 + 20,000 × 0.015; the last of the three.
    // The others alone: 20,000 × 0.015 = 300.
    assert_eq!(plain(answer.others.total()), "300.00");
    assert_eq!(own, ["205.00", "300.00", "400.00", "0.00"]);
    assert_eq!(plain(answer.plans[1].bill.total()), "600.00", "the calculation is of the account");
    let told = ToldBilling { legacy: Some(true), ..told };
    let refused = pool.tell_billing(told).await.unwrap_err();
    assert_eq!(refused.field.as_deref(), Some("legacy"), "a pool on Essentials has no legacy price");
    let administrator = Administrator::new(server.endpoint(), house.sandbox.pool_id(), 1);
    let on = |plan: &str| {
        let plan = json!({ "UserPoolTier": plan });
        assert_eq!(tokio::task::block_in_place(|| administrator.call("UpdateUserPool", plan)), 200);
    };
    on("LITE");
    synced(&pool).await;
    pool.tell_billing(told).await.unwrap();
    drop(pool);
    house.reopen().await;
    let pool = house.open().await;
    let (question, activity) = pool.look(month(&house)).await.unwrap();
    assert_eq!((activity.plan, activity.billing), (Some(PricePlan::Legacy), told), "kept over a restart");
    assert_eq!(question.others.iter().map(|pool| pool.users).collect::<Vec<_>>(), [30_000]);
    let report = pool.report(activity, &question).await.unwrap();
    let csv = String::from_utf8(report.write(ReportFormat::Csv)).unwrap();
    assert!(csv.contains("other pools would cost $300.00 without this one"), "{csv}");
    pool.tell_billing(ToldBilling::default()).await.unwrap();
    let (question, activity) = pool.look(month(&house)).await.unwrap();
    assert_eq!((activity.plan, question.others), (Some(PricePlan::Lite), Vec::new()));
    // Whoever leaves Lite has lost the legacy price for good.
    pool.tell_billing(told).await.unwrap();
    for plan in ["ESSENTIALS", "LITE"] {
        on(plan);
        synced(&pool).await;
    }
    assert_eq!(pool.told_billing(), ToldBilling { legacy: Some(false), ..told }, "what else was told stays");
    assert_eq!(pool.activity(month(&house)).await.unwrap().plan, Some(PricePlan::Lite));
    server.shutdown().await;
}

fn packed(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut out = flate2::write::GzEncoder::new(std::fs::File::create(path).unwrap(), flate2::Compression::fast());
    out.write_all(text.as_bytes()).unwrap();
    out.finish().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_of_a_trail_by_date_and_a_compressed_bill_are_read() {
    let house = House::new(few()).await;
    let pool = house.synced().await;
    let month = month(&house).previous();
    let client = house.sandbox.description().clients[0].id.clone();
    let root = house.dir.path().join("bucket");
    let trail = root.join("AWSLogs/123456789012/CloudTrail/eu-west-1/2026/10");
    let records = |people: &[&str]| {
        let events: Vec<String> = people.iter().map(|sub| trail_event(month, &client, Some(sub))).collect();
        format!("{{\"Records\":[{}]}}", events.join(","))
    };
    packed(&trail.join("05/one.json.gz"), &records(&["a", "b"]));
    packed(&trail.join("06/two.json.gz"), &records(&["b", "c"]));
    std::fs::write(trail.join("06/broken.json.gz"), b"\x1f\x8bnothing").unwrap();
    packed(&root.join("AWSLogs/123456789012/CloudTrail-Digest/eu-west-1/d.json.gz"), "{\"digest\":1}");
    std::fs::write(root.join("picture.png"), b"no log").unwrap();
    let imported = pool.import_activity(vec![root.clone()], false).await.unwrap();
    assert_eq!(imported.learnt, [format!("{month}: 3 different active users.")], "{imported:?}");
    assert_eq!(imported.problems.len(), 2, "{imported:?}");
    assert!(imported.problems[0].starts_with("1 files of the folders"), "{imported:?}");
    assert!(imported.problems[1].starts_with("broken.json.gz: "), "{imported:?}");
    let bill = root.join("bills/cur.csv.gz");
    let lines = (0..2_000).map(|at| format!("Usage,EUW1-CognitoPlusMAU,1,{month}-01,{at}\n")).collect::<String>();
    packed(
        &bill,
        &format!(
            "lineItemType,UsageType,UsageQuantity,UsageStartDate,Note\n{lines},EUW1-CognitoPlusMAU,7,{month}-01,x\n"
        ),
    );
    pool.import_activity(vec![bill.clone()], true).await.unwrap();
    assert_eq!(pool.activity(month).await.unwrap().users.likely, Some(2_007), "a line without a type is usage");
    let whole = std::fs::read(&bill).unwrap();
    std::fs::write(&bill, &whole[..whole.len() * 3 / 4]).unwrap();
    let torn = pool.import_activity(vec![bill], true).await.unwrap();
    assert!(torn.problems[0].contains("ends in the middle"), "{torn:?}");
    assert_eq!(pool.activity(month).await.unwrap().users.likely, Some(2_007), "half a bill is no bill");
    let nowhere = pool.import_activity(vec![root.join("not-there")], true).await.unwrap_err();
    assert_eq!(nowhere.field.as_deref(), Some("file"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_settings_tell_of_features_is_known_also_without_aws() {
    let mut house = House::new(few()).await;
    let server = house.sandbox.serve(0).await.unwrap();
    let pool = house.synced().await;
    let unknown = async |pool: &OpenPool| -> Vec<Feature> {
        let features = pool.features().await;
        features.into_iter().filter(|(_, used)| *used == FeatureUse::Unknown).map(|(feature, _)| feature).collect()
    };
    assert_eq!(unknown(&pool).await, [Feature::SessionTracking], "which the SDK cannot ask for");
    let administrator = Administrator::new(server.endpoint(), house.sandbox.pool_id(), 1);
    let client = house.sandbox.description().clients[0].id.clone();
    let rotation = json!({ "ClientId": client, "RefreshTokenRotation": { "Feature": "ENABLED" },
        "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH"] });
    assert_eq!(tokio::task::block_in_place(|| administrator.call("UpdateUserPoolClient", rotation)), 200);
    synced(&pool).await;
    assert!(pool.features().await.contains(&(Feature::RefreshTokenRotation, FeatureUse::Used)));
    house.sandbox.weather().deny("ListUserPoolReplicas");
    assert!(unknown(&pool).await.contains(&Feature::Replication), "what may not be read is unknown");
    pool.keep_settings().await.unwrap();
    let key = pool.key().clone();
    drop(pool);
    house.reopen().await;
    let pool = house.console.open_cached(&key).await.unwrap();
    assert!(pool.features().await.contains(&(Feature::RefreshTokenRotation, FeatureUse::Used)));
    assert_eq!(unknown(&pool).await, [Feature::SessionTracking, Feature::Replication]);
    server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_of_many_is_priced_by_the_month_as_the_page_of_cost_prices_it() {
    let house = House::new(few()).await;
    let server = house.sandbox.serve(0).await.unwrap();
    let pool = house.synced().await;
    Administrator::new(server.endpoint(), house.sandbox.pool_id(), 1).only_made(&house, 6);
    next_month(&house);
    synced(&pool).await;
    let present = month(&house);
    let known = pool.activity(present).await.unwrap().users;
    assert!(known.likely.is_some() && known.high.is_some(), "{known:?}");
    let set = Action::SetAttributes { attributes: attributes(&[("nickname", "one")]) };
    let everybody = house.people().into_iter().map(|person| person.username).collect();
    let plan = pool.plan(set, Chosen::Names(everybody)).await.unwrap();
    let price = async || {
        let price = pool.preview(&plan).await.unwrap().price;
        let looks = pool.reveals_price(6, Reveal::SecondFactors).await.unwrap().price;
        assert_eq!(looks, price, "a look at each of them costs the same");
        price
    };
    let dear = price().await;
    assert_eq!((dear.likely, dear.high), (None, Some(Decimal::new(90, 3))), "others may have the free ones");
    let others = |others| ToldBilling { others: Some(others), ..ToldBilling::default() };
    pool.tell_billing(others(0)).await.unwrap();
    let nobody_else = price().await;
    assert_eq!(
        (nobody_else.likely, nobody_else.high),
        (Some(Decimal::ZERO), Some(Decimal::new(90, 3))),
        "how many the month before had is not known, and this one may come to any number"
    );
    pool.set_billed(present.previous(), Some(BilledNumber::new(0, BillScope::Pool))).await.unwrap();
    assert_eq!(price().await, Estimate::exactly(Decimal::ZERO), "all are free, and nobody else is there");
    pool.tell_billing(others(9_998)).await.unwrap();
    let shared = price().await;
    // Two are free; where the month has its most already, none of the six is.
    assert_eq!((shared.likely, shared.high), (Some(Decimal::new(60, 3)), Some(Decimal::new(90, 3))), "{known:?}");
    server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_csv_of_a_report_has_every_number_of_the_page() {
    let house = House::new(few()).await;
    let pool = house.synced().await;
    let (known, activity) = pool.look(month(&house)).await.unwrap();
    let users = Estimate::new(90_000, Some(100_000), Some(110_000));
    let question = PlansQuestion { users, basis: Basis::Chosen, split: DIRECT, ..known };
    let report = pool.report(activity, &question).await.unwrap();
    let csv = String::from_utf8(report.write(ReportFormat::Csv)).unwrap();
    for row in [
        "The lines of Lite,\"Lite users 10,001 to 100,000\",amount,495.00",
        "What the bill of Plus is made of,direct and social users,amount,2000.00",
        "Changing to a plan in the middle of the month,Lite,low,440.00",
        "Where plans overtake each other,",
        "Where the price changes,",
        "Cost and price of the next user by users,10001,\"Essentials, cost\",0.015",
        "Everybody in the local copy by price,direct,users,",
        "What would be lost,",
    ] {
        assert!(csv.contains(row), "{row} is not in {csv}");
    }
    let html = String::from_utf8(report.write(ReportFormat::Html)).unwrap();
    assert!(!html.contains("The lines of Plus"), "a page is for reading");
}
