//! Links and files by which a user or a view is shown to others. None of them opens a pool or calls AWS.

use std::io::Read as _;
use std::path::PathBuf;

use wire::plans::SavedFileView;
use wire::users::OneUser;
use wire::views::{LONGEST_FILE, LinkView, OpenedLinkView, ReadLink, SavedViewView, user_link};
use wire::{ErrorCode, WireError};

use super::{Answer, Desk};

/// What a pasted link points at. Nothing is opened.
#[tauri::command]
#[specta::specta]
pub(crate) async fn read_link(desk: Desk<'_>, request: ReadLink) -> Answer<LinkView> {
    let pools = desk.console().await?.settings().pools;
    LinkView::read(request.text.trim(), &pools).map_err(|error| WireError::validation("text", error.to_string()))
}

/// The link that was opened outside since this was asked last; `null` when none was.
#[tauri::command]
#[specta::specta]
pub(crate) async fn take_link(desk: Desk<'_>) -> Answer<Option<OpenedLinkView>> {
    // Taken last, or it would be lost where the console cannot be opened yet.
    let pools = desk.console().await?.settings().pools;
    Ok(desk.take_link().map(|link| OpenedLinkView::read(&link, &pools)))
}

/// The link to a user of the open pool.
#[tauri::command]
#[specta::specta]
pub(crate) async fn link_to_user(desk: Desk<'_>, request: OneUser) -> Answer<String> {
    user_link(desk.pool()?.key(), &request)
}

/// The link of a view.
#[tauri::command]
#[specta::specta]
pub(crate) async fn link_to_view(request: SavedViewView) -> Answer<String> {
    request.link()
}

/// Writes a view into the folder for downloads.
#[tauri::command]
#[specta::specta]
pub(crate) async fn save_view(desk: Desk<'_>, request: SavedViewView) -> Answer<SavedFileView> {
    super::cost::save(&desk, "poolkeeper-view", "json", request.file()?).await
}

/// Lets a person choose the file of a view; `null` when none was chosen. Nothing is kept.
#[tauri::command]
#[specta::specta]
pub(crate) async fn choose_view(desk: Desk<'_>) -> Answer<Option<SavedViewView>> {
    let Some(path) = desk.choose_view().await? else { return Ok(None) };
    SavedViewView::read(&bytes_of(path, LONGEST_FILE).await?).map(Some)
}

/// What is in a chosen file, and no more of it than `most` bytes.
pub(super) async fn bytes_of(path: PathBuf, most: u64) -> Answer<Vec<u8>> {
    let read = move || -> std::io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        std::fs::File::open(path)?.take(most).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let failed = |code| WireError::new(code, "The file could not be read.");
    let read = tokio::task::spawn_blocking(read).await.map_err(|_| failed(ErrorCode::Internal))?;
    read.map_err(|_| failed(ErrorCode::Precondition))
}
