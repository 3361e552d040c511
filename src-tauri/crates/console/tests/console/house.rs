//! A sandbox, a data directory and a console between them.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use console::{AwsFiles, Config, Console, HttpClient, KeySource, OpenPool, Share, SyncPhase, SystemClock};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use model::PoolId;
use model::clock::Clock;
use model::connection::ConnectionId;
use model::query::Sort;
use model::user::User;
use sandbox::{Options, Quota, Sandbox, SnapshotUser, SubShape};
use tempfile::TempDir;

/// A clock that can be pushed forward.
#[derive(Default)]
pub(crate) struct PushedClock(Mutex<SignedDuration>);

impl PushedClock {
    pub(crate) fn push(&self, by: SignedDuration) {
        *self.0.lock().unwrap() += by;
    }
}

impl Clock for PushedClock {
    fn now(&self) -> Timestamp {
        SystemClock.now().checked_add(*self.0.lock().unwrap()).unwrap()
    }
}

pub(crate) struct House {
    pub(crate) dir: TempDir,
    pub(crate) sandbox: Sandbox,
    pub(crate) clock: Arc<PushedClock>,
    pub(crate) console: Console,
}

/// A calm sandbox of that many people with no quota.
pub(crate) fn options(users: u32) -> Options {
    Options { users, quota: Quota::Off, ..Options::default() }
}

/// A sandbox whose clock is ours: what became of a call is seen by the times of rows.
#[expect(clippy::disallowed_methods, reason = "the console of these tests reads the system's clock")]
pub(crate) fn today(users: u32) -> Options {
    Options { start: std::time::SystemTime::now().try_into().unwrap(), ..options(users) }
}

pub(crate) fn skewed(users: u32) -> Options {
    Options { sub_shape: SubShape::Skewed, ..options(users) }
}

pub(crate) fn sandbox_connection() -> ConnectionId {
    ConnectionId { profile: None, region: None, endpoint: None, sandbox: true }
}

/// Shared AWS configuration that has nothing in it.
pub(crate) fn no_aws(dir: &Path) -> AwsFiles {
    AwsFiles {
        home: Some(dir.to_owned()),
        config: Some(dir.join("no-config")),
        credentials: Some(dir.join("no-credentials")),
        environment: Some([("HOME".to_owned(), dir.display().to_string())].into()),
    }
}

pub(crate) fn config(dir: &Path, client: Option<HttpClient>, clock: Arc<dyn Clock>) -> Config {
    Config {
        data_dir: dir.join("data"),
        keys: KeySource::File(dir.join("key")),
        aws: no_aws(dir),
        sandbox: client.map(|client| -> console::SandboxClient { Arc::new(move || client.clone()) }),
        clock,
        zone: TimeZone::UTC,
        share: Some(Share::Off),
    }
}

impl House {
    pub(crate) async fn new(options: Options) -> Self {
        let (dir, sandbox, clock) = (TempDir::new().unwrap(), Sandbox::new(options), Arc::new(PushedClock::default()));
        let console = console::open(config(dir.path(), Some(sandbox.http_client()), clock.clone())).await.unwrap();
        Self { dir, sandbox, clock, console }
    }

    /// Ends the console and opens another one on the same data.
    pub(crate) async fn reopen(&mut self) {
        self.console = console::open(self.config()).await.unwrap();
    }

    pub(crate) fn config(&self) -> Config {
        config(self.dir.path(), Some(self.sandbox.http_client()), self.clock.clone())
    }

    pub(crate) fn pool_id(&self) -> PoolId {
        PoolId::parse(self.sandbox.pool_id()).unwrap()
    }

    pub(crate) async fn open(&self) -> Arc<OpenPool> {
        self.console.open_pool(&sandbox_connection(), &self.pool_id()).await.unwrap()
    }

    /// Opens the pool and syncs it to the end.
    pub(crate) async fn synced(&self) -> Arc<OpenPool> {
        let pool = self.open().await;
        pool.sync().finished().await.unwrap();
        pool
    }

    pub(crate) fn people(&self) -> Vec<SnapshotUser> {
        self.sandbox.directory().snapshot(&self.sandbox.pool_id())
    }

    /// The cache has everybody that the server has, with everything about them, and nobody else.
    pub(crate) async fn assert_cache_is_server(&self, pool: &OpenPool) {
        assert_same(&everybody(pool).await, &self.people());
    }

    pub(crate) fn cache_file(&self) -> PathBuf {
        let pools = self.dir.path().join("data/pools");
        let folder = std::fs::read_dir(pools).unwrap().next().unwrap().unwrap();
        folder.path().join("cache.sqlite")
    }
}

pub(crate) fn assert_same(cached: &[User], people: &[SnapshotUser]) {
    assert_eq!(cached.len(), people.len(), "number of users");
    let mut cached: Vec<SnapshotUser> = cached.iter().map(plain).collect();
    cached.sort_unstable_by(|a, b| a.username.cmp(&b.username));
    for (cached, person) in cached.iter().zip(people) {
        assert_eq!(cached, person);
    }
}

fn plain(user: &User) -> SnapshotUser {
    let millis = |at: Timestamp| Timestamp::from_millisecond(at.as_millisecond()).unwrap();
    SnapshotUser {
        username: user.username.as_str().to_owned(),
        sub: user.sub().unwrap_or_default().to_owned(),
        attributes: user.attributes.clone(),
        status: user.status.as_str().to_owned(),
        enabled: user.enabled,
        created_at: millis(user.created_at),
        modified_at: millis(user.modified_at),
        groups: user.groups.iter().map(|group| group.as_str().to_owned()).collect(),
    }
}

/// Everybody in the cache, page by page.
pub(crate) async fn everybody(pool: &OpenPool) -> Vec<User> {
    let mut all = Vec::new();
    let mut after = None;
    loop {
        let page = pool.search("", &Sort::default(), after, 1_000).await.unwrap();
        all.extend(page.users);
        match page.next {
            Some(next) => after = Some(next),
            None => return all,
        }
    }
}

/// Waits until the sync is in a phase, and says in which.
pub(crate) async fn until(sync: &console::SyncHandle, wanted: impl Fn(&SyncPhase) -> bool) -> SyncPhase {
    let mut progress = sync.progress.clone();
    let phase = tokio::time::timeout(Duration::from_secs(30), progress.wait_for(|told| wanted(&told.phase)));
    phase.await.unwrap().unwrap().phase.clone()
}

/// Waits until that many users have been read.
pub(crate) async fn until_users(sync: &console::SyncHandle, users: u64) {
    let mut progress = sync.progress.clone();
    let read = tokio::time::timeout(Duration::from_secs(30), progress.wait_for(|told| told.users >= users));
    read.await.unwrap().unwrap();
}
