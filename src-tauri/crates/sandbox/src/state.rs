//! A sandbox on disk: what it was made of, and what has changed since.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::Path;

use jiff::Timestamp;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::directory::activity::Activity;
use crate::directory::identities::Identities;
use crate::directory::metrics::Metrics;
use crate::directory::resources::Resources;
use crate::directory::schema::Schema;
use crate::directory::user::{Factors, Packer, Status, User};
use crate::directory::users::Moment;
use crate::directory::{Account, Client, Group, IdentityPool, Pool};
use crate::error::Error;
use crate::operations;
use crate::options::Options;
use crate::outbox::Outbox;
use crate::sandbox::Sandbox;
use crate::seed;
use crate::tokens::Keys;
use crate::triggers::Triggers;

#[derive(Serialize, Deserialize)]
struct Saved {
    version: u32,
    options: Options,
    pools: Vec<SavedPool>,
    identity_pools: Vec<IdentityPool>,
    #[serde(default)]
    identities: Identities,
    #[serde(default)]
    outbox: Outbox,
    #[serde(default)]
    activity: Activity,
    #[serde(default)]
    metrics: Metrics,
    /// Request rates that were raised, by category.
    #[serde(default)]
    provisioned: BTreeMap<String, f64>,
    /// The virtual time when it was saved.
    #[serde(default)]
    now: Timestamp,
    #[serde(default)]
    keys: Keys,
}

const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
struct SavedPool {
    id: String,
    name: String,
    created_ms: i64,
    modified_ms: i64,
    settings: Map<String, Value>,
    schema: Schema,
    groups: BTreeMap<String, Group>,
    clients: BTreeMap<String, Client>,
    #[serde(default)]
    accounts: BTreeMap<u32, Account>,
    #[serde(default)]
    triggers: Triggers,
    #[serde(default)]
    resources: Resources,
    /// Those who are not what the seed makes them; `None` is deleted.
    changed: BTreeMap<u32, Option<SavedUser>>,
}

#[derive(Serialize, Deserialize)]
struct SavedUser {
    username: String,
    attributes: Vec<(u8, String)>,
    created_ms: i64,
    modified_ms: i64,
    status: Status,
    enabled: bool,
    factors: Factors,
}

/// The right to keep changes in a state file, held until it is dropped or the process ends, however it ends.
#[derive(Debug)]
pub struct StateLock {
    /// An empty file beside the state, which stays: the state itself is replaced at every save.
    _file: File,
}

impl StateLock {
    /// Takes the right to the state file `path`, which need not exist.
    ///
    /// # Errors
    /// [`Error::InUse`] while another sandbox has it, [`Error::File`] when the file beside it cannot be made or locked.
    pub fn take(path: &Path) -> Result<Self, Error> {
        let failed = |source| Error::File { path: path.to_owned(), source };
        let mut beside = path.as_os_str().to_owned();
        beside.push(".lock");
        let file = OpenOptions::new().append(true).create(true).open(beside).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(Error::InUse { path: path.to_owned() }),
            Err(TryLockError::Error(source)) => Err(failed(source)),
        }
    }
}

impl Sandbox {
    /// Writes the seed and every change to `path`, whole or not at all, for the owner of the file alone to read: it holds
    /// passwords and keys. The weather is not kept.
    ///
    /// # Errors
    /// [`Error::File`] when the file cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), Error> {
        let _alone = self.saving();
        let world = self.world();
        let saved = Saved {
            version: VERSION,
            options: self.options().clone(),
            pools: world.pools.values().map(save_pool).collect(),
            identity_pools: world.identity_pools.clone(),
            identities: world.identities.clone(),
            outbox: world.outbox.clone(),
            activity: world.activity.clone(),
            metrics: world.metrics.clone(),
            provisioned: self.weather_ref().all_provisioned(),
            now: self.weather_ref().now(),
            keys: world.keys.clone(),
        };
        drop(world);
        let json = serde_json::to_vec(&saved).map_err(|source| damaged(path, source))?;
        let draft = path.with_extension("new");
        let write = || {
            let mut file = create(&draft)?;
            file.write_all(&json)?;
            file.sync_all()?;
            fs::rename(&draft, path)
        };
        write().map_err(|source| Error::File { path: path.to_owned(), source })
    }

    /// Makes the sandbox that was saved to `path`, with the virtual time at `start`, or where it was when that is later.
    ///
    /// # Errors
    /// [`Error::File`] when the file cannot be read, [`Error::Damaged`] when it holds something else.
    pub fn load(path: &Path, start: Timestamp) -> Result<Self, Error> {
        let json = fs::read(path).map_err(|source| Error::File { path: path.to_owned(), source })?;
        let saved: Saved = serde_json::from_slice(&json).map_err(|source| damaged(path, source))?;
        if saved.version != VERSION {
            let source = serde::de::Error::custom(format!("version {} is not {VERSION}", saved.version));
            return Err(damaged(path, source));
        }
        let (mut world, landmarks) = seed::world(&saved.options);
        let mut seeded = std::mem::take(&mut world.pools);
        for pool in saved.pools {
            let found = seeded.remove(&pool.id);
            world.pools.insert(pool.id.clone(), load_pool(pool, found));
        }
        world.identity_pools = saved.identity_pools;
        world.identities = saved.identities;
        world.outbox = saved.outbox;
        world.activity = saved.activity;
        world.metrics = saved.metrics;
        world.keys = saved.keys;
        let seed = saved.options.seed ^ start.as_millisecond().unsigned_abs();
        world.random = ChaCha8Rng::seed_from_u64(seed);
        let sandbox = Self::of(saved.options, world, landmarks);
        // Time does not run backwards: what was saved under a clock that was pushed forward goes on there.
        sandbox.weather_ref().restart(start.max(saved.now));
        sandbox.weather_ref().restore_provisioned(saved.provisioned);
        Ok(sandbox)
    }
}

/// A new file that only its owner may read, in place of what was left there.
fn create(path: &Path) -> io::Result<File> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn damaged(path: &Path, source: serde_json::Error) -> Error {
    Error::Damaged { path: path.to_owned(), source }
}

fn save_pool(pool: &Pool) -> SavedPool {
    let lean = |group: &Group| Group {
        members: if group.touched { group.members.clone() } else { Vec::new() },
        ..group.clone()
    };
    SavedPool {
        id: pool.id.clone(),
        name: pool.name.clone(),
        created_ms: pool.created_ms,
        modified_ms: pool.modified_ms,
        settings: pool.settings.clone(),
        schema: pool.schema.clone(),
        groups: pool.groups.iter().map(|(name, group)| (name.clone(), lean(group))).collect(),
        clients: pool.clients.clone(),
        accounts: pool.accounts.clone(),
        triggers: pool.triggers.clone(),
        resources: pool.resources.clone(),
        changed: pool.users.touched().iter().map(|&id| (id, pool.users.get(id).map(save_user))).collect(),
    }
}

fn save_user(user: &User) -> SavedUser {
    SavedUser {
        username: user.username().to_owned(),
        attributes: user.attributes().map(|(id, value)| (id, value.to_owned())).collect(),
        created_ms: user.created_ms,
        modified_ms: user.modified_ms,
        status: user.status,
        enabled: user.enabled,
        factors: user.factors,
    }
}

fn load_pool(saved: SavedPool, seeded: Option<Pool>) -> Pool {
    let fresh = || operations::new_pool(&saved.id, &saved.name, saved.settings.clone(), Vec::new(), Vec::new(), 0);
    let mut pool = seeded.unwrap_or_else(fresh);
    let moment = Moment { now_ms: i64::MIN / 2, lag_ms: 0, page_token_ms: 0, token_lifetime_ms: None };
    for (id, user) in saved.changed {
        pool.users.restore(id, user.as_ref().map(load_user), moment);
    }
    let mut old = std::mem::take(&mut pool.groups);
    for (name, mut group) in saved.groups {
        if !group.touched {
            group.members = old.remove(&name).map(|group| group.members).unwrap_or_default();
        }
        pool.groups.insert(name, group);
    }
    Pool {
        name: saved.name,
        created_ms: saved.created_ms,
        modified_ms: saved.modified_ms,
        settings: saved.settings,
        schema: saved.schema,
        clients: saved.clients,
        accounts: saved.accounts,
        triggers: saved.triggers,
        resources: saved.resources,
        ..pool
    }
}

fn load_user(saved: &SavedUser) -> User {
    let mut packer = Packer::default();
    packer.begin(&saved.username);
    for (id, value) in &saved.attributes {
        packer.push(*id, value);
    }
    let mut user = User::new(&packer, saved.status, saved.created_ms);
    user.modified_ms = saved.modified_ms;
    user.enabled = saved.enabled;
    user.factors = saved.factors;
    user
}
