//! Why somebody cannot sign in: the facts that the rules get from the local copy, AWS and the ledger.

use console::{Code, OpenPool, PricedReason, Why, WhyQuestion};
use jiff::SignedDuration;
use model::ClientId;
use model::call::MauEffect;
use model::plan::Action;
use model::why::Verdict;
use sandbox::{PageShape, SnapshotUser};

use crate::house::{House, options};
use crate::jobs::{carry_out, names};

fn about(who: &str) -> WhyQuestion {
    WhyQuestion { who: who.to_owned(), client: None, flow: None, sends_secret: None, look: false }
}

async fn ask(pool: &OpenPool, person: &SnapshotUser) -> Why {
    pool.why(&about(&person.username)).await.unwrap()
}

fn says<'a>(why: &'a Why, rule: &str) -> &'a PricedReason {
    why.reasons.iter().find(|priced| priced.reason.rule == rule).unwrap()
}

#[tokio::test]
async fn the_fix_of_a_cause_is_a_plan_after_which_the_cause_is_gone() {
    let house = House::new(options(300)).await;
    let pool = house.synced().await;
    let people = house.people();
    let person = people.iter().find(|person| person.status == "UNCONFIRMED" && person.enabled).unwrap();
    house.sandbox.forget_calls();
    let why = ask(&pool, person).await;
    assert!(house.sandbox.calls().may_bill().is_empty(), "looking bills nobody");
    assert!(why.listed_at.is_some());
    let unconfirmed = says(&why, "unconfirmed");
    assert_eq!((unconfirmed.reason.verdict, unconfirmed.effect), (Verdict::Blocks, MauEffect::MayBill));
    assert!(unconfirmed.price.high.is_some_and(|high| !high.is_zero()));
    let action = unconfirmed.reason.fix.clone().unwrap().action.unwrap();
    carry_out(&pool, action, names(&[person])).await.unwrap();
    let after = ask(&pool, person).await;
    assert_eq!(says(&after, "unconfirmed").reason.verdict, Verdict::Clear);
    carry_out(&pool, Action::DisableUsers, names(&[person])).await.unwrap();
    let disabled = ask(&pool, person).await;
    assert_eq!(says(&disabled, "disabled").effect, MauEffect::AlreadyCounted, "confirming counted them this month");
}

#[tokio::test]
async fn who_is_gone_at_aws_is_said_to_be_so_before_anything_else() {
    let house = House::new(options(100)).await;
    let pool = house.synced().await;
    let people = house.people();
    let person = people.iter().find(|person| person.status == "UNCONFIRMED" && person.enabled).unwrap();
    house.sandbox.directory().delete_user(&house.sandbox.pool_id(), &person.username).unwrap();
    let why = ask(&pool, person).await;
    assert_eq!((why.asked, why.listed_at), (true, None));
    let [first, second, ..] = why.reasons.as_slice() else { panic!("{why:?}") };
    assert_eq!((first.reason.rule, first.reason.verdict), ("not-listed", Verdict::Unknown));
    assert_eq!(second.reason.rule, "unconfirmed");
}

#[tokio::test]
async fn who_is_found_by_name_and_by_address_is_one_user() {
    let house = House::new(options(100)).await;
    let pool = house.synced().await;
    let (directory, id) = (house.sandbox.directory(), house.sandbox.pool_id());
    let email = [("email", "new@x.example")];
    directory.create_user(&id, "new@x.example", &email).unwrap();
    let why = pool.why(&about("new@x.example")).await.unwrap();
    assert_eq!(why.user.username.as_str(), "new@x.example");
    directory.create_user(&id, "another", &email).unwrap();
    assert_eq!(pool.why(&about("new@x.example")).await.unwrap_err().code, Code::Precondition);
}

#[tokio::test]
async fn a_fix_costs_what_ones_own_price_table_says() {
    let house = House::new(options(100)).await;
    let pool = house.synced().await;
    let people = house.people();
    let person = people.iter().find(|person| person.status == "UNCONFIRMED" && person.enabled).unwrap();
    let mut own: serde_json::Value = serde_json::from_str(include_str!("../../../model/src/cost/prices.json")).unwrap();
    own["version"] = "ours".into();
    for tariff in own["base"]["tariffs"].as_object_mut().unwrap().values_mut() {
        tariff["brackets"][0]["price"] = "0.75".into();
    }
    std::fs::write(house.dir.path().join("data/prices.json"), own.to_string()).unwrap();
    let why = ask(&pool, person).await;
    assert_eq!(says(&why, "unconfirmed").price.high, Some("0.75".parse().unwrap()));
    assert_eq!(why.prices_unknown, None);
}

#[tokio::test]
async fn a_broken_price_table_takes_the_prices_away_and_not_the_answer() {
    let house = House::new(options(100)).await;
    let pool = house.synced().await;
    let people = house.people();
    let person = people.iter().find(|person| person.status == "UNCONFIRMED" && person.enabled).unwrap();
    std::fs::write(house.dir.path().join("data/prices.json"), "{").unwrap();
    let why = ask(&pool, person).await;
    let unconfirmed = says(&why, "unconfirmed");
    assert_eq!(unconfirmed.reason.verdict, Verdict::Blocks);
    assert_eq!((unconfirmed.effect, unconfirmed.price.high), (MauEffect::MayBill, None), "unknown is not free");
    assert_eq!(why.prices_unknown, Some(house.console.prices().unwrap_err().message), "and the reason is told");
    assert_eq!(says(&why, "disabled").price.high, Some(0.into()), "what is free is free by every table");
}

#[tokio::test]
async fn an_invitation_expires_when_the_pool_s_policy_says_so() {
    let house = House::new(options(300)).await;
    let pool = house.synced().await;
    let people = house.people();
    let person = people.iter().find(|person| person.status == "FORCE_CHANGE_PASSWORD" && person.enabled).unwrap();
    let verdict = |why: &Why| says(why, "invitation-expired").reason.verdict;
    house.clock.push(SignedDuration::from_hours(24 * 4_000));
    let expired = ask(&pool, person).await;
    assert_eq!(verdict(&expired), Verdict::Blocks);
    house.sandbox.weather().deny("DescribeUserPool");
    let unknown = ask(&pool, person).await;
    assert_eq!(verdict(&unknown), Verdict::Unknown);
    assert!(says(&unknown, "invitation-expired").reason.cause.contains("cognito-idp:DescribeUserPool"));
}

#[tokio::test]
async fn without_aws_the_local_copy_answers_and_the_rest_is_unknown() {
    let mut house = House::new(options(100)).await;
    let key = house.synced().await.key().clone();
    house.reopen().await;
    let pool = house.console.open_cached(&key).await.unwrap();
    let people = house.people();
    let person = people.iter().find(|person| person.status == "CONFIRMED").unwrap();
    house.sandbox.forget_calls();
    let client = Some(ClientId::parse("some-client").unwrap());
    let why = pool.why(&WhyQuestion { client, ..about(&person.username) }).await.unwrap();
    assert_eq!((house.sandbox.calls().total(), why.asked, why.listed_at), (0, false, None));
    assert_eq!(says(&why, "flow-not-allowed").reason.verdict, Verdict::Unknown);
    assert_eq!(says(&why, "forgot-password").reason.verdict, Verdict::Unknown);
    assert_eq!(says(&why, "case-twin").reason.verdict, Verdict::Clear);
    let refused = |question: WhyQuestion| {
        let pool = pool.clone();
        async move { pool.why(&question).await.unwrap_err().code }
    };
    assert_eq!(refused(about("nobody.at.all")).await, Code::NotFound);
    let flow = WhyQuestion { flow: Some("NO_SUCH".to_owned()), ..about(&person.username) };
    assert_eq!(refused(flow).await, Code::Validation);
}

#[tokio::test]
async fn pages_that_are_empty_although_more_follow_make_nobody_gone_and_nobody_the_only_one() {
    let house = House::new(options(100)).await;
    let pool = house.synced().await;
    let (directory, id) = (house.sandbox.directory(), house.sandbox.pool_id());
    for name in ["twin.one", "twin.two"] {
        directory.create_user(&id, name, &[("email", "twin@x.example")]).unwrap();
    }
    directory.create_user(&id, "not.synced", &[("email", "alone@x.example")]).unwrap();
    house.sandbox.weather().set_page_shape(PageShape::Ragged);
    let people = house.people();
    for person in
        people.iter().filter(|person| !person.username.contains("twin.") && person.username != "not.synced").take(30)
    {
        assert!(ask(&pool, person).await.listed_at.is_some(), "{} is there", person.username);
    }
    for _ in 0..12 {
        assert_eq!(pool.why(&about("alone@x.example")).await.unwrap().user.username.as_str(), "not.synced");
        assert_eq!(pool.why(&about("twin@x.example")).await.unwrap_err().code, Code::Precondition);
    }
}
