//! Signing in through the lab and verifying what it gives, in process.

use std::collections::BTreeMap;

use console::lab::{LabClient, Outcome, Reply, SignIn, Stage, Start};
use console::token::{Verified, Wanted};
use console::{Code, Error, SystemClock};
use jiff::SignedDuration;
use model::ClientId;
use model::clock::Clock;
use model::token::{Outcome as Result_, TokenUse};
use rstest::rstest;
use sandbox::{Options, Person};
use secrecy::{ExposeSecret, SecretString};

use crate::house::{House, options, sandbox_connection};

/// A sandbox whose time is the console's.
pub(crate) fn today() -> Options {
    Options { start: SystemClock.now(), ..options(50) }
}

pub(crate) fn person(house: &House, state: &str) -> Person {
    house.sandbox.description().people.into_iter().find(|person| person.state == state).unwrap()
}

pub(crate) async fn client(house: &House, at: usize) -> LabClient {
    let id = ClientId::parse(house.sandbox.description().clients[at].id.clone()).unwrap();
    house.console.client(&sandbox_connection(), &house.pool_id(), &id).await.unwrap()
}

pub(crate) async fn start(house: &House, flow: &str, username: &str, password: Option<&str>) -> Start {
    Start {
        password: password.map(|password| password.to_owned().into()),
        ..Start::new(house.pool_id(), client(house, 0).await, flow, username)
    }
}

pub(crate) async fn sign_in(house: &House, start: Start) -> Result<SignIn, Error> {
    house.console.sign_in(&sandbox_connection(), start).await
}

pub(crate) fn tokens(sign_in: &SignIn) -> (SecretString, SecretString, SecretString) {
    let Stage::Tokens(tokens) = sign_in.stage() else { panic!("no tokens: {:?}", sign_in.steps()) };
    (tokens.id.clone().unwrap(), tokens.access.clone().unwrap(), tokens.refresh.clone().unwrap())
}

async fn verify(house: &House, token: &str, wanted: Wanted) -> Verified {
    house.console.verify_token(&sandbox_connection(), token, &wanted).await.unwrap()
}

fn failed(verified: &Verified) -> Vec<&'static str> {
    verified.verdict.checks.iter().filter(|check| check.outcome == Result_::Fail).map(|check| check.name).collect()
}

#[rstest]
#[case("USER_SRP_AUTH", 2)]
#[case("USER_PASSWORD_AUTH", 1)]
#[case("ADMIN_USER_PASSWORD_AUTH", 1)]
#[tokio::test]
async fn every_password_flow_leads_to_tokens_that_verify(#[case] flow: &str, #[case] calls: usize) {
    let house = House::new(today()).await;
    let person = person(&house, "CONFIRMED");
    let done = sign_in(&house, start(&house, flow, &person.username, Some(&person.password)).await).await.unwrap();
    assert_eq!(done.steps().len(), calls);
    assert_eq!(done.steps().last().unwrap().outcome, Outcome::Tokens);
    let (id, access, _) = tokens(&done);
    for (token, token_use) in [(id, TokenUse::Id), (access, TokenUse::Access)] {
        let wanted = Wanted { pool: Some(house.pool_id()), token_use: Some(token_use), ..Wanted::default() };
        let verified = verify(&house, token.expose_secret(), wanted).await;
        assert!(verified.verdict.valid(), "{:?}", verified.verdict);
    }
}

#[tokio::test]
async fn a_recording_shows_no_secret() {
    let house = House::new(today()).await;
    let person = person(&house, "CONFIRMED");
    for flow in ["USER_SRP_AUTH", "USER_PASSWORD_AUTH"] {
        let done = sign_in(&house, start(&house, flow, &person.username, Some(&person.password)).await).await.unwrap();
        let (id, access, refresh) = tokens(&done);
        let told = format!("{:?} {done:?} {:?}", done.steps(), done.stage());
        for secret in [&person.password.clone().into(), &id, &access, &refresh] {
            let secret: &SecretString = secret;
            assert!(!told.contains(secret.expose_secret()), "{flow}");
        }
    }
}

#[tokio::test]
async fn a_forced_change_asks_for_a_new_password_and_then_lets_in() {
    let house = House::new(today()).await;
    let person = person(&house, "FORCE_CHANGE_PASSWORD");
    let begun = start(&house, "USER_SRP_AUTH", &person.username, Some(&person.password)).await;
    let mut open = sign_in(&house, begun).await.unwrap();
    let Stage::Challenge(challenge) = open.stage() else { panic!("{:?}", open.stage()) };
    assert_eq!(challenge.name, "NEW_PASSWORD_REQUIRED");
    let wrong = open.answer(&Reply::Code("123456".to_owned().into())).await.unwrap_err();
    assert_eq!((wrong.code, wrong.field.as_deref()), (Code::Validation, Some("answer")));
    let short = Reply::NewPassword { password: "x".to_owned().into(), attributes: BTreeMap::new() };
    open.answer(&short).await.unwrap();
    assert!(matches!(open.stage(), Stage::Refused { code, .. } if code == "InvalidPasswordException"));
    let begun = start(&house, "USER_SRP_AUTH", &person.username, Some(&person.password)).await;
    let mut open = sign_in(&house, begun).await.unwrap();
    let good = Reply::NewPassword { password: "Better-Than-1".to_owned().into(), attributes: BTreeMap::new() };
    open.answer(&good).await.unwrap();
    tokens(&open);
    let again = start(&house, "USER_SRP_AUTH", &person.username, Some("Better-Than-1")).await;
    tokens(&sign_in(&house, again).await.unwrap());
}

#[rstest]
#[case("RESET_REQUIRED", "PasswordResetRequiredException")]
#[case("UNCONFIRMED", "UserNotConfirmedException")]
#[tokio::test]
async fn a_refusal_is_explained(#[case] state: &str, #[case] code: &str) {
    let house = House::new(today()).await;
    let person = person(&house, state);
    let begun = start(&house, "USER_SRP_AUTH", &person.username, Some(&person.password)).await;
    let refused = sign_in(&house, begun).await.unwrap();
    let Stage::Refused { code: told, explanation } = refused.stage() else { panic!("{:?}", refused.stage()) };
    assert_eq!(told, code);
    assert!(explanation.ends_with('.'));
}

#[tokio::test]
async fn a_wrong_password_is_refused_and_makes_nobody_count() {
    let house = House::new(today()).await;
    let person = person(&house, "CONFIRMED");
    let begun = start(&house, "USER_SRP_AUTH", &person.username, Some("wrong")).await;
    let refused = sign_in(&house, begun).await.unwrap();
    assert!(matches!(refused.stage(), Stage::Refused { code, .. } if code == "NotAuthorizedException"));
    let flow = start(&house, "NO_SUCH_FLOW", &person.username, None).await;
    assert_eq!(sign_in(&house, flow).await.unwrap_err().field.as_deref(), Some("flow"));
    let without = start(&house, "USER_PASSWORD_AUTH", &person.username, None).await;
    assert_eq!(sign_in(&house, without).await.unwrap_err().field.as_deref(), Some("password"));
}

#[tokio::test]
async fn a_refresh_token_gives_new_tokens() {
    let house = House::new(today()).await;
    let person = person(&house, "CONFIRMED");
    let begun = start(&house, "USER_SRP_AUTH", &person.username, Some(&person.password)).await;
    let (_, _, refresh) = tokens(&sign_in(&house, begun).await.unwrap());
    let again = start(&house, "REFRESH_TOKEN_AUTH", &person.username, Some(refresh.expose_secret())).await;
    assert!(matches!(sign_in(&house, again).await.unwrap().stage(), Stage::Tokens(_)));
}

#[tokio::test]
async fn what_is_altered_expired_or_meant_for_another_is_refused_with_its_own_reason() {
    let house = House::new(today()).await;
    let person = person(&house, "CONFIRMED");
    let begun = start(&house, "USER_SRP_AUTH", &person.username, Some(&person.password)).await;
    let (id, access, _) = tokens(&sign_in(&house, begun).await.unwrap());
    let (id, access) = (id.expose_secret(), access.expose_secret());
    let here = || Wanted { pool: Some(house.pool_id()), ..Wanted::default() };
    let access_wanted = Wanted { token_use: Some(TokenUse::Access), ..here() };
    assert_eq!(failed(&verify(&house, id, access_wanted).await), ["token_use"]);
    let other_client = Wanted { client: Some(ClientId::parse("another").unwrap()), ..here() };
    assert_eq!(failed(&verify(&house, id, other_client).await), ["client"]);
    let other_pool = Wanted { pool: Some(model::PoolId::parse("eu-west-1_Elsewhere").unwrap()), ..Wanted::default() };
    assert!(!verify(&house, id, other_pool).await.verdict.valid());
    let parts: Vec<&str> = id.split('.').collect();
    let swapped = format!("{}.{}.{}", parts[0], access.split('.').nth(1).unwrap(), parts[2]);
    assert_eq!(failed(&verify(&house, &swapped, here()).await), ["signature"]);
    for malformed in ["", "a.b", "a.b.c.d.e", &format!("{id} "), &format!("{id}="), &"x".repeat(1 << 20)] {
        let verified = verify(&house, malformed, here()).await;
        assert_eq!(failed(&verified), ["format"]);
        assert!(!verified.verdict.valid());
    }
    house.clock.push(SignedDuration::from_secs(3_630));
    let late = verify(&house, id, here()).await;
    assert!(late.verdict.valid(), "within the leeway");
    assert!(late.verdict.checks.iter().any(|check| check.name == "expiry" && check.reason.contains("leeway")));
    house.clock.push(SignedDuration::from_secs(60));
    assert_eq!(failed(&verify(&house, id, here()).await), ["expiry"]);
}

#[tokio::test]
async fn kept_keys_verify_without_a_network_and_after_a_restart() {
    let mut house = House::new(today()).await;
    let person = person(&house, "CONFIRMED");
    let begun = start(&house, "USER_SRP_AUTH", &person.username, Some(&person.password)).await;
    let (id, ..) = tokens(&sign_in(&house, begun).await.unwrap());
    let here = Wanted { pool: Some(house.pool_id()), ..Wanted::default() };
    house.sandbox.weather().set_offline(true);
    let unknown = verify(&house, id.expose_secret(), here.clone()).await;
    assert!(!unknown.verdict.valid() && failed(&unknown).is_empty(), "unknown is neither valid nor refuted");
    house.sandbox.weather().set_offline(false);
    assert!(verify(&house, id.expose_secret(), here.clone()).await.verdict.valid());
    house.sandbox.weather().set_offline(true);
    house.reopen().await;
    assert!(verify(&house, id.expose_secret(), here).await.verdict.valid());
}
