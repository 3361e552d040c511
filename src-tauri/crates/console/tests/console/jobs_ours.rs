//! What was so already is nobody's to take back: memberships and identities that others gave, took or moved meanwhile.

use console::Code;
use console::jobs::{AuditFilter, AuditKind, Plan};
use model::plan::{Action, GroupMoves, ItemCounts, Step};
use sandbox::SnapshotUser;
use serde_json::json;

use crate::house::{House, options};
use crate::jobs::{apply, carry_out, group, names};
use crate::lab_challenges::administer;

fn done(count: u64) -> ItemCounts {
    ItemCounts { done: count, ..ItemCounts::default() }
}

/// A sandbox with the groups `crew-a` and `crew-b`, and two people.
async fn crew() -> (House, SnapshotUser, SnapshotUser) {
    let house = House::new(options(40)).await;
    let (directory, id) = (house.sandbox.directory(), house.sandbox.pool_id());
    for name in ["crew-a", "crew-b"] {
        directory.create_group(&id, name, None).unwrap();
    }
    let mut people = house
        .people()
        .into_iter()
        .filter(|person| person.status == "CONFIRMED" && person.enabled && !is_linked(person));
    let (one, other) = (people.next().unwrap(), people.next().unwrap());
    (house, one, other)
}

fn is_linked(person: &SnapshotUser) -> bool {
    person.attributes.contains_key("identities")
}

fn move_elsewhere(house: &House, person: &SnapshotUser, name: &str, into: bool) {
    let (directory, id) = (house.sandbox.directory(), house.sandbox.pool_id());
    match into {
        true => directory.add_to_group(&id, &person.username, name).unwrap(),
        false => directory.remove_from_group(&id, &person.username, name).unwrap(),
    }
}

fn crews(house: &House, person: &SnapshotUser) -> Vec<String> {
    let now = house.sandbox.directory().user(&house.sandbox.pool_id(), &person.username).unwrap();
    now.groups.into_iter().filter(|name| name.starts_with("crew-")).collect()
}

/// The groups that the audit says people joined or left by a job.
async fn audited(house: &House, plan: &Plan) -> Vec<(Option<String>, Option<String>)> {
    let filter = AuditFilter { job: Some(plan.id.clone()), ..AuditFilter::default() };
    let records = house.console.audit(filter, 50).await.unwrap().records;
    let outcomes = records.into_iter().filter(|record| record.entry.kind == AuditKind::Outcome);
    let people = outcomes.filter_map(|record| record.entry.person);
    people.flat_map(|person| person.changes).map(|change| (change.before, change.after)).collect()
}

#[tokio::test(start_paused = true)]
async fn who_was_never_in_a_group_does_not_join_it_by_taking_back_that_they_left() {
    let (house, person, _) = crew().await;
    // Nothing is synced: nobody knows who is in which group.
    let pool = house.open().await;
    let moves = GroupMoves { leave: [group("crew-a")].into(), ..GroupMoves::default() };
    for action in [
        Action::RemoveFromGroup { group: group("crew-a") },
        Action::ChangeGroups(moves.clone()),
        Action::ArrangeGroups { moves: [(person.username.clone(), moves)].into() },
    ] {
        let (plan, counts) = carry_out(&pool, action, names(&[&person])).await.unwrap();
        assert!(plan.notes.iter().any(|note| note.contains("not known here")), "{:?}", plan.notes);
        assert_eq!((counts, house.sandbox.calls().of("AdminRemoveUserFromGroup")), (done(1), 0));
        assert_eq!(audited(&house, &plan).await, [], "nobody left a group");
        assert_eq!(pool.plan_undo(&plan.id).await.unwrap_err().code, Code::Precondition);
    }
    move_elsewhere(&house, &person, "crew-a", true);
    let leave = Action::RemoveFromGroup { group: group("crew-a") };
    let (plan, counts) = carry_out(&pool, leave, names(&[&person])).await.unwrap();
    assert_eq!((counts, crews(&house, &person)), (done(1), Vec::new()));
    let undo = pool.plan_undo(&plan.id).await.unwrap();
    assert_eq!((apply(&pool, &undo).await.unwrap(), crews(&house, &person)), (done(1), vec!["crew-a".to_owned()]));
}

#[tokio::test(start_paused = true)]
async fn who_joined_a_group_elsewhere_since_the_sync_stays_in_it_when_an_addition_is_taken_back() {
    let (house, one, other) = crew().await;
    move_elsewhere(&house, &one, "crew-b", true);
    let pool = house.synced().await;
    move_elsewhere(&house, &one, "crew-a", true);
    let join = Action::AddToGroup { group: group("crew-a") };
    house.sandbox.forget_calls();
    let (plan, counts) = carry_out(&pool, join, names(&[&one, &other])).await.unwrap();
    assert_eq!((counts, house.sandbox.calls().of("AdminAddUserToGroup")), (done(2), 1));
    assert_eq!(audited(&house, &plan).await, [(None, Some("crew-a".to_owned()))]);
    let undo = pool.plan_undo(&plan.id).await.unwrap();
    assert_eq!(apply(&pool, &undo).await.unwrap(), done(1));
    assert_eq!((crews(&house, &one).len(), crews(&house, &other).len()), (2, 0));
    // Of several moves only those that were made are taken back.
    pool.sync().finished().await.unwrap();
    move_elsewhere(&house, &other, "crew-a", true);
    move_elsewhere(&house, &other, "crew-b", true);
    pool.sync().finished().await.unwrap();
    move_elsewhere(&house, &other, "crew-a", false);
    let moves = GroupMoves { join: [group("crew-a")].into(), leave: [group("crew-b")].into() };
    let plan = pool.plan(Action::ChangeGroups(moves), names(&[&one])).await.unwrap();
    assert_eq!(plan.items[0].steps, [Step::RemoveFromGroup { group: group("crew-b") }]);
    let leave = GroupMoves { leave: [group("crew-a"), group("crew-b")].into(), ..GroupMoves::default() };
    let (plan, counts) = carry_out(&pool, Action::ChangeGroups(leave), names(&[&other])).await.unwrap();
    assert_eq!((plan.items[0].steps.len(), counts, crews(&house, &other)), (2, done(1), Vec::new()));
    let undo = pool.plan_undo(&plan.id).await.unwrap();
    assert_eq!(apply(&pool, &undo).await.unwrap(), done(1));
    assert_eq!(crews(&house, &other), ["crew-b"]);
    // Of several calls each record tells what its own changes.
    move_elsewhere(&house, &other, "crew-a", true);
    pool.sync().finished().await.unwrap();
    let leave = GroupMoves { leave: [group("crew-a"), group("crew-b")].into(), ..GroupMoves::default() };
    let (plan, _) = carry_out(&pool, Action::ChangeGroups(leave), names(&[&other])).await.unwrap();
    let mut told = audited(&house, &plan).await;
    told.sort();
    assert_eq!(told, [(Some("crew-a".to_owned()), None), (Some("crew-b".to_owned()), None)]);
}

#[tokio::test(start_paused = true)]
async fn moves_are_not_taken_back_where_nobody_could_see_who_was_in_the_group() {
    let (house, person, _) = crew().await;
    move_elsewhere(&house, &person, "crew-a", true);
    house.sandbox.weather().deny("ListUsersInGroup");
    let pool = house.synced().await;
    let leave = Action::RemoveFromGroup { group: group("crew-a") };
    let (plan, counts) = carry_out(&pool, leave, names(&[&person])).await.unwrap();
    assert_eq!((counts, crews(&house, &person)), (done(1), Vec::new()));
    let refused = pool.plan_undo(&plan.id).await.unwrap_err();
    assert!(refused.message.contains("cognito-idp:ListUsersInGroup"), "{}", refused.message);
}

#[tokio::test]
async fn a_group_that_the_pool_surely_lacks_is_named_when_the_plan_is_made() {
    let (house, person, _) = crew().await;
    let wanted = |name: &str| GroupMoves { join: [group("crew-a"), group(name)].into(), ..GroupMoves::default() };
    let actions = |name: &str| {
        [
            Action::AddToGroup { group: group(name) },
            Action::RemoveFromGroup { group: group(name) },
            Action::ChangeGroups(wanted(name)),
            Action::ArrangeGroups { moves: [(person.username.clone(), wanted(name))].into() },
        ]
    };
    let unsynced = house.open().await;
    for action in actions("crew-z") {
        unsynced.plan(action, names(&[&person])).await.unwrap();
    }
    let pool = house.synced().await;
    for action in actions("crew-z") {
        let refused = pool.plan(action, names(&[&person])).await.unwrap_err();
        assert_eq!((refused.code, refused.field.as_deref()), (Code::NotFound, Some("group")));
        assert!(refused.message.contains("crew-z"), "{}", refused.message);
    }
    for action in actions("crew-b") {
        pool.plan(action, names(&[&person])).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_large_group_is_listed_no_further_than_until_the_few_were_seen_whom_a_job_is_about() {
    let house = House::new(options(400)).await;
    let (directory, id) = (house.sandbox.directory(), house.sandbox.pool_id());
    directory.create_group(&id, "large", None).unwrap();
    let people = house.people();
    let (inside, outside) = (&people[..180], &people[200]);
    for person in inside {
        directory.add_to_group(&id, &person.username, "large").unwrap();
    }
    let pool = house.synced().await;
    house.sandbox.forget_calls();
    let listed = || house.sandbox.calls().of("ListUsersInGroup");
    let leave = || Action::RemoveFromGroup { group: group("large") };
    for person in &inside[..12] {
        assert_eq!(carry_out(&pool, leave(), names(&[person])).await.unwrap().1, done(1));
    }
    assert!((12..36).contains(&listed()), "a group of three pages was listed {} times", listed());
    house.sandbox.forget_calls();
    let join = Action::AddToGroup { group: group("large") };
    assert_eq!(carry_out(&pool, join, names(&[outside])).await.unwrap().1, done(1));
    assert_eq!(listed(), 3, "who is no member shows at the end alone");
    let many: Vec<&SnapshotUser> = inside[12..40].iter().collect();
    assert_eq!(carry_out(&pool, leave(), names(&many)).await.unwrap().1, done(28));
    assert_eq!(
        house.sandbox.directory().snapshot(&id).iter().filter(|one| one.groups.contains(&"large".to_owned())).count(),
        141
    );
}

#[tokio::test(start_paused = true)]
async fn a_large_group_is_not_listed_for_people_of_the_same_job_who_were_never_in_it() {
    let house = House::new(options(400)).await;
    let (directory, id) = (house.sandbox.directory(), house.sandbox.pool_id());
    for name in ["large", "small"] {
        directory.create_group(&id, name, None).unwrap();
    }
    let people = house.people();
    people[..180].iter().for_each(|person| directory.add_to_group(&id, &person.username, "large").unwrap());
    people[200..].iter().for_each(|person| directory.add_to_group(&id, &person.username, "small").unwrap());
    let pool = house.synced().await;
    let listed = || house.sandbox.calls().of("ListUsersInGroup");
    let free = |people: &[SnapshotUser]| -> Vec<SnapshotUser> {
        people.iter().filter(|person| person.groups.is_empty()).take(12).cloned().collect()
    };
    let (inside, outside) = (free(&people[..180]), free(&people[200..]));
    house.sandbox.forget_calls();
    for pair in inside.iter().zip(&outside) {
        let plan = pool.plan(Action::DeleteUsers, names(&[pair.0, pair.1])).await.unwrap();
        assert_eq!(apply(&pool, &plan).await.unwrap(), done(2));
    }
    let pages = listed();
    assert!((24..84).contains(&pages), "groups of three and four pages were listed {pages} times for twelve pairs");
}

#[tokio::test]
async fn the_identity_by_which_somebody_came_into_being_is_not_taken_from_them() {
    let house = House::new(options(200)).await;
    let pool = house.synced().await;
    let external = house.people().into_iter().find(|person| person.status == "EXTERNAL_PROVIDER").unwrap();
    let identities: serde_json::Value = serde_json::from_str(&external.attributes["identities"]).unwrap();
    let text = |name: &str| identities[0][name].as_str().unwrap().to_owned();
    let unlink = Action::UnlinkProvider { provider: text("providerName"), subject: text("userId") };
    let plan = pool.plan(unlink, names(&[&external])).await.unwrap();
    assert!(plan.items[0].skip.as_ref().unwrap().contains("disable the user instead"), "{:?}", plan.items[0]);
    assert_eq!(plan.active().count(), 0);
}

#[tokio::test]
async fn an_identity_that_moved_to_somebody_else_is_not_taken_from_them_by_an_undo() {
    let (house, one, other) = crew().await;
    let details = json!({ "client_id": "c", "client_secret": "s", "authorize_scopes": "openid" });
    let provider = json!({
        "UserPoolId": house.pool_id().as_str(), "ProviderName": "Google", "ProviderType": "Google",
        "ProviderDetails": details,
    });
    administer(&house, "CreateIdentityProvider", provider).await;
    let pool = house.synced().await;
    let (provider, subject) = ("Google".to_owned(), "1234".to_owned());
    let link = Action::LinkProvider { provider: provider.clone(), subject: subject.clone() };
    let unlink = Action::UnlinkProvider { provider, subject };
    let (linked, counts) = carry_out(&pool, link.clone(), names(&[&one])).await.unwrap();
    assert_eq!(counts, done(1));
    assert_eq!(carry_out(&pool, unlink, names(&[&one])).await.unwrap().1, done(1));
    assert_eq!(carry_out(&pool, link, names(&[&other])).await.unwrap().1, done(1));
    let undo = pool.plan_undo(&linked.id).await.unwrap();
    house.sandbox.forget_calls();
    assert_eq!(apply(&pool, &undo).await.unwrap(), done(1));
    assert_eq!(house.sandbox.calls().of("AdminDisableProviderForUser"), 0);
    let now = house.people().into_iter().find(|person| person.username == other.username).unwrap();
    assert!(is_linked(&now), "the identity is theirs");
    let again = pool.plan_undo(&undo.id).await;
    assert_eq!(again.unwrap_err().code, Code::Precondition, "nothing was done by it");
}
