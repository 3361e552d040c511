//! Who we are (`sts:GetCallerIdentity`).

use model::AccountId;
use model::connection::Identity;
use tracing::Instrument;

use crate::error::{Error, ErrorKind};
use crate::{Session, operations};

impl Session {
    /// The account and ARN behind the credentials (`GetCallerIdentity`; needs no permission; free).
    ///
    /// From then on the session's calls share their quota with other sessions of the same account and Region.
    ///
    /// # Errors
    /// What [`Error`] tells; [`ErrorKind::WrongRegionOrEndpoint`] when the answer names no account.
    pub async fn identity(&self) -> Result<Identity, Error> {
        let context = self.context(operations::GET_CALLER_IDENTITY);
        let answer = self
            .call(&context, || self.sts().get_caller_identity().send())
            .instrument(tracing::debug_span!("sts.get_caller_identity"))
            .await?;
        let account = answer.account.and_then(|account| AccountId::parse(account).ok()).ok_or_else(|| {
            Error::new(ErrorKind::WrongRegionOrEndpoint, "The answer names no account; is the endpoint AWS's?")
                .of(&context)
        })?;
        self.remember_account(&account);
        Ok(Identity { account, arn: answer.arn.unwrap_or_default() })
    }
}
