//! Connections: what there is, and being connected.

use wire::connections::{Connect, ConnectedView, ConnectionsView, LabelConnection};

use super::{Answer, Desk};

/// Lists the profiles and the pools that have a local copy. Reads files only.
#[tauri::command]
#[specta::specta]
pub(crate) async fn list_connections(desk: Desk<'_>) -> Answer<ConnectionsView> {
    Ok(ConnectionsView::from(&desk.console().await?.connections().await))
}

/// Connects and lists the pools (`sts:GetCallerIdentity`, `ListUserPools`; free).
#[tauri::command]
#[specta::specta]
pub(crate) async fn connect(desk: Desk<'_>, request: Connect) -> Answer<ConnectedView> {
    desk.connect(&request.connection, true).await
}

/// Says what a connection is for.
#[tauri::command]
#[specta::specta]
pub(crate) async fn label_connection(desk: Desk<'_>, request: LabelConnection) -> Answer<()> {
    let id = request.connection.parse()?;
    desk.console().await?.label(&id, request.environment.into(), request.label).await?;
    desk.forget_connection();
    Ok(())
}

/// Whether the connection's credentials hold now. Cognito is not called.
#[tauri::command]
#[specta::specta]
pub(crate) async fn check_credentials(desk: Desk<'_>, request: Connect) -> Answer<bool> {
    let id = request.connection.parse()?;
    Ok(desk.console().await?.check_credentials(&id).await?)
}
