//! What is written has a name: whether AWS gives it, which app client it is of, and where a request has it.

use serde_json::{Map, Value};

use super::kinds::EVERY_CLIENT;
use super::{Kind, Step};

/// What a client's secret is known by: the client's id, this, and when it was made.
const OF_CLIENT: &str = "--";

/// What the names of custom attributes begin with, but where they are made.
pub(super) const CUSTOM: &str = "custom:";

impl Kind {
    /// Whether AWS gives it its id when it is made, so that there is nothing to describe before.
    #[must_use]
    pub fn is_named_by_aws(self, step: Step) -> bool {
        step == Step::Create && matches!(self, Self::Pool | Self::IdentityPool | Self::Client | Self::ClientSecret)
    }

    /// Whether a subject names one that is there. A secret that is yet to be made has its client's id alone.
    #[must_use]
    pub fn is_named(self, subject: &str) -> bool {
        match self {
            Self::ClientSecret => subject.contains(OF_CLIENT),
            _ => !subject.is_empty(),
        }
    }

    /// The app client that a subject is of; `None` for a kind that is of none.
    #[must_use]
    pub fn client_of(self, subject: &str) -> Option<&str> {
        match self {
            Self::ClientSecret => Some(subject.split_once(OF_CLIENT).map_or(subject, |(client, _)| client)),
            Self::Client | Self::Style | Self::ClientRisk => Some(subject),
            _ => None,
        }
    }

    /// Whether a described body says that there is none: AWS answers for a domain that nobody has with nothing in it, and for
    /// one that is on its way out with a status; for an app client without threat protection of its own with the pool's.
    #[must_use]
    pub fn is_absent(self, body: &Value) -> bool {
        if self == Self::ClientRisk {
            return body.pointer("/RiskConfiguration/ClientId").is_none_or(Value::is_null);
        }
        let gone = || body.pointer("/DomainDescription/Status").is_some_and(|status| status == "DELETING");
        body.is_null() || self == Self::Domain && (body.pointer("/DomainDescription/Domain").is_none() || gone())
    }

    /// Puts the ids of what is written into the request of a step. What has no id yet gets none.
    pub fn address(self, step: Step, request: &mut Map<String, Value>, pool: &str, subject: &str) {
        if self == Self::Pool && step == Step::Create {
            return;
        }
        if !self.is_of_identity_pool() {
            request.insert("UserPoolId".to_owned(), pool.into());
        }
        let mut put = |name: &str, value: &str| {
            if !value.is_empty() {
                request.insert(name.to_owned(), value.into());
            }
        };
        match self {
            Self::IdentityPool | Self::Roles => put("IdentityPoolId", subject),
            Self::Pool | Self::Mfa | Self::Logs => {}
            Self::Risk => {}
            Self::Client | Self::ClientRisk => put("ClientId", subject),
            Self::ResourceServer => put("Identifier", subject),
            Self::Provider => put("ProviderName", subject),
            Self::Domain => put("Domain", subject),
            Self::Attribute => {
                let name = subject.strip_prefix(CUSTOM).unwrap_or(subject);
                if let Some(attribute) = request.get_mut("CustomAttributes").and_then(|list| list.get_mut(0)) {
                    attribute["Name"] = name.into();
                }
            }
            Self::ClientSecret => {
                put("ClientId", self.client_of(subject).unwrap_or_default());
                put("ClientSecretId", Some(subject).filter(|subject| self.is_named(subject)).unwrap_or_default());
            }
            Self::PrincipalTags => {
                let (pool, provider) = subject.split_once(' ').unwrap_or((subject, ""));
                put("IdentityPoolId", pool);
                put("IdentityProviderName", provider);
            }
            // A style is known by an id of its own, which its description tells.
            Self::Style => put("ClientId", if step == Step::Create { subject } else { "" }),
            Self::ClassicStyle => put("ClientId", if subject.is_empty() { EVERY_CLIENT } else { subject }),
        }
    }
}
