//! A display where there is no screen, and pictures of it.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::Stdio;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::program::{Program, Running, need};

/// How long a painted window may go on moving before it is pictured as it is.
const REST: Duration = Duration::from_secs(5);

/// A picture with fewer colours than this shows an empty window.
const COLOURS_OF_A_PAINTED_WINDOW: u32 = 40;

/// Whether a window could be seen by somebody.
pub(crate) fn is_there() -> bool {
    let named = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || named("DISPLAY") || named("WAYLAND_DISPLAY")
}

/// An Xvfb of our own, on a display number that was free.
pub(crate) struct Xvfb {
    _running: Running,
    /// Its name, as `DISPLAY` wants it.
    pub(crate) name: String,
}

impl Xvfb {
    /// Starts it. It ends when the value is dropped.
    pub(crate) fn start() -> Result<Self> {
        need("Xvfb", "install the package xvfb.")?;
        let mut running = Program::new("Xvfb")
            .arguments(["-displayfd", "1", "-screen", "0", "1440x900x24", "-nolisten", "tcp", "-noreset"])
            .start(Stdio::piped())?;
        let stdout = running.child.stdout.take().context("Xvfb's output cannot be read.")?;
        let mut number = String::new();
        BufReader::new(stdout).read_line(&mut number)?;
        if number.trim().is_empty() {
            bail!("Xvfb ended before it had a display.");
        }
        Ok(Self { _running: running, name: format!(":{}", number.trim()) })
    }

    /// Takes pictures until one shows a painted window, at rest if it comes to rest, and leaves that one in the file.
    ///
    /// # Errors
    /// When nothing was painted in this time, or the app ended.
    pub(crate) fn picture(&self, file: &Path, app: &mut Running, patience: Duration) -> Result<()> {
        need("import", "install the package imagemagick.")?;
        let started = Instant::now();
        let mut before = Vec::new();
        let mut painted: Option<Instant> = None;
        while started.elapsed() < patience {
            if let Some(status) = app.child.try_wait()? {
                bail!("The app ended before its window was painted ({status}).");
            }
            sleep(Duration::from_millis(500));
            self.grab(file)?;
            let now = std::fs::read(file)?;
            if colours(file)? >= COLOURS_OF_A_PAINTED_WINDOW {
                let since = *painted.get_or_insert_with(Instant::now);
                if now == before || since.elapsed() >= REST {
                    return Ok(());
                }
            }
            before = now;
        }
        bail!("The window was not painted within {} s; what there was is in {}.", patience.as_secs(), file.display())
    }

    fn grab(&self, file: &Path) -> Result<()> {
        // Without dates inside, two pictures of the same window are the same file.
        Program::new("import")
            .arguments(["-display", &self.name, "-window", "root", "-define", "png:exclude-chunks=date,time", "-strip"])
            .arguments([file])
            .output()?;
        if file.is_file() { Ok(()) } else { bail!("No picture of the display {} could be taken.", self.name) }
    }
}

fn colours(file: &Path) -> Result<u32> {
    let text = Program::new("identify").arguments(["-format", "%k"]).arguments([file]).output()?;
    Ok(text.trim().parse().unwrap_or(0))
}
