//! What happens to a request between weather and world.

use std::time::Duration;

use jiff::civil::DateTime;
use jiff::fmt::rfc2822::DateTimePrinter;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::directory::World;
use crate::directory::activity::{Active, Basis};
use crate::directory::schema::id;
use crate::operations::{self, Answered, Call, Operation};
use crate::protocol::{Answer, Api, ApiError, Outcome, Request, Subject, shapes};
use crate::sandbox::Sandbox;
use crate::tokens;
use crate::weather::{Fault, Forecast, Traits};

/// How far the clock of a signature may be from the clock of the service.
const TOLERANCE: SignedDuration = SignedDuration::from_mins(5);

impl Sandbox {
    /// Takes a request through weather and world.
    pub(crate) async fn exchange(&self, request: Request) -> Outcome {
        let request_id = self.request_id();
        let Some((service, name)) = request.operation() else {
            let answer = Answer::error(Api::UserPools, &ApiError::unknown_operation(), &request_id);
            return Outcome::Answer(self.stamp(answer, request_id, 0));
        };
        let operation = operations::lookup(service, &name);
        let subject = if operation.is_some_and(Operation::has_subject) {
            Subject::read(&request.body)
        } else {
            Subject::default()
        };
        let implied = self.implied(&subject);
        let traits = Traits {
            // What nobody has is counted in one place: its names are as many as a client likes.
            name: operation.map_or("unknown operation", |_| &name),
            service: Some(service.iam()),
            category: operation.and_then(|operation| operation.category),
            pool: subject.pool(),
            client: subject.client(),
            person: subject.person().or(implied.as_deref()),
            new_password: subject.answers_new_password(),
        };
        let forecast = self.weather_ref().meet(&traits);
        if let Err(outcome) = sit_out(&forecast).await {
            return outcome;
        }
        let met =
            Met { service, operation, name: &name, subject: &subject, forecast: &forecast, request_id: &request_id };
        let answer = match self.perform(met, &request) {
            Ok(body) => {
                self.weather_ref().applied(&traits);
                Answer::ok(service, body)
            }
            Err(error) => Answer::error(service, &worded_for(service, error), &request_id),
        };
        self.count_request();
        conclude(&forecast, self.stamp(answer, request_id, forecast.skew_ms))
    }

    /// The person behind a refresh token or a session, where a request names nobody.
    fn implied(&self, subject: &Subject) -> Option<String> {
        if subject.person().is_some() {
            return None;
        }
        if let Some(token) = subject.refresh_token() {
            return tokens::owner(&self.world(), token);
        }
        let session = subject.session()?;
        self.world().sessions.person(session)
    }

    fn perform(&self, met: Met<'_>, request: &Request) -> Answered {
        let Met { service, operation, name, subject, forecast, request_id } = met;
        planned(forecast)?;
        let Some(operation) = operation else {
            let exists = operations::exists(service, name);
            return Err(if exists { ApiError::not_implemented(name) } else { ApiError::unknown_operation() });
        };
        if request.authorization.is_none() && !operation.unsigned {
            return Err(ApiError::new("MissingAuthenticationTokenException", "Missing Authentication Token"));
        }
        let moment = self.weather_ref().moment(forecast.skew_ms);
        if forecast.skew_ms != 0 {
            in_time(request, moment.now_ms)?;
        }
        if forecast.denied {
            return Err(denied(&self.world(), service, name, &Subject::read(&request.body)));
        }
        if forecast.throttled {
            return Err(ApiError::throttled());
        }
        shapes::check(service, operation.name, &request.body)?;
        let mut world = self.world();
        operations::settle_imports(&mut world, moment);
        let here = request.signed_region().is_none_or(|region| region == world.region);
        let counting = Counting::begin(&mut world, name, subject, moment.now_ms);
        let mut call = Call {
            world: &mut world,
            weather: self.weather_ref(),
            body: &request.body,
            moment,
            request_id,
            here,
            access_key_id: request.access_key_id(),
        };
        let answered = (operation.run)(&mut call);
        counting.end(&mut world, answered.is_ok());
        answered
    }

    fn stamp(&self, mut answer: Answer, request_id: String, skew_ms: i64) -> Answer {
        answer.headers.push(("x-amzn-requestid", request_id));
        self.dated(answer, skew_ms)
    }

    /// Tells when it is by the clock of the service.
    pub(crate) fn dated(&self, mut answer: Answer, skew_ms: i64) -> Answer {
        let now = self.weather_ref().now();
        let now = now.saturating_add(SignedDuration::from_millis(skew_ms)).unwrap_or(now);
        if let Ok(date) = DateTimePrinter::new().timestamp_to_rfc9110_string(&now) {
            answer.headers.push(("date", date));
        }
        answer
    }
}

/// An operation and what the weather makes of it.
#[derive(Clone, Copy)]
struct Met<'a> {
    service: Api,
    operation: Option<&'static Operation>,
    name: &'a str,
    subject: &'a Subject,
    forecast: &'a Forecast,
    request_id: &'a str,
}

/// Waits as long as the weather says; an outcome when the request gets no further than that.
pub(crate) async fn sit_out(forecast: &Forecast) -> Result<(), Outcome> {
    if forecast.delay > Duration::ZERO {
        tokio::time::sleep(forecast.delay).await;
    }
    match forecast.fault {
        _ if forecast.offline => Err(Outcome::Reset),
        Some(Fault::ConnectionReset) => Err(Outcome::Reset),
        Some(Fault::TimeoutBefore) => Err(Outcome::Silence),
        _ => Ok(()),
    }
}

/// The planned error of a call that is not carried out.
pub(crate) fn planned(forecast: &Forecast) -> Result<(), ApiError> {
    match &forecast.fault {
        Some(Fault::Error { code, http_status }) => {
            let message = "The sandbox was told to fail this call.";
            Err(ApiError { status: *http_status, ..ApiError::new(code, message) })
        }
        Some(Fault::Throttle) => Err(ApiError::throttled()),
        _ => Ok(()),
    }
}

/// How an answer arrives.
pub(crate) fn conclude(forecast: &Forecast, answer: Answer) -> Outcome {
    match forecast.fault {
        Some(Fault::TimeoutAfter) => Outcome::Silence,
        Some(Fault::TruncatedBody) => Outcome::Truncated(answer),
        _ => Outcome::Answer(answer),
    }
}

/// A call that may make a person active.
struct Counting<'a> {
    name: &'a str,
    basis: Option<Basis>,
    subject: &'a Subject,
    now_ms: i64,
    /// Who it is about, as they are before the call: it may delete them.
    before: Option<(u32, Active)>,
}

impl<'a> Counting<'a> {
    fn begin(world: &mut World, name: &'a str, subject: &'a Subject, now_ms: i64) -> Self {
        let basis = Basis::of(name);
        let counting = Self { name, basis, subject, now_ms, before: None };
        let before = basis.and_then(|_| counting.named(world));
        Self { before, ..counting }
    }

    /// Notes the person when the call was answered: whom it turned out to be about, whom it names, or whom it made.
    fn end(self, world: &mut World, answered: bool) {
        let acting = world.take_acting();
        if self.basis.is_none() || !answered {
            return;
        }
        let acting = acting.and_then(|(pool, user)| self.active(world, &pool, user));
        let found = acting.or_else(|| self.before.clone()).or_else(|| self.named(world));
        if let Some((user, active)) = found {
            world.activity.note(user, active);
        }
    }

    fn named(&self, world: &mut World) -> Option<(u32, Active)> {
        let username = self.subject.named_person()?;
        let pool = match self.subject.pool() {
            Some(pool) => pool.to_owned(),
            None => world.pool_of_client(self.subject.client()?)?.to_owned(),
        };
        let user = world.pools.get_mut(&pool)?.resolve(username)?;
        self.active(world, &pool, user)
    }

    fn active(&self, world: &World, pool_id: &str, user: u32) -> Option<(u32, Active)> {
        let pool = world.pools.get(pool_id)?;
        let person = pool.users.get(user)?;
        let identities = person.attribute(id::IDENTITIES).unwrap_or_default();
        let plan = pool.settings.get("UserPoolTier").and_then(serde_json::Value::as_str).unwrap_or("ESSENTIALS");
        let active = Active {
            user_pool_id: pool_id.to_owned(),
            username: person.username().to_owned(),
            operation: self.name.to_owned(),
            at: Timestamp::from_millisecond(self.now_ms).unwrap_or_default(),
            basis: self.basis?,
            plan: plan.to_owned(),
            federated: identities.contains("\"SAML\"") || identities.contains("\"OIDC\""),
        };
        Some((user, active))
    }
}

/// Counts whomever a request for the page or form `name` turned out to be about.
pub(crate) fn count_acting(world: &mut World, name: &str, now_ms: i64, answered: bool) {
    let nobody = Subject::default();
    Counting { name, basis: Basis::of(name), subject: &nobody, now_ms, before: None }.end(world, answered);
}

/// Refuses a signature whose clock is not that of the service.
fn in_time(request: &Request, now_ms: i64) -> Result<(), ApiError> {
    let signed = request.authorization.is_some().then_some(request.date.as_deref()).flatten();
    let read = |date: &str| DateTime::strptime(BASIC, date).ok()?.to_zoned(TimeZone::UTC).ok();
    let (Some(given), Ok(now)) = (signed.and_then(read), Timestamp::from_millisecond(now_ms)) else { return Ok(()) };
    let given = given.timestamp();
    let text = |at: Timestamp| at.strftime(BASIC).to_string();
    let message = if given < now.saturating_sub(TOLERANCE).unwrap_or(now) {
        let limit = text(now.saturating_sub(TOLERANCE).unwrap_or(now));
        format!("Signature expired: {} is now earlier than {limit} ({} - 5 min.)", text(given), text(now))
    } else if given > now.saturating_add(TOLERANCE).unwrap_or(now) {
        let limit = text(now.saturating_add(TOLERANCE).unwrap_or(now));
        format!("Signature not yet current: {} is still later than {limit} ({} + 5 min.)", text(given), text(now))
    } else {
        return Ok(());
    };
    Err(ApiError::new("InvalidSignatureException", message))
}

/// `X-Amz-Date`.
const BASIC: &str = "%Y%m%dT%H%M%SZ";

fn denied(world: &World, service: Api, name: &str, subject: &Subject) -> ApiError {
    let action = format!("{}:{name}", service.iam());
    let resource = subject.pool().map_or_else(|| "*".to_owned(), |id| world.pool_arn(id));
    let message = format!(
        "User: {} is not authorized to perform: {action} on resource: {resource} \
         because no identity-based policy allows the {action} action",
        world.caller_arn()
    );
    ApiError::new("AccessDeniedException", message)
}

/// STS words its codes without `Exception` and answers 403 where the JSON services answer 400.
fn worded_for(service: Api, mut error: ApiError) -> ApiError {
    if service == Api::Sts {
        if error.code == "InvalidSignatureException" {
            error.code = "SignatureDoesNotMatch".to_owned();
        }
        // The one code of STS that ends like those of the JSON services.
        let own = error.code == "ExpiredTokenException";
        if let Some(short) = error.code.strip_suffix("Exception").filter(|_| !own) {
            error.code = short.to_owned();
        }
        if matches!(error.code.as_str(), "AccessDenied" | "MissingAuthenticationToken" | "SignatureDoesNotMatch") {
            error.status = 403;
        }
    }
    error
}
