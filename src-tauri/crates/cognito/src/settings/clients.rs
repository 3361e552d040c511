//! The app clients of a pool.

use model::ClientId;
use model::health::Snapshot;

use crate::error::Error;
use crate::{Session, operations};

impl Session {
    /// Reads every app client of a pool, or the one that is named: `ListUserPoolClients`, `DescribeUserPoolClient`,
    /// `DescribeRiskConfiguration` (IAM actions of those names; free). Ask [`Session::read_pool`] first: where threat
    /// protection is off for the pool, clients are not asked about it.
    ///
    /// # Errors
    /// What stands in the way of every call.
    pub async fn read_clients(&self, snapshot: &mut Snapshot, only: Option<&ClientId>) -> Result<(), Error> {
        let pool = snapshot.pool.clone();
        self.list_clients(snapshot).await?;
        let clients = match only {
            Some(only) => vec![only.as_str().to_owned()],
            None => snapshot.clients().unwrap_or_default().into_iter().map(str::to_owned).collect(),
        };
        let protected = snapshot.body("DescribeRiskConfiguration", "").is_some();
        for client in clients {
            self.read_one_client(snapshot, &client).await?;
            if protected {
                let risk = self.risk(&pool, Some(&client)).await?;
                snapshot.put("DescribeRiskConfiguration", &client, risk);
            }
        }
        Ok(())
    }

    /// Reads one client's settings.
    pub(super) async fn read_one_client(&self, snapshot: &mut Snapshot, client: &str) -> Result<(), Error> {
        let pool = snapshot.pool.clone();
        let described = self
            .answer(&self.of_pool(operations::DESCRIBE_USER_POOL_CLIENT, &pool), |tap| {
                let describe = self.cognito().describe_user_pool_client().user_pool_id(pool.as_str());
                describe.client_id(client).customize().interceptor(tap).send()
            })
            .await?;
        snapshot.put("DescribeUserPoolClient", client, described);
        Ok(())
    }

    /// Reads which clients there are.
    pub(super) async fn list_clients(&self, snapshot: &mut Snapshot) -> Result<(), Error> {
        let pool = snapshot.pool.clone();
        let list = self
            .pages(&self.of_pool(operations::LIST_USER_POOL_CLIENTS, &pool), "UserPoolClients", |token, tap| {
                let list = self.cognito().list_user_pool_clients().user_pool_id(pool.as_str()).max_results(60);
                list.set_next_token(token).customize().interceptor(tap).send()
            })
            .await?;
        snapshot.put("ListUserPoolClients", "", list);
        Ok(())
    }

    /// Reads the ids and dates of a client's secrets, never their values (`ListUserPoolClientSecrets`; IAM action of that
    /// name; free).
    ///
    /// # Errors
    /// What stands in the way of every call.
    pub async fn read_client_secrets(&self, snapshot: &mut Snapshot, client: &ClientId) -> Result<(), Error> {
        let pool = snapshot.pool.clone();
        let context = self.of_pool(operations::LIST_USER_POOL_CLIENT_SECRETS, &pool);
        let secrets = self
            .pages(&context, "ClientSecrets", |token, tap| {
                let list = self.cognito().list_user_pool_client_secrets().user_pool_id(pool.as_str());
                list.client_id(client.as_str()).set_next_token(token).customize().interceptor(tap).send()
            })
            .await?;
        snapshot.put("ListUserPoolClientSecrets", client.as_str(), secrets);
        Ok(())
    }
}
