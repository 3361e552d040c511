//! What Cognito asks while somebody signs in, answered in the real window: an authenticator app is enrolled, a way in is
//! chosen, a device remembered, a trigger's question answered; and all of it is forgotten when it is locked.

use model::clock::Clock as _;
use sandbox::{Options, Quota, Sandbox};
use serde_json::{Value, json};

use crate::Folder;
use crate::accessibility::clean;
use crate::window::{Start, Window};

/// A sandbox of our own, whose pool we can change while the window is open.
struct Scene {
    sandbox: Sandbox,
    server: sandbox::Server,
    window: Window,
    _folder: Folder,
}

impl Scene {
    async fn new() -> Self {
        let options = Options { users: 20, quota: Quota::Off, start: console::SystemClock.now(), ..Options::default() };
        let sandbox = Sandbox::new(options);
        let server = sandbox.serve(0).await.unwrap();
        let folder = Folder::new();
        let window = Window::start(Start { data: folder.data(), ..Start::default() }).await;
        Self { sandbox, server, window, _folder: folder }
    }

    /// What an operator does at AWS.
    async fn administer(&self, operation: &str, mut input: Value) {
        input["UserPoolId"] = self.sandbox.pool_id().into();
        let (endpoint, operation) = (self.server.endpoint(), operation.to_owned());
        let call = move || {
            ureq::post(endpoint)
                .header("x-amz-target", format!("AWSCognitoIdentityProviderService.{operation}"))
                .header("authorization", "AWS4-HMAC-SHA256 Credential=A/1/eu-west-1/cognito-idp/aws4_request")
                .send_json(input)
                .unwrap();
        };
        tokio::task::spawn_blocking(call).await.unwrap();
    }

    /// Chooses a flow of the client `choosy` and starts as the first person, with the password or without.
    async fn start(&self, flow: &str, password: &str) {
        let window = &self.window;
        window.click("radio", &format!("/^{flow}/")).await;
        window.fill("textbox", "User name or alias", "maria.keller").await;
        if !password.is_empty() {
            window.fill("password", "Password", password).await;
        }
        window.click("button", "/^Start/").await;
    }

    /// Forgets the sign-in before, so that what is seen is of the next one.
    async fn forget(&self) {
        self.window.click("button", "Forget").await;
        self.window.sees("Nothing recorded yet").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_developer_enrols_an_app_chooses_a_way_remembers_the_device_answers_a_trigger_and_locks() {
    let scene = Scene::new().await;
    let window = &scene.window;
    let flows = ["ALLOW_USER_SRP_AUTH", "ALLOW_USER_AUTH", "ALLOW_CUSTOM_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"];
    let choosy = json!({ "ClientName": "choosy", "ExplicitAuthFlows": flows });
    scene.administer("CreateUserPoolClient", choosy).await;
    let app = json!({ "MfaConfiguration": "ON", "SoftwareTokenMfaConfiguration": { "Enabled": true } });
    scene.administer("SetUserPoolMfaConfig", app).await;
    crate::offline::open_endpoint(window, &scene.server.endpoint()).await;
    window.click("button", "Sign-in lab").await;
    window.get("combobox", "App client").await;
    crate::lab::choose_client(window, "choosy").await;

    enrols_an_app(&scene).await;

    // Without a password Cognito lists what can be chosen.
    scene.forget().await;
    scene.administer("SetUserPoolMfaConfig", json!({ "MfaConfiguration": "OFF" })).await;
    let tracks = json!({ "ChallengeRequiredOnNewDevice": false, "DeviceOnlyRememberedOnUserPrompt": false });
    scene.administer("UpdateUserPool", json!({ "DeviceConfiguration": tracks })).await;
    scene.start("USER_AUTH", "").await;
    window.sees("Cognito asks: how to sign in").await;
    window.show("lab-choose").await;
    window.click("radio", "/^Password, proved and never sent/").await;
    window.click("button", "Answer").await;
    window.sees("Cognito asks: the password").await;
    // The page has put the cursor where the answer goes.
    window.press("Sandbox-1-keller").await;
    window.click("button", "Answer").await;
    window.sees("Signed in").await;

    // The device that came with the tokens proves itself the next time.
    window.click("button", "Remember this device").await;
    window.sees("The device is registered").await;
    scene.forget().await;
    scene.start("USER_SRP_AUTH", "Sandbox-1-keller").await;
    window.sees("DEVICE_PASSWORD_VERIFIER").await;
    window.sees("Signed in").await;
    window.show("lab-device").await;

    answers_a_trigger(&scene).await;

    // Nothing of it is left when it is locked.
    window.click("button", "Reveal").await;
    window.wait("a token is shown", async || window.text().await.contains("eyJ")).await;
    window.press_with("\u{E009}", "k").await;
    window.get("combobox", "Search everything").await;
    window.press("lock: forget\u{E007}").await;
    window.sees("Sign-ins, tokens and credentials were forgotten").await;
    window.sees("Nothing recorded yet").await;
    assert!(!window.text().await.contains("eyJ"), "no token is shown any more");
    window.show("lab-locked").await;
    scene.window.quit().await;
    scene.server.shutdown().await;
}

async fn enrols_an_app(scene: &Scene) {
    let window = &scene.window;
    scene.start("USER_SRP_AUTH", "Sandbox-1-keller").await;
    window.sees("Cognito asks: to set up a second factor").await;
    window.click("button", "Set up an authenticator app").await;
    window.get("img", "QR code of the secret").await;
    let secret = window.get("region", "secret of the authenticator app").await.text().await.unwrap();
    clean(window, "enrolling an app").await;
    window.show("lab-enrolment").await;
    window.fill("textbox", "Code", "000000").await;
    window.click("button", "Verify and go on").await;
    window.sees("The code of the authenticator app is wrong").await;
    let secret = totp_rs::Secret::try_from_base32(secret.trim()).unwrap();
    let now = u64::try_from(scene.sandbox.weather().now().as_second()).unwrap();
    let code = totp_rs::Builder::new().with_secret(secret).build_noncompliant().generate(now).to_string();
    window.fill("textbox", "Code", &code).await;
    window.click("button", "Verify and go on").await;
    window.sees("Signed in").await;
    window.sees("VerifySoftwareToken").await;
}

async fn answers_a_trigger(scene: &Scene) {
    let window = &scene.window;
    scene.forget().await;
    let asks = json!({ "CreateAuthChallenge": {
        "publicChallengeParameters": { "riddle": "What goes on four legs in the morning?" },
        "privateChallengeParameters": { "answer": "man" }, "challengeMetadata": "SPHINX",
    } });
    scene.sandbox.set_triggers(&scene.sandbox.pool_id(), asks).unwrap();
    scene.start("CUSTOM_AUTH", "").await;
    window.sees("What goes on four legs in the morning?").await;
    clean(window, "a trigger's question").await;
    window.show("lab-custom").await;
    window.fill("textbox", "Answer", "man").await;
    window.click("button", "Answer").await;
    window.sees("Signed in").await;
}
