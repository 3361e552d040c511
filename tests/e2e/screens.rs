//! Pictures of every screen, for the README and for looking at.

use std::path::PathBuf;

use crate::Folder;
use crate::window::{Start, Window};

/// Opens the sandbox and shows every screen in turn to `look`.
pub async fn tour(window: &Window, mut look: impl AsyncFnMut(&Window, &str)) {
    window.click("button", "Open the sandbox").await;
    window.get("grid", "Users").await;
    window.synced().await;
    look(window, "users").await;
    window.fill("textbox", "Search users", "status:confirmed -group:beta sol").await;
    window.press("\u{E007}").await;
    window.press("\u{E015}").await;
    look(window, "users-search").await;
    window.fill("textbox", "Search users", "emial:acme").await;
    window.press("\u{E007}").await;
    window.get("grid", "Users").await;
    look(window, "users-error").await;
    window.fill("textbox", "Search users", "nobody-is-called-like-this").await;
    window.press("\u{E007}").await;
    look(window, "users-none").await;
    window.click("button", "/^Overview/").await;
    look(window, "overview").await;
    window.click("button", "/^Settings/").await;
    look(window, "settings").await;
    window.press_with("\u{E009}", "k").await;
    window.get("dialog", "").await;
    look(window, "palette").await;
    window.press("\u{E00C}").await;
}

#[tokio::test]
#[ignore = "writes pictures: cargo xtask screens"]
async fn screens_of_the_readme() {
    let folder_of = |theme: &str| (theme.to_owned(), Folder::new());
    let target = std::env::var_os("POOLKEEPER_SCREENS")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/screens"), PathBuf::from);
    for (theme, folder) in ["light", "dark"].map(folder_of) {
        let window = Window::start(Start {
            data: folder.data(),
            theme: Some(&theme),
            sandbox_users: Some(100_000),
            ..Start::default()
        })
        .await;
        window.resize(1440, 900).await;
        window.picture(&target.join(format!("first-launch-{theme}.png"))).await;
        tour(&window, async |window, screen| {
            tokio::time::sleep(std::time::Duration::from_millis(600)).await;
            window.picture(&target.join(format!("{screen}-{theme}.png"))).await;
        })
        .await;
        window.quit().await;
    }
}
