//! People who come from another identity provider, as their browser does.
#![allow(dead_code, clippy::allow_attributes, unreachable_pub, reason = "each test binary uses its part")]

use serde_json::{Value, json};

use super::browser::{Browser, Page, path};
use crate::support::{Live, Own};

const CALLBACK: &str = "http://localhost:3000/callback";

/// A pool with the providers Corp and Firm, and a client that offers them.
pub fn open(live: &Live) -> Own<'_> {
    let client = json!({
        "AllowedOAuthFlowsUserPoolClient": true, "AllowedOAuthFlows": ["code"], "AllowedOAuthScopes": ["openid"],
        "CallbackURLs": [CALLBACK], "SupportedIdentityProviders": ["COGNITO"],
    });
    let own = Own::new(live, json!({}), client.clone());
    for name in ["Corp", "Firm"] {
        let details = json!({
            "client_id": "ours", "client_secret": "s", "oidc_issuer": "https://idp.example", "authorize_scopes": "openid",
            "attributes_request_method": "GET", "authorize_url": "https://idp.example/authorize",
        });
        let mapping = json!({ "username": "sub", "email": "mail" });
        let provider = json!({
            "ProviderName": name, "ProviderType": "OIDC", "ProviderDetails": details, "AttributeMapping": mapping,
        });
        own.admin("CreateIdentityProvider", provider);
    }
    let mut client = client;
    client["ClientId"] = own.client.clone().into();
    client["SupportedIdentityProviders"] = json!(["COGNITO", "Corp", "Firm"]);
    own.admin("UpdateUserPoolClient", client);
    own
}

/// Goes to a provider, comes back and says who that is, and what the provider tells of them by attribute of the pool.
pub fn come(browser: &Browser, own: &Own<'_>, provider: &str, subject: &str, told: &[(&str, &str)]) -> Page {
    come_asking(browser, own, (provider, &[]), subject, told)
}

/// [`come`], with more in the authorization request.
pub fn come_asking(
    browser: &Browser,
    own: &Own<'_>,
    (provider, more): (&str, &[(&str, &str)]),
    subject: &str,
    told: &[(&str, &str)],
) -> Page {
    let asked = [
        ("response_type", "code"),
        ("client_id", own.client.as_str()),
        ("redirect_uri", CALLBACK),
        ("scope", "openid"),
        ("identity_provider", provider),
        ("prompt", "login"),
    ];
    let asked = [asked.as_slice(), more].concat();
    let state = browser.get(&path("/oauth2/authorize", &asked)).parameter("state").unwrap();
    let back = path("/oauth2/idpresponse", &[("code", "theirs"), ("state", &state)]);
    let page = browser.get(&back);
    assert!(page.status == 200 && page.text.contains(&format!("What {provider} calls you")), "{}", page.text);
    let csrf = page.input("_csrf").unwrap();
    let names: Vec<String> = told.iter().map(|(name, _)| format!("attribute {name}")).collect();
    let say = |csrf: &str| {
        let told = names.iter().zip(told).map(|(name, (_, value))| (name.as_str(), *value));
        let fields: Vec<(&str, &str)> = [("_csrf", csrf), ("subject", subject)].into_iter().chain(told).collect();
        browser.post(&back, &[], &fields)
    };
    let forged = say("guess");
    assert!(forged.text.contains("came from elsewhere"), "{}", forged.text);
    let csrf = forged.input("_csrf").unwrap_or(csrf);
    let done = say(&csrf);
    if done.location.is_some() {
        assert_eq!(browser.get(&back).status, 400, "one way back is for one");
    }
    done
}

/// Exchanges the code that a page leads to the client with.
pub fn tokens(browser: &Browser, own: &Own<'_>, page: &Page) -> Value {
    let code = page.parameter("code").unwrap_or_else(|| panic!("{}", page.text));
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", own.client.as_str()),
        ("redirect_uri", CALLBACK),
        ("code", &code),
    ];
    let told = browser.post("/oauth2/token", &[], &form);
    assert_eq!(told.status, 200, "{}", told.text);
    told.json()
}
