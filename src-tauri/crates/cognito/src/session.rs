//! A session: one profile, one Region, one set of credentials, and the clients made from them.

use std::fmt;
use std::future::Future;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_cognitoidentityprovider::error::SdkError;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::BeforeDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::app_name::AppName;
use jiff::SignedDuration;
use model::call::Operation;
use model::{AccountId, ProfileName, Region};

use crate::credentials::{Provider, Source};
use crate::error::{self, Context, Error, ErrorKind};
use crate::gate::{Gate, Lane};
use crate::profiles::Sources;
use crate::sign_in::Answer;
use crate::{AwsFiles, HttpClient, http};

/// What the sandbox's sessions call their place.
const SANDBOX: &str = "sandbox";

/// What a session is made from.
#[derive(Clone, Default)]
pub struct SessionConfig {
    /// The profile; `None` for the environment's credentials, then `AWS_PROFILE` or `default`.
    pub profile: Option<ProfileName>,
    /// The Region; `None` for the profile's own, then the environment's.
    pub region: Option<Region>,
    /// The URL at which every AWS service is called; `None` for the profile's own or AWS itself.
    pub endpoint: Option<String>,
    /// What answers in place of the network: the sandbox. With it nothing is read from disk and nothing is sent.
    pub http_client: Option<HttpClient>,
    /// Where the shared configuration is read from.
    pub files: AwsFiles,
}

/// A way into one account and Region. Clones share everything.
#[derive(Clone)]
pub struct Session {
    inner: Arc<Inner>,
}

struct Inner {
    cognito: aws_sdk_cognitoidentityprovider::Client,
    identities: aws_sdk_cognitoidentity::Client,
    sts: aws_sdk_sts::Client,
    cloudwatch: aws_sdk_cloudwatch::Client,
    lambda: aws_sdk_lambda::Client,
    iam: aws_sdk_iam::Client,
    quotas: aws_sdk_servicequotas::Client,
    http_client: HttpClient,
    credentials: Arc<Source>,
    gate: Arc<Gate>,
    naming: Naming,
    account: OnceLock<AccountId>,
}

/// What a session calls itself, in keys and in messages.
#[derive(Clone)]
struct Naming {
    region: Region,
    endpoint: Option<String>,
    place: String,
    who: String,
    sso_login: Option<String>,
}

/// The endpoints of the services beside user pools; `None` for AWS's own.
#[derive(Default)]
struct Beside {
    identities: Option<String>,
    sts: Option<String>,
    cloudwatch: Option<String>,
    lambda: Option<String>,
    iam: Option<String>,
    quotas: Option<String>,
}

/// An interceptor of the SDK that hears what time it is where the answers come from.
struct Watch {
    gate: Arc<Gate>,
    place: String,
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Watch")
    }
}

#[dyn_dispatch_hint]
impl Intercept for Watch {
    fn name(&self) -> &'static str {
        "Watch"
    }

    fn read_after_transmit(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(date) = context.response().headers().get("date") {
            self.gate.heard(&self.place, date);
        }
        Ok(())
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("place", &self.inner.naming.place)
            .field("region", &self.inner.naming.region)
            .finish()
    }
}

impl Session {
    /// Prepares a session. Reads the shared configuration; sends nothing and asks for no credentials yet.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] when the profile does not exist, no Region is set, the endpoint is not a URL, or
    /// `AWS_CA_BUNDLE` cannot be read.
    pub async fn open(config: SessionConfig, gate: Arc<Gate>) -> Result<Self, Error> {
        match config.http_client.clone() {
            Some(client) => Self::in_sandbox(&config, client, gate),
            None => Self::to_aws(config, gate).await,
        }
    }

    fn in_sandbox(config: &SessionConfig, client: HttpClient, gate: Arc<Gate>) -> Result<Self, Error> {
        let region = match &config.region {
            Some(region) => region.clone(),
            None => return Err(no_region("the sandbox")),
        };
        let source = Arc::new(Source::made_up(Arc::clone(gate.clock())));
        let sdk = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(aws_config::Region::new(region.as_str().to_owned()))
            .http_client(client.clone())
            .credentials_provider(aws_credential_types::provider::SharedCredentialsProvider::new(Provider(Arc::clone(
                &source,
            ))))
            .identity_cache(aws_config::identity::IdentityCache::no_cache())
            .retry_config(RetryConfig::disabled())
            .timeout_config(timeouts())
            .build();
        let naming = Naming {
            region,
            endpoint: None,
            place: SANDBOX.to_owned(),
            who: "the sandbox".to_owned(),
            sso_login: None,
        };
        Ok(Self::assemble(&sdk, Beside::default(), client, source, gate, naming))
    }

    async fn to_aws(config: SessionConfig, gate: Arc<Gate>) -> Result<Self, Error> {
        let sources = Sources::read(&config.files, config.profile.as_ref()).await;
        let who = who(&config, &sources)?;
        let endpoint_of = |service| config.endpoint.clone().or_else(|| sources.endpoint(service));
        let endpoint = endpoint_of("Cognito Identity Provider").as_deref().map(checked).transpose()?;
        let emulator = endpoint.as_deref().is_some_and(is_loopback);
        let region = config
            .region
            .clone()
            .or_else(|| sources.selected_region(config.profile.is_some()))
            .or_else(|| emulator.then(|| Region::parse("us-east-1").ok()).flatten())
            .ok_or_else(|| {
                let error = no_region(&who);
                Error { message: sources.explained(error.message.clone()), ..error }
            })?;
        let bundle = sources.variable("AWS_CA_BUNDLE");
        let client = http::client(bundle.as_deref().map(std::path::Path::new), emulator)?;
        let files = crate::credentials::Files {
            profile: config.profile.clone(),
            files: config.files,
            client: client.clone(),
            region: region.clone(),
            emulator,
        };
        let source = Arc::new(Source::files(files, Arc::clone(gate.clock())));
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .profile_files(sources.files.clone())
            .profile_name(sources.sections.selected_profile())
            .region(aws_config::Region::new(region.as_str().to_owned()))
            .http_client(client.clone())
            .credentials_provider(Provider(Arc::clone(&source)))
            // The source keeps them itself, and forgets them when AWS refuses them.
            .identity_cache(aws_config::identity::IdentityCache::no_cache())
            .retry_config(RetryConfig::disabled())
            .timeout_config(timeouts());
        if let Ok(name) = AppName::new("poolkeeper") {
            loader = loader.app_name(name);
        }
        let sdk = loader.load().await;
        let place = endpoint.clone().unwrap_or_else(|| region.partition().to_owned());
        // An emulator is all of AWS on one port.
        let beside = |service| endpoint_of(service).or_else(|| endpoint.clone().filter(|_| emulator));
        let endpoints = Beside {
            identities: beside("Cognito Identity"),
            sts: beside("STS"),
            cloudwatch: beside("CloudWatch"),
            lambda: beside("Lambda"),
            iam: beside("IAM"),
            quotas: beside("Service Quotas"),
        };
        let naming = Naming { region, endpoint, place, who, sso_login: sources.sso_login() };
        Ok(Self::assemble(&sdk, endpoints, client, source, gate, naming))
    }

    fn assemble(
        sdk: &SdkConfig,
        endpoints: Beside,
        http_client: HttpClient,
        credentials: Arc<Source>,
        gate: Arc<Gate>,
        naming: Naming,
    ) -> Self {
        // All SDKs have these names, and no trait.
        macro_rules! config {
            ($sdk:ident, $endpoint:expr) => {{
                let config = $sdk::config::Builder::from(sdk);
                match $endpoint {
                    Some(endpoint) => config.endpoint_url(endpoint),
                    None => config,
                }
            }};
        }
        let watch = Watch { gate: Arc::clone(&gate), place: naming.place.clone() };
        let cognito = config!(aws_sdk_cognitoidentityprovider, naming.endpoint.clone()).interceptor(watch).build();
        let inner = Inner {
            cognito: aws_sdk_cognitoidentityprovider::Client::from_conf(cognito),
            identities: aws_sdk_cognitoidentity::Client::from_conf(
                config!(aws_sdk_cognitoidentity, endpoints.identities).build(),
            ),
            sts: aws_sdk_sts::Client::from_conf(config!(aws_sdk_sts, endpoints.sts).build()),
            cloudwatch: aws_sdk_cloudwatch::Client::from_conf(
                config!(aws_sdk_cloudwatch, endpoints.cloudwatch).build(),
            ),
            lambda: aws_sdk_lambda::Client::from_conf(config!(aws_sdk_lambda, endpoints.lambda).build()),
            iam: aws_sdk_iam::Client::from_conf(config!(aws_sdk_iam, endpoints.iam).build()),
            quotas: aws_sdk_servicequotas::Client::from_conf(config!(aws_sdk_servicequotas, endpoints.quotas).build()),
            http_client,
            credentials,
            gate,
            naming,
            account: OnceLock::new(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// The Region that is asked.
    #[must_use]
    pub fn region(&self) -> &Region {
        &self.inner.naming.region
    }

    /// The endpoint's URL when one is set, else the partition (`aws`, `aws-cn`, `aws-us-gov`); `sandbox` for the
    /// sandbox. The first part of a [`model::PoolKey`].
    #[must_use]
    pub fn place(&self) -> String {
        self.inner.naming.place.clone()
    }

    /// How far our clock was ahead of the server's when that answered last, behind when negative; `None` before it answered
    /// and told its time.
    #[must_use]
    pub fn ahead(&self) -> Option<SignedDuration> {
        self.gate().ahead(&self.inner.naming.place)
    }

    /// Notes the time that the server told.
    pub(crate) fn heard(&self, date: &str) {
        self.gate().heard(&self.inner.naming.place, date);
    }

    /// The same session for changes: each of its calls is signed with the credentials of now and no others, for those that
    /// a profile gives later could be somebody else's. When they have expired AWS refuses them; then renew those of this
    /// session and ask for another steady one.
    ///
    /// # Errors
    /// As [`Session::credentials`].
    pub async fn steady(&self) -> Result<Self, Error> {
        let (source, credentials) = self.inner.credentials.fixed().await?;
        let Inner {
            cognito,
            identities,
            sts,
            cloudwatch,
            lambda,
            iam,
            quotas,
            http_client,
            gate,
            naming,
            account,
            credentials: _,
        } = &*self.inner;
        macro_rules! steady {
            ($sdk:ident, $client:ident) => {
                $sdk::Client::from_conf($client.config().to_builder().credentials_provider(credentials.clone()).build())
            };
        }
        let inner = Inner {
            cognito: steady!(aws_sdk_cognitoidentityprovider, cognito),
            identities: steady!(aws_sdk_cognitoidentity, identities),
            sts: steady!(aws_sdk_sts, sts),
            cloudwatch: steady!(aws_sdk_cloudwatch, cloudwatch),
            lambda: steady!(aws_sdk_lambda, lambda),
            iam: steady!(aws_sdk_iam, iam),
            quotas: steady!(aws_sdk_servicequotas, quotas),
            http_client: http_client.clone(),
            credentials: Arc::new(source),
            gate: Arc::clone(gate),
            naming: naming.clone(),
            account: account.clone(),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The URL that is called in place of AWS; `None` for AWS itself.
    #[must_use]
    pub fn endpoint(&self) -> Option<&str> {
        self.inner.naming.endpoint.as_deref()
    }

    /// Whether credentials can be had now, fetched anew. Cognito is not called; SSO or STS may be, and a
    /// `credential_process` runs. Ask again to learn whether a person has signed in.
    ///
    /// # Errors
    /// [`ErrorKind::CredentialsMissing`], [`ErrorKind::CredentialsExpired`] with the command that renews them,
    /// [`ErrorKind::AccessDenied`] when the role may not be assumed, [`ErrorKind::Config`], [`ErrorKind::Unreachable`].
    pub async fn credentials(&self) -> Result<(), Error> {
        self.inner.credentials.renew().await.map(|_| ())
    }

    /// Whether the sandbox answers in place of a network.
    pub(crate) fn in_process(&self) -> bool {
        self.inner.naming.place == SANDBOX
    }

    pub(crate) fn cognito(&self) -> &aws_sdk_cognitoidentityprovider::Client {
        &self.inner.cognito
    }

    pub(crate) fn identities(&self) -> &aws_sdk_cognitoidentity::Client {
        &self.inner.identities
    }

    pub(crate) fn sts(&self) -> &aws_sdk_sts::Client {
        &self.inner.sts
    }

    pub(crate) fn cloudwatch(&self) -> &aws_sdk_cloudwatch::Client {
        &self.inner.cloudwatch
    }

    pub(crate) fn lambda(&self) -> &aws_sdk_lambda::Client {
        &self.inner.lambda
    }

    pub(crate) fn iam(&self) -> &aws_sdk_iam::Client {
        &self.inner.iam
    }

    pub(crate) fn quotas(&self) -> &aws_sdk_servicequotas::Client {
        &self.inner.quotas
    }

    pub(crate) fn http_client(&self) -> HttpClient {
        self.inner.http_client.clone()
    }

    pub(crate) fn gate(&self) -> &Gate {
        &self.inner.gate
    }

    pub(crate) fn remember_account(&self, account: &AccountId) {
        // Told twice it is the same, or the first holds.
        let _ = self.inner.account.set(account.clone());
    }

    pub(crate) fn context(&self, operation: Operation) -> Context {
        let naming = &self.inner.naming;
        Context {
            operation,
            pool: None,
            person: None,
            paged: false,
            bulk: false,
            personal: false,
            who: naming.who.clone(),
            region: naming.region.as_str().to_owned(),
            endpoint: naming.endpoint.clone(),
            sso_login: naming.sso_login.clone(),
        }
    }

    /// Sends a read through the gate. When AWS refuses the credentials they are fetched anew, and if they are others
    /// than before the call is made once more.
    pub(crate) async fn call<T, E, F, Fut>(&self, context: &Context, send: F) -> Result<T, Error>
    where
        F: Fn() -> Fut,
        Fut: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        E: std::error::Error + ProvideErrorMetadata + Send + Sync + 'static,
    {
        // Without credentials nothing is sent, so the gate need not know.
        let used = self.inner.credentials.get().await.map_err(|error| error.of(context))?;
        match self.attempt(context, &send).await {
            Err(error @ Error { kind: ErrorKind::CredentialsExpired { .. }, .. }) => {
                // Nothing more is sent, but something was.
                let lost = |error: Error| Error { unsent: false, ..error.of(context) };
                let renewed = self.inner.credentials.renew().await.map_err(lost)?;
                let same =
                    renewed.access_key_id() == used.access_key_id() && renewed.session_token() == used.session_token();
                if same { Err(error) } else { self.attempt(context, &send).await }
            }
            result => result,
        }
    }

    /// Sends what must not be repeated by itself, and takes Cognito's refusal for an answer. Only throttling, after which
    /// nothing was done, is waited for. `signed` calls need credentials.
    pub(crate) async fn ask<T, E, F, Fut>(&self, context: &Context, signed: bool, send: F) -> Result<Answer<T>, Error>
    where
        F: Fn() -> Fut,
        Fut: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        E: std::error::Error + ProvideErrorMetadata + Send + Sync + 'static,
    {
        if signed {
            self.inner.credentials.get().await.map_err(|error| error.of(context))?;
        }
        // The sink hears of a refusal as a call that failed, for it made nobody active.
        let refused = Mutex::new(None);
        let once = || async {
            send().await.map_err(|error| match error::refusal(&error, context) {
                Ok((refusal, failure)) => {
                    *refused.lock().unwrap_or_else(PoisonError::into_inner) = Some(refusal);
                    failure
                }
                Err(failure) => failure,
            })
        };
        let sent = self.inner.gate.run(&self.lane(), context, once).await;
        match (sent, refused.into_inner().unwrap_or_else(PoisonError::into_inner)) {
            (Ok(answer), _) => Ok(Answer::Given(answer)),
            (Err(_), Some(refusal)) => Ok(Answer::Refused(refusal)),
            (Err(error), None) => Err(error),
        }
    }

    /// Sends a change through the gate. Credentials that AWS refuses are not renewed here: the caller has to see that they
    /// are still the same person's.
    pub(crate) async fn write<T, E, F, Fut>(
        &self,
        context: &Context,
        intent: crate::Intent<'_>,
        send: F,
    ) -> Result<T, Error>
    where
        F: Fn() -> Fut,
        Fut: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        E: std::error::Error + ProvideErrorMetadata + Send + Sync + 'static,
    {
        self.inner.credentials.get().await.map_err(|error| error.of(context))?;
        let once = || async { send().await.map_err(|error| error::write_failure(&error, context)) };
        self.inner.gate.run_intended(&self.lane(), context, intent, once).await
    }

    pub(crate) fn lane(&self) -> Lane {
        let naming = &self.inner.naming;
        let holder = match self.inner.account.get() {
            Some(account) => format!("{} {account}", naming.place),
            None => format!("{} {}", naming.place, naming.who),
        };
        Lane {
            holder,
            account: self.inner.account.get().cloned(),
            region: naming.region.clone(),
            place: naming.place.clone(),
        }
    }

    async fn attempt<T, E, F, Fut>(&self, context: &Context, send: &F) -> Result<T, Error>
    where
        F: Fn() -> Fut,
        Fut: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
        E: std::error::Error + ProvideErrorMetadata + Send + Sync + 'static,
    {
        self.inner
            .gate
            .run(&self.lane(), context, || async { send().await.map_err(|error| error::failure(&error, context)) })
            .await
    }
}

pub(crate) fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(http::CONNECT_TIMEOUT)
        .operation_attempt_timeout(http::ATTEMPT_TIMEOUT)
        .build()
}

/// Whom messages speak of: "the profile staging".
fn who(config: &SessionConfig, sources: &Sources) -> Result<String, Error> {
    let Some(profile) = &config.profile else {
        let selected = sources.sections.selected_profile();
        let in_use = !sources.has_environment_credentials() && sources.sections.get_profile(selected).is_some();
        return Ok(if in_use { format!("the profile {selected}") } else { "the environment".to_owned() });
    };
    if sources.sections.get_profile(profile.as_str()).is_some() {
        return Ok(format!("the profile {profile}"));
    }
    let message = match sources.problems.first() {
        Some(problem) => format!("The profile {profile} cannot be read: {problem}"),
        None => format!("There is no profile {profile} in the AWS configuration. Choose another one."),
    };
    Err(Error::new(ErrorKind::Config, message))
}

fn no_region(who: &str) -> Error {
    Error::new(ErrorKind::Config, format!("No Region is set for {who}. Choose one, or set AWS_REGION."))
}

/// A URL of http or https with a host; without a slash at its end.
fn checked(endpoint: &str) -> Result<String, Error> {
    let trimmed = endpoint.trim().trim_end_matches('/');
    if host(trimmed).is_some_and(|host| !host.is_empty()) {
        return Ok(trimmed.to_owned());
    }
    let message = "The endpoint is not a URL. It looks like http://127.0.0.1:4566 or https://cognito.example.com.";
    Err(Error::new(ErrorKind::Config, message))
}

/// The host of an http or https URL; `None` when it is none.
fn host(url: &str) -> Option<&str> {
    let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"))?;
    let authority = rest.split(['/', '?', '#']).next()?;
    if authority.contains([' ', '@']) {
        return None;
    }
    match authority.strip_prefix('[') {
        Some(six) => six.split_once(']').map(|(host, _)| host),
        None => authority.split(':').next(),
    }
}

fn is_loopback(endpoint: &str) -> bool {
    host(endpoint).is_some_and(|host| {
        host.eq_ignore_ascii_case("localhost")
            || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
    })
}
