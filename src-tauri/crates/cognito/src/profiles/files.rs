//! Finding and reading the shared configuration. The SDK parses it; we only choose the files.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use aws_runtime::env_config::EnvConfigValue;
use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use aws_runtime::env_config::section::EnvConfigSections;
use aws_runtime::env_config::source;
use aws_runtime::fs_util::{Os, home_dir};
use aws_types::os_shim_internal::{Env, Fs};
use model::{ProfileName, Region};

use super::{ConfigError, base, region};

/// Where the shared configuration is read from. The default is the user's own, as the AWS CLI finds it.
#[derive(Clone, Default)]
pub struct AwsFiles {
    /// The home directory; `None` for the user's. (The SSO token cache stays in the user's.)
    pub home: Option<PathBuf>,
    /// The configuration file; `None` for `AWS_CONFIG_FILE` or `~/.aws/config`.
    pub config: Option<PathBuf>,
    /// The credentials file; `None` for `AWS_SHARED_CREDENTIALS_FILE` or `~/.aws/credentials`.
    pub credentials: Option<PathBuf>,
    /// The environment's variables; `None` for the process's own.
    pub environment: Option<BTreeMap<String, String>>,
}

impl fmt::Debug for AwsFiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The environment may hold keys.
        f.debug_struct("AwsFiles").field("config", &self.config).field("credentials", &self.credentials).finish()
    }
}

impl AwsFiles {
    fn env(&self) -> Env {
        match &self.environment {
            Some(variables) => Env::from(variables.clone().into_iter().collect::<HashMap<_, _>>()),
            None => Env::real(),
        }
    }

    fn path(&self, kind: EnvConfigFileKind, env: &Env) -> Option<PathBuf> {
        let (given, variable, name) = match kind {
            EnvConfigFileKind::Config => (&self.config, "AWS_CONFIG_FILE", "config"),
            EnvConfigFileKind::Credentials => (&self.credentials, "AWS_SHARED_CREDENTIALS_FILE", "credentials"),
        };
        let home = || self.home.clone().or_else(|| home_dir(env, Os::real()).map(PathBuf::from));
        if let Some(given) = given {
            return Some(given.clone());
        }
        match env.get(variable).ok().filter(|path| !path.is_empty()) {
            Some(path) => match path.strip_prefix("~/") {
                Some(rest) => Some(home()?.join(rest)),
                None => Some(PathBuf::from(path)),
            },
            None => Some(home()?.join(".aws").join(name)),
        }
    }
}

/// The configuration as it is on disk now.
pub(crate) struct Sources {
    /// The files that can be used, for the SDK's own providers.
    pub(crate) files: EnvConfigFiles,
    pub(crate) sections: EnvConfigSections,
    pub(crate) problems: Vec<ConfigError>,
    env: Env,
}

impl Sources {
    /// Reads the files, with `profile` selected, else what `AWS_PROFILE` says. A broken file is left out and told.
    pub(crate) async fn read(files: &AwsFiles, profile: Option<&ProfileName>) -> Self {
        let env = files.env();
        let mut usable = EnvConfigFiles::builder();
        let mut any = false;
        let mut problems = Vec::new();
        for kind in [EnvConfigFileKind::Config, EnvConfigFileKind::Credentials] {
            let Some(path) = files.path(kind, &env) else { continue };
            match check(kind, &path, &env).await {
                Ok(true) => {
                    usable = usable.with_file(kind, path);
                    any = true;
                }
                Ok(false) => {}
                Err(problem) => problems.push(problem),
            }
        }
        if !any {
            // The builder refuses to be empty.
            usable = usable.with_contents(EnvConfigFileKind::Config, "");
        }
        let files = usable.build();
        let sections = match source::load(&env, &Fs::real(), &files).await {
            Ok(mut source) => {
                if let Some(profile) = profile {
                    source.profile = profile.as_str().to_owned().into();
                }
                EnvConfigSections::parse(source).unwrap_or_default()
            }
            Err(_) => EnvConfigSections::default(),
        };
        Self { files, sections, problems, env }
    }

    /// A message about something that is missing, with why it may be: a file that cannot be used.
    pub(crate) fn explained(&self, message: String) -> String {
        match self.problems.first() {
            Some(problem) => format!("{message} ({problem})"),
            None => message,
        }
    }

    /// An environment variable; `None` when it is unset or empty.
    pub(crate) fn variable(&self, name: &str) -> Option<String> {
        self.env.get(name).ok().filter(|value| !value.is_empty())
    }

    /// The Region that the environment sets.
    pub(crate) fn environment_region(&self) -> Option<Region> {
        ["AWS_REGION", "AWS_DEFAULT_REGION"]
            .into_iter()
            .find_map(|name| self.variable(name))
            .and_then(|region| Region::parse(region).ok())
    }

    /// The Region for the selected profile; one that was chosen by name goes before the environment.
    pub(crate) fn selected_region(&self, chosen: bool) -> Option<Region> {
        let profile = || self.sections.get_profile(self.sections.selected_profile()).and_then(region);
        if chosen {
            profile().or_else(|| self.environment_region())
        } else {
            self.environment_region().or_else(profile)
        }
    }

    /// The endpoint that the environment or the selected profile sets for a service by its id; `None` for AWS itself.
    pub(crate) fn endpoint(&self, service: &str) -> Option<String> {
        let text = |value: &str| Ok::<_, std::convert::Infallible>(value.to_owned());
        let ignored = EnvConfigValue::new()
            .env("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")
            .profile("ignore_configured_endpoint_urls")
            .validate(&self.env, Some(&self.sections), text);
        if ignored.ok().flatten().is_some_and(|value| value.eq_ignore_ascii_case("true")) {
            return None;
        }
        EnvConfigValue::new()
            .env("AWS_ENDPOINT_URL")
            .profile("endpoint_url")
            .service_id(service)
            .validate(&self.env, Some(&self.sections), text)
            .ok()
            .flatten()
            .filter(|url| !url.is_empty())
    }

    pub(crate) fn has_environment_credentials(&self) -> bool {
        self.variable("AWS_ACCESS_KEY_ID").is_some() || self.variable("AWS_WEB_IDENTITY_TOKEN_FILE").is_some()
    }

    /// The command that renews the selected profile's credentials; `None` when they are not from SSO.
    pub(crate) fn sso_login(&self) -> Option<String> {
        let base = base(&self.sections, self.sections.selected_profile())?;
        (super::kind(base) == super::ProfileKind::Sso)
            // The SDK drops profiles whose names a shell would not take as one plain word.
            .then(|| format!("aws sso login --profile {}", base.name()))
    }
}

/// Whether a file exists and can be read and parsed.
async fn check(kind: EnvConfigFileKind, path: &Path, env: &Env) -> Result<bool, ConfigError> {
    let problem = |line, reason: String| ConfigError { file: path.to_owned(), line, reason, listed: Vec::new() };
    match std::fs::read(path) {
        Ok(bytes) if std::str::from_utf8(&bytes).is_err() => {
            return Err(problem(None, "it is not UTF-8 text".to_owned()));
        }
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(problem(None, format!("it cannot be read ({error})"))),
    }
    let one = EnvConfigFiles::builder().with_file(kind, path).build();
    let source = source::load(env, &Fs::real(), &one).await.map_err(|error| problem(None, error.to_string()))?;
    match EnvConfigSections::parse(source) {
        Ok(_) => Ok(true),
        Err(error) => {
            let (line, reason) = place(&error.to_string());
            Err(problem(line, reason))
        }
    }
}

/// Splits the SDK's "error parsing FILE on line N:\n  REASON", which has no accessors.
fn place(text: &str) -> (Option<u32>, String) {
    let (head, reason) = text.split_once(":\n").unwrap_or(("", text));
    let line = head.rsplit_once(" on line ").and_then(|(_, line)| line.parse().ok());
    (line, reason.split_whitespace().collect::<Vec<_>>().join(" "))
}
