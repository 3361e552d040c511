//! `cargo xtask bench`: writes docs/benchmarks.md.
//!
//! Nothing here is a test: a machine that is slow or busy makes a figure worse and no build red.

mod machine;
mod pace;
mod page;
mod programs;
mod whole;
mod window;

use std::process::ExitCode;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::program::Program;
use crate::repository::Repository;
use programs::Bench;

/// Our own crates that `Cargo.toml` optimises in debug builds, and how much: said again, because a person may have lowered
/// it in a configuration of their own.
const OPTIMISED: [(&str, u8); 3] = [("model", 2), ("store", 3), ("sandbox", 2)];

/// A figure with what it should be.
#[derive(Debug)]
pub(crate) struct Figure {
    pub(crate) what: String,
    pub(crate) figure: f64,
    pub(crate) unit: String,
    pub(crate) budget: Option<f64>,
    /// `most` or `least`.
    pub(crate) bound: Option<String>,
}

impl Figure {
    pub(crate) fn new(what: impl Into<String>, figure: f64, unit: &str) -> Self {
        Self { what: what.into(), figure, unit: unit.to_owned(), budget: None, bound: None }
    }

    pub(crate) fn at_most(self, budget: f64) -> Self {
        Self { budget: Some(budget), bound: Some("most".to_owned()), ..self }
    }

    pub(crate) fn at_least(self, budget: f64) -> Self {
        Self { budget: Some(budget), bound: Some("least".to_owned()), ..self }
    }

    /// What a benchmark says on a line; `None` for anything else.
    fn read(line: &str) -> Option<Self> {
        let told: Value = serde_json::from_str(line).ok()?;
        let text = |name: &str| told.get(name).and_then(Value::as_str).map(str::to_owned);
        let number = |name: &str| told.get(name).and_then(Value::as_f64);
        let (what, figure, unit) = (text("what")?, number("figure")?, text("unit")?);
        Some(Self { what, figure, unit, budget: number("budget"), bound: text("bound") })
    }

    /// Whether the budget holds; `None` without one.
    pub(crate) fn holds(&self) -> Option<bool> {
        let budget = self.budget?;
        Some(if self.bound.as_deref() == Some("least") { self.figure >= budget } else { self.figure <= budget })
    }
}

/// Figures that belong together, with the command that they come from.
pub(crate) struct Section {
    pub(crate) title: String,
    pub(crate) command: String,
    pub(crate) load: String,
    pub(crate) figures: Vec<Figure>,
}

/// Measures and writes the page.
pub(crate) fn run(repository: &Repository, users: u32, listed: u32) -> Result<ExitCode> {
    let mut sections = vec![store(repository, users)?];
    let bench = Bench::build(repository)?;
    sections.extend(whole::measure(repository, &bench, users)?);
    sections.push(pace::measure(repository, &bench, listed)?);
    let path = repository.root().join("docs/benchmarks.md");
    let text = page::write(&sections, users, std::fs::read_to_string(&path).ok().as_deref());
    std::fs::write(&path, text).with_context(|| format!("{} cannot be written.", path.display()))?;
    println!("Written: {}", path.display());
    Ok(ExitCode::SUCCESS)
}

/// The local copy alone, in one process.
fn store(repository: &Repository, users: u32) -> Result<Section> {
    let load = machine::load();
    let program = optimised(Program::cargo(repository))
        .arguments(["bench", "--workspace", "--bench", "million", "--profile", "dev", "--"])
        .arguments(["--users".to_owned(), users.to_string()]);
    let output = program.output()?;
    let figures: Vec<Figure> = output.lines().filter_map(Figure::read).collect();
    anyhow::ensure!(!figures.is_empty(), "The benchmark of the store has failed; run it alone to see why.");
    Ok(Section {
        title: format!("The local copy: {users} encrypted users"),
        command: format!("cargo bench --workspace --bench million --profile dev -- --users {users}"),
        load,
        figures,
    })
}

/// Adds the settings that optimise our own crates as `Cargo.toml` does: nothing is built again for them.
pub(crate) fn optimised(program: Program) -> Program {
    OPTIMISED.iter().fold(program, |program, (name, level)| {
        program.arguments(["--config".to_owned(), format!("profile.dev.package.poolkeeper-{name}.opt-level={level}")])
    })
}
