//! `cargo xtask run`.

use std::process::{ExitCode, Stdio};
use std::time::Duration;

use anyhow::Result;

use crate::display::{self, Xvfb};
use crate::program::Program;
use crate::repository::Repository;
use crate::{system, toolchain, ui};

/// How long the first window may take on a slow machine.
const PATIENCE: Duration = Duration::from_secs(90);

/// Installs what is missing, builds, and runs the app until it ends.
pub(crate) fn run(repository: &Repository, once: bool, arguments: &[String]) -> Result<ExitCode> {
    toolchain::check()?;
    system::install(system::BUILD)?;
    ui::build_if_stale(repository)?;
    Program::cargo(repository).arguments(["build", "--package", "poolkeeper"]).run()?;
    let app = Program::cargo(repository)
        .arguments(["run", "--quiet", "--package", "poolkeeper", "--bin", "poolkeeper", "--"])
        .arguments(arguments);
    if display::is_there() {
        let status = app.status()?;
        return Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }
    println!("There is no display (neither DISPLAY nor WAYLAND_DISPLAY is set): the app runs on one without a screen.");
    system::install(system::DISPLAY)?;
    unseen(repository, app, once)
}

fn unseen(repository: &Repository, app: Program, once: bool) -> Result<ExitCode> {
    let xvfb = Xvfb::start()?;
    let mut running = app.variable("DISPLAY", &xvfb.name).variable("GDK_BACKEND", "x11").start(Stdio::inherit())?;
    let picture = repository.target("poolkeeper.png");
    xvfb.picture(&picture, &mut running, PATIENCE)?;
    println!("Screenshot: {}", picture.display());
    if once {
        return Ok(ExitCode::SUCCESS);
    }
    println!("The app runs on display {} until you press Ctrl C.", xvfb.name);
    let status = running.child.wait()?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
