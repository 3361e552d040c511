//! The sandbox of this run: made when it is first asked for, kept in the data directory.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use console::{HttpClient, SandboxClient};
use jiff::Timestamp;
use sandbox::{Options, Quota, Sandbox};
use wire::connections::ConnectionIdView;

/// Where the sandbox comes from and, once it runs, the sandbox.
pub(crate) struct Playground {
    file: PathBuf,
    users: u32,
    start: Timestamp,
    running: Mutex<Option<Sandbox>>,
}

impl Playground {
    /// A playground whose state is kept in `file` and whose virtual time begins at `start`. Nothing is made yet.
    pub(crate) fn new(file: PathBuf, users: u32, start: Timestamp) -> Arc<Self> {
        Arc::new(Self { file, users, start, running: Mutex::default() })
    }

    /// Makes the sandbox unless it runs. Blocks for a second or two.
    pub(crate) fn start(&self) -> HttpClient {
        self.running().get_or_insert_with(|| self.load()).http_client()
    }

    /// The id of its large pool. Blocks like [`Playground::start`].
    pub(crate) fn pool_id(&self) -> String {
        self.running().get_or_insert_with(|| self.load()).pool_id()
    }

    /// What names its connection.
    pub(crate) fn connection() -> ConnectionIdView {
        ConnectionIdView { profile: None, region: Some(Options::default().region), endpoint: None, sandbox: true }
    }

    /// What `console` asks for its way in.
    pub(crate) fn client(self: &Arc<Self>) -> SandboxClient {
        let playground = self.clone();
        Arc::new(move || playground.start())
    }

    /// Writes what has changed, if it ran.
    pub(crate) fn save(&self) {
        if let Some(Err(error)) = self.running().as_ref().map(|sandbox| sandbox.save(&self.file)) {
            tracing::warn!(%error, "the sandbox's state was not kept");
        }
    }

    /// Lets go of the sandbox and of its state: the next one is as new.
    pub(crate) fn reset(&self) {
        *self.running() = None;
        // No file is as good as a removed one.
        let _ = std::fs::remove_file(&self.file);
    }

    fn load(&self) -> Sandbox {
        if self.file.exists() {
            match Sandbox::load(&self.file, self.start) {
                Ok(sandbox) => return sandbox,
                Err(error) => tracing::warn!(%error, "the sandbox begins anew"),
            }
        }
        let options = Options { users: self.users, quota: Quota::Off, start: self.start, ..Options::default() };
        let sandbox = Sandbox::new(options);
        // The people depend on the first day: kept, they are the same ones tomorrow.
        if let Err(error) = sandbox.save(&self.file) {
            tracing::warn!(%error, "the sandbox's state was not kept");
        }
        sandbox
    }

    fn running(&self) -> MutexGuard<'_, Option<Sandbox>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
