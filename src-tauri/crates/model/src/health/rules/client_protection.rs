//! What a client does otherwise than its pool, and whether anybody uses it: AC-19, AC-20.

use super::client_tokens::described;
use super::protection::{GUIDE, acts, weaker};
use super::{Rule, Severity, Subject};
use crate::health::case::{Case, Judged};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "AC-19",
        version: 1,
        title: "The client is protected less than its pool",
        severity: Severity::Medium,
        subject: Subject::Client,
        why: "A client's own risk settings replace those of the pool. A weaker one is the way that an attacker takes.",
        source: GUIDE,
        remedy: "Take the client's own risk configuration away (SetRiskConfiguration with the client and nothing else).",
        plan: None,
        judge: overridden,
    },
    Rule {
        id: "AC-20",
        version: 1,
        title: "Nobody uses the client",
        severity: Severity::Low,
        subject: Subject::Client,
        why: "A client that nobody uses is a door that nobody watches. Attackers leave clients behind to come back.",
        source: "https://cloud.hacktricks.wiki (AWS Cognito persistence)",
        remedy: "Find out whose it is, and delete it.",
        plan: None,
        judge: unused,
    },
];

fn overridden(case: &Case<'_>) -> Judged {
    let at = "/RiskConfiguration";
    let client = described(case)?;
    if !acts(case)? {
        return Ok(client.not_applicable("/UserPoolClient", "Threat protection is off."));
    }
    let pools = case.ask("DescribeRiskConfiguration", "")?;
    let own = case.ask("DescribeRiskConfiguration", case.subject)?;
    own.needed(at)?;
    pools.needed(at)?;
    let weaker = weaker(&own, &pools);
    Ok(if weaker.is_empty() {
        own.pass(at, "The client is protected as its pool is.")
    } else {
        own.fail(at, format!("Weaker than the pool: {}.", weaker.join("; ")))
    })
}

fn unused(case: &Case<'_>) -> Judged {
    let at = "/Events";
    described(case)?;
    let events = case.ask("LookupEvents", case.subject)?;
    events.needed(at)?;
    Ok(match events.entries(at).len() {
        0 => events.fail(at, "CloudTrail has no event of this client in 90 days."),
        count => events.pass(at, format!("CloudTrail has {count} events of this client in 90 days.")),
    })
}
