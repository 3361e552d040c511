//! The wire: requests in, answers out, in the shapes AWS uses. Knows no pool and no user.

mod cbor;
pub(crate) mod check;
mod error;
pub(crate) mod json;
mod page;
pub(crate) mod query;
pub(crate) mod shapes;
mod subject;

use bytes::Bytes;

pub(crate) use error::ApiError;
pub(crate) use page::PageRequest;
pub(crate) use subject::{Subject, bearer};

/// A request, freed from the transport that carried it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Request {
    /// `X-Amz-Target`, as JSON services use it.
    pub(crate) target: Option<String>,
    /// The operation that the path names, as services with Smithy's RPC over CBOR have it.
    pub(crate) rpc: Option<String>,
    /// `Authorization`.
    pub(crate) authorization: Option<String>,
    /// `X-Amz-Date`: when it was signed.
    pub(crate) date: Option<String>,
    pub(crate) body: Bytes,
}

/// Which AWS service an operation belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Api {
    UserPools,
    IdentityPools,
    Sts,
    CloudWatch,
}

impl Api {
    /// The prefix of its IAM actions.
    pub(crate) fn iam(self) -> &'static str {
        match self {
            Self::UserPools => "cognito-idp",
            Self::IdentityPools => "cognito-identity",
            Self::Sts => "sts",
            Self::CloudWatch => "cloudwatch",
        }
    }
}

impl Request {
    /// The service and operation asked for.
    pub(crate) fn operation(&self) -> Option<(Api, String)> {
        if let Some(operation) = &self.rpc {
            return Some((Api::CloudWatch, operation.clone()));
        }
        match &self.target {
            Some(target) => {
                let (service, operation) = target.split_once('.')?;
                let service = match service {
                    "AWSCognitoIdentityProviderService" => Api::UserPools,
                    "AWSCognitoIdentityService" => Api::IdentityPools,
                    _ => return None,
                };
                Some((service, operation.to_owned()))
            }
            None => query::action(&self.body).map(|action| (Api::Sts, action)),
        }
    }

    /// The Region a signature names; `None` without a signature.
    pub(crate) fn signed_region(&self) -> Option<&str> {
        self.scope()?.nth(2)
    }

    /// The access key id of a signature.
    pub(crate) fn access_key_id(&self) -> Option<&str> {
        self.scope()?.next()
    }

    fn scope(&self) -> Option<impl Iterator<Item = &str>> {
        let signature = self.authorization.as_deref()?.strip_prefix("AWS4-HMAC-SHA256")?;
        let scope = signature.split_once("Credential=")?.1.split([',', ' ']).next()?;
        Some(scope.split('/'))
    }
}

/// An answer, before a transport carries it.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Bytes,
}

/// How an exchange ends.
#[derive(Debug, Clone)]
pub(crate) enum Outcome {
    Answer(Answer),
    /// The headers promise the whole body, half of it arrives.
    Truncated(Answer),
    /// The connection breaks without an answer.
    Reset,
    /// No answer ever comes.
    Silence,
}

impl Answer {
    /// A successful answer of `service`.
    pub(crate) fn ok(service: Api, body: Vec<u8>) -> Self {
        Self { status: 200, headers: headers(service), body: body.into() }
    }

    /// The error as `service` words it.
    pub(crate) fn error(service: Api, error: &ApiError, request_id: &str) -> Self {
        let mut headers = headers(service);
        let body = match service {
            Api::Sts => query::error(error, request_id),
            Api::CloudWatch => cbor::error(error),
            Api::UserPools | Api::IdentityPools => {
                headers.push(("x-amzn-errortype", format!("{}:", error.code)));
                json::error(error)
            }
        };
        Self { status: error.status, headers, body: body.into() }
    }
}

/// What every answer of a service carries. Pages of any origin call user pools and identity pools, and read their errors.
fn headers(service: Api) -> Vec<(&'static str, String)> {
    match service {
        Api::Sts => vec![("content-type", "text/xml".to_owned())],
        Api::CloudWatch => {
            vec![("content-type", "application/cbor".to_owned()), ("smithy-protocol", "rpc-v2-cbor".to_owned())]
        }
        Api::UserPools | Api::IdentityPools => vec![
            ("content-type", "application/x-amz-json-1.1".to_owned()),
            ("access-control-allow-origin", "*".to_owned()),
            ("access-control-expose-headers", "x-amzn-requestid, x-amzn-errortype, date".to_owned()),
        ],
    }
}
