//! A user pool and what is in it, but for its clients.

use model::PoolId;
use model::health::{Answer, Snapshot};
use serde_json::{Value, json};

use crate::error::{Error, ErrorKind};
use crate::{Session, operations};

impl Session {
    /// Reads a pool's settings: `DescribeUserPool`, `GetUserPoolMfaConfig`, `DescribeRiskConfiguration`,
    /// `GetLogDeliveryConfiguration`, `DescribeUserPoolDomain`, `ListGroups`, `ListIdentityProviders`,
    /// `ListResourceServers` (IAM actions of those names; free).
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when this account has no such pool in this Region; what stands in the way of every call.
    pub async fn read_pool(&self, snapshot: &mut Snapshot) -> Result<(), Error> {
        self.read_pool_alone(snapshot).await?;
        let pool = snapshot.pool.clone();
        self.read_mfa(snapshot).await?;
        self.read_logs(snapshot).await?;
        let risk = self.risk(&pool, None).await?;
        snapshot.put("DescribeRiskConfiguration", "", risk);
        self.read_domains(snapshot).await?;
        self.read_lists(snapshot).await
    }

    /// Reads what tells which features that depend on the plan a pool uses: `DescribeUserPool`, `GetUserPoolMfaConfig`,
    /// `GetLogDeliveryConfiguration`, `DescribeUserPoolDomain`, `ListUserPoolReplicas` (IAM actions of those names; free).
    ///
    /// # Errors
    /// As [`Session::read_pool`].
    pub async fn read_features(&self, snapshot: &mut Snapshot) -> Result<(), Error> {
        self.read_pool_alone(snapshot).await?;
        self.read_mfa(snapshot).await?;
        self.read_logs(snapshot).await?;
        self.read_domains(snapshot).await?;
        let pool = snapshot.pool.clone();
        let replicas = self
            .answer(&self.of_pool(operations::LIST_USER_POOL_REPLICAS, &pool), |tap| {
                let list = self.cognito().list_user_pool_replicas().user_pool_id(pool.as_str());
                list.customize().interceptor(tap).send()
            })
            .await?;
        snapshot.put("ListUserPoolReplicas", "", replicas);
        Ok(())
    }

    /// Reads which logs the pool exports.
    pub(super) async fn read_logs(&self, snapshot: &mut Snapshot) -> Result<(), Error> {
        let pool = snapshot.pool.clone();
        let logs = self
            .answer(&self.of_pool(operations::GET_LOG_DELIVERY_CONFIGURATION, &pool), |tap| {
                let get = self.cognito().get_log_delivery_configuration();
                get.user_pool_id(pool.as_str()).customize().interceptor(tap).send()
            })
            .await?;
        snapshot.put("GetLogDeliveryConfiguration", "", logs);
        Ok(())
    }

    /// Reads `DescribeUserPool` alone (IAM action of that name; free).
    ///
    /// # Errors
    /// As [`Session::read_pool`].
    pub async fn read_pool_alone(&self, snapshot: &mut Snapshot) -> Result<(), Error> {
        let pool = snapshot.pool.clone();
        let context = self.of_pool(operations::DESCRIBE_USER_POOL, &pool);
        let described = self.body(&context, |tap| {
            self.cognito().describe_user_pool().user_pool_id(pool.as_str()).customize().interceptor(tap).send()
        });
        let described = match described.await {
            Ok(body) => Answer::Given(body),
            Err(missing) => match missing.error.kind {
                ErrorKind::NotFound | ErrorKind::Unreachable | ErrorKind::WrongRegionOrEndpoint => {
                    return Err(missing.error);
                }
                _ => missing.into_answer()?,
            },
        };
        snapshot.put("DescribeUserPool", "", described);
        Ok(())
    }

    /// Reads one custom attribute, under its name: what `DescribeUserPool` says of it, and nothing where there is none.
    pub(super) async fn read_attribute(&self, snapshot: &mut Snapshot, name: &str) -> Result<(), Error> {
        let mut whole = Snapshot::new(snapshot.pool.clone(), snapshot.taken_at);
        self.read_pool_alone(&mut whole).await?;
        let told = whole.answer("DescribeUserPool", "").cloned();
        let alone = |body: Value| {
            let list = body.pointer("/UserPool/SchemaAttributes").and_then(Value::as_array);
            let is_it = |attribute: &&Value| attribute.get("Name").is_some_and(|told| told == name);
            let found = list.into_iter().flatten().find(is_it);
            found.map_or(Value::Null, |attribute| json!({ "SchemaAttribute": attribute }))
        };
        let answer = match told {
            Some(Answer::Given(body)) => Answer::Given(alone(body)),
            Some(other) => other,
            None => return Ok(()),
        };
        snapshot.put("DescribeUserPool", name, answer);
        Ok(())
    }

    /// Reads how people prove a second factor (`GetUserPoolMfaConfig`; IAM action of that name; free).
    ///
    /// # Errors
    /// What stands in the way of every call.
    pub async fn read_mfa(&self, snapshot: &mut Snapshot) -> Result<(), Error> {
        let mfa = self.mfa_as_sent(&snapshot.pool).await?;
        snapshot.put("GetUserPoolMfaConfig", "", mfa);
        Ok(())
    }

    /// Reads what can be counted: `DescribeUserPool`, `ListGroups`, `ListIdentityProviders`, `ListResourceServers`,
    /// `ListUserPoolClients`, `ListUserPools` (IAM actions of those names; free).
    ///
    /// # Errors
    /// As [`Session::read_pool`].
    pub async fn read_counts(&self, snapshot: &mut Snapshot) -> Result<(), Error> {
        self.read_pool_alone(snapshot).await?;
        self.read_lists(snapshot).await?;
        self.list_clients(snapshot).await?;
        self.list_pools(snapshot).await
    }

    /// Threat protection of the pool, or of one client.
    pub(super) async fn risk(&self, pool: &PoolId, client: Option<&str>) -> Result<Answer, Error> {
        self.answer(&self.of_pool(operations::DESCRIBE_RISK_CONFIGURATION, pool), |tap| {
            let describe = self.cognito().describe_risk_configuration().user_pool_id(pool.as_str());
            describe.set_client_id(client.map(str::to_owned)).customize().interceptor(tap).send()
        })
        .await
    }

    async fn read_domains(&self, snapshot: &mut Snapshot) -> Result<(), Error> {
        let described = snapshot.body("DescribeUserPool", "");
        let domain = |field: &str| described?.pointer(&format!("/UserPool/{field}"))?.as_str().map(str::to_owned);
        let domains: Vec<String> = ["Domain", "CustomDomain"].into_iter().filter_map(domain).collect();
        for domain in domains {
            self.read_domain(snapshot, &domain).await?;
        }
        Ok(())
    }

    /// Reads one domain. One that nobody has is described by nothing.
    pub(super) async fn read_domain(&self, snapshot: &mut Snapshot, domain: &str) -> Result<(), Error> {
        let pool = snapshot.pool.clone();
        let answer = self
            .answer(&self.of_pool(operations::DESCRIBE_USER_POOL_DOMAIN, &pool), |tap| {
                self.cognito().describe_user_pool_domain().domain(domain).customize().interceptor(tap).send()
            })
            .await?;
        snapshot.put("DescribeUserPoolDomain", domain, answer);
        Ok(())
    }

    /// Reads one provider of identities, its secret masked.
    pub(super) async fn read_provider(&self, snapshot: &mut Snapshot, name: &str) -> Result<(), Error> {
        let pool = snapshot.pool.clone();
        let answer = self
            .answer(&self.of_pool(operations::DESCRIBE_IDENTITY_PROVIDER, &pool), |tap| {
                let describe = self.cognito().describe_identity_provider().user_pool_id(pool.as_str());
                describe.provider_name(name).customize().interceptor(tap).send()
            })
            .await?;
        snapshot.put("DescribeIdentityProvider", name, answer);
        Ok(())
    }

    /// Reads one resource server.
    pub(super) async fn read_resource_server(&self, snapshot: &mut Snapshot, identifier: &str) -> Result<(), Error> {
        let pool = snapshot.pool.clone();
        let answer = self
            .answer(&self.of_pool(operations::DESCRIBE_RESOURCE_SERVER, &pool), |tap| {
                let describe = self.cognito().describe_resource_server().user_pool_id(pool.as_str());
                describe.identifier(identifier).customize().interceptor(tap).send()
            })
            .await?;
        snapshot.put("DescribeResourceServer", identifier, answer);
        Ok(())
    }

    /// Reads a pool's groups (`ListGroups`; IAM action of that name; free).
    ///
    /// # Errors
    /// What stands in the way of every call.
    pub async fn read_groups(&self, snapshot: &mut Snapshot) -> Result<(), Error> {
        let pool = snapshot.pool.clone();
        let groups = self
            .pages(&self.of_pool(operations::LIST_GROUPS, &pool), "Groups", |token, tap| {
                let list = self.cognito().list_groups().user_pool_id(pool.as_str()).limit(60);
                list.set_next_token(token).customize().interceptor(tap).send()
            })
            .await?;
        snapshot.put("ListGroups", "", groups);
        Ok(())
    }

    async fn read_lists(&self, snapshot: &mut Snapshot) -> Result<(), Error> {
        self.read_groups(snapshot).await?;
        let pool = snapshot.pool.clone();
        let providers = self
            .pages(&self.of_pool(operations::LIST_IDENTITY_PROVIDERS, &pool), "Providers", |token, tap| {
                let list = self.cognito().list_identity_providers().user_pool_id(pool.as_str()).max_results(60);
                list.set_next_token(token).customize().interceptor(tap).send()
            })
            .await?;
        snapshot.put("ListIdentityProviders", "", providers);
        let servers = self
            .pages(&self.of_pool(operations::LIST_RESOURCE_SERVERS, &pool), "ResourceServers", |token, tap| {
                let list = self.cognito().list_resource_servers().user_pool_id(pool.as_str()).max_results(50);
                list.set_next_token(token).customize().interceptor(tap).send()
            })
            .await?;
        snapshot.put("ListResourceServers", "", servers);
        Ok(())
    }

    /// Reads what is worth seeing of a pool and decides about no rule: `DescribeIdentityProvider` for each provider,
    /// `ListTagsForResource` (IAM actions of those names; free). Ask [`Session::read_pool`] first.
    ///
    /// # Errors
    /// What stands in the way of every call.
    pub async fn read_providers_and_tags(&self, snapshot: &mut Snapshot) -> Result<(), Error> {
        let pool = snapshot.pool.clone();
        let listed = snapshot.body("ListIdentityProviders", "").and_then(|body| body.get("Providers")?.as_array());
        let named = |provider: &Value| provider.get("ProviderName")?.as_str().map(str::to_owned);
        let names: Vec<String> = listed.into_iter().flatten().filter_map(named).collect();
        for name in names {
            self.read_provider(snapshot, &name).await?;
        }
        let arn = snapshot.body("DescribeUserPool", "").and_then(|body| body.pointer("/UserPool/Arn")?.as_str());
        if let Some(arn) = arn.map(str::to_owned) {
            let tags = self
                .answer(&self.of_pool(operations::LIST_TAGS_FOR_RESOURCE, &pool), |tap| {
                    self.cognito().list_tags_for_resource().resource_arn(&arn).customize().interceptor(tap).send()
                })
                .await?;
            snapshot.put("ListTagsForResource", "", tags);
        }
        Ok(())
    }

    /// Reads who asks (`sts:GetCallerIdentity`; needs no permission; free), in the form of its JSON.
    ///
    /// # Errors
    /// What stands in the way of every call.
    pub async fn read_caller(&self, snapshot: &mut Snapshot) -> Result<(), Error> {
        let answer = match self.identity().await {
            Ok(identity) => Answer::Given(json!({ "Arn": identity.arn, "Account": identity.account.as_str() })),
            Err(error) => super::Missing { error, code: None }.into_answer()?,
        };
        snapshot.put("GetCallerIdentity", "", answer);
        Ok(())
    }
}
