//! What stands between secrets and the screen.

use wire::lab::{ConfirmSecrets, ShowsSecrets};

use super::{Answer, Desk};

/// Says again that secrets of a Production pool are meant to be shown or copied. It holds for five minutes, or until
/// secrets are forgotten.
#[tauri::command]
#[specta::specta]
pub(crate) async fn confirm_secrets(desk: Desk<'_>, request: ConfirmSecrets) -> Answer<()> {
    Ok(desk.pool()?.confirm(&request.given).await?)
}

/// Keeps the window out of screenshots and shared screens while it shows a secret, where the desktop can: macOS and
/// Windows can, Linux cannot.
#[tauri::command]
#[specta::specta]
pub(crate) async fn shows_secrets(desk: Desk<'_>, request: ShowsSecrets) -> Answer<()> {
    desk.shield(request.shown);
    Ok(())
}
