//! A process that carries a job out and is killed.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use console::jobs::{Approval, Chosen};
use console::{Console, OpenPool, SystemClock, open};
use model::connection::ConnectionId;
use model::plan::{Action, ItemCounts};
use model::{PoolId, Region};
use sandbox::Sandbox;
use tempfile::TempDir;

use crate::house::{config, today};

const ENDPOINT: &str = "POOLKEEPER_TEST_ENDPOINT";
const DIR: &str = "POOLKEEPER_TEST_DIR";
const POOL: &str = "POOLKEEPER_TEST_POOL";
const JOB: &str = "POOLKEEPER_TEST_JOB";

async fn opened(dir: &Path, endpoint: &str, pool: &str) -> (Console, Arc<OpenPool>) {
    let console = open(config(dir, None, Arc::new(SystemClock))).await.unwrap();
    let connection = ConnectionId {
        profile: None,
        region: Some(Region::parse("eu-west-1").unwrap()),
        endpoint: Some(endpoint.to_owned()),
        sandbox: false,
    };
    let pool = console.open_pool(&connection, &PoolId::parse(pool).unwrap()).await.unwrap();
    (console, pool)
}

/// Not a test of its own: what the test below starts and kills.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn child_that_carries_a_job_out() {
    let variable = |name: &str| std::env::var(name).ok();
    let (Some(endpoint), Some(dir), Some(pool), Some(job)) =
        (variable(ENDPOINT), variable(DIR), variable(POOL), variable(JOB))
    else {
        return;
    };
    let (_console, pool) = opened(Path::new(&dir), &endpoint, &pool).await;
    pool.go_on(&job, None).await.unwrap().finished().await.unwrap();
}

fn start(endpoint: &str, dir: &Path, pool: &str, job: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "jobs_kill::child_that_carries_a_job_out", "--nocapture"])
        .env(ENDPOINT, endpoint)
        .env(DIR, dir)
        .env(POOL, pool)
        .env(JOB, job)
        .stdout(Stdio::null())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_twenty_times_a_job_ends_and_nobody_gets_a_message_twice() {
    killed(20, 1_500).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes minutes"]
async fn killed_two_hundred_times_a_job_ends_and_nobody_gets_a_message_twice() {
    killed(200, 15_000).await;
}

async fn killed(kills: u32, people: u32) {
    let (dir, sandbox) = (TempDir::new().unwrap(), Sandbox::new(today(people)));
    sandbox.weather().set_latency(Duration::from_millis(2), Duration::from_millis(4));
    let server = sandbox.serve(0).await.unwrap();
    let (endpoint, id) = (server.endpoint(), sandbox.pool_id());
    let (job, all) = {
        let (_console, pool) = opened(dir.path(), &endpoint, &id).await;
        pool.sync().finished().await.unwrap();
        let plan = pool.plan(Action::ResetPassword, Chosen::Query("status:confirmed".to_owned())).await.unwrap();
        let pool_name = Some(id.clone());
        let token = pool.approve(&plan, Approval { pool_name, reason: None }).await.unwrap();
        let handle = pool.apply(&token, None).await.unwrap();
        handle.pause();
        handle.finished().await.unwrap();
        (plan.id.clone(), plan.items.len() as u64)
    };
    let mut met = 0;
    for kill in 0..kills {
        let mut child = start(&endpoint, dir.path(), &id, &job);
        let after = Duration::from_millis(rand::random_range(150..900));
        tokio::time::sleep(after).await;
        child.kill().unwrap();
        child.wait().unwrap();
        let (console, pool) = opened(dir.path(), &endpoint, &id).await;
        let counts = pool.job(&job).await.unwrap().counts;
        assert_eq!(counts.total(), all, "kill {kill}, after {after:?}");
        assert!(console.verify_audit(None).await.unwrap().faults.is_empty(), "kill {kill}, after {after:?}");
        met += u32::from(counts.sent > 0);
    }
    let (_console, pool) = opened(dir.path(), &endpoint, &id).await;
    let counts = pool.go_on(&job, None).await.unwrap().finished().await.unwrap();
    assert_eq!(counts, ItemCounts { done: counts.done, failed: counts.failed, ..ItemCounts::default() });
    assert!(counts.done > 500 && counts.done + counts.failed == all, "{counts:?}");
    assert!(met > 0, "no kill met a call that was under way");
    let calls = sandbox.calls();
    let applied = || calls.applied().values().filter_map(|calls| calls.get("AdminResetUserPassword"));
    assert!(applied().all(|times| *times == 1), "somebody's password was reset twice");
    assert_eq!(applied().count() as u64, counts.done);
}
