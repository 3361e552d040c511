//! What only a call about one user can tell. AWS counts such calls, or does not say that it does not.

use aws_sdk_cognitoidentityprovider::operation::admin_get_user::AdminGetUserOutput;
use aws_sdk_cognitoidentityprovider::types::{AuthEventType, DeviceType};
use jiff::Timestamp;
use model::call::Operation;
use model::{PoolId, Username};

use crate::error::{Context, Error};
use crate::{Session, convert, operations};

/// Sign-ins or devices of a page.
const PAGE: i32 = 60;

/// A remembered device of a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserDevice {
    /// Its key.
    pub key: String,
    /// The name that it was given, where it was. Foreign text.
    pub name: Option<String>,
}

/// A user's second factors, by AWS's names (`SMS_MFA`, `SOFTWARE_TOKEN_MFA`, `EMAIL_OTP`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecondFactors {
    /// Those that are turned on.
    pub on: Vec<String>,
    /// The one that is asked for first; `None` where none is.
    pub preferred: Option<String>,
}

impl SecondFactors {
    pub(crate) fn of(answer: AdminGetUserOutput) -> Self {
        let preferred = answer.preferred_mfa_setting.filter(|factor| !factor.is_empty());
        Self { on: answer.user_mfa_setting_list.unwrap_or_default(), preferred }
    }
}

/// A sign-in, sign-up or the like that threat protection has seen. All texts are foreign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInEvent {
    /// Names it.
    pub id: String,
    /// `SignIn`, `SignUp`, `ForgotPassword` …
    pub kind: String,
    /// When; `None` where AWS does not say.
    pub at: Option<Timestamp>,
    /// `Pass`, `Fail` or `InProgress`; `None` where AWS does not say.
    pub response: Option<String>,
    /// `NoRisk`, `AccountTakeover` or `Block`; `None` where AWS does not say.
    pub risk: Option<String>,
    /// Whether the password was found among those that were stolen elsewhere.
    pub compromised: bool,
    /// The address that it came from.
    pub ip: Option<String>,
    /// City and country, as far as they are told.
    pub place: Option<String>,
    /// The device's name.
    pub device: Option<String>,
    /// What was said of it: `Valid` or `Invalid`; `None` when nobody has.
    pub feedback: Option<String>,
}

impl Session {
    /// A user's remembered devices, page by page to the end (`AdminListDevices`; IAM `cognito-idp:AdminListDevices`; quota
    /// `UserResourceRead`; AWS does not say whether it makes the user a monthly active user).
    ///
    /// # Errors
    /// As [`Session::users`]; [`ErrorKind::UserNotFound`](crate::ErrorKind::UserNotFound) for an unknown user.
    pub async fn devices(&self, pool: &PoolId, username: &Username) -> Result<Vec<UserDevice>, Error> {
        let mut devices: Vec<UserDevice> = Vec::new();
        let mut next: Option<String> = None;
        loop {
            let paged = next.is_some();
            let context = Context { paged, ..self.revealing(operations::ADMIN_LIST_DEVICES, pool, username) };
            let answer = self
                .call(&context, || {
                    let request = self.cognito().admin_list_devices().user_pool_id(pool.as_str());
                    request.username(username.as_str()).limit(PAGE).set_pagination_token(next.clone()).send()
                })
                .await?;
            devices.extend(answer.devices.unwrap_or_default().into_iter().filter_map(device));
            // A token that comes again would lead round for ever.
            if answer.pagination_token.is_none() || answer.pagination_token == next {
                return Ok(devices);
            }
            next = answer.pagination_token;
        }
    }

    /// A user's second factors (`AdminGetUser`; IAM `cognito-idp:AdminGetUser`; quota `UserRead`; makes the user a monthly
    /// active user).
    ///
    /// # Errors
    /// As [`Session::devices`].
    pub async fn second_factors(&self, pool: &PoolId, username: &Username) -> Result<SecondFactors, Error> {
        let context = self.revealing(operations::ADMIN_GET_USER, pool, username);
        let answer = self
            .call(&context, || {
                self.cognito().admin_get_user().user_pool_id(pool.as_str()).username(username.as_str()).send()
            })
            .await?;
        Ok(SecondFactors::of(answer))
    }

    /// A page of a user's sign-ins, the latest first, and the token of the next (`AdminListUserAuthEvents`; IAM
    /// `cognito-idp:AdminListUserAuthEvents`; quota `UserResourceRead`; AWS does not say whether it makes the user a monthly
    /// active user). The pool must be of the plan Plus, with threat protection.
    ///
    /// # Errors
    /// As [`Session::devices`]; [`ErrorKind::Refused`](crate::ErrorKind::Refused) without threat protection.
    pub async fn sign_in_events(
        &self,
        pool: &PoolId,
        username: &Username,
        next: Option<String>,
    ) -> Result<(Vec<SignInEvent>, Option<String>), Error> {
        let paged = next.is_some();
        let context = Context { paged, ..self.revealing(operations::ADMIN_LIST_USER_AUTH_EVENTS, pool, username) };
        let answer = self
            .call(&context, || {
                let request = self.cognito().admin_list_user_auth_events().user_pool_id(pool.as_str());
                request.username(username.as_str()).max_results(PAGE).set_next_token(next.clone()).send()
            })
            .await?;
        let events = answer.auth_events.unwrap_or_default().into_iter().filter_map(event).collect();
        Ok((events, answer.next_token))
    }

    fn revealing(&self, operation: Operation, pool: &PoolId, username: &Username) -> Context {
        Context {
            pool: Some(pool.clone()),
            person: Some(username.as_str().to_owned()),
            personal: true,
            ..self.context(operation)
        }
    }
}

fn device(device: DeviceType) -> Option<UserDevice> {
    let attributes = device.device_attributes.unwrap_or_default();
    let name = attributes.into_iter().find(|attribute| attribute.name == "device_name");
    Some(UserDevice { key: device.device_key?, name: name.and_then(|attribute| attribute.value) })
}

fn event(event: AuthEventType) -> Option<SignInEvent> {
    let (risk, from) = (event.event_risk, event.event_context_data);
    let place = |city: Option<String>, country: Option<String>| {
        let known: Vec<String> = [city, country].into_iter().flatten().filter(|name| !name.is_empty()).collect();
        (!known.is_empty()).then(|| known.join(", "))
    };
    Some(SignInEvent {
        id: event.event_id?,
        kind: event.event_type.map(|kind| kind.as_str().to_owned()).unwrap_or_default(),
        at: event.creation_date.as_ref().and_then(convert::timestamp),
        response: event.event_response.map(|response| response.as_str().to_owned()),
        compromised: risk.as_ref().is_some_and(|risk| risk.compromised_credentials_detected == Some(true)),
        risk: risk.and_then(|risk| risk.risk_decision).map(|decision| decision.as_str().to_owned()),
        ip: from.as_ref().and_then(|from| from.ip_address.clone()),
        device: from.as_ref().and_then(|from| from.device_name.clone()),
        place: from.and_then(|from| place(from.city, from.country)),
        feedback: event.event_feedback.map(|feedback| feedback.feedback_value.as_str().to_owned()),
    })
}
