//! Writing settings whole: the request's body is what AWS described, in AWS's own words, with the change in it. So nothing
//! is lost on the way through types that somebody wrote.

use aws_sdk_cognitoidentity::operation::create_identity_pool::CreateIdentityPoolOutput;
use aws_sdk_cognitoidentityprovider::operation::RequestId;
use aws_sdk_cognitoidentityprovider::operation::create_user_pool::CreateUserPoolOutput;
use aws_sdk_cognitoidentityprovider::operation::create_user_pool_client::CreateUserPoolClientOutput;
use aws_sdk_cognitoidentityprovider::types::{IdentityProviderTypeType, SchemaAttributeType};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextMut;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::ConfigBag;
use model::PoolId;
use model::call::Operation;
use model::edit::{Kind, MASK, Step, Whole};
use model::health::Snapshot;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};
use tracing::Instrument;
use zeroize::Zeroizing;

use super::mask::Secrets;
use crate::error::{Context, Error, ErrorKind};
use crate::writes::Intent;
use crate::{Session, operations};

/// The operation that takes a step of a kind.
#[must_use]
pub fn writes(kind: Kind, step: Step) -> Operation {
    match (kind, step) {
        (Kind::Pool, Step::Create) => operations::CREATE_USER_POOL,
        (Kind::Pool, Step::Update) => operations::UPDATE_USER_POOL,
        (Kind::Pool, Step::Delete) => operations::DELETE_USER_POOL,
        (Kind::Mfa, _) => operations::SET_USER_POOL_MFA_CONFIG,
        (Kind::Client, Step::Create) => operations::CREATE_USER_POOL_CLIENT,
        (Kind::Client, Step::Update) => operations::UPDATE_USER_POOL_CLIENT,
        (Kind::Client, Step::Delete) => operations::DELETE_USER_POOL_CLIENT,
        (Kind::Risk | Kind::ClientRisk, _) => operations::SET_RISK_CONFIGURATION,
        (Kind::IdentityPool, Step::Create) => operations::CREATE_IDENTITY_POOL,
        (Kind::IdentityPool, Step::Update) => operations::UPDATE_IDENTITY_POOL,
        (Kind::IdentityPool, Step::Delete) => operations::DELETE_IDENTITY_POOL,
        (Kind::Roles, _) => operations::SET_IDENTITY_POOL_ROLES,
        (Kind::ResourceServer, Step::Create) => operations::CREATE_RESOURCE_SERVER,
        (Kind::ResourceServer, Step::Update) => operations::UPDATE_RESOURCE_SERVER,
        (Kind::ResourceServer, Step::Delete) => operations::DELETE_RESOURCE_SERVER,
        (Kind::Provider, Step::Create) => operations::CREATE_IDENTITY_PROVIDER,
        (Kind::Provider, Step::Update) => operations::UPDATE_IDENTITY_PROVIDER,
        (Kind::Provider, Step::Delete) => operations::DELETE_IDENTITY_PROVIDER,
        (Kind::Domain, Step::Create) => operations::CREATE_USER_POOL_DOMAIN,
        (Kind::Domain, Step::Update) => operations::UPDATE_USER_POOL_DOMAIN,
        (Kind::Domain, Step::Delete) => operations::DELETE_USER_POOL_DOMAIN,
        (Kind::Attribute, _) => operations::ADD_CUSTOM_ATTRIBUTES,
        (Kind::ClientSecret, Step::Delete) => operations::DELETE_USER_POOL_CLIENT_SECRET,
        (Kind::ClientSecret, _) => operations::ADD_USER_POOL_CLIENT_SECRET,
        (Kind::Logs, _) => operations::SET_LOG_DELIVERY_CONFIGURATION,
        (Kind::PrincipalTags, _) => operations::SET_PRINCIPAL_TAG_ATTRIBUTE_MAP,
        (Kind::Style, Step::Create) => operations::CREATE_MANAGED_LOGIN_BRANDING,
        (Kind::Style, Step::Update) => operations::UPDATE_MANAGED_LOGIN_BRANDING,
        (Kind::Style, Step::Delete) => operations::DELETE_MANAGED_LOGIN_BRANDING,
        (Kind::ClassicStyle, _) => operations::SET_UI_CUSTOMIZATION,
    }
}

/// What is written.
#[derive(Debug, Clone, Default)]
pub struct Written {
    /// What [`Kind::write`] made; the ids and secrets are put in when it is sent.
    pub request: Map<String, Value>,
    /// Secrets that stand in the place of a mask. Of those that are not here, AWS is asked.
    pub secrets: Secrets,
}

/// What came of writing it.
#[derive(Debug, Clone, Default)]
pub struct Sent {
    /// AWS's id of the request.
    pub request_id: Option<String>,
    /// The id that AWS gave to what was made; `None` where it gives none.
    pub made: Option<String>,
    /// The secret that AWS made and tells this once; `None` where it made none.
    pub secret: Option<SecretString>,
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
            Kind::Risk | Kind::ClientRisk => {
                let client = Some(whole.subject.as_str()).filter(|client| !client.is_empty());
                let pool = snapshot.pool.clone();
                let answer = self.risk(&pool, client).await?;
                snapshot.put("DescribeRiskConfiguration", &whole.subject, answer);
                Ok(())
            }
            Kind::IdentityPool => self.read_one_identity_pool(snapshot, &whole.subject).await,
            Kind::Roles => self.read_roles(snapshot, &whole.subject).await,
            Kind::ResourceServer => self.read_resource_server(snapshot, &whole.subject).await,
            Kind::Provider => self.read_provider(snapshot, &whole.subject).await,
            Kind::Domain => self.read_domain(snapshot, &whole.subject).await,
            Kind::Attribute => self.read_attribute(snapshot, &whole.subject).await,
            Kind::ClientSecret => self.read_client_secret(snapshot, &whole.subject).await,
            Kind::Logs => self.read_logs(snapshot).await,
            Kind::PrincipalTags => self.read_principal_tags(snapshot, &whole.subject).await,
            Kind::Style => self.read_style(snapshot, &whole.subject).await,
            Kind::ClassicStyle => self.read_classic_style(snapshot, &whole.subject).await,
        }
    }

    /// Writes it whole, makes it or deletes it.
    ///
    /// `intent` is called right before it is sent. Throttling is waited for; nothing else is repeated.
    ///
    /// # Errors
    /// [`ErrorKind::OutcomeUnknown`] when it was sent and no answer came; [`ErrorKind::Validation`] and
    /// [`ErrorKind::Refused`] with AWS's own sentence; [`ErrorKind::Validation`] when a secret is needed that nobody typed and
    /// AWS does not tell.
    pub async fn write_whole(
        &self,
        pool: &PoolId,
        whole: &Whole,
        step: Step,
        written: Written,
        intent: Intent<'_>,
    ) -> Result<Sent, Error> {
        let operation = writes(whole.kind, step);
        let context = Context { pool: Some(pool.clone()), ..self.context(operation) };
        let Written { mut request, secrets } = written;
        let secrets = match whole.kind {
            Kind::Provider => self.put_secrets(&mut request, pool, whole, secrets).await?,
            _ => Vec::new(),
        };
        whole.kind.address(step, &mut request, pool.as_str(), &whole.subject);
        let body = serde_json::to_vec(&request).map_err(|error| {
            Error::new(ErrorKind::Internal, format!("The settings cannot be written as JSON: {error}.")).of(&context)
        })?;
        let body = Instead(Zeroizing::new(body));
        let (cognito, identities, subject) = (self.cognito(), self.identities(), whole.subject.as_str());
        let pool = pool.as_str();
        // The members that the SDK insists on are named; the interceptor puts the whole body in their place.
        macro_rules! sent {
            ($request:expr) => {{
                let request = $request;
                let send = || request.clone().customize().interceptor(body.clone()).send();
                let answer = self.write(&context, intent, send).await?;
                Sent { request_id: answer.request_id().map(str::to_owned), ..Sent::default() }
            }};
            ($request:expr, $made:expr) => {{
                let request = $request;
                let send = || request.clone().customize().interceptor(body.clone()).send();
                let answer = self.write(&context, intent, send).await?;
                Sent { request_id: answer.request_id().map(str::to_owned), made: $made(&answer), secret: None }
            }};
        }
        let span = tracing::debug_span!("cognito.write_whole", operation = operation.name);
        let sent = async {
            Ok(match (whole.kind, step) {
                (Kind::Pool, Step::Create) => {
                    let id = |answer: &CreateUserPoolOutput| answer.user_pool()?.id().map(str::to_owned);
                    sent!(cognito.create_user_pool().pool_name("-"), id)
                }
                (Kind::Pool, Step::Update) => sent!(cognito.update_user_pool().user_pool_id(pool)),
                (Kind::Pool, Step::Delete) => sent!(cognito.delete_user_pool().user_pool_id(pool)),
                (Kind::Mfa, _) => sent!(cognito.set_user_pool_mfa_config().user_pool_id(pool)),
                (Kind::Client, Step::Create) => {
                    let id =
                        |answer: &CreateUserPoolClientOutput| answer.user_pool_client()?.client_id().map(str::to_owned);
                    sent!(cognito.create_user_pool_client().user_pool_id(pool).client_name("-"), id)
                }
                (Kind::Client, Step::Update) => {
                    sent!(cognito.update_user_pool_client().user_pool_id(pool).client_id(subject))
                }
                (Kind::Client, Step::Delete) => {
                    sent!(cognito.delete_user_pool_client().user_pool_id(pool).client_id(subject))
                }
                (Kind::Risk | Kind::ClientRisk, _) => sent!(cognito.set_risk_configuration().user_pool_id(pool)),
                (Kind::IdentityPool, Step::Create) => {
                    let request = identities.create_identity_pool().identity_pool_name("-");
                    let id = |answer: &CreateIdentityPoolOutput| Some(answer.identity_pool_id().to_owned());
                    sent!(request.allow_unauthenticated_identities(false), id)
                }
                (Kind::IdentityPool, Step::Delete) => {
                    sent!(identities.delete_identity_pool().identity_pool_id(subject))
                }
                (Kind::IdentityPool, Step::Update) => {
                    let request = identities.update_identity_pool().identity_pool_id(subject).identity_pool_name("-");
                    sent!(request.allow_unauthenticated_identities(false))
                }
                (Kind::Roles, _) => {
                    let none = Some(std::collections::HashMap::new());
                    sent!(identities.set_identity_pool_roles().identity_pool_id(subject).set_roles(none))
                }
                (Kind::ResourceServer, Step::Create) => {
                    sent!(cognito.create_resource_server().user_pool_id(pool).identifier(subject).name("-"))
                }
                (Kind::ResourceServer, Step::Update) => {
                    sent!(cognito.update_resource_server().user_pool_id(pool).identifier(subject).name("-"))
                }
                (Kind::ResourceServer, Step::Delete) => {
                    sent!(cognito.delete_resource_server().user_pool_id(pool).identifier(subject))
                }
                (Kind::Provider, Step::Create) => {
                    let request = cognito.create_identity_provider().user_pool_id(pool).provider_name(subject);
                    sent!(request.provider_type(IdentityProviderTypeType::Oidc).provider_details("-", "-"))
                }
                (Kind::Provider, Step::Update) => {
                    sent!(cognito.update_identity_provider().user_pool_id(pool).provider_name(subject))
                }
                (Kind::Provider, Step::Delete) => {
                    sent!(cognito.delete_identity_provider().user_pool_id(pool).provider_name(subject))
                }
                (Kind::Domain, Step::Create) => {
                    sent!(cognito.create_user_pool_domain().user_pool_id(pool).domain(subject))
                }
                (Kind::Domain, Step::Update) => {
                    sent!(cognito.update_user_pool_domain().user_pool_id(pool).domain(subject))
                }
                (Kind::Domain, Step::Delete) => {
                    sent!(cognito.delete_user_pool_domain().user_pool_id(pool).domain(subject))
                }
                (Kind::Attribute, _) => {
                    let none = SchemaAttributeType::builder().build();
                    sent!(cognito.add_custom_attributes().user_pool_id(pool).custom_attributes(none))
                }
                (Kind::ClientSecret, Step::Delete) => {
                    let request = cognito.delete_user_pool_client_secret().user_pool_id(pool);
                    sent!(request.client_id("-").client_secret_id(subject))
                }
                (Kind::ClientSecret, _) => {
                    let request = cognito.add_user_pool_client_secret().user_pool_id(pool).client_id("-");
                    let send = || request.clone().customize().interceptor(body.clone()).send();
                    let answer = self.write(&context, intent, send).await?;
                    let request_id = answer.request_id().map(str::to_owned);
                    let made = answer.client_secret_descriptor;
                    let secret = made.as_ref().and_then(|made| made.client_secret_value().map(SecretString::from));
                    Sent { request_id, made: made.and_then(|made| made.client_secret_id), secret }
                }
                (Kind::Logs, _) => {
                    let none = Some(Vec::new());
                    sent!(cognito.set_log_delivery_configuration().user_pool_id(pool).set_log_configurations(none))
                }
                (Kind::PrincipalTags, _) => {
                    let request = identities.set_principal_tag_attribute_map();
                    sent!(request.identity_pool_id("-").identity_provider_name("-"))
                }
                (Kind::Style, Step::Create) => {
                    sent!(cognito.create_managed_login_branding().user_pool_id(pool).client_id(subject))
                }
                (Kind::Style, Step::Update) => {
                    sent!(cognito.update_managed_login_branding().user_pool_id(pool).managed_login_branding_id("-"))
                }
                (Kind::Style, Step::Delete) => {
                    sent!(cognito.delete_managed_login_branding().user_pool_id(pool).managed_login_branding_id("-"))
                }
                (Kind::ClassicStyle, _) => sent!(cognito.set_ui_customization().user_pool_id(pool)),
            })
        };
        sent.instrument(span).await.map_err(|error: Error| {
            // What is said of a request may repeat it, and what is said is written down.
            // A long value may be cut where it is repeated.
            let begins = |secret: &SecretString| {
                let secret = secret.expose_secret();
                Zeroizing::new(secret.char_indices().nth(8).map_or(secret, |(at, _)| &secret[..at]).to_owned())
            };
            let repeats = |said: &str| secrets.iter().any(|secret| said.contains(begins(secret).as_str()));
            let message = if repeats(&error.message) {
                format!("AWS refuses {}, and its own words repeat a secret, so they are not shown.", operation.name)
            } else {
                error.message
            };
            Error { message, said: error.said.filter(|said| !repeats(said)), ..error }
        })
    }

    /// Puts the secrets of a provider in the places of the masks: those that somebody typed, and those that AWS has
    /// (`DescribeIdentityProvider`; free). Tells which it put there; they are held no longer than the request.
    async fn put_secrets(
        &self,
        request: &mut Map<String, Value>,
        pool: &PoolId,
        whole: &Whole,
        secrets: Secrets,
    ) -> Result<Vec<SecretString>, Error> {
        let mut put = Vec::new();
        let Some(details) = request.get_mut("ProviderDetails").and_then(Value::as_object_mut) else { return Ok(put) };
        let masked = |details: &Map<String, Value>| details.values().any(|value| value == MASK);
        for (name, secret) in secrets {
            details.insert(name, secret.expose_secret().into());
            put.push(secret);
        }
        if !masked(details) {
            return Ok(put);
        }
        let context = self.of_pool(operations::DESCRIBE_IDENTITY_PROVIDER, pool);
        let ask = || {
            self.cognito().describe_identity_provider().user_pool_id(pool.as_str()).provider_name(&whole.subject).send()
        };
        let told = self.call(&context, ask).await?;
        let told = told.identity_provider.and_then(|provider| provider.provider_details).unwrap_or_default();
        for (name, value) in details.iter_mut().filter(|(_, value)| *value == MASK) {
            let secret = told.get(name).ok_or_else(|| {
                let message =
                    format!("AWS does not tell {name} again, and it is needed to write the rest. Type it anew.");
                Error::new(ErrorKind::Validation, message).of(&context)
            })?;
            *value = secret.as_str().into();
            put.push(secret.as_str().into());
        }
        put.retain(|secret| !secret.expose_secret().is_empty());
        Ok(put)
    }
}

/// Puts another body in the place of the one that the SDK wrote, before it is signed.
#[derive(Clone)]
struct Instead(Zeroizing<Vec<u8>>);

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
        *request.body_mut() = SdkBody::from(self.0.to_vec());
        Ok(())
    }
}
