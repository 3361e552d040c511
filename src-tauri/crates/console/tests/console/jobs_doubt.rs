//! Jobs where it is not plain what became of a call, who is meant, or who asks.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use console::jobs::{Approval, Chosen, Delivery, JobHandle, JobPhase};
use console::{Code, Erase, OpenPool};
use model::Username;
use model::connection::Environment;
use model::plan::{Action, GroupSettings, ItemCounts, ItemState, JobState, NewUser, Plan, Step, Target};
use sandbox::{Channel, Fault, SnapshotUser, Status, When};

use crate::house::{House, options, sandbox_connection, today};
use crate::jobs::{apply, attributes, carry_out, group, names};

fn confirmed(house: &House) -> Vec<SnapshotUser> {
    let fits = |person: &SnapshotUser| {
        person.status == "CONFIRMED"
            && person.enabled
            && person.attributes.get("email_verified").is_some_and(|flag| flag == "true")
    };
    house.people().into_iter().filter(fits).collect()
}

/// Begins a job and waits until it asks what became of a call.
async fn until_it_asks(pool: &Arc<OpenPool>, plan: &Arc<Plan>) -> JobHandle {
    let pool_name = Some(pool.key().pool.as_str().to_owned());
    let token = pool.approve(plan, Approval { pool_name, reason: None }).await.unwrap();
    let job = pool.apply(&token, None).await.unwrap();
    job.progress.clone().wait_for(|told| told.phase == JobPhase::Reconciling).await.unwrap();
    job
}

fn new_user(username: &str, pairs: &[(&str, &str)]) -> NewUser {
    NewUser {
        username: username.to_owned(),
        attributes: attributes(pairs),
        invite: BTreeSet::new(),
        own_password: false,
    }
}

#[tokio::test(start_paused = true)]
async fn who_was_created_a_moment_ago_is_deleted_and_not_taken_for_gone() {
    let house = House::new(options(50)).await;
    let pool = house.synced().await;
    house.sandbox.weather().set_lag(Duration::from_secs(600));
    let new = new_user("brief", &[("email", "brief@example.com")]);
    carry_out(&pool, Action::CreateUser(new), Chosen::Nobody).await.unwrap();
    let chosen = Chosen::Names(vec!["brief".to_owned()]);
    let (_, counts) = carry_out(&pool, Action::DeleteUsers, chosen).await.unwrap();
    assert_eq!(counts, ItemCounts { done: 1, ..ItemCounts::default() });
    assert_eq!(house.sandbox.calls().of("AdminDeleteUser"), 1);
    assert!(house.sandbox.directory().user(&house.sandbox.pool_id(), "brief").is_none());
}

#[tokio::test]
async fn whoever_took_the_name_of_a_user_who_is_gone_is_not_deleted() {
    let house = House::new(options(50)).await;
    let pool = house.synced().await;
    let people = confirmed(&house);
    let plan = pool.plan(Action::DeleteUsers, names(&[&people[0], &people[1]])).await.unwrap();
    let (directory, id) = (house.sandbox.directory(), house.sandbox.pool_id());
    for person in &people[..2] {
        directory.delete_user(&id, &person.username).unwrap();
    }
    directory.create_user(&id, &people[0].username, &[("email", "another@example.com")]).unwrap();
    let counts = apply(&pool, &plan).await.unwrap();
    assert_eq!((counts.skipped, counts.done), (1, 1));
    assert!(directory.user(&id, &people[0].username).is_some());
    let rows = pool.job_items(&plan.id, None, 0, 10).await.unwrap();
    assert!(rows[1].end.why.as_ref().unwrap().contains("gone already"), "{:?}", rows[1].end);
}

#[tokio::test(start_paused = true)]
async fn a_reset_whose_answer_is_lost_is_not_sent_again_to_who_has_chosen_a_new_password_meanwhile() {
    let house = House::new(today(80)).await;
    let pool = house.synced().await;
    let person = &confirmed(&house)[0];
    house.sandbox.weather().set_silence(Duration::from_secs(1));
    house.sandbox.weather().plan_fault(Some("AdminResetUserPassword"), When::Nth(1), Fault::TimeoutAfter);
    let plan = pool.plan(Action::ResetPassword, names(&[person])).await.unwrap();
    let job = until_it_asks(&pool, &plan).await;
    house.sandbox.directory().set_status(&house.sandbox.pool_id(), &person.username, Status::Confirmed).unwrap();
    let counts = job.finished().await.unwrap();
    assert_eq!(counts, ItemCounts { unknown: 1, ..ItemCounts::default() });
    assert_eq!(house.sandbox.calls().of("AdminResetUserPassword"), 1);
    assert_eq!(house.sandbox.outbox().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_reset_whose_answer_is_lost_and_that_listings_show_late_is_not_sent_again() {
    let house = House::new(today(80)).await;
    let pool = house.synced().await;
    let person = &confirmed(&house)[0];
    let weather = house.sandbox.weather();
    weather.set_silence(Duration::from_secs(1));
    weather.set_lag(Duration::from_secs(10));
    weather.plan_fault(Some("AdminResetUserPassword"), When::Nth(1), Fault::TimeoutAfter);
    let (_, counts) = carry_out(&pool, Action::ResetPassword, names(&[person])).await.unwrap();
    assert_eq!(counts, ItemCounts { done: 1, ..ItemCounts::default() });
    assert_eq!((house.sandbox.calls().of("AdminResetUserPassword"), house.sandbox.outbox().len()), (1, 1));
    let username = Username::parse(person.username.as_str()).unwrap();
    let cached = pool.user(&username).await.unwrap().unwrap();
    assert_eq!(cached.status.as_str(), "RESET_REQUIRED", "what asking found reaches the local copy");
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_lost_again_and_again_is_given_up_and_what_it_did_is_ours_to_take_back() {
    let house = House::new(today(80)).await;
    let pool = house.synced().await;
    let person = &confirmed(&house)[0];
    let weather = house.sandbox.weather();
    weather.set_silence(Duration::from_secs(1));
    weather.plan_fault(Some("AdminDisableUser"), When::Share(1.0), Fault::TimeoutBefore);
    let (plan, counts) = carry_out(&pool, Action::DisableUsers, names(&[person])).await.unwrap();
    assert_eq!(counts, ItemCounts { unknown: 1, ..ItemCounts::default() });
    assert_eq!(house.sandbox.calls().of("AdminDisableUser"), 4, "once, and three times again");
    // The last one came through after all.
    weather.clear_faults();
    house.sandbox.directory().set_enabled(&house.sandbox.pool_id(), &person.username, false).unwrap();
    let counts = pool.retry(&plan.id, true, None).await.unwrap().finished().await.unwrap();
    assert_eq!(counts, ItemCounts { done: 1, ..ItemCounts::default() });
    assert_eq!(house.sandbox.calls().of("AdminDisableUser"), 4);
    assert_eq!(pool.plan_undo(&plan.id).await.unwrap().active().count(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_undo_says_how_many_calls_it_leaves_out_of_which_nobody_knows_whether_they_were_applied() {
    let house = House::new(today(80)).await;
    let pool = house.synced().await;
    let people = confirmed(&house);
    let weather = house.sandbox.weather();
    weather.set_silence(Duration::from_secs(1));
    weather.plan_fault(Some("AdminDisableUser"), When::Share(1.0), Fault::TimeoutBefore);
    let (plan, counts) = carry_out(&pool, Action::DisableUsers, names(&[&people[0], &people[1]])).await.unwrap();
    assert_eq!(counts, ItemCounts { unknown: 2, ..ItemCounts::default() });
    let nothing = pool.plan_undo(&plan.id).await.unwrap_err();
    assert!(nothing.code == Code::Precondition && nothing.message.contains("2 of the job's"), "{}", nothing.message);
    // One came through after all.
    house.sandbox.directory().set_enabled(&house.sandbox.pool_id(), &people[0].username, false).unwrap();
    let counts = pool.retry(&plan.id, true, None).await.unwrap().finished().await.unwrap();
    assert_eq!(counts, ItemCounts { done: 1, unknown: 1, ..ItemCounts::default() });
    let undo = pool.plan_undo(&plan.id).await.unwrap();
    assert_eq!(undo.active().count(), 1);
    assert!(undo.notes.iter().any(|note| note.starts_with("1 of the job's changes")), "{:?}", undo.notes);
}

#[tokio::test(start_paused = true)]
async fn somebody_elses_new_user_of_the_same_name_does_not_count_as_ours() {
    let house = House::new(today(50)).await;
    let pool = house.synced().await;
    house.sandbox.weather().set_silence(Duration::from_secs(1));
    house.sandbox.weather().plan_fault(Some("AdminCreateUser"), When::Nth(1), Fault::TimeoutBefore);
    let new = new_user("contested", &[("email", "ours@example.com")]);
    let plan = pool.plan(Action::CreateUser(new), Chosen::Nobody).await.unwrap();
    let job = until_it_asks(&pool, &plan).await;
    let theirs = [("email", "theirs@example.com")];
    house.sandbox.directory().create_user(&house.sandbox.pool_id(), "contested", &theirs).unwrap();
    assert_eq!(job.finished().await.unwrap(), ItemCounts { unknown: 1, ..ItemCounts::default() });
    assert_eq!(house.sandbox.calls().of("AdminCreateUser"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_new_user_whose_answer_is_lost_is_found_and_known_by_their_sub() {
    let house = House::new(today(50)).await;
    let pool = house.synced().await;
    house.sandbox.weather().set_silence(Duration::from_secs(1));
    house.sandbox.weather().plan_fault(Some("AdminCreateUser"), When::Nth(1), Fault::TimeoutAfter);
    let new = new_user("found", &[("email", "found@example.com")]);
    let (plan, counts) = carry_out(&pool, Action::CreateUser(new), Chosen::Nobody).await.unwrap();
    assert_eq!((counts.done, house.sandbox.calls().of("AdminCreateUser")), (1, 1));
    let made = house.sandbox.directory().user(&house.sandbox.pool_id(), "found").unwrap();
    let rows = pool.job_items(&plan.id, None, 0, 10).await.unwrap();
    assert_eq!(rows[0].item.as_ref().unwrap().target.sub(), Some(made.sub.as_str()));
    assert!(pool.user(&Username::parse("found").unwrap()).await.unwrap().is_some());
}

#[tokio::test(start_paused = true)]
async fn a_call_in_doubt_that_was_given_up_is_sent_again_only_where_that_is_asked_for() {
    let house = House::new(today(80)).await;
    let pool = house.synced().await;
    let person = &confirmed(&house)[0];
    house.sandbox.weather().set_silence(Duration::from_secs(1));
    house.sandbox.weather().plan_fault(Some("AdminDisableUser"), When::Nth(1), Fault::TimeoutBefore);
    let plan = pool.plan(Action::DisableUsers, names(&[person])).await.unwrap();
    let job = until_it_asks(&pool, &plan).await;
    job.pause();
    assert_eq!(job.finished().await.unwrap().unknown, 1);
    pool.give_up(&plan.id).await.unwrap();
    assert_eq!(pool.job(&plan.id).await.unwrap().state, JobState::Ended);
    house.sandbox.forget_calls();
    let unknown = ItemCounts { unknown: 1, ..ItemCounts::default() };
    assert_eq!(pool.retry(&plan.id, false, None).await.unwrap().finished().await.unwrap(), unknown);
    assert_eq!(pool.go_on(&plan.id, None).await.unwrap().finished().await.unwrap(), unknown);
    assert_eq!(house.sandbox.calls().of("AdminDisableUser"), 0);
    let counts = pool.retry(&plan.id, true, None).await.unwrap().finished().await.unwrap();
    assert_eq!(counts, ItemCounts { done: 1, ..ItemCounts::default() });
}

#[tokio::test(start_paused = true)]
async fn a_job_that_is_paused_while_it_asks_is_paused_and_not_ended() {
    let house = House::new(today(80)).await;
    let pool = house.synced().await;
    let person = &confirmed(&house)[0];
    house.sandbox.weather().set_silence(Duration::from_secs(1));
    house.sandbox.weather().plan_fault(Some("AdminDisableUser"), When::Nth(1), Fault::TimeoutAfter);
    let plan = pool.plan(Action::DisableUsers, names(&[person])).await.unwrap();
    let job = until_it_asks(&pool, &plan).await;
    job.pause();
    assert_eq!(job.finished().await.unwrap().unknown, 1);
    assert_eq!(pool.job(&plan.id).await.unwrap().state, JobState::Paused);
    // Taken back now, it would not go on and never find out.
    let refused = pool.plan_undo(&plan.id).await.unwrap_err();
    assert!(
        refused.code == Code::Precondition && refused.message.contains("Let it go on first"),
        "{}",
        refused.message
    );
    let counts = pool.go_on(&plan.id, None).await.unwrap().finished().await.unwrap();
    assert_eq!(counts, ItemCounts { done: 1, ..ItemCounts::default() });
}

#[tokio::test]
async fn an_invitation_is_sent_again_to_an_address_that_there_is() {
    let house = House::new(options(30)).await;
    let pool = house.synced().await;
    let (mail, phone) = (("email", "a@example.com"), ("phone_number", "+15550100001"));
    for (name, has) in [("mail", vec![mail]), ("phone", vec![phone]), ("both", vec![mail, phone]), ("none", vec![])] {
        carry_out(&pool, Action::CreateUser(new_user(name, &has)), Chosen::Nobody).await.unwrap();
    }
    let resend = |by: Option<Delivery>, name: &str| {
        let (pool, chosen) = (pool.clone(), Chosen::Names(vec![name.to_owned()]));
        async move { carry_out(&pool, Action::ResendInvitation { by }, chosen).await }
    };
    for (by, name, channel) in [
        (None, "mail", Channel::Email),
        (None, "phone", Channel::Sms),
        (None, "both", Channel::Email),
        (Some(Delivery::Sms), "both", Channel::Sms),
    ] {
        let before = house.sandbox.outbox().len();
        assert_eq!(resend(by, name).await.unwrap().1.done, 1);
        let sent = house.sandbox.outbox().split_off(before);
        assert_eq!(sent.iter().map(|message| message.channel).collect::<Vec<_>>(), [channel], "{name}");
    }
    for (by, name) in [(None, "none"), (Some(Delivery::Sms), "mail")] {
        assert_eq!(resend(by, name).await.unwrap_err().message, "There is nothing to do.");
    }
}

#[tokio::test]
async fn what_production_refuses_leaves_a_job_as_it_is_and_locking_takes_approvals_back() {
    let house = House::new(options(40)).await;
    let pool = house.synced().await;
    let people = confirmed(&house);
    house.sandbox.weather().deny("AdminDisableUser");
    let (failed, counts) = carry_out(&pool, Action::DisableUsers, names(&[&people[0]])).await.unwrap();
    assert_eq!(counts.failed, 1);
    house.sandbox.weather().allow("AdminDisableUser");
    let plan = pool.plan(Action::DisableUsers, names(&[&people[1]])).await.unwrap();
    let token = pool.approve(&plan, Approval::default()).await.unwrap();
    house.console.label(&sandbox_connection(), Environment::Production, None).await.unwrap();
    assert_eq!(pool.retry(&failed.id, true, None).await.err().unwrap().code, Code::Precondition);
    assert_eq!(pool.job(&failed.id).await.unwrap().counts, counts);
    assert_eq!(pool.job(&failed.id).await.unwrap().state, JobState::Ended);
    assert_eq!(pool.apply(&token, None).await.err().unwrap().code, Code::Precondition);
    let name = pool.key().pool.as_str();
    pool.unlock_changes(name).await.unwrap();
    pool.lock_changes();
    pool.unlock_changes(name).await.unwrap();
    assert_eq!(pool.apply(&token, None).await.err().unwrap().code, Code::Precondition);
    house.sandbox.forget_calls();
    let counts = pool.retry(&failed.id, false, None).await.unwrap().finished().await.unwrap();
    assert_eq!((counts.done, house.sandbox.calls().of("AdminDisableUser")), (1, 1));
}

/// What somebody does to a plan in a file.
type Edit = fn(&mut Plan);

#[tokio::test]
async fn a_plan_that_was_edited_is_refused_and_one_of_another_name_changes_nobody() {
    let house = House::new(options(40)).await;
    let pool = house.synced().await;
    let people = confirmed(&house);
    let plan = (*pool.plan(Action::DisableUsers, names(&[&people[0]])).await.unwrap()).clone();
    pool.adopt(plan.clone()).unwrap();
    let edits: [(&str, Edit); 6] = [
        ("another call", |plan| plan.items[0].steps.push(Step::Delete)),
        ("no call", |plan| plan.items[0].steps.clear()),
        ("nothing compared", |plan| plan.items[0].changes.clear()),
        ("no sub", |plan| {
            if let Target::User { sub, .. } = &mut plan.items[0].target {
                *sub = None;
            }
        }),
        ("another action", |plan| plan.action = Action::EnableUsers),
        ("another id", |plan| plan.id.push('0')),
    ];
    for (what, edit) in edits {
        let mut edited = plan.clone();
        edit(&mut edited);
        assert_eq!(pool.adopt(edited).unwrap_err().field.as_deref(), Some("plan"), "{what}");
    }
    let deleting = pool.plan(Action::DeleteUsers, names(&[&people[0]])).await.unwrap();
    let mut edited = (*deleting).clone();
    edited.items[0].target = plan.items[0].target.clone();
    edited.notes = vec!["Harmless.".to_owned()];
    let adopted = pool.adopt(edited.clone()).unwrap();
    assert!(adopted.notes == deleting.notes && !adopted.notes.is_empty(), "what is told is not the file's own");
    let Target::User { sub, .. } = &plan.items[0].target else { unreachable!() };
    let username = Username::parse(people[1].username.as_str()).unwrap();
    edited.items[0].target = Target::User { username: username.clone(), sub: sub.clone() };
    assert_eq!(pool.adopt(edited).unwrap_err().field.as_deref(), Some("plan"), "a record of somebody else");
    let mut swapped = plan.clone();
    swapped.items[0].target = Target::User { username, sub: sub.clone() };
    let swapped = pool.adopt(swapped).unwrap();
    assert_eq!(apply(&pool, &swapped).await.unwrap().skipped, 1);
    assert_eq!(house.sandbox.calls().of("AdminDisableUser"), 0);
    let records = house.console.audit(console::jobs::AuditFilter::default(), 10).await.unwrap().records;
    let approved = records.iter().find_map(|record| record.entry.plan.clone()).unwrap();
    assert_eq!((approved.digest, approved.calls["AdminDisableUser"]), (swapped.digest(), 1));
}

#[tokio::test]
async fn erasing_everything_stops_what_is_under_way() {
    let house = House::new(options(300)).await;
    let pool = house.synced().await;
    house.sandbox.weather().set_latency(Duration::from_millis(20), Duration::ZERO);
    let plan = pool.plan(Action::ResetPassword, Chosen::Query("status:confirmed".to_owned())).await.unwrap();
    let pool_name = Some(pool.key().pool.as_str().to_owned());
    let token = pool.approve(&plan, Approval { pool_name, reason: None }).await.unwrap();
    let job = pool.apply(&token, None).await.unwrap();
    job.progress.clone().wait_for(|told| told.counts.done >= 5).await.unwrap();
    house.console.erase(Erase::All).await.unwrap();
    assert_eq!(job.progress.borrow().phase, JobPhase::Paused);
    let sent = house.sandbox.calls().of("AdminResetUserPassword");
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(house.sandbox.calls().of("AdminResetUserPassword"), sent);
    assert!(sent < plan.items.len() as u64);
    assert_eq!(pool.apply(&token, None).await.err().unwrap().code, Code::Precondition);
}

#[tokio::test(start_paused = true)]
async fn who_is_erased_is_in_no_job_any_more() {
    let house = House::new(today(60)).await;
    let pool = house.synced().await;
    let person = confirmed(&house).remove(0);
    let settings = GroupSettings { name: group("short"), description: None, precedence: None, role_arn: None };
    carry_out(&pool, Action::CreateGroup(settings), Chosen::Nobody).await.unwrap();
    carry_out(&pool, Action::AddToGroup { group: group("short") }, names(&[&person])).await.unwrap();
    let (deleted, _) = carry_out(&pool, Action::DeleteGroup { group: group("short") }, Chosen::Nobody).await.unwrap();
    let secret = "something that only they have";
    house.sandbox.weather().set_silence(Duration::from_secs(1));
    house.sandbox.weather().plan_fault(Some("AdminUserGlobalSignOut"), When::Nth(1), Fault::TimeoutAfter);
    let (unknown, counts) = carry_out(&pool, Action::SignOut, names(&[&person])).await.unwrap();
    assert_eq!(counts.unknown, 1);
    let action = Action::SetAttributes { attributes: attributes(&[("nickname", secret)]) };
    let (set, _) = carry_out(&pool, action, names(&[&person])).await.unwrap();
    pool.erase_person(&person.username).await.unwrap();
    for job in [&deleted, &unknown, &set] {
        let row = pool.job(&job.id).await.unwrap();
        let items = format!("{row:?} {:?}", pool.job_items(&job.id, None, 0, 10).await.unwrap());
        for hidden in [person.username.as_str(), person.sub.as_str(), secret] {
            assert!(!items.contains(hidden), "{hidden} in {}: {items}", job.action.name());
        }
    }
    assert_eq!(pool.plan_undo(&deleted.id).await.unwrap().items.len(), 1, "the group alone");
}

#[tokio::test]
async fn where_people_sign_in_by_email_they_are_made_again_by_it_and_another_of_that_address_is_left_alone() {
    let house = House::new(options(30)).await;
    let pools = house.console.connect(sandbox_connection()).await.unwrap().pools;
    let mut found = None;
    for summary in pools {
        let pool = house.console.open_pool(&sandbox_connection(), &summary.id).await.unwrap();
        if pool.pool().await.unwrap().unwrap().username_attributes == ["email"] {
            found = Some(pool);
            break;
        }
    }
    let pool = found.unwrap();
    pool.sync().finished().await.unwrap();
    let (directory, id) = (house.sandbox.directory(), pool.key().pool.as_str().to_owned());
    let address = "ada@example.com";
    let all = || directory.snapshot(&id).into_iter().filter(|person| person.attributes["email"] == address);
    let new = new_user(address, &[("name", "Ada")]);
    let (created, counts) = carry_out(&pool, Action::CreateUser(new), Chosen::Nobody).await.unwrap();
    assert_eq!(counts.done, 1);
    let first = all().next().unwrap();
    assert_ne!(first.username, address, "Cognito makes the name");
    let (deleted, _) = carry_out(&pool, Action::DeleteUsers, names(&[&first])).await.unwrap();
    let undo = pool.plan_undo(&deleted.id).await.unwrap();
    assert_eq!(apply(&pool, &undo).await.unwrap().done, 1);
    let second = all().next().unwrap();
    assert_ne!(second.sub, first.sub);
    // Taking the first creation back is about who was made then.
    let back = pool.plan_undo(&created.id).await.unwrap();
    assert_eq!(back.items[0].target.sub(), Some(first.sub.as_str()));
    assert_eq!(back.items[0].skip.as_deref(), Some("is gone already"));
    assert_eq!(apply(&pool, &back).await.unwrap_err().message, "There is nothing to do.");
    assert_eq!(all().next().unwrap().sub, second.sub);
    // Who is gone is erased with all of their names, also the address that they were created under.
    for forgotten in [first.sub.as_str(), address] {
        assert!(!pool.audit_of(forgotten, None, 10).await.unwrap().records.is_empty());
    }
    pool.erase_person(&first.username).await.unwrap();
    for forgotten in [first.sub.as_str(), address] {
        assert!(
            pool.audit_of(forgotten, None, 10).await.unwrap().records.is_empty(),
            "{forgotten} is still in the audit"
        );
    }
    assert!(house.console.verify_audit(None).await.unwrap().faults.is_empty());
}

#[tokio::test]
async fn a_change_of_a_group_leaves_what_it_leaves_out_and_what_others_changed() {
    let house = House::new(options(30)).await;
    let pool = house.synced().await;
    let settings = |description: Option<&str>, precedence: Option<u32>| GroupSettings {
        name: group("shared"),
        description: description.map(str::to_owned),
        precedence,
        role_arn: None,
    };
    carry_out(&pool, Action::CreateGroup(settings(Some("first"), Some(1))), Chosen::Nobody).await.unwrap();
    let described = pool.plan(Action::UpdateGroup(settings(Some("second"), None)), Chosen::Nobody).await.unwrap();
    let again = pool.plan(Action::UpdateGroup(settings(Some("third"), None)), Chosen::Nobody).await.unwrap();
    carry_out(&pool, Action::UpdateGroup(settings(None, Some(9))), Chosen::Nobody).await.unwrap();
    assert_eq!(apply(&pool, &described).await.unwrap().done, 1);
    assert_eq!(apply(&pool, &again).await.unwrap().skipped, 1, "somebody described it meanwhile");
    let rows = pool.job_items(&again.id, None, 0, 1).await.unwrap();
    assert_eq!((rows[0].end.state, rows[0].end.code.as_deref()), (ItemState::Skipped, Some("changed")));
    let groups = pool.groups().await.unwrap();
    let (now, _) = groups.iter().find(|(found, _)| found.name == group("shared")).unwrap();
    assert_eq!((now.description.as_deref(), now.precedence), (Some("second"), Some(9)));
}

#[tokio::test]
async fn what_is_one_persons_is_planned_for_one_and_what_makes_no_sense_is_not() {
    let house = House::new(options(40)).await;
    let pool = house.synced().await;
    let people = confirmed(&house);
    let (provider, subject) = ("Google".to_owned(), "subject-1".to_owned());
    let link = Action::LinkProvider { provider: provider.clone(), subject: subject.clone() };
    let both = || names(&[&people[0], &people[1]]);
    assert_eq!(pool.plan(link, both()).await.unwrap_err().field.as_deref(), Some("users"));
    let unlink = Action::UnlinkProvider { provider, subject };
    let plan = pool.plan(unlink, names(&[&people[0]])).await.unwrap();
    assert_eq!(plan.items[0].skip.as_deref(), Some("is not linked to this identity"));
    let preference = model::plan::MfaPreference {
        factors: [(model::plan::Factor::Sms, false)].into(),
        preferred: Some(model::plan::Factor::Totp),
    };
    let refused = pool.plan(Action::SetMfa { preference, look_first: false }, names(&[&people[0]])).await.unwrap_err();
    assert_eq!(refused.field.as_deref(), Some("preferred"));
}
