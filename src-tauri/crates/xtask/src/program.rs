//! Starting other programs: what was started is shown, and a failure is a sentence.

use std::ffi::{OsStr, OsString};
use std::io::{BufRead as _, BufReader, ErrorKind};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};

use anyhow::{Context, Result, anyhow, bail};

use crate::repository::Repository;
use crate::tally::Tally;

/// A program with its arguments, before it is started.
pub(crate) struct Program {
    command: Command,
    name: String,
}

impl Program {
    /// A program found by its name on the search path, or by its path.
    pub(crate) fn new(name: impl AsRef<OsStr>) -> Self {
        let shown = name.as_ref().to_string_lossy().into_owned();
        Self { command: Command::new(name), name: shown }
    }

    /// The cargo that runs us, in the root of the work tree.
    pub(crate) fn cargo(repository: &Repository) -> Self {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
        let mut program = Self::new(cargo).folder(repository.root());
        "cargo".clone_into(&mut program.name);
        // What `cargo run` set for this program is not meant for the ones that it starts.
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST") {
                program.command.env_remove(&name);
            }
        }
        program
    }

    /// `npm` in the folder of the user interface.
    pub(crate) fn npm(repository: &Repository) -> Self {
        Self::new(if cfg!(windows) { "npm.cmd" } else { "npm" }).folder(&repository.ui())
    }

    /// Adds arguments.
    pub(crate) fn arguments<A: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        self.command.args(arguments);
        self
    }

    /// Sets an environment variable.
    pub(crate) fn variable(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Takes environment variables away.
    pub(crate) fn without(mut self, names: &[&str]) -> Self {
        for name in names {
            self.command.env_remove(name);
        }
        self
    }

    /// Starts it in this folder.
    pub(crate) fn folder(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// The program and its arguments as one would type them.
    pub(crate) fn line(&self) -> String {
        let mut line = self.name.clone();
        for argument in self.command.get_args() {
            line.push(' ');
            line.push_str(&argument.to_string_lossy());
        }
        line
    }

    /// Runs it with its output shown.
    ///
    /// # Errors
    /// When it cannot be started or ends with a failure.
    pub(crate) fn run(self) -> Result<()> {
        let line = self.line();
        let status = self.status()?;
        if status.success() { Ok(()) } else { Err(failed(&line, status)) }
    }

    /// Runs it with its output shown, and gives how it ended.
    pub(crate) fn status(mut self) -> Result<ExitStatus> {
        println!("$ {}", self.line());
        self.command.status().map_err(|error| not_started(&self.name, &error))
    }

    /// Runs it quietly and gives its standard output, whether it succeeded or not.
    pub(crate) fn output(mut self) -> Result<String> {
        let output = self.command.stderr(Stdio::null()).output().map_err(|error| not_started(&self.name, &error))?;
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Runs it quietly and gives how it ended and all that it said.
    pub(crate) fn captured(mut self) -> Result<(ExitStatus, String)> {
        println!("$ {}", self.line());
        let output = self.command.output().map_err(|error| not_started(&self.name, &error))?;
        let text = [String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)].concat();
        Ok((output.status, text))
    }

    /// This program with the other one's line as its last arguments, in the other one's folder and environment.
    pub(crate) fn followed_by(mut self, other: &Self) -> Self {
        self.command.arg(other.command.get_program()).args(other.command.get_args());
        self.take_surroundings(&other.command);
        self
    }

    fn take_surroundings(&mut self, other: &Command) {
        for (name, value) in other.get_envs() {
            match value {
                Some(value) => self.command.env(name, value),
                None => self.command.env_remove(name),
            };
        }
        if let Some(folder) = other.get_current_dir() {
            self.command.current_dir(folder);
        }
    }

    /// Runs it with its output shown, counting the test results among the lines.
    ///
    /// # Errors
    /// When it cannot be started. A failure is told by [`Tally`] and the status.
    pub(crate) fn counted(mut self, tally: &mut Tally) -> Result<()> {
        let line = self.line();
        println!("$ {line}");
        let mut child = self.command.stdout(Stdio::piped()).spawn().map_err(|error| not_started(&self.name, &error))?;
        let stdout = child.stdout.take().context("The output of the tests cannot be read.")?;
        for line in BufReader::new(stdout).split(b'\n') {
            let line = String::from_utf8_lossy(&line?).into_owned();
            println!("{line}");
            tally.read(&line);
        }
        let status = child.wait()?;
        if status.success() { Ok(()) } else { Err(failed(&line, status)) }
    }

    /// Starts it and goes on. It ends with us, where the system can see to that.
    pub(crate) fn start(mut self, stdout: Stdio) -> Result<Running> {
        println!("$ {}", self.line());
        let binder = Path::new("/usr/bin/setpriv");
        if cfg!(target_os = "linux") && binder.exists() {
            let name = self.name.clone();
            self = Self::new(binder).arguments(["--pdeathsig", "TERM"]).followed_by(&self);
            self.name = name;
        }
        let child = self.command.stdout(stdout).spawn().map_err(|error| not_started(&self.name, &error))?;
        Ok(Running { child })
    }
}

/// A program that runs beside us and is ended with this value.
pub(crate) struct Running {
    /// The process.
    pub(crate) child: Child,
}

impl Drop for Running {
    fn drop(&mut self) {
        // Already ended is fine; anything else cannot be mended here.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn failed(line: &str, status: ExitStatus) -> anyhow::Error {
    match status.code() {
        Some(code) => anyhow!("`{line}` failed (exit {code})."),
        None => anyhow!("`{line}` was ended by a signal."),
    }
}

fn not_started(name: &str, error: &std::io::Error) -> anyhow::Error {
    if error.kind() == ErrorKind::NotFound {
        anyhow!("`{name}` is not installed or not on the search path.")
    } else {
        anyhow!("`{name}` cannot be started: {error}.")
    }
}

/// Whether a program of this name is on the search path.
pub(crate) fn is_installed(name: &str) -> bool {
    std::env::var_os("PATH").is_some_and(|paths| std::env::split_paths(&paths).any(|path| path.join(name).is_file()))
}

/// Ends with a sentence unless a program of this name is on the search path.
pub(crate) fn need(name: &str, why: &str) -> Result<()> {
    if is_installed(name) { Ok(()) } else { bail!("`{name}` is not installed: {why}") }
}
