//! Identity pools: which AWS role a person gets, and by which rule.
//!
//! Source: Amazon Cognito developer guide, role-based access control, IAM roles, attributes for access control.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::IdentityPoolId;

/// What `DescribeIdentityPool` and `GetIdentityPoolRoles` tell, as far as exchanging a token needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityPool {
    /// The identity pool.
    pub id: IdentityPoolId,
    /// Its name. Foreign text.
    pub name: String,
    /// Whether guests are let in (`AllowUnauthenticatedIdentities`).
    pub guests: bool,
    /// Whether the basic flow is allowed (`AllowClassicFlow`).
    pub basic_flow: bool,
    /// The user pools and clients that it trusts.
    pub user_pools: Vec<UserPoolProvider>,
    /// The names of every other provider that it trusts.
    pub other_providers: Vec<String>,
    /// The role of who has signed in; `None` when none is set.
    pub authenticated_role: Option<String>,
    /// The role of guests; `None` when none is set.
    pub guest_role: Option<String>,
    /// How roles are chosen, by provider (`cognito-idp.<region>.amazonaws.com/<pool>:<client>` for a user pool).
    pub mappings: BTreeMap<String, RoleMapping>,
}

/// A user pool and app client that an identity pool trusts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserPoolProvider {
    /// `cognito-idp.<region>.amazonaws.com/<pool>`: what a login is keyed with.
    pub name: String,
    /// The app client.
    pub client: String,
    /// `ServerSideTokenCheck`: whether the user pool is asked if the person was signed out or disabled since.
    pub server_side_check: bool,
}

/// How the role of people of one provider is chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleMapping {
    /// The rules, in order; `None` when the token says the role (`Type` `Token`).
    pub rules: Option<Vec<RoleRule>>,
    /// What happens when nothing decides: `true` for the authenticated role, `false` for a refusal
    /// (`AmbiguousRoleResolution`).
    pub falls_back: bool,
}

/// A rule of a mapping: the first that fits decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleRule {
    /// The claim that is looked at.
    pub claim: String,
    /// `Equals`, `Contains`, `StartsWith`, `NotEqual`, or what AWS adds.
    pub match_type: String,
    /// What it is held against.
    pub value: String,
    /// The role.
    pub role: String,
}

/// How claims become session tags of one provider (`GetPrincipalTagAttributeMap`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PrincipalTags {
    /// Whether AWS's own map is used: `username` from `sub`, `client` from `aud`.
    pub use_defaults: bool,
    /// Claims by the name of the tag.
    pub tags: BTreeMap<String, String>,
}

impl PrincipalTags {
    /// The tags that a token gives, by name. A claim that is absent gives none.
    #[must_use]
    pub fn of(&self, claims: &Map<String, Value>) -> BTreeMap<String, String> {
        let usual = [("username", "sub"), ("client", "aud")].into_iter().filter(|_| self.use_defaults);
        let own = self.tags.iter().map(|(tag, claim)| (tag.as_str(), claim.as_str())).filter(|_| !self.use_defaults);
        usual.chain(own).filter_map(|(tag, claim)| Some((tag.to_owned(), text(claims.get(claim)?)))).collect()
    }
}

/// Who asks for credentials.
#[derive(Debug, Clone, Copy)]
pub enum Caller<'a> {
    /// Somebody who has not signed in.
    Guest,
    /// Somebody with an ID token that says this.
    SignedIn(&'a Map<String, Value>),
}

/// Which role somebody gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleChoice {
    /// The role; `None` when the identity pool refuses.
    pub role: Option<String>,
    /// By which rule, in a sentence. It may repeat names and values: foreign text.
    pub why: String,
}

impl RoleChoice {
    fn of(role: impl Into<String>, why: impl Into<String>) -> Self {
        Self { role: Some(role.into()), why: why.into() }
    }

    fn refused(why: impl Into<String>) -> Self {
        Self { role: None, why: why.into() }
    }
}

impl IdentityPool {
    /// The user pool and client of an ID token, when this identity pool trusts both.
    #[must_use]
    pub fn provider_of(&self, claims: &Map<String, Value>) -> Option<&UserPoolProvider> {
        let (name, client) = (provider_name(claims)?, claims.get("aud")?.as_str()?);
        self.user_pools.iter().find(|provider| provider.name == name && provider.client == client)
    }

    /// The role that `caller` gets in the enhanced flow; `asked` is the role that the caller asks for
    /// (`CustomRoleArn`).
    #[must_use]
    pub fn role_of(&self, caller: Caller<'_>, asked: Option<&str>) -> RoleChoice {
        let claims = match caller {
            Caller::Guest => return self.guest(asked),
            Caller::SignedIn(claims) => claims,
        };
        match (self.mapping_of(claims), asked) {
            (Some(mapping), _) => self.mapped(mapping, claims, asked),
            (None, Some(asked)) if roles(claims).contains(&asked) => {
                RoleChoice::of(asked, "It was asked for, and the token lists it (cognito:roles).")
            }
            (None, Some(_)) => {
                RoleChoice::refused("The role was asked for, but the token does not list it (cognito:roles).")
            }
            (None, None) => self.authenticated("No mapping concerns this user pool and client, so everybody gets it."),
        }
    }

    fn guest(&self, asked: Option<&str>) -> RoleChoice {
        match (&self.guest_role, asked) {
            (_, Some(_)) => RoleChoice::refused("A guest cannot ask for a role."),
            _ if !self.guests => RoleChoice::refused("The identity pool lets no guests in."),
            (Some(role), _) => RoleChoice::of(
                role,
                "It is the role of guests. A scope-down policy of AWS's own narrows it further in the enhanced flow.",
            ),
            (None, _) => RoleChoice::refused("The identity pool lets guests in but has no role for them."),
        }
    }

    fn authenticated(&self, why: &str) -> RoleChoice {
        match &self.authenticated_role {
            Some(role) => RoleChoice::of(role, format!("It is the role of who has signed in. {why}")),
            None => RoleChoice::refused("The identity pool has no role for who has signed in."),
        }
    }

    /// The mapping of a token: that of its user pool and client, else that of the user pool.
    fn mapping_of(&self, claims: &Map<String, Value>) -> Option<&RoleMapping> {
        let name = provider_name(claims)?;
        let client = claims.get("aud").and_then(Value::as_str).unwrap_or_default();
        self.mappings.get(&format!("{name}:{client}")).or_else(|| self.mappings.get(&name))
    }

    fn mapped(&self, mapping: &RoleMapping, claims: &Map<String, Value>, asked: Option<&str>) -> RoleChoice {
        let found = match &mapping.rules {
            Some(rules) => by_rules(rules, claims),
            None => by_token(claims, asked),
        };
        match (found, asked) {
            (Some(found), Some(asked)) if found.role.as_deref() != Some(asked) => {
                RoleChoice::refused("The role that was asked for is not one that the mapping gives.")
            }
            (Some(found), _) => found,
            (None, Some(_)) => {
                RoleChoice::refused("The role was asked for, but the token does not list it (cognito:roles).")
            }
            (None, None) if mapping.falls_back => {
                self.authenticated("Nothing decided, and the mapping then falls back to it (AmbiguousRoleResolution).")
            }
            (None, None) => RoleChoice::refused(
                "Nothing decided (no rule fits, or several roles tie), and the mapping then denies \
                 (AmbiguousRoleResolution).",
            ),
        }
    }
}

fn by_token(claims: &Map<String, Value>, asked: Option<&str>) -> Option<RoleChoice> {
    let roles = roles(claims);
    if let Some(asked) = asked {
        let listed = roles.contains(&asked);
        return listed.then(|| RoleChoice::of(asked, "It was asked for, and the token lists it (cognito:roles)."));
    }
    if let Some(preferred) = claims.get("cognito:preferred_role").and_then(Value::as_str) {
        let why =
            "The token prefers it (cognito:preferred_role): it is the role of the group with the lowest precedence.";
        return Some(RoleChoice::of(preferred, why));
    }
    match roles.as_slice() {
        [only] => Some(RoleChoice::of(*only, "It is the only role of the token (cognito:roles).")),
        _ => None,
    }
}

fn by_rules(rules: &[RoleRule], claims: &Map<String, Value>) -> Option<RoleChoice> {
    let (at, rule) = rules.iter().enumerate().find(|(_, rule)| fits(rule, claims))?;
    let why = format!("Rule {} fits first: {} {} {}.", at + 1, rule.claim, rule.match_type, rule.value);
    Some(RoleChoice::of(&rule.role, why))
}

/// A claim that is absent fits nothing, not even a rule that wants it to be different.
fn fits(rule: &RoleRule, claims: &Map<String, Value>) -> bool {
    let Some(value) = claims.get(&rule.claim) else { return false };
    let texts: Vec<String> = match value {
        Value::Array(items) => items.iter().map(text).collect(),
        other => vec![text(other)],
    };
    let wanted = rule.value.as_str();
    match rule.match_type.as_str() {
        "Equals" => texts.iter().any(|text| text == wanted),
        "Contains" => texts.iter().any(|text| text.contains(wanted)),
        "StartsWith" => texts.iter().any(|text| text.starts_with(wanted)),
        "NotEqual" => texts.iter().all(|text| text != wanted),
        _ => false,
    }
}

fn roles(claims: &Map<String, Value>) -> Vec<&str> {
    let roles = claims.get("cognito:roles").and_then(Value::as_array);
    roles.into_iter().flatten().filter_map(Value::as_str).collect()
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// What a login with this ID token is keyed with: its issuer without `https://`, in the original form.
#[must_use]
pub fn provider_name(claims: &Map<String, Value>) -> Option<String> {
    let issuer = claims.get("iss")?.as_str()?.strip_prefix("https://")?;
    Some(issuer.strip_prefix("issuer-").unwrap_or(issuer).to_owned())
}

/// The trust policy that a role needs, for guests or for who has signed in to `pool`. `tags` when claims become session
/// tags.
#[must_use]
pub fn trust_policy(pool: &IdentityPoolId, guest: bool, tags: bool) -> Value {
    let kind = if guest { "unauthenticated" } else { "authenticated" };
    let mut actions = vec!["sts:AssumeRoleWithWebIdentity"];
    if tags {
        actions.push("sts:TagSession");
    }
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": { "Federated": "cognito-identity.amazonaws.com" },
            "Action": actions,
            "Condition": {
                "StringEquals": { "cognito-identity.amazonaws.com:aud": pool.as_str() },
                "ForAnyValue:StringLike": { "cognito-identity.amazonaws.com:amr": kind },
            },
        }],
    })
}

/// What matters in the trust policy of the role, each in a sentence. Whether the role says so can only be read in IAM.
#[must_use]
pub fn trust_conditions(pool: &IdentityPoolId, guest: bool, tags: bool) -> Vec<String> {
    let (kind, others) = if guest { ("unauthenticated", "people who signed in") } else { ("authenticated", "guests") };
    let mut all = vec![
        format!(
            "cognito-identity.amazonaws.com:aud must be {pool}: without it every identity pool of every account could \
             assume the role."
        ),
        format!("cognito-identity.amazonaws.com:amr should be {kind}: without it {others} could assume the role, too."),
        "Policies that name ${cognito-identity.amazonaws.com:sub} mean the identity id, not the user pool's sub."
            .to_owned(),
    ];
    if tags {
        all.push("sts:TagSession must be allowed, because claims become session tags.".to_owned());
    }
    all
}
