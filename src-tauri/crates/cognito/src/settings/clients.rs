//! The app clients of a pool.

use model::ClientId;
use model::edit::Kind;
use model::health::{Answer, Snapshot};
use serde_json::{Value, json};

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
        self.read_secrets(snapshot, client.as_str()).await
    }

    /// Reads one secret of a client, under its own id: what `ListUserPoolClientSecrets` says of it, and nothing where there is
    /// none. Its value is told by nobody.
    pub(super) async fn read_client_secret(&self, snapshot: &mut Snapshot, id: &str) -> Result<(), Error> {
        let client = Kind::ClientSecret.client_of(id).unwrap_or_default();
        let mut all = Snapshot::new(snapshot.pool.clone(), snapshot.taken_at);
        self.read_secrets(&mut all, client).await?;
        let alone = |body: &Value| {
            let list = body.get("ClientSecrets").and_then(Value::as_array);
            let is_it = |secret: &&Value| secret.get("ClientSecretId").is_some_and(|told| told == id);
            let found = list.into_iter().flatten().find(is_it);
            found.map_or(Value::Null, |secret| json!({ "ClientSecret": secret }))
        };
        let answer = match all.answer("ListUserPoolClientSecrets", client) {
            Some(Answer::Given(body)) => Answer::Given(alone(body)),
            Some(other) => other.clone(),
            None => return Ok(()),
        };
        snapshot.put("ListUserPoolClientSecrets", id, answer);
        Ok(())
    }

    async fn read_secrets(&self, snapshot: &mut Snapshot, client: &str) -> Result<(), Error> {
        let pool = snapshot.pool.clone();
        let context = self.of_pool(operations::LIST_USER_POOL_CLIENT_SECRETS, &pool);
        let secrets = self
            .pages(&context, "ClientSecrets", |token, tap| {
                let list = self.cognito().list_user_pool_client_secrets().user_pool_id(pool.as_str());
                list.client_id(client).set_next_token(token).customize().interceptor(tap).send()
            })
            .await?;
        snapshot.put("ListUserPoolClientSecrets", client, secrets);
        Ok(())
    }

    /// Reads how managed login looks for a client, but for what AWS itself decides
    /// (`DescribeManagedLoginBrandingByClient`).
    pub(super) async fn read_style(&self, snapshot: &mut Snapshot, client: &str) -> Result<(), Error> {
        let pool = snapshot.pool.clone();
        let style = self
            .answer(&self.of_pool(operations::DESCRIBE_MANAGED_LOGIN_BRANDING_BY_CLIENT, &pool), |tap| {
                let describe = self.cognito().describe_managed_login_branding_by_client().user_pool_id(pool.as_str());
                describe.client_id(client).customize().interceptor(tap).send()
            })
            .await?;
        snapshot.put("DescribeManagedLoginBrandingByClient", client, style);
        Ok(())
    }

    /// Reads how the classic hosted pages look for a client, or for all where it is empty (`GetUICustomization`). A client
    /// without a style of its own is told that of all.
    pub(super) async fn read_classic_style(&self, snapshot: &mut Snapshot, client: &str) -> Result<(), Error> {
        let pool = snapshot.pool.clone();
        let style = self
            .answer(&self.of_pool(operations::GET_UI_CUSTOMIZATION, &pool), |tap| {
                let get = self.cognito().get_ui_customization().user_pool_id(pool.as_str());
                let client = Some(client.to_owned()).filter(|client| !client.is_empty());
                get.set_client_id(client).customize().interceptor(tap).send()
            })
            .await?;
        snapshot.put("GetUICustomization", client, style);
        Ok(())
    }

    /// Reads how the pages for signing in look for a client, managed login and the classic pages
    /// (`DescribeManagedLoginBrandingByClient`, `GetUICustomization`; IAM actions of those names; free).
    ///
    /// # Errors
    /// What stands in the way of every call.
    pub async fn read_styles(&self, snapshot: &mut Snapshot, client: &ClientId) -> Result<(), Error> {
        self.read_style(snapshot, client.as_str()).await?;
        self.read_classic_style(snapshot, client.as_str()).await
    }
}
