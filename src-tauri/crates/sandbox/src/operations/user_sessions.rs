//! Sessions of people, where a pool tracks them: what lives of their tokens and of their logins in browsers.

use serde_json::{Value, json};

use super::input::Input;
use super::pool_settings::{tier, unavailable};
use super::users::OnePerson;
use super::{Answered, Call, nothing, output};
use crate::directory::Pool;
use crate::directory::account::grants::{Grant, session_id};
use crate::oauth::LoginSession;
use crate::protocol::ApiError;
use crate::protocol::json::Epoch;

/// Most sessions of one answer.
const MOST: usize = 125;

fn demand_tracking(pool: &Pool) -> Result<(), ApiError> {
    if pool.resources.sessions.tracked {
        return Ok(());
    }
    Err(ApiError::invalid("Session tracking is not enabled for the user pool."))
}

/// What lives of one person.
struct Sessions {
    grants: Vec<Grant>,
    logins: Vec<LoginSession>,
}

impl Sessions {
    fn of(call: &mut Call<'_>, pool_id: &str, user: u32) -> Result<Self, ApiError> {
        let now_ms = call.moment.now_ms;
        let pool = call.pool(Some(pool_id))?;
        demand_tracking(pool)?;
        let grants = pool.account(user).map(|account| account.grants.alive(now_ms).cloned().collect());
        let logins = call.world.browsers.logins_of(pool_id, user, now_ms);
        Ok(Self { grants: grants.unwrap_or_default(), logins })
    }

    /// The latest first. `current` is the grant of the caller.
    fn shown(&self, current: Option<&str>) -> Value {
        let of_grant = |grant: &Grant| {
            let mut line = json!({
                "SessionId": grant.session_id(), "SessionType": "TOKEN", "ClientId": grant.client_id,
                "CreateDate": Epoch(grant.auth_time_ms), "LastActiveDate": Epoch(grant.active_ms),
                "DeviceType": "unknown", "IsCurrentSession": current == Some(grant.id.as_str()),
            });
            if let Some(login) = &grant.login {
                line["OriginSessionId"] = session_id("sso", login).into();
            }
            (grant.active_ms, line)
        };
        let of_login = |login: &LoginSession| {
            let line = json!({
                "SessionId": session_id("sso", &login.id), "SessionType": "SSO", "ClientId": login.client_id,
                "CreateDate": Epoch(login.created_ms), "LastActiveDate": Epoch(login.active_ms),
                "DeviceType": "unknown", "IsCurrentSession": false,
            });
            (login.active_ms, line)
        };
        let mut all: Vec<(i64, Value)> =
            self.grants.iter().map(of_grant).chain(self.logins.iter().map(of_login)).collect();
        all.sort_by_key(|(active_ms, _)| std::cmp::Reverse(*active_ms));
        all.into_iter().take(MOST).map(|(_, line)| line).collect()
    }
}

/// `AdminListUserSessions`.
pub(super) fn list_as_admin(call: &mut Call<'_>) -> Answered {
    let input: OnePerson = call.input()?;
    let (pool, user) = input.find(call)?;
    let pool = pool.id.clone();
    output(&json!({ "Sessions": Sessions::of(call, &pool, user)?.shown(None) }))
}

/// `ListUserSessions`.
pub(super) fn list(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    let bearer = call.bearer(input.maybe("AccessToken"))?;
    let sessions = Sessions::of(call, &bearer.pool_id, bearer.user)?;
    output(&json!({ "Sessions": sessions.shown(Some(&bearer.grant)) }))
}

/// `AdminRevokeUserSession`.
pub(super) fn revoke_as_admin(call: &mut Call<'_>) -> Answered {
    let person: OnePerson = call.input()?;
    let input: Input = call.input()?;
    let (pool, user) = person.find(call)?;
    let pool = pool.id.clone();
    end(call, &input, &pool, user, None)
}

/// `RevokeUserSession`: any but the caller's own.
pub(super) fn revoke(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    let bearer = call.bearer(input.maybe("AccessToken"))?;
    end(call, &input, &bearer.pool_id, bearer.user, Some(&bearer.grant))
}

fn end(call: &mut Call<'_>, input: &Input, pool_id: &str, user: u32, current: Option<&str>) -> Answered {
    let wanted = input.text("SessionId")?;
    let linked = input.maybe("RevokeAssociatedSessions") == Some("LINKED");
    let sessions = Sessions::of(call, pool_id, user)?;
    let grant = sessions.grants.iter().find(|grant| grant.session_id() == wanted);
    let login = sessions.logins.iter().find(|login| session_id("sso", &login.id) == wanted);
    let (grants, logins): (Vec<String>, Vec<String>) = match (grant, login) {
        (Some(grant), _) if current == Some(grant.id.as_str()) => {
            return Err(ApiError::invalid("The session of the access token cannot be revoked by itself."));
        }
        (Some(grant), _) => (vec![grant.id.clone()], grant.login.iter().filter(|_| linked).cloned().collect()),
        (None, Some(login)) => {
            let came_of_it = sessions.grants.iter().filter(|grant| linked && grant.login.as_ref() == Some(&login.id));
            (came_of_it.map(|grant| grant.id.clone()).collect(), vec![login.id.clone()])
        }
        (None, None) => return Err(ApiError::not_found("The person has no such session.")),
    };
    for login in logins {
        call.world.browsers.forget_login(&login);
    }
    let account = call.pool(Some(pool_id))?.account_mut(user);
    for grant in grants {
        account.grants.revoke(&grant);
    }
    nothing()
}

fn shown(pool: &Pool) -> Answered {
    let rules = &pool.resources.sessions;
    output(&json!({
        "UserPoolId": pool.id,
        "UserSessionTracking": if rules.tracked { "ENABLED" } else { "DISABLED" },
        "TokenSession": { "MaxPerUser": rules.most },
    }))
}

/// `GetUserPoolSessionConfiguration`.
pub(super) fn rules(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    shown(call.pool(input.maybe("UserPoolId"))?)
}

/// `SetUserPoolSessionConfiguration`: replaces everything.
pub(super) fn set_rules(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    let pool = call.pool(input.maybe("UserPoolId"))?;
    demand_plan(pool)?;
    let given = input.only(&["TokenSession"]);
    let most = given.get("TokenSession").and_then(|session| session.get("MaxPerUser")).and_then(Value::as_u64);
    let rules = &mut pool.resources.sessions;
    rules.tracked = input.maybe("UserSessionTracking") == Some("ENABLED");
    rules.most = most.and_then(|most| usize::try_from(most).ok()).unwrap_or(rules.most);
    shown(pool)
}

fn demand_plan(pool: &Pool) -> Result<(), ApiError> {
    match tier(&pool.settings) {
        "LITE" => Err(unavailable("Session tracking", "LITE")),
        _ => Ok(()),
    }
}

fn client_shown(pool: &Pool, client: &str) -> Answered {
    let minutes = pool.resources.sessions.login_minutes(client);
    output(&json!({ "UserPoolId": pool.id, "ClientId": client, "SSOSession": { "MaxValidityMinutes": minutes } }))
}

fn known<'a>(pool: &Pool, client: &'a str) -> Result<&'a str, ApiError> {
    if pool.clients.contains_key(client) {
        return Ok(client);
    }
    Err(ApiError::not_found(format!("User pool client {client} does not exist.")))
}

/// `GetUserPoolClientSessionConfiguration`.
pub(super) fn client_rules(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    let pool = call.pool(input.maybe("UserPoolId"))?;
    client_shown(pool, known(pool, input.text("ClientId")?)?)
}

/// `SetUserPoolClientSessionConfiguration`: needs session tracking.
pub(super) fn set_client_rules(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    let pool = call.pool(input.maybe("UserPoolId"))?;
    let client = known(pool, input.text("ClientId")?)?;
    demand_plan(pool)?;
    demand_tracking(pool)?;
    let given = input.only(&["SSOSession"]);
    let minutes = given.get("SSOSession").and_then(|session| session.get("MaxValidityMinutes")).and_then(Value::as_i64);
    pool.resources.sessions.login_minutes.insert(client.to_owned(), minutes.unwrap_or(60));
    client_shown(pool, client)
}
