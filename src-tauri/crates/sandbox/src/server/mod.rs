//! The sandbox on a loopback port.

pub(crate) mod body;
mod import;
pub(crate) mod pages;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

use crate::error::Error;
use crate::operations::MOST_BYTES;
use crate::protocol::{Answer, Outcome, Request};
use crate::sandbox::Sandbox;
use body::Body;

/// Longest request, in bytes.
const LONGEST: usize = 2 * 1024 * 1024;

/// An open port. Dropping it closes the port and every connection.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    task: JoinHandle<()>,
    sandbox: Sandbox,
}

impl Server {
    pub(crate) async fn open(sandbox: Sandbox, port: u16) -> Result<Self, Error> {
        let failed = |source| Error::Bind { port, source };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let task = tokio::spawn(accept(listener, sandbox.clone()));
        Ok(Self { address, task, sandbox })
    }

    /// Base URL, such as `http://127.0.0.1:4566`.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Closes the port and every connection, and waits until that is done.
    pub async fn shutdown(mut self) {
        self.task.abort();
        // The only possible error is the abort just asked for.
        let _ = (&mut self.task).await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
        self.sandbox.closed(&self.endpoint());
    }
}

async fn accept(listener: TcpListener, sandbox: Sandbox) {
    let mut connections = JoinSet::new();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                connections.spawn(converse(stream, sandbox.clone()));
            }
            Err(error) => {
                tracing::warn!(%error, "sandbox could not accept a connection");
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
        }
        while connections.try_join_next().is_some() {}
    }
}

async fn converse(stream: TcpStream, sandbox: Sandbox) {
    // Small answers must not wait for more to send.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| answer(sandbox.clone(), request));
    if let Err(error) = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await {
        tracing::debug!(%error, "sandbox connection ended");
    }
}

async fn answer(sandbox: Sandbox, request: hyper::Request<Incoming>) -> Result<Response<Body>, io::Error> {
    let (head, body) = request.into_parts();
    let longest = if head.uri.path().starts_with("/_import/") { MOST_BYTES } else { LONGEST };
    let Ok(body) = Limited::new(body, longest).collect().await else {
        return Ok(plain(StatusCode::PAYLOAD_TOO_LARGE, "The request is too long or was cut off."));
    };
    let rpc = Request::rpc_of(head.uri.path());
    let page = head.uri.path() != "/" && !head.headers.contains_key("x-amz-target") && rpc.is_none();
    if page || head.method == hyper::Method::OPTIONS {
        let endpoint = sandbox.description().endpoint.unwrap_or_default();
        let outcome = pages::answer(&sandbox, &pages::read(&head, body.to_bytes(), &endpoint)).await;
        return deliver(&sandbox, outcome).await;
    }
    if head.method != hyper::Method::POST {
        return Ok(plain(StatusCode::NOT_FOUND, "Nothing is here but the AWS protocols, which POST."));
    }
    let header = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let request = Request {
        target: header("x-amz-target"),
        rpc: rpc.map(str::to_owned),
        authorization: header("authorization"),
        date: header("x-amz-date"),
        body: body.to_bytes(),
    };
    let outcome = sandbox.exchange(request).await;
    deliver(&sandbox, outcome).await
}

async fn deliver(sandbox: &Sandbox, outcome: Outcome) -> Result<Response<Body>, io::Error> {
    match outcome {
        Outcome::Answer(answer) => {
            let body = Body::whole(answer.body.clone());
            Ok(respond(answer, body))
        }
        Outcome::Truncated(answer) => {
            let body = Body::truncated(answer.body.clone());
            Ok(respond(answer, body))
        }
        Outcome::Reset => Err(io::ErrorKind::ConnectionReset.into()),
        Outcome::Silence => {
            tokio::time::sleep(sandbox.weather_ref().silence()).await;
            Err(io::ErrorKind::TimedOut.into())
        }
    }
}

fn respond(answer: Answer, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in answer.headers {
        if let Ok(value) = value.parse() {
            response.headers_mut().append(name, value);
        }
    }
    response
}

fn plain(status: StatusCode, text: &'static str) -> Response<Body> {
    let mut response = Response::new(Body::whole(text.into()));
    *response.status_mut() = status;
    response
}
