//! A sync as AWS would let it be: beside boto3's own paginator at the same server, and of a pool that is not even.

use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::programs::{Bench, Folder, Server, listed};
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
    let number = users.to_string();
    let serve = |rest: &[&str]| bench.serve(&[&["--users", &number, "--latency-ms", "120"], rest].concat());
    let first = |server: &Server, name: &str, share: &str| {
        let folder = Folder::new(name)?;
        listed(bench.poolctl(server, &folder, &["--share", share, "sync"]))
    };
    let server = serve(&[])?;
    let even = first(&server, "even", "1")?;
    let of_aws = even.requests_per_second / USER_LIST * 100.0;
    let mut figures = vec![
        Figure::new(
            "First `poolctl sync --share 1` until it can be used, memberships included",
            even.users_per_second,
            "users/s",
        ),
        Figure::new("… its requests, of the 30 a second that AWS permits", of_aws, "%").at_least(95.0),
    ];
    if let Some(theirs) = boto3(repository, &server)? {
        let free = serve(&["--quota", "off"])?;
        let unhindered = first(&free, "free", "off")?;
        figures.extend([
            Figure::new("boto3's `list_users` paginator, which lists no memberships", theirs, "users/s"),
            Figure::new("… the first to it", even.users_per_second / theirs, "×").at_least(4.5),
            Figure::new(
                "… 30 requests of 60 users to it: no program can be above that",
                USER_LIST * PAGE / theirs,
                "×",
            ),
            Figure::new("The same sync where the server has no quota", unhindered.users_per_second, "users/s"),
            Figure::new("… to boto3, whom no quota slows", unhindered.users_per_second / theirs, "×").at_least(4.5),
        ]);
    }
    drop(server);
    let hot = first(&serve(&["--subs", "skewed"])?, "skewed", "1")?;
    let longer = (even.users_per_second / hot.users_per_second - 1.0) * 100.0;
    figures.push(Figure::new("The first where nine in ten `sub` values begin alike", hot.users_per_second, "users/s"));
    figures.push(Figure::new("… how much longer it takes", longer, "%").at_most(10.0));
    Ok(Section {
        title: format!("At AWS's pace: {users} users, AWS's quotas, 120 ms for each answer"),
        command: format!(
            "poolctl sandbox --users {users} --latency-ms 120 [--subs skewed] [--quota off]; poolctl sync --share 1; python tests/peers/python/list_users.py"
        ),
        load,
        figures,
    })
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
