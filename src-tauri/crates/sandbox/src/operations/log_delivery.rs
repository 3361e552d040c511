//! Export of logs.

use serde_json::{Value, json};

use super::input::Input;
use super::{Answered, Call, output, pool_settings};
use crate::directory::Pool;
use crate::protocol::ApiError;

const DESTINATIONS: [&str; 3] = ["CloudWatchLogsConfiguration", "S3Configuration", "FirehoseConfiguration"];

fn check(pool: &Pool, logs: &[Value]) -> Result<(), ApiError> {
    let tier = pool_settings::tier(&pool.settings);
    for (at, log) in logs.iter().enumerate() {
        let text = |name: &str| log.get(name).and_then(Value::as_str).unwrap_or_default();
        let source = text("EventSource");
        if logs[..at].iter().any(|earlier| earlier.get("EventSource") == log.get("EventSource")) {
            return Err(ApiError::invalid(format!("There are two configurations of {source}.")));
        }
        let destinations: Vec<&&str> = DESTINATIONS.iter().filter(|name| log.get(**name).is_some()).collect();
        let (level, fits) = match source {
            "userNotification" => ("ERROR", destinations == [&DESTINATIONS[0]]),
            _ => ("INFO", destinations.len() == 1),
        };
        if source == "userAuthEvents" && tier != "PLUS" {
            return Err(pool_settings::unavailable("The export of user activity logs", tier));
        }
        if text("LogLevel") != level {
            return Err(ApiError::invalid(format!("The LogLevel of {source} must be {level}.")));
        }
        if !fits {
            return Err(ApiError::invalid(format!("{source} needs exactly one destination that it can be sent to.")));
        }
    }
    Ok(())
}

fn shown(pool: &Pool) -> Answered {
    let configuration = json!({ "UserPoolId": pool.id, "LogConfigurations": pool.resources.log_deliveries });
    output(&json!({ "LogDeliveryConfiguration": configuration }))
}

/// `SetLogDeliveryConfiguration`: replaces all of them.
pub(super) fn set(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    let pool = call.pool(input.maybe("UserPoolId"))?;
    check(pool, input.list("LogConfigurations"))?;
    pool.resources.log_deliveries = input.list("LogConfigurations").to_vec();
    shown(pool)
}

/// `GetLogDeliveryConfiguration`.
pub(super) fn get(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    shown(call.pool(input.maybe("UserPoolId"))?)
}
