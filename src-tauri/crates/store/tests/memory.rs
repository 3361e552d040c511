//! What is held in memory grows with what there is, not with what there could be.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod people;

use model::query::{Expr, Field, Pattern, Term, UserQuery};
use people::{Disk, at, fill, group, person};

const GROUPS: u32 = 1_000;

/// Megabytes that are resident, by the kernel's count.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.split_whitespace().next().unwrap().parse::<u64>().unwrap() / 1_024
}

/// Ids near a million, each group with one member: a bit for every id that there could be is 125 KB a group.
#[test]
fn many_small_groups_of_a_large_pool_take_little_memory() {
    let disk = Disk::new();
    fill(&disk.cache(), &[person(0)], at(0));
    disk.tamper(&disk.cache_file(), 0, "UPDATE sqlite_sequence SET seq = 1000000 WHERE name = 'users';");
    let cache = disk.cache();
    let mut member = person(1);
    member.groups = (0..GROUPS).map(|i| group(&format!("group-{i:04}")).name).collect();
    fill(&cache, &[person(0), member], at(1));
    cache.prepare().unwrap();
    let before = resident();
    let query = |term| UserQuery { expr: Some(Expr::Term(term)) };
    assert_eq!(cache.count(&query(Term::Present(Field::Group))).unwrap(), 1);
    assert_eq!(cache.count(&query(Term::Text(Field::Group, Pattern::EndsWith("-0999".to_owned())))).unwrap(), 1);
    let grown = resident().saturating_sub(before);
    assert!(grown < 40, "{grown} MB for {GROUPS} memberships");
}
