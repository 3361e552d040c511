//! What identity pools give to whom: IP-01, IP-02, IP-05 to IP-08, IP-10.

use std::collections::BTreeSet;

use serde_json::Value;

use super::client_attributes::rules;
use super::roles::excessive;
use super::{Rule, Severity, Subject, identity_api};
use crate::health::case::{Body, Case, Judged, Unknown, joined};

const GUESTS: &str = "/AllowUnauthenticatedIdentities";
const PROVIDERS: &str = "/CognitoIdentityProviders";
pub(super) const MAPPINGS: &str = "/RoleMappings";

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "IP-01",
        version: 1,
        title: "Guests get AWS credentials",
        severity: Severity::High,
        subject: Subject::IdentityPool,
        why: "Anybody who knows the identity pool's id gets credentials of the guest role. Thousands of pools were found to \
              give strangers buckets and tables in this way.",
        source: "Security Hub Cognito.2 (https://docs.aws.amazon.com/securityhub/latest/userguide/cognito-controls.html); \
                 Prowler cognito_identity_pool_guest_access_disabled; checkov CKV_AWS_366; cfn-nag W57; cdk-nag COG7",
        remedy: "Set AllowUnauthenticatedIdentities to false, or narrow the guest role to nearly nothing.",
        plan: None,
        judge: guests,
    },
    Rule {
        id: "IP-02",
        version: 1,
        title: "The classic flow is on",
        severity: Severity::Medium,
        subject: Subject::IdentityPool,
        why: "In the classic flow nothing narrows the role's rights for guests. It also lets the caller choose among roles \
              that trust the pool.",
        source: identity_api!("CreateIdentityPool"),
        remedy: "Set AllowClassicFlow to false.",
        plan: None,
        judge: classic,
    },
    Rule {
        id: "IP-05",
        version: 1,
        title: "Who fits no rule gets the usual role all the same",
        severity: Severity::Medium,
        subject: Subject::IdentityPool,
        why: "Where a token fits no rule, or several, the authenticated role is given. A mistake in the rules then gives \
              rights instead of taking them.",
        source: identity_api!("RoleMapping"),
        remedy: "Set AmbiguousRoleResolution to Deny.",
        plan: None,
        judge: ambiguous,
    },
    Rule {
        id: "IP-06",
        version: 1,
        title: "A rule matches loosely what people write themselves",
        severity: Severity::Medium,
        subject: Subject::IdentityPool,
        why: "Contains, StartsWith and NotEqual accept more than was meant. On a claim that people can write, they accept \
              whatever fits.",
        source: identity_api!("MappingRule"),
        remedy: "Use Equals, on a claim that only administrators write.",
        plan: None,
        judge: loose,
    },
    Rule {
        id: "IP-07",
        version: 1,
        title: "Signing out does not reach AWS credentials",
        severity: Severity::Medium,
        subject: Subject::IdentityPool,
        why: "Without the check, tokens of people who were signed out, disabled or deleted still get credentials. They do so \
              until the token ends.",
        source: identity_api!("CognitoIdentityProvider"),
        remedy: "Set ServerSideTokenCheck to true for each user pool.",
        plan: None,
        judge: unchecked,
    },
    Rule {
        id: "IP-08",
        version: 1,
        title: "A pool, client or provider is trusted that is not there",
        severity: Severity::High,
        subject: Subject::IdentityPool,
        why: "A foreign pool gives its people your credentials. Attackers add one to come back.",
        source: "https://cloud.hacktricks.wiki (AWS Cognito persistence)",
        remedy: "Take the provider out of the identity pool.",
        plan: None,
        judge: foreign,
    },
    Rule {
        id: "IP-10",
        version: 1,
        title: "A developer provider that nobody uses",
        severity: Severity::Low,
        subject: Subject::IdentityPool,
        why: "With a developer provider, whoever may call one operation becomes anybody. It should be there only while a \
              backend needs it.",
        source: identity_api!("GetOpenIdTokenForDeveloperIdentity"),
        remedy: "Find out whether a backend uses it; if not, leave DeveloperProviderName out in a new identity pool.",
        plan: None,
        judge: developer,
    },
];

/// The identity pool, of which the answer tells at least the id.
pub(super) fn described<'a>(case: &Case<'a>) -> Result<Body<'a>, Unknown> {
    let pool = case.identity_pool()?;
    pool.needed("/IdentityPoolId")?;
    Ok(pool)
}

fn guests(case: &Case<'_>) -> Judged {
    let pool = case.identity_pool()?;
    if !pool.needed_flag(GUESTS)? {
        return Ok(pool.pass(GUESTS, "AllowUnauthenticatedIdentities is false."));
    }
    let roles = match case.ask("GetIdentityPoolRoles", case.subject) {
        Ok(roles) => roles,
        Err(why) => {
            let evidence = format!("AllowUnauthenticatedIdentities is true. Which role guests get: {}", why.reason());
            return Ok(pool.fail(GUESTS, evidence));
        }
    };
    let Some(role) = roles.text("/Roles/unauthenticated") else {
        let evidence = "AllowUnauthenticatedIdentities is true, and guests have no role yet.";
        return Ok(pool.fail(GUESTS, evidence).severity(Severity::Medium));
    };
    let evidence = format!("AllowUnauthenticatedIdentities is true, and guests get {role}.");
    Ok(match excessive(case, role) {
        Ok(Some(what)) => pool.fail(GUESTS, format!("{evidence} {what}.")).severity(Severity::Critical),
        _ => pool.fail(GUESTS, evidence),
    })
}

fn classic(case: &Case<'_>) -> Judged {
    let at = "/AllowClassicFlow";
    let pool = described(case)?;
    if pool.flag(at) != Some(true) {
        let evidence = if pool.at(at).is_some() { "is false" } else { "is not set, which is false" };
        return Ok(pool.pass(at, format!("AllowClassicFlow {evidence}.")));
    }
    let failed = pool.fail(at, "AllowClassicFlow is true.");
    Ok(if pool.flag(GUESTS) == Some(true) { failed.severity(Severity::High) } else { failed })
}

/// The role mappings by provider; `None` when there are none.
fn mappings<'a>(roles: &Body<'a>) -> Option<&'a serde_json::Map<String, Value>> {
    roles.at(MAPPINGS).and_then(Value::as_object).filter(|mappings| !mappings.is_empty())
}

fn ambiguous(case: &Case<'_>) -> Judged {
    let roles = case.ask("GetIdentityPoolRoles", case.subject)?;
    roles.needed("/IdentityPoolId")?;
    let Some(mappings) = mappings(&roles) else {
        return Ok(roles.not_applicable(MAPPINGS, "No rules choose roles."));
    };
    let falls_back = |mapping: &Value| mapping["AmbiguousRoleResolution"].as_str() == Some("AuthenticatedRole");
    let loose: Vec<&String> =
        mappings.iter().filter(|(_, mapping)| falls_back(mapping)).map(|(provider, _)| provider).collect();
    if !loose.is_empty() {
        let evidence = format!("AmbiguousRoleResolution is AuthenticatedRole for {}.", joined(&loose));
        return Ok(roles.fail(MAPPINGS, evidence));
    }
    let denies = |mapping: &Value| mapping["AmbiguousRoleResolution"].as_str() == Some("Deny");
    if mappings.values().all(denies) {
        Ok(roles.pass(MAPPINGS, "AmbiguousRoleResolution is Deny for each provider."))
    } else {
        Err(roles.unknown(MAPPINGS, "AmbiguousRoleResolution is neither Deny nor AuthenticatedRole for each provider."))
    }
}

/// Every attribute that people can write through some client of the pool.
fn written(case: &Case<'_>) -> Result<BTreeSet<String>, Unknown> {
    let list = case.ask("ListUserPoolClients", "")?;
    let mut written = BTreeSet::new();
    for id in case.snapshot.clients().ok_or_else(|| list.silent("/UserPoolClients"))? {
        let client = case.ask("DescribeUserPoolClient", id)?;
        client.needed("/UserPoolClient/ClientId")?;
        written.extend(case.writable(&client).into_iter().map(str::to_owned));
    }
    Ok(written)
}

fn loose(case: &Case<'_>) -> Judged {
    let roles = case.ask("GetIdentityPoolRoles", case.subject)?;
    roles.needed("/IdentityPoolId")?;
    let Some(mappings) = mappings(&roles) else {
        return Ok(roles.not_applicable(MAPPINGS, "No rules choose roles."));
    };
    let loose: Vec<(&str, &str)> = mappings
        .values()
        .flat_map(rules)
        .filter_map(|rule| Some((rule.get("Claim")?.as_str()?, rule.get("MatchType")?.as_str()?)))
        .filter(|(_, match_type)| *match_type != "Equals")
        .collect();
    if loose.is_empty() {
        return Ok(roles.pass(MAPPINGS, "Every rule asks for an equal value."));
    }
    let written = written(case)?;
    let bad: Vec<String> = loose
        .iter()
        .filter(|(claim, _)| written.contains(*claim))
        .map(|(claim, match_type)| format!("{claim} ({match_type})"))
        .collect();
    Ok(if bad.is_empty() {
        roles.pass(MAPPINGS, "Loose rules look at claims that people cannot write.")
    } else {
        roles.fail(MAPPINGS, format!("Rules match loosely what people can write: {}.", joined(&bad)))
    })
}

fn unchecked(case: &Case<'_>) -> Judged {
    let pool = described(case)?;
    let providers = pool.entries(PROVIDERS);
    if providers.is_empty() {
        return Ok(pool.not_applicable(PROVIDERS, "No user pool is trusted."));
    }
    let unchecked: Vec<&str> = providers
        .iter()
        .filter(|provider| provider["ServerSideTokenCheck"].as_bool() != Some(true))
        .filter_map(|provider| provider["ProviderName"].as_str())
        .collect();
    Ok(if unchecked.is_empty() {
        pool.pass(PROVIDERS, "ServerSideTokenCheck is true for each user pool.")
    } else {
        pool.fail(PROVIDERS, format!("ServerSideTokenCheck is not true for {}.", joined(&unchecked)))
    })
}

fn foreign(case: &Case<'_>) -> Judged {
    let pool = described(case)?;
    let arns = [pool.list("/OpenIdConnectProviderARNs"), pool.list("/SamlProviderARNs")].concat();
    let providers = pool.entries(PROVIDERS);
    if providers.is_empty() && arns.is_empty() {
        return Ok(pool.not_applicable(PROVIDERS, "Neither user pools nor SAML or OIDC providers are trusted."));
    }
    let mut unknown = None;
    for provider in providers {
        let name = provider["ProviderName"].as_str().unwrap_or_default();
        let client = provider["ClientId"].as_str().unwrap_or_default();
        match is_there(case, name, client) {
            Ok(None) => {}
            Ok(Some(what)) => return Ok(pool.fail(PROVIDERS, what)),
            Err(why) => unknown = Some(why),
        }
    }
    if let Some(arn) = arns.first() {
        unknown =
            Some(pool.unknown("/SamlProviderARNs", format!("Whether {arn} is there needs IAM, which is not read.")));
    }
    unknown.map_or_else(|| Ok(pool.pass(PROVIDERS, "Each user pool and client that is trusted is there.")), Err)
}

/// What is missing of a provider; `None` when its pool and client are there, as far as this account shows them.
fn is_there(case: &Case<'_>, name: &str, client: &str) -> Result<Option<String>, Unknown> {
    let id = name.rsplit_once('/').map_or(name, |(_, id)| id);
    let region = |id: &str| id.split_once('_').map(|(region, _)| region.to_owned());
    let own = case.snapshot.pool.as_str();
    if id == own {
        let list = case.ask("ListUserPoolClients", "")?;
        let clients = case.snapshot.clients().ok_or_else(|| list.silent("/UserPoolClients"))?;
        let gone = !clients.contains(&client);
        return Ok(gone.then(|| format!("The client {client} of this pool is trusted and is not there.")));
    }
    let list = case.ask("ListUserPools", "")?;
    if region(id) != region(own) {
        return Err(list.unknown("/UserPools", format!("The pool {id} is of another Region, which was not asked.")));
    }
    list.needed("/UserPools")?;
    let there = list.entries("/UserPools").iter().any(|pool| pool["Id"].as_str() == Some(id));
    if !there {
        return Ok(Some(format!("The pool {id} is trusted and is not one of this account.")));
    }
    let reason = format!("The pool {id} is there. Whether it has the client {client} was not asked.");
    Err(list.unknown("/UserPools", reason))
}

fn developer(case: &Case<'_>) -> Judged {
    let at = "/DeveloperProviderName";
    let pool = described(case)?;
    let Some(name) = pool.text(at).filter(|name| !name.is_empty()) else {
        return Ok(pool.pass(at, "There is no developer provider."));
    };
    let events = case.ask("LookupEvents", case.subject)?;
    events.needed("/Events")?;
    Ok(match events.entries("/Events").len() {
        0 => events.fail("/Events", format!("CloudTrail shows no use of the developer provider {name} in 90 days.")),
        _ => events.pass("/Events", format!("The developer provider {name} is in use.")),
    })
}
