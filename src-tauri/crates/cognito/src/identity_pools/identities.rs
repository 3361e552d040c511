//! Who is in an identity pool. AWS counts them nowhere, and nothing leads from a user to an identity without the user's token.

use jiff::Timestamp;
use model::IdentityPoolId;
use tracing::Instrument;

use crate::error::{Context, Error};
use crate::{Session, convert, operations};

/// Identities of a page; AWS gives no more.
const PAGE: i32 = 60;

/// Somebody, or something, that an identity pool knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Its id, such as `eu-west-1:1f0c8f4e-…`.
    pub id: String,
    /// The providers through which it came; none for a guest. Foreign texts.
    pub logins: Vec<String>,
    /// When it came first; `None` where AWS does not tell.
    pub created_at: Option<Timestamp>,
    /// When its logins changed last; `None` where AWS does not tell.
    pub modified_at: Option<Timestamp>,
}

/// A page of identities.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityPage {
    /// The identities, in AWS's order.
    pub identities: Vec<Identity>,
    /// The token of the next page; `None` behind the last one.
    pub next: Option<String>,
}

impl Session {
    /// A page of the identities in an identity pool, 60 at most (`ListIdentities`; IAM `cognito-identity:ListIdentities`; five
    /// requests a second; free; makes nobody active). Those that were disabled by merging are among them.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) for an unknown identity pool; otherwise what [`Error`] tells.
    pub async fn identities_in(&self, pool: &IdentityPoolId, next: Option<String>) -> Result<IdentityPage, Error> {
        let context = Context { paged: next.is_some(), ..self.context(operations::LIST_IDENTITIES) };
        let send = || {
            let list = self.identities().list_identities().identity_pool_id(pool.as_str()).max_results(PAGE);
            list.set_next_token(next.clone()).send()
        };
        let span = tracing::debug_span!("cognito.list_identities", identity_pool.id = %pool);
        let answer = self.call(&context, send).instrument(span).await?;
        let told = answer.identities.unwrap_or_default().into_iter();
        let identities = told.filter_map(|told| {
            let (created, modified) = (told.creation_date, told.last_modified_date);
            Some(identity(told.identity_id?, told.logins, [created, modified]))
        });
        let identities = identities.collect();
        Ok(IdentityPage { identities, next: convert::next_token(answer.next_token, next.as_deref(), &context)? })
    }

    /// One identity (`DescribeIdentity`; IAM `cognito-identity:DescribeIdentity`; five requests a second; free).
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) for an unknown identity; otherwise what [`Error`] tells.
    pub async fn described_identity(&self, id: &str) -> Result<Identity, Error> {
        let send = || self.identities().describe_identity().identity_id(id).send();
        let span = tracing::debug_span!("cognito.describe_identity");
        let told = self.call(&self.context(operations::DESCRIBE_IDENTITY), send).instrument(span).await?;
        let (created, modified) = (told.creation_date, told.last_modified_date);
        Ok(identity(told.identity_id.unwrap_or_else(|| id.to_owned()), told.logins, [created, modified]))
    }
}

fn identity(id: String, logins: Option<Vec<String>>, dates: [Option<aws_smithy_types::DateTime>; 2]) -> Identity {
    let [created_at, modified_at] = dates.map(|date| date.as_ref().and_then(convert::timestamp));
    Identity { id, logins: logins.unwrap_or_default(), created_at, modified_at }
}
