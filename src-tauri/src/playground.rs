//! The sandbox of this run: made when it is first asked for, kept in the data directory.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use console::{HttpClient, SandboxClient};
use jiff::Timestamp;
use sandbox::{Options, Quota, Sandbox, Server, StateLock};
use wire::app::{SANDBOX_FILE, sandbox_files};
use wire::connections::ConnectionIdView;

/// Where the sandbox comes from and, once it runs, the sandbox.
pub(crate) struct Playground {
    file: PathBuf,
    users: u32,
    start: Timestamp,
    running: Mutex<Option<Sandbox>>,
    /// Its port on this machine, once a browser needed one.
    server: tokio::sync::Mutex<Option<Server>>,
    notices: Mutex<Vec<String>>,
    /// The right to write the file; taken when the sandbox is made, and held to the end.
    lock: Mutex<Option<StateLock>>,
    /// Whether the file holds something unreadable that could not be set aside; then it is never written over.
    spared: AtomicBool,
}

impl Playground {
    /// A playground whose state is kept in `file` and whose virtual time begins at `start`. Nothing is made yet.
    pub(crate) fn new(file: PathBuf, users: u32, start: Timestamp) -> Arc<Self> {
        let (running, notices, lock) = (Mutex::default(), Mutex::default(), Mutex::default());
        let server = tokio::sync::Mutex::default();
        Arc::new(Self { file, users, start, running, server, notices, lock, spared: AtomicBool::new(false) })
    }

    /// Makes the sandbox unless it runs. Blocks for a second or two.
    pub(crate) fn start(&self) -> HttpClient {
        self.running().get_or_insert_with(|| self.load()).http_client()
    }

    /// Where a browser finds its hosted login: a port of the loopback interface, opened when it is first asked for.
    ///
    /// # Errors
    /// When no port can be had.
    pub(crate) async fn address(&self) -> Result<String, sandbox::Error> {
        let mut server = self.server.lock().await;
        if let Some(server) = server.as_ref() {
            return Ok(server.endpoint());
        }
        let sandbox = self.running().get_or_insert_with(|| self.load()).clone();
        let opened = sandbox.serve(0).await?;
        let address = opened.endpoint();
        *server = Some(opened);
        Ok(address)
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

    /// What a person should know about the sandbox's state.
    pub(crate) fn notices(&self) -> Vec<String> {
        self.notices.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Writes what has changed, if it ran.
    pub(crate) fn save(&self) {
        if let Some(sandbox) = self.running().as_ref() {
            self.keep(sandbox);
        }
    }

    /// Lets go of the sandbox and of its state: the next one is as new. A state that another program has in use stays.
    pub(crate) async fn reset(&self) {
        *self.server.lock().await = None;
        *self.running() = None;
        self.notices.lock().unwrap_or_else(PoisonError::into_inner).clear();
        if self.claim() {
            let folder = self.file.parent().unwrap_or(Path::new("."));
            for (file, _) in sandbox_files(folder) {
                // No file is as good as a removed one.
                let _ = std::fs::remove_file(file);
            }
        }
        self.spared.store(self.file.exists(), Ordering::Relaxed);
    }

    /// Takes the right to write the file, unless it is held; says so when another program, such as `poolctl`, has it. Of
    /// two that write one file, each would undo what the other kept.
    fn claim(&self) -> bool {
        let mut lock = self.lock();
        if lock.is_none() {
            match StateLock::take(&self.file) {
                Ok(taken) => *lock = Some(taken),
                Err(error) => self.tell(format!("What changes in the sandbox is not kept. {error}")),
            }
        }
        lock.is_some()
    }

    fn load(&self) -> Sandbox {
        self.claim();
        if self.file.exists() {
            match Sandbox::load(&self.file, self.start) {
                Ok(sandbox) => return sandbox,
                Err(error) => self.set_aside(&error),
            }
        }
        let options = Options { users: self.users, quota: Quota::Off, start: self.start, ..Options::default() };
        let sandbox = Sandbox::new(options);
        // The people depend on the first day: kept, they are the same ones tomorrow.
        self.keep(&sandbox);
        sandbox
    }

    fn keep(&self, sandbox: &Sandbox) {
        if self.lock().is_none() || self.spared.load(Ordering::Relaxed) {
            return;
        }
        if let Err(error) = sandbox.save(&self.file) {
            tracing::warn!(%error, "the sandbox's state was not kept");
        }
    }

    /// Keeps a state that cannot be read, under another name, and says so.
    fn set_aside(&self, why: &sandbox::Error) {
        tracing::warn!("the sandbox's state cannot be read; it begins anew");
        let aside = (1_u32..)
            .map(|number| self.file.with_file_name(format!("{SANDBOX_FILE}.damaged-{number}")))
            .find(|path| !path.exists());
        let ours = self.lock().is_some();
        let moved = aside.filter(|aside| ours && std::fs::rename(&self.file, aside).is_ok());
        let kept = moved.as_ref().unwrap_or(&self.file).display();
        let notice =
            format!("The sandbox begins anew, because its state could not be read. It is kept as {kept}. {why}");
        self.spared.store(moved.is_none(), Ordering::Relaxed);
        self.tell(notice);
    }

    fn tell(&self, notice: String) {
        let mut notices = self.notices.lock().unwrap_or_else(PoisonError::into_inner);
        if !notices.contains(&notice) {
            notices.push(notice);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<StateLock>> {
        self.lock.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn running(&self) -> MutexGuard<'_, Option<Sandbox>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
