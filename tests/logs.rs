//! The log: what must not be in it, and who may read it.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use console::{AwsFiles, KeySource};
use poolkeeper::{LOG_FILTER, LogFiles, Place};
use sandbox::{Options, Quota, Sandbox};
use serde_json::{Value, json};
use tauri::ipc::{CallbackFn, InvokeBody};
use tauri::test::{INVOKE_KEY, MockRuntime, get_ipc_response, mock_builder};
use tauri::webview::InvokeRequest;

const USERNAME: &str = "canary-username-7f3a";
const EMAIL: &str = "canary-email-7f3a@example.com";
const NAME: &str = "Canary Name 7f3a";
const SECRET: &str = "canarySecretKey7f3aCanarySecretKey7f3a00";

/// Every canary has this in it, in one case or the other.
const CANARY: &str = "canary";

const FLOWS: [&str; 6] = [
    "USER_SRP_AUTH",
    "USER_PASSWORD_AUTH",
    "ADMIN_USER_PASSWORD_AUTH",
    "USER_AUTH",
    "CUSTOM_AUTH",
    "REFRESH_TOKEN_AUTH",
];

/// Commands that show a secret because somebody asked for it, or repeat what was typed into the page.
const SHOWING: [&str; 4] = ["reveal_token", "reveal_credentials", "enrol_authenticator", "preview_tokens"];

fn call(window: &tauri::WebviewWindow<MockRuntime>, command: &str, arguments: Value) -> Result<Value, Value> {
    let request = InvokeRequest {
        cmd: command.to_owned(),
        callback: CallbackFn(0),
        error: CallbackFn(1),
        url: "tauri://localhost".parse().unwrap(),
        body: InvokeBody::Json(arguments),
        headers: tauri::http::HeaderMap::new(),
        invoke_key: INVOKE_KEY.to_owned(),
    };
    get_ipc_response(window, request).map(|body| body.deserialize().unwrap())
}

fn place(folder: &Path) -> Place {
    let environment = [("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"), ("AWS_SECRET_ACCESS_KEY", SECRET)];
    let environment: BTreeMap<_, _> = environment.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    Place {
        data_dir: folder.join("data"),
        usual: false,
        keys: KeySource::File(folder.join("keys")),
        aws: AwsFiles { home: Some(folder.to_owned()), environment: Some(environment), ..AwsFiles::default() },
        sandbox_users: 100,
    }
}

fn written(data_dir: &Path) -> String {
    let files = data_dir.join("logs").read_dir().unwrap();
    files.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap()).collect()
}

/// Everything that is on the disk below the folder, names included.
fn stored(folder: &Path) -> Vec<u8> {
    let mut all = Vec::new();
    for entry in folder.read_dir().unwrap().map(Result::unwrap) {
        all.extend(entry.file_name().as_encoded_bytes());
        all.extend(if entry.path().is_dir() { stored(&entry.path()) } else { std::fs::read(entry.path()).unwrap() });
    }
    all
}

/// Visits what there is in the app, with the canaries in people, queries, requests, passwords and credentials. Gives the
/// secrets that it saw, and what the web view heard.
fn tour(folder: &Path) -> Seen {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let sandbox = Sandbox::new(Options { users: 100, quota: Quota::Off, ..Options::default() });
    let (server, pool) = (runtime.block_on(sandbox.serve(0)).unwrap(), sandbox.pool_id());
    let attributes = [("email", EMAIL), ("name", NAME)];
    sandbox.directory().create_user(&pool, USERNAME, &attributes).unwrap();

    let app = poolkeeper::assemble(mock_builder(), &place(folder), poolkeeper::context()).unwrap();
    let window = tauri::WebviewWindowBuilder::new(&app, "main", tauri::WebviewUrl::default()).build().unwrap();
    // What went to the web view, but for what was asked to be shown.
    let heard = std::cell::RefCell::new(String::new());
    let hear = |command: &str, answer: Result<Value, Value>| {
        if !SHOWING.contains(&command) {
            heard.borrow_mut().push_str(&format!("{command} {answer:?}\n"));
        }
        answer
    };
    let ask = |command: &str| hear(command, call(&window, command, json!({})));
    let send = |command: &str, request: Value| hear(command, call(&window, command, json!({ "request": request })));
    let endpoint = sandbox.description().endpoint;
    let connection = json!({ "profile": null, "region": "eu-west-1", "endpoint": endpoint, "sandbox": false });
    ask("get_app_info").unwrap();
    send("open_pool", json!({ "connection": connection, "poolId": pool })).unwrap();
    ask("start_sync").unwrap();
    let began = Instant::now();
    while !ask("get_status").unwrap()["sync"].is_null() {
        assert!(began.elapsed() < Duration::from_secs(120), "the sync ends");
        std::thread::sleep(Duration::from_millis(50));
    }
    let by_name = json!({ "field": "username", "descending": false });
    for query in [EMAIL, NAME, "email:canary*"] {
        let found = send("search_users", json!({ "query": query, "sort": by_name })).unwrap();
        assert_eq!(found["rows"][0]["username"], USERNAME, "{query}");
    }
    send("search_users", json!({ "query": "canary:canary-field", "sort": by_name })).unwrap_err();
    send("get_user", json!({ "username": USERNAME })).unwrap();
    send("look_up", json!({ "text": format!("{EMAIL}\nnobody-canary@example.com") })).unwrap();
    send("get_timeline", json!({ "username": USERNAME })).unwrap();
    let secrets = signed_in(&sandbox, &send);
    send("erase_person", json!({ "username": USERNAME })).unwrap();
    ask("get_diagnostics").unwrap();
    // And once more when what the sync did before has changed and the server is gone.
    sandbox.directory().set_attributes(&pool, USERNAME, &[("name", "Another Canary")]).unwrap();
    ask("start_sync").unwrap();
    drop(server);
    std::thread::sleep(Duration::from_millis(500));
    ask("cancel_sync").unwrap();
    send("open_pool", json!({ "connection": connection, "poolId": "canary" })).unwrap_err();
    ask("close_pool").unwrap();
    send("reveal_token", json!({ "kind": "id" })).unwrap_err();
    send("reveal_credentials", json!({ "form": "environment" })).unwrap_err();
    let diagnostics = ask("get_diagnostics").unwrap().to_string();
    Seen { secrets, heard: heard.into_inner(), diagnostics }
}

/// What a tour leaves behind.
struct Seen {
    secrets: Vec<String>,
    /// What went to the web view.
    heard: String,
    /// What would be sent with a bug report.
    diagnostics: String,
}

/// Secrets as they are planted, each another one and recognisable as a canary.
#[derive(Default)]
struct Nest(Vec<String>);

impl Nest {
    fn lay(&mut self, kind: &str) -> String {
        let secret = format!("canary-{kind}-{:02}-7f3a", self.0.len());
        self.0.push(secret.clone());
        secret
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

/// Plants secrets in every flow of the lab, in tokens, in exchanges and in predictions, and gives them, with the real
/// tokens and credentials that came of it.
fn signed_in(sandbox: &Sandbox, send: &dyn Fn(&str, Value) -> Result<Value, Value>) -> Vec<String> {
    let told = sandbox.description();
    let (client, person, mut nest) = (&told.clients[0].id, &told.people[0], Nest::default());
    let begin = |flow: &str, username: &str, password: &str, totp: Option<&str>| {
        let request = json!({
            "clientId": client, "flow": flow, "username": username, "password": password, "totp": totp,
            "scopes": [], "useDevice": false,
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
    let reveal =
        |kind: &str| send("reveal_token", json!({ "kind": kind })).unwrap()["value"].as_str().unwrap().to_owned();
    nest.0.extend(["id", "access", "refresh"].map(reveal));
    nest.0.push(person.password.clone());
    let id = reveal("id");
    let pasted = send("inspect_tokens", json!({ "text": format!("Authorization: Bearer {id}") })).unwrap();
    assert_eq!(pasted[0]["label"], "Authorization: Bearer");
    pasted_tokens(&mut nest, send);
    exchanged(&mut nest, &told.identity_pool_id, &id, send);
    foretold(&mut nest, client, send);
    lab_beyond_signing_in(&mut nest, client, send);
    nest.0
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
            "password": nest.lay("password"), "attributes": {},
        });
        send("run_errand", errand).unwrap();
    }
    for kind in ["stillSignedIn", "userInfo", "changePassword", "revoke", "signOutEverywhere"] {
        let passwords = [nest.lay("old"), nest.lay("new")];
        let deed = json!({ "kind": kind, "oldPassword": passwords[0], "newPassword": passwords[1] });
        send("do_in_lab", deed).unwrap();
    }
    for form in ["awsCli", "curl", "javaScript", "report"] {
        for errands in [false, true] {
            send("write_recording", json!({ "form": form, "errands": errands })).unwrap();
        }
    }
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
fn panics(secret: &str) -> String {
    let text = || secret.to_owned();
    let read = |json: Value| json;
    let start = read(json!({
        "clientId": "c", "flow": "f", "username": "u", "password": text(), "totp": text(), "scopes": [], "useDevice": true,
    }));
    let start: wire::lab::StartSignIn = serde_json::from_value(start).unwrap();
    let answer = json!({ "kind": "password", "value": text(), "attributes": { "name": text() } });
    let answer: wire::lab::AnswerChallenge = serde_json::from_value(answer).unwrap();
    let deed = json!({ "kind": "changePassword", "oldPassword": text(), "newPassword": text() });
    let deed: wire::lab::LabDeed = serde_json::from_value(deed).unwrap();
    let errand = json!({
        "clientId": "c", "username": text(), "kind": "confirmForgot", "code": text(), "password": text(), "attributes": {},
    });
    let errand: wire::lab::LabErrand = serde_json::from_value(errand).unwrap();
    let ask = json!({ "identityPoolId": "p", "bearer": "token", "token": text(), "way": "basic", "role": text() });
    let ask: wire::to_aws::ExchangeToken = serde_json::from_value(ask).unwrap();
    let demands = json!({ "scopes": [], "audiences": [], "groups": [], "identityPools": false });
    let judge: wire::preview::JudgeAcceptance =
        serde_json::from_value(json!({ "token": text(), "kind": null, "demands": demands })).unwrap();
    let panicked =
        std::panic::catch_unwind(|| panic!("{start:?} {answer:?} {deed:?} {errand:?} {ask:?} {judge:?}")).unwrap_err();
    panicked.downcast_ref::<String>().unwrap().clone()
}

#[test]
fn nothing_of_people_queries_or_secrets_is_logged_at_the_finest_level() {
    let folder = tempfile::tempdir().unwrap();
    let data_dir = folder.path().join("data");
    let ours = ["poolkeeper", "wire", "console", "cognito", "store", "model", "sandbox"];
    let filter = ours.iter().fold(LOG_FILTER.to_owned(), |filter, ours| format!("{filter},{ours}=trace"));
    let (writer, guard) = tracing_appender::non_blocking(LogFiles::open(&data_dir).unwrap());
    tracing::subscriber::set_global_default(poolkeeper::subscriber(writer, &filter)).unwrap();
    let Seen { secrets, heard, diagnostics } = tour(folder.path());
    drop(guard);

    let log = written(&data_dir);
    assert!(log.contains("sync done"), "the log was on: {log}");
    assert!(log.contains("an operation failed"), "failures are logged, too: {log}");
    for line in log.lines() {
        assert!(!line.to_lowercase().contains(CANARY), "{line}");
    }
    let disk = String::from_utf8_lossy(&stored(folder.path())).into_owned();
    assert!(disk.contains("journal.sqlite"), "the journal has the sign-in");
    let planted: std::collections::BTreeSet<&String> = secrets.iter().collect();
    assert!(planted.len() >= 40, "{} secrets were planted", planted.len());
    for (at, secret) in secrets.iter().enumerate() {
        assert!(!disk.contains(secret), "secret {at} is on the disk");
        assert!(!log.contains(secret), "secret {at} is in the log");
        assert!(!heard.contains(secret), "secret {at} went to the web view unasked");
        assert!(!diagnostics.contains(secret), "secret {at} is in the diagnostics");
        assert!(!panics(secret).contains(secret), "secret {at} would be in a panic");
    }
    assert!(heard.contains("start_sign_in") && heard.contains("exchange_token"), "the traffic was heard");
    assert!(!disk.to_lowercase().contains(CANARY), "people and passwords are encrypted or not there");
}

#[cfg(unix)]
#[test]
fn seven_files_are_kept_and_all_of_it_is_its_owner_s_alone() {
    use std::io::Write;
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let logs = folder.path().join("logs");
    std::fs::create_dir(&logs).unwrap();
    std::fs::set_permissions(&logs, PermissionsExt::from_mode(0o755)).unwrap();
    for day in 1..=9 {
        let file = logs.join(format!("poolkeeper.2026-01-0{day}.jsonl"));
        std::fs::write(&file, "{}").unwrap();
        std::fs::set_permissions(&file, PermissionsExt::from_mode(0o644)).unwrap();
    }
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let mut files = LogFiles::open(folder.path()).unwrap();
    assert_eq!(mode(&logs), 0o700);
    let kept: Vec<_> = logs.read_dir().unwrap().map(|file| file.unwrap().path()).collect();
    assert_eq!(kept.len(), 7, "{kept:?}");
    for file in &kept {
        assert_eq!(mode(file), 0o600, "{}", file.display());
        // As a new day's file is made.
        std::fs::set_permissions(file, PermissionsExt::from_mode(0o644)).unwrap();
    }
    files.write_all(b"{}\n").unwrap();
    assert!(kept.iter().all(|file| mode(file) == 0o600), "the first line makes them private again");
}
