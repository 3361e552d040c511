//! Every change of users and groups through plan and job, on each server: what a server does is found again by a sync, and
//! what it lacks is a failure that is told, never a success.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use console::jobs::{Approval, Chosen};
use console::{Code, Error, OpenPool};
use model::connection::ConnectionId;
use model::plan::{Action, Factor, GroupMoves, GroupSettings, ItemState, MfaPreference, NewUser};
use model::query::Sort;
use model::user::User;
use model::{GroupName, PoolId, Region};
use secrecy::SecretString;
use serde_json::json;

use crate::population::{call, populate};
use crate::servers::{self, Server};

const PEOPLE: usize = 24;

#[tokio::test(flavor = "multi_thread")]
async fn the_sandbox_does_every_change() {
    are_done(servers::sandbox().await, &[], &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ministack_does_every_change_but_three_that_it_does_not_know() {
    // There an address that changes gets no mark.
    let lacks = ["delete an attribute", "forget a lost authenticator", "change a group"];
    are_done(servers::ministack().await, &lacks, &["person-0002"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn moto_does_every_change_but_three_that_it_does_not_know() {
    // There an address that changes gets no mark either, and who is invited again loses everything.
    let lacks = ["forget a lost authenticator", "link an identity", "unlink it"];
    are_done(servers::moto().await, &lacks, &["person-0002", "person-0009"]).await;
}

/// Carries everything out. `lacks` are the changes that the server does not make, by their names, and `strange` those of whom
/// it makes something else than Cognito.
async fn are_done(server: Server, lacks: &[&str], strange: &[&str]) {
    let endpoint = server.endpoint.clone();
    let id = tokio::task::spawn_blocking(move || prepared(&endpoint)).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let console = crate::open(&folder).await;
    let region = Some(Region::parse("eu-west-1").unwrap());
    let connection = ConnectionId { profile: None, region, endpoint: Some(server.endpoint.clone()), sandbox: false };
    let pool = console.open_pool(&connection, &PoolId::parse(id).unwrap()).await.unwrap();
    pool.sync().finished().await.unwrap();

    let mut failed = Vec::new();
    for (name, action, who) in changes() {
        // Who could not be linked has nothing to be unlinked from.
        let done = match carried_out(&pool, action, who).await {
            Ok(ends) => ends == [ItemState::Done],
            Err(error) => {
                assert_eq!(error.code, Code::Precondition, "{name}: {error}");
                false
            }
        };
        if !done {
            failed.push(name);
        }
    }
    assert_eq!(failed, lacks, "what the server does not change");
    let before = everybody(&pool).await;
    pool.sync().finished().await.unwrap();
    let differ = differing(&before, &everybody(&pool).await);
    let others: Vec<&String> =
        differ.iter().filter(|told| !strange.iter().any(|name| told.starts_with(name))).collect();
    assert_eq!((others.len(), differ.len()), (0, strange.len()), "the cache was as the server is: {differ:#?}");
    let nameless = u64::from(!lacks.contains(&"delete an attribute"));
    for (query, users) in [
        ("username:zz-new name:Zoë", 1),
        ("username:person-0002 email:post.0002", 1),
        ("username:person-0004 missing:name", nameless),
        ("username:person-0001 enabled:no", 1),
        ("username:person-0005 enabled:yes", 1),
        ("username:zz-signed-up status:confirmed", 1),
        ("username:person-0006 status:reset_required", 1),
        ("username:person-0010", 0),
        ("group:admins username:person-0008", 1),
        ("group:billing username:person-0003", 0),
        ("group:nobody -group:billing username:person-0006", 1),
    ] {
        assert_eq!(pool.count(query).await.unwrap(), users, "{query}");
    }
    let groups: Vec<String> = pool.groups().await.unwrap().iter().map(|(group, _)| group.name.to_string()).collect();
    assert!(groups.contains(&"billing".to_owned()) && !groups.contains(&"made".to_owned()), "{groups:?}");
}

/// A pool with people, one of whom has signed up alone.
fn prepared(endpoint: &str) -> String {
    let pool = populate(endpoint, PEOPLE).pool;
    let client = json!({ "UserPoolId": pool, "ClientName": "web" });
    let client = call(endpoint, "CreateUserPoolClient", &client);
    let signs_up = json!({ "ClientId": client["UserPoolClient"]["ClientId"], "Username": "zz-signed-up",
        "Password": "Correct-Horse-1",
        "UserAttributes": [{ "Name": "email", "Value": "signed.up@acme.example" }] });
    call(endpoint, "SignUp", &signs_up);
    let google = json!({ "UserPoolId": pool, "ProviderName": "Google", "ProviderType": "Google",
        "ProviderDetails": { "client_id": "c", "client_secret": "s", "authorize_scopes": "openid" } });
    call(endpoint, "CreateIdentityProvider", &google);
    pool
}

/// Each change by its name, and whom it is about.
fn changes() -> Vec<(&'static str, Action, &'static str)> {
    let group = |name: &str| GroupName::parse(name).unwrap();
    let made = |precedence, description: Option<&str>| GroupSettings {
        name: group("made"),
        description: description.map(str::to_owned),
        precedence: Some(precedence),
        role_arn: None,
    };
    let set = |name: &str, value: &str| Action::SetAttributes { attributes: pairs(&[(name, value)]) };
    let text = str::to_owned;
    let new = NewUser {
        username: text("zz-new"),
        attributes: pairs(&[("name", "Zoë"), ("email", "zoe@acme.example")]),
        invite: BTreeSet::new(),
        own_password: false,
    };
    let mfa = MfaPreference { factors: [(Factor::Sms, false)].into(), preferred: None };
    let off = MfaPreference { factors: [(Factor::Sms, false)].into(), preferred: None };
    let moves = GroupMoves { leave: [group("billing")].into(), join: [group("nobody")].into() };
    let replace = Action::ReplaceInAttribute { attribute: text("email"), find: text("mail."), replace: text("post.") };
    vec![
        ("create a user", Action::CreateUser(new), ""),
        ("set an attribute", set("name", "=1+1 <b>\u{202e}\"\\ Zoë"), "person-0001"),
        ("replace in an attribute", replace, "person-0002"),
        ("copy an attribute", Action::CopyAttribute { from: text("email"), to: text("nickname") }, "person-0003"),
        ("delete an attribute", Action::DeleteAttributes { attributes: [text("name")].into() }, "person-0004"),
        ("disable", Action::DisableUsers, "person-0001"),
        ("enable", Action::EnableUsers, "person-0005"),
        ("confirm", Action::ConfirmUsers { verify_email: true }, "zz-signed-up"),
        ("set a password", Action::SetPassword { permanent: true }, "person-0006"),
        ("mark an address as verified", set("email_verified", "true"), "person-0006"),
        ("invite again", Action::ResendInvitation { by: None }, "person-0009"),
        ("reset a password", Action::ResetPassword, "person-0006"),
        ("sign out", Action::SignOut, "person-0008"),
        ("set second factors", Action::SetMfa { preference: mfa, look_first: false }, "person-0008"),
        ("set second factors after a look", Action::SetMfa { preference: off, look_first: true }, "person-0008"),
        ("forget a lost authenticator", Action::ResetAuthenticator, "person-0008"),
        ("join a group", Action::AddToGroup { group: group("admins") }, "person-0008"),
        ("leave a group", Action::RemoveFromGroup { group: group("billing") }, "person-0003"),
        ("leave one group and join another", Action::ChangeGroups(moves), "person-0006"),
        (
            "link an identity",
            Action::LinkProvider { provider: text("Google"), subject: text("subject-1") },
            "person-0011",
        ),
        ("unlink it", Action::UnlinkProvider { provider: text("Google"), subject: text("subject-1") }, "person-0011"),
        ("create a group", Action::CreateGroup(made(3, None)), ""),
        ("change a group", Action::UpdateGroup(made(4, Some("made here"))), ""),
        ("delete a group", Action::DeleteGroup { group: group("made") }, ""),
        ("delete a user", Action::DeleteUsers, "person-0010"),
    ]
}

fn pairs(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// Plans a change, approves it, waits for its end, and tells how each of its entries ended.
async fn carried_out(pool: &Arc<OpenPool>, action: Action, who: &str) -> Result<Vec<ItemState>, Error> {
    let chosen = if who.is_empty() { Chosen::Nobody } else { Chosen::Names(vec![who.to_owned()]) };
    let password = action.needs_password().then(|| SecretString::from("Correct-Horse-2".to_owned()));
    let plan = pool.plan(action, chosen).await?;
    let approval = Approval { pool_name: Some(pool.key().pool.as_str().to_owned()), reason: None };
    let token = pool.approve(&plan, approval).await?;
    pool.apply(&token, password).await?.finished().await?;
    let items = pool.job_items(&plan.id, None, 0, 10).await?;
    Ok(items.iter().map(|item| item.end.state).collect())
}

async fn everybody(pool: &OpenPool) -> Vec<User> {
    let (mut people, mut after) = (Vec::new(), None);
    loop {
        let page = pool.search("", &Sort::default(), after, 60).await.unwrap();
        people.extend(page.users);
        match page.next {
            Some(next) => after = Some(next),
            None => return people,
        }
    }
}

/// Who is not as before in what a change changes.
fn differing(before: &[User], now: &[User]) -> Vec<String> {
    let told = |user: &User| (user.attributes.clone(), user.groups.clone(), user.enabled, user.status.clone());
    let of = |people: &[User]| -> BTreeMap<String, _> {
        people.iter().map(|user| (user.username.to_string(), told(user))).collect()
    };
    let (before, now) = (of(before), of(now));
    let names: BTreeSet<&String> = before.keys().chain(now.keys()).collect();
    let differ = names.into_iter().filter(|name| before.get(*name) != now.get(*name));
    differ.map(|name| format!("{name}: {:?} / {:?}", before.get(name), now.get(name))).collect()
}
