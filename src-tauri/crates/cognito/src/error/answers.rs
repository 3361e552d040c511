//! From the SDK's errors of a call to ours.

use std::error::Error as StdError;

use aws_sdk_cognitoidentityprovider::error::SdkError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::request_id::RequestId;

use super::{Context, Error, ErrorKind};
use crate::gate::{Again, Failure};
use crate::operations::WHOLES;
use crate::sign_in::Refusal;

/// What to do when AWS refuses the time of a signature.
pub(super) const WRONG_CLOCK: &str = "This computer's clock is wrong: AWS refused the time of the signature, which may be five \
                                      minutes off at most. Set the clock, or let it be set by the network, and try again. The \
                                      credentials are not the reason.";

/// How many characters are kept of AWS's own words.
const LONGEST: usize = 500;

/// Explains a failed attempt and says whether it may pass.
pub(crate) fn failure<E>(error: &SdkError<E, HttpResponse>, context: &Context) -> Failure
where
    E: StdError + ProvideErrorMetadata + Send + Sync + 'static,
{
    if let Some(ours) = find(error) {
        return Failure { error: ours.clone().of(context), again: Again::Never };
    }
    let (kind, message, again) = match error {
        SdkError::TimeoutError(_) => unreachable(context, "did not answer in time", Again::ServerFault),
        SdkError::DispatchFailure(lost) if lost.is_timeout() => {
            unreachable(context, "did not answer in time", Again::Unreachable)
        }
        SdkError::DispatchFailure(_) => no_connection(context, &chain(error)),
        // Half an answer, or no JSON: a broken connection may be mended, a sign-in page will not be.
        SdkError::ResponseError(_) => {
            let (kind, message, _) = not_aws(context);
            (kind, message, Again::Unreachable)
        }
        SdkError::ServiceError(answer) => {
            let status = answer.raw().status().as_u16();
            let waits = answer.raw().headers().get("retry-after").and_then(|after| after.parse().ok());
            let said = Said { code: answer.err().code(), message: answer.err().message(), status, waits };
            said.explain(context)
        }
        _ => (ErrorKind::Internal, format!("{} could not be sent.", context.operation.name), Again::Never),
    };
    let mut explained = Error::new(kind, message).of(context);
    explained.request_id = error.request_id().map(str::to_owned);
    explained.unsent = matches!(error, SdkError::ConstructionFailure(_));
    if context.personal && matches!(explained.kind, ErrorKind::Validation | ErrorKind::Refused | ErrorKind::Internal) {
        let said = error.as_service_error().and_then(ProvideErrorMetadata::message);
        explained.said = said.map(|said| said.chars().take(LONGEST).collect());
    }
    Failure { error: explained, again }
}

/// Cognito's refusal of a call that must not be repeated by itself, with the failure that it is to the sink; anything
/// else is only a failure, of which throttling alone passes.
///
/// # Errors
/// The failure, when Cognito did not decide: network, credentials, throttling, faults of the server.
pub(crate) fn refusal<E>(error: &SdkError<E, HttpResponse>, context: &Context) -> Result<(Refusal, Failure), Failure>
where
    E: StdError + ProvideErrorMetadata + Send + Sync + 'static,
{
    let Failure { error: explained, again } = failure(error, context);
    // Of a sign-in, this one says that the user has tried too often.
    let tried_too_often = error.as_service_error().is_some_and(|said| said.code() == Some("LimitExceededException"));
    if again == Again::Throttled && !tried_too_often {
        return Err(Failure { error: explained, again });
    }
    let theirs = matches!(
        explained.kind,
        ErrorKind::CredentialsExpired { .. }
            | ErrorKind::CredentialsMissing
            | ErrorKind::Unreachable
            | ErrorKind::Config
    );
    let decided = match error {
        SdkError::ServiceError(answer) if !theirs => {
            answer.err().code().filter(|code| *code != "AccessDeniedException").map(|code| Refusal {
                code: code.to_owned(),
                message: answer.err().message().unwrap_or_default().to_owned(),
                request_id: explained.request_id.clone(),
            })
        }
        _ => None,
    };
    let failure = Failure { error: explained, again: Again::Never };
    match decided {
        Some(refusal) => Ok((refusal, failure)),
        None => Err(failure),
    }
}

/// Explains a failed change. Only what AWS surely did not take may be repeated: throttling, and connections that were never
/// made. Whatever may have been applied is [`ErrorKind::OutcomeUnknown`].
pub(crate) fn write_failure<E>(error: &SdkError<E, HttpResponse>, context: &Context) -> Failure
where
    E: StdError + ProvideErrorMetadata + Send + Sync + 'static,
{
    let Failure { error: explained, again } = failure(error, context);
    let name = context.operation.name;
    let code = error.as_service_error().and_then(ProvideErrorMetadata::code);
    let decided =
        |kind, message: String| Failure { error: Error { kind, message, ..explained.clone() }, again: Again::Never };
    let unknown = || {
        let message = format!("{name} was sent and no answer came, so it is not known whether it was applied.");
        decided(ErrorKind::OutcomeUnknown, message)
    };
    match (error, code) {
        (_, Some(code)) if leaves_undelivered(context, code, error) => {
            let said = error.as_service_error().and_then(ProvideErrorMetadata::message);
            let advice = how_to_deliver(code, said.unwrap_or_default());
            let message = format!("{name} could not deliver its message ({code}). {advice}");
            let said = said.map(|said| said.chars().take(LONGEST).collect());
            Failure { error: Error { kind: ErrorKind::Undelivered, message, said, ..explained }, again: Again::Never }
        }
        (_, Some("UsernameExistsException")) => {
            decided(ErrorKind::AlreadyExists, "There is a user of this name already.".into())
        }
        (_, Some("GroupExistsException")) => {
            decided(ErrorKind::AlreadyExists, "There is a group of this name already.".into())
        }
        (_, Some("AliasExistsException")) => {
            decided(ErrorKind::AlreadyExists, "Somebody else in the pool has this address or number.".into())
        }
        (_, Some("InvalidPasswordException")) => {
            decided(ErrorKind::Validation, "The password does not satisfy the pool's policy.".into())
        }
        (_, Some("PreconditionNotMetException")) => {
            let said = error.as_service_error().and_then(ProvideErrorMetadata::message);
            let said = said.map(|said| format!(" It says: {said}")).unwrap_or_default();
            decided(ErrorKind::Refused, format!("Cognito does not allow {name} as things are now.{said}"))
        }
        (_, Some("LimitExceededException"))
            if context.person.is_none() || WHOLES.iter().any(|operation| operation.name == name) =>
        {
            let said = error.as_service_error().and_then(ProvideErrorMetadata::message);
            let said = said.map(|said| format!(" It says: {said}")).unwrap_or_default();
            decided(
                ErrorKind::Refused,
                format!("AWS allows no more: {name} is over a limit of this pool or account.{said}"),
            )
        }
        (_, Some(code @ ("NotAuthorizedException" | "UnsupportedUserStateException" | "LimitExceededException"))) => {
            let message = format!("Cognito does not allow {name} for the user as they are ({code}).");
            let said = error.as_service_error().and_then(ProvideErrorMetadata::message);
            let said = said.map(|said| said.chars().take(LONGEST).collect());
            Failure { error: Error { kind: ErrorKind::Refused, message, said, ..explained }, again: Again::Never }
        }
        (SdkError::ServiceError(_), _) if again == Again::ServerFault => unknown(),
        (SdkError::ServiceError(_), Some(code))
            if WHOLES.iter().any(|operation| operation.name == name)
                && (explained.kind == ErrorKind::Internal || why_refused(code).is_some()) =>
        {
            let why = why_refused(code).map_or_else(|| format!("AWS refuses {name} ({code})."), str::to_owned);
            let said = error.as_service_error().and_then(ProvideErrorMetadata::message).unwrap_or_default();
            let said: String = said.chars().take(LONGEST).collect();
            let said = if said.is_empty() { said } else { format!(" It says: {said}") };
            decided(ErrorKind::Refused, format!("{why}{said}"))
        }
        (SdkError::ServiceError(_) | SdkError::ConstructionFailure(_), _) => Failure { error: explained, again },
        (SdkError::DispatchFailure(_), _) if never_connected(&chain(error)) || find(error).is_some() => {
            Failure { error: explained, again }
        }
        _ => unknown(),
    }
}

/// Why settings were refused, and what to do, where the code tells it.
fn why_refused(code: &str) -> Option<&'static str> {
    match code {
        "TierChangeNotAllowedException" => Some(
            "AWS refuses another plan while something is on that it does not include: first turn off threat protection, the \
             export of sign-ins, events of version 2 or 3 before tokens, and second factors by e-mail.",
        ),
        "FeatureUnavailableInTierException" => {
            Some("The pool's plan does not include this: choose a higher plan first, or leave it out.")
        }
        "ConcurrentModificationException" => Some("Somebody else changes it just now: look at it again and repeat it."),
        "UserImportInProgressException" => Some("An import of users runs in this pool: wait until it has ended."),
        _ => None,
    }
}

/// Whether AWS says that a message could not be sent: it changes the user first and sends second, so the change may be
/// there all the same. What a trigger says before a user is created prevents it.
fn leaves_undelivered<E>(context: &Context, code: &str, error: &SdkError<E, HttpResponse>) -> bool
where
    E: ProvideErrorMetadata,
{
    let sends = ["AdminCreateUser", "AdminResetUserPassword", "AdminUpdateUserAttributes"];
    let said = || error.as_service_error().and_then(ProvideErrorMetadata::message).unwrap_or_default();
    sends.contains(&context.operation.name)
        && match code {
            "CodeDeliveryFailureException"
            | "LimitExceededException"
            | "InvalidSmsRoleAccessPolicyException"
            | "InvalidSmsRoleTrustRelationshipException"
            | "InvalidEmailRoleAccessPolicyException" => true,
            "InvalidLambdaResponseException" | "UnexpectedLambdaException" | "UserLambdaValidationException" => {
                !said().contains("PreSignUp")
            }
            _ => false,
        }
}

/// What a person can do about a message that was not sent.
fn how_to_deliver(code: &str, said: &str) -> &'static str {
    let of_a_day = said.to_ascii_lowercase().contains("daily email limit");
    match code {
        _ if of_a_day => {
            "Cognito's own sender sends 50 e-mails a day for the whole account, from 09:00 UTC on: send it again then, or \
             let the pool send through Amazon SES."
        }
        "LimitExceededException" => {
            "Too much was asked for this user or sent by this account lately: wait an hour and send it again. Cognito's own \
             sender sends 50 e-mails a day for the whole account; Amazon SES sends more."
        }
        "InvalidSmsRoleAccessPolicyException" | "InvalidSmsRoleTrustRelationshipException" => {
            "Look at the IAM role with which the pool sends SMS, then send it again."
        }
        "InvalidLambdaResponseException" | "UnexpectedLambdaException" | "UserLambdaValidationException" => {
            "A Lambda trigger of the pool failed: look at its log, then send it again."
        }
        _ => "Look at the pool's settings for e-mail and SMS, then send it again.",
    }
}

/// Whether a failure says that no connection was made, so that nothing can have been applied.
fn never_connected(chain: &str) -> bool {
    let chain = chain.to_ascii_lowercase();
    [
        "dns error",
        "failed to lookup address",
        "certificate",
        "connect timeout",
        "connection refused",
        "tcp connect error",
    ]
    .iter()
    .any(|sign| chain.contains(sign))
}

/// The error of ours that our credentials provider raised, passed through the SDK.
fn find<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a Error> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(ours) = error.downcast_ref::<Error>() {
            return Some(ours);
        }
        next = error.source();
    }
    None
}

/// Everything that an error and its causes say, for recognising what has no type.
pub(super) fn chain(error: &(dyn StdError + 'static)) -> String {
    let mut text = String::new();
    let mut next = Some(error);
    while let Some(error) = next {
        text.push_str(&error.to_string());
        text.push('\n');
        next = error.source();
    }
    text
}

/// An answer that is an error.
struct Said<'a> {
    code: Option<&'a str>,
    message: Option<&'a str>,
    status: u16,
    waits: Option<u64>,
}

type Explained = (ErrorKind, String, Again);

impl Said<'_> {
    fn explain(&self, context: &Context) -> Explained {
        let never = |kind, message: String| (kind, message, Again::Never);
        match self.code.unwrap_or_default() {
            "TooManyRequestsException"
            | "LimitExceededException"
            | "ThrottlingException"
            | "Throttling"
            | "ThrottledException"
            | "RequestLimitExceeded"
            | "TooManyRequests"
            | "RequestThrottled" => {
                let retry_after = self.waits.map(std::time::Duration::from_secs);
                (ErrorKind::Throttled { retry_after }, throttled(context), Again::Throttled)
            }
            "ExpiredToken" | "ExpiredTokenException" => never(expired(context), renew(context, "have expired")),
            "SignatureDoesNotMatch" | "InvalidSignatureException" | "RequestExpired" | "RequestTimeTooSkewed"
                if self.is_about_time() =>
            {
                never(ErrorKind::Refused, WRONG_CLOCK.to_owned())
            }
            "UnrecognizedClientException"
            | "InvalidClientTokenId"
            | "InvalidAccessKeyId"
            | "MissingAuthenticationTokenException"
            | "MissingAuthenticationToken"
            | "IncompleteSignature" => {
                never(expired(context), renew(context, "are not known to AWS here (revoked, or of another partition)"))
            }
            "InvalidSignatureException" | "SignatureDoesNotMatch" => never(
                expired(context),
                format!(
                    "AWS refused the signature: the secret key of {} does not fit its access key id. Set both anew.",
                    context.who
                ),
            ),
            "AccessDeniedException" | "AccessDenied" | "NotAuthorizedException" | "UnauthorizedOperation" => {
                let iam_action = context.operation.iam_action.to_owned();
                never(ErrorKind::AccessDenied { iam_action }, denied(context))
            }
            "UserNotFoundException" => never(ErrorKind::UserNotFound, "There is no such user in this pool.".to_owned()),
            "ResourceNotFoundException" => never(ErrorKind::NotFound, not_found(context, self.message)),
            "InvalidParameterException"
            | "ValidationException"
            | "ValidationError"
            | "SerializationException"
            | "InvalidParameterValue"
                if context.paged =>
            {
                never(
                    ErrorKind::PageTokenRefused,
                    format!(
                        "AWS no longer takes the page token of {}; the list has to begin again.",
                        context.operation.name
                    ),
                )
            }
            "InvalidParameterException"
            | "ValidationException"
            | "ValidationError"
            | "SerializationException"
            | "ScopeDoesNotExistException"
            | "InvalidOAuthFlowException"
            | "InvalidParameterValue" => never(ErrorKind::Validation, self.invalid(context)),
            "OperationNotEnabledException"
            | "FeatureUnavailableInTierException"
            | "UnsupportedOperationException"
            | "UserPoolAddOnNotEnabledException" => never(
                ErrorKind::Refused,
                format!(
                    "AWS does not offer {} for this pool (its plan, or a secondary Region).",
                    context.operation.name
                ),
            ),
            // A pool was read before anything is changed, so it is Cognito or something like it: waiting helps nothing.
            "UnknownOperationException" | "InvalidAction" if writes(context) => never(
                ErrorKind::Refused,
                format!("The server does not know {}. Servers other than AWS may lack it.", context.operation.name),
            ),
            "OptInRequired" | "UnknownOperationException" | "InvalidAction" => not_aws(context),
            _ if self.status >= 500 => unreachable(context, "answered with an internal error", Again::ServerFault),
            _ if self.status == 429 => {
                (ErrorKind::Throttled { retry_after: None }, throttled(context), Again::Throttled)
            }
            _ if self.status == 407 => never(
                ErrorKind::Config,
                "The proxy wants a password. Put it into HTTPS_PROXY (http://user:password@host:port).".to_owned(),
            ),
            "" => not_aws(context),
            code => never(ErrorKind::Internal, format!("AWS answered {} with {code}.", context.operation.name)),
        }
    }

    /// Whether a signature was refused for its time: only this computer's clock can be wrong then. STS and the JSON services
    /// have the same words under codes of their own.
    fn is_about_time(&self) -> bool {
        let says = |words: &str| self.message.is_some_and(|message| message.contains(words));
        matches!(self.code, Some("RequestExpired" | "RequestTimeTooSkewed"))
            || ["Signature expired", "Signature not yet current", "is now earlier than", "is still later than"]
                .into_iter()
                .any(says)
    }

    /// AWS's own words help, but may repeat what was asked: not when that was about a person.
    fn invalid(&self, context: &Context) -> String {
        let name = context.operation.name;
        match self.message.filter(|_| !context.personal) {
            Some(message) => format!("AWS calls the request {name} invalid: {message}"),
            None => format!("AWS calls the request {name} invalid."),
        }
    }
}

fn expired(context: &Context) -> ErrorKind {
    ErrorKind::CredentialsExpired { sso_login: context.sso_login.clone() }
}

fn renew(context: &Context, what: &str) -> String {
    let who = &context.who;
    match &context.sso_login {
        Some(command) => format!("The credentials of {who} {what}. Run: {command}"),
        None => format!("The credentials of {who} {what}. Renew them and try again."),
    }
}

fn throttled(context: &Context) -> String {
    format!(
        "AWS refuses {} as too many requests. The quota is shared by everything in this account and Region; wait a \
         little or use a smaller share of it.",
        context.operation.name
    )
}

fn denied(context: &Context) -> String {
    let deed = match context.operation.name {
        "ListUsers" => "list users of this pool",
        "ListUsersInGroup" => "list the members of groups of this pool",
        "ListGroups" => "list the groups of this pool",
        "ListUserPools" => "list the pools of this account",
        "DescribeUserPool" => "read the settings of this pool",
        "CreateGroup" | "UpdateGroup" | "DeleteGroup" => "change the groups of this pool",
        _ if writes(context) => "change users of this pool",
        _ => "do this",
    };
    let who = match context.who.as_str() {
        "the environment" => "The person or role of the environment's credentials".to_owned(),
        who => capital(who),
    };
    format!("{who} may not {deed}: it needs {}.", context.operation.iam_action)
}

/// Whether the call changes users or groups.
fn writes(context: &Context) -> bool {
    crate::operations::WRITES.iter().any(|write| write.name == context.operation.name)
}

/// What a call names inside its pool, which may be missing as well as the pool.
fn thing_inside(operation: &str) -> Option<&'static str> {
    Some(match operation {
        "GetGroup"
        | "ListUsersInGroup"
        | "AdminAddUserToGroup"
        | "AdminRemoveUserFromGroup"
        | "UpdateGroup"
        | "DeleteGroup" => "group",
        // Reading devices has no error of its own for a person who is not there.
        "AdminListDevices" => "user",
        "AdminGetDevice" | "AdminForgetDevice" | "AdminUpdateDeviceStatus" => "user or device",
        "AdminUpdateAuthEventFeedback" => "sign-in event",
        "AdminLinkProviderForUser"
        | "AdminDisableProviderForUser"
        | "DescribeIdentityProvider"
        | "UpdateIdentityProvider"
        | "DeleteIdentityProvider" => "identity provider",
        "DescribeResourceServer" | "UpdateResourceServer" | "DeleteResourceServer" => "resource server",
        "DescribeUserImportJob" | "StartUserImportJob" | "StopUserImportJob" => "import job",
        "DescribeUserPoolClient" | "UpdateUserPoolClient" | "DeleteUserPoolClient" => "app client",
        _ => return None,
    })
}

/// What does not exist: the pool, or something in it. AWS's words tell the two apart; the operation tells what was meant.
fn not_found(context: &Context, said: Option<&str>) -> String {
    let region = &context.region;
    let inside = thing_inside(context.operation.name);
    let check = "Check the Region and the profile.";
    let Some(pool) = &context.pool else {
        return format!("There is nothing of this name in {region} for this account. {check}");
    };
    let is_pool = said.is_some_and(|said| said.contains(&format!("pool {pool} ")));
    match inside {
        Some(thing) if said.is_some() && !is_pool => format!("There is no such {thing} in the pool {pool}."),
        Some(thing) if !is_pool => {
            format!("There is no such {thing} in the pool {pool}, or no such pool in {region} for this account.")
        }
        _ => format!("There is no pool {pool} in {region} for this account. {check}"),
    }
}

fn not_aws(context: &Context) -> Explained {
    let message = match &context.endpoint {
        Some(endpoint) => format!("{endpoint} answers, but not as Cognito does. Check the endpoint."),
        None => format!(
            "What answered {} was not Cognito. Check the Region {}, and whether a proxy or sign-in page is in between.",
            context.operation.name, context.region
        ),
    };
    (ErrorKind::WrongRegionOrEndpoint, message, Again::Never)
}

fn no_connection(context: &Context, chain: &str) -> Explained {
    let chain = chain.to_ascii_lowercase();
    if chain.contains("dns error") || chain.contains("failed to lookup address") {
        unreachable(context, "cannot be found by its name", Again::Unreachable)
    } else if chain.contains("certificate") {
        let (kind, message, _) = unreachable(context, "shows a certificate that is not trusted", Again::Never);
        (kind, format!("{message} If a proxy opens connections, name its certificates in AWS_CA_BUNDLE."), Again::Never)
    } else {
        unreachable(context, "cannot be reached", Again::Unreachable)
    }
}

fn unreachable(context: &Context, what: &str, again: Again) -> Explained {
    let message = match &context.endpoint {
        Some(endpoint) => format!("{endpoint} {what}. Check that it runs there."),
        None => format!(
            "AWS in {} {what}. Check the network, the proxy (HTTPS_PROXY) and the Region's name.",
            context.region
        ),
    };
    (ErrorKind::Unreachable, message, again)
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
