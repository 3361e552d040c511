//! A pool of a server that then goes away.

use crate::Folder;
use crate::window::{Start, Window};

#[tokio::test(flavor = "multi_thread")]
async fn a_synced_pool_is_searched_after_a_restart_with_its_server_gone() {
    let folder = Folder::new();
    let options = sandbox::Options { users: 3_000, quota: sandbox::Quota::Off, ..sandbox::Options::default() };
    let served = sandbox::Sandbox::new(options);
    let known = served.description().people[0].username.clone();
    let server = served.serve(0).await.unwrap();

    let window = Window::start(Start { data: folder.data(), ..Start::default() }).await;
    open_endpoint(&window, &server.endpoint()).await;
    window.synced().await;
    window.quit().await;
    server.shutdown().await;

    // The pool that was open last is open again.
    let window = Window::start(Start { data: folder.data(), ..Start::default() }).await;
    window.get("grid", "Users").await;
    window.sees("offline").await;
    window.show("offline").await;
    window.fill("textbox", "Search users", &format!("username={known}")).await;
    window.press("\u{E007}").await;
    window.sees("1 of 3,000 users").await;
    let rows = window.row_texts().await;
    assert_eq!(rows.len(), 1, "{rows:?}");
    assert!(rows[0].contains(&known), "the person that was asked for: {rows:?}");
    window.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_where_nothing_listens_ends_in_a_sentence() {
    let folder = Folder::new();
    let window = Window::start(Start { data: folder.data(), ..Start::default() }).await;
    window.click("button", "/^Custom endpoint/").await;
    window.fill("textbox", "/endpoint/", "http://127.0.0.1:9").await;
    window.fill("textbox", "/region/", "eu-west-1").await;
    window.click("button", "Connect").await;
    window
        .wait("it is said that nothing answers", async || {
            let text = window.text().await.to_lowercase();
            text.contains("answer") || text.contains("reach")
        })
        .await;
    window.quit().await;
}

/// Connects to a server on loopback and opens its first pool.
pub(crate) async fn open_endpoint(window: &Window, endpoint: &str) {
    connect(window, endpoint).await;
    window.click("button", "Open pool customers").await;
    window.get("grid", "Users").await;
}

/// Connects to a server on loopback; its pools are listed then.
pub(crate) async fn connect(window: &Window, endpoint: &str) {
    window.click("button", "/^Custom endpoint/").await;
    window.fill("textbox", "/endpoint/", endpoint).await;
    window.fill("textbox", "/region/", "eu-west-1").await;
    window.click("button", "Connect").await;
}
