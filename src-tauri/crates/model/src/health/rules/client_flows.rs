//! The ways in through a client: AC-06 to AC-09, AC-14, AC-21.

use super::client_tokens::described;
use super::client_urls::{Target, target};
use super::{Rule, Severity, Subject, api, guide};
use crate::health::case::{Body, Case, Judged, Unknown, Verdict, joined};

const FLOWS: &str = "/UserPoolClient/ExplicitAuthFlows";
const GRANTS: &str = "/UserPoolClient/AllowedOAuthFlows";
const SECRET: &str = "/UserPoolClient/ClientSecret";

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "AC-06",
        version: 1,
        title: "The implicit grant is allowed",
        severity: Severity::Medium,
        subject: Subject::Client,
        why: "The implicit grant puts tokens into the browser's address, from where they leak. OAuth's best practice \
              (RFC 9700) forbids it.",
        source: "RFC 9700 section 2.1.2; https://docs.aws.amazon.com/cognito/latest/developerguide/authorization-endpoint.html",
        remedy: "Use the code grant with PKCE, and take implicit out of AllowedOAuthFlows.",
        plan: None,
        judge: implicit,
    },
    Rule {
        id: "AC-07",
        version: 1,
        title: "Passwords are sent to Cognito as they are",
        severity: Severity::Medium,
        subject: Subject::Client,
        why: "With USER_PASSWORD_AUTH the password leaves the device. Anybody can also try passwords with plain requests.",
        source: guide!("amazon-cognito-user-pools-authentication-flow-methods"),
        remedy: "Use ALLOW_USER_SRP_AUTH or ALLOW_USER_AUTH, and take the password flow out.",
        plan: None,
        judge: password,
    },
    Rule {
        id: "AC-08",
        version: 1,
        title: "A public client allows the administrator's password flow",
        severity: Severity::Medium,
        subject: Subject::Client,
        why: "The administrator's flow belongs on a server with AWS credentials. On a client that browsers use, it is a \
              second way in that nobody watches.",
        source: guide!("amazon-cognito-user-pools-authentication-flow-methods"),
        remedy: "Give the server a client of its own with a secret, and take the flow out here.",
        plan: None,
        judge: admin,
    },
    Rule {
        id: "AC-09",
        version: 1,
        title: "Tokens may be exchanged for those of others",
        severity: Severity::High,
        subject: Subject::Client,
        why: "With impersonation, whoever has one token becomes somebody else. Delegation at least leaves the first name in it.",
        source: api!("CreateUserPoolClient"),
        remedy: "Take ALLOW_TOKEN_EXCHANGE_IMPERSONATION out, unless it is designed for.",
        plan: None,
        judge: exchange,
    },
    Rule {
        id: "AC-14",
        version: 1,
        title: "A secret where none can be kept, or none where one is needed",
        severity: Severity::Medium,
        subject: Subject::Client,
        why: "A secret inside a browser or an app is public. A machine without one cannot prove who it is.",
        source: guide!("user-pool-settings-client-apps"),
        remedy: "Make a client of the right kind; rotate the secret that was given out.",
        plan: None,
        judge: secret,
    },
    Rule {
        id: "AC-21",
        version: 1,
        title: "Flows are named as they were before 2020",
        severity: Severity::Low,
        subject: Subject::Client,
        why: "The old names allow more than they say, refreshing included. They cannot be mixed with the newer ones.",
        source: api!("CreateUserPoolClient"),
        remedy: "Name the flows with ALLOW_….",
        plan: None,
        judge: legacy,
    },
];

/// Fails when one of the names is in a list.
fn without<'a>(client: &Body<'a>, at: &str, names: &[&str]) -> (Verdict, Vec<&'a str>) {
    let field = at.rsplit('/').next().unwrap_or_default();
    let listed = client.list(at);
    let found: Vec<&str> = listed.iter().copied().filter(|name| names.contains(name)).collect();
    let verdict = if found.is_empty() {
        let has = if listed.is_empty() { "not set".to_owned() } else { joined(&listed) };
        client.pass(at, format!("{field} is {has}."))
    } else {
        client.fail(at, format!("{field} has {}.", joined(&found)))
    };
    (verdict, found)
}

fn is_public(client: &Body<'_>) -> bool {
    client.at(SECRET).is_none()
}

fn implicit(case: &Case<'_>) -> Judged {
    Ok(without(&described(case)?, GRANTS, &["implicit"]).0)
}

fn password(case: &Case<'_>) -> Judged {
    let client = described(case)?;
    let (verdict, _) = without(&client, FLOWS, &["ALLOW_USER_PASSWORD_AUTH", "USER_PASSWORD_AUTH"]);
    Ok(if verdict.failed() && is_public(&client) { verdict.severity(Severity::High) } else { verdict })
}

fn admin(case: &Case<'_>) -> Judged {
    let client = described(case)?;
    let (verdict, found) = without(&client, FLOWS, &["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"]);
    if !verdict.failed() {
        return Ok(verdict);
    }
    let browsers = in_hands(&client)?;
    Ok(match browsers {
        None if !is_public(&client) => {
            client.pass(FLOWS, format!("ExplicitAuthFlows has {}, and the client has a secret.", joined(&found)))
        }
        None => client.fail(FLOWS, format!("ExplicitAuthFlows has {}, and the client has no secret.", joined(&found))),
        Some(why) => client.fail(FLOWS, format!("ExplicitAuthFlows has {}, and {why}.", joined(&found))),
    })
}

fn exchange(case: &Case<'_>) -> Judged {
    let client = described(case)?;
    let names = ["ALLOW_TOKEN_EXCHANGE_IMPERSONATION", "ALLOW_TOKEN_EXCHANGE_DELEGATION"];
    let (verdict, found) = without(&client, FLOWS, &names);
    let only_delegates = found == [names[1]];
    Ok(if only_delegates { verdict.severity(Severity::Medium) } else { verdict })
}

fn legacy(case: &Case<'_>) -> Judged {
    let names = ["ADMIN_NO_SRP_AUTH", "CUSTOM_AUTH_FLOW_ONLY", "USER_PASSWORD_AUTH"];
    Ok(without(&described(case)?, FLOWS, &names).0)
}

/// Why the client must be one that people hold in their hands; `None` when nothing says so.
fn in_hands(client: &Body<'_>) -> Result<Option<&'static str>, Unknown> {
    if client.list(GRANTS).contains(&"implicit") {
        return Ok(Some("the implicit grant is for browsers"));
    }
    let app = |url: &&str| matches!(target(url), Target::App(_));
    let callbacks = client.list("/UserPoolClient/CallbackURLs");
    Ok(callbacks.iter().any(app).then_some("a callback leads into an app"))
}

fn secret(case: &Case<'_>) -> Judged {
    let client = described(case)?;
    let machine = client.list(GRANTS).contains(&"client_credentials");
    let has = !is_public(&client);
    Ok(match in_hands(&client)? {
        Some(why) if has => client.fail(SECRET, format!("The client has a secret, and {why}.")),
        _ if machine && !has => client.fail(SECRET, "The client allows client_credentials and has no secret."),
        _ if has => client.pass(SECRET, "The client has a secret, and nothing says that it is a browser or an app."),
        _ => client.pass(SECRET, "The client has no secret, and nothing needs one."),
    })
}
