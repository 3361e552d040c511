//! What the tokens of a person say, before a trigger changes it.

use serde_json::{Map, Value, json};

use super::Source;
use crate::directory::account::grants::Grant;
use crate::directory::schema::id;
use crate::directory::user::User;
use crate::directory::users::Moment;
use crate::directory::{Client, Pool};

/// The scope of a sign-in through the API, which all operations with an access token ask for.
pub(super) const ADMIN: &str = "aws.cognito.signin.user.admin";

/// The groups of a person as tokens show them: best precedence first.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Groups {
    pub(super) names: Vec<String>,
    pub(super) roles: Vec<String>,
    pub(super) preferred: Option<String>,
}

impl Groups {
    pub(super) fn of(pool: &Pool, user: u32) -> Self {
        let mut groups: Vec<_> = pool.groups.values().filter(|group| group.has(user)).collect();
        let rank = |precedence: Option<u32>| precedence.unwrap_or(u32::MAX);
        groups.sort_by(|a, b| rank(a.precedence).cmp(&rank(b.precedence)).then_with(|| a.name.cmp(&b.name)));
        let with_role = || groups.iter().filter_map(|group| Some((rank(group.precedence), group.role_arn.as_ref()?)));
        let best = with_role().map(|(rank, _)| rank).min();
        let mut preferred: Vec<_> = with_role().filter(|(rank, _)| Some(*rank) == best).map(|(_, role)| role).collect();
        preferred.dedup();
        let preferred = match preferred.as_slice() {
            [one] => Some((*one).clone()),
            _ => None,
        };
        let mut roles: Vec<String> = Vec::new();
        for (_, role) in with_role() {
            if !roles.contains(role) {
                roles.push(role.clone());
            }
        }
        Self { names: groups.iter().map(|group| group.name.clone()).collect(), roles, preferred }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    fn write_id(&self, claims: &mut Map<String, Value>) {
        if !self.is_empty() {
            claims.insert("cognito:groups".to_owned(), json!(self.names));
        }
        if !self.roles.is_empty() {
            claims.insert("cognito:roles".to_owned(), json!(self.roles));
        }
        if let Some(role) = &self.preferred {
            claims.insert("cognito:preferred_role".to_owned(), json!(role));
        }
    }

    fn write_access(&self, claims: &mut Map<String, Value>) {
        if !self.is_empty() {
            claims.insert("cognito:groups".to_owned(), json!(self.names));
        }
    }
}

/// What both tokens of one exchange share.
pub(super) struct Claimant<'a> {
    pub(super) pool: &'a Pool,
    pub(super) client: &'a Client,
    pub(super) user: &'a User,
    pub(super) grant: &'a Grant,
    pub(super) issuer: &'a str,
    pub(super) now_ms: i64,
}

impl Claimant<'_> {
    fn base(&self, token_use: &str, jti: &str, lifetime_s: i64) -> Map<String, Value> {
        let now = self.now_ms.div_euclid(1000);
        let mut claims = Map::new();
        let mut put = |name: &str, value: Value| claims.insert(name.to_owned(), value);
        put("sub", self.user.attribute(id::SUB).unwrap_or_default().into());
        put("iss", self.issuer.into());
        put("token_use", token_use.into());
        put("event_id", self.grant.event_id.clone().into());
        put("auth_time", self.grant.auth_time_ms.div_euclid(1000).into());
        put("iat", now.into());
        put("exp", (now + lifetime_s).into());
        if tracked(self.client) {
            put("jti", jti.into());
            put("origin_jti", self.grant.id.clone().into());
        }
        if !self.grant.amr.is_empty() {
            put("amr", json!(self.grant.amr));
        }
        if let Some(acr) = &self.grant.acr {
            put("acr", acr.clone().into());
        }
        claims
    }

    /// The claims of an ID token.
    pub(super) fn id(&self, groups: &Groups, jti: &str, lifetime_s: i64) -> Map<String, Value> {
        let mut claims = self.base("id", jti, lifetime_s);
        claims.insert("aud".to_owned(), self.client.id.clone().into());
        claims.insert("cognito:username".to_owned(), self.user.username().into());
        groups.write_id(&mut claims);
        for (name, value) in attributes(self.pool, self.client, self.user, &self.grant.scopes) {
            claims.entry(name).or_insert(value);
        }
        claims
    }

    /// The claims of an access token.
    pub(super) fn access(&self, groups: &Groups, scopes: &[String], jti: &str, lifetime_s: i64) -> Map<String, Value> {
        let mut claims = self.base("access", jti, lifetime_s);
        claims.insert("client_id".to_owned(), self.client.id.clone().into());
        claims.insert("username".to_owned(), self.user.username().into());
        claims.insert("scope".to_owned(), scopes.join(" ").into());
        groups.write_access(&mut claims);
        if let Some(key) = &self.grant.device_key {
            claims.insert("device_key".to_owned(), key.clone().into());
        }
        if !self.grant.scopes.is_empty() {
            claims.insert("version".to_owned(), 2.into());
        }
        if let Some(resource) = &self.grant.resource {
            claims.insert("aud".to_owned(), resource.clone().into());
        }
        claims
    }
}

/// Whether tokens of this client carry `jti` and `origin_jti`.
pub(super) fn tracked(client: &Client) -> bool {
    revocable(client) || super::rotation(client).is_some()
}

/// `EnableTokenRevocation`, which is on for new clients.
pub(crate) fn revocable(client: &Client) -> bool {
    client.settings.get("EnableTokenRevocation").and_then(Value::as_bool).unwrap_or(true)
}

/// The attributes that a client may read within `scopes`, as claims. No scopes means a sign-in through the API.
///
/// `openid` alone and `profile` show all that the client may read; other scopes narrow it down.
pub(crate) fn attributes<'a>(
    pool: &'a Pool,
    client: &'a Client,
    user: &'a User,
    scopes: &'a [String],
) -> impl Iterator<Item = (String, Value)> + 'a {
    let readable = client.settings.get("ReadAttributes").and_then(Value::as_array).filter(|list| !list.is_empty());
    let may_read = move |name: &str| match readable {
        // The verified flags come with their attribute.
        Some(list) => list.iter().any(|allowed| allowed == name || allowed == name.trim_end_matches("_verified")),
        None => !name.starts_with("dev:"),
    };
    let has = |scope: &str| scopes.iter().any(|given| given == scope);
    let (email, phone, profile) = (has("email"), has("phone"), has("profile"));
    let all = scopes.is_empty() || profile || !(email || phone);
    let in_scope = move |name: &str| match name {
        "email" | "email_verified" => all || email,
        "phone_number" | "phone_number_verified" => all || phone,
        _ => all,
    };
    user.attributes()
        .filter(|(attribute, _)| *attribute != id::SUB)
        .map(|(attribute, value)| (pool.schema.name(attribute), value))
        .filter(move |(name, _)| in_scope(name) && (*name == "identities" || may_read(name)))
        .map(|(name, value)| (name.to_owned(), typed(name, value)))
}

/// An attribute, which the directory keeps as text, in the type that tokens give it.
fn typed(name: &str, value: &str) -> Value {
    match name {
        "email_verified" | "phone_number_verified" => value.eq_ignore_ascii_case("true").into(),
        "updated_at" => value.parse::<i64>().map_or_else(|_| value.into(), Value::from),
        "address" => json!({ "formatted": value }),
        "identities" => identities(value),
        _ => value.into(),
    }
}

/// The linked identities; their flags and dates are text in tokens.
fn identities(value: &str) -> Value {
    let Ok(Value::Array(mut list)) = serde_json::from_str(value) else { return json!([]) };
    for field in list.iter_mut().filter_map(Value::as_object_mut).flat_map(Map::values_mut) {
        if field.is_boolean() || field.is_number() {
            *field = field.to_string().into();
        }
    }
    list.into()
}

/// The scopes of the access token before a trigger.
pub(super) fn scopes(grant: &Grant) -> Vec<String> {
    if grant.scopes.is_empty() { vec![ADMIN.to_owned()] } else { grant.scopes.clone() }
}

/// The claims of the token of a client that signs in for itself.
pub(super) fn machine(
    client: &Client,
    scopes: &[String],
    issuer: &str,
    jti: &str,
    moment: Moment,
) -> Map<String, Value> {
    let now = moment.now_ms.div_euclid(1000);
    let lifetime_s = super::lifetimes(client, moment).access_s;
    let claims = json!({
        "sub": client.id, "token_use": "access", "scope": scopes.join(" "), "auth_time": now, "iss": issuer,
        "exp": now + lifetime_s, "iat": now, "version": 2, "jti": jti, "client_id": client.id,
    });
    match claims {
        Value::Object(claims) => claims,
        _ => Map::new(),
    }
}

impl Source {
    /// `triggerSource` of the pre token generation trigger.
    pub(crate) fn trigger_source(self) -> &'static str {
        match self {
            Self::HostedAuth => "TokenGeneration_HostedAuth",
            Self::Authentication => "TokenGeneration_Authentication",
            Self::NewPasswordChallenge => "TokenGeneration_NewPasswordChallenge",
            Self::AuthenticateDevice => "TokenGeneration_AuthenticateDevice",
            Self::RefreshTokens => "TokenGeneration_RefreshTokens",
        }
    }
}
