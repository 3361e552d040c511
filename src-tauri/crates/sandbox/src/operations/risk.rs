//! Threat protection: what happens to risky sign-ins of a pool or of one app client.

use std::net::IpAddr;

use serde_json::{Map, Value, json};

use super::clients;
use super::input::Input;
use super::{Answered, Call, output};
use crate::directory::Pool;
use crate::directory::record::Record;
use crate::protocol::ApiError;
use crate::protocol::json::Epoch;

const SETTINGS: [&str; 3] =
    ["CompromisedCredentialsRiskConfiguration", "AccountTakeoverRiskConfiguration", "RiskExceptionConfiguration"];

/// The pool, which must have threat protection, and the client, which must exist if one is named.
fn subject<'a>(call: &'a mut Call<'_>, input: &Input) -> Result<(&'a mut Pool, String), ApiError> {
    let pool = call.pool(input.maybe("UserPoolId"))?;
    let client = input.maybe("ClientId").unwrap_or_default();
    if !client.is_empty() && !pool.clients.contains_key(client) {
        return Err(clients::missing(client));
    }
    let mode = pool.settings.get("UserPoolAddOns").and_then(|add_ons| add_ons.get("AdvancedSecurityMode"));
    if mode.is_none_or(|mode| mode == "OFF") {
        let message = "Threat protection is not enabled for the user pool.";
        return Err(ApiError::new("UserPoolAddOnNotEnabledException", message));
    }
    Ok((pool, client.to_owned()))
}

fn complete(settings: &mut Map<String, Value>) {
    if let Some(Value::Object(compromised)) = settings.get_mut(SETTINGS[0]) {
        compromised.entry("EventFilter").or_insert_with(|| json!(["SIGN_IN", "PASSWORD_CHANGE", "SIGN_UP"]));
    }
}

fn check(settings: &Map<String, Value>) -> Result<(), ApiError> {
    let takeover = settings.get("AccountTakeoverRiskConfiguration");
    let actions = takeover.and_then(|takeover| takeover.get("Actions")).and_then(Value::as_object);
    let notifies =
        actions.is_some_and(|actions| actions.values().any(|action| action.get("Notify") == Some(&true.into())));
    if notifies && takeover.is_none_or(|takeover| takeover.get("NotifyConfiguration").is_none()) {
        return Err(ApiError::invalid("NotifyConfiguration is required when an action notifies people."));
    }
    let exceptions = settings.get("RiskExceptionConfiguration").and_then(Value::as_object);
    for range in exceptions.into_iter().flat_map(Map::values).filter_map(Value::as_array).flatten() {
        let range = range.as_str().unwrap_or_default();
        if !is_range(range) {
            return Err(ApiError::invalid(format!("{range} is not an IP range in CIDR notation.")));
        }
    }
    Ok(())
}

fn is_range(text: &str) -> bool {
    let Some((address, length)) = text.split_once('/') else { return false };
    let most = match address.parse() {
        Ok(IpAddr::V4(_)) => 32,
        Ok(IpAddr::V6(_)) => 128,
        Err(_) => return false,
    };
    length.parse::<u8>().is_ok_and(|length| length <= most)
}

fn shown(pool: &Pool, client: &str, risk: Option<&Record>) -> Answered {
    let mut out = risk.map(|risk| risk.settings.clone()).unwrap_or_default();
    out.insert("UserPoolId".to_owned(), pool.id.clone().into());
    if !client.is_empty() {
        out.insert("ClientId".to_owned(), client.into());
    }
    if let Some(risk) = risk {
        out.insert("LastModifiedDate".to_owned(), json!(Epoch(risk.modified_ms)));
    }
    output(&json!({ "RiskConfiguration": out }))
}

/// `SetRiskConfiguration`: replaces everything; with nothing, a client follows the pool and a pool the defaults.
pub(super) fn set(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    let now_ms = call.moment.now_ms;
    let (pool, client) = subject(call, &input)?;
    let mut settings = input.only(&SETTINGS);
    check(&settings)?;
    complete(&mut settings);
    if settings.is_empty() {
        pool.resources.risks.remove(&client);
    } else {
        pool.resources.risks.insert(client.clone(), Record::new(settings, now_ms));
    }
    shown(pool, &client, pool.resources.risks.get(&client))
}

/// `DescribeRiskConfiguration`: a client without its own shows that of the pool, which names no client.
pub(super) fn describe(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    let (pool, client) = subject(call, &input)?;
    let risks = &pool.resources.risks;
    match risks.get(&client) {
        Some(own) => shown(pool, &client, Some(own)),
        None => shown(pool, "", risks.get("")),
    }
}
