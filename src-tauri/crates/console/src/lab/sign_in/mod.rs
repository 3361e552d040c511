//! A sign-in from its first call to its tokens.

mod afterwards;
mod direct;
mod own_answers;
mod replay;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use cognito::Session;
use cognito::oauth::Hosted;
use cognito::sign_in::srp::{Srp, SrpError, secret_hash};
use cognito::sign_in::{Answer, Challenge, Progress, SignInCall};
use model::PoolId;
use model::client::{AppClient, Door, FLOWS, Flow};
use model::connection::ConnectionId;
use model::token::decode;
use own_answers::srp;
use secrecy::{ExposeSecret, SecretString};

pub use afterwards::Deed;
pub use cognito::sign_in::Tokens;
pub(super) use direct::as_progress;

use super::LabClient;
use super::answers::{Reply, responses};
use super::explain::explain;
use super::recorder::{self, Outcome, Sent, Step};
use crate::error::{Code, Error};
use crate::open::{Console, Inner};

/// What a sign-in begins with.
#[derive(Debug, Clone)]
pub struct Start {
    /// The pool.
    pub pool: PoolId,
    /// The client, with its secret where it has one.
    pub client: LabClient,
    /// `AuthFlow`, one of [`FLOWS`].
    pub flow: String,
    /// The user name or alias; for `REFRESH_TOKEN_AUTH` the user's real name.
    pub username: String,
    /// The password, or the refresh token; without it, flows that can ask for it do.
    pub password: Option<SecretString>,
    /// The shared secret of an authenticator app in base 32: its codes are then made here.
    pub totp: Option<SecretString>,
    /// A device that was remembered.
    pub device: Option<Device>,
    /// For the pool's triggers.
    pub metadata: BTreeMap<String, String>,
    /// OAuth scopes, for hosted login and for machines; empty for all that the client may have.
    pub scopes: Vec<String>,
}

impl Start {
    /// A start with nothing but names.
    #[must_use]
    pub fn new(pool: PoolId, client: LabClient, flow: &str, username: &str) -> Self {
        Self {
            pool,
            client,
            flow: flow.to_owned(),
            username: username.to_owned(),
            password: None,
            totp: None,
            device: None,
            metadata: BTreeMap::new(),
            scopes: Vec::new(),
        }
    }
}

/// A device that Cognito knows, with the password that only we know.
#[derive(Debug, Clone)]
pub struct Device {
    /// `DeviceKey`.
    pub key: String,
    /// `DeviceGroupKey`.
    pub group_key: String,
    /// Made when it was registered.
    pub password: SecretString,
}

/// Where a sign-in stands.
#[derive(Debug)]
pub enum Stage {
    /// Cognito asks; see [`SignIn::answer`].
    Challenge(Challenge),
    /// There are tokens.
    Tokens(Tokens),
    /// Cognito said no. A wrong code may be tried again on the challenge before.
    Refused {
        /// The exception.
        code: String,
        /// What is behind it.
        explanation: String,
    },
    /// A call failed after others were recorded, or was sent and never answered. A challenge that is still open may be
    /// answered again.
    Failed(Error),
}

/// A sign-in under way or done. Dropping it forgets its secrets.
pub struct SignIn {
    session: Session,
    console: Arc<Inner>,
    connection: ConnectionId,
    /// What it began with, for doing it again; what was typed or remembered since is beside it.
    start: Start,
    flow: &'static Flow,
    /// The name that answers carry: the user's real one once Cognito has told it.
    username: String,
    /// The password, also one that was typed when it was asked for.
    password: Option<SecretString>,
    /// The device, also one that was remembered in the end.
    device: Option<Device>,
    srp: Option<Srp>,
    challenge: Option<Challenge>,
    stage: Stage,
    steps: Vec<Step>,
    /// The last time step whose code of the authenticator app was used; each counts once.
    used_totp: Option<u64>,
    /// Where the pool's domain is, once it was asked for.
    hosted: Option<Hosted>,
    /// The secret of the authenticator app that is being enrolled.
    enrolling: Option<SecretString>,
    /// What Cognito took for an answer to which challenge, for doing it again.
    replies: Vec<(String, Reply)>,
}

impl fmt::Debug for SignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignIn")
            .field("flow", &self.flow.name)
            .field("steps", &self.steps.len())
            .finish_non_exhaustive()
    }
}

impl Console {
    /// Begins a sign-in and answers what can be answered without asking: the proof of the password, a remembered
    /// device, the code of an authenticator app whose secret is known. Makes the user a monthly active user.
    ///
    /// # Errors
    /// [`Code::Precondition`] in Production, which is read-only: a sign-in changes passwords, runs triggers and counts.
    /// [`Code::Validation`] for a flow that does not exist or lacks what it needs, [`Code::JournalUnavailable`] when the
    /// call cannot be written down first; missing credentials. A refusal of Cognito's is a [`Stage`], and so is a call that
    /// failed once anything was sent: what was recorded until then is not lost.
    pub async fn sign_in(&self, connection: &ConnectionId, start: Start) -> Result<SignIn, Error> {
        self.sign_in_after(connection, start, None).await
    }

    /// As [`Console::sign_in`]; the codes of the authenticator app of the time step `used_totp` and before are used up.
    async fn sign_in_after(
        &self,
        connection: &ConnectionId,
        start: Start,
        used_totp: Option<u64>,
    ) -> Result<SignIn, Error> {
        let flow = flow_of(&start.flow)?;
        self.inner.refuse_in_production(connection)?;
        let session = self.inner.session(connection).await?;
        let mut sign_in = SignIn::new(session, self.inner.clone(), connection, start, flow);
        sign_in.used_totp = used_totp;
        let ended = sign_in.run().await;
        sign_in.broken_off(0, ended)?;
        Ok(sign_in)
    }
}

fn flow_of(name: &str) -> Result<&'static Flow, Error> {
    FLOWS.iter().find(|flow| flow.name == name).ok_or_else(|| {
        let names: Vec<&str> = FLOWS.iter().map(|flow| flow.name).collect();
        Error::invalid("flow", format!("There is no such flow. Choose one of {}.", names.join(", ")))
    })
}

impl SignIn {
    pub(super) fn new(
        session: Session,
        console: Arc<Inner>,
        connection: &ConnectionId,
        start: Start,
        flow: &'static Flow,
    ) -> Self {
        Self {
            session,
            console,
            connection: connection.clone(),
            username: start.username.clone(),
            password: start.password.clone(),
            device: start.device.clone(),
            start,
            flow,
            srp: None,
            challenge: None,
            stage: Stage::Refused { code: String::new(), explanation: String::new() },
            steps: Vec::new(),
            used_totp: None,
            hosted: None,
            enrolling: None,
            replies: Vec::new(),
        }
    }

    /// What it began with.
    #[must_use]
    pub fn start(&self) -> &Start {
        &self.start
    }

    /// The flow.
    #[must_use]
    pub fn flow(&self) -> &'static Flow {
        self.flow
    }

    /// Where it stands.
    #[must_use]
    pub fn stage(&self) -> &Stage {
        &self.stage
    }

    /// The challenge that waits for an answer, also after a wrong one; `None` when none does.
    #[must_use]
    pub fn open_challenge(&self) -> Option<&Challenge> {
        self.challenge.as_ref()
    }

    /// Every call so far.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The user's real name, once Cognito has told it.
    #[must_use]
    pub fn username(&self) -> &str {
        &self.username
    }

    /// The refresh token that goes on with this sign-in; `None` when none came. Refreshing gives another one only where the
    /// client rotates them: without, and after a refusal, it is the one that was sent.
    #[must_use]
    pub fn refresh_token(&self) -> Option<&SecretString> {
        match &self.stage {
            Stage::Tokens(Tokens { refresh: Some(refresh), .. }) => Some(refresh),
            _ if self.flow.refreshes() => self.start.password.as_ref(),
            _ => None,
        }
    }

    /// Answers the challenge that is open, and what follows as far as it needs nobody.
    ///
    /// # Errors
    /// [`Code::Precondition`] when no challenge is open and in Production, [`Code::Validation`] when the answer does not fit.
    pub async fn answer(&mut self, reply: &Reply) -> Result<(), Error> {
        self.refuse_in_production()?;
        let Some(challenge) = self.challenge.clone() else {
            return Err(Error::new(Code::Precondition, "No challenge is open. Start again."));
        };
        let before = self.steps.len();
        let given = self.give(&challenge, reply).await;
        // Even if what followed failed.
        let is_lost = |step: &Step| matches!(step.outcome, Outcome::Refused { .. } | Outcome::Failed { .. });
        if self.steps.get(before).is_some_and(|step| !is_lost(step)) {
            self.replies.push((challenge.name, reply.clone()));
        }
        self.broken_off(before, given)
    }

    /// Stands where something failed when the recording has more than `before` steps; with no more of them nothing has
    /// happened, and it is an error.
    pub(super) fn broken_off(&mut self, before: usize, ended: Result<(), Error>) -> Result<(), Error> {
        match ended {
            Err(error) if self.steps.len() > before => {
                self.stage = Stage::Failed(error);
                Ok(())
            }
            ended => ended,
        }
    }

    /// From the first call to where somebody is needed.
    async fn run(&mut self) -> Result<(), Error> {
        self.begin().await?;
        self.go_on().await
    }

    async fn give(&mut self, challenge: &Challenge, reply: &Reply) -> Result<(), Error> {
        if let ("PASSWORD_VERIFIER" | "PASSWORD_SRP", Reply::Password(password)) = (challenge.name.as_str(), reply) {
            self.password = Some(password.clone());
            return self.go_on().await;
        }
        match (challenge.name.as_str(), reply) {
            ("SELECT_CHALLENGE", Reply::Choice(choice)) => return self.choose(challenge, choice).await,
            ("SELECT_CHALLENGE", Reply::Password(password)) => {
                self.password = Some(password.clone());
                return self.choose(challenge, "PASSWORD").await;
            }
            _ => {}
        }
        let responses = responses(challenge, reply)?;
        self.respond(challenge, responses).await?;
        self.go_on().await
    }

    async fn begin(&mut self) -> Result<(), Error> {
        match self.flow.door {
            Door::Initiate | Door::AdminInitiate => self.initiate().await,
            Door::Direct => self.take_tokens().await,
            Door::Browser => {
                Err(Error::invalid("flow", format!("{} begins in a browser, in the window.", self.flow.name)))
            }
        }
    }

    async fn initiate(&mut self) -> Result<(), Error> {
        let mut parameters = BTreeMap::new();
        let mut put = |name: &str, value: SecretString| parameters.insert(name.to_owned(), value);
        let password = self.start.password.clone();
        let needed = || Error::invalid("password", format!("The flow {} needs the password.", self.flow.name));
        match self.flow.name {
            "USER_SRP_AUTH" => {
                let srp = srp()?;
                put("SRP_A", srp.public_value().into());
                self.srp = Some(srp);
            }
            "USER_PASSWORD_AUTH" | "ADMIN_USER_PASSWORD_AUTH" => {
                put("PASSWORD", password.ok_or_else(needed)?);
            }
            "REFRESH_TOKEN_AUTH" => {
                put("REFRESH_TOKEN", password.ok_or_else(needed)?);
            }
            // With a password, the proof is what is preferred; without, Cognito lists what can be chosen.
            "USER_AUTH" if password.is_some() => {
                let srp = srp()?;
                put("PREFERRED_CHALLENGE", "PASSWORD_SRP".to_owned().into());
                put("SRP_A", srp.public_value().into());
                self.srp = Some(srp);
            }
            "CUSTOM_AUTH" if password.is_some() => {
                let srp = srp()?;
                put("CHALLENGE_NAME", "SRP_A".to_owned().into());
                put("SRP_A", srp.public_value().into());
                self.srp = Some(srp);
            }
            _ => {}
        }
        if self.flow.name != "REFRESH_TOKEN_AUTH" {
            put("USERNAME", self.start.username.clone().into());
        }
        if let Some(device) = &self.start.device {
            put("DEVICE_KEY", device.key.clone().into());
        }
        let call = self.call(parameters);
        let operation = if self.flow.admin() { "AdminInitiateAuth" } else { "InitiateAuth" };
        let request = recorder::with_metadata(recorder::sent(&call.parameters), &call.metadata);
        let sent = self.sending(operation, self.flow.name, request);
        let answer = self.session.initiate_auth(self.flow.name, &call).await;
        self.record(sent, answer)
    }

    /// Answers what needs nobody, until something does.
    async fn go_on(&mut self) -> Result<(), Error> {
        // No flow has this many steps; a server that asks for ever is left.
        for _ in 0..12 {
            let Some(challenge) = self.challenge.clone() else { return Ok(()) };
            let Some(responses) = self.own_answer(&challenge)? else { return Ok(()) };
            self.respond(&challenge, responses).await?;
        }
        Err(Error::new(Code::Internal, "Cognito asks again and again. Start again, and look at the recording."))
    }

    async fn respond(
        &mut self,
        challenge: &Challenge,
        mut responses: BTreeMap<String, SecretString>,
    ) -> Result<(), Error> {
        responses.insert("USERNAME".to_owned(), self.username.clone().into());
        if let Some(device) = &self.device {
            responses.entry("DEVICE_KEY".to_owned()).or_insert_with(|| device.key.clone().into());
        }
        let call = self.call(responses);
        let operation = if self.flow.admin() { "AdminRespondToAuthChallenge" } else { "RespondToAuthChallenge" };
        let request = recorder::answered(&challenge.name, &call.parameters);
        let sent = self.sending(operation, &challenge.name, recorder::with_metadata(request, &call.metadata));
        let answer = self.session.respond_to_challenge(&challenge.name, challenge.session.as_ref(), &call).await;
        self.record(sent, answer)
    }

    /// A call with the digest that clients with a secret want.
    fn call(&self, mut parameters: BTreeMap<String, SecretString>) -> SignInCall {
        let client = &self.start.client;
        if let Some(secret) = &client.secret {
            let hash = secret_hash(&self.username, client.client.id.as_str(), secret);
            parameters.insert("SECRET_HASH".to_owned(), hash);
        }
        SignInCall {
            pool: self.start.pool.clone(),
            client: client.client.id.clone(),
            admin: self.flow.admin(),
            person: Some(self.username.clone()),
            parameters,
            metadata: self.start.metadata.clone(),
        }
    }

    /// A connection can be marked Production while a sign-in is under way.
    pub(super) fn refuse_in_production(&self) -> Result<(), Error> {
        self.console.refuse_in_production(&self.connection)
    }

    pub(super) fn session(&self) -> &Session {
        &self.session
    }

    /// Where the pool's domain is, if that was asked for.
    pub(super) fn known_domain(&self) -> Option<&str> {
        self.hosted.as_ref().map(Hosted::base)
    }

    pub(super) fn push(&mut self, step: Step) {
        self.steps.push(step);
    }

    pub(super) fn set_hosted(&mut self, hosted: Hosted) {
        self.hosted = Some(hosted);
    }

    pub(super) fn set_username(&mut self, name: &str) {
        name.clone_into(&mut self.username);
    }

    /// Throws the tokens away, because they are not what was asked for.
    pub(super) fn discard(&mut self, code: &str, message: &str) {
        // The words are ours, not Cognito's.
        let refusal = cognito::sign_in::Refusal { code: code.to_owned(), message: String::new(), request_id: None };
        self.stage = Stage::Refused { code: code.to_owned(), explanation: message.to_owned() };
        if let Some(step) = self.steps.last_mut() {
            message.clone_into(&mut step.meaning);
            step.outcome = recorder::refused(refusal, message.to_owned());
        }
    }

    pub(super) fn sending(&self, operation: &'static str, subject: &str, request: recorder::Values) -> Sent {
        Sent::new(operation, subject, request, self.console.now())
    }

    /// Records a call that failed, and gives its error to whoever asked for it.
    pub(super) fn failed(&mut self, sent: Sent, error: cognito::Error) -> Error {
        let (step, error) = sent.failed(error);
        self.steps.extend(step);
        error
    }

    pub(super) fn record(&mut self, sent: Sent, answer: Result<Answer<Progress>, cognito::Error>) -> Result<(), Error> {
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => return Err(self.failed(sent, error)),
        };
        let mut step = sent.step();
        step.outcome = Outcome::Tokens;
        "Signed in.".clone_into(&mut step.meaning);
        match answer {
            Answer::Given(Progress::Tokens(tokens)) => {
                step.answer = recorder::given(&tokens);
                // A refresh needs no name, and the ID token tells it.
                if let (true, Some(name)) = (self.username.is_empty(), named(&tokens)) {
                    self.username = name;
                }
                self.challenge = None;
                self.stage = Stage::Tokens(tokens);
            }
            Answer::Given(Progress::Challenge(challenge)) => {
                let (meaning, next) = recorder::meaning(&challenge.name);
                step.answer = recorder::asked(&challenge);
                step.outcome = Outcome::Challenge(challenge.name.clone());
                meaning.clone_into(&mut step.meaning);
                step.next = next.iter().map(|&next| next.to_owned()).collect();
                if let Some(name) = canonical(&challenge) {
                    self.username = name;
                }
                self.challenge = Some(challenge.clone());
                self.stage = Stage::Challenge(challenge);
            }
            Answer::Refused(refusal) => {
                let explanation = explain(&refusal, self.client());
                // A wrong code may be tried again with the same session; anything else ended the sign-in.
                if !matches!(refusal.code.as_str(), "CodeMismatchException" | "InvalidPasswordException") {
                    self.challenge = None;
                }
                self.stage = Stage::Refused { code: refusal.code.clone(), explanation: explanation.clone() };
                step.meaning.clone_from(&explanation);
                step.outcome = recorder::refused(refusal, explanation);
            }
        }
        self.steps.push(step);
        Ok(())
    }

    fn client(&self) -> &AppClient {
        &self.start.client.client
    }

    fn refusal(&self, field: &str, refusal: &cognito::sign_in::Refusal) -> Error {
        let mut error = Error::invalid(field, explain(refusal, self.client()));
        error.request_id.clone_from(&refusal.request_id);
        error
    }
}

impl From<SrpError> for Error {
    fn from(error: SrpError) -> Self {
        Self::new(Code::Precondition, error.to_string())
    }
}

/// The user's real name, as an ID token tells it.
fn named(tokens: &Tokens) -> Option<String> {
    let id = decode(tokens.id.as_ref()?.expose_secret()).ok()?;
    id.text("cognito:username").map(str::to_owned)
}

/// The user's real name, as a challenge tells it.
fn canonical(challenge: &Challenge) -> Option<String> {
    let told = |name: &str| challenge.parameters.get(name).filter(|value| !value.is_empty()).cloned();
    told("USERNAME").or_else(|| told("USER_ID_FOR_SRP"))
}
