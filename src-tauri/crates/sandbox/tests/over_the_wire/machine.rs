//! Users, groups and status under random operations, held against a plain model after every one of them.

mod model;

use self::model::{Model, Order};
use crate::support::{Live, attribute, live};
use proptest::prelude::*;
use sandbox::Sandbox;
use serde_json::{Value, json};

fn order() -> impl Strategy<Value = Order> {
    let user = || 0..4_u8;
    let group = || 0..3_u8;
    prop_oneof![
        4 => (user(), any::<bool>(), any::<bool>()).prop_map(|(user, email, verified)| Order::Create { user, email, verified }),
        2 => user().prop_map(Order::SignUp),
        2 => user().prop_map(Order::ConfirmSignUp),
        2 => (user(), any::<bool>()).prop_map(|(user, permanent)| Order::SetPassword { user, permanent }),
        2 => user().prop_map(Order::Reset),
        3 => (user(), 0..4_u8, prop::option::of(any::<bool>())).prop_map(|(user, address, verified)| Order::SetEmail { user, address, verified }),
        1 => user().prop_map(Order::DeleteEmail),
        2 => (user(), any::<bool>()).prop_map(|(user, enabled)| Order::SetEnabled { user, enabled }),
        1 => user().prop_map(Order::Delete),
        3 => (group(), prop::option::of(0..50_u32)).prop_map(|(group, precedence)| Order::CreateGroup { group, precedence }),
        1 => (group(), 0..50_u32).prop_map(|(group, precedence)| Order::UpdateGroup { group, precedence }),
        1 => group().prop_map(Order::DeleteGroup),
        8 => (user(), group()).prop_map(|(user, group)| Order::Join { user, group }),
        5 => (user(), group()).prop_map(|(user, group)| Order::Leave { user, group }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_directory_is_what_a_plain_model_of_it_says(orders in prop::collection::vec(order(), 1..120)) {
        let live = live(0);
        let pool = live.ok("CreateUserPool", json!({ "PoolName": "machine" }))["UserPool"]["Id"].clone();
        let client = live.ok("CreateUserPoolClient", json!({ "UserPoolId": pool, "ClientName": "machine" }));
        let client = client["UserPoolClient"]["ClientId"].clone();
        let mut model = Model::default();
        for order in &orders {
            if model.unstated(order) {
                continue;
            }
            let (operation, input) = order.request(&pool, &client);
            let reply = live.call(operation, input);
            let got = if reply.status == 200 { String::from("done") } else { reply.code() };
            prop_assert_eq!(got, model.apply(order), "{:?} after {:?}: {}", order, &orders, reply.text);
            if let Some(name) = order.user() {
                prop_assert_eq!(one(&live, &pool, &name), model.user(&name), "after {:?}", order);
            }
        }
        prop_assert_eq!(everything(&live, &pool), model.everything(), "after {:?}", &orders);

        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("state.json");
        live.sandbox.save(&file).unwrap();
        let again = Live::of(Sandbox::load(&file, live.sandbox.weather().now()).unwrap());
        prop_assert_eq!(everything(&again, &pool), model.everything(), "after saving and loading");
    }
}

/// A person as the model shows them, by `AdminGetUser` and `AdminListGroupsForUser`.
fn one(live: &Live, pool: &Value, name: &str) -> Value {
    let input = json!({ "UserPoolId": pool, "Username": name });
    let reply = live.call("AdminGetUser", input.clone());
    if reply.status != 200 {
        assert_eq!(reply.code(), "UserNotFoundException");
        return Value::Null;
    }
    let user = reply.json();
    let groups = live.ok("AdminListGroupsForUser", input)["Groups"].clone();
    let mut groups: Vec<&str> = groups.as_array().unwrap().iter().map(|g| g["GroupName"].as_str().unwrap()).collect();
    groups.sort_unstable();
    shown(&user, &json!(groups))
}

fn shown(user: &Value, groups: &Value) -> Value {
    json!({ "status": user["UserStatus"], "enabled": user["Enabled"], "email": attribute(user, "email"),
        "verified": attribute(user, "email_verified") == Some("true"), "groups": groups })
}

/// The whole directory, by the lists alone.
fn everything(live: &Live, pool: &Value) -> Value {
    let pages = |operation: &str, input: Value, list: &str, token: &str| -> Vec<Value> {
        live.pages(operation, input, list, token).into_iter().flatten().collect()
    };
    let groups = pages("ListGroups", json!({ "UserPoolId": pool, "Limit": 2 }), "Groups", "NextToken");
    let mut members: Vec<(String, Value)> = Vec::new();
    let mut all_groups = serde_json::Map::new();
    for group in &groups {
        let name = group["GroupName"].as_str().unwrap();
        all_groups.insert(name.to_owned(), group["Precedence"].clone());
        let input = json!({ "UserPoolId": pool, "GroupName": name, "Limit": 2 });
        for user in pages("ListUsersInGroup", input, "Users", "NextToken") {
            members.push((name.to_owned(), user["Username"].clone()));
        }
    }
    let mut users = serde_json::Map::new();
    for filter in ["status = \"Enabled\"", "status = \"Disabled\""] {
        let input = json!({ "UserPoolId": pool, "Filter": filter, "Limit": 3 });
        for user in pages("ListUsers", input, "Users", "PaginationToken") {
            let mut of: Vec<&str> =
                members.iter().filter(|(_, name)| *name == user["Username"]).map(|(g, _)| g.as_str()).collect();
            of.sort_unstable();
            users.insert(user["Username"].as_str().unwrap().to_owned(), shown(&user, &json!(of)));
        }
    }
    json!({ "users": users, "groups": all_groups })
}
