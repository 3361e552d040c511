//! What a pool publishes, and the tokens of app clients, checked as a verifier outside AWS would.

use crate::support::{Live, live};
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Value, json};

fn get(live: &Live, path: &str) -> (u16, Value) {
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let mut response = agent.get(format!("{}/{path}", live.endpoint)).call().unwrap();
    let status = response.status().as_u16();
    (status, serde_json::from_str(&response.body_mut().read_to_string().unwrap()).unwrap_or_default())
}

/// The claims of a token that one of the published keys signed.
fn verified(live: &Live, token: &str) -> Result<(String, Value), jsonwebtoken::errors::Error> {
    let (_, jwks) = get(live, &format!("{}/.well-known/jwks.json", live.pool));
    let jwks: JwkSet = serde_json::from_value(jwks).unwrap();
    let kid = jsonwebtoken::decode_header(token)?.kid.unwrap();
    let mut validation = Validation::new(Algorithm::RS256);
    // The sandbox has a clock of its own.
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.set_issuer(&[format!("https://cognito-idp.eu-west-1.amazonaws.com/{}", live.pool)]);
    let key = DecodingKey::from_jwk(jwks.find(&kid).unwrap())?;
    Ok((kid, jsonwebtoken::decode::<Value>(token, &key, &validation)?.claims))
}

fn machine(live: &Live) -> (String, String) {
    let client = live.ok(
        "CreateUserPoolClient",
        json!({
            "ClientName": "robot", "GenerateSecret": true, "AllowedOAuthFlowsUserPoolClient": true,
            "AllowedOAuthFlows": ["client_credentials"], "AllowedOAuthScopes": ["sandbox.example/read", "sandbox.example/write"],
            "ExplicitAuthFlows": ["ALLOW_CLIENT_TOKEN_AUTH"], "AccessTokenValidity": 10,
            "TokenValidityUnits": { "AccessToken": "minutes" },
        }),
    );
    let text = |name: &str| client["UserPoolClient"][name].as_str().unwrap().to_owned();
    (text("ClientId"), text("ClientSecret"))
}

#[test]
fn a_pool_publishes_two_keys_and_where_things_are() {
    let live = live(10);
    let (status, jwks) = get(&live, &format!("{}/.well-known/jwks.json", live.pool));
    let keys = jwks["keys"].as_array().unwrap();
    assert_eq!((status, keys.len()), (200, 2));
    assert_ne!(keys[0]["kid"], keys[1]["kid"]);
    for key in keys {
        assert_eq!(
            (&key["alg"], &key["kty"], &key["use"], &key["e"]),
            (&json!("RS256"), &json!("RSA"), &json!("sig"), &json!("AQAB"))
        );
    }
    assert_eq!(get(&live, &format!("{}/.well-known/jwks.json", live.pool)).1, jwks, "keys stay");
    let (_, found) = get(&live, &format!("{}/.well-known/openid-configuration", live.pool));
    assert_eq!(found["issuer"], format!("https://cognito-idp.eu-west-1.amazonaws.com/{}", live.pool));
    assert_eq!(found["jwks_uri"], format!("{}/{}/.well-known/jwks.json", live.endpoint, live.pool));
    assert_eq!(found["token_endpoint"], format!("{}/{}/oauth2/token", live.endpoint, live.pool));
    for nowhere in ["eu-west-1_doesNotEx/.well-known/jwks.json", "x", ".well-known/jwks.json"] {
        assert_eq!(get(&live, nowhere).0, 404, "{nowhere}");
    }
}

#[test]
fn a_page_tells_the_time_of_the_service_as_an_answer_of_the_api_does() {
    let live = live(1);
    live.sandbox.weather().set_skew(86_400);
    for path in [".well-known/jwks.json", "login", "nowhere"] {
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let page = agent.get(format!("{}/{}/{path}", live.endpoint, live.pool)).call().unwrap();
        let told: Vec<_> = page.headers().get_all("date").iter().map(|date| date.to_str().unwrap()).collect();
        let told = jiff::fmt::rfc2822::parse(told.first().filter(|_| told.len() == 1).unwrap()).unwrap().timestamp();
        let ahead = told.duration_since(live.sandbox.weather().now()).as_secs();
        assert!((86_390..=86_400).contains(&ahead), "{path}: {ahead}");
    }
}

#[test]
fn a_client_gets_a_token_for_itself_that_any_verifier_believes() {
    let live = live(10);
    let (id, secret) = machine(&live);
    let ask = json!({ "ClientId": id, "Secret": secret, "Scopes": ["sandbox.example/read"] });
    // A trigger of the first version is not asked about clients.
    live.sandbox.set_triggers(&live.pool, json!({ "PreTokenGeneration": { "error": "closed" } })).unwrap();
    let result = live.call("GetClientToken", ask).json()["ClientAuthenticationResult"].clone();
    assert_eq!((&result["ExpiresIn"], &result["TokenType"]), (&json!(600), &json!("Bearer")));
    let token = result["AccessToken"].as_str().unwrap();
    let (_, claims) = verified(&live, token).unwrap();
    assert_eq!((&claims["sub"], &claims["client_id"]), (&json!(id), &json!(id)));
    assert_eq!((&claims["scope"], &claims["token_use"]), (&json!("sandbox.example/read"), &json!("access")));
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 600);
    for absent in ["username", "cognito:groups", "device_key", "origin_jti"] {
        assert!(claims.get(absent).is_none(), "{absent}");
    }
    let (head, tail) = token.rsplit_once('.').unwrap();
    let changed = format!("{head}.{}{tail}", if tail.starts_with('A') { "B" } else { "A" });
    assert!(verified(&live, &changed).is_err(), "a signature of another length");
    let mut parts: Vec<&str> = token.split('.').collect();
    let other = parts[1].replacen(&parts[1][10..11], if &parts[1][10..11] == "A" { "B" } else { "A" }, 1);
    parts[1] = &other;
    assert!(verified(&live, &parts.join(".")).is_err(), "other claims");
}

#[test]
fn a_client_gets_no_token_with_a_wrong_secret_scope_or_flow() {
    let live = live(10);
    let (id, secret) = machine(&live);
    let wrong = json!({ "ClientId": id, "Secret": "0123456789012345678901234567" });
    live.fails("GetClientToken", wrong, "NotAuthorizedException");
    let scope = json!({ "ClientId": id, "Secret": secret, "Scopes": ["sandbox.example/delete"] });
    live.fails("GetClientToken", scope, "InvalidParameterException");
    live.fails("GetClientToken", json!({ "ClientId": "nobody", "Secret": secret }), "ResourceNotFoundException");
    let seeded = live.sandbox.description().clients;
    let server = seeded.iter().find(|client| client.name == "machine").unwrap();
    let other = json!({ "ClientId": server.id, "Secret": server.secret });
    live.fails("GetClientToken", other, "NotAuthorizedException");
}

#[test]
fn a_page_of_another_origin_may_call_and_read_answers_and_errors() {
    let live = live(1);
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let wanted = "authorization,content-type,x-amz-target,x-something-new";
    let pool = &live.pool;
    for (path, method) in [
        (String::new(), "POST"),
        (format!("{pool}/.well-known/jwks.json"), "GET"),
        (format!("{pool}/.well-known/openid-configuration"), "GET"),
    ] {
        let asked = agent.options(format!("{}/{path}", live.endpoint)).header("origin", "http://localhost:5173");
        let asked = asked.header("access-control-request-method", method);
        let answer = asked.header("access-control-request-headers", wanted).call().unwrap();
        let header = |name: &str| answer.headers().get(name).map(|value| value.to_str().unwrap());
        assert_eq!((answer.status().as_u16(), header("access-control-allow-origin")), (204, Some("*")), "{path}");
        assert_eq!(header("access-control-allow-headers"), Some(wanted), "{path}");
        assert!(header("access-control-allow-methods").is_some_and(|methods| methods.contains(method)), "{path}");
    }
    for (target, status) in [
        ("AWSCognitoIdentityProviderService.InitiateAuth", 400),
        ("AWSCognitoIdentityProviderService.NoSuchThing", 400),
        ("AWSCognitoIdentityService.GetId", 400),
    ] {
        let answer = agent.post(&live.endpoint).header("x-amz-target", target).send("{}").unwrap();
        let header = |name: &str| answer.headers().get(name).map(|value| value.to_str().unwrap());
        assert_eq!((answer.status().as_u16(), header("access-control-allow-origin")), (status, Some("*")), "{target}");
        let exposed = header("access-control-expose-headers").unwrap();
        assert!(exposed.contains("x-amzn-requestid") && exposed.contains("x-amzn-errortype"), "{exposed}");
    }
}
