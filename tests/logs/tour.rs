//! A visit to everything that there is in the app, and what the web view heard of it.

use std::path::Path;
use std::time::{Duration, Instant};

use sandbox::{Options, Quota, Sandbox};
use serde_json::{Value, json};
use tauri::ipc::{CallbackFn, InvokeBody};
use tauri::test::{INVOKE_KEY, MockRuntime, get_ipc_response, mock_builder};
use tauri::webview::InvokeRequest;

use crate::secrets::signed_in;
use crate::{EMAIL, NAME, USERNAME, place};

/// What the web view heard, and what it had asked to be shown: a secret that somebody wants to see, or what was typed into
/// the page and is repeated.
pub(crate) struct Heard {
    pub(crate) command: String,
    asked: String,
    pub(crate) answer: String,
}

impl Heard {
    fn new(command: &str, request: &Value, answer: &Result<Value, Value>) -> Self {
        let shown = |field: &str| {
            answer.as_ref().ok().and_then(|answer| answer[field].as_str()).map(str::to_owned).unwrap_or_default()
        };
        let asked = match command {
            "reveal_token" | "reveal_credentials" | "reveal_client_secret" | "reveal_made_secret" => shown("value"),
            "enrol_authenticator" => shown("secret"),
            "preview_tokens" => request.to_string(),
            _ => String::new(),
        };
        Self { command: command.to_owned(), asked, answer: format!("{answer:?}") }
    }

    pub(crate) fn tells(&self, secret: &str) -> bool {
        self.answer.contains(secret) && !self.asked.contains(secret)
    }
}

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

/// Visits what there is in the app, with the canaries in people, queries, requests, passwords and credentials. Gives the
/// secrets that it saw, and what the web view heard.
pub(crate) fn tour(folder: &Path) -> Seen {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let sandbox = Sandbox::new(Options { users: 100, quota: Quota::Off, ..Options::default() });
    let (server, pool) = (runtime.block_on(sandbox.serve(0)).unwrap(), sandbox.pool_id());
    let attributes = [("email", EMAIL), ("name", NAME)];
    sandbox.directory().create_user(&pool, USERNAME, &attributes).unwrap();

    let app = poolkeeper::assemble(mock_builder(), &place(folder), poolkeeper::context()).unwrap();
    let window = tauri::WebviewWindowBuilder::new(&app, "main", tauri::WebviewUrl::default()).build().unwrap();
    let heard = std::cell::RefCell::new(Vec::new());
    let hear = |command: &str, arguments: Value| {
        let answer = call(&window, command, arguments.clone());
        heard.borrow_mut().push(Heard::new(command, &arguments, &answer));
        answer
    };
    let ask = |command: &str| hear(command, json!({}));
    let send = |command: &str, request: Value| hear(command, json!({ "request": request }));
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
    exported(&send);
    ask("forget_secrets").unwrap();
    send("reveal_token", json!({ "kind": "id" })).unwrap_err();
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

/// Every file that the window can be asked for.
fn exported(send: &dyn Fn(&str, Value) -> Result<Value, Value>) {
    let plans = json!({
        "month": null, "low": 1, "likely": 2, "high": 3, "federatedPermille": 0, "linkedPermille": null, "m2m": 0, "m2mClients": null, "emails": 0,
        "others": 0, "othersPlan": null, "sms": 0, "smsPrice": null, "extraRate": 0, "extraRateDays": null, "replicated": false,
        "advancedSecurity": false, "plan": null,
    });
    for format in ["html", "pdf", "csv"] {
        send("save_report", json!({ "plans": plans, "format": format })).unwrap();
    }
    let matrix = send("get_lab_matrix", json!({})).unwrap();
    let rows: Vec<[&Value; 1]> = matrix.as_array().unwrap().iter().map(|row| [&row["name"]]).collect();
    send("save_table", json!({ "name": "flows", "head": ["client"], "rows": rows })).unwrap();
}

/// What a tour leaves behind.
pub(crate) struct Seen {
    pub(crate) secrets: Vec<String>,
    /// What went to the web view.
    pub(crate) heard: Vec<Heard>,
    /// What would be sent with a bug report.
    pub(crate) diagnostics: String,
}
