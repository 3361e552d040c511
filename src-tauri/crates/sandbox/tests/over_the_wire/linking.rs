//! Identities of other providers that belong to people of the pool.

use crate::support::{Live, Own, PASSWORD, attribute, by_password, live};
use serde_json::{Value, json};

fn with_providers(live: &Live) -> Own<'_> {
    let own = Own::new(live, json!({}), by_password());
    let social = json!({ "client_id": "c", "client_secret": "s", "authorize_scopes": "openid" });
    own.admin(
        "CreateIdentityProvider",
        json!({ "ProviderName": "Google", "ProviderType": "Google", "ProviderDetails": social }),
    );
    let oidc = json!({ "client_id": "c", "oidc_issuer": "https://idp.example", "authorize_scopes": "openid" });
    own.admin(
        "CreateIdentityProvider",
        json!({ "ProviderName": "Partner", "ProviderType": "OIDC", "ProviderDetails": oidc }),
    );
    own.person("ada", &[]);
    own
}

fn source(provider: &str, attribute: &str, value: &str) -> Value {
    json!({ "ProviderName": provider, "ProviderAttributeName": attribute, "ProviderAttributeValue": value })
}

fn link(destination: &str, source: &Value) -> Value {
    let destination = json!({ "ProviderName": "Cognito", "ProviderAttributeValue": destination });
    json!({ "DestinationUser": destination, "SourceUser": source })
}

#[test]
fn an_identity_is_linked_shown_and_taken_away() {
    let live = live(5);
    let own = with_providers(&live);
    let google = source("Google", "Cognito_Subject", "1234");
    own.admin("AdminLinkProviderForUser", link("ada", &google));
    own.admin("AdminLinkProviderForUser", link("ada", &source("Partner", "email", "ada@partner.example")));
    let identities = || {
        let user = own.user("ada");
        attribute(&user, "identities").map(|text| serde_json::from_str::<Value>(text).unwrap())
    };
    let shown = identities().unwrap();
    assert_eq!(shown.as_array().unwrap().len(), 2);
    assert_eq!((&shown[0]["providerName"], &shown[0]["userId"]), (&json!("Google"), &json!("1234")));
    assert_eq!(shown[1]["providerType"], "OIDC");
    own.person("bob", &[]);
    own.admin_fails("AdminLinkProviderForUser", link("bob", &google), "InvalidParameterException");
    own.admin("AdminDisableProviderForUser", json!({ "User": google }));
    assert_eq!(identities().unwrap().as_array().unwrap().len(), 1);
    own.admin("AdminLinkProviderForUser", link("bob", &google));
    own.admin_fails(
        "AdminDisableProviderForUser",
        json!({ "User": source("Google", "Cognito_Subject", "0") }),
        "UserNotFoundException",
    );
}

#[test]
fn a_link_needs_people_and_providers_that_exist_and_five_are_the_most() {
    let live = live(5);
    let own = with_providers(&live);
    let google = source("Google", "Cognito_Subject", "1");
    own.admin_fails("AdminLinkProviderForUser", link("nobody", &google), "UserNotFoundException");
    own.admin_fails(
        "AdminLinkProviderForUser",
        link("ada", &source("Nobody", "sub", "1")),
        "ResourceNotFoundException",
    );
    for bad in [
        source("Google", "email", "1"),
        source("Cognito", "Cognito_Subject", "ada"),
        source("Google", "Cognito_Subject", ""),
    ] {
        own.admin_fails("AdminLinkProviderForUser", link("ada", &bad), "InvalidParameterException");
    }
    own.person("Google_7", &[]);
    own.admin_fails(
        "AdminLinkProviderForUser",
        link("ada", &source("Google", "Cognito_Subject", "7")),
        "InvalidParameterException",
    );
    for at in 0..5 {
        own.admin("AdminLinkProviderForUser", link("ada", &source("Partner", "sub", &at.to_string())));
    }
    own.admin_fails("AdminLinkProviderForUser", link("ada", &source("Partner", "sub", "5")), "LimitExceededException");
}

#[test]
fn a_native_person_who_is_disabled_as_such_has_no_password() {
    let live = live(5);
    let own = with_providers(&live);
    assert_eq!(own.try_sign_in("ada", PASSWORD).status, 200);
    own.admin("AdminDisableProviderForUser", json!({ "User": source("Cognito", "Cognito_Subject", "ada") }));
    assert_eq!(own.try_sign_in("ada", PASSWORD).code(), "NotAuthorizedException");
}
