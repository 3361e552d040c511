//! The connections of a cache, and what happens to a file that cannot be opened.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use model::PoolKey;
use rusqlite::{Connection, Transaction, TransactionBehavior};
use rusqlite_migration::{M, Migrations};

use super::search::Memo;
use super::snapshot::Snapshot;
use super::{CacheError, Result, SetAside, Why};
use crate::data_dir::{DataDir, pool_hash, private_dir, private_file};
use crate::db::{self, OpenFailure, Options, Place};
use crate::keys::{Key, Keys};

const MIGRATIONS: &[M<'_>] = &[
    M::up(include_str!("schema/0001_users.sql")),
    M::up(include_str!("schema/0002_unrecorded.sql")),
    M::up(include_str!("schema/0003_listings.sql")),
];
/// Up to this size a file is checked when it is opened; larger ones would make a person wait, and show damage when it
/// is met.
const CHECKED_BYTES: u64 = 64 << 20;
const READERS: usize = 3;

/// What the clones of a cache share.
pub(super) struct Inner {
    pub(super) pool: PoolKey,
    pub(super) memo: Memo,
    snapshot: Mutex<Option<Arc<Snapshot>>>,
    place: Place,
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
    returned: Condvar,
}

impl Inner {
    pub(super) fn open(dir: &DataDir, pool: &PoolKey, keys: &Keys) -> Result<(Self, Option<SetAside>)> {
        let (place, key, _turn) = match keys.memory_name() {
            Some(name) => (Place::Memory(format!("{name}-{}", pool_hash(pool))), None, None),
            None => {
                let folder = dir.pool_dir(pool);
                let turn = private_dir(&folder).and_then(|()| dir.turn());
                let turn =
                    turn.map_err(|error| CacheError::NotUsable { path: error.path, reason: error.source.to_string() })?;
                (Place::File(folder.join("cache.sqlite")), keys.cache_key(), Some(turn))
            }
        };
        let mut aside = set_marked_aside(&place)?;
        let writer = match (open_writer(&place, key), &place) {
            (Ok(writer), _) => writer,
            (Err(failure), Place::File(path)) => {
                aside = Some(SetAside { why: why(failure, path)?, path: PathBuf::new() });
                set_file_aside(path, &mut aside)?;
                open_writer(&place, key).map_err(|failure| not_usable(path, failure))?
            }
            (Err(failure), Place::Memory(_)) => return Err(not_usable(Path::new("in memory"), failure)),
        };
        let mut readers = Vec::with_capacity(READERS);
        for _ in 0..READERS {
            let reader = db::connect(&place, key, &options(8 * 1024));
            readers.push(reader.map_err(|failure| not_usable(Path::new("cache.sqlite"), failure))?);
        }
        let inner = Self {
            pool: pool.clone(),
            memo: Memo::default(),
            snapshot: Mutex::default(),
            place,
            writer: Mutex::new(writer),
            readers: Mutex::new(readers),
            returned: Condvar::new(),
        };
        Ok((inner, aside))
    }

    /// Runs within one read transaction, so that everything in it sees the same state.
    pub(super) fn read<T>(&self, act: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let reader = Borrowed::take(self);
        let outcome = match &reader.connection {
            Some(connection) => connection.unchecked_transaction().map_err(CacheError::from).and_then(|transaction| {
                let value = act(&transaction)?;
                transaction.finish()?;
                Ok(value)
            }),
            None => Err(CacheError::Busy),
        };
        self.noticed(outcome)
    }

    /// Runs within one read transaction, with everybody in memory as that transaction sees them.
    pub(super) fn search<T>(&self, act: impl FnOnce(&Connection, &Snapshot) -> Result<T>) -> Result<T> {
        // Whoever waits until everybody is read waits here, and keeps no reader from those who do not.
        let mut known = locked(&self.snapshot);
        self.read(|connection| {
            let snapshot = self.snapshot(connection, &mut known)?;
            drop(known);
            act(connection, &snapshot)
        })
    }

    /// Everybody as the transaction sees them. It began after `known` was locked, so it sees no older state than that.
    fn snapshot(&self, connection: &Connection, known: &mut Option<Arc<Snapshot>>) -> Result<Arc<Snapshot>> {
        let revision = revision(connection)?;
        self.memo.note(revision);
        let next = match known {
            Some(snapshot) if snapshot.revision == revision => return Ok(Arc::clone(snapshot)),
            Some(snapshot) => snapshot.refreshed(connection, revision)?,
            None => Snapshot::load(connection, revision)?,
        };
        Ok(Arc::clone(known.insert(Arc::new(next))))
    }

    /// Whether a search of this state may have to wait until users are read.
    pub(super) fn is_behind(&self, revision: u64) -> bool {
        // Whoever holds it may be reading them.
        self.snapshot.try_lock().map_or(true, |known| known.as_ref().is_none_or(|known| known.revision != revision))
    }

    /// Runs within one write transaction, which is undone when the action fails.
    pub(super) fn write<T>(&self, act: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<T> {
        let mut writer = locked(&self.writer);
        let outcome = writer
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(CacheError::from)
            .and_then(|transaction| {
                let value = act(&transaction)?;
                transaction.commit()?;
                Ok(value)
            });
        drop(writer);
        self.noticed(outcome)
    }

    /// The number that grows with every change of rows; the last word counts when it cannot be read.
    pub(super) fn revision(&self) -> u64 {
        let read = self.read(|connection| Ok(revision(connection)?));
        read.inspect(|revision| self.memo.note(*revision)).unwrap_or_else(|_| self.memo.last())
    }

    /// Damage that is met later is marked, so that the next opening sets the file aside.
    fn noticed<T>(&self, outcome: Result<T>) -> Result<T> {
        if let (Err(CacheError::Damaged), Place::File(path)) = (&outcome, &self.place)
            && let Err(error) =
                private_file(std::fs::OpenOptions::new().create(true).truncate(true).write(true), &marker(path))
        {
            tracing::warn!(%error, "a damaged cache could not be marked");
        }
        match (outcome, &self.place) {
            (Err(CacheError::NotUsable { reason, .. }), Place::File(path)) => {
                Err(CacheError::NotUsable { path: path.clone(), reason })
            }
            (outcome, _) => outcome,
        }
    }
}

/// The number of the state that a transaction sees.
pub(super) fn revision(connection: &Connection) -> rusqlite::Result<u64> {
    let mut statement = connection.prepare_cached("SELECT revision FROM state")?;
    statement.query_row([], |row| row.get::<_, i64>(0)).map(i64::cast_unsigned)
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic undoes the transaction, so what the mutex guards is whole.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A reader that is given back when dropped.
struct Borrowed<'a> {
    inner: &'a Inner,
    connection: Option<Connection>,
}

impl<'a> Borrowed<'a> {
    fn take(inner: &'a Inner) -> Self {
        let mut readers = locked(&inner.readers);
        while readers.is_empty() {
            readers = inner.returned.wait(readers).unwrap_or_else(PoisonError::into_inner);
        }
        Self { inner, connection: readers.pop() }
    }
}

impl Drop for Borrowed<'_> {
    fn drop(&mut self) {
        locked(&self.inner.readers).extend(self.connection.take());
        self.inner.returned.notify_one();
    }
}

fn options(cache_kib: i32) -> Options {
    Options { full_sync: false, secure_delete: false, cache_kib }
}

fn open_writer(place: &Place, key: Option<&Key>) -> Result<Connection, OpenFailure> {
    let mut connection = db::connect(place, key, &options(16 * 1024))?;
    db::migrate(&mut connection, &Migrations::from_slice(MIGRATIONS), db::CACHE_ID)?;
    if let Place::File(path) = place {
        check(&connection, path)?;
    }
    Ok(connection)
}

/// Whether every page verifies, for files that are small enough to ask.
fn check(connection: &Connection, path: &Path) -> Result<(), OpenFailure> {
    if std::fs::metadata(path).is_ok_and(|metadata| metadata.len() > CHECKED_BYTES) {
        return Ok(());
    }
    let broken = |error: rusqlite::Error| match OpenFailure::from(error) {
        OpenFailure::Unreadable => OpenFailure::Damaged,
        other => other,
    };
    let verdict: Option<String> =
        rusqlite::OptionalExtension::optional(
            connection.query_row("PRAGMA cipher_integrity_check", [], |row| row.get(0)),
        )
        .map_err(broken)?;
    if verdict.is_some() { Err(OpenFailure::Damaged) } else { Ok(()) }
}

fn why(failure: OpenFailure, path: &Path) -> Result<Why> {
    match failure {
        OpenFailure::Damaged => Ok(Why::Damaged),
        OpenFailure::Unreadable => Ok(Why::Unreadable),
        OpenFailure::Newer => Ok(Why::Newer),
        OpenFailure::Earlier => Ok(Why::Earlier),
        other @ OpenFailure::Other(_) => Err(not_usable(path, other)),
    }
}

fn not_usable(path: &Path, failure: OpenFailure) -> CacheError {
    let named = |reason: String| CacheError::NotUsable { path: path.to_owned(), reason };
    match failure {
        OpenFailure::Other(error) => match CacheError::from(error) {
            CacheError::NotUsable { reason, .. } | CacheError::Internal(reason) => named(reason),
            other => other,
        },
        OpenFailure::Damaged | OpenFailure::Unreadable => CacheError::Damaged,
        OpenFailure::Newer => named("a newer Poolkeeper wrote it".to_owned()),
        OpenFailure::Earlier => named("a build before 0.1.0 wrote it".to_owned()),
    }
}

fn marker(path: &Path) -> PathBuf {
    path.with_file_name("cache.sqlite.marked")
}

fn set_marked_aside(place: &Place) -> Result<Option<SetAside>> {
    let Place::File(path) = place else { return Ok(None) };
    if !marker(path).exists() {
        return Ok(None);
    }
    let mut aside = path.exists().then(|| SetAside { path: PathBuf::new(), why: Why::Damaged });
    set_file_aside(path, &mut aside)?;
    let removed = std::fs::remove_file(marker(path));
    removed.map_err(|error| CacheError::NotUsable { path: marker(path), reason: error.to_string() })?;
    Ok(aside)
}

fn set_file_aside(path: &Path, aside: &mut Option<SetAside>) -> Result<()> {
    let Some(aside) = aside else { return Ok(()) };
    let fail = |error: std::io::Error| CacheError::NotUsable { path: path.to_owned(), reason: error.to_string() };
    aside.path = db::set_aside(path, aside.why.word()).map_err(fail)?;
    tracing::warn!(why = aside.why.word(), "a cache that could not be used was set aside");
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use super::{READERS, locked};
    use crate::cache::in_memory;

    #[test]
    fn searches_that_wait_until_everybody_is_read_leave_the_readers_to_others() -> Result<(), Box<dyn std::error::Error>>
    {
        let cache = in_memory()?;
        let inner = &*cache.inner;
        let read = std::thread::scope(|scope| {
            // Somebody is reading everybody, and takes long.
            let reading = locked(&inner.snapshot);
            let (begins, begun) = mpsc::channel();
            for _ in 0..READERS {
                let begins = begins.clone();
                scope.spawn(move || {
                    let told = begins.send(());
                    told.is_ok() && inner.search(|_, _| Ok(())).is_ok()
                });
            }
            let waiting = begun.iter().take(READERS).count();
            // They may take what they take before they wait.
            std::thread::sleep(Duration::from_millis(100));
            let (tells, told) = mpsc::channel();
            scope.spawn(move || tells.send(inner.read(|_| Ok(())).is_ok()));
            let read = told.recv_timeout(Duration::from_secs(20));
            drop(reading);
            (waiting, read)
        });
        assert_eq!(read, (READERS, Ok(true)));
        Ok(())
    }
}
