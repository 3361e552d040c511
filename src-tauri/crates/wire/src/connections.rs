//! Connections: what can be opened, what was opened before, and the one that is open.

use model::connection::{self, ConnectionId, Identity};
use model::{ProfileName, Region};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::WireError;
use crate::pools::{PoolLineView, sentence};

/// What names a connection. The only type that goes both ways.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ConnectionIdView {
    /// The profile; `null` for the environment's own credentials.
    pub profile: Option<String>,
    /// The Region; `null` for the profile's own.
    pub region: Option<String>,
    /// The URL that every AWS service is called at; `null` for AWS itself.
    pub endpoint: Option<String>,
    /// Whether this is the built-in sandbox.
    pub sandbox: bool,
}

impl From<&ConnectionId> for ConnectionIdView {
    fn from(id: &ConnectionId) -> Self {
        Self {
            profile: id.profile.as_ref().map(ToString::to_string),
            region: id.region.as_ref().map(ToString::to_string),
            endpoint: id.endpoint.clone(),
            sandbox: id.sandbox,
        }
    }
}

impl ConnectionIdView {
    /// The connection that is meant. Empty texts count as absent.
    ///
    /// # Errors
    /// A validation error that names the field.
    pub fn parse(&self) -> Result<ConnectionId, WireError> {
        let given = |text: &Option<String>| text.clone().filter(|t| !t.trim().is_empty());
        let profile = given(&self.profile)
            .map(ProfileName::parse)
            .transpose()
            .map_err(|error| WireError::validation("profile", sentence(&error)))?;
        let region = given(&self.region)
            .map(Region::parse)
            .transpose()
            .map_err(|error| WireError::validation("region", sentence(&error)))?;
        let endpoint = given(&self.endpoint);
        if endpoint.as_ref().is_some_and(|url| !url.starts_with("http://") && !url.starts_with("https://")) {
            return Err(WireError::validation("endpoint", "An endpoint begins with http:// or https://."));
        }
        Ok(ConnectionId { profile, region, endpoint, sandbox: self.sandbox })
    }
}

/// What a person says a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Environment {
    /// Anything goes.
    Development,
    /// Shared, but nobody's livelihood.
    Test,
    /// Real people: read-only until unlocked.
    Production,
}

impl From<connection::Environment> for Environment {
    fn from(environment: connection::Environment) -> Self {
        match environment {
            connection::Environment::Development => Self::Development,
            connection::Environment::Test => Self::Test,
            connection::Environment::Production => Self::Production,
        }
    }
}

impl From<Environment> for connection::Environment {
    fn from(environment: Environment) -> Self {
        match environment {
            Environment::Development => Self::Development,
            Environment::Test => Self::Test,
            Environment::Production => Self::Production,
        }
    }
}

/// Everything that the connection picker shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ConnectionsView {
    /// The profiles of the shared AWS configuration, and the environment where it holds credentials.
    pub profiles: Vec<ProfileView>,
    /// What is wrong with the configuration file, with file and line where known.
    pub problem: Option<String>,
    /// Pools that have a local copy, the latest first.
    pub recent: Vec<RecentPoolView>,
}

/// A profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ProfileView {
    /// What names it in requests.
    pub id: ConnectionIdView,
    /// The name that is shown: a person's label, else the profile's.
    pub name: String,
    /// How it signs in.
    pub kind: ProfileKind,
    /// The Region of the profile.
    pub region: Option<String>,
    /// The account, as far as the configuration tells it.
    pub account: Option<String>,
    /// The role, as far as the configuration tells it.
    pub role: Option<String>,
    /// The endpoint that the profile sets.
    pub endpoint: Option<String>,
    /// What it is said to be for.
    pub environment: Environment,
    /// When it was last connected.
    pub last_used: Option<String>,
}

/// How a profile signs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ProfileKind {
    /// Access keys in a file.
    Keys,
    /// IAM Identity Center.
    Sso,
    /// A role taken on with another profile's credentials.
    AssumeRole,
    /// A program that prints credentials.
    Process,
    /// A role taken on with a token file.
    WebIdentity,
    /// The environment's variables.
    Environment,
    /// Something that we do not know.
    Unknown,
}

/// A pool with a local copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RecentPoolView {
    /// What names the local copy.
    pub pool_key: String,
    /// How it was opened.
    pub connection: ConnectionIdView,
    /// The pool's name. Foreign text.
    pub pool_name: String,
    /// Account and Region, or the endpoint.
    #[serde(rename = "where")]
    pub place: String,
    /// What the connection is said to be for.
    pub environment: Environment,
    /// Users in the local copy.
    pub users: u32,
    /// When its last full sync ended, as far as known.
    pub synced_at: Option<String>,
}

/// A connection that answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ConnectedView {
    /// The connection.
    pub connection: ConnectionIdView,
    /// The name that is shown.
    pub name: String,
    /// The account, fetched from AWS.
    pub account: String,
    /// Who we are there.
    pub arn: String,
    /// The Region in use.
    pub region: String,
    /// What it is said to be for.
    pub environment: Environment,
    /// Whether writing is locked.
    pub read_only: bool,
    /// The account's pools, without plan and size.
    pub pools: Vec<PoolLineView>,
}

/// The name under which a connection is shown when nobody labelled it.
#[must_use]
pub fn connection_name(id: &ConnectionId, label: Option<&str>) -> String {
    match (label, &id.profile, &id.endpoint) {
        (Some(label), _, _) if !label.trim().is_empty() => label.to_owned(),
        _ if id.sandbox => "Sandbox".to_owned(),
        (_, Some(profile), _) => profile.to_string(),
        (_, None, Some(endpoint)) => endpoint.clone(),
        (_, None, None) => "Environment".to_owned(),
    }
}

impl ConnectedView {
    /// The view of a connection that `identity` answered for.
    #[must_use]
    pub fn new(
        id: &ConnectionId,
        label: Option<&str>,
        identity: &Identity,
        region: &Region,
        environment: connection::Environment,
        read_only: bool,
        pools: Vec<PoolLineView>,
    ) -> Self {
        Self {
            connection: ConnectionIdView::from(id),
            name: connection_name(id, label),
            account: identity.account.to_string(),
            arn: identity.arn.clone(),
            region: region.to_string(),
            environment: environment.into(),
            read_only,
            pools,
        }
    }
}

/// Names a connection to be opened or checked.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct Connect {
    /// The connection.
    pub connection: ConnectionIdView,
}

/// Says what a connection is for.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LabelConnection {
    /// The connection.
    pub connection: ConnectionIdView,
    /// What it is for.
    pub environment: Environment,
    /// A name of one's own; absent for the profile's.
    pub label: Option<String>,
}
