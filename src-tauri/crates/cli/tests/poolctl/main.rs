//! The built `poolctl` against a sandbox on the loopback interface: flags, formats and exit codes by name.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod active_users;
mod changing;
mod common_options;
mod comparing;
mod costing;
mod erasing;
mod exporting;
mod failing;
mod grouping;
mod health;
mod importing;
mod job_control;
mod listing;
mod looking;
mod making;
mod previewing;
mod searching;
mod serving;
mod setting;
mod signing_in;
mod syncing;
mod to_aws;
mod together;
mod why;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;

use sandbox::{Options, Quota, Sandbox, Server};
use serde_json::Value;
use tokio::runtime::Runtime;

/// People in the sandbox of these tests.
const PEOPLE: u32 = 400;

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());

/// A sandbox on a port of its own.
struct Served {
    sandbox: Sandbox,
    _server: Server,
}

impl Served {
    fn new() -> Self {
        Self::of(Options::default())
    }

    /// One whose time is ours, for what expires.
    #[expect(clippy::disallowed_methods, reason = "poolctl reads the system's clock, so its sandbox must, too")]
    fn today() -> Self {
        let now = std::time::SystemTime::now().try_into().unwrap();
        Self::of(Options { start: now, ..Options::default() })
    }

    fn of(options: Options) -> Self {
        let sandbox = Sandbox::new(Options { users: PEOPLE, quota: Quota::Off, ..options });
        let server = RUNTIME.block_on(sandbox.serve(0)).unwrap();
        Self { sandbox, _server: server }
    }

    fn endpoint(&self) -> String {
        self.sandbox.description().endpoint.unwrap()
    }

    fn pool(&self) -> String {
        self.sandbox.pool_id()
    }
}

/// A person's machine: a home, a data directory, no AWS configuration, no keyring.
struct Home {
    folder: tempfile::TempDir,
}

/// What a run of `poolctl` left.
struct Ran {
    code: i32,
    out: String,
    err: String,
}

impl Home {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// A home whose data directory has a local copy of the served pool.
    fn synced(served: &Served) -> Self {
        let home = Self::new();
        let ran = home.run_at(served, &["sync", "--share", "off", "--json"]);
        assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
        home
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn key_file(&self) -> PathBuf {
        self.folder.path().join("keys")
    }

    fn bare(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_poolctl"));
        command.env_clear().env("HOME", self.folder.path()).env("PATH", std::env::var_os("PATH").unwrap());
        command
    }

    /// Runs with nothing but the words.
    fn run_bare(&self, words: &[&str]) -> Ran {
        Ran::of(&self.bare().args(words).stdin(Stdio::null()).output().unwrap())
    }

    /// Runs on this home's data directory with its key file.
    fn run(&self, words: &[&str]) -> Ran {
        self.run_with_input(words, "")
    }

    fn run_with_input(&self, words: &[&str], input: &str) -> Ran {
        let (data, keys) = (self.data(), self.key_file());
        let place = ["--data-dir", path(&data), "--key-file", path(&keys)];
        let mut command = self.bare();
        command.args(words).args(place).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // A command that reads nothing may have closed it.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        Ran::of(&child.wait_with_output().unwrap())
    }

    /// The same, towards the served sandbox.
    fn run_at(&self, served: &Served, words: &[&str]) -> Ran {
        let (endpoint, pool) = (served.endpoint(), served.pool());
        let there = ["--endpoint", &endpoint, "--region", "eu-west-1", "--pool", &pool];
        self.run(&[words, &there[..]].concat())
    }
}

impl Ran {
    fn of(output: &Output) -> Self {
        Self {
            code: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout.clone()).unwrap(),
            err: String::from_utf8(output.stderr.clone()).unwrap(),
        }
    }

    /// The JSON on stdout, of a run that ended with `code`.
    fn json(&self, code: i32) -> Value {
        assert_eq!(self.code, code, "{}{}", self.out, self.err);
        serde_json::from_str(&self.out).unwrap()
    }

    /// The text on stdout of a run that went well.
    fn text(&self) -> &str {
        assert_eq!(self.code, 0, "{}{}", self.out, self.err);
        &self.out
    }
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}
