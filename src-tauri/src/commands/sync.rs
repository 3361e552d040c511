//! Syncing the open pool, and what the status bar shows.

use console::SyncHandle;
use wire::sync::{MayBillView, StatusView, SyncProgressView};
use wire::{ErrorCode, WireError};

use super::{Answer, Desk};

/// Starts a sync of the open pool, or joins the one that runs.
#[tauri::command]
#[specta::specta]
pub(crate) async fn start_sync(desk: Desk<'_>) -> Answer<()> {
    let opened = desk.opened()?;
    opened.following.sync(opened.pool.sync());
    Ok(())
}

/// Pauses the running sync.
#[tauri::command]
#[specta::specta]
pub(crate) async fn pause_sync(desk: Desk<'_>) -> Answer<()> {
    running(&desk)?.pause();
    Ok(())
}

/// Goes on after a pause.
#[tauri::command]
#[specta::specta]
pub(crate) async fn resume_sync(desk: Desk<'_>) -> Answer<()> {
    running(&desk)?.resume();
    Ok(())
}

/// Stops the running sync; what it has read is kept.
#[tauri::command]
#[specta::specta]
pub(crate) async fn cancel_sync(desk: Desk<'_>) -> Answer<()> {
    running(&desk)?.cancel();
    Ok(())
}

/// Quotas, money and the running sync.
#[tauri::command]
#[specta::specta]
pub(crate) async fn get_status(desk: Desk<'_>) -> Answer<StatusView> {
    let console = desk.console().await?;
    let pool = desk.pool().ok();
    let sync = pool.as_ref().and_then(|pool| {
        let progress = pool.running_sync()?.progress;
        let view = SyncProgressView::new(&pool.key().to_string(), &progress.borrow());
        Some(view)
    });
    Ok(StatusView {
        quota: console
            .quota(pool.as_deref())
            .into_iter()
            .map(|(category, usage)| (category.as_str(), usage).into())
            .collect(),
        may_bill: MayBillView::from(console.session_cost(pool.as_deref())),
        sync,
        read_only: pool.is_none_or(|pool| pool.is_read_only()),
    })
}

fn running(desk: &Desk<'_>) -> Answer<SyncHandle> {
    let none = || WireError::new(ErrorCode::Precondition, "No sync is running.");
    desk.pool()?.running_sync().ok_or_else(none)
}
