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
/// secrets that it saw.
fn tour(folder: &Path) -> Vec<String> {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let sandbox = Sandbox::new(Options { users: 100, quota: Quota::Off, ..Options::default() });
    let (server, pool) = (runtime.block_on(sandbox.serve(0)).unwrap(), sandbox.pool_id());
    let attributes = [("email", EMAIL), ("name", NAME)];
    sandbox.directory().create_user(&pool, USERNAME, &attributes).unwrap();

    let app = poolkeeper::assemble(mock_builder(), &place(folder), poolkeeper::context()).unwrap();
    let window = tauri::WebviewWindowBuilder::new(&app, "main", tauri::WebviewUrl::default()).build().unwrap();
    let ask = |command: &str| call(&window, command, json!({}));
    let send = |command: &str, request: Value| call(&window, command, json!({ "request": request }));
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
    secrets
}

/// Signs in through the lab, once refused and once let in, and looks at the tokens. Gives password and tokens.
fn signed_in(sandbox: &Sandbox, send: &dyn Fn(&str, Value) -> Result<Value, Value>) -> Vec<String> {
    let told = sandbox.description();
    let (client, person) = (&told.clients[0].id, &told.people[0]);
    let begin = |flow: &str, username: &str, password: &str| {
        let request = json!({
            "clientId": client, "flow": flow, "username": username, "password": password, "totp": null,
        });
        send("start_sign_in", request).unwrap()
    };
    assert_eq!(begin("USER_PASSWORD_AUTH", USERNAME, "canary-password-7f3a")["result"], "error");
    assert_eq!(begin("USER_SRP_AUTH", &person.username, &person.password)["result"], "tokens");
    let reveal =
        |kind: &str| send("reveal_token", json!({ "kind": kind })).unwrap()["value"].as_str().unwrap().to_owned();
    let mut secrets: Vec<String> = ["id", "access", "refresh"].map(reveal).into();
    let pasted = send("inspect_tokens", json!({ "text": format!("Authorization: Bearer {}", secrets[0]) })).unwrap();
    assert_eq!(pasted[0]["label"], "Authorization: Bearer");
    send("inspect_tokens", json!({ "text": format!("{}canary", secrets[1]) })).unwrap();
    secrets.push(person.password.clone());
    secrets
}

#[test]
fn nothing_of_people_queries_or_secrets_is_logged_at_the_finest_level() {
    let folder = tempfile::tempdir().unwrap();
    let data_dir = folder.path().join("data");
    let ours = ["poolkeeper", "wire", "console", "cognito", "store", "model", "sandbox"];
    let filter = ours.iter().fold(LOG_FILTER.to_owned(), |filter, ours| format!("{filter},{ours}=trace"));
    let (writer, guard) = tracing_appender::non_blocking(LogFiles::open(&data_dir).unwrap());
    tracing::subscriber::set_global_default(poolkeeper::subscriber(writer, &filter)).unwrap();
    let secrets = tour(folder.path());
    drop(guard);

    let log = written(&data_dir);
    assert!(log.contains("sync done"), "the log was on: {log}");
    assert!(log.contains("an operation failed"), "failures are logged, too: {log}");
    for line in log.lines() {
        assert!(!line.to_lowercase().contains(CANARY), "{line}");
    }
    let disk = String::from_utf8_lossy(&stored(folder.path())).into_owned();
    assert!(disk.contains("journal.sqlite"), "the journal has the sign-in");
    for secret in secrets {
        assert!(!disk.contains(&secret), "a password or token is on the disk");
    }
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
