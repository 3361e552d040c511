//! The whole thread: first launch, sandbox, sync, search, inspect, quit, start again.

use crate::Folder;
use crate::window::{Start, Window};

#[tokio::test]
async fn a_stranger_opens_the_sandbox_and_finds_someone_by_three_letters_of_an_address() {
    let folder = Folder::new();
    let window = Window::start(Start { data: folder.data(), sandbox_users: Some(100_000), ..Start::default() }).await;
    window.sees("Try it without AWS").await;
    window.click("button", "Open the sandbox").await;

    // Rows appear while the sync still runs; at its end the status bar tells the size and that nothing is missing.
    window.get("grid", "Users").await;
    window.wait("rows are drawn while the sync still runs", async || !window.row_texts().await.is_empty()).await;
    window.sees("Reading users").await;
    window.synced().await;
    window.sees("100,000 users").await;

    window.fill("textbox", "Search users", "uel").await;
    window.wait("the rows are narrowed to those letters", async || rows_contain(&window, "uel").await).await;

    // Every row lies inside the window and none on top of another.
    let boxes = window.row_boxes().await;
    assert!(boxes.len() > 3, "rows are drawn: {boxes:?}");
    assert!(boxes.windows(2).all(|pair| pair[1][0] - pair[0][0] >= 27.0), "rows do not overlap: {boxes:?}");
    assert!(boxes.iter().all(|[top, height, width]| *top > 40.0 && *height >= 27.0 && *width > 600.0), "{boxes:?}");

    window.click_first_row().await;
    let inspector = window.get("complementary", "Inspector").await;
    let text = inspector.text().await.unwrap().to_lowercase();
    assert!(text.contains("uel"), "the inspector shows the person that was found: {text}");
    for (tab, words) in [("Groups", "group"), ("Timeline", "change"), ("Raw", "\"username\""), ("Profile", "sub")] {
        window.click("tab", &format!("/^{tab}/")).await;
        window
            .wait(&format!("the tab {tab} says something"), async || {
                inspector.text().await.unwrap().to_lowercase().contains(words)
            })
            .await;
    }
    window.quit().await;

    // The second start knows the pool and needs no sync to search.
    let window = Window::start(Start { data: folder.data(), ..Start::default() }).await;
    window.sees("100,000").await;
    window.quit().await;
}

/// Whether every drawn row carries the letters somewhere, and there is at least one.
async fn rows_contain(window: &Window, letters: &str) -> bool {
    let rows = window.row_texts().await;
    !rows.is_empty() && rows.iter().take(12).all(|row| row.to_lowercase().contains(letters))
}
