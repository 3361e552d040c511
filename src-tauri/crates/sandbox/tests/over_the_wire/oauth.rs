//! Signing in with a browser and OAuth, from the first redirect to the last token.

use crate::support::browser::{Browser, Page, path};
use crate::support::{Live, live};
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use rstest::rstest;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::time::Duration;

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CALLBACK: &str = "http://localhost:3000/callback";

fn challenge() -> String {
    BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER.as_bytes()))
}

fn client(live: &Live, name: &str) -> (String, Option<String>) {
    let clients = live.sandbox.description().clients;
    let client = clients.into_iter().find(|client| client.name == name).unwrap();
    (client.id, client.secret)
}

/// The claims of a token, unchecked.
fn claims(token: &Value) -> Value {
    let part = token.as_str().unwrap().split('.').nth(1).unwrap().to_owned();
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

/// The query of an authorization request of the web client, with changes; an empty value leaves a parameter out.
fn request(live: &Live, changes: &[(&str, &str)]) -> String {
    let (id, _) = client(live, "web");
    let challenge = challenge();
    let mut query = vec![
        ("response_type", "code"),
        ("client_id", &id),
        ("redirect_uri", CALLBACK),
        ("scope", "openid email"),
        ("state", "a b&c"),
        ("nonce", "n-1"),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ];
    query.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
    query.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
    path("", &query).trim_start_matches('?').to_owned()
}

/// Signs Maria in on the login page, and gives the answer that leads back to the client.
fn sign_in(browser: &Browser, query: &str) -> Page {
    let first = browser.get(&format!("/oauth2/authorize?{query}"));
    assert_eq!(first.status, 302, "{}", first.text);
    let login = first.location.unwrap();
    assert_eq!(login, format!("/login?{query}"));
    let page = browser.get(&login);
    let token = page.input("_csrf").unwrap();
    let fields = [("_csrf", token.as_str()), ("username", "maria.keller"), ("password", "Sandbox-1-keller")];
    browser.post(&login, &[], &fields)
}

fn exchange(live: &Live, browser: &Browser, code: &str, changes: &[(&str, &str)]) -> Page {
    let (id, _) = client(live, "web");
    let mut fields = vec![
        ("grant_type", "authorization_code"),
        ("client_id", &id),
        ("code", code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    fields.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
    fields.extend(changes.iter().filter(|(_, value)| !value.is_empty()));
    browser.post("/oauth2/token", &[], &fields)
}

fn code(live: &Live, browser: &Browser, changes: &[(&str, &str)]) -> String {
    sign_in(browser, &request(live, changes)).parameter("code").unwrap()
}

#[test]
fn a_person_signs_in_and_the_client_gets_tokens_for_the_code_once() {
    let live = live(20);
    let browser = Browser::new(&live.endpoint);
    let back = sign_in(&browser, &request(&live, &[]));
    assert!(back.location.as_deref().unwrap().starts_with(&format!("{CALLBACK}?code=")), "{back:?}");
    assert_eq!(back.parameter("state").as_deref(), Some("a b&c"));
    let code = back.parameter("code").unwrap();
    let answer = exchange(&live, &browser, &code, &[]);
    assert_eq!((answer.status, answer.header("cache-control")), (200, Some("no-store")));
    let tokens = answer.json();
    assert_eq!((&tokens["token_type"], &tokens["expires_in"]), (&json!("Bearer"), &json!(3600)));
    let (id, access) = (claims(&tokens["id_token"]), claims(&tokens["access_token"]));
    assert_eq!(
        (&id["nonce"], &id["token_use"], &id["cognito:username"]),
        (&json!("n-1"), &json!("id"), &json!("maria.keller"))
    );
    assert_eq!((&id["email_verified"], id.get("name")), (&json!(true), None), "only what the scopes show: {id}");
    let half = BASE64_URL_SAFE_NO_PAD.encode(&Sha256::digest(tokens["access_token"].as_str().unwrap())[..16]);
    assert_eq!(id["at_hash"], half);
    assert_eq!(
        (&access["scope"], &access["version"], &access["username"]),
        (&json!("openid email"), &json!(2), &json!("maria.keller"))
    );
    assert_eq!(
        (&id["sub"], &id["origin_jti"], &id["auth_time"]),
        (&access["sub"], &access["origin_jti"], &access["auth_time"])
    );
    assert_ne!(id["jti"], access["jti"]);
    assert!(tokens["refresh_token"].as_str().unwrap().split('.').count() == 5);
    let again = exchange(&live, &browser, &code, &[]);
    assert_eq!((again.status, again.json()), (400, json!({ "error": "invalid_grant" })));
}

#[test]
fn a_browser_that_is_signed_in_is_not_asked_again_unless_the_client_wants_it() {
    let live = live(20);
    let browser = Browser::new(&live.endpoint);
    let silent = browser.get(&format!("/oauth2/authorize?{}", request(&live, &[("prompt", "none")])));
    assert_eq!(silent.parameter("error").as_deref(), Some("login_required"));
    sign_in(&browser, &request(&live, &[]));
    let again = browser.get(&format!("/oauth2/authorize?{}", request(&live, &[("prompt", "none")])));
    assert!(again.parameter("code").is_some(), "{again:?}");
    let afresh = browser.get(&format!("/oauth2/authorize?{}", request(&live, &[("prompt", "login")])));
    assert!(afresh.location.unwrap().starts_with("/login?"));
    let old = browser.get(&format!("/oauth2/authorize?{}", request(&live, &[("max_age", "100")])));
    assert!(old.parameter("code").is_some());
    live.sandbox.weather().advance(Duration::from_secs(101));
    let old = browser.get(&format!("/oauth2/authorize?{}", request(&live, &[("max_age", "100")])));
    assert!(old.location.unwrap().starts_with("/login?"));
    live.sandbox.weather().advance(Duration::from_secs(3600));
    let late = browser.get(&format!("/oauth2/authorize?{}", request(&live, &[])));
    assert!(late.location.unwrap().starts_with("/login?"), "the cookie lives an hour");
}

#[rstest]
#[case::elsewhere(&[("redirect_uri", "https://evil.example/callback")], "redirect_mismatch")]
#[case::longer(&[("redirect_uri", "http://localhost:3000/callback/")], "redirect_mismatch")]
#[case::other_port(&[("redirect_uri", "http://localhost:3001/callback")], "redirect_mismatch")]
#[case::no_address(&[("redirect_uri", "")], "invalid_request")]
#[case::no_client(&[("client_id", "")], "invalid_request")]
#[case::unknown_client(&[("client_id", "nobody")], "Client does not exist")]
fn an_address_that_is_not_registered_gets_no_answer(#[case] changes: &[(&str, &str)], #[case] error: &str) {
    let live = live(20);
    let browser = Browser::new(&live.endpoint);
    let page = browser.get(&format!("/oauth2/authorize?{}", request(&live, changes)));
    assert_eq!((page.status, page.parameter("error").as_deref()), (302, Some(error)));
    let to = page.location.unwrap();
    assert!(to.starts_with("/error?"), "{to}");
    let shown = browser.get(&to);
    assert!(shown.status == 400 && shown.text.contains(error), "{}", shown.text);
}

#[rstest]
#[case::no_type(&[("response_type", "")], "invalid_request")]
#[case::odd_type(&[("response_type", "id_token")], "unsupported_response_type")]
#[case::implicit_is_not_allowed(&[("response_type", "token")], "unauthorized_client")]
#[case::plain_challenge(&[("code_challenge_method", "plain")], "invalid_request")]
#[case::no_method(&[("code_challenge_method", "")], "invalid_request")]
#[case::method_alone(&[("code_challenge", "")], "invalid_request")]
#[case::foreign_scope(&[("scope", "openid sandbox.example/read")], "invalid_scope")]
#[case::email_without_openid(&[("scope", "email")], "invalid_scope")]
#[case::another_provider(&[("identity_provider", "Google")], "invalid_request")]
fn a_wrong_request_is_told_to_the_client(#[case] changes: &[(&str, &str)], #[case] error: &str) {
    let live = live(20);
    let page = Browser::new(&live.endpoint).get(&format!("/oauth2/authorize?{}", request(&live, changes)));
    assert_eq!((page.status, page.parameter("error").as_deref()), (302, Some(error)), "{page:?}");
    assert!(page.location.as_deref().unwrap().starts_with(CALLBACK));
    assert_eq!(page.parameter("state").as_deref(), Some("a b&c"));
}

#[rstest]
#[case::a_scope_that_was_not_granted(&[("scope", "openid profile")], "invalid_scope")]
#[case::another_address(&[("redirect_uri", "http://127.0.0.1/callback")], "invalid_grant")]
#[case::another_verifier(&[("code_verifier", "eBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")], "invalid_grant")]
#[case::no_verifier(&[("code_verifier", "")], "invalid_grant")]
#[case::another_code(&[("code", "4b3b6a5e-0000-4000-8000-000000000000")], "invalid_grant")]
#[case::no_code(&[("code", "")], "invalid_request")]
#[case::no_grant(&[("grant_type", "")], "invalid_request")]
#[case::odd_grant(&[("grant_type", "password")], "unsupported_grant_type")]
#[case::unknown_client(&[("client_id", "nobody")], "invalid_client")]
#[case::a_secret_that_there_is_not(&[("client_secret", "guess")], "invalid_client")]
fn a_code_is_exchanged_only_for_what_it_was_asked_with(#[case] changes: &[(&str, &str)], #[case] error: &str) {
    let live = live(20);
    let browser = Browser::new(&live.endpoint);
    let code = code(&live, &browser, &[]);
    let answer = exchange(&live, &browser, &code, changes);
    assert_eq!((answer.status, answer.json()["error"].as_str()), (400, Some(error)), "{}", answer.text);
}

#[test]
fn a_code_is_too_old_after_five_minutes_and_a_verifier_without_a_challenge_is_refused() {
    let live = live(20);
    let browser = Browser::new(&live.endpoint);
    let old = code(&live, &browser, &[]);
    live.sandbox.weather().advance(Duration::from_secs(301));
    assert_eq!(exchange(&live, &browser, &old, &[]).json()["error"], "invalid_grant");
    let other = Browser::new(&live.endpoint);
    let plain = [("code_challenge", ""), ("code_challenge_method", "")];
    let bare = code(&live, &other, &plain);
    assert_eq!(exchange(&live, &other, &bare, &[]).json()["error"], "invalid_grant");
    let third = Browser::new(&live.endpoint);
    let bare = code(&live, &third, &plain);
    assert_eq!(exchange(&live, &third, &bare, &[("code_verifier", "")]).status, 200);
}

#[test]
fn a_wrong_password_and_a_form_from_elsewhere_show_the_page_again() {
    let live = live(20);
    let browser = Browser::new(&live.endpoint);
    let login = format!("/login?{}", request(&live, &[("login_hint", "\"><script>")]));
    let page = browser.get(&login);
    assert!(!page.text.contains("<script"), "{}", page.text);
    assert!(page.header("content-security-policy").unwrap().contains("default-src 'none'"));
    let token = page.input("_csrf").unwrap();
    let wrong = [("_csrf", token.as_str()), ("username", "maria.keller"), ("password", "wrong")];
    let page = browser.post(&login, &[], &wrong);
    assert!(page.location.is_none() && page.text.contains("Incorrect username or password."), "{}", page.text);
    let right = [("username", "maria.keller"), ("password", "Sandbox-1-keller")];
    assert!(browser.post(&login, &[], &right).location.is_none(), "without the token of the page");
}

#[test]
fn refresh_revoke_and_user_info_work_with_the_tokens() {
    let live = live(20);
    let browser = Browser::new(&live.endpoint);
    let (id, _) = client(&live, "web");
    let tokens = exchange(&live, &browser, &code(&live, &browser, &[]), &[]).json();
    let refresh = tokens["refresh_token"].as_str().unwrap().to_owned();
    let bearer = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
    let who = || browser.get_with("/oauth2/userInfo", &[("authorization", &bearer)]);
    let found = who();
    assert_eq!((found.status, found.header("access-control-allow-origin")), (200, Some("*")));
    let found = found.json();
    assert_eq!((&found["username"], &found["email_verified"]), (&json!("maria.keller"), &json!("true")));
    assert_eq!(found["sub"], claims(&tokens["id_token"])["sub"]);
    assert!(found.get("name").is_none());
    let wider = [
        ("grant_type", "refresh_token"),
        ("client_id", id.as_str()),
        ("refresh_token", refresh.as_str()),
        ("scope", "openid profile"),
    ];
    assert_eq!(browser.post("/oauth2/token", &[], &wider).json()["error"], "invalid_scope");
    let renew = |token: &str| {
        browser.post(
            "/oauth2/token",
            &[],
            &[("grant_type", "refresh_token"), ("client_id", &id), ("refresh_token", token)],
        )
    };
    live.sandbox.weather().advance(Duration::from_secs(10));
    let renewed = renew(&refresh).json();
    assert!(renewed.get("refresh_token").is_none() && renewed["id_token"].is_string(), "{renewed}");
    let (before, after) = (claims(&tokens["access_token"]), claims(&renewed["access_token"]));
    assert_eq!((&before["auth_time"], &before["origin_jti"]), (&after["auth_time"], &after["origin_jti"]));
    assert!(after["iat"].as_i64().unwrap() >= before["iat"].as_i64().unwrap() + 10);
    assert_eq!(
        (&after["scope"], renew("nonsense").json()["error"].as_str()),
        (&json!("openid email"), Some("invalid_grant"))
    );
    let revoke = |token: &str| browser.post("/oauth2/revoke", &[], &[("token", token), ("client_id", &id)]);
    let access = tokens["access_token"].as_str().unwrap();
    assert_eq!((revoke(access).status, revoke(access).json()["error"].as_str()), (400, Some("unsupported_token_type")));
    assert_eq!((revoke(&refresh).status, revoke(&refresh).status), (200, 200), "twice is no error");
    assert_eq!(renew(&refresh).json()["error"], "invalid_grant");
    let gone = who();
    assert_eq!((gone.status, gone.json()["error"].as_str()), (401, Some("invalid_token")));
    assert!(gone.header("www-authenticate").unwrap().contains("invalid_token"));
    assert_eq!(browser.get("/oauth2/userInfo").status, 401);
}

#[test]
fn a_client_with_a_secret_must_show_it_in_either_way() {
    let live = live(20);
    let (id, secret) = client(&live, "machine");
    let secret = secret.unwrap();
    let browser = Browser::new(&live.endpoint);
    let basic = |secret: &str| format!("Basic {}", BASE64_STANDARD.encode(format!("{id}:{secret}")));
    let fields = [("grant_type", "client_credentials"), ("scope", "sandbox.example/read")];
    let answer = browser.post("/oauth2/token", &[("authorization", &basic(&secret))], &fields);
    let token = claims(&answer.json()["access_token"]);
    assert_eq!(
        (&token["scope"], &token["sub"], token.get("username")),
        (&json!("sandbox.example/read"), &json!(id), None)
    );
    assert_eq!((answer.json().get("id_token"), answer.json().get("refresh_token")), (None, None));
    let posted = [("grant_type", "client_credentials"), ("client_id", &id), ("client_secret", &secret)];
    let all = browser.post(&format!("/{}/oauth2/token", live.pool), &[], &posted);
    assert_eq!(claims(&all.json()["access_token"])["scope"], "sandbox.example/read sandbox.example/write");
    let wrong = browser.post("/oauth2/token", &[("authorization", &basic("wrong"))], &fields);
    assert_eq!((wrong.status, wrong.json()["error"].as_str()), (400, Some("invalid_client")));
    let none = browser.post("/oauth2/token", &[], &[("grant_type", "client_credentials"), ("client_id", &id)]);
    assert_eq!(none.json()["error"], "invalid_client");
    let scope = [("grant_type", "client_credentials"), ("scope", "openid")];
    let scope = browser.post("/oauth2/token", &[("authorization", &basic(&secret))], &scope);
    assert_eq!(scope.json()["error"], "invalid_scope");
    let code = [("grant_type", "authorization_code"), ("code", "x"), ("redirect_uri", CALLBACK)];
    let code = browser.post("/oauth2/token", &[("authorization", &basic(&secret))], &code);
    assert_eq!(code.json()["error"], "unauthorized_client");
    let preflight = browser.options("/oauth2/token");
    assert_eq!((preflight.status, preflight.header("access-control-allow-origin")), (204, Some("*")));
}

#[test]
fn the_implicit_grant_answers_in_the_fragment_and_without_a_refresh_token() {
    let live = live(20);
    let made = live.ok(
        "CreateUserPoolClient",
        json!({
            "ClientName": "old", "AllowedOAuthFlowsUserPoolClient": true, "AllowedOAuthFlows": ["implicit"],
            "AllowedOAuthScopes": ["openid", "profile"], "CallbackURLs": ["myapp://signed-in?x=1"],
            "SupportedIdentityProviders": ["COGNITO"],
        }),
    );
    let id = made["UserPoolClient"]["ClientId"].as_str().unwrap();
    let asked = [
        ("client_id", id),
        ("response_type", "token"),
        ("redirect_uri", "myapp://signed-in?x=1"),
        ("scope", ""),
        ("code_challenge", ""),
        ("code_challenge_method", ""),
    ];
    let back = sign_in(&Browser::new(&live.endpoint), &request(&live, &asked));
    let to = back.location.clone().unwrap();
    assert!(to.starts_with("myapp://signed-in?x=1#id_token="), "{to}");
    let (_, fragment) = to.split_once('#').unwrap();
    let parameters: Value = form_urlencoded::parse(fragment.as_bytes())
        .into_owned()
        .collect::<std::collections::BTreeMap<_, _>>()
        .into_iter()
        .map(|(k, v)| (k, json!(v)))
        .collect::<serde_json::Map<_, _>>()
        .into();
    assert_eq!(
        (&parameters["expires_in"], &parameters["token_type"], &parameters["state"]),
        (&json!("3600"), &json!("Bearer"), &json!("a b&c"))
    );
    assert_eq!(claims(&parameters["access_token"])["scope"], "openid profile", "no scope asked for is all");
    assert!(claims(&parameters["id_token"])["given_name"].is_string() && parameters.get("refresh_token").is_none());
}

#[test]
fn logging_out_forgets_the_browser_and_leads_only_where_the_client_allows() {
    let live = live(20);
    let browser = Browser::new(&live.endpoint);
    let (id, _) = client(&live, "web");
    sign_in(&browser, &request(&live, &[]));
    let evil = browser.get(&path("/logout", &[("client_id", &id), ("logout_uri", "https://evil.example/")]));
    assert_eq!(evil.parameter("error").as_deref(), Some("redirect_mismatch"));
    let query = request(&live, &[]);
    assert!(browser.get(&format!("/oauth2/authorize?{query}")).parameter("code").is_some(), "still signed in");
    let out = browser.get(&path("/logout", &[("client_id", &id), ("logout_uri", "http://localhost:3000/")]));
    assert_eq!((out.status, out.location.as_deref()), (302, Some("http://localhost:3000/")));
    assert!(browser.get(&format!("/oauth2/authorize?{query}")).location.unwrap().starts_with("/login?"));
    let anew = browser.get(&format!("/{}/logout?{query}", live.pool));
    assert_eq!(anew.location.unwrap(), format!("/{}/login?{query}", live.pool));
}
#[test]
fn a_level_that_is_asked_for_is_told_and_a_login_below_it_does_not_do() {
    let live = live(20);
    let browser = Browser::new(&live.endpoint);
    let level = ("acr_values", "urn:cognito:loa:1");
    let told = |query: &[(&str, &str)]| {
        let tokens = exchange(&live, &browser, &code(&live, &browser, query), &[]).json();
        let claims = claims(&tokens["id_token"]);
        (claims["acr"].clone(), claims["amr"].clone())
    };
    assert_eq!(told(&[]), (Value::Null, Value::Null));
    browser.forget();
    assert_eq!(told(&[level]), (json!("urn:cognito:loa:1"), json!(["pwd"])));
    let ask = |level: &str| browser.get(&format!("/oauth2/authorize?{}", request(&live, &[("acr_values", level)])));
    assert!(ask("urn:cognito:loa:1").location.unwrap().starts_with(CALLBACK));
    assert!(ask("urn:cognito:loa:4").location.unwrap().starts_with("/login"), "a password alone is level 1");
    assert!(ask("urn:of:somebody:else").location.unwrap().starts_with(CALLBACK), "nobody asked for anything");
}
