//! Opening an encrypted database, the same way for every one of them.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};
use rusqlite_migration::Migrations;
use zeroize::Zeroizing;

use crate::data_dir::private_file;
use crate::keys::Key;

/// `PKca`, `PKhi` and `PKjo`: tells our files from others' ("application_id").
pub(crate) const CACHE_ID: i32 = 0x504b_6361;
pub(crate) const HISTORY_ID: i32 = 0x504b_6869;
pub(crate) const JOURNAL_ID: i32 = 0x504b_6a6f;

/// SQLCipher's page size.
const PAGE_BYTES: u64 = 4096;

/// Each checkpoint waits for the disk twice, which on a busy disk costs more than everything that a sync writes.
const CHECKPOINT_PAGES: u32 = 8_000;

/// Where a database is.
#[derive(Debug, Clone)]
pub(crate) enum Place {
    File(PathBuf),
    /// Shared by the connections of this process that use the same name; gone with the last of them.
    Memory(String),
}

/// What differs between databases.
pub(crate) struct Options {
    /// Survive a power cut, not only the death of the process.
    pub(crate) full_sync: bool,
    pub(crate) secure_delete: bool,
    pub(crate) cache_kib: i32,
}

/// Why a database could not be opened.
#[derive(Debug)]
pub(crate) enum OpenFailure {
    Damaged,
    Unreadable,
    Newer,
    /// Its tables are those of no release.
    Earlier,
    Other(rusqlite::Error),
}

impl From<rusqlite::Error> for OpenFailure {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => Self::Unreadable,
            Some(ErrorCode::DatabaseCorrupt) => Self::Damaged,
            _ => Self::Other(error),
        }
    }
}

/// `SQLITE_IOERR_SHMSIZE`: the index of the write-ahead log could not grow, which only a full disk keeps it from.
const NO_ROOM_FOR_LOG: i32 = 10 | (19 << 8);

/// Whether what failed was for want of space.
pub(crate) fn is_disk_full(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::DiskFull)
        || error.sqlite_error().is_some_and(|error| error.extended_code == NO_ROOM_FOR_LOG)
}

/// Connects, gives the key and proves that it is the right one.
pub(crate) fn connect(place: &Place, key: Option<&Key>, options: &Options) -> Result<Connection, OpenFailure> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = match place {
        Place::File(path) => {
            create_private(path)?;
            // SQLite takes what is shorter than a page for an empty database and would write over it.
            if std::fs::metadata(path).is_ok_and(|metadata| (1..PAGE_BYTES).contains(&metadata.len())) {
                return Err(OpenFailure::Unreadable);
            }
            Connection::open_with_flags(path, flags)?
        }
        Place::Memory(name) => {
            Connection::open_with_flags(format!("file:/{name}?vfs=memdb"), flags | OpenFlags::SQLITE_OPEN_URI)?
        }
    };
    if let (Place::File(_), Some(key)) = (place, key) {
        let hex = key.hex();
        connection.execute_batch(&Zeroizing::new(format!("PRAGMA key = \"x'{}'\";", hex.as_str())))?;
        connection.execute_batch("PRAGMA cipher_memory_security = OFF; PRAGMA cipher_log_level = NONE;")?;
    }
    connection.busy_timeout(Duration::from_secs(5))?;
    // The first read of the file: a wrong key shows here.
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    let journal = if matches!(place, Place::File(_)) { "PRAGMA journal_mode = WAL;" } else { "" };
    let synchronous = if options.full_sync { "FULL" } else { "NORMAL" };
    let secure_delete = if options.secure_delete { "ON" } else { "OFF" };
    let cache = -options.cache_kib;
    connection.execute_batch(&format!(
        "PRAGMA temp_store = MEMORY; {journal} PRAGMA synchronous = {synchronous}; PRAGMA foreign_keys = ON;
         PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0;
         PRAGMA secure_delete = {secure_delete}; PRAGMA cache_size = {cache};
         PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES};"
    ))?;
    connection.set_prepared_statement_cache_capacity(128);
    rusqlite::vtab::array::load_module(&connection)?;
    Ok(connection)
}

/// Brings the tables up to date. A file that another program made is refused, and one of a build before 0.1.0: until then
/// steps were changed in their places, and such a file says that it has taken them. What is refused is not written to.
pub(crate) fn migrate(connection: &mut Connection, steps: &Migrations<'_>, id: i32) -> Result<(), OpenFailure> {
    use rusqlite_migration::Error;
    let found: i32 = connection.query_row("PRAGMA application_id", [], |row| row.get(0))?;
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if tables > 0 && found != id {
        return Err(OpenFailure::Unreadable);
    }
    let failed = |error: Error| match error {
        Error::SpecifiedSchemaVersion(_) => OpenFailure::Newer,
        Error::RusqliteError { err, .. } => err.into(),
        other => OpenFailure::Other(rusqlite::Error::ToSqlConversionFailure(Box::new(other))),
    };
    let taken: u32 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let mut made = Connection::open_in_memory()?;
    steps.to_version(&mut made, taken as usize).map_err(failed)?;
    if layout(connection)? != layout(&made)? {
        return Err(OpenFailure::Earlier);
    }
    if tables == 0 {
        connection.execute_batch(&format!("PRAGMA application_id = {id};"))?;
    }
    steps.to_latest(connection).map_err(failed)
}

/// What there is in a database, with the columns and their types.
fn layout(connection: &Connection) -> rusqlite::Result<Vec<(String, String, String)>> {
    let mut statement = connection.prepare(
        "SELECT made.name, coalesce(part.name, ''), coalesce(part.type, '')
         FROM sqlite_schema AS made LEFT JOIN pragma_table_info(made.name) AS part
         WHERE made.name NOT LIKE 'sqlite%' ORDER BY made.name, part.cid",
    )?;
    statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?.collect()
}

/// SQLite takes over the mode of the file that it finds, for its log and index too.
fn create_private(path: &Path) -> Result<(), OpenFailure> {
    let opened = private_file(std::fs::OpenOptions::new().create(true).truncate(false).read(true).write(true), path);
    opened.map(drop).map_err(|error| OpenFailure::Other(rusqlite::Error::ToSqlConversionFailure(Box::new(error))))
}

/// The first free name of the form `<file>.<word>-<n>`.
pub(crate) fn free_name(path: &Path, word: &str) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let named = |n: u32| path.with_file_name(format!("{name}.{word}-{n}"));
    (1..u32::MAX).map(named).find(|candidate| std::fs::symlink_metadata(candidate).is_err()).unwrap_or_else(|| named(0))
}

/// Renames a database with its log. `None` when it is not there.
pub(crate) fn set_aside(path: &Path, word: &str) -> std::io::Result<PathBuf> {
    let aside = free_name(path, word);
    std::fs::rename(path, &aside)?;
    for suffix in ["-wal", "-shm"] {
        let with = |base: &Path| PathBuf::from(format!("{}{suffix}", base.display()));
        match std::fs::rename(with(path), with(&aside)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(aside)
}
