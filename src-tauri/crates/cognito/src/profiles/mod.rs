//! The profiles of the shared AWS configuration, as far as the files alone tell.
//!
//! Nothing here touches the network or runs a `credential_process`: listing profiles must be safe and quick.

mod files;

use aws_runtime::env_config::section::{EnvConfigSections, Profile as Section};
use model::{ProfileName, Region};

pub use files::AwsFiles;
pub(crate) use files::Sources;

/// A profile, with what the files say about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Its name; `None` for the credentials in the environment.
    pub name: Option<ProfileName>,
    /// Its Region; `None` when it sets none.
    pub region: Option<Region>,
    /// The account as configured (`sso_account_id`, or that of `role_arn`); `None` when the files do not tell.
    /// Not to be trusted as a key: ask `GetCallerIdentity`.
    pub account: Option<String>,
    /// The role's name (`sso_role_name`, or that of `role_arn`); `None` when it assumes none.
    pub role: Option<String>,
    /// Where its credentials come from.
    pub kind: ProfileKind,
    /// The `endpoint_url`; `None` for AWS itself.
    pub endpoint: Option<String>,
    /// The `sso_session` that it signs in with; `None` without one.
    pub sso_session: Option<String>,
}

/// Where a profile's credentials come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProfileKind {
    /// Access keys in the files.
    Keys,
    /// IAM Identity Center (SSO).
    Sso,
    /// A role, assumed with the credentials of another profile or source.
    AssumeRole,
    /// A program that prints credentials.
    Process,
    /// A role, assumed with a web identity token in a file.
    WebIdentity,
    /// The process's environment.
    Environment,
    /// No credentials, or a way that we do not know.
    Unknown,
}

/// A configuration file that cannot be used. What the other files hold is listed all the same.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} cannot be used{}: {reason}", file.display(), line.map(|n| format!(" (line {n})")).unwrap_or_default())]
pub struct ConfigError {
    /// The file.
    pub file: std::path::PathBuf,
    /// The line, counted from 1; `None` when it is about the whole file.
    pub line: Option<u32>,
    /// What is wrong with it.
    pub reason: String,
    /// The profiles of the files that can be used.
    pub listed: Vec<Profile>,
}

/// Lists the profiles of the configuration and credentials files and, first, the environment's credentials.
///
/// Honours `AWS_CONFIG_FILE`, `AWS_SHARED_CREDENTIALS_FILE` and `HOME`. Files that do not exist count as empty.
///
/// # Errors
/// [`ConfigError`] for the first file that is broken; its `listed` has what could be read.
pub async fn profiles(files: &AwsFiles) -> Result<Vec<Profile>, ConfigError> {
    let sources = Sources::read(files, None).await;
    let mut found: Vec<Profile> = sources
        .sections
        .profiles()
        .filter_map(|name| sources.sections.get_profile(name))
        .filter_map(|section| named(section, &sources.sections))
        .collect();
    found.sort_by(|a, b| a.name.cmp(&b.name));
    if sources.has_environment_credentials() {
        found.insert(0, environment(&sources));
    }
    match sources.problems.into_iter().next() {
        Some(problem) => Err(ConfigError { listed: found, ..problem }),
        None => Ok(found),
    }
}

fn environment(sources: &Sources) -> Profile {
    Profile {
        name: None,
        region: sources.environment_region(),
        account: None,
        role: None,
        kind: ProfileKind::Environment,
        endpoint: sources.variable("AWS_ENDPOINT_URL"),
        sso_session: None,
    }
}

fn named(section: &Section, sections: &EnvConfigSections) -> Option<Profile> {
    let name = ProfileName::parse(section.name()).ok()?;
    let role_arn = section.get("role_arn").and_then(split_role);
    let text = |key: &str| section.get(key).map(str::to_owned);
    Some(Profile {
        name: Some(name),
        region: region(section),
        account: text("sso_account_id")
            .or_else(|| role_arn.map(|(account, _)| account.to_owned()))
            .or_else(|| text("aws_account_id")),
        role: text("sso_role_name").or_else(|| role_arn.map(|(_, role)| role.to_owned())),
        kind: kind(section),
        endpoint: text("endpoint_url"),
        sso_session: text("sso_session").filter(|session| sections.sso_session(session).is_some()),
    })
}

/// The Region that a profile sets, if it is one.
pub(crate) fn region(section: &Section) -> Option<Region> {
    section.get("region").and_then(|region| Region::parse(region).ok())
}

/// The kind of a profile, in the order in which the SDK decides.
pub(crate) fn kind(section: &Section) -> ProfileKind {
    let has = |key: &str| section.get(key).is_some();
    if has("web_identity_token_file") {
        ProfileKind::WebIdentity
    } else if has("role_arn") {
        ProfileKind::AssumeRole
    } else if has("sso_session") || has("sso_start_url") {
        ProfileKind::Sso
    } else if has("credential_process") {
        ProfileKind::Process
    } else if has("aws_access_key_id") {
        ProfileKind::Keys
    } else {
        ProfileKind::Unknown
    }
}

/// The profile whose own credentials begin the chain: a role's `source_profile`, followed to its end.
pub(crate) fn base<'a>(sections: &'a EnvConfigSections, name: &str) -> Option<&'a Section> {
    let mut section = sections.get_profile(name)?;
    // A chain that is longer than this goes round in circles; the SDK says so when it is used.
    for _ in 0..16 {
        match section
            .get("source_profile")
            .filter(|source| kind(section) == ProfileKind::AssumeRole && *source != section.name())
        {
            Some(source) => section = sections.get_profile(source)?,
            None => return Some(section),
        }
    }
    None
}

/// The account and name of a role ARN such as `arn:aws:iam::123456789012:role/path/Reader`.
fn split_role(arn: &str) -> Option<(&str, &str)> {
    let mut parts = arn.splitn(6, ':').skip(4);
    let account = parts.next().filter(|account| !account.is_empty())?;
    let role = parts.next()?.strip_prefix("role/")?;
    Some((account, role.rsplit('/').next().unwrap_or(role)))
}
