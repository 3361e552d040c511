//! From signing in to AWS credentials: the lab and the exchange against a server that we did not write.

use std::collections::BTreeMap;

use console::lab::{Stage, Start};
use console::to_aws::{Ask, Bearer, Way};
use model::connection::ConnectionId;
use model::{ClientId, IdentityPoolId, PoolId, Region};
use serde_json::{Value, json};

use crate::population::call_service;
use crate::servers::{self, Server};

const PASSWORD: &str = "Correct-Horse-1";

/// A pool with one client and one person, and an identity pool that trusts them.
struct Scene {
    pool: String,
    client: String,
    identity_pool: String,
}

fn set_up(endpoint: &str) -> Scene {
    let users =
        |operation: &str, input: Value| call_service(endpoint, "AWSCognitoIdentityProviderService", operation, &input);
    let identities =
        |operation: &str, input: Value| call_service(endpoint, "AWSCognitoIdentityService", operation, &input);
    let made = users("CreateUserPool", json!({ "PoolName": "people" }));
    let pool = made["UserPool"]["Id"].as_str().unwrap().to_owned();
    let flows = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"];
    let input = json!({ "UserPoolId": pool, "ClientName": "web", "ExplicitAuthFlows": flows });
    let made = users("CreateUserPoolClient", input);
    let client = made["UserPoolClient"]["ClientId"].as_str().unwrap().to_owned();
    users("AdminCreateUser", json!({ "UserPoolId": pool, "Username": "ada", "MessageAction": "SUPPRESS" }));
    let input = json!({ "UserPoolId": pool, "Username": "ada", "Password": PASSWORD, "Permanent": true });
    users("AdminSetUserPassword", input);
    let region = pool.split_once('_').unwrap().0;
    let provider = format!("cognito-idp.{region}.amazonaws.com/{pool}");
    let input = json!({
        "IdentityPoolName": "people", "AllowUnauthenticatedIdentities": false,
        "CognitoIdentityProviders": [{ "ProviderName": provider, "ClientId": client, "ServerSideTokenCheck": false }],
    });
    let identity_pool = identities("CreateIdentityPool", input)["IdentityPoolId"].as_str().unwrap().to_owned();
    let roles = json!({ "authenticated": "arn:aws:iam::123456789012:role/in" });
    identities("SetIdentityPoolRoles", json!({ "IdentityPoolId": identity_pool, "Roles": roles }));
    Scene { pool, client, identity_pool }
}

/// Signs in with a password and exchanges the ID token, with the real SDK.
async fn signed_in_and_exchanged(server: Server) {
    let endpoint = server.endpoint.clone();
    let scene = tokio::task::spawn_blocking(move || set_up(&endpoint)).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let console = crate::open(&folder).await;
    let region = scene.pool.split_once('_').unwrap().0;
    let connection = ConnectionId {
        profile: None,
        region: Some(Region::parse(region).unwrap()),
        endpoint: Some(server.endpoint.clone()),
        sandbox: false,
    };
    let pool = PoolId::parse(scene.pool.clone()).unwrap();
    let client = ClientId::parse(scene.client.clone()).unwrap();
    let start = Start {
        client: console.client(&connection, &pool, &client).await.unwrap(),
        pool,
        flow: "USER_PASSWORD_AUTH".to_owned(),
        username: "ada".to_owned(),
        password: Some(PASSWORD.to_owned().into()),
        totp: None,
        device: None,
        metadata: BTreeMap::new(),
        scopes: Vec::new(),
    };
    let sign_in = console.sign_in(&connection, start).await.unwrap();
    let Stage::Tokens(tokens) = sign_in.stage() else { panic!("{:?}", sign_in.stage()) };
    let listed = console.identity_pools(&connection).await.unwrap();
    assert!(listed.iter().any(|(id, name)| id.as_str() == scene.identity_pool && name == "people"));
    let ask = Ask {
        identity_pool: IdentityPoolId::parse(scene.identity_pool).unwrap(),
        bearer: Bearer::IdToken(tokens.id.clone().unwrap()),
        way: Way::Enhanced,
        role: None,
    };
    let exchange = console.exchange(&connection, ask).await.unwrap();
    assert_eq!(exchange.choice.role.as_deref(), Some("arn:aws:iam::123456789012:role/in"));
    assert!(exchange.refusal.is_none(), "{:?}", exchange.refusal);
    assert!(exchange.identity_id.unwrap().contains(':'));
    assert!(!exchange.credentials.unwrap().access_key_id.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sandbox_exchanges_a_token_for_credentials() {
    signed_in_and_exchanged(servers::sandbox().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ministack_exchanges_a_token_for_credentials() {
    signed_in_and_exchanged(servers::ministack().await).await;
}
