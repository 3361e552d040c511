//! Pools: describing, opening, closing, the sandbox.

use console::Erase;
use wire::pools::{CachedPool, DescribePool, OpenPool, OpenPoolView, PoolLineView, pool_id};
use wire::{ErrorCode, WireError};

use super::{Answer, Desk};
use crate::playground::Playground;

/// A pool's plan and size (`DescribeUserPool`; free).
#[tauri::command]
#[specta::specta]
pub(crate) async fn describe_pool(desk: Desk<'_>, request: DescribePool) -> Answer<PoolLineView> {
    let (id, pool) = (request.connection.parse()?, pool_id(&request.pool_id)?);
    Ok(PoolLineView::from(&desk.console().await?.describe_pool(&id, &pool).await?))
}

/// Opens a pool through AWS.
#[tauri::command]
#[specta::specta]
pub(crate) async fn open_pool(desk: Desk<'_>, request: OpenPool) -> Answer<OpenPoolView> {
    let (id, pool) = (request.connection.parse()?, pool_id(&request.pool_id)?);
    let connected = desk.connect(&request.connection, false).await?;
    let console = desk.console().await?;
    let mut open = console.open_pool(&id, &pool).await?;
    if *open.connection() != id {
        let busy = || {
            let busy = "This pool is open through another connection, and a sync or a job of that is under way. Wait for its \
                        end, or stop it, and open the pool again.";
            WireError::new(ErrorCode::Precondition, busy)
        };
        // Asked before anything is closed: who is told to stop it must still be able to.
        if open.running_sync().is_some() || open.followed_jobs().iter().any(|job| open.running_job(&job.id).is_some()) {
            return Err(busy());
        }
        // It is open through another connection, whose credentials and label would go on to hold: it is opened anew.
        let before = desk.named(&open.key().to_string());
        let (was_open, connection) = (before.is_some(), before.as_ref().and_then(|before| before.connection.clone()));
        drop(open);
        if let Some(before) = before {
            desk.close(&before).await;
        }
        open = console.open_pool(&id, &pool).await?;
        if *open.connection() != id {
            // Something else holds it still, so its tab goes on with the connection that it had.
            if was_open {
                desk.show(open, connection).await?;
            }
            return Err(busy());
        }
    }
    desk.show(open, Some(connected)).await
}

/// Opens a pool's local copy. No socket is opened.
#[tauri::command]
#[specta::specta]
pub(crate) async fn open_cached_pool(desk: Desk<'_>, request: CachedPool) -> Answer<OpenPoolView> {
    let open = desk.console().await?.open_cached(&request.key()?).await?;
    desk.warm(open.connection().sandbox).await;
    desk.show(open, None).await
}

/// An open pool as it is now: for a tab that comes to the front again.
#[tauri::command]
#[specta::specta]
pub(crate) async fn get_open_pool(desk: Desk<'_>) -> Answer<OpenPoolView> {
    desk.view(desk.opened()?).await
}

/// Closes an open pool and forgets its secrets. Its sync goes on.
#[tauri::command]
#[specta::specta]
pub(crate) async fn close_pool(desk: Desk<'_>) -> Answer<()> {
    if let Ok(opened) = desk.opened() {
        desk.close(opened).await;
    }
    Ok(())
}

/// Opens the built-in sandbox's pool, making the sandbox when it is the first time.
#[tauri::command]
#[specta::specta]
pub(crate) async fn open_sandbox(desk: Desk<'_>) -> Answer<OpenPoolView> {
    desk.warm(true).await;
    let request = OpenPool { connection: Playground::connection(), pool_id: desk.playground().pool_id() };
    open_pool(desk, request).await
}

/// Makes the sandbox as new: its local copies and their history go, too.
#[tauri::command]
#[specta::specta]
pub(crate) async fn reset_sandbox(desk: Desk<'_>) -> Answer<()> {
    let console = desk.console().await?;
    desk.clear(|open| open.connection().sandbox).await;
    desk.forget_connection();
    for pool in console.settings().pools.into_iter().filter(|pool| pool.connection.sandbox) {
        console.erase(Erase::Pool(pool.key)).await?;
    }
    desk.playground().reset().await;
    Ok(())
}
