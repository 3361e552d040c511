//! Pools, app clients and identity pools from blueprints: made, judged by the rules of health, taken back while they are empty.

use std::collections::BTreeMap;
use std::sync::Arc;

use console::edits::{Edit, EditRow, EditState, Kind, MadePool, Put, Whole};
use console::jobs::{Approval, AuditFilter};
use console::{Code, OpenPool, PoolId};
use model::blueprint::{Blueprint, Given, all, of};
use model::connection::Environment;
use model::health::Outcome;
use sandbox::{Fault, When};
use serde_json::{Value, json};

use crate::house::{House, options, sandbox_connection};

/// What a person says to a blueprint: its examples, but for what has to be there.
fn answers(blueprint: &Blueprint, client: &str) -> BTreeMap<String, String> {
    let said = blueprint.choices.iter().filter_map(|choice| {
        let answer = match choice.given {
            Given::Text(example) | Given::Texts(example) => example,
            Given::Clients(_) => client,
            _ => return None,
        };
        Some((choice.place.to_owned(), answer.to_owned()))
    });
    said.collect()
}

async fn planned(house: &House, id: &str) -> Arc<Edit> {
    let blueprint = of(id).unwrap();
    let body = blueprint.body(&answers(blueprint, ""), None).unwrap();
    house.console.plan_pool(&sandbox_connection(), body, blueprint.second()).await.unwrap()
}

async fn made(house: &House, id: &str) -> MadePool {
    let edit = planned(house, id).await;
    house.console.make_pool(&sandbox_connection(), &edit, Approval::default()).await.unwrap()
}

async fn applied(open: &OpenPool, edit: &Arc<Edit>) -> EditRow {
    let named = Approval { pool_name: Some(open.key().pool.as_str().to_owned()), ..Approval::default() };
    let token = open.approve_edit(edit, named).await.unwrap();
    open.apply_edit(&token).await.unwrap()
}

async fn set(open: &OpenPool, kind: Kind, subject: &str, pointer: &str, value: Value) -> EditRow {
    let whole = Whole { kind, subject: subject.to_owned() };
    let patch = vec![Put { pointer: pointer.to_owned(), value: Some(value) }];
    applied(open, &open.plan_edit(whole, patch, None).await.unwrap()).await
}

async fn unprotected(open: &OpenPool) {
    let row = set(open, Kind::Pool, "", "/UserPool/DeletionProtection", json!("INACTIVE")).await;
    assert_eq!(row.state, EditState::Done);
}

/// The rules that fail of a pool, of one resource when it is named.
async fn failing(house: &House, pool: &PoolId, resource: Option<&str>) -> Vec<&'static str> {
    let health = house.console.health(&sandbox_connection(), pool, false).await.unwrap();
    let mut all: Vec<&str> = health
        .findings
        .iter()
        .filter(|it| it.outcome == Outcome::Fail && resource.is_none_or(|resource| it.resource == resource))
        .map(|it| it.rule.id)
        .collect();
    all.dedup();
    all
}

#[tokio::test]
async fn a_pool_from_each_blueprint_fails_no_rule_but_those_that_its_own_words_name() {
    let house = House::new(options(5)).await;
    for blueprint in all().filter(|blueprint| blueprint.kind == Kind::Pool) {
        let made = made(&house, blueprint.id).await;
        let states: Vec<_> = made.edits.iter().map(|edit| (edit.state, edit.why.clone())).collect();
        assert_eq!(states, [(EditState::Done, None), (EditState::Done, None)], "{}", blueprint.id);
        assert_eq!(made.why, None);
        let pool = made.pool.unwrap();
        let words = blueprint.then.join(" ");
        let mut silent = failing(&house, &pool, Some(pool.as_str())).await;
        silent.retain(|rule| !words.contains(rule));
        assert_eq!(silent, Vec::<&str>::new(), "{} does not say what it leaves", blueprint.id);
        let open = house.console.open_pool(&sandbox_connection(), &pool).await.unwrap();
        let edits = open.edits(10).await.unwrap();
        assert_eq!(edits.len(), 2, "the new pool's own journal has how it came to be");
        let mfa: Value = serde_json::from_str(made.edits[1].after.as_ref().unwrap()).unwrap();
        assert_eq!(mfa["SoftwareTokenMfaConfiguration"]["Enabled"], true, "{}", blueprint.id);
    }
}

#[tokio::test]
async fn an_app_client_from_each_blueprint_fails_no_rule_about_clients() {
    let house = House::new(options(5)).await;
    let pool = made(&house, "pool-web").await.pool.unwrap();
    let open = house.console.open_pool(&sandbox_connection(), &pool).await.unwrap();
    let scope = json!({ "ScopeName": "read", "ScopeDescription": "Look" });
    let server = json!({ "ResourceServer": { "Name": "api", "Scopes": [scope] } });
    set(&open, Kind::ResourceServer, "https://api.example.com", "", server).await;
    for blueprint in all().filter(|blueprint| blueprint.kind == Kind::Client) {
        let body = blueprint.body(&answers(blueprint, ""), Some(&pool)).unwrap();
        let row = set(&open, Kind::Client, "", "", body).await;
        assert_eq!((row.state, row.why), (EditState::Done, None), "{}", blueprint.id);
        let client: Whole = serde_json::from_str(&row.target).unwrap();
        assert_eq!(failing(&house, &pool, Some(&client.subject)).await, Vec::<&str>::new(), "{}", blueprint.id);
    }
}

#[tokio::test]
async fn an_identity_pool_from_each_blueprint_trusts_the_pool_and_goes_only_while_nobody_is_in_it() {
    let house = House::new(options(5)).await;
    let open = house.open().await;
    let client = house.sandbox.description().clients[0].id.clone();
    for blueprint in all().filter(|blueprint| blueprint.kind == Kind::IdentityPool) {
        let body = blueprint.body(&answers(blueprint, &client), Some(&open.key().pool)).unwrap();
        let row = set(&open, Kind::IdentityPool, "", "", body).await;
        assert_eq!((row.state, row.why.as_deref()), (EditState::Done, None), "{}", blueprint.id);
        let whole: Whole = serde_json::from_str(&row.target).unwrap();
        let failed = failing(&house, &open.key().pool, Some(&whole.subject)).await;
        assert_eq!(failed, Vec::<&str>::new(), "{}", blueprint.id);
        let roles = json!({ "authenticated": "arn:aws:iam::123456789012:role/a" });
        let given = set(&open, Kind::Roles, &whole.subject, "/Roles", roles).await;
        let held = open.plan_undo_edit(&row.id).await.unwrap_err();
        assert!(held.message.contains("It has roles by now"), "{}", held.message);
        applied(&open, &open.plan_undo_edit(&given.id).await.unwrap()).await;
        let back = applied(&open, &open.plan_undo_edit(&row.id).await.unwrap()).await;
        assert_eq!((back.state, back.why.as_deref()), (EditState::Done, None));
        assert_eq!(open.plan_undo_edit(&back.id).await.unwrap_err().code, Code::Precondition, "it is gone for good");
    }
    let other = Whole { kind: Kind::IdentityPool, subject: house.sandbox.description().identity_pool_id };
    let gone = vec![Put { pointer: String::new(), value: None }];
    let refused = open.plan_edit(other, gone, None).await.unwrap_err();
    assert!(refused.message.contains("only to take back"), "{}", refused.message);
}

#[tokio::test]
async fn a_pool_is_taken_back_once_its_protection_is_off_and_only_while_it_is_empty() {
    let house = House::new(options(5)).await;
    let made = made(&house, "pool-web").await;
    let pool = made.pool.unwrap();
    let open = house.console.open_pool(&sandbox_connection(), &pool).await.unwrap();
    let making = &made.edits[0];
    let guarded = open.plan_undo_edit(&making.id).await.unwrap_err();
    assert!(guarded.message.contains("Deletion protection is on"), "{}", guarded.message);
    unprotected(&open).await;
    let undo = open.plan_undo_edit(&making.id).await.unwrap();
    assert_eq!((undo.operation(), undo.forward.is_some()), ("DeleteUserPool", true));
    // Somebody comes while it is looked at.
    let named = Approval { pool_name: Some(pool.as_str().to_owned()), ..Approval::default() };
    let token = open.approve_edit(&undo, named).await.unwrap();
    let client = of("client-web").unwrap();
    let body = client.body(&answers(client, ""), Some(&pool)).unwrap();
    let row = set(&open, Kind::Client, "", "", body).await;
    let held = open.apply_edit(&token).await.unwrap_err();
    assert!(held.message.contains("app clients"), "{}", held.message);
    assert_eq!(house.sandbox.calls().of("DeleteUserPool"), 0);
    applied(&open, &open.plan_undo_edit(&row.id).await.unwrap()).await;
    let gone = applied(&open, &open.plan_undo_edit(&making.id).await.unwrap()).await;
    assert_eq!((gone.state, gone.why), (EditState::Done, None));
    let missing = house.console.open_pool(&sandbox_connection(), &pool).await.err().unwrap();
    assert_eq!(missing.code, Code::NotFound);
    let records = house.console.audit(AuditFilter::default(), 100).await.unwrap().records;
    for operation in ["CreateUserPool", "DeleteUserPool"] {
        assert_eq!(records.iter().filter(|record| record.entry.operation == operation).count(), 3, "{operation}");
    }
    let ours = house.open().await;
    let all = vec![Put { pointer: String::new(), value: None }];
    let whole = Whole { kind: Kind::Pool, subject: String::new() };
    assert_eq!(ours.plan_edit(whole, all, None).await.unwrap_err().field.as_deref(), Some("pointer"));
}

#[tokio::test]
async fn in_production_the_new_pools_name_is_typed_and_a_preview_holds_once() {
    let house = House::new(options(5)).await;
    house.console.label(&sandbox_connection(), Environment::Production, None).await.unwrap();
    let edit = planned(&house, "pool-staff").await;
    let make = async |name: Option<&str>| {
        let approval = Approval { pool_name: name.map(str::to_owned), ..Approval::default() };
        house.console.make_pool(&sandbox_connection(), &edit, approval).await
    };
    for wrong in [None, Some("other")] {
        assert_eq!(make(wrong).await.unwrap_err().field.as_deref(), Some("poolName"));
    }
    let made = make(Some("shop")).await.unwrap();
    assert_eq!((made.edits.len(), made.why.as_deref()), (2, None));
    let open = house.console.open_pool(&sandbox_connection(), &made.pool.unwrap()).await.unwrap();
    assert!(open.is_read_only(), "it is locked again");
    assert_eq!(make(Some("shop")).await.unwrap_err().code, Code::Precondition, "it is used up");
}

#[tokio::test]
async fn a_pool_that_nobody_answered_for_is_not_made_twice_and_one_without_its_second_call_says_so() {
    let house = House::new(options(5)).await;
    let weather = house.sandbox.weather();
    weather.plan_fault(Some("CreateUserPool"), When::Nth(1), Fault::TimeoutAfter);
    let lost = made(&house, "pool-machine").await;
    assert_eq!((lost.pool, lost.edits[0].state), (None, EditState::Sent));
    assert!(lost.edits[0].why.as_ref().unwrap().contains("in the list"));
    assert_eq!(house.sandbox.calls().of("CreateUserPool"), 1);
    let unanswered = house.console.unanswered_pools(&sandbox_connection()).await.unwrap();
    assert_eq!(unanswered.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), [lost.edits[0].id.as_str()]);
    house.clock.push(jiff::SignedDuration::from_hours(8 * 24));
    assert_eq!(house.console.unanswered_pools(&sandbox_connection()).await.unwrap(), [], "it is not told for ever");
    let denied = Fault::Error { code: "AccessDeniedException".to_owned(), http_status: 400 };
    weather.plan_fault(Some("SetUserPoolMfaConfig"), When::Nth(1), denied);
    let half = made(&house, "pool-machine").await;
    assert_eq!((half.edits.len(), half.edits[0].state), (1, EditState::Done));
    assert!(half.why.unwrap().contains("SetUserPoolMfaConfig was not done"));
}
