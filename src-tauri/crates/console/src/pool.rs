//! A pool that is open: its cache, its session when there is one, and its sync.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use cognito::Session;
use jiff::Timestamp;
use model::connection::{ConnectionId, Environment, Identity};
use model::group::Group;
use model::pool::Pool;
use model::query::{Asked, Fields, ParseError, Sort, UserQuery, parse};
use model::sync::Freshness;
use model::user::User;
use model::{PoolId, PoolKey, Username};
use store::{Cache, Change, Cursor, History, LookedUp, Page};
use tokio::sync::OnceCell;
use tokio::task::JoinHandle;

use crate::activity::{Activity, caught_up};
use crate::error::{Code, Error};
use crate::files::CheckedImport;
use crate::jobs::JobHandle;
use crate::open::{Console, Inner, blocking};
use crate::plans::PlansQuestion;
use crate::search::Searches;
use crate::sync::SyncHandle;

/// An open pool. Reading it opens no socket; only [`OpenPool::sync`] calls AWS.
pub struct OpenPool {
    pub(crate) console: Arc<Inner>,
    pub(crate) key: PoolKey,
    pub(crate) connection: ConnectionId,
    pub(crate) cache: Cache,
    pub(crate) live: OnceCell<Live>,
    pub(crate) searches: Searches,
    /// Reads everybody into memory for the next search.
    pub(crate) preparing: Mutex<Option<JoinHandle<()>>>,
    pub(crate) running: Mutex<Option<SyncHandle>>,
    pub(crate) jobs: Mutex<HashMap<String, JobHandle>>,
    pub(crate) imports: Mutex<VecDeque<Arc<CheckedImport>>>,
    /// The month that was looked at last, and the question about it.
    pub(crate) looked: Mutex<Option<(PlansQuestion, Activity)>>,
}

/// A session, and who it was when it began.
#[derive(Clone)]
pub(crate) struct Live {
    pub(crate) session: Session,
    pub(crate) identity: Identity,
}

impl Console {
    /// Opens a pool online: finds out who we are, describes the pool (`sts:GetCallerIdentity`, `DescribeUserPool`;
    /// free) and opens its cache. The pool is remembered.
    ///
    /// # Errors
    /// [`Code::NotFound`] for an unknown pool; [`Code::CacheUnavailable`] when the keys are locked or nothing can be
    /// opened on disk; otherwise what AWS says.
    pub async fn open_pool(&self, connection: &ConnectionId, pool: &PoolId) -> Result<Arc<OpenPool>, Error> {
        self.inner.keys()?;
        let session = self.inner.session(connection).await?;
        let identity = session.identity().await?;
        let described = session.describe_pool(pool).await?;
        let key = Inner::key(connection, &session, &identity, pool);
        let open = self.inner.open_cache(&key, connection.clone()).await?;
        // Whoever was first stays: both are the same account.
        let _ = open.live.set(Live { session, identity });
        open.keep_described(&described).await?;
        self.inner.remember(&key, connection, &described).await?;
        Ok(open)
    }

    /// Opens a pool from its cache alone. Opens no socket.
    ///
    /// # Errors
    /// [`Code::NotFound`] when the pool was never opened here; [`Code::CacheUnavailable`] as in
    /// [`Console::open_pool`].
    pub async fn open_cached(&self, key: &PoolKey) -> Result<Arc<OpenPool>, Error> {
        let known = self.inner.known(key).ok_or_else(|| {
            Error::new(Code::NotFound, format!("There is no local copy of the pool {}. Sync it first.", key.pool))
        })?;
        self.inner.open_cache(key, known.connection).await
    }
}

impl Inner {
    /// The one open pool of this key.
    async fn open_cache(self: &Arc<Self>, key: &PoolKey, connection: ConnectionId) -> Result<Arc<OpenPool>, Error> {
        let (inner, key) = (self.clone(), key.clone());
        blocking(move || {
            let keys = inner.keys()?;
            let history = inner.vault().history.clone();
            let mut pools = inner.pools.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(open) = pools.get(&key).and_then(std::sync::Weak::upgrade) {
                return Ok(open);
            }
            let (cache, aside) = Cache::open(&inner.data, &key, &keys)?;
            if let Some(aside) = aside {
                inner.notice(aside.to_string());
            }
            if let Some(history) = history {
                caught_up(&history, &cache, &key)?;
            }
            let open = Arc::new(OpenPool {
                console: inner.clone(),
                key: key.clone(),
                connection,
                cache,
                live: OnceCell::new(),
                searches: Searches::default(),
                preparing: Mutex::default(),
                running: Mutex::new(None),
                jobs: Mutex::default(),
                imports: Mutex::default(),
                looked: Mutex::default(),
            });
            pools.insert(key, Arc::downgrade(&open));
            Ok::<_, Error>(open)
        })
        .await
    }
}

impl OpenPool {
    /// What tells this pool from every other.
    #[must_use]
    pub fn key(&self) -> &PoolKey {
        &self.key
    }

    /// How it was reached.
    #[must_use]
    pub fn connection(&self) -> &ConnectionId {
        &self.connection
    }

    /// What a person said the connection is for.
    #[must_use]
    pub fn environment(&self) -> Environment {
        self.console.environment(&self.connection)
    }

    /// Who we are in AWS; `None` while no session was needed (offline).
    #[must_use]
    pub fn identity(&self) -> Option<&Identity> {
        self.live.get().map(|live| &live.identity)
    }

    /// The pool as it was last described; `None` when it never was.
    ///
    /// # Errors
    /// [`Code::CacheUnavailable`], here and below, when the cache cannot be read.
    pub async fn pool(&self) -> Result<Option<Pool>, Error> {
        let pool = self.read(Cache::pool).await?;
        pool.iter().for_each(|pool| self.console.calls.see(&self.key, pool));
        Ok(pool)
    }

    /// Keeps the pool as AWS has just described it.
    pub(crate) async fn keep_described(&self, described: &Pool) -> Result<(), Error> {
        let (cache, put, at) = (self.cache.clone(), described.clone(), self.now());
        self.console.calls.see(&self.key, described);
        blocking(move || cache.put_pool(&put, at)).await?;
        self.lose_legacy(described).await
    }

    /// When that was; `None` when it never was described.
    ///
    /// # Errors
    /// As [`OpenPool::pool`].
    pub(crate) async fn pool_at(&self) -> Result<Option<Timestamp>, Error> {
        self.read(Cache::pool_at).await
    }

    /// How fresh and whole the cache is.
    ///
    /// # Errors
    /// As [`OpenPool::pool`].
    pub async fn freshness(&self) -> Result<Freshness, Error> {
        self.read(Cache::freshness).await
    }

    /// The fields that a query may name here.
    ///
    /// # Errors
    /// As [`OpenPool::pool`].
    pub async fn fields(&self) -> Result<Fields, Error> {
        self.read(Cache::fields).await
    }

    /// The groups with their number of members.
    ///
    /// # Errors
    /// As [`OpenPool::pool`].
    pub async fn groups(&self) -> Result<Vec<(Group, u64)>, Error> {
        self.read(Cache::groups).await
    }

    /// The groups of a user, for the role that Cognito prefers; `None` where the memberships are not known. Nobody's memberships
    /// are counted.
    ///
    /// # Errors
    /// As [`OpenPool::pool`].
    pub async fn groups_of(&self, user: &User) -> Result<Option<Vec<Group>>, Error> {
        let names = user.groups.clone();
        self.read(move |cache| {
            let known = cache.freshness()?.groups_known;
            known.then(|| cache.groups_named(&names)).transpose()
        })
        .await
    }

    /// Reads a query as it is meant in this pool, at this time and in the console's zone.
    ///
    /// # Errors
    /// The outer error as [`OpenPool::pool`]; the inner one says where the query is wrong.
    pub async fn parse(&self, text: &str) -> Result<Result<UserQuery, ParseError>, Error> {
        let fields = self.fields().await?;
        Ok(parse(text, &fields, &self.asked()))
    }

    /// A page of a search in order, after a place. `limit` is cut to 10,000.
    ///
    /// # Errors
    /// [`Code::Validation`] with field `query` when the query cannot be understood; else as [`OpenPool::pool`].
    pub async fn search(&self, text: &str, sort: &Sort, after: Option<Cursor>, limit: u32) -> Result<Page, Error> {
        let query = self.understood(text).await?;
        let sort = sort.clone();
        self.read(move |cache| cache.search(&query, &sort, after.as_ref(), limit.min(10_000))).await
    }

    /// Why what a query finds may be wrong: it is about groups, and not all of their members are known here. `None` when
    /// nothing stands against it.
    ///
    /// # Errors
    /// As [`OpenPool::search`].
    pub async fn doubt_of(&self, text: &str) -> Result<Option<&'static str>, Error> {
        self.doubt(&self.understood(text).await?).await
    }

    /// As [`OpenPool::doubt_of`], of a query that was understood.
    pub(crate) async fn doubt(&self, query: &UserQuery) -> Result<Option<&'static str>, Error> {
        if !query.is_about_groups() || self.freshness().await?.groups_known {
            return Ok(None);
        }
        Ok(Some(
            "Not all members of groups are known here, so a query about groups finds wrong people. Sync the pool to its end; \
             that needs cognito-idp:ListGroups and cognito-idp:ListUsersInGroup.",
        ))
    }

    /// How many users match.
    ///
    /// # Errors
    /// As [`OpenPool::search`].
    pub async fn count(&self, text: &str) -> Result<u64, Error> {
        let query = self.understood(text).await?;
        self.read(move |cache| cache.count(&query)).await
    }

    /// The user of exactly this name; `None` when the cache has none.
    ///
    /// # Errors
    /// As [`OpenPool::pool`].
    pub async fn user(&self, username: &Username) -> Result<Option<User>, Error> {
        let username = username.clone();
        self.read(move |cache| cache.user(&username)).await
    }

    /// Looks up a pasted list of e-mail addresses, subs, user names and phone numbers exactly, case ignored.
    ///
    /// # Errors
    /// As [`OpenPool::pool`].
    pub async fn look_up(&self, text: &str) -> Result<LookedUp, Error> {
        let entries = model::list::split_pasted(text);
        self.read(move |cache| cache.look_up(&entries)).await
    }

    /// What syncs saw changing about a user, the newest first. Also for a user who is gone, by user name or `sub`.
    ///
    /// # Errors
    /// [`Code::JournalUnavailable`] when the history cannot be read; else as [`OpenPool::pool`].
    pub async fn timeline(&self, username: &str) -> Result<Vec<Change>, Error> {
        let history = self.open_history()?;
        let person = self.person(username).await?;
        let key = self.key.clone();
        blocking(move || history.timeline(&key, &person)).await
    }

    /// Erases what the history knows of a user, and the names from the journal. Also of a user who is gone, by user name or
    /// `sub`. The cached row stays, since it is what AWS has now, and so does the number of those who left.
    ///
    /// # Errors
    /// As [`OpenPool::timeline`].
    pub async fn erase_person(&self, username: &str) -> Result<(), Error> {
        let history = self.open_history()?;
        let person = self.person(username).await?;
        // Who signs in by an address was created under that.
        let found = match Username::parse(username) {
            Ok(name) => self.user(&name).await?.filter(|user| user.sub() == Some(user.username.as_str())),
            Err(_) => None,
        };
        let address = |name: &str| found.as_ref().and_then(|user| user.attribute(name)).map(str::to_owned);
        let mut names = vec![username.to_owned(), person.clone()];
        names.extend(["email", "phone_number"].into_iter().filter_map(address));
        let (key, erased, ours) = (self.key.clone(), person.clone(), names.clone());
        self.count_gone().await?;
        self.read(move |cache| cache.forget_changed(&ours)).await?;
        // What was before cannot be told of them any more, and nothing may be kept that says of whom.
        blocking(move || history.may_lack(&key).and_then(|()| history.erase_person(&key, &erased))).await?;
        let journal = self.console.vault().journal.clone();
        if let Some(journal) = journal {
            let pool = self.key.pool.clone();
            blocking(move || {
                names.extend(journal.known_as(pool.as_str(), &person)?);
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                journal.forget_person(pool.as_str(), &names)
            })
            .await?;
        }
        Ok(())
    }

    /// Whether changes of this pool's users are kept.
    #[must_use]
    pub fn keeps_history(&self) -> bool {
        self.console.known(&self.key).is_none_or(|known| known.history)
    }

    /// Says whether changes of this pool's users are kept from now on. What is kept already stays until it is erased.
    ///
    /// # Errors
    /// [`Code::CacheUnavailable`] when the settings cannot be written.
    pub async fn set_history(&self, on: bool) -> Result<(), Error> {
        if !on {
            self.forget_watched().await?;
        }
        let (inner, key) = (self.console.clone(), self.key.clone());
        blocking(move || {
            inner.change_settings(
                |settings| {
                    for known in settings.pools.iter_mut().filter(|known| known.key == key) {
                        known.history = on;
                    }
                },
                true,
            )
        })
        .await?;
        Ok(())
    }

    /// Stops a running sync and pauses its jobs, and waits until they have let go. What was read is kept, and the jobs can go
    /// on later.
    pub async fn close(&self) {
        let jobs: Vec<JobHandle> = self.jobs.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect();
        for job in &jobs {
            job.pause();
        }
        for job in jobs {
            // Why it ended does not matter any more.
            let _ = job.finished().await;
        }
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(sync) = running {
            sync.cancel();
            // Why it ended does not matter any more.
            let _ = sync.finished().await;
        }
        let preparing = self.preparing.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(preparing) = preparing {
            // It keeps the cache open. Whether everybody could be read does not matter any more.
            let _ = preparing.await;
        }
    }

    /// A number that changes whenever the cached rows do, also through another process.
    #[must_use]
    pub fn change_counter(&self) -> u64 {
        self.cache.change_counter()
    }

    /// Runs a read of the cache where it may block.
    pub(crate) async fn read<T, E, F>(&self, read: F) -> Result<T, Error>
    where
        F: FnOnce(&Cache) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: Into<Error> + Send + 'static,
    {
        let cache = self.cache.clone();
        blocking(move || read(&cache)).await
    }

    /// Why the last sync of this program failed; `None` when none did.
    pub(crate) fn last_sync_error(&self) -> Option<Error> {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.as_ref().and_then(|handle| handle.progress.borrow().error.clone())
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.console.now()
    }

    /// The query, or the error that names its place.
    pub(crate) async fn understood(&self, text: &str) -> Result<UserQuery, Error> {
        self.parse(text).await?.map_err(|error| Error::invalid("query", error.to_string()))
    }

    /// The history, when it is on for this pool and can be written.
    pub(crate) fn recording(&self) -> Option<History> {
        self.console.vault().history.clone().filter(|_| self.keeps_history())
    }

    pub(crate) fn asked(&self) -> Asked {
        Asked { now: self.now(), zone: self.console.zone.clone() }
    }

    pub(crate) fn open_history(&self) -> Result<History, Error> {
        self.console.vault().history("The history cannot be read; everything else works.")
    }

    /// The `sub` of the user of that name, else the text itself.
    pub(crate) async fn person(&self, username: &str) -> Result<String, Error> {
        let Ok(name) = Username::parse(username) else { return Ok(username.to_owned()) };
        let user = self.user(&name).await?;
        Ok(user.as_ref().and_then(User::sub).unwrap_or(username).to_owned())
    }
}
