//! What was sent and answered, with nothing in it that must stay secret.

use std::collections::BTreeMap;
use std::time::Instant;

use cognito::sign_in::{Answer, Challenge, Refusal};
use jiff::Timestamp;
use model::client::AppClient;
use secrecy::{ExposeSecret, SecretString};

use super::explain::explain;
use crate::error::{Code, Error};

/// A value as a recording shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    /// As it was.
    Plain(String),
    /// Hidden: its length in characters.
    Hidden(usize),
}

/// How a step ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Cognito asks for more: the challenge.
    Challenge(String),
    /// There are tokens.
    Tokens,
    /// It was done, and there is nothing to show.
    Done,
    /// Cognito said no.
    Refused {
        /// The exception.
        code: String,
        /// Cognito's words, which may repeat the user's name.
        message: String,
        /// What is behind it, in sentences.
        explanation: String,
        /// AWS's id of the request; `None` when none was told.
        request_id: Option<String>,
    },
    /// It was sent, and no answer of Cognito's came: no network, a timeout, throttling, missing permission.
    Failed {
        /// What kind of failure it is.
        code: Code,
        /// What to do about it, in sentences.
        message: String,
        /// AWS's id of the request; `None` when none was told.
        request_id: Option<String>,
    },
}

/// One call and its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// AWS's operation, such as `RespondToAuthChallenge`.
    pub operation: &'static str,
    /// The flow or the challenge that it was about.
    pub subject: String,
    /// When it was sent.
    pub at: Timestamp,
    /// How long the answer took, in milliseconds.
    pub took_ms: u64,
    /// What was sent.
    pub request: BTreeMap<String, Shown>,
    /// What was answered.
    pub answer: BTreeMap<String, Shown>,
    /// How it ended.
    pub outcome: Outcome,
    /// What it means, in a sentence.
    pub meaning: String,
    /// What may come next.
    pub next: Vec<String>,
}

/// What came of a call that gives nothing to go on with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The sentence to show.
    pub text: String,
    /// Whether Cognito said no, or the call failed.
    pub refused: bool,
}

/// Values by name, as a recording shows them.
pub(super) type Values = BTreeMap<String, Shown>;

/// A call that was sent, until it is answered.
pub(super) struct Sent {
    operation: &'static str,
    subject: String,
    request: Values,
    at: Timestamp,
    clock: Instant,
}

impl Sent {
    pub(super) fn new(operation: &'static str, subject: &str, request: Values, at: Timestamp) -> Self {
        Self { operation, subject: subject.to_owned(), request, at, clock: Instant::now() }
    }

    /// The step that it became; it ended well and says nothing yet.
    pub(super) fn step(self) -> Step {
        Step {
            operation: self.operation,
            subject: self.subject,
            at: self.at,
            took_ms: u64::try_from(self.clock.elapsed().as_millis()).unwrap_or(u64::MAX),
            request: self.request,
            answer: Values::new(),
            outcome: Outcome::Done,
            meaning: String::new(),
            next: Vec::new(),
        }
    }

    /// What a call that failed is to whoever asked for it, and its step; `None` where it was not even sent.
    pub(super) fn failed(self, error: cognito::Error) -> (Option<Step>, Error) {
        let is_sent = !error.unsent;
        let error = Error::from(error);
        let step = is_sent.then(|| {
            let mut step = self.step();
            step.meaning.clone_from(&error.message);
            let (message, request_id) = (error.message.clone(), error.request_id.clone());
            step.outcome = Outcome::Failed { code: error.code, message, request_id };
            step
        });
        (step, error)
    }

    /// The step of a call that gives nothing to go on with; `read` says what was answered and what it means.
    ///
    /// # Errors
    /// Why the call was not sent.
    pub(super) fn ended<T>(
        self,
        answer: Result<Answer<T>, cognito::Error>,
        client: &AppClient,
        read: impl FnOnce(T) -> (Values, String),
    ) -> Result<(Step, Said), Error> {
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => {
                let (step, error) = self.failed(error);
                let said = Said { text: error.message.clone(), refused: true };
                return step.map(|step| (step, said)).ok_or(error);
            }
        };
        let mut step = self.step();
        let refused = match answer {
            Answer::Given(given) => {
                (step.answer, step.meaning) = read(given);
                false
            }
            Answer::Refused(refusal) => {
                step.meaning = explain(&refusal, client);
                step.outcome = refused(refusal, step.meaning.clone());
                true
            }
        };
        let said = Said { text: step.meaning.clone(), refused };
        Ok((step, said))
    }
}

/// Values that may be shown.
pub(super) fn plain<'a>(values: impl IntoIterator<Item = (&'a str, &'a str)>) -> Values {
    values.into_iter().map(|(name, value)| (name.to_owned(), Shown::Plain(value.to_owned()))).collect()
}

/// A secret by its length.
pub(super) fn hidden(secret: &SecretString) -> Shown {
    Shown::Hidden(secret.expose_secret().chars().count())
}

/// Names whose values say nothing that anybody could use.
const PLAIN: [&str; 15] = [
    "USERNAME",
    "USER_ID_FOR_SRP",
    "PREFERRED_CHALLENGE",
    "CHALLENGE_NAME",
    "DEVICE_KEY",
    "TIMESTAMP",
    "SRP_A",
    "SRP_B",
    "SALT",
    "CODE_DELIVERY_DELIVERY_MEDIUM",
    "CODE_DELIVERY_DESTINATION",
    "FRIENDLY_DEVICE_NAME",
    "MFAS_CAN_CHOOSE",
    "MFAS_CAN_SETUP",
    "requiredAttributes",
];

/// Attributes that a user sends are shown; everything that is not known is hidden.
fn shown(name: &str, value: &str) -> Shown {
    if PLAIN.contains(&name) || name.starts_with("userAttributes.") {
        Shown::Plain(value.to_owned())
    } else {
        Shown::Hidden(value.chars().count())
    }
}

pub(super) fn sent(parameters: &BTreeMap<String, SecretString>) -> BTreeMap<String, Shown> {
    parameters.iter().map(|(name, value)| (name.clone(), shown(name, value.expose_secret()))).collect()
}

/// What `ClientMetadata` is called in a recording, where it is JSON.
pub(super) const METADATA: &str = "ClientMetadata";

/// A request with what was sent along for the pool's triggers.
pub(super) fn with_metadata(mut request: Values, metadata: &BTreeMap<String, String>) -> Values {
    if !metadata.is_empty() {
        request.insert(METADATA.to_owned(), Shown::Plain(serde_json::json!(metadata).to_string()));
    }
    request
}

/// The answer to a challenge. Which way or factor was chosen is no secret, but what a trigger asked for may be one.
pub(super) fn answered(challenge: &str, parameters: &BTreeMap<String, SecretString>) -> BTreeMap<String, Shown> {
    let mut all = sent(parameters);
    if let ("SELECT_CHALLENGE" | "SELECT_MFA_TYPE", Some(choice)) = (challenge, parameters.get("ANSWER")) {
        all.insert("ANSWER".to_owned(), Shown::Plain(choice.expose_secret().to_owned()));
    }
    all
}

pub(super) fn asked(challenge: &Challenge) -> BTreeMap<String, Shown> {
    let mut all: BTreeMap<String, Shown> =
        challenge.parameters.iter().map(|(name, value)| (name.clone(), shown(name, value))).collect();
    all.insert("ChallengeName".to_owned(), Shown::Plain(challenge.name.clone()));
    if let Some(session) = &challenge.session {
        all.insert("Session".to_owned(), Shown::Hidden(session.expose_secret().chars().count()));
    }
    if !challenge.available.is_empty() {
        all.insert("AvailableChallenges".to_owned(), Shown::Plain(challenge.available.join(", ")));
    }
    all
}

pub(super) fn given(tokens: &cognito::sign_in::Tokens) -> BTreeMap<String, Shown> {
    let mut all = BTreeMap::new();
    for (name, token) in [("IdToken", &tokens.id), ("AccessToken", &tokens.access), ("RefreshToken", &tokens.refresh)] {
        if let Some(token) = token {
            all.insert(name.to_owned(), Shown::Hidden(token.expose_secret().chars().count()));
        }
    }
    all.insert("ExpiresIn".to_owned(), Shown::Plain(tokens.expires_in.to_string()));
    if let Some(device) = &tokens.device {
        all.insert("NewDeviceMetadata".to_owned(), Shown::Plain(device.key.clone()));
    }
    all
}

pub(super) fn refused(refusal: Refusal, explanation: String) -> Outcome {
    Outcome::Refused { code: refusal.code, message: refusal.message, explanation, request_id: refusal.request_id }
}

/// What a challenge asks for, in a sentence, and what may follow the right answer.
pub(super) fn meaning(challenge: &str) -> (&'static str, &'static [&'static str]) {
    match challenge {
        "PASSWORD_VERIFIER" => (
            "Cognito knows the user, or pretends to, and wants proof of the password.",
            &[
                "tokens",
                "NEW_PASSWORD_REQUIRED",
                "SMS_MFA",
                "SOFTWARE_TOKEN_MFA",
                "EMAIL_OTP",
                "SELECT_MFA_TYPE",
                "MFA_SETUP",
                "DEVICE_SRP_AUTH",
            ],
        ),
        "NEW_PASSWORD_REQUIRED" => (
            "The password was temporary: a new one is needed, and the attributes that the pool requires.",
            &["tokens", "SMS_MFA", "SOFTWARE_TOKEN_MFA", "EMAIL_OTP", "MFA_SETUP"],
        ),
        "SMS_MFA" => ("A code was sent by SMS.", &["tokens", "DEVICE_SRP_AUTH"]),
        "SOFTWARE_TOKEN_MFA" => ("The code of the authenticator app is needed.", &["tokens", "DEVICE_SRP_AUTH"]),
        "EMAIL_OTP" => ("A code was sent by e-mail.", &["tokens"]),
        "SMS_OTP" => ("A code was sent by SMS.", &["tokens"]),
        "SELECT_MFA_TYPE" => (
            "The user has several second factors and must choose one.",
            &["SMS_MFA", "SOFTWARE_TOKEN_MFA", "EMAIL_OTP"],
        ),
        "MFA_SETUP" => ("The pool demands a second factor, and the user has none: one must be set up.", &["tokens"]),
        "SELECT_CHALLENGE" => {
            ("The user may choose how to sign in.", &["PASSWORD", "PASSWORD_SRP", "EMAIL_OTP", "SMS_OTP", "WEB_AUTHN"])
        }
        "PASSWORD" | "PASSWORD_SRP" => ("The password is needed.", &["tokens", "PASSWORD_VERIFIER"]),
        "CUSTOM_CHALLENGE" => ("The pool's own trigger asks something.", &["tokens", "CUSTOM_CHALLENGE"]),
        "DEVICE_SRP_AUTH" => ("The device is remembered and must prove itself.", &["DEVICE_PASSWORD_VERIFIER"]),
        "DEVICE_PASSWORD_VERIFIER" => ("Cognito wants proof of the device's own password.", &["tokens"]),
        "WEB_AUTHN" => ("A passkey is needed, which only a browser on the pool's own domain can use.", &["tokens"]),
        _ => ("A challenge that this version does not know.", &[]),
    }
}
