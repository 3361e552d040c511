//! Requests and answers that are not AWS's protocols: documents, forms and redirects for browsers and OAuth clients.

use bytes::Bytes;

use super::Answer;

/// A request for something under a path.
#[derive(Debug, Clone, Default)]
pub(crate) struct PageRequest {
    pub(crate) method: String,
    /// Without the query.
    pub(crate) path: String,
    /// What follows `?`, as it came.
    pub(crate) query: String,
    /// `http://` and the host that the client used, without a slash at the end.
    pub(crate) base: String,
    /// Whether the client means this machine by its name: a page from elsewhere that was led here does not.
    pub(crate) near: bool,
    pub(crate) authorization: Option<String>,
    pub(crate) cookie: Option<String>,
    pub(crate) content_type: Option<String>,
    /// `x-amz-server-side-encryption`, which uploads carry.
    pub(crate) encryption: Option<String>,
    /// `Access-Control-Request-Headers`: what a page of another origin is about to send.
    pub(crate) asked_headers: Option<String>,
    pub(crate) body: Bytes,
}

impl Answer {
    /// An answer with a body of some type.
    pub(crate) fn page(status: u16, content_type: &str, body: impl Into<Bytes>) -> Self {
        Self { status, headers: vec![("content-type", content_type.to_owned())], body: body.into() }
    }

    /// An answer in JSON.
    pub(crate) fn document(status: u16, document: &serde_json::Value) -> Self {
        Self::page(status, "application/json", document.to_string())
    }

    /// The answer to a browser that asks whether a page of another origin may send a request with one of `methods`. It
    /// may send any header: a wildcard would leave out `Authorization`.
    pub(crate) fn preflight(methods: &str, request: &PageRequest) -> Self {
        let answer = Self::page(204, "text/plain; charset=utf-8", "")
            .with("access-control-allow-origin", "*")
            .with("access-control-allow-methods", methods)
            .with("access-control-max-age", "86400");
        match &request.asked_headers {
            Some(headers) => answer.with("access-control-allow-headers", headers),
            None => answer,
        }
    }

    /// The answer for a path where nothing is.
    pub(crate) fn nowhere() -> Self {
        Self::page(404, "text/plain; charset=utf-8", "Nothing is here.")
    }

    /// The same answer with one more header.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}
