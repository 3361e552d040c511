//! The codes, choices and questions of a sign-in, each answered in the lab.

use console::Code;
use console::lab::{LabClient, Language, Reply, SignIn, Stage, Start};
use model::ClientId;
use rstest::rstest;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use crate::authenticator::{Authenticator, FLAGS, PARTY};
use crate::house::{House, sandbox_connection};
use crate::lab::{sign_in, today, tokens};
use crate::lab_challenges::{administer, challenge};

const PASSWORD: &str = "Correct-Horse-1";

/// A pool with the settings, one person with an address and a number that are verified, and a client for every flow.
struct Scene {
    house: House,
    pool: model::PoolId,
    client: LabClient,
}

impl Scene {
    async fn new(settings: Value) -> Self {
        let house = House::new(today()).await;
        let mut pool = json!({ "PoolName": "factors" });
        for (name, value) in settings.as_object().unwrap() {
            pool[name] = value.clone();
        }
        let made = administer(&house, "CreateUserPool", pool).await;
        let pool = model::PoolId::parse(made["UserPool"]["Id"].as_str().unwrap()).unwrap();
        let attributes = [
            ("email", "ada@x.example"),
            ("email_verified", "true"),
            ("phone_number", "+15551234567"),
            ("phone_number_verified", "true"),
        ];
        let attributes = attributes.map(|(name, value)| json!({ "Name": name, "Value": value }));
        let mut scene = Self { client: LabClient::unknown(ClientId::parse("none").unwrap()), house, pool };
        let person = json!({ "Username": "ada", "MessageAction": "SUPPRESS", "UserAttributes": attributes });
        scene.ask("AdminCreateUser", person).await;
        scene.ask("AdminSetUserPassword", json!({ "Username": "ada", "Password": PASSWORD, "Permanent": true })).await;
        let flows = ["ALLOW_USER_SRP_AUTH", "ALLOW_USER_AUTH", "ALLOW_CUSTOM_AUTH", "ALLOW_USER_PASSWORD_AUTH"];
        let made = scene.ask("CreateUserPoolClient", json!({ "ClientName": "app", "ExplicitAuthFlows": flows })).await;
        let id = ClientId::parse(made["UserPoolClient"]["ClientId"].as_str().unwrap()).unwrap();
        scene.client = scene.house.console.client(&sandbox_connection(), &scene.pool, &id).await.unwrap();
        scene
    }

    async fn ask(&self, operation: &str, mut input: Value) -> Value {
        input["UserPoolId"] = self.pool.as_str().into();
        administer(&self.house, operation, input).await
    }

    /// Second factors by message, which the person has enabled.
    async fn second_factors(preferred: Option<&str>) -> Self {
        let sender = json!({
            "EmailSendingAccount": "DEVELOPER", "SourceArn": "arn:aws:ses:eu-west-1:123456789012:identity/a@x.example",
        });
        let scene = Self::new(json!({ "EmailConfiguration": sender })).await;
        let enabled = json!({
            "MfaConfiguration": "OPTIONAL", "EmailMfaConfiguration": { "Message": "{####}", "Subject": "code" },
            "SmsMfaConfiguration": { "SmsConfiguration": {
                "SnsCallerArn": "arn:aws:iam::123456789012:role/sms", "ExternalId": "sms",
            } },
        });
        scene.ask("SetUserPoolMfaConfig", enabled).await;
        let factor = |name: &str| json!({ "Enabled": true, "PreferredMfa": preferred == Some(name) });
        let input = json!({ "Username": "ada", "SMSMfaSettings": factor("SMS"), "EmailMfaSettings": factor("EMAIL") });
        scene.ask("AdminSetUserMFAPreference", input).await;
        scene
    }

    async fn begin(&self, flow: &str, password: Option<&str>) -> SignIn {
        let start = Start {
            password: password.map(|password| password.to_owned().into()),
            ..Start::new(self.pool.clone(), self.client.clone(), flow, "ada")
        };
        sign_in(&self.house, start).await.unwrap()
    }

    /// The code in the newest message.
    fn code(&self) -> Reply {
        Reply::Code(self.house.sandbox.outbox().last().unwrap().code.clone().unwrap().into())
    }
}

fn refused(sign_in: &SignIn) -> &str {
    match sign_in.stage() {
        Stage::Refused { code, .. } => code,
        other => panic!("{other:?}"),
    }
}

#[rstest]
#[case("SMS", "SMS_MFA")]
#[case("EMAIL", "EMAIL_OTP")]
#[tokio::test]
async fn a_second_factor_by_message_is_asked_for_until_its_code_is_right(#[case] preferred: &str, #[case] asked: &str) {
    let scene = Scene::second_factors(Some(preferred)).await;
    let mut open = scene.begin("USER_SRP_AUTH", Some(PASSWORD)).await;
    assert_eq!(challenge(&open), asked);
    assert!(
        open.steps().last().unwrap().answer.contains_key("CODE_DELIVERY_DESTINATION"),
        "where it was sent is shown"
    );
    open.answer(&Reply::Code("000000".to_owned().into())).await.unwrap();
    assert_eq!((refused(&open), open.open_challenge().is_some()), ("CodeMismatchException", true));
    open.answer(&scene.code()).await.unwrap();
    tokens(&open);
}

#[rstest]
#[case("SMS_MFA", "SMS_MFA")]
#[case("EMAIL_OTP", "EMAIL_OTP")]
#[tokio::test]
async fn among_several_second_factors_one_is_chosen(#[case] choice: &str, #[case] asked: &str) {
    let scene = Scene::second_factors(None).await;
    let mut open = scene.begin("USER_PASSWORD_AUTH", Some(PASSWORD)).await;
    assert_eq!(challenge(&open), "SELECT_MFA_TYPE");
    open.answer(&Reply::Choice(choice.to_owned())).await.unwrap();
    assert_eq!(challenge(&open), asked);
    open.answer(&scene.code()).await.unwrap();
    tokens(&open);
}

async fn choosing() -> Scene {
    let factors = ["PASSWORD", "EMAIL_OTP", "SMS_OTP", "WEB_AUTHN"];
    Scene::new(json!({ "Policies": { "SignInPolicy": { "AllowedFirstAuthFactors": factors } } })).await
}

#[rstest]
#[case("EMAIL_OTP")]
#[case("SMS_OTP")]
#[tokio::test]
async fn a_code_may_take_the_place_of_the_password(#[case] choice: &str) {
    let scene = choosing().await;
    let mut open = scene.begin("USER_AUTH", None).await;
    assert_eq!(challenge(&open), "SELECT_CHALLENGE");
    open.answer(&Reply::Choice(choice.to_owned())).await.unwrap();
    assert_eq!(challenge(&open), choice);
    open.answer(&scene.code()).await.unwrap();
    tokens(&open);
}

#[tokio::test]
async fn who_chooses_the_password_gives_it_with_the_choice() {
    let scene = choosing().await;
    let mut open = scene.begin("USER_AUTH", None).await;
    let without = open.answer(&Reply::Choice("PASSWORD".to_owned())).await.unwrap_err();
    assert_eq!((without.code, without.field.as_deref()), (Code::Validation, Some("password")));
    assert_eq!((challenge(&open), open.steps().len()), ("SELECT_CHALLENGE", 1), "nothing was sent");
    open.answer(&Reply::Password(PASSWORD.to_owned().into())).await.unwrap();
    tokens(&open);
    assert!(!format!("{:?}", open.steps()).contains(PASSWORD));
    tokens(&scene.house.console.replay(&sandbox_connection(), &open).await.unwrap());
    let mut wrong = scene.begin("USER_AUTH", None).await;
    wrong.answer(&Reply::Password("Wrong-Horse-1".to_owned().into())).await.unwrap();
    assert_eq!(refused(&wrong), "NotAuthorizedException");
}

#[rstest]
#[case::alone(None, &["CUSTOM_AUTH", "CUSTOM_CHALLENGE", "CUSTOM_CHALLENGE"])]
#[case::after_the_password(Some(PASSWORD), &["CUSTOM_AUTH", "PASSWORD_VERIFIER", "CUSTOM_CHALLENGE", "CUSTOM_CHALLENGE"])]
#[tokio::test]
async fn a_trigger_asks_its_own_question(#[case] password: Option<&str>, #[case] subjects: &[&str]) {
    let scene = choosing().await;
    let triggers = json!({ "CreateAuthChallenge": {
        "publicChallengeParameters": { "riddle": "What goes on four legs in the morning?" },
        "privateChallengeParameters": { "answer": "man" },
    } });
    scene.house.sandbox.set_triggers(scene.pool.as_str(), triggers).unwrap();
    let mut open = scene.begin("CUSTOM_AUTH", password).await;
    assert_eq!(challenge(&open), "CUSTOM_CHALLENGE", "{:?}", open.steps());
    open.answer(&Reply::Text("cat".to_owned().into())).await.unwrap();
    assert_eq!(challenge(&open), "CUSTOM_CHALLENGE", "it is asked again");
    open.answer(&Reply::Text("man".to_owned().into())).await.unwrap();
    tokens(&open);
    let seen: Vec<&str> = open.steps().iter().map(|step| step.subject.as_str()).collect();
    assert_eq!(seen, subjects);
    assert!(!format!("{:?}", open.steps()).contains("\"man\""), "what was answered may be a secret");
}

/// Registers a passkey as a page on its own domain would, for who holds an access token.
async fn registered(scene: &Scene) -> Authenticator {
    scene.ask("SetUserPoolMfaConfig", json!({ "WebAuthnConfiguration": { "RelyingPartyId": PARTY } })).await;
    let (_, access, _) = tokens(&scene.begin("USER_PASSWORD_AUTH", Some(PASSWORD)).await);
    let token = json!({ "AccessToken": access.expose_secret() });
    let begun = administer(&scene.house, "StartWebAuthnRegistration", token.clone()).await;
    let key = Authenticator::new("passkey");
    let mut made = token;
    made["Credential"] = key.register(&begun["CredentialCreationOptions"], &format!("https://{PARTY}"), PARTY, -7);
    administer(&scene.house, "CompleteWebAuthnRegistration", made).await;
    key
}

#[tokio::test]
async fn a_passkey_is_asked_for_with_what_its_own_domain_needs_and_what_that_answers_signs_in() {
    let scene = choosing().await;
    let key = registered(&scene).await;
    let mut open = scene.begin("USER_AUTH", None).await;
    let Stage::Challenge(choice) = open.stage() else { panic!("{:?}", open.steps()) };
    assert!(choice.available.iter().any(|way| way == "WEB_AUTHN"), "{:?}", choice.available);
    open.answer(&Reply::Choice("WEB_AUTHN".to_owned())).await.unwrap();
    let Stage::Challenge(asked) = open.stage() else { panic!("{:?}", open.steps()) };
    assert_eq!(asked.name, "WEB_AUTHN");
    let options: Value = serde_json::from_str(&asked.parameters["CREDENTIAL_REQUEST_OPTIONS"]).unwrap();
    assert_eq!((&options["rpId"], &options["allowCredentials"][0]["id"]), (&json!(PARTY), &json!(key.id())));
    assert!(open.steps().last().unwrap().meaning.contains("a browser on the pool's own domain"), "the limit is said");

    let wrong = open.answer(&Reply::Code("123456".to_owned().into())).await.unwrap_err();
    assert_eq!((wrong.code, wrong.field.as_deref()), (Code::Validation, Some("answer")), "a code is none");
    let credential = key.sign_in(&options, &format!("https://{PARTY}"), FLAGS).to_string();
    open.answer(&Reply::Text(credential.clone().into())).await.unwrap();
    tokens(&open);
    let recorded = format!("{:?}", open.steps());
    assert!(!recorded.contains("clientDataJSON") && !recorded.contains(&credential), "the credential is not recorded");
    let report = open.recipe().write(Language::AwsCli);
    assert!(report.contains("<CREDENTIAL>") && !report.contains("authenticatorData"), "{report}");
}

#[tokio::test]
async fn a_credential_of_another_page_is_refused() {
    let scene = choosing().await;
    let key = registered(&scene).await;
    for answer in ["nonsense".to_owned(), "{}".to_owned()] {
        let mut open = scene.begin("USER_AUTH", None).await;
        open.answer(&Reply::Choice("WEB_AUTHN".to_owned())).await.unwrap();
        open.answer(&Reply::Text(answer.into())).await.unwrap();
        assert_eq!(refused(&open), "InvalidParameterException");
    }
    let mut open = scene.begin("USER_AUTH", None).await;
    open.answer(&Reply::Choice("WEB_AUTHN".to_owned())).await.unwrap();
    let Stage::Challenge(asked) = open.stage() else { panic!("{:?}", open.steps()) };
    let options: Value = serde_json::from_str(&asked.parameters["CREDENTIAL_REQUEST_OPTIONS"]).unwrap();
    let elsewhere = key.sign_in(&options, "https://evil.example", FLAGS).to_string();
    open.answer(&Reply::Text(elsewhere.into())).await.unwrap();
    assert_eq!(refused(&open), "NotAuthorizedException");
}
