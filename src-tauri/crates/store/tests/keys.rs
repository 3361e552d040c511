//! Where keys come from, and that none is ever lost or made by mistake.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod people;

use std::fs;
use std::path::PathBuf;

use people::{Disk, at, fill, person, pool_key};
use secrecy::SecretString;
use store::{Cache, DataDir, History, KeyError, KeySource, Keys, Protection};

fn passphrase(text: &str) -> KeySource {
    KeySource::Passphrase(SecretString::from(text.to_owned()))
}

fn path(disk: &Disk) -> PathBuf {
    disk.folder.path().join("key")
}

#[test]
fn a_key_file_is_made_once_for_its_owner_alone_and_opens_the_same_data_again() {
    let disk = Disk::new();
    fill(&disk.cache(), &[person(1)], at(0));
    let text = fs::read_to_string(path(&disk)).unwrap();
    assert!(text.starts_with("poolkeeper-keys 1 "));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(path(&disk)).unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert_eq!(disk.cache().freshness().unwrap().users, 1);
    assert_eq!(fs::read_to_string(path(&disk)).unwrap(), text);
    assert_eq!(disk.keys().protection(), Protection::KeyFile { path: path(&disk) });
    assert!(!fs::read_to_string(disk.dir.root().join("keys.json")).unwrap().contains(&text[18..40]));
}

#[cfg(unix)]
#[test]
fn a_key_file_that_others_may_read_is_refused_with_the_command_that_mends_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let disk = Disk::new();
    disk.keys();
    for mode in [0o640, 0o604, 0o644] {
        fs::set_permissions(path(&disk), fs::Permissions::from_mode(mode)).unwrap();
        let error = Keys::unlock(&disk.source, &disk.dir).unwrap_err();
        assert!(matches!(error, KeyError::Exposed(_)), "{error}");
        assert!(error.to_string().contains("chmod 600"));
    }
}

#[test]
fn a_malformed_key_file_is_refused_and_left_as_it_is() {
    let disk = Disk::new();
    disk.keys();
    for text in ["", "poolkeeper-keys 2 00 00", "poolkeeper-keys 1 abcd", "\u{fffd}"] {
        fs::write(path(&disk), text).unwrap();
        let error = Keys::unlock(&disk.source, &disk.dir).unwrap_err();
        assert!(matches!(error, KeyError::Malformed(_)), "{error}");
        assert_eq!(fs::read_to_string(path(&disk)).unwrap(), text);
    }
}

#[test]
fn keys_that_are_gone_are_said_and_new_ones_are_made_only_when_asked() {
    let disk = Disk::new();
    fill(&disk.cache(), &[person(1)], at(0));
    drop(History::open(&disk.dir, &disk.keys()).unwrap());
    fs::remove_file(path(&disk)).unwrap();
    for error in [Keys::unlock(&disk.source, &disk.dir).unwrap_err(), Keys::check(&disk.source, &disk.dir).unwrap_err()]
    {
        assert!(matches!(error, KeyError::Gone { .. }), "{error}");
        assert!(!path(&disk).exists());
    }
    let history = fs::read(disk.dir.history_file()).unwrap();

    let keys = Keys::start_over(&disk.source, &disk.dir).unwrap();
    let (cache, aside) = Cache::open(&disk.dir, &pool_key(), &keys).unwrap();
    assert!(aside.is_some());
    assert_eq!(cache.freshness().unwrap().users, 0);
    assert_eq!(History::open(&disk.dir, &keys).unwrap().timeline(&pool_key(), "x").unwrap(), []);
    assert_eq!(fs::read(disk.dir.root().join("history.sqlite.old-keys-1")).unwrap(), history);
}

#[test]
fn data_that_is_protected_in_another_way_is_not_touched() {
    let disk = Disk::new();
    fill(&disk.cache(), &[person(1)], at(0));
    let error = Keys::unlock(&passphrase("four words or more"), &disk.dir).unwrap_err();
    assert!(matches!(error, KeyError::Elsewhere(_)), "{error}");
    assert!(!disk.dir.root().join("keys.sealed").exists());
    assert_eq!(disk.cache().freshness().unwrap().users, 1);
    // In memory nothing on the disk matters.
    Keys::unlock(&KeySource::Memory, &disk.dir).unwrap();
}

#[test]
fn a_passphrase_opens_what_it_sealed_and_no_other_does() {
    let disk = Disk::new();
    let empty = Keys::unlock(&passphrase(""), &disk.dir).unwrap_err();
    assert!(matches!(empty, KeyError::EmptyPassphrase));
    let keys = Keys::unlock(&passphrase("correct horse battery staple"), &disk.dir).unwrap();
    assert_eq!(keys.protection(), Protection::Passphrase);
    fill(&Cache::open(&disk.dir, &pool_key(), &keys).unwrap().0, &[person(1)], at(0));
    let sealed = disk.dir.root().join("keys.sealed");
    let bytes = fs::read(&sealed).unwrap();
    for open in [Keys::check, |source: &KeySource, dir: &DataDir| Keys::unlock(source, dir).map(|_| ())] {
        let wrong = open(&passphrase("correct horse battery stable"), &disk.dir).unwrap_err();
        assert!(matches!(wrong, KeyError::WrongPassphrase), "{wrong}");
        assert_eq!(fs::read(&sealed).unwrap(), bytes);
        open(&passphrase("correct horse battery staple"), &disk.dir).unwrap();
    }
    let again = Keys::unlock(&passphrase("correct horse battery staple"), &disk.dir).unwrap();
    assert_eq!(Cache::open(&disk.dir, &pool_key(), &again).unwrap().0.freshness().unwrap().users, 1);

    // Weaker parameters in the file are noticed, because they are part of what is authenticated.
    let weaker = String::from_utf8(bytes).unwrap().replace("\"passes\":3", "\"passes\":2");
    fs::write(&sealed, weaker).unwrap();
    assert!(Keys::unlock(&passphrase("correct horse battery staple"), &disk.dir).is_err());
    fs::write(&sealed, "{}").unwrap();
    let malformed = Keys::unlock(&passphrase("x"), &disk.dir).unwrap_err();
    assert!(matches!(malformed, KeyError::Malformed(_)), "{malformed}");
}

#[test]
fn keys_are_never_printed() {
    let disk = Disk::new();
    let printed = format!("{:?} {:?}", disk.keys(), disk.source);
    let text = fs::read_to_string(path(&disk)).unwrap();
    for word in text.split_whitespace().skip(2) {
        assert!(!printed.contains(word));
    }
    assert!(!format!("{:?}", passphrase("hush")).contains("hush"));
}

#[test]
fn many_at_once_agree_on_the_keys_that_are_made() {
    let folder = tempfile::tempdir().unwrap();
    let source = KeySource::File(folder.path().join("key"));
    let dir = DataDir::open(folder.path().join("data")).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let keys = Keys::unlock(&source, &dir).unwrap();
                History::open(&dir, &keys).unwrap();
            });
        }
    });
    History::open(&dir, &Keys::unlock(&source, &dir).unwrap()).unwrap();
}

/// Says what a keyring in a session of its own answers; run by the test below, which starts such sessions.
#[test]
#[ignore = "run by the test that starts a session for it"]
fn in_a_session() {
    let dir = DataDir::open(std::env::var("POOLKEEPER_TEST_DIR").unwrap()).unwrap();
    let outcome = match std::env::var("POOLKEEPER_TEST_ACT").as_deref() {
        Ok("erase") => Keys::erase(&KeySource::Keyring, &dir).map(|()| "erased".to_owned()),
        Ok("fill") => Keys::unlock(&KeySource::Keyring, &dir).map(|keys| {
            let (cache, aside) = Cache::open(&dir, &pool_key(), &keys).unwrap();
            if cache.freshness().unwrap().users == 0 {
                fill(&cache, &[person(1)], at(0));
                return "filled".to_owned();
            }
            format!("found {} aside {}", cache.freshness().unwrap().users, aside.is_some())
        }),
        other => panic!("{other:?}"),
    };
    println!("outcome: {outcome:?}");
}

/// Starts this test program again within a session; `keyring` is the shell that readies its keyring.
fn session(dir: &DataDir, home: &std::path::Path, keyring: &str, act: &str) -> String {
    let own = std::env::current_exe().unwrap();
    let script = format!("{keyring}\n'{}' in_a_session --exact --ignored --nocapture", own.display());
    let output = std::process::Command::new("dbus-run-session")
        .args(["--", "sh", "-c", &script])
        .env("POOLKEEPER_TEST_DIR", dir.root())
        .env("POOLKEEPER_TEST_ACT", act)
        .env("XDG_DATA_HOME", home)
        .env("XDG_RUNTIME_DIR", home)
        .env("HOME", home)
        .env_remove("DISPLAY")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = text.lines().find_map(|line| line.split_once("outcome: ")).map(|(_, told)| told.to_owned());
    line.unwrap_or_else(|| panic!("no outcome:\n{text}\n{}", String::from_utf8_lossy(&output.stderr)))
}

/// Whether the test can run: these programs are installed. Where `cargo xtask test` has seen to that, it must.
#[expect(clippy::print_stdout, reason = "says why a test did nothing")]
fn can_run(programs: &[&str]) -> bool {
    let has = |program: &&str| {
        let told = std::process::Command::new(program).arg("--version").output();
        told.is_ok_and(|output| output.status.success())
    };
    let Some(missing) = programs.iter().find(|program| !has(program)) else { return true };
    assert!(std::env::var_os("POOLKEEPER_TESTS_ALL").is_none(), "{missing} is not installed");
    println!("skipped: {missing} is not installed");
    false
}

const UNLOCKED: &str = "printf test | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1";
const LOCKED: &str = "gnome-keyring-daemon --start --components=secrets >/dev/null 2>&1";

#[cfg(target_os = "linux")]
#[test]
fn a_real_secret_service_keeps_the_keys_and_a_locked_or_absent_one_discards_nothing() {
    if !can_run(&["dbus-run-session", "gnome-keyring-daemon"]) {
        return;
    }
    let disk = Disk::new();
    let home = disk.folder.path().join("home");
    fs::create_dir(&home).unwrap();
    assert_eq!(session(&disk.dir, &home, UNLOCKED, "fill"), "Ok(\"filled\")");
    assert_eq!(session(&disk.dir, &home, UNLOCKED, "fill"), "Ok(\"found 1 aside false\")");
    let before = fs::read(disk.cache_file()).unwrap();
    let locked = session(&disk.dir, &home, LOCKED, "fill");
    assert!(locked.starts_with("Err(Locked") || locked.starts_with("Err(Refused"), "{locked}");
    assert_eq!(fs::read(disk.cache_file()).unwrap(), before);
    let absent = session(&disk.dir, &home, "", "fill");
    assert!(absent.starts_with("Err("), "{absent}");
    assert_eq!(session(&disk.dir, &home, UNLOCKED, "fill"), "Ok(\"found 1 aside false\")");
    fs::remove_dir_all(home.join("keyrings")).unwrap();
    let gone = session(&disk.dir, &home, UNLOCKED, "fill");
    assert!(gone.starts_with("Err(Gone"), "{gone}");
    assert_eq!(session(&disk.dir, &home, UNLOCKED, "erase"), "Ok(\"erased\")");
}

#[cfg(target_os = "linux")]
#[test]
fn without_any_keyring_it_is_said_within_a_few_seconds() {
    if !can_run(&["dbus-run-session"]) {
        return;
    }
    let disk = Disk::new();
    let home = disk.folder.path().join("home");
    fs::create_dir(&home).unwrap();
    let told = session(&disk.dir, &home, "export DBUS_SESSION_BUS_ADDRESS=unix:path=/nowhere", "fill");
    assert!(told.starts_with("Err(Unavailable"), "{told}");
    let note = disk.dir.root().join("keys.json");
    assert!(!note.exists());

    // Whoever has data behind a keyring is not sent from the passphrase to the keyring and back.
    fs::write(&note, r#"{"backend":"keyring"}"#).unwrap();
    let told = session(&disk.dir, &home, "export DBUS_SESSION_BUS_ADDRESS=unix:path=/nowhere", "fill");
    assert!(told.starts_with("Err(NoKeyring"), "{told}");
    let end = KeyError::NoKeyring(String::new()).to_string();
    let other = Keys::unlock(&passphrase("correct horse battery staple"), &disk.dir).unwrap_err();
    assert!(matches!(other, KeyError::Elsewhere(_)), "{other}");
    for way_out in ["session", "another data folder", "erase everything"] {
        assert!(end.contains(way_out) && other.to_string().contains(way_out), "{end} {other}");
    }
    let erased = session(&disk.dir, &home, "export DBUS_SESSION_BUS_ADDRESS=unix:path=/nowhere", "erase");
    assert_eq!(erased, "Ok(\"erased\")");
    Keys::unlock(&passphrase("correct horse battery staple"), &disk.dir).unwrap();
}

#[test]
fn another_key_file_is_refused_before_anything_is_renamed() {
    let disk = Disk::new();
    fill(&disk.cache(), &[person(1)], at(0));
    drop(History::open(&disk.dir, &disk.keys()).unwrap());
    let elsewhere = DataDir::open(disk.folder.path().join("elsewhere")).unwrap();
    let wrong = KeySource::File(disk.folder.path().join("wrong"));
    Keys::unlock(&wrong, &elsewhere).unwrap();
    let error = Keys::unlock(&wrong, &disk.dir).unwrap_err();
    assert!(matches!(error, KeyError::Different(_)), "{error}");
    assert!(error.to_string().contains("wrong"), "{error}");
    assert_eq!(disk.cache().freshness().unwrap().users, 1);
    assert!(!disk.cache_file().with_file_name("cache.sqlite.unreadable-1").exists());

    // A note of old without a fingerprint takes over that of the keys which are given next.
    fs::write(disk.dir.root().join("keys.json"), r#"{"backend":"file"}"#).unwrap();
    disk.keys();
    assert!(matches!(Keys::unlock(&wrong, &disk.dir).unwrap_err(), KeyError::Different(_)));
    Keys::unlock(&KeySource::Memory, &disk.dir).unwrap();
    // Asked for, other keys are taken.
    Keys::start_over(&wrong, &disk.dir).unwrap();
    Keys::unlock(&wrong, &disk.dir).unwrap();
    assert!(matches!(Keys::unlock(&disk.source, &disk.dir).unwrap_err(), KeyError::Different(_)));
}
