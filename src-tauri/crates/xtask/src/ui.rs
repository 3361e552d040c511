//! The user interface: npm's packages and the built files that the app embeds.

use std::fs;
use std::path::Path;
use std::time::SystemTime;

use anyhow::{Context, Result, bail};

use crate::program::Program;
use crate::repository::Repository;

/// Installs npm's packages unless those of this very lock file are installed.
///
/// Scripts of packages are not run: none of ours needs one.
pub(crate) fn install(repository: &Repository) -> Result<()> {
    let ui = repository.ui();
    let lock = fs::read(ui.join("package-lock.json")).context("ui/package-lock.json cannot be read.")?;
    let stamp = ui.join("node_modules/.poolkeeper-lock.json");
    if fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    Program::npm(repository).arguments(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).run()?;
    fs::write(&stamp, lock).context("ui/node_modules cannot be written.")
}

/// Builds `ui/dist`.
pub(crate) fn build(repository: &Repository) -> Result<()> {
    Program::npm(repository).arguments(["run", "build"]).run()?;
    let page = repository.ui().join("dist/index.html");
    if page.is_file() { Ok(()) } else { bail!("The UI was built, but there is no {}.", page.display()) }
}

/// Installs and builds, unless `ui/dist` is newer than everything that it is made of.
pub(crate) fn build_if_stale(repository: &Repository) -> Result<()> {
    install(repository)?;
    let ui = repository.ui();
    let built = fs::metadata(ui.join("dist/index.html")).and_then(|file| file.modified()).ok();
    if built.is_some_and(|built| newest(&ui).is_some_and(|source| source < built)) {
        return Ok(());
    }
    build(repository)
}

/// When anything below the folder was last changed; packages, built files and hidden ones do not count.
fn newest(folder: &Path) -> Option<SystemTime> {
    let entries = fs::read_dir(folder).ok()?;
    entries
        .flatten()
        .filter(|entry| {
            let name = entry.file_name();
            !(name == "node_modules" || name == "dist" || name.to_string_lossy().starts_with('.'))
        })
        .filter_map(|entry| {
            let about = entry.metadata().ok()?;
            if about.is_dir() { newest(&entry.path()) } else { about.modified().ok() }
        })
        .max()
}
