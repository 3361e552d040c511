//! Who somebody from another identity provider is here, and what the pool learns of them.

use crate::support::browser::{Browser, Page, path};
use crate::support::elsewhere::{come, come_asking, open, tokens};
use crate::support::{Own, attribute, live};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// The claims of the ID token, unchecked.
fn claims(tokens: &Value) -> Value {
    let part = tokens["id_token"].as_str().unwrap().split('.').nth(1).unwrap();
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

/// Why the app is told that nobody is signed in.
fn why(page: &Page) -> String {
    assert_eq!(page.parameter("error").as_deref(), Some("invalid_request"), "{:?} {}", page.location, page.text);
    page.parameter("error_description").unwrap()
}

#[test]
fn a_native_person_who_is_called_like_somebody_from_elsewhere_is_not_them() {
    let live = live(5);
    let own = open(&live);
    own.person("Corp_grace", &[]);
    let browser = Browser::new(&live.endpoint);
    let refused = come(&browser, &own, "Corp", "grace", &[("email", "grace@corp.example")]);
    assert_eq!(why(&refused), "User account already exists");
    let mapped = [("email", "ida@corp.example")];
    let first = tokens(&browser, &own, &come(&browser, &own, "Corp", "ida", &mapped));
    let second = tokens(&browser, &own, &come(&browser, &own, "Corp", "ida", &mapped));
    assert_eq!(claims(&first)["sub"], claims(&second)["sub"], "whoever came from there comes again");
}

#[test]
fn a_linked_person_is_known_by_the_attribute_that_the_link_names() {
    let live = live(5);
    let own = open(&live);
    let names = ["ada", "bob", "cleo"];
    names.iter().for_each(|name| own.person(name, &[]));
    let link = |to: &str, attribute: &str, value: &str| {
        let link = json!({
            "DestinationUser": { "ProviderName": "Cognito", "ProviderAttributeValue": to },
            "SourceUser": { "ProviderName": "Corp", "ProviderAttributeName": attribute, "ProviderAttributeValue": value },
        });
        own.admin("AdminLinkProviderForUser", link);
    };
    link("ada", "mail", "ada@corp.example");
    link("bob", "sub", "b1");
    link("cleo", "Cognito_Subject", "c1@corp.example");
    let browser = Browser::new(&live.endpoint);
    let who = |subject: &str, email: &str| {
        let came = tokens(&browser, &own, &come(&browser, &own, "Corp", subject, &[("email", email)]));
        claims(&came)["cognito:username"].as_str().unwrap().to_owned()
    };
    assert_eq!(who("a1", "ada@corp.example"), "ada", "the provider's mail is the pool's email");
    assert_eq!([who("b1", "b@corp.example"), who("c1@corp.example", "c@corp.example")], ["bob", "cleo"]);
    // Nobody is called by an address, and an address is nobody's name.
    assert_eq!(who("ada@corp.example", "other@corp.example"), "Corp_ada@corp.example");
    assert_eq!(who("d1", "c1@corp.example"), "Corp_d1");
}

#[test]
fn only_what_is_mapped_is_written_and_what_is_left_empty_wipes_nothing() {
    let live = live(5);
    let own = open(&live);
    let browser = Browser::new(&live.endpoint);
    let shown = |name: &str| {
        let user = own.user("Corp_grace");
        attribute(&json!({ "Attributes": user["UserAttributes"] }), name).map(str::to_owned)
    };
    let told = [("email", "grace@corp.example"), ("family_name", "Hopper"), ("email_verified", "true")];
    tokens(&browser, &own, &come(&browser, &own, "Corp", "grace", &told));
    assert_eq!([shown("family_name"), shown("email_verified")], [None, None], "the mapping has no such names");
    tokens(&browser, &own, &come(&browser, &own, "Corp", "grace", &[("email", ""), ("custom:none", "x")]));
    assert_eq!(shown("email").as_deref(), Some("grace@corp.example"));
}

#[test]
fn a_known_person_comes_in_past_the_triggers_of_authentication_and_a_new_one_past_those_of_signing_up() {
    let live = live(5);
    let own = open(&live);
    let browser = Browser::new(&live.endpoint);
    let answer = |triggers: Value| live.sandbox.set_triggers(&own.pool, triggers).unwrap();
    let grace = |email: &str| come(&browser, &own, "Corp", "grace", &[("email", email)]);
    let email = || {
        let user = own.user("Corp_grace");
        attribute(&json!({ "Attributes": user["UserAttributes"] }), "email").unwrap().to_owned()
    };
    let fails = json!({ "error": "not today" });
    answer(json!({ "PreAuthentication": fails, "PostAuthentication": fails }));
    tokens(&browser, &own, &grace("grace@corp.example"));
    let before = json!([{ "when": { "/triggerSource": "PreAuthentication_Authentication", "/userName": "Corp_grace",
        "/request/userAttributes/email": "grace@corp.example" }, "error": "not today" }]);
    answer(json!({ "PreAuthentication": before, "PreSignUp": fails, "PostConfirmation": fails }));
    let refused = grace("first@corp.example");
    assert!(why(&refused).contains("PreAuthentication failed with error not today."), "{}", why(&refused));
    assert_eq!(email(), "grace@corp.example");
    let after = json!([{ "when": { "/triggerSource": "PostAuthentication_Authentication",
        "/request/userAttributes/email": "second@corp.example" }, "error": "not today" }]);
    answer(json!({ "PostAuthentication": after }));
    let refused = grace("second@corp.example");
    assert!(why(&refused).contains("PostAuthentication failed with error not today."), "{}", why(&refused));
    tokens(&browser, &own, &grace("third@corp.example"));
}

#[test]
fn what_a_provider_tells_goes_through_the_inbound_federation_trigger_first() {
    let live = live(5);
    let own = open(&live);
    let browser = Browser::new(&live.endpoint);
    let who = |subject: &str, email: &str| {
        let came = tokens(&browser, &own, &come(&browser, &own, "Corp", subject, &[("email", email)]));
        let username = claims(&came)["cognito:username"].as_str().unwrap().to_owned();
        let user = own.user(&username);
        let email = attribute(&json!({ "Attributes": user["UserAttributes"] }), "email").map(str::to_owned);
        (username, email)
    };
    let named = |name: &str, email: &str| (name.to_owned(), Some(email.to_owned()));
    let rule = |mail: &str, response: Value| {
        let when = json!({ "/triggerSource": "InboundFederation_ExternalProvider", "/request/providerName": "Corp",
            "/request/providerType": "OIDC", "/request/attributes/idToken/mail": mail });
        json!({ "when": when, "response": { "userAttributesToMap": response } })
    };
    let rules = json!([
        rule("G@corp.example", json!({ "sub": "grace", "mail": "g@corp.example" })),
        rule("nobody@corp.example", json!({ "sub": "ida" })),
        rule("plain@corp.example", json!({})),
        { "when": { "/request/attributes/userInfo/sub": "mallory" }, "error": "not here" },
    ]);
    live.sandbox.set_triggers(&own.pool, json!({ "InboundFederation": rules })).unwrap();
    assert_eq!(who("grace", "G@corp.example"), named("Corp_grace", "g@corp.example"));
    assert_eq!(who("ida", "nobody@corp.example"), ("Corp_ida".to_owned(), None), "what is left out is dropped");
    assert_eq!(
        who("ida", "plain@corp.example"),
        named("Corp_ida", "plain@corp.example"),
        "an empty answer drops nothing"
    );
    // Who is linked by an attribute is found by what the function has made of it.
    own.person("ada", &[]);
    let link = json!({
        "DestinationUser": { "ProviderName": "Cognito", "ProviderAttributeValue": "ada" },
        "SourceUser":
            { "ProviderName": "Corp", "ProviderAttributeName": "mail", "ProviderAttributeValue": "g@corp.example" },
    });
    own.admin("AdminLinkProviderForUser", link);
    assert_eq!(who("other", "G@corp.example").0, "ada");
    let refused = come(&browser, &own, "Corp", "mallory", &[("email", "m@corp.example")]);
    assert!(why(&refused).contains("InboundFederation failed with error not here."), "{}", why(&refused));
}

#[test]
fn blanks_name_nobody_and_tokens_tell_who_asks_that_somebody_came_from_elsewhere() {
    let live = live(5);
    let own = open(&live);
    let browser = Browser::new(&live.endpoint);
    let asked = [("acr_values", "urn:cognito:loa:1")];
    let refused = come(&browser, &own, "Corp", "  \t ", &[]);
    assert!(refused.location.is_none() && refused.text.contains("nobody knows who you are"), "{}", refused.text);
    let needed = |name: &str| refused.text.split('<').any(|tag| tag.contains(name) && tag.ends_with(" required>"));
    assert_eq!([needed("name=\"subject\""), needed("name=\"attribute email\"")], [true, false], "{}", refused.text);
    own.admin_fails("AdminGetUser", json!({ "Username": "Corp_" }), "UserNotFoundException");
    let told = claims(&tokens(&browser, &own, &come_asking(&browser, &own, ("Corp", &asked), "grace", &[])));
    assert_eq!((&told["amr"], told.get("acr")), (&json!(["fed"]), None));
    let plain = claims(&tokens(&browser, &own, &come(&browser, &own, "Corp", "grace", &[])));
    assert_eq!(plain.get("amr"), None);
}

/// Leaves for a provider; gives the address under which it leads back, and the state.
fn left(browser: &Browser, own: &Own<'_>, provider: &str) -> (String, String) {
    let asked = [
        ("response_type", "code"),
        ("client_id", own.client.as_str()),
        ("redirect_uri", "http://localhost:3000/callback"),
        ("scope", "openid"),
        ("identity_provider", provider),
        ("state", "the app's own"),
    ];
    let state = browser.get(&path("/oauth2/authorize", &asked)).parameter("state").unwrap();
    (path("/oauth2/idpresponse", &[("code", "theirs"), ("state", &state)]), state)
}

#[test]
fn what_a_provider_refuses_is_told_to_the_app_with_its_state_and_once() {
    let live = live(5);
    let own = open(&live);
    let browser = Browser::new(&live.endpoint);
    let (_, state) = left(&browser, &own, "Corp");
    let no = [("error", "access_denied"), ("error_description", "The person said no"), ("state", state.as_str())];
    let told = browser.get(&path("/oauth2/idpresponse", &no));
    let parameter = |name: &str| told.parameter(name).unwrap();
    assert_eq!([parameter("error"), parameter("state")], ["access_denied", "the app's own"]);
    assert_eq!(parameter("error_description"), "Corp Error - 400 access_denied The person said no");
    assert_eq!(browser.get(&path("/oauth2/idpresponse", &no)).status, 400, "nobody is waited for any more");
}

#[test]
fn who_comes_back_when_provider_client_or_address_are_gone_is_not_let_in() {
    let live = live(5);
    let own = open(&live);
    let browser = Browser::new(&live.endpoint);
    let offers = |providers: Value, callback: &str| {
        own.admin(
            "UpdateUserPoolClient",
            json!({ "ClientId": own.client, "SupportedIdentityProviders": providers,
            "AllowedOAuthFlowsUserPoolClient": true, "AllowedOAuthFlows": ["code"], "AllowedOAuthScopes": ["openid"],
            "CallbackURLs": [callback] }),
        );
    };
    let callback = "http://localhost:3000/callback";
    let (back, _) = left(&browser, &own, "Firm");
    offers(json!(["COGNITO", "Corp"]), callback);
    assert!(why(&browser.get(&back)).contains("Firm"), "the client offers it no longer");
    let (back, _) = left(&browser, &own, "Corp");
    own.admin("DeleteIdentityProvider", json!({ "ProviderName": "Corp" }));
    assert!(why(&browser.get(&back)).contains("Corp"), "it was removed");
    own.admin(
        "CreateIdentityProvider",
        json!({ "ProviderName": "Corp", "ProviderType": "OIDC", "ProviderDetails": {
        "client_id": "ours", "oidc_issuer": "https://idp.example", "authorize_scopes": "openid",
        "authorize_url": "https://idp.example/authorize" } }),
    );
    offers(json!(["COGNITO", "Corp"]), callback);
    let (back, _) = left(&browser, &own, "Corp");
    offers(json!(["COGNITO", "Corp"]), "http://localhost:3000/elsewhere");
    let shown = browser.get(&back).location.unwrap();
    assert!(shown.contains("/error?") && shown.contains("redirect_mismatch"), "{shown}");
}

#[test]
fn what_cannot_be_written_at_each_sign_in_keeps_people_out_and_an_address_is_verified_by_the_mapping_alone() {
    let live = live(5);
    let own = open(&live);
    let browser = Browser::new(&live.endpoint);
    let come = |told: &[(&str, &str)]| come(&browser, &own, "Corp", "grace", told);
    own.admin(
        "AddCustomAttributes",
        json!({ "CustomAttributes": [
        { "Name": "badge", "AttributeDataType": "String", "Mutable": false }] }),
    );
    let maps = |mapping: Value| {
        own.admin("UpdateIdentityProvider", json!({ "ProviderName": "Corp", "AttributeMapping": mapping }));
    };
    maps(json!({ "username": "sub", "email": "mail", "custom:badge": "badge" }));
    tokens(&browser, &own, &come(&[("email", "g@corp.example"), ("custom:badge", "7")]));
    let again = why(&come(&[("email", "g@corp.example"), ("custom:badge", "7")]));
    assert_eq!(again, "user.custom:badge: Attribute cannot be updated.", "also to what it is");

    maps(json!({ "username": "sub", "email": "mail" }));
    let verified = || {
        let user = own.user("Corp_grace");
        attribute(&json!({ "Attributes": user["UserAttributes"] }), "email_verified").map(str::to_owned)
    };
    own.admin(
        "AdminUpdateUserAttributes",
        json!({ "Username": "Corp_grace",
        "UserAttributes": [{ "Name": "email_verified", "Value": "true" }] }),
    );
    tokens(&browser, &own, &come(&[("email", "g@corp.example")]));
    assert_eq!(verified().as_deref(), Some("false"), "nobody says that it is");
    maps(json!({ "username": "sub", "email": "mail", "email_verified": "email_verified" }));
    tokens(&browser, &own, &come(&[("email", "g@corp.example"), ("email_verified", "true")]));
    assert_eq!(verified().as_deref(), Some("true"));

    own.admin(
        "UpdateUserPoolClient",
        json!({ "ClientId": own.client, "SupportedIdentityProviders": ["COGNITO", "Corp"],
        "AllowedOAuthFlowsUserPoolClient": true, "AllowedOAuthFlows": ["code"], "AllowedOAuthScopes": ["openid"],
        "CallbackURLs": ["http://localhost:3000/callback"], "WriteAttributes": ["name"] }),
    );
    let unwritten = why(&come(&[("email", "g@corp.example")]));
    assert_eq!(unwritten, "A client attempted to write unauthorized attribute");
}
