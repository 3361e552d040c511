//! Links and files by which a user or a view is shown to others. None of them opens a pool or calls AWS.

use std::io::Read as _;
use std::path::Path;

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
    let Some(link) = desk.take_link() else { return Ok(None) };
    let pools = desk.console().await?.settings().pools;
    Ok(Some(OpenedLinkView::read(&link, &pools)))
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
    let read = tokio::task::spawn_blocking(move || read(&path)).await;
    let failed = |_| WireError::new(ErrorCode::Precondition, "The file could not be read.");
    let bytes =
        read.map_err(|_| WireError::new(ErrorCode::Internal, "The file could not be read."))?.map_err(failed)?;
    SavedViewView::read(&bytes).map(Some)
}

/// No more of a file than one of a view can have.
fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(LONGEST_FILE).read_to_end(&mut bytes)?;
    Ok(bytes)
}
