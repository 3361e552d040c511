//! What people can write about themselves, and who trusts it: AC-15 to AC-18.

use std::collections::BTreeSet;

use serde_json::Value;

use super::client_tokens::described;
use super::sign_up::change_at_once;
use super::{Rule, Severity, Subject, guide};
use crate::health::case::{Body, Case, Judged, Unknown, joined};

const WRITE: &str = "/UserPoolClient/WriteAttributes";

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "AC-15",
        version: 1,
        title: "Access tokens of the hosted login can write custom attributes",
        severity: Severity::Medium,
        subject: Subject::Client,
        why: "With the scope aws.cognito.signin.user.admin, whoever holds a token can change the person's attributes. \
              Together with writable custom attributes, a person can then raise their own rights.",
        source: "https://www.truesec.com/hub/blog/aws-cognito-token-security; AWS reference, AllowedOAuthScopes",
        remedy: "Take aws.cognito.signin.user.admin out of AllowedOAuthScopes.",
        plan: None,
        judge: self_service,
    },
    Rule {
        id: "AC-16",
        version: 1,
        title: "People can write custom attributes of their own",
        severity: Severity::Medium,
        subject: Subject::Client,
        why: "Apps keep roles, tenants and plans in custom attributes and believe them. What the client may write, the \
              person can set to anything.",
        source: guide!("user-pool-settings-attributes"),
        remedy: "Give WriteAttributes an explicit list without them, and write them with AdminUpdateUserAttributes.",
        plan: None,
        judge: custom,
    },
    Rule {
        id: "AC-17",
        version: 1,
        title: "What people write about themselves decides about AWS rights",
        severity: Severity::Critical,
        subject: Subject::Client,
        why: "An identity pool chooses a role, or tags the session, by a claim that the person can set. Anybody who can sign \
              in can then take the rights of others.",
        source: "Pacu cognito__attack; https://docs.aws.amazon.com/cognito/latest/developerguide/role-based-access-control.html",
        remedy: "Decide by groups (cognito:groups), and never by attributes that the client may write.",
        plan: None,
        judge: drives_access,
    },
    Rule {
        id: "AC-18",
        version: 1,
        title: "People can take over an e-mail address before it is verified",
        severity: Severity::High,
        subject: Subject::Client,
        why: "The client may write email, and the change counts at once. Whatever trusts the address takes one person for \
              another.",
        source: guide!("user-pool-settings-email-phone-verification"),
        remedy: "Mend UP-16, or take email out of WriteAttributes.",
        plan: None,
        judge: email,
    },
];

/// Parts of a name that say that an attribute carries rights.
const TELLING: [&str; 8] = ["role", "admin", "tenant", "group", "plan", "permission", "tier", "org"];

/// Whether an attribute's name says that it carries rights.
pub(super) fn is_telling(attribute: &str) -> bool {
    let name = attribute.to_ascii_lowercase();
    TELLING.iter().any(|part| name.contains(part))
}

/// The custom attributes of a client's write list that can really be set: of an immutable one only at sign-up.
fn custom_of<'a>(case: &Case<'a>, client: &Body<'a>) -> Vec<&'a str> {
    let open = case.signs_up().unwrap_or(true);
    let settable = |name: &&str| name.starts_with("custom:") && (open || !case.is_immutable(name));
    client.list(WRITE).into_iter().filter(settable).collect()
}

/// Every custom attribute that people can write, with a client that lets them.
pub(super) fn writable_custom<'a>(case: &Case<'a>) -> Vec<(&'a str, &'a str)> {
    let mut found = Vec::new();
    for id in case.snapshot.clients().unwrap_or_default() {
        if let Ok(client) = case.ask("DescribeUserPoolClient", id) {
            found.extend(custom_of(case, &client).into_iter().map(|attribute| (id, attribute)));
        }
    }
    found
}

fn custom(case: &Case<'_>) -> Judged {
    let client = described(case)?;
    let writable = custom_of(case, &client);
    if writable.is_empty() {
        let listed = client.list(WRITE);
        let evidence = if listed.is_empty() {
            "WriteAttributes is not set, which means the standard attributes alone.".to_owned()
        } else {
            "WriteAttributes has no custom attribute that people could set.".to_owned()
        };
        return Ok(client.pass(WRITE, evidence));
    }
    let (used, known) = match claims(case) {
        Ok(used) => (used, ""),
        Err(_) => (BTreeSet::new(), " Whether an identity pool gives credentials by them is not known."),
    };
    let failed = client.fail(WRITE, format!("People can write {}.{known}", joined(&writable)));
    let worse = writable.iter().any(|name| is_telling(name) || used.contains(*name));
    Ok(if worse { failed.severity(Severity::High) } else { failed })
}

fn self_service(case: &Case<'_>) -> Judged {
    let at = "/UserPoolClient/AllowedOAuthScopes";
    let client = described(case)?;
    if !client.list(at).contains(&"aws.cognito.signin.user.admin") {
        return Ok(client.pass(at, "AllowedOAuthScopes has no aws.cognito.signin.user.admin."));
    }
    let writable = custom_of(case, &client);
    Ok(if writable.is_empty() {
        client.pass(at, "aws.cognito.signin.user.admin is allowed, and no custom attribute can be written.")
    } else {
        client.fail(at, format!("aws.cognito.signin.user.admin is allowed, and with it {}.", joined(&writable)))
    })
}

/// The claims by which the identity pools that trust this pool choose roles or tag sessions.
///
/// # Errors
/// When one of them cannot be read.
pub(super) fn claims<'a>(case: &Case<'a>) -> Result<BTreeSet<&'a str>, Unknown> {
    let mut claims = BTreeSet::new();
    let list = case.ask("ListIdentityPools", "")?;
    for identity_pool in case.snapshot.identity_pools().ok_or_else(|| list.silent("/IdentityPools"))? {
        // Whether it trusts this pool is to be known.
        case.ask("DescribeIdentityPool", identity_pool)?;
    }
    for identity_pool in case.snapshot.trusted_by().unwrap_or_default() {
        let roles = case.ask("GetIdentityPoolRoles", identity_pool)?;
        roles.needed("/IdentityPoolId")?;
        let mappings = roles.at("/RoleMappings").and_then(Value::as_object);
        for (provider, mapping) in mappings.into_iter().flatten() {
            if provider.contains(case.snapshot.pool.as_str()) {
                claims.extend(rules(mapping).filter_map(|rule| rule.get("Claim")?.as_str()));
            }
        }
        let tags = case.ask("GetPrincipalTagAttributeMap", identity_pool)?;
        tags.needed("/IdentityPoolId")?;
        let mapped = tags.at("/PrincipalTags").and_then(Value::as_object);
        claims.extend(mapped.into_iter().flatten().filter_map(|(_, claim)| claim.as_str()));
    }
    Ok(claims)
}

/// The rules of one role mapping.
pub(super) fn rules(mapping: &Value) -> impl Iterator<Item = &Value> {
    mapping.pointer("/RulesConfiguration/Rules").and_then(Value::as_array).into_iter().flatten()
}

fn drives_access(case: &Case<'_>) -> Judged {
    let client = described(case)?;
    let claims = claims(case)?;
    if case.snapshot.trusted_by().is_some_and(|pools| pools.is_empty()) {
        return Ok(client.not_applicable(WRITE, "No identity pool trusts this pool."));
    }
    let custom = custom_of(case, &client);
    let verified = |name: &str| {
        let at_once = change_at_once(case).ok().flatten();
        ["email", "phone_number"].contains(&name) && at_once.is_some_and(|at_once| !at_once.contains(&name))
    };
    let settable = |name: &&str| {
        if name.contains(':') {
            custom.contains(name)
        } else {
            !verified(name) && case.writable(&client).contains(name)
        }
    };
    let driven: Vec<&str> = claims.iter().copied().filter(settable).collect();
    Ok(if driven.is_empty() {
        let used: Vec<&str> = claims.into_iter().collect();
        let by = if used.is_empty() { "no claim".to_owned() } else { joined(&used) };
        client.pass(WRITE, format!("Identity pools decide by {by}, which this client cannot write."))
    } else {
        client.fail(WRITE, format!("People can write {}, by which an identity pool decides.", joined(&driven)))
    })
}

fn email(case: &Case<'_>) -> Judged {
    let client = described(case)?;
    let Some(at_once) = change_at_once(case)? else {
        return Ok(
            client.not_applicable(WRITE, "The pool neither verifies e-mail addresses nor signs people in by them.")
        );
    };
    if !at_once.contains(&"email") {
        return Ok(client.pass(WRITE, "A new e-mail address counts only when it is verified (UP-16)."));
    }
    Ok(if case.writable(&client).contains(&"email") {
        client.fail(WRITE, "The client may write email, and a change counts at once (UP-16).")
    } else {
        client.pass(WRITE, "WriteAttributes has no email.")
    })
}
