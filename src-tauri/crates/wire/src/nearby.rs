//! What other services of AWS say about a pool.

mod quotas;
mod roles;

use std::collections::BTreeSet;

use model::health::{Answer, Snapshot};
use model::trigger::{Permission, Permitted, of_config};
use serde::Serialize;
use serde_json::{Value, json};
use specta::Type;

use crate::pool_settings::UnansweredView;
pub use quotas::{AppliedQuotaView, AskServiceQuotas, ServiceQuotasView};
pub use roles::{RoleView, RolesView};

/// What Lambda says about the functions of a pool's triggers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FunctionsView {
    /// When AWS was asked.
    pub taken_at: String,
    /// Each function once, by its ARN.
    pub functions: Vec<FunctionView>,
    /// What was not answered. That there is no such function or policy is an answer.
    pub unanswered: Vec<UnansweredView>,
    /// The policy that would permit what was denied, as JSON; `null` when nothing was.
    pub policy: Option<String>,
}

/// A function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FunctionView {
    /// Its ARN, as the trigger names it.
    pub function: String,
    /// For which pools Cognito may call it: `nobody`, `pool` (this one alone), `pattern`, `account`, `anyone`; `null` when that
    /// is not known.
    pub permission: Option<String>,
    /// The same in a sentence, or why it is not known.
    pub says: String,
    /// Such as `nodejs22.x`; `null` for an image, or when it is not known.
    pub runtime: Option<String>,
    /// When its code or configuration was changed last, as Lambda writes it; `null` when it is not known.
    pub last_modified: Option<String>,
    /// Its own timeout; `null` when it is not known.
    pub timeout_seconds: Option<u32>,
    /// `Active`, `Pending`, `Inactive`, `Failed`; `null` when it is not known.
    pub state: Option<String>,
}

const GONE: &str = "ResourceNotFoundException";

impl From<&Snapshot> for FunctionsView {
    fn from(snapshot: &Snapshot) -> Self {
        let pool = snapshot.body("DescribeUserPool", "").and_then(|body| body.get("UserPool"));
        let arn = pool.and_then(|pool| pool.get("Arn")?.as_str());
        let set = pool.and_then(|pool| pool.get("LambdaConfig")).map(of_config).unwrap_or_default();
        let functions: BTreeSet<String> = set.into_iter().map(|trigger| trigger.function).collect();
        let of_lambda = |it: &UnansweredView| ["GetPolicy", "GetFunctionConfiguration"].contains(&&*it.operation);
        let told = |it: &UnansweredView| {
            let answer = snapshot.answer(&it.operation, it.subject.as_deref().unwrap_or_default());
            matches!(answer, Some(Answer::Refused { code }) if code == GONE)
        };
        let mut unanswered = UnansweredView::all(snapshot);
        unanswered.retain(|it| (of_lambda(it) && !told(it)) || it.operation == "DescribeUserPool");
        Self {
            taken_at: snapshot.taken_at.to_string(),
            functions: functions.into_iter().map(|function| FunctionView::new(snapshot, function, arn)).collect(),
            policy: needed(&unanswered),
            unanswered,
        }
    }
}

impl FunctionView {
    fn new(snapshot: &Snapshot, function: String, pool: Option<&str>) -> Self {
        let configuration = snapshot.answer("GetFunctionConfiguration", &function);
        let told = snapshot.body("GetFunctionConfiguration", &function);
        let text = |name: &str| Some(told?.get(name)?.as_str()?.to_owned());
        let (permission, says) = permission(snapshot.answer("GetPolicy", &function), configuration, pool);
        Self {
            permission: permission.map(|permission| permission.name().to_owned()),
            says,
            runtime: text("Runtime"),
            last_modified: text("LastModified"),
            timeout_seconds: told.and_then(|body| body.get("Timeout")?.as_u64()).map(crate::count),
            state: text("State"),
            function,
        }
    }
}

/// For which pools Cognito may call a function, and that in a sentence.
fn permission(
    policy: Option<&Answer>,
    configuration: Option<&Answer>,
    pool: Option<&str>,
) -> (Option<Permission>, String) {
    let gone = |answer: Option<&Answer>| matches!(answer, Some(Answer::Refused { code }) if code == GONE);
    match policy {
        Some(Answer::Given(body)) => match body.get("Policy").zip(pool) {
            Some((document, pool)) => match Permitted::of(document, pool) {
                Ok(told) => (Some(told.here.clone()), says(&told)),
                Err(unclear) => (None, format!("unknown: {unclear}")),
            },
            None => (None, "unknown: the policy, or the ARN of the pool, was not told.".to_owned()),
        },
        Some(answer) if gone(Some(answer)) => {
            let what = match configuration {
                Some(Answer::Given(_)) => "It has no policy, so",
                answer if gone(answer) => "There is no such function:",
                _ => "The function or its policy is not there:",
            };
            (Some(Permission::Nobody), format!("{what} Cognito may not call it."))
        }
        Some(Answer::Denied { iam_action }) => (None, format!("unknown: needs {iam_action}")),
        Some(answer) => (None, format!("unknown: {}", crate::settings::why(answer).unwrap_or_default())),
        None => (None, "unknown: Lambda was not asked.".to_owned()),
    }
}

/// For which pools Cognito may call a function, in a sentence or two.
fn says(Permitted { here, widest }: &Permitted) -> String {
    if here == widest { here.to_string() } else { format!("{here} Others may have it called, too: {widest}") }
}

/// The policy that permits what was denied.
fn needed(unanswered: &[UnansweredView]) -> Option<String> {
    let actions: BTreeSet<&str> = unanswered.iter().filter_map(|it| it.iam_action.as_deref()).collect();
    policy(&actions.into_iter().collect::<Vec<_>>())
}

/// A policy for some IAM actions, as JSON; `None` for none.
pub(crate) fn policy(actions: &[&str]) -> Option<String> {
    let policy: Value = json!({
        "Version": "2012-10-17",
        "Statement": [{ "Effect": "Allow", "Action": actions, "Resource": "*" }],
    });
    if actions.is_empty() { None } else { serde_json::to_string_pretty(&policy).ok() }
}
