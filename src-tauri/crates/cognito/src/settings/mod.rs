//! Settings whole, as AWS sends them: the raw bodies, so that fields which the SDK does not know yet are kept.
//!
//! Secrets are masked as they are read. What may not be read, or what a server lacks, is an [`Answer`] like any other;
//! only what stands in the way of everything is an error.

mod as_sent;
mod clients;

mod identity_pools;
mod limits;
mod mask;
mod pool;
pub(crate) mod tap;
mod whole;

use std::collections::HashSet;
use std::future::Future;
use std::sync::{Mutex, PoisonError};

use aws_sdk_cognitoidentityprovider::error::SdkError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use model::PoolId;
use model::call::Operation;
use model::health::Answer;
use serde_json::Value;
use tracing::Instrument;

use crate::Session;
use crate::error::{Context, Error, ErrorKind};
pub use limits::{Limit, PROVISIONED};
pub use mask::{Secrets, take_secrets};
use tap::Tap;
pub use whole::{Sent, Written, writes};

/// Why there is no body, with the code of AWS where it decided.
pub(crate) struct Missing {
    pub(crate) error: Error,
    pub(crate) code: Option<String>,
}

impl Missing {
    /// As an answer; an error when it would be the same for every other question.
    pub(crate) fn into_answer(self) -> Result<Answer, Error> {
        Ok(match self.error.kind {
            ErrorKind::CredentialsMissing | ErrorKind::CredentialsExpired { .. } | ErrorKind::Config => {
                return Err(self.error);
            }
            ErrorKind::AccessDenied { iam_action } => Answer::Denied { iam_action },
            ErrorKind::Throttled { .. } => Answer::Throttled,
            ErrorKind::Unreachable
            | ErrorKind::WrongRegionOrEndpoint
            | ErrorKind::PageTokenRefused
            | ErrorKind::NotRecorded
            | ErrorKind::OutcomeUnknown
            | ErrorKind::Undelivered => Answer::Failed { reason: self.error.message },
            ErrorKind::NotFound
            | ErrorKind::UserNotFound
            | ErrorKind::AlreadyExists
            | ErrorKind::Validation
            | ErrorKind::Refused
            | ErrorKind::Internal => match self.code {
                Some(code) => Answer::Refused { code },
                None => Answer::Failed { reason: self.error.message },
            },
        })
    }
}

impl Session {
    fn of_pool(&self, operation: Operation, pool: &PoolId) -> Context {
        Context { pool: Some(pool.clone()), ..self.context(operation) }
    }

    /// The answer as the SDK reads it.
    async fn sent<T, E, F, Fut>(&self, context: &Context, send: F) -> Result<T, Missing>
    where
        F: Fn() -> Fut,
        Fut: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        E: std::error::Error + ProvideErrorMetadata + Send + Sync + 'static,
    {
        let code = Mutex::new(None);
        let once = || async {
            send().await.inspect_err(|error| {
                let said = error.as_service_error().and_then(ProvideErrorMetadata::code).map(str::to_owned);
                *code.lock().unwrap_or_else(PoisonError::into_inner) = said;
            })
        };
        let span = tracing::debug_span!("cognito.settings", operation = context.operation.name);
        let sent = self.call(context, once).instrument(span).await;
        let code = code.into_inner().unwrap_or_else(PoisonError::into_inner);
        sent.map_err(|error| Missing { error, code })
    }

    /// What came of a question whose answer is no JSON; `write` makes it such.
    pub(crate) async fn written<T, E, F, Fut>(
        &self,
        context: &Context,
        send: F,
        write: impl FnOnce(T) -> Value,
    ) -> Result<Answer, Error>
    where
        F: Fn() -> Fut,
        Fut: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        E: std::error::Error + ProvideErrorMetadata + Send + Sync + 'static,
    {
        match self.sent(context, send).await {
            Ok(answer) => Ok(Answer::Given(write(answer))),
            Err(missing) => missing.into_answer(),
        }
    }

    /// The raw body of an answer.
    async fn body<T, E, F, Fut>(&self, context: &Context, send: F) -> Result<Value, Missing>
    where
        F: Fn(Tap) -> Fut,
        Fut: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        E: std::error::Error + ProvideErrorMetadata + Send + Sync + 'static,
    {
        let tap = Tap::default();
        self.sent(context, || send(tap.clone())).await?;
        match tap.json() {
            Some(mut body) => {
                mask::secrets(&mut body);
                Ok(body)
            }
            None => {
                let message =
                    format!("The answer to {} is not JSON; is the endpoint Cognito's?", context.operation.name);
                let error = Error::new(ErrorKind::WrongRegionOrEndpoint, message).of(context);
                Err(Missing { error, code: None })
            }
        }
    }

    /// What came of a question.
    pub(crate) async fn answer<T, E, F, Fut>(&self, context: &Context, send: F) -> Result<Answer, Error>
    where
        F: Fn(Tap) -> Fut,
        Fut: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        E: std::error::Error + ProvideErrorMetadata + Send + Sync + 'static,
    {
        match self.body(context, send).await {
            Ok(body) => Ok(Answer::Given(body)),
            Err(missing) => missing.into_answer(),
        }
    }

    /// What came of a list: every page in one body, with the entries of all under `list`.
    pub(crate) async fn pages<T, E, F, Fut>(&self, context: &Context, list: &str, send: F) -> Result<Answer, Error>
    where
        F: Fn(Option<String>, Tap) -> Fut,
        Fut: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        E: std::error::Error + ProvideErrorMetadata + Send + Sync + 'static,
    {
        let (mut entries, mut seen, mut token) = (Vec::new(), HashSet::new(), None::<String>);
        loop {
            let page = Context { paged: token.is_some(), ..context.clone() };
            let mut body = match self.body(&page, |tap| send(token.clone(), tap)).await {
                Ok(body) => body,
                Err(missing) => return missing.into_answer(),
            };
            let told = body.get_mut(list).and_then(Value::as_array_mut).map(std::mem::take);
            entries.extend(told.into_iter().flatten());
            let next = ["NextToken", "PaginationToken"].into_iter().find_map(|name| body.get(name)?.as_str());
            match next.filter(|next| !next.is_empty()).map(str::to_owned) {
                Some(next) if seen.insert(next.clone()) => token = Some(next),
                Some(_) => return Missing { error: crate::convert::repeated_token(&page), code: None }.into_answer(),
                None => {
                    if let Some(all) = body.get_mut(list) {
                        *all = entries.into();
                    } else if !entries.is_empty() {
                        body[list] = entries.into();
                    }
                    return Ok(Answer::Given(body));
                }
            }
        }
    }
}
