//! Settings as AWS sends them.

use std::collections::BTreeMap;

use console::Limit;
use model::call::QuotaCategory;
use model::health::{Answer, Snapshot};
use model::trigger::SetTrigger;
use serde::Serialize;
use serde_json::Value;
use specta::Type;

use crate::{ErrorCode, WireError};

/// What came of one question.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AnswerView {
    /// The operation, such as `DescribeUserPool`.
    pub operation: String,
    /// What was asked about: a client's id, a domain; `null` for the pool itself.
    pub subject: Option<String>,
    /// The body, with secrets masked; `null` when there is none.
    pub body: Option<Value>,
    /// Why there is none, in a sentence; `null` when there is one.
    pub unknown: Option<String>,
}

/// Everything that was read.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SettingsView {
    /// The pool's id.
    pub pool: String,
    /// When AWS was asked.
    pub taken_at: String,
    /// Every answer, by operation.
    pub answers: Vec<AnswerView>,
}

impl From<&Snapshot> for SettingsView {
    fn from(snapshot: &Snapshot) -> Self {
        let answers = snapshot.answers.iter().flat_map(|(operation, subjects)| {
            subjects.iter().map(|(subject, answer)| AnswerView {
                operation: operation.clone(),
                subject: (!subject.is_empty()).then(|| subject.clone()),
                body: body(answer).cloned(),
                unknown: why(answer),
            })
        });
        Self { pool: snapshot.pool.to_string(), taken_at: snapshot.taken_at.to_string(), answers: answers.collect() }
    }
}

fn body(answer: &Answer) -> Option<&Value> {
    match answer {
        Answer::Given(body) => Some(body),
        _ => None,
    }
}

/// Why there is no body, in a sentence; `None` when there is one.
pub(crate) fn why(answer: &Answer) -> Option<String> {
    Some(match answer {
        Answer::Given(_) => return None,
        Answer::Denied { iam_action } => format!("Denied: it needs {iam_action}."),
        Answer::Throttled => "Throttled, also after waiting.".to_owned(),
        Answer::Refused { code } => format!("AWS answered with {code}."),
        Answer::Failed { reason } => reason.clone(),
    })
}

impl AnswerView {
    /// Every value of the body with its place, written like `UserPool.Policies.PasswordPolicy.MinimumLength`.
    #[must_use]
    pub fn values(&self) -> Vec<(String, String)> {
        let mut values = Vec::new();
        if let Some(body) = &self.body {
            flatten(body, String::new(), &mut values);
        }
        values
    }
}

fn flatten(value: &Value, place: String, values: &mut Vec<(String, String)>) {
    let below = |name: &str| if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") };
    match value {
        Value::Object(map) if !map.is_empty() => {
            map.iter().for_each(|(name, inner)| flatten(inner, below(name), values));
        }
        Value::Array(list) if list.iter().any(|entry| entry.is_object() || entry.is_array()) => {
            list.iter().enumerate().for_each(|(at, inner)| flatten(inner, below(&at.to_string()), values));
        }
        Value::Array(list) => {
            let texts: Vec<String> = list.iter().map(plain).collect();
            values.push((place, texts.join(", ")));
        }
        other => values.push((place, plain(other))),
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// An app client in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ClientLineView {
    /// The client's id.
    pub id: String,
    /// Its name. Foreign text.
    pub name: String,
    /// Whether it has a secret; `null` when it may not be described.
    pub has_secret: Option<bool>,
    /// `ExplicitAuthFlows`.
    pub flows: Vec<String>,
    /// `AllowedOAuthFlows`.
    pub grants: Vec<String>,
    /// Why it could not be described; `null` when it was.
    pub unknown: Option<String>,
}

impl ClientLineView {
    /// The clients that were listed; `Err` with why they were not, in a sentence.
    ///
    /// # Errors
    /// The sentence.
    pub fn all(snapshot: &Snapshot) -> Result<Vec<Self>, Unlisted> {
        let listed = entries(snapshot, "ListUserPoolClients", "UserPoolClients")?;
        let line = |entry: &Value| {
            let text = |name: &str| entry.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
            let id = text("ClientId");
            let described = snapshot.body("DescribeUserPoolClient", &id).and_then(|body| body.get("UserPoolClient"));
            let list = |name: &str| {
                let found = described.and_then(|client| client.get(name)?.as_array()).into_iter().flatten();
                found.filter_map(Value::as_str).map(str::to_owned).collect()
            };
            Self {
                name: text("ClientName"),
                has_secret: described.map(|client| client.get("ClientSecret").is_some()),
                flows: list("ExplicitAuthFlows"),
                grants: list("AllowedOAuthFlows"),
                unknown: snapshot.answer("DescribeUserPoolClient", &id).and_then(why),
                id,
            }
        };
        Ok(listed.iter().map(line).collect())
    }
}

/// Why something could not be listed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{operation} was not answered. {reason}")]
pub struct Unlisted {
    /// The operation.
    pub operation: String,
    /// Why, in a sentence.
    pub reason: String,
    /// The IAM action that is needed; `None` unless it was denied.
    pub iam_action: Option<String>,
}

impl From<Unlisted> for WireError {
    fn from(unlisted: Unlisted) -> Self {
        let code = if unlisted.iam_action.is_some() { ErrorCode::AccessDenied } else { ErrorCode::Precondition };
        let told = Self::new(code, unlisted.to_string());
        Self { iam_action: unlisted.iam_action, ..told }
    }
}

fn entries<'a>(snapshot: &'a Snapshot, operation: &str, list: &str) -> Result<&'a [Value], Unlisted> {
    let answer = snapshot.answer(operation, "");
    match answer.and_then(body) {
        Some(body) => Ok(body.get(list).and_then(Value::as_array).map_or(&[], Vec::as_slice)),
        None => Err(Unlisted {
            operation: operation.to_owned(),
            reason: answer.and_then(why).unwrap_or_else(|| "It was not asked.".to_owned()),
            iam_action: match answer {
                Some(Answer::Denied { iam_action }) => Some(iam_action.clone()),
                _ => None,
            },
        }),
    }
}

/// Whether a list was answered that the rest depends on.
///
/// # Errors
/// Why it was not.
pub fn answered(snapshot: &Snapshot, operation: &str) -> Result<(), Unlisted> {
    entries(snapshot, operation, "").map(|_| ())
}

/// An identity pool in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct IdentityPoolNearbyView {
    /// Its id.
    pub id: String,
    /// Its name. Foreign text.
    pub name: String,
    /// Whether it trusts the pool; `null` when it may not be described.
    pub trusts: Option<bool>,
    /// Whether guests get credentials; `null` when it may not be described.
    pub guests: Option<bool>,
    /// Whether the classic flow is on; `null` when it may not be described.
    pub classic_flow: Option<bool>,
    /// The roles by kind; empty when they were not read.
    pub roles: BTreeMap<String, String>,
    /// Why it could not be described; `null` when it was.
    pub unknown: Option<String>,
}

impl IdentityPoolNearbyView {
    /// The identity pools that were listed.
    ///
    /// # Errors
    /// Why they were not.
    pub fn all(snapshot: &Snapshot) -> Result<Vec<Self>, Unlisted> {
        let trusting = snapshot.trusted_by().unwrap_or_default();
        let line = |entry: &Value| {
            let text = |name: &str| entry.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
            let id = text("IdentityPoolId");
            let described = snapshot.body("DescribeIdentityPool", &id);
            let flag = |name: &str| described.map(|pool| pool.get(name).and_then(Value::as_bool).unwrap_or_default());
            let roles = snapshot.body("GetIdentityPoolRoles", &id).and_then(|body| body.get("Roles")?.as_object());
            let role = |(kind, arn): (&String, &Value)| Some((kind.clone(), arn.as_str()?.to_owned()));
            Self {
                name: text("IdentityPoolName"),
                trusts: described.map(|_| trusting.contains(&id.as_str())),
                guests: flag("AllowUnauthenticatedIdentities"),
                classic_flow: flag("AllowClassicFlow"),
                roles: roles.into_iter().flatten().filter_map(role).collect(),
                unknown: snapshot.answer("DescribeIdentityPool", &id).and_then(why),
                id,
            }
        };
        Ok(entries(snapshot, "ListIdentityPools", "IdentityPools")?.iter().map(line).collect())
    }
}

/// A rate of the account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LimitView {
    /// The category.
    pub category: String,
    /// AWS's default in requests a second; `null` where we know none.
    pub default_per_second: Option<u32>,
    /// What the account has, in requests a second; `null` when it is not known, or cannot be asked.
    pub provisioned_per_second: Option<u32>,
    /// Whether more can be bought.
    pub adjustable: bool,
    /// Why it is not known; `null` when it is.
    pub unknown: Option<String>,
}

impl From<&Limit> for LimitView {
    fn from(limit: &Limit) -> Self {
        let value = body(&limit.answer).and_then(|body| body.pointer("/Limit/ProvisionedLimitValue")?.as_u64());
        let silent = || value.is_none().then(|| "The answer does not tell ProvisionedLimitValue.".to_owned());
        Self {
            category: limit.category.to_string(),
            default_per_second: limit.category.default_rate(),
            provisioned_per_second: value.map(crate::count),
            adjustable: true,
            unknown: why(&limit.answer).or_else(silent),
        }
    }
}

/// Categories of which AWS tells no rate of the account, so that it has what everybody has; more for identity pools is asked
/// for elsewhere.
const FIXED: [QuotaCategory; 15] = [
    QuotaCategory::UserAccountRecovery,
    QuotaCategory::UserUpdate,
    QuotaCategory::UserResourceUpdate,
    QuotaCategory::UserList,
    QuotaCategory::UserPoolRead,
    QuotaCategory::UserPoolUpdate,
    QuotaCategory::UserPoolResourceRead,
    QuotaCategory::UserPoolResourceUpdate,
    QuotaCategory::UserPoolClientRead,
    QuotaCategory::UserPoolClientUpdate,
    QuotaCategory::ClientAuthentication,
    QuotaCategory::LimitManagement,
    QuotaCategory::IdentityPoolRead,
    QuotaCategory::IdentityPoolUpdate,
    QuotaCategory::IdentityExchange,
];

impl LimitView {
    /// What was asked, and after it the categories of which the account has what everybody has.
    #[must_use]
    pub fn all(limits: &[Limit]) -> Vec<Self> {
        let fixed = FIXED.map(|category| Self {
            category: category.to_string(),
            default_per_second: category.default_rate(),
            provisioned_per_second: category.default_rate(),
            adjustable: false,
            unknown: None,
        });
        limits.iter().map(Self::from).chain(fixed).collect()
    }
}

/// A trigger that is set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TriggerView {
    /// Its name in `LambdaConfig`.
    pub trigger: String,
    /// What it belongs to; `null` for one that AWS added since.
    pub category: Option<String>,
    /// The function's ARN.
    pub function: String,
    /// The version of its event; `null` where it has only one.
    pub version: Option<String>,
    /// The values of `triggerSource` with which it runs.
    pub sources: Vec<String>,
}

impl From<&SetTrigger> for TriggerView {
    fn from(set: &SetTrigger) -> Self {
        let sources = set.known.map(|known| known.sources).unwrap_or_default();
        Self {
            trigger: set.name.clone(),
            category: set.known.map(|known| known.category.to_owned()),
            function: set.function.clone(),
            version: set.version.clone(),
            sources: sources.iter().map(|source| (*source).to_owned()).collect(),
        }
    }
}

impl TriggerView {
    /// The triggers of the pool.
    ///
    /// # Errors
    /// Why the pool could not be described.
    pub fn all(snapshot: &Snapshot) -> Result<Vec<Self>, Unlisted> {
        entries(snapshot, "DescribeUserPool", "")?;
        let config = snapshot.body("DescribeUserPool", "").and_then(|body| body.pointer("/UserPool/LambdaConfig"));
        Ok(config.map(model::trigger::of_config).unwrap_or_default().iter().map(TriggerView::from).collect())
    }
}
