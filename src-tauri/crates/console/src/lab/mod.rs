//! The sign-in lab: every way into a pool, one recorded step at a time.
//!
//! Passwords, codes, sessions and tokens live in here, in memory, and leave only when they are asked for.

mod answers;
mod bench;
mod errands;
mod explain;
mod export;
mod hosted;
mod qr;
mod recorder;
mod sign_in;

use cognito::oauth::loopback_port;
use model::client::{AppClient, Door, FLOWS, TokenSettings};
use model::connection::{ConnectionId, Environment};
use model::{ClientId, PoolId};
use secrecy::SecretString;

use crate::error::{Code, Error};
use crate::open::{Console, Inner};

pub use answers::Reply;
pub use bench::{Bench, MatrixRow, Standing};
pub use errands::{Errand, Errands};
pub use explain::explain;
pub use export::{Language, Recipe};
pub use hosted::HostedLogin;
pub use qr::QrCode;
pub use recorder::{Outcome, Said, Shown, Step};
pub use sign_in::{Deed, Device, SignIn, Stage, Start, Tokens};

/// A callback that a client can be given so that the browser comes back to this machine.
pub const SUGGESTED_CALLBACK: &str = "http://localhost:8765/callback";

/// The name of every flow that needs no browser, the usual ones first.
#[must_use]
pub fn flow_names() -> Vec<&'static str> {
    FLOWS.iter().filter(|flow| flow.door != Door::Browser).map(|flow| flow.name).collect()
}

/// Whether a flow gives a client a token of its own, so that no user takes part and none counts.
#[must_use]
pub fn is_of_machine(flow: &str) -> bool {
    FLOWS.iter().any(|known| known.name == flow && known.of_machine())
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

impl LabClient {
    /// The callbacks on this machine that are registered, as they are registered; first those whose port anybody may open.
    #[must_use]
    pub fn local_callbacks(&self) -> Vec<&str> {
        let urls = self.client.callback_urls.iter().map(String::as_str);
        let mut here: Vec<(bool, &str)> =
            urls.filter_map(|url| Some((loopback_port(url)? < FIRST_FREE_PORT, url))).collect();
        here.sort_by_key(|(reserved, _)| *reserved);
        here.into_iter().map(|(_, url)| url).collect()
    }
}

/// Lower ports are the system's own on most of them.
const FIRST_FREE_PORT: u16 = 1024;

impl Inner {
    /// Production is read-only for signing in as well.
    pub(super) fn refuse_in_production(&self, connection: &ConnectionId) -> Result<(), Error> {
        if self.environment(connection) != Environment::Production {
            return Ok(());
        }
        let message = "This connection is marked Production and is read-only. A sign-in would reach real users: it runs \
                       triggers, may change a password, and makes the user billable. Mark it Test to sign in.";
        Err(Error::new(Code::Precondition, message))
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
