//! Links that are opened outside: `poolkeeper://…`. They wait on the desk until the window asks for them; what they say is
//! read by `model::link`, and nothing is opened because of one.

use tauri::{AppHandle, Manager as _, Runtime, Url};
use tauri_plugin_deep_link::DeepLinkExt as _;

use crate::Desk;

/// Hears of links from now on, and of the one that this start was made for.
pub(crate) fn hear<R: Runtime>(app: &AppHandle<R>) {
    let links = app.deep_link();
    let handle = app.clone();
    links.on_open_url(move |event| {
        put(&handle, &event.urls());
        crate::window::focus(&handle);
    });
    if let Ok(Some(urls)) = links.get_current() {
        put(app, &urls);
    }
    // Packages tell the desktop of the scheme. An AppImage is no package, so it says so itself.
    if std::env::var_os("APPIMAGE").is_some()
        && let Err(error) = links.register_all()
    {
        tracing::warn!(%error, "the desktop was not told of our links");
    }
}

/// Keeps the last of some links. Other programs may hand over anything, so a long one is cut: it is refused then.
fn put<R: Runtime>(app: &AppHandle<R>, urls: &[Url]) {
    if let Some(url) = urls.last() {
        app.state::<Desk>().put_link(url.as_str().chars().take(wire::views::LONGEST_LINK + 1).collect());
    }
}
