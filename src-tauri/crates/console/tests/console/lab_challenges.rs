//! Second factors, remembered devices and the choice of a way in, on pools that ask for them.

use console::Code;
use console::lab::{Deed, LabClient, Language, Reply, SignIn, Stage};
use model::ClientId;
use model::clock::Clock;
use model::connection::Environment;
use sandbox::{Fault, Person, When};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use crate::house::{House, sandbox_connection};
use crate::lab::{client, person, sign_in, start, today, tokens};

/// Changes the sandbox as an administrator would, over its port.
pub(crate) async fn administer(house: &House, operation: &str, input: Value) -> Value {
    let server = house.sandbox.serve(0).await.unwrap();
    let (endpoint, target) = (server.endpoint(), format!("AWSCognitoIdentityProviderService.{operation}"));
    let signature = "AWS4-HMAC-SHA256 Credential=A/1/eu-west-1/cognito-idp/aws4_request";
    let answer = tokio::task::spawn_blocking(move || {
        let request = ureq::post(endpoint).header("x-amz-target", target).header("authorization", signature);
        request.send_json(input).unwrap().body_mut().read_json().unwrap()
    });
    let answer = answer.await.unwrap();
    server.shutdown().await;
    answer
}

pub(crate) fn challenge(sign_in: &SignIn) -> &str {
    match sign_in.stage() {
        Stage::Challenge(challenge) => &challenge.name,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn code(house: &House, secret: &SecretString) -> String {
    let secret = totp_rs::Secret::try_from_base32(secret.expose_secret()).unwrap();
    let totp = totp_rs::Builder::new().with_secret(secret).build_noncompliant();
    totp.generate(u64::try_from(house.clock.now().as_second()).unwrap()).to_string()
}

#[tokio::test]
async fn a_pool_that_demands_a_second_factor_leads_through_enrolling_an_app() {
    let house = House::new(today()).await;
    let pool = house.pool_id();
    let demands = json!({
        "UserPoolId": pool.as_str(), "MfaConfiguration": "ON", "SoftwareTokenMfaConfiguration": { "Enabled": true },
    });
    administer(&house, "SetUserPoolMfaConfig", demands).await;
    let Person { username, password, .. } = person(&house, "CONFIRMED");
    let mut open = sign_in(&house, start(&house, "USER_SRP_AUTH", &username, Some(&password)).await).await.unwrap();
    assert_eq!(challenge(&open), "MFA_SETUP");
    assert_eq!(open.enrolling().unwrap_err().code, Code::Precondition);
    let (secret, picture) = open.enrol().await.unwrap();
    assert!(picture.unwrap().path.starts_with("M0 0h7v1h-7z"), "the finder pattern in the corner");
    let wrong = open.verify_enrolment("000000").await.unwrap_err();
    assert_eq!((wrong.code, wrong.field.as_deref()), (Code::Validation, Some("code")));
    assert_eq!(open.enrolling().unwrap().expose_secret(), secret.expose_secret(), "it can be copied until it holds");
    open.verify_enrolment(&code(&house, &secret)).await.unwrap();
    tokens(&open);
    assert_eq!(open.enrolling().unwrap_err().code, Code::Precondition);
    let script = open.recipe().write(Language::JavaScript);
    assert!(!script.contains("\"TOTP\""), "with one factor to set up, Amplify does not ask which: {script}");
    assert!(script.contains("await confirmSignIn({\n  \"challengeResponse\": \"<USER_CODE>\"\n});"), "{script}");

    // From then on the code is asked for, or made here when the secret is known; each code counts once.
    house.sandbox.weather().advance(std::time::Duration::from_secs(30));
    house.clock.push(jiff::SignedDuration::from_secs(30));
    let mut asked = sign_in(&house, start(&house, "USER_SRP_AUTH", &username, Some(&password)).await).await.unwrap();
    assert_eq!(challenge(&asked), "SOFTWARE_TOKEN_MFA");
    asked.answer(&Reply::Code("000000".to_owned().into())).await.unwrap();
    assert!(matches!(asked.stage(), Stage::Refused { .. }));
    assert!(asked.open_challenge().is_some(), "a wrong code may be tried again");
    asked.answer(&Reply::Code(code(&house, &secret).into())).await.unwrap();
    tokens(&asked);
    house.sandbox.weather().advance(std::time::Duration::from_secs(30));
    house.clock.push(jiff::SignedDuration::from_secs(30));
    let mut known = start(&house, "USER_PASSWORD_AUTH", &username, Some(&password)).await;
    known.totp = Some(secret);
    let known = sign_in(&house, known).await.unwrap();
    tokens(&known);
    // Done again within the half minute, the code is used up, so another one is asked for rather than refused.
    let again = house.console.replay(&sandbox_connection(), &known).await.unwrap();
    assert_eq!((challenge(&again), again.steps().len()), ("SOFTWARE_TOKEN_MFA", 1));
    house.sandbox.weather().advance(std::time::Duration::from_secs(30));
    house.clock.push(jiff::SignedDuration::from_secs(30));
    tokens(&house.console.replay(&sandbox_connection(), &known).await.unwrap());
}

#[tokio::test]
async fn a_remembered_device_proves_itself_with_a_password_of_its_own() {
    let house = House::new(today()).await;
    let tracks = json!({
        "UserPoolId": house.pool_id().as_str(),
        "DeviceConfiguration": { "ChallengeRequiredOnNewDevice": false, "DeviceOnlyRememberedOnUserPrompt": false },
    });
    administer(&house, "UpdateUserPool", tracks).await;
    let Person { username, password, .. } = person(&house, "CONFIRMED");
    let mut first = sign_in(&house, start(&house, "USER_SRP_AUTH", &username, Some(&password)).await).await.unwrap();
    assert!(first.new_device().is_some());
    assert!(!first.carry_out(&Deed::RememberDevice).await.unwrap().refused);
    let device = first.device().unwrap().clone();
    assert_eq!(first.new_device(), None, "it is no longer new");
    let mut again = start(&house, "USER_SRP_AUTH", &username, Some(&password)).await;
    again.device = Some(device.clone());
    let vouched = sign_in(&house, again.clone()).await.unwrap();
    let subjects: Vec<&str> = vouched.steps().iter().map(|step| step.subject.as_str()).collect();
    assert_eq!(subjects, ["USER_SRP_AUTH", "PASSWORD_VERIFIER", "DEVICE_SRP_AUTH", "DEVICE_PASSWORD_VERIFIER"]);
    tokens(&vouched);
    again.device = Some(console::lab::Device { password: "another".to_owned().into(), ..device });
    let refused = sign_in(&house, again).await.unwrap();
    assert!(matches!(refused.stage(), Stage::Refused { .. }), "{:?}", refused.steps());
}

#[tokio::test]
async fn a_device_that_was_registered_is_kept_although_cognito_does_not_remember_it() {
    let house = House::new(today()).await;
    let tracks = json!({
        "UserPoolId": house.pool_id().as_str(),
        "DeviceConfiguration": { "ChallengeRequiredOnNewDevice": false, "DeviceOnlyRememberedOnUserPrompt": true },
    });
    administer(&house, "UpdateUserPool", tracks).await;
    let refused = || Fault::Error { code: "InvalidUserPoolConfigurationException".to_owned(), http_status: 400 };
    for fault in [refused(), Fault::TimeoutBefore] {
        let Person { username, password, .. } = person(&house, "CONFIRMED");
        let begun = start(&house, "USER_SRP_AUTH", &username, Some(&password)).await;
        let mut done = sign_in(&house, begun).await.unwrap();
        house.sandbox.weather().plan_fault(Some("UpdateDeviceStatus"), When::Nth(1), fault);
        let said = done.carry_out(&Deed::RememberDevice).await;
        assert!(said.is_err() || said.is_ok_and(|said| said.refused));
        assert!(done.device().is_some(), "its password is nowhere else");
        assert!(!done.carry_out(&Deed::ForgetDevice).await.unwrap().refused);
    }
}

#[tokio::test]
async fn with_user_auth_the_password_is_preferred_or_a_way_is_chosen() {
    let house = House::new(today()).await;
    let pool = house.pool_id();
    let made = json!({
        "UserPoolId": pool.as_str(), "ClientName": "choosy",
        "ExplicitAuthFlows": ["ALLOW_USER_AUTH", "ALLOW_CUSTOM_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    });
    let made = administer(&house, "CreateUserPoolClient", made).await;
    let id = ClientId::parse(made["UserPoolClient"]["ClientId"].as_str().unwrap()).unwrap();
    let choosy: LabClient = house.console.client(&sandbox_connection(), &pool, &id).await.unwrap();
    let Person { username, password, .. } = person(&house, "CONFIRMED");
    let mut with = start(&house, "USER_AUTH", &username, Some(&password)).await;
    with.client = choosy.clone();
    with.metadata.insert("tenant".to_owned(), "o'reilly".to_owned());
    let told = sign_in(&house, with).await.unwrap();
    tokens(&told);
    let script = told.recipe().write(Language::JavaScript);
    assert!(script.contains("\"clientMetadata\": {\n      \"tenant\": \"o'reilly\""), "{script}");
    let curl = told.recipe().write(Language::Curl);
    assert_eq!(curl.matches(r#""ClientMetadata":{"tenant":"o'\''reilly"}"#).count(), 2, "with each call: {curl}");
    assert!(!told.recipe().write(Language::Report).contains("reilly"), "it may name people");
    let mut without = start(&house, "USER_AUTH", &username, None).await;
    without.client = choosy;
    let mut open = sign_in(&house, without).await.unwrap();
    assert_eq!(challenge(&open), "SELECT_CHALLENGE");
    open.answer(&Reply::Choice("PASSWORD_SRP".to_owned())).await.unwrap();
    assert_eq!(challenge(&open), "PASSWORD_VERIFIER");
    open.answer(&Reply::Password(password.into())).await.unwrap();
    tokens(&open);
    // What was chosen is no secret, and Amplify is told the choice and then the password.
    let script = open.recipe().write(Language::JavaScript);
    let (_, told) = script.split_once("\"challengeResponse\": \"PASSWORD_SRP\"").unwrap();
    assert!(told.contains("\"challengeResponse\": \"<PASSWORD>\""), "{script}");
    assert!(open.recipe().write(Language::AwsCli).contains("\"ANSWER\":\"PASSWORD_SRP\""));
    assert!(open.recipe().write(Language::Report).contains("Request `ANSWER`: `PASSWORD_SRP`"));
    // Done again, it begins without the password as well.
    let again = house.console.replay(&sandbox_connection(), &open).await.unwrap();
    tokens(&again);
    let subjects =
        |sign_in: &SignIn| -> Vec<String> { sign_in.steps().iter().map(|step| step.subject.clone()).collect() };
    assert_eq!(subjects(&again), subjects(&open));
}

#[tokio::test]
async fn signing_out_everywhere_ends_what_cognito_takes() {
    let house = House::new(today()).await;
    let Person { username, password, .. } = person(&house, "CONFIRMED");
    let mut done = sign_in(&house, start(&house, "USER_SRP_AUTH", &username, Some(&password)).await).await.unwrap();
    assert_eq!(done.carry_out(&Deed::StillSignedIn).await.unwrap().text, "Cognito still takes the access token.");
    assert!(!done.carry_out(&Deed::SignOutEverywhere).await.unwrap().refused);
    let after = done.carry_out(&Deed::StillSignedIn).await.unwrap();
    assert!(after.refused && after.text.starts_with("Cognito takes the access token no longer"), "{after:?}");
    assert!(done.carry_out(&Deed::SignOutEverywhere).await.unwrap().refused);
    let operations: Vec<&str> = done.steps().iter().skip(2).map(|step| step.operation).collect();
    assert_eq!(operations, ["GetUser", "GlobalSignOut", "GetUser", "GlobalSignOut"], "all of it is recorded");
}

#[tokio::test]
async fn production_is_read_only_for_signing_in_too_and_nothing_is_sent() {
    let house = House::new(today()).await;
    let begun = start(&house, "USER_SRP_AUTH", "maria.keller", Some("x")).await;
    house.console.label(&sandbox_connection(), Environment::Production, None).await.unwrap();
    house.sandbox.forget_calls();
    let refused = sign_in(&house, begun).await.unwrap_err();
    assert_eq!(refused.code, Code::Precondition);
    assert_eq!(house.sandbox.calls().total(), 0);
}

#[tokio::test]
async fn without_a_journal_nothing_that_may_bill_is_sent() {
    let mut house = House::new(today()).await;
    let begun = start(&house, "USER_SRP_AUTH", "maria.keller", Some("x")).await;
    let file = house.dir.path().join("data/journal.sqlite");
    for beside in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(house.dir.path().join(format!("data/journal.sqlite{beside}")));
    }
    std::fs::write(&file, vec![7; 8_192]).unwrap();
    house.reopen().await;
    house.sandbox.forget_calls();
    let refused = sign_in(&house, begun).await.unwrap_err();
    assert!(refused.message.contains("journal"), "{refused}");
    assert_eq!(house.sandbox.calls().total(), 0);
    assert!(!client(&house, 0).await.client.has_secret, "reading goes on");
}
