//! A sign-in from its first call to its tokens.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Instant;

use cognito::Session;
use cognito::sign_in::srp::{
    EXPONENT_BYTES, ServerChallenge, Srp, SrpError, SrpIdentity, device_verifier, secret_hash,
};
use cognito::sign_in::{Answer, Challenge, NewDevice, Progress, SignInCall};
use jiff::Timestamp;
use model::PoolId;
use model::client::{AppClient, FLOWS, Flow};
use model::connection::ConnectionId;
use rand::Rng;
use secrecy::{ExposeSecret, SecretString};
use totp_rs::{Builder, Secret};
use zeroize::Zeroizing;

pub use cognito::sign_in::Tokens;

use super::LabClient;
use super::answers::{Reply, responses};
use super::explain::explain;
use super::recorder::{self, Outcome, Step};
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
}

/// A sign-in under way or done. Dropping it forgets its secrets.
pub struct SignIn {
    session: Session,
    console: std::sync::Arc<Inner>,
    start: Start,
    flow: &'static Flow,
    /// The name that answers carry: the user's real one once Cognito has told it.
    username: String,
    srp: Option<Srp>,
    challenge: Option<Challenge>,
    stage: Stage,
    steps: Vec<Step>,
    /// The last time step whose code of the authenticator app was used; each counts once.
    used_totp: Option<u64>,
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
    /// [`Code::Validation`] for a flow that does not exist or lacks what it needs, [`Code::JournalUnavailable`] when the
    /// call cannot be written down first; network and credentials as everywhere. A refusal of Cognito's is a [`Stage`].
    pub async fn sign_in(&self, connection: &ConnectionId, start: Start) -> Result<SignIn, Error> {
        let Some(flow) = FLOWS.iter().find(|flow| flow.name == start.flow) else {
            let names: Vec<&str> = FLOWS.iter().map(|flow| flow.name).collect();
            return Err(Error::invalid("flow", format!("There is no such flow. Choose one of {}.", names.join(", "))));
        };
        let session = self.inner.session(connection).await?;
        let nothing = Stage::Refused { code: String::new(), explanation: String::new() };
        let mut sign_in = SignIn {
            session,
            console: self.inner.clone(),
            username: start.username.clone(),
            start,
            flow,
            srp: None,
            challenge: None,
            stage: nothing,
            steps: Vec::new(),
            used_totp: None,
        };
        sign_in.begin().await?;
        sign_in.go_on().await?;
        Ok(sign_in)
    }
}

impl SignIn {
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

    /// Answers the challenge that is open, and what follows as far as it needs nobody.
    ///
    /// # Errors
    /// [`Code::Precondition`] when no challenge is open, [`Code::Validation`] when the answer does not fit it.
    pub async fn answer(&mut self, reply: &Reply) -> Result<(), Error> {
        let Some(challenge) = self.challenge.clone() else {
            return Err(Error::new(Code::Precondition, "No challenge is open. Start again."));
        };
        if let ("PASSWORD_VERIFIER" | "PASSWORD_SRP", Reply::Password(password)) = (challenge.name.as_str(), reply) {
            self.start.password = Some(password.clone());
            return self.go_on().await;
        }
        if let ("SELECT_CHALLENGE", Reply::Choice(choice)) = (challenge.name.as_str(), reply) {
            return self.choose(&challenge, choice).await;
        }
        let responses = responses(&challenge, reply)?;
        self.respond(&challenge, responses).await?;
        self.go_on().await
    }

    /// Begins enrolling an authenticator app for `MFA_SETUP`: its shared secret in base 32.
    ///
    /// # Errors
    /// [`Code::Precondition`] when nothing is to be set up; [`Code::Validation`] with Cognito's refusal.
    pub async fn enrol(&mut self) -> Result<SecretString, Error> {
        let challenge = self.setup()?;
        let session = challenge.session.clone().unwrap_or_default();
        match self.session.associate_software_token(&self.start.pool, &session).await? {
            Answer::Given((secret, next)) => {
                self.replace_session(next);
                Ok(secret)
            }
            Answer::Refused(refusal) => Err(self.refusal("enrol", &refusal)),
        }
    }

    /// Ends the enrolment with a code of the app and goes on with the sign-in.
    ///
    /// # Errors
    /// As [`SignIn::enrol`].
    pub async fn verify_enrolment(&mut self, code: &str) -> Result<(), Error> {
        let challenge = self.setup()?;
        let session = challenge.session.clone().unwrap_or_default();
        match self.session.verify_software_token(&self.start.pool, &session, code).await? {
            Answer::Given(next) => self.replace_session(next),
            Answer::Refused(refusal) => return Err(self.refusal("code", &refusal)),
        }
        self.answer(&Reply::Enrolled).await
    }

    /// Signs the user out everywhere (`GlobalSignOut`; makes the user a monthly active user). Tokens that are out, those
    /// held here too, verify offline until they expire.
    ///
    /// # Errors
    /// [`Code::Precondition`] without an access token; [`Code::Validation`] with Cognito's refusal.
    pub async fn sign_out_everywhere(&self) -> Result<(), Error> {
        let Stage::Tokens(Tokens { access: Some(access), .. }) = &self.stage else {
            return Err(Error::new(Code::Precondition, "There is no access token to sign out with."));
        };
        match self.session.sign_out_everywhere(&self.start.pool, access).await? {
            Answer::Given(()) => Ok(()),
            Answer::Refused(refusal) => Err(self.refusal("token", &refusal)),
        }
    }

    /// Whether Cognito still takes the access token (`GetUser`; free): the sentence to show.
    ///
    /// # Errors
    /// [`Code::Precondition`] without an access token.
    pub async fn still_signed_in(&self) -> Result<String, Error> {
        let Stage::Tokens(Tokens { access: Some(access), .. }) = &self.stage else {
            return Err(Error::new(Code::Precondition, "There is no access token to ask with."));
        };
        Ok(match self.session.whoami(&self.start.pool, access).await? {
            Answer::Given(_) => "Cognito still takes the access token.".to_owned(),
            Answer::Refused(refusal) => format!("Cognito takes the access token no longer: {}", refusal.message),
        })
    }

    /// Registers the new device that came with the tokens, so that it is remembered.
    ///
    /// # Errors
    /// [`Code::Precondition`] when no new device came; [`Code::Validation`] with Cognito's refusal.
    pub async fn remember_device(&self) -> Result<Device, Error> {
        let Stage::Tokens(Tokens { access: Some(access), device: Some(NewDevice { key, group_key }), .. }) =
            &self.stage
        else {
            return Err(Error::new(
                Code::Precondition,
                "No new device came with the tokens: the pool does not track devices, or it is known.",
            ));
        };
        let mut random = Zeroizing::new([0; 40]);
        rand::rng().fill_bytes(random.as_mut_slice());
        let password = SecretString::from(hex(random.as_slice()));
        let mut salt = [0; 16];
        rand::rng().fill_bytes(&mut salt);
        let identity = SrpIdentity { group: group_key.clone(), user: key.clone() };
        let verifier = device_verifier(&identity, &password, &salt);
        match self.session.confirm_device(&self.start.pool, access, key, &verifier).await? {
            Answer::Given(_) => Ok(Device { key: key.clone(), group_key: group_key.clone(), password }),
            Answer::Refused(refusal) => Err(self.refusal("device", &refusal)),
        }
    }

    async fn begin(&mut self) -> Result<(), Error> {
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
        let (sent, at, clock) = (recorder::sent(&call.parameters), self.console.now(), Instant::now());
        let answer = self.session.initiate_auth(self.flow.name, &call).await?;
        let operation = if self.flow.admin { "AdminInitiateAuth" } else { "InitiateAuth" };
        self.record(operation, self.flow.name, sent, at, clock, answer);
        Ok(())
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

    /// The answer that can be given without asking anybody; `None` when a person is needed.
    fn own_answer(&mut self, challenge: &Challenge) -> Result<Option<BTreeMap<String, SecretString>>, Error> {
        match challenge.name.as_str() {
            "PASSWORD_VERIFIER" => {
                let Some(password) = self.start.password.clone() else { return Ok(None) };
                let user =
                    challenge.parameters.get("USER_ID_FOR_SRP").cloned().unwrap_or_else(|| self.username.clone());
                let pool = self.start.pool.as_str();
                let group = pool.split_once('_').map_or(pool, |(_, name)| name).to_owned();
                self.prove(challenge, &SrpIdentity { group, user }, &password).map(Some)
            }
            "DEVICE_SRP_AUTH" => {
                let Some(device) = self.start.device.clone() else { return Ok(None) };
                let srp = srp()?;
                let responses = BTreeMap::from([
                    ("DEVICE_KEY".to_owned(), device.key.into()),
                    ("SRP_A".to_owned(), srp.public_value().into()),
                ]);
                self.srp = Some(srp);
                Ok(Some(responses))
            }
            "DEVICE_PASSWORD_VERIFIER" => {
                let Some(device) = self.start.device.clone() else { return Ok(None) };
                let identity = SrpIdentity { group: device.group_key, user: device.key.clone() };
                let mut responses = self.prove(challenge, &identity, &device.password)?;
                responses.insert("DEVICE_KEY".to_owned(), device.key.into());
                Ok(Some(responses))
            }
            "PASSWORD_SRP" if self.start.password.is_some() => {
                let srp = srp()?;
                let responses = BTreeMap::from([("SRP_A".to_owned(), srp.public_value().into())]);
                self.srp = Some(srp);
                Ok(Some(responses))
            }
            "SOFTWARE_TOKEN_MFA" => self.app_code(),
            _ => Ok(None),
        }
    }

    /// The code of the authenticator app, once for each time step.
    fn app_code(&mut self) -> Result<Option<BTreeMap<String, SecretString>>, Error> {
        let Some(secret) = &self.start.totp else { return Ok(None) };
        let seconds = u64::try_from(self.console.now().as_second()).unwrap_or_default();
        if self.used_totp == Some(seconds / 30) {
            return Ok(None);
        }
        self.used_totp = Some(seconds / 30);
        let code = totp_code(secret, seconds)?;
        Ok(Some(BTreeMap::from([("SOFTWARE_TOKEN_MFA_CODE".to_owned(), code)])))
    }

    fn prove(
        &self,
        challenge: &Challenge,
        identity: &SrpIdentity,
        password: &SecretString,
    ) -> Result<BTreeMap<String, SecretString>, Error> {
        let part = |name: &str| challenge.parameters.get(name).cloned().unwrap_or_default();
        let theirs = ServerChallenge { srp_b: part("SRP_B"), salt: part("SALT"), secret_block: part("SECRET_BLOCK") };
        let Some(srp) = &self.srp else {
            return Err(Error::new(Code::Internal, "Cognito wants a proof that was not begun. Start again."));
        };
        let proof = srp.prove(identity, password, &theirs, self.console.now())?;
        Ok(BTreeMap::from([
            ("PASSWORD_CLAIM_SIGNATURE".to_owned(), proof.signature.into()),
            ("PASSWORD_CLAIM_SECRET_BLOCK".to_owned(), theirs.secret_block.into()),
            ("TIMESTAMP".to_owned(), proof.timestamp.into()),
        ]))
    }

    async fn choose(&mut self, challenge: &Challenge, choice: &str) -> Result<(), Error> {
        let mut responses = BTreeMap::from([("ANSWER".to_owned(), SecretString::from(choice.to_owned()))]);
        match (choice, &self.start.password) {
            ("PASSWORD", Some(password)) => {
                responses.insert("PASSWORD".to_owned(), password.clone());
            }
            ("PASSWORD_SRP", _) => {
                let srp = srp()?;
                responses.insert("SRP_A".to_owned(), srp.public_value().into());
                self.srp = Some(srp);
            }
            _ => {}
        }
        self.respond(challenge, responses).await?;
        self.go_on().await
    }

    async fn respond(
        &mut self,
        challenge: &Challenge,
        mut responses: BTreeMap<String, SecretString>,
    ) -> Result<(), Error> {
        responses.insert("USERNAME".to_owned(), self.username.clone().into());
        if let Some(device) = &self.start.device {
            responses.entry("DEVICE_KEY".to_owned()).or_insert_with(|| device.key.clone().into());
        }
        let call = self.call(responses);
        let (sent, at, clock) = (recorder::sent(&call.parameters), self.console.now(), Instant::now());
        let answer = self.session.respond_to_challenge(&challenge.name, challenge.session.as_ref(), &call).await?;
        let operation = if self.flow.admin { "AdminRespondToAuthChallenge" } else { "RespondToAuthChallenge" };
        self.record(operation, &challenge.name, sent, at, clock, answer);
        Ok(())
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
            admin: self.flow.admin,
            person: Some(self.username.clone()),
            parameters,
            metadata: self.start.metadata.clone(),
        }
    }

    fn record(
        &mut self,
        operation: &'static str,
        subject: &str,
        request: BTreeMap<String, recorder::Shown>,
        at: Timestamp,
        clock: Instant,
        answer: Answer<Progress>,
    ) {
        let took_ms = u64::try_from(clock.elapsed().as_millis()).unwrap_or(u64::MAX);
        let mut step = Step {
            operation,
            subject: subject.to_owned(),
            at,
            took_ms,
            request,
            answer: BTreeMap::new(),
            outcome: Outcome::Tokens,
            meaning: "Signed in.".to_owned(),
            next: Vec::new(),
        };
        match answer {
            Answer::Given(Progress::Tokens(tokens)) => {
                step.answer = recorder::given(&tokens);
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
    }

    fn client(&self) -> &AppClient {
        &self.start.client.client
    }

    fn setup(&self) -> Result<&Challenge, Error> {
        self.challenge
            .as_ref()
            .filter(|challenge| challenge.name == "MFA_SETUP")
            .ok_or_else(|| Error::new(Code::Precondition, "No second factor is to be set up now."))
    }

    fn replace_session(&mut self, session: Option<SecretString>) {
        if let Some(challenge) = &mut self.challenge
            && session.is_some()
        {
            challenge.session = session;
        }
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

/// The user's real name, as a challenge tells it.
fn canonical(challenge: &Challenge) -> Option<String> {
    let told = |name: &str| challenge.parameters.get(name).filter(|value| !value.is_empty()).cloned();
    told("USERNAME").or_else(|| told("USER_ID_FOR_SRP"))
}

fn srp() -> Result<Srp, Error> {
    let mut random = Zeroizing::new([0; EXPONENT_BYTES]);
    rand::rng().fill_bytes(random.as_mut_slice());
    Ok(Srp::new(&random)?)
}

/// The code of an authenticator app at a time: SHA-1, six digits, thirty seconds (RFC 6238), which is all that Cognito takes.
fn totp_code(secret: &SecretString, seconds: u64) -> Result<SecretString, Error> {
    let invalid = |_| Error::invalid("totp", "The secret of the authenticator app is not base 32.");
    let plain: String = secret.expose_secret().chars().filter(|c| !c.is_whitespace() && *c != '=').collect();
    let secret = Secret::try_from_base32(plain.to_ascii_uppercase()).map_err(invalid)?;
    let totp = Builder::new().with_secret(secret).build_noncompliant();
    Ok(SecretString::from(totp.generate(seconds).to_string()))
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::new();
    for byte in bytes {
        // Writing into a string does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
