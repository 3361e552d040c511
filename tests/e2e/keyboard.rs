//! One run with the keyboard alone.

use crate::Folder;
use crate::window::{Start, Window};

const ENTER: &str = "\u{E007}";
const DOWN: &str = "\u{E015}";
const ESCAPE: &str = "\u{E00C}";
const CONTROL: &str = "\u{E009}";

#[tokio::test]
async fn everything_on_the_way_to_a_person_works_without_a_mouse() {
    let folder = Folder::new();
    let window = Window::start(Start { data: folder.data(), ..Start::default() }).await;
    window.sees("Try it without AWS").await;
    window.wait("the first button has the focus", async || window.focused().await.contains("Open the sandbox")).await;
    window.press(ENTER).await;
    window.get("grid", "Users").await;
    window.synced().await;

    window.press("?").await;
    window.get("dialog", "/key/").await;
    window.press(ESCAPE).await;

    window.press("/").await;
    window.wait("the search box has the focus", async || window.focused().await.contains("Search users")).await;
    window.press("status:force_change_password").await;
    window.press(ENTER).await;
    window.wait("only such people are listed", async || window.text().await.contains("Must change password")).await;

    window.press(DOWN).await;
    window.press(DOWN).await;
    window.press(" ").await;
    window.sees("1 selected").await;
    window.press(ENTER).await;
    window.get("complementary", "Inspector").await;
    window.press(ESCAPE).await;

    window.press_with(CONTROL, "k").await;
    window.get("dialog", "").await;
    window.press("overview").await;
    window.press(ENTER).await;
    window.get("heading", "/Overview/").await;
    window.quit().await;
}
