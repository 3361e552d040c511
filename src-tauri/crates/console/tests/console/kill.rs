//! A process that is killed while it syncs.

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
        // Spread over the whole run, from before the cache is opened until after the end, in no order.
        tokio::time::sleep(Duration::from_millis(u64::from(kill * 37 % KILLS) * 12 + 20)).await;
        child.kill().unwrap();
        child.wait().unwrap();
        if kill % 10 == 9 {
            let console = console(dir.path()).await;
            assert_eq!(console.notices(), Vec::<String>::new(), "nothing was damaged");
            let pool = open_pool(&console, &endpoint, &id).await;
            let freshness = pool.freshness().await.unwrap();
            assert_eq!(pool.count("").await.unwrap(), freshness.users);
            unfinished += u32::from(freshness.started_at.is_some());
        }
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
