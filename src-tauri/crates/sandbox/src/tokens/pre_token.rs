//! What a pre token generation trigger may change, in its three versions.

use serde_json::{Map, Value, json};

use super::claims::Groups;
use crate::directory::Pool;
use crate::protocol::ApiError;
use crate::triggers::{self, Event, Trigger};

/// Most claims and scopes of the tokens of one exchange, after the trigger.
const MOST: usize = 5_000;

/// What the trigger of a pool answers; `None` without one.
///
/// # Errors
/// `UserLambdaValidationException` when it is told to fail.
pub(super) fn response(
    pool: &Pool,
    version: Version,
    draft: &Draft,
    issue: &super::Issue,
    username: &str,
) -> Result<Option<Value>, ApiError> {
    let groups = &draft.groups;
    let mut request = json!({
        "userAttributes": triggers::attributes(pool, Some(issue.user)),
        "groupConfiguration": {
            "groupsToOverride": groups.names, "iamRolesToOverride": groups.roles, "preferredRole": groups.preferred,
        },
    });
    if version > Version::V1 {
        request["scopes"] = json!(draft.scopes);
    }
    if !issue.client_metadata.is_empty() {
        request["clientMetadata"] = Value::Object(issue.client_metadata.clone());
    }
    let (source, client_id) = (issue.source.trigger_source(), issue.client_id.as_str());
    let event = Event { version: version.of_event(), source, username, client_id, request };
    triggers::call(pool, Trigger::PreTokenGeneration, &event)
}

/// What the trigger of a pool answers for the token of a client, which only [`Version::V3`] is asked about.
///
/// # Errors
/// `UserLambdaValidationException` when it is told to fail.
pub(super) fn response_for_client(
    pool: &Pool,
    draft: &Draft,
    client_id: &str,
    metadata: &Map<String, Value>,
) -> Result<Option<Value>, ApiError> {
    let request = json!({
        "userAttributes": {}, "groupConfiguration": null, "scopes": draft.scopes, "clientMetadata": metadata,
    });
    let source = "TokenGeneration_ClientCredentials";
    let version = Version::V3.of_event();
    let event = Event { version, source, username: "ClientCredentials", client_id, request };
    triggers::call(pool, Trigger::PreTokenGeneration, &event)
}

/// Which form of event the trigger of a pool gets, and of answer the pool takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Version {
    /// Text claims of ID tokens, and groups.
    V1,
    /// Claims of any type in both tokens, and scopes.
    V2,
    /// As V2, and tokens of clients that sign in for themselves.
    V3,
}

impl Version {
    /// The version that `LambdaConfig` names. Without one, the answers that are kept tell.
    pub(super) fn of(pool: &Pool) -> Self {
        let config = pool.settings.get("LambdaConfig");
        let named = config.and_then(|c| c.get("PreTokenGenerationConfig")).and_then(|c| c.get("LambdaVersion"));
        let newest =
            if pool.settings.get("UserPoolTier").is_some_and(|tier| tier == "LITE") { Self::V1 } else { Self::V3 };
        let answers = triggers::answers(pool, Trigger::PreTokenGeneration);
        match named.and_then(Value::as_str) {
            Some("V1_0") => Self::V1,
            Some("V2_0") => Self::V2.min(newest),
            Some(_) => newest,
            None if config.is_some_and(|c| c.get("PreTokenGeneration").is_some()) => Self::V1,
            None if answers.iter().any(|answer| answer.get("claimsAndScopeOverrideDetails").is_some()) => newest,
            None => Self::V1,
        }
    }

    /// `version` of the event.
    fn of_event(self) -> &'static str {
        match self {
            Self::V1 => "1",
            Self::V2 => "2",
            Self::V3 => "3",
        }
    }
}

/// The tokens to be, as the trigger finds and leaves them.
pub(super) struct Draft {
    pub(super) groups: Groups,
    pub(super) scopes: Vec<String>,
    id: Changes,
    access: Changes,
}

/// What is added to one token and taken away from it.
#[derive(Default)]
struct Changes {
    add: Map<String, Value>,
    suppress: Vec<String>,
}

impl Draft {
    pub(super) fn new(groups: Groups, scopes: Vec<String>) -> Self {
        Self { groups, scopes, id: Changes::default(), access: Changes::default() }
    }

    /// Takes the `response` of a trigger.
    ///
    /// # Errors
    /// `InvalidLambdaResponseException` for a value that the version does not allow.
    pub(super) fn apply(&mut self, version: Version, response: &Value) -> Result<(), ApiError> {
        let name = if version == Version::V1 { "claimsOverrideDetails" } else { "claimsAndScopeOverrideDetails" };
        let Some(details) = response.get(name).filter(|details| !details.is_null()) else { return Ok(()) };
        if let Some(groups) = details.get("groupOverrideDetails") {
            self.groups = Groups {
                names: texts(groups.get("groupsToOverride"))?,
                roles: texts(groups.get("iamRolesToOverride"))?,
                preferred: groups.get("preferredRole").and_then(Value::as_str).map(str::to_owned),
            };
        }
        if version == Version::V1 {
            self.id = changes(details)?;
            if self.id.add.values().any(|value| !value.is_string()) {
                return Err(triggers::unrecognizable(Trigger::PreTokenGeneration));
            }
            return Ok(());
        }
        if let Some(token) = details.get("idTokenGeneration") {
            self.id = changes(token)?;
            let plain = ["phone_number_verified", "email_verified", "updated_at", "address"];
            let nested = |value: &Value| value.is_object() || value.is_array();
            if plain.iter().any(|name| self.id.add.get(*name).is_some_and(nested)) {
                return Err(triggers::unrecognizable(Trigger::PreTokenGeneration));
            }
        }
        if let Some(token) = details.get("accessTokenGeneration") {
            self.access = changes(token)?;
            let suppressed = texts(token.get("scopesToSuppress"))?;
            self.scopes.extend(texts(token.get("scopesToAdd"))?);
            let mut seen = Vec::new();
            self.scopes.retain(|scope| {
                let first = !seen.contains(scope);
                seen.push(scope.clone());
                first && !suppressed.contains(scope) && !scope.contains(char::is_whitespace)
            });
        }
        Ok(())
    }

    /// Finishes an ID token.
    pub(super) fn finish_id(&self, claims: &mut Map<String, Value>) {
        self.id.finish(claims, |name, _| !name.starts_with("dev:"));
    }

    /// Finishes an access token of `client_id`.
    pub(super) fn finish_access(&self, claims: &mut Map<String, Value>, client_id: &str) {
        self.access.finish(claims, |name, value| name != "aud" || value == client_id);
    }
}

impl Changes {
    fn finish(&self, claims: &mut Map<String, Value>, may_add: impl Fn(&str, &Value) -> bool) {
        for (name, value) in &self.add {
            // `aud` has a rule of its own: an ID token always has one, an access token may get one.
            let fixed = is_fixed(name) || (name == "aud" && claims.contains_key("aud"));
            if !fixed && may_add(name, value) {
                claims.insert(name.clone(), value.clone());
            }
        }
        for name in &self.suppress {
            if name == "cognito:groups" {
                for group in ["cognito:groups", "cognito:roles", "cognito:preferred_role"] {
                    claims.remove(group);
                }
            } else if !is_fixed(name) && name != "aud" {
                claims.remove(name);
            }
        }
    }
}

/// Refuses more claims and scopes than the tokens of one exchange may have.
///
/// # Errors
/// `InvalidLambdaResponseException`: only a trigger comes near that.
pub(super) fn demand_few(claims_and_scopes: usize) -> Result<(), ApiError> {
    if claims_and_scopes > MOST { Err(triggers::unrecognizable(Trigger::PreTokenGeneration)) } else { Ok(()) }
}

/// Whether no trigger may add, change or take away this claim.
fn is_fixed(name: &str) -> bool {
    const FIXED: [&str; 20] = [
        "sub",
        "username",
        "identities",
        "client_id",
        "event_id",
        "device_key",
        "version",
        "acr",
        "amr",
        "at_hash",
        "auth_time",
        "azp",
        "exp",
        "iat",
        "iss",
        "jti",
        "nbf",
        "nonce",
        "origin_jti",
        "token_use",
    ];
    FIXED.contains(&name) || name.starts_with("cognito:")
}

fn changes(details: &Value) -> Result<Changes, ApiError> {
    let add = match details.get("claimsToAddOrOverride") {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(claims)) => claims.clone(),
        Some(_) => return Err(triggers::unrecognizable(Trigger::PreTokenGeneration)),
    };
    Ok(Changes { add, suppress: texts(details.get("claimsToSuppress"))? })
}

fn texts(list: Option<&Value>) -> Result<Vec<String>, ApiError> {
    let Some(list) = list.filter(|list| !list.is_null()) else { return Ok(Vec::new()) };
    let list = list.as_array().ok_or_else(|| triggers::unrecognizable(Trigger::PreTokenGeneration))?;
    list.iter()
        .map(|item| {
            item.as_str().map(str::to_owned).ok_or_else(|| triggers::unrecognizable(Trigger::PreTokenGeneration))
        })
        .collect()
}
