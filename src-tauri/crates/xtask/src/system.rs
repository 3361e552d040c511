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

/// What the tests need beyond that: the web driver, what stands in for a browser, a Secret Service, Python for the
/// peers, and typefaces for every script in the sandbox.
pub(crate) const TESTS: &[&str] = &[
    "curl",
    "dbus",
    "fonts-noto-cjk",
    "fonts-noto-core",
    "gnome-keyring",
    "openssl",
    "python3-venv",
    "webkit2gtk-driver",
];

/// Installs those of the packages that are missing.
///
/// # Errors
/// Where they cannot be installed from here, the sentence holds the exact command.
pub(crate) fn install(packages: &[&str]) -> Result<()> {
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    if !is_installed("dpkg-query") {
        let here = MANAGERS.iter().position(|(program, _)| is_installed(program));
        println!("{}", elsewhere(here, packages));
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

/// Package managers of other systems, with what makes them install.
const MANAGERS: &[(&str, &str)] = &[("dnf", "install"), ("pacman", "-S --needed"), ("zypper", "install")];

/// Packages as Debian names them, then as those three do; an empty name where it comes with another one.
const NAMES: &[(&str, [&str; 3])] = &[
    ("build-essential", ["gcc gcc-c++ make", "base-devel", "gcc gcc-c++ make"]),
    (
        "libayatana-appindicator3-dev",
        ["libayatana-appindicator-gtk3-devel", "libayatana-appindicator", "libayatana-appindicator3-devel"],
    ),
    ("libgtk-3-dev", ["gtk3-devel", "gtk3", "gtk3-devel"]),
    ("librsvg2-dev", ["librsvg2-devel", "librsvg", "librsvg-devel"]),
    ("libssl-dev", ["openssl-devel", "openssl", "libopenssl-devel"]),
    ("libwebkit2gtk-4.1-dev", ["webkit2gtk4.1-devel", "webkit2gtk-4.1", "webkit2gtk3-devel"]),
    ("pkg-config", ["pkgconf-pkg-config", "pkgconf", "pkgconf-pkg-config"]),
    ("imagemagick", ["ImageMagick", "imagemagick", "ImageMagick"]),
    ("xvfb", ["xorg-x11-server-Xvfb", "xorg-server-xvfb", "xorg-x11-server-Xvfb"]),
    ("curl", ["curl", "curl", "curl"]),
    ("dbus", ["dbus-daemon", "dbus", "dbus-1-daemon"]),
    ("fonts-noto-cjk", ["google-noto-sans-cjk-fonts", "noto-fonts-cjk", "google-noto-sans-cjk-fonts"]),
    ("fonts-noto-core", ["google-noto-sans-fonts", "noto-fonts", "google-noto-fonts"]),
    ("gnome-keyring", ["gnome-keyring", "gnome-keyring", "gnome-keyring"]),
    ("openssl", ["openssl", "openssl", "openssl"]),
    ("python3-venv", ["python3", "python", "python3"]),
    ("webkit2gtk-driver", ["", "", ""]),
];

/// What a person on another system types, as far as we know their package manager. Not verified there.
fn elsewhere(manager: Option<usize>, packages: &[&str]) -> String {
    let Some(manager) = manager else {
        let list = packages.join(" ");
        return format!("This is not Debian or Ubuntu: see that the counterparts of these are installed: {list}");
    };
    let (program, install) = MANAGERS[manager];
    let named = |package: &&str| NAMES.iter().find(|(name, _)| name == package).map(|(_, names)| names[manager]);
    let list: Vec<&str> = packages.iter().filter_map(named).filter(|name| !name.is_empty()).collect();
    format!(
        "This is not Debian or Ubuntu. Unless it has been done, run this, then try again:\n  sudo {program} {install} {}",
        list.join(" ")
    )
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
    fn elsewhere_the_exact_command_is_printed_with_every_package() {
        for (manager, line) in [(0, "sudo dnf install gcc"), (1, "sudo pacman -S --needed base"), (2, "sudo zypper in")]
        {
            let told = elsewhere(Some(manager), BUILD);
            assert!(told.contains(line) && told.contains("webkit2gtk") && !told.contains("  -"), "{told}");
        }
        for package in [BUILD, DISPLAY, TESTS].concat() {
            assert!(NAMES.iter().any(|(name, _)| *name == package), "{package} has no counterpart");
        }
        assert!(elsewhere(None, BUILD).contains("libwebkit2gtk-4.1-dev"));
    }

    #[test]
    fn a_package_is_missing_unless_dpkg_says_that_it_is_installed() {
        let states = "ii  xvfb\nrc  imagemagick\nun  dbus\nii  dbus-x11\n";
        assert_eq!(
            missing(&["xvfb", "imagemagick", "dbus", "gnome-keyring"], states),
            ["imagemagick", "dbus", "gnome-keyring"]
        );
    }
}
