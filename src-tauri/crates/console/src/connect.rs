//! Ways into accounts: listing profiles, connecting, watching for credentials.

use cognito::{ProfileKind, Session, SessionConfig, profiles};
use model::connection::{ConnectionId, Environment, Identity};
use model::pool::{Pool, PoolSummary};
use model::{PoolId, PoolKey, ProfileName, Region};

use crate::error::{Code, Error};
use crate::open::{Console, Inner};
use crate::settings::saved_mut;

/// What cached pools of the built-in sandbox have as their place.
pub(crate) const SANDBOX_PLACE: &str = "sandbox";

/// Everything that can be connected to, and what was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connections {
    /// Profiles of the shared AWS configuration (the environment's credentials first), then endpoints and the sandbox
    /// as far as they were used before.
    pub profiles: Vec<ProfileLine>,
    /// What is wrong with the shared configuration; `None` when nothing is. What could be read is listed all the same.
    pub problem: Option<String>,
    /// Pools with a cache, the last opened first.
    pub recent: Vec<crate::RecentPool>,
}

/// A line of the connection picker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileLine {
    /// What to connect with.
    pub id: ConnectionId,
    /// The label a person gave, else the profile's name or what stands for it.
    pub name: String,
    /// Where its credentials come from.
    pub kind: ProfileKind,
    /// The Region as configured; `None` when none is.
    pub region: Option<Region>,
    /// The account as configured, not as AWS says; `None` when the files do not tell.
    pub account: Option<String>,
    /// The role as configured; `None` when none is assumed.
    pub role: Option<String>,
    /// The endpoint; `None` for AWS itself.
    pub endpoint: Option<String>,
    /// What a person said it is for.
    pub environment: Environment,
    /// When it was last connected; `None` when it never was.
    pub last_used: Option<jiff::Timestamp>,
}

/// A connection that works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connected {
    /// Which.
    pub id: ConnectionId,
    /// Who AWS says we are.
    pub identity: Identity,
    /// The Region that is asked.
    pub region: Region,
    /// What a person said it is for.
    pub environment: Environment,
    /// Whether nothing may be changed: so in Production until it is unlocked.
    pub read_only: bool,
    /// The account's pools in this Region.
    pub pools: Vec<PoolSummary>,
}

impl Console {
    /// Lists what can be connected to. Reads files only: no socket, no credentials, no `credential_process`.
    pub async fn connections(&self) -> Connections {
        let (found, problem) = match profiles(&self.inner.aws).await {
            Ok(found) => (found, None),
            Err(error) => (error.listed.clone(), Some(error.to_string())),
        };
        let settings = self.inner.settings();
        let mut lines: Vec<ProfileLine> = found.into_iter().map(ProfileLine::from).collect();
        for saved in &settings.connections {
            match lines.iter_mut().find(|line| line.id == saved.id) {
                Some(line) => line.recall(saved),
                // A profile with another Region, an endpoint, or the sandbox.
                None if saved.last_used.is_some() => {
                    let base = lines.iter().find(|line| line.id.profile == saved.id.profile).cloned();
                    let mut line = ProfileLine::of_saved(saved.id.clone(), base.as_ref());
                    line.recall(saved);
                    lines.push(line);
                }
                None => {}
            }
        }
        Connections { profiles: lines, problem, recent: self.recent_pools().await }
    }

    /// Connects: finds out who we are and lists the pools (`sts:GetCallerIdentity`, `ListUserPools`; free).
    ///
    /// The connection is remembered. Nothing is read of any pool.
    ///
    /// # Errors
    /// What [`Error`] tells; [`Code::CredentialsExpired`] with the command to sign in where there is one.
    pub async fn connect(&self, id: ConnectionId) -> Result<Connected, Error> {
        let session = self.inner.session(&id).await?;
        let identity = session.identity().await?;
        let pools = session.all_pools().await?;
        let now = self.inner.now();
        let used = id.clone();
        let remembered = self.inner.clone();
        crate::open::blocking(move || {
            remembered.change_settings(|settings| saved_mut(settings, &used).last_used = Some(now), false)
        })
        .await?;
        let environment = self.inner.environment(&id);
        let read_only = environment == Environment::Production;
        Ok(Connected { id, identity, region: session.region().clone(), environment, read_only, pools })
    }

    /// A pool's plan, size and schema, without opening it (`DescribeUserPool`; free).
    ///
    /// # Errors
    /// What [`Error`] tells.
    pub async fn describe_pool(&self, id: &ConnectionId, pool: &PoolId) -> Result<Pool, Error> {
        Ok(self.inner.session(id).await?.describe_pool(pool).await?)
    }

    /// Whether the connection's credentials hold. Asks the credentials' source (for SSO its token file and, when that
    /// is fresh, AWS's portal), never Cognito; meant to be asked every few seconds after a sign-in was advised.
    ///
    /// # Errors
    /// Anything but missing and expired credentials, such as a profile that is gone.
    pub async fn check_credentials(&self, id: &ConnectionId) -> Result<bool, Error> {
        let session = self.inner.session(id).await?;
        match session.credentials().await.map_err(Error::from) {
            Ok(()) => Ok(true),
            Err(error) if matches!(error.code, Code::CredentialsExpired | Code::CredentialsMissing) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

impl Inner {
    /// A session of the connection. Reads configuration, sends nothing.
    pub(crate) async fn session(&self, id: &ConnectionId) -> Result<Session, Error> {
        let http_client = match (&self.sandbox, id.sandbox) {
            (_, false) => None,
            (Some(client), true) => Some(client()),
            (None, true) => return Err(Error::new(Code::Precondition, "There is no sandbox in this program.")),
        };
        let config = SessionConfig {
            profile: id.profile.clone(),
            region: id.region.clone().or_else(|| id.sandbox.then(sandbox_region).flatten()),
            endpoint: id.endpoint.clone(),
            http_client,
            files: self.aws.clone(),
        };
        Ok(Session::open(config, self.gate_of(id).clone()).await?)
    }

    /// What tells the pool's cache from every other.
    pub(crate) fn key(id: &ConnectionId, session: &Session, identity: &Identity, pool: &PoolId) -> PoolKey {
        PoolKey {
            place: if id.sandbox { SANDBOX_PLACE.to_owned() } else { session.place() },
            account: identity.account.clone(),
            region: session.region().clone(),
            pool: pool.clone(),
        }
    }
}

impl From<cognito::Profile> for ProfileLine {
    fn from(profile: cognito::Profile) -> Self {
        let id = ConnectionId { profile: profile.name, region: None, endpoint: None, sandbox: false };
        Self {
            name: name_of(&id),
            id,
            kind: profile.kind,
            region: profile.region,
            account: profile.account,
            role: profile.role,
            endpoint: profile.endpoint,
            environment: Environment::default(),
            last_used: None,
        }
    }
}

impl ProfileLine {
    fn of_saved(id: ConnectionId, base: Option<&Self>) -> Self {
        Self {
            name: name_of(&id),
            kind: base.map_or(ProfileKind::Unknown, |base| base.kind),
            region: id.region.clone().or_else(|| base.and_then(|base| base.region.clone())),
            account: base.and_then(|base| base.account.clone()),
            role: base.and_then(|base| base.role.clone()),
            endpoint: id.endpoint.clone(),
            environment: Environment::default(),
            last_used: None,
            id,
        }
    }

    fn recall(&mut self, saved: &store::SavedConnection) {
        if let Some(label) = &saved.label {
            self.name.clone_from(label);
        }
        self.environment = saved.environment;
        self.last_used = saved.last_used;
    }
}

/// Where the built-in sandbox's pools live.
fn sandbox_region() -> Option<Region> {
    Region::parse("eu-west-1").ok()
}

/// What a connection is called while nobody has given it a label.
fn name_of(id: &ConnectionId) -> String {
    let place = match (&id.endpoint, &id.region) {
        (Some(endpoint), _) => format!(" at {endpoint}"),
        (None, Some(region)) => format!(" in {region}"),
        (None, None) => String::new(),
    };
    let who = id.profile.as_ref().map_or("Environment", ProfileName::as_str);
    if id.sandbox { "Sandbox".to_owned() } else { format!("{who}{place}") }
}
