//! Answers to challenges: whose they are, and where they go.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::attempt::Attempt;
use super::{Respond, Step, Texts, device, flows, refused, required, status, wrong};
use crate::authentication::secret_hash;
use crate::authentication::sessions::{self, Challenge, Flow, Session};
use crate::directory::Client;
use crate::operations::Call;
use crate::protocol::{ApiError, check};

const NAMES: [&str; 16] = [
    "SMS_MFA",
    "EMAIL_OTP",
    "SOFTWARE_TOKEN_MFA",
    "SELECT_MFA_TYPE",
    "MFA_SETUP",
    "PASSWORD_VERIFIER",
    "CUSTOM_CHALLENGE",
    "SELECT_CHALLENGE",
    "DEVICE_SRP_AUTH",
    "DEVICE_PASSWORD_VERIFIER",
    "ADMIN_NO_SRP_AUTH",
    "NEW_PASSWORD_REQUIRED",
    "SMS_OTP",
    "PASSWORD",
    "WEB_AUTHN",
    "PASSWORD_SRP",
];

pub(super) fn answer(call: &mut Call<'_>, input: &Respond) -> Step {
    let name = check::required(input.challenge_name.as_deref(), "challengeName")?;
    if !NAMES.contains(&name) {
        let rule = format!("Member must satisfy enum value set: [{}]", NAMES.join(", "));
        return Err(ApiError::constraint(name, "challengeName", &rule));
    }
    let (pool, client) = call.client(input.client_id.as_deref())?;
    let pool = pool.id.clone();
    let empty = Texts::new();
    let responses = input.challenge_responses.as_ref().unwrap_or(&empty);
    let typed = required(responses, "USERNAME")?;
    secret_hash::check(&client, typed, responses.get("SECRET_HASH").map(String::as_str))?;
    device::demand_key(responses.get("DEVICE_KEY").map(String::as_str))?;
    let id = session_id(call, input, name, responses)?;
    let metadata = input.client_metadata.clone().unwrap_or_default();
    proceed(call, client, &pool, Reply { id: &id, name, typed, responses, metadata, hosted: false })
}

/// An answer whose client has proved to be it.
pub(super) struct Reply<'a> {
    /// The session.
    pub(super) id: &'a str,
    /// `ChallengeName`.
    pub(super) name: &'a str,
    /// `USERNAME`.
    pub(super) typed: &'a str,
    pub(super) responses: &'a Texts,
    pub(super) metadata: Texts,
    /// Whether it comes from the login page, whose sessions are its own.
    pub(super) hosted: bool,
}

/// Goes on with a sign-in.
pub(super) fn proceed(call: &mut Call<'_>, client: Client, pool: &str, reply: Reply<'_>) -> Step {
    let Reply { id, name, typed, responses, metadata, hosted } = reply;
    let now_ms = call.moment.now_ms;
    let session = call.world.sessions.take(id, now_ms)?;
    let progress = &session.progress;
    let same = progress.pool == pool
        && progress.client == client.id
        && (progress.flow == Flow::Hosted) == hosted
        && is_meant(call, &session, typed);
    if !same || session.challenge.name() != name {
        call.world.sessions.put_back(id, session);
        return Err(refused("Invalid session for the user."));
    }
    let mut attempt = Attempt { call, client, progress: session.progress.clone(), metadata };
    if let Some(user) = attempt.progress.user {
        attempt.call.world.acts(pool, user);
    }
    if let Some(key) = responses.get("DEVICE_KEY") {
        attempt.progress.device.get_or_insert_with(|| key.clone());
    }
    let step = status::demand_enabled(&attempt).and_then(|()| attempt.with_answer(&session.challenge, responses));
    if step.as_ref().is_err_and(|error| may_retry(error, &session.challenge)) {
        attempt.call.world.sessions.put_back(id, session);
    }
    step
}

/// The session that an answer is for. Clients may leave it out of the steps of SRP: a proof names it by the secret
/// block, a device by its key.
fn session_id(call: &Call<'_>, input: &Respond, name: &str, responses: &Texts) -> Result<String, ApiError> {
    if let Some(session) = input.session.as_deref().filter(|session| !session.is_empty()) {
        return Ok(session.to_owned());
    }
    match name {
        "PASSWORD_VERIFIER" | "DEVICE_PASSWORD_VERIFIER" => {
            let block = required(responses, "PASSWORD_CLAIM_SECRET_BLOCK")?;
            let block = BASE64_STANDARD.decode(block).unwrap_or_default();
            sessions::id_in_block(&block).map(str::to_owned).ok_or_else(wrong)
        }
        "DEVICE_SRP_AUTH" => {
            let (client, now_ms) = (input.client_id.as_deref().unwrap_or_default(), call.moment.now_ms);
            let (username, key) = (required(responses, "USERNAME")?, required(responses, "DEVICE_KEY")?);
            let waiting = call.world.sessions.of_device(client, username, key, now_ms);
            let none = || refused("Cannot initiate DEVICE_SRP_AUTH flow without first authenticating");
            waiting.map(str::to_owned).ok_or_else(none)
        }
        _ => Err(ApiError::invalid("Missing required parameter Session")),
    }
}

/// Whether an answer names the person of the session: as at first, or as answers call the person.
fn is_meant(call: &mut Call<'_>, session: &Session, typed: &str) -> bool {
    let progress = &session.progress;
    let by_name = typed == progress.username || typed == progress.typed;
    by_name || {
        let pool = call.world.pools.get_mut(&progress.pool);
        pool.and_then(|pool| flows::look_up(pool, typed)).is_some_and(|found| Some(found) == progress.user)
    }
}

/// A mistyped code, a password that is too short or a forgotten parameter leave the question open. What was proved
/// wrongly, or refused for good, does not.
fn may_retry(error: &ApiError, challenge: &Challenge) -> bool {
    let final_word = matches!(error.code.as_str(), "NotAuthorizedException" | "UserLambdaValidationException");
    !final_word || matches!(challenge, Challenge::NewPassword { .. })
}

impl Attempt<'_, '_> {
    fn with_answer(&mut self, challenge: &Challenge, responses: &Texts) -> Step {
        match challenge {
            Challenge::PasswordVerifier(proof) => self.with_password_proof(proof, responses),
            Challenge::DeviceSrp => self.with_device(responses),
            Challenge::DeviceVerifier(proof) => self.with_device_proof(proof, responses),
            Challenge::NewPassword { missing } => self.with_new_password(missing, responses),
            Challenge::Code { name, code } => self.with_code(name, code, responses),
            Challenge::SoftwareToken => self.with_software_token(responses),
            Challenge::SelectFactor(choices) => self.with_chosen_factor(choices, responses),
            Challenge::Setup { verified, .. } => self.with_setup(*verified),
            Challenge::Select(available) => self.with_selection(available, responses),
            Challenge::Password => self.with_password(required(responses, "PASSWORD")?),
            Challenge::PasswordSrp => self.ask_password_proof(required(responses, "SRP_A")?),
            Challenge::Passkey { challenge } => self.with_passkey(challenge, responses),
            Challenge::Custom { private, metadata } => self.with_custom(private, metadata.clone(), responses),
            Challenge::SignUp { .. } => Err(refused("Invalid session for the user.")),
        }
    }
}
