//! Whatever happened to a cache file, a cache opens, and the old file is kept.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod people;

use std::fs;
use std::path::Path;

use model::query::{Expr, Sort, Term, UserQuery};
use people::{Disk, at, fill, person, pool_key};
use store::{Cache, CacheError, KeySource, Keys, SetAside, Why};

fn filled(users: u32) -> Disk {
    let disk = Disk::new();
    fill(&disk.cache(), &(0..users).map(person).collect::<Vec<_>>(), at(0));
    disk
}

fn reopened(disk: &Disk) -> (Cache, Option<SetAside>) {
    Cache::open(&disk.dir, &pool_key(), &disk.keys()).unwrap()
}

fn is_set_aside(disk: &Disk, before: &[u8], why: Why) {
    let (cache, aside) = reopened(disk);
    let aside = aside.unwrap();
    assert_eq!(aside.why, why);
    assert_eq!(fs::read(&aside.path).unwrap(), before, "the old file is kept as it was");
    assert!(aside.to_string().contains(aside.path.to_str().unwrap()));
    assert_eq!(cache.freshness().unwrap().users, 0);
    fill(&cache, &[person(1)], at(1));
    assert_eq!(cache.count(&UserQuery::default()).unwrap(), 1);
}

#[test]
fn a_cache_is_there_again_with_everything_after_closing() {
    let disk = filled(300);
    let (cache, aside) = reopened(&disk);
    assert_eq!(aside, None);
    let freshness = cache.freshness().unwrap();
    assert_eq!((freshness.users, freshness.complete, freshness.groups_known), (300, true, true));
    assert_eq!(freshness.synced_at, Some(at(0)));
    assert_eq!(cache.search(&UserQuery::default(), &Sort::default(), None, 500).unwrap().users.len(), 300);
}

#[test]
fn nothing_on_the_disk_is_readable_without_the_key() {
    let disk = filled(100);
    let (cache, _) = reopened(&disk);
    fill(&cache, &(0..200).map(person).collect::<Vec<_>>(), at(1));
    for entry in fs::read_dir(disk.cache_file().parent().unwrap()).unwrap() {
        let path = entry.unwrap().path();
        let bytes = fs::read(&path).unwrap();
        for plain in ["acme.example", "SQLite format 3", "CREATE TABLE"] {
            assert!(
                !bytes.windows(plain.len()).any(|window| window == plain.as_bytes()),
                "{plain} in {}",
                path.display()
            );
        }
    }
}

#[cfg(unix)]
#[test]
fn files_and_folders_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let disk = filled(10);
    let (_cache, _) = reopened(&disk);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(disk.dir.root()), 0o700);
    assert_eq!(mode(disk.cache_file().parent().unwrap()), 0o700);
    for entry in fs::read_dir(disk.cache_file().parent().unwrap()).unwrap() {
        assert_eq!(mode(&entry.unwrap().path()), 0o600);
    }
}

#[test]
fn random_bytes_in_the_middle_set_a_file_aside() {
    let disk = filled(300);
    let mut bytes = fs::read(disk.cache_file()).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 500].iter_mut().zip(1_u8..=250).for_each(|(byte, i)| *byte ^= i);
    fs::write(disk.cache_file(), &bytes).unwrap();
    is_set_aside(&disk, &bytes, Why::Damaged);
}

#[test]
fn damage_that_is_met_later_is_said_and_sets_the_file_aside_at_the_next_opening() {
    let disk = filled(600);
    let cache = disk.cache();
    let bytes = fs::read(disk.cache_file()).unwrap();
    let mut broken = bytes.clone();
    broken[4096 * 20..].iter_mut().for_each(|byte| *byte ^= 0x5a);
    fs::write(disk.cache_file(), &broken).unwrap();
    let query = UserQuery { expr: Some(Expr::Term(Term::Anywhere("acme".to_owned()))) };
    let error = cache.search(&query, &Sort::default(), None, 600).unwrap_err();
    assert!(matches!(error, CacheError::Damaged), "{error}");
    drop(cache);
    // Even when a check would not find it, as with files that are too large to be checked.
    fs::write(disk.cache_file(), &bytes).unwrap();
    is_set_aside(&disk, &bytes, Why::Damaged);
    assert_eq!(reopened(&disk).1, None);
}

#[test]
fn truncated_files_are_set_aside() {
    for keep in [1, 1000, 4096, 4096 * 10 + 100] {
        let disk = filled(300);
        let bytes = fs::read(disk.cache_file()).unwrap();
        fs::write(disk.cache_file(), &bytes[..keep]).unwrap();
        let (cache, aside) = reopened(&disk);
        assert!(aside.is_some(), "cut to {keep}");
        assert_eq!(cache.freshness().unwrap().users, 0);
    }
}

#[test]
fn another_key_and_a_foreign_file_set_a_file_aside() {
    let disk = filled(10);
    let bytes = fs::read(disk.cache_file()).unwrap();
    let KeySource::File(key) = &disk.source else { panic!() };
    fs::remove_file(key).unwrap();
    Keys::start_over(&disk.source, &disk.dir).unwrap();
    is_set_aside(&disk, &bytes, Why::Unreadable);

    let disk = filled(10);
    let foreign = b"SQLite format 3\0and then something else altogether".repeat(100);
    fs::write(disk.cache_file(), &foreign).unwrap();
    is_set_aside(&disk, &foreign, Why::Unreadable);
}

#[test]
fn a_file_whose_tables_are_others_is_set_aside_and_a_journal_of_that_kind_is_left_alone() {
    for other in ["ALTER TABLE state RENAME COLUMN groups_revision TO other;", "DROP TABLE gone;"] {
        let disk = filled(10);
        disk.tamper(&disk.cache_file(), 0, other);
        let bytes = fs::read(disk.cache_file()).unwrap();
        let (cache, aside) = reopened(&disk);
        let aside = aside.unwrap();
        assert_eq!(fs::read(&aside.path).unwrap(), bytes);
        assert!(aside.to_string().contains("earlier Poolkeeper"), "{aside}");
        assert_eq!(cache.freshness().unwrap().users, 0);
    }
    for other in [
        "ALTER TABLE items RENAME COLUMN resent TO again;",
        "DROP TABLE scores; PRAGMA user_version = 2;",
        // The steps that are left would find nothing amiss.
        "DROP TABLE edits; DROP TABLE waivers; DROP TABLE scores; PRAGMA user_version = 2;
         ALTER TABLE items RENAME COLUMN resent TO again;",
    ] {
        let disk = Disk::new();
        drop(store::Journal::open(&disk.dir, &disk.keys()).unwrap());
        disk.tamper(&disk.dir.journal_file(), 2, other);
        let bytes = fs::read(disk.dir.journal_file()).unwrap();
        let error = store::Journal::open(&disk.dir, &disk.keys()).unwrap_err().to_string();
        assert!(error.contains("before 0.1.0") && error.contains("move it away"), "{error}");
        assert_eq!(fs::read(disk.dir.journal_file()).unwrap(), bytes);
    }
}

#[test]
fn a_newer_schema_is_set_aside() {
    let disk = filled(10);
    disk.tamper(&disk.cache_file(), 0, "PRAGMA user_version = 999;");
    let bytes = fs::read(disk.cache_file()).unwrap();
    is_set_aside(&disk, &bytes, Why::Newer);
}

#[test]
fn every_file_that_is_set_aside_keeps_a_name_of_its_own() {
    let disk = filled(10);
    let mut names = Vec::new();
    for _ in 0..3 {
        fs::write(disk.cache_file(), b"x").unwrap();
        names.push(reopened(&disk).1.unwrap().path);
    }
    assert!(names.iter().all(|path| path.exists()));
    assert_ne!(names[0], names[1]);
}

#[test]
fn a_place_that_cannot_be_written_is_said_with_its_path() {
    let disk = Disk::new();
    let folder = disk.dir.pool_dir(&pool_key());
    fs::create_dir_all(folder.parent().unwrap()).unwrap();
    fs::write(&folder, b"in the way").unwrap();
    let error = Cache::open(&disk.dir, &pool_key(), &disk.keys()).unwrap_err();
    assert!(error.to_string().contains(folder.to_str().unwrap()), "{error}");
    assert_eq!(fs::read(&folder).unwrap(), b"in the way");

    let disk = Disk::new();
    fs::create_dir_all(disk.cache_file()).unwrap();
    let error = Cache::open(&disk.dir, &pool_key(), &disk.keys()).unwrap_err();
    assert!(matches!(&error, CacheError::NotUsable { path, .. } if *path == disk.cache_file()), "{error}");
}

#[cfg(unix)]
#[test]
fn a_read_only_folder_is_said_and_nothing_is_lost() {
    use std::os::unix::fs::PermissionsExt as _;
    let disk = filled(10);
    let folder = disk.cache_file().parent().unwrap().to_owned();
    let bytes = fs::read(disk.cache_file()).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o500)).unwrap();
    let writable = fs::write(folder.join("probe"), b"").is_ok();
    let outcome = Cache::open(&disk.dir, &pool_key(), &disk.keys());
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).unwrap();
    // The superuser may write everywhere; for everybody else it is an error that names the file.
    if !writable {
        assert!(matches!(outcome, Err(CacheError::NotUsable { .. })));
    }
    assert_eq!(fs::read(disk.cache_file()).unwrap().len(), bytes.len());
}

#[test]
fn in_memory_nothing_is_written_and_openings_with_the_same_keys_share() {
    let folder = tempfile::tempdir().unwrap();
    let dir = store::DataDir::open(folder.path()).unwrap();
    let keys = Keys::unlock(&KeySource::Memory, &dir).unwrap();
    let (cache, _) = Cache::open(&dir, &pool_key(), &keys).unwrap();
    let history = store::History::open(&dir, &keys).unwrap();
    fill(&cache, &(0..100).map(person).collect::<Vec<_>>(), at(0));
    let (other, _) = Cache::open(&dir, &pool_key(), &keys).unwrap();
    assert_eq!(other.count(&UserQuery::default()).unwrap(), 100);
    let strangers = Keys::unlock(&KeySource::Memory, &dir).unwrap();
    let (stranger, _) = Cache::open(&dir, &pool_key(), &strangers).unwrap();
    assert_eq!(stranger.count(&UserQuery::default()).unwrap(), 0);
    assert_eq!(history.timeline(&pool_key(), "anybody").unwrap(), []);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn settings_come_back_keep_what_they_do_not_know_and_a_broken_file_is_set_aside() {
    use model::view::{ColumnChoice, SavedView};
    use store::{Settings, Theme};
    let disk = Disk::new();
    let (mut settings, broken) = Settings::load(&disk.dir).unwrap();
    assert_eq!((settings.history_days, broken), (30, None));
    settings.theme = Theme::Dark;
    settings.saved_views.push(SavedView {
        name: "mine".to_owned(),
        query: "ann".to_owned(),
        sort: Sort::default(),
        columns: vec![ColumnChoice { field: "email".to_owned(), width: 200, pinned: true }],
    });
    settings.other.insert("fromTheFuture".to_owned(), serde_json::json!({"a": 1}));
    settings.save(&disk.dir).unwrap();
    assert_eq!(Settings::load(&disk.dir).unwrap(), (settings, None));

    fs::write(disk.dir.settings_file(), b"{ \"theme\": ").unwrap();
    let (settings, broken) = Settings::load(&disk.dir).unwrap();
    assert_eq!(settings, Settings::default());
    let broken = broken.unwrap();
    assert!(broken.path.ends_with("settings.json.broken-1") && broken.path.exists());
}

#[test]
fn a_lease_is_held_once_and_free_again_when_dropped() {
    let disk = Disk::new();
    let lease = disk.dir.try_lease("sync of a pool/with any text").unwrap();
    assert!(lease.is_some());
    assert!(disk.dir.try_lease("sync of a pool/with any text").unwrap().is_none());
    assert!(disk.dir.try_lease("another").unwrap().is_some());
    drop(lease);
    assert!(disk.dir.try_lease("sync of a pool/with any text").unwrap().is_some());
}

#[cfg(unix)]
#[test]
fn a_folder_of_ours_is_closed_to_others_and_a_foreign_one_is_left_as_it_is() {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let open = |path: &std::path::Path| fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    for (name, file, expected) in
        [("empty", None, 0o700), ("ours", Some("keys.json"), 0o700), ("home", Some("letter.txt"), 0o755)]
    {
        let path = folder.path().join(name);
        fs::create_dir(&path).unwrap();
        if let Some(file) = file {
            fs::write(path.join(file), b"{}").unwrap();
        }
        open(&path);
        store::DataDir::open(&path).unwrap();
        assert_eq!(mode(&path), expected, "{name}");
    }
}
