//! Rust and Node, and whether they are new enough.

use anyhow::{Result, bail};

use crate::program::Program;

/// The oldest Rust that the AWS SDK compiles with; the same as `rust-version` in `Cargo.toml`.
const RUST: Version = Version(1, 95);
/// The oldest Node that Vite runs on; the same as `engines` in `ui/package.json`.
const NODE: Version = Version(20, 19);

/// Major and minor version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Version(u32, u32);

/// Checks both.
///
/// # Errors
/// One sentence that says what is too old or missing and where to get a newer one.
pub(crate) fn check() -> Result<()> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    require("Rust", RUST, &version_told_by(Program::new(rustc)), "run `rustup update stable`")?;
    require("Node", NODE, &version_told_by(Program::new("node")), "install the current LTS release from nodejs.org")
}

fn version_told_by(program: Program) -> Option<String> {
    program.arguments(["--version"]).output().ok()
}

fn require(name: &str, oldest: Version, told: &Option<String>, remedy: &str) -> Result<()> {
    let Version(major, minor) = oldest;
    let Some(told) = told else {
        bail!("{name} is missing: Poolkeeper needs {name} {major}.{minor} or newer; {remedy}.");
    };
    match parse(told) {
        Some(found) if found >= oldest => Ok(()),
        Some(Version(found_major, found_minor)) => bail!(
            "{name} {found_major}.{found_minor} is too old: Poolkeeper needs {name} {major}.{minor} or newer; {remedy}."
        ),
        None => bail!("{name} does not tell its version (it said {:?}); {remedy}.", told.trim()),
    }
}

/// Reads `rustc 1.95.0 (59807616e 2026-04-14)` and `v20.20.2`.
fn parse(text: &str) -> Option<Version> {
    let number =
        text.split_whitespace().find(|word| word.trim_start_matches('v').starts_with(|c: char| c.is_ascii_digit()))?;
    let mut parts = number.trim_start_matches('v').split('.');
    Some(Version(parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(told: Option<&str>) -> String {
        require("Rust", RUST, &told.map(str::to_owned), "run `rustup update stable`").unwrap_err().to_string()
    }

    #[test]
    fn versions_are_read_from_what_the_tools_print() {
        assert_eq!(parse("rustc 1.95.0 (59807616e 2026-04-14)\n"), Some(Version(1, 95)));
        assert_eq!(parse("v20.20.2\n"), Some(Version(20, 20)));
        assert_eq!(parse("nightly"), None);
    }

    #[test]
    fn a_new_enough_tool_is_accepted() {
        assert!(require("Rust", RUST, &Some("rustc 1.95.0".into()), "").is_ok());
        assert!(require("Rust", RUST, &Some("rustc 2.0.0".into()), "").is_ok());
    }

    #[test]
    fn a_too_old_or_missing_tool_gives_one_sentence() {
        assert_eq!(
            refusal(Some("rustc 1.94.1 (abc 2026-03-01)")),
            "Rust 1.94 is too old: Poolkeeper needs Rust 1.95 or newer; run `rustup update stable`."
        );
        assert_eq!(refusal(None), "Rust is missing: Poolkeeper needs Rust 1.95 or newer; run `rustup update stable`.");
    }
}
