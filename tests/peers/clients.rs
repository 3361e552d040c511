//! Clients that others wrote, and suites in Python: each run against a `poolctl sandbox` of its own.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

/// A `poolctl sandbox` that ends with this value.
pub(crate) struct Poolctl {
    /// The line that it printed when it was ready.
    pub(crate) description: Value,
    process: Child,
}

impl Poolctl {
    /// Starts it with a few people and without quotas.
    pub(crate) fn start() -> Self {
        let program =
            std::env::var_os("POOLKEEPER_POOLCTL").map_or_else(|| tree().join("target/debug/poolctl"), PathBuf::from);
        assert!(program.exists(), "{} is missing: `cargo xtask test --only peers` builds it", program.display());
        let mut process = Command::new(program)
            .args(["sandbox", "--port", "0", "--users", "30", "--quota", "off"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Self { description: serde_json::from_str(&line).unwrap(), process }
    }

    /// Where it listens.
    pub(crate) fn endpoint(&self) -> &str {
        self.description["endpoint"].as_str().unwrap()
    }

    /// Runs a program of Node with the description as its argument.
    pub(crate) fn node(&self, script: &str) {
        let folder =
            std::env::var_os("POOLKEEPER_PEERS_NODE").map_or_else(|| tree().join("target/node"), PathBuf::from);
        assert!(folder.join("node_modules").exists(), "`cargo xtask test --only peers` makes {}", folder.display());
        // Read from standard input, a module finds its packages in the folder where Node runs.
        let mut command = Command::new("node");
        command
            .current_dir(folder)
            .args(["--input-type=module", "-"])
            .arg(self.description.to_string())
            .stdin(File::open(tree().join("tests/peers/node").join(script)).unwrap());
        succeed(command, script);
    }

    /// Runs a program of Python with the description as its argument.
    pub(crate) fn python(&self, script: &str) {
        python(script, &[&self.description.to_string()]);
    }
}

impl Drop for Poolctl {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Runs a program of `tests/peers/python`; panics with what it said when it fails.
pub(crate) fn python(script: &str, arguments: &[&str]) {
    let venv =
        std::env::var_os("POOLKEEPER_PEERS_CLIENTS").map_or_else(|| tree().join("target/venv-clients"), PathBuf::from);
    let python = venv.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    assert!(python.exists(), "`cargo xtask test --only peers` makes {}", venv.display());
    let mut command = Command::new(python);
    command
        .current_dir(tree().join("tests/peers/python"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .arg(script)
        .args(arguments);
    succeed(command, script);
}

#[expect(clippy::print_stdout, reason = "what was checked is worth reading when it passes too")]
fn succeed(mut command: Command, script: &str) {
    let output = command.output().unwrap();
    let said = [String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)].concat();
    assert!(output.status.success(), "{script}:\n{said}");
    print!("{said}");
}

/// The root of the work tree.
pub(crate) fn tree() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
