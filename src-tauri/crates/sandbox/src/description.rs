//! What a person or a script needs to know to use a sandbox.

use serde::Serialize;

use crate::seed::Person;

/// Everything needed to connect and sign in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Description {
    /// Base URL on the loopback interface, or `None` while no port is open.
    pub endpoint: Option<String>,
    /// Region the pools live in.
    pub region: String,
    /// The large pool.
    pub user_pool_id: String,
    /// The identity pool that trusts it.
    pub identity_pool_id: String,
    /// App clients of the large pool: the first has no secret and allows every password flow.
    pub clients: Vec<ClientDescription>,
    /// People with known passwords: the first is confirmed and has no second factor.
    pub people: Vec<Person>,
}

/// An app client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClientDescription {
    /// Client id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Secret, where there is one.
    pub secret: Option<String>,
}
