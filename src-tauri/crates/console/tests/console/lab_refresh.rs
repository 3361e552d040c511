//! Refreshing: with the token that the lab holds, with rotation, and with the device that it belongs to.

use std::time::Duration;

use console::lab::{Bench, Deed, LabClient, Language, SignIn, Stage, Start};
use console::token::Wanted;
use jiff::SignedDuration;
use model::ClientId;
use model::token::{Outcome, Standing, decode};
use rstest::rstest;
use sandbox::Person;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use crate::house::{House, sandbox_connection};
use crate::lab::{person, sign_in, start, today, tokens};
use crate::lab_challenges::administer;

/// A client of its own that rotates refresh tokens, or does not.
async fn client(house: &House, rotation: Option<u32>) -> LabClient {
    let pool = house.pool_id();
    let mut made = json!({
        "UserPoolId": pool.as_str(), "ClientName": "refreshing",
        "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    });
    if let Some(grace) = rotation {
        made["RefreshTokenRotation"] = json!({ "Feature": "ENABLED", "RetryGracePeriodSeconds": grace });
        made["ExplicitAuthFlows"] = json!(["ALLOW_USER_SRP_AUTH"]);
    }
    let made = administer(house, "CreateUserPoolClient", made).await;
    let id = ClientId::parse(made["UserPoolClient"]["ClientId"].as_str().unwrap()).unwrap();
    house.console.client(&sandbox_connection(), &pool, &id).await.unwrap()
}

/// The table with a sign-in on it.
async fn signed_in(house: &House, client: &LabClient) -> Bench {
    let Person { username, password, .. } = person(house, "CONFIRMED");
    let begun = start(house, "USER_SRP_AUTH", &username, Some(&password)).await;
    let done = sign_in(house, Start { client: client.clone(), ..begun }).await.unwrap();
    let mut bench = Bench::default();
    bench.sign_in = Some(done);
    bench.note();
    bench
}

/// Refreshes with what lies on the table, as the window does, and lays down what comes.
async fn refresh(house: &House, bench: &mut Bench, flow: &str, with_device: bool) {
    let (username, token) = bench.refresh_token().unwrap();
    let (username, token) = (username.to_owned(), token.clone());
    let device = bench.device_of(&username).filter(|_| with_device).cloned();
    let client = bench.sign_in.as_ref().unwrap().start().client.clone();
    let again = Start { password: Some(token), device, ..Start::new(house.pool_id(), client, flow, &username) };
    bench.sign_in = Some(sign_in(house, again).await.unwrap());
    bench.note();
}

fn held(bench: &Bench) -> SecretString {
    bench.refresh_token().unwrap().1.clone()
}

fn done(bench: &Bench) -> &SignIn {
    let done = bench.sign_in.as_ref().unwrap();
    assert!(matches!(done.stage(), Stage::Tokens(_)), "{:?}", done.steps());
    done
}

#[rstest]
#[case("REFRESH_TOKEN_AUTH")]
#[case("GetTokensFromRefreshToken")]
#[tokio::test]
async fn what_the_lab_holds_is_refreshed_again_and_again_without_being_shown(#[case] flow: &str) {
    let house = House::new(today()).await;
    let client = client(&house, None).await;
    let mut bench = signed_in(&house, &client).await;
    let first = held(&bench);
    for _ in 0..2 {
        refresh(&house, &mut bench, flow, false).await;
        let done = done(&bench);
        assert_eq!(done.username(), person(&house, "CONFIRMED").username);
        assert_eq!(held(&bench).expose_secret(), first.expose_secret(), "without rotation it stays the same");
        let told = format!("{:?} {:?}", done.steps(), done.recipe().write(Language::Report));
        assert!(!told.contains(first.expose_secret()));
    }
    let said = bench.sign_in.as_mut().unwrap().carry_out(&Deed::Revoke).await.unwrap();
    assert!(!said.refused, "what came of a refresh is revoked with the token that it came from: {}", said.text);
    refresh(&house, &mut bench, flow, false).await;
    assert!(matches!(bench.sign_in.as_ref().unwrap().stage(), Stage::Refused { .. }));
}

#[tokio::test]
async fn with_rotation_the_new_token_is_held_and_the_old_one_is_refused_after_its_grace() {
    let house = House::new(today()).await;
    let client = client(&house, Some(20)).await;
    let mut bench = signed_in(&house, &client).await;
    let old = held(&bench);
    refresh(&house, &mut bench, "GetTokensFromRefreshToken", false).await;
    done(&bench);
    let new = held(&bench);
    assert_ne!(new.expose_secret(), old.expose_secret(), "another one came and is held");

    let with_old = || Start {
        password: Some(old.clone()),
        ..Start::new(house.pool_id(), client.clone(), "GetTokensFromRefreshToken", "")
    };
    let within = sign_in(&house, with_old()).await.unwrap();
    assert!(matches!(within.stage(), Stage::Tokens(_)), "within the grace: {:?}", within.steps());
    assert_eq!(within.username(), person(&house, "CONFIRMED").username, "the ID token tells whose it is");
    house.sandbox.weather().advance(Duration::from_secs(21));
    house.clock.push(SignedDuration::from_secs(21));
    let after = sign_in(&house, with_old()).await.unwrap();
    let Stage::Refused { code, explanation } = after.stage() else { panic!("{:?}", after.steps()) };
    assert_eq!(code, "RefreshTokenReuseException");
    assert!(explanation.contains("replaced by a newer one"), "{explanation}");

    refresh(&house, &mut bench, "GetTokensFromRefreshToken", false).await;
    done(&bench);
    assert_ne!(held(&bench).expose_secret(), new.expose_secret(), "and so it goes on");
    // A client that rotates allows no REFRESH_TOKEN_AUTH; what is held is not lost by trying.
    let kept = held(&bench);
    refresh(&house, &mut bench, "REFRESH_TOKEN_AUTH", false).await;
    assert!(matches!(bench.sign_in.as_ref().unwrap().stage(), Stage::Refused { .. }));
    assert_eq!(held(&bench).expose_secret(), kept.expose_secret());
    refresh(&house, &mut bench, "GetTokensFromRefreshToken", false).await;
    done(&bench);
}

#[rstest]
#[case("REFRESH_TOKEN_AUTH")]
#[case("GetTokensFromRefreshToken")]
#[tokio::test]
async fn a_sign_in_with_a_device_is_refreshed_with_that_device_and_not_without(#[case] flow: &str) {
    let house = House::new(today()).await;
    let tracks = json!({
        "UserPoolId": house.pool_id().as_str(),
        "DeviceConfiguration": { "ChallengeRequiredOnNewDevice": false, "DeviceOnlyRememberedOnUserPrompt": false },
    });
    administer(&house, "UpdateUserPool", tracks).await;
    let client = client(&house, None).await;
    let mut bench = signed_in(&house, &client).await;
    assert!(!bench.sign_in.as_mut().unwrap().carry_out(&Deed::RememberDevice).await.unwrap().refused);
    bench.note();
    let Person { username, password, .. } = person(&house, "CONFIRMED");
    let device = bench.device_of(&username).cloned();
    let again = start(&house, "USER_SRP_AUTH", &username, Some(&password)).await;
    bench.sign_in = Some(sign_in(&house, Start { client, device, ..again }).await.unwrap());
    bench.note();
    done(&bench);

    refresh(&house, &mut bench, flow, false).await;
    assert!(
        matches!(bench.sign_in.as_ref().unwrap().stage(), Stage::Refused { code, .. } if code == "NotAuthorizedException")
    );
    refresh(&house, &mut bench, flow, true).await;
    let steps = done(&bench).steps();
    assert!(
        format!("{:?}", steps[0].request).contains(&bench.device_of(&username).unwrap().key),
        "the device is named"
    );
}

#[rstest]
#[case(Deed::Revoke, "Its refresh token was revoked here")]
#[case(Deed::SignOutEverywhere, "Its user was signed out everywhere from here")]
#[tokio::test]
async fn what_was_ended_here_is_told_of_every_token_of_it_and_of_no_other(#[case] deed: Deed, #[case] says: &str) {
    let house = House::new(today()).await;
    let client = client(&house, None).await;
    let mut bench = signed_in(&house, &client).await;
    let (id, access, _) = tokens(done(&bench));
    let known = async |token: &SecretString| {
        let (connection, wanted) = (sandbox_connection(), Wanted::default());
        let verified = house.console.verify_token(&connection, token.expose_secret(), &wanted).await;
        let checks = verified.unwrap().verdict.checks;
        let check = checks.into_iter().find(|check| check.name == "revocation").unwrap();
        (check.outcome, check.reason)
    };
    assert_eq!(known(&id).await.0, Outcome::Unknown);
    let sign_in = bench.sign_in.as_mut().unwrap();
    sign_in.carry_out(&Deed::StillSignedIn).await.unwrap();
    let (outcome, reason) = known(&access).await;
    assert!(outcome == Outcome::Pass && reason.starts_with("Cognito took it"), "{reason}");
    sign_in.carry_out(&deed).await.unwrap();
    for token in [&id, &access] {
        let (outcome, reason) = known(token).await;
        assert!(outcome == Outcome::Fail && reason.starts_with(says), "{reason}");
    }
    // A second later: tokens tell their time in whole seconds.
    house.sandbox.weather().advance(Duration::from_secs(2));
    house.clock.push(SignedDuration::from_secs(2));
    let other = signed_in(&house, &client).await;
    assert_eq!(known(&tokens(done(&other)).0).await.0, Outcome::Unknown, "another sign-in of the same user");
}

#[tokio::test]
async fn what_cognito_refuses_as_revoked_is_known_to_be() {
    let house = House::new(today()).await;
    let client = client(&house, None).await;
    let mut bench = signed_in(&house, &client).await;
    let (id, ..) = tokens(done(&bench));
    let username = person(&house, "CONFIRMED").username;
    let input = json!({ "UserPoolId": house.pool_id().as_str(), "Username": username });
    administer(&house, "AdminUserGlobalSignOut", input).await;
    let said = bench.sign_in.as_mut().unwrap().carry_out(&Deed::StillSignedIn).await.unwrap();
    assert!(said.refused);
    let verified = house.console.verify_token(&sandbox_connection(), id.expose_secret(), &Wanted::default()).await;
    let verdict = verified.unwrap().verdict;
    let check = verdict.checks.iter().find(|check| check.name == "revocation").unwrap();
    assert!(check.reason.starts_with("Cognito refused it"), "{}", check.reason);
    assert!(!verdict.valid() && decode(id.expose_secret()).is_ok());
    assert!(Standing::Refused(jiff::Timestamp::UNIX_EPOCH).is_end());
}
