//! axe-core on every screen, light and dark.

use serde_json::Value;

use crate::Folder;
use crate::window::{Start, Window};

const AXE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/ui/node_modules/axe-core/axe.min.js");

#[tokio::test]
async fn no_screen_has_a_fault_that_axe_finds_in_light() {
    every_screen("light").await;
}

#[tokio::test]
async fn no_screen_has_a_fault_that_axe_finds_in_dark() {
    every_screen("dark").await;
}

async fn every_screen(theme: &str) {
    let folder = Folder::new();
    let window = Window::start(Start { data: folder.data(), theme: Some(theme), ..Start::default() }).await;
    window.sees("Try it without AWS").await;
    clean(&window, "first launch").await;
    crate::screens::tour(&window, async |window, screen| clean(window, screen).await).await;
    window.quit().await;
}

/// Fails with what axe found and where.
async fn clean(window: &Window, screen: &str) {
    let axe = std::fs::read_to_string(AXE).unwrap();
    window.run(&format!("if (!window.axe) {{ {axe} }}"), vec![]).await;
    let script = "const done = arguments[arguments.length - 1]; \
        window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })\
        .then((r) => done(r.violations.map((v) => v.id + ': ' + v.help + ' at ' + v.nodes.map((n) => n.target.join(' ') \
        + ' — ' + (n.failureSummary || '')).join(' | '))), (e) => done(['axe failed: ' + e]))";
    let found = window.run_later(script, vec![]).await;
    let found: Vec<&Value> = found.as_array().unwrap().iter().collect();
    assert!(found.is_empty(), "{screen}: {found:#?}");
}
