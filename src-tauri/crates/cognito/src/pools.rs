//! The account's pools and their settings (`ListUserPools`, `DescribeUserPool`).

use std::collections::HashSet;

use aws_sdk_cognitoidentityprovider::types::UserPoolType;
use model::PoolId;
use model::pool::{Pool, PoolSummary};
use tracing::Instrument;

use crate::error::{Context, Error, ErrorKind};
use crate::{Session, convert, operations};

impl Session {
    /// A page of at most 60 pools and the token of the next (`ListUserPools`; IAM `cognito-idp:ListUserPools` on `*`;
    /// quota `UserPoolRead`; free).
    ///
    /// # Errors
    /// As [`Session::users`].
    pub async fn pools(&self, next: Option<String>) -> Result<(Vec<PoolSummary>, Option<String>), Error> {
        let context = Context { paged: next.is_some(), ..self.context(operations::LIST_USER_POOLS) };
        let answer = self
            .call(&context, || self.cognito().list_user_pools().max_results(60).set_next_token(next.clone()).send())
            .instrument(tracing::debug_span!("cognito.list_user_pools"))
            .await?;
        let token = convert::next_token(answer.next_token, next.as_deref(), &context)?;
        Ok((convert::pool_summaries(answer.user_pools.unwrap_or_default()), token))
    }

    /// Every pool of the account in this Region, page by page.
    ///
    /// # Errors
    /// As [`Session::pools`].
    pub async fn all_pools(&self) -> Result<Vec<PoolSummary>, Error> {
        let mut pools = Vec::new();
        let mut seen = HashSet::new();
        let mut token = None;
        loop {
            let (page, next) = self.pools(token).await?;
            pools.extend(page);
            match next {
                Some(next) if seen.insert(next.clone()) => token = Some(next),
                Some(_) => return Err(convert::repeated_token(&self.context(operations::LIST_USER_POOLS))),
                None => return Ok(pools),
            }
        }
    }

    /// A pool's settings, schema and estimated size (`DescribeUserPool`; IAM `cognito-idp:DescribeUserPool`; quota
    /// `UserPoolRead`; free).
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when this account has no such pool in this Region. Otherwise what [`Error`] tells.
    pub async fn describe_pool(&self, pool: &PoolId) -> Result<Pool, Error> {
        Ok(convert::pool(pool, self.described(pool).await?))
    }

    /// What AWS answers about a pool.
    pub(crate) async fn described(&self, pool: &PoolId) -> Result<UserPoolType, Error> {
        let context = Context { pool: Some(pool.clone()), ..self.context(operations::DESCRIBE_USER_POOL) };
        let answer = self
            .call(&context, || self.cognito().describe_user_pool().user_pool_id(pool.as_str()).send())
            .instrument(tracing::debug_span!("cognito.describe_user_pool", pool.id = %pool))
            .await?;
        answer.user_pool.ok_or_else(|| {
            Error::new(ErrorKind::WrongRegionOrEndpoint, "The answer holds no pool; is the endpoint Cognito's?")
                .of(&context)
        })
    }
}
