//! Taking back: what an undo deletes comes back, halves are taken back as halves, and what goes on is not taken back.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use console::files::Way;
use console::jobs::{Approval, AuditFilter, AuditKind, Chosen, Undo};
use console::{Code, OpenPool};
use model::Username;
use model::edit::{Kind, Put, Whole};
use model::plan::{Action, GroupSettings, ItemCounts, ItemState, NewUser, Plan, Record};
use sandbox::{Fault, SnapshotUser, When};
use serde_json::json;

use crate::house::{House, options, today};
use crate::importing::{check, written};
use crate::jobs::{apply, attributes, carry_out, group, names};

fn done(count: u64) -> ItemCounts {
    ItemCounts { done: count, ..ItemCounts::default() }
}

fn called(name: &str) -> Chosen {
    Chosen::Names(vec![name.to_owned()])
}

fn new_user(username: &str) -> Action {
    Action::CreateUser(NewUser {
        username: username.to_owned(),
        attributes: attributes(&[("email", "brief@example.com"), ("name", "Brief")]),
        invite: BTreeSet::new(),
        own_password: false,
    })
}

fn new_group(name: &str) -> Action {
    Action::CreateGroup(GroupSettings { name: group(name), description: None, precedence: Some(4), role_arn: None })
}

fn on_server(house: &House, username: &str) -> Option<SnapshotUser> {
    house.sandbox.directory().user(&house.sandbox.pool_id(), username)
}

fn refusal() -> Fault {
    Fault::Error { code: "InvalidParameterException".to_owned(), http_status: 400 }
}

async fn assert_cached_as_on_server(house: &House, pool: &OpenPool, username: &str) {
    let cached = pool.user(&Username::parse(username).unwrap()).await.unwrap().unwrap();
    assert_eq!(cached.attributes, on_server(house, username).unwrap().attributes);
}

async fn begun(pool: &Arc<OpenPool>, plan: &Arc<Plan>) -> console::jobs::JobHandle {
    let approval = Approval { pool_name: Some(pool.key().pool.as_str().to_owned()), reason: None };
    let token = pool.approve(plan, approval).await.unwrap();
    pool.apply(&token, None).await.unwrap()
}

#[tokio::test]
async fn whom_an_undo_deletes_can_be_made_again_as_they_were() {
    let house = House::new(options(30)).await;
    let pool = house.synced().await;
    carry_out(&pool, new_group("crew"), Chosen::Nobody).await.unwrap();
    let (created, _) = carry_out(&pool, new_user("brief"), Chosen::Nobody).await.unwrap();
    carry_out(&pool, Action::AddToGroup { group: group("crew") }, called("brief")).await.unwrap();
    let undo = pool.plan_undo(&created.id).await.unwrap();
    assert!(matches!(&undo.items[0].record, Some(Record::User(user)) if user.attribute("name") == Some("Brief")));
    assert_eq!(apply(&pool, &undo).await.unwrap(), done(1));
    assert!(on_server(&house, "brief").is_none());
    let again = pool.plan_undo(&undo.id).await.unwrap();
    assert_eq!(apply(&pool, &again).await.unwrap(), done(1));
    let back = on_server(&house, "brief").unwrap();
    assert_eq!((back.attributes["name"].as_str(), back.groups), ("Brief", vec!["crew".to_owned()]));
}

#[tokio::test]
async fn whom_somebody_changed_after_an_undo_was_planned_is_not_deleted_by_it() {
    let house = House::new(options(30)).await;
    let pool = house.synced().await;
    let (created, _) = carry_out(&pool, new_user("brief"), Chosen::Nobody).await.unwrap();
    let undo = pool.plan_undo(&created.id).await.unwrap();
    let id = house.sandbox.pool_id();
    house.sandbox.directory().set_attributes(&id, "brief", &[("nickname", "worth keeping")]).unwrap();
    assert_eq!(apply(&pool, &undo).await.unwrap().skipped, 1);
    assert!(on_server(&house, "brief").is_some());
    let rows = pool.job_items(&undo.id, None, 0, 1).await.unwrap();
    assert_eq!(rows[0].end.code.as_deref(), Some("changed"));
    assert!(rows[0].end.detail.as_ref().unwrap().contains("worth keeping"));
}

#[tokio::test]
async fn a_group_that_an_undo_deletes_comes_back_with_whoever_joined_it_meanwhile() {
    let house = House::new(options(30)).await;
    let pool = house.synced().await;
    let people = house.people();
    let (created, _) = carry_out(&pool, new_group("crew"), Chosen::Nobody).await.unwrap();
    let join = Action::AddToGroup { group: group("crew") };
    carry_out(&pool, join, names(&[&people[0], &people[1]])).await.unwrap();
    let undo = pool.plan_undo(&created.id).await.unwrap();
    assert_eq!(apply(&pool, &undo).await.unwrap(), done(1));
    assert!(house.people().iter().all(|person| !person.groups.contains(&"crew".to_owned())));
    let again = pool.plan_undo(&undo.id).await.unwrap();
    assert_eq!(apply(&pool, &again).await.unwrap(), done(3));
    for person in &people[..2] {
        assert!(on_server(&house, &person.username).unwrap().groups.contains(&"crew".to_owned()));
    }
    // Who leaves a group that goes anyway does not have to leave it first.
    let gone = pool.plan_undo(&again.id).await.unwrap();
    assert_eq!(apply(&pool, &gone).await.unwrap(), done(1));
}

#[tokio::test]
async fn a_group_that_somebody_joined_after_its_deletion_was_planned_is_not_deleted() {
    let house = House::new(options(30)).await;
    let pool = house.synced().await;
    let people = house.people();
    carry_out(&pool, new_group("crew"), Chosen::Nobody).await.unwrap();
    let delete = || Action::DeleteGroup { group: group("crew") };
    let plan = pool.plan(delete(), Chosen::Nobody).await.unwrap();
    let (directory, id) = (house.sandbox.directory(), house.sandbox.pool_id());
    directory.add_to_group(&id, &people[0].username, "crew").unwrap();
    assert_eq!(apply(&pool, &plan).await.unwrap().skipped, 1);
    let rows = pool.job_items(&plan.id, None, 0, 1).await.unwrap();
    assert_eq!((rows[0].end.state, rows[0].end.code.as_deref()), (ItemState::Skipped, Some("changed")));
    let detail = rows[0].end.detail.as_ref().unwrap();
    assert!(detail.contains("1 joined, 0 left") && !detail.contains(&people[0].username), "{detail}");
    assert_eq!(house.sandbox.calls().of("DeleteGroup"), 0);
    // Planned anew, it is deleted, and comes back with the one who joined.
    let (deleted, counts) = carry_out(&pool, delete(), Chosen::Nobody).await.unwrap();
    assert_eq!(counts, done(1));
    let undo = pool.plan_undo(&deleted.id).await.unwrap();
    assert_eq!(apply(&pool, &undo).await.unwrap(), done(2));
    assert!(on_server(&house, &people[0].username).unwrap().groups.contains(&"crew".to_owned()));
}

#[tokio::test]
async fn a_job_that_is_under_way_is_not_taken_back_and_one_that_was_paused_and_taken_back_does_not_go_on() {
    let house = House::new(options(200)).await;
    let pool = house.synced().await;
    house.sandbox.weather().set_latency(Duration::from_millis(20), Duration::ZERO);
    let plan = pool.plan(Action::DisableUsers, Chosen::Query("enabled:yes".to_owned())).await.unwrap();
    let job = begun(&pool, &plan).await;
    job.progress.clone().wait_for(|told| told.counts.done >= 5).await.unwrap();
    let refused = pool.plan_undo(&plan.id).await.unwrap_err();
    assert!(refused.code == Code::Precondition && refused.message.contains("under way"), "{}", refused.message);
    job.pause();
    let came = job.finished().await.unwrap();
    assert!(came.queued > 0, "{came:?}");
    house.sandbox.weather().set_latency(Duration::ZERO, Duration::ZERO);
    // An undo that was planned and approved before the job went on would take back a part of it: it does not hold.
    let stale = pool.plan_undo(&plan.id).await.unwrap();
    let token = pool.approve(&stale, Approval::default()).await.unwrap();
    house.sandbox.weather().plan_fault(Some("AdminDisableUser"), When::Nth(3), refusal());
    let counts = pool.go_on(&plan.id, None).await.unwrap().finished().await.unwrap();
    assert_eq!((counts.failed, counts.queued), (1, 0));
    assert_eq!(pool.apply(&token, None).await.err().unwrap().code, Code::Precondition);
    assert_eq!(pool.kept_plan(&stale.id).unwrap_err().code, Code::NotFound);
    // All that was done is taken back, and then nothing more of it is done.
    let undo = pool.plan_undo(&plan.id).await.unwrap();
    assert_eq!(apply(&pool, &undo).await.unwrap(), done(counts.done));
    for refused in [pool.go_on(&plan.id, None).await.err(), pool.retry(&plan.id, true, None).await.err()] {
        let refused = refused.unwrap();
        assert!(refused.code == Code::Precondition && refused.message.contains(&undo.id), "{}", refused.message);
    }
    assert!(pool.plan_undo(&plan.id).await.unwrap_err().message.contains("taken back already"));
    // Taking the undo back lets it go on.
    let redo = pool.plan_undo(&undo.id).await.unwrap();
    assert_eq!(apply(&pool, &redo).await.unwrap(), done(counts.done));
    let counts = pool.retry(&plan.id, false, None).await.unwrap().finished().await.unwrap();
    assert_eq!((counts.failed, counts.queued), (0, 0));
}

#[tokio::test]
async fn an_undo_that_left_somebody_alone_is_followed_by_another_once_that_was_looked_at() {
    let house = House::new(options(40)).await;
    let pool = house.synced().await;
    let people = house.people();
    let action = Action::SetAttributes { attributes: attributes(&[("nickname", "ours")]) };
    let (plan, counts) = carry_out(&pool, action, names(&[&people[0], &people[1]])).await.unwrap();
    assert_eq!(counts, done(2));
    let (directory, id) = (house.sandbox.directory(), house.sandbox.pool_id());
    directory.set_attributes(&id, &people[0].username, &[("nickname", "theirs")]).unwrap();
    let undo = pool.plan_undo(&plan.id).await.unwrap();
    assert_eq!(apply(&pool, &undo).await.unwrap(), ItemCounts { skipped: 1, ..done(1) });
    // They set it back.
    directory.set_attributes(&id, &people[0].username, &[("nickname", "ours")]).unwrap();
    let again = pool.plan_undo(&plan.id).await.unwrap();
    assert_eq!(apply(&pool, &again).await.unwrap(), done(2));
    assert_eq!(on_server(&house, &people[0].username).unwrap().attributes.get("nickname"), None);
    assert!(pool.plan_undo(&plan.id).await.unwrap_err().message.contains("taken back already"));
}

#[tokio::test(start_paused = true)]
async fn an_undo_is_not_planned_from_a_job_that_goes_on_meanwhile() {
    let house = House::new(options(20)).await;
    let pool = house.synced().await;
    let folder = tempfile::tempdir().unwrap();
    let mut people = "username,email,email_verified\n".to_owned();
    for number in 0..10 {
        people.push_str(&format!("new.{number},new{number}@example.com,yes\n"));
    }
    let checked = check(&pool, &written(folder.path(), "people.csv", &people), Way::Create).await.unwrap();
    let plan = pool.plan_import(&checked.id, BTreeSet::new()).await.unwrap();
    let weather = house.sandbox.weather();
    weather.plan_fault(Some("AdminCreateUser"), When::Nth(10), refusal());
    assert_eq!(apply(&pool, &plan).await.unwrap(), ItemCounts { failed: 1, ..done(9) });
    // Each of the nine is asked for, one after another; the tenth is made long before that ends.
    weather.set_latency(Duration::from_secs(1), Duration::ZERO);
    let retried = async { pool.retry(&plan.id, false, None).await.unwrap().finished().await.unwrap() };
    let (refused, counts) = tokio::join!(pool.plan_undo(&plan.id), retried);
    assert_eq!(counts, done(10));
    let refused = refused.unwrap_err();
    assert!(refused.code == Code::Precondition && refused.message.contains("went on meanwhile"), "{}", refused.message);
    assert_eq!(pool.plan_undo(&plan.id).await.unwrap().active().count(), 10);
}

#[tokio::test(start_paused = true)]
async fn an_entry_that_ended_half_way_is_taken_back_by_that_half_and_the_audit_names_the_call_that_was_made() {
    let house = House::new(options(30)).await;
    let pool = house.synced().await;
    carry_out(&pool, new_group("crew"), Chosen::Nobody).await.unwrap();
    carry_out(&pool, new_user("brief"), Chosen::Nobody).await.unwrap();
    carry_out(&pool, Action::AddToGroup { group: group("crew") }, called("brief")).await.unwrap();
    let (deleted, _) = carry_out(&pool, Action::DeleteUsers, called("brief")).await.unwrap();
    let weather = house.sandbox.weather();
    let expired = Fault::Error { code: "ExpiredTokenException".to_owned(), http_status: 400 };
    weather.plan_fault(Some("AdminAddUserToGroup"), When::Nth(1), expired);
    weather.plan_fault(Some("AdminAddUserToGroup"), When::Nth(2), refusal());
    let undo = pool.plan_undo(&deleted.id).await.unwrap();
    assert_eq!(apply(&pool, &undo).await.unwrap().failed, 1);
    assert!(on_server(&house, "brief").is_some(), "they were made before the group refused them");
    let filter = AuditFilter { job: Some(undo.id.clone()), ..AuditFilter::default() };
    let mut records = house.console.audit(filter, 50).await.unwrap().records;
    records.retain(|record| record.entry.kind == AuditKind::Outcome);
    records.reverse();
    let told = |record: &console::jobs::AuditRecord| {
        (record.entry.operation.clone(), record.entry.outcome.clone().unwrap_or_default())
    };
    let told: Vec<(String, String)> = records.iter().map(told).collect();
    let call = |operation: &str, outcome: &str| (operation.to_owned(), outcome.to_owned());
    let calls = [
        call("AdminCreateUser", "queued"),
        call("AdminAddUserToGroup", "queued"),
        call("AdminAddUserToGroup", "failed"),
    ];
    assert_eq!(told, calls);
    let back = pool.plan_undo(&undo.id).await.unwrap();
    assert_eq!(back.operations(), [("AdminDeleteUser".to_owned(), 1)].into());
    assert_eq!(apply(&pool, &back).await.unwrap(), done(1));
    assert!(on_server(&house, "brief").is_none());
}

#[tokio::test(start_paused = true)]
async fn an_attribute_that_is_set_to_nothing_is_gone_is_seen_to_be_gone_and_comes_back() {
    let house = House::new(today(60)).await;
    let pool = house.synced().await;
    let people = house.people();
    let person = people.iter().find(|person| person.attributes.contains_key("name")).unwrap();
    let nothing = || Action::SetAttributes { attributes: attributes(&[("name", "")]) };
    house.sandbox.weather().set_silence(Duration::from_secs(1));
    house.sandbox.weather().plan_fault(Some("AdminUpdateUserAttributes"), When::Nth(1), Fault::TimeoutAfter);
    let (plan, counts) = carry_out(&pool, nothing(), names(&[person])).await.unwrap();
    assert_eq!(plan.items[0].changes[0].after, None);
    assert_eq!((counts, house.sandbox.calls().of("AdminUpdateUserAttributes")), (done(1), 1));
    assert!(!on_server(&house, &person.username).unwrap().attributes.contains_key("name"));
    assert_cached_as_on_server(&house, &pool, &person.username).await;
    let twice = pool.plan(nothing(), names(&[person])).await.unwrap();
    assert_eq!(twice.items[0].skip.as_deref(), Some("has these values already"));
    let undo = pool.plan_undo(&plan.id).await.unwrap();
    assert_eq!(apply(&pool, &undo).await.unwrap(), done(1));
    assert_eq!(on_server(&house, &person.username).unwrap().attributes, person.attributes);
    assert_cached_as_on_server(&house, &pool, &person.username).await;
}

#[tokio::test]
async fn an_address_that_is_changed_loses_its_verified_mark_and_an_undo_brings_both_back() {
    let house = House::new(options(60)).await;
    let pool = house.synced().await;
    let people = house.people();
    let verified = |person: &&SnapshotUser| person.attributes.get("email_verified").is_some_and(|flag| flag == "true");
    let person = people.iter().find(verified).unwrap();
    let action = Action::SetAttributes { attributes: attributes(&[("email", "new@example.com")]) };
    let (plan, counts) = carry_out(&pool, action, names(&[person])).await.unwrap();
    assert_eq!(counts, done(1));
    assert!(matches!(plan.items[0].undo(), Undo::Approximate { .. }));
    let mark = plan.items[0].changes.iter().find(|change| change.field == "email_verified").unwrap();
    assert_eq!((mark.before.as_deref(), mark.after.as_deref()), (Some("true"), Some("false")));
    assert_eq!(on_server(&house, &person.username).unwrap().attributes["email_verified"], "false");
    assert_cached_as_on_server(&house, &pool, &person.username).await;
    let undo = pool.plan_undo(&plan.id).await.unwrap();
    assert_eq!(apply(&pool, &undo).await.unwrap(), done(1));
    assert_eq!(on_server(&house, &person.username).unwrap().attributes, person.attributes);
    assert_cached_as_on_server(&house, &pool, &person.username).await;
    // Sent along, the mark stays, and then everything can be taken back exactly.
    let kept = attributes(&[("email", "new@example.com"), ("email_verified", "true")]);
    let (plan, _) = carry_out(&pool, Action::SetAttributes { attributes: kept }, names(&[person])).await.unwrap();
    assert_eq!(plan.items[0].undo(), Undo::Exact);
    assert_eq!(on_server(&house, &person.username).unwrap().attributes["email_verified"], "true");
}

/// The pool, synced, in which a new e-mail address does not count before it is proven.
async fn verifying_first(house: &House) -> Arc<OpenPool> {
    let pool = house.open().await;
    let first = Put {
        pointer: "/UserPool/UserAttributeUpdateSettings/AttributesRequireVerificationBeforeUpdate".to_owned(),
        value: Some(json!(["email"])),
    };
    let whole = Whole { kind: Kind::Pool, subject: String::new() };
    let edit = pool.plan_edit(whole, vec![first], None).await.unwrap();
    let token = pool.approve_edit(&edit, Approval::default()).await.unwrap();
    pool.apply_edit(&token).await.unwrap();
    pool.sync().finished().await.unwrap();
    pool
}

#[tokio::test(start_paused = true)]
async fn an_address_that_waits_for_its_code_is_no_sign_that_the_call_was_not_applied() {
    let house = House::new(options(60)).await;
    let pool = verifying_first(&house).await;
    let weather = house.sandbox.weather();
    weather.set_silence(Duration::from_secs(1));
    weather.plan_fault(Some("AdminUpdateUserAttributes"), When::Share(1.0), Fault::TimeoutAfter);
    let people = house.people();
    let alone = attributes(&[("email", "new@example.com")]);
    let (_, counts) =
        carry_out(&pool, Action::SetAttributes { attributes: alone }, names(&[&people[0]])).await.unwrap();
    assert_eq!(counts, ItemCounts { unknown: 1, ..ItemCounts::default() });
    let with_another = attributes(&[("email", "other@example.com"), ("nickname", "another")]);
    let action = Action::SetAttributes { attributes: with_another };
    let (_, counts) = carry_out(&pool, action, names(&[&people[1]])).await.unwrap();
    assert_eq!(counts, done(1), "what shows at once came with the same call");
    assert_eq!(house.sandbox.calls().of("AdminUpdateUserAttributes"), 2);
    assert_eq!(house.sandbox.outbox().len(), 2, "one code each");
}

#[tokio::test]
async fn where_the_pool_verifies_first_an_address_and_its_mark_stay_until_the_code_comes() {
    let house = House::new(options(60)).await;
    let pool = verifying_first(&house).await;
    let people = house.people();
    let verified = |person: &&SnapshotUser| person.attributes.get("email_verified").is_some_and(|flag| flag == "true");
    let person = people.iter().find(verified).unwrap();
    let fields = |plan: &Plan| plan.items[0].changes.iter().map(|change| change.field.clone()).collect::<Vec<_>>();
    for mark in [None, Some("false")] {
        let mut new = attributes(&[("email", "new@example.com"), ("nickname", mark.unwrap_or("none"))]);
        new.extend(mark.map(|mark| ("email_verified".to_owned(), mark.to_owned())));
        let (plan, _) = carry_out(&pool, Action::SetAttributes { attributes: new }, names(&[person])).await.unwrap();
        assert_eq!(fields(&plan), ["email", "nickname"]);
        assert_eq!(pool.adopt(Plan::clone(&plan)).unwrap(), plan, "our own plan is taken from a file");
        assert_eq!(on_server(&house, &person.username).unwrap().attributes["email"], person.attributes["email"]);
        assert_cached_as_on_server(&house, &pool, &person.username).await;
        // What shows at once is taken back; of the address it is said that it is not.
        let told = pool.preview(&plan).await.unwrap();
        assert!(told.first[0].changes[0].waits && !told.first[0].changes[1].waits, "{told:?}");
        assert!(matches!(&told.undo[..], [(Undo::Approximate { why }, 1)] if why.contains("waits for a code")));
        let undo = pool.plan_undo(&plan.id).await.unwrap();
        assert!(undo.notes.iter().any(|note| note.contains("code")), "{:?}", undo.notes);
        assert_eq!(fields(&undo), ["nickname"]);
        assert_eq!(apply(&pool, &undo).await.unwrap(), done(1));
        assert_eq!(on_server(&house, &person.username).unwrap().attributes, person.attributes);
        assert_cached_as_on_server(&house, &pool, &person.username).await;
    }
    let alone = Action::SetAttributes { attributes: attributes(&[("email", "new@example.com")]) };
    let (plan, _) = carry_out(&pool, alone, names(&[person])).await.unwrap();
    assert!(plan.is_irreversible());
    let why = pool.plan_undo(&plan.id).await.unwrap_err();
    assert!(why.code == Code::Precondition && why.message.contains("one user cannot be taken back"), "{why:?}");
    let at_once = attributes(&[("email", "new@example.com"), ("email_verified", "true")]);
    carry_out(&pool, Action::SetAttributes { attributes: at_once }, names(&[person])).await.unwrap();
    assert_eq!(on_server(&house, &person.username).unwrap().attributes["email"], "new@example.com");
    assert_cached_as_on_server(&house, &pool, &person.username).await;
}

#[tokio::test]
async fn who_was_deleted_is_erased_by_name_or_sub_from_the_audit_and_from_every_job() {
    let house = House::new(options(30)).await;
    let pool = house.synced().await;
    for by_sub in [false, true] {
        let (created, _) = carry_out(&pool, new_user("brief"), Chosen::Nobody).await.unwrap();
        let sub = on_server(&house, "brief").unwrap().sub;
        let (deleted, _) = carry_out(&pool, Action::DeleteUsers, called("brief")).await.unwrap();
        assert!(!pool.audit_of(&sub, None, 10).await.unwrap().records.is_empty());
        pool.erase_person(if by_sub { &sub } else { "brief" }).await.unwrap();
        for name in [sub.as_str(), "brief"] {
            assert!(pool.audit_of(name, None, 10).await.unwrap().records.is_empty(), "{name} is still in the audit");
        }
        for job in [&created, &deleted] {
            let rows = format!("{:?}", pool.job_items(&job.id, None, 0, 10).await.unwrap());
            assert!(!rows.contains("brief") && !rows.contains(&sub), "{rows}");
        }
    }
}

#[tokio::test]
async fn a_move_between_groups_that_failed_half_way_is_taken_back_by_that_half() {
    let house = House::new(options(60)).await;
    let pool = house.synced().await;
    for name in ["crew-a", "crew-b", "crew-c"] {
        carry_out(&pool, new_group(name), Chosen::Nobody).await.unwrap();
    }
    let people = house.people();
    let person = people.iter().find(|person| person.status == "CONFIRMED" && person.enabled).unwrap();
    let moves = |join: &[&str], leave: &[&str]| {
        let named = |names: &[&str]| names.iter().map(|name| group(name)).collect();
        model::plan::GroupMoves { join: named(join), leave: named(leave) }
    };
    let into = Action::ChangeGroups(moves(&["crew-a", "crew-c"], &[]));
    assert_eq!(carry_out(&pool, into, names(&[person])).await.unwrap().1, done(1));
    let of = |house: &House| {
        let mut groups = on_server(house, &person.username).unwrap().groups;
        groups.retain(|name| name.starts_with("crew-"));
        groups.sort();
        groups
    };
    assert_eq!(of(&house), ["crew-a", "crew-c"]);
    house.sandbox.weather().plan_fault(Some("AdminAddUserToGroup"), When::After(0), refusal());
    let over = Action::ChangeGroups(moves(&["crew-b"], &["crew-a"]));
    let (plan, counts) = carry_out(&pool, over, names(&[person])).await.unwrap();
    assert_eq!((counts.failed, of(&house)), (1, vec!["crew-c".to_owned()]));
    house.sandbox.weather().clear_faults();
    let back = pool.plan_undo(&plan.id).await.unwrap();
    assert_eq!((back.items[0].steps.len(), back.items[0].changes.len()), (1, 1), "only what was done: {back:?}");
    assert_eq!(apply(&pool, &back).await.unwrap(), done(1));
    assert_eq!(of(&house), ["crew-a", "crew-c"]);
}

#[tokio::test]
async fn each_person_of_an_arrangement_gets_their_own_groups_in_one_plan_that_a_file_keeps() {
    let house = House::new(options(60)).await;
    let pool = house.synced().await;
    for name in ["crew-a", "crew-b"] {
        carry_out(&pool, new_group(name), Chosen::Nobody).await.unwrap();
    }
    let people = house.people();
    let chosen: Vec<_> =
        people.iter().filter(|person| person.status == "CONFIRMED" && person.enabled).take(3).collect();
    let joins = |name: &str| model::plan::GroupMoves { join: [group(name)].into(), ..Default::default() };
    let moves = [(chosen[0].username.clone(), joins("crew-a")), (chosen[1].username.clone(), joins("crew-b"))].into();
    let plan = pool.plan(Action::ArrangeGroups { moves }, names(&chosen)).await.unwrap();
    assert_eq!(plan.items.iter().filter(|item| item.skip.is_some()).count(), 1, "nothing is said of the third");
    let mut foreign = Plan::clone(&plan);
    foreign.items[0].steps = foreign.items[1].steps.clone();
    assert_eq!(pool.adopt(foreign).unwrap_err().field.as_deref(), Some("plan"), "each has only their own");
    let kept = pool.adopt(Plan::clone(&plan)).unwrap();
    let counts = apply(&pool, &kept).await.unwrap();
    assert_eq!((counts.done, counts.skipped), (2, 1));
    let groups = |at: usize| on_server(&house, &chosen[at].username).unwrap().groups;
    assert!(groups(0).contains(&"crew-a".to_owned()) && !groups(0).contains(&"crew-b".to_owned()));
    assert!(groups(1).contains(&"crew-b".to_owned()) && !groups(1).contains(&"crew-a".to_owned()));
}

#[tokio::test]
async fn a_preference_that_was_looked_at_is_set_back_and_its_look_is_in_preview_and_ledger() {
    let house = House::new(today(60)).await;
    let pool = house.synced().await;
    let people = house.people();
    let has = |person: &&SnapshotUser| {
        person.status == "CONFIRMED" && person.enabled && person.attributes.contains_key("phone_number")
    };
    let person = people.iter().find(has).unwrap();
    let name = Username::parse(person.username.as_str()).unwrap();
    let preference = |sms: bool| model::plan::MfaPreference {
        factors: [(model::plan::Factor::Sms, sms)].into(),
        preferred: sms.then_some(model::plan::Factor::Sms),
    };
    let set = |sms: bool, look_first: bool| Action::SetMfa { preference: preference(sms), look_first };
    carry_out(&pool, set(true, false), names(&[person])).await.unwrap();
    let plan = pool.plan(set(false, true), names(&[person])).await.unwrap();
    let preview = pool.preview(&plan).await.unwrap();
    let calls: Vec<_> = preview.calls.iter().flat_map(|category| category.operations.keys().copied()).collect();
    assert!(calls.contains(&"AdminGetUser") && preview.undo == [(Undo::Exact, 1)], "{preview:?}");
    assert!(!plan.is_irreversible());
    // What is known is known after the program was ended in between, too: it is in the journal.
    house.sandbox.weather().plan_fault(Some("AdminSetUserMFAPreference"), When::After(0), refusal());
    assert_eq!(apply(&pool, &plan).await.unwrap().failed, 1);
    let row = pool.job_items(&plan.id, None, 0, 1).await.unwrap().remove(0);
    assert!(matches!(row.item.unwrap().record, Some(Record::Factors { on, .. }) if on.len() == 1));
    house.sandbox.weather().clear_faults();
    assert_eq!(pool.retry(&plan.id, false, None).await.unwrap().finished().await.unwrap().done, 1);
    assert_eq!(pool.second_factors(&name).await.unwrap().on, Vec::<String>::new());
    let back = pool.plan_undo(&plan.id).await.unwrap();
    assert_eq!(apply(&pool, &back).await.unwrap(), done(1));
    let factors = pool.second_factors(&name).await.unwrap();
    assert_eq!((factors.on, factors.preferred.as_deref()), (vec!["SMS_MFA".to_owned()], Some("SMS_MFA")));
    // A choice that the person made after the change is theirs: it is not overwritten.
    let plan = pool.plan(set(false, true), names(&[person])).await.unwrap();
    assert_eq!(apply(&pool, &plan).await.unwrap(), done(1));
    let late = pool.plan_undo(&plan.id).await.unwrap();
    carry_out(&pool, set(true, false), names(&[person])).await.unwrap();
    assert_eq!(apply(&pool, &late).await.unwrap(), ItemCounts { skipped: 1, ..ItemCounts::default() });
    let row = pool.job_items(&late.id, None, 0, 1).await.unwrap().remove(0);
    assert_eq!((row.step, row.end.code.as_deref()), (0, Some("changed")));
    assert!(row.end.detail.as_ref().unwrap().contains("SMS_MFA"), "{row:?}");
}

/// Somebody whom codes reach by SMS.
fn with_phone(house: &House) -> SnapshotUser {
    let has = |person: &SnapshotUser| {
        person.status == "CONFIRMED" && person.enabled && person.attributes.contains_key("phone_number")
    };
    house.people().into_iter().find(has).unwrap()
}

/// Turns codes by SMS on or off.
fn by_sms(on: bool, look_first: bool) -> Action {
    let factors = [(model::plan::Factor::Sms, on)].into();
    Action::SetMfa { preference: model::plan::MfaPreference { factors, preferred: None }, look_first }
}

#[tokio::test]
async fn what_is_set_back_is_what_was_found_when_it_was_tried_again() {
    let house = House::new(today(60)).await;
    let pool = house.synced().await;
    let person = &with_phone(&house);
    carry_out(&pool, by_sms(false, false), names(&[person])).await.unwrap();
    house.sandbox.weather().plan_fault(Some("AdminSetUserMFAPreference"), When::After(0), refusal());
    let (plan, counts) = carry_out(&pool, by_sms(false, true), names(&[person])).await.unwrap();
    assert_eq!(counts.failed, 1);
    house.sandbox.weather().clear_faults();
    carry_out(&pool, by_sms(true, false), names(&[person])).await.unwrap();
    house.sandbox.forget_calls();
    assert_eq!(pool.retry(&plan.id, false, None).await.unwrap().finished().await.unwrap(), done(1));
    assert_eq!(house.sandbox.calls().of("AdminGetUser"), 1, "it was looked at again");
    let back = pool.plan_undo(&plan.id).await.unwrap();
    assert_eq!(apply(&pool, &back).await.unwrap(), done(1));
    let name = Username::parse(person.username.as_str()).unwrap();
    assert_eq!(pool.second_factors(&name).await.unwrap().on, ["SMS_MFA"]);
}

#[tokio::test(start_paused = true)]
async fn what_is_set_back_is_never_what_a_call_without_an_answer_made() {
    let house = House::new(today(60)).await;
    let pool = house.synced().await;
    let person = &with_phone(&house);
    carry_out(&pool, by_sms(false, false), names(&[person])).await.unwrap();
    let weather = house.sandbox.weather();
    weather.set_silence(Duration::from_secs(1));
    weather.plan_fault(Some("AdminSetUserMFAPreference"), When::Nth(1), Fault::TimeoutAfter);
    let (plan, counts) = carry_out(&pool, by_sms(true, true), names(&[person])).await.unwrap();
    assert_eq!(counts, ItemCounts { unknown: 1, ..ItemCounts::default() });
    weather.clear_faults();
    weather.plan_fault(Some("AdminSetUserMFAPreference"), When::Nth(1), refusal());
    let retry = async |unknown| pool.retry(&plan.id, unknown, None).await.unwrap().finished().await.unwrap();
    assert_eq!(retry(true).await, ItemCounts { failed: 1, ..ItemCounts::default() });
    assert_eq!(retry(false).await, done(1));
    let back = pool.plan_undo(&plan.id).await.unwrap();
    assert_eq!(apply(&pool, &back).await.unwrap(), done(1));
    let name = Username::parse(person.username.as_str()).unwrap();
    assert_eq!(pool.second_factors(&name).await.unwrap().on, Vec::<String>::new());
}

#[tokio::test]
async fn who_signs_in_at_an_identity_provider_is_not_made_anew_as_a_user_of_the_pool() {
    let house = House::new(options(600)).await;
    let pool = house.synced().await;
    let people = house.people();
    let of = |status: &str| people.iter().find(|person| person.status == status).unwrap();
    let (external, own) = (of("EXTERNAL_PROVIDER"), of("CONFIRMED"));
    let (plan, counts) = carry_out(&pool, Action::DeleteUsers, names(&[external, own])).await.unwrap();
    assert_eq!(counts, done(2));
    let undo = pool.plan_undo(&plan.id).await.unwrap();
    assert_eq!(undo.active().count(), 1);
    assert!(undo.notes.iter().any(|note| note.contains("comes back by themself")), "{:?}", undo.notes);
    assert_eq!(apply(&pool, &undo).await.unwrap(), done(1));
    let now = house.people();
    assert!(now.iter().any(|person| person.attributes.get("email") == own.attributes.get("email")));
    assert!(now.iter().all(|person| person.username != external.username));
    let also = people.iter().filter(|person| person.status == "EXTERNAL_PROVIDER").nth(1).unwrap();
    let (plan, _) = carry_out(&pool, Action::DeleteUsers, names(&[also])).await.unwrap();
    let refused = pool.plan_undo(&plan.id).await.unwrap_err();
    assert!(refused.message.contains("comes back by themself"), "{}", refused.message);
}
