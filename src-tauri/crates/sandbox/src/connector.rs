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

use crate::protocol::{Answer, Outcome, PageRequest, Request};
use crate::sandbox::Sandbox;
use crate::server::body::Body;
use crate::server::pages;

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
            let exchange = exchange(&sandbox, &request);
            let outcome = match read_timeout {
                Some(limit) => tokio::time::timeout(limit, exchange).await.map_err(|_| timed_out())??,
                None => exchange.await?,
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

/// AWS's protocols go to the root with a target, or to the path of an operation; anything else is a page, such as a pool's public keys.
async fn exchange(sandbox: &Sandbox, request: &HttpRequest) -> Result<Outcome, ConnectorError> {
    let path = path(request.uri());
    let is_page = request.headers().get("x-amz-target").is_none() && path != "/" && Request::rpc_of(path).is_none();
    if is_page { Ok(pages::answer(sandbox, &page(request)?).await) } else { Ok(sandbox.exchange(read(request)?).await) }
}

/// The path of a URI, which may or may not name a host.
fn path(uri: &str) -> &str {
    let after_host = uri.split_once("://").map_or(uri, |(_, rest)| rest.find('/').map_or("/", |at| &rest[at..]));
    let path = after_host.split(['?', '#']).next().unwrap_or_default();
    if path.is_empty() { "/" } else { path }
}

fn page(request: &HttpRequest) -> Result<PageRequest, ConnectorError> {
    let header = |name: &str| request.headers().get(name).map(str::to_owned);
    Ok(PageRequest {
        method: request.method().to_owned(),
        path: path(request.uri()).to_owned(),
        query: request.uri().split_once('?').map(|(_, query)| query.to_owned()).unwrap_or_default(),
        base: String::new(),
        near: false,
        authorization: header("authorization"),
        cookie: header("cookie"),
        content_type: header("content-type"),
        encryption: header("x-amz-server-side-encryption"),
        asked_headers: None,
        body: whole(request)?,
    })
}

fn whole(request: &HttpRequest) -> Result<Bytes, ConnectorError> {
    let streamed = || ConnectorError::user("The sandbox takes no streamed request.".into());
    Ok(Bytes::copy_from_slice(request.body().bytes().ok_or_else(streamed)?))
}

fn timed_out() -> ConnectorError {
    ConnectorError::timeout(io::Error::from(io::ErrorKind::TimedOut).into())
}

fn read(request: &HttpRequest) -> Result<Request, ConnectorError> {
    let header = |name: &str| request.headers().get(name).map(str::to_owned);
    Ok(Request {
        target: header("x-amz-target"),
        rpc: Request::rpc_of(path(request.uri())).map(str::to_owned),
        authorization: header("authorization"),
        date: header("x-amz-date"),
        body: whole(request)?,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Fault, Options, Quota, When};

    fn sandbox() -> Sandbox {
        Sandbox::new(Options { users: 50, quota: Quota::Off, ..Options::default() })
    }

    async fn list(sandbox: &Sandbox, read_timeout: Option<Duration>) -> Result<HttpResponse, ConnectorError> {
        let input = serde_json::json!({ "UserPoolId": sandbox.pool_id() });
        let mut request = HttpRequest::new(SdkBody::from(input.to_string()));
        request.headers_mut().insert("x-amz-target", "AWSCognitoIdentityProviderService.ListUsers");
        request
            .headers_mut()
            .insert("authorization", "AWS4-HMAC-SHA256 Credential=A/1/eu-west-1/cognito-idp/aws4_request");
        InProcess { sandbox: sandbox.clone(), read_timeout }.call(request).await
    }

    async fn body(response: HttpResponse) -> Option<Vec<u8>> {
        use http_body_util::BodyExt;
        Some(response.into_body().collect().await.ok()?.to_bytes().to_vec())
    }

    #[tokio::test]
    async fn a_call_in_process_is_answered_like_one_over_the_port() {
        let response = list(&sandbox(), None).await.unwrap();
        assert_eq!(response.status().as_u16(), 200);
        assert_eq!(response.headers().get("content-type"), Some("application/x-amz-json-1.1"));
        let json: serde_json::Value = serde_json::from_slice(&body(response).await.unwrap()).unwrap();
        assert_eq!(json["Users"].as_array().unwrap().len(), 50);
    }

    #[tokio::test]
    async fn faults_of_the_network_are_connector_errors() {
        let sandbox = sandbox();
        for (fault, io) in [(Fault::ConnectionReset, true), (Fault::TimeoutBefore, false), (Fault::TimeoutAfter, false)]
        {
            sandbox.weather().plan_fault(Some("ListUsers"), When::Nth(1), fault.clone());
            let error = list(&sandbox, None).await.unwrap_err();
            assert_eq!((error.is_io(), error.is_timeout()), (io, !io), "{fault:?}");
            assert!(list(&sandbox, None).await.is_ok(), "only the first call fails");
            sandbox.weather().clear_faults();
        }
        sandbox.weather().set_offline(true);
        assert!(list(&sandbox, None).await.unwrap_err().is_io());
    }

    #[tokio::test]
    async fn a_truncated_body_breaks_while_it_is_read() {
        let sandbox = sandbox();
        sandbox.weather().plan_fault(None, When::Nth(1), Fault::TruncatedBody);
        let response = list(&sandbox, None).await.unwrap();
        assert_eq!(response.status().as_u16(), 200);
        assert!(body(response).await.is_none());
    }

    #[tokio::test]
    async fn latency_beyond_the_read_timeout_is_a_timeout() {
        let sandbox = sandbox();
        sandbox.weather().set_latency(Duration::from_millis(200), Duration::ZERO);
        assert!(list(&sandbox, Some(Duration::from_millis(20))).await.unwrap_err().is_timeout());
        assert!(list(&sandbox, Some(Duration::from_secs(20))).await.is_ok());
    }

    #[tokio::test]
    #[ignore = "a figure, not a verdict"]
    async fn pages_a_second_in_process() {
        let sandbox = Sandbox::new(Options { quota: Quota::Off, ..Options::default() });
        let start = std::time::Instant::now();
        for _ in 0..5_000 {
            list(&sandbox, None).await.unwrap();
        }
        println!("{:.0} pages/s in process", 5_000.0 / start.elapsed().as_secs_f64());
    }
}
