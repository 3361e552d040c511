//! Cost and monthly active users in the real window: a range with its evidence, plans, sliders, the ledger, a report.

use serde_json::{Value, json};

use crate::Folder;
use crate::window::{Start, Window};

#[tokio::test]
async fn a_manager_reads_the_range_moves_the_numbers_and_saves_a_report() {
    let folder = Folder::new();
    let window = Window::start(Start { data: folder.data(), theme: Some("light"), ..Start::default() }).await;
    crate::screens::open_sandbox(&window).await;
    window.click("button", "Cost & MAU").await;
    window.get("heading", "The same month on each plan").await;
    drawn(&window, 4).await;
    window.show("cost").await;

    let before = pictures(&window).await;
    // The slider moves every plan: 90,000 on Essentials are 80,000 at 0.015.
    move_to(&window, "if-users", 90_000).await;
    move_to(&window, "if-federated", 0).await;
    window.sees("$1,200.00").await;
    drawn(&window, 4).await;
    let changed = async || {
        let (before, now) = (before.as_array().unwrap(), pictures(&window).await);
        before.iter().zip(now.as_array().unwrap()).filter(|(before, now)| before != now).count() == 3
    };
    window.wait("all charts but that of the months have followed", changed).await;
    window.show("cost-moved").await;
    // 20,000 e-mails at a tenth of a thousandth, and three app clients at 6, on top.
    type_in(&window, "E-mails through Amazon SES, as a number", "20000").await;
    window.sees("$1,202.00").await;
    type_in(&window, "App clients of machines that are charged", "3").await;
    window.sees("$1,220.00").await;
    window.show("cost-messages").await;
    type_in(&window, "App clients of machines that are charged", "").await;
    type_in(&window, "E-mails through Amazon SES, as a number", "0").await;
    window.sees("$1,200.00").await;
    bottom(&window).await;
    window.show("cost-bottom").await;

    for (view, shown) in [
        ("Evidence", "How many, and how that is known"),
        ("Ledger", "What this app has cost us this month"),
        ("Dormant users", "Users without evidence of activity"),
        ("Prices", "Prices in use"),
    ] {
        window.click("button", view).await;
        window.get("heading", shown).await;
        if view == "Evidence" {
            window.click("button", "Ask CloudWatch…").await;
            window.sees("metrics, for which AWS charges about $0.000").await;
            window.click("button", "Ask now").await;
            window.sees("metrics were asked for").await;
            window.show("cost-cloudwatch").await;
        }
        if view == "Dormant users" {
            window.click("button", "Count").await;
            window.sees("whose record did not change since").await;
        }
        window.show(&format!("cost-{}", view.to_lowercase().replace(' ', "-"))).await;
    }
    assert!(window.text().await.contains("Essentials users"));

    window.click("button", "Cost").await;
    for format in ["HTML page", "PDF", "CSV of every number"] {
        window.click("button", "Report").await;
        window.click("menuitem", format).await;
        window.sees("Saved: ").await;
    }
    let exports = folder.data().join("exports");
    window
        .wait("three reports are there", async || std::fs::read_dir(&exports).is_ok_and(|files| files.count() == 3))
        .await;
    for file in std::fs::read_dir(&exports).unwrap() {
        let path = file.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        let pdf = path.extension().is_some_and(|end| end == "pdf");
        assert!(bytes.len() > 2_000 && bytes.starts_with(b"%PDF-") == pdf, "{}", path.display());
        if let Some(seen) = std::env::var_os("POOLKEEPER_SCREENS_SEEN") {
            std::fs::copy(&path, std::path::Path::new(&seen).join(path.file_name().unwrap())).unwrap();
        }
    }
    // Nothing of all that may bill.
    window.sees("would bill 0 users").await;
    window.quit().await;
}

#[tokio::test]
async fn the_charts_are_drawn_in_dark_too() {
    let folder = Folder::new();
    let window = Window::start(Start { data: folder.data(), theme: Some("dark"), ..Start::default() }).await;
    crate::screens::open_sandbox(&window).await;
    // What the bills of three months said makes a forecast.
    let bills = "const done = arguments[arguments.length - 1]; const now = new Date(); \
        const month = (back) => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back, 1)).toISOString().slice(0, 7); \
        Promise.all([2000, 2100, 2310].map((users, at) => window.__TAURI_INTERNALS__.invoke('set_billed', \
        { request: { month: month(3 - at), users, wholeAccount: false, besidesFree: false } }))).then(() => done('kept'), (why) => done(String(why.message)))";
    assert_eq!(window.run_later(bills, vec![]).await, json!("kept"));
    window.click("button", "Cost & MAU").await;
    window.get("heading", "The same month on each plan").await;
    window.sees("likely 2,483, ").await;
    drawn(&window, 4).await;
    window.show("cost-dark").await;
    bottom(&window).await;
    window.show("cost-dark-bottom").await;
    window.quit().await;
}

/// Waits until so many charts have something drawn on them.
async fn drawn(window: &Window, charts: usize) {
    let script = "return [...document.querySelectorAll('.plot canvas')].filter((canvas) => { \
        const image = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data; \
        return image.some((value) => value !== 0); }).length";
    window.wait("the charts are drawn", async || window.run(script, vec![]).await == json!(charts)).await;
}

/// What is drawn on each chart.
async fn pictures(window: &Window) -> Value {
    let script = "return [...document.querySelectorAll('.plot canvas')].map((canvas) => canvas.toDataURL())";
    window.run(script, vec![]).await
}

async fn move_to(window: &Window, slider: &str, value: u32) {
    let script = "const slider = document.getElementById(arguments[0]); \
        slider.value = arguments[1]; slider.dispatchEvent(new Event('input', { bubbles: true }))";
    window.run(script, vec![json!(slider), json!(value)]).await;
}

/// Types a number into a field and leaves it.
async fn type_in(window: &Window, field: &str, value: &str) {
    let script = "const field = [...document.querySelectorAll('.whatif input[type=number]')].find((input) => \
        (input.getAttribute('aria-label') ?? input.labels[0]?.textContent ?? '').includes(arguments[0])); \
        field.value = arguments[1]; field.dispatchEvent(new Event('change', { bubbles: true })); \
        field.scrollIntoView({ block: 'center' }); return null";
    assert_eq!(window.run(script, vec![json!(field), json!(value)]).await, Value::Null);
}

async fn bottom(window: &Window) {
    let script = "const page = document.querySelector('.costpage'); page.scrollTop = page.scrollHeight; return null";
    assert_eq!(window.run(script, vec![]).await, Value::Null);
}
