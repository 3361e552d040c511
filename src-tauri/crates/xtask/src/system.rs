//! System packages on Debian and Ubuntu.

use anyhow::{Result, bail};

use crate::program::{Program, is_installed};

/// What the app is compiled and run with.
pub(crate) const BUILD: &[&str] = &[
    "build-essential",
    "libayatana-appindicator3-dev",
    "libgtk-3-dev",
    "librsvg2-dev",
    "libssl-dev",
    "libwebkit2gtk-4.1-dev",
    "pkg-config",
];

/// A display without a screen, and pictures of it.
pub(crate) const DISPLAY: &[&str] = &["imagemagick", "xvfb"];

/// What the tests need beyond that: the web driver, a Secret Service, Python for the peers, and typefaces for every
/// script in the sandbox.
pub(crate) const TESTS: &[&str] =
    &["dbus", "fonts-noto-cjk", "fonts-noto-core", "gnome-keyring", "python3-venv", "webkit2gtk-driver"];

/// Installs those of the packages that are missing.
///
/// # Errors
/// Where they cannot be installed from here, the sentence holds the exact command.
pub(crate) fn install(packages: &[&str]) -> Result<()> {
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    if !is_installed("dpkg-query") {
        println!(
            "This is not Debian or Ubuntu: see that the counterparts of these are installed: {}",
            packages.join(" ")
        );
        return Ok(());
    }
    let missing = missing(packages, &states(packages)?);
    if missing.is_empty() {
        return Ok(());
    }
    println!("Missing system packages: {}", missing.join(" "));
    let install = ["apt-get", "install", "--yes", "--no-install-recommends"];
    let root = Program::new("id").arguments(["-u"]).output()?.trim() == "0";
    if !root && !is_installed("sudo") {
        bail!(
            "System packages are missing and there is no sudo. Run this as root, then try again:\n  apt-get update && {} {}",
            install.join(" "),
            missing.join(" ")
        );
    }
    as_root(root, &["apt-get", "update"]).run()?;
    as_root(root, &[&install[..], &missing[..]].concat()).run()
}

fn as_root(root: bool, line: &[&str]) -> Program {
    let quiet = ["env", "DEBIAN_FRONTEND=noninteractive"];
    if root {
        Program::new(quiet[0]).arguments(&quiet[1..]).arguments(line)
    } else {
        Program::new("sudo").arguments(quiet).arguments(line)
    }
}

/// What dpkg knows of them: one line each, `ii libssl-dev` for an installed one.
fn states(packages: &[&str]) -> Result<String> {
    Program::new("dpkg-query")
        .arguments(["--show", "--showformat", "${db:Status-Abbrev} ${Package}\n"])
        .arguments(packages)
        .output()
}

fn missing<'a>(packages: &[&'a str], states: &str) -> Vec<&'a str> {
    let installed = |package: &str| {
        states.lines().any(|line| {
            let mut words = line.split_whitespace();
            words.next() == Some("ii") && words.next() == Some(package)
        })
    };
    packages.iter().copied().filter(|package| !installed(package)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_is_missing_unless_dpkg_says_that_it_is_installed() {
        let states = "ii  xvfb\nrc  imagemagick\nun  dbus\nii  dbus-x11\n";
        assert_eq!(
            missing(&["xvfb", "imagemagick", "dbus", "gnome-keyring"], states),
            ["imagemagick", "dbus", "gnome-keyring"]
        );
    }
}
