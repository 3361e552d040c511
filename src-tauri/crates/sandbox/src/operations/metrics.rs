//! The part of CloudWatch that a sandbox needs: the sums of a pool's successes, day by day.
//!
//! CloudWatch speaks Smithy's RPC over CBOR, which none of the other services does.

use ciborium::value::{Integer, Value};

use super::{Answered, Call};
use crate::directory::metrics::{Of, Success};
use crate::protocol::ApiError;

/// The most queries that one request may have.
const MOST_QUERIES: usize = 500;
/// Results of an answer; the rest is behind `NextToken`.
const PAGE: usize = 200;
/// The one period that is kept.
const DAY_S: i128 = 86_400;
const NAMESPACE: &str = "AWS/Cognito";

/// `GetMetricData`, for sums by day of metrics that are named. Expressions are not known.
pub(super) fn get_data(call: &mut Call<'_>) -> Answered {
    let broken = |_| ApiError::new("InvalidFormat", "The request is no CBOR.");
    let input: Value = ciborium::from_reader(call.body).map_err(broken)?;
    let missing = |name: &str| ApiError::new("MissingParameter", format!("The parameter {name} is required."));
    let instant = |name: &str| seconds(field(&input, name)).ok_or_else(|| missing(name));
    let (from_ms, to_ms) = (instant("StartTime")?.saturating_mul(1000), instant("EndTime")?.saturating_mul(1000));
    let queries = field(&input, "MetricDataQueries").and_then(Value::as_array);
    let queries = queries.ok_or_else(|| missing("MetricDataQueries"))?;
    if from_ms >= to_ms || queries.is_empty() || queries.len() > MOST_QUERIES {
        let message = "StartTime must be before EndTime, and there must be 1 to 500 queries.";
        return Err(ApiError::new("ValidationError", message));
    }
    let begin = match text(field(&input, "NextToken")) {
        None => 0,
        Some(token) => token
            .parse()
            .ok()
            .filter(|begin| *begin < queries.len())
            .ok_or_else(|| ApiError::new("InvalidNextToken", "The token is not one of this request."))?,
    };
    let end = queries.len().min(begin + PAGE);
    let mut results = Vec::with_capacity(end - begin);
    for query in &queries[begin..end] {
        results.push(result(call, query, from_ms, to_ms)?);
    }
    let mut answer = vec![entry("MetricDataResults", Value::Array(results))];
    if end < queries.len() {
        answer.push(entry("NextToken", end.to_string().into()));
    }
    let mut bytes = Vec::new();
    let failed = |_| ApiError { status: 500, ..ApiError::new("InternalServiceFault", "The answer is no CBOR.") };
    ciborium::into_writer(&Value::Map(answer), &mut bytes).map_err(failed)?;
    Ok(bytes)
}

/// The sums that one query asks for, the latest day first as CloudWatch has it.
fn result(call: &Call<'_>, query: &Value, from_ms: i64, to_ms: i64) -> Result<Value, ApiError> {
    let invalid = |message: &str| ApiError::new("ValidationError", message);
    let id = text(field(query, "Id")).unwrap_or_default();
    let stat = field(query, "MetricStat").ok_or_else(|| invalid("The sandbox knows no expressions."))?;
    let period = field(stat, "Period").and_then(Value::as_integer).map(i128::from);
    if text(field(stat, "Stat")) != Some("Sum") || period != Some(DAY_S) {
        return Err(invalid("The sandbox keeps sums of days: Stat Sum, Period 86400."));
    }
    let metric = field(stat, "Metric").ok_or_else(|| invalid("Metric is missing."))?;
    let name = text(field(metric, "MetricName")).unwrap_or_default();
    let dimensions = field(metric, "Dimensions").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let dimension = |wanted: &str| {
        let named = dimensions.iter().find(|dimension| text(field(dimension, "Name")) == Some(wanted));
        named.and_then(|dimension| text(field(dimension, "Value")))
    };
    let here = call.here && text(field(metric, "Namespace")) == Some(NAMESPACE);
    let provider = dimension("IdentityProvider");
    // A metric is found only under all of its dimensions.
    let whole = |success| {
        let wanted = if success == Success::Federation { 3 } else { 2 };
        dimensions.len() == wanted && provider.is_some() == (success == Success::Federation)
    };
    let days = match (Success::named(name), dimension("UserPool"), dimension("UserPoolClient")) {
        (Some(success), Some(pool), Some(client)) if here && whole(success) => {
            let of = Of { provider: provider.map(str::to_owned), ..Of::client(pool, client) };
            call.world.metrics.days(success, &of, from_ms, to_ms)
        }
        _ => Vec::new(),
    };
    let label = text(field(query, "Label")).unwrap_or(name);
    #[expect(clippy::cast_precision_loss, reason = "CloudWatch's values are floating-point numbers")]
    let values = days.iter().rev().map(|(_, count)| Value::Float(*count as f64)).collect();
    let stamps = days.iter().rev().map(|(day_ms, _)| Value::Tag(1, Box::new(Value::Integer((day_ms / 1000).into()))));
    Ok(Value::Map(vec![
        entry("Id", id.into()),
        entry("Label", label.into()),
        entry("Timestamps", Value::Array(stamps.collect())),
        entry("Values", Value::Array(values)),
        entry("StatusCode", "Complete".into()),
    ]))
}

fn entry(name: &str, value: Value) -> (Value, Value) {
    (name.into(), value)
}

fn field<'a>(map: &'a Value, name: &str) -> Option<&'a Value> {
    map.as_map()?.iter().find(|(key, _)| key.as_text() == Some(name)).map(|(_, value)| value)
}

fn text(value: Option<&Value>) -> Option<&str> {
    value?.as_text()
}

/// Whole seconds of a timestamp (RFC 8949, 3.4.2).
fn seconds(value: Option<&Value>) -> Option<i64> {
    let (1, at) = value?.as_tag()? else { return None };
    #[expect(clippy::cast_possible_truncation, reason = "a float beyond every date becomes the last one")]
    let whole = |at: f64| at as i64;
    let integer = |at: Integer| i64::try_from(i128::from(at)).ok();
    at.as_integer().and_then(integer).or_else(|| at.as_float().map(whole))
}
