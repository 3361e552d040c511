//! Following an open pool: its sync and its rows, told to the window at a bearable pace.

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use console::{Code, OpenPool, SyncHandle};
use tokio::task::JoinHandle;
use wire::sync::{SessionExpiredView, SyncProgressView};

use crate::events::{Tell, Told};

/// Between two tellings of progress: ten a second at most.
const PROGRESS: Duration = Duration::from_millis(100);

/// Between two looks at the rows.
const ROWS: Duration = Duration::from_secs(1);

/// The tasks that follow one pool. They end when it is dropped.
pub(crate) struct Following {
    key: String,
    pool: Weak<OpenPool>,
    tell: Tell,
    rows: JoinHandle<()>,
    sync: Mutex<Option<(SyncHandle, JoinHandle<()>)>>,
}

impl Following {
    /// Follows the pool's rows from now on, and its sync if one runs. Must be called within a tokio runtime.
    pub(crate) fn new(pool: &Arc<OpenPool>, tell: Tell) -> Self {
        let (key, pool_of) = (pool.key().to_string(), Arc::downgrade(pool));
        let rows = tokio::spawn(rows(key.clone(), pool_of.clone(), tell.clone()));
        let following = Self { key, pool: pool_of, tell, rows, sync: Mutex::default() };
        if let Some(sync) = pool.running_sync() {
            following.sync(sync);
        }
        following
    }

    /// Follows a sync until it ends; one that is being followed is not followed twice.
    pub(crate) fn sync(&self, sync: SyncHandle) {
        let mut following = self.sync.lock().unwrap_or_else(PoisonError::into_inner);
        if following.as_ref().is_some_and(|(followed, _)| followed.is(&sync)) {
            return;
        }
        let task = tokio::spawn(progress(self.key.clone(), self.pool.clone(), sync.clone(), self.tell.clone()));
        // The one before has ended, but its task may still be about to say so, over what the new one says.
        if let Some((_, before)) = following.replace((sync, task)) {
            before.abort();
        }
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        self.rows.abort();
        if let Some((_, task)) = self.sync.lock().unwrap_or_else(PoisonError::into_inner).take() {
            task.abort();
        }
    }
}

async fn rows(key: String, pool: Weak<OpenPool>, tell: Tell) {
    let mut seen = None;
    while let Some(pool) = pool.upgrade() {
        // The counter asks the database, which may block for a moment.
        let Ok(now) = tokio::task::spawn_blocking(move || pool.change_counter()).await else { return };
        if seen.replace(now).is_some_and(|before| before != now) {
            tell(Told::Changed(key.clone()));
        }
        tokio::time::sleep(ROWS).await;
    }
}

async fn progress(key: String, pool: Weak<OpenPool>, sync: SyncHandle, tell: Tell) {
    let mut told = sync.progress.clone();
    loop {
        let view = SyncProgressView::new(&key, &told.borrow_and_update());
        tell(Told::Progress(view));
        tokio::time::sleep(PROGRESS).await;
        if sync.has_ended() || told.changed().await.is_err() {
            break;
        }
    }
    let outcome = sync.finished().await;
    let last = SyncProgressView::new(&key, &told.borrow());
    tell(Told::Progress(last));
    tell(Told::Changed(key.clone()));
    match outcome {
        Ok(_) => keep_settings(&pool).await,
        Err(error) if matches!(error.code, Code::CredentialsExpired | Code::CredentialsMissing) => {
            let (sso_login, message) = (error.sso_login, error.message);
            tell(Told::Expired(SessionExpiredView { pool_key: key, sso_login, message }));
        }
        Err(_) => {}
    }
}

/// After a sync, the settings as they are now. That no copy could be kept is in the log.
async fn keep_settings(pool: &Weak<OpenPool>) {
    let Some(pool) = pool.upgrade() else { return };
    if let Err(error) = pool.keep_settings().await {
        tracing::warn!(code = error.code.as_str(), "no copy of the settings was kept");
    }
}
