//! The sign-in lab: every way into a pool, one recorded step at a time.
//!
//! Passwords, codes, sessions and tokens live in here, in memory, and leave only when they are asked for.

mod answers;
mod explain;
mod recorder;
mod sign_in;

use model::client::{AppClient, FLOWS, TokenSettings};
use model::connection::ConnectionId;
use model::{ClientId, PoolId};
use secrecy::SecretString;

use crate::error::Error;
use crate::open::Console;

pub use answers::Reply;
pub use explain::explain;
pub use recorder::{Outcome, Shown, Step};
pub use sign_in::{Device, SignIn, Stage, Start, Tokens};

/// The name of every flow, the usual ones first.
#[must_use]
pub fn flow_names() -> [&'static str; 6] {
    FLOWS.map(|flow| flow.name)
}

/// An app client with its secret, as signing in through it needs them.
#[derive(Debug, Clone)]
pub struct LabClient {
    /// The client.
    pub client: AppClient,
    /// Its secret; `None` when it has none.
    pub secret: Option<SecretString>,
}

impl LabClient {
    /// A client that may not be read: taken for one without a secret, of which nothing else is known.
    #[must_use]
    pub fn unknown(id: ClientId) -> Self {
        let client = AppClient {
            id,
            name: String::new(),
            has_secret: false,
            flows: Vec::new(),
            oauth_flows: Vec::new(),
            scopes: Vec::new(),
            callback_urls: Vec::new(),
            logout_urls: Vec::new(),
            identity_providers: Vec::new(),
            read_attributes: Vec::new(),
            refresh_rotation: false,
            hides_users: false,
            tokens: TokenSettings::default(),
        };
        Self { client, secret: None }
    }
}

impl Console {
    /// The ids and names of a pool's app clients (`ListUserPoolClients`; free).
    ///
    /// # Errors
    /// What [`Error`] tells.
    pub async fn clients(&self, connection: &ConnectionId, pool: &PoolId) -> Result<Vec<(ClientId, String)>, Error> {
        Ok(self.inner.session(connection).await?.clients(pool).await?)
    }

    /// An app client and its secret (`DescribeUserPoolClient`; free).
    ///
    /// # Errors
    /// What [`Error`] tells.
    pub async fn client(
        &self,
        connection: &ConnectionId,
        pool: &PoolId,
        client: &ClientId,
    ) -> Result<LabClient, Error> {
        let (client, secret) = self.inner.session(connection).await?.describe_client(pool, client).await?;
        Ok(LabClient { client, secret })
    }
}
