//! axe-core on every screen, light and dark.

use serde_json::Value;

use crate::Folder;
use crate::window::{Start, Window};

const AXE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/ui/node_modules/axe-core/axe.min.js");

#[tokio::test(flavor = "multi_thread")]
async fn no_screen_has_a_fault_that_axe_finds_in_light_and_the_whole_tour_bills_nobody() {
    let folder = Folder::new();
    let options = sandbox::Options { users: 3_000, quota: sandbox::Quota::Off, ..sandbox::Options::default() };
    let served = sandbox::Sandbox::new(options);
    let server = served.serve(0).await.unwrap();
    let window = Window::start(Start { data: folder.data(), theme: Some("light"), ..Start::default() }).await;
    window.sees("Try it without AWS").await;
    clean(&window, "first launch").await;
    window.click("button", "Which IAM policy do I need?").await;
    clean(&window, "policy").await;
    window.press("\u{E00C}").await;
    window.click("button", "/^Custom endpoint/").await;
    clean(&window, "endpoint").await;
    window.press("\u{E00C}").await;
    crate::offline::connect(&window, &server.endpoint()).await;
    window.get("textbox", "Filter by name or id").await;
    clean(&window, "pools").await;
    window.click("button", "Open pool customers").await;
    window.get("grid", "Users").await;
    window.synced().await;
    crate::screens::tour(&window, async |window, screen| clean(window, screen).await).await;
    window.quit().await;

    let calls = served.calls();
    assert!(calls.total() > 50, "the tour did call AWS's operations");
    assert_eq!(calls.of("AdminGetUser"), 0);
    assert!(calls.may_bill().is_empty(), "{:?}", calls.by_operation());
    server.shutdown().await;

    // The server is gone: the start page with its recent pools, and the pool offline.
    let window = Window::start(Start { data: folder.data(), ..Start::default() }).await;
    window.get("button", "/^Open .*customers/").await;
    clean(&window, "recent pools").await;
    window.click("button", "Open the local copy of customers").await;
    window.get("grid", "Users").await;
    clean(&window, "offline").await;
    window.quit().await;
}

#[tokio::test]
async fn no_screen_has_a_fault_that_axe_finds_in_dark() {
    let folder = Folder::new();
    let window = Window::start(Start { data: folder.data(), theme: Some("dark"), ..Start::default() }).await;
    window.sees("Try it without AWS").await;
    clean(&window, "first launch").await;
    crate::screens::open_sandbox(&window).await;
    crate::screens::tour(&window, async |window, screen| clean(window, screen).await).await;
    window.quit().await;
}

/// Fails with what axe found and where. One rule is left out: axe calls it experimental, and it takes the hint of a
/// key or the number beside a name for a part of the name.
async fn clean(window: &Window, screen: &str) {
    let axe = std::fs::read_to_string(AXE).unwrap();
    window.run(&format!("if (!window.axe) {{ {axe} }}"), vec![]).await;
    let script = "const done = arguments[arguments.length - 1]; \
        window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'], \
         rules: { 'label-content-name-mismatch': { enabled: false } } })\
        .then((r) => done(r.violations.map((v) => v.id + ': ' + v.help + ' at ' + v.nodes.map((n) => n.target.join(' ') \
        + ' — ' + (n.failureSummary || '')).join(' | '))), (e) => done(['axe failed: ' + e]))";
    let found = window.run_later(script, vec![]).await;
    let found: Vec<&Value> = found.as_array().unwrap().iter().collect();
    assert!(found.is_empty(), "{screen}: {found:#?}");
}
