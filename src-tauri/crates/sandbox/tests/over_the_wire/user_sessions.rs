//! Sessions of people where a pool tracks them.

use crate::support::browser::{Browser, path};
use crate::support::sign_in::{by_password, person};
use crate::support::{Own, PASSWORD, live};
use sandbox::Basis;
use serde_json::{Value, json};
use std::time::Duration;

const CALLBACK: &str = "http://localhost/callback";

fn client() -> Value {
    json!({
        "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        "AllowedOAuthFlowsUserPoolClient": true, "AllowedOAuthFlows": ["code"], "CallbackURLs": [CALLBACK],
        "AllowedOAuthScopes": ["openid", "aws.cognito.signin.user.admin"], "SupportedIdentityProviders": ["COGNITO"],
    })
}

fn track(own: &Own<'_>, most: u32) {
    own.admin(
        "SetUserPoolSessionConfiguration",
        json!({ "UserSessionTracking": "ENABLED", "TokenSession": { "MaxPerUser": most } }),
    );
}

fn tokens(own: &Own<'_>) -> Value {
    own.ok("InitiateAuth", by_password("ada", PASSWORD))["AuthenticationResult"].clone()
}

fn sessions(own: &Own<'_>) -> Vec<Value> {
    own.admin("AdminListUserSessions", json!({ "Username": "ada" }))["Sessions"].as_array().unwrap().clone()
}

fn alive(own: &Own<'_>, tokens: &Value) -> bool {
    own.unsigned("GetUser", json!({ "AccessToken": tokens["AccessToken"] })).status == 200
}

#[test]
fn sessions_are_listed_once_they_are_tracked_and_the_least_lately_used_makes_room() {
    let live = live(5);
    let own = Own::new(&live, json!({}), client());
    person(&own, "ada", &[]);
    let rules = own.admin("GetUserPoolSessionConfiguration", json!({}));
    assert_eq!((&rules["UserSessionTracking"], &rules["TokenSession"]["MaxPerUser"]), (&json!("DISABLED"), &json!(20)));
    own.admin_fails("AdminListUserSessions", json!({ "Username": "ada" }), "InvalidParameterException");
    track(&own, 2);
    let first = tokens(&own);
    live.sandbox.weather().advance(Duration::from_secs(1));
    let second = tokens(&own);
    live.sandbox.weather().advance(Duration::from_secs(1));
    own.ok("GetTokensFromRefreshToken", json!({ "RefreshToken": first["RefreshToken"] }));
    live.sandbox.weather().advance(Duration::from_secs(1));
    let third = tokens(&own);
    assert_eq!((alive(&own, &first), alive(&own, &second), alive(&own, &third)), (true, false, true));
    let list = own.unsigned("ListUserSessions", json!({ "AccessToken": third["AccessToken"] })).json();
    let list = list["Sessions"].as_array().unwrap();
    assert_eq!(list.len(), 2);
    assert_eq!((&list[0]["IsCurrentSession"], &list[1]["IsCurrentSession"]), (&json!(true), &json!(false)));
    for session in list {
        let id = session["SessionId"].as_str().unwrap();
        assert!(id.len() == 28 && id.starts_with("tkn") && session["SessionType"] == "TOKEN", "{session}");
    }
    let revoke =
        |id: &Value| own.unsigned("RevokeUserSession", json!({ "AccessToken": third["AccessToken"], "SessionId": id }));
    assert_eq!(revoke(&list[0]["SessionId"]).code(), "InvalidParameterException");
    assert_eq!(revoke(&list[1]["SessionId"]).status, 200);
    assert_eq!((alive(&own, &first), alive(&own, &third), sessions(&own).len()), (false, true, 1));
    assert_eq!(revoke(&list[1]["SessionId"]).code(), "ResourceNotFoundException");
}

#[test]
fn a_login_in_a_browser_is_a_session_of_its_own_that_tokens_come_of() {
    let live = live(5);
    let own = Own::new(&live, json!({}), client());
    person(&own, "ada", &[]);
    track(&own, 20);
    let browser = Browser::new(&live.endpoint);
    let query = [("response_type", "code"), ("client_id", own.client.as_str()), ("redirect_uri", CALLBACK)];
    let login = path("/login", &query);
    let page = browser.get(&login);
    let token = page.input("_csrf").unwrap();
    let back = browser.post(&login, &[], &[("_csrf", &token), ("username", "ada"), ("password", PASSWORD)]);
    let code = back.parameter("code").unwrap();
    let fields =
        [("grant_type", "authorization_code"), ("client_id", &own.client), ("code", &code), ("redirect_uri", CALLBACK)];
    let given = browser.post("/oauth2/token", &[], &fields).json();
    let tokens = json!({ "AccessToken": given["access_token"] });
    let list = sessions(&own);
    let of = |kind: &str| list.iter().find(|session| session["SessionType"] == kind).unwrap();
    assert_eq!((list.len(), &of("TOKEN")["OriginSessionId"]), (2, &of("SSO")["SessionId"]));
    let minutes = json!({ "ClientId": own.client, "SSOSession": { "MaxValidityMinutes": 120 } });
    own.admin("SetUserPoolClientSessionConfiguration", minutes);
    live.sandbox.weather().advance(Duration::from_secs(100 * 60));
    let authorize = path("/oauth2/authorize", &query);
    assert!(browser.get(&authorize).parameter("code").is_some(), "still signed in");
    let zero = json!({ "ClientId": own.client, "SSOSession": { "MaxValidityMinutes": 0 } });
    own.admin("SetUserPoolClientSessionConfiguration", zero);
    assert!(browser.get(&authorize).location.unwrap().starts_with("/login?"));
    let end = json!({ "Username": "ada", "SessionId": of("SSO")["SessionId"], "RevokeAssociatedSessions": "LINKED" });
    own.admin("AdminRevokeUserSession", end);
    assert_eq!((sessions(&own).len(), alive(&own, &tokens)), (0, false));
}

#[test]
fn tracking_is_not_part_of_the_least_plan() {
    let live = live(5);
    let own = Own::new(&live, json!({ "UserPoolTier": "LITE" }), client());
    let on = json!({ "UserSessionTracking": "ENABLED", "TokenSession": { "MaxPerUser": 5 } });
    own.admin_fails("SetUserPoolSessionConfiguration", on, "FeatureUnavailableInTierException");
    let without = Own::new(&live, json!({}), client());
    let minutes = json!({ "ClientId": without.client, "SSOSession": { "MaxValidityMinutes": 5 } });
    without.admin_fails("SetUserPoolClientSessionConfiguration", minutes, "InvalidParameterException");
    let shown = without.admin("GetUserPoolClientSessionConfiguration", json!({ "ClientId": without.client }));
    assert_eq!(shown["SSOSession"]["MaxValidityMinutes"], 60);
    let most = json!({ "UserSessionTracking": "ENABLED", "TokenSession": { "MaxPerUser": 101 } });
    without.admin_fails("SetUserPoolSessionConfiguration", most, "InvalidParameterException");
}

#[test]
fn whoever_s_sessions_are_read_or_ended_is_counted_and_becomes_active() {
    let live = live(5);
    let mut lasting = client();
    lasting["RefreshTokenValidity"] = 60.into();
    let own = Own::new(&live, json!({}), lasting);
    person(&own, "ada", &[]);
    track(&own, 20);
    let token = &tokens(&own)["AccessToken"];
    let list = own.unsigned("ListUserSessions", json!({ "AccessToken": token })).json();
    let id = &list["Sessions"][0]["SessionId"];
    own.unsigned("RevokeUserSession", json!({ "AccessToken": token, "SessionId": id }));
    let calls = live.sandbox.calls();
    assert_eq!((calls.by_user()["ada"]["ListUserSessions"], calls.by_user()["ada"]["RevokeUserSession"]), (1, 1));
    live.sandbox.weather().advance(Duration::from_secs(32 * 86_400));
    let active = || live.sandbox.mau(Some(&own.pool));
    assert_eq!((active().count, active().possible), (0, 0), "a new month");
    sessions(&own);
    assert_eq!((active().count, active().possible), (0, 1), "AWS says nothing about reading them");
    own.admin("AdminRevokeUserSession", json!({ "Username": "ada", "SessionId": id }));
    let mau = active();
    let why = mau.users.iter().map(|one| (one.operation.as_str(), one.basis)).collect::<Vec<_>>();
    assert_eq!((mau.count, why), (1, vec![("AdminRevokeUserSession", Basis::Treated)]));
    let calls = live.sandbox.calls();
    assert_eq!((calls.by_user()["ada"]["AdminListUserSessions"], calls.may_bill()["AdminRevokeUserSession"]), (1, 1));
}
