//! The window over a large pool: figures, and no test. `cargo xtask bench` makes the pool and runs this.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value, json};

use crate::offline::open_endpoint;
use crate::window::{Start, Window};

/// What is typed, letter by letter.
const TYPED: [&str; 4] = ["maria", "keller", "example", "smith"];

/// Notes how long after a key each new set of rows is painted. A key after which the rows are the same is not noted, nor is
/// the click that clears the search taken for the work of the last key.
const LISTEN: &str = "window.painted = []; let began = null;\
    addEventListener('keydown', (key) => { began = key.timeStamp; }, true);\
    addEventListener('pointerdown', () => { began = null; }, true);\
    new MutationObserver((changes) => {\
        if (began === null || !changes.some((c) => (c.target.parentElement ?? c.target).closest('[role=rowgroup]'))) return;\
        const since = began; began = null;\
        requestAnimationFrame(() => setTimeout(() => window.painted.push(performance.now() - since)));\
    }).observe(document.body, { subtree: true, childList: true, characterData: true })";

/// Scrolls by so many pixels in each frame for three seconds: frames a second, and the longest between two, in milliseconds.
const SCROLL: &str = "const [pixels, done] = arguments; const grid = document.querySelector('[role=grid]');\
    let [first, last, frames, longest] = [null, null, 0, 0];\
    const step = (now) => { first ??= now; if (last !== null) { frames += 1; longest = Math.max(longest, now - last); }\
        last = now; grid.scrollTop += pixels;\
        if (now - first < 3000) requestAnimationFrame(step); else done([frames * 1000 / (now - first), longest]); };\
    requestAnimationFrame(step)";

/// What the bench says of its pool.
fn told(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: `cargo xtask bench` runs this"))
}

async fn start() -> Window {
    let data = PathBuf::from(told("POOLKEEPER_BENCH_DATA"));
    let env = vec![("POOLKEEPER_KEY_FILE", told("POOLKEEPER_BENCH_KEY"))];
    Window::start(Start { data, env, ..Start::default() }).await
}

/// A figure for `cargo xtask bench`, on a line of its own.
#[expect(clippy::print_stdout, reason = "`cargo xtask bench` reads it")]
fn tell(what: &str, figure: f64, unit: &str, budget: Option<(f64, &str)>) {
    let (budget, bound) = budget.unzip();
    println!("\n{}", json!({ "what": what, "figure": figure, "unit": unit, "budget": budget, "bound": bound }));
}

/// Seconds since a process was started.
fn age(process: u32) -> f64 {
    const TICKS_A_SECOND: f64 = 100.0;
    let uptime = std::fs::read_to_string("/proc/uptime").unwrap();
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    // The name may have spaces; it ends with the last bracket.
    let started = stat.rsplit(')').next().unwrap().split_whitespace().nth(19).unwrap();
    uptime.split_whitespace().next().unwrap().parse::<f64>().unwrap() - started.parse::<f64>().unwrap() / TICKS_A_SECOND
}

/// Megabytes of a process, of what it shares its part.
fn proportional(process: u32) -> f64 {
    let told = std::fs::read_to_string(format!("/proc/{process}/smaps_rollup")).unwrap_or_default();
    let line = told.lines().find_map(|line| line.strip_prefix("Pss:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok()).unwrap_or(0.0) * 1024.0 / 1e6
}

fn memory(window: &Window, when: &str, budget: Option<(f64, &str)>) {
    let each: Vec<f64> = window.processes().into_iter().map(proportional).collect();
    tell(&format!("Memory of all processes, {when}"), each.iter().sum(), "MB", budget);
    tell("… of which the app itself", each.first().copied().unwrap_or(0.0), "MB", None);
}

#[tokio::test]
#[ignore = "measures: cargo xtask bench"]
async fn the_pool_is_opened_once() {
    let window = start().await;
    open_endpoint(&window, &told("POOLKEEPER_BENCH_ENDPOINT")).await;
    window.wait("people are shown", async || !window.row_texts().await.is_empty()).await;
    // What the next start shall know is written a moment later.
    tokio::time::sleep(Duration::from_secs(3)).await;
    window.quit().await;
}

#[tokio::test]
#[ignore = "measures: cargo xtask bench"]
async fn the_window_is_measured() {
    let window = start().await;
    let app = window.processes()[0];
    while window.row_texts().await.first().is_none_or(|row| row.trim().is_empty()) {
        assert!(age(app) < 60.0, "no people are shown:\n{}", window.text().await);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    tell("From the start of the program to rows on the screen, driver included", age(app), "s", Some((1.0, "most")));
    tokio::time::sleep(Duration::from_secs(8)).await;
    memory(&window, "everybody read, nothing asked yet", Some((350.0, "most")));

    window.click("textbox", "Search users").await;
    window.run(LISTEN, vec![]).await;
    let mut keys = 0;
    for word in TYPED {
        for letter in word.chars() {
            window.press(&letter.to_string()).await;
            keys += 1;
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
        window.click("button", "Clear the search").await;
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    let mut painted: Vec<f64> = serde_json::from_value(window.run("return window.painted", vec![]).await).unwrap();
    painted.sort_by(f64::total_cmp);
    assert!(!painted.is_empty(), "no key has changed the rows");
    let at = |share: usize| painted[(painted.len() * share / 100).min(painted.len() - 1)];
    let what = format!("From a key to the rows that it finds, painted, {} of {keys} keys", painted.len());
    tell(&format!("{what}, p50"), at(50), "ms", None);
    tell(&format!("{what}, p95"), at(95), "ms", Some((50.0, "most")));
    tell(&format!("{what}, worst"), at(100), "ms", None);

    for (what, pixels) in [("Scrolling, a row and a half in each frame", 48), ("Scrolling, 20 rows in each frame", 640)]
    {
        let answer: Value = window.run_later(SCROLL, vec![json!(pixels)]).await;
        tell(what, answer[0].as_f64().unwrap(), "frames/s", Some((55.0, "least")));
        tell("… the longest time between two frames", answer[1].as_f64().unwrap(), "ms", None);
    }
    tokio::time::sleep(Duration::from_secs(3)).await;
    memory(&window, "after all that", Some((350.0, "most")));
    window.quit().await;
}
