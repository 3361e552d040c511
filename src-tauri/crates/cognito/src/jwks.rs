//! A pool's public keys, over plain HTTPS and the session's own client.

use aws_config::BehaviorVersion;
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::result::SdkError;
use model::PoolId;
use model::token::issuers;

use crate::error::{Context, Error, ErrorKind};
use crate::gate::{Again, Failure};
use crate::{Session, operations};

/// The longest set of keys that is read, in bytes. Cognito's is under two thousand.
const LONGEST: usize = 256 * 1024;

/// What a web server said.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

/// Nothing that a page says is an error of the exchange.
#[derive(Debug, thiserror::Error)]
#[error("never")]
enum Never {}

impl Session {
    /// The pool's keys as the JSON that is published (`GET /<pool>/.well-known/jwks.json`, RFC 7517; no permission; free).
    /// With an endpoint they come from there.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when there is no such pool, [`ErrorKind::Unreachable`],
    /// [`ErrorKind::WrongRegionOrEndpoint`] when the answer is no set of keys.
    pub async fn jwks(&self, pool: &PoolId) -> Result<String, Error> {
        let context = Context { pool: Some(pool.clone()), ..self.context(operations::JWKS) };
        // A pool publishes its keys below its issuer; an emulator does so at its endpoint.
        let [issuer, _] = issuers(pool);
        let base = context.endpoint.as_deref().unwrap_or(issuer.trim_end_matches(pool.as_str())).trim_end_matches('/');
        let page = self.fetch(&context, base, format!("/{pool}/.well-known/jwks.json")).await?;
        let wrong = || {
            let message =
                "What was answered in place of the pool's keys is no set of keys. Check the endpoint or a proxy.";
            Error::new(ErrorKind::WrongRegionOrEndpoint, message).of(&context)
        };
        match page.status {
            200 if page.body.len() <= LONGEST => String::from_utf8(page.body).map_err(|_| wrong()),
            400 | 404 => {
                let message = format!("There are no keys of a pool {pool}: it does not exist there.");
                Err(Error::new(ErrorKind::NotFound, message).of(&context))
            }
            _ => Err(wrong()),
        }
    }

    /// Reads a page of a web server (`GET`).
    pub(crate) async fn fetch(&self, context: &Context, base: &str, path: String) -> Result<Page, Error> {
        let operation = Operation::builder()
            .service_name("web")
            .operation_name("get")
            .behavior_version(BehaviorVersion::latest())
            .http_client(self.http_client())
            .endpoint_url(base)
            .no_auth()
            .no_retry()
            .timeout_config(crate::session::timeouts())
            .serializer(move |()| {
                let mut request = HttpRequest::empty();
                request.set_uri(path.as_str())?;
                Ok(request)
            })
            .deserializer(|response: &HttpResponse| {
                let body = response.body().bytes().unwrap_or_default().to_vec();
                Ok::<_, OrchestratorError<Never>>(Page { status: response.status().as_u16(), body })
            })
            .build();
        let once = || async {
            operation.invoke(()).await.map_err(|error: SdkError<Never, HttpResponse>| {
                let lost = Error::new(ErrorKind::Unreachable, unreachable(context)).of(context);
                let again = if matches!(error, SdkError::DispatchFailure(_) | SdkError::TimeoutError(_)) {
                    Again::Unreachable
                } else {
                    Again::Never
                };
                Failure { error: lost, again }
            })
        };
        self.gate().run(&self.lane(), context, once).await
    }
}

fn unreachable(context: &Context) -> String {
    let what = if context.operation == operations::JWKS { "The pool's keys" } else { "AWS's sign-in page" };
    match &context.endpoint {
        Some(endpoint) => format!("{what} cannot be read from {endpoint}. Check that it runs there."),
        None => format!("{what} cannot be read. Check the network and the proxy (HTTPS_PROXY)."),
    }
}
