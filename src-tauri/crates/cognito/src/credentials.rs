//! Where credentials come from, and for how long they are kept.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::web_identity_token::{StaticConfiguration, WebIdentityTokenCredentialsProvider};
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{self, ProvideCredentials, future};
use aws_smithy_types::timeout::TimeoutConfig;
use model::clock::Clock;
use model::{ProfileName, Region};

use crate::error::{Error, ErrorKind, credentials_failure};
use crate::profiles::{self, ProfileKind, Sources};
use crate::{AwsFiles, HttpClient, http};

/// Credentials that are this near their end are fetched anew.
const EARLY: Duration = Duration::from_secs(5 * 60);

/// How long credentials that name no end are kept before the files are looked at again.
const KEPT: Duration = Duration::from_secs(15 * 60);

/// Gives a session its credentials. Successes are kept, failures never: after `aws sso login` it goes on by itself.
pub(crate) struct Source {
    origin: Origin,
    clock: Arc<dyn Clock>,
    kept: tokio::sync::Mutex<Option<Kept>>,
}

enum Origin {
    /// For the sandbox.
    MadeUp,
    /// These and no others.
    Fixed(Credentials),
    Files(Box<Files>),
}

/// A profile of the shared configuration, or the environment.
pub(crate) struct Files {
    pub(crate) profile: Option<ProfileName>,
    pub(crate) files: AwsFiles,
    pub(crate) client: HttpClient,
    pub(crate) region: Region,
    /// Whether an emulator on this machine is called, to which any credentials will do.
    pub(crate) emulator: bool,
}

struct Kept {
    credentials: Credentials,
    until: SystemTime,
}

impl Source {
    pub(crate) fn made_up(clock: Arc<dyn Clock>) -> Self {
        Self { origin: Origin::MadeUp, clock, kept: tokio::sync::Mutex::default() }
    }

    pub(crate) fn files(files: Files, clock: Arc<dyn Clock>) -> Self {
        Self { origin: Origin::Files(Box::new(files)), clock, kept: tokio::sync::Mutex::default() }
    }

    /// The credentials of now and no others, also when they have expired.
    pub(crate) async fn fixed(&self) -> Result<(Self, Credentials), Error> {
        let credentials = self.get().await?;
        let origin = Origin::Fixed(credentials.clone());
        Ok((Self { origin, clock: Arc::clone(&self.clock), kept: tokio::sync::Mutex::default() }, credentials))
    }

    /// The credentials, from memory while they last.
    pub(crate) async fn get(&self) -> Result<Credentials, Error> {
        let mut kept = self.kept.lock().await;
        let now = SystemTime::from(self.clock.now());
        if let Some(kept) = kept.as_ref().filter(|kept| now < kept.until) {
            return Ok(kept.credentials.clone());
        }
        let credentials = self.load().await?;
        *kept = Some(Kept::new(&credentials, now));
        Ok(credentials)
    }

    /// Fetches them anew, whatever is in memory.
    pub(crate) async fn renew(&self) -> Result<Credentials, Error> {
        let mut kept = self.kept.lock().await;
        *kept = None;
        let credentials = self.load().await?;
        *kept = Some(Kept::new(&credentials, SystemTime::from(self.clock.now())));
        Ok(credentials)
    }

    async fn load(&self) -> Result<Credentials, Error> {
        match &self.origin {
            Origin::MadeUp => Ok(made_up()),
            Origin::Fixed(credentials) => Ok(credentials.clone()),
            Origin::Files(files) => match files.load().await {
                Err(Error { kind: ErrorKind::CredentialsMissing, .. }) if files.emulator => Ok(made_up()),
                loaded => loaded.map_err(Error::unsent),
            },
        }
    }
}

impl Kept {
    fn new(credentials: &Credentials, now: SystemTime) -> Self {
        let until = credentials.expiry().map_or(now + KEPT, |end| end.checked_sub(EARLY).unwrap_or(now));
        Self { credentials: credentials.clone(), until }
    }
}

impl Files {
    /// Reads the files each time: somebody may just have repaired them.
    async fn load(&self) -> Result<Credentials, Error> {
        let sources = Sources::read(&self.files, self.profile.as_ref()).await;
        if self.profile.is_none()
            && let Some(credentials) = environment(&sources)
        {
            return Ok(credentials);
        }
        let name = sources.sections.selected_profile().to_owned();
        if sources.sections.get_profile(&name).is_none() {
            return match self.web_identity(&sources).await {
                Some(result) => result
                    .map_err(|error| credentials_failure(&error, "the environment", ProfileKind::WebIdentity, None)),
                None => Err(self.missing(&name, &sources)),
            };
        }
        let provider = ProfileFileCredentialsProvider::builder()
            .configure(&self.provider_config())
            .profile_files(sources.files.clone())
            .profile_name(name.clone())
            .build();
        provider.provide_credentials().await.map_err(|error| {
            let kind = profiles::base(&sources.sections, &name).map_or(ProfileKind::Unknown, profiles::kind);
            credentials_failure(&error, &format!("the profile {name}"), kind, sources.sso_login())
        })
    }

    async fn web_identity(&self, sources: &Sources) -> Option<provider::Result> {
        if self.profile.is_some() {
            return None;
        }
        let configuration = StaticConfiguration {
            web_identity_token_file: sources.variable("AWS_WEB_IDENTITY_TOKEN_FILE")?.into(),
            role_arn: sources.variable("AWS_ROLE_ARN")?,
            session_name: sources.variable("AWS_ROLE_SESSION_NAME").unwrap_or_else(|| "poolkeeper".to_owned()),
        };
        let provider = WebIdentityTokenCredentialsProvider::builder()
            .configure(&self.provider_config())
            .static_configuration(configuration)
            .build();
        Some(provider.provide_credentials().await)
    }

    fn provider_config(&self) -> ProviderConfig {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(http::CONNECT_TIMEOUT)
            .operation_attempt_timeout(http::ATTEMPT_TIMEOUT)
            .build();
        ProviderConfig::default()
            .with_region(Some(aws_config::Region::new(self.region.as_str().to_owned())))
            .with_http_client(self.client.clone())
            .with_timeout_config(timeouts)
    }

    fn missing(&self, name: &str, sources: &Sources) -> Error {
        let message = match self.profile {
            Some(_) => format!("There is no profile {name} in the AWS configuration. Choose another one."),
            None => "No credentials were found: neither in the environment nor in a default profile. Choose a \
                     profile, or set one up with: aws configure"
                .to_owned(),
        };
        Error::new(ErrorKind::CredentialsMissing, sources.explained(message))
    }
}

fn environment(sources: &Sources) -> Option<Credentials> {
    Some(Credentials::new(
        sources.variable("AWS_ACCESS_KEY_ID")?,
        sources.variable("AWS_SECRET_ACCESS_KEY")?,
        sources.variable("AWS_SESSION_TOKEN"),
        None,
        "Environment",
    ))
}

/// Credentials that nobody checks.
fn made_up() -> Credentials {
    Credentials::new("AKIAPOOLKEEPERLOCAL0", "made-up", None, None, "MadeUp")
}

/// The source as the SDK asks it.
#[derive(Clone)]
pub(crate) struct Provider(pub(crate) Arc<Source>);

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Provider")
    }
}

impl ProvideCredentials for Provider {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async { self.0.get().await.map_err(CredentialsError::provider_error) })
    }
}
