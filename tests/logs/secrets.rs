//! Secrets that are planted in every flow of the lab, in tokens, in exchanges, in predictions and in jobs.

use std::time::{Duration, Instant};

use sandbox::Sandbox;
use serde_json::{Value, json};

use crate::USERNAME;

const FLOWS: [&str; 6] = [
    "USER_SRP_AUTH",
    "USER_PASSWORD_AUTH",
    "ADMIN_USER_PASSWORD_AUTH",
    "USER_AUTH",
    "CUSTOM_AUTH",
    "REFRESH_TOKEN_AUTH",
];

/// Secrets as they are planted, each another one and recognisable as a canary.
#[derive(Default)]
struct Nest(Vec<String>);

impl Nest {
    fn lay(&mut self, kind: &str) -> String {
        let secret = format!("canary-{kind}-{:02}-7f3a", self.0.len());
        self.0.push(secret.clone());
        secret
    }

    /// A password that begins with what a pool's policy asks for.
    fn lay_password(&mut self, begin: &str) -> String {
        let password = format!("{begin}canary-pw-{:02}-7f3a", self.0.len());
        self.0.push(password.clone());
        password
    }

    /// A secret in base 32, as authenticator apps have them.
    fn lay_base_32(&mut self) -> String {
        let secret = format!("CANARY{}{}JBSWY3DPEHPK3PXP", "Q".repeat(self.0.len() / 26), letter(self.0.len()));
        self.0.push(secret.clone());
        secret
    }

    /// What would be a token if somebody had signed it.
    fn lay_token(&mut self) -> String {
        let signature = self.lay("signature");
        format!("eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.eyJ0b2tlbl91c2UiOiJpZCJ9.{signature}")
    }
}

fn letter(at: usize) -> char {
    char::from(b'A' + u8::try_from(at % 26).unwrap())
}

/// Plants secrets in every flow of the lab, in tokens, in exchanges, in predictions and in jobs, and gives them, with the real
/// tokens and credentials that came of it.
pub(crate) fn signed_in(sandbox: &Sandbox, send: &dyn Fn(&str, Value) -> Result<Value, Value>) -> Vec<String> {
    let told = sandbox.description();
    let (client, person, mut nest) = (&told.clients[0].id, &told.people[0], Nest::default());
    let begin = |flow: &str, username: &str, password: &str, totp: Option<&str>| {
        let request = json!({
            "clientId": client, "flow": flow, "username": username, "password": password, "totp": totp,
            "scopes": [], "metadata": {}, "useDevice": false, "useHeldToken": false,
        });
        send("start_sign_in", request)
    };
    for flow in FLOWS {
        // What a client does not allow is an error; its secrets must not be told either.
        let (password, totp) = (nest.lay("password"), nest.lay_base_32());
        if let Ok(view) = begin(flow, USERNAME, &password, Some(&totp)) {
            assert_eq!(view["result"], "error", "{flow}");
        }
    }
    let forced = told.people.iter().find(|person| person.state == "FORCE_CHANGE_PASSWORD").unwrap();
    begin("USER_SRP_AUTH", &forced.username, &forced.password, None).unwrap();
    nest.0.push(forced.password.clone());
    for kind in ["code", "choice", "password", "text", "newPassword"] {
        let answer = json!({ "kind": kind, "value": nest.lay(kind), "attributes": {} });
        // Only a new password is asked for; what else comes is refused, and so is one against the policy.
        let _ = send("answer_challenge", answer);
    }
    let _ = send("verify_enrolment", json!({ "code": nest.lay("code") }));

    assert_eq!(begin("USER_SRP_AUTH", &person.username, &person.password, None).unwrap()["result"], "tokens");
    nest.0.extend(["id", "access", "refresh"].map(|kind| revealed(kind, send)));
    nest.0.push(person.password.clone());
    let id = revealed("id", send);
    let pasted = send("inspect_tokens", inspect(&format!("Authorization: Bearer {id}"))).unwrap();
    assert_eq!(pasted[0]["label"], "Authorization: Bearer");
    pasted_tokens(&mut nest, send);
    exchanged(&mut nest, &told.identity_pool_id, &id, send);
    foretold(&mut nest, client, send);
    without_a_sign_in(&mut nest, sandbox, send);
    begin("USER_SRP_AUTH", &person.username, &person.password, None).unwrap();
    lab_beyond_signing_in(&mut nest, client, send);
    in_the_browser(&mut nest, sandbox, send);
    by_message(&mut nest, sandbox, send);
    chosen_and_asked(&mut nest, sandbox, send);
    on_a_device(&mut nest, sandbox, send);
    enrolled(&mut nest, sandbox, send);
    secrets_of_clients(sandbox, send);
    a_second_secret(&mut nest, sandbox, send);
    secrets_of_providers(&mut nest, &sandbox.pool_id(), send);
    passwords_set(&mut nest, &sandbox.pool_id(), &forced.username, send);
    nest.0
}

/// The secrets of app clients, looked at and copied. They are in the nest already.
fn secrets_of_clients(sandbox: &Sandbox, send: &dyn Fn(&str, Value) -> Result<Value, Value>) {
    let with_secret = sandbox.description().clients.into_iter().find(|client| client.secret.is_some()).unwrap();
    let one = json!({ "clientId": with_secret.id });
    assert_eq!(send("reveal_client_secret", one.clone()).unwrap()["value"].as_str(), with_secret.secret.as_deref());
    // Where there is no desktop there is no clipboard.
    let _ = send("copy_client_secret", one);
}

/// A second secret of an app client: previewed, made by AWS, shown, copied, listed without its value, exported around.
fn a_second_secret(nest: &mut Nest, sandbox: &Sandbox, send: &dyn Fn(&str, Value) -> Result<Value, Value>) {
    let client = sandbox.description().clients.into_iter().find(|client| client.secret.is_some()).unwrap().id;
    let puts = json!([{ "pointer": "", "value": "{\"ClientSecret\":{}}" }]);
    let plan = json!({ "operation": "ListUserPoolClientSecrets", "subject": client, "puts": puts });
    let preview = send("plan_edit", plan).unwrap();
    assert_eq!(preview["operation"], "AddUserPoolClientSecret");
    let made = send("make_edit", json!({ "id": preview["id"], "reason": null, "poolName": null })).unwrap();
    assert_eq!(made["state"], "done", "{made}");
    let one = json!({ "id": made["id"] });
    nest.0.push(send("reveal_made_secret", one.clone()).unwrap()["value"].as_str().unwrap().to_owned());
    let _ = send("copy_made_secret", one);
    send("get_client_secrets", json!({ "clientId": client })).unwrap();
    send("list_edits", json!({})).unwrap();
    send("plan_undo_edit", json!({ "id": made["id"] })).unwrap();
}

/// The secrets with which the pool proves itself to other providers: previewed, made, changed, refused, listed, forgotten.
fn secrets_of_providers(nest: &mut Nest, pool: &str, send: &dyn Fn(&str, Value) -> Result<Value, Value>) {
    let plan = |name: &str, pointer: &str, value: &Value| {
        let puts = json!([{ "pointer": pointer, "value": value.to_string() }]);
        send("plan_edit", json!({ "operation": "DescribeIdentityProvider", "subject": name, "puts": puts }))
    };
    let make = |edit: &Value| {
        let made =
            send("make_edit", json!({ "id": edit["id"], "reason": "a new provider", "poolName": pool })).unwrap();
        assert_eq!(made["state"], "done", "{made}");
        made["id"].clone()
    };
    let whole = |kind: &str, name: &str, secret: String| {
        let mut details = json!({ "client_id": "a", "team_id": "t", "key_id": "k", "oidc_issuer": "https://corp.example",
            "authorize_scopes": "openid" });
        details[name] = secret.into();
        json!({ "IdentityProvider": { "ProviderType": kind, "ProviderDetails": details } })
    };
    let secret = "/IdentityProvider/ProviderDetails/client_secret";
    let corp = plan("Corp", "", &whole("OIDC", "client_secret", nest.lay("provider"))).unwrap();
    in_a_shell(corp["command"].as_str().unwrap());
    make(&corp);
    let other = json!(nest.lay("provider"));
    let changed = make(&plan("Corp", secret, &other).unwrap());
    send("plan_undo_edit", json!({ "id": changed })).unwrap_err();
    make(&plan("SignInWithApple", "", &whole("SignInWithApple", "private_key", nest.lay("provider"))).unwrap());
    // Refused before it is sent, and by AWS: there is one of that name, and no such place.
    plan("Corp", "", &whole("OIDC", "client_secret", nest.lay("provider"))).unwrap_err();
    plan("Corp", "/IdentityProvider/ProviderType", &json!(nest.lay("provider"))).unwrap_err();
    let nameless = whole("Google", "client_secret", nest.lay("provider"));
    let refused = plan("NotItsName", "", &nameless).unwrap();
    send("make_edit", json!({ "id": refused["id"], "reason": null, "poolName": null })).unwrap_err();
    // And one that nobody makes.
    plan("Later", "", &whole("OIDC", "client_secret", nest.lay("provider"))).unwrap();
    assert!(send("list_edits", json!({})).unwrap().as_array().unwrap().len() >= 4);
    send("get_pool_settings", json!({})).unwrap();
    for format in ["json", "terraform"] {
        send("save_settings", json!({ "format": format })).unwrap();
    }
    let records = json!({ "about": null, "job": null, "allPools": false, "since": null, "limit": 100 });
    send("save_audit", records).unwrap();
}

/// Runs the command that is shown beside a preview, with a stand-in for AWS's command line: it asks for the secret, stops
/// without one, and sends it as it is.
fn in_a_shell(command: &str) {
    // Without a shell or jq nobody can run it here.
    if !cfg!(unix) || std::process::Command::new("jq").arg("--version").output().is_err() {
        return;
    }
    let run = |secret: Option<&str>| {
        let mut shell = std::process::Command::new("sh");
        let script = format!("aws() {{ for last; do :; done; printf %s \"$last\"; }}; {command}");
        shell.args(["-c", &script]).env_remove("CLIENT_SECRET");
        secret.map(|secret| shell.env("CLIENT_SECRET", secret));
        shell.output().unwrap()
    };
    let nothing = run(None);
    assert!(!nothing.status.success() && nothing.stdout.is_empty(), "{nothing:?}");
    let secret = "-----BEGIN \"KEY\"-----\n$HOME `id` \\n'x'\n-----END";
    let told: Value = serde_json::from_slice(&run(Some(secret)).stdout).unwrap();
    assert_eq!((&told["ProviderName"], &told["ProviderDetails"]["client_secret"]), (&"Corp".into(), &secret.into()));
}

/// Passwords that administrators set: through the plan, the approval, the job, the audit and every file of them.
fn passwords_set(nest: &mut Nest, pool: &str, username: &str, send: &dyn Fn(&str, Value) -> Result<Value, Value>) {
    let wish = json!({ "kind": "setPassword", "permanent": true });
    let plan = send("make_plan", json!({ "wish": wish, "query": null, "names": [username] })).unwrap()["plan"].clone();
    for format in ["csv", "json"] {
        send("save_plan", json!({ "id": plan, "format": format })).unwrap();
    }
    let approval = json!({ "plan": plan, "poolName": pool, "reason": "forgotten" });
    let token = send("approve_plan", approval).unwrap()["token"].clone();
    // Without a capital letter the pool's policy refuses it: the entry fails and is tried again with another.
    send("apply_plan", json!({ "token": token, "password": nest.lay_password("") })).unwrap();
    assert_eq!(ended(send, &plan)["failed"], 1);
    let again = json!({ "id": plan, "password": nest.lay_password("X"), "retry": true, "retryUnknown": false });
    send("resume_job", again).unwrap();
    assert_eq!(ended(send, &plan)["done"], 1);
    send("get_job_items", json!({ "id": plan, "state": null, "from": 0, "limit": 10 })).unwrap();
    for format in ["csv", "json"] {
        send("save_job", json!({ "id": plan, "format": format })).unwrap();
    }
    let records = json!({ "about": null, "job": plan, "allPools": false, "since": null, "limit": 100 });
    assert!(send("list_audit", records.clone()).unwrap()["records"].as_array().unwrap().len() > 2);
    send("save_audit", records).unwrap();
    send("get_person_audit", json!({ "username": username, "limit": 100, "before": null })).unwrap();
}

/// The entries of a job by state, once none is left to be sent.
fn ended(send: &dyn Fn(&str, Value) -> Result<Value, Value>, job: &Value) -> Value {
    let began = Instant::now();
    loop {
        let jobs = send("list_jobs", json!({})).unwrap();
        let found = jobs.as_array().unwrap().iter().find(|known| known["id"] == *job).unwrap();
        if found["state"] == "ended" {
            return found["counts"].clone();
        }
        assert!(began.elapsed() < Duration::from_secs(60), "the job ends: {found}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Tokens for a refresh token and for machines, and what the clients' own secrets are.
fn without_a_sign_in(nest: &mut Nest, sandbox: &Sandbox, send: &dyn Fn(&str, Value) -> Result<Value, Value>) {
    let told = sandbox.description();
    for client in &told.clients {
        let described = send("describe_client", json!({ "clientId": client.id })).unwrap();
        assert_eq!(described["hasSecret"], client.secret.is_some());
        nest.0.extend(client.secret.clone());
    }
    let begin = |client: usize, flow: &str, password: Option<String>| {
        let request = json!({
            "clientId": told.clients[client].id, "flow": flow, "username": "", "password": password, "totp": null,
            "scopes": [], "metadata": {}, "useDevice": false, "useHeldToken": false,
        });
        send("start_sign_in", request).unwrap()["result"].clone()
    };
    assert_eq!(begin(0, "GetTokensFromRefreshToken", Some(nest.lay("refresh"))), "error");
    written_in_every_form(send);
    let machine = json!({
        "UserPoolId": sandbox.pool_id(), "ClientId": told.clients[2].id, "AllowedOAuthFlowsUserPoolClient": true,
        "ExplicitAuthFlows": ["ALLOW_CLIENT_TOKEN_AUTH"], "AllowedOAuthFlows": ["client_credentials"],
        "AllowedOAuthScopes": ["sandbox.example/read"],
    });
    administer(sandbox, "UpdateUserPoolClient", machine);
    for flow in ["client_credentials", "GetClientToken"] {
        assert_eq!(begin(2, flow, None), "tokens", "{flow}");
        nest.0.push(revealed("access", send));
        written_in_every_form(send);
    }
    // Through the client with a secret, whose tokens are made anew.
    let person = &told.people[0];
    let request = json!({
        "clientId": told.clients[1].id, "flow": "USER_SRP_AUTH", "username": person.username,
        "password": person.password, "totp": null, "scopes": [], "metadata": {}, "useDevice": false, "useHeldToken": false,
    });
    assert_eq!(send("start_sign_in", request).unwrap()["result"], "tokens");
    written_in_every_form(send);
    let refresh = revealed("refresh", send);
    nest.0.push(refresh.clone());
    assert_eq!(begin(1, "GetTokensFromRefreshToken", Some(refresh)), "tokens");
    nest.0.extend(["id", "access"].map(|kind| revealed(kind, send)));
    written_in_every_form(send);
}

/// A sign-in through a client, with the password or the refresh token that the lab holds.
fn start(client: &str, flow: &str, username: &str, password: Option<&str>, held: bool) -> Value {
    json!({
        "clientId": client, "flow": flow, "username": username, "password": password, "totp": null, "scopes": [],
        "metadata": {}, "useDevice": true, "useHeldToken": held,
    })
}

fn answered(kind: &str, value: &str, send: &dyn Fn(&str, Value) -> Result<Value, Value>) -> Value {
    send("answer_challenge", json!({ "kind": kind, "value": value, "attributes": {} })).unwrap()
}

/// The code in the newest message.
fn code(sandbox: &Sandbox) -> String {
    sandbox.outbox().last().unwrap().code.clone().unwrap()
}

/// Second factors by SMS and e-mail: a wrong code and the right one, after one of several was chosen. The tokens are copied.
fn by_message(nest: &mut Nest, sandbox: &Sandbox, send: &dyn Fn(&str, Value) -> Result<Value, Value>) {
    let told = sandbox.description();
    let (pool, person) = (sandbox.pool_id(), &told.people[0]);
    let proved = [("email_verified", "true"), ("phone_number", "+15551234567"), ("phone_number_verified", "true")];
    sandbox.directory().set_attributes(&pool, &person.username, &proved).unwrap();
    let sender = "arn:aws:ses:eu-west-1:123456789012:identity/a@x.example";
    administer(
        sandbox,
        "UpdateUserPool",
        json!({
            "UserPoolId": pool,
            "EmailConfiguration": { "EmailSendingAccount": "DEVELOPER", "SourceArn": sender },
            "Policies": { "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP", "SMS_OTP"] } },
            "DeviceConfiguration": { "ChallengeRequiredOnNewDevice": false, "DeviceOnlyRememberedOnUserPrompt": false },
        }),
    );
    let caller = json!({ "SnsCallerArn": "arn:aws:iam::123456789012:role/sms", "ExternalId": "sms" });
    administer(
        sandbox,
        "SetUserPoolMfaConfig",
        json!({
            "UserPoolId": pool, "MfaConfiguration": "OPTIONAL", "SmsMfaConfiguration": { "SmsConfiguration": caller },
            "EmailMfaConfiguration": { "Message": "{####}", "Subject": "code" },
        }),
    );
    let factors = |enabled: bool| {
        let factor = json!({ "Enabled": enabled, "PreferredMfa": false });
        let input = json!({
            "UserPoolId": pool, "Username": person.username, "SMSMfaSettings": factor, "EmailMfaSettings": factor,
        });
        administer(sandbox, "AdminSetUserMFAPreference", input);
    };
    factors(true);
    for (choice, asked) in [("SMS_MFA", "SMS_MFA"), ("EMAIL_OTP", "EMAIL_OTP")] {
        let request = start(&told.clients[0].id, "USER_SRP_AUTH", &person.username, Some(&person.password), false);
        assert_eq!(send("start_sign_in", request).unwrap()["challenge"]["name"], "SELECT_MFA_TYPE");
        assert_eq!(answered("choice", choice, send)["challenge"]["name"], asked);
        assert_eq!(answered("code", &nest.lay("code"), send)["error"]["code"], "CodeMismatchException");
        assert_eq!(answered("code", &code(sandbox), send)["result"], "tokens");
        written_in_every_form(send);
        taken(nest, send);
    }
    factors(false);
}

/// The tokens of the sign-in, looked at and copied. Where there is no desktop there is no clipboard.
fn taken(nest: &mut Nest, send: &dyn Fn(&str, Value) -> Result<Value, Value>) {
    for kind in ["id", "access", "refresh"] {
        nest.0.push(revealed(kind, send));
        let _ = send("copy_token", json!({ "kind": kind }));
    }
}

/// A way in that is chosen, with its password or code, and what a trigger asks.
fn chosen_and_asked(nest: &mut Nest, sandbox: &Sandbox, send: &dyn Fn(&str, Value) -> Result<Value, Value>) {
    let told = sandbox.description();
    let (pool, person) = (sandbox.pool_id(), &told.people[0]);
    let made = administer(
        sandbox,
        "CreateUserPoolClient",
        json!({
            "UserPoolId": pool, "ClientName": "choosy", "GenerateSecret": true,
            "ExplicitAuthFlows": ["ALLOW_USER_AUTH", "ALLOW_CUSTOM_AUTH"],
        }),
    );
    nest.0.push(made["UserPoolClient"]["ClientSecret"].as_str().unwrap().to_owned());
    let client = made["UserPoolClient"]["ClientId"].as_str().unwrap();
    let choosing = || {
        let request = start(client, "USER_AUTH", &person.username, None, false);
        assert_eq!(send("start_sign_in", request).unwrap()["challenge"]["name"], "SELECT_CHALLENGE");
    };
    choosing();
    assert_eq!(answered("password", &nest.lay_password("X1-"), send)["result"], "error");
    for choice in ["EMAIL_OTP", "SMS_OTP"] {
        choosing();
        assert_eq!(answered("choice", choice, send)["challenge"]["name"], choice);
        assert_eq!(answered("code", &nest.lay("code"), send)["error"]["code"], "CodeMismatchException");
        assert_eq!(answered("code", &code(sandbox), send)["result"], "tokens");
        written_in_every_form(send);
        taken(nest, send);
    }
    let answer = nest.lay("answer");
    sandbox
        .set_triggers(
            &pool,
            json!({ "CreateAuthChallenge": {
            "publicChallengeParameters": { "riddle": "What goes on four legs?" },
            "privateChallengeParameters": { "answer": answer },
        } }),
        )
        .unwrap();
    let request = start(client, "CUSTOM_AUTH", &person.username, None, false);
    assert_eq!(send("start_sign_in", request).unwrap()["challenge"]["name"], "CUSTOM_CHALLENGE");
    assert_eq!(answered("text", &nest.lay("answer"), send)["challenge"]["name"], "CUSTOM_CHALLENGE");
    assert_eq!(answered("text", &answer, send)["result"], "tokens");
    written_in_every_form(send);
    send("replay_sign_in", json!({})).unwrap();
    taken(nest, send);
    sandbox.set_triggers(&pool, json!({})).unwrap();
}

/// A device with a password of its own, which nobody is ever shown: remembered, proved, refreshed with, forgotten.
fn on_a_device(nest: &mut Nest, sandbox: &Sandbox, send: &dyn Fn(&str, Value) -> Result<Value, Value>) {
    let told = sandbox.description();
    let person = &told.people[0];
    let deed = |kind: &str| {
        let done = send("do_in_lab", json!({ "kind": kind, "oldPassword": "", "newPassword": "" })).unwrap();
        assert_eq!(done["refused"], false, "{done}");
    };
    let request = || start(&told.clients[0].id, "USER_SRP_AUTH", &person.username, Some(&person.password), false);
    assert!(send("start_sign_in", request()).unwrap()["newDevice"].is_string());
    taken(nest, send);
    deed("rememberDevice");
    let proved = send("start_sign_in", request()).unwrap();
    assert_eq!(proved["steps"][3]["subject"], "DEVICE_PASSWORD_VERIFIER", "{proved}");
    taken(nest, send);
    let again = start(&told.clients[0].id, "GetTokensFromRefreshToken", "", None, true);
    assert_eq!(send("start_sign_in", again).unwrap()["result"], "tokens");
    written_in_every_form(send);
    taken(nest, send);
    deed("forgetDevice");
}

/// Whether a text has the password of a device in it: eighty hexadecimal digits, no more and no fewer.
pub(crate) fn tells_a_device(text: &str) -> bool {
    text.split(|letter: char| !letter.is_ascii_digit() && !('a'..='f').contains(&letter)).any(|run| run.len() == 80)
}

/// What an operator does at AWS.
fn administer(sandbox: &Sandbox, operation: &str, input: Value) -> Value {
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let mut answer = agent
        .post(sandbox.description().endpoint.unwrap())
        .header("x-amz-target", format!("AWSCognitoIdentityProviderService.{operation}"))
        .header("authorization", "AWS4-HMAC-SHA256 Credential=A/1/eu-west-1/cognito-idp/aws4_request")
        .send_json(input)
        .unwrap();
    let status = answer.status();
    let told: Value = answer.body_mut().read_json().unwrap();
    assert!(status.is_success(), "{operation}: {told}");
    told
}

/// Hosted login, with a browser that somebody has scripted.
fn in_the_browser(nest: &mut Nest, sandbox: &Sandbox, send: &dyn Fn(&str, Value) -> Result<Value, Value>) {
    if !cfg!(unix) {
        return;
    }
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let client = json!({
        "UserPoolId": sandbox.pool_id(), "ClientName": "pages", "GenerateSecret": true,
        "SupportedIdentityProviders": ["COGNITO"], "CallbackURLs": [format!("http://localhost:{port}/callback")],
        "AllowedOAuthFlows": ["code"], "AllowedOAuthScopes": ["openid"], "AllowedOAuthFlowsUserPoolClient": true,
    });
    let made = administer(sandbox, "CreateUserPoolClient", client);
    nest.0.push(made["UserPoolClient"]["ClientSecret"].as_str().unwrap().to_owned());
    let request = json!({ "clientId": made["UserPoolClient"]["ClientId"], "scopes": [] });
    assert_eq!(send("hosted_sign_in", request).unwrap()["result"], "tokens");
    nest.0.extend(["id", "access", "refresh"].map(|kind| revealed(kind, send)));
    let asked = json!({ "kind": "userInfo", "oldPassword": "", "newPassword": "" });
    send("do_in_lab", asked).unwrap();
    written_in_every_form(send);
}

/// A second factor that a person sets up while signing in, to its end.
fn enrolled(nest: &mut Nest, sandbox: &Sandbox, send: &dyn Fn(&str, Value) -> Result<Value, Value>) {
    let told = sandbox.description();
    let password_alone = json!({ "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD"] } });
    administer(sandbox, "UpdateUserPool", json!({ "UserPoolId": sandbox.pool_id(), "Policies": password_alone }));
    let demands = json!({
        "UserPoolId": sandbox.pool_id(), "MfaConfiguration": "ON", "SoftwareTokenMfaConfiguration": { "Enabled": true },
    });
    administer(sandbox, "SetUserPoolMfaConfig", demands);
    // Without an address or a number nothing but an app is left to set up.
    let (pool, username, password) = (sandbox.pool_id(), "enrolling-canary-7f3a", nest.lay_password("X1-"));
    sandbox.directory().create_user(&pool, username, &[]).unwrap();
    let input = json!({ "UserPoolId": pool, "Username": username, "Password": password, "Permanent": true });
    administer(sandbox, "AdminSetUserPassword", input);
    let request = json!({
        "clientId": told.clients[0].id, "flow": "USER_SRP_AUTH", "username": username,
        "password": password, "totp": null, "scopes": [], "metadata": {}, "useDevice": false, "useHeldToken": false,
    });
    assert_eq!(send("start_sign_in", request).unwrap()["challenge"]["name"], "MFA_SETUP");
    let begun = send("enrol_authenticator", json!({})).unwrap();
    let _ = send("copy_enrolment", json!({}));
    let secret = begun["secret"].as_str().unwrap();
    nest.0.push(secret.to_owned());
    let secret = totp_rs::Secret::try_from_base32(secret).unwrap();
    let now = u64::try_from(sandbox.weather().now().as_second()).unwrap();
    let code = totp_rs::Builder::new().with_secret(secret).build_noncompliant().generate(now).to_string();
    assert_eq!(send("verify_enrolment", json!({ "code": code })).unwrap()["result"], "tokens");
    nest.0.extend(["id", "access", "refresh"].map(|kind| revealed(kind, send)));
    written_in_every_form(send);
}

fn revealed(kind: &str, send: &dyn Fn(&str, Value) -> Result<Value, Value>) -> String {
    send("reveal_token", json!({ "kind": kind })).unwrap()["value"].as_str().unwrap().to_owned()
}

fn written_in_every_form(send: &dyn Fn(&str, Value) -> Result<Value, Value>) {
    for form in ["awsCli", "curl", "javaScript", "report"] {
        for errands in [false, true] {
            send("write_recording", json!({ "form": form, "errands": errands })).unwrap();
        }
    }
}

/// A pasted text of whose tokens nothing is expected.
fn inspect(text: &str) -> Value {
    json!({ "text": text, "expected": { "clientId": null, "tokenUse": null, "issuer": "ofPool" } })
}

/// Tokens that nobody signed, in whatever they are pasted in.
fn pasted_tokens(nest: &mut Nest, send: &dyn Fn(&str, Value) -> Result<Value, Value>) {
    for around in
        ["{}", "curl -H 'Authorization: Bearer {}'", "Cookie: idToken={}", "{\"idToken\":\"{}\"}", "{}.a.b", "{}="]
    {
        let text = around.replace("{}", &nest.lay_token());
        send("inspect_tokens", inspect(&text)).unwrap();
    }
    send("compare_tokens", json!({ "left": nest.lay_token(), "right": nest.lay_token() })).unwrap();
    let demands = json!({ "scopes": [], "audiences": [], "groups": [], "identityPools": true });
    send("judge_acceptance", json!({ "token": nest.lay_token(), "kind": null, "demands": demands })).unwrap();
    send("judge_acceptance", json!({ "token": null, "kind": "id", "demands": demands })).unwrap();
}

/// Exchanges: refused ones with canaries in them, and a real one.
fn exchanged(nest: &mut Nest, pool: &str, id: &str, send: &dyn Fn(&str, Value) -> Result<Value, Value>) {
    let ask = |bearer: &str, token: Option<String>, way: &str| {
        let request = json!({ "identityPoolId": pool, "bearer": bearer, "token": token, "way": way, "role": null });
        send("exchange_token", request)
    };
    ask("token", Some(nest.lay_token()), "enhanced").unwrap_err();
    ask("token", Some(nest.lay("no-token")), "basic").unwrap_err();
    // A good token whose signature was touched: the identity pool itself refuses it.
    let altered = format!("{}canary{}", &id[..id.len() - 12], &id[id.len() - 6..]);
    assert!(ask("token", Some(altered), "enhanced").unwrap()["refusal"].is_object());
    assert!(ask("guest", None, "enhanced").unwrap()["refusal"].is_object());
    assert!(ask("lab", None, "enhanced").unwrap()["arn"].is_string());
    let shown = send("reveal_credentials", json!({ "form": "environment" })).unwrap();
    let lines = shown["value"].as_str().unwrap().lines();
    let secrets =
        lines.filter(|line| !line.contains("AWS_REGION")).map(|line| line.split_once('=').unwrap().1.to_owned());
    nest.0.extend(secrets);
    send("reveal_credentials", json!({ "form": "consoleUrl" })).unwrap_err();
    for form in ["environment", "profile", "consoleUrl"] {
        let _ = send("copy_credentials", json!({ "form": form }));
    }
}

/// What a user does before and after signing in, and the recordings of it in every form.
fn lab_beyond_signing_in(nest: &mut Nest, client: &str, send: &dyn Fn(&str, Value) -> Result<Value, Value>) {
    for kind in ["signUp", "confirm", "resend", "forgot", "confirmForgot"] {
        let errand = json!({
            "clientId": client, "username": "newcomer", "kind": kind, "code": nest.lay("code"),
            "password": nest.lay("password"), "attributes": {}, "metadata": { "tenant": "acme" },
        });
        send("run_errand", errand).unwrap();
    }
    for kind in ["stillSignedIn", "userInfo", "changePassword", "revoke", "signOutEverywhere"] {
        let passwords = [nest.lay("old"), nest.lay("new")];
        let deed = json!({ "kind": kind, "oldPassword": passwords[0], "newPassword": passwords[1] });
        send("do_in_lab", deed).unwrap();
    }
    written_in_every_form(send);
    send("replay_sign_in", json!({})).unwrap();
    send("get_lab_matrix", json!({})).unwrap();
}

/// Predictions with canaries in what a trigger answers: good, wrong and no JSON at all.
fn foretold(nest: &mut Nest, client: &str, send: &dyn Fn(&str, Value) -> Result<Value, Value>) {
    let ask = |response: String, metadata: String| {
        let request = json!({
            "username": USERNAME, "clientId": client, "scopes": [], "occasion": "TokenGeneration_Authentication",
            "metadata": { "note": metadata }, "version": null, "response": response,
        });
        send("preview_tokens", request)
    };
    let claims =
        |value: Value| json!({ "claimsOverrideDetails": { "claimsToAddOrOverride": { "x": value } } }).to_string();
    let (good, wrong, broken) = (nest.lay("claim"), nest.lay("claim"), nest.lay("claim"));
    ask(claims(good.into()), nest.lay("metadata")).unwrap();
    ask(claims(json!([wrong])), nest.lay("metadata")).unwrap_err();
    ask(format!("{{ {broken}"), nest.lay("metadata")).unwrap_err();
}

/// What a panic would print of requests that hold secrets.
pub(crate) fn panics(secret: &str) -> String {
    let text = || secret.to_owned();
    let read = |json: Value| json;
    let start = read(json!({
        "clientId": "c", "flow": "f", "username": "u", "password": text(), "totp": text(), "scopes": [],
        "metadata": { "note": text() }, "useDevice": true, "useHeldToken": false,
    }));
    let start: wire::lab::StartSignIn = serde_json::from_value(start).unwrap();
    let answer = json!({ "kind": "password", "value": text(), "attributes": { "name": text() } });
    let answer: wire::lab::AnswerChallenge = serde_json::from_value(answer).unwrap();
    let deed = json!({ "kind": "changePassword", "oldPassword": text(), "newPassword": text() });
    let deed: wire::lab::LabDeed = serde_json::from_value(deed).unwrap();
    let errand = json!({
        "clientId": "c", "username": text(), "kind": "confirmForgot", "code": text(), "password": text(), "attributes": {}, "metadata": { "note": text() },
    });
    let errand: wire::lab::LabErrand = serde_json::from_value(errand).unwrap();
    let ask = json!({ "identityPoolId": "p", "bearer": "token", "token": text(), "way": "basic", "role": text() });
    let ask: wire::to_aws::ExchangeToken = serde_json::from_value(ask).unwrap();
    let demands = json!({ "scopes": [], "audiences": [], "groups": [], "identityPools": false });
    let judge: wire::preview::JudgeAcceptance =
        serde_json::from_value(json!({ "token": text(), "kind": null, "demands": demands })).unwrap();
    let apply: wire::changes::ApplyPlan =
        serde_json::from_value(json!({ "token": text(), "password": text() })).unwrap();
    let resume = json!({ "id": "j", "password": text(), "retry": true, "retryUnknown": false });
    let resume: wire::changes::ResumeJob = serde_json::from_value(resume).unwrap();
    let expected = json!({ "clientId": null, "tokenUse": null, "issuer": "ofPool" });
    let inspect: wire::token::InspectTokens =
        serde_json::from_value(json!({ "text": text(), "expected": expected })).unwrap();
    let compare: wire::token::CompareTokens =
        serde_json::from_value(json!({ "left": text(), "right": text() })).unwrap();
    let verify = json!({ "token": text(), "poolId": null, "clientId": null, "tokenUse": null, "issuer": null });
    let verify: wire::token::VerifyToken = serde_json::from_value(verify).unwrap();
    let confirm: wire::lab::ConfirmSecrets = serde_json::from_value(json!({ "given": text() })).unwrap();
    let all = || {
        panic!(
            "{start:?} {answer:?} {deed:?} {errand:?} {ask:?} {judge:?} {apply:?} {resume:?} {inspect:?} {compare:?} \
             {verify:?} {confirm:?}"
        )
    };
    let panicked = std::panic::catch_unwind(all).unwrap_err();
    panicked.downcast_ref::<String>().unwrap().clone()
}
