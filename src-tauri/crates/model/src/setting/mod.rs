//! What the settings of a pool and of its app clients mean: as data, over the raw answers of AWS.
//!
//! Each setting says what it does, what holds when nobody sets it, and whether it can ever be changed. What an answer has
//! and no setting here describes is told apart and never dropped: AWS adds fields faster than anybody writes about them.

mod client;
mod logs;
mod pool;
mod risk;
mod typed;

use serde_json::Value;

use crate::edit::Kind;
use crate::health::Snapshot;

pub use typed::{Misread, typed};

/// What describes threat protection, of a pool and of a client.
const RISK: &str = "DescribeRiskConfiguration";

/// What people look for a setting under.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Area {
    /// Who signs in with what.
    SignIn,
    /// How accounts come to be.
    SignUp,
    /// What passwords and second factors must be like.
    Passwords,
    /// What is sent to people, and through whom.
    Messages,
    /// What is watched for and exported.
    Protection,
    /// What tokens say and how long they hold.
    Tokens,
    /// Where the pages are.
    Domain,
    /// Functions that run.
    Triggers,
    /// What is paid for, and what keeps the pool from being deleted.
    Plan,
    /// Ways for a client to tokens.
    Flows,
    /// Hosted login and OAuth of a client.
    OAuth,
    /// What a client may read and write.
    Attributes,
    /// What AWS says about the thing itself.
    Facts,
}

impl Area {
    /// The name on the wire, such as `signIn`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SignIn => "signIn",
            Self::SignUp => "signUp",
            Self::Passwords => "passwords",
            Self::Messages => "messages",
            Self::Protection => "protection",
            Self::Tokens => "tokens",
            Self::Domain => "domain",
            Self::Triggers => "triggers",
            Self::Plan => "plan",
            Self::Flows => "flows",
            Self::OAuth => "oauth",
            Self::Attributes => "attributes",
            Self::Facts => "facts",
        }
    }
}

/// Whether a setting can ever be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Changing {
    /// At any time.
    Always,
    /// Only when it is made.
    Never,
    /// At any time, but not back; the sentence says what stays.
    Forward(&'static str),
    /// Through something else; the sentence says what.
    Elsewhere(&'static str),
    /// Nobody sets it: AWS tells it.
    Told,
}

impl Changing {
    /// The name on the wire: `always`, `never`, `forward`, `elsewhere`, `told`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Always => "always",
            Self::Never => "never",
            Self::Forward(_) => "forward",
            Self::Elsewhere(_) => "elsewhere",
            Self::Told => "told",
        }
    }

    /// What to know about it; `None` when there is nothing.
    #[must_use]
    pub fn note(self) -> Option<&'static str> {
        match self {
            Self::Forward(note) | Self::Elsewhere(note) => Some(note),
            _ => None,
        }
    }

    /// Whether an edit may name it.
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self, Self::Always | Self::Forward(_))
    }
}

/// What a value looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// On or off.
    Flag,
    /// A whole number between two.
    Number(i64, i64),
    /// One of these.
    Choice(&'static [&'static str]),
    /// Texts; those that are known, none where any will do.
    Texts(&'static [&'static str]),
    /// A text.
    Text,
    /// Anything else, as JSON.
    Json,
}

/// A setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// Where people look for it.
    pub area: Area,
    /// The operation whose answer has it.
    pub operation: &'static str,
    /// Its place in that answer, as a JSON pointer. What is below belongs to it.
    pub pointer: &'static str,
    /// What people call it.
    pub title: &'static str,
    /// What it does, in a sentence or two.
    pub what: &'static str,
    /// What holds when nobody sets it; empty where there is no such thing.
    pub default: &'static str,
    /// Whether it can ever be changed.
    pub changing: Changing,
    /// What its value looks like.
    pub form: Form,
}

/// A setting as a snapshot has it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Held<'a> {
    /// What it is.
    pub setting: &'static Setting,
    /// Its value; `None` when AWS tells none.
    pub value: Option<&'a Value>,
}

/// A value that no setting describes.
#[derive(Debug, Clone, PartialEq)]
pub struct Strange<'a> {
    /// The operation whose answer has it.
    pub operation: &'static str,
    /// Its place in that answer.
    pub pointer: String,
    /// What it is.
    pub value: &'a Value,
}

/// The settings of a pool.
pub fn of_pool() -> impl Iterator<Item = &'static Setting> {
    pool::settings().chain(risk::SETTINGS).chain(logs::SETTINGS)
}

/// The settings of an app client, and those of its threat protection where it has its own.
pub fn of_client() -> impl Iterator<Item = &'static Setting> {
    client::SETTINGS.iter().chain(risk::SETTINGS)
}

/// The setting at a place, or the one that a place lies in.
#[must_use]
pub fn at(operation: &str, pointer: &str) -> Option<&'static Setting> {
    let holds = |setting: &&Setting| setting.operation == operation && lies_in(pointer, setting.pointer);
    of_pool().chain(of_client()).find(holds)
}

/// A pool's settings in a snapshot, in the order in which they are read.
#[must_use]
pub fn held_by_pool(snapshot: &Snapshot) -> Vec<Held<'_>> {
    of_pool().map(|setting| held(setting, snapshot, "")).collect()
}

/// A client's settings in a snapshot; those of threat protection where it has its own.
#[must_use]
pub fn held_by_client<'a>(snapshot: &'a Snapshot, client: &str) -> Vec<Held<'a>> {
    let own = has_own_risk(snapshot, client) == Some(true);
    let settings = of_client().filter(|setting| own || setting.operation != RISK);
    settings.map(|setting| held(setting, snapshot, client)).collect()
}

/// Whether threat protection has rules of its own for a client; `None` when that was not answered, or it is off.
#[must_use]
pub fn has_own_risk(snapshot: &Snapshot, client: &str) -> Option<bool> {
    Some(!Kind::ClientRisk.is_absent(snapshot.body(RISK, client)?))
}

fn held<'a>(setting: &'static Setting, snapshot: &'a Snapshot, subject: &str) -> Held<'a> {
    let body = snapshot.body(setting.operation, subject);
    let value = body.and_then(|body| body.pointer(setting.pointer)).filter(|value| !value.is_null());
    Held { setting, value }
}

/// What the answers about a pool have and no setting describes.
#[must_use]
pub fn strange_in_pool(snapshot: &Snapshot) -> Vec<Strange<'_>> {
    let operations = [
        ("DescribeUserPool", "/UserPool"),
        ("GetUserPoolMfaConfig", ""),
        ("DescribeRiskConfiguration", "/RiskConfiguration"),
        ("GetLogDeliveryConfiguration", "/LogDeliveryConfiguration"),
    ];
    operations.into_iter().flat_map(|(operation, root)| strange(snapshot, operation, "", root)).collect()
}

/// What the answer about a client has and no setting describes.
#[must_use]
pub fn strange_in_client<'a>(snapshot: &'a Snapshot, client: &str) -> Vec<Strange<'a>> {
    let mut found = strange(snapshot, "DescribeUserPoolClient", client, "/UserPoolClient");
    if has_own_risk(snapshot, client) == Some(true) {
        found.extend(strange(snapshot, RISK, client, "/RiskConfiguration"));
    }
    found
}

fn strange<'a>(snapshot: &'a Snapshot, operation: &'static str, subject: &str, root: &str) -> Vec<Strange<'a>> {
    let mut found = Vec::new();
    if let Some(value) = snapshot.body(operation, subject).and_then(|body| body.pointer(root)) {
        look(operation, root.to_owned(), value, &mut found);
    }
    found
}

fn look<'a>(operation: &'static str, place: String, value: &'a Value, found: &mut Vec<Strange<'a>>) {
    let of = || of_pool().chain(of_client()).filter(|setting| setting.operation == operation);
    if of().any(|setting| lies_in(&place, setting.pointer)) {
        return;
    }
    match value {
        Value::Object(map) if of().any(|setting| lies_in(setting.pointer, &place)) => {
            for (name, inner) in map {
                look(operation, format!("{place}/{}", escaped(name)), inner, found);
            }
        }
        value => found.push(Strange { operation, pointer: place, value }),
    }
}

/// Whether a place is another, or below it.
fn lies_in(place: &str, other: &str) -> bool {
    place.strip_prefix(other).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A name as a JSON pointer writes it (RFC 6901).
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use serde_json::json;

    use super::*;
    use crate::PoolId;
    use crate::health::Answer;

    #[test]
    fn a_field_that_nobody_wrote_about_is_told_apart_and_known_ones_are_not() {
        let pool = PoolId::parse("eu-west-1_Abcdefghi").unwrap();
        let mut snapshot = Snapshot::new(pool, Timestamp::UNIX_EPOCH);
        let body = json!({ "UserPool": { "Id": "x", "Tomorrow": { "On": true }, "Policies": {
            "PasswordPolicy": { "MinimumLength": 12, "Emoji": 1 } }, "LambdaConfig": { "Soon": "arn" } } });
        snapshot.put("DescribeUserPool", "", Answer::Given(body));
        let strange: Vec<_> = strange_in_pool(&snapshot).into_iter().map(|it| it.pointer).collect();
        assert_eq!(strange, ["/UserPool/Policies/PasswordPolicy/Emoji", "/UserPool/Tomorrow"]);
        let held = held_by_pool(&snapshot);
        let length = held.iter().find(|held| held.setting.pointer.ends_with("/MinimumLength")).unwrap();
        assert_eq!(length.value, Some(&json!(12)));
    }

    #[test]
    fn every_setting_says_what_it_does_and_none_is_there_twice() {
        for all in [of_pool().collect::<Vec<_>>(), of_client().collect()] {
            for (at, setting) in all.iter().enumerate() {
                assert!(setting.what.ends_with('.'), "{}", setting.pointer);
                assert!(setting.pointer.starts_with('/') && !setting.title.is_empty());
                let twice = all[at + 1..]
                    .iter()
                    .find(|other| other.operation == setting.operation && lies_in(other.pointer, setting.pointer));
                assert_eq!(twice, None, "{}", setting.pointer);
            }
        }
    }
}
