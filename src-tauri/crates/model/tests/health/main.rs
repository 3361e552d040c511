//! The health rules over bodies as AWS sends them.
#![expect(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]
#![expect(clippy::needless_pass_by_value, reason = "a table of changes reads better without signs of borrowing")]

mod clients;
mod fixes;
mod identity_pools;
mod pools;
mod whole;

use model::PoolId;
use model::health::{Answer, Finding, People, Snapshot, judge};
use serde_json::{Map, Value};

/// The identity pool of the good snapshot.
const IDENTITY_POOL: &str = "eu-west-1:11111111-1111-1111-1111-111111111111";

/// A pool of which every rule passes, also with the answers of the services that Poolkeeper does not read.
fn good() -> Snapshot {
    let mut snapshot =
        Snapshot::new(PoolId::parse("eu-west-1_Good00001").unwrap(), "2026-11-22T12:00:00Z".parse().unwrap());
    let answers: Value = serde_json::from_str(include_str!("good.json")).unwrap();
    for (operation, subjects) in answers.as_object().unwrap() {
        for (subject, body) in subjects.as_object().unwrap() {
            snapshot.put(operation, subject, Answer::Given(body.clone()));
        }
    }
    let synced_at = "2026-11-22T11:00:00Z".parse().unwrap();
    snapshot.people = Some(People {
        synced_at,
        unconfirmed: 0,
        invited: 0,
        invited_days: 7,
        reset_required: 0,
        unverified: 0,
        doubled: 0,
    });
    snapshot
}

/// Changes answers: `{"DescribeUserPool": {"/UserPool/MfaConfiguration": "OFF"}}`. What is asked about stands behind a
/// blank: `DescribeUserPoolClient web`. `null` takes a value out; a text in place of the places says how the question
/// failed.
fn changed(mut snapshot: Snapshot, changes: &Value) -> Snapshot {
    for (question, change) in changes.as_object().unwrap() {
        let (operation, subject) = question.split_once(' ').unwrap_or((question, ""));
        let answer = match change {
            Value::String(how) => failure(how),
            places => {
                let mut body = snapshot.body(operation, subject).cloned().unwrap_or(Value::Object(Map::new()));
                for (place, value) in places.as_object().unwrap() {
                    put(&mut body, place, value);
                }
                Answer::Given(body)
            }
        };
        snapshot.put(operation, subject, answer);
    }
    snapshot
}

fn failure(how: &str) -> Answer {
    match how {
        "denied" => Answer::Denied { iam_action: "cognito-idp:Something".to_owned() },
        "throttled" => Answer::Throttled,
        "failed" => Answer::Failed { reason: "the server does not know the operation.".to_owned() },
        code => Answer::Refused { code: code.to_owned() },
    }
}

/// Puts a value into a body, or takes it out with `null`.
fn put(body: &mut Value, place: &str, value: &Value) {
    let (parent, last) = place.rsplit_once('/').unwrap();
    let mut at = body;
    for part in parent.split('/').skip(1) {
        at = match part.parse::<usize>() {
            Ok(index) if at.is_array() => at.get_mut(index).unwrap(),
            _ => at.as_object_mut().unwrap().entry(unescaped(part)).or_insert_with(|| Value::Object(Map::new())),
        };
    }
    match (at, value) {
        (Value::Object(map), Value::Null) => drop(map.remove(&unescaped(last))),
        (Value::Object(map), value) => drop(map.insert(unescaped(last), value.clone())),
        (Value::Array(list), value) if last == "-" => list.push(value.clone()),
        (other, _) => panic!("{place} leads into {other}"),
    }
}

fn unescaped(part: &str) -> String {
    part.replace("~1", "/").replace("~0", "~")
}

/// The only finding of a rule.
fn only(snapshot: &Snapshot, id: &str) -> Finding {
    let mut found: Vec<Finding> = judge(snapshot).into_iter().filter(|finding| finding.rule.id == id).collect();
    assert_eq!(found.len(), 1, "{id}");
    found.remove(0)
}

/// Holds one rule against the good pool with changes; `expected` is such as `fail high`, `unknown`.
fn expect(id: &str, changes: &Value, expected: &str) {
    let finding = only(&changed(good(), changes), id);
    let told = match finding.outcome.as_str() {
        "fail" => format!("fail {}", finding.severity),
        other => other.to_owned(),
    };
    assert_eq!(told, expected, "{id}: {}", finding.evidence);
    assert!(finding.evidence.trim().len() > 10, "{id}: {:?}", finding.evidence);
}
