//! The sandbox itself: one world and one weather.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_smithy_runtime_api::client::http::SharedHttpClient;

use crate::connector::InProcess;
use crate::description::{ClientDescription, Description};
use crate::directory::World;
use crate::directory::users::Moment;
use crate::error::Error;
use crate::handle::Directory;
use crate::options::Options;
use crate::seed::{self, Landmarks};
use crate::server::Server;
use crate::weather::{Calls, Weather};

/// A Cognito of our own. Clones share one world.
#[derive(Clone)]
pub struct Sandbox(Arc<Inner>);

struct Inner {
    options: Options,
    world: Mutex<World>,
    weather: Weather,
    landmarks: Landmarks,
    endpoint: Mutex<Option<String>>,
    /// Requests that came, each of which has an id.
    arrived: AtomicU64,
    /// Requests that were carried out.
    requests: AtomicU64,
    /// Held while the state is written: two that write at once would spoil each other's draft.
    saving: Mutex<()>,
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox").field("pool", &self.0.landmarks.pool).finish_non_exhaustive()
    }
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
            arrived: AtomicU64::new(0),
            requests: AtomicU64::new(0),
            saving: Mutex::new(()),
            options,
        }))
    }

    /// An HTTP client for any AWS SDK that never leaves the process. The endpoint it is given does not matter.
    #[must_use]
    pub fn http_client(&self) -> SharedHttpClient {
        SharedHttpClient::new(InProcess::new(self.clone()))
    }

    /// Opens `port` on 127.0.0.1, or any free port for 0, until the server is shut down or dropped. What filters need is
    /// made before, so that the first filtered page is as quick as any: two seconds for a million people.
    ///
    /// # Errors
    /// [`Error::Bind`] when the port cannot be opened.
    pub async fn serve(&self, port: u16) -> Result<Server, Error> {
        self.world().pools.values_mut().for_each(|pool| pool.users.prepare());
        let server = Server::open(self.clone(), port).await?;
        *self.0.endpoint.lock().unwrap_or_else(PoisonError::into_inner) = Some(server.endpoint());
        self.world().endpoint = Some(server.endpoint());
        Ok(server)
    }

    pub(crate) fn closed(&self, endpoint: &str) {
        let mut current = self.0.endpoint.lock().unwrap_or_else(PoisonError::into_inner);
        if current.as_deref() == Some(endpoint) {
            *current = None;
            self.world().endpoint = None;
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

    /// The data, for tests to change and compare without a call over the wire.
    #[must_use]
    pub fn directory(&self) -> Directory {
        Directory::new(self.clone())
    }

    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.0.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn moment(&self) -> Moment {
        self.0.weather.moment(self.0.weather.skew_ms())
    }

    pub(crate) fn weather_ref(&self) -> &Weather {
        &self.0.weather
    }

    /// How many requests of any kind were carried out since the start, those under `/_sandbox/` included. While it
    /// stands still, nothing has changed.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.0.requests.load(Ordering::Relaxed)
    }

    /// Waits until nobody else writes the state.
    pub(crate) fn saving(&self) -> MutexGuard<'_, ()> {
        self.0.saving.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn count_request(&self) {
        self.0.requests.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn request_id(&self) -> String {
        let number = self.0.arrived.fetch_add(1, Ordering::Relaxed);
        uuid::Uuid::from_u64_pair(self.0.options.seed, number).to_string()
    }
}
