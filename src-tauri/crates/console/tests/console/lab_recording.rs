//! Doing a recording again, and writing it down in other forms without what must stay secret.

use std::collections::BTreeMap;

use console::lab::{Deed, Errand, Language, Outcome, Reply, SignIn, Stage, Start};
use console::{AwsFiles, Code, Config};
use jiff::SignedDuration;
use model::connection::ConnectionId;
use model::{ProfileName, Region};
use sandbox::{Fault, Person, When};
use secrecy::ExposeSecret;
use serde_json::json;

use crate::house::{House, no_aws, sandbox_connection};
use crate::lab::{client, person, sign_in, start, today, tokens};
use crate::lab_challenges::administer;

const FORMS: [Language; 4] = [Language::AwsCli, Language::Curl, Language::JavaScript, Language::Report];

#[tokio::test]
async fn a_recording_is_done_again_with_what_was_typed() {
    let house = House::new(today()).await;
    let Person { username, password, .. } = person(&house, "CONFIRMED");
    // The password was only typed when it was asked for.
    let mut first = sign_in(&house, start(&house, "USER_SRP_AUTH", &username, None).await).await.unwrap();
    assert!(matches!(first.stage(), Stage::Challenge(_)));
    first.answer(&Reply::Password(password.clone().into())).await.unwrap();
    let (_, before, _) = tokens(&first);
    let again = house.console.replay(&sandbox_connection(), &first).await.unwrap();
    let (_, after, _) = tokens(&again);
    assert_ne!(before.expose_secret(), after.expose_secret());
    let operations = |sign_in: &console::lab::SignIn| -> Vec<_> {
        sign_in.steps().iter().map(|step| (step.operation, step.subject.clone())).collect()
    };
    assert_eq!(operations(&first), operations(&again));

    // What no longer works is refused the same way, and nothing is sent in vain.
    let forced = person_with(&house);
    let mut changed = sign_in(&house, start(&house, "USER_SRP_AUTH", &forced.0, Some(&forced.1)).await).await.unwrap();
    let reply = Reply::NewPassword { password: "Better-Than-1".to_owned().into(), attributes: BTreeMap::new() };
    changed.answer(&reply).await.unwrap();
    tokens(&changed);
    let again = house.console.replay(&sandbox_connection(), &changed).await.unwrap();
    assert!(matches!(again.stage(), Stage::Refused { code, .. } if code == "NotAuthorizedException"));
}

#[tokio::test]
async fn what_cognito_refused_is_not_done_again() {
    let house = House::new(today()).await;
    let (username, password) = person_with(&house);
    let begun = start(&house, "USER_SRP_AUTH", &username, Some(&password)).await;
    let mut first = sign_in(&house, begun).await.unwrap();
    let new = |password: &str| Reply::NewPassword { password: password.to_owned().into(), attributes: BTreeMap::new() };
    first.answer(&new("x")).await.unwrap();
    assert!(matches!(first.stage(), Stage::Refused { code, .. } if code == "InvalidPasswordException"));
    first.answer(&new("Better-Than-1")).await.unwrap();
    tokens(&first);
    // The temporary password once more.
    let input = json!({ "UserPoolId": house.pool_id().as_str(), "Username": username, "Password": password });
    administer(&house, "AdminSetUserPassword", input).await;
    let again = house.console.replay(&sandbox_connection(), &first).await.unwrap();
    tokens(&again);
    assert_eq!(again.steps().len(), first.steps().len() - 1);
}

fn person_with(house: &House) -> (String, String) {
    let person = person(house, "FORCE_CHANGE_PASSWORD");
    (person.username, person.password)
}

#[tokio::test]
async fn every_form_names_the_calls_and_holds_no_secret() {
    let house = House::new(today()).await;
    let Person { username, password, .. } = person(&house, "CONFIRMED");
    let mut begun = start(&house, "USER_SRP_AUTH", &username, Some(&password)).await;
    begun.client = client(&house, 1).await;
    let mut done = sign_in(&house, begun.clone()).await.unwrap();
    let (id, access, refresh) = tokens(&done);
    let new = "Changed-Horse-1";
    let changed = Deed::ChangePassword { old: password.clone().into(), new: new.to_owned().into() };
    done.carry_out(&changed).await.unwrap();
    done.carry_out(&Deed::SignOutEverywhere).await.unwrap();
    let client_secret = begun.client.secret.clone().unwrap();
    for form in FORMS {
        let text = done.recipe().write(form);
        for secret in [&id, &access, &refresh, &client_secret, &password.clone().into(), &new.to_owned().into()] {
            assert!(!text.contains(secret.expose_secret()), "{form:?}");
        }
        assert!(text.contains(begun.client.client.id.as_str()), "{form:?}: {text}");
    }
    let cli = done.recipe().write(Language::AwsCli);
    assert!(cli.contains("aws cognito-idp respond-to-auth-challenge --region eu-west-1"), "{cli}");
    assert!(
        cli.contains("\"SECRET_HASH\":\"<SECRET_HASH>\"")
            && cli.contains("\"PreviousPassword\":\"<PREVIOUS_PASSWORD>\"")
    );
    let curl = done.recipe().write(Language::Curl);
    assert!(curl.contains("X-Amz-Target: AWSCognitoIdentityProviderService.GlobalSignOut"), "{curl}");
    let script = done.recipe().write(Language::JavaScript);
    for call in ["await signIn({", "\"authFlowType\": \"USER_SRP_AUTH\"", "await updatePassword({", "await signOut({"] {
        assert!(script.contains(call), "{call}: {script}");
    }
    assert!(!script.contains("confirmSignIn"), "the library proves the password by itself: {script}");
    let report = done.recipe().write(Language::Report);
    assert!(!report.contains(&username), "nobody is named: {report}");
    assert!(report.contains("| 2 | RespondToAuthChallenge | PASSWORD_VERIFIER | tokens |"), "{report}");
}

#[tokio::test]
async fn a_report_leaves_out_what_a_trigger_says() {
    let house = House::new(today()).await;
    let triggers = json!({ "PreAuthentication": { "error": "ask berta@elsewhere.example of 5 Mill Lane" } });
    house.sandbox.set_triggers(house.pool_id().as_str(), triggers).unwrap();
    let Person { username, password, .. } = person(&house, "CONFIRMED");
    let begun = start(&house, "USER_PASSWORD_AUTH", &username, Some(&password)).await;
    let refused = sign_in(&house, begun).await.unwrap();
    assert!(refused.steps()[0].meaning.contains("berta@elsewhere.example"), "who signs in sees it");
    let report = refused.recipe().write(Language::Report);
    assert!(!report.contains("berta") && !report.contains("Mill Lane"), "{report}");
    assert!(report.contains("Refused: `UserLambdaValidationException`"), "{report}");
}

#[tokio::test]
async fn hostile_names_stay_one_word_of_a_shell_and_one_text_of_a_script() {
    let house = House::new(today()).await;
    let hostile = "o'brien'; rm -rf ~; $(id) `id` \"\\ \n| <b>";
    let refused = sign_in(
        &house,
        Start { password: Some("x".to_owned().into()), ..start(&house, "USER_PASSWORD_AUTH", hostile, None).await },
    );
    let done = refused.await.unwrap();
    let cli = done.recipe().write(Language::AwsCli);
    let (_, input) = cli.split_once("--cli-input-json ").unwrap();
    // What a POSIX shell makes of it.
    let shell = std::process::Command::new("sh").arg("-c").arg(format!("printf %s {input}")).output().unwrap();
    let read: serde_json::Value = serde_json::from_slice(&shell.stdout).unwrap();
    assert_eq!(read["AuthParameters"]["USERNAME"], hostile);
    let script = done.recipe().write(Language::JavaScript);
    assert!(script.contains(&serde_json::to_string(hostile).unwrap()), "{script}");
    let report = done.recipe().write(Language::Report);
    assert!(!report.contains("<b>") && !report.contains("rm -rf"), "{report}");
}

#[tokio::test]
async fn errands_are_written_down_as_well() {
    let house = House::new(today()).await;
    let web = client(&house, 0).await;
    let mut errands = house.console.errands(&sandbox_connection(), &house.pool_id(), web).await.unwrap();
    let attributes = BTreeMap::from([("email".to_owned(), "newcomer@people.example".to_owned())]);
    let errand = Errand::SignUp { password: Some("Newcomer-Horse-1".to_owned().into()), attributes };
    errands.run("newcomer", &BTreeMap::new(), &errand).await.unwrap();
    let cli = errands.recipe().write(Language::AwsCli);
    assert!(
        cli.contains("aws cognito-idp sign-up")
            && cli.contains("{\"Name\":\"email\",\"Value\":\"newcomer@people.example\"}"),
        "{cli}"
    );
    let script = errands.recipe().write(Language::JavaScript);
    assert!(script.contains("await signUp({") && script.contains("\"email\": \"newcomer@people.example\""), "{script}");
    let report = errands.recipe().write(Language::Report);
    assert!(!report.contains("newcomer"), "{report}");
    for form in FORMS {
        assert!(!errands.recipe().write(form).contains("Newcomer-Horse-1"));
    }
}

/// A profile whose credentials come from the file, and one whose sign-in has ended.
const KEYS: &str = "[profile staff]\naws_access_key_id = AKIASTAFF\naws_secret_access_key = s\n";
const SIGNED_OUT: &str = "[profile staff]\nsso_session = s\nsso_account_id = 123456789012\nsso_role_name = R\n\
                          [sso-session s]\nsso_start_url = https://nobody.awsapps.com/start\nsso_region = eu-west-1\n";

#[tokio::test]
async fn what_was_never_sent_for_want_of_credentials_is_no_step() {
    let house = House::new(today()).await;
    let server = house.sandbox.serve(0).await.unwrap();
    let profiles = house.dir.path().join("aws-config");
    std::fs::write(&profiles, KEYS).unwrap();
    let aws = AwsFiles { config: Some(profiles.clone()), ..no_aws(house.dir.path()) };
    let console =
        console::open(Config { aws, data_dir: house.dir.path().join("staff"), ..house.config() }).await.unwrap();
    let connection = ConnectionId {
        profile: Some(ProfileName::parse("staff").unwrap()),
        region: Some(Region::parse("eu-west-1").unwrap()),
        endpoint: Some(server.endpoint()),
        sandbox: false,
    };
    let (username, password) = person_with(&house);
    let begun = start(&house, "ADMIN_USER_PASSWORD_AUTH", &username, Some(&password)).await;
    let mut open = console.sign_in(&connection, begun).await.unwrap();
    assert_eq!(open.open_challenge().unwrap().name, "NEW_PASSWORD_REQUIRED");
    let new = Reply::NewPassword { password: "Better-Than-1".to_owned().into(), attributes: BTreeMap::new() };
    // The person's own sign-in ends meanwhile, and that is known here without asking Cognito.
    std::fs::write(&profiles, SIGNED_OUT).unwrap();
    house.clock.push(SignedDuration::from_mins(16));
    let before = house.sandbox.calls().total();
    let refused = open.answer(&new).await.unwrap_err();
    assert_eq!(refused.code, Code::CredentialsExpired, "{refused}");
    assert_eq!((open.steps().len(), house.sandbox.calls().total()), (1, before), "{:?}", open.steps());
    assert!(open.open_challenge().is_some(), "it can be answered when the credentials are back");
    std::fs::write(&profiles, KEYS).unwrap();
    open.answer(&new).await.unwrap();
    tokens(&open);
    server.shutdown().await;
}

#[tokio::test]
async fn a_call_without_an_answer_is_a_step_and_what_came_before_it_is_not_lost() {
    let house = House::new(today()).await;
    let Person { username, password, .. } = person(&house, "CONFIRMED");
    let broken = |operation: &str| {
        house.sandbox.weather().clear_faults();
        house.sandbox.weather().plan_fault(Some(operation), When::After(0), Fault::ConnectionReset);
    };
    broken("RespondToAuthChallenge");
    let mut cut = sign_in(&house, start(&house, "USER_SRP_AUTH", &username, Some(&password)).await).await.unwrap();
    let operations: Vec<&str> = cut.steps().iter().map(|step| step.operation).collect();
    assert_eq!(operations, ["InitiateAuth", "RespondToAuthChallenge"]);
    let failed = |sign_in: &SignIn| {
        let Stage::Failed(error) = sign_in.stage() else { panic!("{:?}", sign_in.stage()) };
        let last = sign_in.steps().last().unwrap();
        assert!(matches!(&last.outcome, Outcome::Failed { code, .. } if *code == error.code), "{last:?}");
        assert_eq!(last.meaning, error.message);
        error.code
    };
    assert_eq!(failed(&cut), Code::Unreachable);
    let report = cut.recipe().write(Language::Report);
    assert!(report.contains("| unreachable |") && report.contains("Failed on its way: `unreachable`"), "{report}");
    // What was asked is still open, and may be answered when the network is back.
    cut.answer(&Reply::Password(password.clone().into())).await.unwrap();
    assert_eq!((failed(&cut), cut.steps().len()), (Code::Unreachable, 3));
    house.sandbox.weather().clear_faults();
    cut.answer(&Reply::Password(password.clone().into())).await.unwrap();
    tokens(&cut);
    // The first call, what a signed-in user does, and errands.
    broken("GetUser");
    let said = cut.carry_out(&Deed::StillSignedIn).await.unwrap();
    assert!(said.refused && matches!(cut.steps().last().unwrap().outcome, Outcome::Failed { .. }), "{said:?}");
    broken("InitiateAuth");
    let cut = sign_in(&house, start(&house, "USER_PASSWORD_AUTH", &username, Some(&password)).await).await.unwrap();
    assert_eq!((failed(&cut), cut.steps().len(), cut.open_challenge().is_none()), (Code::Unreachable, 1, true));
    broken("ForgotPassword");
    let web = client(&house, 0).await;
    let mut errands = house.console.errands(&sandbox_connection(), &house.pool_id(), web).await.unwrap();
    let said = errands.run(&username, &BTreeMap::new(), &Errand::Forgot).await.unwrap();
    assert!(said.refused && matches!(errands.steps()[0].outcome, Outcome::Failed { .. }), "{said:?}");
}
