//! Sign-ins that wait for the answer to a challenge. They live in memory: a restart ends them.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::Rng;
use serde_json::Value;

use super::srp;
use crate::directory::account::lockout::Lockout;
use crate::directory::user::Factor;
use crate::protocol::ApiError;

/// How ids begin.
const PREFIX: &str = "AYABe";

/// Most sessions that are remembered; older ones go.
const MOST: usize = 20_000;

/// Which way a sign-in began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flow {
    /// `USER_SRP_AUTH`.
    Srp,
    /// `USER_PASSWORD_AUTH`, `ADMIN_USER_PASSWORD_AUTH` and the old `ADMIN_NO_SRP_AUTH`.
    Password,
    /// `USER_AUTH`.
    Choice,
    /// `CUSTOM_AUTH`.
    Custom,
    /// The login page, with a password.
    Hosted,
}

/// One entry of `session` in the events of custom challenges.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Step {
    pub(crate) name: String,
    pub(crate) passed: bool,
    pub(crate) metadata: Option<String>,
}

/// Who signs in, and what has been shown so far.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Progress {
    pub(crate) pool: String,
    pub(crate) client: String,
    pub(crate) flow: Flow,
    /// `None`: there is no such person, and the client must not learn it.
    pub(crate) user: Option<u32>,
    /// The username of the person, as answers give it.
    pub(crate) username: String,
    /// What the client called the person.
    pub(crate) typed: String,
    /// How the person has proved to be it (`amr`).
    pub(crate) methods: Vec<&'static str>,
    /// Whether the client asked to be told these methods (`TARGET_ACR_VALUES`).
    pub(crate) told_methods: bool,
    /// The level of authentication to be reached; 0 when none is asked for.
    pub(crate) target: u8,
    /// Whether a new password was set on the way.
    pub(crate) new_password: bool,
    /// `DEVICE_KEY` of the client.
    pub(crate) device: Option<String>,
    /// Whether the device has proved to be it.
    pub(crate) device_proved: bool,
    /// Answered custom challenges.
    pub(crate) steps: Vec<Step>,
    /// The address that the client said it comes from.
    pub(crate) ip: Option<String>,
    /// `ClientMetadata` of the first request, which only functions before the sign-in see (`validationData`).
    pub(crate) validation: BTreeMap<String, String>,
}

impl Progress {
    /// The beginning: somebody is named, nothing is shown.
    pub(crate) fn begin(pool: &str, client: &str, flow: Flow, typed: &str) -> Self {
        Self {
            pool: pool.to_owned(),
            client: client.to_owned(),
            flow,
            user: None,
            username: typed.to_owned(),
            typed: typed.to_owned(),
            methods: Vec::new(),
            told_methods: false,
            target: 0,
            new_password: false,
            device: None,
            device_proved: false,
            steps: Vec::new(),
            ip: None,
            validation: BTreeMap::new(),
        }
    }
}

/// What is asked for.
#[derive(Debug, Clone)]
pub(crate) enum Challenge {
    /// `PASSWORD_VERIFIER`.
    PasswordVerifier(Proof),
    /// `DEVICE_SRP_AUTH`.
    DeviceSrp,
    /// `DEVICE_PASSWORD_VERIFIER`.
    DeviceVerifier(Proof),
    /// `NEW_PASSWORD_REQUIRED`, with the required attributes that have no value.
    NewPassword { missing: Vec<String> },
    /// A code was sent: `SMS_MFA`, `EMAIL_OTP` or `SMS_OTP`.
    Code { name: &'static str, code: String },
    /// `SOFTWARE_TOKEN_MFA`.
    SoftwareToken,
    /// `SELECT_MFA_TYPE`.
    SelectFactor(Vec<Factor>),
    /// `MFA_SETUP`: the secret of a new authenticator app, once it is asked for, and whether a right code was shown.
    Setup { secret: Option<String>, verified: bool },
    /// `SELECT_CHALLENGE`.
    Select(Vec<&'static str>),
    /// `PASSWORD`.
    Password,
    /// `PASSWORD_SRP`.
    PasswordSrp,
    /// `WEB_AUTHN`, with what the passkey has to sign.
    Passkey { challenge: String },
    /// `CUSTOM_CHALLENGE`: what only the verifying function sees, and a note for the next step.
    Custom { private: Value, metadata: Option<String> },
    /// A sign-up that waits for its confirmation (`false`) or that has it and may sign in at once (`true`).
    SignUp { confirmed: bool },
}

impl Challenge {
    /// `ChallengeName`; empty for a sign-up, which is answered by other operations.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::PasswordVerifier(_) => "PASSWORD_VERIFIER",
            Self::DeviceSrp => "DEVICE_SRP_AUTH",
            Self::DeviceVerifier(_) => "DEVICE_PASSWORD_VERIFIER",
            Self::NewPassword { .. } => "NEW_PASSWORD_REQUIRED",
            Self::Code { name, .. } => name,
            Self::SoftwareToken => "SOFTWARE_TOKEN_MFA",
            Self::SelectFactor(_) => "SELECT_MFA_TYPE",
            Self::Setup { .. } => "MFA_SETUP",
            Self::Select(_) => "SELECT_CHALLENGE",
            Self::Password => "PASSWORD",
            Self::PasswordSrp => "PASSWORD_SRP",
            Self::Passkey { .. } => "WEB_AUTHN",
            Self::Custom { .. } => "CUSTOM_CHALLENGE",
            Self::SignUp { .. } => "",
        }
    }
}

/// A round of SRP that waits for its proof.
#[derive(Debug, Clone)]
pub(crate) struct Proof {
    pub(crate) round: srp::Round,
    /// The bytes of `SECRET_BLOCK`.
    pub(crate) block: Vec<u8>,
    pub(crate) asked_ms: i64,
}

/// A sign-in that waits.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) progress: Progress,
    pub(crate) challenge: Challenge,
    /// `AuthSessionValidity` of the client.
    pub(crate) validity_ms: i64,
}

#[derive(Debug)]
struct Open {
    /// `None` once it was answered.
    session: Option<Session>,
    expires_ms: i64,
    /// Order of age.
    number: u64,
}

/// All that waits, and what was answered lately.
#[derive(Debug, Default)]
pub(crate) struct Sessions {
    open: BTreeMap<String, Open>,
    by_age: BTreeMap<u64, String>,
    opened: u64,
    /// Failures of names that nobody has, by pool and name: they must be locked out like any other.
    strangers: BTreeMap<(String, String), Lockout>,
}

/// A new session id.
pub(crate) fn new_id(random: &mut impl Rng) -> String {
    let mut bytes = [0; 96];
    random.fill_bytes(&mut bytes);
    format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes))
}

impl Sessions {
    /// Opens a session under an id of [`new_id`] for the time its client allows.
    pub(crate) fn open(&mut self, id: &str, session: Session, now_ms: i64) {
        if self.open.len() >= MOST
            && let Some((_, oldest)) = self.by_age.pop_first()
        {
            self.open.remove(&oldest);
        }
        self.opened += 1;
        self.by_age.insert(self.opened, id.to_owned());
        let open = Open { expires_ms: now_ms + session.validity_ms, session: Some(session), number: self.opened };
        if let Some(before) = self.open.insert(id.to_owned(), open) {
            self.by_age.remove(&before.number);
        }
    }

    /// Takes a session to be answered, which can be done once.
    ///
    /// # Errors
    /// `NotAuthorizedException` when it is unknown, was answered, or its time is over.
    pub(crate) fn take(&mut self, id: &str, now_ms: i64) -> Result<Session, ApiError> {
        let open = self.open.get_mut(id).ok_or_else(|| refused("Invalid session for the user."))?;
        let used = || refused("Invalid session for the user, session can only be used once.");
        let session = open.session.take().ok_or_else(used)?;
        if open.expires_ms <= now_ms {
            return Err(refused("Invalid session for the user, session is expired."));
        }
        Ok(session)
    }

    /// A session that waits, without answering it.
    pub(crate) fn peek(&self, id: &str, now_ms: i64) -> Option<&Session> {
        self.open.get(id).filter(|open| now_ms < open.expires_ms)?.session.as_ref()
    }

    /// The username of whoever signs in with a session, whether or not its time is over.
    pub(crate) fn person(&self, id: &str) -> Option<String> {
        self.peek(id, i64::MIN).map(|session| session.progress.username.clone())
    }

    /// Puts a session back whose answer did not count: a mistyped code may be tried again while its time lasts.
    pub(crate) fn put_back(&mut self, id: &str, session: Session) {
        if let Some(open) = self.open.get_mut(id) {
            open.session = Some(session);
        }
    }

    /// The id of the latest session in which a device is asked to begin its proof: some clients do not name it.
    pub(crate) fn of_device(&self, client: &str, username: &str, key: &str, now_ms: i64) -> Option<&str> {
        let waits = |id: &&String| {
            self.peek(id, now_ms).is_some_and(|Session { progress, challenge, .. }| {
                matches!(challenge, Challenge::DeviceSrp)
                    && progress.client == client
                    && (progress.username == username || progress.typed == username)
                    && progress.device.as_deref() == Some(key)
            })
        };
        self.by_age.values().rev().find(waits).map(String::as_str)
    }

    /// The failures of a name that nobody has.
    pub(crate) fn stranger(&mut self, pool: &str, name: &str) -> &mut Lockout {
        if self.strangers.len() >= MOST {
            self.strangers.pop_first();
        }
        self.strangers.entry((pool.to_owned(), name.to_owned())).or_default()
    }
}

/// The id of the session that a `SECRET_BLOCK` begins with: clients may answer that challenge without a session.
pub(crate) fn id_in_block(block: &[u8]) -> Option<&str> {
    let id = std::str::from_utf8(block.get(..PREFIX.len() + 128)?).ok()?;
    id.starts_with(PREFIX).then_some(id)
}

fn refused(message: &str) -> ApiError {
    ApiError::new("NotAuthorizedException", message)
}
