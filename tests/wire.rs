//! The wire without a window: commands by name, with JSON, through the real access-control list and the real sandbox.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::needless_pass_by_value, reason = "requests are written where they are sent")]

#[path = "wire/made.rs"]
mod made;
#[path = "wire/tabs.rs"]
mod tabs;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use console::{AwsFiles, KeySource};
use poolkeeper::Place;
use sandbox::{Options, Quota, Sandbox, Server};
use serde_json::{Value, json};
use tauri::WebviewWindow;
use tauri::ipc::{CallbackFn, InvokeBody};
use tauri::test::{INVOKE_KEY, MockRuntime, get_ipc_response, mock_builder};
use tauri::webview::InvokeRequest;

/// People in the sandbox of these tests.
const PEOPLE: u32 = 1_000;

fn invoke(window: &WebviewWindow<MockRuntime>, url: &str, command: &str, arguments: Value) -> Result<Value, Value> {
    invoke_about(window, url, None, command, arguments)
}

/// As [`invoke`], about the open pool of that key and not the one that was opened last.
fn invoke_about(
    window: &WebviewWindow<MockRuntime>,
    url: &str,
    pool: Option<&str>,
    command: &str,
    arguments: Value,
) -> Result<Value, Value> {
    let mut headers = tauri::http::HeaderMap::new();
    headers.extend(pool.map(|key| (tauri::http::HeaderName::from_static("poolkeeper-pool"), key.parse().unwrap())));
    let request = InvokeRequest {
        cmd: command.to_owned(),
        callback: CallbackFn(0),
        error: CallbackFn(1),
        url: url.parse().unwrap(),
        body: InvokeBody::Json(arguments),
        headers,
        invoke_key: INVOKE_KEY.to_owned(),
    };
    get_ipc_response(window, request).map(|body| body.deserialize().unwrap())
}

struct Shell {
    window: WebviewWindow<MockRuntime>,
    app: tauri::App<MockRuntime>,
    folder: tempfile::TempDir,
}

impl Shell {
    fn new() -> Self {
        Self::of(PEOPLE)
    }

    /// A shell whose sandbox has that many people.
    fn of(people: u32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let place = Place {
            data_dir: folder.path().join("data"),
            usual: false,
            keys: KeySource::File(folder.path().join("keys")),
            aws: AwsFiles {
                home: Some(folder.path().to_owned()),
                environment: Some(BTreeMap::new()),
                ..AwsFiles::default()
            },
            sandbox_users: people,
            chooser: Some(folder.path().join("chooser")),
        };
        let app = poolkeeper::assemble(mock_builder(), &place, poolkeeper::context()).unwrap();
        let window = tauri::WebviewWindowBuilder::new(&app, "main", tauri::WebviewUrl::default()).build().unwrap();
        Self { window, app, folder }
    }

    /// Calls a command as the page at `url` would.
    fn call_from(&self, url: &str, command: &str, arguments: Value) -> Result<Value, Value> {
        invoke(&self.window, url, command, arguments)
    }

    fn ask(&self, command: &str) -> Result<Value, Value> {
        self.call_from("tauri://localhost", command, json!({}))
    }

    fn call(&self, command: &str, request: Value) -> Result<Value, Value> {
        self.call_from("tauri://localhost", command, json!({ "request": request }))
    }

    /// Calls a command that has a person choose a file, who chooses this one.
    fn choosing(&self, path: &str, command: &str) -> Result<Value, Value> {
        let chooser = self.folder.path().join("chooser");
        std::fs::write(&chooser, format!("#!/bin/sh\necho '{path}'\n")).unwrap();
        std::fs::set_permissions(&chooser, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        self.ask(command)
    }

    /// A shell whose sandbox is open and synced.
    fn synced() -> Self {
        let shell = Self::new();
        shell.ask("open_sandbox").unwrap();
        shell.ask("start_sync").unwrap();
        let began = Instant::now();
        while !shell.ask("get_status").unwrap()["sync"].is_null() {
            assert!(began.elapsed() < Duration::from_secs(240), "the sync ends");
            std::thread::sleep(Duration::from_millis(50));
        }
        shell
    }
}

/// A shell at a slow sandbox behind a port, with its pool open.
struct Slow {
    shell: Shell,
    sandbox: Sandbox,
    server: Server,
    _runtime: tokio::runtime::Runtime,
}

impl Slow {
    fn new() -> Self {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let sandbox = Sandbox::new(Options { users: 20, quota: Quota::Off, ..Options::default() });
        let server = runtime.block_on(sandbox.serve(0)).unwrap();
        let shell = Shell::new();
        let connection =
            json!({ "profile": null, "region": "eu-west-1", "endpoint": server.endpoint(), "sandbox": false });
        shell.call("open_pool", json!({ "connection": connection, "poolId": sandbox.pool_id() })).unwrap();
        sandbox.forget_calls();
        sandbox.weather().set_latency(Duration::from_secs(2), Duration::ZERO);
        Self { shell, sandbox, server, _runtime: runtime }
    }

    /// What an operator does at AWS.
    fn administer(&self, operation: &str, input: Value) {
        let answer = ureq::post(self.server.endpoint())
            .header("x-amz-target", format!("AWSCognitoIdentityProviderService.{operation}"))
            .header("authorization", "AWS4-HMAC-SHA256 Credential=A/1/eu-west-1/cognito-idp/aws4_request")
            .send_json(input);
        assert!(answer.unwrap().status().is_success(), "{operation}");
    }

    /// Calls a command, and another one again and again from when it asks AWS for `operation` until it is answered.
    fn meanwhile(&self, command: &str, request: Value, operation: &str, other: &str) -> Result<Value, Value> {
        let (window, arguments) = (self.shell.window.clone(), json!({ "request": request }));
        let command = command.to_owned();
        let answer = std::thread::spawn(move || invoke(&window, "tauri://localhost", &command, arguments));
        while self.sandbox.calls().of(operation) == 0 && !answer.is_finished() {
            std::thread::sleep(Duration::from_millis(5));
        }
        assert!(self.sandbox.calls().of(operation) > 0, "{operation} was asked for");
        while !answer.is_finished() {
            self.shell.ask(other).unwrap();
        }
        answer.join().unwrap()
    }
}

fn by_name() -> Value {
    json!({ "field": "username", "descending": false })
}

#[test]
fn the_app_tells_what_protects_its_data() {
    let info = Shell::new().ask("get_app_info").unwrap();
    assert_eq!(info["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(info["protection"]["kind"], "keyFile");
    assert_eq!(info["platform"], std::env::consts::OS);
    assert_eq!(info["notices"], json!([]));
}

#[test]
fn the_sandbox_opens_syncs_and_is_searched() {
    let shell = Shell::synced();
    let everybody = shell.call("search_users", json!({ "query": "", "sort": by_name() })).unwrap();
    assert_eq!(everybody["rows"].as_array().unwrap().len(), 200, "the first rows come with the answer");
    let total = shell.call("count_users", json!({ "search": everybody["search"] })).unwrap();
    assert!(total.as_u64().unwrap() >= u64::from(PEOPLE), "{total}");

    let middle = json!({ "search": everybody["search"], "start": 500, "count": 3 });
    let rows = shell.call("get_rows", middle).unwrap();
    let names: Vec<&str> = rows.as_array().unwrap().iter().map(|row| row["username"].as_str().unwrap()).collect();
    assert_eq!(names.len(), 3);

    let user = shell.call("get_user", json!({ "username": names[0] })).unwrap();
    assert_eq!(user["username"], names[0]);
    assert_eq!(user["attributes"]["sub"], user["sub"]);
    let raw: Value = serde_json::from_str(user["raw"].as_str().unwrap()).unwrap();
    assert_eq!(raw["attributes"], user["attributes"]);

    let sub = user["sub"].as_str().unwrap();
    let found = shell.call("look_up", json!({ "text": format!("{sub}\nnobody@nowhere.example") })).unwrap();
    assert_eq!(found["found"][0]["username"], names[0]);
    assert_eq!(found["missing"], json!(["nobody@nowhere.example"]));

    let overview = shell.ask("get_overview").unwrap();
    assert_eq!(overview["users"], total);
    assert_eq!(overview["freshness"]["complete"], true);
}

#[test]
fn a_pool_of_production_is_opened_read_only() {
    let shell = Shell::new();
    let connection = shell.ask("open_sandbox").unwrap()["connection"]["connection"].clone();
    shell
        .call("label_connection", json!({ "connection": connection, "environment": "production", "label": null }))
        .unwrap();
    let open = shell.ask("open_sandbox").unwrap();
    assert_eq!((&open["environment"], &open["readOnly"]), (&json!("production"), &json!(true)));
}

#[test]
fn a_wrong_query_is_told_with_its_place_in_utf_16_units() {
    let shell = Shell::new();
    shell.ask("open_sandbox").unwrap();
    let parsed = shell.call("parse_query", json!({ "query": "😀 emial:x" })).unwrap();
    assert_eq!(parsed["error"]["startUtf16"], 3, "the emoji takes two units");
    let suggested: Vec<&str> =
        parsed["error"]["suggestions"].as_array().unwrap().iter().map(|s| s["replacement"].as_str().unwrap()).collect();
    assert!(suggested.iter().any(|s| s.contains("email")), "{suggested:?}");
    let refused = shell.call("search_users", json!({ "query": "emial:x", "sort": by_name() })).unwrap_err();
    assert_eq!((&refused["code"], &refused["field"]), (&json!("validation"), &json!("query")));

    let fine = shell.call("parse_query", json!({ "query": "-status:confirmed acme" })).unwrap();
    assert!(fine["error"].is_null());
    assert_eq!(fine["chips"][0]["field"], "status");
    assert_eq!(fine["chips"][0]["operator"], ":");
    assert_eq!(fine["chips"][0]["negated"], true);
    assert_eq!(fine["chips"][1]["value"], "acme");
}

#[test]
fn an_unknown_pool_is_not_found_and_an_impossible_one_is_refused_by_field() {
    let shell = Shell::new();
    let open = |pool: &str| {
        let connection = json!({ "profile": null, "region": "eu-west-1", "endpoint": null, "sandbox": true });
        shell.call("open_pool", json!({ "connection": connection, "poolId": pool })).unwrap_err()
    };
    assert_eq!(open("eu-west-1_NoSuchOne")["code"], "not_found");
    let wrong = open("nonsense");
    assert_eq!((&wrong["code"], &wrong["field"]), (&json!("validation"), &json!("poolId")));
}

#[test]
fn what_needs_an_open_pool_says_so() {
    let shell = Shell::new();
    for command in ["get_overview", "start_sync", "pause_sync"] {
        assert_eq!(shell.ask(command).unwrap_err()["code"], "precondition", "{command}");
    }
}

#[test]
fn settings_are_changed_in_part_and_checked() {
    let shell = Shell::new();
    let changed = shell.call("update_settings", json!({ "theme": "dark", "share": 0.25 })).unwrap();
    assert_eq!((&changed["theme"], &changed["share"]), (&json!("dark"), &json!(0.25)));
    assert_eq!(changed["historyDays"], 30);
    let refused = shell.call("update_settings", json!({ "share": 2.0 })).unwrap_err();
    assert_eq!(refused["field"], "share");
}

#[test]
fn a_damaged_sandbox_is_kept_under_another_name_and_told() {
    let shell = Shell::new();
    let data = shell.folder.path().join("data");
    std::fs::create_dir_all(&data).unwrap();
    std::fs::write(data.join("sandbox.json"), "{ damaged").unwrap();
    std::fs::write(data.join("sandbox.json.damaged-1"), "an older one").unwrap();
    let open = shell.ask("open_sandbox").unwrap();
    assert!(open["notices"].to_string().contains("damaged-2"), "{}", open["notices"]);
    assert_eq!(shell.ask("get_app_info").unwrap()["notices"], open["notices"]);
    let read = |name: &str| std::fs::read_to_string(data.join(name)).unwrap();
    assert_eq!(
        (read("sandbox.json.damaged-1"), read("sandbox.json.damaged-2")),
        ("an older one".into(), "{ damaged".into())
    );
    assert!(read("sandbox.json").contains("version"), "a new one has begun");
}

#[test]
fn a_sandbox_whose_state_another_program_has_in_use_is_not_kept_and_told() {
    let shell = Shell::new();
    let data = shell.folder.path().join("data");
    std::fs::create_dir_all(&data).unwrap();
    let state = data.join("sandbox.json");
    std::fs::write(&state, "{ of another program").unwrap();
    let other = sandbox::StateLock::take(&state).unwrap();
    let open = shell.ask("open_sandbox").unwrap();
    assert!(open["notices"].to_string().contains("in use by another sandbox"), "{}", open["notices"]);
    shell.ask("reset_sandbox").unwrap();
    shell.ask("open_sandbox").unwrap();
    assert_eq!(std::fs::read_to_string(&state).unwrap(), "{ of another program");
    assert!(!data.join("sandbox.json.damaged-1").exists());
    drop(other);
    shell.ask("reset_sandbox").unwrap();
    let open = shell.ask("open_sandbox").unwrap();
    assert!(!open["notices"].to_string().contains("sandbox"), "{}", open["notices"]);
    assert!(std::fs::read_to_string(&state).unwrap().contains("version"), "a new one is kept");
    assert!(sandbox::StateLock::take(&state).is_err(), "the window has it now");
}

#[test]
fn a_sync_started_right_after_one_was_stopped_is_followed_to_its_end() {
    use tauri::Listener as _;

    let shell = Shell::of(5 * PEOPLE);
    let (tell, told) = std::sync::mpsc::channel();
    shell.app.listen_any("sync-progress", move |event| {
        let progress: Value = serde_json::from_str(event.payload()).unwrap();
        tell.send(progress["phase"].as_str().unwrap().to_owned()).unwrap();
    });
    shell.ask("open_sandbox").unwrap();
    shell.ask("start_sync").unwrap();
    shell.ask("pause_sync").unwrap();
    while told.recv_timeout(Duration::from_secs(60)).unwrap() != "paused" {}
    // Whoever tells has had its breath by then: that the sync was stopped is told at once.
    std::thread::sleep(Duration::from_millis(300));
    shell.ask("cancel_sync").unwrap();
    while told.recv_timeout(Duration::from_secs(60)).unwrap() != "failed" {}
    shell.ask("start_sync").unwrap();
    while told.recv_timeout(Duration::from_secs(60)).unwrap() != "done" {}
}

#[test]
fn a_data_directory_that_could_not_be_used_is_tried_again() {
    let shell = Shell::new();
    let data = shell.folder.path().join("data");
    std::fs::write(&data, "in the way").unwrap();
    assert_eq!(shell.ask("get_app_info").unwrap_err()["code"], "cache_unavailable");
    std::fs::remove_file(&data).unwrap();
    assert_eq!(shell.ask("get_app_info").unwrap()["protection"]["kind"], "keyFile");
}

#[test]
fn only_a_file_that_a_person_chose_is_read() {
    use std::os::unix::fs::PermissionsExt;
    let shell = Shell::of(20);
    shell.ask("open_sandbox").unwrap();
    let file = shell.folder.path().join("people.csv");
    std::fs::write(&file, "username,email\nzz-ada,zz-ada@postbox.example\n").unwrap();
    let check = json!({ "columns": null, "way": "create", "hashes": null });
    assert_eq!(shell.call("check_import", check.clone()).unwrap_err()["field"], "file", "nobody chose it");
    assert_eq!(shell.ask("choose_import").unwrap_err()["code"], "precondition", "there is no such program");

    let program = shell.folder.path().join("chooser");
    std::fs::write(&program, format!("#!/bin/sh\necho '{}'\n", file.display())).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(shell.ask("choose_import").unwrap(), json!("people.csv"), "its name, and not where it is");
    let columns = json!([{ "name": "username", "target": "username" }, { "name": "email", "target": "email" }]);
    assert_eq!(shell.ask("guess_import_columns").unwrap(), columns);
    let checked = shell.call("check_import", check).unwrap();
    assert_eq!((&checked["rows"], &checked["good"]), (&json!(1), &json!(1)), "{checked}");
    assert_eq!(shell.ask("follow_import_check").unwrap(), 1);
    let other = json!({ "path": "/etc/passwd", "columns": null, "way": "create", "hashes": null });
    assert_eq!(shell.call("check_import", other).unwrap()["rows"], 1, "a path that is sent along is not heeded");
    std::fs::write(&program, "#!/bin/sh\nexit 1\n").unwrap();
    assert_eq!(shell.ask("choose_import").unwrap(), Value::Null, "whoever closes the dialog chooses nothing");
}

#[test]
fn what_tells_of_a_month_is_chosen_too_and_cloudwatch_is_asked_after_its_price() {
    use std::os::unix::fs::PermissionsExt;
    let shell = Shell::of(20);
    shell.ask("open_sandbox").unwrap();
    let [users, machines] = ["users.csv", "machines.csv"].map(|name| shell.folder.path().join(name));
    std::fs::write(&users, "month,users\n2026-01,12\n").unwrap();
    std::fs::write(&machines, "month,tokenRequests\n2026-02,70\n").unwrap();
    let import = || shell.call("import_activity", json!({ "onlyPool": true, "folder": false, "paths": "/etc/passwd" }));
    assert_eq!(import().unwrap_err()["code"], "precondition", "there is no such program, and a path is not heeded");
    let program = shell.folder.path().join("chooser");
    std::fs::write(&program, format!("#!/bin/sh\necho '{}'\necho '{}'\n", users.display(), machines.display()))
        .unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let told = import().unwrap()["learnt"].to_string();
    assert!(told.contains("2026-01: 12 different") && told.contains("70 token requests"), "{told}");
    std::fs::write(&program, "#!/bin/sh\nexit 1\n").unwrap();
    assert_eq!(import().unwrap(), Value::Null, "whoever closes the dialog chooses nothing");

    let price = shell.ask("price_metrics").unwrap();
    assert!(price["metrics"].as_u64().unwrap() > 3 && price["price"].as_str().unwrap().starts_with("0.000"), "{price}");
    let read = shell.call("read_metrics", json!({ "month": null })).unwrap();
    assert_eq!(read["cost"], price);
    assert!(read["learnt"].as_str().unwrap().contains("CloudWatch counts"), "{read}");
    assert_eq!(shell.call("read_metrics", json!({ "month": "2999-01" })).unwrap_err()["field"], "month");
}

#[test]
fn everything_is_erased_only_when_the_words_are_typed() {
    let shell = Shell::new();
    shell.ask("open_sandbox").unwrap();
    let refused = shell.call("erase_everything", json!({ "typed": "yes" })).unwrap_err();
    assert_eq!(refused["field"], "typed");
    shell.call("erase_everything", json!({ "typed": "erase everything" })).unwrap();
    assert_eq!(shell.ask("get_app_info").unwrap()["protection"]["kind"], "locked");
    assert_eq!(shell.ask("get_overview").unwrap_err()["code"], "precondition");
}

#[test]
fn other_pages_and_unlisted_commands_are_refused() {
    let shell = Shell::new();
    for foreign in ["https://example.com", "http://tauri.localhost.example.com"] {
        assert!(shell.call_from(foreign, "get_app_info", json!({})).is_err(), "{foreign}");
    }
    for unlisted in
        ["plugin:window|close", "plugin:webview|create_webview_window", "plugin:app|version", "no_such_command"]
    {
        let refused = shell.ask(unlisted).unwrap_err();
        assert!(refused.is_string(), "Tauri itself refuses {unlisted}: {refused}");
    }
}

#[test]
fn who_leaves_the_browser_while_aws_is_still_asked_is_heard() {
    let slow = Slow::new();
    // This client has no login page, which is not even found out.
    let client = slow.sandbox.description().clients[2].id.clone();
    let request = json!({ "clientId": client, "scopes": [] });
    let refused = slow.meanwhile("hosted_sign_in", request, "DescribeUserPoolClient", "leave_browser").unwrap_err();
    assert_eq!(refused["code"], "cancelled", "{refused}");
}

#[test]
fn locking_forgets_tokens_and_credentials_and_leaving_the_pool_does_too() {
    let shell = Shell::of(20);
    for leave in ["forget_secrets", "close_pool", "open_sandbox"] {
        shell.ask("open_sandbox").unwrap();
        let clients = shell.ask("list_clients").unwrap();
        let web = clients.as_array().unwrap().iter().find(|client| client["name"] == "web").unwrap();
        let start = json!({
            "clientId": web["id"], "flow": "USER_PASSWORD_AUTH", "username": "maria.keller",
            "password": "Sandbox-1-keller", "totp": null, "scopes": [], "metadata": {}, "useDevice": false, "useHeldToken": false,
        });
        assert_eq!(shell.call("start_sign_in", start).unwrap()["result"], "tokens");
        let pools = shell.ask("list_identity_pools").unwrap();
        let exchange = json!({
            "identityPoolId": pools[0]["id"], "bearer": "lab", "token": null, "way": "enhanced", "role": null,
        });
        assert!(shell.call("exchange_token", exchange).unwrap()["arn"].is_string());
        let shown = [("reveal_token", json!({ "kind": "id" })), ("reveal_credentials", json!({ "form": "profile" }))];
        for (command, request) in shown.clone() {
            shell.call(command, request).unwrap();
        }
        shell.ask(leave).unwrap();
        for (command, request) in shown {
            assert_eq!(shell.call(command, request).unwrap_err()["code"], "precondition", "{command} after {leave}");
        }
    }
}

/// Signs Maria in through the client `web` of the sandbox, and gives its id.
fn signed_in(shell: &Shell) -> Value {
    shell.ask("open_sandbox").unwrap();
    let clients = shell.ask("list_clients").unwrap();
    let web = clients.as_array().unwrap().iter().find(|client| client["name"] == "web").unwrap()["id"].clone();
    let start = json!({
        "clientId": web, "flow": "USER_PASSWORD_AUTH", "username": "maria.keller", "password": "Sandbox-1-keller",
        "totp": null, "scopes": [], "metadata": {}, "useDevice": false, "useHeldToken": false,
    });
    assert_eq!(shell.call("start_sign_in", start).unwrap()["result"], "tokens");
    web
}

#[test]
fn the_lab_refreshes_with_the_token_that_it_holds_and_says_when_it_holds_none() {
    let shell = Shell::of(20);
    shell.ask("open_sandbox").unwrap();
    let clients = shell.ask("list_clients").unwrap();
    let refresh = |client: &Value, flow: &str| {
        let request = json!({
            "clientId": client, "flow": flow, "username": "somebody.else", "password": null, "totp": null, "scopes": [],
            "metadata": {}, "useDevice": false, "useHeldToken": true,
        });
        shell.call("start_sign_in", request)
    };
    let refused = refresh(&clients[0]["id"], "REFRESH_TOKEN_AUTH").unwrap_err();
    assert_eq!(refused["code"], "precondition");
    let web = signed_in(&shell);
    for flow in ["GetTokensFromRefreshToken", "REFRESH_TOKEN_AUTH"] {
        let view = refresh(&web, flow).unwrap();
        assert_eq!((&view["result"], &view["username"]), (&json!("tokens"), &json!("maria.keller")), "{view}");
        assert_eq!(view["tokens"], json!(["id", "access", "refresh"]), "the one that was sent goes on");
    }
}

#[test]
fn a_token_is_held_against_what_is_expected_of_it() {
    let shell = Shell::of(20);
    let web = signed_in(&shell);
    let id = shell.call("reveal_token", json!({ "kind": "id" })).unwrap()["value"].clone();
    let failed = |expected: Value| {
        let inspected = shell.call("inspect_tokens", json!({ "text": id, "expected": expected })).unwrap();
        let checks = inspected[0]["verdict"]["checks"].as_array().unwrap().clone();
        let failed = checks.iter().filter(|check| check["result"] == "fail").map(|check| check["name"].clone());
        failed.collect::<Vec<_>>()
    };
    let expected = |client: Value, token_use: Value, issuer: &str| json!({ "clientId": client, "tokenUse": token_use, "issuer": issuer });
    assert_eq!(failed(expected(Value::Null, Value::Null, "either")), Vec::<Value>::new());
    assert_eq!(failed(expected(web.clone(), json!("id"), "ofPool")), Vec::<Value>::new());
    assert_eq!(failed(expected(json!("another"), json!("access"), "updated")), ["issuer", "token_use", "client"]);
    let held = shell.call("inspect_lab_token", json!({ "kind": "id" })).unwrap();
    let client = held["verdict"]["checks"].as_array().unwrap().iter().find(|check| check["name"] == "client").unwrap();
    assert_eq!(client["result"], "pass", "the lab's own tokens are held against their client: {client}");
}

#[test]
fn in_production_secrets_are_shown_and_copied_only_after_the_name_was_said_again() {
    let shell = Shell::of(20);
    let web = signed_in(&shell);
    let open = shell.ask("open_sandbox").unwrap();
    let (name, connection) = (open["pool"]["name"].clone(), open["connection"]["connection"].clone());
    signed_in(&shell);
    let label = json!({ "connection": connection, "environment": "production", "label": null });
    shell.call("label_connection", label).unwrap();
    let with_secret = shell.ask("list_clients").unwrap()[1]["id"].clone();
    let secrets = [
        ("reveal_token", json!({ "kind": "id" })),
        ("copy_token", json!({ "kind": "id" })),
        ("reveal_client_secret", json!({ "clientId": with_secret })),
        ("copy_client_secret", json!({ "clientId": with_secret })),
        ("reveal_credentials", json!({ "form": "profile" })),
        ("copy_credentials", json!({ "form": "profile" })),
    ];
    let refused = |what: &str| {
        for (command, request) in &secrets {
            let refused = shell.call(command, request.clone()).unwrap_err();
            assert_eq!(
                (&refused["code"], &refused["field"]),
                (&json!("confirmation_needed"), &json!("poolName")),
                "{command} {what}"
            );
        }
    };
    refused("at first");
    let wrong = shell.call("confirm_secrets", json!({ "given": web })).unwrap_err();
    assert_eq!((&wrong["code"], &wrong["field"]), (&json!("validation"), &json!("poolName")));
    refused("after a wrong name");
    shell.call("confirm_secrets", json!({ "given": name })).unwrap();
    assert!(shell.call("reveal_token", json!({ "kind": "id" })).unwrap()["value"].is_string());
    shell.ask("forget_secrets").unwrap();
    refused("after locking");
}

#[test]
fn a_sign_in_that_is_under_way_when_it_is_locked_leaves_no_tokens() {
    let slow = Slow::new();
    let told = slow.sandbox.description();
    let (client, person) = (&told.clients[0].id, &told.people[0]);
    let request = json!({
        "clientId": client, "flow": "USER_PASSWORD_AUTH", "username": person.username, "password": person.password,
        "totp": null, "scopes": [], "metadata": {}, "useDevice": false, "useHeldToken": false,
    });
    let refused = slow.meanwhile("start_sign_in", request, "InitiateAuth", "forget_secrets").unwrap_err();
    assert_eq!(refused["code"], "cancelled", "{refused}");
    assert_eq!(slow.shell.call("reveal_token", json!({ "kind": "id" })).unwrap_err()["code"], "precondition");
}

#[test]
fn a_token_that_was_asked_for_while_the_table_was_busy_is_not_shown_once_it_was_locked() {
    let slow = Slow::new();
    slow.sandbox.weather().set_latency(Duration::ZERO, Duration::ZERO);
    let told = slow.sandbox.description();
    let (client, person) = (&told.clients[0].id, &told.people[0]);
    let request = json!({
        "clientId": client, "flow": "USER_PASSWORD_AUTH", "username": person.username, "password": person.password,
        "totp": null, "scopes": [], "metadata": {}, "useDevice": false, "useHeldToken": false,
    });
    for command in ["reveal_token", "copy_token"] {
        slow.sandbox.weather().set_latency(Duration::ZERO, Duration::ZERO);
        assert_eq!(slow.shell.call("start_sign_in", request.clone()).unwrap()["result"], "tokens");
        slow.sandbox.forget_calls();
        slow.sandbox.weather().set_latency(Duration::from_secs(1), Duration::ZERO);
        let invoked = |command: &'static str, request: Value| {
            let window = slow.shell.window.clone();
            let arguments = json!({ "request": request });
            std::thread::spawn(move || invoke(&window, "tauri://localhost", command, arguments))
        };
        // Asking whether the session holds keeps the table until AWS answers, and the token waits for it.
        let busy = invoked("do_in_lab", json!({ "kind": "stillSignedIn", "oldPassword": "", "newPassword": "" }));
        while slow.sandbox.calls().of("GetUser") == 0 && !busy.is_finished() {
            std::thread::sleep(Duration::from_millis(5));
        }
        let waiting = invoked(command, json!({ "kind": "id" }));
        std::thread::sleep(Duration::from_millis(100));
        slow.shell.ask("forget_secrets").unwrap();
        let refused = waiting.join().unwrap().unwrap_err();
        assert!(["cancelled", "precondition"].contains(&refused["code"].as_str().unwrap()), "{command}: {refused}");
        busy.join().unwrap().unwrap();
    }
}

#[test]
fn an_app_that_is_being_enrolled_when_it_is_locked_shows_no_secret() {
    let slow = Slow::new();
    slow.sandbox.weather().set_latency(Duration::ZERO, Duration::ZERO);
    let (pool, password) = (slow.sandbox.pool_id(), "Enrolling-Horse-1");
    slow.administer(
        "UpdateUserPool",
        json!({ "UserPoolId": pool, "Policies": { "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD"] } } }),
    );
    slow.administer(
        "SetUserPoolMfaConfig",
        json!({ "UserPoolId": pool, "MfaConfiguration": "ON", "SoftwareTokenMfaConfiguration": { "Enabled": true } }),
    );
    slow.sandbox.directory().create_user(&pool, "enrolling", &[]).unwrap();
    let input = json!({ "UserPoolId": pool, "Username": "enrolling", "Password": password, "Permanent": true });
    slow.administer("AdminSetUserPassword", input);
    let request = json!({
        "clientId": slow.sandbox.description().clients[0].id, "flow": "USER_PASSWORD_AUTH", "username": "enrolling",
        "password": password, "totp": null, "scopes": [], "metadata": {}, "useDevice": false, "useHeldToken": false,
    });
    let asked = slow.shell.call("start_sign_in", request).unwrap();
    assert_eq!(asked["challenge"]["name"], "MFA_SETUP", "{asked}");
    slow.sandbox.forget_calls();
    slow.sandbox.weather().set_latency(Duration::from_secs(1), Duration::ZERO);
    let enrolment = slow.meanwhile("enrol_authenticator", json!({}), "AssociateSoftwareToken", "forget_secrets");
    assert_eq!(enrolment.unwrap_err()["code"], "cancelled");
}

#[test]
fn a_token_in_another_form_of_the_issuer_than_the_pool_was_described_with_fails_only_where_one_was_chosen() {
    let slow = Slow::new();
    slow.sandbox.weather().set_latency(Duration::ZERO, Duration::ZERO);
    let (pool, told) = (slow.sandbox.pool_id(), slow.sandbox.description());
    slow.administer("UpdateUserPool", json!({ "UserPoolId": pool, "IssuerConfiguration": { "Type": "UPDATED" } }));
    let (client, person) = (&told.clients[0].id, &told.people[0]);
    let request = json!({
        "clientId": client, "flow": "USER_PASSWORD_AUTH", "username": person.username, "password": person.password,
        "totp": null, "scopes": [], "metadata": {}, "useDevice": false, "useHeldToken": false,
    });
    assert_eq!(slow.shell.call("start_sign_in", request).unwrap()["result"], "tokens");
    let id = slow.shell.call("reveal_token", json!({ "kind": "id" })).unwrap()["value"].clone();
    let issuer = |wanted: &str| {
        let expected = json!({ "clientId": null, "tokenUse": null, "issuer": wanted });
        let inspected = slow.shell.call("inspect_tokens", json!({ "text": id, "expected": expected })).unwrap();
        let checks = inspected[0]["verdict"]["checks"].as_array().unwrap().clone();
        let issuer = checks.into_iter().find(|check| check["name"] == "issuer").unwrap();
        (issuer["result"].as_str().unwrap().to_owned(), issuer["reason"].as_str().unwrap().to_owned())
    };
    let (result, reason) = issuer("ofPool");
    assert!(result == "pass" && reason.contains("when it was described at 20"), "{reason}");
    assert_eq!(issuer("original").0, "fail");
    let (result, reason) = issuer("either");
    assert!(result == "pass" && !reason.contains("described"), "{reason}");
}

#[test]
fn an_errand_of_a_pool_that_was_left_meanwhile_is_not_done() {
    let slow = Slow::new();
    let client = slow.sandbox.description().clients[0].id.clone();
    let request = json!({
        "clientId": client, "username": "maria.keller", "kind": "forgot", "code": "", "password": "", "attributes": {},
        "metadata": {},
    });
    slow.meanwhile("run_errand", request, "DescribeUserPoolClient", "close_pool").unwrap_err();
    assert_eq!(slow.sandbox.calls().of("DescribeUserPoolClient"), 1);
    assert_eq!(slow.sandbox.calls().of("ForgotPassword"), 0);
}

#[test]
fn a_change_is_carried_out_only_with_the_token_of_its_approval_and_that_once() {
    let shell = Shell::synced();
    let wanted = json!({ "wish": { "kind": "disableUsers" }, "query": "status:confirmed", "names": [] });
    let plan = shell.call("make_plan", wanted).unwrap();
    let active = plan["active"].as_u64().unwrap();
    assert!(active > 100 && plan["irreversible"] == false, "{plan}");
    let apply = |token: &Value| shell.call("apply_plan", json!({ "token": token, "password": null }));
    assert_eq!(apply(&plan["plan"]).unwrap_err()["code"], "precondition", "a plan's id is no approval");
    assert!(shell.ask("list_jobs").unwrap().as_array().unwrap().is_empty());

    let approval = json!({ "plan": plan["plan"], "poolName": null, "reason": "they left" });
    let token = shell.call("approve_plan", approval).unwrap()["token"].clone();
    let job = apply(&token).unwrap();
    assert_eq!(apply(&token).unwrap_err()["code"], "precondition", "an approval holds once");
    let began = Instant::now();
    while shell.ask("follow_jobs").unwrap()[0]["phase"] != "ended" {
        assert!(began.elapsed() < Duration::from_secs(120), "the job ends");
        std::thread::sleep(Duration::from_millis(30));
    }
    let jobs = shell.ask("list_jobs").unwrap();
    assert_eq!(jobs.as_array().unwrap().len(), 1);
    assert_eq!(jobs[0]["counts"]["done"].as_u64().unwrap(), active);
    assert_eq!(jobs[0]["reason"], "they left");
    let items = json!({ "id": job["id"], "state": "done", "from": 0, "limit": 5 });
    assert_eq!(shell.call("get_job_items", items).unwrap().as_array().unwrap().len(), 5);
    let undo = shell.call("plan_undo", json!({ "id": job["id"] })).unwrap();
    assert_eq!(undo["active"].as_u64().unwrap(), active);
    assert_eq!(shell.call("verify_audit", json!({ "head": null })).unwrap()["valid"], true);

    let erase = json!({ "wish": { "kind": "deleteUsers" }, "query": "status:unconfirmed", "names": [] });
    let plan = shell.call("make_plan", erase).unwrap();
    let approval = json!({ "plan": plan["plan"], "poolName": "another", "reason": null });
    assert_eq!(shell.call("approve_plan", approval).unwrap_err()["field"], "poolName");
}

#[test]
fn a_password_is_made_that_is_as_long_as_the_pool_demands() {
    let served = Slow::new();
    served.sandbox.weather().set_latency(Duration::ZERO, Duration::ZERO);
    let made = |served: &Slow| served.shell.ask("make_password").unwrap()["value"].as_str().unwrap().len();
    assert_eq!(made(&served), 20);
    let rules = json!({ "MinimumLength": 40, "TemporaryPasswordValidityDays": 7 });
    let body = json!({ "UserPoolId": served.sandbox.pool_id(), "Policies": { "PasswordPolicy": rules } });
    served.administer("UpdateUserPool", body);
    assert_eq!(made(&served), 40);
}

#[test]
fn a_pasted_list_is_an_open_search_with_what_is_missing() {
    let shell = Shell::synced();
    let everybody = shell.call("search_users", json!({ "query": "", "sort": by_name() })).unwrap();
    let name = |at: usize| everybody["rows"][at]["username"].as_str().unwrap().to_owned();
    let text = format!("{}\nnobody@nowhere.example\n{}", name(5), name(2));
    let list = shell.call("search_list", json!({ "text": text, "sort": null })).unwrap();
    assert_eq!((&list["asked"], &list["found"]["total"]), (&json!(3), &json!(2)));
    assert_eq!((&list["missing"], &list["names"]), (&json!(["nobody@nowhere.example"]), &json!([name(5), name(2)])));
    let rows = json!({ "search": list["found"]["search"], "start": 1, "count": 9 });
    assert_eq!(shell.call("get_rows", rows).unwrap()[0]["username"], name(2));
    let sorted = shell.call("search_list", json!({ "text": text, "sort": by_name() })).unwrap();
    assert_eq!(sorted["names"], json!([name(2), name(5)]));
    let export = json!({
        "query": "", "sort": by_name(), "columns": ["username"], "format": "jsonl",
        "list": { "text": text, "sort": null },
    });
    let mut export = shell.call("start_export", export).unwrap();
    while export["ended"] != true {
        std::thread::sleep(Duration::from_millis(20));
        export = shell.ask("get_export").unwrap();
    }
    let written = std::fs::read_to_string(export["path"].as_str().unwrap()).unwrap();
    let lines: Vec<&str> = written.lines().collect();
    assert_eq!(lines.len(), 2, "{written}");
    assert!(lines[0].contains(&name(5)) && lines[1].contains(&name(2)), "{written}");
}

#[test]
fn people_are_spread_over_domains_ages_and_days_and_near_spellings_are_offered() {
    let shell = Shell::synced();
    let spread = shell.ask("get_distributions").unwrap();
    for found in spread["domains"].as_array().unwrap().iter().chain(spread["ages"].as_array().unwrap()) {
        let search = shell.call("search_users", json!({ "query": found["query"], "sort": by_name() })).unwrap();
        assert_eq!(
            shell.call("count_users", json!({ "search": search["search"] })).unwrap(),
            found["count"],
            "{found}"
        );
    }
    assert_eq!(shell.call("get_near", json!({ "query": "" })).unwrap(), json!([]));
    assert_eq!(shell.call("get_near", json!({ "query": "emial:x" })).unwrap_err()["field"], "query");
}

#[test]
fn a_link_names_what_it_points_at_and_opens_nothing() {
    let shell = Shell::new();
    let pool = shell.ask("open_sandbox").unwrap();
    let name = "o\u{2019}brien+x@a.example & co";
    let link = shell.call("link_to_user", json!({ "username": name })).unwrap();
    shell.ask("close_pool").unwrap();
    let read = shell.call("read_link", json!({ "text": link })).unwrap();
    assert_eq!((&read["kind"], &read["username"]), (&json!("user"), &json!(name)));
    assert_eq!((&read["poolId"], &read["copies"][0]["poolKey"]), (&pool["pool"]["id"], &pool["poolKey"]));
    assert_eq!(shell.ask("get_overview").unwrap_err()["code"], "precondition", "no pool was opened");
    let other = shell.call("read_link", json!({ "text": "poolkeeper://user?pool=eu-west-1_Other&name=a" })).unwrap();
    assert_eq!(other["copies"], json!([]));
    for hostile in ["https://evil.example", "poolkeeper://user?pool=eu-west-1_A&name=a&endpoint=http://evil.example"] {
        let refused = shell.call("read_link", json!({ "text": hostile })).unwrap_err();
        assert_eq!((&refused["code"], &refused["field"]), (&json!("validation"), &json!("text")));
        assert!(!refused["message"].as_str().unwrap().contains("evil"), "{refused}");
    }
    assert_eq!(shell.ask("take_link").unwrap(), Value::Null, "nothing was opened outside");
}

#[test]
fn views_are_kept_with_their_columns_and_shared_as_links_and_files() {
    let shell = Shell::new();
    let view = json!({
        "name": "On call", "query": "group:ops \"a b\"", "sort": { "field": "email", "descending": true },
        "columns": [{ "field": "custom:tenant", "width": 120, "pinned": true }],
    });
    let kept = shell.call("update_settings", json!({ "savedViews": [view] })).unwrap();
    assert_eq!(kept["savedViews"], json!([view]));
    let link = shell.call("link_to_view", view.clone()).unwrap();
    assert_eq!(shell.call("read_link", json!({ "text": link })).unwrap(), json!({ "kind": "view", "view": view }));
    let saved = shell.call("save_view", view.clone()).unwrap();
    let choose = |path: &str| shell.choosing(path, "choose_view");
    assert_eq!(choose(saved["path"].as_str().unwrap()).unwrap(), view);
    assert_eq!(choose("").unwrap(), Value::Null);
    let other = shell.folder.path().join("other.json");
    let said = |text: String| {
        std::fs::write(&other, text).unwrap();
        choose(other.to_str().unwrap()).unwrap_err()
    };
    let file =
        |view: &Value, version: u32| json!({ "poolkeeper": "view", "version": version, "view": view }).to_string();
    assert_eq!(said("{}".to_owned())["field"], "file");
    assert_eq!(said("[".repeat(100_000))["field"], "file");
    assert_eq!(said(file(&view, 1).replace("\"name\"", "\"run\":1,\"name\""))["field"], "file");
    assert!(said(file(&view, 2))["message"].as_str().unwrap().contains("newer"));
    for (part, bad) in [
        ("name", json!("a\u{202e}b")),
        ("name", json!("")),
        ("columns", json!([{ "field": "a", "width": 5, "pinned": false }])),
    ] {
        let mut hostile = view.clone();
        hostile[part] = bad;
        assert_eq!(said(file(&hostile, 1))["field"], "view", "{hostile}");
        assert_eq!(shell.call("link_to_view", hostile.clone()).unwrap_err()["field"], "view");
        assert_eq!(shell.call("update_settings", json!({ "savedViews": [hostile] })).unwrap_err()["field"], "view");
    }
    let twice = shell.call("update_settings", json!({ "savedViews": [view, view] })).unwrap_err();
    assert_eq!(twice["field"], "savedViews");
}

#[test]
fn a_price_table_is_chosen_as_a_file_and_used_when_it_is_asked_for_and_holds() {
    let shell = Shell::new();
    let built_in = shell.ask("get_prices").unwrap();
    let mut table: Value = serde_json::from_str(built_in["json"].as_str().unwrap()).unwrap();
    table["name"] = json!("As agreed");
    let file = shell.folder.path().join("prices.json");
    let choose = |bytes: &[u8]| {
        std::fs::write(&file, bytes).unwrap();
        shell.choosing(file.to_str().unwrap(), "choose_prices")
    };
    let text = choose(table.to_string().as_bytes()).unwrap();
    assert_eq!(shell.ask("get_prices").unwrap(), built_in, "choosing uses nothing");
    shell.call("set_prices", json!({ "json": text })).unwrap();
    let used = shell.ask("get_prices").unwrap();
    assert_eq!((&used["priceTable"]["name"], &used["priceTable"]["builtIn"]), (&json!("As agreed"), &json!(false)));
    let other = choose(b"{}").unwrap();
    assert_eq!(shell.call("set_prices", json!({ "json": other })).unwrap_err()["field"], "prices");
    assert_eq!(shell.ask("get_prices").unwrap(), used, "the one in use stays");
    assert_eq!(choose(b"\xff\xfe").unwrap_err()["field"], "prices");
    let long = choose(&vec![b' '; 1_100_000]).unwrap_err();
    assert!(long["message"].as_str().unwrap().contains("too long"), "{long}");
    assert_eq!(shell.choosing("", "choose_prices").unwrap(), Value::Null);
}

#[test]
fn a_favourite_is_told_with_the_pools_and_stays() {
    let shell = Shell::new();
    let key = shell.ask("open_sandbox").unwrap()["poolKey"].clone();
    let settings = shell.call("update_settings", json!({ "favourite": { "poolKey": key, "on": true } })).unwrap();
    assert_eq!(settings["pools"][0]["favourite"], true);
    shell.ask("open_sandbox").unwrap();
    assert_eq!(shell.ask("list_connections").unwrap()["recent"][0]["favourite"], true);
}
