//! The history of a person, where threat protection keeps one, and what people think of it.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::listing::page;
use super::users::person;
use super::{Answered, Call, nothing, output};
use crate::directory::Pool;
use crate::directory::account::events::{Event, Feedback};
use crate::directory::token::Question;
use crate::protocol::json::Epoch;
use crate::protocol::{ApiError, check};

/// Refuses where threat protection is off.
fn demand_watched(pool: &Pool) -> Result<(), ApiError> {
    if pool.watched() {
        return Ok(());
    }
    let message = "Threat protection is not enabled for the user pool.";
    Err(ApiError::new("UserPoolAddOnNotEnabledException", message))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct List {
    user_pool_id: Option<String>,
    username: Option<String>,
    max_results: Option<i64>,
    next_token: Option<String>,
}

/// `AdminListUserAuthEvents`: the latest first.
pub(super) fn list(call: &mut Call<'_>) -> Answered {
    let input: List = call.input()?;
    let limit = check::limit(input.max_results, "maxResults", 0)?;
    let (weather, now_ms) = (call.weather, call.moment.now_ms);
    let (pool, at) = person(call, input.user_pool_id.as_deref(), input.username.as_deref())?;
    demand_watched(pool)?;
    let username = pool.users.get(at).ok_or_else(ApiError::no_user)?.username().to_owned();
    let events = pool.account(at).into_iter().flat_map(|account| account.events.latest());
    // Later events first, under keys that new events do not move.
    let keyed: Vec<(String, Value)> =
        events.map(|(number, event)| (format!("{:020}", u64::MAX - number), shown(event))).collect();
    let items = keyed.iter().map(|(key, value)| (key.as_str(), value));
    let question = Question::new("AdminListUserAuthEvents", &pool.id, &username);
    let page = page(items, &question, input.next_token.as_deref(), limit, weather, now_ms)?;
    let mut out = json!({ "AuthEvents": page.items });
    if let Some(token) = page.next {
        out["NextToken"] = token.into();
    }
    output(&out)
}

fn shown(event: &Event) -> Value {
    let challenges: Vec<Value> = event
        .challenges
        .iter()
        .map(|(name, response)| json!({ "ChallengeName": name, "ChallengeResponse": response }))
        .collect();
    let mut context = Map::new();
    if let Some(ip) = &event.ip {
        context.insert("IpAddress".to_owned(), ip.clone().into());
    }
    let mut out = json!({
        "EventId": event.id,
        "EventType": event.kind,
        "CreationDate": Epoch(event.at_ms),
        "EventResponse": event.response,
        "EventRisk": { "RiskDecision": "NoRisk", "CompromisedCredentialsDetected": false },
        "ChallengeResponses": challenges,
        "EventContextData": context,
    });
    if let Some(Feedback { value, provider, at_ms }) = &event.feedback {
        out["EventFeedback"] = json!({ "FeedbackValue": value, "Provider": provider, "FeedbackDate": Epoch(*at_ms) });
    }
    out
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Give {
    user_pool_id: Option<String>,
    username: Option<String>,
    event_id: Option<String>,
    feedback_value: Option<String>,
    feedback_token: Option<String>,
}

/// `AdminUpdateAuthEventFeedback`.
pub(super) fn admin_feedback(call: &mut Call<'_>) -> Answered {
    let input: Give = call.input()?;
    let id = check::required(input.event_id.as_deref(), "eventId")?;
    let value = feedback_value(input.feedback_value.as_deref())?.to_owned();
    let at_ms = call.moment.now_ms;
    let (pool, at) = person(call, input.user_pool_id.as_deref(), input.username.as_deref())?;
    demand_watched(pool)?;
    let missing = || ApiError::not_found(format!("Event {id} does not exist."));
    let account = pool.accounts.get_mut(&at).ok_or_else(missing)?;
    let event = account.events.find(id).ok_or_else(missing)?;
    event.feedback = Some(Feedback { value, provider: "Admin".to_owned(), at_ms });
    nothing()
}

/// `UpdateAuthEventFeedback`: only the notification of a risky sign-in holds a token for it, and no sign-in to a
/// sandbox is risky. Every token is refused.
pub(super) fn feedback(call: &mut Call<'_>) -> Answered {
    let input: Give = call.input()?;
    check::required(input.event_id.as_deref(), "eventId")?;
    check::token(input.feedback_token.as_deref(), "feedbackToken")?;
    feedback_value(input.feedback_value.as_deref())?;
    let (pool, _) = person(call, input.user_pool_id.as_deref(), input.username.as_deref())?;
    demand_watched(pool)?;
    Err(ApiError::new("NotAuthorizedException", "Invalid feedback token."))
}

fn feedback_value(value: Option<&str>) -> Result<&str, ApiError> {
    match check::required(value, "feedbackValue")? {
        value @ ("Valid" | "Invalid") => Ok(value),
        other => {
            Err(ApiError::constraint(other, "feedbackValue", "Member must satisfy enum value set: [Valid, Invalid]"))
        }
    }
}
