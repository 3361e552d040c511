//! Connections that do not work, and servers that fail half-way: each ends in a sentence, and nothing good is lost.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::time::Duration;

use sandbox::{Fault, Options, Quota, Sandbox, Server, When};

use crate::Folder;
use crate::accessibility::clean;
use crate::window::{Start, Window};

const ESCAPE: &str = "\u{E00C}";
const CONTROL: &str = "\u{E009}";

/// The name of the session's token file: the SHA-1 of `nobody-signed-in`.
const TOKEN: &str = ".aws/sso/cache/8b328572782c2e380116d18a7ae60ddbae91402e.json";

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_do_not_work_say_why_and_work_once_that_is_mended() {
    let folder = Folder::new();
    let home = folder.0.path().join("home");
    fs::create_dir_all(home.join(".aws/sso/cache")).unwrap();
    let config = home.join(".aws/config");
    fs::write(&config, "[profile good]\nregion = eu-west-1\n\n[profile broken\n").unwrap();
    token(&home, "2020-01-01T00:00:00Z");
    let (place, server) = place(600).await;
    let window = Window::start(Start {
        data: folder.data(),
        env: vec![
            ("HOME", home.display().to_string()),
            ("AWS_CONFIG_FILE", config.display().to_string()),
            ("AWS_ENDPOINT_URL_SSO", portal()),
        ],
        ..Start::default()
    })
    .await;

    // A file that cannot be parsed is named with its line, and the rest of the page works.
    window.sees("config cannot be used (line 4)").await;
    window.show("broken-profiles").await;
    fs::write(&config, profiles(&server.endpoint())).unwrap();
    window.click("button", "Look again").await;
    window.get("button", "Open production").await;
    assert!(window.look("alert", "").await.is_none(), "what is mended is no longer complained of");
    window.show("profiles").await;

    window.click("button", "Open no-credentials").await;
    window.sees("No credentials were found for the profile no-credentials.").await;
    window.click("button", "Open elsewhere").await;
    window.sees("The account has no user pool in us-east-1.").await;
    window.show("wrong-region").await;
    window.click("button", "Choose a Region").await;
    window.fill("textbox", "Region", "eu-west-1").await;
    window.show("choose-region").await;
    window.click("button", "Connect").await;
    window.get("button", "Open pool customers").await;
    window.click("button", "Open another connection").await;

    expired_sign_in(&window, &home).await;
    denied_users(&window, &place).await;
    unknown_pool(&window, &place).await;

    window.click("button", "/^Environment of production/").await;
    window.click("menuitemradio", "/^Production/").await;
    window.click("button", "Open production").await;
    window.sees("Read-only").await;
    window.click("button", "Open pool customers").await;
    window.get("grid", "Users").await;
    window.sees("Read-only").await;
    let environment = window.run("return document.querySelector('.window').dataset.env", vec![]).await;
    assert_eq!(environment, "production", "the frame is tinted as Production");
    window.show("production").await;
    window.quit().await;
    server.shutdown().await;
}

/// The command is shown and copied, and once somebody has signed in the window goes on by itself.
async fn expired_sign_in(window: &Window, home: &Path) {
    let command = "aws sso login --profile signed-out";
    window.click("button", "Open signed-out").await;
    window.get("dialog", "The sign-in has expired").await;
    window.sees(command).await;
    window.show("sign-in").await;
    clean(window, "an expired sign-in").await;
    window.click("button", "Copy the command").await;
    window.sees("Copied").await;
    token(home, "2099-01-01T00:00:00Z");
    window.get("textbox", "Filter by name or id").await;
    assert!(window.look("dialog", "").await.is_none(), "nobody had to press anything");
    window.get("button", "Open pool customers").await;
    window.show("pools").await;
    // What was copied is what was shown; the filter has the focus.
    window.press_with(CONTROL, "v").await;
    let pasted = window.run("return document.getElementById('pool-filter').value", vec![]).await;
    assert_eq!(pasted, command);
    window.click("button", "Open another connection").await;
}

async fn denied_users(window: &Window, place: &Sandbox) {
    place.weather().deny("ListUsers");
    window.click("button", "Open plain").await;
    window.click("button", "Open pool customers").await;
    window.get("heading", "Not allowed: cognito-idp:ListUsers").await;
    window.sees("may not list users of this pool").await;
    window.show("denied").await;
    clean(window, "a refused listing").await;
    window.click("button", "Copy a policy for your admin").await;
    window.sees("Copied: IAM policy").await;
    place.weather().allow("ListUsers");
    window.click("button", "Try again").await;
    window.get("grid", "Users").await;
    window.synced().await;
    window.sees("600 users").await;
    leave(window).await;
}

async fn unknown_pool(window: &Window, place: &Sandbox) {
    let gone = Fault::Error { code: "ResourceNotFoundException".to_owned(), http_status: 400 };
    window.click("button", "Open plain").await;
    window.get("button", "Open pool members").await;
    place.weather().plan_fault(Some("DescribeUserPool"), When::After(0), gone);
    window.click("button", "Open pool members").await;
    window.sees("Check the Region and the profile.").await;
    window.show("unknown-pool").await;
    place.weather().clear_faults();
    window.click("button", "Open another connection").await;
    // The pool that was opened before is still listed, with its local copy.
    window.get("button", "Open the local copy of customers").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sync_outlasts_throttling_and_a_network_that_goes_and_can_be_stopped_half_way() {
    let folder = Folder::new();
    let (place, server) = place(6_000).await;
    let weather = place.weather();
    weather.set_latency(Duration::from_millis(1_500), Duration::ZERO);
    weather.plan_fault(Some("ListUsers"), When::First(6), Fault::Throttle);
    let window = Window::start(Start { data: folder.data(), ..Start::default() }).await;
    crate::offline::open_endpoint(&window, &server.endpoint()).await;
    window.wait("the first rows are there", async || !window.row_texts().await.is_empty()).await;
    window.show("syncing").await;
    window.click("button", "/Reading users|Sweeping|Synced/").await;
    window.sees("throttled").await;
    window.show("throttled").await;
    window.press(ESCAPE).await;

    weather.set_offline(true);
    window.sees("The sync waits.").await;
    window.wait("it is said what is missing", async || window.text().await.contains("cannot be reached")).await;
    window.show("network-gone").await;
    // What is there can be searched meanwhile.
    window.fill("textbox", "Search users", "example").await;
    window.press("\u{E007}").await;
    window.wait("people are found", async || !window.row_texts().await.is_empty()).await;
    window.click("button", "Clear the search").await;

    window.click("button", "Stop").await;
    window.sees("The last sync did not end.").await;
    window.sees("partial").await;
    window.show("partial").await;
    weather.set_offline(false);
    weather.set_latency(Duration::ZERO, Duration::ZERO);
    window.click("button", "Go on").await;
    window.synced().await;
    window.sees("6,000 users").await;
    window.quit().await;
    server.shutdown().await;
}

/// Goes back to the first page from a pool.
pub(crate) async fn leave(window: &Window) {
    window.click("button", "/^Connection /").await;
    window.click("menuitem", "Open another connection").await;
    window.get("button", "Open the sandbox").await;
}

async fn place(users: u32) -> (Sandbox, Server) {
    let place = Sandbox::new(Options { users, quota: Quota::Off, ..Options::default() });
    let server = place.serve(0).await.unwrap();
    (place, server)
}

fn profiles(endpoint: &str) -> String {
    format!(
        "[profile plain]\nregion = eu-west-1\nendpoint_url = {endpoint}\n\
         [profile elsewhere]\nregion = us-east-1\nendpoint_url = {endpoint}\n\
         [profile no-credentials]\nregion = eu-west-1\n\
         [profile production]\nregion = eu-west-1\nendpoint_url = {endpoint}\n\
         [profile signed-out]\nregion = eu-west-1\nendpoint_url = {endpoint}\nsso_session = nobody-signed-in\n\
         sso_account_id = 123456789012\nsso_role_name = Reader\n\
         [sso-session nobody-signed-in]\nsso_start_url = https://nobody.awsapps.com/start\nsso_region = eu-west-1\n"
    )
}

/// What `aws sso login` leaves behind.
fn token(home: &Path, expires: &str) {
    let token = format!(
        r#"{{"accessToken":"made-up","expiresAt":"{expires}","region":"eu-west-1","startUrl":"https://nobody.awsapps.com/start"}}"#
    );
    fs::write(home.join(TOKEN), token).unwrap();
}

/// IAM Identity Center's portal as far as it gives credentials for a role; its address. It ends with the test program.
fn portal() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            let mut connection = connection.unwrap();
            let mut request = [0; 4096];
            let _ = connection.read(&mut request);
            let body = r#"{"roleCredentials":{"accessKeyId":"ASIAMADEUP","secretAccessKey":"made-up","sessionToken":"made-up","expiration":4070908800000}}"#;
            let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close";
            let _ = write!(connection, "{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        }
    });
    format!("http://{address}")
}
