//! `ListUsers` over the wire: pages, tokens, filters, errors.

use std::time::Duration;

use crate::support::{attribute, live, sorted};
use sandbox::PageShape;
use serde_json::{Value, json};

#[test]
fn a_listing_gives_everyone_once_in_pages_of_at_most_sixty() {
    let live = live(1_000);
    let pages = live.pages("ListUsers", json!({}), "Users", "PaginationToken");
    assert!(pages.iter().all(|page| page.len() <= 60));
    let names = pages.into_iter().flatten().map(|user| user["Username"].as_str().unwrap().to_owned()).collect();
    let wanted = live.sandbox.directory().snapshot(&live.pool).into_iter().map(|user| user.username).collect();
    assert_eq!(sorted(names), sorted(wanted));
}

#[test]
fn a_listing_has_nothing_to_do_with_the_order_of_creation() {
    let live = live(500);
    let names = live.usernames("");
    let known: Vec<usize> = live
        .sandbox
        .description()
        .people
        .iter()
        .map(|person| names.iter().position(|name| *name == person.username).unwrap())
        .collect();
    assert!(!known.is_sorted(), "{known:?}");
}

#[test]
fn a_limit_is_between_zero_and_sixty_and_zero_means_sixty() {
    let live = live(200);
    for (limit, found) in [(0, 60), (1, 1), (59, 59), (60, 60)] {
        let page = live.ok("ListUsers", json!({ "Limit": limit }));
        assert_eq!(page["Users"].as_array().unwrap().len(), found);
    }
    for limit in [-1, 61, 1_000_000] {
        let reply = live.fails("ListUsers", json!({ "Limit": limit }), "InvalidParameterException");
        assert!(reply.message().contains("'limit' failed to satisfy constraint"), "{}", reply.message());
    }
}

#[test]
fn ragged_pages_are_short_or_empty_with_a_token_and_lose_nobody() {
    let live = live(700);
    live.sandbox.weather().set_page_shape(PageShape::Ragged);
    for filter in ["", "sub ^= \"a\"", "cognito:user_status = \"CONFIRMED\""] {
        live.sandbox.weather().set_page_shape(PageShape::Full);
        let wanted = sorted(live.usernames(filter));
        live.sandbox.weather().set_page_shape(PageShape::Ragged);
        let input = if filter.is_empty() { json!({}) } else { json!({ "Filter": filter }) };
        let pages = live.pages("ListUsers", input, "Users", "PaginationToken");
        if filter.is_empty() {
            assert!(pages.iter().any(Vec::is_empty), "some page is empty");
        }
        assert!(pages.iter().rev().skip(1).any(|page| page.len() < 60), "some page is short");
        let names = pages.into_iter().flatten().map(|user| user["Username"].as_str().unwrap().to_owned()).collect();
        assert_eq!(sorted(names), wanted, "{filter}");
    }
}

#[test]
fn an_empty_first_page_of_a_filtered_listing_still_leads_to_everyone() {
    let live = live(300);
    let filter = "sub ^= \"e\"";
    let wanted = sorted(live.usernames(filter));
    assert!(!wanted.is_empty());
    live.sandbox.weather().set_page_shape(PageShape::Ragged);
    let mut empty_beginnings = 0;
    for _ in 0..30 {
        let pages = live.pages("ListUsers", json!({ "Filter": filter }), "Users", "PaginationToken");
        empty_beginnings += usize::from(pages[0].is_empty());
        let names = pages.into_iter().flatten().map(|user| user["Username"].as_str().unwrap().to_owned()).collect();
        assert_eq!(sorted(names), wanted);
    }
    assert!(empty_beginnings > 0);
}

#[test]
fn a_token_is_bound_to_its_filter_pool_and_operation() {
    let live = live(300);
    let page = live.ok("ListUsers", json!({ "Filter": "sub ^= \"1\"", "Limit": 1 }));
    let token = &page["PaginationToken"];
    let other_pool = live.sandbox.directory().pools().into_iter().find(|id| *id != live.pool).unwrap();
    for input in [
        json!({ "PaginationToken": token }),
        json!({ "PaginationToken": token, "Filter": "sub ^= \"2\"" }),
        json!({ "PaginationToken": token, "Filter": "sub ^= \"1\"", "UserPoolId": other_pool }),
        json!({ "PaginationToken": token, "Filter": "sub ^= \"1\"", "AttributesToGet": ["sub"] }),
        json!({ "PaginationToken": "made-by-hand", "Filter": "sub ^= \"1\"" }),
        json!({ "PaginationToken": format!("{}0", token.as_str().unwrap()), "Filter": "sub ^= \"1\"" }),
    ] {
        let reply = live.fails("ListUsers", input, "InvalidParameterException");
        assert_eq!(reply.message(), "Paging Marker is Invalid for Request");
    }
    live.fails("ListUsersInGroup", json!({ "GroupName": "everyone", "NextToken": token }), "InvalidParameterException");
    live.ok("ListUsers", json!({ "PaginationToken": token, "Filter": "sub ^= \"1\"" }));
}

#[test]
fn a_token_dies_after_an_hour() {
    let live = live(200);
    let token = live.ok("ListUsers", json!({}))["PaginationToken"].clone();
    live.sandbox.weather().advance(Duration::from_secs(59 * 60));
    live.ok("ListUsers", json!({ "PaginationToken": token }));
    live.sandbox.weather().advance(Duration::from_secs(2 * 60));
    let reply = live.fails("ListUsers", json!({ "PaginationToken": token }), "InvalidParameterException");
    assert_eq!(reply.message(), "Paging Marker is Invalid for Request");
}

#[test]
fn prefixes_of_sub_divide_the_pool() {
    let live = live(2_000);
    let mut names = Vec::new();
    for digit in "0123456789abcdef".chars() {
        let part = live.usernames(&format!("sub ^= \"{digit}\""));
        assert!(!part.is_empty());
        names.extend(part);
    }
    assert_eq!(sorted(names), sorted(live.usernames("")));
}

#[test]
fn a_filter_finds_exactly_those_it_describes() {
    let live = live(3_000);
    let people = live.sandbox.directory().snapshot(&live.pool);
    let has = |user: &sandbox::SnapshotUser, name: &str, test: &dyn Fn(&str) -> bool| {
        user.attributes.get(name).is_some_and(|value| test(&value.to_lowercase()))
    };
    type Wanted<'a> = Box<dyn Fn(&sandbox::SnapshotUser) -> bool + 'a>;
    let cases: Vec<(&str, Wanted<'_>)> = vec![
        ("email ^= \"MARIA.k\"", Box::new(|u| has(u, "email", &|v| v.starts_with("maria.k")))),
        ("email=\"maria.keller@sandbox.example\"", Box::new(|u| u.username == "maria.keller")),
        ("  given_name   ^=   \"Jos\"  ", Box::new(|u| has(u, "given_name", &|v| v.starts_with("jos")))),
        ("family_name = \"müller\"", Box::new(|u| has(u, "family_name", &|v| v == "müller"))),
        ("name ^= \"田\"", Box::new(|u| has(u, "name", &|v| v.starts_with('田')))),
        ("phone_number ^= \"+44\"", Box::new(|u| has(u, "phone_number", &|v| v.starts_with("+44")))),
        ("preferred_username ^= \"a\"", Box::new(|u| has(u, "preferred_username", &|v| v.starts_with('a')))),
        ("cognito:user_status = \"unconfirmed\"", Box::new(|u| u.status == "UNCONFIRMED")),
        ("status = \"Disabled\"", Box::new(|u| !u.enabled)),
        ("status = \"disabled\"", Box::new(|_| false)),
        ("username ^= \"Google_\"", Box::new(|u| u.username.starts_with("Google_"))),
        ("username ^= \"google_\"", Box::new(|u| u.username.starts_with("google_"))),
        ("", Box::new(|_| true)),
    ];
    for (filter, wanted) in cases {
        let expected = people.iter().filter(|user| wanted(user)).map(|user| user.username.clone()).collect();
        assert_eq!(sorted(live.usernames(filter)), sorted(expected), "{filter}");
    }
    assert!(!live.usernames("cognito:user_status = \"EXTERNAL_PROVIDER\"").is_empty());
}

#[test]
fn quotation_marks_and_backslashes_are_escaped_with_a_backslash() {
    let live = live(50);
    let name = "say \"hi\" \\ there";
    live.sandbox.directory().create_user(&live.pool, "quoted", &[("name", name)]).unwrap();
    assert_eq!(live.usernames(r#"name = "say \"hi\" \\ there""#), ["quoted"]);
    live.fails("ListUsers", json!({ "Filter": r#"name = "say "hi" there""# }), "InvalidParameterException");
}

#[test]
fn a_filter_that_does_not_parse_is_an_invalid_parameter() {
    let live = live(20);
    for filter in [
        "email",
        "email =",
        "email = x",
        "email = \"x",
        "email = \"x\" and name = \"y\"",
        "email *= \"x\"",
        "= \"x\"",
        "email = 'x'",
        "email = \"x\\n\"",
        "e mail = \"x\"",
        "custom:tenant = \"0001\"",
        "locale = \"de_DE\"",
        "email_verified = \"true\"",
    ] {
        live.fails("ListUsers", json!({ "Filter": filter }), "InvalidParameterException");
    }
}

#[test]
fn a_filter_has_at_most_256_characters() {
    let live = live(20);
    let filter = |len: usize| format!("name = \"{}\"", "é".repeat(len - 9));
    live.ok("ListUsers", json!({ "Filter": filter(256) }));
    live.fails("ListUsers", json!({ "Filter": filter(257) }), "InvalidParameterException");
}

#[test]
fn attributes_to_get_fails_unless_everyone_on_the_page_has_them() {
    let live = live(300);
    let page = live.ok("ListUsers", json!({ "AttributesToGet": ["sub", "name"] }));
    for user in page["Users"].as_array().unwrap() {
        assert_eq!(user["Attributes"].as_array().unwrap().len(), 2);
    }
    live.fails("ListUsers", json!({ "AttributesToGet": ["phone_number"] }), "InvalidParameterException");
    live.fails("ListUsers", json!({ "AttributesToGet": ["custom:nothing"] }), "InvalidParameterException");
    live.ok("ListUsers", json!({ "AttributesToGet": ["phone_number"], "Filter": "phone_number ^= \"+\"" }));
}

#[test]
fn a_user_on_the_wire_has_the_fields_and_types_of_cognito() {
    let live = live(3_000);
    let pages = live.pages("ListUsers", json!({}), "Users", "PaginationToken");
    let users: Vec<Value> = pages.into_iter().flatten().collect();
    for user in &users {
        let created = user["UserCreateDate"].as_f64().unwrap();
        assert!(created > 1_600_000_000.0 && user["UserLastModifiedDate"].as_f64().unwrap() >= created);
        assert!(user["Enabled"].is_boolean());
        assert!(attribute(user, "sub").is_some());
        assert!(user["Attributes"].as_array().unwrap().iter().all(|a| a["Value"].is_string()));
    }
    assert!(users.iter().any(|user| user["UserCreateDate"].as_f64().unwrap().fract() != 0.0));
    assert!(users.iter().any(|user| user["Enabled"] == false), "disabled people are listed");
    let with_sms = users.iter().find(|user| user.get("MFAOptions").is_some()).unwrap();
    assert_eq!(with_sms["MFAOptions"], json!([{ "DeliveryMedium": "SMS", "AttributeName": "phone_number" }]));
    let federated = users.iter().find(|user| user["UserStatus"] == "EXTERNAL_PROVIDER").unwrap();
    let identities: Value = serde_json::from_str(attribute(federated, "identities").unwrap()).unwrap();
    let provider = identities[0]["providerName"].as_str().unwrap();
    assert!(federated["Username"].as_str().unwrap().starts_with(&format!("{provider}_")));
}

#[test]
fn with_a_lag_listings_see_writes_later_and_admin_get_user_at_once() {
    let live = live(100);
    let weather = live.sandbox.weather();
    weather.set_lag(Duration::from_secs(30));
    live.ok("AdminCreateUser", json!({ "Username": "newcomer", "UserAttributes": [{ "Name": "name", "Value": "N" }] }));
    live.ok("AdminDisableUser", json!({ "Username": "maria.keller" }));
    live.ok("AdminDeleteUser", json!({ "Username": "jose.munoz" }));
    assert_eq!(live.ok("AdminGetUser", json!({ "Username": "newcomer" }))["Username"], "newcomer");
    live.fails("AdminGetUser", json!({ "Username": "jose.munoz" }), "UserNotFoundException");
    let seen = |filter: &str| live.ok("ListUsers", json!({ "Filter": filter }))["Users"].clone();
    assert_eq!(seen("username = \"newcomer\""), json!([]));
    assert_eq!(seen("username = \"maria.keller\"")[0]["Enabled"], true);
    assert_eq!(seen("username = \"jose.munoz\"").as_array().unwrap().len(), 1);
    assert_eq!(live.usernames("").len(), 100);
    weather.advance(Duration::from_secs(31));
    assert_eq!(seen("username = \"newcomer\"").as_array().unwrap().len(), 1);
    assert_eq!(seen("username = \"maria.keller\"")[0]["Enabled"], false);
    assert_eq!(seen("username = \"jose.munoz\""), json!([]));
    assert_eq!(live.usernames("").len(), 100);
}

#[test]
fn usernames_ignore_case_only_where_the_pool_says_so() {
    let live = live(50);
    let create = |name: &str, sensitive: bool| {
        let input = json!({ "PoolName": name, "UsernameConfiguration": { "CaseSensitive": sensitive } });
        live.call("CreateUserPool", input).json()["UserPool"]["Id"].clone()
    };
    let (sensitive, insensitive) = (create("a", true), create("b", false));
    for pool in [&sensitive, &insensitive] {
        live.ok("AdminCreateUser", json!({ "UserPoolId": pool, "Username": "Ada" }));
    }
    live.ok("AdminCreateUser", json!({ "UserPoolId": sensitive, "Username": "ada" }));
    live.fails("AdminCreateUser", json!({ "UserPoolId": insensitive, "Username": "ada" }), "UsernameExistsException");
    let find = |pool: &Value| live.ok("ListUsers", json!({ "UserPoolId": pool, "Filter": "username = \"aDA\"" }));
    assert_eq!(find(&sensitive)["Users"], json!([]));
    assert_eq!(find(&insensitive)["Users"][0]["Username"], "Ada");
}

#[test]
fn people_who_come_and_go_between_pages_are_neither_doubled_nor_do_they_disturb_the_rest() {
    let live = live(400);
    let before = live.usernames("");
    let mut seen = Vec::new();
    let mut input = json!({ "Limit": 20 });
    for round in 0.. {
        let page = live.ok("ListUsers", input.clone());
        seen.extend(page["Users"].as_array().unwrap().iter().map(|u| u["Username"].as_str().unwrap().to_owned()));
        live.sandbox.directory().create_user(&live.pool, &format!("late-{round}"), &[]).unwrap();
        let last = seen.last().unwrap().clone();
        if round % 3 == 0 {
            live.sandbox.directory().delete_user(&live.pool, &last).unwrap();
        }
        match page.get("PaginationToken") {
            Some(token) => input["PaginationToken"] = token.clone(),
            None => break,
        }
    }
    let mut unique = sorted(seen.clone());
    unique.dedup();
    assert_eq!(unique.len(), seen.len());
    assert!(before.iter().all(|name| seen.contains(name)));
}

#[test]
fn a_person_whom_listings_do_not_show_yet_is_found_by_sub_and_no_longer_by_a_changed_one() {
    let live = live(50);
    live.sandbox.weather().set_lag(std::time::Duration::from_secs(600));
    let made = live.ok("AdminCreateUser", json!({ "Username": "late", "MessageAction": "SUPPRESS" }));
    let sub = crate::support::attribute(&made["User"], "sub").unwrap().to_owned();
    assert_eq!(live.usernames("username = \"late\""), Vec::<String>::new());
    assert_eq!(live.ok("AdminGetUser", json!({ "Username": sub }))["Username"], "late");
    live.ok("AdminDeleteUser", json!({ "Username": sub }));
    live.fails("AdminGetUser", json!({ "Username": sub }), "UserNotFoundException");
    live.sandbox.weather().advance(std::time::Duration::from_secs(601));
    assert_eq!(live.usernames("username = \"late\""), Vec::<String>::new());
    live.fails("AdminGetUser", json!({ "Username": sub }), "UserNotFoundException");
}
