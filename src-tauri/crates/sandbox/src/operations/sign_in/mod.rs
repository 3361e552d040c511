//! Signing in: how each flow begins, what each challenge asks, and what ends in tokens.
//!
//! A sign-in is an [`Attempt`]. Every step of it either asks the next question, and keeps the progress in a session, or
//! ends in tokens or an error. The order is: first factor (password, SRP, a one-time password or the pool's own
//! challenges), a new password where one is due, the device, the second factor, tokens.

mod attempt;
mod choice;
mod custom;
pub(super) mod device;
mod finish;
mod flows;
pub(crate) mod hosted;
mod migration;
mod new_password;
mod passkey;
mod password;
mod respond;
mod second_factor;
mod status;
mod step_up;

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::{Answered, Call, output};
use crate::protocol::{ApiError, check};

/// Where a request comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Door {
    /// From an app, without credentials of AWS.
    Public,
    /// From a server that signs for the pool.
    Admin,
}

/// A step of a sign-in: what is answered.
type Step = Result<Value, ApiError>;

type Texts = BTreeMap<String, String>;

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Context {
    ip_address: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Initiate {
    user_pool_id: Option<String>,
    client_id: Option<String>,
    auth_flow: Option<String>,
    auth_parameters: Option<Texts>,
    client_metadata: Option<Texts>,
    session: Option<String>,
    context_data: Option<Context>,
    user_context_data: Option<Context>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Respond {
    user_pool_id: Option<String>,
    client_id: Option<String>,
    challenge_name: Option<String>,
    challenge_responses: Option<Texts>,
    client_metadata: Option<Texts>,
    session: Option<String>,
}

/// `InitiateAuth`.
pub(super) fn initiate(call: &mut Call<'_>) -> Answered {
    let input: Initiate = call.input()?;
    output(&flows::begin(call, input, Door::Public)?)
}

/// `AdminInitiateAuth`.
pub(super) fn admin_initiate(call: &mut Call<'_>) -> Answered {
    let input: Initiate = call.input()?;
    demand_pool_of_client(call, input.user_pool_id.as_deref(), input.client_id.as_deref())?;
    output(&flows::begin(call, input, Door::Admin)?)
}

/// `RespondToAuthChallenge`.
pub(super) fn respond(call: &mut Call<'_>) -> Answered {
    let input: Respond = call.input()?;
    output(&respond::answer(call, &input)?)
}

/// `AdminRespondToAuthChallenge`.
pub(super) fn admin_respond(call: &mut Call<'_>) -> Answered {
    let input: Respond = call.input()?;
    demand_pool_of_client(call, input.user_pool_id.as_deref(), input.client_id.as_deref())?;
    output(&respond::answer(call, &input)?)
}

fn demand_pool_of_client(call: &mut Call<'_>, pool: Option<&str>, client: Option<&str>) -> Result<(), ApiError> {
    let pool = call.pool(pool)?.id.clone();
    let id = check::client_id(client)?;
    if call.world.pool_of_client(id) == Some(pool.as_str()) {
        return Ok(());
    }
    Err(ApiError::not_found(format!("User pool client {id} does not exist.")))
}

/// The value of a parameter that must be there.
fn required<'a>(parameters: &'a Texts, name: &str) -> Result<&'a str, ApiError> {
    let value = parameters.get(name).map(String::as_str).filter(|value| !value.is_empty());
    value.ok_or_else(|| ApiError::invalid(format!("Missing required parameter {name}")))
}

fn refused(message: &str) -> ApiError {
    ApiError::new("NotAuthorizedException", message)
}

/// The answer to every proof that fails, whatever is wrong with it.
fn wrong() -> ApiError {
    refused("Incorrect username or password.")
}
