//! How near a pool and its account are to what AWS allows.

use model::call::QuotaCategory;
use model::health::Snapshot;
use serde::Serialize;
use specta::Type;

use super::pool::attributes;
use super::setting::list;
use crate::settings::LimitView;

/// How much of what AWS allows is used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct QuotasView {
    /// Rates of the account.
    pub rates: Vec<RateView>,
    /// Numbers of things.
    pub resources: Vec<ResourceView>,
}

/// A rate and what this program uses of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RateView {
    /// What the account has.
    pub limit: LimitView,
    /// Calls of this program in the last second.
    pub used: u32,
}

/// A resource of which there can be only so many.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ResourceView {
    /// `users`, `clients`, `providers`, `resourceServers`, `scopes` of the server with the most, `groups`, `customAttributes`,
    /// `pools`.
    pub what: String,
    /// How many there are; `null` when it is not known.
    pub used: Option<u32>,
    /// How many there can be without asking AWS for more.
    pub most: u32,
    /// How many AWS gives on request; `null` when it gives no more.
    pub on_request: Option<u32>,
}

/// How near a pool is to what AWS allows.
#[must_use]
pub fn resources(snapshot: &Snapshot) -> Vec<ResourceView> {
    let counted = |operation: &str, name: &str| {
        let body = snapshot.body(operation, "")?;
        Some(crate::count(list(body.get(name)).len() as u64))
    };
    let pool = snapshot.body("DescribeUserPool", "");
    let custom = pool.map(|_| {
        let custom = attributes(snapshot).into_iter().filter(|attribute| attribute.name.contains(':'));
        crate::count(custom.count() as u64)
    });
    let users = pool.and_then(|body| body.pointer("/UserPool/EstimatedNumberOfUsers")?.as_u64()).map(crate::count);
    let servers = snapshot.body("ListResourceServers", "").map(|body| list(body.get("ResourceServers")));
    let scopes = servers.map(|servers| {
        let most = servers.iter().map(|server| list(server.get("Scopes")).len()).max();
        crate::count(most.unwrap_or_default() as u64)
    });
    let line = |what: &str, used, most, on_request| ResourceView { what: what.to_owned(), used, most, on_request };
    vec![
        line("users", users, 40_000_000, None),
        line("clients", counted("ListUserPoolClients", "UserPoolClients"), 1_000, Some(10_000)),
        line("groups", counted("ListGroups", "Groups"), 10_000, None),
        line("customAttributes", custom, 50, None),
        line("providers", counted("ListIdentityProviders", "Providers"), 300, Some(1_000)),
        line("resourceServers", counted("ListResourceServers", "ResourceServers"), 25, Some(300)),
        line("scopes", scopes, 100, None),
        line("pools", counted("ListUserPools", "UserPools"), 1_000, Some(10_000)),
    ]
}

impl QuotasView {
    /// `used` are this program's calls of the last second, by category.
    #[must_use]
    pub fn new(limits: &[console::Limit], used: &[(QuotaCategory, u32)], snapshot: &Snapshot) -> Self {
        let used = |category: &str| used.iter().find(|(name, _)| name.to_string() == category).map_or(0, |it| it.1);
        let rates = LimitView::all(limits).into_iter().map(|limit| RateView { used: used(&limit.category), limit });
        Self { rates: rates.collect(), resources: resources(snapshot) }
    }
}
