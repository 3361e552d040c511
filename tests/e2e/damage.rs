//! Local data that cannot be read: it is kept, it is said, and the window goes on with what there is.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use console::{AwsFiles, Config, KeySource, SystemClock};
use jiff::tz::TimeZone;
use model::Region;
use model::connection::ConnectionId;
use sandbox::{Options, Quota, Sandbox};

use crate::Folder;
use crate::accessibility::clean;
use crate::window::{Start, Window};

/// An SQLCipher file with `PRAGMA user_version = 999` and our application id, and the keys that open it.
const NEWER: &[u8] = include_bytes!("newer/cache.sqlite");
const KEYS: &str = include_str!("newer/keys");

#[tokio::test(flavor = "multi_thread")]
async fn damaged_newer_and_foreign_caches_are_set_aside_and_an_unreadable_history_is_said() {
    let folder = Folder::new();
    let place = Sandbox::new(Options { users: 300, quota: Quota::Off, ..Options::default() });
    let server = place.serve(0).await.unwrap();
    let data = folder.data();
    fill(&data, KEYS, &server.endpoint()).await;
    let foreign = Folder::new();
    fill(&foreign.data(), &KEYS.replace(&KEYS[18..22], "abcd"), &server.endpoint()).await;

    // One cache is cut short, one comes from the future, one from other keys.
    let caches = caches(&data);
    let cut = fs::read(&caches[0]).unwrap()[..10_000].to_vec();
    let strange = fs::read(&self::caches(&foreign.data())[2]).unwrap();
    let bad = [cut.as_slice(), NEWER, &strange];
    for (cache, bytes) in caches.iter().zip(bad) {
        fs::write(cache, bytes).unwrap();
    }
    let window = Window::start(Start { data: data.clone(), ..Start::default() }).await;
    for sentence in ["was damaged", "written by a newer Poolkeeper", "encrypted with another key"] {
        window.sees(sentence).await;
    }
    window.show("set-aside").await;
    for (cache, (word, bytes)) in caches.iter().zip(["damaged", "newer", "unreadable"].into_iter().zip(bad)) {
        let aside = cache.with_file_name(format!("cache.sqlite.{word}-1"));
        assert_eq!(fs::read(&aside).unwrap(), bytes, "{} is kept as it was", aside.display());
    }
    window.click("button", "Open customers again").await;
    window.get("grid", "Users").await;
    window.synced().await;
    window.sees("300 users").await;
    window.quit().await;

    // People are found all the same when the history is not readable; its file is left alone.
    let history = data.join("history.sqlite");
    fs::write(&history, b"this was a history once").unwrap();
    let window = Window::start(Start { data: data.clone(), ..Start::default() }).await;
    window.sees("The history cannot be read").await;
    window.get("grid", "Users").await;
    window.click_first_row().await;
    window.click("tab", "/^Timeline/").await;
    window.get("alert", "").await;
    window.show("history-unreadable").await;
    window.quit().await;
    assert_eq!(fs::read(&history).unwrap(), b"this was a history once");
    server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_are_not_the_folders_lock_it_and_touch_nothing() {
    let folder = Folder::new();
    let place = Sandbox::new(Options { users: 60, quota: Quota::Off, ..Options::default() });
    let server = place.serve(0).await.unwrap();
    let data = folder.data();
    fill(&data, KEYS, &server.endpoint()).await;
    let before: Vec<_> = caches(&data).iter().map(|cache| fs::read(cache).unwrap()).collect();
    write_keys(&data, &KEYS.replace(&KEYS[18..22], "abcd"));

    let window = Window::start(Start { data: data.clone(), ..Start::default() }).await;
    window.get("dialog", "The local copy is locked").await;
    window.sees("test.keys").await;
    window.show("keys-problem").await;
    clean(&window, "locked").await;
    assert_eq!(caches(&data).iter().map(|cache| fs::read(cache).unwrap()).collect::<Vec<_>>(), before);
    // The right keys come back, and it is asked again: no restart is needed.
    write_keys(&data, KEYS);
    window.click("button", "Try again").await;
    window.wait("the dialog has gone", async || window.look("dialog", "").await.is_none()).await;
    window.click("button", "Open the local copy of customers").await;
    window.sees("60 users").await;
    window.quit().await;
    server.shutdown().await;
}

#[tokio::test]
async fn who_starts_for_the_first_time_without_a_keyring_chooses_and_goes_on() {
    let folder = Folder::new();
    let keys = folder.data().join("test.keys");
    fs::create_dir_all(folder.data()).unwrap();
    let mut start = Start { data: folder.data(), ..Start::default() };
    // No key file, and a session bus where nobody listens.
    start.env =
        vec![("POOLKEEPER_KEY_FILE", String::new()), ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere".to_owned())];
    let window = Window::start(start).await;
    window.get("dialog", "Where shall the key be kept?").await;
    window.sees("Nothing was stored yet.").await;
    window.show("keys-first").await;
    clean(&window, "where the key is kept").await;
    window.click("button", "Memory only").await;
    window.wait("the dialog has gone", async || window.look("dialog", "").await.is_none()).await;
    window.get("button", "Open the sandbox").await;
    assert!(!keys.exists());
    window.quit().await;
}

/// Reads every pool of the server into a data folder with these keys, without a window.
async fn fill(data: &Path, keys: &str, endpoint: &str) {
    fs::create_dir_all(data).unwrap();
    write_keys(data, keys);
    let nothing = data.join("no-aws-configuration");
    let config = Config {
        data_dir: data.to_owned(),
        keys: KeySource::File(data.join("test.keys")),
        aws: AwsFiles {
            home: Some(data.to_owned()),
            config: Some(nothing.clone()),
            credentials: Some(nothing),
            environment: Some(std::collections::BTreeMap::new()),
        },
        sandbox: None,
        clock: Arc::new(SystemClock),
        zone: TimeZone::UTC,
        share: Some(console::Share::Off),
    };
    let console = console::open(config).await.unwrap();
    let region = Region::parse("eu-west-1").unwrap();
    let id = ConnectionId { profile: None, region: Some(region), endpoint: Some(endpoint.to_owned()), sandbox: false };
    for pool in console.connect(id.clone()).await.unwrap().pools {
        console.open_pool(&id, &pool.id).await.unwrap().sync().finished().await.unwrap();
    }
}

fn write_keys(data: &Path, keys: &str) {
    let path = data.join("test.keys");
    fs::write(&path, keys).unwrap();
    #[cfg(unix)]
    fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
}

/// The caches of a data folder, sorted by path.
fn caches(data: &Path) -> Vec<PathBuf> {
    let pools = fs::read_dir(data.join("pools")).unwrap();
    let mut found: Vec<_> = pools.map(|entry| entry.unwrap().path().join("cache.sqlite")).collect();
    found.sort();
    found
}
