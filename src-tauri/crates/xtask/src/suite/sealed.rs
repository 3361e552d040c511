//! An environment for tests that knows nothing of the person who runs them: no home, no AWS profile, no keyring.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::program::Program;

/// What a developer's machine may have set and no test may see.
const TAKEN_AWAY: &[&str] = &[
    "ALL_PROXY",
    "AWS_ACCESS_KEY_ID",
    "AWS_CA_BUNDLE",
    "AWS_DEFAULT_PROFILE",
    "AWS_DEFAULT_REGION",
    "AWS_ENDPOINT_URL",
    "AWS_PROFILE",
    "AWS_REGION",
    "AWS_ROLE_ARN",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "DBUS_SESSION_BUS_ADDRESS",
    "GNOME_KEYRING_CONTROL",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "POOLKEEPER_KEY_FILE",
    "WAYLAND_DISPLAY",
    "all_proxy",
    "http_proxy",
    "https_proxy",
];

/// Starts a Secret Service with an open keyring in a session bus of its own, then the program.
const WITH_KEYRING: &str =
    r#"printf poolkeeper | gnome-keyring-daemon --unlock --components=secrets >/dev/null && exec "$@""#;

/// A home folder that lasts as long as this value.
pub(super) struct Sealed {
    home: PathBuf,
}

impl Sealed {
    /// Makes the folder, short enough for the names of sockets.
    pub(super) fn new() -> Result<Self> {
        let home = env::temp_dir().join(format!("poolkeeper-{}", std::process::id()));
        for folder in ["data", "config", "cache", "run", "poolkeeper"] {
            fs::create_dir_all(home.join(folder)).with_context(|| format!("{} cannot be made.", home.display()))?;
        }
        #[cfg(unix)]
        for folder in ["run", "poolkeeper"] {
            use std::os::unix::fs::PermissionsExt as _;
            fs::set_permissions(home.join(folder), fs::Permissions::from_mode(0o700))?;
        }
        fs::write(home.join("aws-config"), "")?;
        fs::write(home.join("aws-credentials"), "")?;
        Ok(Self { home })
    }

    /// The same program with this home, without the developer's settings.
    pub(super) fn around(&self, program: Program) -> Program {
        let tools = |name: &str, folder: &str| -> OsString {
            env::var_os(name).unwrap_or_else(|| {
                let home = env::home_dir().unwrap_or_default();
                home.join(folder).into_os_string()
            })
        };
        let home = |name: &str| self.home.join(name);
        program
            .without(TAKEN_AWAY)
            .variable("CARGO_HOME", tools("CARGO_HOME", ".cargo"))
            .variable("RUSTUP_HOME", tools("RUSTUP_HOME", ".rustup"))
            .variable("HOME", &self.home)
            .variable("XDG_DATA_HOME", home("data"))
            .variable("XDG_CONFIG_HOME", home("config"))
            .variable("XDG_CACHE_HOME", home("cache"))
            .variable("XDG_RUNTIME_DIR", home("run"))
            .variable("POOLKEEPER_DATA_DIR", home("poolkeeper"))
            .variable("AWS_CONFIG_FILE", home("aws-config"))
            .variable("AWS_SHARED_CREDENTIALS_FILE", home("aws-credentials"))
            .variable("AWS_EC2_METADATA_DISABLED", "true")
            .variable("NO_AT_BRIDGE", "1")
            // A test that cannot run here has failed: every package that it needs is installed.
            .variable("POOLKEEPER_TESTS_ALL", "1")
    }

    /// What to put before a program so that it finds a session bus and an open keyring.
    pub(super) fn session() -> Program {
        Program::new("dbus-run-session").arguments(["--", "bash", "-c", WITH_KEYRING, "keyring"])
    }
}

impl Drop for Sealed {
    fn drop(&mut self) {
        // A folder that stays behind in the temporary folder does no harm.
        let _ = fs::remove_dir_all(&self.home);
    }
}
