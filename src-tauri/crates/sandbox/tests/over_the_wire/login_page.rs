//! The login page beyond a password: forced change, second factors, and what is refused there.

use crate::support::browser::{Browser, Page, path};
use crate::support::{Live, live};
use serde_json::{Value, json};
use totp_rs::{Builder, Secret};

fn client(live: &Live) -> String {
    live.sandbox.description().clients.into_iter().find(|client| client.name == "web").unwrap().id
}

fn login(live: &Live) -> String {
    path(
        "/login",
        &[
            ("response_type", "code"),
            ("client_id", &client(live)),
            ("redirect_uri", "http://localhost:3000/callback"),
            ("scope", "openid"),
        ],
    )
}

/// Sends the form of a page with these values and everything hidden in it.
fn submit(browser: &Browser, live: &Live, page: &Page, values: &[(&str, &str)]) -> Page {
    let hidden: Vec<(&str, String)> =
        ["_csrf", "session"].iter().filter_map(|name| Some((*name, page.input(name)?))).collect();
    let mut fields: Vec<(&str, &str)> = hidden.iter().map(|(name, value)| (*name, value.as_str())).collect();
    fields.extend(values);
    browser.post(&login(live), &[], &fields)
}

fn with_password(browser: &Browser, live: &Live, username: &str, password: &str) -> Page {
    let page = browser.get(&login(live));
    submit(browser, live, &page, &[("username", username), ("password", password)])
}

/// The code that an authenticator app shows at the time of the sandbox.
fn shown(live: &Live, secret: &str) -> String {
    let secret = Secret::try_from_base32(secret).unwrap();
    let app = Builder::new().with_secret(secret).build().unwrap();
    app.generate(live.sandbox.weather().now().as_second().try_into().unwrap()).to_string()
}

#[test]
fn a_temporary_password_must_be_changed_first_and_then_counts() {
    let live = live(20);
    let browser = Browser::new(&live.endpoint);
    let page = with_password(&browser, &live, "omar.hassan", "Sandbox-4-hassan");
    assert!(page.location.is_none() && page.text.contains("Change your password"), "{}", page.text);
    let short = submit(&browser, &live, &page, &[("NEW_PASSWORD", "x")]);
    assert!(short.location.is_none() && short.text.contains("role=\"alert\""), "{}", short.text);
    assert!(short.text.contains("Change your password"), "a password that is too short may be typed again");
    let done = submit(&browser, &live, &short, &[("NEW_PASSWORD", "Another-4-hassan")]);
    assert!(done.parameter("code").is_some(), "{}", done.text);
    let again = with_password(&Browser::new(&live.endpoint), &live, "omar.hassan", "Another-4-hassan");
    assert!(again.parameter("code").is_some());
}

#[test]
fn a_code_of_an_authenticator_app_is_asked_for_where_it_is_set_up() {
    let live = live(20);
    let ask = json!({
        "ClientId": client(&live), "AuthFlow": "USER_PASSWORD_AUTH",
        "AuthParameters": { "USERNAME": "maria.keller", "PASSWORD": "Sandbox-1-keller" },
    });
    live.ok(
        "SetUserPoolMfaConfig",
        json!({ "MfaConfiguration": "OPTIONAL", "SoftwareTokenMfaConfiguration": { "Enabled": true } }),
    );
    let signed_in = live.ok("InitiateAuth", ask);
    let token = signed_in["AuthenticationResult"]["AccessToken"].clone();
    let secret = live.ok("AssociateSoftwareToken", json!({ "AccessToken": token }))["SecretCode"].clone();
    let secret = secret.as_str().unwrap();
    live.ok("VerifySoftwareToken", json!({ "AccessToken": token, "UserCode": shown(&live, secret) }));
    let preference =
        json!({ "AccessToken": token, "SoftwareTokenMfaSettings": { "Enabled": true, "PreferredMfa": true } });
    live.ok("SetUserMFAPreference", preference);
    live.sandbox.weather().advance(std::time::Duration::from_secs(60));
    let browser = Browser::new(&live.endpoint);
    let page = with_password(&browser, &live, "maria.keller", "Sandbox-1-keller");
    assert!(page.location.is_none() && page.text.contains("SOFTWARE_TOKEN_MFA_CODE"), "{}", page.text);
    let right = shown(&live, secret);
    let wrong = if right == "000000" { "111111" } else { "000000" };
    let again = submit(&browser, &live, &page, &[("SOFTWARE_TOKEN_MFA_CODE", wrong)]);
    assert!(again.location.is_none() && again.text.contains("SOFTWARE_TOKEN_MFA_CODE"), "{}", again.text);
    let done = submit(&browser, &live, &again, &[("SOFTWARE_TOKEN_MFA_CODE", &right)]);
    assert!(done.parameter("code").is_some(), "{}", done.text);
}

#[test]
fn where_everyone_needs_a_second_factor_the_page_sets_one_up() {
    let live = live(20);
    live.ok(
        "SetUserPoolMfaConfig",
        json!({ "MfaConfiguration": "ON", "SoftwareTokenMfaConfiguration": { "Enabled": true } }),
    );
    let browser = Browser::new(&live.endpoint);
    let page = with_password(&browser, &live, "jose.munoz", "Sandbox-2-munoz");
    assert!(page.text.contains("Set up an authenticator app"), "{}", page.text);
    let secret = page.text.split_once("the code that it shows: ").unwrap().1.split_once('<').unwrap().0.to_owned();
    let done = submit(&browser, &live, &page, &[("SOFTWARE_TOKEN_MFA_CODE", &shown(&live, &secret))]);
    assert!(done.parameter("code").is_some(), "{}", done.text);
}

#[test]
fn people_who_may_not_sign_in_learn_why_and_a_session_of_the_page_is_none_of_the_api() {
    let live = live(20);
    let browser = Browser::new(&live.endpoint);
    live.ok("AdminDisableUser", json!({ "Username": "yuki.tanaka" }));
    for (username, password, said) in [
        ("noa.cohen", "Sandbox-6-cohen", "User is not confirmed."),
        ("eleni.nikolaou", "Sandbox-5-nikolaou", "Password reset required for the user"),
        ("yuki.tanaka", "Sandbox-3-tanaka", "User is disabled."),
        ("nobody.at.all", "Sandbox-3-tanaka", "Incorrect username or password."),
    ] {
        let page = with_password(&browser, &live, username, password);
        assert!(page.location.is_none() && page.text.contains(said), "{username}: {}", page.text);
    }
    let page = with_password(&browser, &live, "omar.hassan", "Sandbox-4-hassan");
    let answer: Value = json!({
        "ClientId": client(&live), "ChallengeName": "NEW_PASSWORD_REQUIRED", "Session": page.input("session").unwrap(),
        "ChallengeResponses": { "USERNAME": "omar.hassan", "NEW_PASSWORD": "Another-4-hassan" },
    });
    live.fails("RespondToAuthChallenge", answer, "NotAuthorizedException");
}
