//! Threat protection and what stands before the pool: UP-30 to UP-35.

use super::{Rule, Severity, Subject, api, guide, published};
use crate::health::case::{Body, Case, Judged, Passwords, Unknown, Verdict, joined};

const MODE: &str = "/UserPool/UserPoolAddOns/AdvancedSecurityMode";
const RISK: &str = "/RiskConfiguration";
const COMPROMISED: &str = "/RiskConfiguration/CompromisedCredentialsRiskConfiguration";
const TAKEOVER: &str = "/RiskConfiguration/AccountTakeoverRiskConfiguration";
const SKIPPED: &str = "/RiskConfiguration/RiskExceptionConfiguration/SkippedIPRangeList";

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "UP-30",
        version: 1,
        title: "Threat protection does not act",
        severity: Severity::Medium,
        subject: Subject::Pool,
        why: "Cognito can recognise stolen passwords and sign-ins out of the usual. It acts on them only when it is enforced.",
        source: published!("1", "cognito_user_pool_advanced_security_enabled; cdk-nag COG3, COG8"),
        remedy: "After two weeks in AUDIT, set UserPoolAddOns.AdvancedSecurityMode to ENFORCED.",
        plan: Some("PLUS"),
        judge: enforced,
    },
    Rule {
        id: "UP-31",
        version: 1,
        title: "Threat protection leaves out custom authentication",
        severity: Severity::Medium,
        subject: Subject::Pool,
        why: "Custom challenges are a way in of their own. Threat protection looks at it only when it is told to.",
        source: "Security Hub Cognito.4 (https://docs.aws.amazon.com/securityhub/latest/userguide/cognito-controls.html)",
        remedy: "Set AdvancedSecurityAdditionalFlows.CustomAuthMode to ENFORCED.",
        plan: Some("PLUS"),
        judge: custom,
    },
    Rule {
        id: "UP-32",
        version: 1,
        title: "Known stolen passwords let people in",
        severity: Severity::Medium,
        subject: Subject::Pool,
        why: "AWS compares passwords with lists of stolen ones. Whoever signs in with one of them is often not its owner.",
        source: "Prowler cognito_user_pool_blocks_compromised_credentials_sign_in_attempts",
        remedy: "Set CompromisedCredentialsRiskConfiguration to BLOCK for SIGN_IN, for the pool and each client.",
        plan: Some("PLUS"),
        judge: compromised,
    },
    Rule {
        id: "UP-33",
        version: 1,
        title: "Risky sign-ins go through",
        severity: Severity::Medium,
        subject: Subject::Pool,
        why: "Adaptive authentication rates each sign-in and can block it or ask for a second factor. Without an action the \
              rating changes nothing.",
        source: "Prowler cognito_user_pool_blocks_potential_malicious_sign_in_attempts",
        remedy: "Block at high risk, and require MFA at medium and low.",
        plan: Some("PLUS"),
        judge: takeover,
    },
    Rule {
        id: "UP-34",
        version: 1,
        title: "Some addresses are never questioned",
        severity: Severity::Medium,
        subject: Subject::Pool,
        why: "From a range on the always-allow list, no sign-in is ever risky. A wide range is a way around threat protection.",
        source: api!("RiskExceptionConfigurationType"),
        remedy: "Take out of SkippedIPRangeList what is not needed.",
        plan: None,
        judge: skipped,
    },
    Rule {
        id: "UP-35",
        version: 1,
        title: "No web firewall stands before the pool",
        severity: Severity::Medium,
        subject: Subject::Pool,
        why: "Public operations such as SignUp can be called by anybody as often as they like. A web ACL limits them by \
              address and stops known bots.",
        source: "Prowler cognito_user_pool_waf_acl_attached; CloudSploit cognitoHasWafEnabled",
        remedy: "Associate a web ACL with managed and rate-based rules with the pool.",
        plan: None,
        judge: firewall,
    },
];

/// Threat protection costs the highest plan: below it, its absence is a lesser failure.
fn by_plan(case: &Case<'_>, failed: Verdict) -> Verdict {
    if case.is_below("PLUS") { failed.severity(Severity::Low) } else { failed }
}

/// `OFF`, `AUDIT` or `ENFORCED`; AWS leaves the add-ons out where there are none.
fn mode<'a>(pool: &Body<'a>) -> Result<&'a str, Unknown> {
    pool.needed("/UserPool/Id")?;
    Ok(pool.text(MODE).unwrap_or("OFF"))
}

fn enforced(case: &Case<'_>) -> Judged {
    let pool = case.pool()?;
    let mode = mode(&pool)?;
    let evidence = format!("AdvancedSecurityMode is {mode}.");
    Ok(match mode {
        "ENFORCED" => pool.pass(MODE, evidence),
        "AUDIT" => pool.fail(MODE, evidence).severity(Severity::Low),
        _ => by_plan(case, pool.fail(MODE, evidence)),
    })
}

fn custom(case: &Case<'_>) -> Judged {
    let at = "/UserPool/UserPoolAddOns/AdvancedSecurityAdditionalFlows/CustomAuthMode";
    let pool = case.pool()?;
    pool.needed("/UserPool/Id")?;
    let triggers = ["DefineAuthChallenge", "CreateAuthChallenge", "VerifyAuthChallengeResponse"];
    let set = |name: &&str| pool.text(&format!("/UserPool/LambdaConfig/{name}")).is_some();
    if !triggers.iter().any(set) {
        return Ok(pool.not_applicable("/UserPool/LambdaConfig", "The pool has no triggers for custom authentication."));
    }
    let mode = pool.text(at).unwrap_or("not set");
    let evidence = format!("CustomAuthMode is {mode}.");
    Ok(if mode == "ENFORCED" { pool.pass(at, evidence) } else { by_plan(case, pool.fail(at, evidence)) })
}

/// Holds the risk configuration of the pool, then that of each client, against `bad`, which says what is wrong and is
/// told whether it looks at the pool's. A client without settings of its own follows the pool.
///
/// # Errors
/// When something cannot be read, and nothing is wrong with the rest.
fn judged_everywhere(case: &Case<'_>, at: &str, bad: impl Fn(&Body<'_>, bool) -> Option<String>, good: &str) -> Judged {
    let mut unknown = None;
    let whole = case.ask("DescribeRiskConfiguration", "")?;
    whole.needed(RISK)?;
    if let Some(what) = bad(&whole, true) {
        return Ok(by_plan(case, whole.fail(at, what)));
    }
    let list = case.ask("ListUserPoolClients", "")?;
    let clients = case.snapshot.clients().ok_or_else(|| list.silent("/UserPoolClients"))?;
    for client in clients {
        let asked = case.ask("DescribeRiskConfiguration", client);
        match asked.and_then(|own| own.needed(RISK).map(|_| own)) {
            Ok(own) => {
                if let Some(what) = bad(&own, false) {
                    return Ok(by_plan(case, own.fail(at, format!("Client {client}: {what}"))));
                }
            }
            Err(why) => unknown = Some(format!("The settings of the client {client} are not known. {}", why.reason())),
        }
    }
    match unknown {
        Some(reason) => Err(whole.unknown(at, reason)),
        None => Ok(whole.pass(at, good)),
    }
}

/// Why the risk configuration does not count, as a failure; `None` when it does.
fn idle(case: &Case<'_>) -> Result<Option<Verdict>, Unknown> {
    let pool = case.pool()?;
    Ok(match mode(&pool)? {
        "ENFORCED" => None,
        mode => {
            let evidence = format!("AdvancedSecurityMode is {mode}, so no sign-in is stopped.");
            Some(by_plan(case, pool.fail(MODE, evidence)))
        }
    })
}

fn compromised(case: &Case<'_>) -> Judged {
    let at = &format!("{COMPROMISED}/Actions/EventAction");
    let pool = case.pool()?;
    if let Passwords::Impossible(why) = case.passwords() {
        return Ok(pool.not_applicable(MODE, why));
    }
    if let Some(failed) = idle(case)? {
        return Ok(failed);
    }
    let bad = |risk: &Body<'_>, whole: bool| {
        if risk.at(COMPROMISED).is_none() {
            return whole.then(|| "CompromisedCredentialsRiskConfiguration is not set.".to_owned());
        }
        let events = risk.list(&format!("{COMPROMISED}/EventFilter"));
        match risk.text(at) {
            // Without a filter, all events are looked at.
            Some("BLOCK") if events.is_empty() || events.contains(&"SIGN_IN") => None,
            Some("BLOCK") => Some(format!("EventFilter is {}, without SIGN_IN.", joined(&events))),
            action => Some(format!("EventAction is {}.", action.unwrap_or("not set"))),
        }
    };
    judged_everywhere(case, at, bad, "EventAction is BLOCK for sign-ins, in the pool and in each client.")
}

fn takeover(case: &Case<'_>) -> Judged {
    let at = &format!("{TAKEOVER}/Actions");
    if let Some(failed) = idle(case)? {
        return Ok(failed);
    }
    let bad = |risk: &Body<'_>, whole: bool| {
        if risk.at(TAKEOVER).is_none() {
            return whole.then(|| "AccountTakeoverRiskConfiguration is not set.".to_owned());
        }
        let weak: Vec<String> = ["Low", "Medium", "High"]
            .into_iter()
            .filter_map(|level| {
                let action = risk.text(&format!("{at}/{level}Action/EventAction")).unwrap_or("not set");
                let enough = action == "BLOCK" || (action == "MFA_REQUIRED" && level != "High");
                (!enough).then(|| format!("{level}Action is {action}"))
            })
            .collect();
        (!weak.is_empty()).then(|| format!("{}.", weak.join(", ")))
    };
    judged_everywhere(case, at, bad, "High risk is blocked, and low and medium risk need a second factor.")
}

fn skipped(case: &Case<'_>) -> Judged {
    let pool = case.pool()?;
    if mode(&pool)? == "OFF"
        || case.refusal("DescribeRiskConfiguration", "") == Some("UserPoolAddOnNotEnabledException")
    {
        return Ok(pool.not_applicable(MODE, "Threat protection is off, so nothing is excepted from it."));
    }
    let bad = |risk: &Body<'_>, _: bool| {
        let ranges = risk.list(SKIPPED);
        let wide: Vec<&&str> = ranges.iter().filter(|range| is_wide(range)).collect();
        let note = if wide.is_empty() { String::new() } else { format!(" {} of them wide.", wide.len()) };
        (!ranges.is_empty()).then(|| format!("SkippedIPRangeList is {}.{note}", joined(&ranges)))
    };
    judged_everywhere(case, SKIPPED, bad, "SkippedIPRangeList is empty.")
}

/// /15 and wider.
fn is_wide(range: &str) -> bool {
    range.rsplit_once('/').and_then(|(_, bits)| bits.parse::<u8>().ok()).is_some_and(|bits| bits < 16)
}

fn firewall(case: &Case<'_>) -> Judged {
    let at = "/WebACL/ARN";
    let answer = case.ask("GetWebACLForResource", "")?;
    Ok(match answer.text(at) {
        Some(arn) => answer.pass(at, format!("The web ACL {arn} is associated.")),
        None => answer.fail("/WebACL", "No web ACL is associated."),
    })
}

/// Which client settings are weaker than the pool's.
pub(super) fn weaker(own: &Body<'_>, pools: &Body<'_>) -> Vec<String> {
    let mut weaker = Vec::new();
    let action = &format!("{COMPROMISED}/Actions/EventAction");
    if own.at(COMPROMISED).is_some() && pools.text(action) == Some("BLOCK") && own.text(action) != Some("BLOCK") {
        weaker.push(format!("stolen passwords: {}", own.text(action).unwrap_or("no action")));
    }
    if own.at(TAKEOVER).is_some() {
        for level in ["Low", "Medium", "High"] {
            let place = &format!("{TAKEOVER}/Actions/{level}Action/EventAction");
            if rank(own.text(place)) < rank(pools.text(place)) {
                weaker.push(format!("{level}Action: {}", own.text(place).unwrap_or("no action")));
            }
        }
    }
    let more = own.list(SKIPPED);
    let excepted = pools.list(SKIPPED);
    weaker.extend(more.iter().filter(|range| !excepted.contains(range)).map(|range| format!("excepts {range}")));
    weaker
}

fn rank(action: Option<&str>) -> u8 {
    match action {
        Some("BLOCK") => 3,
        Some("MFA_REQUIRED") => 2,
        Some("MFA_IF_CONFIGURED") => 1,
        _ => 0,
    }
}

/// Whether threat protection acts.
pub(super) fn acts(case: &Case<'_>) -> Result<bool, Unknown> {
    Ok(mode(&case.pool()?)? != "OFF")
}

pub(super) const GUIDE: &str = guide!("cognito-user-pool-settings-threat-protection");
