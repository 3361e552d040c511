//! The app itself: protection, settings, logs, erasing.

use console::{Erase, KeySource};
use wire::app::{
    AppInfoView, ERASE_EVERYTHING, EraseEverything, ProtectionKind, ProtectionView, SettingsPatch, SettingsView,
    UnlockRequest,
};
use wire::pools::CachedPool;
use wire::users::OneUser;
use wire::{ErrorCode, WireError};

use super::{Answer, Desk};

/// What the window asks for first. Opens the console, which may wait for the keyring.
#[tauri::command]
#[specta::specta]
pub(crate) async fn get_app_info(desk: Desk<'_>) -> Answer<AppInfoView> {
    let console = desk.console().await?;
    let mut protection = ProtectionView::from(console.protection());
    if let (ProtectionKind::Locked, KeySource::File(path)) = (protection.kind, desk.keys()) {
        protection.backend = Some(path.display().to_string());
    }
    Ok(AppInfoView {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        protection,
        data_dir: console.data_dir().display().to_string(),
        zone: console.zone().iana_name().unwrap_or("UTC").to_owned(),
        platform: std::env::consts::OS.to_owned(),
        notices: desk.notices(&console),
    })
}

/// Asks for the keys again, or from elsewhere.
#[tauri::command]
#[specta::specta]
pub(crate) async fn unlock(desk: Desk<'_>, request: UnlockRequest) -> Answer<AppInfoView> {
    desk.console().await?.unlock(request.source(desk.keys().clone())?).await?;
    get_app_info(desk).await
}

/// The settings.
#[tauri::command]
#[specta::specta]
pub(crate) async fn get_settings(desk: Desk<'_>) -> Answer<SettingsView> {
    Ok(SettingsView::from(&desk.console().await?.settings()))
}

/// Changes some settings; answers with all of them.
#[tauri::command]
#[specta::specta]
pub(crate) async fn update_settings(desk: Desk<'_>, request: SettingsPatch) -> Answer<SettingsView> {
    request.check()?;
    let settings = desk.console().await?.update_settings(|settings| request.apply(settings)).await?;
    Ok(SettingsView::from(&settings))
}

/// Opens the folder with the logs in the desktop's file manager.
#[tauri::command]
#[specta::specta]
pub(crate) async fn open_logs_folder(desk: Desk<'_>) -> Answer<()> {
    let folder = desk.console().await?.logs_dir();
    let failed =
        |_| WireError::new(ErrorCode::Precondition, format!("Open this folder yourself: {}", folder.display()));
    tokio::task::spawn_blocking({
        let folder = folder.clone();
        move || opener::open(folder)
    })
    .await
    .map_or_else(|_| Ok(()), |opened| opened.map_err(failed))
}

/// A redacted account of this installation, for a bug report.
#[tauri::command]
#[specta::specta]
pub(crate) async fn get_diagnostics(desk: Desk<'_>) -> Answer<String> {
    Ok(desk.console().await?.diagnostics().await)
}

/// Erases every local copy, the history, the settings and the keys, once the words are typed.
#[tauri::command]
#[specta::specta]
pub(crate) async fn erase_everything(desk: Desk<'_>, request: EraseEverything) -> Answer<()> {
    if request.typed.trim() != ERASE_EVERYTHING {
        return Err(WireError::validation("typed", format!("Type the words “{ERASE_EVERYTHING}”.")));
    }
    desk.clear(|_| true).await;
    desk.forget_connection();
    desk.console().await?.erase(Erase::All).await?;
    desk.playground().reset().await;
    Ok(())
}

/// Erases one pool's local copy and history.
#[tauri::command]
#[specta::specta]
pub(crate) async fn erase_pool(desk: Desk<'_>, request: CachedPool) -> Answer<()> {
    let key = request.key()?;
    desk.clear(|open| *open.key() == key).await;
    desk.console().await?.erase(Erase::Pool(key)).await?;
    Ok(())
}

/// Erases what the history knows of one person of the open pool.
#[tauri::command]
#[specta::specta]
pub(crate) async fn erase_person(desk: Desk<'_>, request: OneUser) -> Answer<()> {
    Ok(desk.pool()?.erase_person(&request.username).await?)
}
