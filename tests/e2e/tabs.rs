//! Several pools open in tabs, in the real window.

use serde_json::json;

use crate::Folder;
use crate::accessibility::clean;
use crate::screens::{open_sandbox, search};
use crate::window::{Start, Window};

const CONTROL: &str = "\u{E009}";
const TAB: &str = "\u{E004}";

/// Which tab is in front: its name as a screen reader says it.
async fn front(window: &Window) -> String {
    let script = "const tab = document.querySelector('.tab-strip [role=tab][aria-selected=true]');\
        return tab ? tab.getAttribute('aria-label') || tab.innerText : ''";
    window.run(script, vec![]).await.as_str().unwrap().to_owned()
}

async fn in_front(window: &Window, name: &str) {
    window.wait(&format!("{name} is in front"), async || front(window).await.starts_with(name)).await;
}

/// How far the table is scrolled.
async fn scrolled(window: &Window) -> f64 {
    let script = "return document.querySelector('[role=grid]')?.scrollTop ?? -1";
    window.run(script, vec![]).await.as_f64().unwrap()
}

#[tokio::test]
async fn two_pools_are_open_in_tabs_and_each_is_as_it_was_left() {
    let folder = Folder::new();
    let theme = std::env::var("POOLKEEPER_SCREENS_THEME").ok();
    let start =
        || Start { data: folder.data(), theme: theme.as_deref(), sandbox_users: Some(1_200), ..Start::default() };
    let window = Window::start(start()).await;
    open_sandbox(&window).await;
    assert!(front(&window).await.is_empty(), "one pool needs no tabs");

    // The other pool comes from the menu of the first.
    window.click("button", "Pool customers").await;
    window.click("menuitem", "members").await;
    in_front(&window, "members").await;
    window.get("grid", "Users").await;
    window.synced().await;
    clean(&window, "tabs").await;
    window.show("tabs").await;

    // Each keeps its search, its selection, its scroll and its inspector.
    window.press_with(CONTROL, "1").await;
    in_front(&window, "customers").await;
    search(&window, "status:confirmed").await;
    window.get("button", "Remove status:confirmed").await;
    window.run("document.querySelector('[role=grid]').scrollTo(0, 6400)", vec![]).await;
    let there = "const row = document.querySelector('[role=row][aria-rowindex=\"208\"]'); \
        return row !== null && row.querySelector('.skeleton') === null";
    window.wait("people of there are drawn", async || window.run(there, vec![]).await == json!(true)).await;
    window.click_row(6).await;
    window.get("complementary", "Inspector").await;
    window.run("document.querySelector('[role=grid]').focus()", vec![]).await;
    window.press(" ").await;
    window.sees("1 selected").await;
    let (rows, shown) = (scrolled(&window).await, window.run("return location.hash", vec![]).await);
    assert!(rows > 5_000.0, "{rows}");
    window.show("tabs-first").await;

    window.press_with(CONTROL, TAB).await;
    in_front(&window, "members").await;
    window.get("grid", "Users").await;
    assert!(window.look("complementary", "Inspector").await.is_none());
    assert!(!window.text().await.contains("1 selected"));
    window.click("button", "Overview").await;
    window.get("heading", "/Overview/").await;
    window.show("tabs-second").await;

    window.press_with(CONTROL, TAB).await;
    in_front(&window, "customers").await;
    window.sees("1 selected").await;
    window.get("complementary", "Inspector").await;
    window.get("button", "Remove status:confirmed").await;
    assert_eq!(window.run("return location.hash", vec![]).await, shown);
    window.wait("it is scrolled to where it was", async || (scrolled(&window).await - rows).abs() < 2.0).await;

    // A third is chosen; whoever thinks better of it is back where they were.
    window.press_with(CONTROL, "t").await;
    window.get("button", "Open the sandbox").await;
    in_front(&window, "Choose a pool").await;
    window.show("tabs-choose").await;
    clean(&window, "choosing beside tabs").await;
    window.press_with(CONTROL, "w").await;
    in_front(&window, "customers").await;

    window.resize(960, 600).await;
    window.get("complementary", "Inspector").await;
    window.show("tabs-960x600").await;
    window.press_with(CONTROL, "2").await;
    in_front(&window, "members").await;
    window.get("heading", "/Overview/").await;
    // What the next start shall know is written a moment later.
    tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
    let kept = std::fs::read_to_string(folder.data().join("settings.json")).unwrap();
    let kept: serde_json::Value = serde_json::from_str(&kept).unwrap();
    let pages = kept["tabs"].as_array().unwrap().iter().map(|tab| json!([tab["page"], tab["view"], tab["front"]]));
    assert_eq!(pages.collect::<Vec<_>>(), [json!(["users", null, false]), json!(["overview", null, true])]);
    assert!(!kept["tabs"].to_string().contains("confirmed"), "{}", kept["tabs"]);
    window.quit().await;

    // They are there again; the one that was in front is open, the other one when somebody goes there.
    let window = Window::start(start()).await;
    in_front(&window, "members").await;
    window.get("heading", "/Overview/").await;
    window.show("tabs-again").await;
    window.click("tab", "/^customers/").await;
    in_front(&window, "customers").await;
    window.get("grid", "Users").await;
    assert!(window.look("button", "Remove status:confirmed").await.is_none(), "no search is kept");
    window.click("button", "Close members").await;
    window.wait("one pool needs no tabs", async || front(&window).await.is_empty()).await;
    window.press_with(CONTROL, "w").await;
    window.get("heading", "User pools").await;
    window.sees("Open another connection").await;
    window.quit().await;
}
