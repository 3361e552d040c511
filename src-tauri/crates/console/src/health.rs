//! Settings whole, and whether they are safe.

use cognito::Session;
use cognito::settings::{Limit, PROVISIONED};
use jiff::Timestamp;
use model::call::QuotaCategory;
use model::configuration::Configuration;
use model::connection::ConnectionId;
use model::edit::{Kind, Whole};
use model::health::{Finding, Outcome, People, Snapshot, judge};
use model::{ClientId, PoolId};
use store::Waiver;

use crate::error::Error;
use crate::open::{Console, blocking};

/// A pool's settings and what the rules say about them.
#[derive(Debug, Clone)]
pub struct Health {
    /// What AWS said.
    pub snapshot: Snapshot,
    /// Every rule at least once.
    pub findings: Vec<Finding>,
    /// The risks that somebody accepts and whose time is not over.
    pub accepted: Vec<Waiver>,
    /// Why it is not known which risks are accepted, in a sentence; `None` when it is. They are taken for not accepted then.
    pub accepted_unknown: Option<String>,
    /// Where it was asked, as words: AWS, an endpoint, the sandbox.
    pub place: String,
    /// Whether services beyond Cognito were asked.
    pub beyond: bool,
}

impl Health {
    /// Who accepts that this fails; `None` when nobody does, or it does not fail.
    #[must_use]
    pub fn accepted(&self, finding: &Finding) -> Option<&Waiver> {
        let same = |waiver: &&Waiver| waiver.rule == finding.rule.id && waiver.resource == finding.resource;
        self.accepted.iter().find(same).filter(|_| finding.outcome == Outcome::Fail)
    }
}

/// From where a pool was looked at: what a reviewer has to know to believe what is said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standpoint {
    /// The ARN of who asked; `None` when AWS did not tell.
    pub who: Option<String>,
    /// The account; `None` when AWS did not tell.
    pub account: Option<String>,
    /// The Region of the pool.
    pub region: String,
    /// Where it was asked, as words: AWS, an endpoint, the sandbox.
    pub place: String,
    /// Whether services beyond Cognito were asked.
    pub beyond: bool,
    /// When the local copy was made in which people were counted; `None` when there was none.
    pub people: Option<Timestamp>,
    /// The version of this program.
    pub version: &'static str,
}

impl Standpoint {
    /// That of a look.
    #[must_use]
    pub fn of(health: &Health) -> Self {
        let snapshot = &health.snapshot;
        let caller = snapshot.body("GetCallerIdentity", "");
        let told = |name: &str| caller.and_then(|body| body.get(name)?.as_str()).map(str::to_owned);
        Self {
            who: told("Arn"),
            account: told("Account"),
            region: snapshot.pool.region().to_owned(),
            place: health.place.clone(),
            beyond: health.beyond,
            people: snapshot.people.map(|people| people.synced_at),
            version: env!("CARGO_PKG_VERSION"),
        }
    }
}

/// Where a connection leads, in words.
fn place(connection: &ConnectionId) -> String {
    match (&connection.endpoint, connection.sandbox) {
        (_, true) => "the sandbox of this program, and not AWS".to_owned(),
        (Some(endpoint), _) => format!("the endpoint {endpoint}, and not AWS"),
        (None, _) => "AWS".to_owned(),
    }
}

impl Console {
    /// Reads a pool, its clients and the identity pools around it, and holds every rule against them. All calls are free;
    /// what may not be read is unknown. Where there is a complete local copy, the rule about people looks at it. Lambda and
    /// IAM are asked as well where `beyond` says so ([`Console::functions`], [`Console::roles`]); otherwise their rules are
    /// unknown.
    ///
    /// # Errors
    /// [`Code::NotFound`](crate::Code::NotFound) for an unknown pool; otherwise what stands in the way of every call.
    pub async fn health(&self, connection: &ConnectionId, pool: &PoolId, beyond: bool) -> Result<Health, Error> {
        let session = self.inner.session(connection).await?;
        let mut snapshot = Snapshot::new(pool.clone(), self.inner.now());
        session.read_caller(&mut snapshot).await?;
        session.read_pool(&mut snapshot).await?;
        session.read_clients(&mut snapshot, None).await?;
        session.read_identity_pools(&mut snapshot).await?;
        if beyond {
            session.read_functions(&mut snapshot).await?;
            session.read_iam(&mut snapshot).await?;
        }
        let holds = "/UserPool/Policies/PasswordPolicy/TemporaryPasswordValidityDays";
        let days = snapshot.body("DescribeUserPool", "").and_then(|body| body.pointer(holds)?.as_u64());
        // AWS's own number where nothing is said, or none.
        let days = days.filter(|days| *days > 0).unwrap_or(7);
        snapshot.people = self.people(connection, pool, &session, days).await;
        let findings = judge(&snapshot);
        let (accepted, accepted_unknown) = match self.accepted(connection, pool, &session).await {
            Ok(accepted) => (accepted, None),
            Err(error) => (Vec::new(), Some(error.message)),
        };
        Ok(Health { snapshot, findings, accepted, accepted_unknown, place: place(connection), beyond })
    }

    /// A pool's own settings, groups, providers, resource servers and tags, as AWS sends them (free).
    ///
    /// # Errors
    /// As [`Console::health`].
    pub async fn pool_settings(&self, connection: &ConnectionId, pool: &PoolId) -> Result<Snapshot, Error> {
        let session = self.inner.session(connection).await?;
        let mut snapshot = Snapshot::new(pool.clone(), self.inner.now());
        session.read_pool(&mut snapshot).await?;
        session.read_providers_and_tags(&mut snapshot).await?;
        Ok(snapshot)
    }

    /// The settings of a pool's app clients, or of one with the dates of its secrets, as AWS sends them but for the secrets
    /// (free).
    ///
    /// # Errors
    /// As [`Console::health`]. A client that is not there is an answer.
    pub async fn client_settings(
        &self,
        connection: &ConnectionId,
        pool: &PoolId,
        only: Option<&ClientId>,
    ) -> Result<Snapshot, Error> {
        let session = self.inner.session(connection).await?;
        let mut snapshot = Snapshot::new(pool.clone(), self.inner.now());
        // Where threat protection is off for the pool, clients are not asked about it.
        session.read_whole(&mut snapshot, &Whole { kind: Kind::Risk, subject: String::new() }).await?;
        session.read_clients(&mut snapshot, only).await?;
        if let Some(client) = only {
            session.read_client_secrets(&mut snapshot, client).await?;
        }
        Ok(snapshot)
    }

    /// What a program has to be told about a client (`DescribeUserPoolClient`, `DescribeUserPool`; free). Without a domain,
    /// hosted login is left out.
    ///
    /// # Errors
    /// [`Code::NotFound`](crate::Code::NotFound) for an unknown client; otherwise what stands in the way of every call.
    pub async fn configuration(
        &self,
        connection: &ConnectionId,
        pool: &PoolId,
        client: &ClientId,
    ) -> Result<Configuration, Error> {
        let session = self.inner.session(connection).await?;
        let (client, _) = session.describe_client(pool, client).await?;
        let mut snapshot = Snapshot::new(pool.clone(), self.inner.now());
        session.read_pool_alone(&mut snapshot).await?;
        let said = snapshot.body("DescribeUserPool", "");
        let kind = said.and_then(|body| body.pointer("/UserPool/IssuerConfiguration/Type")?.as_str());
        let [original, updated] = model::token::issuers(pool);
        let issuer = if kind == Some("UPDATED") { updated } else { original };
        let domain = session.hosted(pool).await.ok().map(|hosted| hosted.base().to_owned());
        // In process there is no host that a program could reach.
        let domain = domain.filter(|base| base != "http://localhost");
        let bare = |base: String| base.rsplit("://").next().map(str::to_owned);
        Ok(Configuration { pool: pool.clone(), issuer, domain: domain.and_then(bare), client })
    }

    /// The numbers of things that a pool and its account can have only so many of (free).
    ///
    /// # Errors
    /// As [`Console::health`].
    pub async fn counted_settings(&self, connection: &ConnectionId, pool: &PoolId) -> Result<Snapshot, Error> {
        let session = self.inner.session(connection).await?;
        let mut snapshot = Snapshot::new(pool.clone(), self.inner.now());
        session.read_counts(&mut snapshot).await?;
        Ok(snapshot)
    }

    /// Requests of this program in the last second, by category.
    #[must_use]
    pub fn used_now(&self, connection: &ConnectionId) -> Vec<(QuotaCategory, u32)> {
        let gate = self.inner.gate_of(connection);
        QuotaCategory::ALL.into_iter().map(|category| (category, gate.usage(category).used_last_second)).collect()
    }

    /// The settings of the identity pools that trust a pool, or trust no pool of this account, as AWS sends them (free).
    ///
    /// # Errors
    /// What stands in the way of every call.
    pub async fn identity_pool_settings(&self, connection: &ConnectionId, pool: &PoolId) -> Result<Snapshot, Error> {
        let session = self.inner.session(connection).await?;
        let mut snapshot = Snapshot::new(pool.clone(), self.inner.now());
        session.read_identity_pools(&mut snapshot).await?;
        session.read_other_roles(&mut snapshot).await?;
        Ok(snapshot)
    }

    /// The rates that the account has of each category that can be bought (free, one request a second).
    ///
    /// # Errors
    /// What stands in the way of every call.
    pub async fn limits(&self, connection: &ConnectionId) -> Result<Vec<Limit>, Error> {
        let session = self.inner.session(connection).await?;
        let mut limits = Vec::new();
        for category in PROVISIONED {
            limits.push(session.limit(category).await?);
        }
        Ok(limits)
    }

    /// The risks that are accepted now.
    async fn accepted(
        &self,
        connection: &ConnectionId,
        pool: &PoolId,
        session: &Session,
    ) -> Result<Vec<Waiver>, Error> {
        let identity = session.identity().await?;
        let key = crate::open::Inner::key(connection, session, &identity, pool).to_string();
        let now = self.inner.now();
        let journal = self.inner.vault().journal("Which risks are accepted cannot be read.")?;
        let mut waivers = blocking(move || journal.waivers(&key)).await?;
        waivers.retain(|waiver| waiver.until > now);
        Ok(waivers)
    }

    /// Who needs looking after, from a complete local copy; `None` when there is none that can be read. A temporary password
    /// holds for so many days.
    async fn people(&self, connection: &ConnectionId, pool: &PoolId, session: &Session, days: u64) -> Option<People> {
        let identity = session.identity().await.ok()?;
        let key = crate::open::Inner::key(connection, session, &identity, pool);
        self.inner.known(&key)?;
        if !self.inner.has_cache(&key) {
            return None;
        }
        let open = self.open_cached(&key).await.ok()?;
        let freshness = open.freshness().await.ok().filter(|freshness| freshness.complete)?;
        Some(People {
            synced_at: freshness.synced_at?,
            unconfirmed: open.count("status:UNCONFIRMED created>30d").await.ok()?,
            invited: open.count(&format!("status:FORCE_CHANGE_PASSWORD created>{days}d")).await.ok()?,
            invited_days: days,
            reset_required: open.count("status:RESET_REQUIRED modified>90d").await.ok()?,
            unverified: open.count("has:email -email_verified=true").await.ok()?,
            doubled: open.count("dup:email").await.ok()?,
        })
    }
}
