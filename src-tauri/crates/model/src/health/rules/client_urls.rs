//! Where a client sends people back to: AC-10 to AC-13.

use std::collections::BTreeSet;

use super::client_tokens::described;
use super::{Rule, Severity, Subject, api};
use crate::health::case::{Body, Case, Judged, joined};

const CALLBACKS: &str = "/UserPoolClient/CallbackURLs";

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "AC-10",
        version: 1,
        title: "A callback or logout URL is not encrypted",
        severity: Severity::Medium,
        subject: Subject::Client,
        why: "Over plain http the code that stands for a sign-in can be read along. Only this computer itself is exempt.",
        source: api!("CreateUserPoolClient"),
        remedy: "Use https for every URL but those of this computer.",
        plan: None,
        judge: plain,
    },
    Rule {
        id: "AC-11",
        version: 1,
        title: "A production client also leads to developers' computers",
        severity: Severity::Low,
        subject: Subject::Client,
        why: "Any program on a computer may listen on a loopback port. With a callback to it, sign-ins can be led there.",
        source: api!("CreateUserPoolClient"),
        remedy: "Give developers a client of their own.",
        plan: None,
        judge: loopback,
    },
    Rule {
        id: "AC-12",
        version: 1,
        title: "A callback leads somewhere doubtful",
        severity: Severity::Medium,
        subject: Subject::Client,
        why: "Another app can claim the same scheme, and an address, a look-alike name or a foreign domain may be somebody \
              else's. Codes go wherever the callback leads.",
        source: "RFC 8252 section 7.1 and 8.4",
        remedy: "Use https links that the app has claimed, and take out what is not yours.",
        plan: None,
        judge: doubtful,
    },
    Rule {
        id: "AC-13",
        version: 1,
        title: "A callback leads to a host that nobody holds",
        severity: Severity::High,
        subject: Subject::Client,
        why: "Whoever registers an abandoned name gets the codes that are sent there. With them they sign in as the people.",
        source: "Poolkeeper's own rule",
        remedy: "Take the URL out, or take the name back.",
        plan: None,
        judge: dangling,
    },
];

/// What a URL leads to.
pub(super) enum Target<'a> {
    /// A host over https.
    Web(&'a str),
    /// This computer.
    Loopback,
    /// A host over plain http.
    Plain(&'a str),
    /// An app that has claimed the scheme.
    App(&'a str),
    /// Not a URL.
    None,
}

pub(super) fn target(url: &str) -> Target<'_> {
    let Some((scheme, rest)) = url.split_once(':') else { return Target::None };
    let web = scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http");
    if !web {
        return Target::App(scheme);
    }
    let rest = rest.strip_prefix("//").unwrap_or(rest);
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = match authority.find(']') {
        Some(end) => &authority[..=end],
        None => authority.split(':').next().unwrap_or_default(),
    };
    let lower = host.to_ascii_lowercase();
    if ["localhost", "127.0.0.1", "[::1]"].contains(&lower.as_str()) {
        Target::Loopback
    } else if scheme.eq_ignore_ascii_case("http") {
        Target::Plain(host)
    } else {
        Target::Web(host)
    }
}

/// Callback and logout URLs.
fn urls<'a>(client: &Body<'a>) -> Vec<&'a str> {
    let mut urls = client.list(CALLBACKS);
    urls.extend(client.list("/UserPoolClient/LogoutURLs"));
    urls
}

const NONE: &str = "The client has no callback or logout URL.";

fn plain(case: &Case<'_>) -> Judged {
    let client = described(case)?;
    let urls = urls(&client);
    if urls.is_empty() {
        return Ok(client.not_applicable(CALLBACKS, NONE));
    }
    let plain: Vec<&str> = urls.into_iter().filter(|url| matches!(target(url), Target::Plain(_))).collect();
    Ok(if plain.is_empty() {
        client.pass(CALLBACKS, "No callback or logout URL is plain http.")
    } else {
        client.fail(CALLBACKS, format!("Plain http: {}.", joined(&plain)))
    })
}

fn loopback(case: &Case<'_>) -> Judged {
    let client = described(case)?;
    let urls = urls(&client);
    if urls.is_empty() {
        return Ok(client.not_applicable(CALLBACKS, NONE));
    }
    let web = urls.iter().any(|url| matches!(target(url), Target::Web(_)));
    let local: Vec<&&str> = urls.iter().filter(|url| matches!(target(url), Target::Loopback)).collect();
    Ok(if web && !local.is_empty() {
        client.fail(CALLBACKS, format!("Next to https there is {}.", joined(&local)))
    } else {
        client.pass(CALLBACKS, "There are no loopback URLs next to https ones.")
    })
}

fn doubtful(case: &Case<'_>) -> Judged {
    let client = described(case)?;
    let urls = urls(&client);
    if urls.is_empty() {
        return Ok(client.not_applicable(CALLBACKS, NONE));
    }
    let mut severity = Severity::Low;
    let mut doubts = Vec::new();
    let mut apexes = BTreeSet::new();
    for url in urls {
        match target(url) {
            Target::App(scheme) => doubts.push(format!("{url} (any app can claim {scheme}:)")),
            Target::None => doubts.push(format!("{url} (not a URL)")),
            Target::Loopback => {}
            Target::Web(host) | Target::Plain(host) => match look(host) {
                Some(why) => {
                    severity = Severity::Medium;
                    doubts.push(format!("{url} ({why})"));
                }
                None => {
                    apexes.insert(apex(host));
                }
            },
        }
    }
    if apexes.len() > 1 {
        let apexes: Vec<String> = apexes.into_iter().collect();
        doubts.push(format!("several domains: {}", joined(&apexes)));
    }
    Ok(if doubts.is_empty() {
        client.pass(CALLBACKS, "All URLs lead to one domain.")
    } else {
        client.fail(CALLBACKS, format!("{}.", doubts.join("; "))).severity(severity)
    })
}

/// What is doubtful about a host's look.
fn look(host: &str) -> Option<&'static str> {
    let lower = host.to_ascii_lowercase();
    if host.contains('*') {
        Some("a wildcard")
    } else if host.starts_with('[') || host.parse::<std::net::Ipv4Addr>().is_ok() {
        Some("an address and not a name")
    } else if lower.split('.').any(|label| label.starts_with("xn--")) || !host.is_ascii() {
        Some("a name in another script, which may look like one that is known")
    } else {
        None
    }
}

/// The last two labels of a name. What lies below a registry such as co.uk is taken for one domain.
fn apex(host: &str) -> String {
    let lower = host.trim_end_matches('.').to_ascii_lowercase();
    let labels: Vec<&str> = lower.rsplit('.').take(2).collect();
    labels.into_iter().rev().collect::<Vec<_>>().join(".")
}

fn dangling(case: &Case<'_>) -> Judged {
    let client = described(case)?;
    let hosts: BTreeSet<&str> = client
        .list(CALLBACKS)
        .into_iter()
        .filter_map(|url| match target(url) {
            Target::Web(host) | Target::Plain(host) => Some(host),
            _ => None,
        })
        .collect();
    if hosts.is_empty() {
        return Ok(client.not_applicable(CALLBACKS, "No callback leads to a host of the public internet."));
    }
    let mut unknown = None;
    for host in &hosts {
        match case.ask("ResolveHost", host) {
            Ok(answer) if answer.text("/Status") == Some("NXDOMAIN") => {
                return Ok(answer.fail("/Status", format!("Nobody holds the name {host}.")));
            }
            Ok(answer) => {
                answer.needed("/Status")?;
            }
            Err(why) => unknown = Some(why),
        }
    }
    let hosts: Vec<&str> = hosts.into_iter().collect();
    unknown.map_or_else(|| Ok(client.pass(CALLBACKS, format!("Held names: {}.", joined(&hosts)))), Err)
}
