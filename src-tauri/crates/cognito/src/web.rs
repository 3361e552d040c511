//! Pages of the web that belong to a pool and are no AWS operation: its public keys, the endpoints of its domain.

use std::sync::{Mutex, PoisonError};

use aws_config::BehaviorVersion;
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::body::SdkBody;
use model::call::MauEffect;

use crate::error::{Context, Error, ErrorKind};
use crate::gate::{Again, Failure};
use crate::{Session, operations};

/// A request for a page. It may hold secrets, so nothing shows it.
#[derive(Clone)]
pub(crate) struct Request {
    base: String,
    method: &'static str,
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Request {
    /// Reads what is at `path` below `base`.
    pub(crate) fn get(base: &str, path: &str) -> Self {
        let (base, path) = (base.to_owned(), path.to_owned());
        Self { base, method: "GET", path, headers: Vec::new(), body: Vec::new() }
    }

    /// Sends something there.
    pub(crate) fn post(base: &str, path: &str, headers: Vec<(String, String)>, body: Vec<u8>) -> Self {
        Self { method: "POST", headers, body, ..Self::get(base, path) }
    }

    /// With a header.
    pub(crate) fn with(mut self, name: &str, value: String) -> Self {
        self.headers.push((name.to_owned(), value));
        self
    }

    fn prepared(&self) -> Result<HttpRequest, OrchestratorError<Never>> {
        let mut request = HttpRequest::new(SdkBody::from(self.body.clone()));
        request.set_method(self.method).map_err(OrchestratorError::other)?;
        request.set_uri(self.path.as_str()).map_err(OrchestratorError::other)?;
        for (name, value) in &self.headers {
            request.headers_mut().try_insert(name.clone(), value.clone()).map_err(OrchestratorError::other)?;
        }
        Ok(request)
    }
}

/// What a web server said. Whatever it is, it is no error of the exchange.
pub(crate) struct Page {
    pub(crate) status: u16,
    pub(crate) content_type: Option<String>,
    /// When it was answered by the server's clock, as that wrote it.
    pub(crate) date: Option<String>,
    /// Whether it comes from a cache on the way (RFC 9111 section 5.1), which keeps the date of when it was made.
    pub(crate) is_kept: bool,
    pub(crate) body: Vec<u8>,
}

impl std::fmt::Debug for Page {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Page").field("status", &self.status).field("bytes", &self.body.len()).finish_non_exhaustive()
    }
}

/// Nothing that a page says is an error of the exchange.
#[derive(Debug, thiserror::Error)]
#[error("never")]
enum Never {}

impl Session {
    /// Asks for a page through the gate, over the session's own HTTP client; redirects are not followed. Only reading is
    /// repeated by itself.
    pub(crate) async fn page(&self, context: &Context, request: &Request) -> Result<Page, Error> {
        let sent = request.clone();
        let operation = Operation::builder()
            .service_name("web")
            .operation_name("page")
            .behavior_version(BehaviorVersion::latest())
            .http_client(self.http_client())
            .endpoint_url(&request.base)
            .no_auth()
            .no_retry()
            .timeout_config(crate::session::timeouts())
            .serializer(move |()| sent.prepared().map_err(Into::into))
            .deserializer(|response: &HttpResponse| {
                let body = response.body().bytes().unwrap_or_default().to_vec();
                let content_type = response.headers().get("content-type").map(str::to_owned);
                let date = response.headers().get("date").map(str::to_owned);
                let (status, is_kept) = (response.status().as_u16(), response.headers().get("age").is_some());
                Ok::<_, OrchestratorError<Never>>(Page { status, content_type, date, is_kept, body })
            })
            .build();
        // The sink hears of a refusal as a call that failed, for it made nobody active.
        let refused = Mutex::new(None);
        let is_recorded = context.operation.mau != MauEffect::Free || context.operation.is_billed_by_request();
        let once = || async {
            let page = operation.invoke(()).await.map_err(|error: SdkError<Never, HttpResponse>| {
                let lost = Error::new(ErrorKind::Unreachable, unreachable(context)).of(context);
                let passes = matches!(error, SdkError::DispatchFailure(_) | SdkError::TimeoutError(_));
                let again = if passes && request.method == "GET" { Again::Unreachable } else { Again::Never };
                Failure { error: lost, again }
            })?;
            if page.status >= 400 && is_recorded {
                *refused.lock().unwrap_or_else(PoisonError::into_inner) = Some(page);
                let error = Error::new(ErrorKind::Refused, "The pool's domain refused the request.").of(context);
                return Err(Failure { error, again: Again::Never });
            }
            Ok(page)
        };
        let answer = self.gate().run(&self.lane(), context, once).await;
        match refused.into_inner().unwrap_or_else(PoisonError::into_inner) {
            Some(page) => Ok(page),
            None => answer,
        }
    }
}

fn unreachable(context: &Context) -> String {
    let what = match context.operation {
        operations::JWKS => "The pool's keys",
        operations::GET_SIGNIN_TOKEN => "AWS's sign-in page",
        _ => "The pool's domain",
    };
    match &context.endpoint {
        Some(endpoint) => format!("{what} cannot be read from {endpoint}. Check that it runs there."),
        None => format!("{what} cannot be read. Check the network and the proxy (HTTPS_PROXY)."),
    }
}
