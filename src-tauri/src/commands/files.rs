//! Files of people: exports into the folder for downloads. They open no socket.

use console::files::ExportTarget;
use wire::files::{ExportView, StartExport};
use wire::{ErrorCode, WireError};

use super::{Answer, Desk};

/// Begins to write whom a query finds; one export at a time.
#[tauri::command]
#[specta::specta]
pub(crate) async fn start_export(desk: Desk<'_>, request: StartExport) -> Answer<ExportView> {
    let folder = desk.downloads().to_owned();
    let stem = format!("poolkeeper-users-{}", desk.now().strftime("%Y-%m-%d"));
    let mut export = desk.export().lock().await;
    if export.as_ref().is_some_and(|export| export.progress.borrow().ended.is_none()) {
        return Err(WireError::new(ErrorCode::Precondition, "An export is under way. Wait for its end, or cancel it."));
    }
    let (pool, target) = (desk.pool()?, ExportTarget::Folder { folder, stem });
    let begun = match request.list.clone() {
        Some(list) => pool.export_list(&list.text, list.sort().as_ref(), request.parse()?, target).await?,
        None => pool.export(request.parse()?, target).await?,
    };
    let view = ExportView::from(&*begun.progress.borrow());
    *export = Some(begun);
    Ok(view)
}

/// How far the last export has come; `null` when there was none.
#[tauri::command]
#[specta::specta]
pub(crate) async fn get_export(desk: Desk<'_>) -> Answer<Option<ExportView>> {
    Ok(desk.export().lock().await.as_ref().map(|export| ExportView::from(&*export.progress.borrow())))
}

/// Ends the export; no file stays.
#[tauri::command]
#[specta::specta]
pub(crate) async fn cancel_export(desk: Desk<'_>) -> Answer<()> {
    if let Some(export) = desk.export().lock().await.as_ref() {
        export.cancel();
    }
    Ok(())
}
