//! What belongs to a pool beside its people, groups and clients.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::import::Job;
use super::record::Record;

/// See the module. Settings are kept as they came over the wire.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Resources {
    /// Resource servers by identifier.
    pub(crate) resource_servers: BTreeMap<String, Map<String, Value>>,
    /// Identity providers by name.
    pub(crate) providers: BTreeMap<String, Record>,
    /// Prefixes and custom domains, by the name in `CreateUserPoolDomain`.
    pub(crate) domains: BTreeMap<String, Record>,
    /// `SoftwareTokenMfaConfiguration`, `EmailMfaConfiguration` and `WebAuthnConfiguration`.
    pub(crate) mfa: Map<String, Value>,
    /// Risk configurations by client id; the empty key is the pool's own.
    pub(crate) risks: BTreeMap<String, Record>,
    /// `LogConfigurations`.
    pub(crate) log_deliveries: Vec<Value>,
    /// Classic hosted pages by client id, or `ALL`.
    pub(crate) customizations: BTreeMap<String, Record>,
    /// Styles of managed login by their ids.
    pub(crate) brandings: BTreeMap<String, Record>,
    /// Terms documents by their ids.
    pub(crate) terms: BTreeMap<String, Record>,
    /// Which sessions of people are kept.
    pub(crate) sessions: SessionRules,
    /// Import jobs by their ids.
    pub(crate) imports: BTreeMap<String, Job>,
}

/// What `SetUserPoolSessionConfiguration` and `SetUserPoolClientSessionConfiguration` say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct SessionRules {
    /// Whether sessions can be listed and are limited in number.
    pub(crate) tracked: bool,
    /// Most token sessions of one person.
    pub(crate) most: usize,
    /// How long a client takes a login of the browser for granted, in minutes, where that was set.
    pub(crate) login_minutes: BTreeMap<String, i64>,
}

impl Default for SessionRules {
    fn default() -> Self {
        Self { tracked: false, most: 20, login_minutes: BTreeMap::new() }
    }
}

impl SessionRules {
    /// How long a client takes a login of the browser for granted, in minutes.
    pub(crate) fn login_minutes(&self, client: &str) -> i64 {
        self.login_minutes.get(client).copied().unwrap_or(60)
    }
}

/// Scopes that every pool has.
const STANDARD_SCOPES: [&str; 5] = ["phone", "email", "openid", "profile", "aws.cognito.signin.user.admin"];

impl Resources {
    /// Whether a client may be allowed `scope`: a standard one, or `resource-server/scope`.
    pub(crate) fn knows_scope(&self, scope: &str) -> bool {
        STANDARD_SCOPES.contains(&scope) || self.custom_scopes().any(|known| known == scope)
    }

    /// Every scope of every resource server as tokens name it.
    pub(crate) fn custom_scopes(&self) -> impl Iterator<Item = String> {
        self.resource_servers.iter().flat_map(|(identifier, server)| {
            let scopes = server.get("Scopes").and_then(Value::as_array).into_iter().flatten();
            scopes.filter_map(move |scope| Some(format!("{identifier}/{}", scope.get("ScopeName")?.as_str()?)))
        })
    }

    /// Forgets what was made for an app client that is gone.
    pub(crate) fn forget_client(&mut self, client: &str) {
        self.risks.remove(client);
        self.customizations.remove(client);
        self.sessions.login_minutes.remove(client);
        self.brandings.retain(|_, branding| branding.text("ClientId") != Some(client));
        self.terms.retain(|_, terms| terms.text("ClientId") != Some(client));
    }

    /// The pool's domain, as `DescribeUserPool` names it: custom domains have a certificate, prefixes none.
    pub(crate) fn domain(&self, custom: bool) -> Option<&str> {
        let wanted = |domain: &&Record| domain.settings.contains_key("CustomDomainConfig") == custom;
        self.domains.iter().find(|(_, domain)| wanted(domain)).map(|(name, _)| name.as_str())
    }

    /// Whether a domain shows managed login instead of the classic hosted pages.
    pub(crate) fn managed_login(&self) -> bool {
        self.domains
            .values()
            .any(|domain| domain.settings.get("ManagedLoginVersion").and_then(Value::as_i64) == Some(2))
    }

    /// Whether people are being imported, which forbids changing the pool.
    pub(crate) fn importing(&self) -> bool {
        self.imports.values().any(|job| job.status.is_active())
    }
}
