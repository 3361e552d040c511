//! What stands around a pool in other services of AWS. Asked only when somebody wants to know.

use model::PoolId;
use model::connection::ConnectionId;
use model::health::Snapshot;

use crate::error::Error;
use crate::open::Console;

impl Console {
    /// Whether Cognito may call the functions of a pool's triggers, and what runs there: `DescribeUserPool`, and of each
    /// function Lambda's `GetPolicy` and `GetFunctionConfiguration` (IAM actions of those names; free). What may not be read is
    /// an answer, too.
    ///
    /// # Errors
    /// As [`Console::health`].
    pub async fn functions(&self, connection: &ConnectionId, pool: &PoolId) -> Result<Snapshot, Error> {
        let session = self.inner.session(connection).await?;
        let mut snapshot = Snapshot::new(pool.clone(), self.inner.now());
        session.read_pool_alone(&mut snapshot).await?;
        session.read_functions(&mut snapshot).await?;
        Ok(snapshot)
    }

    /// Who may take the roles of a pool's groups and of the identity pools around it, and what they may do:
    /// [`Console::identity_pool_settings`], `ListGroups`, and of each role IAM's `GetRole`, `ListAttachedRolePolicies`,
    /// `GetPolicy`, `GetPolicyVersion`, `ListRolePolicies` and `GetRolePolicy` (IAM actions of those names; free). What may not
    /// be read is an answer, too.
    ///
    /// # Errors
    /// What stands in the way of every call.
    pub async fn roles(&self, connection: &ConnectionId, pool: &PoolId) -> Result<Snapshot, Error> {
        let session = self.inner.session(connection).await?;
        let mut snapshot = Snapshot::new(pool.clone(), self.inner.now());
        session.read_identity_pools(&mut snapshot).await?;
        session.read_groups(&mut snapshot).await?;
        session.read_iam(&mut snapshot).await?;
        Ok(snapshot)
    }
}
