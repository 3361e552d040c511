//! What the window is told without asking.

use serde::Serialize;
use specta::Type;
use tauri::{AppHandle, Runtime};
use tauri_specta::Event;
use wire::sync::{SessionExpiredView, SyncProgressView};

/// A sync got on. At most ten a second.
#[derive(Debug, Clone, Serialize, Type, Event)]
pub(crate) struct SyncProgress(pub SyncProgressView);

/// Rows of an open pool, which it names by its key, changed, here or in another process. At most one a second for each.
#[derive(Debug, Clone, Serialize, Type, Event)]
pub(crate) struct CacheChanged(pub String);

/// Credentials ran out while something was going on.
#[derive(Debug, Clone, Serialize, Type, Event)]
pub(crate) struct SessionExpired(pub SessionExpiredView);

/// The secret that AWS made with that change is kept no more: what shows it has to go.
#[derive(Debug, Clone, Serialize, Type, Event)]
pub(crate) struct SecretForgotten(pub String);

/// A link was opened outside: `take_link` has it.
#[derive(Debug, Clone, Serialize, Type, Event)]
pub(crate) struct LinkOpened;

/// Anything that the window is told.
pub(crate) enum Told {
    Progress(SyncProgressView),
    /// The key of the pool.
    Changed(String),
    Expired(SessionExpiredView),
    /// The change that made the secret.
    Forgotten(String),
    Link,
}

/// How the window is told. It says nothing when there is no window.
pub(crate) type Tell = std::sync::Arc<dyn Fn(Told) + Send + Sync>;

/// Hands an event to Tauri.
pub(crate) fn emit<R: Runtime>(app: &AppHandle<R>, told: Told) {
    let sent = match told {
        Told::Progress(view) => SyncProgress(view).emit(app),
        Told::Changed(pool_key) => CacheChanged(pool_key).emit(app),
        Told::Expired(view) => SessionExpired(view).emit(app),
        Told::Forgotten(edit) => SecretForgotten(edit).emit(app),
        Told::Link => LinkOpened.emit(app),
    };
    if let Err(error) = sent {
        tracing::warn!(%error, "an event did not reach the window");
    }
}
