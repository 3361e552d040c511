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
            "scopes": [], "metadata": {}, "useDevice": false,
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
    let pasted = send("inspect_tokens", json!({ "text": format!("Authorization: Bearer {id}") })).unwrap();
    assert_eq!(pasted[0]["label"], "Authorization: Bearer");
    pasted_tokens(&mut nest, send);
    exchanged(&mut nest, &told.identity_pool_id, &id, send);
    foretold(&mut nest, client, send);
    without_a_sign_in(&mut nest, sandbox, send);
    begin("USER_SRP_AUTH", &person.username, &person.password, None).unwrap();
    lab_beyond_signing_in(&mut nest, client, send);
    in_the_browser(&mut nest, sandbox, send);
    enrolled(&mut nest, sandbox, send);
    secrets_of_clients(sandbox, send);
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
    assert!(send("list_audit", records.clone()).unwrap().as_array().unwrap().len() > 2);
    send("save_audit", records).unwrap();
    send("get_person_audit", json!({ "username": username })).unwrap();
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
            "scopes": [], "metadata": {}, "useDevice": false,
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
        "password": person.password, "totp": null, "scopes": [], "metadata": {}, "useDevice": false,
    });
    assert_eq!(send("start_sign_in", request).unwrap()["result"], "tokens");
    written_in_every_form(send);
    let refresh = revealed("refresh", send);
    nest.0.push(refresh.clone());
    assert_eq!(begin(1, "GetTokensFromRefreshToken", Some(refresh)), "tokens");
    nest.0.extend(["id", "access"].map(|kind| revealed(kind, send)));
    written_in_every_form(send);
}

/// What an operator does at AWS.
fn administer(sandbox: &Sandbox, operation: &str, input: Value) -> Value {
    ureq::post(sandbox.description().endpoint.unwrap())
        .header("x-amz-target", format!("AWSCognitoIdentityProviderService.{operation}"))
        .header("authorization", "AWS4-HMAC-SHA256 Credential=A/1/eu-west-1/cognito-idp/aws4_request")
        .send_json(input)
        .unwrap()
        .body_mut()
        .read_json()
        .unwrap()
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
    let demands = json!({
        "UserPoolId": sandbox.pool_id(), "MfaConfiguration": "ON", "SoftwareTokenMfaConfiguration": { "Enabled": true },
    });
    administer(sandbox, "SetUserPoolMfaConfig", demands);
    let person = &told.people[0];
    let request = json!({
        "clientId": told.clients[0].id, "flow": "USER_SRP_AUTH", "username": person.username,
        "password": person.password, "totp": null, "scopes": [], "metadata": {}, "useDevice": false,
    });
    assert_eq!(send("start_sign_in", request).unwrap()["challenge"]["name"], "MFA_SETUP");
    let begun = send("enrol_authenticator", json!({})).unwrap();
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

/// Tokens that nobody signed, in whatever they are pasted in.
fn pasted_tokens(nest: &mut Nest, send: &dyn Fn(&str, Value) -> Result<Value, Value>) {
    for around in
        ["{}", "curl -H 'Authorization: Bearer {}'", "Cookie: idToken={}", "{\"idToken\":\"{}\"}", "{}.a.b", "{}="]
    {
        let text = around.replace("{}", &nest.lay_token());
        send("inspect_tokens", json!({ "text": text })).unwrap();
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
        "metadata": { "note": text() }, "useDevice": true,
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
    let all = || panic!("{start:?} {answer:?} {deed:?} {errand:?} {ask:?} {judge:?} {apply:?} {resume:?}");
    let panicked = std::panic::catch_unwind(all).unwrap_err();
    panicked.downcast_ref::<String>().unwrap().clone()
}
