//! Sandbox, sync and listing of everybody, with nothing in the way, and the window on what was synced.

use anyhow::Result;

use super::programs::{Bench, Folder, synced, watched};
use super::{Figure, Section, machine, window};
use crate::repository::Repository;

/// The sections of whole programs.
///
/// # Errors
/// When one of them cannot be started or fails.
pub(crate) fn measure(repository: &Repository, bench: &Bench, users: u32) -> Result<Vec<Section>> {
    let load = machine::load();
    let folder = Folder::new("whole")?;
    let number = users.to_string();
    let server = bench.serve(&["--users", &number, "--quota", "off"])?;
    let mut figures = vec![
        Figure::new("Sandbox: ready", server.ready.as_secs_f64(), "s").at_most(15.0),
        Figure::new("Sandbox: memory", server.memory(), "MB").at_most(1_000.0),
    ];
    let poolctl = |arguments: &[&str]| watched(bench.poolctl(&server, &folder, arguments));
    let sync = || synced(bench.poolctl(&server, &folder, &["--share", "off", "sync"]));
    let ((first, usable), (second, _)) = (sync()?, sync()?);
    let of_first = "First sync of `poolctl` until it can be used, memberships included";
    figures.extend([
        Figure::new(of_first, usable.users_per_second, "users/s").at_least(4_000.0),
        Figure::new("… to its end, with the look at everybody that follows", first.a_second(users), "users/s"),
        Figure::new("… its memory at most", first.memory, "MB"),
        Figure::new("… what it wrote", first.written, "MB"),
        Figure::new("Second sync, nothing has changed", second.a_second(users), "users/s"),
        Figure::new("… to the first until it can be used", second.a_second(users) / usable.users_per_second, "×")
            .at_least(2.0),
        Figure::new("… its memory at most", second.memory, "MB"),
        Figure::new("… what it wrote", second.written, "MB"),
        Figure::new("… of what the first wrote", second.written / first.written * 100.0, "%").at_most(5.0),
    ]);
    let took = poolctl(&["users", "--limit", "200"])?;
    let what = "`poolctl users --limit 200`, from start to end";
    figures.push(Figure::new(what, took.time.as_secs_f64(), "s").at_most(1.0));
    let took = poolctl(&["users", "acme", "--limit", "200"])?;
    figures.extend([
        Figure::new("`poolctl users acme --limit 200`, from start to end", took.time.as_secs_f64(), "s"),
        Figure::new("… its memory at most", took.memory, "MB"),
    ]);
    let took = poolctl(&["--format", "jsonl", "users", "--limit", "0"])?;
    figures.extend([
        Figure::new("`poolctl users --limit 0 --format jsonl`", took.a_second(users), "users/s"),
        Figure::new("… its memory at most, however many", took.memory, "MB").at_most(100.0),
    ]);
    let mut sections = vec![Section {
        title: format!("Whole programs: {users} users"),
        command: format!(
            "poolctl sandbox --users {users} --quota off; poolctl sync --share off; poolctl users --limit 0 --format jsonl"
        ),
        load,
        figures,
    }];
    sections.extend(window::measure(repository, server, &folder, users)?);
    Ok(sections)
}
