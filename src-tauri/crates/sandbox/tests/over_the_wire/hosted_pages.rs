//! The pages beside the login page: signing up, a forgotten password, and the way to other identity providers.

use std::io::Read as _;

use crate::support::browser::{Browser, Page, path};
use crate::support::{Live, Own, live};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use rstest::rstest;
use serde_json::{Value, json};

const CALLBACK: &str = "http://localhost:3000/callback";
const PASSWORD: &str = "Correct-Horse-1";

fn open<'a>(live: &'a Live, pool: Value, secret: bool) -> Own<'a> {
    let client = json!({
        "GenerateSecret": secret, "AllowedOAuthFlowsUserPoolClient": true, "AllowedOAuthFlows": ["code"],
        "AllowedOAuthScopes": ["openid"], "CallbackURLs": [CALLBACK], "SupportedIdentityProviders": ["COGNITO"],
    });
    Own::new(live, pool, client)
}

fn query<'a>(own: &'a Own<'_>, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let usual = [("response_type", "code"), ("client_id", own.client.as_str()), ("redirect_uri", CALLBACK)];
    usual.into_iter().chain([("scope", "openid"), ("state", "s")]).chain(more.iter().copied()).collect()
}

/// Fills in the form of a page and sends it to `to`.
fn submit(browser: &Browser, to: &str, page: &Page, values: &[(&str, &str)]) -> Page {
    let hidden: Vec<(&str, String)> =
        ["_csrf", "username"].iter().filter_map(|name| Some((*name, page.input(name)?))).collect();
    let typed = |name: &str| values.iter().any(|(typed, _)| *typed == name);
    let kept = hidden.iter().filter(|(name, _)| !typed(name)).map(|(name, value)| (*name, value.as_str()));
    let fields: Vec<(&str, &str)> = kept.chain(values.iter().copied()).collect();
    browser.post(to, &[], &fields)
}

fn signs_in(browser: &Browser, own: &Own<'_>, username: &str, password: &str) -> bool {
    let login = path("/login", &query(own, &[]));
    let page = browser.get(&login);
    let done = submit(browser, &login, &page, &[("username", username), ("password", password)]);
    done.location.is_some_and(|to| to.starts_with(CALLBACK))
}

#[rstest]
#[case::of_a_public_client(false)]
#[case::of_a_client_with_a_secret(true)]
fn a_newcomer_signs_up_confirms_and_signs_in_on_the_pages(#[case] secret: bool) {
    let live = live(5);
    let own = open(&live, json!({ "AutoVerifiedAttributes": ["email"] }), secret);
    let browser = Browser::new(&live.endpoint);
    let page = browser.get(&path("/login", &query(&own, &[])));
    let to = path("/signup", &query(&own, &[]));
    assert!(page.text.replace("&amp;", "&").contains(&format!("href=\"{to}\"")), "{}", page.text);
    let page = browser.get(&to);
    assert!(page.status == 200 && page.input("email").is_some(), "{}", page.text);
    let fields = [("username", "ada"), ("email", "ada@x.example")];
    let weak = submit(&browser, &to, &page, &[&fields[..], &[("password", "x")]].concat());
    assert!(weak.location.is_none() && weak.text.contains("role=\"alert\""), "{}", weak.text);
    let asked = submit(&browser, &to, &weak, &[&fields[..], &[("password", PASSWORD)]].concat());
    assert!(asked.input("code").is_some(), "{}", asked.text);
    let again = submit(&browser, &to, &asked, &[("code", "nonsense")]);
    assert!(again.input("code").is_some() && again.text.contains("role=\"alert\""), "{}", again.text);
    let done = submit(&browser, &to, &again, &[("code", &own.code())]);
    assert!(done.location.unwrap().starts_with("/login?"));
    assert!(signs_in(&browser, &own, "ada", PASSWORD));
    assert_eq!(own.user("ada")["UserStatus"], "CONFIRMED");
    let calls = live.sandbox.calls();
    let looked_at_and_sent = (calls.of("login"), calls.may_bill().get("login").copied());
    assert_eq!(looked_at_and_sent, (3, Some(1)), "a page that is only looked at is about nobody");
    assert!(calls.by_user()["ada"].contains_key("signup"), "{:?}", calls.by_user());
}

#[test]
fn a_forgotten_password_is_replaced_by_a_code() {
    let live = live(5);
    let own = open(&live, json!({ "AutoVerifiedAttributes": ["email"] }), false);
    crate::support::sign_in::person(&own, "ada", &[("email", "ada@x.example"), ("email_verified", "true")]);
    let browser = Browser::new(&live.endpoint);
    let to = path("/forgotPassword", &query(&own, &[]));
    let page = browser.get(&to);
    let asked = submit(&browser, &to, &page, &[("username", "ada")]);
    assert!(asked.input("code").is_some(), "{}", asked.text);
    let done = submit(&browser, &to, &asked, &[("code", &own.code()), ("password", "Another-Horse-2")]);
    assert!(done.location.unwrap().starts_with("/login?"));
    assert!(signs_in(&browser, &own, "ada", "Another-Horse-2"));
}

#[test]
fn the_pages_are_shut_for_forms_from_elsewhere_and_where_administrators_make_all_people() {
    let live = live(5);
    let own = open(&live, json!({ "AdminCreateUserConfig": { "AllowAdminCreateUserOnly": true } }), false);
    let browser = Browser::new(&live.endpoint);
    let to = path("/signup", &query(&own, &[]));
    let forged = browser.post(&to, &[], &[("username", "ada"), ("password", PASSWORD), ("_csrf", "guess")]);
    assert!(forged.text.contains("came from elsewhere"), "{}", forged.text);
    let page = browser.get(&to);
    let shut = submit(&browser, &to, &page, &[("username", "ada"), ("password", PASSWORD)]);
    assert!(shut.text.contains("SignUp is not permitted"), "{}", shut.text);
    own.admin_fails("AdminGetUser", json!({ "Username": "ada" }), "UserNotFoundException");
}

#[test]
fn other_providers_are_led_to_by_name_or_identifier() {
    let live = live(5);
    let own = open(&live, json!({}), false);
    let details = json!({
        "client_id": "ours", "client_secret": "s", "oidc_issuer": "https://idp.example", "authorize_scopes": "openid email",
        "attributes_request_method": "GET", "authorize_url": "https://idp.example/authorize",
    });
    let oidc = json!({
        "ProviderName": "Corp", "ProviderType": "OIDC", "ProviderDetails": details, "IdpIdentifiers": ["corp.example"],
    });
    own.admin("CreateIdentityProvider", oidc);
    let metadata = "<md:EntityDescriptor><md:IDPSSODescriptor><md:SingleSignOnService \
        Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect\" Location=\"https://saml.example/sso?a=1&amp;b=2\"/>\
        </md:IDPSSODescriptor></md:EntityDescriptor>";
    let saml =
        json!({ "ProviderName": "Firm", "ProviderType": "SAML", "ProviderDetails": { "MetadataFile": metadata } });
    own.admin("CreateIdentityProvider", saml);
    let browser = Browser::new(&live.endpoint);
    let go = |more: &[(&str, &str)]| browser.get(&path("/oauth2/authorize", &query(&own, more)));
    assert_eq!(go(&[("identity_provider", "Corp")]).parameter("error").unwrap(), "invalid_request", "not the client's");
    let client = json!({
        "ClientId": own.client, "AllowedOAuthFlowsUserPoolClient": true, "AllowedOAuthFlows": ["code"],
        "AllowedOAuthScopes": ["openid"], "CallbackURLs": [CALLBACK],
        "SupportedIdentityProviders": ["COGNITO", "Corp", "Firm"],
    });
    own.admin("UpdateUserPoolClient", client);
    for named in [("identity_provider", "Corp"), ("idp_identifier", "corp.example")] {
        let away = go(&[named]);
        assert!(away.location.as_deref().unwrap().starts_with("https://idp.example/authorize?client_id=ours&"));
        assert_eq!(away.parameter("scope").unwrap(), "openid email");
        assert_eq!(away.parameter("redirect_uri").unwrap(), format!("{}/oauth2/idpresponse", live.endpoint));
        assert!(away.parameter("state").unwrap().len() > 20);
    }
    let away = go(&[("identity_provider", "Firm")]);
    assert!(away.location.as_deref().unwrap().starts_with("https://saml.example/sso?a=1&b=2&SAMLRequest="));
    let request = BASE64_STANDARD.decode(away.parameter("SAMLRequest").unwrap()).unwrap();
    let mut xml = String::new();
    flate2::read::DeflateDecoder::new(request.as_slice()).read_to_string(&mut xml).unwrap();
    assert!(xml.contains(&format!("urn:amazon:cognito:sp:{}", own.pool)), "{xml}");
    assert!(go(&[("identity_provider", "COGNITO")]).location.unwrap().starts_with("/login?"));
    assert_eq!(go(&[("identity_provider", "Nobody")]).parameter("error").unwrap(), "invalid_request");
    let back = browser.get("/oauth2/idpresponse?code=1&state=2");
    assert!(back.status == 400 && back.text.contains("cannot ask who you are"), "{}", back.text);
}
