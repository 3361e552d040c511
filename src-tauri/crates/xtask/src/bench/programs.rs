//! The programs that are measured whole: how they are built, started and watched.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::Value;

use super::{machine, optimised};
use crate::program::Program;
use crate::repository::Repository;

/// The built `poolctl`.
pub(crate) struct Bench {
    poolctl: PathBuf,
}

/// A program that is ended with this value.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        // Already ended is fine.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A sandbox that listens, with what it says of itself. It ends with this value.
pub(crate) struct Server {
    process: Ended,
    pub(crate) description: Value,
    /// From its start until it could be asked.
    pub(crate) ready: Duration,
}

impl Server {
    /// What is resident, in megabytes; 0 where the system does not tell.
    pub(crate) fn memory(&self) -> f64 {
        machine::memory(self.process.0.id(), "VmRSS").unwrap_or_default()
    }

    /// A text of its description; empty when it is not there.
    pub(crate) fn told(&self, name: &str) -> &str {
        self.description.get(name).and_then(Value::as_str).unwrap_or_default()
    }
}

/// Where the local copies of a measurement are; removed with it.
pub(crate) struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Folder {
    pub(crate) fn new(name: &str) -> Result<Self> {
        let path = std::env::temp_dir().join(format!("poolkeeper-bench-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).with_context(|| format!("{} cannot be made.", path.display()))?;
        Ok(Self(path))
    }

    /// The data folder of the programs.
    pub(crate) fn data(&self) -> PathBuf {
        self.0.join("data")
    }

    /// Their key file.
    pub(crate) fn key(&self) -> PathBuf {
        self.0.join("key")
    }
}

impl Bench {
    /// Builds it as the tests are built, so that what they have compiled is not compiled again with other features.
    pub(crate) fn build(repository: &Repository) -> Result<Self> {
        let tests = ["test", "--workspace", "--test", "poolctl", "--no-run"];
        optimised(Program::cargo(repository)).arguments(tests).run()?;
        Ok(Self { poolctl: repository.target("debug/poolctl") })
    }

    /// Starts a sandbox and waits until it is ready.
    pub(crate) fn serve(&self, arguments: &[&str]) -> Result<Server> {
        let began = Instant::now();
        let mut command = Command::new(&self.poolctl);
        command.arg("sandbox").args(arguments).stdout(Stdio::piped());
        let mut process = Ended(command.spawn().context("poolctl cannot be started.")?);
        let stdout = process.0.stdout.take().context("The sandbox has no output.")?;
        let mut lines = BufReader::new(stdout).lines();
        // The description may be written over several lines: it ends where it can be read.
        let mut text = String::new();
        loop {
            text.push_str(&lines.next().context("The sandbox has ended.")??);
            if let Ok(description) = serde_json::from_str(&text) {
                return Ok(Server { process, description, ready: began.elapsed() });
            }
        }
    }

    /// `poolctl` on the sandbox's pool, with its local copies in the folder.
    pub(crate) fn poolctl(&self, server: &Server, folder: &Folder, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.poolctl);
        command
            .args(["--endpoint", server.told("endpoint"), "--region", server.told("region")])
            .args(["--pool", server.told("userPoolId"), "--data-dir"])
            .arg(folder.data())
            .arg("--key-file")
            .arg(folder.key())
            .args(arguments)
            .envs([("AWS_ACCESS_KEY_ID", "sandbox"), ("AWS_SECRET_ACCESS_KEY", "sandbox")]);
        command
    }
}

/// What a program took, from its start to its end.
#[derive(Clone, Copy)]
pub(crate) struct Took {
    pub(crate) time: Duration,
    /// The most memory that it had, in megabytes.
    pub(crate) memory: f64,
    /// What it wrote, to files and elsewhere, in megabytes.
    pub(crate) written: f64,
}

impl Took {
    /// So many things, by the second.
    pub(crate) fn a_second(&self, number: u32) -> f64 {
        f64::from(number) / self.time.as_secs_f64()
    }
}

/// What a sync says of itself once the local copy can be used; a first one sweeps the pool after that.
pub(crate) struct Listed {
    pub(crate) users_per_second: f64,
    pub(crate) requests_per_second: f64,
}

impl Listed {
    /// Reads "60000 users in 36.2 s: complete (1402 pages, 1406 requests, 0 throttled)".
    fn read(line: &str) -> Option<Self> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let before = |unit: &str| -> Option<f64> {
            let at = words.iter().position(|word| word.trim_end_matches([',', ':']) == unit)?;
            words.get(at.checked_sub(1)?)?.trim_start_matches('(').parse().ok()
        };
        let seconds = before("s")?;
        Some(Self { users_per_second: before("users")? / seconds, requests_per_second: before("requests")? / seconds })
    }
}

/// Runs a first sync until it says that the local copy can be used, and ends it there.
///
/// # Errors
/// When it cannot be started or ends without having said so.
pub(crate) fn listed(mut command: Command) -> Result<Listed> {
    let mut process =
        Ended(command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().context("poolctl cannot be started.")?);
    let stderr = process.0.stderr.take().context("The sync has no output.")?;
    let said = BufReader::new(stderr).lines().map_while(Result::ok).find_map(|line| Listed::read(&line));
    said.context("The sync has not said how it went.")
}

/// Runs a sync to its end, with what it said when the local copy could be used.
///
/// # Errors
/// When it cannot be started, fails or has not said so.
pub(crate) fn synced(mut command: Command) -> Result<(Took, Listed)> {
    let began = Instant::now();
    let mut process =
        Ended(command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().context("poolctl cannot be started.")?);
    let stderr = process.0.stderr.take().context("The sync has no output.")?;
    let said = std::thread::spawn(move || {
        let lines: Vec<String> = BufReader::new(stderr).lines().map_while(Result::ok).collect();
        lines.iter().find_map(|line| Listed::read(line))
    });
    let took = to_the_end(&mut process, began)?;
    let said = said.join().ok().flatten().context("The sync has not said how it went.")?;
    Ok((took, said))
}

/// Runs a program to its end.
///
/// # Errors
/// When it cannot be started or fails.
pub(crate) fn watched(mut command: Command) -> Result<Took> {
    let began = Instant::now();
    let mut process = Ended(command.stdout(Stdio::null()).spawn().context("poolctl cannot be started.")?);
    to_the_end(&mut process, began)
}

fn to_the_end(process: &mut Ended, began: Instant) -> Result<Took> {
    let (mut memory, mut written) = (0.0, 0.0);
    loop {
        memory = machine::memory(process.0.id(), "VmHWM").unwrap_or(memory);
        // Also told of a program that has ended, until somebody asks how.
        written = machine::written(process.0.id()).unwrap_or(written);
        if let Some(status) = process.0.try_wait()? {
            anyhow::ensure!(status.success(), "poolctl failed ({status}).");
            return Ok(Took { time: began.elapsed(), memory, written });
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}
