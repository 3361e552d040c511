//! Changing users and groups: each step of a plan is one call, and none is repeated by itself unless AWS is known not to
//! have taken it.

use aws_sdk_cognitoidentityprovider::operation::RequestId;
use aws_sdk_cognitoidentityprovider::types::{
    AttributeType, DeliveryMediumType, EmailMfaSettingsType, FeedbackValueType, MessageActionType,
    ProviderUserIdentifierType, SmsMfaSettingsType, SoftwareTokenMfaSettingsType,
};
use model::PoolId;
use model::call::CallRefused;
use model::group::Group;
use model::plan::{Delivery, Factor, GroupSettings, MfaPreference, NewUser, Step, Target};
use model::user::User;
use secrecy::{ExposeSecret, SecretString};
use tracing::Instrument;

use crate::error::{Context, Error, ErrorKind};
use crate::reveals::SecondFactors;
use crate::{Session, convert, operations};

/// What hears of each attempt at a change.
pub trait Intend: Send + Sync {
    /// Asked when it is a call's turn and before it is sent; what it refuses is not sent.
    ///
    /// # Errors
    /// [`CallRefused`] with the reason why it must not be sent.
    fn sending(&self) -> Result<(), CallRefused>;

    /// Nothing of the attempt was applied (AWS refused it as one too many, say), and it is repeated later.
    fn refused(&self) {}
}

impl<F: Fn() -> Result<(), CallRefused> + Send + Sync> Intend for F {
    fn sending(&self) -> Result<(), CallRefused> {
        self()
    }
}

/// Who hears of a change.
pub type Intent<'a> = &'a dyn Intend;

/// What a call that was applied told.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Applied {
    /// AWS's id of the request; `None` when none was told.
    pub request_id: Option<String>,
    /// The user that was created.
    pub user: Option<User>,
    /// The group as it is now.
    pub group: Option<Group>,
    /// The user's second factors as they are.
    pub factors: Option<SecondFactors>,
}

impl Session {
    /// Makes the call of a step about a user or group. `password` is used by steps that set one. Throttling is waited for;
    /// nothing else is repeated.
    ///
    /// `intent` hears of each attempt, when it is its turn and right before it is sent. Until then, and between attempts,
    /// the future may be dropped: nothing is under way.
    ///
    /// # Errors
    /// [`ErrorKind::OutcomeUnknown`] when it was sent and no answer came; [`ErrorKind::Undelivered`] when its message could
    /// not be sent. [`ErrorKind::UserNotFound`]; [`ErrorKind::NotFound`] for an unknown
    /// group or device, [`ErrorKind::AlreadyExists`], [`ErrorKind::Validation`], [`ErrorKind::Refused`] when the user's state does
    /// not allow it, [`ErrorKind::CredentialsExpired`] without renewing them: who renewed them may be somebody else.
    pub async fn apply(
        &self,
        pool: &PoolId,
        target: &Target,
        step: &Step,
        password: Option<&SecretString>,
        intent: Intent<'_>,
    ) -> Result<Applied, Error> {
        let operation = operations::of_step(step);
        let person = matches!(target, Target::User { .. }).then(|| target.name().to_owned());
        let context = Context { pool: Some(pool.clone()), person, personal: true, ..self.context(operation) };
        let span = tracing::debug_span!("cognito.apply", operation = operation.name, pool.id = %pool);
        let call = Call { session: self, context: &context, pool: pool.as_str(), name: target.name(), intent };
        async {
            match step {
                Step::CreateUser(new) => call.create(new, password).await,
                Step::CreateGroup(settings) => call.create_group(settings).await,
                Step::UpdateGroup(settings) => call.update_group(settings).await,
                Step::RememberFactors => call.factors().await,
                Step::SetMfa(preference) => call.set_mfa(preference).await,
                Step::Link { provider, subject } => call.link(provider, subject).await,
                Step::Unlink { provider, subject } => call.unlink(provider, subject).await,
                step => call.plain(step, password).await,
            }
        }
        .instrument(span)
        .await
        .map_err(|error| {
            // AWS's words may repeat what they refuse.
            let tells = |said: &String| password.is_none_or(|password| !said.contains(password.expose_secret()));
            Error { said: error.said.filter(tells), ..error }
        })
    }
}

/// A call that is being made.
struct Call<'a> {
    session: &'a Session,
    context: &'a Context,
    pool: &'a str,
    name: &'a str,
    intent: Intent<'a>,
}

/// Sends a request and keeps its id.
macro_rules! sent {
    ($call:expr, $request:expr) => {{
        let request = $request;
        let answer = $call.session.write($call.context, $call.intent, || request.clone().send()).await?;
        Ok(Applied { request_id: answer.request_id().map(str::to_owned), ..Applied::default() })
    }};
}

impl Call<'_> {
    /// The steps that need nothing but the user's or group's name.
    async fn plain(&self, step: &Step, password: Option<&SecretString>) -> Result<Applied, Error> {
        let (cognito, pool, name) = (self.session.cognito(), self.pool, self.name);
        match step {
            Step::Resend { by } => {
                let request = cognito.admin_create_user().user_pool_id(pool).username(name);
                // Where no way is named, AWS takes SMS.
                let request = request.desired_delivery_mediums(medium(by));
                sent!(self, request.message_action(MessageActionType::Resend))
            }
            Step::UpdateAttributes { attributes } => {
                let attributes =
                    attributes.iter().map(|(name, value)| attribute(name, value)).collect::<Result<_, _>>()?;
                let request = cognito.admin_update_user_attributes().user_pool_id(pool).username(name);
                sent!(self, request.set_user_attributes(Some(attributes)))
            }
            Step::DeleteAttributes { attributes } => {
                let names = attributes.iter().cloned().collect();
                let request = cognito.admin_delete_user_attributes().user_pool_id(pool).username(name);
                sent!(self, request.set_user_attribute_names(Some(names)))
            }
            Step::DeleteSoftwareToken => {
                sent!(self, cognito.admin_delete_software_token().user_pool_id(pool).username(name))
            }
            Step::Enable => sent!(self, cognito.admin_enable_user().user_pool_id(pool).username(name)),
            Step::Disable => sent!(self, cognito.admin_disable_user().user_pool_id(pool).username(name)),
            Step::Confirm => sent!(self, cognito.admin_confirm_sign_up().user_pool_id(pool).username(name)),
            Step::ResetPassword => sent!(self, cognito.admin_reset_user_password().user_pool_id(pool).username(name)),
            Step::SetPassword { permanent } => {
                let Some(password) = password else { return Err(self.no_password()) };
                let request = cognito.admin_set_user_password().user_pool_id(pool).username(name);
                sent!(self, request.password(password.expose_secret()).permanent(*permanent))
            }
            Step::SignOut => sent!(self, cognito.admin_user_global_sign_out().user_pool_id(pool).username(name)),
            Step::Delete => sent!(self, cognito.admin_delete_user().user_pool_id(pool).username(name)),
            Step::RateSignIn { event, own } => {
                let value = if *own { FeedbackValueType::Valid } else { FeedbackValueType::Invalid };
                let request = cognito.admin_update_auth_event_feedback().user_pool_id(pool).username(name);
                sent!(self, request.event_id(event).feedback_value(value))
            }
            Step::ForgetDevice { device_key } => {
                sent!(self, cognito.admin_forget_device().user_pool_id(pool).username(name).device_key(device_key))
            }
            Step::AddToGroup { group } => {
                let request = cognito.admin_add_user_to_group().user_pool_id(pool).username(name);
                sent!(self, request.group_name(group.as_str()))
            }
            Step::RemoveFromGroup { group } => {
                let request = cognito.admin_remove_user_from_group().user_pool_id(pool).username(name);
                sent!(self, request.group_name(group.as_str()))
            }
            Step::DeleteGroup => sent!(self, cognito.delete_group().user_pool_id(pool).group_name(name)),
            _ => Err(Error::new(ErrorKind::Internal, "This step is made by a call of its own.").of(self.context)),
        }
    }

    async fn create(&self, new: &NewUser, password: Option<&SecretString>) -> Result<Applied, Error> {
        if new.own_password && password.is_none() {
            return Err(self.no_password());
        }
        let attributes = new.attributes.iter().map(|(name, value)| attribute(name, value)).collect::<Result<_, _>>()?;
        let mediums: Vec<DeliveryMediumType> = new.invite.iter().map(medium).collect();
        let quiet = mediums.is_empty().then_some(MessageActionType::Suppress);
        let request = self
            .session
            .cognito()
            .admin_create_user()
            .user_pool_id(self.pool)
            .username(&new.username)
            .set_user_attributes(Some(attributes))
            .set_message_action(quiet)
            .set_desired_delivery_mediums((!mediums.is_empty()).then_some(mediums))
            .set_temporary_password(password.map(|password| password.expose_secret().to_owned()));
        let answer = self.session.write(self.context, self.intent, || request.clone().send()).await?;
        let request_id = answer.request_id().map(str::to_owned);
        let (users, _) = convert::users(answer.user.into_iter().collect());
        Ok(Applied { request_id, user: users.into_iter().next(), ..Applied::default() })
    }

    /// Looks at a user's second factors.
    async fn factors(&self) -> Result<Applied, Error> {
        let request = self.session.cognito().admin_get_user().user_pool_id(self.pool).username(self.name);
        let answer = self.session.write(self.context, self.intent, || request.clone().send()).await?;
        let request_id = answer.request_id().map(str::to_owned);
        Ok(Applied { request_id, factors: Some(SecondFactors::of(answer)), ..Applied::default() })
    }

    async fn set_mfa(&self, preference: &MfaPreference) -> Result<Applied, Error> {
        let mut request =
            self.session.cognito().admin_set_user_mfa_preference().user_pool_id(self.pool).username(self.name);
        for (factor, enabled) in &preference.factors {
            let first = preference.preferred == Some(*factor);
            request = match factor {
                Factor::Sms => request
                    .sms_mfa_settings(SmsMfaSettingsType::builder().enabled(*enabled).preferred_mfa(first).build()),
                Factor::Totp => request.software_token_mfa_settings(
                    SoftwareTokenMfaSettingsType::builder().enabled(*enabled).preferred_mfa(first).build(),
                ),
                Factor::Email => request
                    .email_mfa_settings(EmailMfaSettingsType::builder().enabled(*enabled).preferred_mfa(first).build()),
            };
        }
        sent!(self, request)
    }

    async fn link(&self, provider: &str, subject: &str) -> Result<Applied, Error> {
        let destination =
            ProviderUserIdentifierType::builder().provider_name("Cognito").provider_attribute_value(self.name).build();
        let request = self
            .session
            .cognito()
            .admin_link_provider_for_user()
            .user_pool_id(self.pool)
            .destination_user(destination)
            .source_user(identity(provider, subject));
        sent!(self, request)
    }

    async fn unlink(&self, provider: &str, subject: &str) -> Result<Applied, Error> {
        let cognito = self.session.cognito();
        sent!(self, cognito.admin_disable_provider_for_user().user_pool_id(self.pool).user(identity(provider, subject)))
    }

    async fn create_group(&self, settings: &GroupSettings) -> Result<Applied, Error> {
        let request = self
            .session
            .cognito()
            .create_group()
            .user_pool_id(self.pool)
            .group_name(settings.name.as_str())
            .set_description(settings.description.clone())
            .set_precedence(precedence(settings))
            .set_role_arn(settings.role_arn.clone());
        let answer = self.session.write(self.context, self.intent, || request.clone().send()).await?;
        let request_id = answer.request_id().map(str::to_owned);
        let group = convert::groups(answer.group.into_iter().collect()).pop();
        Ok(Applied { request_id, group, ..Applied::default() })
    }

    async fn update_group(&self, settings: &GroupSettings) -> Result<Applied, Error> {
        let request = self
            .session
            .cognito()
            .update_group()
            .user_pool_id(self.pool)
            .group_name(settings.name.as_str())
            .set_description(settings.description.clone())
            .set_precedence(precedence(settings))
            .set_role_arn(settings.role_arn.clone());
        let answer = self.session.write(self.context, self.intent, || request.clone().send()).await?;
        let request_id = answer.request_id().map(str::to_owned);
        let group = convert::groups(answer.group.into_iter().collect()).pop();
        Ok(Applied { request_id, group, ..Applied::default() })
    }

    fn no_password(&self) -> Error {
        let message = "The password was held in memory only and is gone. Make the plan again.";
        Error::new(ErrorKind::Refused, message).of(self.context)
    }
}

fn medium(delivery: &Delivery) -> DeliveryMediumType {
    match delivery {
        Delivery::Email => DeliveryMediumType::Email,
        Delivery::Sms => DeliveryMediumType::Sms,
    }
}

fn precedence(settings: &GroupSettings) -> Option<i32> {
    settings.precedence.map(|precedence| i32::try_from(precedence).unwrap_or(i32::MAX))
}

/// An identity of a provider, by what the provider calls the person.
fn identity(provider: &str, subject: &str) -> ProviderUserIdentifierType {
    ProviderUserIdentifierType::builder()
        .provider_name(provider)
        .provider_attribute_name("Cognito_Subject")
        .provider_attribute_value(subject)
        .build()
}

fn attribute(name: &str, value: &str) -> Result<AttributeType, Error> {
    AttributeType::builder()
        .name(name)
        .value(value)
        .build()
        .map_err(|_| Error::new(ErrorKind::Validation, "An attribute has no name."))
}
