//! What IAM says about the roles behind a pool.

use model::health::{Answer, Rights, Snapshot, Trust, policy_document};
use serde::Serialize;
use serde_json::Value;
use specta::Type;

use super::needed;
use crate::pool_settings::{PairView, UnansweredView};
use crate::settings::why;

/// What IAM says about the roles of a pool's groups and of the identity pools around it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RolesView {
    /// When AWS was asked.
    pub taken_at: String,
    /// Each role once for each thing that gives it.
    pub roles: Vec<RoleView>,
    /// What was not answered. That there is no such role is an answer.
    pub unanswered: Vec<UnansweredView>,
    /// The policy that would permit what was denied, as JSON; `null` when nothing was.
    pub policy: Option<String>,
}

/// A role, and what gives it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RoleView {
    /// The identity pool that gives it; `null` for a group's.
    pub identity_pool: Option<String>,
    /// `authenticated`, `unauthenticated`, `rule`; of a group its name, which is foreign text.
    pub given_to: String,
    /// Its ARN.
    pub role: String,
    /// Whether it can be taken through this identity pool alone, by those whom it is for; `null` when that is not known.
    pub narrow: Option<bool>,
    /// The same in a sentence, or why it is not known.
    pub trust: String,
    /// Whether its policies give nearly everything away; `null` when that is not known.
    pub sweeping: Option<bool>,
    /// The same in a sentence, or why it is not known.
    pub rights: String,
    /// Its trust policy and the policies that it has, by name, as JSON. Foreign texts.
    pub documents: Vec<PairView>,
}

const GONE: &str = "NoSuchEntity";

impl From<&Snapshot> for RolesView {
    fn from(snapshot: &Snapshot) -> Self {
        let pools = snapshot.answers.get("GetIdentityPoolRoles").into_iter().flat_map(|pools| pools.keys());
        let of_pools = pools.flat_map(|id| {
            snapshot.roles_of(id).into_iter().map(move |(kind, role)| {
                let came = if kind == "unauthenticated" { "unauthenticated" } else { "authenticated" };
                let trust = trust(snapshot, &role, &[id], came);
                RoleView::new(snapshot, (Some(id.clone()), kind), role, trust)
            })
        });
        let mut roles: Vec<RoleView> = of_pools.collect();
        let trusting = snapshot.trusted_by().unwrap_or_default();
        let groups = snapshot.body("ListGroups", "").and_then(|body| body.get("Groups")?.as_array());
        for group in groups.into_iter().flatten() {
            let text = |name: &str| group.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
            let (name, role) = (text("GroupName"), text("RoleArn"));
            if !role.is_empty() {
                let trust = trust(snapshot, &role, &trusting, "authenticated");
                roles.push(RoleView::new(snapshot, (None, name), role, trust));
            }
        }
        let gone = |it: &UnansweredView| {
            let answer = snapshot.answer(&it.operation, it.subject.as_deref().unwrap_or_default());
            matches!(answer, Some(Answer::Refused { code }) if code == GONE)
        };
        let mut unanswered = UnansweredView::all(snapshot);
        unanswered.retain(|it| !gone(it));
        Self { taken_at: snapshot.taken_at.to_string(), policy: needed(&unanswered), unanswered, roles }
    }
}

impl RoleView {
    fn new(snapshot: &Snapshot, to: (Option<String>, String), role: String, trust: (Option<bool>, String)) -> Self {
        let (sweeping, rights) = match Rights::of(snapshot, &role) {
            Rights::Narrow => (Some(false), "Its policies give nothing that sweeps.".to_owned()),
            Rights::Sweeping(what) => (Some(true), format!("Too much: {what}.")),
            Rights::Unknown(why) => (None, format!("unknown: {why}")),
        };
        let documents = documents(snapshot, &role);
        Self { identity_pool: to.0, given_to: to.1, role, narrow: trust.0, trust: trust.1, sweeping, rights, documents }
    }
}

/// Whether a role is for one of these identity pools alone, and that in a sentence.
fn trust(snapshot: &Snapshot, role: &str, identity_pools: &[impl AsRef<str>], kind: &str) -> (Option<bool>, String) {
    let document = match snapshot.answer("GetRole", role) {
        Some(Answer::Given(body)) => body.pointer("/Role/AssumeRolePolicyDocument"),
        Some(Answer::Refused { code }) if code == GONE => return (Some(false), "There is no such role.".to_owned()),
        Some(Answer::Denied { iam_action }) => return (None, format!("unknown: needs {iam_action}")),
        Some(answer) => return (None, format!("unknown: {}", why(answer).unwrap_or_default())),
        None => return (None, "unknown: IAM was not asked.".to_owned()),
    };
    let Some(document) = document.filter(|document| document.is_string() || document.is_object()) else {
        return (None, "unknown: the answer to GetRole does not tell the trust policy.".to_owned());
    };
    let judged = identity_pools.iter().map(|id| Trust::of(document, id.as_ref(), kind));
    let Some(all) = judged.collect::<Option<Vec<Trust>>>() else {
        return (None, "unknown: its trust policy cannot be read as one.".to_owned());
    };
    match all.iter().find(|trust| trust.is_narrow()).or(all.first()) {
        Some(trust) => (Some(trust.is_narrow()), trust.to_string()),
        None if snapshot.knows_who_trusts() => {
            (None, "No identity pool trusts this user pool, so nobody gets it by the group.".to_owned())
        }
        None => {
            let why = "unknown: it was not told of every identity pool whether it trusts this user pool.";
            (None, why.to_owned())
        }
    }
}

/// The policies of a role by name, the one about trust first, and its permissions boundary.
fn documents(snapshot: &Snapshot, role: &str) -> Vec<PairView> {
    let laid_out = |name: &str, document: Option<&Value>| {
        let value = serde_json::to_string_pretty(&policy_document(document?)).ok()?;
        Some(PairView { name: name.to_owned(), value })
    };
    let body =
        |operation: &str, subject: &str, at: &str| snapshot.body(operation, subject).and_then(|it| it.pointer(at));
    let list = |operation: &str, at: &str| body(operation, role, at).and_then(Value::as_array).into_iter().flatten();
    let trust = laid_out("trust", body("GetRole", role, "/Role/AssumeRolePolicyDocument"));
    let attached = list("ListAttachedRolePolicies", "/AttachedPolicies").filter_map(|policy| {
        let (name, arn) = (policy.get("PolicyName")?.as_str()?, policy.get("PolicyArn")?.as_str()?);
        laid_out(name, body("GetPolicyVersion", arn, "/PolicyVersion/Document"))
    });
    let own = list("ListRolePolicies", "/PolicyNames").filter_map(|name| {
        let name = name.as_str()?;
        laid_out(name, body("GetRolePolicy", &format!("{role}/{name}"), "/PolicyDocument"))
    });
    let boundary = body("GetRole", role, "/Role/PermissionsBoundary/PermissionsBoundaryArn").and_then(Value::as_str);
    let boundary = boundary.and_then(|arn| {
        let name = arn.rsplit('/').next().unwrap_or(arn);
        laid_out(&format!("boundary: {name}"), body("GetPolicyVersion", arn, "/PolicyVersion/Document"))
    });
    trust.into_iter().chain(boundary).chain(attached).chain(own).collect()
}
