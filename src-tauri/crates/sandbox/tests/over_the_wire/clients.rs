//! App clients: defaults, resets, refusals, secrets.

use crate::support::{Live, live};
use serde_json::{Value, json};

fn make(live: &Live, input: Value) -> Value {
    let mut input = input;
    input["ClientName"] = json!("made");
    live.ok("CreateUserPoolClient", input)["UserPoolClient"].clone()
}

#[test]
fn a_new_client_has_the_defaults_of_aws_and_an_update_returns_to_them() {
    let live = live(1);
    let fresh = make(&live, json!({}));
    for (setting, value) in [
        ("RefreshTokenValidity", json!(30)),
        ("TokenValidityUnits", json!({})),
        ("EnableTokenRevocation", json!(true)),
        ("AuthSessionValidity", json!(3)),
        ("PreventUserExistenceErrors", json!("LEGACY")),
        ("AllowedOAuthFlowsUserPoolClient", json!(false)),
    ] {
        assert_eq!(fresh[setting], value, "{setting}");
    }
    assert!(fresh.get("ClientSecret").is_none());
    let changed = json!({
        "ClientId": fresh["ClientId"],
        "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"],
        "RefreshTokenValidity": 0,
        "IdTokenValidity": 5,
        "TokenValidityUnits": { "IdToken": "minutes", "RefreshToken": "hours" },
        "CallbackURLs": ["https://app.example/cb", "myapp://cb", "http://localhost:3000/cb", "http://[::1]:80/"],
        "DefaultRedirectURI": "myapp://cb",
        "AllowedOAuthFlows": ["code"],
        "AllowedOAuthScopes": ["openid", "sandbox.example/read"],
        "AllowedOAuthFlowsUserPoolClient": true,
        "ReadAttributes": ["email", "custom:tenant"],
        "PreventUserExistenceErrors": "ENABLED",
    });
    let updated = live.ok("UpdateUserPoolClient", changed)["UserPoolClient"].clone();
    assert_eq!((&updated["RefreshTokenValidity"], &updated["IdTokenValidity"]), (&json!(30), &json!(5)));
    assert_eq!(updated["TokenValidityUnits"], json!({ "IdToken": "minutes" }));
    assert_eq!(updated["ClientName"], "made");
    let reset = live.ok("UpdateUserPoolClient", json!({ "ClientId": fresh["ClientId"], "ClientName": "named" }));
    let mut reset = reset["UserPoolClient"].clone();
    assert_eq!(reset["ClientName"], "named");
    reset["ClientName"] = json!("made");
    reset["LastModifiedDate"] = fresh["LastModifiedDate"].clone();
    assert_eq!(reset, fresh);
    live.ok("DeleteUserPoolClient", json!({ "ClientId": fresh["ClientId"] }));
    for operation in ["DescribeUserPoolClient", "UpdateUserPoolClient", "DeleteUserPoolClient"] {
        live.fails(operation, json!({ "ClientId": fresh["ClientId"] }), "ResourceNotFoundException");
    }
}

#[test]
fn clients_that_could_not_work_are_refused() {
    let live = live(1);
    let oauth = |grants: Value, scopes: Value| json!({ "AllowedOAuthFlowsUserPoolClient": true, "AllowedOAuthFlows": grants, "AllowedOAuthScopes": scopes });
    let invalid = "InvalidParameterException";
    for (bad, code) in [
        (json!({ "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH", "USER_PASSWORD_AUTH"] }), invalid),
        (json!({ "ExplicitAuthFlows": ["ALLOW_CLIENT_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH"] }), invalid),
        (json!({ "ExplicitAuthFlows": ["ALLOW_EVERYTHING"] }), invalid),
        (json!({ "IdTokenValidity": 25 }), invalid),
        (json!({ "AccessTokenValidity": 4, "TokenValidityUnits": { "AccessToken": "minutes" } }), invalid),
        (json!({ "RefreshTokenValidity": 3651 }), invalid),
        (json!({ "RefreshTokenValidity": 59, "TokenValidityUnits": { "RefreshToken": "minutes" } }), invalid),
        (json!({ "AuthSessionValidity": 2 }), invalid),
        (json!({ "CallbackURLs": ["http://app.example/cb"] }), invalid),
        (json!({ "CallbackURLs": ["https://app.example/cb#part"] }), invalid),
        (json!({ "CallbackURLs": ["/cb"] }), invalid),
        (json!({ "LogoutURLs": ["http://app.example/"] }), invalid),
        (json!({ "CallbackURLs": ["https://a.example/"], "DefaultRedirectURI": "https://b.example/" }), invalid),
        (json!({ "SupportedIdentityProviders": ["Nobody"] }), invalid),
        (json!({ "ReadAttributes": ["custom:none"] }), invalid),
        (json!({ "WriteAttributes": ["sub"] }), invalid),
        (json!({ "GenerateSecret": true, "ClientSecret": "s".repeat(30) }), invalid),
        (json!({ "AllowedOAuthFlowsUserPoolClient": true }), invalid),
        (oauth(json!(["client_credentials"]), json!(["sandbox.example/read"])), "InvalidOAuthFlowException"),
        (oauth(json!(["code", "client_credentials"]), json!(["openid"])), "InvalidOAuthFlowException"),
        (oauth(json!(["code"]), json!(["sandbox.example/none"])), "ScopeDoesNotExistException"),
    ] {
        let mut input = live.in_pool(bad.clone());
        input["ClientName"] = json!("refused");
        let reply = live.call("CreateUserPoolClient", input);
        assert_eq!((reply.status, reply.code().as_str()), (400, code), "{bad}: {}", reply.text);
    }
    let mut machine = oauth(json!(["client_credentials"]), json!(["sandbox.example/read"]));
    machine["GenerateSecret"] = json!(true);
    make(&live, machine);
}

#[test]
fn secrets_are_rotated_two_at_a_time_and_never_shown_again() {
    let live = live(1);
    let public = make(&live, json!({}));
    let reply = json!({ "ClientId": public["ClientId"] });
    live.fails("AddUserPoolClientSecret", reply, "InvalidParameterException");
    let client = make(&live, json!({ "GenerateSecret": true }));
    let of = |more: Value| {
        let mut input = json!({ "ClientId": client["ClientId"] });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    let ids = || {
        let listed = live.ok("ListUserPoolClientSecrets", of(json!({})))["ClientSecrets"].clone();
        let listed = listed.as_array().unwrap().clone();
        assert!(listed.iter().all(|secret| secret.get("ClientSecretValue").is_none()));
        listed.iter().map(|secret| secret["ClientSecretId"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let first = ids();
    assert!(first[0].starts_with(&format!("{}--", client["ClientId"].as_str().unwrap())));
    live.fails("DeleteUserPoolClientSecret", of(json!({ "ClientSecretId": first[0] })), "InvalidParameterException");
    let added = live.ok("AddUserPoolClientSecret", of(json!({})))["ClientSecretDescriptor"].clone();
    assert!(added["ClientSecretValue"].as_str().unwrap().len() >= 24);
    assert_eq!(ids().len(), 2);
    live.fails("AddUserPoolClientSecret", of(json!({})), "LimitExceededException");
    let described = || live.ok("DescribeUserPoolClient", of(json!({})))["UserPoolClient"]["ClientSecret"].clone();
    assert_eq!(described(), client["ClientSecret"]);
    live.ok("DeleteUserPoolClientSecret", of(json!({ "ClientSecretId": first[0] })));
    assert_eq!(ids(), [added["ClientSecretId"].as_str().unwrap()]);
    assert_eq!(described(), added["ClientSecretValue"]);
    let own = live.ok("AddUserPoolClientSecret", of(json!({ "ClientSecret": "x".repeat(24) })));
    assert!(own["ClientSecretDescriptor"].get("ClientSecretValue").is_none(), "only what Cognito made is shown");
    live.fails("DeleteUserPoolClientSecret", of(json!({ "ClientSecretId": first[0] })), "ResourceNotFoundException");
    live.fails("AddUserPoolClientSecret", of(json!({ "ClientSecret": "short" })), "InvalidParameterException");
}
