//! The identity pools of the account, as far as a user pool is concerned.

use model::health::{Answer, Snapshot};

use crate::error::Error;
use crate::{Session, operations};

impl Session {
    /// Reads the identity pools: `ListIdentityPools` and `DescribeIdentityPool` for all of them, since only their
    /// description tells which user pools they trust; `GetIdentityPoolRoles` and `GetPrincipalTagAttributeMap` for those
    /// that are judged with this pool; `ListUserPools`, by which a foreign user pool is known (IAM actions of those names;
    /// free).
    ///
    /// # Errors
    /// What stands in the way of every call.
    pub async fn read_identity_pools(&self, snapshot: &mut Snapshot) -> Result<(), Error> {
        self.list_pools(snapshot).await?;
        let list = self
            .pages(&self.context(operations::LIST_IDENTITY_POOLS), "IdentityPools", |token, tap| {
                let list = self.identities().list_identity_pools().max_results(60).set_next_token(token);
                list.customize().interceptor(tap).send()
            })
            .await?;
        snapshot.put("ListIdentityPools", "", list);
        for id in owned(snapshot.identity_pools()) {
            self.read_one_identity_pool(snapshot, &id).await?;
        }
        for id in owned(snapshot.judged_identity_pools()) {
            self.read_roles(snapshot, &id).await?;
        }
        for id in owned(snapshot.trusted_by()) {
            let Some(provider) = snapshot.provider_in(&id).map(str::to_owned) else { continue };
            let tags = self.tags_as_sent(&id, &provider).await?;
            snapshot.put("GetPrincipalTagAttributeMap", &id, tags);
        }
        Ok(())
    }

    /// Reads the roles of the identity pools that [`Session::read_identity_pools`] left out, since they are not judged with
    /// this pool (`GetIdentityPoolRoles`; IAM action of that name; free).
    ///
    /// # Errors
    /// What stands in the way of every call.
    pub async fn read_other_roles(&self, snapshot: &mut Snapshot) -> Result<(), Error> {
        for id in owned(snapshot.identity_pools()) {
            if snapshot.answer("GetIdentityPoolRoles", &id).is_none() {
                self.read_roles(snapshot, &id).await?;
            }
        }
        Ok(())
    }

    /// Reads one identity pool's settings.
    pub(super) async fn read_one_identity_pool(&self, snapshot: &mut Snapshot, id: &str) -> Result<(), Error> {
        let described = self
            .answer(&self.context(operations::DESCRIBE_IDENTITY_POOL), |tap| {
                self.identities().describe_identity_pool().identity_pool_id(id).customize().interceptor(tap).send()
            })
            .await?;
        snapshot.put("DescribeIdentityPool", id, described);
        Ok(())
    }

    /// Reads one identity pool's roles.
    pub(super) async fn read_roles(&self, snapshot: &mut Snapshot, id: &str) -> Result<(), Error> {
        let roles = self
            .answer(&self.context(operations::GET_IDENTITY_POOL_ROLES), |tap| {
                self.identities().get_identity_pool_roles().identity_pool_id(id).customize().interceptor(tap).send()
            })
            .await?;
        snapshot.put("GetIdentityPoolRoles", id, roles);
        Ok(())
    }

    /// Reads which claims of a provider become session tags in an identity pool: `subject` is the identity pool's id and the
    /// provider's name with a space between them.
    pub(super) async fn read_principal_tags(&self, snapshot: &mut Snapshot, subject: &str) -> Result<(), Error> {
        let (id, provider) = subject.split_once(' ').unwrap_or((subject, ""));
        let tags = self.tags_as_sent(id, provider).await?;
        snapshot.put("GetPrincipalTagAttributeMap", subject, tags);
        Ok(())
    }

    async fn tags_as_sent(&self, id: &str, provider: &str) -> Result<Answer, Error> {
        self.answer(&self.context(operations::GET_PRINCIPAL_TAG_ATTRIBUTE_MAP), |tap| {
            let get = self.identities().get_principal_tag_attribute_map().identity_pool_id(id);
            get.identity_provider_name(provider).customize().interceptor(tap).send()
        })
        .await
    }

    /// Whether an identity pool has an identity (`ListIdentities`; IAM `cognito-identity:ListIdentities`; free).
    ///
    /// # Errors
    /// What [`Error`] tells.
    pub async fn has_identities(&self, id: &str) -> Result<bool, Error> {
        let list = || self.identities().list_identities().identity_pool_id(id).max_results(1).send();
        let page = self.call(&self.context(operations::LIST_IDENTITIES), list).await?;
        Ok(page.identities.is_some_and(|identities| !identities.is_empty()) || page.next_token.is_some())
    }

    /// Reads which user pools there are.
    pub(super) async fn list_pools(&self, snapshot: &mut Snapshot) -> Result<(), Error> {
        let pools = self
            .pages(&self.context(operations::LIST_USER_POOLS), "UserPools", |token, tap| {
                let list = self.cognito().list_user_pools().max_results(60).set_next_token(token);
                list.customize().interceptor(tap).send()
            })
            .await?;
        snapshot.put("ListUserPools", "", pools);
        Ok(())
    }
}

fn owned(ids: Option<Vec<&str>>) -> Vec<String> {
    ids.unwrap_or_default().into_iter().map(str::to_owned).collect()
}
