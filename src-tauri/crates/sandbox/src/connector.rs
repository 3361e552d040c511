//! The way into the sandbox without a socket.

use std::io;
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;

use crate::protocol::{Answer, Outcome, Request};
use crate::sandbox::Sandbox;
use crate::server::body::Body;

/// Carries requests of an AWS SDK to a sandbox in the same process.
#[derive(Debug, Clone)]
pub(crate) struct InProcess {
    sandbox: Sandbox,
    read_timeout: Option<Duration>,
}

impl InProcess {
    pub(crate) fn new(sandbox: Sandbox) -> Self {
        Self { sandbox, read_timeout: None }
    }
}

impl HttpClient for InProcess {
    fn http_connector(&self, settings: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(Self { sandbox: self.sandbox.clone(), read_timeout: settings.read_timeout() })
    }
}

impl HttpConnector for InProcess {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let Self { sandbox, read_timeout } = self.clone();
        HttpConnectorFuture::new(async move {
            let exchange = sandbox.exchange(read(&request)?);
            let outcome = match read_timeout {
                Some(limit) => tokio::time::timeout(limit, exchange).await.map_err(|_| timed_out())?,
                None => exchange.await,
            };
            match outcome {
                Outcome::Answer(answer) => {
                    let body = SdkBody::from(answer.body.clone());
                    respond(answer, body)
                }
                Outcome::Truncated(answer) => {
                    let body = SdkBody::from_body_1_x(Body::truncated(answer.body.clone()));
                    respond(answer, body)
                }
                Outcome::Reset => Err(ConnectorError::io(io::Error::from(io::ErrorKind::ConnectionReset).into())),
                // A client would wait for its own timeout here; nobody learns from waiting in a test.
                Outcome::Silence => Err(timed_out()),
            }
        })
    }
}

fn timed_out() -> ConnectorError {
    ConnectorError::timeout(io::Error::from(io::ErrorKind::TimedOut).into())
}

fn read(request: &HttpRequest) -> Result<Request, ConnectorError> {
    let streamed = || ConnectorError::user("The sandbox takes no streamed request.".into());
    let header = |name: &str| request.headers().get(name).map(str::to_owned);
    Ok(Request {
        target: header("x-amz-target"),
        authorization: header("authorization"),
        body: Bytes::copy_from_slice(request.body().bytes().ok_or_else(streamed)?),
    })
}

fn respond(answer: Answer, body: SdkBody) -> Result<HttpResponse, ConnectorError> {
    let status = StatusCode::try_from(answer.status).map_err(|error| ConnectorError::user(error.into()))?;
    let mut response = HttpResponse::new(status, body);
    for (name, value) in answer.headers {
        response.headers_mut().insert(name, value);
    }
    Ok(response)
}
