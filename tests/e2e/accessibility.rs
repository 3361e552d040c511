//! axe-core on every screen, light and dark.

use serde_json::{Value, json};

use crate::Folder;
use crate::window::{Start, Window};

const AXE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/ui/node_modules/axe-core/axe.min.js");

#[tokio::test(flavor = "multi_thread")]
async fn no_screen_has_a_fault_that_axe_finds_in_light_or_dark_and_the_whole_tour_bills_nobody() {
    let folder = Folder::new();
    let options = sandbox::Options { users: 3_000, quota: sandbox::Quota::Off, ..sandbox::Options::default() };
    let served = sandbox::Sandbox::new(options);
    let server = served.serve(0).await.unwrap();
    let window = Window::start(Start { data: folder.data(), ..Start::default() }).await;
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

    // The server is gone: the pool is open again and offline, and the start page has it among its recent pools.
    let window = Window::start(Start { data: folder.data(), ..Start::default() }).await;
    window.sees("offline").await;
    window.click("button", "/^Users/").await;
    window.get("grid", "Users").await;
    clean(&window, "offline").await;
    crate::trouble::leave(&window).await;
    window.get("button", "/^Open .*customers again/").await;
    clean(&window, "recent pools").await;
    window.quit().await;
}

/// Fails with what axe found and where, in light and in dark. One rule is left out: axe calls it experimental, and it
/// takes the hint of a key or the number beside a name for a part of the name.
pub(crate) async fn clean(window: &Window, screen: &str) {
    let axe = std::fs::read_to_string(AXE).unwrap();
    window.run(&format!("if (!window.axe) {{ {axe} }}"), vec![]).await;
    let before = window.run("return document.documentElement.dataset.theme ?? null", vec![]).await;
    for theme in ["light", "dark"] {
        dress(window, json!(theme)).await;
        let script = "const done = arguments[arguments.length - 1]; \
            window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'], \
             rules: { 'label-content-name-mismatch': { enabled: false } } })\
            .then((r) => done(r.violations.map((v) => v.id + ': ' + v.help + ' at ' + v.nodes.map((n) => \
            n.target.join(' ') + ' — ' + (n.failureSummary || '')).join(' | '))), (e) => done(['axe failed: ' + e]))";
        let found = window.run_later(script, vec![]).await;
        let found: Vec<&Value> = found.as_array().unwrap().iter().collect();
        assert!(found.is_empty(), "{screen} in {theme}: {found:#?}");
    }
    dress(window, before).await;
}

/// Puts on a theme as the settings do, and waits until colours have stopped changing.
async fn dress(window: &Window, theme: Value) {
    let wear = "const root = document.documentElement; \
        if (arguments[0]) root.dataset.theme = arguments[0]; else delete root.dataset.theme";
    window.run(wear, vec![theme]).await;
    // What is folded away is never painted, so its colours never arrive.
    let still = "return document.getAnimations()\
        .every((one) => !(one instanceof CSSTransition) || !one.effect.target.checkVisibility())";
    window.wait("colours stand still", async || window.run(still, vec![]).await == json!(true)).await;
}
