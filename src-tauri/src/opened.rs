//! A pool that is open in the window, with what lies on its table.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use console::OpenPool;
use console::lab::Bench;
use console::to_aws::Exchange;
use tokio::sync::{Mutex, Notify};
use wire::connections::ConnectedView;
use wire::{ErrorCode, WireError};

use crate::events::Tell;
use crate::follow::Following;

/// One tab of the window: its pool, and the secrets of that pool. They go with it.
pub(crate) struct Opened {
    pub(crate) pool: Arc<OpenPool>,
    /// `None` when it was opened without AWS.
    pub(crate) connection: Option<ConnectedView>,
    pub(crate) following: Following,
    /// What lies on the lab's table, with its secrets.
    pub(crate) lab: Mutex<Bench>,
    /// The exchange of a token for AWS credentials, with its secrets; none until one is made.
    pub(crate) exchange: Mutex<Option<Exchange>>,
    /// How often secrets were forgotten: what was asked for before is not kept after.
    round: AtomicU64,
    /// Tells whoever waits for a browser to wait no longer.
    browser: Notify,
}

impl Opened {
    /// Must be called within a tokio runtime.
    pub(crate) fn new(pool: Arc<OpenPool>, connection: Option<ConnectedView>, tell: Tell) -> Self {
        let following = Following::new(&pool, tell);
        Self {
            pool,
            connection,
            following,
            lab: Mutex::default(),
            exchange: Mutex::default(),
            round: AtomicU64::default(),
            browser: Notify::new(),
        }
    }

    /// The key of the pool.
    pub(crate) fn key(&self) -> String {
        self.pool.key().to_string()
    }

    /// Whether it is the pool of that key.
    pub(crate) fn is(&self, key: &str) -> bool {
        self.key() == key
    }

    /// Ends when nobody waits for the browser any more: a person gave up, or left the pool.
    pub(crate) fn browser_left(&self) -> tokio::sync::futures::Notified<'_> {
        self.browser.notified()
    }

    /// Whoever waits for the browser waits no longer.
    pub(crate) fn leave_browser(&self) {
        self.browser.notify_waiters();
    }

    /// Which round of secrets it is; another one begins when they are forgotten.
    pub(crate) fn round(&self) -> u64 {
        self.round.load(Ordering::SeqCst)
    }

    /// Whether it still is the round in which something was begun.
    ///
    /// # Errors
    /// [`ErrorCode::Cancelled`] when secrets were forgotten since, as they are when a pool is left.
    pub(crate) fn still(&self, round: u64) -> Result<(), WireError> {
        if self.round() == round {
            return Ok(());
        }
        Err(WireError::new(ErrorCode::Cancelled, "Its pool was left or secrets were forgotten meanwhile."))
    }

    /// Begins another round: what is still on its way is neither kept nor copied any more.
    pub(crate) fn next_round(&self) {
        self.round.fetch_add(1, Ordering::SeqCst);
        self.leave_browser();
        self.pool.forget_confirmation();
    }

    /// Forgets passwords, sessions, tokens and credentials; those that are on their way are of the round before.
    pub(crate) async fn forget_secrets(&self) {
        *self.exchange.lock().await = None;
        // Last, for whoever works at the table may be waiting for AWS.
        *self.lab.lock().await = Bench::default();
    }
}
