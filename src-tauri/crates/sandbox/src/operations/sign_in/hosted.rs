//! Signing in on the login page: the same steps as through the API, which end in a login instead of tokens.

use serde_json::{Value, json};

use super::attempt::Attempt;
use super::respond::{self, Reply};
use super::{Step, Texts, refused, wrong};
use crate::authentication::secret_hash;
use crate::authentication::sessions::{Challenge, Flow, Progress};
use crate::directory::{Client, World};
use crate::operations::{Answered, Call, factors, recovery, sign_up};
use crate::protocol::{ApiError, json};

/// Somebody who has proved everything.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Admitted {
    pub(crate) user: u32,
    /// `amr`.
    pub(crate) methods: Vec<String>,
    /// The auth event of the sign-in, where the pool keeps them.
    pub(crate) event_id: Option<String>,
}

/// What comes after a step.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Hosted {
    /// Let in.
    Admitted(Admitted),
    /// A question waits under this session id.
    Asked(String),
}

/// What a page asks for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Question {
    /// A new password, and required attributes that have no value.
    NewPassword { missing: Vec<String> },
    /// A code: `SMS_MFA`, `EMAIL_OTP` or `SOFTWARE_TOKEN_MFA`.
    Code { name: &'static str },
    /// One of these factors.
    Which(Vec<&'static str>),
    /// A code of an authenticator app that has this secret, if a secret was given out yet.
    Setup { secret: Option<String> },
}

/// Begins with a username and a password, towards the first of `levels` that the person can reach.
///
/// # Errors
/// Those of a sign-in with a password.
pub(crate) fn begin(
    call: &mut Call<'_>,
    client: Client,
    pool: &str,
    username: &str,
    password: &str,
    levels: &[u8],
) -> Result<Hosted, ApiError> {
    let progress = Progress::begin(pool, &client.id, Flow::Hosted, username);
    let mut attempt = Attempt { call, client, progress, metadata: Texts::new() };
    let parameters = Texts::from([("PASSWORD".to_owned(), password.to_owned())]);
    attempt.find(&parameters).map_err(|error| if error.code == "UserNotFoundException" { wrong() } else { error })?;
    attempt.aim_at(levels);
    read(&attempt.with_password(password)?)
}

/// What waits under a session id of the login page; `None` when nothing does.
pub(crate) fn question(world: &World, session: &str, now_ms: i64) -> Option<Question> {
    let session = world.sessions.peek(session, now_ms).filter(|session| session.progress.flow == Flow::Hosted)?;
    Some(match &session.challenge {
        Challenge::NewPassword { missing } => Question::NewPassword { missing: missing.clone() },
        Challenge::Code { name, .. } => Question::Code { name },
        Challenge::SoftwareToken => Question::Code { name: "SOFTWARE_TOKEN_MFA" },
        Challenge::SelectFactor(factors) => Question::Which(factors.iter().map(|factor| factor.as_str()).collect()),
        Challenge::Setup { secret, .. } => Question::Setup { secret: secret.clone() },
        _ => return None,
    })
}

/// Goes on with the answers to the question of a session.
///
/// # Errors
/// Those of answers to challenges.
pub(crate) fn answer(call: &mut Call<'_>, client: Client, id: &str, mut given: Texts) -> Result<Hosted, ApiError> {
    let now_ms = call.moment.now_ms;
    let session = call.world.sessions.peek(id, now_ms).filter(|session| session.progress.flow == Flow::Hosted);
    let session = session.ok_or_else(|| refused("Invalid session for the user."))?;
    let (name, pool) = (session.challenge.name(), session.progress.pool.clone());
    let username = session.progress.username.clone();
    let mut id = id.to_owned();
    if name == "MFA_SETUP" {
        let code = given.remove("SOFTWARE_TOKEN_MFA_CODE").unwrap_or_default();
        let verified = within(call, &json!({ "Session": id, "UserCode": code }), factors::verify)?;
        id = verified["Session"].as_str().unwrap_or_default().to_owned();
    }
    let reply = Reply { id: &id, name, typed: &username, responses: &given, metadata: Texts::new(), hosted: true };
    read(&respond::proceed(call, client, &pool, reply)?)
}

/// Gives out the secret of a new authenticator app, and the session that goes on.
///
/// # Errors
/// A session that does not ask for it.
pub(crate) fn set_up(call: &mut Call<'_>, session: &str) -> Result<String, ApiError> {
    let given = within(call, &json!({ "Session": session }), factors::associate)?;
    Ok(given["Session"].as_str().unwrap_or_default().to_owned())
}

/// What people do for themselves without being signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Errand {
    SignUp,
    ConfirmSignUp,
    ForgotPassword,
    ConfirmForgotPassword,
}

/// Carries out an errand as the client: its id and its proof of the secret are added to the input.
///
/// # Errors
/// Those of the operation of that name.
pub(crate) fn run(call: &mut Call<'_>, client: &Client, errand: Errand, mut input: Value) -> Step {
    input["ClientId"] = client.id.clone().into();
    if let Some(secret) = &client.secret {
        let username = input["Username"].as_str().unwrap_or_default();
        input["SecretHash"] = secret_hash::of(username, &client.id, secret).into();
    }
    let operation = match errand {
        Errand::SignUp => sign_up::sign_up,
        Errand::ConfirmSignUp => sign_up::confirm,
        Errand::ForgotPassword => recovery::forgot,
        Errand::ConfirmForgotPassword => recovery::confirm_forgot,
    };
    within(call, &input, operation)
}

/// Another operation in the place of this one.
fn within(call: &mut Call<'_>, input: &Value, run: fn(&mut Call<'_>) -> Answered) -> Step {
    let body = input.to_string();
    let mut inner = Call {
        world: &mut *call.world,
        weather: call.weather,
        body: body.as_bytes(),
        moment: call.moment,
        request_id: call.request_id,
        here: call.here,
        access_key_id: None,
    };
    json::read(&run(&mut inner)?)
}

fn read(answer: &Value) -> Result<Hosted, ApiError> {
    if let Some(session) = answer.get("Session").and_then(Value::as_str) {
        return Ok(Hosted::Asked(session.to_owned()));
    }
    let login = answer.get("Login").ok_or_else(wrong)?;
    let user = login["User"].as_u64().and_then(|user| u32::try_from(user).ok()).ok_or_else(wrong)?;
    let methods = login["Methods"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned);
    Ok(Hosted::Admitted(Admitted {
        user,
        methods: methods.collect(),
        event_id: login["EventId"].as_str().map(str::to_owned),
    }))
}
