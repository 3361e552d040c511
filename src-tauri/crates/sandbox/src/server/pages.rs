//! Which path leads where: what each pool publishes, and the pages of signing in.

use bytes::Bytes;
use hyper::http::request::Parts;

use super::import;
use crate::control;
use crate::oauth::Endpoint;
use crate::protocol::{Answer, Outcome, PageRequest};
use crate::sandbox::Sandbox;
use crate::tokens::discovery;

/// Reads what pages need to know of a request.
pub(super) fn read(head: &Parts, body: Bytes, endpoint: &str) -> PageRequest {
    let header = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    PageRequest {
        method: head.method.as_str().to_owned(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        base: header("host")
            .filter(|host| is_ours(host))
            .map_or_else(|| endpoint.to_owned(), |h| format!("http://{h}")),
        near: header("host").is_none_or(|host| is_ours(&host)),
        authorization: header("authorization"),
        cookie: header("cookie"),
        content_type: header("content-type"),
        encryption: header("x-amz-server-side-encryption"),
        asked_headers: header("access-control-request-headers"),
        body,
    }
}

/// Whether a `Host` names this machine: a page must not lead anywhere else.
fn is_ours(host: &str) -> bool {
    let name = host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit())).map_or(host, |p| p.0);
    matches!(name, "localhost" | "127.0.0.1" | "[::1]") || name.ends_with(".localhost")
}

/// Answers a request for anything but the root.
pub(crate) async fn answer(sandbox: &Sandbox, request: &PageRequest) -> Outcome {
    let outcome = match route(sandbox, request).await {
        Outcome::Answer(answer) if answer.headers.iter().all(|(name, _)| *name != "date") => {
            Outcome::Answer(sandbox.dated(answer, sandbox.weather_ref().skew_ms()))
        }
        outcome => outcome,
    };
    // Not before: what counts must have changed all that it changes.
    sandbox.count_request();
    outcome
}

async fn route(sandbox: &Sandbox, request: &PageRequest) -> Outcome {
    let path: Vec<&str> = request.path.split('/').skip(1).collect();
    match path.as_slice() {
        ["_sandbox", rest @ ..] if request.near => Outcome::Answer(control::answer(sandbox, request, rest)),
        _ if sandbox.weather_ref().offline() => Outcome::Reset,
        [""] if request.method == "OPTIONS" => Outcome::Answer(Answer::preflight("POST", request)),
        ["_import", pool, job] => Outcome::Answer(import::answer(sandbox, request, pool, job)),
        [pool, ".well-known", document] => Outcome::Answer(well_known(sandbox, request, pool, document)),
        rest => match endpoint(rest) {
            Some((pool, endpoint)) => sandbox.visit(endpoint, pool, request).await,
            None => Outcome::Answer(Answer::nowhere()),
        },
    }
}

/// The endpoint at a path, and the pool if the path begins with one.
fn endpoint<'a>(path: &[&'a str]) -> Option<(Option<&'a str>, Endpoint)> {
    if let Some(endpoint) = Endpoint::at(path) {
        return Some((None, endpoint));
    }
    let (pool, rest) = path.split_first()?;
    Some((Some(*pool), Endpoint::at(rest)?))
}

fn well_known(sandbox: &Sandbox, request: &PageRequest, pool: &str, document: &str) -> Answer {
    if request.method == "OPTIONS" {
        return Answer::preflight("GET, HEAD", request);
    }
    if request.method != "GET" && request.method != "HEAD" {
        return Answer::page(405, "text/plain; charset=utf-8", "This is only for reading.").with("allow", "GET");
    }
    let mut world = sandbox.world();
    let found = match document {
        "jwks.json" => discovery::jwks(&mut world, pool),
        "openid-configuration" => Ok(discovery::configuration(&world, pool, &request.base)),
        _ => Ok(None),
    };
    match found {
        Ok(Some(found)) => Answer::document(200, &found).with("access-control-allow-origin", "*"),
        Ok(None) => Answer::nowhere(),
        Err(error) => Answer::document(error.status, &serde_json::json!({ "message": error.message })),
    }
}
