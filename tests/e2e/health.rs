//! The pool itself in the real window: its settings, a failing rule that is mended, verified and taken back.

use crate::Folder;
use crate::window::{Start, Window};

const ESCAPE: &str = "\u{E00C}";

#[tokio::test]
async fn a_failing_rule_is_found_mended_verified_and_taken_back() {
    let folder = Folder::new();
    let window = Window::start(Start { data: folder.data(), theme: Some("light"), ..Start::default() }).await;
    crate::screens::open_sandbox(&window).await;

    window.click("button", "Pool settings").await;
    window.get("heading", "Passwords and second factors").await;
    window.show("pool").await;
    window.fill("searchbox", "Search the settings", "shortest").await;
    window.sees("Shortest password").await;
    window.click("button", "Change: Shortest password").await;
    window.get("dialog", "Change: Shortest password").await;
    window.show("pool-edit").await;
    window.press(ESCAPE).await;

    window.click("button", "App clients").await;
    window.get("heading", "Who may do what").await;
    window.show("clients").await;

    window.click("button", "Health").await;
    window.click("button", "/^Passwords may be short/").await;
    window.sees("MinimumLength is 8.").await;
    window.show("health").await;
    window.click("button", "Preview fix").await;
    window.sees("One call to UpdateUserPool").await;
    window.show("health-fix").await;
    window.click("button", "Write it").await;
    window.sees("The settings were read again: this changed and nothing else.").await;
    window.wait("the rule holds", async || !window.text().await.contains("MinimumLength is 8.")).await;
    window.show("health-fixed").await;
    window.click("button", "Undo").await;
    window.click("button", "Write it").await;
    window.sees("The settings were read again: this changed and nothing else.").await;
    window.click("button", "/^Close$/").await;
    window.sees("MinimumLength is 8.").await;
    window.quit().await;
}

/// Walks through the pages about the pool and shows each in turn to `look`.
pub(crate) async fn tour(window: &Window, mut look: impl AsyncFnMut(&Window, &str)) {
    window.click("button", "Pool settings").await;
    window.get("heading", "Passwords and second factors").await;
    look(window, "pool").await;
    for (view, shown) in [("Triggers", "Custom sign-in"), ("Quotas", "Requests a second")] {
        window.click("button", view).await;
        window.get("heading", shown).await;
        look(window, &format!("pool-{}", view.to_lowercase())).await;
    }
    window.click("button", "App clients").await;
    window.get("heading", "Who may do what").await;
    look(window, "clients").await;
    window.click("button", "Identity pools").await;
    window.get("heading", "How roles are chosen").await;
    look(window, "identity-pools").await;
    window.click("button", "Health").await;
    window.get("heading", "What to do").await;
    look(window, "health").await;
}
