//! What a plan rests on: how whole the local copy is, and how the pool recovers accounts.

use console::Code;
use console::jobs::Chosen;
use model::plan::{Action, GroupSettings};
use sandbox::SnapshotUser;
use serde_json::json;

use crate::house::{House, options, until_users};
use crate::jobs::{attributes, group, names};
use crate::lab_challenges::administer;

fn everybody() -> Chosen {
    Chosen::Query(String::new())
}

#[tokio::test]
async fn a_query_over_a_copy_that_was_never_read_is_refused_and_one_over_a_part_says_so() {
    let house = House::new(options(400)).await;
    let pool = house.open().await;
    let refused = pool.plan(Action::DisableUsers, everybody()).await.unwrap_err();
    assert!(refused.code == Code::Precondition && refused.message.contains("poolctl sync"), "{}", refused.message);
    // Who is named is asked for at AWS.
    let person = house.people().remove(0);
    pool.plan(Action::SignOut, names(&[&person])).await.unwrap();

    house.sandbox.weather().set_latency(std::time::Duration::from_millis(30), std::time::Duration::ZERO);
    let sync = pool.sync();
    until_users(&sync, 60).await;
    sync.cancel();
    sync.finished().await.unwrap_err();
    house.sandbox.weather().set_latency(std::time::Duration::ZERO, std::time::Duration::ZERO);
    let part = pool.plan(Action::DisableUsers, everybody()).await.unwrap();
    assert!(part.items.len() < 400);
    let told = format!("it has {} of about 400 users", part.items.len());
    assert!(part.notes.iter().any(|note| note.contains(&told)), "{:?}", part.notes);
    let mut quiet = (*part).clone();
    quiet.notes.clear();
    assert_eq!(pool.adopt(quiet).unwrap().notes, part.notes, "a file tells it, too");

    pool.sync().finished().await.unwrap();
    let whole = pool.plan(Action::DisableUsers, everybody()).await.unwrap();
    assert!(whole.notes.iter().any(|note| note.contains("last synced")), "{:?}", whole.notes);
    assert!(!whole.notes.iter().any(|note| note.contains("partial")), "{:?}", whole.notes);
}

#[tokio::test]
async fn a_reset_counts_whom_the_pool_s_own_ways_of_recovery_reach() {
    let house = House::new(options(200)).await;
    let pool = house.synced().await;
    let is = |person: &SnapshotUser, name: &str| person.attributes.get(name).is_some_and(|flag| flag == "true");
    let people = house.people();
    let confirmed: Vec<_> = people.iter().filter(|person| person.status == "CONFIRMED").collect();
    let plan = pool.plan(Action::ResetPassword, names(&confirmed)).await.unwrap();
    let (by_either, before) =
        (plan.active().filter(|item| !item.unreached).count(), pool.preview(&plan).await.unwrap());

    let recovery = |name: &str| json!({ "RecoveryMechanisms": [{ "Name": name, "Priority": 1 }] });
    let by_number = json!({ "UserPoolId": house.pool_id().as_str(),
        "AccountRecoverySetting": recovery("verified_phone_number") });
    administer(&house, "UpdateUserPool", by_number).await;
    pool.sync().finished().await.unwrap();
    let plan = pool.plan(Action::ResetPassword, names(&confirmed)).await.unwrap();
    let reached = confirmed.iter().filter(|person| person.enabled && is(person, "phone_number_verified")).count();
    let preview = pool.preview(&plan).await.unwrap();
    assert_eq!(
        (preview.messages.low, preview.messages.high, preview.messages.emails),
        (reached as u64, reached as u64, 0)
    );
    assert!(reached < by_either && before.messages.emails > 0, "{reached} {by_either}");

    let by_nobody = json!({ "UserPoolId": house.pool_id().as_str(), "AccountRecoverySetting": recovery("admin_only") });
    administer(&house, "UpdateUserPool", by_nobody).await;
    pool.sync().finished().await.unwrap();
    let refused = pool.plan(Action::ResetPassword, names(&confirmed)).await.unwrap_err();
    assert!(refused.message.contains("Set a password instead"), "{}", refused.message);
}

#[tokio::test]
async fn values_that_the_pool_refuses_are_named_before_anything_is_sent() {
    let house = House::new(options(60)).await;
    let pool = house.synced().await;
    let person = house.people().into_iter().find(|person| person.attributes.contains_key("name")).unwrap();
    for (name, value) in [
        ("phone_number", "+49 30 1"),
        ("birthdate", "tomorrow"),
        ("birthdate", "12/31/2001"),
        ("email_verified", "yes"),
        ("email", "nowhere"),
    ] {
        let action = Action::SetAttributes { attributes: attributes(&[(name, value)]) };
        let refused = pool.plan(action, names(&[&person])).await.unwrap_err();
        assert_eq!((refused.code, refused.field.as_deref()), (Code::Validation, Some(name)));
    }
    let copy = Action::CopyAttribute { from: "name".to_owned(), to: "birthdate".to_owned() };
    let copied = pool.plan(copy, names(&[&person])).await.unwrap();
    assert!(copied.items[0].skip.as_deref().is_some_and(|why| why.starts_with("birthdate would not do")), "{copied:?}");
    let settings = GroupSettings { name: group("far"), description: None, precedence: Some(u32::MAX), role_arn: None };
    let refused = pool.plan(Action::CreateGroup(settings), Chosen::Nobody).await.unwrap_err();
    assert_eq!((refused.code, refused.field.as_deref()), (Code::Validation, Some("precedence")));
}
