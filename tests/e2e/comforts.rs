//! What makes a large pool easy, in the real window: lists, near spellings, views, comparing, links, favourites, charts.

use std::process::{Command, Stdio};

use serde_json::json;

use crate::Folder;
use crate::screens::{open_sandbox, search};
use crate::window::{Start, Window};

const ESCAPE: &str = "\u{E00C}";

/// A window on a synced sandbox; `POOLKEEPER_SCREENS_THEME` chooses its colours when pictures are taken.
async fn synced(folder: &Folder) -> Window {
    let theme = std::env::var("POOLKEEPER_SCREENS_THEME").ok();
    let window = Window::start(Start {
        data: folder.data(),
        theme: theme.as_deref(),
        sandbox_users: Some(1_200),
        ..Start::default()
    })
    .await;
    open_sandbox(&window).await;
    window
}

/// What the first drawn rows have as user names.
async fn usernames(window: &Window, rows: usize) -> Vec<String> {
    let script = "const done = arguments[0]; const text = [...document.querySelectorAll('[role=grid] [role=row]')]\
        .slice(1).map((row) => [...row.querySelectorAll('[title*=\"@\"]')].map((e) => e.title)[0]).filter((t) => /^[!-~]+$/.test(t ?? '')); done(text)";
    let mut found: Vec<String> = Vec::new();
    window
        .wait("rows with an address are drawn", async || {
            found = serde_json::from_value(window.run_later(script, vec![]).await).unwrap();
            found.len() >= rows
        })
        .await;
    found.truncate(rows);
    found
}

#[tokio::test]
async fn a_pasted_list_is_shown_in_the_table_with_what_is_missing_and_two_users_are_compared() {
    let folder = Folder::new();
    let window = synced(&folder).await;
    let people = usernames(&window, 3).await;
    window.click("button", "Find a list…").await;
    let list = format!("{}; {}, {}; nobody@nowhere.example", people[2], people[0], people[1]);
    window.fill("textbox", "E-mails, subs, usernames or phone numbers", &list).await;
    window.click("button", "Show in the table").await;
    window.sees("3 of 4 pasted entries found").await;
    window.click("button", "1 not found").await;
    window.sees("nobody@nowhere.example").await;
    window.show("list").await;
    window.press(ESCAPE).await;
    assert_eq!(usernames(&window, 3).await, [people[2].clone(), people[0].clone(), people[1].clone()]);
    window.click("button", "Change all 3").await;
    window.get("menuitem", "/^Disable/").await;
    window.press(ESCAPE).await;
    // Selecting two of them with the keyboard offers to compare them.
    window.run("document.querySelector('[role=grid]').focus()", vec![]).await;
    for key in [" ", "\u{E015}", " "] {
        window.press(key).await;
    }
    window.click("button", "Compare").await;
    window.get("dialog", "Compare two users").await;
    window.sees("differences").await;
    window.show("compare").await;
    window.press(ESCAPE).await;
    window.sees("would bill 0 users").await;
    window.quit().await;
}

#[tokio::test]
async fn near_spellings_are_offered_below_and_views_are_kept_and_shared() {
    let folder = Folder::new();
    let window = synced(&folder).await;
    let domain = usernames(&window, 1).await[0].split('@').next_back().unwrap().to_owned();
    let word = domain.split('.').next().unwrap().to_owned();
    // Two letters that have changed places.
    let mut letters: Vec<char> = word.chars().collect();
    letters.swap(1, 2);
    let typed: String = letters.into_iter().collect();
    search(&window, &typed).await;
    window.get("heading", "/^Nobody matches/").await;
    window.get("heading", "Near spellings").await;
    window.show("near").await;
    window.click("button", &format!("/^Search for .{word}/")).await;
    window.get("grid", "Users").await;
    window.click("button", "Saved views").await;
    window.click("button", "Save this view…").await;
    window.get("dialog", "Save this view").await;
    window.fill("textbox", "Name", "People of a domain").await;
    window.show("save-view").await;
    window.press("\u{E007}").await;
    window.sees("was saved").await;
    window.click("button", "Saved views").await;
    window.get("button", "Show the view People of a domain").await;
    window.show("views").await;
    window.click("button", "Save as a file: People of a domain").await;
    window.sees("Saved: ").await;
    window.press(ESCAPE).await;
    window.click("button", "Columns").await;
    window.get("group", "Presets").await;
    window.show("presets").await;
    window.press(ESCAPE).await;
    window.quit().await;
}

#[tokio::test]
async fn a_link_that_is_opened_outside_shows_a_user_and_opens_nothing_by_itself() {
    let folder = Folder::new();
    let window = synced(&folder).await;
    let opened = |link: &str| {
        let status = Command::new(env!("CARGO_BIN_EXE_poolkeeper"))
            .arg(link)
            .env("POOLKEEPER_DATA_DIR", folder.data())
            .env("POOLKEEPER_KEY_FILE", folder.data().join("test.keys"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        assert!(status.unwrap().success(), "the second start hands the link on and ends");
    };
    window.click_first_row().await;
    window.get("complementary", "Inspector").await;
    let name = "return new URLSearchParams(location.hash.split('?')[1]).get('user')";
    let name = window.run(name, vec![]).await.as_str().unwrap().to_owned();
    window.click("button", "Close").await;
    let settings: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(folder.data().join("settings.json")).unwrap()).unwrap();
    let pool = settings["pools"][0]["key"]["pool"].as_str().unwrap().to_owned();

    opened(&format!("poolkeeper://user?pool={pool}&name={name}"));
    window.get("dialog", "A link was opened").await;
    assert!(window.look("complementary", "Inspector").await.is_none(), "nothing is opened yet");
    window.show("link").await;
    window.click("button", "Show this user").await;
    window.get("complementary", "Inspector").await;

    opened(&format!("poolkeeper://user?pool={pool}&name={name}&endpoint=http://nowhere-else.invalid"));
    window.get("dialog", "A link was refused").await;
    window.sees("It was not opened.").await;
    assert!(!window.text().await.contains("nowhere-else.invalid"), "nothing of it is repeated");
    window.show("link-refused").await;
    window.press(ESCAPE).await;

    opened("poolkeeper://view?name=Theirs&q=status%3Aconfirmed&sort=email&order=asc&column=250!email");
    window.get("dialog", "A link was opened").await;
    window.sees("status:confirmed").await;
    window.show("link-view").await;
    window.click("button", "Show it").await;
    window.get("button", "Remove status:confirmed").await;
    window.sees("would bill 0 users").await;
    window.quit().await;
}

#[tokio::test]
async fn a_start_with_a_link_shows_it_when_the_window_is_there() {
    let folder = Folder::new();
    let window = Window::start(Start {
        data: folder.data(),
        link: Some("poolkeeper://user?pool=eu-west-1_Unknown1&name=ada%40example.com"),
        ..Start::default()
    })
    .await;
    window.get("dialog", "A link was opened").await;
    window.sees("There is no local copy of this pool").await;
    window.show("link-start").await;
    window.quit().await;
}

#[tokio::test]
async fn the_overview_has_charts_with_their_figures_and_favourites_come_first() {
    let folder = Folder::new();
    let window = synced(&folder).await;
    window.click("button", "Overview").await;
    window.get("table", "Domains of e-mail addresses").await;
    window.get("table", "Last change of the record").await;
    window.get("img", "Sign-ups by month").await;
    window.show("overview").await;
    let drawn = "const c = document.querySelector('.plot canvas'); if (!c) return 0;\
        const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;\
        let n = 0; for (let i = 3; i < d.length; i += 4) if (d[i] > 0) n += 1; return n";
    window.wait("the chart is drawn", async || window.run(drawn, vec![]).await.as_u64() > Some(500)).await;
    let bottom = "const page = document.querySelector('.overview'); page.scrollTo(0, page.scrollHeight)";
    window.run(bottom, vec![]).await;
    window.show("overview-charts").await;
    window.click("button", "Day, 90 days").await;
    window.get("img", "Sign-ups by day").await;
    window.show("overview-days").await;
    window.click("button", "/^Favourite: /").await;
    let pressed = "return document.querySelector('.button.star').getAttribute('aria-pressed')";
    window.wait("it is a favourite", async || window.run(pressed, vec![]).await == json!("true")).await;
    window.run("document.querySelector('.overview').scrollTo(0, 0)", vec![]).await;
    let figure = "document.querySelector('[aria-label=\"Domains of e-mail addresses\"] button').click()";
    window.run(figure, vec![]).await;
    window.get("button", "/^Remove email:/").await;
    window.click("button", "/^Connection /").await;
    window.click("menuitem", "Open another connection").await;
    window.get("heading", "Favourites").await;
    window.show("favourites").await;
    window.quit().await;
}
