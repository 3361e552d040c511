//! Erasing removes what is ours, all of it, and nothing else.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod people;

use std::fs;
use std::path::{Path, PathBuf};

use people::{Disk, at, fill, person, pool_key};
use store::{Cache, History, KeySource, Keys, Settings, erase_all, erase_pool};

fn everything(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if fs::symlink_metadata(&path).unwrap().is_dir() {
            found.extend(everything(&path));
        }
        found.push(path);
    }
    found.sort();
    found
}

/// A folder with something of everything that Poolkeeper writes.
fn full() -> Disk {
    let disk = Disk::new();
    fs::create_dir(disk.dir.logs_dir()).unwrap();
    fs::write(disk.dir.logs_dir().join("poolkeeper.2026-01-01.log"), b"log").unwrap();
    Settings::default().save(&disk.dir).unwrap();
    for broken in ["settings.json", "settings.json"] {
        fs::write(disk.dir.root().join(broken), b"{").unwrap();
        Settings::load(&disk.dir).unwrap();
    }
    Settings::default().save(&disk.dir).unwrap();
    fs::write(disk.dir.root().join("journal.sqlite"), b"journal").unwrap();
    drop(disk.dir.try_lease("sync").unwrap());
    drop(History::open(&disk.dir, &disk.keys()).unwrap());
    fill(&disk.cache(), &[person(1)], at(0));
    for _ in 0..2 {
        fs::write(disk.cache_file(), b"rubbish").unwrap();
        fs::write(disk.cache_file().with_extension("sqlite-wal"), b"wal").unwrap();
        Cache::open(&disk.dir, &pool_key(), &disk.keys()).unwrap();
    }
    for suffix in ["-wal", "-shm"] {
        fs::write(format!("{}{suffix}", disk.cache_file().display()), b"left by kill -9").unwrap();
        fs::write(format!("{}{suffix}", disk.dir.history_file().display()), b"left by kill -9").unwrap();
    }
    fs::write(disk.dir.root().join("settings.tmp-123"), b"left by kill -9").unwrap();
    disk
}

#[test]
fn everything_of_ours_is_removed_and_counted() {
    let disk = full();
    let files: Vec<_> = everything(disk.folder.path()).into_iter().filter(|path| path.is_file()).collect();
    let bytes: u64 = files.iter().map(|path| fs::metadata(path).unwrap().len()).sum();
    let erased = erase_all(&disk.dir, &disk.source).unwrap();
    assert_eq!(everything(disk.folder.path()), [disk.dir.root().to_owned()]);
    assert_eq!((erased.files, erased.bytes), (files.len() as u64, bytes));
    assert_eq!(erase_all(&disk.dir, &disk.source).unwrap(), store::Erased::default(), "again is success");
    fill(&disk.cache(), &[person(1)], at(0));
}

#[test]
fn foreign_files_stay_and_links_are_not_followed() {
    let disk = full();
    let root = disk.dir.root();
    let outside = disk.folder.path().join("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("cache.sqlite"), b"somebody's").unwrap();
    let foreign = [
        root.join("notes.txt"),
        root.join("settings.json.mine"),
        root.join("settings.toml"),
        root.join("history.sqlite.backup"),
        root.join("pools/readme"),
        root.join("logs/other.log"),
        disk.cache_file().with_file_name("cache.sqlite.damaged-x"),
    ];
    for path in &foreign {
        fs::write(path, b"foreign").unwrap();
    }
    #[cfg(unix)]
    for link in [root.join("pools/0123456789abcdef"), root.join("pools/fedcba9876543210")] {
        std::os::unix::fs::symlink(&outside, link).unwrap();
    }
    erase_all(&disk.dir, &disk.source).unwrap();
    for path in &foreign {
        assert_eq!(fs::read(path).unwrap(), b"foreign", "{}", path.display());
    }
    assert_eq!(fs::read(outside.join("cache.sqlite")).unwrap(), b"somebody's");
    let left = everything(root).into_iter().filter(|path| fs::symlink_metadata(path).unwrap().is_file()).count();
    assert_eq!(left, foreign.len());
}

#[test]
fn a_folder_that_is_a_link_is_left_alone() {
    let disk = Disk::new();
    let outside = disk.folder.path().join("outside");
    fs::create_dir_all(outside.join("0123456789abcdef")).unwrap();
    fs::write(outside.join("0123456789abcdef/cache.sqlite"), b"somebody's").unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(&outside, disk.dir.root().join("pools")).unwrap();
    erase_all(&disk.dir, &disk.source).unwrap();
    assert!(outside.join("0123456789abcdef/cache.sqlite").exists());
}

#[test]
fn one_pool_is_removed_with_what_was_set_aside_and_the_rest_stays() {
    let disk = full();
    erase_pool(&disk.dir, &pool_key()).unwrap();
    assert!(!disk.dir.pool_dir(&pool_key()).exists());
    assert!(disk.dir.history_file().exists() && disk.dir.settings_file().exists());
    assert_eq!(erase_pool(&disk.dir, &pool_key()).unwrap().files, 0);
}

#[test]
fn sealed_keys_are_removed_whatever_the_passphrase() {
    let disk = Disk::new();
    let source = |text: &str| KeySource::Passphrase(secrecy::SecretString::from(text.to_owned()));
    Keys::unlock(&source("right"), &disk.dir).unwrap();
    assert!(disk.dir.root().join("keys.sealed").exists());
    erase_all(&disk.dir, &source("")).unwrap();
    assert_eq!(everything(disk.dir.root()), Vec::<PathBuf>::new());
}

#[test]
fn the_sandbox_and_the_noted_key_file_go_and_somebody_elses_key_file_stays() {
    let disk = full();
    for name in ["sandbox.json", "sandbox.json.damaged-1", "sandbox.new"] {
        fs::write(disk.dir.root().join(name), b"{}").unwrap();
    }
    let elsewhere = store::DataDir::open(disk.folder.path().join("elsewhere")).unwrap();
    let other = disk.folder.path().join("other");
    Keys::unlock(&KeySource::File(other.clone()), &elsewhere).unwrap();
    // Also when it was locked, because the wrong file was given.
    let erased = erase_all(&disk.dir, &KeySource::File(other.clone())).unwrap();
    assert_eq!(erased.keys_removed, [disk.folder.path().join("key")]);
    assert_eq!(erased.keys_kept, std::slice::from_ref(&other));
    assert!(other.exists());
    assert_eq!(everything(disk.dir.root()), Vec::<PathBuf>::new());
}

#[test]
fn pools_are_found_again_after_the_settings_broke_and_are_forgotten_when_erased() {
    let disk = full();
    let known = store::KnownPool {
        favourite: false,
        key: pool_key(),
        connection: model::connection::ConnectionId { profile: None, region: None, endpoint: None, sandbox: false },
        name: "Customers".to_owned(),
        tier: None,
        history: false,
        opened_at: None,
        other: std::collections::BTreeMap::new(),
    };
    Settings { pools: vec![known.clone()], ..Settings::default() }.save(&disk.dir).unwrap();
    let note = disk.dir.pool_dir(&pool_key()).join("pool.json");
    #[cfg(unix)]
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&note).unwrap().permissions()) & 0o777, 0o600);
    fs::write(disk.dir.settings_file(), b"{").unwrap();
    let (settings, broken) = Settings::load(&disk.dir).unwrap();
    assert_eq!((settings.pools, broken.is_some()), (vec![known], true));

    // A note in a folder that is not the pool's is none.
    let foreign = disk.dir.root().join("pools/0123456789abcdef");
    fs::create_dir(&foreign).unwrap();
    fs::rename(&note, foreign.join("pool.json")).unwrap();
    assert_eq!(Settings::load(&disk.dir).unwrap().0.pools, []);
    fs::rename(foreign.join("pool.json"), &note).unwrap();
    erase_pool(&disk.dir, &pool_key()).unwrap();
    assert!(!note.exists());
    assert_eq!(Settings::load(&disk.dir).unwrap().0.pools, []);
}
