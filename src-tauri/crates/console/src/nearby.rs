//! What stands around a pool in other services of AWS. Asked only when somebody wants to know.

use cognito::Busiest;
use jiff::Timestamp;
use model::PoolId;
use model::connection::ConnectionId;
use model::health::{Answer, Snapshot};
use model::quota::{AppliedQuota, applied};

use crate::error::Error;
use crate::open::Console;

/// The limits that an account has in a Region, as Service Quotas tells them.
#[derive(Debug, Clone, PartialEq)]
pub struct ServiceQuotas {
    /// When AWS was asked.
    pub taken_at: Timestamp,
    /// What came of asking for them.
    pub listed: Answer,
    /// Each, by name, and the most that was used of it in any five minutes of the last day: requests a second of a rate, else a
    /// number of things. `None` when that was not asked, or CloudWatch knows nothing.
    pub quotas: Vec<(AppliedQuota, Option<f64>)>,
    /// What came of asking how much is used; `None` when it was not asked.
    pub used: Option<Answer>,
}

impl ServiceQuotas {
    /// How many metrics CloudWatch has about them.
    #[must_use]
    pub fn metrics(&self) -> usize {
        self.quotas.iter().filter(|(quota, _)| quota.metric.is_some()).count()
    }
}

impl Console {
    /// The limits that the account has of user pools in the connection's Region (`ListServiceQuotas`; IAM
    /// `servicequotas:ListServiceQuotas`; free), and when `used` is wanted, how much of them all callers of the account used at
    /// their busiest (`GetMetricData`; IAM `cloudwatch:GetMetricData`; AWS charges for each metric). What may not be read is an
    /// answer, too.
    ///
    /// # Errors
    /// What stands in the way of every call.
    pub async fn service_quotas(&self, connection: &ConnectionId, used: bool) -> Result<ServiceQuotas, Error> {
        let session = self.inner.session(connection).await?;
        let taken_at = self.inner.now();
        let listed = session.applied_quotas().await?;
        let quotas = match &listed {
            Answer::Given(body) => applied(body),
            _ => Vec::new(),
        };
        let counted: Vec<usize> = (0..quotas.len()).filter(|at| quotas[*at].metric.is_some()).collect();
        let metrics: Vec<_> = quotas.iter().filter_map(|quota| quota.metric.as_ref()).collect();
        let Busiest { most, asked } =
            if used { session.busiest(&metrics, taken_at).await? } else { Busiest::default() };
        let most = |at: usize| most.get(&counted.iter().position(|counted| *counted == at)?).copied();
        let quotas = quotas.iter().enumerate().map(|(at, quota)| (quota.clone(), most(at))).collect();
        Ok(ServiceQuotas { taken_at, listed, quotas, used: asked })
    }

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
