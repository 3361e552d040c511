//! The one window, and where it may go.

use std::sync::Arc;

use tauri::webview::NewWindowResponse;
use tauri::{AppHandle, Manager, Runtime, Url, WebviewWindowBuilder};

/// Whether a page is ours: the app's own origin and nothing else, not even another port or a user name in front of it.
#[must_use]
pub fn is_own_page(url: &Url) -> bool {
    let plain = url.port().is_none() && url.username().is_empty() && url.password().is_none();
    let origin = (url.scheme(), url.host_str().unwrap_or_default());
    plain && matches!(origin, ("tauri", "localhost") | ("http" | "https", "tauri.localhost"))
}

/// Opens the window that the configuration describes, locked to our own pages before the first one loads.
///
/// # Errors
/// When the configuration has no window or the desktop refuses one.
pub(crate) fn open<R: Runtime>(app: &impl Manager<R>) -> tauri::Result<()> {
    let config = app.config().app.windows.first().ok_or(tauri::Error::WindowNotFound)?;
    WebviewWindowBuilder::from_config(app, config)?
        .on_navigation(|url| {
            let own = is_own_page(url);
            if !own {
                tracing::warn!(scheme = url.scheme(), "a navigation was refused");
            }
            own
        })
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .build()?;
    Ok(())
}

/// What keeps the window out of pictures of the screen.
pub(crate) type Shield = Arc<dyn Fn(bool) + Send + Sync>;

/// Keeps the window out of screenshots and shared screens, or lets it in again. Linux has no such thing; there it does
/// nothing.
pub(crate) fn shield<R: Runtime>(app: &AppHandle<R>, on: bool) {
    if let Some(window) = app.get_webview_window("main")
        && let Err(error) = window.set_content_protected(on)
    {
        tracing::warn!(%error, "the window could not be kept out of screenshots");
    }
}

/// Brings the window to the front: somebody started Poolkeeper a second time.
pub(crate) fn focus<R: Runtime>(app: &AppHandle<R>) {
    if let Some(window) = app.get_webview_window("main") {
        for step in [window.unminimize(), window.show(), window.set_focus()] {
            if let Err(error) = step {
                tracing::warn!(%error, "the window could not be brought to the front");
            }
        }
    }
}
