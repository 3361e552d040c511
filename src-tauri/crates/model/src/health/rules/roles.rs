//! The IAM roles behind identity pools: IP-03, IP-04, IP-09. Judged where IAM was read.

use serde_json::Value;

use super::identity_pools::{MAPPINGS, described};
use super::{Rule, Severity, Subject, guide};
use crate::health::case::{Body, Case, Judged, Unknown, joined};
use crate::health::policy::{Limits, Policy};
use crate::health::trust::{Audience, Trust};

const TRUST: &str = "/Role/AssumeRolePolicyDocument";

pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "IP-03",
        version: 2,
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
        version: 2,
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
        version: 3,
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

/// The roles that an identity pool gives.
struct Given<'a> {
    answer: Body<'a>,
    /// Each role with how somebody gets it: `authenticated`, `unauthenticated`, `rule`, `group`. The same one may be given in
    /// several ways.
    roles: Vec<(String, String)>,
    /// Why there may be others.
    unknown: Option<Unknown>,
}

/// The roles that an identity pool gives: its own two, those that rules choose, and those of the groups where tokens choose.
fn given<'a>(case: &Case<'a>) -> Result<Given<'a>, Unknown> {
    described(case)?;
    let answer = case.ask("GetIdentityPoolRoles", case.subject)?;
    answer.needed("/IdentityPoolId")?;
    let roles = case.snapshot.roles_of(case.subject).into_iter().map(|(how, role)| (role, how)).collect();
    let mut given = Given { answer, roles, unknown: None };
    let mappings = given.answer.at(MAPPINGS).and_then(Value::as_object);
    let by_token = |mapping: &Value| mapping.get("Type").and_then(Value::as_str) == Some("Token");
    for (provider, _) in mappings.into_iter().flatten().filter(|(_, mapping)| by_token(mapping)) {
        match of_groups(case, provider, &given.answer) {
            Ok(roles) => given.roles.extend(roles.into_iter().map(|role| (role, "group".to_owned()))),
            Err(why) => given.unknown = Some(why),
        }
    }
    given.roles.sort();
    given.roles.dedup();
    Ok(given)
}

/// The roles of the groups whose tokens choose among them.
fn of_groups(case: &Case<'_>, provider: &str, answer: &Body<'_>) -> Result<Vec<String>, Unknown> {
    let pool = provider.rsplit_once('/').map_or(provider, |(_, rest)| rest);
    let pool = pool.split_once(':').map_or(pool, |(pool, _)| pool);
    if pool != case.snapshot.pool.as_str() {
        let why = format!("Tokens of {provider} choose roles, and the groups there were not read.");
        return Err(answer.unknown(MAPPINGS, why));
    }
    let groups = case.ask("ListGroups", "")?;
    let role = |group: &Value| group.get("RoleArn").and_then(Value::as_str).map(str::to_owned);
    Ok(groups.needed_entries("/Groups")?.iter().filter_map(role).collect())
}

/// A role's trust policy.
fn trust_of<'a>(case: &Case<'a>, role: &str, how: &str) -> Result<(Body<'a>, Trust), Unknown> {
    let read = case.ask("GetRole", role)?;
    let came = if how == "unauthenticated" { how } else { "authenticated" };
    match Trust::of(read.needed(TRUST)?, case.subject, came) {
        Some(trust) => Ok((read, trust)),
        None => Err(read.unknown(TRUST, format!("The trust policy of {role} cannot be read as one."))),
    }
}

/// Holds every trust policy against `bad`, which says what is wrong with it.
fn trust(case: &Case<'_>, bad: fn(&Case<'_>, &Trust) -> Result<Option<String>, Unknown>, good: &str) -> Judged {
    let Given { answer, roles, mut unknown } = given(case)?;
    let (mut passing, mut given_to_nobody) = (0, Vec::new());
    for (role, how) in &roles {
        let judged = trust_of(case, role, how).and_then(|(read, trust)| Ok((bad(case, &trust)?, read, trust)));
        match judged {
            Ok((Some(what), read, _)) => return Ok(read.fail(TRUST, format!("The trust policy of {role} {what}."))),
            Ok((None, _, trust)) if trust.federated => passing += 1,
            Ok(_) => given_to_nobody.push(role.as_str()),
            Err(why) => unknown = Some(why),
        }
    }
    if let Some(why) = unknown {
        return Err(why);
    }
    given_to_nobody.dedup();
    let nobody = match given_to_nobody.len() {
        0 => String::new(),
        _ => format!(" Nobody gets {}, which trusts no identity pool.", joined(&given_to_nobody)),
    };
    Ok(match (passing, roles.len()) {
        (_, 0) => answer.not_applicable("/Roles", "The identity pool has no roles."),
        (0, _) => answer.not_applicable("/Roles", nobody.trim_start()),
        _ => answer.pass("/Roles", format!("{good}{nobody}")),
    })
}

fn audience(case: &Case<'_>) -> Judged {
    let bad = |case: &Case<'_>, trust: &Trust| {
        if !trust.federated {
            return Ok(None);
        }
        let what = match trust.audience {
            Audience::Any => "does not name this identity pool alone (aud)".to_owned(),
            Audience::Others => format!("names {}, and not this identity pool (aud)", joined(&trust.named)),
            Audience::Named => return foreign(case, &trust.named),
        };
        Ok(Some(what))
    };
    trust(case, bad, "The trust policy of each role names this identity pool.")
}

/// What names identity pools that are none of this account's; `None` when nothing does.
fn foreign(case: &Case<'_>, named: &[String]) -> Result<Option<String>, Unknown> {
    let list = case.ask("ListIdentityPools", "")?;
    let own = case.snapshot.identity_pools().ok_or_else(|| list.silent("/IdentityPools"))?;
    let region = |id: &str| id.split_once(':').map(|(region, _)| region.to_owned());
    let not_listed: Vec<&String> = named.iter().filter(|other| !own.contains(&other.as_str())).collect();
    if let Some(other) = not_listed.iter().find(|other| region(other) == region(case.subject)) {
        return Ok(Some(format!("names {other}, too, which is no identity pool of this account")));
    }
    let Some(other) = not_listed.first() else { return Ok(None) };
    let why = format!("A trust policy names the identity pool {other} of another Region, which was not asked.");
    Err(list.unknown("/IdentityPools", why))
}

fn method(case: &Case<'_>) -> Judged {
    let bad = |_: &Case<'_>, trust: &Trust| {
        Ok((!trust.method).then(|| "does not tell guests from people who have signed in (amr)".to_owned()))
    };
    trust(case, bad, "The trust policy of each role asks how somebody came.")
}

/// Managed policies that give nearly everything away.
const SWEEPING: [&str; 3] = ["AdministratorAccess", "IAMFullAccess", "PowerUserAccess"];

/// The policies of a role, as far as they could be read.
#[derive(Default)]
struct Policies {
    /// The one among those of AWS that gives nearly everything away.
    notorious: Option<String>,
    read: Vec<Policy>,
    /// What its permissions boundary lets through; `None` when it has none.
    boundary: Option<Policy>,
    /// Why it is not known what its boundary lets through.
    unbounded: Option<Unknown>,
    /// Why one of them could not be read, the first.
    unread: Option<Unknown>,
}

fn policies(case: &Case<'_>, role: &str) -> Policies {
    let mut all = Policies::default();
    for read in [attached(case, role, &mut all), own(case, role, &mut all)] {
        all.unread = all.unread.or(read.err());
    }
    match boundary(case, role) {
        Ok(boundary) => all.boundary = boundary,
        Err(why) => all.unbounded = Some(why),
    }
    all
}

/// What the permissions boundary of a role lets through; `None` when it has none, or IAM does not tell of the role.
fn boundary(case: &Case<'_>, role: &str) -> Result<Option<Policy>, Unknown> {
    let Ok(told) = case.ask("GetRole", role) else { return Ok(None) };
    let Some(arn) = told.at("/Role/PermissionsBoundary/PermissionsBoundaryArn").and_then(Value::as_str) else {
        return Ok(None);
    };
    let at = "/PolicyVersion/Document";
    let answer = case.ask("GetPolicyVersion", arn)?;
    let read = Policy::read(answer.needed(at)?);
    let read = read.ok_or_else(|| answer.unknown(at, format!("The policy {arn} cannot be read as one.")));
    read.map(Some)
}

/// The managed policies of a role.
fn attached(case: &Case<'_>, role: &str, all: &mut Policies) -> Result<(), Unknown> {
    let attached = case.ask("ListAttachedRolePolicies", role)?;
    for policy in attached.needed_entries("/AttachedPolicies")? {
        let text = |key: &str| policy.get(key).and_then(Value::as_str).unwrap_or_default();
        let (name, arn) = (text("PolicyName"), text("PolicyArn"));
        if SWEEPING.contains(&name) {
            all.notorious = Some(name.to_owned());
        }
        // What a boundary leaves of it may still be too much.
        all.take(case, ("GetPolicyVersion", arn), "/PolicyVersion/Document");
    }
    Ok(())
}

/// The policies that a role has for itself.
fn own(case: &Case<'_>, role: &str, all: &mut Policies) -> Result<(), Unknown> {
    let inline = case.ask("ListRolePolicies", role)?;
    inline.needed_entries("/PolicyNames")?;
    for name in inline.list("/PolicyNames") {
        all.take(case, ("GetRolePolicy", &format!("{role}/{name}")), "/PolicyDocument");
    }
    Ok(())
}

impl Policies {
    fn take(&mut self, case: &Case<'_>, (operation, subject): (&str, &str), at: &str) {
        let document = |answer: Body<'_>| {
            let read = Policy::read(answer.needed(at)?);
            read.ok_or_else(|| answer.unknown(at, format!("The policy {subject} cannot be read as one.")))
        };
        match case.ask(operation, subject).and_then(document) {
            Ok(policy) => self.read.push(policy),
            Err(why) => {
                self.unread.get_or_insert(why);
            }
        }
    }

    fn limits(&self) -> Limits<'_> {
        Limits::of(&self.read, self.boundary.as_ref())
    }

    /// What gives nearly everything away, in words.
    ///
    /// # Errors
    /// When a boundary may take it away again, and is not known.
    fn sweeping(&self) -> Result<Option<String>, Unknown> {
        let limits = self.limits();
        let notorious = self.notorious.as_ref().filter(|_| limits.leave_everything());
        let what: Vec<String> = self.read.iter().flat_map(|policy| policy.sweeping(&limits)).collect();
        let said = match notorious {
            Some(name) => format!("it has {name}"),
            None if what.is_empty() => return Ok(None),
            None => format!("it may {}", joined(&what)),
        };
        self.unbounded.clone().map_or(Ok(Some(said)), Err)
    }
}

/// What is excessive about a role's rights, in words; `None` when nothing is.
///
/// # Errors
/// When one of its policies was not read, and no other is excessive; when one is, and its boundary was not read.
pub(in crate::health) fn excessive(case: &Case<'_>, role: &str) -> Result<Option<String>, Unknown> {
    let policies = policies(case, role);
    match (policies.sweeping()?, policies.unread) {
        (Some(what), _) => Ok(Some(what)),
        (None, Some(why)) => Err(why),
        (None, None) => Ok(None),
    }
}

fn rights(case: &Case<'_>) -> Judged {
    let Given { answer, mut roles, mut unknown } = given(case)?;
    roles.retain(|(_, how)| how != "unauthenticated");
    if roles.is_empty() {
        let none = "There is no role for people who have signed in.";
        return unknown.map_or_else(|| Ok(answer.not_applicable("/Roles", none)), Err);
    }
    let mut unscoped = None;
    for (role, how) in &roles {
        let policies = policies(case, role);
        match policies.sweeping() {
            Ok(Some(what)) => return Ok(answer.fail(place(how), format!("The role {role}: {what}."))),
            Ok(None) => {}
            Err(why) => {
                unknown = Some(why);
                continue;
            }
        }
        // What rules and groups give to some may be meant for all of their data.
        if how == "authenticated" {
            let limits = policies.limits();
            for open in policies.read.iter().flat_map(|policy| policy.unscoped(&limits)) {
                if let Some(why) = &policies.unbounded {
                    unknown = Some(why.clone());
                    break;
                }
                let what = format!("it may {} on {}", joined(&open.actions), whose(&open.resources));
                let failed = answer.fail(place(how), format!("The role {role}: {what}, whosever data these are."));
                if open.is_sweeping() {
                    return Ok(failed);
                }
                unscoped = Some(failed.severity(Severity::Medium));
            }
        }
        unknown = policies.unread.or(unknown);
    }
    match (unscoped, unknown) {
        (Some(failed), _) => Ok(failed),
        (None, Some(why)) => Err(why),
        (None, None) => {
            let names: Vec<&str> = roles.iter().map(|(role, _)| role.as_str()).collect();
            Ok(answer.pass("/Roles", format!("No sweeping rights have {}.", joined(&names))))
        }
    }
}

/// The place that gives a role.
fn place(how: &str) -> &'static str {
    if how == "authenticated" { "/Roles/authenticated" } else { MAPPINGS }
}

fn whose(resources: &[&str]) -> String {
    if resources.is_empty() { "all but some resources".to_owned() } else { joined(resources) }
}
