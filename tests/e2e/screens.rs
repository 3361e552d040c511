//! Pictures of every screen, for the README and for looking at.

use std::path::PathBuf;

use crate::Folder;
use crate::window::{Start, Window};

const ENTER: &str = "\u{E007}";
const ESCAPE: &str = "\u{E00C}";
const CONTROL: &str = "\u{E009}";

/// Walks through every screen of an open and synced pool and shows each in turn to `look`.
pub(crate) async fn tour(window: &Window, mut look: impl AsyncFnMut(&Window, &str)) {
    look(window, "users").await;
    search(window, "status:confirmed mue").await;
    look(window, "users-search").await;
    window.click_first_row().await;
    window.get("complementary", "Inspector").await;
    for tab in ["Groups", "Timeline", "Raw", "Profile"] {
        window.click("tab", &format!("/^{tab}/")).await;
        look(window, &format!("inspector-{}", tab.to_lowercase())).await;
    }
    window.press(ESCAPE).await;
    clear(window).await;
    window.fill("textbox", "Search users", "sta").await;
    window.get("listbox", "Completions").await;
    look(window, "users-completion").await;
    window.press(ESCAPE).await;
    search(window, "emial:acme").await;
    window.get("alert", "").await;
    look(window, "users-error").await;
    search(window, "nobody-is-called-like-this").await;
    window.get("heading", "/^Nobody matches/").await;
    look(window, "users-none").await;
    search(window, "a").await;
    window.click("button", "Columns").await;
    look(window, "users-columns").await;
    window.press(ESCAPE).await;
    for (button, screen) in
        [("Find a list…", "find-a-list"), ("/UserList quota/", "quota"), ("/users\\b.*complete/", "freshness")]
    {
        window.click("button", button).await;
        look(window, screen).await;
        window.press(ESCAPE).await;
    }
    changing(window, &mut look).await;
    window.click("button", "/^Overview/").await;
    window.get("heading", "/Overview/").await;
    look(window, "overview").await;
    window.click("button", "Sign-in lab").await;
    // The flows come after the client, and move what is below them.
    window.sees("closed to this client").await;
    look(window, "lab").await;
    window.click("button", "Tokens").await;
    window.get("heading", "/^Tokens/").await;
    look(window, "tokens").await;
    window.click("button", "Cost & MAU").await;
    window.get("heading", "The same month on each plan").await;
    look(window, "cost").await;
    for view in ["Evidence", "Ledger", "Dormant users", "Prices"] {
        window.click("button", view).await;
        look(window, &format!("cost-{}", view.to_lowercase().replace(' ', "-"))).await;
    }
    crate::health::tour(window, &mut look).await;
    window.click("button", "/^Settings/").await;
    look(window, "settings").await;
    window.click("button", "/^Erase everything/").await;
    window.get("dialog", "/^Erase everything/").await;
    look(window, "erase").await;
    window.press(ESCAPE).await;
    window.press_with(CONTROL, "k").await;
    window.get("dialog", "Search everything").await;
    window.press("maria").await;
    window.sees("maria").await;
    look(window, "palette").await;
    window.press(ESCAPE).await;
    window.press("?").await;
    window.get("dialog", "/key/").await;
    look(window, "keys").await;
    window.press(ESCAPE).await;
    // Looking at everything makes nobody active.
    window.sees("would bill 0 users").await;
}

/// The screens on which users and groups are changed. Nothing is changed.
async fn changing(window: &Window, look: &mut impl AsyncFnMut(&Window, &str)) {
    window.click("button", "New user").await;
    window.get("dialog", "New user").await;
    look(window, "new-user").await;
    window.press(ESCAPE).await;
    window.click("button", "/^Change all/").await;
    window.get("menuitem", "/^Disable/").await;
    look(window, "actions").await;
    window.click("menuitem", "/^Set an attribute/").await;
    window.get("dialog", "/^Set an attribute/").await;
    look(window, "set-attribute").await;
    window.press(ESCAPE).await;
    window.click("button", "/^Change all/").await;
    window.click("menuitem", "/^Delete$/").await;
    window.get("dialog", "/^Delete [\\d,]+ users?$/").await;
    look(window, "plan").await;
    window.press(ESCAPE).await;
    window.click_first_row().await;
    window.click("button", "Edit").await;
    look(window, "inspector-edit").await;
    window.click("tab", "Sign-in").await;
    window.click("button", "Why can’t this person sign in?").await;
    window.sees("As AWS listed the user at").await;
    look(window, "inspector-why").await;
    window.press(ESCAPE).await;
    window.click("button", "Groups").await;
    window.click("button", "beta").await;
    window.get("complementary", "Group").await;
    look(window, "groups").await;
    window.click("button", "Matrix").await;
    window.get("region", "Matrix").await;
    look(window, "groups-matrix").await;
    window.click("button", "New group").await;
    window.get("dialog", "New group").await;
    look(window, "new-group").await;
    window.press(ESCAPE).await;
    for page in ["Jobs", "Audit"] {
        window.click("button", page).await;
        window.get("heading", page).await;
        look(window, &page.to_lowercase()).await;
    }
}

/// Opens the built-in sandbox and waits until all of it has been read.
pub(crate) async fn open_sandbox(window: &Window) {
    window.click("button", "Open the sandbox").await;
    window.get("grid", "Users").await;
    window.synced().await;
}

/// Takes away the terms that stand in the query bar.
async fn clear(window: &Window) {
    if window.look("button", "Clear the search").await.is_some() {
        window.click("button", "Clear the search").await;
    }
}

pub(crate) async fn search(window: &Window, query: &str) {
    clear(window).await;
    window.fill("textbox", "Search users", query).await;
    window.press(ENTER).await;
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
}

/// What a picture is called: the screen, the theme, and the size unless it is the usual one.
struct Album {
    folder: PathBuf,
    theme: &'static str,
    size: Option<(u32, u32)>,
}

impl Album {
    async fn add(&self, window: &Window, screen: &str) {
        let size = self.size.map(|(width, height)| format!("-{width}x{height}")).unwrap_or_default();
        window.picture(&self.folder.join(format!("{screen}-{}{size}.png", self.theme))).await;
    }
}

#[tokio::test]
#[ignore = "writes pictures: cargo xtask screens"]
async fn screens_of_the_readme() {
    let folder = std::env::var_os("POOLKEEPER_SCREENS")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/screens"), PathBuf::from);
    let size = std::env::var("POOLKEEPER_SCREENS_SIZE").ok().map(|text| {
        let (width, height) = text.split_once('x').unwrap();
        (width.parse().unwrap(), height.parse().unwrap())
    });
    for theme in ["light", "dark"] {
        let data = Folder::new();
        let start = Start { data: data.data(), theme: Some(theme), sandbox_users: Some(10_000), ..Start::default() };
        let window = Window::start(start).await;
        if let Some((width, height)) = size {
            window.resize(width, height).await;
        }
        let album = Album { folder: folder.clone(), theme, size };
        album.add(&window, "first-launch").await;
        window.click("button", "Open the sandbox").await;
        window.sees("Reading users").await;
        album.add(&window, "syncing").await;
        window.synced().await;
        tour(&window, async |window, screen| album.add(window, screen).await).await;
        window.quit().await;
    }
}
