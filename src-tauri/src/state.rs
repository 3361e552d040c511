//! What is on the desk: the console, the connection, the open pool.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use console::files::ExportHandle;
use console::lab::Bench;
use console::to_aws::Exchange;
use console::{Connected, Console, OpenPool};
use jiff::Timestamp;
use tokio::sync::OnceCell;
use wire::connections::{ConnectedView, ConnectionIdView, Environment};
use wire::pools::{FreshnessView, GroupView, OpenPoolView, PoolView};
use wire::{ErrorCode, WireError};

use crate::chooser::{Chooser, Wanted};
use crate::clipboard::Clipboard;
use crate::events::{Tell, Told};
use crate::follow::Following;
use crate::importing::Importing;
use crate::playground::Playground;
use crate::setup::Place;
use crate::window::Shield;

/// The shell's state. Commands borrow it.
pub struct Desk {
    config: console::Config,
    /// Where files go that a person asks for.
    downloads: PathBuf,
    playground: Arc<Playground>,
    console: OnceCell<Console>,
    connected: Mutex<Option<Connected>>,
    open: Mutex<Option<Arc<Opened>>>,
    /// What lies on the lab's table, with its secrets.
    lab: tokio::sync::Mutex<Bench>,
    /// The exchange of a token for AWS credentials, with its secrets.
    exchange: tokio::sync::Mutex<Option<Exchange>>,
    /// The export that was begun last.
    export: tokio::sync::Mutex<Option<ExportHandle>>,
    importing: Importing,
    clipboard: Clipboard,
    /// How often secrets were forgotten: what was asked for before is not kept after.
    round: AtomicU64,
    /// Tells whoever waits for a browser to wait no longer.
    leave_browser: tokio::sync::Notify,
    tell: Tell,
    chooser: Chooser,
    shield: Shield,
    /// A link that was opened outside and that the window has not asked for yet.
    link: Mutex<Option<String>>,
}

/// The pool that the window shows.
pub(crate) struct Opened {
    pub(crate) pool: Arc<OpenPool>,
    /// `None` when it was opened without AWS.
    pub(crate) connection: Option<ConnectedView>,
    pub(crate) following: Following,
}

impl Desk {
    pub(crate) fn new(place: &Place, tell: Tell, chooser: Chooser, shield: Shield) -> Self {
        let mut config = place.console();
        let playground =
            Playground::new(place.data_dir.join(wire::app::SANDBOX_FILE), place.sandbox_users, config.clock.now());
        config.sandbox = Some(playground.client());
        // With a data folder of its own, a run leaves nothing elsewhere.
        let exports = || place.data_dir.join("exports");
        let downloads = if place.usual { dirs::download_dir().unwrap_or_else(exports) } else { exports() };
        Self {
            config,
            downloads,
            playground,
            console: OnceCell::new(),
            connected: Mutex::default(),
            open: Mutex::default(),
            lab: tokio::sync::Mutex::default(),
            exchange: tokio::sync::Mutex::default(),
            export: tokio::sync::Mutex::default(),
            importing: Importing::default(),
            clipboard: Clipboard::default(),
            round: AtomicU64::default(),
            leave_browser: tokio::sync::Notify::new(),
            tell,
            chooser,
            shield,
            link: Mutex::default(),
        }
    }

    /// The console, opened by whoever asks first: a keyring may take seconds, and the window is there before it answers.
    /// When it cannot be opened, the next one asks again.
    pub(crate) async fn console(&self) -> Result<Console, WireError> {
        Ok(self.console.get_or_try_init(|| console::open(self.config.clone())).await?.clone())
    }

    /// What a person should know about the local data, the sandbox's included.
    pub(crate) fn notices(&self, console: &Console) -> Vec<String> {
        let mut notices = console.notices();
        notices.extend(self.playground.notices());
        notices
    }

    /// The open pool.
    pub(crate) fn opened(&self) -> Result<Arc<Opened>, WireError> {
        let open = lock(&self.open).clone();
        open.ok_or_else(|| WireError::new(ErrorCode::Precondition, "No pool is open. Open one first."))
    }

    /// The open pool.
    pub(crate) fn pool(&self) -> Result<Arc<OpenPool>, WireError> {
        Ok(self.opened()?.pool.clone())
    }

    /// Puts a pool on the desk in the place of the one before.
    pub(crate) async fn show(
        &self,
        pool: Arc<OpenPool>,
        connection: Option<ConnectedView>,
    ) -> Result<OpenPoolView, WireError> {
        let following = Following::new(&pool, self.tell.clone());
        let opened = Arc::new(Opened { pool, connection, following });
        let view = self.view(&opened).await?;
        let before = lock(&self.open).replace(opened);
        if let Some(before) = before {
            before.pool.forget_confirmation();
        }
        // Another pool is another world: what was signed in there is forgotten.
        self.forget_secrets().await;
        Ok(view)
    }

    /// What lies on the lab's table.
    pub(crate) fn lab(&self) -> &tokio::sync::Mutex<Bench> {
        &self.lab
    }

    /// Ends when nobody waits for the browser any more: a person gave up, or left the pool.
    pub(crate) fn browser_left(&self) -> tokio::sync::futures::Notified<'_> {
        self.leave_browser.notified()
    }

    /// Whoever waits for the browser waits no longer.
    pub(crate) fn leave_browser(&self) {
        self.leave_browser.notify_waiters();
    }

    /// Takes the pool off the desk, and what lies on the lab's table with it. A running sync goes on in the background until
    /// the app ends.
    pub(crate) async fn clear(&self) {
        let before = lock(&self.open).take();
        if let Some(before) = before {
            before.pool.forget_confirmation();
        }
        self.forget_secrets().await;
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

    /// Forgets passwords, sessions, tokens and credentials, on the clipboard, too, and those that are still on their way.
    pub(crate) async fn forget_secrets(&self) {
        self.round.fetch_add(1, Ordering::SeqCst);
        self.leave_browser();
        self.clipboard.forget();
        self.shield(false);
        if let Ok(pool) = self.pool() {
            pool.forget_confirmation();
        }
        *self.exchange.lock().await = None;
        // Last, for whoever works at the table may be waiting for AWS.
        *self.lab.lock().await = Bench::default();
    }

    /// Before a secret is shown: whether it may be, and the window is kept out of screenshots.
    ///
    /// # Errors
    /// [`ErrorCode::ConfirmationNeeded`] where somebody has to say again that they mean it.
    pub(crate) fn shows_secret(&self) -> Result<(), WireError> {
        self.pool()?.may_show_secrets()?;
        self.shield(true);
        Ok(())
    }

    /// Keeps the window out of screenshots, or lets it in again.
    pub(crate) fn shield(&self, on: bool) {
        (self.shield)(on);
    }

    /// The exchange of a token for AWS credentials; none until one is made.
    pub(crate) fn exchange(&self) -> &tokio::sync::Mutex<Option<Exchange>> {
        &self.exchange
    }

    /// The export that was begun last; none until one is.
    pub(crate) fn export(&self) -> &tokio::sync::Mutex<Option<ExportHandle>> {
        &self.export
    }

    /// Lets a person choose a file of people; `None` when none was chosen.
    pub(crate) async fn choose_file(&self) -> Result<Option<PathBuf>, WireError> {
        Ok((self.chooser)(Wanted::People).await?.into_iter().next())
    }

    /// Lets a person choose the file of a view; `None` when none was chosen.
    pub(crate) async fn choose_view(&self) -> Result<Option<PathBuf>, WireError> {
        Ok((self.chooser)(Wanted::View).await?.into_iter().next())
    }

    /// Lets a person choose a price table; `None` when none was chosen.
    pub(crate) async fn choose_prices(&self) -> Result<Option<PathBuf>, WireError> {
        Ok((self.chooser)(Wanted::Prices).await?.into_iter().next())
    }

    /// Puts a link on the desk that was opened outside, in the place of one that nobody has looked at. It waits there
    /// unread until the window asks.
    pub(crate) fn put_link(&self, link: String) {
        *lock(&self.link) = Some(link);
        (self.tell)(Told::Link);
    }

    /// The link that was opened outside last, once.
    pub(crate) fn take_link(&self) -> Option<String> {
        lock(&self.link).take()
    }

    /// Lets a person choose files that tell of a month; none when nothing was chosen.
    pub(crate) async fn choose_activity(&self) -> Result<Vec<PathBuf>, WireError> {
        (self.chooser)(Wanted::Activity).await
    }

    pub(crate) fn importing(&self) -> &Importing {
        &self.importing
    }

    pub(crate) fn clipboard(&self) -> &Clipboard {
        &self.clipboard
    }

    /// The connection: the one that was made last when it is the same, else a new one.
    pub(crate) async fn connect(&self, id: &ConnectionIdView, again: bool) -> Result<ConnectedView, WireError> {
        let (console, id) = (self.console().await?, id.parse()?);
        let held = lock(&self.connected).clone().filter(|held| held.id == id && !again);
        let connected = match held {
            Some(held) => held,
            None => {
                self.warm(id.sandbox).await;
                console.connect(id).await?
            }
        };
        *lock(&self.connected) = Some(connected.clone());
        let settings = console.settings();
        let saved = settings.connections.iter().find(|saved| saved.id == connected.id);
        Ok(ConnectedView::new(&connected, saved.and_then(|saved| saved.label.as_deref())))
    }

    /// Forgets the connection that was made last, so that the next one is made anew.
    pub(crate) fn forget_connection(&self) {
        *lock(&self.connected) = None;
    }

    /// Makes the sandbox where blocking is allowed, before anything async needs it.
    pub(crate) async fn warm(&self, sandbox: bool) {
        if sandbox {
            let playground = self.playground.clone();
            // A panic in there comes up again where the sandbox is used.
            let _ = tokio::task::spawn_blocking(move || playground.start()).await;
        }
    }

    pub(crate) fn playground(&self) -> &Playground {
        &self.playground
    }

    /// Where files go that a person asks for: reports, tables.
    pub(crate) fn downloads(&self) -> &Path {
        &self.downloads
    }

    /// Where the keys were said to be at the start.
    pub(crate) fn keys(&self) -> &console::KeySource {
        &self.config.keys
    }

    /// The present.
    pub(crate) fn now(&self) -> Timestamp {
        self.config.clock.now()
    }

    /// The app ends: what the sandbox has changed is kept, and no secret stays on the clipboard.
    pub(crate) fn leave(&self) {
        self.clipboard.forget();
        self.playground.save();
    }

    async fn view(&self, opened: &Opened) -> Result<OpenPoolView, WireError> {
        let console = self.console().await?;
        let pool = &opened.pool;
        let missing = || WireError::new(ErrorCode::NotFound, "The local copy is empty. Connect and sync the pool.");
        let described = pool.pool().await?.ok_or_else(missing)?;
        let environment = Environment::from(pool.environment());
        Ok(OpenPoolView {
            pool_key: pool.key().to_string(),
            connection: opened.connection.clone(),
            pool: PoolView::from(&described),
            freshness: FreshnessView::from(&pool.freshness().await?),
            fields: pool.fields().await?.names().to_vec(),
            groups: pool.groups().await?.iter().map(GroupView::from).collect(),
            environment,
            read_only: environment == Environment::Production,
            offline: opened.connection.is_none(),
            history: pool.keeps_history(),
            notices: self.notices(&console),
        })
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
