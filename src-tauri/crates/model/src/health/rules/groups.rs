//! Groups that carry roles: GR-01, GR-02.

use serde_json::Value;

use super::roles::excessive;
use super::{Rule, Severity, Subject, api};
use crate::health::case::{Body, Case, Judged, joined};

const GROUPS: &str = "/Groups";

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "GR-01",
        version: 2,
        title: "A group's role can do nearly everything",
        severity: Severity::High,
        subject: Subject::Pool,
        why: "Whoever is put into the group gets the role's rights. Putting people into groups takes one right of Cognito alone.",
        source: "https://cloud.hacktricks.wiki (AWS Cognito privilege escalation)",
        remedy: "Narrow the role's policies to what the group needs.",
        plan: None,
        judge: privileged,
    },
    Rule {
        id: "GR-02",
        version: 1,
        title: "Two groups with roles come equally first",
        severity: Severity::Medium,
        subject: Subject::Pool,
        why: "Between groups of equal precedence with different roles, Cognito chooses none. Who is in both loses the role, or \
              falls back to another.",
        source: api!("GroupType"),
        remedy: "Give each group with a role a precedence of its own.",
        plan: None,
        judge: tied,
    },
];

/// Name, role and precedence of the groups that have a role.
fn with_roles<'a>(groups: &Body<'a>) -> Vec<(&'a str, &'a str, Option<i64>)> {
    let read = |group: &'a Value| {
        let name = group.get("GroupName")?.as_str()?;
        let role = group.get("RoleArn")?.as_str()?;
        Some((name, role, group.get("Precedence").and_then(Value::as_i64)))
    };
    groups.entries(GROUPS).iter().filter_map(read).collect()
}

fn privileged(case: &Case<'_>) -> Judged {
    let groups = case.ask("ListGroups", "")?;
    groups.needed_entries(GROUPS)?;
    let roles = with_roles(&groups);
    if roles.is_empty() {
        return Ok(groups.not_applicable(GROUPS, "No group has a role."));
    }
    let mut unknown = None;
    for (group, role, _) in roles {
        match excessive(case, role) {
            Ok(Some(what)) => return Ok(groups.fail(GROUPS, format!("The role {role} of the group {group}: {what}."))),
            Ok(None) => {}
            Err(why) => unknown = Some(why),
        }
    }
    unknown.map_or_else(|| Ok(groups.pass(GROUPS, "No group's role has sweeping rights.")), Err)
}

fn tied(case: &Case<'_>) -> Judged {
    let groups = case.ask("ListGroups", "")?;
    groups.needed_entries(GROUPS)?;
    let roles = with_roles(&groups);
    if roles.len() < 2 {
        return Ok(groups.not_applicable(GROUPS, "Fewer than two groups have a role."));
    }
    for (at, (group, role, precedence)) in roles.iter().enumerate() {
        let tied: Vec<&str> = roles[at + 1..]
            .iter()
            .filter(|(_, other, same)| same == precedence && other != role)
            .map(|(name, ..)| *name)
            .collect();
        if !tied.is_empty() {
            let has = precedence.map_or("no precedence".to_owned(), |it| format!("the precedence {it}"));
            return Ok(groups.fail(GROUPS, format!("{group} and {} have {has} and different roles.", joined(&tied))));
        }
    }
    Ok(groups.pass(GROUPS, "Each group with a role of its own has a precedence of its own."))
}
