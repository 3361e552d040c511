//! The tokens that a user would get, told from what is known of user, groups and client: a prediction, not a token.
//!
//! Source: Amazon Cognito developer guide, ID token, access token, pre token generation trigger.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::judge::issuers;
use super::trigger::{Draft, Ignored, InvalidResponse, TriggerVersion};
use crate::PoolId;
use crate::client::AppClient;
use crate::group::{Group, PreferredRole, preferred_role};
use crate::user::User;

/// The scope of a sign-in through the API.
const API_SCOPE: &str = "aws.cognito.signin.user.admin";

/// What stands in the place of a value that is new each time.
const NEW: &str = "(new each time)";

/// How the user comes to the tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    /// Signing in through the API.
    Authentication,
    /// Signing in on the login page.
    HostedAuth,
    /// Answering a forced change of the password.
    NewPasswordChallenge,
    /// Signing in with a remembered device.
    AuthenticateDevice,
    /// Refreshing.
    RefreshTokens,
}

impl Occasion {
    /// All of them, the usual ones first.
    pub const ALL: [Self; 5] = [
        Self::Authentication,
        Self::HostedAuth,
        Self::NewPasswordChallenge,
        Self::AuthenticateDevice,
        Self::RefreshTokens,
    ];

    /// The occasion of that `triggerSource`; `None` when there is none.
    #[must_use]
    pub fn parse(source: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|occasion| occasion.trigger_source() == source)
    }

    /// `triggerSource` of the pre token generation trigger.
    #[must_use]
    pub fn trigger_source(self) -> &'static str {
        match self {
            Self::Authentication => "TokenGeneration_Authentication",
            Self::HostedAuth => "TokenGeneration_HostedAuth",
            Self::NewPasswordChallenge => "TokenGeneration_NewPasswordChallenge",
            Self::AuthenticateDevice => "TokenGeneration_AuthenticateDevice",
            Self::RefreshTokens => "TokenGeneration_RefreshTokens",
        }
    }
}

/// What a prediction is made from.
#[derive(Debug, Clone)]
pub struct Prediction<'a> {
    /// The pool.
    pub pool: &'a PoolId,
    /// Whether the pool writes its issuer in the form of 2026.
    pub updated_issuer: bool,
    /// The user, with the names of their groups.
    pub user: &'a User,
    /// The groups of the pool.
    pub groups: &'a [Group],
    /// The client that the user signs in through.
    pub client: &'a AppClient,
    /// The scopes that are granted; empty for a sign-in through the API.
    pub scopes: &'a [String],
    /// How the user comes to the tokens.
    pub occasion: Occasion,
    /// `ClientMetadata` for the trigger.
    pub metadata: &'a BTreeMap<String, String>,
    /// The version of the trigger's event and answer.
    pub version: TriggerVersion,
    /// What the trigger answers: `response`, or the whole event with it. `None` without a trigger.
    pub response: Option<&'a Value>,
    /// When.
    pub now: Timestamp,
}

/// The claims that the tokens would have.
#[derive(Debug, Clone, PartialEq)]
pub struct Predicted {
    /// The ID token's; `None` when none would come (a grant without `openid`).
    pub id: Option<Map<String, Value>>,
    /// The access token's.
    pub access: Map<String, Value>,
    /// The event that the trigger would get: something to test a Lambda function with.
    pub event: Value,
    /// What the trigger's answer asks for and Cognito does not do.
    pub ignored: Vec<Ignored>,
}

/// Claims whose values are new each time, so that they cannot be foretold.
pub const VARYING: [&str; 5] = ["jti", "origin_jti", "event_id", "at_hash", "nonce"];

/// Foretells the tokens.
///
/// # Errors
/// [`InvalidResponse`] when Cognito would refuse the sign-in because of the trigger's answer.
pub fn predict(from: &Prediction<'_>) -> Result<Predicted, InvalidResponse> {
    let is_api = from.scopes.is_empty();
    let scopes = if is_api { vec![API_SCOPE.to_owned()] } else { from.scopes.to_vec() };
    let groups = Groups::of(from);
    let event = from.event(&groups, &scopes);
    let mut draft = Draft::new(groups, scopes);
    if let Some(response) = from.response {
        draft.apply(from.version, response)?;
    }
    let mut access = from.access(&draft);
    draft.finish_access(&mut access, from.client.id.as_str());
    let has_id = is_api || from.scopes.iter().any(|scope| scope == "openid");
    let id = has_id.then(|| {
        let mut id = from.id(&draft.groups);
        draft.finish_id(&mut id);
        id
    });
    Ok(Predicted { id, access, event, ignored: draft.ignored })
}

/// The groups of a user as tokens show them: best precedence first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Groups {
    pub(super) names: Vec<String>,
    pub(super) roles: Vec<String>,
    pub(super) preferred: Option<String>,
}

impl Groups {
    fn of(from: &Prediction<'_>) -> Self {
        let mut own: Vec<&Group> = from.groups.iter().filter(|group| from.user.groups.contains(&group.name)).collect();
        let rank = |group: &Group| group.precedence.unwrap_or(u32::MAX);
        own.sort_by(|a, b| rank(a).cmp(&rank(b)).then_with(|| a.name.cmp(&b.name)));
        let preferred = match preferred_role(own.iter().copied()) {
            PreferredRole::Of(group) => group.role_arn.clone(),
            PreferredRole::Tie(_) | PreferredRole::None => None,
        };
        let mut roles: Vec<String> = Vec::new();
        for role in own.iter().filter_map(|group| group.role_arn.as_ref()) {
            if !roles.contains(role) {
                roles.push(role.clone());
            }
        }
        Self { names: own.iter().map(|group| group.name.as_str().to_owned()).collect(), roles, preferred }
    }
}

impl Prediction<'_> {
    fn event(&self, groups: &Groups, scopes: &[String]) -> Value {
        let mut attributes: Map<String, Value> =
            self.user.attributes.iter().map(|(name, value)| (name.clone(), value.clone().into())).collect();
        attributes.insert("cognito:user_status".to_owned(), self.user.status.as_str().into());
        let mut request = json!({
            "userAttributes": attributes,
            "groupConfiguration": {
                "groupsToOverride": groups.names,
                "iamRolesToOverride": groups.roles,
                "preferredRole": groups.preferred,
            },
        });
        if self.version != TriggerVersion::V1 {
            request["scopes"] = json!(scopes);
        }
        if !self.metadata.is_empty() {
            request["clientMetadata"] = json!(self.metadata);
        }
        json!({
            "version": self.version.of_event(),
            "triggerSource": self.occasion.trigger_source(),
            "region": self.pool.as_str().split_once('_').map_or("", |(region, _)| region),
            "userPoolId": self.pool.as_str(),
            "userName": self.user.username.as_str(),
            "callerContext": { "awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": self.client.id.as_str() },
            "request": request,
            "response": {},
        })
    }

    fn base(&self, token_use: &str, lifetime_s: u32) -> Map<String, Value> {
        let now = self.now.as_second();
        let [original, updated] = issuers(self.pool);
        let mut claims = Map::new();
        let mut put = |name: &str, value: Value| claims.insert(name.to_owned(), value);
        put("sub", self.user.sub().unwrap_or_default().into());
        put("iss", if self.updated_issuer { updated } else { original }.into());
        put("token_use", token_use.into());
        put("event_id", NEW.into());
        put("auth_time", now.into());
        put("iat", now.into());
        put("exp", (now + i64::from(lifetime_s)).into());
        if self.client.tokens.tracked {
            put("jti", NEW.into());
            put("origin_jti", NEW.into());
        }
        claims
    }

    fn id(&self, groups: &Groups) -> Map<String, Value> {
        let mut claims = self.base("id", self.client.tokens.id_seconds);
        claims.insert("aud".to_owned(), self.client.id.as_str().into());
        claims.insert("cognito:username".to_owned(), self.user.username.as_str().into());
        if !groups.names.is_empty() {
            claims.insert("cognito:groups".to_owned(), json!(groups.names));
        }
        if !groups.roles.is_empty() {
            claims.insert("cognito:roles".to_owned(), json!(groups.roles));
        }
        if let Some(role) = &groups.preferred {
            claims.insert("cognito:preferred_role".to_owned(), role.clone().into());
        }
        if !self.scopes.is_empty() {
            claims.insert("at_hash".to_owned(), NEW.into());
        }
        for (name, value) in self.user.attributes.iter().filter(|(name, _)| self.shows(name)) {
            claims.entry(name.clone()).or_insert_with(|| typed(name, value));
        }
        claims
    }

    fn access(&self, draft: &Draft) -> Map<String, Value> {
        let mut claims = self.base("access", self.client.tokens.access_seconds);
        claims.insert("client_id".to_owned(), self.client.id.as_str().into());
        claims.insert("username".to_owned(), self.user.username.as_str().into());
        claims.insert("scope".to_owned(), draft.scopes.join(" ").into());
        if !draft.groups.names.is_empty() {
            claims.insert("cognito:groups".to_owned(), json!(draft.groups.names));
        }
        if !self.scopes.is_empty() {
            claims.insert("version".to_owned(), 2.into());
        }
        claims
    }

    /// Whether the ID token shows an attribute: the client may read it, and the scopes include it.
    fn shows(&self, name: &str) -> bool {
        let readable = &self.client.read_attributes;
        let attribute = name.strip_suffix("_verified").unwrap_or(name);
        let may_read = match readable.is_empty() {
            true => !name.starts_with("dev:"),
            false => readable.iter().any(|allowed| allowed == name || allowed == attribute),
        };
        let has = |scope: &str| self.scopes.iter().any(|granted| granted == scope);
        // `openid` alone shows everything; `email` and `phone` narrow it down unless `profile` is there, too.
        let all = has("profile") || !(has("email") || has("phone"));
        let in_scope = all
            || match attribute {
                "email" => has("email"),
                "phone_number" => has("phone"),
                _ => false,
            };
        in_scope && (name == "identities" || may_read)
    }
}

/// An attribute, which a directory keeps as text, in the type that tokens give it.
fn typed(name: &str, value: &str) -> Value {
    match name {
        "email_verified" | "phone_number_verified" => value.eq_ignore_ascii_case("true").into(),
        "updated_at" => value.parse::<i64>().map_or_else(|_| value.into(), Value::from),
        "address" => json!({ "formatted": value }),
        "identities" => identities(value),
        _ => value.into(),
    }
}

/// The linked identities; in tokens their flags and dates are text.
fn identities(value: &str) -> Value {
    let Ok(Value::Array(mut list)) = serde_json::from_str(value) else { return json!([]) };
    for field in list.iter_mut().filter_map(Value::as_object_mut).flat_map(Map::values_mut) {
        if field.is_boolean() || field.is_number() {
            *field = field.to_string().into();
        }
    }
    list.into()
}
