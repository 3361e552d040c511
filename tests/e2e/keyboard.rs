//! One run with the keyboard alone.

use crate::Folder;
use crate::window::{Start, Window};

const ENTER: &str = "\u{E007}";
const TAB: &str = "\u{E004}";
const RIGHT: &str = "\u{E014}";
const BACKSPACE: &str = "\u{E003}";
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

    // The term is taken back and given away; then a completion is taken, and its value chosen.
    window.press("/").await;
    window.wait("the search box has the focus", async || window.focused().await.contains("Search users")).await;
    window.press(BACKSPACE).await;
    window.wait("the term can be changed", async || typed(&window).await.starts_with("status:force")).await;
    window.press_with(CONTROL, "a").await;
    window.press(BACKSPACE).await;
    window.press("status:unc").await;
    window.get("option", "/unconfirmed/").await;
    window.press(DOWN).await;
    window.press(ENTER).await;
    window.wait("the value is written out", async || typed(&window).await.ends_with("CONFIRMED")).await;
    window.press(ENTER).await;
    window
        .wait("only such people are listed", async || {
            window.row_texts().await.first().is_some_and(|row| row.contains("Unconfirmed"))
        })
        .await;

    // Columns: the chooser is reached, filtered and closed, and the table has one column more.
    let columns = window.run(COLUMNS, vec![]).await.as_u64().unwrap();
    go_to(&window, "button Columns").await;
    window.press(ENTER).await;
    go_to(&window, "input Filter").await;
    window.press("family").await;
    window.press(TAB).await;
    window.press(" ").await;
    window
        .wait("there is a column more", async || window.run(COLUMNS, vec![]).await.as_u64() == Some(columns + 1))
        .await;
    window.press(ESCAPE).await;
    window.wait("the focus is back", async || window.focused().await.contains("Columns")).await;

    // The tabs of the inspector are walked with the arrows.
    go_to(&window, "grid").await;
    window.press(DOWN).await;
    window.press(ENTER).await;
    window.get("complementary", "Inspector").await;
    go_to(&window, "tab Profile").await;
    window.press(RIGHT).await;
    window.wait("the next tab is open", async || window.focused().await.contains("tab Groups")).await;
    window.press(ESCAPE).await;

    // The pickers of the pool and of the connection open, and let go.
    for (button, inside) in [("button Pool ", "menu"), ("button Connection ", "menu")] {
        go_to(&window, button).await;
        window.press(ENTER).await;
        window.get(inside, "").await;
        window.press(ESCAPE).await;
        window.wait("the focus is back", async || window.focused().await.starts_with(button)).await;
    }

    window.press_with(CONTROL, "k").await;
    window.get("dialog", "").await;
    window.press("overview").await;
    window.press(ENTER).await;
    window.get("heading", "/Overview/").await;
    window.quit().await;
}

/// The columns that the table has.
const COLUMNS: &str = "return document.querySelectorAll('[role=grid] [role=columnheader]').length";

/// Goes from control to control until one is reached whose role and name begin so.
pub(crate) async fn go_to(window: &Window, control: &str) {
    for _ in 0..60 {
        if window.focused().await.starts_with(control) {
            return;
        }
        window.press(TAB).await;
    }
    panic!("{control} cannot be reached with the Tab key");
}

/// What stands in the text box that has the focus.
async fn typed(window: &Window) -> String {
    let value = window.run("return document.activeElement.value ?? ''", vec![]).await;
    value.as_str().unwrap_or_default().to_owned()
}
