//! Listings trail behind writes: what was written here a moment ago is neither taken for undone nor for somebody else's.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use console::OpenPool;
use console::jobs::{Chosen, NewUser};
use model::plan::{Action, ItemCounts};
use rstest::rstest;
use sandbox::{Fault, SnapshotUser, Status, When};

use crate::house::{House, options, today};
use crate::jobs::{apply, attributes, carry_out, names};

const ONE_DONE: ItemCounts = ItemCounts { queued: 0, sent: 0, done: 1, failed: 0, unknown: 0, skipped: 0 };

/// A synced pool whose listings trail by two seconds, and a confirmed user.
async fn trailing() -> (House, Arc<OpenPool>, SnapshotUser) {
    let house = House::new(options(60)).await;
    let pool = house.synced().await;
    let fits = |person: &SnapshotUser| person.status == "CONFIRMED" && person.enabled;
    let person = house.people().into_iter().find(fits).unwrap();
    house.sandbox.weather().set_lag(Duration::from_secs(2));
    (house, pool, person)
}

fn now(house: &House, person: &SnapshotUser) -> SnapshotUser {
    house.sandbox.directory().user(&house.sandbox.pool_id(), &person.username).unwrap()
}

fn set(name: &str) -> Action {
    Action::SetAttributes { attributes: attributes(&[("nickname", name)]) }
}

#[rstest]
#[case::switch(Action::DisableUsers, "AdminEnableUser")]
#[case::attribute(set("second"), "AdminDeleteUserAttributes")]
#[tokio::test(start_paused = true)]
async fn a_change_that_is_taken_back_at_once_is_taken_back_at_aws(#[case] action: Action, #[case] call: &str) {
    let (house, pool, person) = trailing().await;
    let (job, counts) = carry_out(&pool, action, names(&[&person])).await.unwrap();
    assert_eq!(counts, ONE_DONE);
    let undo = pool.plan_undo(&job.id).await.unwrap();
    assert_eq!(apply(&pool, &undo).await.unwrap(), ONE_DONE);
    assert_eq!(house.sandbox.calls().of(call), 1, "it is not taken for done because a listing trails");
    let now = now(&house, &person);
    assert_eq!((now.enabled, now.attributes.get("nickname")), (true, person.attributes.get("nickname")));
}

#[tokio::test(start_paused = true)]
async fn one_change_after_another_is_nobody_elses() {
    let (house, pool, person) = trailing().await;
    for (name, sent) in [("first", 1), ("second", 2), ("first", 3), ("third", 4)] {
        let (plan, counts) = carry_out(&pool, set(name), names(&[&person])).await.unwrap();
        assert_eq!(counts, ONE_DONE, "{name}: {:?}", pool.job_items(&plan.id, None, 0, 1).await.unwrap());
        assert_eq!(house.sandbox.calls().of("AdminUpdateUserAttributes"), sent);
        assert_eq!(now(&house, &person).attributes["nickname"], name);
    }
    for (action, call) in [(Action::DisableUsers, "AdminDisableUser"), (Action::EnableUsers, "AdminEnableUser")] {
        assert_eq!(carry_out(&pool, action, names(&[&person])).await.unwrap().1, ONE_DONE);
        assert_eq!(house.sandbox.calls().of(call), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn who_was_created_a_moment_ago_is_changed_and_not_taken_for_gone() {
    let (house, pool, _) = trailing().await;
    let new = NewUser {
        username: "brief".to_owned(),
        attributes: attributes(&[("email", "brief@example.com")]),
        invite: BTreeSet::new(),
        own_password: false,
    };
    carry_out(&pool, Action::CreateUser(new), Chosen::Nobody).await.unwrap();
    let brief = || Chosen::Names(vec!["brief".to_owned()]);
    assert_eq!(carry_out(&pool, set("short"), brief()).await.unwrap().1, ONE_DONE);
    let made = house.sandbox.directory().user(&house.sandbox.pool_id(), "brief").unwrap();
    assert_eq!(made.attributes["nickname"], "short");
}

#[tokio::test(start_paused = true)]
async fn what_somebody_else_changed_is_still_theirs() {
    let (house, pool, person) = trailing().await;
    carry_out(&pool, set("ours"), names(&[&person])).await.unwrap();
    let plan = pool.plan(set("ours again"), names(&[&person])).await.unwrap();
    let id = house.sandbox.pool_id();
    house.sandbox.directory().set_attributes(&id, &person.username, &[("nickname", "theirs")]).unwrap();
    house.sandbox.weather().advance(Duration::from_secs(3));
    assert_eq!(apply(&pool, &plan).await.unwrap(), ItemCounts { skipped: 1, ..ItemCounts::default() });
    assert_eq!(now(&house, &person).attributes["nickname"], "theirs");
}

#[rstest]
#[case::answered(None)]
#[case::unanswered(Some(Fault::TimeoutAfter))]
#[tokio::test(start_paused = true)]
async fn who_left_a_group_elsewhere_does_not_get_it_back_with_a_deletion_that_is_taken_back(
    #[case] fault: Option<Fault>,
) {
    let house = House::new(options(60)).await;
    let (directory, id) = (house.sandbox.directory(), house.sandbox.pool_id());
    let person = house.people().into_iter().find(|person| person.status == "CONFIRMED").unwrap();
    for name in ["kept", "left"] {
        directory.create_group(&id, name, None).unwrap();
        directory.add_to_group(&id, &person.username, name).unwrap();
    }
    let pool = house.synced().await;
    directory.remove_from_group(&id, &person.username, "left").unwrap();
    let plan = pool.plan(Action::DeleteUsers, names(&[&person])).await.unwrap();
    assert!(plan.notes.iter().any(|note| note.contains("but for those that they have left")), "{:?}", plan.notes);
    if let Some(fault) = fault {
        house.sandbox.weather().set_silence(Duration::from_secs(1));
        house.sandbox.weather().plan_fault(Some("AdminDeleteUser"), When::Nth(1), fault);
    }
    assert_eq!(apply(&pool, &plan).await.unwrap(), ONE_DONE);
    let undo = pool.plan_undo(&plan.id).await.unwrap();
    assert_eq!(apply(&pool, &undo).await.unwrap(), ONE_DONE);
    let again = directory.user(&id, &person.username).unwrap();
    let crews: Vec<&str> =
        again.groups.iter().map(String::as_str).filter(|name| ["kept", "left"].contains(name)).collect();
    assert_eq!(crews, ["kept"]);
    assert!(undo.notes.iter().any(|note| note.contains("Send them the invitation")), "{:?}", undo.notes);
}

#[rstest]
#[case::applied(Fault::TimeoutAfter, 1)]
#[case::not_applied(Fault::TimeoutBefore, 2)]
#[tokio::test(start_paused = true)]
async fn a_creation_by_address_is_told_from_a_federated_user_of_that_address(#[case] fault: Fault, #[case] calls: u64) {
    let house = House::new(today(30)).await;
    let mut found = None;
    for id in house.sandbox.directory().pools() {
        let id = model::PoolId::parse(id).unwrap();
        let pool = house.console.open_pool(&crate::house::sandbox_connection(), &id).await.unwrap();
        if pool.pool().await.unwrap().unwrap().username_attributes == ["email"] {
            found = Some(pool);
        }
    }
    let pool = found.unwrap();
    pool.sync().finished().await.unwrap();
    let (directory, id) = (house.sandbox.directory(), pool.key().pool.as_str().to_owned());
    let twin = directory.create_user(&id, "twin@example.com", &[("email", "twin@example.com")]).unwrap();
    let twin =
        directory.snapshot(&id).into_iter().find(|person| person.sub == twin || person.username == twin).unwrap();
    directory.set_attributes(&id, &twin.username, &[("email", "ada@example.com")]).unwrap();
    directory.set_status(&id, &twin.username, Status::ExternalProvider).unwrap();
    house.sandbox.weather().set_silence(Duration::from_secs(1));
    house.sandbox.weather().plan_fault(Some("AdminCreateUser"), When::Nth(1), fault);
    let new = NewUser {
        username: "ada@example.com".to_owned(),
        attributes: attributes(&[("name", "Ada")]),
        invite: BTreeSet::new(),
        own_password: false,
    };
    let (job, counts) = carry_out(&pool, Action::CreateUser(new), Chosen::Nobody).await.unwrap();
    assert_eq!(counts, ONE_DONE, "{:?}", pool.job_items(&job.id, None, 0, 1).await.unwrap());
    assert_eq!(house.sandbox.calls().of("AdminCreateUser"), calls);
    assert!(job.notes.iter().any(|note| note.contains("nobody can sign in until")), "{:?}", job.notes);
}
