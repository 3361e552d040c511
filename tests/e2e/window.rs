//! The real window, driven through WebKit's own driver.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use fantoccini::elements::{Element, ElementRef};
use fantoccini::key::Key;
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

/// How long anything may take before a test gives up. Generous: two slow cores also build and index.
const PATIENCE: Duration = Duration::from_secs(45);

/// How long reading a whole sandbox may take: a debug build reads some 1,500 people a second.
const LONG_PATIENCE: Duration = Duration::from_secs(240);

/// Finds visible elements by role and accessible name, as a person with a screen reader would.
const BY_ROLE: &str = include_str!("by_role.js");

/// The rows of the table that are drawn now, without its head, from top to bottom.
const DRAWN_ROWS: &str = "const rows = [...document.querySelectorAll('[role=grid] [role=row][aria-rowindex]')]\
    .filter((row) => Number(row.getAttribute('aria-rowindex')) > 1)\
    .sort((a, b) => a.getAttribute('aria-rowindex') - b.getAttribute('aria-rowindex'))";

/// A started app.
pub(crate) struct Window {
    client: Client,
    driver: Child,
}

/// What a start may bring along.
#[derive(Default)]
pub(crate) struct Start<'a> {
    /// Where the app keeps its data.
    pub(crate) data: PathBuf,
    /// `light` or `dark`; `None` leaves the choice that is stored.
    pub(crate) theme: Option<&'a str>,
    /// People in the sandbox; `None` for a few thousand, so that a test does not wait long.
    pub(crate) sandbox_users: Option<u32>,
    /// A link that the app is started with, as the desktop does.
    pub(crate) link: Option<&'a str>,
    /// Further environment.
    pub(crate) env: Vec<(&'a str, String)>,
}

impl Window {
    /// Starts the app with a key file of its own and no AWS configuration, and waits until it has drawn something.
    pub(crate) async fn start(start: Start<'_>) -> Self {
        std::fs::create_dir_all(&start.data).unwrap();
        if let Some(theme) = start.theme {
            choose_theme(&start.data, theme);
        }
        let port = free_port();
        let empty = start.data.join("no-aws-configuration");
        std::fs::write(&empty, "").unwrap();
        let driver = Command::new("WebKitWebDriver")
            .args(["--host=127.0.0.1", &format!("--port={port}")])
            .envs([
                ("TAURI_AUTOMATION", "true"),
                ("TAURI_WEBVIEW_AUTOMATION", "true"),
                ("AWS_EC2_METADATA_DISABLED", "true"),
            ])
            .env("POOLKEEPER_SANDBOX_USERS", start.sandbox_users.unwrap_or(3_000).to_string())
            .env("POOLKEEPER_DATA_DIR", &start.data)
            .env("POOLKEEPER_KEY_FILE", start.data.join("test.keys"))
            .env("AWS_CONFIG_FILE", &empty)
            .env("AWS_SHARED_CREDENTIALS_FILE", &empty)
            .env_remove("AWS_PROFILE")
            .envs(start.env)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|problem| panic!("WebKitWebDriver ({problem}): `cargo xtask test --only e2e` installs it"));
        let client = connect(port, start.link).await;
        let window = Self { client, driver };
        window.wait("something is drawn", async || window.text().await.len() > 20).await;
        window
    }

    /// Ends the app in good order and waits until it is gone.
    pub(crate) async fn quit(mut self) {
        let _ = self.client.close_window().await;
        let _ = self.client.clone().close().await;
        tokio::time::sleep(Duration::from_millis(500)).await;
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }

    /// The app's process first, then those that it has started.
    pub(crate) fn processes(&self) -> Vec<u32> {
        let children = |of: u32| -> Vec<u32> {
            let tasks = std::fs::read_dir(format!("/proc/{of}/task")).into_iter().flatten().flatten();
            let told = tasks.map(|task| std::fs::read_to_string(task.path().join("children")).unwrap_or_default());
            told.flat_map(|ids| ids.split_whitespace().filter_map(|id| id.parse().ok()).collect::<Vec<_>>()).collect()
        };
        let mut found = children(self.driver.id());
        let mut at = 0;
        while let Some(one) = found.get(at).copied() {
            found.extend(children(one));
            at += 1;
        }
        found
    }

    /// Everything that is written in the window.
    pub(crate) async fn text(&self) -> String {
        let text = self.client.execute("return document.body ? document.body.innerText : ''", vec![]).await.unwrap();
        text.as_str().unwrap_or_default().to_owned()
    }

    /// Waits until the pool has been read to its end.
    pub(crate) async fn synced(&self) {
        let complete = async || self.text().await.contains("complete");
        self.wait_for(LONG_PATIENCE, "the sync has ended", complete).await;
    }

    /// Waits for a condition; fails with what the window shows and a screenshot.
    pub(crate) async fn wait(&self, what: &str, condition: impl AsyncFnMut() -> bool) {
        self.wait_for(PATIENCE, what, condition).await;
    }

    async fn wait_for(&self, patience: Duration, what: &str, mut condition: impl AsyncFnMut() -> bool) {
        let began = Instant::now();
        while !condition().await {
            if began.elapsed() > patience {
                let picture = Self::save_failure();
                panic!("waited in vain until {what}.\nScreenshot: {}\n{}", picture.display(), self.text().await);
            }
            tokio::time::sleep(Duration::from_millis(60)).await;
        }
    }

    /// Waits until the text is written somewhere.
    pub(crate) async fn sees(&self, text: &str) {
        self.wait(&format!("“{text}” is shown"), async || self.text().await.contains(text)).await;
    }

    /// The visible element of that role and name (a name that begins and ends with `/` is a pattern).
    pub(crate) async fn get(&self, role: &str, name: &str) -> Element {
        let found = std::cell::RefCell::new(None);
        self.wait(&format!("there is a {role} “{name}”"), async || {
            *found.borrow_mut() = self.look(role, name).await;
            found.borrow().is_some()
        })
        .await;
        found.into_inner().unwrap()
    }

    /// As [`Window::get`], without waiting.
    pub(crate) async fn look(&self, role: &str, name: &str) -> Option<Element> {
        let answer = self.client.execute(BY_ROLE, vec![json!(role), json!(name)]).await.unwrap();
        let id = answer.as_object()?.values().next()?.as_str()?.to_owned();
        Some(Element::from_element_id(self.client.clone(), ElementRef::from(id)))
    }

    /// Clicks the element of that role and name.
    pub(crate) async fn click(&self, role: &str, name: &str) {
        let began = Instant::now();
        loop {
            let element = self.get(role, name).await;
            self.still(&element).await;
            match element.click().await {
                Ok(()) => return,
                // It moved or was redrawn between finding and clicking: look again.
                Err(_) if began.elapsed() < PATIENCE => tokio::time::sleep(Duration::from_millis(80)).await,
                Err(problem) => panic!("{role} “{name}” cannot be clicked: {problem}"),
            }
        }
    }

    /// Brings an element into view whole, and waits until it is where it was a frame ago: what is half cut off cannot be
    /// clicked, and what is clicked while it moves is missed.
    async fn still(&self, element: &Element) {
        const STILL: &str = "const [element, done] = arguments; element.scrollIntoView({ block: 'nearest' }); let [before, frames] = ['', 0];\
            const look = () => { const { x, y, width, height } = element.getBoundingClientRect();\
            const now = [x, y, width, height].join(); if (now === before || ++frames > 60) return done(null);\
            before = now; requestAnimationFrame(look); }; look();";
        // An element that has gone is looked for again by whoever clicks it.
        let _ = self.client.execute_async(STILL, vec![serde_json::to_value(element).unwrap()]).await;
    }

    /// Replaces what stands in a text box.
    pub(crate) async fn fill(&self, role: &str, name: &str, text: &str) {
        let element = self.get(role, name).await;
        self.still(&element).await;
        element.click().await.unwrap();
        self.press_with("\u{E009}", "a").await;
        element.send_keys(&char::from(Key::Backspace).to_string()).await.unwrap();
        element.send_keys(text).await.unwrap();
    }

    /// Chooses the option of that value in a list.
    pub(crate) async fn choose(&self, role: &str, name: &str, value: &str) {
        self.get(role, name).await.select_by_value(value).await.unwrap();
    }

    /// Types into whatever has the focus.
    pub(crate) async fn press(&self, keys: &str) {
        self.client.active_element().await.unwrap().send_keys(keys).await.unwrap();
    }

    /// Types a key while another is held down (`\u{E009}` is Control, `\u{E008}` Shift).
    pub(crate) async fn press_with(&self, held: &str, key: &str) {
        self.press(&format!("{held}{key}\u{E000}")).await;
    }

    /// What has the focus: role or tag, and name.
    pub(crate) async fn focused(&self) -> String {
        let script = "const e = document.activeElement; return (e.getAttribute('role') || e.tagName.toLowerCase()) + \
            ' ' + (e.getAttribute('aria-label') || e.innerText || '')";
        self.client.execute(script, vec![]).await.unwrap().as_str().unwrap_or_default().to_owned()
    }

    /// Clicks the first person of the table.
    pub(crate) async fn click_first_row(&self) {
        self.click_row(0).await;
    }

    /// Clicks the drawn person of that place, the topmost being 0.
    pub(crate) async fn click_row(&self, place: usize) {
        let script = format!(
            "{DRAWN_ROWS}; const cell = rows[arguments[0]]?.querySelectorAll('[role=gridcell]')[1]; cell?.click(); \
             return Boolean(cell)"
        );
        let clicked = async || self.run(&script, vec![json!(place)]).await == json!(true);
        self.wait("the row is drawn", clicked).await;
    }

    /// What is written in the drawn people's rows, from top to bottom, tooltips included.
    pub(crate) async fn row_texts(&self) -> Vec<String> {
        let script = format!(
            "{DRAWN_ROWS}; return rows.map((row) => row.innerText + ' ' + \
             [...row.querySelectorAll('[title]')].map((e) => e.title).join(' '))"
        );
        let texts = self.run(&script, vec![]).await;
        texts.as_array().unwrap().iter().map(|text| text.as_str().unwrap_or_default().to_owned()).collect()
    }

    /// The boxes of the drawn people's rows, from top to bottom: top, height, width.
    pub(crate) async fn row_boxes(&self) -> Vec<[f64; 3]> {
        let script = format!(
            "{DRAWN_ROWS}; return rows.map((row) => row.getBoundingClientRect()).map((b) => [b.top, b.height, b.width])"
        );
        serde_json::from_value(self.run(&script, vec![]).await).unwrap()
    }

    /// Runs a script in the page.
    pub(crate) async fn run(&self, script: &str, arguments: Vec<Value>) -> Value {
        self.client.execute(script, arguments).await.unwrap()
    }

    /// Runs a script whose last argument is called with the answer.
    pub(crate) async fn run_later(&self, script: &str, arguments: Vec<Value>) -> Value {
        self.client.execute_async(script, arguments).await.unwrap()
    }

    /// Gives the window this size, in pixels, in the upper left corner of the display.
    pub(crate) async fn resize(&self, width: u32, height: u32) {
        self.client.set_window_rect(0, 0, width, height).await.unwrap();
        self.wait("the window has its size", async || {
            let size = self.run("return [innerWidth, innerHeight]", vec![]).await;
            size == json!([width, height])
        })
        .await;
    }

    /// Writes a picture of the window. It is taken from the display, which is many times faster than asking the driver,
    /// once nothing moves any more.
    pub(crate) async fn picture(&self, path: &Path) {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let size = self.run("return [innerWidth, innerHeight]", vec![]).await;
        let crop = format!("{}x{}+0+0", size[0], size[1]);
        let mut before = Vec::new();
        for _ in 0..12 {
            tokio::time::sleep(Duration::from_millis(250)).await;
            assert!(import(&crop, path), "`import` takes pictures: install imagemagick");
            let now = std::fs::read(path).unwrap();
            if now == before {
                return;
            }
            before = now;
        }
    }

    /// Takes a picture for a person to look at, when `POOLKEEPER_SCREENS_SEEN` names a folder for them.
    pub(crate) async fn show(&self, screen: &str) {
        if let Some(folder) = std::env::var_os("POOLKEEPER_SCREENS_SEEN") {
            self.picture(&Path::new(&folder).join(format!("{screen}.png"))).await;
        }
    }

    fn save_failure() -> PathBuf {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/e2e-failure.png");
        import("100%x100%", &path);
        path
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        // After a failure the app still runs. On a display without a window manager it would lie over the next one.
        let driver = self.driver.id();
        let left = std::fs::read_to_string(format!("/proc/{driver}/task/{driver}/children")).unwrap_or_default();
        if !left.trim().is_empty() {
            let _ = Command::new("kill").args(left.split_whitespace()).status();
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// Takes a picture of a part of the display. Without dates inside, two of the same are the same file.
fn import(crop: &str, path: &Path) -> bool {
    let mut import = Command::new("import");
    import.args(["-window", "root", "-crop", crop, "+repage", "-define", "png:exclude-chunks=date,time", "-strip"]);
    import.arg(path).status().is_ok_and(|status| status.success())
}

async fn connect(port: u16, link: Option<&str>) -> Client {
    let arguments: Vec<&str> = link.into_iter().collect();
    let options = json!({ "binary": env!("CARGO_BIN_EXE_poolkeeper"), "args": arguments });
    let mut capabilities = serde_json::Map::new();
    capabilities.insert("webkitgtk:browserOptions".to_owned(), options);
    let began = Instant::now();
    loop {
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let attempt = builder.capabilities(capabilities.clone()).connect(&format!("http://127.0.0.1:{port}")).await;
        match attempt {
            Ok(client) => return client,
            Err(_) if began.elapsed() < PATIENCE => tokio::time::sleep(Duration::from_millis(150)).await,
            Err(problem) => panic!("the app did not start: {problem}"),
        }
    }
}

fn choose_theme(data: &Path, theme: &str) {
    let file = data.join("settings.json");
    let mut settings: Value =
        std::fs::read_to_string(&file).map_or_else(|_| json!({}), |text| serde_json::from_str(&text).unwrap());
    settings["theme"] = json!(theme);
    std::fs::write(&file, settings.to_string()).unwrap();
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
