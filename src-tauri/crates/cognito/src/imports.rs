//! Imports of users from CSV files (`ListUserImportJobs`): nothing else tells an imported user from one who signed up.

use std::collections::HashSet;

use aws_sdk_cognitoidentityprovider::types::UserImportJobStatusType as Status;
use model::PoolId;
use model::pool::{ImportJob, ImportPhase};
use tracing::Instrument;

use crate::error::{Context, Error};
use crate::{Session, convert, operations};

impl Session {
    /// Every import that the pool knows of (`ListUserImportJobs`; IAM `cognito-idp:ListUserImportJobs`; quota
    /// `UserPoolResourceRead`, 5 a second for one pool; free).
    ///
    /// # Errors
    /// As [`Session::users`].
    pub async fn import_jobs(&self, pool: &PoolId) -> Result<Vec<ImportJob>, Error> {
        let (mut jobs, mut seen, mut token) = (Vec::new(), HashSet::new(), None::<String>);
        loop {
            let context = Context {
                pool: Some(pool.clone()),
                paged: token.is_some(),
                ..self.context(operations::LIST_USER_IMPORT_JOBS)
            };
            let span = tracing::debug_span!("cognito.list_user_import_jobs", pool.id = %pool);
            let answer = self
                .call(&context, || {
                    let request = self.cognito().list_user_import_jobs().user_pool_id(pool.as_str()).max_results(60);
                    request.set_pagination_token(token.clone()).send()
                })
                .instrument(span)
                .await?;
            let next = convert::next_token(answer.pagination_token, token.as_deref(), &context)?;
            jobs.extend(answer.user_import_jobs.unwrap_or_default().iter().map(|job| ImportJob {
                created_at: job.creation_date.as_ref().and_then(convert::timestamp),
                completed_at: job.completion_date.as_ref().and_then(convert::timestamp),
                imported: u64::try_from(job.imported_users).unwrap_or_default(),
                phase: phase(job.status.as_ref()),
            }));
            match next {
                Some(next) if seen.insert(next.clone()) => token = Some(next),
                Some(_) => return Err(convert::repeated_token(&context)),
                None => return Ok(jobs),
            }
        }
    }
}

fn phase(status: Option<&Status>) -> ImportPhase {
    match status {
        Some(Status::Created | Status::Expired) => ImportPhase::NotStarted,
        Some(Status::Succeeded | Status::Failed | Status::Stopped) => ImportPhase::Ended,
        _ => ImportPhase::Running,
    }
}
