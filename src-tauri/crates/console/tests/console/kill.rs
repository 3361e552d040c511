//! A process that syncs and is killed, or watched from outside.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use console::{Console, OpenPool, SystemClock, open};
use model::connection::ConnectionId;
use model::{PoolId, Region};
use sandbox::Sandbox;
use tempfile::TempDir;

use crate::house::{assert_same, config, everybody, skewed};

const ENDPOINT: &str = "POOLKEEPER_TEST_ENDPOINT";
const DIR: &str = "POOLKEEPER_TEST_DIR";
const POOL: &str = "POOLKEEPER_TEST_POOL";

/// The file in which the process leaves the most memory that it has had, in kilobytes.
const PEAK: &str = "peak";

const KILLS: u32 = 50;

async fn console(dir: &Path) -> Console {
    open(config(dir, None, Arc::new(SystemClock))).await.unwrap()
}

async fn open_pool(console: &Console, endpoint: &str, pool: &str) -> Arc<OpenPool> {
    let connection = ConnectionId {
        profile: None,
        region: Some(Region::parse("eu-west-1").unwrap()),
        endpoint: Some(endpoint.to_owned()),
        sandbox: false,
    };
    console.open_pool(&connection, &PoolId::parse(pool).unwrap()).await.unwrap()
}

/// Not a test of its own: what the test below starts and kills.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn child_that_syncs() {
    let (Ok(endpoint), Ok(dir), Ok(pool)) = (std::env::var(ENDPOINT), std::env::var(DIR), std::env::var(POOL)) else {
        return;
    };
    let console = console(Path::new(&dir)).await;
    open_pool(&console, &endpoint, &pool).await.sync().finished().await.unwrap();
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    std::fs::write(Path::new(&dir).join(PEAK), peak.trim().trim_end_matches(" kB")).unwrap();
}

fn start(endpoint: &str, dir: &Path, pool: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "kill::child_that_syncs", "--nocapture"])
        .env(ENDPOINT, endpoint)
        .env(DIR, dir)
        .env(POOL, pool)
        .stdout(Stdio::null())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_fifty_times_a_sync_still_ends_with_what_the_server_has() {
    let (dir, sandbox) = (TempDir::new().unwrap(), Sandbox::new(skewed(3_000)));
    sandbox.weather().set_latency(Duration::from_millis(2), Duration::from_millis(4));
    let server = sandbox.serve(0).await.unwrap();
    let (endpoint, id) = (server.endpoint(), sandbox.pool_id());
    let mut unfinished = 0;
    for kill in 0..KILLS {
        let mut child = start(&endpoint, dir.path(), &id);
        // From before the cache is opened until after the end.
        let after = Duration::from_millis(rand::random_range(20..640));
        tokio::time::sleep(after).await;
        child.kill().unwrap();
        child.wait().unwrap();
        let console = console(dir.path()).await;
        assert_eq!(console.notices(), Vec::<String>::new(), "damaged by kill {kill}, after {after:?}");
        let pool = open_pool(&console, &endpoint, &id).await;
        let freshness = pool.freshness().await.unwrap();
        assert_eq!(pool.count("").await.unwrap(), freshness.users, "kill {kill}, after {after:?}");
        unfinished += u32::from(freshness.started_at.is_some());
    }
    assert!(unfinished > 0, "no kill met a running sync");
    let console = console(dir.path()).await;
    let pool = open_pool(&console, &endpoint, &id).await;
    let report = pool.sync().finished().await.unwrap();
    assert!(report.complete && report.swept, "{report:?}");
    assert_same(&everybody(&pool).await, &sandbox.directory().snapshot(&id));
    assert_eq!(console.notices(), Vec::<String>::new());
    assert!(sandbox.calls().may_bill().is_empty());
}

/// The most memory that a process had which read a whole pool of that many people, in kilobytes.
#[cfg(target_os = "linux")]
async fn peak(people: u32) -> u64 {
    let (dir, sandbox) = (TempDir::new().unwrap(), Sandbox::new(skewed(people)));
    let server = sandbox.serve(0).await.unwrap();
    let mut child = start(&server.endpoint(), dir.path(), &sandbox.pool_id());
    let status = tokio::task::spawn_blocking(move || child.wait()).await.unwrap().unwrap();
    assert!(status.success(), "the sync of {people} people ended with {status}");
    std::fs::read_to_string(dir.path().join(PEAK)).unwrap().parse().unwrap()
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_memory_of_a_sync_does_not_grow_with_the_pool() {
    // The database's own caches are full by then: some 150 MB in all.
    let (small, large) = (peak(30_000).await, peak(50_000).await);
    println!("{small} kB for 30,000 people, {large} kB for 50,000");
    // Kept in memory, 20,000 people more would take some 50 MB.
    assert!(large < small + 20_000, "{small} kB for 30,000 people, {large} kB for 50,000");
}
