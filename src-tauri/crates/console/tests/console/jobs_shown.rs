//! What a preview, a plan's file and the audit say of each call: before and after, or that nobody looked.

use std::collections::BTreeSet;

use console::Code;
use console::jobs::{AuditFilter, AuditKind, Chosen};
use model::plan::{
    Action, Change, Delivery, Factor, GroupMoves, GroupSettings, ItemState, JobHead, MfaPreference, NewUser,
};
use model::pool::MAILS_A_DAY;
use sandbox::{Fault, When};
use serde_json::json;

use crate::house::{House, options, sandbox_connection, today};
use crate::jobs::{apply, attributes, carry_out, chosen, group, names, operations, planned, with_admins};
use crate::lab_challenges::administer;

/// A change in a line: `field: before → after`, `?` for what nobody looked at and `-` for nothing.
fn line(change: &Change) -> String {
    let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
    let before = if change.unseen { "?".to_owned() } else { text(&change.before) };
    format!("{}: {before} → {}", change.field, text(&change.after))
}

#[tokio::test]
async fn each_operation_is_told_before_and_after_in_preview_file_and_audit() {
    let house = House::new(options(300)).await;
    let pool = with_admins(&house).await;
    for (action, status, call) in operations() {
        let whom = chosen(&house.people(), &action, status);
        let plan = planned(&house, &pool, &action, &whom).await.unwrap();
        assert_eq!(pool.adopt(plan.as_ref().clone()).unwrap(), plan, "{call}: our own plan is taken from a file");
        let shown: Vec<String> = plan.items[0].shown().iter().map(line).collect();
        assert!(!shown.is_empty(), "{call}");
        apply(&pool, &plan).await.unwrap();
        let filter = AuditFilter { job: Some(plan.id.clone()), ..AuditFilter::default() };
        let records = house.console.audit(filter, 50).await.unwrap().records;
        let told = records.iter().filter(|record| record.entry.kind == AuditKind::Outcome);
        let told: Vec<String> =
            told.flat_map(|record| &record.entry.person.as_ref().unwrap().changes).map(line).collect();
        let says = |text: &str| assert!(told.iter().any(|line| line == text), "{call}: {told:?}");
        match &action {
            Action::LinkProvider { .. } => says("identity: - → Google: subject-1"),
            Action::UnlinkProvider { .. } => says("identity: Google: subject-1 → -"),
            Action::ResendInvitation { .. } => says("invitation: ? → email"),
            Action::SetMfa { look_first: false, .. } => says("SMS_MFA: ? → off"),
            Action::SetMfa { .. } => says("SMS_MFA: off → off"),
            Action::SignOut => says("sessions: ? → -"),
            Action::ResetAuthenticator => says("authenticatorApp: ? → -"),
            Action::ResetPassword => says("password: ? → -"),
            Action::SetPassword { .. } => says("password: ? → permanent"),
            Action::DeleteGroup { .. } => {
                assert_eq!(told, ["description: Who sailed → -", "precedence: 3 → -", "members: 1 → -"]);
            }
            Action::DeleteUsers => {
                let Some(model::plan::Record::User(user)) = &plan.items[0].record else { panic!("no record") };
                says("enabled: yes → -");
                user.attributes.iter().for_each(|(name, value)| says(&format!("{name}: {value} → -")));
                user.groups.iter().for_each(|name| says(&format!("group: {name} → -")));
            }
            _ => assert!(!told.is_empty(), "{call}"),
        }
    }
}

#[tokio::test]
async fn a_plan_from_a_file_that_shows_other_attributes_or_settings_than_it_sends_is_refused() {
    let house = House::new(options(40)).await;
    let pool = with_admins(&house).await;
    let new = NewUser {
        username: "somebody.new".to_owned(),
        attributes: attributes(&[("email", "new@example.com"), ("email_verified", "true")]),
        invite: BTreeSet::from([Delivery::Email]),
        own_password: false,
    };
    let settings = |name: &str, precedence| GroupSettings {
        name: group(name),
        description: Some("Who sails".to_owned()),
        precedence: Some(precedence),
        role_arn: None,
    };
    for action in
        [Action::CreateUser(new), Action::CreateGroup(settings("crew", 3)), Action::UpdateGroup(settings("admins", 4))]
    {
        let plan = pool.plan(action, Chosen::Nobody).await.unwrap();
        assert_eq!(pool.adopt(plan.as_ref().clone()).unwrap(), plan);
        assert_eq!(plan.items[0].changes.len(), 2, "{:?}", plan.items[0].changes);
        for at in 0..2 {
            let refused = |edit: &dyn Fn(&mut Vec<Change>)| {
                let mut other = plan.as_ref().clone();
                edit(&mut other.items[0].changes);
                assert_eq!(pool.adopt(other).unwrap_err().field.as_deref(), Some("plan"));
            };
            refused(&|changes| changes[at].after = Some("harmless".to_owned()));
            refused(&|changes| changes[at].before = Some("something".to_owned()));
            refused(&|changes| changes[at].unseen = true);
            refused(&|changes| drop(changes.remove(at)));
            refused(&|changes| changes.push(changes[at].clone()));
        }
    }
}

#[tokio::test]
async fn the_members_that_are_listed_before_people_are_moved_are_among_the_calls() {
    let house = House::new(options(200)).await;
    let (directory, id) = (house.sandbox.directory(), house.sandbox.pool_id());
    for name in ["big", "small"] {
        directory.create_group(&id, name, None).unwrap();
    }
    let people = house.people();
    people[..130].iter().for_each(|person| directory.add_to_group(&id, &person.username, "big").unwrap());
    let pool = house.synced().await;
    let movers: Vec<_> = people[130..160].iter().collect();
    let moves = GroupMoves { join: [group("big"), group("small")].into(), leave: BTreeSet::new() };
    let plan = pool.plan(Action::ChangeGroups(moves), names(&movers)).await.unwrap();
    let preview = pool.preview(&plan).await.unwrap();
    let listed: Vec<_> = preview.calls.iter().flat_map(|category| &category.operations).collect();
    assert!(listed.contains(&(&"ListUsersInGroup", &4)), "three pages of the one and one of the other: {listed:?}");
    house.sandbox.forget_calls();
    assert_eq!(apply(&pool, &plan).await.unwrap().done, 30);
    assert_eq!(house.sandbox.calls().of("ListUsersInGroup"), 4, "as was said before");
}

#[tokio::test]
async fn a_reset_tells_who_gets_no_message_and_how_many_mails_a_day_there_are() {
    let house = House::new(options(200)).await;
    let pool = house.synced().await;
    let people = house.people();
    let verified = |person: &&sandbox::SnapshotUser| {
        let is = |name: &str| person.attributes.get(name).is_some_and(|flag| flag == "true");
        is("email_verified") || is("phone_number_verified")
    };
    let confirmed: Vec<_> = people.iter().filter(|person| person.status == "CONFIRMED").collect();
    let reached = confirmed.iter().filter(|person| person.enabled && verified(person)).count() as u64;
    let unreached = confirmed.len() as u64 - reached;
    assert!(reached > 0 && unreached > 0, "{reached} {unreached}");
    let plan = pool.plan(Action::ResetPassword, names(&confirmed)).await.unwrap();
    let preview = pool.preview(&plan).await.unwrap();
    assert_eq!((preview.messages.low, preview.messages.high, preview.unreached), (reached, reached, unreached));
    assert_eq!(preview.mails_a_day, Some(MAILS_A_DAY));

    let mail = json!({ "EmailSendingAccount": "DEVELOPER",
        "SourceArn": "arn:aws:ses:eu-west-1:123456789012:identity/example.com" });
    let own = json!({ "UserPoolId": house.pool_id().as_str(), "EmailConfiguration": mail });
    administer(&house, "UpdateUserPool", own).await;
    pool.sync().finished().await.unwrap();
    assert_eq!(pool.preview(&plan).await.unwrap().mails_a_day, None);
    let quiet = pool.plan(Action::SignOut, names(&confirmed[..1])).await.unwrap();
    assert_eq!(pool.preview(&quiet).await.unwrap().mails_a_day, None);
}

/// A pool of its own with these settings, synced.
pub(crate) async fn another(house: &House, settings: serde_json::Value) -> std::sync::Arc<console::OpenPool> {
    let made = administer(house, "CreateUserPool", settings).await;
    let id = model::PoolId::parse(made["UserPool"]["Id"].as_str().unwrap()).unwrap();
    let pool = house.console.open_pool(&sandbox_connection(), &id).await.unwrap();
    pool.sync().finished().await.unwrap();
    pool
}

fn somebody(username: &str, pairs: &[(&str, &str)]) -> Action {
    let (attributes, invite) = (attributes(pairs), BTreeSet::new());
    Action::CreateUser(NewUser { username: username.to_owned(), attributes, invite, own_password: false })
}

#[tokio::test]
async fn what_is_required_is_emptied_neither_by_setting_nor_by_replacing_it() {
    let house = House::new(options(20)).await;
    let email = json!({ "Name": "email", "AttributeDataType": "String", "Required": true, "Mutable": true });
    let pool = another(&house, json!({ "PoolName": "strict", "Schema": [email] })).await;
    let ada = somebody("ada", &[("email", "ada@x.example"), ("nickname", "Countess")]);
    assert_eq!(carry_out(&pool, ada, Chosen::Nobody).await.unwrap().1.done, 1);
    let everybody = || Chosen::Query("username:ada".to_owned());
    for action in
        [Action::SetAttributes { attributes: attributes(&[("email", "")]) }, somebody("bob", &[("email", "")])]
    {
        let refused = pool.plan(action, everybody()).await.unwrap_err();
        assert_eq!((refused.code, refused.field.as_deref()), (Code::Validation, Some("email")));
        assert!(refused.message.contains("required"), "{}", refused.message);
    }
    let (attribute, find, replace) = ("email".to_owned(), "ada@x.example".to_owned(), String::new());
    let plan = pool.plan(Action::ReplaceInAttribute { attribute, find, replace }, everybody()).await.unwrap();
    assert_eq!(plan.items[0].skip.as_deref(), Some("nothing would be left, and it is required"));
    let other = Action::SetAttributes { attributes: attributes(&[("nickname", "")]) };
    assert!(pool.plan(other, everybody()).await.is_ok(), "what is not required may go");
}

#[tokio::test]
async fn a_job_says_whether_it_is_for_good_and_wants_its_password_again() {
    let house = House::new(today(60)).await;
    let pool = house.synced().await;
    let people = house.people();
    let person = people.iter().find(|person| person.status == "CONFIRMED" && person.enabled).unwrap();
    let set = |look_first: bool| Action::SetMfa {
        preference: MfaPreference { factors: [(Factor::Sms, false)].into(), preferred: None },
        look_first,
    };
    let head = async |action: Action| {
        let (plan, _) = carry_out(&pool, action, names(&[person])).await.unwrap();
        serde_json::from_str::<JobHead>(&pool.job(&plan.id).await.unwrap().job.head).unwrap()
    };
    for (action, for_good) in
        [(set(false), true), (set(true), false), (Action::SignOut, true), (Action::DisableUsers, false)]
    {
        assert_eq!(head(action.clone()).await.for_good, for_good, "{action:?}");
    }
    let new = NewUser {
        username: "somebody.new".to_owned(),
        attributes: attributes(&[("email", "new@example.com")]),
        invite: BTreeSet::new(),
        own_password: true,
    };
    house.sandbox.weather().deny("AdminCreateUser");
    let (plan, counts) = carry_out(&pool, Action::CreateUser(new), Chosen::Nobody).await.unwrap();
    house.sandbox.weather().allow("AdminCreateUser");
    assert_eq!(counts.failed, 1);
    let refused = pool.retry(&plan.id, false, None).await.err().unwrap();
    assert_eq!((refused.code, refused.field.as_deref()), (Code::Validation, Some("password")));
    let password = secrecy::SecretString::from("Correct-Horse-1".to_owned());
    let again = pool.retry(&plan.id, false, Some(password)).await.unwrap();
    assert_eq!(again.finished().await.unwrap().done, 1);
}

#[tokio::test(start_paused = true)]
async fn a_group_with_an_empty_description_whose_answer_never_came_is_found_to_be_there() {
    let house = House::new(today(30)).await;
    let pool = house.synced().await;
    house.sandbox.weather().plan_fault(Some("CreateGroup"), When::Nth(1), Fault::TimeoutAfter);
    let settings =
        GroupSettings { name: group("crew"), description: Some(String::new()), precedence: None, role_arn: None };
    let (plan, counts) = carry_out(&pool, Action::CreateGroup(settings), Chosen::Nobody).await.unwrap();
    let rows = pool.job_items(&plan.id, None, 0, 1).await.unwrap();
    assert_eq!((counts.done, rows[0].end.state), (1, ItemState::Done), "{rows:?}");
    assert_eq!(house.sandbox.calls().of("CreateGroup"), 1);
}

#[tokio::test]
async fn a_number_that_somebody_signs_in_with_is_given_to_nobody_else() {
    let house = House::new(options(20)).await;
    let by_phone = json!({ "PoolName": "by phone", "UsernameAttributes": ["phone_number"] });
    let pool = another(&house, by_phone).await;
    let new = || somebody("+4915112345678", &[]);
    assert_eq!(carry_out(&pool, new(), Chosen::Nobody).await.unwrap().1.done, 1);
    assert_eq!(pool.plan(new(), Chosen::Nobody).await.unwrap_err().code, Code::AlreadyExists);
}
