//! The roles behind a pool: who may take them, and what they may do.

use model::health::{Answer, Snapshot};
use serde_json::{Value, json};

use crate::error::Error;
use crate::settings::Missing;
use crate::{Session, operations};

impl Session {
    /// Reads the roles that a snapshot names ([`Snapshot::roles`]), by their ARNs: `GetRole`, `ListAttachedRolePolicies` with
    /// `GetPolicy` and `GetPolicyVersion` of each managed policy and of its permissions boundary, `ListRolePolicies` with `GetRolePolicy` of each of its own
    /// (IAM actions of those names; free; nobody becomes active). IAM answers in XML; what rules and people read of it is kept
    /// as the JSON that AWS's own tools make of it.
    ///
    /// IAM finds roles by name in the account of the credentials. A role of another account is not asked about, since one of
    /// the same name would answer.
    ///
    /// # Errors
    /// What stands in the way of every call.
    pub async fn read_iam(&self, snapshot: &mut Snapshot) -> Result<(), Error> {
        let roles = snapshot.roles();
        if roles.is_empty() {
            return Ok(());
        }
        let own = match self.identity().await {
            Ok(identity) => identity.account,
            // Whose roles these are is not known then; everything else is.
            Err(error) => {
                let why = Missing { error, code: None }.into_answer()?;
                for role in roles {
                    not_asked(snapshot, &role, &why);
                }
                return Ok(());
            }
        };
        for role in roles {
            let parts: Vec<&str> = role.splitn(6, ':').collect();
            let name = match parts.as_slice() {
                ["arn", _, "iam", _, account, rest] if *account == own.as_str() => rest.rsplit('/').next(),
                _ => None,
            };
            match name {
                Some(name) => self.read_role(snapshot, &role, name).await?,
                None => {
                    let reason = format!("The role is not one of the account {own}, so it cannot be read from here.");
                    not_asked(snapshot, &role, &Answer::Failed { reason });
                }
            }
        }
        Ok(())
    }

    async fn read_role(&self, snapshot: &mut Snapshot, role: &str, name: &str) -> Result<(), Error> {
        let told = self
            .written(
                &self.context(operations::GET_ROLE),
                || self.iam().get_role().role_name(name).send(),
                |answer| {
                    let role = answer.role.map(|role| {
                        let mut told = json!({ "Arn": role.arn, "RoleName": role.role_name,
                            "AssumeRolePolicyDocument": role.assume_role_policy_document });
                        if let Some(arn) = role.permissions_boundary.and_then(|it| it.permissions_boundary_arn) {
                            told["PermissionsBoundary"] = json!({ "PermissionsBoundaryArn": arn });
                        }
                        told
                    });
                    json!({ "Role": role })
                },
            )
            .await?;
        if let Answer::Given(body) = &told {
            let boundary = body.pointer("/Role/PermissionsBoundary/PermissionsBoundaryArn").and_then(Value::as_str);
            if let Some(arn) = boundary.map(str::to_owned) {
                self.read_managed(snapshot, &arn).await?;
            }
        }
        snapshot.put("GetRole", role, told);
        let attached = self.attached(name).await?;
        for policy in entries(&attached, "AttachedPolicies") {
            let arn = policy.get("PolicyArn").and_then(Value::as_str).unwrap_or_default().to_owned();
            self.read_managed(snapshot, &arn).await?;
        }
        snapshot.put("ListAttachedRolePolicies", role, attached);
        let names = self.own_policies(name).await?;
        for policy in entries(&names, "PolicyNames") {
            let policy = policy.as_str().unwrap_or_default();
            let own = self
                .written(
                    &self.context(operations::GET_ROLE_POLICY),
                    || self.iam().get_role_policy().role_name(name).policy_name(policy).send(),
                    |answer| json!({ "PolicyName": answer.policy_name, "PolicyDocument": answer.policy_document }),
                )
                .await?;
            snapshot.put("GetRolePolicy", &format!("{role}/{policy}"), own);
        }
        snapshot.put("ListRolePolicies", role, names);
        Ok(())
    }

    /// Reads the version of a managed policy that holds, once.
    async fn read_managed(&self, snapshot: &mut Snapshot, arn: &str) -> Result<(), Error> {
        if snapshot.answer("GetPolicyVersion", arn).is_none() {
            let version = self.managed(arn).await?;
            snapshot.put("GetPolicyVersion", arn, version);
        }
        Ok(())
    }

    /// The version of a managed policy that holds.
    async fn managed(&self, arn: &str) -> Result<Answer, Error> {
        let policy = self
            .written(
                &self.context(operations::GET_MANAGED_POLICY),
                || self.iam().get_policy().policy_arn(arn).send(),
                |answer| json!({ "DefaultVersionId": answer.policy.and_then(|policy| policy.default_version_id) }),
            )
            .await?;
        let version = match &policy {
            Answer::Given(body) => body.get("DefaultVersionId").and_then(Value::as_str).unwrap_or_default().to_owned(),
            _ => return Ok(policy),
        };
        self.written(
            &self.context(operations::GET_POLICY_VERSION),
            || self.iam().get_policy_version().policy_arn(arn).version_id(&version).send(),
            |answer| {
                let version = answer.policy_version;
                let version = version.map(|it| json!({ "VersionId": it.version_id, "Document": it.document }));
                json!({ "PolicyVersion": version })
            },
        )
        .await
    }

    /// Every managed policy of a role.
    async fn attached(&self, role: &str) -> Result<Answer, Error> {
        let (mut all, mut marker) = (Vec::new(), None::<String>);
        loop {
            let context = crate::error::Context {
                paged: marker.is_some(),
                ..self.context(operations::LIST_ATTACHED_ROLE_POLICIES)
            };
            let ask = || self.iam().list_attached_role_policies().role_name(role).set_marker(marker.clone()).send();
            let page = self
                .written(&context, ask, |page| {
                    let policies = page.attached_policies.unwrap_or_default().into_iter();
                    let policies: Vec<Value> = policies
                        .map(|it| json!({ "PolicyName": it.policy_name, "PolicyArn": it.policy_arn }))
                        .collect();
                    json!({ "Entries": policies, "More": page.is_truncated, "Marker": page.marker })
                })
                .await?;
            match turned(page, &mut all, &mut marker) {
                Turned::More => {}
                Turned::Whole => return Ok(Answer::Given(json!({ "AttachedPolicies": all }))),
                Turned::Not(answer) => return Ok(answer),
            }
        }
    }

    /// The names of all of a role's own policies.
    async fn own_policies(&self, role: &str) -> Result<Answer, Error> {
        let (mut all, mut marker) = (Vec::new(), None::<String>);
        loop {
            let context =
                crate::error::Context { paged: marker.is_some(), ..self.context(operations::LIST_ROLE_POLICIES) };
            let ask = || self.iam().list_role_policies().role_name(role).set_marker(marker.clone()).send();
            let page = self
                .written(
                    &context,
                    ask,
                    |page| json!({ "Entries": page.policy_names, "More": page.is_truncated, "Marker": page.marker }),
                )
                .await?;
            match turned(page, &mut all, &mut marker) {
                Turned::More => {}
                Turned::Whole => return Ok(Answer::Given(json!({ "PolicyNames": all }))),
                Turned::Not(answer) => return Ok(answer),
            }
        }
    }
}

/// Puts down why nothing was asked about a role.
fn not_asked(snapshot: &mut Snapshot, role: &str, why: &Answer) {
    for question in ["GetRole", "ListAttachedRolePolicies", "ListRolePolicies"] {
        snapshot.put(question, role, why.clone());
    }
}

/// What came of turning a page of a list.
enum Turned {
    /// There is another page, behind the marker.
    More,
    /// That was the last one.
    Whole,
    /// There was none.
    Not(Answer),
}

/// Takes in a page of IAM's, which tells the place of the next one.
fn turned(page: Answer, all: &mut Vec<Value>, marker: &mut Option<String>) -> Turned {
    let Answer::Given(body) = page else { return Turned::Not(page) };
    all.extend(body.get("Entries").and_then(Value::as_array).into_iter().flatten().cloned());
    let more = body.get("More").and_then(Value::as_bool).unwrap_or_default();
    let next = body.get("Marker").and_then(Value::as_str).filter(|_| more).map(str::to_owned);
    match next {
        None if more => {
            Turned::Not(Answer::Failed { reason: "IAM says that there are more, and not where.".to_owned() })
        }
        Some(next) if Some(&next) == marker.as_ref() => {
            Turned::Not(Answer::Failed { reason: "IAM names the same page again and again.".to_owned() })
        }
        Some(next) => {
            *marker = Some(next);
            Turned::More
        }
        None => Turned::Whole,
    }
}

fn entries(answer: &Answer, list: &str) -> Vec<Value> {
    match answer {
        Answer::Given(body) => body.get(list).and_then(Value::as_array).cloned().unwrap_or_default(),
        _ => Vec::new(),
    }
}
