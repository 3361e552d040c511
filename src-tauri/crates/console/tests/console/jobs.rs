//! Plans and jobs against the sandbox, through the real SDK and the real store.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use console::files::Way;
use console::jobs::{Approval, Chosen, JobPhase};
use console::{Code, Error, OpenPool};
use model::connection::Environment;
use model::plan::{
    Action, Delivery, GroupMoves, GroupSettings, ItemCounts, ItemState, JobState, MfaPreference, NewUser, Plan,
};
use model::{GroupName, Username};
use rstest::rstest;
use sandbox::{Fault, Options, Quota, SnapshotUser, When};
use secrecy::SecretString;
use serde_json::json;

use crate::house::{House, everybody, options, sandbox_connection};
use crate::importing::{check, written};
use crate::jobs_weather::at_full_rate;
use crate::lab_challenges::administer;

pub(crate) fn names(people: &[&SnapshotUser]) -> Chosen {
    Chosen::Names(people.iter().map(|person| person.username.clone()).collect())
}

pub(crate) fn group(name: &str) -> GroupName {
    GroupName::parse(name).unwrap()
}

pub(crate) fn attributes(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// Plans, approves and carries out.
pub(crate) async fn carry_out(
    pool: &Arc<OpenPool>,
    action: Action,
    chosen: Chosen,
) -> Result<(Arc<Plan>, ItemCounts), Error> {
    let plan = pool.plan(action, chosen).await?;
    Ok((plan.clone(), apply(pool, &plan).await?))
}

pub(crate) async fn apply(pool: &Arc<OpenPool>, plan: &Arc<Plan>) -> Result<ItemCounts, Error> {
    let approval = Approval { pool_name: Some(pool.key().pool.as_str().to_owned()), reason: None };
    let token = pool.approve(plan, approval).await?;
    let password = plan.action.needs_password().then(|| SecretString::from("Correct-Horse-1".to_owned()));
    pool.apply(&token, password).await?.finished().await
}

fn one(people: &[SnapshotUser], wanted: impl Fn(&&SnapshotUser) -> bool) -> &SnapshotUser {
    people.iter().find(wanted).unwrap()
}

fn confirmed(person: &&SnapshotUser) -> bool {
    person.status == "CONFIRMED" && person.enabled && person.attributes.contains_key("email")
}

fn preference() -> MfaPreference {
    MfaPreference { factors: [(model::plan::Factor::Sms, false)].into(), preferred: None }
}

/// Plans an operation of [`operations`] as it is planned in use: new users come from a file, and what is said of each user
/// names them.
pub(crate) async fn planned(
    house: &House,
    pool: &Arc<OpenPool>,
    action: &Action,
    whom: &Chosen,
) -> Result<Arc<Plan>, Error> {
    match (action, whom) {
        (Action::CreateUsers { invite }, _) => {
            let text = "username,email,groups\nof.a.file,of.a.file@example.com,admins\n";
            let file = written(house.dir.path(), "new.csv", text);
            let checked = check(pool, &file, Way::Create).await?;
            pool.plan_import(&checked.id, invite.clone()).await
        }
        (Action::ArrangeGroups { moves }, Chosen::Names(names)) => {
            let of_each = names.iter().map(|name| (name.clone(), moves[SAID].clone())).collect();
            pool.plan(Action::ArrangeGroups { moves: of_each }, whom.clone()).await
        }
        _ => pool.plan(action.clone(), whom.clone()).await,
    }
}

/// Plans an operation of [`operations`], approves it and carries it out.
async fn carried_out(
    house: &House,
    pool: &Arc<OpenPool>,
    action: &Action,
    whom: &Chosen,
) -> Result<(Arc<Plan>, ItemCounts), Error> {
    let plan = planned(house, pool, action, whom).await?;
    Ok((plan.clone(), apply(pool, &plan).await?))
}

/// In the place of a user who is chosen later.
const SAID: &str = "";

/// Every operation on one user, with the status that it wants and AWS's name of its call.
pub(crate) fn operations() -> Vec<(Action, &'static str, &'static str)> {
    let (provider, subject) = ("Google".to_owned(), "subject-1".to_owned());
    let crew = |description: &str| GroupSettings {
        name: group("crew"),
        description: Some(description.to_owned()),
        precedence: Some(3),
        role_arn: None,
    };
    let name = || "name".to_owned();
    let new = NewUser {
        username: "somebody.new".to_owned(),
        attributes: attributes(&[("email", "new@example.com")]),
        invite: BTreeSet::new(),
        own_password: false,
    };
    let joins = GroupMoves { join: [group("admins")].into(), ..GroupMoves::default() };
    let arranged = BTreeMap::from([(SAID.to_owned(), joins)]);
    vec![
        (Action::CreateUser(new), "", "AdminCreateUser"),
        (
            Action::ReplaceInAttribute { attribute: name(), find: "a".to_owned(), replace: "=\u{202e}".to_owned() },
            "CONFIRMED",
            "AdminUpdateUserAttributes",
        ),
        (Action::CopyAttribute { from: name(), to: "nickname".to_owned() }, "CONFIRMED", "AdminUpdateUserAttributes"),
        (Action::CreateGroup(crew("Who sails")), "", "CreateGroup"),
        (Action::UpdateGroup(crew("Who sailed")), "", "UpdateGroup"),
        (
            Action::ChangeGroups(GroupMoves { join: [group("crew")].into(), ..GroupMoves::default() }),
            "CONFIRMED",
            "AdminAddUserToGroup",
        ),
        (Action::DeleteGroup { group: group("crew") }, "", "DeleteGroup"),
        (Action::SetMfa { preference: preference(), look_first: true }, "CONFIRMED", "AdminSetUserMFAPreference"),
        (
            Action::SetAttributes { attributes: attributes(&[("name", "Zoë =1+1 \u{202e}\"<b>\\")]) },
            "CONFIRMED",
            "AdminUpdateUserAttributes",
        ),
        (
            Action::DeleteAttributes { attributes: BTreeSet::from(["name".to_owned()]) },
            "CONFIRMED",
            "AdminDeleteUserAttributes",
        ),
        (Action::DisableUsers, "CONFIRMED", "AdminDisableUser"),
        (Action::ConfirmUsers { verify_email: false }, "UNCONFIRMED", "AdminConfirmSignUp"),
        (Action::ResetPassword, "CONFIRMED", "AdminResetUserPassword"),
        (Action::SetPassword { permanent: true }, "FORCE_CHANGE_PASSWORD", "AdminSetUserPassword"),
        (Action::SignOut, "CONFIRMED", "AdminUserGlobalSignOut"),
        (Action::SetMfa { preference: preference(), look_first: false }, "CONFIRMED", "AdminSetUserMFAPreference"),
        (Action::ResetAuthenticator, "CONFIRMED", "AdminDeleteSoftwareToken"),
        (Action::ResendInvitation { by: None }, "FORCE_CHANGE_PASSWORD", "AdminCreateUser"),
        (Action::AddToGroup { group: group("admins") }, "CONFIRMED", "AdminAddUserToGroup"),
        (Action::RemoveFromGroup { group: group("admins") }, "CONFIRMED", "AdminRemoveUserFromGroup"),
        (Action::ArrangeGroups { moves: arranged }, "CONFIRMED", "AdminAddUserToGroup"),
        (Action::CreateUsers { invite: BTreeSet::from([Delivery::Email]) }, "", "AdminCreateUser"),
        (Action::EnableUsers, "CONFIRMED", "AdminEnableUser"),
        (
            Action::LinkProvider { provider: provider.clone(), subject: subject.clone() },
            "CONFIRMED",
            "AdminLinkProviderForUser",
        ),
        (Action::UnlinkProvider { provider, subject }, "CONFIRMED", "AdminDisableProviderForUser"),
        (Action::DeleteUsers, "CONFIRMED", "AdminDeleteUser"),
    ]
}

/// Whom the operation is about.
pub(crate) fn chosen(people: &[SnapshotUser], action: &Action, status: &str) -> Chosen {
    if action.is_about_users() { names(&[subject(people, action, status)]) } else { Chosen::Nobody }
}

/// Somebody whom the operation changes.
fn subject<'a>(people: &'a [SnapshotUser], action: &Action, status: &str) -> &'a SnapshotUser {
    one(people, |person| {
        let fits = match action {
            Action::ReplaceInAttribute { .. } => person.attributes.get("name").is_some_and(|name| name.contains('a')),
            Action::UnlinkProvider { subject, .. } => {
                person.attributes.get("identities").is_some_and(|all| all.contains(subject.as_str()))
            }
            Action::CopyAttribute { .. } | Action::DeleteAttributes { .. } => person.attributes.contains_key("name"),
            Action::RemoveFromGroup { group } => person.groups.iter().any(|name| name == group.as_str()),
            Action::ArrangeGroups { moves } => {
                !person.groups.iter().any(|name| moves[SAID].groups().any(|group| group.as_str() == name))
            }
            Action::AddToGroup { group } => !person.groups.iter().any(|name| name == group.as_str()),
            Action::ResetPassword => person.attributes.get("email_verified").is_some_and(|flag| flag == "true"),
            _ => true,
        };
        let wanted = !matches!(action, Action::EnableUsers);
        fits && person.status == status && person.enabled == wanted && person.attributes.contains_key("email")
    })
}

/// The pool with a group of its own and an identity provider.
pub(crate) async fn with_admins(house: &House) -> Arc<OpenPool> {
    let social = json!({ "client_id": "c", "client_secret": "s", "authorize_scopes": "openid" });
    let provider = json!({
        "UserPoolId": house.pool_id().as_str(), "ProviderName": "Google", "ProviderType": "Google",
        "ProviderDetails": social,
    });
    administer(house, "CreateIdentityProvider", provider).await;
    let pool = house.synced().await;
    let settings = GroupSettings { name: group("admins"), description: None, precedence: Some(1), role_arn: None };
    match carry_out(&pool, Action::CreateGroup(settings), Chosen::Nobody).await {
        Ok((_, counts)) => assert_eq!(counts.done, 1),
        Err(error) => assert_eq!(error.code, Code::AlreadyExists),
    }
    pool
}

#[tokio::test]
async fn each_operation_is_done_once_and_the_cache_is_what_the_server_has() {
    let house = House::new(options(300)).await;
    let pool = with_admins(&house).await;
    for (action, status, call) in operations() {
        let whom = chosen(&house.people(), &action, status);
        house.sandbox.forget_calls();
        let (plan, counts) = carried_out(&house, &pool, &action, &whom).await.unwrap();
        let rows = pool.job_items(&plan.id, None, 0, 10).await.unwrap();
        assert_eq!(counts, ItemCounts { done: 1, ..ItemCounts::default() }, "{call}: {rows:?}");
        assert_eq!(house.sandbox.calls().of(call), 1, "{call}");
        let looks = u64::from(matches!(action, Action::SetMfa { look_first: true, .. }));
        assert_eq!(house.sandbox.calls().of("AdminGetUser"), looks, "nothing is read back for money");
        // The same again changes nothing and is no failure.
        let again = carried_out(&house, &pool, &action, &whom).await;
        match again {
            Ok((_, counts)) => assert_eq!(counts.failed + counts.unknown, 0, "{call} twice"),
            Err(error) if call.contains("Delete") && error.code == Code::NotFound => {}
            Err(error) if matches!(action, Action::CreateUser(_) | Action::CreateGroup(_)) => {
                assert_eq!(error.code, Code::AlreadyExists, "{call}");
            }
            Err(error) => {
                let nothing = ["There is nothing to do.", "No row of the file can become a user."];
                assert!(
                    error.code == Code::Precondition && nothing.contains(&error.message.as_str()),
                    "{call} {error:?}"
                );
            }
        }
    }
    let server: BTreeMap<String, SnapshotUser> =
        house.people().into_iter().map(|person| (person.username.clone(), person)).collect();
    let cached = everybody(&pool).await;
    assert_eq!(cached.len(), server.len());
    for user in cached {
        let person = &server[user.username.as_str()];
        assert_eq!(
            (&user.attributes, user.enabled, user.status.as_str()),
            (&person.attributes, person.enabled, person.status.as_str())
        );
        assert_eq!(user.groups.iter().map(|group| group.as_str().to_owned()).collect::<Vec<_>>(), person.groups);
    }
    let verdict = house.console.verify_audit(None).await.unwrap();
    assert!(verdict.faults.is_empty() && verdict.records > 40, "{verdict:?}");
}

#[tokio::test(start_paused = true)]
async fn each_operation_whose_answer_never_came_is_found_to_be_applied_or_stays_unknown() {
    let house = House::new(options(300)).await;
    let pool = with_admins(&house).await;
    for (action, status, call) in operations() {
        let whom = chosen(&house.people(), &action, status);
        house.sandbox.forget_calls();
        house.sandbox.weather().plan_fault(Some(call), When::Nth(1), Fault::TimeoutAfter);
        let (_, counts) = carried_out(&house, &pool, &action, &whom).await.unwrap();
        house.sandbox.weather().clear_faults();
        let untold =
            ["AdminUserGlobalSignOut", "AdminSetUserMFAPreference", "AdminDeleteSoftwareToken", "AdminCreateUser"];
        let told = !untold.contains(&call);
        let looked = matches!(action, Action::SetMfa { look_first: true, .. });
        assert_eq!(house.sandbox.calls().of("AdminGetUser"), u64::from(looked), "{call}");
        assert_eq!((counts.done, counts.unknown), if told { (1, 0) } else { (0, 1) }, "{call}");
        assert_eq!(house.sandbox.calls().of(call), 1, "{call} was sent twice");
    }
}

#[tokio::test(start_paused = true)]
async fn each_operation_waits_for_throttling_and_names_the_iam_action_when_it_is_denied() {
    let house = House::new(options(300)).await;
    let pool = with_admins(&house).await;
    for (action, status, call) in operations() {
        let whom = chosen(&house.people(), &action, status);
        house.sandbox.weather().deny(call);
        let (plan, counts) = carried_out(&house, &pool, &action, &whom).await.unwrap();
        house.sandbox.weather().allow(call);
        assert_eq!(counts.failed, 1, "{call}");
        let rows = pool.job_items(&plan.id, Some(ItemState::Failed), 0, 10).await.unwrap();
        let end = &rows[0].end;
        assert_eq!(end.code.as_deref(), Some("access_denied"));
        assert!(end.why.as_ref().unwrap().contains(&format!("cognito-idp:{call}")), "{end:?}");
        // Tried again, through throttling, it is done.
        house.sandbox.weather().plan_fault(Some(call), When::First(10), Fault::Throttle);
        let password = plan.action.needs_password().then(|| SecretString::from("Correct-Horse-1".to_owned()));
        let counts = pool.retry(&plan.id, false, password).await.unwrap().finished().await.unwrap();
        house.sandbox.weather().clear_faults();
        assert_eq!(counts, ItemCounts { done: 1, ..ItemCounts::default() }, "{call}");
    }
}

#[tokio::test]
async fn nothing_is_planned_for_a_user_whom_nobody_knows_or_a_group_that_is_not_there() {
    let house = House::new(options(40)).await;
    let pool = with_admins(&house).await;
    house.sandbox.forget_calls();
    for (action, _, call) in operations() {
        let nobody = match action.is_about_users() {
            true => Chosen::Names(vec!["no-such-user".to_owned()]),
            false => Chosen::Nobody,
        };
        match (&action, planned(&house, &pool, &action, &nobody).await) {
            (Action::CreateUser(_) | Action::CreateUsers { .. } | Action::CreateGroup(_), planned) => {
                assert!(planned.is_ok(), "{call}");
            }
            (_, planned) => assert_eq!(planned.unwrap_err().code, Code::NotFound, "{call}"),
        }
    }
    assert!(house.sandbox.calls().may_bill().is_empty());
}

#[tokio::test]
async fn a_user_who_is_gone_or_changed_meanwhile_is_left_alone_and_it_is_said() {
    let house = House::new(options(100)).await;
    let pool = house.synced().await;
    let people = house.people();
    let chosen: Vec<&SnapshotUser> = people.iter().filter(confirmed).take(3).collect();
    let wanted = attributes(&[("name", "New Name")]);
    let plan = pool.plan(Action::SetAttributes { attributes: wanted }, names(&chosen)).await.unwrap();
    let (directory, id) = (house.sandbox.directory(), house.sandbox.pool_id());
    directory.delete_user(&id, &chosen[0].username).unwrap();
    directory.set_attributes(&id, &chosen[1].username, &[("name", "Somebody Else's")]).unwrap();
    let counts = apply(&pool, &plan).await.unwrap();
    assert_eq!((counts.done, counts.failed, counts.skipped), (1, 1, 1));
    let rows = pool.job_items(&plan.id, None, 0, 10).await.unwrap();
    assert_eq!(rows[0].end.code.as_deref(), Some("not_found"));
    let detail: serde_json::Value = serde_json::from_str(rows[1].end.detail.as_ref().unwrap()).unwrap();
    assert_eq!((&detail[0]["field"], &detail[0]["now"]), (&"name".into(), &"Somebody Else's".into()));
    assert_eq!(detail[0]["wanted"], "New Name");
    let unknown = pool.plan(Action::DisableUsers, Chosen::Names(vec!["no-such-user".to_owned()])).await;
    assert_eq!(unknown.unwrap_err().code, Code::NotFound);
}

#[rstest]
#[case(Action::DisableUsers)]
#[case(Action::SetAttributes { attributes: attributes(&[("name", "Other"), ("nickname", "N")]) })]
#[case(Action::DeleteAttributes { attributes: BTreeSet::from(["name".to_owned()]) })]
#[case(Action::AddToGroup { group: group("admins") })]
#[tokio::test]
async fn what_can_be_taken_back_exactly_is(#[case] action: Action) {
    let house = House::new(options(120)).await;
    let pool = with_admins(&house).await;
    let before = house.people();
    let chosen: Vec<&SnapshotUser> =
        before.iter().filter(confirmed).filter(|person| person.attributes.contains_key("name")).take(15).collect();
    let (plan, counts) = carry_out(&pool, action, names(&chosen)).await.unwrap();
    assert_eq!(counts.failed, 0);
    assert_ne!(plain(&house.people()), plain(&before));
    let undo = pool.plan_undo(&plan.id).await.unwrap();
    assert!(!undo.is_irreversible());
    let undone = apply(&pool, &undo).await.unwrap();
    assert_eq!((undone.failed, undone.done), (0, counts.done));
    assert_eq!(plain(&house.people()), plain(&before));
}

/// Name, attributes, enabled, status, groups.
type Plain = (String, BTreeMap<String, String>, bool, String, Vec<String>);

/// Everything but when it changed last.
fn plain(people: &[SnapshotUser]) -> Vec<Plain> {
    let one = |person: &SnapshotUser| {
        let SnapshotUser { username, attributes, enabled, status, groups, .. } = person.clone();
        (username, attributes, enabled, status, groups)
    };
    people.iter().map(one).collect()
}

#[tokio::test]
async fn a_user_is_created_invited_deleted_and_made_again_from_the_record() {
    let house = House::new(options(50)).await;
    let pool = with_admins(&house).await;
    let new = NewUser {
        username: "formula".to_owned(),
        attributes: attributes(&[("email", "f@example.com"), ("name", "=HYPERLINK(\"x\") \u{202e}<img>")]),
        invite: BTreeSet::from([Delivery::Email]),
        own_password: true,
    };
    let plan = pool.plan(Action::CreateUser(new.clone()), Chosen::Nobody).await.unwrap();
    let preview = pool.preview(&plan).await.unwrap();
    assert_eq!((preview.messages.low, preview.messages.high, preview.touched.may_bill), (1, 1, 1));
    assert_eq!(apply(&pool, &plan).await.unwrap().done, 1);
    assert_eq!(house.sandbox.outbox().len(), 1);
    let taken = pool.plan(Action::CreateUser(new), Chosen::Nobody).await.unwrap_err();
    assert_eq!(taken.code, Code::AlreadyExists);
    let username = Username::parse("formula").unwrap();
    let made = pool.user(&username).await.unwrap().unwrap();
    assert_eq!(made.attribute("name"), Some("=HYPERLINK(\"x\") \u{202e}<img>"));
    let chosen = || Chosen::Names(vec!["formula".to_owned()]);
    let (_, counts) = carry_out(&pool, Action::AddToGroup { group: group("admins") }, chosen()).await.unwrap();
    assert_eq!(counts.done, 1);
    let (deleted, counts) = carry_out(&pool, Action::DeleteUsers, chosen()).await.unwrap();
    assert_eq!(counts.done, 1);
    assert!(pool.user(&username).await.unwrap().is_none());
    let undo = pool.plan_undo(&deleted.id).await.unwrap();
    assert!(undo.notes[0].contains("made anew"));
    assert_eq!(apply(&pool, &undo).await.unwrap().done, 1);
    let again = house.sandbox.directory().user(&house.sandbox.pool_id(), "formula").unwrap();
    assert_eq!((again.groups, &again.attributes["name"]), (vec!["admins".to_owned()], &made.attributes["name"]));
    assert_ne!(Some(again.sub.as_str()), made.sub());
    assert_eq!(house.sandbox.outbox().len(), 1, "nobody is invited by an undo");
}

#[tokio::test]
async fn a_group_is_made_changed_deleted_and_brought_back_with_its_members() {
    let house = House::new(options(60)).await;
    let pool = with_admins(&house).await;
    let people = house.people();
    let chosen: Vec<&SnapshotUser> = people.iter().filter(confirmed).take(5).collect();
    carry_out(&pool, Action::AddToGroup { group: group("admins") }, names(&chosen)).await.unwrap();
    let inside =
        |people: &[SnapshotUser]| people.iter().filter(|person| person.groups.contains(&"admins".to_owned())).count();
    let members = inside(&house.people());
    let settings = GroupSettings {
        name: group("admins"),
        description: Some("Who may do everything".to_owned()),
        precedence: Some(7),
        role_arn: None,
    };
    let (changed, counts) = carry_out(&pool, Action::UpdateGroup(settings), Chosen::Nobody).await.unwrap();
    assert_eq!(counts.done, 1);
    assert_eq!(changed.items[0].changes.len(), 2);
    let (deleted, counts) =
        carry_out(&pool, Action::DeleteGroup { group: group("admins") }, Chosen::Nobody).await.unwrap();
    assert_eq!(counts.done, 1);
    assert_eq!(inside(&house.people()), 0);
    assert!(pool.groups().await.unwrap().iter().all(|(found, _)| found.name != group("admins")));
    let undo = pool.plan_undo(&deleted.id).await.unwrap();
    let counts = apply(&pool, &undo).await.unwrap();
    assert_eq!(usize::try_from(counts.done).unwrap(), members + 1);
    assert_eq!(inside(&house.people()), members);
    let groups = pool.groups().await.unwrap();
    let (back, _) = groups.iter().find(|(found, _)| found.name == group("admins")).unwrap();
    assert_eq!((back.precedence, back.description.as_deref()), (Some(7), Some("Who may do everything")));
}

#[tokio::test]
async fn a_groups_description_can_be_taken_away_and_back_and_its_role_or_precedence_cannot() {
    let house = House::new(options(30)).await;
    let pool = house.synced().await;
    let role = "arn:aws:iam::123456789012:role/crew";
    let settings = |description: Option<&str>, precedence: Option<u32>, role: Option<&str>| GroupSettings {
        name: group("crew"),
        description: description.map(str::to_owned),
        precedence,
        role_arn: role.map(str::to_owned),
    };
    let now = async || {
        let groups = pool.groups().await.unwrap();
        groups.into_iter().map(|(found, _)| found).find(|found| found.name == group("crew")).unwrap()
    };
    let described = |found: &model::group::Group| found.description.clone().filter(|text| !text.is_empty());
    carry_out(&pool, Action::CreateGroup(settings(None, None, None)), Chosen::Nobody).await.unwrap();
    let wanted = settings(Some("Who keeps watch"), Some(3), Some(role));
    let (given, counts) = carry_out(&pool, Action::UpdateGroup(wanted), Chosen::Nobody).await.unwrap();
    assert_eq!((counts.done, given.items[0].changes.len()), (1, 3));

    // What the group did not have before is taken back as far as AWS lets it.
    let undo = pool.plan_undo(&given.id).await.unwrap();
    let fields: Vec<_> = undo.items[0].changes.iter().map(|change| change.field.as_str()).collect();
    assert_eq!(fields, ["description"], "the undo does not say that a role or a precedence goes");
    assert_eq!(apply(&pool, &undo).await.unwrap().done, 1);
    let found = now().await;
    assert_eq!((described(&found), found.precedence, found.role_arn.as_deref()), (None, Some(3), Some(role)));

    let again = Action::UpdateGroup(settings(Some("Who keeps watch"), None, None));
    carry_out(&pool, again, Chosen::Nobody).await.unwrap();
    let emptied = Action::UpdateGroup(settings(Some(""), None, None));
    let (emptied, counts) = carry_out(&pool, emptied, Chosen::Nobody).await.unwrap();
    let change = &emptied.items[0].changes[0];
    assert_eq!((counts.done, change.before.as_deref(), change.after.as_deref()), (1, Some("Who keeps watch"), None));
    assert_eq!(described(&now().await), None);
    let plan = pool.plan(Action::UpdateGroup(settings(Some(""), None, None)), Chosen::Nobody).await.unwrap();
    assert_eq!(plan.items[0].skip.as_deref(), Some("is so already"));
    let undo = pool.plan_undo(&emptied.id).await.unwrap();
    apply(&pool, &undo).await.unwrap();
    assert_eq!(described(&now().await).as_deref(), Some("Who keeps watch"));

    let without = Action::UpdateGroup(settings(None, None, Some("")));
    let refused = pool.plan(without, Chosen::Nobody).await.unwrap_err();
    assert_eq!((refused.code, refused.field.as_deref()), (Code::Validation, Some("role")));
    assert!(refused.message.contains("create it again without"), "{}", refused.message);
}

#[tokio::test]
async fn an_approval_holds_once_and_production_and_what_is_irreversible_ask_for_the_name() {
    let house = House::new(options(40)).await;
    let pool = house.synced().await;
    let people = house.people();
    let person = one(&people, confirmed);
    let plan = pool.plan(Action::DeleteUsers, names(&[person])).await.unwrap();
    let refused = pool.approve(&plan, Approval::default()).await.unwrap_err();
    assert_eq!(refused.field.as_deref(), Some("poolName"));
    let reversible = pool.plan(Action::DisableUsers, names(&[person])).await.unwrap();
    let token = pool.approve(&reversible, Approval::default()).await.unwrap();
    house.console.label(&sandbox_connection(), Environment::Production, None).await.unwrap();
    assert_eq!(pool.approve(&reversible, Approval::default()).await.unwrap_err().code, Code::Precondition);
    assert_eq!(pool.unlock_changes("another").await.unwrap_err().code, Code::Validation);
    pool.unlock_changes(pool.key().pool.as_str()).await.unwrap();
    assert!(!pool.is_read_only());
    pool.apply(&token, None).await.unwrap().finished().await.unwrap();
    assert_eq!(pool.apply(&token, None).await.err().unwrap().code, Code::Precondition);
    // The plan itself is done only once, whoever approves it again.
    let token = pool.approve(&reversible, Approval::default()).await.unwrap();
    assert_eq!(pool.apply(&token, None).await.err().unwrap().code, Code::Precondition);
    assert_eq!(house.sandbox.calls().of("AdminDisableUser"), 1);
    house.clock.push(jiff::SignedDuration::from_mins(16));
    assert!(pool.is_read_only());
}

#[tokio::test]
async fn an_action_that_the_pool_does_not_allow_is_explained_before_anything_is_planned() {
    let house = House::new(options(30)).await;
    let pool = house.synced().await;
    let people = house.people();
    let person = one(&people, confirmed);
    for (name, wanted) in [("sub", "Cognito's own"), ("custom:nowhere", "no attribute")] {
        let action = Action::SetAttributes { attributes: attributes(&[(name, "x")]) };
        let error = pool.plan(action, names(&[person])).await.unwrap_err();
        assert_eq!((error.code, error.field.as_deref()), (Code::Validation, Some(name)));
        assert!(error.message.contains(wanted), "{}", error.message);
    }
    let long = Action::SetAttributes { attributes: attributes(&[("name", &"x".repeat(2_049))]) };
    assert_eq!(pool.plan(long, names(&[person])).await.unwrap_err().field.as_deref(), Some("name"));
    assert_eq!(house.sandbox.calls().may_bill().len(), 0, "planning bills nobody");
}

#[tokio::test(start_paused = true)]
async fn a_job_uses_what_the_quota_permits() {
    let house = House::new(Options { quota: Quota::Default, ..options(500) }).await;
    let pool = at_full_rate(&house).await;
    house.sandbox.weather().set_latency(Duration::from_millis(120), Duration::ZERO);
    let plan = pool.plan(Action::DisableUsers, Chosen::Query("enabled:yes".to_owned())).await.unwrap();
    let active = plan.active().count();
    let began = tokio::time::Instant::now();
    let counts = apply(&pool, &plan).await.unwrap();
    let took = began.elapsed().as_secs_f64();
    assert_eq!(usize::try_from(counts.done).unwrap(), active);
    let rate = active as f64 / took;
    println!("{active} users in {took:.1} s of the clock: {rate:.1} a second of 25");
    assert!(rate >= 25.0 * 0.95, "{rate} a second");
}

#[tokio::test(start_paused = true)]
async fn expired_credentials_pause_a_job_and_it_goes_on_when_they_hold_again() {
    let house = House::new(options(100)).await;
    let pool = house.synced().await;
    let people = house.people();
    let chosen: Vec<&SnapshotUser> = people.iter().filter(confirmed).take(40).collect();
    let plan = pool.plan(Action::DisableUsers, names(&chosen)).await.unwrap();
    let expired = || Fault::Error { code: "ExpiredTokenException".to_owned(), http_status: 400 };
    house.sandbox.weather().plan_fault(Some("AdminDisableUser"), When::After(10), expired());
    let token = pool.approve(&plan, Approval::default()).await.unwrap();
    let job = pool.apply(&token, None).await.unwrap();
    let mut progress = job.progress.clone();
    progress.wait_for(|told| matches!(told.phase, JobPhase::Waiting(_))).await.unwrap();
    house.sandbox.weather().clear_faults();
    let counts = job.finished().await.unwrap();
    assert_eq!(counts, ItemCounts { done: 40, ..ItemCounts::default() });
}

#[tokio::test]
async fn a_paused_job_sends_nothing_more_and_goes_on_where_it_was() {
    let house = House::new(options(300)).await;
    let pool = house.synced().await;
    house.sandbox.weather().set_latency(Duration::from_millis(3), Duration::ZERO);
    let plan = pool.plan(Action::DisableUsers, Chosen::Query("enabled:yes".to_owned())).await.unwrap();
    let all = plan.active().count() as u64;
    let token = pool.approve(&plan, Approval::default()).await.unwrap();
    let job = pool.apply(&token, None).await.unwrap();
    job.progress.clone().wait_for(|told| told.counts.done >= 20).await.unwrap();
    job.pause();
    let counts = job.finished().await.unwrap();
    assert!(counts.done < all && counts.sent == 0 && counts.queued > 0, "{counts:?}");
    let counts = pool.go_on(&plan.id, None).await.unwrap().finished().await.unwrap();
    assert_eq!((counts.done, counts.total()), (all, all));
    assert!(
        house.sandbox.calls().by_user().values().all(|calls| calls.get("AdminDisableUser").is_none_or(|n| *n == 1))
    );
}

#[tokio::test]
async fn a_paused_job_is_given_up_and_what_it_did_is_taken_back() {
    let house = House::new(options(300)).await;
    let pool = house.synced().await;
    house.sandbox.weather().set_latency(Duration::from_millis(3), Duration::ZERO);
    let plan = pool.plan(Action::DisableUsers, Chosen::Query("enabled:yes".to_owned())).await.unwrap();
    let all = plan.active().count() as u64;
    let token = pool.approve(&plan, Approval::default()).await.unwrap();
    let job = pool.apply(&token, None).await.unwrap();
    assert_eq!(pool.give_up(&plan.id).await.unwrap_err().code, Code::Precondition, "it is under way");
    job.progress.clone().wait_for(|told| told.counts.done >= 20).await.unwrap();
    job.pause();
    let done = job.finished().await.unwrap().done;
    pool.give_up(&plan.id).await.unwrap();
    let row = pool.job(&plan.id).await.unwrap();
    assert_eq!((row.state, row.counts.done, row.counts.skipped), (JobState::Ended, done, all - done));
    assert!(pool.followed_jobs().is_empty(), "nothing of it is followed");
    assert_eq!(pool.give_up(&plan.id).await.unwrap_err().code, Code::Precondition, "it has ended");
    house.sandbox.forget_calls();
    let counts = pool.retry(&plan.id, false, None).await.unwrap().finished().await.unwrap();
    assert_eq!((counts.done, counts.queued), (done, 0));
    assert_eq!(house.sandbox.calls().of("AdminDisableUser"), 0, "what was given up is not sent by trying again");
    let undo = pool.plan_undo(&plan.id).await.unwrap();
    assert_eq!(undo.active().count() as u64, done);
}

#[tokio::test]
async fn a_plan_costs_nothing_for_whom_this_month_counted_already() {
    let house = House::new(options(60)).await;
    let pool = house.synced().await;
    let people = house.people();
    let chosen: Vec<&SnapshotUser> = people.iter().filter(confirmed).take(4).collect();
    let set = |value: &str| Action::SetAttributes { attributes: attributes(&[("nickname", value)]) };
    let (_, counts) = carry_out(&pool, set("one"), names(&chosen[..2])).await.unwrap();
    assert_eq!(counts.done, 2);
    let plan = pool.plan(set("two"), names(&chosen)).await.unwrap();
    let preview = pool.preview(&plan).await.unwrap();
    assert_eq!((preview.touched.may_bill, preview.touched.already_counted, preview.active), (2, 2, 4));
    assert_eq!(preview.price.low, Default::default());
    assert!(preview.price.high.unwrap() > Default::default());
    let categories: Vec<&str> = preview.calls.iter().map(|calls| calls.category.as_str()).collect();
    assert_eq!(categories, ["UserUpdate", "UserList"]);
}

#[tokio::test]
async fn nobody_is_chosen_by_groups_whose_members_are_not_known() {
    let house = House::new(options(60)).await;
    house.sandbox.weather().deny("ListUsersInGroup");
    let pool = house.synced().await;
    for query in ["group:admins", "-group:admins", "a (kel or has:group)", "missing:group"] {
        let refused = pool.plan(Action::DisableUsers, Chosen::Query(query.to_owned())).await.unwrap_err();
        assert_eq!(refused.code, Code::Precondition, "{query}");
        assert!(refused.message.contains("cognito-idp:ListUsersInGroup"), "{}", refused.message);
        assert!(pool.doubt_of(query).await.unwrap().is_some());
    }
    assert_eq!(pool.doubt_of("status:confirmed").await.unwrap(), None);
    pool.plan(Action::DisableUsers, Chosen::Query("status:confirmed".to_owned())).await.unwrap();
}

#[tokio::test]
async fn the_members_of_a_group_that_was_made_here_are_known() {
    let house = House::new(options(60)).await;
    let pool = house.synced().await;
    let settings = GroupSettings { name: group("made"), description: None, precedence: None, role_arn: None };
    carry_out(&pool, Action::CreateGroup(settings), Chosen::Nobody).await.unwrap();
    assert!(pool.freshness().await.unwrap().groups_known);
    assert_eq!(pool.doubt_of("-group:made").await.unwrap(), None);
}

#[tokio::test]
async fn the_members_of_a_group_that_was_made_elsewhere_and_changed_here_are_not_known_until_the_next_sync() {
    let house = House::new(options(60)).await;
    let pool = house.synced().await;
    let (directory, id) = (house.sandbox.directory(), house.sandbox.pool_id());
    directory.create_group(&id, "theirs", Some(1)).unwrap();
    directory.add_to_group(&id, &house.people()[0].username, "theirs").unwrap();
    let settings = GroupSettings { name: group("theirs"), description: None, precedence: Some(2), role_arn: None };
    assert_eq!(carry_out(&pool, Action::UpdateGroup(settings), Chosen::Nobody).await.unwrap().1.done, 1);
    assert!(!pool.freshness().await.unwrap().groups_known);
    let everybody_else = Chosen::Query("-group:theirs".to_owned());
    assert_eq!(pool.plan(Action::DisableUsers, everybody_else).await.unwrap_err().code, Code::Precondition);
    pool.sync().finished().await.unwrap();
    assert!(pool.freshness().await.unwrap().groups_known);
}
