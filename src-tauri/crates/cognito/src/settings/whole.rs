//! Writing settings whole: the request's body is what AWS described, in AWS's own words, with the change in it. So nothing
//! is lost on the way through types that somebody wrote.

use aws_sdk_cognitoidentityprovider::operation::RequestId;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextMut;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::ConfigBag;
use model::PoolId;
use model::call::Operation;
use model::edit::{Kind, Whole};
use model::health::Snapshot;
use serde_json::{Map, Value};
use tracing::Instrument;

use crate::error::{Context, Error, ErrorKind};
use crate::writes::Intent;
use crate::{Session, operations};

/// The operation that writes a kind.
#[must_use]
pub fn writes(kind: Kind) -> Operation {
    match kind {
        Kind::Pool => operations::UPDATE_USER_POOL,
        Kind::Mfa => operations::SET_USER_POOL_MFA_CONFIG,
        Kind::Client => operations::UPDATE_USER_POOL_CLIENT,
        Kind::Risk => operations::SET_RISK_CONFIGURATION,
        Kind::IdentityPool => operations::UPDATE_IDENTITY_POOL,
        Kind::Roles => operations::SET_IDENTITY_POOL_ROLES,
    }
}

impl Session {
    /// Describes what is written whole: the operation that [`Kind::describes`] names (IAM action of that name; free). What
    /// came of it is in the snapshot under that operation and the subject.
    ///
    /// # Errors
    /// What stands in the way of every call; for a pool, also that there is none.
    pub async fn read_whole(&self, snapshot: &mut Snapshot, whole: &Whole) -> Result<(), Error> {
        match whole.kind {
            Kind::Pool => self.read_pool_alone(snapshot).await,
            Kind::Mfa => self.read_mfa(snapshot).await,
            Kind::Client => self.read_one_client(snapshot, &whole.subject).await,
            Kind::Risk => {
                let client = Some(whole.subject.as_str()).filter(|client| !client.is_empty());
                let pool = snapshot.pool.clone();
                let answer = self.risk(&pool, client).await?;
                snapshot.put("DescribeRiskConfiguration", &whole.subject, answer);
                Ok(())
            }
            Kind::IdentityPool => self.read_one_identity_pool(snapshot, &whole.subject).await,
            Kind::Roles => self.read_roles(snapshot, &whole.subject).await,
        }
    }

    /// Writes it whole. `request` is what [`Kind::request`] made; the ids are put in here. AWS's id of the request comes back.
    ///
    /// `intent` is called right before it is sent. Throttling is waited for; nothing else is repeated.
    ///
    /// # Errors
    /// [`ErrorKind::OutcomeUnknown`] when it was sent and no answer came; [`ErrorKind::Validation`] and
    /// [`ErrorKind::Refused`] with AWS's own sentence.
    pub async fn write_whole(
        &self,
        pool: &PoolId,
        whole: &Whole,
        mut request: Map<String, Value>,
        intent: Intent<'_>,
    ) -> Result<Option<String>, Error> {
        let operation = writes(whole.kind);
        let context = Context { pool: Some(pool.clone()), ..self.context(operation) };
        let mut name = |member: &str, id: &str| request.insert(member.to_owned(), id.into());
        match whole.kind {
            Kind::IdentityPool | Kind::Roles => {
                name("IdentityPoolId", &whole.subject);
            }
            Kind::Pool | Kind::Mfa | Kind::Client | Kind::Risk => {
                name("UserPoolId", pool.as_str());
                if !whole.subject.is_empty() {
                    name("ClientId", &whole.subject);
                }
            }
        }
        let body = serde_json::to_vec(&request).map_err(|error| {
            Error::new(ErrorKind::Internal, format!("The settings cannot be written as JSON: {error}.")).of(&context)
        })?;
        let body = Instead(body);
        let (cognito, identities, subject) = (self.cognito(), self.identities(), whole.subject.as_str());
        let pool = pool.as_str();
        // The members that the SDK insists on are named; the interceptor puts the whole body in their place.
        macro_rules! sent {
            ($request:expr) => {{
                let request = $request;
                let send = || request.clone().customize().interceptor(body.clone()).send();
                let answer = self.write(&context, intent, send).await?;
                answer.request_id().map(str::to_owned)
            }};
        }
        let span = tracing::debug_span!("cognito.write_whole", operation = operation.name);
        let sent = async {
            Ok(match whole.kind {
                Kind::Pool => sent!(cognito.update_user_pool().user_pool_id(pool)),
                Kind::Mfa => sent!(cognito.set_user_pool_mfa_config().user_pool_id(pool)),
                Kind::Client => sent!(cognito.update_user_pool_client().user_pool_id(pool).client_id(subject)),
                Kind::Risk => sent!(cognito.set_risk_configuration().user_pool_id(pool)),
                Kind::IdentityPool => {
                    let request = identities.update_identity_pool().identity_pool_id(subject).identity_pool_name("-");
                    sent!(request.allow_unauthenticated_identities(false))
                }
                Kind::Roles => {
                    let none = Some(std::collections::HashMap::new());
                    sent!(identities.set_identity_pool_roles().identity_pool_id(subject).set_roles(none))
                }
            })
        };
        sent.instrument(span).await
    }
}

/// Puts another body in the place of the one that the SDK wrote, before it is signed.
#[derive(Clone)]
struct Instead(Vec<u8>);

impl std::fmt::Debug for Instead {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Instead")
    }
}

#[dyn_dispatch_hint]
impl Intercept for Instead {
    fn name(&self) -> &'static str {
        "Instead"
    }

    fn modify_before_signing(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request_mut();
        request.headers_mut().insert("content-length", self.0.len().to_string());
        *request.body_mut() = SdkBody::from(self.0.clone());
        Ok(())
    }
}
