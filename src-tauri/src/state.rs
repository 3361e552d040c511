//! What is on the desk: the console, the connection, the open pools.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use console::files::ExportHandle;
use console::{Connected, Console, OpenPool};
use jiff::Timestamp;
use tokio::sync::OnceCell;
use wire::connections::{ConnectedView, ConnectionIdView, Environment};
use wire::pools::{FreshnessView, GroupView, OpenPoolView, PoolView};
use wire::{ErrorCode, WireError};

use crate::chooser::{Chooser, Wanted};
use crate::clipboard::Clipboard;
use crate::events::{Tell, Told};
use crate::importing::Importing;
use crate::opened::Opened;
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
    /// The pools of the window's tabs, each once; the one that was opened last is the last.
    open: Mutex<Vec<Arc<Opened>>>,
    /// The export that was begun last.
    export: tokio::sync::Mutex<Option<ExportHandle>>,
    importing: Importing,
    clipboard: Clipboard,
    tell: Tell,
    chooser: Chooser,
    shield: Shield,
    /// A link that was opened outside and that the window has not asked for yet.
    link: Mutex<Option<String>>,
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
            export: tokio::sync::Mutex::default(),
            importing: Importing::default(),
            clipboard: Clipboard::default(),
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

    /// The open pool of that key; `None` when it is not open, or not any more.
    pub(crate) fn named(&self, key: &str) -> Option<Arc<Opened>> {
        lock(&self.open).iter().find(|opened| opened.is(key)).cloned()
    }

    /// The pool that was opened last; `None` when none is open.
    pub(crate) fn last(&self) -> Option<Arc<Opened>> {
        lock(&self.open).last().cloned()
    }

    /// Puts a pool on the desk beside those that lie there. One that lies there already is laid down anew: there is one tab
    /// of each pool.
    pub(crate) async fn show(
        &self,
        pool: Arc<OpenPool>,
        connection: Option<ConnectedView>,
    ) -> Result<OpenPoolView, WireError> {
        let key = pool.key().to_string();
        let opened = Arc::new(Opened::new(pool, connection, self.tell.clone()));
        let view = self.view(&opened).await?;
        let before = {
            let mut open = lock(&self.open);
            let before = open.iter().position(|other| other.is(&key)).map(|place| open.remove(place));
            open.push(opened);
            before
        };
        if let Some(before) = before {
            self.left(&before).await;
        }
        Ok(view)
    }

    /// Takes a pool off the desk, and what lies on its table with it. A running sync goes on in the background until the app
    /// ends.
    pub(crate) async fn close(&self, opened: &Arc<Opened>) {
        lock(&self.open).retain(|other| !Arc::ptr_eq(other, opened));
        self.left(opened).await;
    }

    /// Takes every pool off the desk that is one of those.
    pub(crate) async fn clear(&self, which: impl Fn(&OpenPool) -> bool) {
        let open = lock(&self.open).clone();
        for opened in open.iter().filter(|opened| which(&opened.pool)) {
            self.close(opened).await;
        }
    }

    /// What was copied in a pool leaves the clipboard with it.
    async fn left(&self, opened: &Opened) {
        // Or a copy that is on its way would come after it.
        opened.next_round();
        self.clipboard.forget_of(&opened.key());
        opened.forget_secrets().await;
    }

    /// Forgets the secrets of every open pool, on the clipboard, too, and those that are still on their way.
    pub(crate) async fn forget_secrets(&self) {
        let open = lock(&self.open).clone();
        // Or a copy that is on its way would come after the clipboard was emptied.
        for opened in &open {
            opened.next_round();
        }
        self.clipboard.forget();
        self.shield(false);
        // Side by side: a table at which somebody waits for AWS keeps no other one from being cleared.
        let all = open.into_iter().map(|opened| tokio::spawn(async move { opened.forget_secrets().await }));
        for forgotten in all.collect::<Vec<_>>() {
            // A panic in there has taken the table with it.
            let _ = forgotten.await;
        }
    }

    /// Tells the window when the secret that AWS made with an edit is kept no more. Must be called within a runtime.
    pub(crate) fn follow_secret(&self, pool: Arc<OpenPool>, edit: String) {
        let tell = self.tell.clone();
        tokio::spawn(async move {
            pool.secret_gone(&edit).await;
            tell(Told::Forgotten(edit));
        });
    }

    /// Keeps the window out of screenshots, or lets it in again.
    pub(crate) fn shield(&self, on: bool) {
        (self.shield)(on);
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

    /// Lets a person choose the picture of a logo; `None` when none was chosen.
    pub(crate) async fn choose_logo(&self) -> Result<Option<PathBuf>, WireError> {
        Ok((self.chooser)(Wanted::Logo).await?.into_iter().next())
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

    /// Lets a person choose files that tell of a month, or a folder of them; none when nothing was chosen.
    pub(crate) async fn choose_activity(&self, folder: bool) -> Result<Vec<PathBuf>, WireError> {
        (self.chooser)(if folder { Wanted::ActivityFolder } else { Wanted::Activity }).await
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

    /// What the window shows of an open pool.
    pub(crate) async fn view(&self, opened: &Opened) -> Result<OpenPoolView, WireError> {
        let console = self.console().await?;
        let pool = &opened.pool;
        let missing = || WireError::new(ErrorCode::NotFound, "The local copy is empty. Connect and sync the pool.");
        let described = pool.pool().await?.ok_or_else(missing)?;
        let environment = Environment::from(pool.environment());
        let read_only = environment == Environment::Production;
        Ok(OpenPoolView {
            pool_key: pool.key().to_string(),
            // What it is for may have been said anew since it was opened.
            connection: opened.connection.clone().map(|connected| ConnectedView {
                environment,
                read_only,
                ..connected
            }),
            pool: PoolView::from(&described),
            freshness: FreshnessView::from(&pool.freshness().await?),
            fields: pool.fields().await?.names().to_vec(),
            groups: pool.groups().await?.iter().map(GroupView::from).collect(),
            environment,
            read_only,
            offline: opened.connection.is_none(),
            history: pool.keeps_history(),
            notices: self.notices(&console),
        })
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
