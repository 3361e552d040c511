//! A sync as AWS would let it be: beside boto3's own paginator at the same server, and of a pool that is not even.

use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::programs::{Bench, Folder, Server, watched};
use super::{Figure, Section, machine};
use crate::repository::Repository;

/// How many requests for users a second AWS takes.
const USER_LIST: f64 = 30.0;
/// Users of one answer.
const PAGE: f64 = 60.0;

/// The section; without boto3's part where that is not installed.
///
/// # Errors
/// When a program cannot be started or fails.
pub(crate) fn measure(repository: &Repository, bench: &Bench, users: u32) -> Result<Section> {
    let load = machine::load();
    // First syncs end with an unfiltered sweep, one page after the other; it is waited for here, side by side, and what
    // is measured are syncs as all later ones are.
    let (even, skewed) = std::thread::scope(|scope| {
        let skewed = scope.spawn(|| Place::synced(bench, users, "skewed"));
        (Place::synced(bench, users, "even"), skewed.join())
    });
    let skewed = skewed.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
    let even = even?;
    let first = even.first;
    let (even_again, hot) = (even.sync(bench, users)?, skewed.sync(bench, users)?);
    let of_aws = even_again / (USER_LIST * PAGE) * 100.0;
    let mut figures = vec![
        Figure::new("First `poolctl sync --share 1`, with the sweep that follows it once", first, "users/s"),
        Figure::new("Every later one, memberships included", even_again, "users/s"),
        Figure::new("… to what AWS permits (30 requests of 60 users a second)", of_aws, "%").at_least(95.0),
    ];
    if let Some(theirs) = boto3(repository, &even.server)? {
        figures.push(Figure::new("boto3's `list_users` paginator", theirs, "users/s"));
        figures.push(Figure::new("ours to this one", even_again / theirs, "×").at_least(4.5));
    }
    figures.push(Figure::new("The same sync where nine in ten `sub` values begin alike", hot, "users/s"));
    figures.push(Figure::new("… how much longer it takes", (even_again / hot - 1.0) * 100.0, "%").at_most(10.0));
    Ok(Section {
        title: format!("At AWS's pace: {users} users, AWS's quotas, 120 ms for each answer"),
        command: format!(
            "poolctl sandbox --users {users} --latency-ms 120 [--subs skewed]; poolctl sync --share 1 (twice); python tests/peers/python/list_users.py"
        ),
        load,
        figures,
    })
}

/// A server with a local copy of its pool.
struct Place {
    server: Server,
    folder: Folder,
    /// Users a second of the first sync.
    first: f64,
}

impl Place {
    fn synced(bench: &Bench, users: u32, subs: &str) -> Result<Self> {
        let folder = Folder::new(subs)?;
        let server = bench.serve(&["--users", &users.to_string(), "--latency-ms", "120", "--subs", subs])?;
        let mut place = Self { server, folder, first: 0.0 };
        place.first = place.sync(bench, users)?;
        Ok(place)
    }

    /// Users a second.
    fn sync(&self, bench: &Bench, users: u32) -> Result<f64> {
        let sync = bench.poolctl(&self.server, &self.folder, &["--share", "1", "sync"]);
        Ok(watched(sync)?.a_second(users))
    }
}

/// Users a second of the paginator; `None` where it is not installed.
fn boto3(repository: &Repository, server: &Server) -> Result<Option<f64>> {
    let python = repository.target("venv-clients").join("bin/python");
    if !python.exists() {
        println!("boto3 is not there: `cargo xtask test --only peers` makes its environment. That part is left out.");
        return Ok(None);
    }
    let script = repository.root().join("tests/peers/python/list_users.py");
    let output = Command::new(python).arg(script).arg(server.description.to_string()).output()?;
    if !output.status.success() {
        bail!("boto3 failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    let told: Value = serde_json::from_slice(&output.stdout)?;
    let number = |name: &str| told.get(name).and_then(Value::as_f64).context("boto3 has said nothing.");
    Ok(Some(number("users")? / number("seconds")?))
}
