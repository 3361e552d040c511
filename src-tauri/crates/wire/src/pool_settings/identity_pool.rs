//! Identity pools.

use model::health::Snapshot;
use serde::Serialize;
use serde_json::Value;
use specta::Type;

use super::setting::{PairView, RawView, UnansweredView, laid_out, list, pairs, text, unanswered};
use crate::settings::{IdentityPoolNearbyView, SettingsView};

/// An identity pool with everything that is set of it.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct IdentityPoolSettingsView {
    /// What a list tells.
    pub line: IdentityPoolNearbyView,
    /// User pools and clients that it trusts, as `provider` and `client`.
    pub providers: Vec<PairView>,
    /// How roles are chosen, by provider, as JSON.
    pub mappings: Vec<PairView>,
    /// Claims that become session tags, as JSON; `null` when that was not asked.
    pub tags: Option<String>,
    /// The answers as AWS sent them.
    pub raw: Vec<RawView>,
}

/// The identity pools of the account, those first that trust the pool.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct IdentityPoolsSettingsView {
    /// When AWS was asked.
    pub taken_at: String,
    /// Every identity pool that was listed.
    pub pools: Vec<IdentityPoolSettingsView>,
    /// What was not answered.
    pub unanswered: Vec<UnansweredView>,
}

impl From<&Snapshot> for IdentityPoolsSettingsView {
    fn from(snapshot: &Snapshot) -> Self {
        let all = SettingsView::from(snapshot).answers;
        let read = |line: IdentityPoolNearbyView| {
            let described = snapshot.body("DescribeIdentityPool", &line.id);
            let roles = snapshot.body("GetIdentityPoolRoles", &line.id);
            let provider =
                |entry: &Value| PairView { name: text(entry, "ProviderName"), value: text(entry, "ClientId") };
            let trusted = described.and_then(|body| body.get("CognitoIdentityProviders"));
            IdentityPoolSettingsView {
                providers: list(trusted).iter().map(provider).collect(),
                mappings: pairs(roles.and_then(|body| body.get("RoleMappings"))),
                tags: snapshot.body("GetPrincipalTagAttributeMap", &line.id).and_then(laid_out),
                raw: all
                    .iter()
                    .filter(|it| it.subject.as_deref() == Some(line.id.as_str()))
                    .cloned()
                    .map(RawView::from)
                    .collect(),
                line,
            }
        };
        let mut pools: Vec<_> =
            IdentityPoolNearbyView::all(snapshot).unwrap_or_default().into_iter().map(read).collect();
        pools.sort_by_key(|pool| pool.line.trusts != Some(true));
        Self { taken_at: snapshot.taken_at.to_string(), pools, unanswered: unanswered(snapshot) }
    }
}
