//! What is held in memory grows with what there is, not with what there could be.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod people;

use std::sync::{Mutex, PoisonError};

use model::query::{Expr, Field, Pattern, Term, UserQuery};
use model::user::User;
use people::{Disk, at, fill, group, in_memory, person, user};

const GROUPS: u32 = 1_000;

/// One test at a time: they measure the whole process.
static ALONE: Mutex<()> = Mutex::new(());

/// Where the kernel is told to count the most memory anew.
const MOST_ANEW: &str = "/proc/self/clear_refs";

/// Megabytes by the kernel's count: `VmRSS` are resident, `VmHWM` is the most that ever was.
fn megabytes(what: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(what)?.strip_prefix(':')).unwrap();
    line.split_whitespace().next().unwrap().parse::<u64>().unwrap() / 1_024
}

/// Ids near a million, each group with one member: a bit for every id that there could be is 125 KB a group.
#[test]
fn many_small_groups_of_a_large_pool_take_little_memory() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let disk = Disk::new();
    fill(&disk.cache(), &[person(0)], at(0));
    disk.tamper(&disk.cache_file(), 0, "UPDATE sqlite_sequence SET seq = 1000000 WHERE name = 'users';");
    let cache = disk.cache();
    let mut member = person(1);
    member.groups = (0..GROUPS).map(|i| group(&format!("group-{i:04}")).name).collect();
    fill(&cache, &[person(0), member], at(1));
    cache.prepare().unwrap();
    let before = megabytes("VmRSS");
    let query = |term| UserQuery { expr: Some(Expr::Term(term)) };
    assert_eq!(cache.count(&query(Term::Present(Field::Group))).unwrap(), 1);
    assert_eq!(cache.count(&query(Term::Text(Field::Group, Pattern::EndsWith("-0999".to_owned())))).unwrap(), 1);
    let grown = megabytes("VmRSS").saturating_sub(before);
    assert!(grown < 40, "{grown} MB for {GROUPS} memberships");
}

/// 34 MB of values, all of them different after a sync: they are read once more, and not gathered beside that.
#[test]
fn a_sync_that_changes_everybody_is_followed_without_gathering_its_rows() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    // A kernel or a container may forbid it; before the test does anything, so that none is half done.
    if let Err(error) = std::fs::write(MOST_ANEW, "5") {
        eprintln!("skipped: {MOST_ANEW} cannot be written, so the most memory cannot be measured: {error}");
        return;
    }
    let cache = in_memory();
    let users = |run: u32| -> Vec<User> {
        let long = |i: u32, field: &str| format!("{field} {i} {run} {}", "x".repeat(1_000));
        let one = |i| user(&format!("user{i}"), &[("address", &long(i, "address")), ("profile", &long(i, "profile"))]);
        (0..17_000).map(one).collect()
    };
    for run in 0..2 {
        fill(&cache, &users(run), at(i64::from(run)));
        // From here on the most is counted anew.
        std::fs::write(MOST_ANEW, "5").unwrap();
        let before = megabytes("VmRSS");
        cache.prepare().unwrap();
        let grown = megabytes("VmHWM").saturating_sub(before);
        assert!(grown < 48, "run {run}: {grown} MB");
    }
    let address = Term::Text(Field::Attribute("address".to_owned()), Pattern::StartsWith("address 77 1 ".to_owned()));
    assert_eq!(cache.count(&UserQuery { expr: Some(Expr::Term(address)) }).unwrap(), 1);
}
