//! Several pools open side by side: each call says which one it is about.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::{Shell, by_name, invoke_about, signed_in};

/// The sandbox's two pools, both open: the shell and their keys, `members` opened last.
fn both() -> (Shell, String, String) {
    let shell = Shell::of(20);
    let customers = shell.ask("open_sandbox").unwrap();
    let members = members(&shell, &customers);
    (shell, key(&customers), key(&members))
}

/// Opens the pool `members` beside the sandbox's large one.
fn members(shell: &Shell, customers: &Value) -> Value {
    let connection = customers["connection"]["connection"].clone();
    let pools = customers["connection"]["pools"].as_array().unwrap();
    let id = pools.iter().find(|pool| pool["name"] == "members").unwrap()["id"].clone();
    shell.call("open_pool", json!({ "connection": connection, "poolId": id })).unwrap()
}

fn key(open: &Value) -> String {
    open["poolKey"].as_str().unwrap().to_owned()
}

fn about(shell: &Shell, pool: &str, command: &str, request: Value) -> Result<Value, Value> {
    invoke_about(&shell.window, "tauri://localhost", Some(pool), command, json!({ "request": request }))
}

fn code(answer: Result<Value, Value>) -> Value {
    answer.unwrap_err()["code"].clone()
}

#[test]
fn two_pools_are_open_at_once_and_each_call_is_about_the_one_that_it_names() {
    let (shell, customers, members) = both();
    let none = || json!({});
    for (pool, name) in [(&customers, "customers"), (&members, "members")] {
        assert_eq!(about(&shell, pool, "get_open_pool", none()).unwrap()["pool"]["name"], name);
        about(&shell, pool, "start_sync", none()).unwrap();
    }
    let began = Instant::now();
    for pool in [&customers, &members] {
        while !about(&shell, pool, "get_status", none()).unwrap()["sync"].is_null() {
            assert!(began.elapsed() < Duration::from_secs(240), "both syncs end");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
    let request = json!({ "query": "", "sort": by_name() });
    let searches = [&customers, &members].map(|pool| about(&shell, pool, "search_users", request.clone()).unwrap());
    let first = |search: &Value| search["rows"][0]["username"].clone();
    assert_ne!(first(&searches[0]), first(&searches[1]), "other people");
    for (pool, search) in [&customers, &members].into_iter().zip(&searches) {
        let rows = json!({ "search": search["search"], "start": 0, "count": 1 });
        let again = about(&shell, pool, "get_rows", rows).unwrap();
        assert_eq!(again[0]["username"], first(search), "a search stays with its pool");
    }
    // Whoever names none means the one that was opened last; whoever is at none has none.
    assert_eq!(shell.ask("get_open_pool").unwrap()["poolKey"], members.as_str());
    assert_eq!(code(about(&shell, "", "get_open_pool", none())), "precondition");

    about(&shell, &customers, "close_pool", none()).unwrap();
    assert_eq!(code(about(&shell, &customers, "get_overview", none())), "precondition");
    assert_eq!(about(&shell, &members, "get_open_pool", none()).unwrap()["pool"]["name"], "members");
}

#[test]
fn a_pool_that_is_opened_again_is_the_same_one() {
    let (shell, customers, members) = both();
    assert_eq!(key(&shell.ask("open_sandbox").unwrap()), customers);
    about(&shell, &customers, "close_pool", json!({})).unwrap();
    assert_eq!(code(about(&shell, &customers, "get_open_pool", json!({}))), "precondition", "it was there once");
    about(&shell, &members, "get_open_pool", json!({})).unwrap();
}

#[test]
fn each_pool_keeps_its_sign_in_and_locking_forgets_those_of_all() {
    let shell = Shell::of(20);
    let id = json!({ "kind": "id" });
    signed_in(&shell);
    let customers = shell.ask("get_open_pool").unwrap();
    let members = members(&shell, &customers);
    let (customers, members) = (key(&customers), key(&members));
    let shown = || about(&shell, &customers, "reveal_token", id.clone());
    assert!(shown().unwrap()["value"].is_string(), "another pool does not take it away");
    assert_eq!(code(about(&shell, &members, "reveal_token", id.clone())), "precondition", "and has none of it");
    about(&shell, &members, "close_pool", json!({})).unwrap();
    assert!(shown().unwrap()["value"].is_string(), "nor does closing that one");
    shell.ask("open_sandbox").unwrap();
    signed_in(&shell);
    assert!(shown().unwrap()["value"].is_string());
    // Somebody who is choosing another pool locks: nothing of any is left.
    about(&shell, "", "forget_secrets", json!({})).unwrap();
    assert_eq!(code(shown()), "precondition");
}

#[test]
fn tabs_are_kept_with_their_pages_and_nothing_that_was_searched() {
    let (shell, customers, members) = both();
    let tab =
        |pool: &str, page: &str, view: Value| json!({ "poolKey": pool, "page": page, "view": view, "front": false });
    let keep = |tabs: Value| shell.call("update_settings", json!({ "tabs": tabs }));
    let query = json!("email:ada@example.com");
    let kept = keep(json!([
        tab(&members, "groups", Value::Null),
        tab(&customers, "users", query),
        tab("aws/1/eu-west-1/eu-west-1_Elsewhere", "users", Value::Null),
    ]));
    let wanted = json!([tab(&members, "groups", Value::Null), tab(&customers, "users", Value::Null)]);
    assert_eq!(kept.unwrap()["tabs"], wanted, "no pool that is unknown and no view that is not saved");
    let written = std::fs::read_to_string(shell.folder.path().join("data/settings.json")).unwrap();
    assert!(written.contains("\"tabs\"") && !written.contains("ada@example.com"), "{written}");
    let refused = keep(json!([tab(&members, "users?q=ada@example.com", Value::Null)])).unwrap_err();
    assert_eq!((&refused["code"], &refused["field"]), (&json!("validation"), &json!("tabs")));

    shell.call("erase_pool", json!({ "poolKey": members })).unwrap();
    assert_eq!(shell.ask("get_settings").unwrap()["tabs"], json!([tab(&customers, "users", Value::Null)]));
}
