//! Tokens: what they say, how they are renewed, and what ends them.

use std::time::Duration;

use crate::support::sign_in::{by_password, person};
use crate::support::{Live, Own, PASSWORD, live};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use rstest::rstest;
use serde_json::{Map, Value, json};

const ROLES: &str = "arn:aws:iam::123456789012:role/";

fn flows() -> Value {
    json!({ "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"] })
}

fn client(changes: Value) -> Value {
    let mut client = flows();
    if let Value::Object(changes) = changes {
        client.as_object_mut().unwrap().extend(changes);
    }
    client
}

fn tokens(own: &Own<'_>, name: &str) -> Value {
    own.ok("InitiateAuth", by_password(name, PASSWORD))["AuthenticationResult"].clone()
}

fn claims(token: &Value) -> Value {
    let part = token.as_str().unwrap().split('.').nth(1).unwrap().to_owned();
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

fn jwks(live: &Live, pool: &str) -> JwkSet {
    let agent: ureq::Agent = ureq::Agent::config_builder().build().into();
    let mut answer = agent.get(format!("{}/{pool}/.well-known/jwks.json", live.endpoint)).call().unwrap();
    serde_json::from_str(&answer.body_mut().read_to_string().unwrap()).unwrap()
}

/// Verifies as `aws-jwt-verify` does: key, signature, issuer, use, client.
fn verified(own: &Own<'_>, token: &Value, token_use: &str) -> Option<Value> {
    let token = token.as_str()?;
    let header = jsonwebtoken::decode_header(token).ok()?;
    let keys = jwks(own.live, &own.pool);
    let mut validation = Validation::new(Algorithm::RS256);
    // The sandbox has a clock of its own.
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.set_issuer(&[format!("https://cognito-idp.eu-west-1.amazonaws.com/{}", own.pool)]);
    let key = DecodingKey::from_jwk(keys.find(&header.kid?)?).ok()?;
    let claims = jsonwebtoken::decode::<Value>(token, &key, &validation).ok()?.claims;
    let client = if token_use == "id" { &claims["aud"] } else { &claims["client_id"] };
    (claims["token_use"] == token_use && *client == json!(own.client)).then_some(claims)
}

#[test]
fn both_tokens_say_who_signed_in_and_are_signed_with_keys_of_their_own() {
    let live = live(5);
    let pool = json!({ "Schema": [{ "Name": "tier", "AttributeDataType": "Number" }] });
    let own = Own::new(
        &live,
        pool,
        client(
            json!({ "AccessTokenValidity": 5, "IdTokenValidity": 2, "TokenValidityUnits": { "AccessToken": "minutes" } }),
        ),
    );
    person(
        &own,
        "ada",
        &[("email", "ada@x.example"), ("email_verified", "true"), ("custom:tier", "7"), ("address", "1 Way")],
    );
    for (name, precedence) in [("later", 5), ("first", 1)] {
        own.admin(
            "CreateGroup",
            json!({ "GroupName": name, "Precedence": precedence, "RoleArn": format!("{ROLES}{name}") }),
        );
        own.admin("AdminAddUserToGroup", json!({ "Username": "ada", "GroupName": name }));
    }
    let tokens = tokens(&own, "ada");
    assert_eq!((&tokens["ExpiresIn"], &tokens["TokenType"]), (&json!(300), &json!("Bearer")));
    let id = verified(&own, &tokens["IdToken"], "id").unwrap();
    let access = verified(&own, &tokens["AccessToken"], "access").unwrap();
    let kid = |token: &Value| jsonwebtoken::decode_header(token.as_str().unwrap()).unwrap().kid.unwrap();
    assert_ne!(kid(&tokens["IdToken"]), kid(&tokens["AccessToken"]));
    assert!(verified(&own, &tokens["IdToken"], "access").is_none(), "an ID token is no access token");
    assert_eq!((&id["cognito:username"], &access["username"]), (&json!("ada"), &json!("ada")));
    assert_eq!(
        (&id["sub"], &id["event_id"], &id["origin_jti"]),
        (&access["sub"], &access["event_id"], &access["origin_jti"])
    );
    assert_eq!(
        (&id["email_verified"], &id["custom:tier"], &id["address"]),
        (&json!(true), &json!("7"), &json!({ "formatted": "1 Way" }))
    );
    assert_eq!(
        (&id["cognito:groups"], &access["cognito:groups"]),
        (&json!(["first", "later"]), &json!(["first", "later"]))
    );
    assert_eq!(
        (&id["cognito:roles"], &id["cognito:preferred_role"]),
        (&json!([format!("{ROLES}first"), format!("{ROLES}later")]), &json!(format!("{ROLES}first")))
    );
    assert_eq!(
        (&access["scope"], access.get("version"), access.get("aud")),
        (&json!("aws.cognito.signin.user.admin"), None, None)
    );
    let life = |claims: &Value| claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap();
    assert_eq!((life(&id), life(&access)), (7200, 300));
    assert!(tokens["RefreshToken"].as_str().unwrap().split('.').count() == 5);
    assert!(access.get("email").is_none() && id.get("client_id").is_none());
}

#[test]
fn an_altered_token_is_believed_by_nobody() {
    let live = live(5);
    let own = Own::new(&live, json!({}), flows());
    person(&own, "ada", &[]);
    person(&own, "eve", &[]);
    let (ada, eve) = (tokens(&own, "ada"), tokens(&own, "eve"));
    let parts = |token: &Value| token.as_str().unwrap().split('.').map(str::to_owned).collect::<Vec<_>>();
    let (a, e) = (parts(&ada["AccessToken"]), parts(&eve["AccessToken"]));
    let none = BASE64_URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#);
    let forged = [
        format!("{}.{}.{}", e[0], a[1], e[2]),
        format!("{none}.{}.", a[1]),
        format!("{none}.{}.{}", a[1], a[2]),
        format!("{}.{}", a[0], a[1]),
        "nonsense".to_owned(),
        ada["IdToken"].as_str().unwrap().to_owned(),
        ada["RefreshToken"].as_str().unwrap().to_owned(),
    ];
    for token in forged {
        let reply = own.unsigned("GetUser", json!({ "AccessToken": token }));
        assert_eq!(
            (reply.code().as_str(), reply.message().as_str()),
            ("NotAuthorizedException", "Invalid Access Token")
        );
    }
    assert_eq!(own.unsigned("GetUser", json!({ "AccessToken": ada["AccessToken"] })).status, 200);
}

fn get_user(own: &Own<'_>, tokens: &Value) -> String {
    let reply = own.unsigned("GetUser", json!({ "AccessToken": tokens["AccessToken"] }));
    if reply.status == 200 { "fine".to_owned() } else { format!("{}: {}", reply.code(), reply.message()) }
}

fn renew(own: &Own<'_>, token: &Value) -> (String, Value) {
    let reply = own.public("GetTokensFromRefreshToken", json!({ "RefreshToken": token }));
    match reply.status {
        200 => ("fine".to_owned(), reply.json()["AuthenticationResult"].clone()),
        _ => (format!("{}: {}", reply.code(), reply.message()), Value::Null),
    }
}

const REVOKED: &str = "NotAuthorizedException: Access Token has been revoked";
const REFRESH_REVOKED: &str = "NotAuthorizedException: Refresh Token has been revoked";

#[test]
fn tokens_live_as_long_as_the_client_says() {
    let live = live(5);
    let own = Own::new(
        &live,
        json!({}),
        client(json!({ "RefreshTokenValidity": 1, "TokenValidityUnits": { "RefreshToken": "hours" } })),
    );
    person(&own, "ada", &[]);
    let first = tokens(&own, "ada");
    live.sandbox.weather().advance(Duration::from_secs(3400));
    let (said, second) = renew(&own, &first["RefreshToken"]);
    assert_eq!((said.as_str(), second.get("RefreshToken")), ("fine", None));
    live.sandbox.weather().advance(Duration::from_secs(300));
    assert_eq!(get_user(&own, &first), "NotAuthorizedException: Access Token has expired");
    assert_eq!(get_user(&own, &second), "fine");
    assert_eq!(renew(&own, &first["RefreshToken"]).0, "NotAuthorizedException: Refresh Token has expired");
    let (old, new) = (claims(&first["AccessToken"]), claims(&second["AccessToken"]));
    assert_eq!(
        (&old["auth_time"], &old["origin_jti"], &old["event_id"]),
        (&new["auth_time"], &new["origin_jti"], &new["event_id"])
    );
    assert_ne!(old["jti"], new["jti"]);
}

#[test]
fn revoking_one_refresh_token_ends_its_sign_in_and_no_other() {
    let live = live(5);
    let own = Own::new(&live, json!({}), flows());
    person(&own, "ada", &[]);
    let (first, second) = (tokens(&own, "ada"), tokens(&own, "ada"));
    let (_, renewed) = renew(&own, &first["RefreshToken"]);
    own.fails("RevokeToken", json!({ "Token": first["AccessToken"] }), "UnsupportedTokenTypeException");
    own.fails("RevokeToken", json!({ "Token": "nonsense" }), "InvalidParameterException");
    own.fails(
        "RevokeToken",
        json!({ "Token": first["RefreshToken"], "ClientSecret": "012345678901234567890123" }),
        "UnauthorizedException",
    );
    for _ in 0..2 {
        own.ok("RevokeToken", json!({ "Token": first["RefreshToken"] }));
    }
    assert_eq!((get_user(&own, &first), get_user(&own, &renewed)), (REVOKED.to_owned(), REVOKED.to_owned()));
    assert_eq!(renew(&own, &first["RefreshToken"]).0, REFRESH_REVOKED);
    assert!(verified(&own, &first["AccessToken"], "access").is_some(), "others cannot know");
    assert_eq!((get_user(&own, &second).as_str(), renew(&own, &second["RefreshToken"]).0.as_str()), ("fine", "fine"));
    let deaf =
        Own {
            client: own
                .admin("CreateUserPoolClient", client(json!({ "ClientName": "deaf", "EnableTokenRevocation": false })))
                ["UserPoolClient"]["ClientId"]
                .as_str()
                .unwrap()
                .to_owned(),
            pool: own.pool.clone(),
            live: &live,
        };
    let third = tokens(&deaf, "ada");
    assert!(
        claims(&third["AccessToken"]).get("origin_jti").is_none() && claims(&third["IdToken"]).get("jti").is_none()
    );
    deaf.fails("RevokeToken", json!({ "Token": third["RefreshToken"] }), "UnsupportedOperationException");
    own.fails("RevokeToken", json!({ "Token": third["RefreshToken"] }), "UnauthorizedException");
    let elsewhere = Own::new(&live, json!({}), flows());
    elsewhere.fails("RevokeToken", json!({ "Token": second["RefreshToken"] }), "UnauthorizedException");
    assert_eq!(renew(&own, &second["RefreshToken"]).0, "fine", "no other client revokes it");
    assert_eq!(
        renew(&own, &third["RefreshToken"]).0,
        "NotAuthorizedException: Invalid Refresh Token",
        "another client's"
    );
}

#[rstest]
#[case::by_oneself("GlobalSignOut")]
#[case::by_an_administrator("AdminUserGlobalSignOut")]
#[case::by_being_disabled("AdminDisableUser")]
fn signing_out_everywhere_ends_every_sign_in_before_it(#[case] operation: &str) {
    let live = live(5);
    let own = Own::new(&live, json!({}), flows());
    person(&own, "ada", &[]);
    let (first, second) = (tokens(&own, "ada"), tokens(&own, "ada"));
    match operation {
        "GlobalSignOut" => {
            assert_eq!(own.unsigned(operation, json!({ "AccessToken": first["AccessToken"] })).status, 200);
        }
        _ => assert_eq!(own.admin(operation, json!({ "Username": "ada" })), json!({})),
    }
    if operation == "AdminDisableUser" {
        assert_eq!(renew(&own, &second["RefreshToken"]).0, "NotAuthorizedException: User is disabled.");
        own.admin("AdminEnableUser", json!({ "Username": "ada" }));
    }
    for tokens in [&first, &second] {
        assert_eq!(get_user(&own, tokens), REVOKED);
        assert_eq!(renew(&own, &tokens["RefreshToken"]).0, REFRESH_REVOKED);
    }
    assert_eq!(get_user(&own, &tokens(&own, "ada")), "fine");
    let again = tokens(&own, "ada");
    own.admin("AdminDeleteUser", json!({ "Username": "ada" }));
    assert_eq!(get_user(&own, &again), "UserNotFoundException: User does not exist.");
    assert!(renew(&own, &again["RefreshToken"]).0.starts_with("NotAuthorizedException"));
}

#[test]
fn rotation_gives_a_new_refresh_token_and_a_time_of_grace_for_the_old_one() {
    let live = live(5);
    let rotation = |seconds: u32| json!({ "RefreshTokenRotation": { "Feature": "ENABLED", "RetryGracePeriodSeconds": seconds }, "RefreshTokenValidity": 1, "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"] });
    let own = Own::new(&live, json!({}), rotation(30));
    person(&own, "ada", &[]);
    let first = tokens(&own, "ada");
    let (_, second) = renew(&own, &first["RefreshToken"]);
    assert!(second["RefreshToken"].is_string() && second["RefreshToken"] != first["RefreshToken"]);
    live.sandbox.weather().advance(Duration::from_secs(20));
    assert_eq!(renew(&own, &first["RefreshToken"]).0, "fine", "a retry");
    live.sandbox.weather().advance(Duration::from_secs(20));
    assert!(renew(&own, &first["RefreshToken"]).0.starts_with("RefreshTokenReuseException"));
    let (said, third) = renew(&own, &second["RefreshToken"]);
    assert_eq!(said, "fine");
    live.sandbox.weather().advance(Duration::from_secs(86_400));
    assert_eq!(
        renew(&own, &third["RefreshToken"]).0,
        "NotAuthorizedException: Refresh Token has expired",
        "not a day more"
    );
    let strict = Own::new(&live, json!({}), rotation(0));
    person(&strict, "ada", &[]);
    let first = tokens(&strict, "ada");
    assert_eq!(renew(&strict, &first["RefreshToken"]).0, "fine");
    assert!(renew(&strict, &first["RefreshToken"]).0.starts_with("RefreshTokenReuseException"));
}

#[test]
fn a_client_with_a_secret_renews_with_it() {
    let live = live(5);
    let own = Own::new(
        &live,
        json!({}),
        client(
            json!({ "GenerateSecret": true, "ExplicitAuthFlows": ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"] }),
        ),
    );
    let ask = json!({ "RefreshToken": "nonsense" });
    own.fails("GetTokensFromRefreshToken", ask, "NotAuthorizedException");
    let secret =
        own.admin("DescribeUserPoolClient", json!({ "ClientId": own.client }))["UserPoolClient"]["ClientSecret"]
            .clone();
    let reply = own.public("GetTokensFromRefreshToken", json!({ "RefreshToken": "nonsense", "ClientSecret": secret }));
    assert_eq!(reply.message(), "Invalid Refresh Token");
    let other = json!({ "RefreshToken": "nonsense", "ClientId": "nobody" });
    assert_eq!(own.unsigned("GetTokensFromRefreshToken", other).code(), "ResourceNotFoundException");
}

/// An error that was answered, with its message.
#[derive(Debug)]
struct Refused(String);

/// A pool whose trigger answers, and the claims of a sign-in: of the ID token and of the access token.
fn triggered(live: &Live, version: Option<&str>, response: Value) -> Result<(Value, Value), Refused> {
    let own = Own::new(live, json!({}), flows());
    if let Some(version) = version {
        let config = json!({ "PreTokenGenerationConfig": { "LambdaArn": "arn:aws:lambda:eu-west-1:123456789012:function:f", "LambdaVersion": version } });
        own.admin("UpdateUserPool", json!({ "LambdaConfig": config }));
    }
    person(&own, "ada", &[("email", "ada@x.example"), ("nickname", "A")]);
    own.admin("CreateGroup", json!({ "GroupName": "staff", "RoleArn": format!("{ROLES}staff") }));
    own.admin("AdminAddUserToGroup", json!({ "Username": "ada", "GroupName": "staff" }));
    let answers = Map::from_iter([("PreTokenGeneration".to_owned(), response)]);
    live.sandbox.set_triggers(&own.pool, answers.into()).unwrap();
    let reply = own.public("InitiateAuth", by_password("ada", PASSWORD));
    match reply.status {
        200 => {
            let tokens = reply.json()["AuthenticationResult"].clone();
            Ok((claims(&tokens["IdToken"]), claims(&tokens["AccessToken"])))
        }
        _ => Err(Refused(format!("{}: {}", reply.code(), reply.message()))),
    }
}

#[test]
fn version_one_of_the_trigger_changes_text_claims_of_the_id_token_and_groups_of_both() {
    let live = live(5);
    let response = json!({ "claimsOverrideDetails": {
        "claimsToAddOrOverride": { "tenant": "blue", "nickname": "B", "sub": "x", "cognito:username": "x", "iss": "x", "aud": "x", "email": "other" },
        "claimsToSuppress": ["email", "sub", "exp"],
        "groupOverrideDetails": { "groupsToOverride": ["guests"], "iamRolesToOverride": [format!("{ROLES}guest")], "preferredRole": format!("{ROLES}guest") },
    } });
    let (id, access) = triggered(&live, Some("V1_0"), response).unwrap();
    assert_eq!((&id["tenant"], &id["nickname"], &id["cognito:username"]), (&json!("blue"), &json!("B"), &json!("ada")));
    assert_eq!((&id["sub"], id.get("email")), (&access["sub"], None), "suppressing wins");
    assert!(id["exp"].is_number() && id["iss"] != "x" && id["aud"] != "x");
    assert_eq!((&id["cognito:groups"], &access["cognito:groups"]), (&json!(["guests"]), &json!(["guests"])));
    assert_eq!(
        (&id["cognito:roles"], &id["cognito:preferred_role"]),
        (&json!([format!("{ROLES}guest")]), &json!(format!("{ROLES}guest")))
    );
    assert!(access.get("tenant").is_none());
    let number = json!({ "claimsOverrideDetails": { "claimsToAddOrOverride": { "n": 1 } } });
    assert!(triggered(&live, Some("V1_0"), number).unwrap_err().0.starts_with("InvalidLambdaResponseException"));
    let newer = json!({ "claimsAndScopeOverrideDetails": { "idTokenGeneration": { "claimsToAddOrOverride": { "tenant": "blue" } } } });
    assert!(triggered(&live, Some("V1_0"), newer).unwrap().0.get("tenant").is_none());
    let groups = json!({ "claimsOverrideDetails": { "claimsToSuppress": ["cognito:groups"] } });
    let (id, _) = triggered(&live, Some("V1_0"), groups).unwrap();
    assert!(
        id.get("cognito:groups").is_none()
            && id.get("cognito:roles").is_none()
            && id.get("cognito:preferred_role").is_none()
    );
}

#[test]
fn version_two_of_the_trigger_changes_both_tokens_and_scopes() {
    let live = live(5);
    let response = json!({ "claimsAndScopeOverrideDetails": {
        "idTokenGeneration": { "claimsToAddOrOverride": { "levels": [1, 2], "on": true } },
        "accessTokenGeneration": {
            "claimsToAddOrOverride": { "plan": { "name": "pro" }, "aud": "elsewhere", "client_id": "x", "scope2": 7 },
            "claimsToSuppress": ["username"], "scopesToAdd": ["x/read", "x/read", "two words"],
            "scopesToSuppress": ["aws.cognito.signin.user.admin"],
        },
        "groupOverrideDetails": {},
    } });
    for version in ["V2_0", "V3_0"] {
        let (id, access) = triggered(&live, Some(version), response.clone()).unwrap();
        assert_eq!((&id["levels"], &id["on"], id.get("plan")), (&json!([1, 2]), &json!(true), None));
        assert_eq!(
            (&access["plan"], &access["scope"], &access["username"]),
            (&json!({ "name": "pro" }), &json!("x/read"), &json!("ada"))
        );
        assert!(access.get("aud").is_none() && access["client_id"] != "x");
        assert!(id.get("cognito:groups").is_none() && access.get("cognito:groups").is_none(), "an empty override");
    }
    let nested = json!({ "claimsAndScopeOverrideDetails": { "idTokenGeneration": { "claimsToAddOrOverride": { "email_verified": {} } } } });
    assert!(triggered(&live, Some("V2_0"), nested).unwrap_err().0.starts_with("InvalidLambdaResponseException"));
    let failing = triggered(&live, Some("V2_0"), json!({ "error": "closed" })).unwrap_err().0;
    assert_eq!(failing, "UserLambdaValidationException: PreTokenGeneration failed with error closed.");
}

#[test]
fn a_trigger_adds_no_more_than_five_thousand_claims_and_scopes() {
    let live = live(5);
    let add = |count: usize| {
        let claims: Map<String, Value> = (0..count).map(|at| (format!("c{at}"), json!("v"))).collect();
        json!({ "claimsAndScopeOverrideDetails": { "accessTokenGeneration": { "claimsToAddOrOverride": claims } } })
    };
    let (_, access) = triggered(&live, Some("V2_0"), add(4_900)).unwrap();
    assert_eq!(access["c4899"], "v");
    let Refused(error) = triggered(&live, Some("V2_0"), add(5_000)).unwrap_err();
    assert!(error.starts_with("InvalidLambdaResponseException"), "{error}");
}

#[test]
fn the_event_of_the_trigger_has_its_version_and_tells_scopes_from_the_second_on() {
    let live = live(5);
    let none = Value::Null;
    let own = json!("aws.cognito.signin.user.admin");
    for (configured, version, scope) in
        [(Some("V1_0"), "1", &none), (Some("V2_0"), "2", &own), (Some("V3_0"), "3", &own), (None, "1", &none)]
    {
        let when = json!({ "/version": version, "/request/scopes/0": scope });
        let rules = json!([{ "when": when, "response": {} }, { "error": "another event" }]);
        assert!(triggered(&live, configured, rules).is_ok(), "{configured:?}");
    }
    let newer =
        json!({ "claimsAndScopeOverrideDetails": { "idTokenGeneration": { "claimsToAddOrOverride": { "n": 1 } } } });
    let rules = json!([{ "when": { "/version": "3", "/request/scopes/0": own }, "response": newer }]);
    let (id, _) = triggered(&live, None, rules).unwrap();
    assert_eq!(id["n"], 1, "without a setting the form of the answer tells the version");
}

#[test]
fn tokens_and_keys_outlive_a_saved_state() {
    let live = live(5);
    let own = Own::new(&live, json!({}), flows());
    person(&own, "ada", &[]);
    let first = tokens(&own, "ada");
    let file = tempfile::tempdir().unwrap();
    let path = file.path().join("state.json");
    live.sandbox.save(&path).unwrap();
    let again = Live::of(sandbox::Sandbox::load(&path, live.sandbox.weather().now()).unwrap());
    let own = Own { live: &again, pool: own.pool.clone(), client: own.client.clone() };
    assert_eq!(get_user(&own, &first), "fine");
    assert_eq!(renew(&own, &first["RefreshToken"]).0, "fine");
    assert!(verified(&own, &first["IdToken"], "id").is_some());
}
