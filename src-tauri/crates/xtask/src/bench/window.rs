//! The real window over a large pool whose server is gone. `tests/e2e/large.rs` measures.

use anyhow::Result;

use super::programs::{Folder, Server};
use super::{Figure, Section, machine, optimised};
use crate::display::Xvfb;
use crate::program::{Program, is_installed};
use crate::repository::Repository;
use crate::ui;

/// Programs that this part needs.
const NEEDED: [&str; 3] = ["Xvfb", "WebKitWebDriver", "dbus-run-session"];

/// The section; `None` where the window cannot be driven.
///
/// # Errors
/// When the window cannot be built or its measurement fails.
pub(crate) fn measure(repository: &Repository, server: Server, folder: &Folder, users: u32) -> Result<Option<Section>> {
    if let Some(missing) = NEEDED.iter().find(|name| !is_installed(name)) {
        println!("{missing} is not there: `cargo xtask test --only packages` installs it. The window is left out.");
        return Ok(None);
    }
    ui::build_if_stale(repository)?;
    let test = || optimised(Program::cargo(repository)).arguments(["test", "--workspace", "--test", "e2e"]);
    test().arguments(["--no-run"]).run()?;
    let (xvfb, endpoint) = (Xvfb::start()?, server.told("endpoint").to_owned());
    let run = |name: &str| -> Result<Vec<Figure>> {
        let test = test()
            .arguments(["--", "--ignored", "--nocapture", "--exact", &format!("large::{name}")])
            .variable("POOLKEEPER_BENCH_DATA", folder.data())
            .variable("POOLKEEPER_BENCH_KEY", folder.key())
            .variable("POOLKEEPER_BENCH_ENDPOINT", &endpoint)
            .variable("DISPLAY", &xvfb.name)
            .variable("GDK_BACKEND", "x11");
        let (status, said) = Program::new("dbus-run-session").arguments(["--"]).followed_by(&test).captured()?;
        anyhow::ensure!(status.success(), "The window could not be measured ({status}):\n{said}");
        Ok(said.lines().filter_map(Figure::read).collect())
    };
    run("the_pool_is_opened_once")?;
    drop(server);
    let load = machine::load();
    let figures = run("the_window_is_measured")?;
    Ok(Some(Section {
        title: format!("The real window: {users} users, their server gone, no GPU"),
        command: "cargo test --workspace --test e2e -- --ignored large".to_owned(),
        load,
        figures,
    }))
}
