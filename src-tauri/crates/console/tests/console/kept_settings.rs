//! Copies of the settings that syncs keep, and what differs between two days.

use console::edits::{EditState, Kind};
use console::jobs::Approval;
use console::{Code, On, OpenPool};
use jiff::SignedDuration;
use model::edit::{Put, Whole};
use sandbox::{Fault, When};
use serde_json::json;

use crate::house::{House, options, sandbox_connection};

async fn shortest(open: &OpenPool, length: u32) {
    let pointer = "/UserPool/Policies/PasswordPolicy/MinimumLength".to_owned();
    let whole = Whole { kind: Kind::Pool, subject: String::new() };
    let edit = open.plan_edit(whole, vec![Put { pointer, value: Some(json!(length)) }], None).await.unwrap();
    let token = open.approve_edit(&edit, Approval::default()).await.unwrap();
    assert_eq!(open.apply_edit(&token).await.unwrap().state, EditState::Done);
}

#[tokio::test]
async fn a_copy_of_the_settings_is_kept_when_something_changed_and_two_days_are_compared() {
    let house = House::new(options(5)).await;
    let open = house.open().await;
    open.keep_settings().await.unwrap();
    let first = open.settings_kept().await.unwrap();
    assert_eq!(first.len(), 1);
    house.clock.push(SignedDuration::from_hours(24));
    open.keep_settings().await.unwrap();
    assert_eq!(open.settings_kept().await.unwrap(), first, "nothing changed");

    house.clock.push(SignedDuration::from_hours(24));
    shortest(&open, 21).await;
    open.keep_settings().await.unwrap();
    let kept = open.settings_kept().await.unwrap();
    assert_eq!(kept.len(), 2);
    let between = kept[0].checked_sub(SignedDuration::from_hours(12)).unwrap();
    let days = open.compare_days(&On::Then(between), &On::Then(kept[0])).await.unwrap();
    let places: Vec<&str> = days.compared.lines.iter().map(|line| &*line.pointer).collect();
    assert_eq!(places, ["/UserPool/Policies/PasswordPolicy/MinimumLength"]);
    assert_eq!(days.compared.lines[0].there, Some(json!(21)));
    let now = open.compare_days(&On::Then(kept[0]), &On::Now).await.unwrap();
    assert_eq!(now.compared.lines, []);
    assert!(now.compared.places > 100, "clients are compared, too: {}", now.compared.places);
    let early = first[0].checked_sub(SignedDuration::from_hours(1)).unwrap();
    assert_eq!(open.compare_days(&On::Then(early), &On::Now).await.unwrap_err().code, Code::NotFound);
}

#[tokio::test]
async fn a_copy_is_kept_without_what_was_denied_and_none_where_history_is_off() {
    let house = House::new(options(5)).await;
    let weather = house.sandbox.weather();
    weather.deny("ListResourceServers");
    weather.plan_fault(Some("DescribeUserPoolClient"), When::Nth(1), Fault::TimeoutBefore);
    let open = house.open().await;
    open.keep_settings().await.unwrap();
    assert_eq!(open.settings_kept().await.unwrap().len(), 1);
    open.set_history(false).await.unwrap();
    shortest(&open, 19).await;
    open.keep_settings().await.unwrap();
    assert_eq!(open.settings_kept().await.unwrap().len(), 1, "nothing is kept where history is off");
}

#[tokio::test]
async fn two_clients_of_a_pool_are_compared_and_one_that_is_not_there_is_named() {
    let house = House::new(options(5)).await;
    let open = house.open().await;
    let clients = house.sandbox.description().clients;
    let id = |at: usize| model::ClientId::parse(&clients[at].id).unwrap();
    let (first, second) = (id(0), id(1));
    let nobody = model::ClientId::parse("0123456789abcdefghijklmnop").unwrap();
    let (pool, connection) = (&open.key().pool, sandbox_connection());
    let compare = |other| house.console.compare_clients(&connection, (pool, &first), (pool, other));
    let compared = compare(&second).await.unwrap().compared;
    assert!(compared.lines.iter().any(|line| line.pointer == "/UserPoolClient/ClientName"), "{compared:?}");
    assert_eq!(compare(&first).await.unwrap().compared.lines, []);
    let error = compare(&nobody).await.unwrap_err();
    assert_eq!(error.code, Code::NotFound);
    assert!(error.message.contains(nobody.as_str()), "{}", error.message);
}
