//! The disk is full at every place where a sync may write: it is said, the last good cache serves, nothing is corrupt.
//!
//! The disk is a file system in memory of a few megabytes, in a mount namespace of its own; a ballast leaves so many bytes
//! free. Where the system allows no such namespace the test says that it was skipped, whoever hides what tests print.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod people;

use std::fs;
use std::path::Path;
use std::process::Command;

use model::query::{Fields, Sort, UserQuery, generate, parse};
use model::user::User;
use people::{at, group, person, pool_key};
use store::{
    Cache, CacheError, ChainStep, DataDir, Finished, History, HistoryError, KeySource, Keys, MemberStep, SyncKind,
};

const USERS: u32 = 240;
/// How much less is free from one time to the next: less than a transaction writes.
const STEP: u64 = 32 << 10;

fn open(folder: &Path) -> (Cache, History) {
    let dir = DataDir::open(folder.join("data")).unwrap();
    let keys = Keys::unlock(&KeySource::File(folder.join("key")), &dir).unwrap();
    let (cache, aside) = Cache::open(&dir, &pool_key(), &keys).unwrap();
    assert_eq!(aside, None, "a full disk damages nothing");
    (cache, History::open(&dir, &keys).unwrap())
}

fn users(run: u32) -> Vec<User> {
    (0..USERS)
        .map(|i| {
            let mut user = person(i);
            user.attributes.insert("nickname".to_owned(), format!("nick-{run}-{i}"));
            user
        })
        .collect()
}

fn sync(cache: &Cache, history: &History, run: u32) -> Result<(), CacheError> {
    let now = at(i64::from(run));
    let people = users(run);
    let chain = cache.begin(SyncKind::Full, &[None], now)?.chains[0].id;
    for page in people.chunks(60) {
        cache.write_page(chain, page, &ChainStep::default(), Some(history), now)?;
    }
    cache.put_groups(&[group("odd"), group("even")], Some(history), now)?;
    for (name, first) in [("odd", run + 1), ("even", run)] {
        let members: Vec<_> = people.iter().skip(first as usize % 2).step_by(2).map(|u| u.username.clone()).collect();
        cache.write_members(
            &group(name).name,
            &members,
            &MemberStep { token: None, ended: true },
            Some(history),
            now,
        )?;
    }
    cache.finish(&Finished { complete: true, ..Finished::default() }, now)?;
    Ok(())
}

/// Everybody is there, each as before or as after, and what is found is what is there.
fn serves(cache: &Cache) {
    let all = cache.search(&UserQuery::default(), &Sort::default(), None, USERS + 1).unwrap().users;
    assert_eq!(all.len(), USERS as usize);
    let with = |text: &str| {
        let has = |user: &&User| user.attribute("nickname").is_some_and(|nick| nick.starts_with(text));
        let number = all.iter().filter(has).count();
        let query = parse(&format!("nickname:{text}*"), &Fields::new([]), &generate::asked()).unwrap();
        assert_eq!(cache.count(&query).unwrap(), number as u64);
        number
    };
    assert_eq!(with("nick-0-") + with("nick-1-"), USERS as usize);
}

#[test]
#[ignore = "run by the test below, on a small disk of its own"]
fn fills_the_disk_again_and_again() {
    let disk = std::path::PathBuf::from(std::env::var("POOLKEEPER_TEST_DISK").unwrap());
    let (folder, ballast, good) = (disk.join("here"), disk.join("ballast"), disk.with_file_name("good"));
    let (cache, history) = open(&good);
    sync(&cache, &history, 0).unwrap();
    drop((cache, history));
    let (mut refused, mut left) = (0, 0);
    loop {
        copy(&good, &folder);
        fill_but(&disk, &ballast, left);
        let opened = open_or_refused(&folder);
        let outcome = opened.map(|(cache, history)| {
            let outcome = sync(&cache, &history, 1);
            serves(&cache);
            outcome
        });
        fs::remove_file(&ballast).unwrap();
        // There is room again: everything is as it was or as it came, and the next sync goes through.
        let (cache, history) = open(&folder);
        serves(&cache);
        match outcome {
            Some(Ok(())) => break,
            Some(Err(error)) => {
                let said = error.to_string();
                assert!(said.contains("disk is full"), "{left} bytes left: {said}");
                assert!(
                    matches!(error, CacheError::DiskFull | CacheError::History(HistoryError::DiskFull)),
                    "{left} bytes left: {error:?}"
                );
            }
            None => {}
        }
        sync(&cache, &history, 1).unwrap();
        serves(&cache);
        drop((cache, history));
        fs::remove_dir_all(&folder).unwrap();
        (refused, left) = (refused + 1, left + STEP);
    }
    println!("refused {refused} times, the last with {} bytes left", left - STEP);
    assert!(refused > 10, "{refused}");
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
    fs::set_permissions(to, fs::metadata(from).unwrap().permissions()).unwrap();
}

/// Opening writes little, but it writes: it may be refused for want of space, never for anything else.
fn open_or_refused(folder: &Path) -> Option<(Cache, History)> {
    let dir = DataDir::open(folder.join("data")).unwrap();
    let keys = match Keys::unlock(&KeySource::File(folder.join("key")), &dir) {
        Ok(keys) => keys,
        Err(error) => {
            assert!(error.to_string().contains("No space left"), "{error}");
            return None;
        }
    };
    let cache = Cache::open(&dir, &pool_key(), &keys);
    let history = History::open(&dir, &keys);
    for said in
        cache.as_ref().err().map(ToString::to_string).into_iter().chain(history.as_ref().err().map(ToString::to_string))
    {
        assert!(said.contains("disk is full"), "{said}");
    }
    let cache = cache.ok().map(|(cache, aside)| {
        assert_eq!(aside, None, "a full disk damages nothing");
        cache
    });
    cache.zip(history.ok())
}

/// Writes until nothing is left, and gives back as much as is to be left.
fn fill_but(disk: &Path, ballast: &Path, left: u64) {
    use std::io::Write as _;
    let mut file = fs::File::create(ballast).unwrap();
    let block = vec![0_u8; 4096];
    let mut length = 0;
    while file.write_all(&block).is_ok() {
        length += block.len() as u64;
    }
    assert!(length > left, "the disk {} is too small for this test", disk.display());
    file.set_len(length - left).unwrap();
}

/// Past what keeps the words of tests that pass.
fn skipped(why: &str) {
    use std::io::Write as _;
    std::io::stderr().write_all(format!("skipped, nothing was tested: {why}\n").as_bytes()).unwrap();
}

#[test]
fn a_full_disk_is_said_and_corrupts_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let disk = folder.path().join("disk");
    fs::create_dir(&disk).unwrap();
    let child = std::env::current_exe().unwrap();
    let script = "mount -t tmpfs -o size=24m none \"$POOLKEEPER_TEST_DISK\" || exit 99; exec \"$0\" \
                  fills_the_disk_again_and_again --exact --ignored --nocapture";
    let output = Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount", "sh", "-c", script])
        .arg(child)
        .env("POOLKEEPER_TEST_DISK", &disk)
        .output();
    let Ok(output) = output else {
        return skipped("there is no `unshare` here");
    };
    let said = [String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)].concat();
    if !said.contains("running 1 test") {
        return skipped(&format!("this system allows no file system of its own: {said}"));
    }
    assert!(output.status.success(), "{said}");
    println!("{said}");
}
