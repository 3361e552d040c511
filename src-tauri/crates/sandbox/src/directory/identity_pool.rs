//! An identity pool: its settings as they came over the wire, and which roles its people get.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// See the module.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct IdentityPool {
    pub(crate) id: String,
    pub(crate) name: String,
    /// What `DescribeIdentityPool` shows beside id and name.
    pub(crate) settings: Map<String, Value>,
    /// `Roles`: `authenticated`, `unauthenticated`.
    pub(crate) roles: Map<String, Value>,
    /// `RoleMappings` by provider.
    pub(crate) role_mappings: Map<String, Value>,
    /// `UseDefaults` and `PrincipalTags` by provider.
    pub(crate) principal_tags: BTreeMap<String, PrincipalTags>,
}

/// How claims of one provider become session tags.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct PrincipalTags {
    pub(crate) use_defaults: bool,
    /// Name of the tag, and the claim that gives its value.
    pub(crate) principal_tags: Map<String, Value>,
}

impl IdentityPool {
    /// A setting that is text.
    pub(crate) fn text(&self, setting: &str) -> Option<&str> {
        self.settings.get(setting).and_then(Value::as_str)
    }

    /// Whether a setting is on.
    pub(crate) fn is_on(&self, setting: &str) -> bool {
        self.settings.get(setting).and_then(Value::as_bool).unwrap_or_default()
    }

    fn list(&self, setting: &str) -> impl Iterator<Item = &Value> {
        self.settings.get(setting).and_then(Value::as_array).into_iter().flatten()
    }

    /// `CognitoIdentityProviders`.
    pub(crate) fn user_pools(&self) -> impl Iterator<Item = &Value> {
        self.list("CognitoIdentityProviders")
    }

    /// Whether a list of ARNs has the one of a provider: its ARN, or what the ARN ends with.
    pub(crate) fn has_arn(&self, setting: &str, provider: &str) -> bool {
        let arns = self.list(setting).filter_map(Value::as_str);
        arns.map(|arn| (arn, arn.split_once("oidc-provider/").map(|found| found.1)))
            .any(|(arn, name)| arn == provider || name == Some(provider))
    }
}
