//! How a sign-in begins: `AuthFlow`, what the client allows, and who is meant.

use serde_json::{Map, Value};

use super::attempt::Attempt;
use super::{Door, Initiate, Step, Texts, device, refused, required, status, step_up, wrong};
use crate::authentication::sessions::{Flow, Progress};
use crate::authentication::{existence, secret_hash, srp};
use crate::directory::{Client, Pool};
use crate::operations::{Call, pool_settings};
use crate::protocol::{ApiError, check};
use crate::tokens::{self, Source};

const NAMES: [&str; 8] = [
    "USER_SRP_AUTH",
    "REFRESH_TOKEN_AUTH",
    "REFRESH_TOKEN",
    "CUSTOM_AUTH",
    "ADMIN_NO_SRP_AUTH",
    "USER_PASSWORD_AUTH",
    "ADMIN_USER_PASSWORD_AUTH",
    "USER_AUTH",
];

/// Values of `ExplicitAuthFlows` from before `ALLOW_`.
const LEGACY: [&str; 3] = ["ADMIN_NO_SRP_AUTH", "CUSTOM_AUTH_FLOW_ONLY", "USER_PASSWORD_AUTH"];

pub(super) fn begin(call: &mut Call<'_>, input: Initiate, door: Door) -> Step {
    let name = check::required(input.auth_flow.as_deref(), "authFlow")?;
    if !NAMES.contains(&name) {
        let rule = format!("Member must satisfy enum value set: [{}]", NAMES.join(", "));
        return Err(ApiError::constraint(name, "authFlow", &rule));
    }
    let (pool, client) = call.client(input.client_id.as_deref())?;
    let (pool, plan) = (pool.id.clone(), pool_settings::tier(&pool.settings).to_owned());
    let parameters = input.auth_parameters.unwrap_or_default();
    if name == "USER_AUTH" {
        step_up::demand_plan(&plan, &parameters)?;
    }
    demand_allowed(&client, name, door)?;
    let flow = match name {
        "REFRESH_TOKEN_AUTH" | "REFRESH_TOKEN" => return refresh(call, &client, &parameters),
        "USER_SRP_AUTH" => Flow::Srp,
        "CUSTOM_AUTH" => Flow::Custom,
        "USER_AUTH" => Flow::Choice,
        _ => Flow::Password,
    };
    let typed = required(&parameters, "USERNAME")?.to_owned();
    secret_hash::check(&client, &typed, parameters.get("SECRET_HASH").map(String::as_str))?;
    let ip = input.context_data.and_then(|c| c.ip_address);
    let progress = Progress {
        device: parameters.get("DEVICE_KEY").cloned(),
        ip: ip.or_else(|| input.user_context_data.and_then(|c| c.ip_address)),
        validation: input.client_metadata.unwrap_or_default(),
        ..Progress::begin(&pool, &client.id, flow, &typed)
    };
    device::demand_key(progress.device.as_deref())?;
    let mut attempt = Attempt { call, client, progress, metadata: Texts::new() };
    attempt.find(&parameters)?;
    match flow {
        Flow::Srp => attempt.ask_password_proof(required(&parameters, "SRP_A")?),
        Flow::Password | Flow::Hosted => attempt.with_password(required(&parameters, "PASSWORD")?),
        Flow::Choice => attempt.choose(&parameters, input.session.as_deref()),
        Flow::Custom => attempt.begin_custom(&parameters),
    }
}

impl Attempt<'_, '_> {
    /// Finds out who is meant. Nobody is an error only where the client may learn it.
    pub(super) fn find(&mut self, parameters: &Texts) -> Result<(), ApiError> {
        let typed = self.progress.typed.clone();
        let found = look_up(self.pool_mut()?, &typed);
        let found = match found {
            None if matches!(self.progress.flow, Flow::Password | Flow::Hosted) => {
                self.migrate(required(parameters, "PASSWORD")?)?
            }
            found => found,
        };
        match found {
            Some(user) => self.progress.user = Some(user),
            None if existence::hidden(&self.client) => {}
            None => return Err(ApiError::no_user()),
        }
        self.progress.username = match self.user() {
            Some(user) => user.username().to_owned(),
            None => name_of_nobody(self.pool()?, &typed),
        };
        if let Some(user) = self.progress.user {
            self.call.world.acts(&self.progress.pool, user);
        }
        status::demand_enabled(self)
    }
}

/// A person by username or alias. Unlike operations of administrators, a sign-in does not know people by `sub`.
pub(super) fn look_up(pool: &mut Pool, typed: &str) -> Option<u32> {
    pool.users.find(typed).or_else(|| pool.find_alias(typed))
}

/// The username that somebody would have who is called so.
fn name_of_nobody(pool: &Pool, typed: &str) -> String {
    let alias = typed.contains('@') && pool.alias("email") || typed.starts_with('+') && pool.alias("phone_number");
    let by_alias = pool.username_attribute("email") || pool.username_attribute("phone_number");
    if !alias && !by_alias {
        return typed.to_owned();
    }
    let bytes = srp::salt(&[&pool.id, &typed.to_lowercase(), "nobody"]);
    uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
}

/// Holds a flow against `ExplicitAuthFlows`. Without the setting a client has SRP, custom challenges and refresh; old
/// values add to these.
fn demand_allowed(client: &Client, name: &str, door: Door) -> Result<(), ApiError> {
    let flows = client.settings.get("ExplicitAuthFlows").and_then(Value::as_array);
    let lists = |flow: &str| flows.is_some_and(|flows| flows.iter().any(|listed| listed == flow));
    let old = flows.is_none_or(Vec::is_empty) || LEGACY.iter().any(|flow| lists(flow));
    let only_custom = lists("CUSTOM_AUTH_FLOW_ONLY");
    let (allowed, refusal) = match (name, door) {
        ("USER_PASSWORD_AUTH", Door::Admin) | ("ADMIN_NO_SRP_AUTH" | "ADMIN_USER_PASSWORD_AUTH", Door::Public) => {
            (false, "Initiate Auth method not supported.")
        }
        ("USER_PASSWORD_AUTH", _) => (
            lists("ALLOW_USER_PASSWORD_AUTH") || lists("USER_PASSWORD_AUTH"),
            "USER_PASSWORD_AUTH flow not enabled for this client",
        ),
        ("ADMIN_NO_SRP_AUTH" | "ADMIN_USER_PASSWORD_AUTH", _) => (
            lists("ALLOW_ADMIN_USER_PASSWORD_AUTH") || lists("ADMIN_NO_SRP_AUTH"),
            "Auth flow not enabled for this client",
        ),
        ("USER_SRP_AUTH", _) => {
            (lists("ALLOW_USER_SRP_AUTH") || old && !only_custom, "USER_SRP_AUTH is not enabled for the client.")
        }
        ("CUSTOM_AUTH", _) => (lists("ALLOW_CUSTOM_AUTH") || old, "CUSTOM_AUTH is not enabled for the client."),
        ("USER_AUTH", _) => (lists("ALLOW_USER_AUTH"), "USER_AUTH is not enabled for the client."),
        _ => (lists("ALLOW_REFRESH_TOKEN_AUTH") || old, "REFRESH_TOKEN_AUTH is not enabled for the client."),
    };
    if allowed { Ok(()) } else { Err(ApiError::invalid(refusal)) }
}

/// `REFRESH_TOKEN_AUTH`, which is closed to clients that rotate refresh tokens.
fn refresh(call: &mut Call<'_>, client: &Client, parameters: &Texts) -> Step {
    let token = required(parameters, "REFRESH_TOKEN")?;
    if tokens::rotation(client).is_some() {
        let message = "Refresh token rotation is enabled for the client: use GetTokensFromRefreshToken.";
        return Err(ApiError::new("UnsupportedOperationException", message));
    }
    let moment = call.moment;
    let given = parameters.get("SECRET_HASH").map(String::as_str);
    if client.secret.is_some() && given.is_none() {
        secret_hash::check(client, "", given)?;
    }
    let continued = tokens::continued(call.world, &client.id, token, moment)?;
    let pool = call.world.pools.get(&continued.pool_id).ok_or_else(wrong)?;
    let username = pool.users.get(continued.user).map(|user| user.username().to_owned());
    secret_hash::check(client, &username.ok_or_else(|| refused("Invalid Refresh Token"))?, given)?;
    let refresh = tokens::Refresh {
        client_id: &client.id,
        token,
        device_key: parameters.get("DEVICE_KEY").map(String::as_str),
        source: Source::RefreshTokens,
        client_metadata: Map::new(),
    };
    call.world.acts(&continued.pool_id, continued.user);
    let result = tokens::refresh(call.world, &refresh, moment)?;
    Ok(serde_json::json!({ "ChallengeParameters": Map::new(), "AuthenticationResult": result }))
}
