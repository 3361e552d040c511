//! Logs, domains, limits, and who asks: UP-42 to UP-44, OP-01.

use serde_json::Value;

use super::{Rule, Severity, Subject, api, guide};
use crate::health::case::{Case, Judged, joined};

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "UP-42",
        version: 1,
        title: "No logs are exported",
        severity: Severity::Low,
        subject: Subject::Pool,
        why: "Without exported logs nobody sees which messages could not be delivered. Who signed in from where cannot be \
              found out afterwards either.",
        source: api!("SetLogDeliveryConfiguration"),
        remedy: "Export userNotification at ERROR, and with the plan Plus userAuthEvents at INFO.",
        plan: None,
        judge: logs,
    },
    Rule {
        id: "UP-43",
        version: 1,
        title: "A domain of the pool does not work, or leads elsewhere",
        severity: Severity::Medium,
        subject: Subject::Pool,
        why: "People type passwords at this domain. A record that points away hands them to somebody else.",
        source: guide!("cognito-user-pools-add-custom-domain"),
        remedy: "Point the domain's record at the CloudFront distribution that AWS names, and renew the certificate.",
        plan: None,
        judge: domains,
    },
    Rule {
        id: "UP-44",
        version: 1,
        title: "A limit is near",
        severity: Severity::Low,
        subject: Subject::Pool,
        why: "At a limit, AWS refuses the next user, group or client. Raising one takes days.",
        source: guide!("quotas"),
        remedy: "Ask Service Quotas for more, or clean up.",
        plan: None,
        judge: limits,
    },
    Rule {
        id: "OP-01",
        version: 1,
        title: "You are asking with too many rights",
        severity: Severity::Info,
        subject: Subject::Operator,
        why: "Credentials that can do everything are worth stealing. Poolkeeper needs to read and to do what you ask it to.",
        source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html",
        remedy: "Use a role with the policy from the README.",
        plan: None,
        judge: operator,
    },
];

fn logs(case: &Case<'_>) -> Judged {
    let at = "/LogDeliveryConfiguration/LogConfigurations";
    let answer = case.ask("GetLogDeliveryConfiguration", "")?;
    let sources: Vec<String> = answer
        .entries(at)
        .iter()
        .filter_map(|log| {
            let level = log.get("LogLevel").and_then(Value::as_str).unwrap_or_default();
            Some(format!("{} at {level}", log.get("EventSource")?.as_str()?))
        })
        .collect();
    Ok(if sources.is_empty() {
        answer.fail(at, "LogConfigurations is empty.")
    } else {
        answer.pass(at, format!("Exported: {}.", joined(&sources)))
    })
}

fn domains(case: &Case<'_>) -> Judged {
    let pool = case.pool()?;
    pool.needed("/UserPool/Id")?;
    let named = ["/UserPool/Domain", "/UserPool/CustomDomain"];
    let domains: Vec<(&str, &str)> = named.into_iter().filter_map(|at| Some((at, pool.text(at)?))).collect();
    if domains.is_empty() {
        return Ok(pool.not_applicable("/UserPool/Domain", "The pool has no domain."));
    }
    let at = "/DomainDescription/Status";
    for (_, domain) in &domains {
        let answer = case.ask("DescribeUserPoolDomain", domain)?;
        let status = answer.needed_text(at)?;
        if status != "ACTIVE" {
            return Ok(answer.fail(at, format!("The status of {domain} is {status}.")));
        }
    }
    let custom = domains.iter().find(|(at, _)| at.ends_with("CustomDomain"));
    let Some((_, custom)) = custom else {
        return Ok(case
            .ask("DescribeUserPoolDomain", domains[0].1)?
            .pass(at, format!("The status of {} is ACTIVE, and its name is AWS's own.", domains[0].1)));
    };
    let distribution =
        case.ask("DescribeUserPoolDomain", custom)?.needed_text("/DomainDescription/CloudFrontDistribution")?;
    let answer = case.ask("ResolveHost", custom)?;
    let names = answer.list("/Names");
    Ok(if names.iter().any(|name| name.trim_end_matches('.').eq_ignore_ascii_case(distribution)) {
        answer.pass("/Names", format!("{custom} leads to {distribution}."))
    } else {
        let to = if names.is_empty() { "nowhere".to_owned() } else { format!("to {}", joined(&names)) };
        answer.fail("/Names", format!("{custom} leads {to}, and not to {distribution}.")).severity(Severity::High)
    })
}

/// A list, the field in its answer, what it holds, and AWS's limit.
const LISTS: [(&str, &str, &str, usize); 4] = [
    ("ListGroups", "/Groups", "groups", 10_000),
    ("ListUserPoolClients", "/UserPoolClients", "app clients", 1_000),
    ("ListResourceServers", "/ResourceServers", "resource servers", 25),
    ("ListIdentityProviders", "/Providers", "identity providers", 300),
];
const MOST_USERS: i64 = 40_000_000;
const MOST_CUSTOM_ATTRIBUTES: usize = 50;

/// Whether four fifths of a limit are used.
fn is_near(has: u64, limit: u64) -> bool {
    has.saturating_mul(5) >= limit.saturating_mul(4)
}

fn limits(case: &Case<'_>) -> Judged {
    let pool = case.pool()?;
    let users = "/UserPool/EstimatedNumberOfUsers";
    let estimated = pool.needed(users)?.as_i64().ok_or_else(|| pool.silent(users))?;
    let near = |has: usize, limit: usize| is_near(has as u64, limit as u64);
    if is_near(u64::try_from(estimated).unwrap_or_default(), MOST_USERS.unsigned_abs()) {
        return Ok(pool.fail(users, format!("{estimated} of {MOST_USERS} users.")));
    }
    let schema = "/UserPool/SchemaAttributes";
    let is_custom =
        |entry: &&Value| entry.get("Name").and_then(Value::as_str).is_some_and(|name| name.contains("custom:"));
    let custom = pool.needed_entries(schema)?.iter().filter(is_custom).count();
    if near(custom, MOST_CUSTOM_ATTRIBUTES) {
        return Ok(pool.fail(schema, format!("{custom} of {MOST_CUSTOM_ATTRIBUTES} custom attributes.")));
    }
    let mut unknown = None;
    for (list, at, what, limit) in LISTS {
        let asked = case.ask(list, "");
        match asked.and_then(|answer| answer.needed_entries(at).map(|entries| (answer, entries.len()))) {
            Ok((answer, has)) if near(has, limit) => {
                return Ok(answer.fail(at, format!("{has} of {limit} {what}, which is AWS's default.")));
            }
            Ok(_) => {}
            Err(why) => unknown = Some(why),
        }
    }
    let good = "Users, custom attributes, groups, clients, resource servers and providers are below four fifths of AWS's \
                default limits.";
    unknown.map_or_else(|| Ok(pool.pass(users, good)), Err)
}

fn operator(case: &Case<'_>) -> Judged {
    let at = "/Arn";
    let identity = case.ask("GetCallerIdentity", "")?;
    let arn = identity.needed_text(at)?;
    let name = arn.rsplit(':').next().unwrap_or_default();
    if name == "root" {
        return Ok(identity.fail(at, format!("These are the credentials of the account's root: {arn}.")));
    }
    // assumed-role/NAME/SESSION: the session's name says nothing about rights.
    let role = name.strip_prefix("assumed-role/").and_then(|rest| rest.split('/').next()).unwrap_or(name);
    if role.to_ascii_lowercase().contains("admin") {
        return Ok(identity.fail(at, format!("The name says that these credentials administer: {arn}.")));
    }
    let results = "/EvaluationResults";
    let simulated = case.ask("SimulatePrincipalPolicy", arn)?;
    let allowed = |result: &&Value| result.get("EvalDecision").and_then(Value::as_str) == Some("allowed");
    let actions: Vec<&str> = simulated
        .needed_entries(results)?
        .iter()
        .filter(allowed)
        .filter_map(|result| result.get("EvalActionName")?.as_str())
        .collect();
    Ok(if actions.is_empty() {
        simulated.pass(results, format!("{arn} may do none of the dangerous actions that were simulated."))
    } else {
        simulated.fail(results, format!("{arn} may {}.", joined(&actions)))
    })
}
