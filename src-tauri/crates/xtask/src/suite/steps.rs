//! The steps of the suite. What a later one needs, an earlier one builds: the app cannot be compiled without `ui/dist`.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

use super::peers::Peers;
use super::sealed::Sealed;
use super::{Note, Run, Step};
use crate::display::Xvfb;
use crate::program::{Program, is_installed};
use crate::repository::Repository;
use crate::tally::Tally;
use crate::{system, ui};

/// The version that `deny.toml` is written for.
const CARGO_DENY: &str = "0.20.2";

/// The step that only `--long` brings.
pub(super) const LONG: &str = "long";

/// Tests of that step, which others leave out.
const LONG_TESTS: &[&str] = &[
    "a_hundred_thousand_mutated_requests",
    "a_hundred_thousand_people_are_there",
    "a_million_people_are_there",
    "half_a_million_rows_are_checked_within_a_few_megabytes",
    "killed_two_hundred_times_a_job_ends_and_nobody_gets_a_message_twice",
    "pycognito_and_we_prove_the_same_ten_thousand_times",
    "ten_million_events_are_counted_within_a_percent_and_a_hundred_megabytes",
    "three_thousand_pages_a_second",
    "twenty_thousand_get_one_message_each_through_throttling_and_lost_answers",
];

/// A test of the normal suite that goes through more months here.
const MONTHS_TEST: &str = "months::in_random_months_the_truth_lies_within_the_range";

/// Tests of the root package that have a step of their own.
const APART: &[&str] = &["e2e", "peers"];

/// All of them, in order.
pub(super) const STEPS: &[Step] = &[
    Step { name: "packages", heading: "System packages", work: packages },
    Step { name: "npm", heading: "Packages of the UI", work: npm },
    Step { name: "ui-lint", heading: "UI: eslint and prettier", work: |run, _| npm_script(run, "lint") },
    Step { name: "ui-check", heading: "UI: svelte-check", work: |run, _| npm_script(run, "check") },
    Step { name: "ui-test", heading: "UI: unit tests", work: ui_tests },
    Step { name: "ui-build", heading: "UI: build", work: ui_build },
    Step { name: "format", heading: "Rust: format", work: format },
    Step { name: "clippy", heading: "Rust: clippy", work: clippy },
    Step { name: "docs", heading: "Rust: documentation", work: documentation },
    Step { name: "deny", heading: "Licences, bans, sources, advisories", work: deny },
    Step { name: "rust", heading: "Rust: tests", work: rust_tests },
    Step {
        name: LONG,
        heading: "The sandbox at its full size, 100,000 broken requests, 10,000 sign-ins by SRP, 20,000 changes, 200 kills",
        work: long,
    },
    Step { name: "peers", heading: "Servers and clients that others wrote", work: peers },
    Step { name: "e2e", heading: "The real window", work: window },
];

fn packages(_: &Run<'_>, _: &mut Tally) -> Result<Note> {
    system::install(&[system::BUILD, system::DISPLAY, system::TESTS].concat())?;
    Ok(None)
}

fn npm(run: &Run<'_>, _: &mut Tally) -> Result<Note> {
    ui::install(run.repository)?;
    Ok(None)
}

fn npm_script(run: &Run<'_>, script: &str) -> Result<Note> {
    Program::npm(run.repository).arguments(["run", "--silent", script]).run()?;
    Ok(None)
}

fn ui_tests(run: &Run<'_>, tally: &mut Tally) -> Result<Note> {
    Program::npm(run.repository).arguments(["run", "--silent", "test"]).counted(tally)?;
    Ok(None)
}

fn ui_build(run: &Run<'_>, _: &mut Tally) -> Result<Note> {
    ui::build(run.repository)?;
    Ok(None)
}

fn format(run: &Run<'_>, _: &mut Tally) -> Result<Note> {
    Program::cargo(run.repository).arguments(["fmt", "--all", "--check"]).run()?;
    Ok(None)
}

fn clippy(run: &Run<'_>, _: &mut Tally) -> Result<Note> {
    let line = ["clippy", "--locked", "--workspace", "--all-targets", "--", "--deny", "warnings"];
    Program::cargo(run.repository).arguments(line).run()?;
    Ok(None)
}

fn documentation(run: &Run<'_>, _: &mut Tally) -> Result<Note> {
    let line = ["doc", "--locked", "--workspace", "--no-deps"];
    Program::cargo(run.repository).arguments(line).variable("RUSTDOCFLAGS", "--deny warnings").run()?;
    Ok(None)
}

/// Runs cargo-deny. Its database of advisories may be out of reach; then the note says that they were not checked.
fn deny(run: &Run<'_>, _: &mut Tally) -> Result<Note> {
    let deny = cargo_deny(run.repository)?;
    let check = |what: &[&str]| {
        Program::new(&deny).folder(run.repository.root()).arguments(["--locked", "check"]).arguments(what)
    };
    check(&["--hide-inclusion-graph", "licenses", "bans", "sources"]).run()?;
    // A network that swallows packets shall not hold the suite up.
    let advisories = check(&["--hide-inclusion-graph", "advisories"])
        .variable("GIT_HTTP_LOW_SPEED_LIMIT", "1000")
        .variable("GIT_HTTP_LOW_SPEED_TIME", "20");
    let (status, text) = advisories.captured()?;
    println!("{text}");
    if status.success() {
        return Ok(None);
    }
    if text.contains("failed to fetch advisory database") {
        return Ok(Some("advisories were not checked: their database cannot be reached".into()));
    }
    bail!("cargo-deny found advisories; see above.")
}

/// The cargo-deny that is installed, or one in `target/tools`, which takes about two minutes the first time.
fn cargo_deny(repository: &Repository) -> Result<PathBuf> {
    if is_installed("cargo-deny") {
        return Ok("cargo-deny".into());
    }
    let tools = repository.target("tools");
    let program = tools.join("bin/cargo-deny");
    if !program.is_file() {
        Program::cargo(repository)
            .arguments(["install", "--locked", "--debug", "--no-default-features", "--version", CARGO_DENY])
            .arguments(["--root".as_ref(), tools.as_os_str()])
            .arguments(["cargo-deny"])
            .run()?;
    }
    Ok(program)
}

fn rust_tests(run: &Run<'_>, tally: &mut Tally) -> Result<Note> {
    let mut targets = vec!["--lib".to_owned(), "--bins".to_owned()];
    for test in test_targets(run.repository)? {
        if !APART.contains(&test.as_str()) {
            targets.extend(["--test".to_owned(), test]);
        }
    }
    in_session(run, &targets, None, tally)?;
    run.sealed.around(Program::cargo(run.repository).arguments(["test", "--workspace", "--doc"])).counted(tally)?;
    Ok(None)
}

/// One test at a time: they measure.
fn long(run: &Run<'_>, tally: &mut Tally) -> Result<Note> {
    let pycognito = Peers::clients(run.repository)?;
    let targets =
        ["--test", "over_the_wire", "--test", "speed", "--test", "peers", "--test", "logs", "--test", "console"];
    cargo_test(run.repository).arguments(targets).arguments(["--no-run"]).run()?;
    let test = cargo_test(run.repository).arguments(targets).arguments(["--", "--ignored", "--nocapture"]);
    let test = run.sealed.around(test.arguments(["--test-threads=1"]).arguments(LONG_TESTS));
    test.variable("POOLKEEPER_PEERS_CLIENTS", &pycognito).counted(tally)?;
    if tally.passed < LONG_TESTS.len() as u64 {
        bail!("Only {} of {} long tests were found.", tally.passed, LONG_TESTS.len());
    }
    let months = cargo_test(run.repository).arguments(["--test", "console", "--", "--exact", MONTHS_TEST]);
    run.sealed.around(months).variable("POOLKEEPER_MONTHS", "1000").counted(tally)?;
    Ok(None)
}

fn peers(run: &Run<'_>, tally: &mut Tally) -> Result<Note> {
    let peers = Peers::install(run.repository)?;
    cargo_test(run.repository).arguments(["--test", "peers", "--no-run"]).run()?;
    let test = cargo_test(run.repository).arguments(["--test", "peers"]);
    run.sealed
        .around(test)
        .variable("POOLKEEPER_PEERS_VENV", &peers.servers)
        .variable("POOLKEEPER_PEERS_CLIENTS", &peers.clients)
        .variable("POOLKEEPER_PEERS_NODE", &peers.node)
        .variable("POOLKEEPER_POOLCTL", &peers.poolctl)
        .counted(tally)?;
    Ok(None)
}

fn window(run: &Run<'_>, tally: &mut Tally) -> Result<Note> {
    let xvfb = Xvfb::start()?;
    // One window at a time: a display without a window manager gives the keyboard to one of them only.
    let line = ["--test", "e2e", "--", "--test-threads=1"].map(str::to_owned);
    in_session(run, &line, Some(&xvfb), tally)?;
    Ok(None)
}

/// The pictures that the README shows.
const SHOWN: &[&str] = &["users-light.png", "users-dark.png"];

/// `cargo xtask screens`: a picture of every screen in `target/screens`, taken by the suite of the real window; those of
/// the README are put into `docs/screens`.
pub(crate) fn screens(repository: &Repository) -> Result<ExitCode> {
    system::install(&[system::BUILD, system::DISPLAY, system::TESTS].concat())?;
    ui::build_if_stale(repository)?;
    let run = Run { repository, sealed: Sealed::new()? };
    let xvfb = Xvfb::start()?;
    let line = ["--test", "e2e", "--", "screens", "--include-ignored"].map(str::to_owned);
    in_session(&run, &line, Some(&xvfb), &mut Tally::default())?;
    let (taken, shown) = (repository.target("screens"), repository.root().join("docs/screens"));
    for picture in SHOWN {
        fs::copy(taken.join(picture), shown.join(picture)).with_context(|| format!("{picture} was not taken."))?;
    }
    println!("Every screen is in {}; those of the README are in {}.", taken.display(), shown.display());
    Ok(ExitCode::SUCCESS)
}

/// Always the whole workspace: a part of it would have other features, and everything would be compiled twice.
fn cargo_test(repository: &Repository) -> Program {
    Program::cargo(repository).arguments(["test", "--locked", "--workspace", "--no-fail-fast"])
}

/// Builds the tests, then runs them sealed, with a session bus and an open keyring, and on this display if there is one.
fn in_session(run: &Run<'_>, targets: &[String], xvfb: Option<&Xvfb>, tally: &mut Tally) -> Result<()> {
    let build = targets.iter().take_while(|argument| *argument != "--");
    cargo_test(run.repository).arguments(build).arguments(["--no-run"]).run()?;
    let test = cargo_test(run.repository).arguments(targets);
    let mut program = if cfg!(target_os = "linux") { Sealed::session().followed_by(&test) } else { test };
    if let Some(xvfb) = xvfb {
        program = program
            .variable("DISPLAY", &xvfb.name)
            .variable("GDK_BACKEND", "x11")
            .variable("POOLKEEPER_SCREENS", run.repository.target("screens"));
    }
    run.sealed.around(program).counted(tally)
}

/// The names of all integration tests of the workspace.
fn test_targets(repository: &Repository) -> Result<Vec<String>> {
    let text = Program::cargo(repository).arguments(["metadata", "--format-version", "1", "--no-deps"]).output()?;
    let metadata: serde_json::Value = serde_json::from_str(&text).context("`cargo metadata` gave no JSON.")?;
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let targets = packages.flat_map(|package| package["targets"].as_array().into_iter().flatten());
    let mut names: Vec<String> = targets
        .filter(|target| target["kind"].as_array().is_some_and(|kinds| kinds.iter().any(|kind| kind == "test")))
        .filter_map(|target| target["name"].as_str().map(str::to_owned))
        .collect();
    names.sort();
    names.dedup();
    Ok(names)
}
