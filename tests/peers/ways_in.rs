//! The ways of the sign-in lab against our sandbox and against ministack, which proves passwords, codes and redirects by
//! itself.

use std::time::Duration;

use console::lab::{Deed, LabClient, Reply, SignIn, Stage, Start};
use console::token::Wanted;
use console::{Console, SystemClock};
use model::clock::Clock as _;
use model::connection::ConnectionId;
use model::{ClientId, PoolId, Region};
use rstest::rstest;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use crate::clients::python;
use crate::population::call_service;
use crate::servers::{self, Server};

const PASSWORD: &str = "Correct-Horse-1";

/// Which server is asked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Peer {
    Sandbox,
    Ministack,
}

/// A pool with one person in it.
struct Scene {
    server: Server,
    console: Console,
    connection: ConnectionId,
    pool: PoolId,
    _folder: tempfile::TempDir,
}

impl Scene {
    async fn new(peer: Peer, settings: Value) -> Self {
        let server = match peer {
            Peer::Sandbox => servers::sandbox().await,
            Peer::Ministack => servers::ministack().await,
        };
        let folder = tempfile::tempdir().unwrap();
        let console = crate::open(&folder).await;
        let mut pool = json!({ "PoolName": "people" });
        for (name, value) in settings.as_object().unwrap() {
            pool[name] = value.clone();
        }
        let made = administer(&server, "CreateUserPool", pool).await;
        let pool = PoolId::parse(made["UserPool"]["Id"].as_str().unwrap()).unwrap();
        let person = json!({ "UserPoolId": pool.as_str(), "Username": "ada", "MessageAction": "SUPPRESS" });
        administer(&server, "AdminCreateUser", person).await;
        let person = json!({ "UserPoolId": pool.as_str(), "Username": "ada", "Password": PASSWORD, "Permanent": true });
        administer(&server, "AdminSetUserPassword", person).await;
        let connection = ConnectionId {
            profile: None,
            region: Some(Region::parse(pool.as_str().split_once('_').unwrap().0).unwrap()),
            endpoint: Some(server.endpoint.clone()),
            sandbox: false,
        };
        Self { server, console, connection, pool, _folder: folder }
    }

    async fn administer(&self, operation: &str, mut input: Value) -> Value {
        input["UserPoolId"] = self.pool.as_str().into();
        administer(&self.server, operation, input).await
    }

    async fn client(&self, settings: Value) -> LabClient {
        let mut input = json!({ "ClientName": "app" });
        for (name, value) in settings.as_object().unwrap() {
            input[name] = value.clone();
        }
        let made = self.administer("CreateUserPoolClient", input).await;
        let id = ClientId::parse(made["UserPoolClient"]["ClientId"].as_str().unwrap()).unwrap();
        self.console.client(&self.connection, &self.pool, &id).await.unwrap()
    }

    async fn sign_in(&self, client: &LabClient, flow: &str, secret: Option<SecretString>) -> SignIn {
        let start = Start { password: secret, ..Start::new(self.pool.clone(), client.clone(), flow, "ada") };
        self.console.sign_in(&self.connection, start).await.unwrap()
    }
}

async fn administer(server: &Server, operation: &str, input: Value) -> Value {
    let (endpoint, operation) = (server.endpoint.clone(), operation.to_owned());
    let call = move || call_service(&endpoint, "AWSCognitoIdentityProviderService", &operation, &input);
    tokio::task::spawn_blocking(call).await.unwrap()
}

fn password() -> Option<SecretString> {
    Some(PASSWORD.to_owned().into())
}

fn given(sign_in: &SignIn) -> &console::lab::Tokens {
    let Stage::Tokens(tokens) = sign_in.stage() else { panic!("{:?} {:?}", sign_in.stage(), sign_in.steps()) };
    tokens
}

fn challenge(sign_in: &SignIn) -> &str {
    let Stage::Challenge(challenge) = sign_in.stage() else { panic!("{:?}", sign_in.stage()) };
    &challenge.name
}

fn free_port() -> u16 {
    std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

#[rstest]
#[case::sandbox(Peer::Sandbox, false)]
#[case::sandbox_with_a_secret(Peer::Sandbox, true)]
#[case::ministack(Peer::Ministack, false)]
#[case::ministack_with_a_secret(Peer::Ministack, true)]
#[tokio::test(flavor = "multi_thread")]
async fn srp_leads_to_tokens_that_verify_and_are_refreshed(#[case] peer: Peer, #[case] secret: bool) {
    let scene = Scene::new(peer, json!({})).await;
    let flows = ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"];
    let client = scene.client(json!({ "ExplicitAuthFlows": flows, "GenerateSecret": secret })).await;
    assert_eq!(client.secret.is_some(), secret);
    let done = scene.sign_in(&client, "USER_SRP_AUTH", password()).await;
    let tokens = given(&done);
    let wanted = Wanted { pool: Some(scene.pool.clone()), client: Some(client.client.id.clone()), ..Wanted::default() };
    let id = tokens.id.as_ref().unwrap();
    let verified = scene.console.verify_token(&scene.connection, id.expose_secret(), &wanted).await.unwrap();
    assert!(verified.verdict.valid(), "{:?}", verified.verdict);
    for flow in ["REFRESH_TOKEN_AUTH", "GetTokensFromRefreshToken"] {
        let again = scene.sign_in(&client, flow, tokens.refresh.clone()).await;
        assert!(given(&again).access.is_some(), "{flow}");
    }
    let wrong = scene.sign_in(&client, "USER_SRP_AUTH", Some("Wrong-Horse-1".to_owned().into())).await;
    assert!(matches!(wrong.stage(), Stage::Refused { code, .. } if code == "NotAuthorizedException"));
}

#[rstest]
#[case::sandbox(Peer::Sandbox)]
#[case::ministack(Peer::Ministack)]
#[tokio::test(flavor = "multi_thread")]
async fn the_code_of_an_app_is_asked_for_which_only_the_sandbox_demands_to_enrol(#[case] peer: Peer) {
    let scene = Scene::new(peer, json!({})).await;
    let configuration = if peer == Peer::Sandbox { "ON" } else { "OPTIONAL" };
    let demands = json!({ "MfaConfiguration": configuration, "SoftwareTokenMfaConfiguration": { "Enabled": true } });
    scene.administer("SetUserPoolMfaConfig", demands).await;
    let client = scene.client(json!({ "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH"] })).await;
    let mut open = scene.sign_in(&client, "USER_SRP_AUTH", password()).await;
    let secret = if peer == Peer::Sandbox {
        assert_eq!(challenge(&open), "MFA_SETUP");
        let (secret, picture) = open.enrol().await.unwrap();
        assert!(picture.is_some());
        assert!(open.verify_enrolment("000000").await.is_err());
        open.verify_enrolment(&code(&secret, 0)).await.unwrap();
        secret
    } else {
        // Who has signed in enrols one by themselves.
        let me = given(&open).access.clone().unwrap();
        let made = json!({ "AccessToken": me.expose_secret() });
        let made = administer(&scene.server, "AssociateSoftwareToken", made).await;
        let secret = SecretString::from(made["SecretCode"].as_str().unwrap());
        let right = json!({ "AccessToken": me.expose_secret(), "UserCode": code(&secret, 0) });
        administer(&scene.server, "VerifySoftwareToken", right).await;
        secret
    };
    given(&open);
    let preferred = json!({ "Enabled": true, "PreferredMfa": true });
    let preferred = json!({ "Username": "ada", "SoftwareTokenMfaSettings": preferred });
    scene.administer("AdminSetUserMFAPreference", preferred).await;
    // The next one is of the time step that follows: each counts once.
    let mut asked = scene.sign_in(&client, "USER_SRP_AUTH", password()).await;
    assert_eq!(challenge(&asked), "SOFTWARE_TOKEN_MFA");
    asked.answer(&Reply::Code("000000".to_owned().into())).await.unwrap();
    assert!(matches!(asked.stage(), Stage::Refused { code, .. } if code == "CodeMismatchException"));
    asked.answer(&Reply::Code(code(&secret, 30).into())).await.unwrap();
    given(&asked);
}

/// The code of an authenticator app so many seconds from now.
fn code(secret: &SecretString, later: u64) -> String {
    let secret = totp_rs::Secret::try_from_base32(secret.expose_secret()).unwrap();
    let now = u64::try_from(SystemClock.now().as_second()).unwrap();
    totp_rs::Builder::new().with_secret(secret).build_noncompliant().generate(now + later).to_string()
}

#[rstest]
#[case::sandbox(Peer::Sandbox)]
#[case::ministack(Peer::Ministack)]
#[tokio::test(flavor = "multi_thread")]
async fn hosted_login_with_pkce_comes_back_with_tokens(#[case] peer: Peer) {
    let scene = Scene::new(peer, json!({})).await;
    scene.administer("CreateUserPoolDomain", json!({ "Domain": "people-of-the-lab" })).await;
    let client = json!({
        "CallbackURLs": [format!("http://localhost:{}/callback", free_port())], "AllowedOAuthFlows": ["code"],
        "AllowedOAuthScopes": ["openid", "email", "aws.cognito.signin.user.admin"],
        "AllowedOAuthFlowsUserPoolClient": true, "SupportedIdentityProviders": ["COGNITO"],
    });
    let client = scene.client(client).await;
    let start = Start::new(scene.pool.clone(), client, "authorization_code", "");
    let login = scene.console.hosted_login(&scene.connection, start, None).await.unwrap();
    let address = login.url().to_owned();
    let browser = tokio::task::spawn_blocking(move || python("browse.py", &[&address, "ada", PASSWORD]));
    let mut done = login.finish(Duration::from_secs(30)).await.unwrap();
    browser.await.unwrap();
    assert!(given(&done).refresh.is_some());
    assert_eq!(done.username(), "ada");
    assert!(!done.carry_out(&Deed::UserInfo).await.unwrap().refused);
    assert!(!done.carry_out(&Deed::StillSignedIn).await.unwrap().refused);
}

#[rstest]
#[case::sandbox(Peer::Sandbox)]
#[case::ministack(Peer::Ministack)]
#[tokio::test(flavor = "multi_thread")]
async fn a_machine_gets_a_token_with_its_scopes(#[case] peer: Peer) {
    let scene = Scene::new(peer, json!({})).await;
    scene.administer("CreateUserPoolDomain", json!({ "Domain": "machines-of-the-lab" })).await;
    let scopes = [json!({ "ScopeName": "read", "ScopeDescription": "Read" })];
    let server = json!({ "Identifier": "orders", "Name": "orders", "Scopes": scopes });
    scene.administer("CreateResourceServer", server).await;
    let client = json!({
        "GenerateSecret": true, "AllowedOAuthFlows": ["client_credentials"], "AllowedOAuthScopes": ["orders/read"],
        "AllowedOAuthFlowsUserPoolClient": true, "ExplicitAuthFlows": ["ALLOW_CLIENT_TOKEN_AUTH"],
    });
    let client = scene.client(client).await;
    let mut start = Start::new(scene.pool.clone(), client, "client_credentials", "");
    start.scopes = vec!["orders/read".to_owned()];
    let done = scene.console.sign_in(&scene.connection, start).await.unwrap();
    let access = given(&done).access.clone().unwrap();
    let claims = model::token::decode(access.expose_secret()).unwrap();
    assert_eq!(claims.text("scope"), Some("orders/read"));
    assert!(given(&done).id.is_none() && given(&done).refresh.is_none());
}

/// What ministack lacks, so that it is known when it no longer does: then the lab is to be held against it there, too.
#[tokio::test(flavor = "multi_thread")]
async fn ministack_has_no_tokens_without_a_domain_no_devices_and_no_choice_of_a_way() {
    let tracks = json!({ "ChallengeRequiredOnNewDevice": false, "DeviceOnlyRememberedOnUserPrompt": false });
    let scene = Scene::new(Peer::Ministack, json!({ "DeviceConfiguration": tracks })).await;
    let flows = ["ALLOW_USER_SRP_AUTH", "ALLOW_USER_AUTH", "ALLOW_CLIENT_TOKEN_AUTH"];
    let client = scene.client(json!({ "ExplicitAuthFlows": flows, "GenerateSecret": true })).await;
    let machine = scene.sign_in(&client, "GetClientToken", None).await;
    assert!(matches!(machine.stage(), Stage::Refused { .. }), "{:?}", machine.stage());
    let done = scene.sign_in(&client, "USER_SRP_AUTH", password()).await;
    assert!(done.new_device().is_none());
    let choice = scene.sign_in(&client, "USER_AUTH", None).await;
    assert!(matches!(choice.stage(), Stage::Refused { .. }), "{:?}", choice.stage());
}
