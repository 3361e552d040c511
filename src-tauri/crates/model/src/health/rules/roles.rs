//! The IAM roles behind identity pools: IP-03, IP-04, IP-09. Judged where IAM was read.

use serde_json::Value;

use super::identity_pools::described;
use super::{Rule, Severity, Subject, guide};
use crate::health::case::{Case, Judged, Unknown, joined};
use crate::health::policy::{statements, sweeping};
use crate::health::trust::Trust;

const TRUST: &str = "/Role/AssumeRolePolicyDocument";

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "IP-03",
        version: 1,
        title: "A role can be taken through any identity pool",
        severity: Severity::Critical,
        subject: Subject::IdentityPool,
        why: "A trust policy that does not name the identity pool trusts all of them. Anybody can make one in an account of \
              their own and take the role.",
        source: guide!("role-trust-and-permissions"),
        remedy: "Ask for cognito-identity.amazonaws.com:aud to be this identity pool's id.",
        plan: None,
        judge: audience,
    },
    Rule {
        id: "IP-04",
        version: 1,
        title: "Guests can take the role of people who have signed in",
        severity: Severity::High,
        subject: Subject::IdentityPool,
        why: "A trust policy that does not ask how somebody came gives the role to guests, too. The condition on amr tells \
              them apart.",
        source: guide!("role-trust-and-permissions"),
        remedy: "Ask for cognito-identity.amazonaws.com:amr to be authenticated, or unauthenticated for the guest role.",
        plan: None,
        judge: method,
    },
    Rule {
        id: "IP-09",
        version: 1,
        title: "The role of people who have signed in can do too much",
        severity: Severity::High,
        subject: Subject::IdentityPool,
        why: "Everybody who can sign in has this role's rights. Wildcards let each of them reach everybody's data.",
        source: guide!("identity-pools-security-best-practices"),
        remedy: "Narrow the policies to prefixes with ${cognito-identity.amazonaws.com:sub}.",
        plan: None,
        judge: rights,
    },
];

/// The roles of an identity pool with the `amr` that each is for, or why there are none.
fn roles_of<'a>(case: &Case<'a>) -> Result<Vec<(&'a str, &'static str)>, Unknown> {
    described(case)?;
    let answer = case.ask("GetIdentityPoolRoles", case.subject)?;
    let role = |kind: &'static str| Some((answer.text(&format!("/Roles/{kind}"))?, kind));
    Ok([role("authenticated"), role("unauthenticated")].into_iter().flatten().collect())
}

/// Holds every trust policy against `bad`, which says what is wrong with a statement that trusts identity pools.
fn trust(case: &Case<'_>, bad: impl Fn(&Trust) -> Option<&'static str>, good: &str) -> Judged {
    let answer = case.ask("GetIdentityPoolRoles", case.subject);
    let roles = roles_of(case)?;
    let answer = answer?;
    if roles.is_empty() {
        return Ok(answer.not_applicable("/Roles", "The identity pool has no roles."));
    }
    let mut unknown = None;
    for (role, kind) in roles {
        match case.ask("GetRole", role) {
            Ok(read) => {
                if let Some(what) = bad(&Trust::of(read.needed(TRUST)?, case.subject, kind)) {
                    return Ok(read.fail(TRUST, format!("The trust policy of {role} {what}.")));
                }
            }
            Err(why) => unknown = Some(why),
        }
    }
    unknown.map_or_else(|| Ok(answer.pass("/Roles", good)), Err)
}

fn audience(case: &Case<'_>) -> Judged {
    let bad = |trust: &Trust| (!trust.audience).then_some("does not name this identity pool");
    trust(case, bad, "The trust policy of each role names this identity pool.")
}

fn method(case: &Case<'_>) -> Judged {
    let bad = |trust: &Trust| (!trust.method).then_some("does not ask how somebody came (amr)");
    trust(case, bad, "The trust policy of each role asks how somebody came.")
}

/// Managed policies that give nearly everything away.
const SWEEPING: [&str; 3] = ["AdministratorAccess", "IAMFullAccess", "PowerUserAccess"];

/// What is excessive about a role's rights, in words; `None` when nothing is.
///
/// # Errors
/// When its policies were not read.
pub(in crate::health) fn excessive(case: &Case<'_>, role: &str) -> Result<Option<String>, Unknown> {
    let attached = case.ask("ListAttachedRolePolicies", role)?;
    attached.needed("/AttachedPolicies")?;
    for policy in attached.entries("/AttachedPolicies") {
        let text = |key: &str| policy.get(key).and_then(Value::as_str).unwrap_or_default();
        let (name, arn) = (text("PolicyName"), text("PolicyArn"));
        if SWEEPING.contains(&name) {
            return Ok(Some(format!("it has {name}")));
        }
        let document = case.ask("GetPolicyVersion", arn)?;
        if let Some(what) = sweeps(document.needed("/PolicyVersion/Document")?) {
            return Ok(Some(what));
        }
    }
    let inline = case.ask("ListRolePolicies", role)?;
    inline.needed("/PolicyNames")?;
    for name in inline.list("/PolicyNames") {
        let policy = case.ask("GetRolePolicy", &format!("{role}/{name}"))?;
        if let Some(what) = sweeps(policy.needed("/PolicyDocument")?) {
            return Ok(Some(what));
        }
    }
    Ok(None)
}

/// The actions of a policy that give nearly everything away, in words.
fn sweeps(document: &Value) -> Option<String> {
    let statements = statements(document);
    let actions: Vec<&str> = statements.iter().flat_map(sweeping).collect();
    (!actions.is_empty()).then(|| format!("it may {}", joined(&actions)))
}

fn rights(case: &Case<'_>) -> Judged {
    let roles = roles_of(case)?;
    let answer = case.ask("GetIdentityPoolRoles", case.subject)?;
    let at = "/Roles/authenticated";
    let Some((role, _)) = roles.into_iter().find(|(_, kind)| *kind == "authenticated") else {
        return Ok(answer.not_applicable(at, "There is no role for people who have signed in."));
    };
    Ok(match excessive(case, role)? {
        Some(what) => answer.fail(at, format!("The role {role}: {what}.")),
        None => answer.pass(at, format!("The role {role} has no sweeping rights.")),
    })
}
