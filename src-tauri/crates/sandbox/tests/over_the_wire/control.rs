//! `/_sandbox/…` and the same through Rust: weather, clock, counts, active users, outbox, triggers, operations.

use std::time::Duration;

use crate::support::{AUTHORIZATION, Live, Own, PASSWORD, live, options};
use sandbox::{Basis, Fault, Quota, Sandbox, When};
use serde_json::{Value, json};

/// A request to the control door: status and answer.
fn ask(live: &Live, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
    let config = ureq::Agent::config_builder().http_status_as_error(false).build();
    let agent: ureq::Agent = config.into();
    let url = format!("{}/_sandbox/{path}", live.endpoint);
    let mut response = match (method, body) {
        ("GET", _) => agent.get(&url).call(),
        ("DELETE", _) => agent.delete(&url).call(),
        ("PUT", Some(body)) => agent.put(&url).send_json(body),
        _ => unreachable!("the test sends no such request"),
    }
    .unwrap();
    (response.status().as_u16(), response.body_mut().read_json().unwrap_or_default())
}

fn get(live: &Live, path: &str) -> Value {
    let (status, answer) = ask(live, "GET", path, None);
    assert_eq!(status, 200, "{answer}");
    answer
}

fn put(live: &Live, path: &str, body: &Value) -> Value {
    let (status, answer) = ask(live, "PUT", path, Some(body));
    assert_eq!(status, 200, "{answer}");
    answer
}

#[test]
fn the_weather_is_calm_at_first_and_members_that_are_put_change_while_others_stay() {
    let live = live(20);
    let calm = get(&live, "weather");
    assert_eq!((&calm["lagMs"], &calm["pages"], &calm["faults"]), (&json!(0), &json!("full"), &json!([])));
    put(&live, "weather", &json!({ "lagMs": 50, "denied": ["ListGroups"] }));
    let now = put(&live, "weather", &json!({ "jitterMs": 1, "quota": { "factor": 2.5 } }));
    assert_eq!((&now["lagMs"], &now["jitterMs"], &now["quota"]), (&json!(50), &json!(1), &json!({ "factor": 2.5 })));
    assert_eq!(live.sandbox.weather().conditions().lag_ms, 50);
    assert_eq!(live.sandbox.weather().conditions().quota, Quota::Factor(2.5));
    live.fails("ListGroups", json!({}), "AccessDeniedException");
    let (_, calm_again) = ask(&live, "DELETE", "weather", None);
    assert_eq!((&calm_again["lagMs"], &calm_again["quota"]), (&json!(0), &json!("off")), "as it was at the start");
    live.ok("ListGroups", json!({}));
}

#[test]
fn weather_that_makes_no_sense_is_refused_whole_with_a_reason() {
    let live = live(10);
    for wrong in [
        json!({ "lagMs": 5, "fog": true }),
        json!({ "lagMs": -5 }),
        json!({ "lagMs": 5, "rates": { "UserList": -1.0 } }),
        json!({ "lagMs": 5, "rates": { "UserLists": 1.0 } }),
        json!({ "lagMs": 5, "quota": { "factor": 0 } }),
        json!({ "lagMs": 5, "denied": ["ListUser"] }),
        json!({ "lagMs": 5, "denied": ["cognito-identity:ListUsers"] }),
        json!({ "lagMs": 5, "denied": ["iam:ListUsers"] }),
        json!({ "lagMs": 5, "faults": [{ "operation": "ListUser", "when": { "nth": 1 }, "fault": "throttle" }] }),
        json!({ "lagMs": 5, "faults": [{ "operation": "sts:ListUsers", "when": { "nth": 1 }, "fault": "throttle" }] }),
        json!({ "lagMs": 5, "faults": [{ "operation": "oauth2/tokens", "when": { "nth": 1 }, "fault": "throttle" }] }),
        json!({ "lagMs": 5, "faults": [{ "when": { "share": 1.5 }, "fault": "throttle" }] }),
        json!({ "lagMs": 5, "faults": [{ "when": { "nth": 1 }, "fault": { "error": { "code": "X", "httpStatus": 200 } } }] }),
        json!({ "lagMs": 5, "now": "2001-01-01T00:00:00Z" }),
        json!({ "lagMs": 5, "advanceSeconds": -1 }),
        json!([]),
    ] {
        let (status, answer) = ask(&live, "PUT", "weather", Some(&wrong));
        assert_eq!(status, 400, "{wrong}");
        assert!(answer["message"].as_str().is_some_and(|message| !message.is_empty()), "{wrong}: {answer}");
        assert_eq!(get(&live, "weather")["lagMs"], 0, "{wrong} changed something");
    }
}

#[test]
fn operations_are_denied_by_name_or_by_the_action_of_one_service() {
    let live = live(1);
    let tags = |service: &str| {
        let target = format!("{service}.ListTagsForResource");
        let headers = [("x-amz-target", target.as_str()), ("authorization", AUTHORIZATION)];
        live.send(&headers, r#"{"ResourceArn":"arn:aws:x:eu-west-1:123456789012:nothing/1"}"#).unwrap().code()
    };
    for (denied, people, identities) in [
        ("ListTagsForResource", true, true),
        ("cognito-idp:ListTagsForResource", true, false),
        ("cognito-identity:ListTagsForResource", false, true),
        ("sts:GetCallerIdentity", false, false),
    ] {
        put(&live, "weather", &json!({ "denied": [denied] }));
        let is_denied = |service: &str| tags(service) == "AccessDeniedException";
        let found = (is_denied("AWSCognitoIdentityProviderService"), is_denied("AWSCognitoIdentityService"));
        assert_eq!(found, (people, identities), "{denied}");
    }
}

#[test]
fn a_fault_plan_that_is_put_strikes_by_number_and_is_read_back() {
    let live = live(20);
    let plan = json!([
        { "operation": "ListUsers", "when": { "nth": 2 }, "fault": { "error": { "code": "InternalErrorException", "httpStatus": 500 } } },
        { "operation": "cognito-idp:ListGroups", "when": { "first": 1 }, "fault": "throttle" },
        { "operation": "cognito-identity:ListTagsForResource", "when": { "first": 9 }, "fault": "throttle" },
        { "operation": "oauth2/token", "when": { "first": 1 }, "fault": "throttle" },
    ]);
    let set = put(&live, "weather", &json!({ "faults": plan }));
    assert_eq!(set["faults"], plan);
    let statuses = |operation: &str| [(); 3].map(|()| live.call(operation, live.in_pool(json!({}))).status);
    assert_eq!(statuses("ListUsers"), [200, 500, 200]);
    assert_eq!(live.call("ListGroups", live.in_pool(json!({}))).code(), "TooManyRequestsException");
    let tags = live.call("ListTagsForResource", json!({ "ResourceArn": "arn:aws:x:eu-west-1:123456789012:nothing/1" }));
    assert_ne!(tags.code(), "TooManyRequestsException", "that of another service is meant");
    // What has nothing to do with the plan lets it go on counting.
    put(&live, "weather", &json!({ "jitterMs": 0 }));
    assert_eq!(statuses("ListUsers"), [200, 200, 200]);
}

#[test]
fn the_clock_is_pushed_and_page_tokens_die_at_their_age() {
    let live = live(200);
    let first = live.ok("ListUsers", json!({}));
    let second = || live.call("ListUsers", live.in_pool(json!({ "PaginationToken": first["PaginationToken"] }))).status;
    put(&live, "clock", &json!({ "advanceSeconds": 3_500 }));
    assert_eq!(second(), 200);
    put(&live, "weather", &json!({ "pageTokenSeconds": 60 }));
    assert_eq!(second(), 400);
    put(&live, "weather", &json!({ "pageTokenSeconds": 3_600, "advanceSeconds": 200 }));
    assert_eq!(second(), 400);
    let now = get(&live, "clock")["now"].as_str().unwrap().to_owned();
    assert!(now > live.sandbox.options().start.to_string());
    assert_eq!(ask(&live, "PUT", "clock", Some(&json!({ "lagMs": 1 }))).0, 400);
}

/// A signed request dated `seconds` after the sandbox's own time: the code of its error, and the `Date` of the answer.
fn signed(live: &Live, seconds: i64) -> (String, String) {
    let at = live.sandbox.weather().now() + jiff::SignedDuration::from_secs(seconds);
    let date = at.strftime("%Y%m%dT%H%M%SZ").to_string();
    let headers = [
        ("x-amz-target", "AWSCognitoIdentityProviderService.ListUserPools"),
        ("authorization", AUTHORIZATION),
        ("x-amz-date", date.as_str()),
    ];
    let reply = live.send(&headers, "{\"MaxResults\":1}").unwrap();
    let code = reply.json()["__type"].as_str().unwrap_or_default().to_owned();
    (code, reply.date.unwrap())
}

#[test]
fn a_skewed_clock_refuses_signatures_and_tells_its_own_time() {
    let live = live(5);
    assert_eq!(signed(&live, -86_400).0, "", "without skew nobody looks at the date");
    put(&live, "weather", &json!({ "skewSeconds": 900 }));
    let (code, date) = signed(&live, 0);
    assert_eq!(code, "InvalidSignatureException");
    let served = jiff::fmt::rfc2822::parse(&date).unwrap().timestamp();
    let ahead = served.duration_since(live.sandbox.weather().now()).as_secs();
    assert!((890..=900).contains(&ahead), "{ahead} seconds ahead");
    assert_eq!(signed(&live, 900).0, "", "a client that corrects its clock is let in");
    assert_eq!(signed(&live, 1_900).0, "InvalidSignatureException", "a signature of the future is not yet current");
    put(&live, "weather", &json!({ "skewSeconds": 0 }));
    live.sandbox.weather().plan_fault(Some("ListUserPools"), When::Nth(2), Fault::ClockSkew { seconds: -7_200 });
    let codes = [signed(&live, 0).0, signed(&live, 0).0, signed(&live, 0).0];
    assert_eq!(codes, ["", "InvalidSignatureException", ""]);
}

#[test]
fn calls_are_counted_by_operation_and_by_user_and_can_be_forgotten() {
    let live = live(20);
    live.ok("AdminGetUser", json!({ "Username": "maria.keller" }));
    live.ok("AdminGetUser", json!({ "Username": "maria.keller" }));
    live.ok("AdminDisableUser", json!({ "Username": "jose.munoz" }));
    live.ok("ListUsers", json!({}));
    let calls = get(&live, "calls");
    assert_eq!(calls["byOperation"], json!({ "AdminDisableUser": 1, "AdminGetUser": 2, "ListUsers": 1 }));
    assert_eq!(calls["byUser"]["maria.keller"], json!({ "AdminGetUser": 2 }));
    assert_eq!(calls["byUser"]["jose.munoz"], json!({ "AdminDisableUser": 1 }));
    assert_eq!((&calls["total"], &calls["mayBill"]["AdminGetUser"]), (&json!(4), &json!(2)));
    assert_eq!(live.sandbox.calls().by_user()["maria.keller"]["AdminGetUser"], 2);
    ask(&live, "DELETE", "calls", None);
    assert_eq!(get(&live, "calls")["total"], 0);
}

#[test]
fn calls_that_bring_a_refresh_token_or_a_session_are_counted_for_its_person() {
    let live = live(5);
    let flows = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"];
    let own = Own::new(&live, json!({}), json!({ "ExplicitAuthFlows": flows }));
    let role = json!({ "Username": "ada", "TemporaryPassword": PASSWORD, "MessageAction": "SUPPRESS" });
    own.admin("AdminCreateUser", role);
    own.admin("AdminSetUserPassword", json!({ "Username": "ada", "Password": PASSWORD, "Permanent": true }));
    let factor = json!({ "MfaConfiguration": "ON", "SoftwareTokenMfaConfiguration": { "Enabled": true } });
    own.admin("SetUserPoolMfaConfig", factor);
    ask(&live, "DELETE", "calls", None);
    let sign_in = json!({ "USERNAME": "ada", "PASSWORD": PASSWORD });
    let sign_in = json!({ "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": sign_in });
    let session = own.ok("InitiateAuth", sign_in.clone())["Session"].clone();
    own.unsigned("AssociateSoftwareToken", json!({ "Session": session }));
    own.admin("SetUserPoolMfaConfig", json!({ "MfaConfiguration": "OFF" }));
    let token = own.ok("InitiateAuth", sign_in)["AuthenticationResult"]["RefreshToken"].clone();
    let refresh = json!({ "AuthFlow": "REFRESH_TOKEN_AUTH", "AuthParameters": { "REFRESH_TOKEN": token } });
    own.ok("InitiateAuth", refresh);
    own.ok("GetTokensFromRefreshToken", json!({ "RefreshToken": token }));
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", own.client.as_str()),
        ("refresh_token", token.as_str().unwrap()),
    ];
    let answer = ureq::post(format!("{}/oauth2/token", live.endpoint)).send_form(form).unwrap();
    assert_eq!(answer.status(), 200);
    own.ok("RevokeToken", json!({ "Token": token }));
    let counted = json!({
        "AssociateSoftwareToken": 1, "GetTokensFromRefreshToken": 1, "InitiateAuth": 3, "RevokeToken": 1, "oauth2/token": 1,
    });
    assert_eq!(get(&live, "calls")["byUser"]["ada"], counted);
}

/// Who was active by which operation, without those AWS says nothing about.
fn active(live: &Live) -> Vec<(String, String)> {
    let counted = live.sandbox.mau(Some(&live.pool)).users.into_iter().filter(|one| one.basis != Basis::Possible);
    let mut people: Vec<(String, String)> = counted.map(|one| (one.username, one.operation)).collect();
    people.sort_unstable();
    people
}

fn pair(username: &str, operation: &str) -> (String, String) {
    (username.to_owned(), operation.to_owned())
}

#[test]
fn active_users_are_those_of_aws_s_list_once_a_month() {
    let live = live(30);
    live.ok("ListUsers", json!({}));
    live.ok("ListUsersInGroup", json!({ "GroupName": "everyone" }));
    live.ok("AdminResetUserPassword", json!({ "Username": "maria.keller" }));
    live.fails("AdminGetUser", json!({ "Username": "nobody at all".replace(' ', "-") }), "UserNotFoundException");
    let nowhere = json!({ "Username": "maria.keller", "GroupName": "no-such-group" });
    live.fails("AdminAddUserToGroup", nowhere, "ResourceNotFoundException");
    assert_eq!(active(&live), [], "listing, resetting and failing count nobody");
    live.ok("AdminListGroupsForUser", json!({ "Username": "jose.munoz" }));
    assert_eq!((active(&live), live.sandbox.mau(None).possible), (Vec::new(), 1));
    live.ok("AdminGetUser", json!({ "Username": "jose.munoz" }));
    live.ok("AdminUpdateUserAttributes", json!({ "Username": "jose.munoz", "UserAttributes": [] }));
    live.ok("AdminCreateUser", json!({ "Username": "new.person", "MessageAction": "SUPPRESS" }));
    live.ok("AdminDeleteUser", json!({ "Username": "yuki.tanaka" }));
    let expected = [
        pair("jose.munoz", "AdminGetUser"),
        pair("new.person", "AdminCreateUser"),
        pair("yuki.tanaka", "AdminDeleteUser"),
    ];
    assert_eq!(active(&live), expected);
    let mau = get(&live, &format!("mau?pool={}", live.pool));
    assert_eq!((&mau["count"], &mau["possible"]), (&json!(3), &json!(0)), "whoever surely counts is not possible too");
    let deleted = mau["users"].as_array().unwrap().iter().find(|one| one["username"] == "yuki.tanaka").unwrap();
    assert_eq!((&deleted["basis"], &deleted["plan"]), (&json!("treated"), &json!("ESSENTIALS")));
    assert_eq!(get(&live, "mau?pool=eu-west-1_other")["count"], 0);
    live.sandbox.weather().advance(Duration::from_secs(32 * 86_400));
    assert_eq!(get(&live, "mau")["count"], 0, "a new month");
    live.ok("AdminGetUser", json!({ "Username": "jose.munoz" }));
    assert_eq!(get(&live, "mau")["count"], 1);
}

#[test]
fn signing_in_and_refreshing_make_active_and_calls_with_an_access_token_do_not() {
    let live = live(30);
    let description = live.sandbox.description();
    let (client, person) = (&description.clients[0].id, &description.people[0]);
    let parameters = json!({ "USERNAME": person.username, "PASSWORD": person.password });
    let input = json!({ "ClientId": client, "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": parameters });
    let signed_in = live.call("InitiateAuth", input);
    assert_eq!(signed_in.status, 200, "{}", signed_in.text);
    assert_eq!(active(&live), [pair(&person.username, "InitiateAuth")]);
    live.sandbox.weather().advance(Duration::from_secs(60 * 20));
    let result = signed_in.json()["AuthenticationResult"].clone();
    let next_month = Duration::from_secs(30 * 86_400 - 2 * 3_600);
    live.sandbox.weather().advance(next_month);
    let refresh = json!({ "REFRESH_TOKEN": result["RefreshToken"] });
    let input = json!({ "ClientId": client, "AuthFlow": "REFRESH_TOKEN_AUTH", "AuthParameters": refresh });
    let month_before = live.sandbox.mau(None).month;
    let refreshed = live.call("InitiateAuth", input);
    assert_eq!(refreshed.status, 200, "{}", refreshed.text);
    let access = refreshed.json()["AuthenticationResult"]["AccessToken"].clone();
    assert_eq!(active(&live), [pair(&person.username, "InitiateAuth")], "{month_before}");
    live.sandbox.weather().advance(Duration::from_secs(60));
    assert_eq!(live.call("GetUser", json!({ "AccessToken": access })).status, 200);
    assert_eq!(live.sandbox.calls().by_user()[&person.username]["GetUser"], 1, "the token tells whose call it is");
    assert_eq!(active(&live).len(), 1);
}

#[test]
fn tokens_live_no_longer_than_the_weather_lets_them() {
    let live = live(20);
    live.sandbox.weather().change(json!({ "tokenSeconds": 30 })).unwrap();
    let description = live.sandbox.description();
    let (client, person) = (&description.clients[0].id, &description.people[0]);
    let parameters = json!({ "USERNAME": person.username, "PASSWORD": person.password });
    let input = json!({ "ClientId": client, "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": parameters });
    let result = live.call("InitiateAuth", input).json()["AuthenticationResult"].clone();
    assert_eq!(result["ExpiresIn"], 30);
    let profile = || live.call("GetUser", json!({ "AccessToken": result["AccessToken"] }));
    assert_eq!(profile().status, 200);
    live.sandbox.weather().advance(Duration::from_secs(31));
    assert_eq!(profile().code(), "NotAuthorizedException");
}

#[test]
fn messages_with_their_codes_are_read_in_the_outbox() {
    let live = live(20);
    let attributes = json!([{ "Name": "email", "Value": "new@sandbox.example" }]);
    let input = json!({ "Username": "new", "UserAttributes": attributes, "DesiredDeliveryMediums": ["EMAIL"],
        "TemporaryPassword": "Temporary-1x" });
    live.ok("AdminCreateUser", input);
    let all = get(&live, "outbox");
    let message = &all["messages"][0];
    assert_eq!((&message["to"], &message["code"]), (&json!("new@sandbox.example"), &json!("Temporary-1x")));
    let count = |query: &str| get(&live, &format!("outbox?{query}"))["messages"].as_array().unwrap().len();
    assert_eq!([count("user=new"), count("user=other"), count("pool=x")], [1, 0, 0]);
    assert_eq!(live.sandbox.outbox().len(), 1);
}

#[test]
fn names_that_nobody_can_have_are_not_kept() {
    let live = live(1);
    for n in 0..3 {
        let name = format!("{n}{}", "x".repeat(100_000));
        assert_eq!(live.call("AdminGetUser", live.in_pool(json!({ "Username": name }))).status, 400);
        assert_eq!(live.call(&format!("Make{n}"), json!({})).status, 400);
    }
    let calls = live.sandbox.calls();
    assert!(calls.by_user().is_empty() && calls.people().is_empty());
    let by_operation: Vec<_> = calls.by_operation().keys().map(String::as_str).collect();
    assert_eq!(by_operation, ["AdminGetUser", "unknown operation"]);
}

#[test]
fn trigger_answers_are_put_for_each_pool() {
    let live = live(20);
    let path = format!("triggers/{}", live.pool);
    let answers = json!({ "PreAuthentication": { "error": "not today" } });
    assert_eq!(put(&live, &path, &answers), answers);
    assert_eq!(live.sandbox.triggers(&live.pool).unwrap(), answers);
    let description = live.sandbox.description();
    let (client, person) = (&description.clients[0].id, &description.people[0]);
    let parameters = json!({ "USERNAME": person.username, "PASSWORD": person.password });
    let input = json!({ "ClientId": client, "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": parameters });
    let reply = live.call("InitiateAuth", input.clone());
    assert_eq!(reply.code(), "UserLambdaValidationException");
    assert!(reply.message().contains("not today"));
    put(&live, &path, &json!({}));
    assert_eq!(live.call("InitiateAuth", input).status, 200);
    assert_eq!(ask(&live, "PUT", &path, Some(&json!({ "PreSignIn": {} }))).0, 400);
    assert_eq!(ask(&live, "PUT", "triggers/eu-west-1_none", Some(&json!({}))).0, 404);
}

#[test]
fn every_operation_of_both_services_is_listed_as_implemented_or_not() {
    let live = live(1);
    let all = get(&live, "operations")["operations"].as_array().unwrap().clone();
    let of = |service: &str| all.iter().filter(|line| line["service"] == service).count();
    assert_eq!((of("cognito-idp"), of("cognito-identity")), (141, 23));
    let line = all.iter().find(|line| line["name"] == "ListUsers").unwrap();
    assert_eq!(
        (&line["implemented"], &line["category"], &line["rate"]),
        (&json!(true), &json!("UserList"), &json!(30.0))
    );
    let missing = all.iter().find(|line| line["implemented"] == false && line["service"] == "cognito-idp");
    if let Some(missing) = missing {
        let reply = live.call(missing["name"].as_str().unwrap(), json!({}));
        assert_eq!((reply.status, reply.code()), (501, "NotImplementedException".to_owned()));
    }
    assert_eq!(Sandbox::operations().len(), all.len());
}

#[test]
fn the_door_is_shut_for_pages_that_lead_here_by_another_name() {
    let live = live(1);
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let url = format!("{}/_sandbox/outbox", live.endpoint);
    let status = |host: &str| agent.get(&url).header("host", host).call().unwrap().status().as_u16();
    let port = live.endpoint.rsplit(':').next().unwrap();
    assert_eq!(status("attacker.example"), 404);
    assert_eq!(status(&format!("localhost:{port}")), 200);
    assert_eq!(ask(&live, "GET", "nothing", None).0, 404);
}

#[test]
fn weather_active_users_and_time_survive_where_they_should() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sandbox.json");
    let live = Live::of(Sandbox::new(options(30)));
    live.ok("AdminGetUser", json!({ "Username": "maria.keller" }));
    live.sandbox.weather().advance(Duration::from_secs(3 * 86_400));
    live.sandbox.weather().set_lag(Duration::from_secs(5));
    live.sandbox.save(&path).unwrap();
    let again = Sandbox::load(&path, live.sandbox.options().start).unwrap();
    assert_eq!(again.mau(None), live.sandbox.mau(None));
    assert_eq!(again.mau(None).count, 1);
    assert!(again.weather().now() >= live.sandbox.options().start + jiff::SignedDuration::from_hours(72));
    assert_eq!(again.weather().conditions().lag_ms, 0, "the weather starts anew");
}
