//! What a change rests on is looked at again before it is made: the address that is marked, the value that is copied.

use console::jobs::{Approval, Chosen, JobPhase};
use model::Username;
use model::plan::{Action, Factor, ItemCounts, MfaPreference};
use sandbox::{Fault, SnapshotUser, When};
use serde_json::json;

use crate::house::{House, options, today};
use crate::jobs::{apply, attributes, carry_out, names};
use crate::lab_challenges::administer;

fn one(house: &House, status: &str) -> SnapshotUser {
    let fits =
        |person: &&SnapshotUser| person.status == status && person.enabled && person.attributes.contains_key("email");
    house.people().into_iter().find(|person| fits(&person)).unwrap()
}

async fn set_elsewhere(house: &House, person: &SnapshotUser, name: &str, value: &str) {
    let call = json!({ "UserPoolId": house.pool_id().as_str(), "Username": person.username,
        "UserAttributes": [{ "Name": name, "Value": value }] });
    administer(house, "AdminUpdateUserAttributes", call).await;
}

async fn email_elsewhere(house: &House, person: &SnapshotUser, verified: &str) {
    let call = json!({ "UserPoolId": house.pool_id().as_str(), "Username": person.username,
        "UserAttributes": [{ "Name": "email", "Value": "another@x.example" },
                           { "Name": "email_verified", "Value": verified }] });
    administer(house, "AdminUpdateUserAttributes", call).await;
}

fn attribute(house: &House, person: &SnapshotUser, name: &str) -> Option<String> {
    let now = house.sandbox.directory().user(&house.sandbox.pool_id(), &person.username).unwrap();
    now.attributes.get(name).cloned()
}

const SKIPPED: ItemCounts = ItemCounts { queued: 0, sent: 0, done: 0, failed: 0, unknown: 0, skipped: 1 };

#[tokio::test]
async fn an_address_that_somebody_set_since_is_not_marked_as_verified() {
    let house = House::new(options(200)).await;
    let pool = house.synced().await;
    let mark = Action::SetAttributes { attributes: attributes(&[("email_verified", "true")]) };
    for (status, action) in [("UNCONFIRMED", Action::ConfirmUsers { verify_email: true }), ("CONFIRMED", mark)] {
        let person = one(&house, status);
        let before = person.attributes["email"].clone();
        email_elsewhere(&house, &person, "false").await;
        set_elsewhere(&house, &person, "email", &before).await;
        let plan = pool.plan(action.clone(), names(&[&person])).await.unwrap();
        assert_eq!(pool.adopt(plan.as_ref().clone()).unwrap(), plan, "our own plan is taken from a file");
        email_elsewhere(&house, &person, "false").await;
        assert_eq!(apply(&pool, &plan).await.unwrap(), SKIPPED);
        assert_eq!(attribute(&house, &person, "email_verified").as_deref(), Some("false"));
        let rows = pool.job_items(&plan.id, None, 0, 10).await.unwrap();
        assert_eq!(rows[0].end.code.as_deref(), Some("changed"));
        let detail = rows[0].end.detail.as_deref().unwrap();
        assert!(detail.contains("another@x.example") && detail.contains(&before), "{detail}");
        let mut blind = plan.as_ref().clone();
        blind.items[0].changes.retain(|change| change.field != "email");
        assert_eq!(pool.adopt(blind).unwrap_err().field.as_deref(), Some("plan"), "nor by a file that forgets it");
    }
}

#[tokio::test]
async fn a_mark_is_given_back_to_no_other_address_and_only_what_was_seen_is_copied() {
    let house = House::new(options(200)).await;
    let pool = house.synced().await;
    let person = one(&house, "CONFIRMED");
    set_elsewhere(&house, &person, "email_verified", "true").await;
    let unmark = Action::SetAttributes { attributes: attributes(&[("email_verified", "false")]) };
    let (plan, counts) = carry_out(&pool, unmark, names(&[&person])).await.unwrap();
    assert_eq!(counts.done, 1);
    let undo = pool.plan_undo(&plan.id).await.unwrap();
    email_elsewhere(&house, &person, "false").await;
    assert_eq!(apply(&pool, &undo).await.unwrap(), SKIPPED);
    assert_eq!(attribute(&house, &person, "email_verified").as_deref(), Some("false"));

    set_elsewhere(&house, &person, "name", "Ada").await;
    let copy = Action::CopyAttribute { from: "name".to_owned(), to: "nickname".to_owned() };
    let plan = pool.plan(copy.clone(), Chosen::Names(vec![person.username.clone()])).await.unwrap();
    set_elsewhere(&house, &person, "name", "Mallory").await;
    assert_eq!(apply(&pool, &plan).await.unwrap(), SKIPPED);
    let (plan, counts) = carry_out(&pool, copy, names(&[&person])).await.unwrap();
    assert_eq!((counts.done, attribute(&house, &person, "nickname").as_deref()), (1, Some("Mallory")));
    assert_eq!(pool.adopt(plan.as_ref().clone()).unwrap(), plan);
}

#[tokio::test]
async fn what_goes_on_half_way_is_compared_before_its_next_call() {
    let house = House::new(options(200)).await;
    let pool = house.synced().await;
    let person = one(&house, "UNCONFIRMED");
    set_elsewhere(&house, &person, "email_verified", "false").await;
    house.sandbox.weather().deny("AdminUpdateUserAttributes");
    let confirm = Action::ConfirmUsers { verify_email: true };
    let (plan, counts) = carry_out(&pool, confirm, names(&[&person])).await.unwrap();
    house.sandbox.weather().allow("AdminUpdateUserAttributes");
    assert_eq!(counts.failed, 1);
    email_elsewhere(&house, &person, "false").await;
    assert_eq!(pool.retry(&plan.id, false, None).await.unwrap().finished().await.unwrap(), SKIPPED);
    assert_eq!(attribute(&house, &person, "email_verified").as_deref(), Some("false"));
    let rows = pool.job_items(&plan.id, None, 0, 10).await.unwrap();
    assert_eq!((rows[0].step, rows[0].end.code.as_deref()), (1, Some("changed")));
}

/// Takes an attribute away elsewhere.
async fn lose_elsewhere(house: &House, person: &SnapshotUser, name: &str) {
    let call = json!({ "UserPoolId": house.pool_id().as_str(), "Username": person.username,
        "UserAttributeNames": [name] });
    administer(house, "AdminDeleteUserAttributes", call).await;
}

#[tokio::test]
async fn an_undo_that_goes_on_half_way_takes_its_own_first_call_for_nobody_elses() {
    let house = House::new(options(200)).await;
    let pool = house.synced().await;
    let person = one(&house, "CONFIRMED");
    let email = person.attributes["email"].clone();
    lose_elsewhere(&house, &person, "email_verified").await;
    let pairs = [("email", "new@x.example"), ("email_verified", "true")];
    let set = Action::SetAttributes { attributes: attributes(&pairs) };
    let (plan, counts) = carry_out(&pool, set, names(&[&person])).await.unwrap();
    assert_eq!(counts.done, 1);
    let undo = pool.plan_undo(&plan.id).await.unwrap();
    assert_eq!(undo.items[0].steps.len(), 2, "the address is set back, and the mark goes");
    house.sandbox.weather().deny("AdminDeleteUserAttributes");
    assert_eq!(apply(&pool, &undo).await.unwrap().failed, 1);
    house.sandbox.weather().allow("AdminDeleteUserAttributes");
    assert_eq!(pool.retry(&undo.id, false, None).await.unwrap().finished().await.unwrap().done, 1);
    assert_eq!(attribute(&house, &person, "email").as_deref(), Some(email.as_str()));
    assert_eq!(attribute(&house, &person, "email_verified"), None);
}

#[tokio::test]
async fn a_mark_that_was_not_there_before_is_not_taken_from_another_address() {
    let house = House::new(options(200)).await;
    let pool = house.synced().await;
    let person = one(&house, "CONFIRMED");
    lose_elsewhere(&house, &person, "email_verified").await;
    let mark = Action::SetAttributes { attributes: attributes(&[("email_verified", "true")]) };
    let (plan, counts) = carry_out(&pool, mark, names(&[&person])).await.unwrap();
    assert_eq!(counts.done, 1);
    let undo = pool.plan_undo(&plan.id).await.unwrap();
    email_elsewhere(&house, &person, "true").await;
    assert_eq!(apply(&pool, &undo).await.unwrap(), SKIPPED);
    assert_eq!(attribute(&house, &person, "email_verified").as_deref(), Some("true"));
}

#[tokio::test]
async fn a_plan_from_a_file_that_shows_another_group_than_it_calls_is_refused() {
    let house = House::new(options(50)).await;
    let pool = house.synced().await;
    let person = one(&house, "CONFIRMED");
    let group = pool.groups().await.unwrap().into_iter().map(|(group, _)| group.name);
    let group = group.into_iter().find(|name| !person.groups.contains(&name.to_string())).unwrap();
    let plan = pool.plan(Action::AddToGroup { group }, names(&[&person])).await.unwrap();
    assert_eq!(pool.adopt(plan.as_ref().clone()).unwrap(), plan);
    let mut other = plan.as_ref().clone();
    other.items[0].changes[0].after = Some("harmless".to_owned());
    assert_eq!(pool.adopt(other).unwrap_err().field.as_deref(), Some("plan"));
    let mut more = plan.as_ref().clone();
    let shown = more.items[0].changes[0].clone();
    more.items[0].changes.push(model::plan::Change { field: "name".to_owned(), ..shown });
    assert_eq!(pool.adopt(more).unwrap_err().field.as_deref(), Some("plan"), "nor what no call changes");
}

#[tokio::test(start_paused = true)]
async fn second_factors_that_wait_behind_a_look_are_looked_at_again() {
    let house = House::new(today(60)).await;
    let pool = house.synced().await;
    let person = house.people().into_iter().find(|person| {
        person.status == "CONFIRMED" && person.enabled && person.attributes.contains_key("phone_number")
    });
    let person = person.unwrap();
    let set = |sms: bool, look_first: bool| {
        let preference = MfaPreference { factors: [(Factor::Sms, sms)].into(), preferred: None };
        Action::SetMfa { preference, look_first }
    };
    carry_out(&pool, set(false, false), names(&[&person])).await.unwrap();
    house.sandbox.weather().plan_fault(Some("AdminSetUserMFAPreference"), When::After(0), Fault::Throttle);
    let plan = pool.plan(set(false, true), names(&[&person])).await.unwrap();
    let approval = Approval { pool_name: Some(pool.key().pool.as_str().to_owned()), reason: None };
    let token = pool.approve(&plan, approval).await.unwrap();
    let job = pool.apply(&token, None).await.unwrap();
    job.progress.clone().wait_for(|told| matches!(told.phase, JobPhase::Waiting(_))).await.unwrap();
    job.pause();
    assert_eq!(job.finished().await.unwrap().queued, 1);
    assert_eq!(pool.job_items(&plan.id, None, 0, 10).await.unwrap()[0].step, 1);
    house.sandbox.weather().clear_faults();
    carry_out(&pool, set(true, false), names(&[&person])).await.unwrap();
    house.sandbox.forget_calls();
    assert_eq!(pool.go_on(&plan.id, None).await.unwrap().finished().await.unwrap().done, 1);
    assert_eq!(house.sandbox.calls().of("AdminGetUser"), 1, "it was looked at again");
    let back = pool.plan_undo(&plan.id).await.unwrap();
    assert_eq!(apply(&pool, &back).await.unwrap().done, 1);
    let name = Username::parse(person.username.as_str()).unwrap();
    assert_eq!(pool.second_factors(&name).await.unwrap().on, ["SMS_MFA"]);
}
