//! Calls that were applied although their message could not be sent: an account without SES sends fifty mails a day.

use std::collections::BTreeSet;
use std::sync::Arc;

use console::OpenPool;
use console::files::Way;
use console::jobs::{Chosen, Plan};
use model::Username;
use model::plan::{Action, Delivery, ItemCounts, ItemState};
use sandbox::{Fault, Options, Quota, When};

use crate::house::{House, today};
use crate::importing::{check, written};
use crate::jobs::{apply, attributes, carry_out};

fn fifty_mails(users: u32) -> Options {
    Options { quota: Quota::Factor(1_000.0), ..today(users) }
}

fn done(count: u64) -> ItemCounts {
    ItemCounts { done: count, ..ItemCounts::default() }
}

/// Sixty people who are invited by e-mail, every `of`th of whom joins a group, and what became of it.
async fn invited(house: &House, pool: &Arc<OpenPool>, of: usize) -> (Arc<Plan>, ItemCounts) {
    let folder = tempfile::tempdir().unwrap();
    let mut text = "username,email,email_verified,group\n".to_owned();
    (0..60)
        .for_each(|at| text += &format!("new.{at},new{at}@x.example,yes,{}\n", if at % of == 0 { "beta" } else { "" }));
    let checked = check(pool, &written(folder.path(), "people.csv", &text), Way::Create).await.unwrap();
    let plan = pool.plan_import(&checked.id, BTreeSet::from([Delivery::Email])).await.unwrap();
    let counts = apply(pool, &plan).await.unwrap();
    assert_eq!(house.sandbox.outbox().len(), 50);
    (plan, counts)
}

/// How many entries say that their message was not delivered.
async fn undelivered(pool: &OpenPool, plan: &Plan, state: ItemState) -> usize {
    let rows = pool.job_items(&plan.id, Some(state), 0, 100).await.unwrap();
    rows.iter().filter(|row| row.end.told().is_some_and(|why| why.contains("could not deliver"))).count()
}

#[tokio::test(start_paused = true)]
async fn who_was_created_without_an_invitation_is_done_is_in_the_copy_and_is_taken_back() {
    let house = House::new(fifty_mails(20)).await;
    let pool = house.synced().await;
    let (plan, counts) = invited(&house, &pool, 2).await;
    assert_eq!((counts, undelivered(&pool, &plan, ItemState::Done).await), (done(60), 10));
    assert_eq!(house.sandbox.calls().of("AdminCreateUser"), 60, "nobody is created twice");
    house.assert_cache_is_server(&pool).await;
    let again = Action::ResendInvitation { by: Some(Delivery::Email) };
    let whom = Chosen::Names((0..60).map(|at| format!("new.{at}")).collect());
    let (resent, counts) = carry_out(&pool, again, whom).await.unwrap();
    assert_eq!((counts.failed, undelivered(&pool, &resent, ItemState::Failed).await), (60, 60));
    let undo = pool.plan_undo(&plan.id).await.unwrap();
    assert_eq!(apply(&pool, &undo).await.unwrap(), done(60));
    assert_eq!(house.people().len(), 20);
}

#[tokio::test(start_paused = true)]
async fn that_an_invitation_was_not_sent_stays_said_whatever_becomes_of_what_follows() {
    let house = House::new(fifty_mails(20)).await;
    let pool = house.synced().await;
    house.sandbox.weather().deny("AdminAddUserToGroup");
    // All of them join, because which ones come too late for a mail is nobody's choice.
    let (plan, counts) = invited(&house, &pool, 1).await;
    assert_eq!((counts.done, counts.failed), (0, 60));
    assert_eq!(undelivered(&pool, &plan, ItemState::Failed).await, 10);
    let rows = pool.job_items(&plan.id, Some(ItemState::Failed), 0, 100).await.unwrap();
    let both = rows.iter().filter_map(|row| row.end.told()).find(|why| why.contains("could not deliver")).unwrap();
    assert!(both.contains("cognito-idp:AdminAddUserToGroup") && both.contains("AWS says: "), "{both}");
    assert!(both.contains("50 e-mails a day"), "and what to do about it: {both}");
    house.sandbox.weather().allow("AdminAddUserToGroup");
    assert_eq!(pool.retry(&plan.id, false, None).await.unwrap().finished().await.unwrap(), done(60));
    assert_eq!(undelivered(&pool, &plan, ItemState::Done).await, 10);
    assert_eq!(house.sandbox.calls().of("AdminCreateUser"), 60);
}

#[tokio::test(start_paused = true)]
async fn a_message_that_goes_out_when_it_is_tried_again_is_not_said_to_be_missing() {
    let house = House::new(fifty_mails(20)).await;
    let pool = house.synced().await;
    let person = house.people().into_iter().find(|person| person.status == "CONFIRMED" && person.enabled).unwrap();
    // Here nothing was applied either.
    let fault = Fault::Error { code: "CodeDeliveryFailureException".to_owned(), http_status: 400 };
    house.sandbox.weather().plan_fault(Some("AdminResetUserPassword"), When::Nth(1), fault);
    let reset = Chosen::Names(vec![person.username.clone()]);
    let (plan, counts) = carry_out(&pool, Action::ResetPassword, reset).await.unwrap();
    assert_eq!((counts.failed, undelivered(&pool, &plan, ItemState::Failed).await), (1, 1));
    assert_eq!(pool.retry(&plan.id, false, None).await.unwrap().finished().await.unwrap(), done(1));
    assert_eq!(undelivered(&pool, &plan, ItemState::Done).await, 0);
}

#[tokio::test(start_paused = true)]
async fn whose_password_was_reset_or_address_set_without_a_mail_is_told_as_it_is() {
    let house = House::new(fifty_mails(400)).await;
    let pool = house.synced().await;
    let fits = |person: &&sandbox::SnapshotUser| {
        person.status == "CONFIRMED"
            && person.enabled
            && person.attributes.get("email_verified").is_some_and(|flag| flag == "true")
            && !person.attributes.contains_key("phone_number")
    };
    let people: Vec<String> =
        house.people().iter().filter(fits).map(|person| person.username.clone()).take(60).collect();
    assert_eq!(people.len(), 60);
    let (plan, counts) = carry_out(&pool, Action::ResetPassword, Chosen::Names(people.clone())).await.unwrap();
    assert_eq!((counts, undelivered(&pool, &plan, ItemState::Done).await), (done(60), 10));
    assert_eq!(house.sandbox.calls().of("AdminResetUserPassword"), 60);
    for name in &people {
        let username = Username::parse(name.as_str()).unwrap();
        assert_eq!(pool.user(&username).await.unwrap().unwrap().status.as_str(), "RESET_REQUIRED");
    }
    let address = Action::SetAttributes { attributes: attributes(&[("email", "other@x.example")]) };
    let (plan, counts) = carry_out(&pool, address, Chosen::Names(people[..1].to_vec())).await.unwrap();
    assert_eq!((counts, undelivered(&pool, &plan, ItemState::Done).await), (done(1), 1));
    let now = house.sandbox.directory().user(&house.sandbox.pool_id(), &people[0]).unwrap();
    assert_eq!(now.attributes["email"], "other@x.example");
}
