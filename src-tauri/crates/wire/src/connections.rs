//! Connections: what can be opened, what was opened before, and the one that is open.

use model::connection::{self, ConnectionId};
use model::{PoolKey, ProfileName, Region};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::pools::{PoolLineView, sentence};
use crate::{WireError, count};

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

impl From<console::ProfileKind> for ProfileKind {
    fn from(kind: console::ProfileKind) -> Self {
        match kind {
            console::ProfileKind::Keys => Self::Keys,
            console::ProfileKind::Sso => Self::Sso,
            console::ProfileKind::AssumeRole => Self::AssumeRole,
            console::ProfileKind::Process => Self::Process,
            console::ProfileKind::WebIdentity => Self::WebIdentity,
            console::ProfileKind::Environment => Self::Environment,
            console::ProfileKind::Unknown => Self::Unknown,
        }
    }
}

impl From<&console::ProfileLine> for ProfileView {
    fn from(line: &console::ProfileLine) -> Self {
        Self {
            id: ConnectionIdView::from(&line.id),
            name: line.name.clone(),
            kind: line.kind.into(),
            region: line.region.as_ref().map(ToString::to_string),
            account: line.account.clone(),
            role: line.role.clone(),
            endpoint: line.endpoint.clone(),
            environment: line.environment.into(),
            last_used: line.last_used.map(|at| at.to_string()),
        }
    }
}

impl From<&console::Connections> for ConnectionsView {
    fn from(connections: &console::Connections) -> Self {
        Self {
            profiles: connections.profiles.iter().map(ProfileView::from).collect(),
            problem: connections.problem.clone(),
            recent: connections.recent.iter().map(RecentPoolView::from).collect(),
        }
    }
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
    /// Users in the local copy; `null` when it cannot be read now.
    pub users: Option<u32>,
    /// When its last full sync ended, as far as known.
    pub synced_at: Option<String>,
    /// Whether a person wants it at hand.
    pub favourite: bool,
}

impl From<&console::RecentPool> for RecentPoolView {
    fn from(pool: &console::RecentPool) -> Self {
        Self {
            pool_key: pool.key.to_string(),
            connection: ConnectionIdView::from(&pool.connection),
            pool_name: pool.name.clone(),
            place: place(&pool.key, &pool.connection),
            environment: pool.environment.into(),
            users: pool.users.map(count),
            synced_at: pool.synced_at.map(|at| at.to_string()),
            favourite: pool.favourite,
        }
    }
}

/// Where a pool is, in words.
pub(crate) fn place(key: &PoolKey, connection: &ConnectionId) -> String {
    match (&connection.endpoint, connection.sandbox) {
        (_, true) => "Sandbox".to_owned(),
        (Some(endpoint), false) => endpoint.clone(),
        (None, false) => format!("{} · {}", key.account, key.region),
    }
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

impl ConnectedView {
    /// The view of a connection that answers, under the label that a person gave it.
    #[must_use]
    pub fn new(connected: &console::Connected, label: Option<&str>) -> Self {
        Self {
            connection: ConnectionIdView::from(&connected.id),
            name: label.map_or_else(|| name_of(&connected.id), str::to_owned),
            account: connected.identity.account.to_string(),
            arn: connected.identity.arn.clone(),
            region: connected.region.to_string(),
            environment: connected.environment.into(),
            read_only: connected.read_only,
            pools: connected.pools.iter().map(PoolLineView::from).collect(),
        }
    }
}

/// What a connection is called while nobody has given it a label.
fn name_of(id: &ConnectionId) -> String {
    match (&id.profile, &id.endpoint) {
        _ if id.sandbox => "Sandbox".to_owned(),
        (Some(profile), _) => profile.to_string(),
        (None, Some(endpoint)) => endpoint.clone(),
        (None, None) => "Environment".to_owned(),
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
