//! Whole programs: the sandbox, `poolctl` and boto3.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::{Figure, Section, machine, optimised};
use crate::program::Program;
use crate::repository::Repository;

/// How many requests for users a second AWS takes.
const USER_LIST: f64 = 30.0;
/// Users of one answer.
const PAGE: f64 = 60.0;

/// The built `poolctl` and where to find boto3.
pub(crate) struct Bench {
    poolctl: PathBuf,
    python: PathBuf,
    scripts: PathBuf,
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

/// A sandbox that listens, with what it says of itself.
struct Server {
    process: Ended,
    description: Value,
    ready: Duration,
}

/// Where the local copies of a measurement are; removed with it.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Folder {
    fn new(name: &str) -> Result<Self> {
        let path = std::env::temp_dir().join(format!("poolkeeper-bench-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).with_context(|| format!("{} cannot be made.", path.display()))?;
        Ok(Self(path))
    }
}

impl Bench {
    pub(crate) fn build(repository: &Repository) -> Result<Self> {
        optimised(Program::cargo(repository)).arguments(["build", "--package", "poolkeeper-cli"]).run()?;
        Ok(Self {
            poolctl: repository.target("debug/poolctl"),
            python: repository.target("venv-clients").join("bin/python"),
            scripts: repository.root().join("tests/peers/python"),
        })
    }

    fn serve(&self, arguments: &[&str]) -> Result<Server> {
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

    fn poolctl(&self, server: &Server, folder: &Folder, arguments: &[&str]) -> Command {
        let told = |name: &str| server.description.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let mut command = Command::new(&self.poolctl);
        command
            .args(["--endpoint", &told("endpoint"), "--region", &told("region"), "--pool", &told("userPoolId")])
            .args(["--quiet", "--data-dir"])
            .arg(folder.0.join("data"))
            .arg("--key-file")
            .arg(folder.0.join("key"))
            .args(arguments)
            .envs([("AWS_ACCESS_KEY_ID", "sandbox"), ("AWS_SECRET_ACCESS_KEY", "sandbox")]);
        command
    }

    /// Sandbox, sync and listing of everybody, with nothing in the way.
    pub(crate) fn whole(&self, users: u32) -> Result<Section> {
        let load = machine::load();
        let folder = Folder::new("whole")?;
        let number = users.to_string();
        let server = self.serve(&["--users", &number, "--quota", "off"])?;
        let memory = machine::memory(server.process.0.id(), "VmRSS").unwrap_or_default();
        let mut figures = vec![
            Figure::new("Sandbox: ready", server.ready.as_secs_f64(), "s").at_most(15.0),
            Figure::new("Sandbox: memory", memory, "MB").at_most(1_000.0),
        ];
        for what in ["First sync of `poolctl`, memberships included", "Second sync, nothing has changed"] {
            let (took, most) = watched(self.poolctl(&server, &folder, &["--share", "off", "sync"]))?;
            figures.push(Figure::new(what, f64::from(users) / took.as_secs_f64(), "users/s"));
            figures.push(Figure::new("… its memory at most", most, "MB"));
        }
        let (took, _) = watched(self.poolctl(&server, &folder, &["users", "--limit", "200"]))?;
        figures
            .push(Figure::new("`poolctl users --limit 200`, from start to end", took.as_secs_f64(), "s").at_most(1.0));
        let (took, most) = watched(self.poolctl(&server, &folder, &["users", "acme", "--limit", "200"]))?;
        figures.push(Figure::new("`poolctl users acme --limit 200`, from start to end", took.as_secs_f64(), "s"));
        figures.push(Figure::new("… its memory at most", most, "MB"));
        let all = ["--format", "jsonl", "users", "--limit", "0"];
        let (took, most) = watched(self.poolctl(&server, &folder, &all))?;
        figures.push(Figure::new(
            "`poolctl users --limit 0 --format jsonl`",
            f64::from(users) / took.as_secs_f64(),
            "users/s",
        ));
        figures.push(Figure::new("… its memory at most, however many", most, "MB").at_most(100.0));
        Ok(Section {
            title: format!("Whole programs: {users} users"),
            command: format!(
                "poolctl sandbox --users {users} --quota off; poolctl sync --share off; poolctl users --limit 0 --format jsonl"
            ),
            load,
            figures,
        })
    }

    /// A sync as AWS would let it be, beside boto3's own paginator at the same server. `None` where boto3 is not there.
    pub(crate) fn against_boto3(&self, users: u32) -> Result<Option<Section>> {
        if !self.python.exists() {
            println!(
                "boto3 is not there: `cargo xtask test --only peers` makes its environment. That part is left out."
            );
            return Ok(None);
        }
        let load = machine::load();
        let folder = Folder::new("boto3")?;
        let number = users.to_string();
        let server = self.serve(&["--users", &number, "--latency-ms", "120"])?;
        let (took, _) = watched(self.poolctl(&server, &folder, &["--share", "1", "sync"]))?;
        let ours = f64::from(users) / took.as_secs_f64();
        let theirs = self.boto3(&server)?;
        let figures = vec![
            Figure::new("`poolctl sync --share 1`, memberships included", ours, "users/s"),
            Figure::new("boto3's `list_users` paginator", theirs, "users/s"),
            Figure::new("the first to the second", ours / theirs, "×").at_least(4.5),
            Figure::new(
                "the first to what AWS permits (30 requests of 60 users a second)",
                ours / (USER_LIST * PAGE) * 100.0,
                "%",
            )
            .at_least(95.0),
        ];
        Ok(Some(Section {
            title: format!("Beside boto3: {users} users, AWS's quotas, 120 ms for each answer"),
            command: format!(
                "poolctl sandbox --users {users} --latency-ms 120; poolctl sync --share 1; python tests/peers/python/list_users.py"
            ),
            load,
            figures,
        }))
    }

    fn boto3(&self, server: &Server) -> Result<f64> {
        let script: &Path = &self.scripts.join("list_users.py");
        let output = Command::new(&self.python).arg(script).arg(server.description.to_string()).output()?;
        if !output.status.success() {
            bail!("boto3 failed: {}", String::from_utf8_lossy(&output.stderr));
        }
        let told: Value = serde_json::from_slice(&output.stdout)?;
        let number = |name: &str| told.get(name).and_then(Value::as_f64).context("boto3 has said nothing.");
        Ok(number("users")? / number("seconds")?)
    }
}

/// Runs a program to its end: how long it took, and the most memory that it had.
fn watched(mut command: Command) -> Result<(Duration, f64)> {
    let began = Instant::now();
    let mut process = Ended(command.stdout(Stdio::null()).spawn().context("poolctl cannot be started.")?);
    let mut most = 0.0;
    loop {
        if let Some(memory) = machine::memory(process.0.id(), "VmHWM") {
            most = memory;
        }
        if let Some(status) = process.0.try_wait()? {
            anyhow::ensure!(status.success(), "{command:?} failed ({status}).");
            return Ok((began.elapsed(), most));
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}
