//! What lies on the lab's table: the sign-in, the errands, the devices, and which flow worked through which client. All
//! of it is in memory and goes when the table is cleared.

use std::collections::BTreeMap;

use model::ClientId;
use model::client::{AppClient, FLOWS, Flow};
use model::connection::ConnectionId;
use secrecy::SecretString;

use super::{Device, Errands, LabClient, SignIn, Stage};
use crate::error::Error;
use crate::open::Console;

/// The table. Dropping it forgets its secrets.
#[derive(Debug, Default)]
pub struct Bench {
    /// The sign-in; `None` until one is started.
    pub sign_in: Option<SignIn>,
    /// The errands; `None` until one is run.
    pub errands: Option<Errands>,
    devices: Vec<Remembered>,
    tried: BTreeMap<(ClientId, &'static str), Tried>,
}

/// A device and who can use it, by every name that was seen.
#[derive(Debug)]
struct Remembered {
    names: [String; 2],
    device: Device,
}

#[derive(Debug, Clone)]
enum Tried {
    Worked,
    Failed(String),
}

/// How a flow through a client stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// The client does not allow it: why.
    Closed(String),
    /// It is allowed and was not tried here.
    Untried,
    /// It led to tokens.
    Works,
    /// It was refused: why.
    Fails(String),
}

/// A client and how every flow through it stands.
#[derive(Debug, Clone)]
pub struct MatrixRow {
    /// The client.
    pub client: AppClient,
    /// Every flow with its standing, in the order of [`FLOWS`].
    pub cells: Vec<(&'static Flow, Standing)>,
}

impl Bench {
    /// Notes how far the sign-in on the table came, and the device that it remembered.
    pub fn note(&mut self) {
        let Some(sign_in) = &self.sign_in else { return };
        let key = (sign_in.start().client.client.id.clone(), sign_in.flow().name);
        match sign_in.stage() {
            Stage::Tokens(_) => drop(self.tried.insert(key, Tried::Worked)),
            Stage::Refused { explanation, .. } => drop(self.tried.insert(key, Tried::Failed(explanation.clone()))),
            // What failed on its way says nothing of the flow.
            Stage::Challenge(_) | Stage::Failed(_) => {}
        }
        let names = [sign_in.start().username.clone(), sign_in.username().to_owned()];
        if let Some(device) = sign_in.device().cloned() {
            self.devices.retain(|kept| kept.names != names);
            self.devices.push(Remembered { names, device });
        }
    }

    /// The refresh token that lies here, and whose it is by their real name; `None` when there is none.
    #[must_use]
    pub fn refresh_token(&self) -> Option<(&str, &SecretString)> {
        let sign_in = self.sign_in.as_ref()?;
        Some((sign_in.username(), sign_in.refresh_token()?))
    }

    /// Forgets a device that Cognito forgot.
    pub fn forget_device(&mut self, key: &str) {
        self.devices.retain(|kept| kept.device.key != key);
    }

    /// The device that was remembered for a user name.
    #[must_use]
    pub fn device_of(&self, username: &str) -> Option<&Device> {
        let theirs = |kept: &&Remembered| kept.names.iter().any(|name| !name.is_empty() && name == username);
        self.devices.iter().find(theirs).map(|kept| &kept.device)
    }

    /// How every flow through each of the clients stands.
    #[must_use]
    pub fn matrix(&self, clients: &[LabClient]) -> Vec<MatrixRow> {
        let row = |lab: &LabClient| {
            let cell = |flow: &'static Flow| {
                let standing = match (lab.client.allows(flow), self.tried.get(&(lab.client.id.clone(), flow.name))) {
                    (_, Some(Tried::Worked)) => Standing::Works,
                    (_, Some(Tried::Failed(why))) => Standing::Fails(why.clone()),
                    (Err(closed), None) => Standing::Closed(closed.to_string()),
                    (Ok(()), None) => Standing::Untried,
                };
                (flow, standing)
            };
            MatrixRow { client: lab.client.clone(), cells: FLOWS.iter().map(cell).collect() }
        };
        clients.iter().map(row).collect()
    }
}

impl Console {
    /// Every app client of a pool with its settings (`ListUserPoolClients`, and `DescribeUserPoolClient` for each; free).
    ///
    /// # Errors
    /// What [`Error`] tells.
    pub async fn described_clients(
        &self,
        connection: &ConnectionId,
        pool: &model::PoolId,
    ) -> Result<Vec<LabClient>, Error> {
        let mut all = Vec::new();
        for (id, _) in self.clients(connection, pool).await? {
            all.push(self.client(connection, pool, &id).await?);
        }
        Ok(all)
    }
}
