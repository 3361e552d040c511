//! A pool's own settings alone, for what needs nothing else.

use model::PoolId;
use model::health::Answer;

use crate::error::Error;
use crate::{Session, operations};

impl Session {
    /// What came of `DescribeUserPool`, as AWS sent it (IAM `cognito-idp:DescribeUserPool`; quota `UserPoolRead`; free).
    ///
    /// # Errors
    /// What stands in the way of every call.
    pub async fn pool_as_sent(&self, pool: &PoolId) -> Result<Answer, Error> {
        self.answer(&self.of_pool(operations::DESCRIBE_USER_POOL, pool), |tap| {
            self.cognito().describe_user_pool().user_pool_id(pool.as_str()).customize().interceptor(tap).send()
        })
        .await
    }

    /// What came of `GetUserPoolMfaConfig`, as AWS sent it (IAM action of that name; quota `UserPoolResourceRead`; free).
    ///
    /// # Errors
    /// What stands in the way of every call.
    pub async fn mfa_as_sent(&self, pool: &PoolId) -> Result<Answer, Error> {
        self.answer(&self.of_pool(operations::GET_USER_POOL_MFA_CONFIG, pool), |tap| {
            self.cognito().get_user_pool_mfa_config().user_pool_id(pool.as_str()).customize().interceptor(tap).send()
        })
        .await
    }
}
