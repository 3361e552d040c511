//! Pools that change at random while they are synced: in the end the copy is what the server has, and every state that the
//! copy was in can be had again.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use console::{Clock, Code, OpenPool};
use jiff::{SignedDuration, Timestamp};
use model::Username;
use model::user::User;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use sandbox::{Directory, Options, SubShape};

use crate::house::{House, everybody, options};

/// Runs in the usual suite; twenty times as many with `--ignored`.
const RUNS: u64 = 3;
/// Syncs during which the pool changes, each followed by one during which it does not.
const ROUNDS: usize = 4;
/// Changes in a round.
const CHANGES: usize = 40;

const GROUPS: [&str; 4] = ["crew", "crew-2", "guests", "Crew"];
const VALUES: [&str; 5] = ["", "Zoë", "=1+1", "\u{202e}<b>", "a name"];

/// What of a user is rebuilt: everything but when the record changed last.
type Told = (BTreeMap<String, String>, bool, String, Vec<String>, Timestamp);

fn told(user: &User) -> Told {
    let groups = user.groups.iter().map(|group| group.as_str().to_owned()).collect();
    (user.attributes.clone(), user.enabled, user.status.as_str().to_owned(), groups, user.created_at)
}

/// One change of the pool. What cannot be done, because its subject is not there, is not done.
fn change(directory: &Directory, pool: &str, random: &mut StdRng, names: &mut Vec<String>) {
    let name = names[random.random_range(0..names.len())].clone();
    let group = GROUPS[random.random_range(0..GROUPS.len())];
    let value = VALUES[random.random_range(0..VALUES.len())];
    let done = match random.random_range(0..13) {
        0 | 1 => {
            let new = format!("new-{}", names.len());
            let created = directory.create_user(pool, &new, &[("email", "new@some.example")]).map(drop);
            names.push(new);
            created
        }
        // Somebody else may have had the name before.
        2 => directory.create_user(pool, &name, &[("nickname", value)]).map(drop),
        3 | 4 => directory.delete_user(pool, &name),
        5 => directory.set_enabled(pool, &name, random.random_bool(0.5)),
        6 => directory.set_attributes(pool, &name, &[("nickname", value)]),
        7 => directory.set_attributes(pool, &name, &[("name", value), ("locale", "de")]),
        8 => directory.create_group(pool, group, None),
        9 => directory.delete_group(pool, group),
        10 => directory.add_to_group(pool, &name, group),
        11 => rename(directory, pool, group, GROUPS[random.random_range(0..GROUPS.len())]),
        _ => directory.remove_from_group(pool, &name, group),
    };
    let _ = done;
}

/// Cognito has no other way to rename a group: one of the new name, its members, and the old one goes.
fn rename(directory: &Directory, pool: &str, from: &str, to: &str) -> Result<(), sandbox::Error> {
    directory.create_group(pool, to, None)?;
    for user in directory.snapshot(pool).iter().filter(|user| user.groups.iter().any(|group| group == from)) {
        directory.add_to_group(pool, &user.username, to)?;
    }
    directory.delete_group(pool, from)
}

async fn copy(pool: &OpenPool) -> BTreeMap<String, Told> {
    everybody(pool).await.iter().map(|user| (user.username.to_string(), told(user))).collect()
}

async fn run(seed: u64) {
    let mut random = StdRng::seed_from_u64(seed);
    // Small pools are listed in one chain, larger ones by prefixes, of which one may be hot.
    let house = match seed % 3 {
        0 => House::new(options(random.random_range(1..700))).await,
        1 => House::new(options(random.random_range(1_000..2_000))).await,
        _ => House::new(Options { sub_shape: SubShape::Skewed, ..options(random.random_range(1_300..2_500)) }).await,
    };
    house.sandbox.weather().set_latency(Duration::from_millis(2), Duration::from_millis(2));
    let (directory, id) = (house.sandbox.directory(), house.sandbox.pool_id());
    let mut names: Vec<String> = house.people().into_iter().map(|person| person.username).collect();
    let pool = house.open().await;
    let first = pool.sync();
    for _ in 0..CHANGES {
        change(&directory, &id, &mut random, &mut names);
        tokio::time::sleep(Duration::from_micros(random.random_range(0..2_000))).await;
    }
    first.finished().await.unwrap();
    let mut states = vec![(house.clock.now(), copy(&pool).await)];
    for round in 0..ROUNDS {
        house.clock.push(SignedDuration::from_secs(60));
        let sync = pool.sync();
        for _ in 0..CHANGES {
            change(&directory, &id, &mut random, &mut names);
            tokio::time::sleep(Duration::from_micros(random.random_range(0..2_000))).await;
        }
        // Whoever cancels goes on later where it was.
        if random.random_bool(0.3) {
            sync.cancel();
            let _ = sync.finished().await;
            house.clock.push(SignedDuration::from_secs(60));
            change(&directory, &id, &mut random, &mut names);
            pool.sync().finished().await.unwrap();
        } else {
            sync.finished().await.unwrap();
        }
        states.push((house.clock.now(), copy(&pool).await));
        house.clock.push(SignedDuration::from_secs(60));
        let report = pool.sync().finished().await.unwrap();
        assert!(report.complete && report.swept, "seed {seed}, round {round}: {report:?}");
        house.assert_cache_is_server(&pool).await;
        states.push((house.clock.now(), copy(&pool).await));
    }
    let ever: BTreeSet<&String> = states.iter().flat_map(|(_, state)| state.keys()).collect();
    for (number, (at, state)) in states.iter().enumerate() {
        for name in &ever {
            let then = pool.user_at(&Username::parse(name.as_str()).unwrap(), *at).await.unwrap();
            assert_eq!(then.as_ref().map(told).as_ref(), state.get(*name), "seed {seed}, state {number}: {name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pool_that_changes_during_its_syncs_is_copied_in_the_end_and_every_state_in_between_can_be_had_again() {
    for seed in 0..RUNS {
        run(seed).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "twenty times as many pools, for --long"]
async fn many_more_pools_that_change_during_their_syncs_are_copied_in_the_end() {
    for seed in RUNS..20 * RUNS {
        run(seed).await;
    }
}

#[tokio::test]
async fn what_was_while_nobody_watched_is_not_told_as_known() {
    let house = House::new(options(60)).await;
    let pool = house.open().await;
    let before = house.clock.now();
    pool.sync().finished().await.unwrap();
    let name = Username::parse(house.people()[0].username.as_str()).unwrap();
    let at = async |at| pool.user_at(&name, at).await.map(|user| user.is_some()).map_err(|error| error.code);
    assert_eq!(at(before).await, Err(Code::Precondition), "nobody looked before the first sync");
    let watched = house.clock.now();
    assert_eq!(at(watched).await, Ok(true));
    pool.set_history(false).await.unwrap();
    assert_eq!(at(watched).await, Err(Code::Precondition));
    house.clock.push(SignedDuration::from_secs(60));
    pool.set_history(true).await.unwrap();
    assert_eq!(at(house.clock.now()).await, Err(Code::Precondition), "until a sync has looked");
    house.clock.push(SignedDuration::from_secs(60));
    pool.sync().finished().await.unwrap();
    assert_eq!((at(watched).await, at(house.clock.now()).await), (Err(Code::Precondition), Ok(true)));
    // What is older than changes are kept for is gone with the next sync.
    let old = house.clock.now();
    house.clock.push(SignedDuration::from_hours(24 * 40));
    pool.sync().finished().await.unwrap();
    assert_eq!((at(old).await, at(house.clock.now()).await), (Err(Code::Precondition), Ok(true)));
}
