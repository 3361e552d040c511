//! The sandbox itself: one world, one weather, and what happens to a request between them.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use jiff::fmt::rfc2822::DateTimePrinter;
use serde::Deserialize;

use crate::connector::InProcess;
use crate::description::{ClientDescription, Description};
use crate::directory::World;
use crate::directory::users::Moment;
use crate::error::Error;
use crate::handle::Directory;
use crate::operations::{self, Answered, Call, Operation};
use crate::options::Options;
use crate::outbox::Message;
use crate::protocol::{Answer, Api, ApiError, Outcome, Request, json, model};
use crate::seed::{self, Landmarks};
use crate::server::Server;
use crate::weather::{Calls, Fault, Forecast, Traits, Weather};

/// A Cognito of our own. Clones share one world.
#[derive(Clone)]
pub struct Sandbox(Arc<Inner>);

struct Inner {
    options: Options,
    world: Mutex<World>,
    weather: Weather,
    landmarks: Landmarks,
    endpoint: Mutex<Option<String>>,
    requests: AtomicU64,
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox").field("pool", &self.0.landmarks.pool).finish_non_exhaustive()
    }
}

/// What the weather wants to know of an input.
#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Subject {
    user_pool_id: Option<String>,
    username: Option<String>,
}

impl Sandbox {
    /// Makes the world that `options` describe. A hundred thousand people take well under two seconds.
    #[must_use]
    pub fn new(options: Options) -> Self {
        let (world, landmarks) = seed::world(&options);
        Self::of(options, world, landmarks)
    }

    pub(crate) fn of(options: Options, world: World, landmarks: Landmarks) -> Self {
        Self(Arc::new(Inner {
            weather: Weather::new(&options),
            world: Mutex::new(world),
            landmarks,
            endpoint: Mutex::new(None),
            requests: AtomicU64::new(0),
            options,
        }))
    }

    /// An HTTP client for any AWS SDK that never leaves the process. The endpoint it is given does not matter.
    #[must_use]
    pub fn http_client(&self) -> SharedHttpClient {
        SharedHttpClient::new(InProcess::new(self.clone()))
    }

    /// Opens `port` on 127.0.0.1, or any free port for 0, until the server is shut down or dropped.
    ///
    /// # Errors
    /// [`Error::Bind`] when the port cannot be opened.
    pub async fn serve(&self, port: u16) -> Result<Server, Error> {
        let server = Server::open(self.clone(), port).await?;
        *self.0.endpoint.lock().unwrap_or_else(PoisonError::into_inner) = Some(server.endpoint());
        Ok(server)
    }

    pub(crate) fn closed(&self, endpoint: &str) {
        let mut current = self.0.endpoint.lock().unwrap_or_else(PoisonError::into_inner);
        if current.as_deref() == Some(endpoint) {
            *current = None;
        }
    }

    /// What is needed to connect and sign in.
    #[must_use]
    pub fn description(&self) -> Description {
        let world = self.world();
        let landmarks = &self.0.landmarks;
        let pool = world.pools.get(&landmarks.pool);
        let client = |id: &String| {
            let client = pool?.clients.get(id)?;
            Some(ClientDescription { id: id.clone(), name: client.name.clone(), secret: client.secret.clone() })
        };
        Description {
            endpoint: self.0.endpoint.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            region: self.0.options.region.clone(),
            user_pool_id: landmarks.pool.clone(),
            identity_pool_id: landmarks.identity_pool.clone(),
            clients: landmarks.clients.iter().filter_map(client).collect(),
            people: landmarks.people.clone(),
        }
    }

    /// Id of the large pool.
    #[must_use]
    pub fn pool_id(&self) -> String {
        self.0.landmarks.pool.clone()
    }

    /// What this sandbox was made of.
    #[must_use]
    pub fn options(&self) -> &Options {
        &self.0.options
    }

    /// Everything unpleasant, to be changed at any time.
    #[must_use]
    pub fn weather(&self) -> Weather {
        self.0.weather.clone()
    }

    /// What was called since the start, or since [`Sandbox::forget_calls`].
    #[must_use]
    pub fn calls(&self) -> Calls {
        self.0.weather.calls()
    }

    /// Starts counting calls anew.
    pub fn forget_calls(&self) {
        self.0.weather.forget_calls();
    }

    /// The messages that a real account would have sent, the oldest first.
    #[must_use]
    pub fn outbox(&self) -> Vec<Message> {
        self.world().outbox.messages().cloned().collect()
    }

    /// The data, for tests to change and compare without a call over the wire.
    #[must_use]
    pub fn directory(&self) -> Directory {
        Directory::new(self.clone())
    }

    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.0.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn moment(&self) -> Moment {
        self.0.weather.moment()
    }

    /// Takes a request through weather and world.
    pub(crate) async fn exchange(&self, request: Request) -> Outcome {
        let request_id = self.request_id();
        let Some((service, name)) = request.operation() else {
            let answer = Answer::error(Api::UserPools, &ApiError::unknown_operation(), &request_id);
            return Outcome::Answer(self.stamp(answer, request_id));
        };
        let operation = operations::lookup(service, &name);
        let forecast = self.forecast(operation, &name, &request);
        if !forecast.delay.is_zero() {
            tokio::time::sleep(forecast.delay).await;
        }
        match &forecast.fault {
            _ if forecast.offline => return Outcome::Reset,
            Some(Fault::ConnectionReset) => return Outcome::Reset,
            Some(Fault::TimeoutBefore) => return Outcome::Silence,
            _ => {}
        }
        let answer = match self.perform(service, operation, &name, &forecast, &request, &request_id) {
            Ok(body) => Answer::ok(service, body),
            Err(error) => Answer::error(service, &worded_for(service, error), &request_id),
        };
        let answer = self.stamp(answer, request_id);
        match forecast.fault {
            Some(Fault::TimeoutAfter) => Outcome::Silence,
            Some(Fault::TruncatedBody) => Outcome::Truncated(answer),
            _ => Outcome::Answer(answer),
        }
    }

    pub(crate) fn weather_ref(&self) -> &Weather {
        &self.0.weather
    }

    fn forecast(&self, operation: Option<&Operation>, name: &str, request: &Request) -> Forecast {
        let may_bill = operation.is_some_and(|operation| operation.may_bill);
        let per_pool = operation.is_some_and(Operation::limited_per_pool);
        let subject: Subject =
            if may_bill || per_pool { json::read(&request.body).unwrap_or_default() } else { Subject::default() };
        self.0.weather.meet(Traits {
            name,
            category: operation.and_then(|operation| operation.category),
            per_pool: subject.user_pool_id.as_deref().filter(|_| per_pool),
            person: subject.username.as_deref(),
            may_bill,
        })
    }

    fn perform(
        &self,
        service: Api,
        operation: Option<&Operation>,
        name: &str,
        forecast: &Forecast,
        request: &Request,
        request_id: &str,
    ) -> Answered {
        match &forecast.fault {
            Some(Fault::Error { code, http_status }) => {
                let message = "The sandbox was told to fail this call.";
                return Err(ApiError { status: *http_status, ..ApiError::new(code, message) });
            }
            Some(Fault::Throttle) => return Err(ApiError::throttled()),
            _ => {}
        }
        let operation = operation.ok_or_else(ApiError::unknown_operation)?;
        if request.authorization.is_none() && !operation.unsigned {
            return Err(ApiError::new("MissingAuthenticationTokenException", "Missing Authentication Token"));
        }
        let mut world = self.world();
        if forecast.denied {
            return Err(denied(&world, service, name, request));
        }
        if forecast.throttled {
            return Err(ApiError::throttled());
        }
        model::check(service, operation.name, &request.body)?;
        let here = request.signed_region().is_none_or(|region| region == world.region);
        let mut call = Call {
            world: &mut world,
            weather: &self.0.weather,
            body: &request.body,
            moment: self.moment(),
            request_id,
            here,
        };
        (operation.run)(&mut call)
    }

    fn request_id(&self) -> String {
        let number = self.0.requests.fetch_add(1, Ordering::Relaxed);
        uuid::Uuid::from_u64_pair(self.0.options.seed, number).to_string()
    }

    fn stamp(&self, mut answer: Answer, request_id: String) -> Answer {
        answer.headers.push(("x-amzn-requestid", request_id));
        if let Ok(date) = DateTimePrinter::new().timestamp_to_rfc9110_string(&self.0.weather.now()) {
            answer.headers.push(("date", date));
        }
        answer
    }
}

fn denied(world: &World, service: Api, name: &str, request: &Request) -> ApiError {
    let action = format!("{}:{name}", service.iam());
    let subject: Subject = json::read(&request.body).unwrap_or_default();
    let resource = subject.user_pool_id.map_or_else(|| "*".to_owned(), |id| world.pool_arn(&id));
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
        if let Some(short) = error.code.strip_suffix("Exception") {
            error.code = short.to_owned();
        }
        if matches!(error.code.as_str(), "AccessDenied" | "MissingAuthenticationToken") {
            error.status = 403;
        }
    }
    error
}
