//! The composition root: data directory, keys, settings, gate, and what is open.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use cognito::{AwsFiles, Gate, HttpClient, QuotaUse, Share};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::PoolKey;
use model::call::QuotaCategory;
use model::clock::Clock;
use model::connection::ConnectionId;
use store::{DataDir, History, Journal, KeySource, Keys, Settings};

use crate::error::{Code, Error};
use crate::leases::Limiters;
use crate::pool::OpenPool;
use crate::sink::{CallCount, CallCounter, SessionCost};

/// Gives the HTTP client that leads into the built-in sandbox, starting the sandbox when it is asked first.
pub type SandboxClient = Arc<dyn Fn() -> HttpClient + Send + Sync>;

/// What a [`Console`] is made from.
#[derive(Clone)]
pub struct Config {
    /// Where settings, caches and history live. Created when it does not exist.
    pub data_dir: PathBuf,
    /// Where the keys of the databases come from.
    pub keys: KeySource,
    /// Where the shared AWS configuration is read from.
    pub aws: AwsFiles,
    /// The way into the built-in sandbox; `None` where there is none.
    pub sandbox: Option<SandboxClient>,
    /// The present.
    pub clock: Arc<dyn Clock>,
    /// The time zone that bare dates in queries are meant in.
    pub zone: TimeZone,
    /// The share of AWS's quotas that may be used; `None` for what the settings say.
    pub share: Option<Share>,
}

/// How the databases are protected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Protection {
    /// Keys in the operating system's keyring.
    Keyring {
        /// The keyring's name.
        backend: String,
    },
    /// Keys in a file that the person chose.
    KeyFile {
        /// Where.
        path: PathBuf,
    },
    /// Keys behind a passphrase.
    Passphrase,
    /// Nothing about people is written to disk.
    Memory,
    /// The keys could not be had, so no pool can be opened until [`Console::unlock`] succeeds. Nothing was discarded.
    Locked {
        /// Why, and what to do.
        message: String,
        /// Whether nothing was ever stored here, so that nothing is locked up either.
        fresh: bool,
    },
}

/// The console. Clones share everything.
#[derive(Clone)]
pub struct Console {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) data: DataDir,
    pub(crate) aws: AwsFiles,
    pub(crate) sandbox: Option<SandboxClient>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) zone: TimeZone,
    pub(crate) gate: Arc<Gate>,
    /// The sandbox throttles nobody who did not ask for it, so nothing is held back for others' sake there.
    pub(crate) sandbox_gate: Arc<Gate>,
    /// Whether the share was given and the settings' own does not count.
    pub(crate) share_given: bool,
    pub(crate) calls: Arc<CallCounter>,
    pub(crate) vault: Mutex<Vault>,
    pub(crate) settings: Mutex<Settings>,
    pub(crate) pools: Mutex<HashMap<PoolKey, Weak<OpenPool>>>,
    pub(crate) notices: Mutex<Vec<String>>,
    pub(crate) limiters: Limiters,
    pub(crate) public_keys: crate::token::PublicKeys,
    pub(crate) standings: crate::standings::Standings,
    pub(crate) confirmed: crate::confirm::Confirmed,
    pub(crate) desk: crate::jobs::Desk,
    pub(crate) edits: crate::edits::EditDesk,
}

/// Why there are no keys, in a sentence.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Locked(String);

/// The keys, where they come from, and what they open.
pub(crate) struct Vault {
    pub(crate) source: KeySource,
    /// `Err` tells why there are none.
    pub(crate) keys: Result<Arc<Keys>, Locked>,
    /// `None` when the keys are missing or the history is unreadable.
    pub(crate) history: Option<History>,
    /// Why the history cannot be read, in a sentence.
    pub(crate) history_lost: Option<String>,
    /// `None` when the keys are missing or the journal is unreadable; nothing that may bill is sent then.
    pub(crate) journal: Option<Journal>,
    /// Why the journal cannot be read, in a sentence.
    pub(crate) journal_lost: Option<String>,
}

/// Opens the console: data directory, settings, keys, history. Sends nothing.
///
/// Keys that cannot be had are no error: the console opens [`Protection::Locked`] and asks again in
/// [`Console::unlock`]. An unreadable history or broken settings are told by [`Console::notices`].
///
/// # Errors
/// [`Code::CacheUnavailable`] when the data directory cannot be made or used.
pub async fn open(config: Config) -> Result<Console, Error> {
    let Config { data_dir, keys, aws, sandbox, clock, zone, share } = config;
    let (data, settings, vault, notices) = blocking(move || {
        let data = DataDir::open(&data_dir)?;
        let mut notices = Vec::new();
        let (settings, broken) = Settings::load(&data)?;
        notices.extend(broken.map(|aside| aside.to_string()));
        let vault = Vault::unlock(&keys, &data, &mut notices);
        Ok::<_, Error>((data, settings, vault, notices))
    })
    .await?;
    let calls = Arc::new(CallCounter::default());
    calls.keep_in(vault.journal.clone());
    let share_given = share.is_some();
    let share = share.unwrap_or(Share::Fraction(settings.share));
    let gate = Arc::new(Gate::new(calls.clone(), share, clock.clone()));
    let sandbox_gate =
        if share_given { gate.clone() } else { Arc::new(Gate::new(calls.clone(), Share::Off, clock.clone())) };
    let edits = crate::edits::EditDesk::new(clock.clone());
    let inner = Inner {
        data,
        aws,
        sandbox,
        clock,
        zone,
        gate,
        sandbox_gate,
        share_given,
        calls,
        vault: Mutex::new(vault),
        settings: Mutex::new(settings),
        pools: Mutex::default(),
        notices: Mutex::new(notices),
        limiters: Limiters::default(),
        public_keys: crate::token::PublicKeys::default(),
        standings: crate::standings::Standings::default(),
        confirmed: crate::confirm::Confirmed::default(),
        desk: crate::jobs::Desk::default(),
        edits,
    };
    Ok(Console { inner: Arc::new(inner) })
}

impl Vault {
    /// Asks for the keys. Blocks, perhaps for seconds.
    pub(crate) fn unlock(source: &KeySource, data: &DataDir, notices: &mut Vec<String>) -> Self {
        let keys = Keys::unlock(source, data).map(Arc::new).map_err(|error| Locked(error.to_string()));
        let (history, history_lost) = match keys.as_ref().map(|keys| History::open(data, keys)) {
            Ok(Ok(history)) => (Some(history), None),
            Ok(Err(error)) => (None, Some(error.to_string())),
            Err(_) => (None, None),
        };
        notices.extend(history_lost.iter().map(|error| {
            format!("The history cannot be read, so changes are not recorded; its file is left as it is. {error}")
        }));
        let (journal, journal_lost) = match keys.as_ref().map(|keys| Journal::open(data, keys)) {
            Ok(Ok(journal)) => (Some(journal), None),
            Ok(Err(error)) => (None, Some(error.to_string())),
            Err(_) => (None, None),
        };
        notices.extend(
            journal_lost.iter().map(|error| format!("Nothing that may cost money or change users is sent. {error}")),
        );
        Self { source: source.clone(), keys, history, history_lost, journal, journal_lost }
    }

    /// The journal.
    ///
    /// # Errors
    /// [`Code::JournalUnavailable`] with what that keeps from being done, and why.
    pub(crate) fn journal(&self, so: &str) -> Result<Journal, Error> {
        self.journal.clone().ok_or_else(|| self.lost(so, self.journal_lost.as_deref()))
    }

    /// The history.
    ///
    /// # Errors
    /// As [`Vault::journal`].
    pub(crate) fn history(&self, so: &str) -> Result<History, Error> {
        self.history.clone().ok_or_else(|| self.lost(so, self.history_lost.as_deref()))
    }

    fn lost(&self, so: &str, why: Option<&str>) -> Error {
        let locked = self.keys.as_ref().err().map(|why| why.0.as_str());
        let why = why.or(locked).unwrap_or_default();
        Error::new(Code::JournalUnavailable, format!("{so} {why}").trim_end())
    }
}

impl Console {
    /// How the databases are protected now.
    #[must_use]
    pub fn protection(&self) -> Protection {
        match &self.inner.vault().keys {
            Err(why) => Protection::Locked { message: why.to_string(), fresh: !Keys::were_made(&self.inner.data) },
            Ok(keys) => match keys.protection() {
                store::Protection::Keyring { backend } => Protection::Keyring { backend },
                store::Protection::KeyFile { path } => Protection::KeyFile { path },
                store::Protection::Passphrase => Protection::Passphrase,
                store::Protection::Memory => Protection::Memory,
            },
        }
    }

    /// Asks for the keys again, or from elsewhere: the keyring once more, a passphrase, or memory only.
    ///
    /// Keys that are open already stay; then this does nothing.
    ///
    /// # Errors
    /// [`Code::CacheUnavailable`] with the reason; nothing is discarded and it can be asked again.
    pub async fn unlock(&self, source: KeySource) -> Result<Protection, Error> {
        if self.inner.vault().keys.is_ok() {
            return Ok(self.protection());
        }
        let inner = self.inner.clone();
        blocking(move || {
            let mut notices = Vec::new();
            let vault = Vault::unlock(&source, &inner.data, &mut notices);
            let refused = vault.keys.as_ref().err().cloned();
            for notice in notices {
                inner.notice(notice);
            }
            inner.calls.keep_in(vault.journal.clone());
            *inner.vault() = vault;
            refused.map_or(Ok(()), |why| Err(Error::locked(&why.0)))
        })
        .await?;
        Ok(self.protection())
    }

    /// What a person should know about the local data: files set aside, a history that cannot be read.
    #[must_use]
    pub fn notices(&self) -> Vec<String> {
        self.inner.notices.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Where everything is kept.
    #[must_use]
    pub fn data_dir(&self) -> PathBuf {
        self.inner.data.root().to_owned()
    }

    /// Where the program's logs are kept.
    #[must_use]
    pub fn logs_dir(&self) -> PathBuf {
        self.inner.data.logs_dir()
    }

    /// The time zone that bare dates in queries are meant in.
    #[must_use]
    pub fn zone(&self) -> &TimeZone {
        &self.inner.zone
    }

    /// How much of AWS's quotas this program uses on the way to a pool, by category; `None` for no pool in particular.
    #[must_use]
    pub fn quota(&self, pool: Option<&OpenPool>) -> Vec<(QuotaCategory, QuotaUse)> {
        let gate = pool.map_or(&self.inner.gate, |pool| self.inner.gate_of(&pool.connection));
        [QuotaCategory::UserList, QuotaCategory::UserPoolRead, QuotaCategory::UserPoolResourceRead]
            .into_iter()
            .map(|category| (category, gate.usage(category)))
            .map(|(category, usage)| match pool {
                Some(pool) if pool.connection.sandbox => (category, QuotaUse { limit_per_second: None, ..usage }),
                _ => (category, usage),
            })
            .collect()
    }

    /// Every call since the start, by operation.
    #[must_use]
    pub fn calls(&self) -> Vec<CallCount> {
        self.inner.calls.counts()
    }

    /// What this session may have added to the bill of the place where a pool is: AWS's for all pools there; for those of the
    /// sandbox or of an emulator, what AWS would bill. Without a pool it is AWS's.
    #[must_use]
    pub fn session_cost(&self, pool: Option<&OpenPool>) -> SessionCost {
        let place = pool.map_or("aws", |pool| &pool.key().place);
        self.inner.calls.cost(place, || self.inner.table().ok())
    }
}

impl Inner {
    /// What limits the calls of a connection.
    pub(crate) fn gate_of(&self, connection: &ConnectionId) -> &Arc<Gate> {
        if connection.sandbox { &self.sandbox_gate } else { &self.gate }
    }

    pub(crate) fn vault(&self) -> MutexGuard<'_, Vault> {
        self.vault.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets go of keys and history, and says where the keys come from.
    pub(crate) fn lock_away(&self, why: &str) -> KeySource {
        let mut vault = self.vault();
        vault.history = None;
        vault.journal = None;
        (vault.history_lost, vault.journal_lost) = (None, None);
        self.calls.keep_in(None);
        vault.keys = Err(Locked(why.to_owned()));
        vault.source.clone()
    }

    pub(crate) fn keys(&self) -> Result<Arc<Keys>, Error> {
        self.vault().keys.clone().map_err(|why| Error::locked(&why.0))
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Remembers a notice, once.
    pub(crate) fn notice(&self, text: String) {
        tracing::warn!(notice = %text, "local data");
        let mut notices = self.notices.lock().unwrap_or_else(PoisonError::into_inner);
        if !notices.contains(&text) {
            notices.push(text);
        }
    }

    /// Whether nothing about people may be written to disk.
    pub(crate) fn memory_only(&self) -> bool {
        matches!(&self.vault().source, KeySource::Memory)
    }
}

/// Runs disk work where it may block.
pub(crate) async fn blocking<T, E>(work: impl FnOnce() -> Result<T, E> + Send + 'static) -> Result<T, Error>
where
    T: Send + 'static,
    E: Into<Error> + Send + 'static,
{
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result.map_err(Into::into),
        Err(_) => Err(Error::new(Code::Internal, "Work on the local data ended unexpectedly; see the log.")),
    }
}
