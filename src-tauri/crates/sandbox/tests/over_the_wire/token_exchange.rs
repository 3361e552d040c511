//! `GetDerivedToken`: a token for a single service, for the person or for somebody who acts for the person.

use crate::support::sign_in::{by_password, claims, person};
use crate::support::{Live, Own, PASSWORD, live};
use serde_json::{Value, json};

fn open<'a>(live: &'a Live, flows: &[&str]) -> (Own<'a>, String) {
    let own = Own::new(live, json!({}), json!({ "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"] }));
    let scope = json!({ "ScopeName": "read", "ScopeDescription": "Read" });
    own.admin("CreateResourceServer", json!({ "Identifier": "orders", "Name": "orders", "Scopes": [scope] }));
    person(&own, "ada", &[("email", "ada@x.example")]);
    person(&own, "bob", &[]);
    let client = json!({
        "ClientName": "exchange", "GenerateSecret": true, "ExplicitAuthFlows": flows,
        "AllowedOAuthFlowsUserPoolClient": true, "AllowedOAuthFlows": ["code"], "CallbackURLs": ["https://x.example"],
        "AllowedOAuthScopes": ["orders/read", "aws.cognito.signin.user.admin"],
    });
    let made = own.admin("CreateUserPoolClient", client)["UserPoolClient"].clone();
    let secret = made["ClientSecret"].as_str().unwrap().to_owned();
    let own = Own { client: made["ClientId"].as_str().unwrap().to_owned(), ..own };
    (own, secret)
}

fn tokens(own: &Own<'_>, name: &str) -> Value {
    let clients = own.admin("ListUserPoolClients", json!({}))["UserPoolClients"].clone();
    let first =
        clients.as_array().unwrap().iter().find(|client| client["ClientName"] == "own").unwrap()["ClientId"].clone();
    let mut input = by_password(name, PASSWORD);
    input["ClientId"] = first;
    own.live.ok("InitiateAuth", input)["AuthenticationResult"].clone()
}

const BOTH: [&str; 2] = ["ALLOW_TOKEN_EXCHANGE_IMPERSONATION", "ALLOW_TOKEN_EXCHANGE_DELEGATION"];

#[test]
fn a_token_is_exchanged_for_one_that_a_single_service_takes() {
    let live = live(5);
    let (own, secret) = open(&live, &BOTH);
    let ada = tokens(&own, "ada");
    let subject = json!({
        "ClientSecret": secret, "SubjectToken": ada["AccessToken"], "SubjectTokenType": "ACCESS_TOKEN",
        "Resources": ["orders"],
    });
    let made = own.ok("GetDerivedToken", subject.clone());
    assert_eq!((&made["IssuedTokenType"], &made["TokenType"]), (&json!("ACCESS_TOKEN"), &json!("Bearer")));
    assert_eq!(made["Scopes"], json!(["aws.cognito.signin.user.admin"]));
    let (before, after) = (claims(&ada["AccessToken"]), claims(&made["IssuedToken"]));
    assert_eq!((&after["aud"], &after["client_id"]), (&json!("orders"), &json!(own.client)));
    assert_eq!((&before["sub"], &before["origin_jti"]), (&after["sub"], &after["origin_jti"]));
    assert!(after.get("act").is_none());
    assert_eq!(own.unsigned("GetUser", json!({ "AccessToken": made["IssuedToken"] })).json()["Username"], "ada");

    // Nobody gets a scope that the token did not have.
    let mut wider = subject.clone();
    wider["Scopes"] = json!(["orders/read", "aws.cognito.signin.user.admin"]);
    assert_eq!(own.ok("GetDerivedToken", wider)["Scopes"], json!(["aws.cognito.signin.user.admin"]));

    // An empty list of scopes would be that of a sign-in, which may do everything about its own user.
    let mut nothing = subject.clone();
    nothing["Scopes"] = json!(["orders/read"]);
    own.fails("GetDerivedToken", nothing, "InvalidParameterException");
    let unnamed = json!({
        "ClientSecret": secret, "SubjectToken": ada["IdToken"], "SubjectTokenType": "ID_TOKEN",
        "RequestedTokenType": "ACCESS_TOKEN",
    });
    own.fails("GetDerivedToken", unnamed, "InvalidParameterException");

    let mut delegated = subject.clone();
    delegated["ActorToken"] = tokens(&own, "bob")["IdToken"].clone();
    delegated["ActorTokenType"] = json!("ID_TOKEN");
    delegated["RequestedTokenType"] = json!("ID_TOKEN");
    let made = own.ok("GetDerivedToken", delegated);
    assert_eq!((&made["IssuedTokenType"], &made["TokenType"]), (&json!("ID_TOKEN"), &json!("N_A")));
    let told = claims(&made["IssuedToken"]);
    assert_eq!((&told["email"], &told["cognito:username"]), (&json!("ada@x.example"), &json!("ada")));
    assert_eq!(told["act"]["sub"], claims(&tokens(&own, "bob")["IdToken"])["sub"]);
}

#[test]
fn an_exchange_is_refused_without_leave_or_with_a_token_that_is_not_good() {
    let live = live(5);
    let (own, secret) = open(&live, &["ALLOW_TOKEN_EXCHANGE_IMPERSONATION"]);
    let ada = tokens(&own, "ada");
    let input = |changes: Value| {
        let mut input = json!({
            "ClientSecret": secret, "SubjectToken": ada["AccessToken"], "SubjectTokenType": "ACCESS_TOKEN",
        });
        input.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        input
    };
    own.ok("GetDerivedToken", input(json!({})));
    for (changes, code) in [
        (json!({ "ClientSecret": "x".repeat(30) }), "NotAuthorizedException"),
        (json!({ "SubjectTokenType": "ID_TOKEN" }), "NotAuthorizedException"),
        (json!({ "SubjectTokenType": "SAML2" }), "NotAuthorizedException"),
        (json!({ "SubjectToken": "a.b.c" }), "NotAuthorizedException"),
        (json!({ "ActorToken": ada["AccessToken"], "ActorTokenType": "ACCESS_TOKEN" }), "NotAuthorizedException"),
        (json!({ "ActorTokenType": "ACCESS_TOKEN" }), "InvalidParameterException"),
        (json!({ "Audiences": ["a"], "Resources": ["orders"] }), "InvalidParameterException"),
        (json!({ "Resources": ["nothing"] }), "ResourceNotFoundException"),
    ] {
        own.fails("GetDerivedToken", input(changes), code);
    }
    own.admin("AdminUserGlobalSignOut", json!({ "Username": "ada" }));
    own.fails("GetDerivedToken", input(json!({})), "NotAuthorizedException");
}
