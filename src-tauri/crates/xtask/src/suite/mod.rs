//! `cargo xtask test`: every check in order, with its time, and an honest last line.

mod peers;
mod sealed;
mod steps;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::repository::Repository;
use crate::tally::Tally;
use crate::toolchain;
use sealed::Sealed;

pub(crate) use steps::screens;

/// What the steps share.
struct Run<'a> {
    repository: &'a Repository,
    sealed: Sealed,
}

/// One line of the suite.
struct Step {
    name: &'static str,
    heading: &'static str,
    work: fn(&Run<'_>, &mut Tally) -> Result<Note>,
}

impl Step {
    /// Whether it runs: those that are named, or else all but those that take long, unless they are asked for.
    fn is_wanted(&self, only: &[String], long: bool) -> bool {
        let named = only.iter().any(|name| name == self.name);
        let is_long = self.name == steps::LONG;
        named || (long && is_long) || (only.is_empty() && !is_long)
    }
}

/// What a step that succeeded has to add, if anything: something that it could not check, and why.
type Note = Option<String>;

struct Outcome {
    step: &'static Step,
    took: Duration,
    tally: Tally,
    result: Result<Note>,
}

/// Shows the names of the steps.
pub(crate) fn list() {
    for step in steps::STEPS {
        let condition = if step.name == steps::LONG { " (with --long)" } else { "" };
        println!("{:<10} {}{condition}", step.name, step.heading);
    }
}

/// Runs the steps, all of them or those that are named, and those that take `long` where asked; a failure does not keep the others from running.
///
/// # Errors
/// When a name is no step's, or Rust or Node is too old. A failed step is told in the summary and by the exit code.
pub(crate) fn run(repository: &Repository, only: &[String], long: bool) -> Result<ExitCode> {
    toolchain::check()?;
    let unknown = only.iter().find(|name| !steps::STEPS.iter().any(|step| step.name == name.as_str()));
    if let Some(unknown) = unknown {
        bail!("There is no step `{unknown}`; `cargo xtask test --list` shows them.");
    }
    let run = Run { repository, sealed: Sealed::new()? };
    let mut outcomes = Vec::new();
    for step in steps::STEPS {
        if step.is_wanted(only, long) {
            println!("\n=== {} ({})", step.heading, step.name);
            outcomes.push(carry_out(step, &run));
        }
    }
    Ok(summary(&outcomes))
}

fn carry_out(step: &'static Step, run: &Run<'_>) -> Outcome {
    let started = Instant::now();
    let mut tally = Tally::default();
    let result = (step.work)(run, &mut tally);
    if let Err(error) = &result {
        println!("{error:#}");
    }
    let took = started.elapsed();
    println!("--- {} took {}", step.name, seconds(took));
    Outcome { step, took, tally, result }
}

/// Prints the table and the last line. A check without tests counts as one test; so does a failure without a failed one.
fn summary(outcomes: &[Outcome]) -> ExitCode {
    let mut sum = Tally::default();
    println!("\n=== Summary");
    for outcome in outcomes {
        let Outcome { step, took, tally, result } = outcome;
        let word = if result.is_ok() { "ok" } else { "FAILED" };
        let tests = if tally.is_empty() { String::new() } else { counts(*tally) };
        println!("{:<10} {word:<7} {:>8}  {tests}", step.name, seconds(*took));
        match result {
            Ok(Some(note)) => println!("           note: {note}"),
            Err(error) => println!("           {error:#}"),
            Ok(None) => {}
        }
        sum.add(*tally);
        sum.add(match result {
            Ok(_) if tally.is_empty() => Tally { passed: 1, ..Tally::default() },
            Err(_) if tally.failed == 0 => Tally { failed: 1, ..Tally::default() },
            _ => Tally::default(),
        });
    }
    println!("all        {:>16}\n", seconds(outcomes.iter().map(|outcome| outcome.took).sum()));
    println!("{}", counts(sum));
    if sum.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn counts(tally: Tally) -> String {
    let skipped = if tally.skipped > 0 { format!(", {} skipped", tally.skipped) } else { String::new() };
    format!("{} passed, {} failed{skipped}", tally.passed, tally.failed)
}

fn seconds(time: Duration) -> String {
    if time.as_secs() < 60 {
        format!("{:.1} s", time.as_secs_f64())
    } else {
        format!("{} min {} s", time.as_secs() / 60, time.as_secs() % 60)
    }
}
