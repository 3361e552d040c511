//! What a user does for themself through a client: signing up, a forgotten password, another one, devices, signing out.

use std::collections::BTreeMap;

use console::Code;
use console::lab::{Bench, Deed, Errand, Errands, Language, Reply, Said, Standing, Start};
use model::connection::Environment;
use sandbox::Person;
use secrecy::SecretString;
use serde_json::json;

use crate::house::{House, sandbox_connection};
use crate::lab::{client, person, sign_in, start, today, tokens};
use crate::lab_challenges::administer;

async fn errands(house: &House, client_at: usize) -> Errands {
    let client = client(house, client_at).await;
    house.console.errands(&sandbox_connection(), &house.pool_id(), client).await.unwrap()
}

fn secret(text: &str) -> SecretString {
    text.to_owned().into()
}

/// The code in the newest message of the sandbox's outbox.
fn newest_code(house: &House) -> SecretString {
    let messages = house.sandbox.outbox();
    let text = messages.last().unwrap().code.clone().unwrap();
    text.into()
}

async fn run(errands: &mut Errands, username: &str, errand: Errand) -> Said {
    errands.run(username, &BTreeMap::new(), &errand).await.unwrap()
}

#[tokio::test]
async fn somebody_signs_up_confirms_with_a_code_and_signs_in() {
    let house = House::new(today()).await;
    // Through the client with a secret, so that its digest counts as well.
    let mut errands = errands(&house, 1).await;
    let attributes = BTreeMap::from([("email".to_owned(), "newcomer@people.example".to_owned())]);
    let password = Some(secret("Newcomer-Horse-1"));
    let signed_up =
        run(&mut errands, "newcomer", Errand::SignUp { password: password.clone(), attributes: attributes.clone() })
            .await;
    assert!(!signed_up.refused && signed_up.text.contains("A code was sent to"), "{signed_up:?}");
    let again = run(&mut errands, "newcomer", Errand::SignUp { password, attributes }).await;
    assert!(again.refused, "{again:?}");
    assert!(run(&mut errands, "newcomer", Errand::Confirm(secret("000000"))).await.refused);
    assert!(!run(&mut errands, "newcomer", Errand::Resend).await.refused);
    let confirmed = run(&mut errands, "newcomer", Errand::Confirm(newest_code(&house))).await;
    assert!(!confirmed.refused, "{confirmed:?}");
    tokens(&sign_in(&house, start(&house, "USER_SRP_AUTH", "newcomer", Some("Newcomer-Horse-1")).await).await.unwrap());

    let operations: Vec<&str> = errands.steps().iter().map(|step| step.operation).collect();
    assert_eq!(operations, ["SignUp", "SignUp", "ConfirmSignUp", "ResendConfirmationCode", "ConfirmSignUp"]);
    assert!(!format!("{:?} {errands:?}", errands.steps()).contains("Newcomer-Horse-1"), "no password is recorded");
}

#[tokio::test]
async fn triggers_are_told_what_an_app_sends_along_with_each_errand() {
    let house = House::new(today()).await;
    let told =
        json!([{ "when": { "/request/clientMetadata/tenant": "acme" }, "response": {} }, { "error": "Which tenant?" }]);
    let answers = json!({ "PreSignUp": told, "CustomMessage": told, "PostConfirmation": told });
    house.sandbox.set_triggers(&house.sandbox.pool_id(), answers).unwrap();
    let mut errands = errands(&house, 1).await;
    let attributes = BTreeMap::from([("email".to_owned(), "newcomer@people.example".to_owned())]);
    let sign_up = Errand::SignUp { password: Some(secret("Newcomer-Horse-1")), attributes };
    let silent = run(&mut errands, "newcomer", sign_up.clone()).await;
    assert!(silent.refused && silent.text.contains("Which tenant?"), "{silent:?}");
    let metadata = BTreeMap::from([("tenant".to_owned(), "acme".to_owned())]);
    let with_code = |errand: fn(SecretString) -> Errand| errand(newest_code(&house));
    for at in 0..5 {
        let errand = match at {
            0 => sign_up.clone(),
            1 => Errand::Resend,
            2 => with_code(Errand::Confirm),
            3 => Errand::Forgot,
            _ => with_code(|code| Errand::ConfirmForgot { code, password: secret("Recovered-Horse-1") }),
        };
        let said = errands.run("newcomer", &metadata, &errand).await.unwrap();
        assert!(!said.refused, "{errand:?}: {said:?}");
    }
    // And written down with each, but for the report: it may name people.
    let recipe = errands.recipe();
    assert_eq!(recipe.write(Language::Curl).matches(r#""ClientMetadata":{"tenant":"acme"}"#).count(), 5);
    assert_eq!(recipe.write(Language::JavaScript).matches("\"clientMetadata\": {").count(), 5);
    assert!(!recipe.write(Language::Report).contains("acme"));
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_with_a_code_and_then_changed_again() {
    let house = House::new(today()).await;
    let Person { username, password, .. } = person(&house, "CONFIRMED");
    let mut errands = errands(&house, 0).await;
    assert!(!run(&mut errands, &username, Errand::Forgot).await.refused);
    let weak = Errand::ConfirmForgot { code: newest_code(&house), password: secret("x") };
    assert!(run(&mut errands, &username, weak).await.refused);
    let good = Errand::ConfirmForgot { code: newest_code(&house), password: secret("Recovered-Horse-1") };
    let recovered = run(&mut errands, &username, good).await;
    assert!(!recovered.refused, "{recovered:?}");

    let begun = start(&house, "USER_SRP_AUTH", &username, Some("Recovered-Horse-1")).await;
    let mut done = sign_in(&house, begun).await.unwrap();
    let wrong = Deed::ChangePassword { old: secret(&password), new: secret("Changed-Horse-1") };
    assert!(done.carry_out(&wrong).await.unwrap().refused);
    let right = Deed::ChangePassword { old: secret("Recovered-Horse-1"), new: secret("Changed-Horse-1") };
    assert!(!done.carry_out(&right).await.unwrap().refused);
    tokens(&sign_in(&house, start(&house, "USER_SRP_AUTH", &username, Some("Changed-Horse-1")).await).await.unwrap());
}

#[tokio::test]
async fn errands_are_refused_in_production_and_without_a_name() {
    let house = House::new(today()).await;
    let nameless = errands(&house, 0).await.run("", &BTreeMap::new(), &Errand::Forgot).await.unwrap_err();
    assert_eq!(nameless.field.as_deref(), Some("username"));
    let web = client(&house, 0).await;
    house.console.label(&sandbox_connection(), Environment::Production, None).await.unwrap();
    let refused = house.console.errands(&sandbox_connection(), &house.pool_id(), web).await.unwrap_err();
    assert_eq!(refused.code, Code::Precondition);
}

#[tokio::test]
async fn what_is_under_way_stops_when_its_connection_is_marked_production() {
    let house = House::new(today()).await;
    let Person { username, password, .. } = person(&house, "CONFIRMED");
    let mut errands = errands(&house, 0).await;
    let mut asked = sign_in(&house, start(&house, "USER_SRP_AUTH", &username, None).await).await.unwrap();
    let begun = start(&house, "USER_SRP_AUTH", &username, Some(&password)).await;
    let mut done = sign_in(&house, begun).await.unwrap();
    house.console.label(&sandbox_connection(), Environment::Production, None).await.unwrap();
    house.sandbox.forget_calls();
    let refused = [
        errands.run(&username, &BTreeMap::new(), &Errand::Forgot).await.unwrap_err(),
        asked.answer(&Reply::Password(password.into())).await.unwrap_err(),
        asked.enrol().await.unwrap_err(),
        done.carry_out(&Deed::SignOutEverywhere).await.unwrap_err(),
        house.console.replay(&sandbox_connection(), &done).await.unwrap_err(),
    ];
    for error in refused {
        assert!(error.code == Code::Precondition && error.message.contains("Production"), "{error}");
    }
    assert_eq!(house.sandbox.calls().total(), 0);
}

#[tokio::test]
async fn a_revoked_refresh_token_gives_nothing_and_cognito_takes_its_access_token_no_longer() {
    let house = House::new(today()).await;
    let Person { username, password, .. } = person(&house, "CONFIRMED");
    let begun = start(&house, "USER_SRP_AUTH", &username, Some(&password)).await;
    let mut done = sign_in(&house, begun.clone()).await.unwrap();
    let (_, _, refresh) = tokens(&done);
    assert!(!done.carry_out(&Deed::Revoke).await.unwrap().refused);
    assert!(done.carry_out(&Deed::StillSignedIn).await.unwrap().refused);
    let again = Start { flow: "REFRESH_TOKEN_AUTH".to_owned(), password: Some(refresh), ..begun };
    assert!(matches!(sign_in(&house, again).await.unwrap().stage(), console::lab::Stage::Refused { .. }));
    let info = done.carry_out(&Deed::UserInfo).await.unwrap();
    assert!(info.refused, "tokens of the API lack the scope openid: {info:?}");
}

#[tokio::test]
async fn each_call_that_names_nobody_may_bill_one_more_user_and_who_is_named_counts_once() {
    let house = House::new(today()).await;
    let Person { username, password, .. } = person(&house, "CONFIRMED");
    let begun = start(&house, "USER_SRP_AUTH", &username, Some(&password)).await;
    let (_, _, refresh) = tokens(&sign_in(&house, begun.clone()).await.unwrap());
    let pool = house.open().await;
    let users = || house.console.session_cost(Some(&pool)).users;
    assert_eq!(users(), 1);
    let refreshed = Start { flow: "GetTokensFromRefreshToken".to_owned(), password: Some(refresh), ..begun };
    let nameless = Start { username: String::new(), ..refreshed.clone() };
    sign_in(&house, refreshed).await.unwrap();
    assert_eq!(users(), 1, "the refresh token is of somebody who counted already");
    for so_far in 1..=3 {
        sign_in(&house, nameless.clone()).await.unwrap();
        assert_eq!(users(), 1 + so_far);
    }
}

#[tokio::test]
async fn the_table_remembers_devices_by_name_and_which_flow_worked() {
    let house = House::new(today()).await;
    let tracks = json!({
        "UserPoolId": house.pool_id().as_str(),
        "DeviceConfiguration": { "ChallengeRequiredOnNewDevice": false, "DeviceOnlyRememberedOnUserPrompt": true },
    });
    administer(&house, "UpdateUserPool", tracks).await;
    let Person { username, password, .. } = person(&house, "CONFIRMED");
    let mut bench = Bench::default();
    let begun = start(&house, "USER_SRP_AUTH", &username, Some(&password)).await;
    let mut done = sign_in(&house, begun.clone()).await.unwrap();
    let said = done.carry_out(&Deed::RememberDevice).await.unwrap();
    assert!(!said.refused && said.text.contains("remembered"), "{said:?}");
    bench.sign_in = Some(done);
    bench.note();
    let device = bench.device_of(&username).unwrap().clone();
    assert!(bench.device_of("somebody.else").is_none());

    let mut again = sign_in(&house, Start { device: Some(device.clone()), ..begun.clone() }).await.unwrap();
    assert_eq!(again.steps().len(), 4, "the device proved itself");
    assert!(!again.carry_out(&Deed::ForgetDevice).await.unwrap().refused);
    assert!(again.device().is_none());
    bench.forget_device(&device.key);
    assert!(bench.device_of(&username).is_none());

    let failed =
        sign_in(&house, Start { flow: "USER_PASSWORD_AUTH".to_owned(), password: Some(secret("wrong")), ..begun });
    bench.sign_in = Some(failed.await.unwrap());
    bench.note();
    let clients = house.console.described_clients(&sandbox_connection(), &house.pool_id()).await.unwrap();
    let matrix = bench.matrix(&clients);
    assert_eq!(matrix.len(), clients.len());
    let standing = |name: &str, flow: &str| {
        let row = matrix.iter().find(|row| row.client.name == name).unwrap();
        row.cells.iter().find(|(known, _)| known.name == flow).unwrap().1.clone()
    };
    assert_eq!(standing("web", "USER_SRP_AUTH"), Standing::Works);
    assert!(matches!(standing("web", "USER_PASSWORD_AUTH"), Standing::Fails(why) if why.contains("password")));
    assert!(matches!(standing("web", "USER_AUTH"), Standing::Closed(why) if why.contains("ALLOW_USER_AUTH")));
    assert_eq!(standing("server", "USER_SRP_AUTH"), Standing::Untried);
    assert!(matches!(standing("machine", "authorization_code"), Standing::Closed(why) if why.contains("code")));
    assert_eq!(standing("machine", "client_credentials"), Standing::Untried);
}
