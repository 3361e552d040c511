//! Signing in on the login page: who is let in, and what is asked next.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Visit;
use super::grants::Login;
use super::request::Authorization;
use crate::directory::Client;
use crate::operations::Call;
use crate::operations::sign_in::hosted::{self, Hosted, Question};
use crate::protocol::ApiError;

/// What comes after an answer on the page.
pub(super) enum Step {
    /// Let in.
    Done(Login),
    /// Asked something, under this session id.
    Asked(String, Question),
}

pub(super) fn call<'a>(visit: &'a mut Visit<'_>) -> Call<'a> {
    Call {
        world: &mut *visit.world,
        weather: visit.weather,
        body: b"",
        moment: visit.moment,
        request_id: "",
        here: true,
        access_key_id: None,
    }
}

fn client(visit: &Visit<'_>, asked: &Authorization) -> Result<Client, ApiError> {
    let client = visit.world.pools.get(&asked.pool_id).and_then(|pool| pool.clients.get(&asked.client_id));
    client.cloned().ok_or_else(|| ApiError::not_found("Client does not exist"))
}

/// Begins with a username and a password.
pub(super) fn begin(
    visit: &mut Visit<'_>,
    asked: &Authorization,
    username: &str,
    password: &str,
) -> Result<Step, ApiError> {
    let client = client(visit, asked)?;
    let hosted = hosted::begin(&mut call(visit), client, &asked.pool_id, username, password, &asked.levels)?;
    go_on(visit, asked, hosted)
}

/// Goes on with the answers to a question.
pub(super) fn answer(
    visit: &mut Visit<'_>,
    asked: &Authorization,
    session: &str,
    given: BTreeMap<String, String>,
) -> Result<Step, ApiError> {
    let client = client(visit, asked)?;
    let hosted = hosted::answer(&mut call(visit), client, session, given)?;
    go_on(visit, asked, hosted)
}

/// Carries out what people do for themselves without being signed in.
pub(super) fn run(
    visit: &mut Visit<'_>,
    asked: &Authorization,
    errand: hosted::Errand,
    input: Value,
) -> Result<Value, ApiError> {
    let client = client(visit, asked)?;
    hosted::run(&mut call(visit), &client, errand, input)
}

/// What a session asks, to be shown again.
pub(super) fn question(visit: &Visit<'_>, session: &str) -> Option<Question> {
    hosted::question(visit.world, session, visit.moment.now_ms)
}

fn go_on(visit: &mut Visit<'_>, asked: &Authorization, hosted: Hosted) -> Result<Step, ApiError> {
    let unknown = || ApiError::new("NotAuthorizedException", "This sign-in cannot go on here.");
    match hosted {
        Hosted::Admitted(admitted) => {
            visit.world.acts(&asked.pool_id, admitted.user);
            Ok(Step::Done(Login {
                pool_id: asked.pool_id.clone(),
                user: admitted.user,
                auth_time_ms: visit.moment.now_ms,
                amr: admitted.methods,
                event_id: admitted.event_id,
                active_ms: visit.moment.now_ms,
                client_id: asked.client_id.clone(),
            }))
        }
        Hosted::Asked(session) => match question(visit, &session).ok_or_else(unknown)? {
            Question::Setup { secret: None } => {
                let session = hosted::set_up(&mut call(visit), &session)?;
                let question = question(visit, &session).ok_or_else(unknown)?;
                Ok(Step::Asked(session, question))
            }
            question => Ok(Step::Asked(session, question)),
        },
    }
}
