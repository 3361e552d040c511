//! What the answer of a pre token generation trigger does to the tokens, and what of it Cognito ignores.
//!
//! Source: Amazon Cognito developer guide, pre token generation Lambda trigger.

use serde_json::{Map, Value};

use super::predict::Groups;
use super::verdict::TokenUse;

/// The version of the trigger's event and answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TriggerVersion {
    /// Text claims of the ID token, and groups. Every plan.
    V1,
    /// Claims of any type in both tokens, and scopes. Essentials and Plus.
    V2,
    /// As V2, and the tokens of machines. Essentials and Plus.
    V3,
}

impl TriggerVersion {
    /// Reads `V1_0` (as in `LambdaVersion`), `V1` or `1` (as in events).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim_start_matches(['V', 'v']).trim_end_matches("_0") {
            "1" => Some(Self::V1),
            "2" => Some(Self::V2),
            "3" => Some(Self::V3),
            _ => None,
        }
    }

    /// `version` of the event.
    #[must_use]
    pub fn of_event(self) -> &'static str {
        match self {
            Self::V1 => "1",
            Self::V2 => "2",
            Self::V3 => "3",
        }
    }

    /// The member of the answer that this version reads.
    fn member(self) -> &'static str {
        if self == Self::V1 { V1_MEMBER } else { LATER_MEMBER }
    }
}

const V1_MEMBER: &str = "claimsOverrideDetails";
const LATER_MEMBER: &str = "claimsAndScopeOverrideDetails";

/// Something that an answer asks for and Cognito does not do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ignored {
    /// The token that it is about; `None` when it is about neither alone.
    pub token: Option<TokenUse>,
    /// The claim, scope or member. Foreign text.
    pub what: String,
    /// Why, in a sentence.
    pub why: &'static str,
}

/// An answer that makes Cognito refuse the sign-in (`InvalidLambdaResponseException`).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidResponse {
    /// Not an object.
    #[error("The answer is no JSON object, so Cognito would refuse the sign-in.")]
    NoObject,
    /// Something has another type than it must have.
    #[error("{0} must be {1}. Cognito would refuse the sign-in with InvalidLambdaResponseException.")]
    Type(&'static str, &'static str),
    /// A value that V1 does not allow.
    #[error("V1 takes only text for claims. Cognito would refuse the sign-in; V2 takes numbers, lists and objects.")]
    Text,
    /// An object or list where an ID token has a plain value.
    #[error("The claim {0} must be a plain value in an ID token. Cognito would refuse the sign-in.")]
    Plain(&'static str),
}

/// The tokens to be, as the trigger finds and leaves them.
pub(super) struct Draft {
    pub(super) groups: Groups,
    pub(super) scopes: Vec<String>,
    pub(super) ignored: Vec<Ignored>,
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
        Self { groups, scopes, ignored: Vec::new(), id: Changes::default(), access: Changes::default() }
    }

    /// Takes the trigger's answer: `response` alone, or the whole event.
    pub(super) fn apply(&mut self, version: TriggerVersion, answer: &Value) -> Result<(), InvalidResponse> {
        let whole = answer.as_object().ok_or(InvalidResponse::NoObject)?;
        let response = match whole.get("response") {
            Some(response) => response.as_object().ok_or(InvalidResponse::NoObject)?,
            None => whole,
        };
        let other = if version == TriggerVersion::V1 { LATER_MEMBER } else { V1_MEMBER };
        if response.contains_key(other) {
            self.ignore(None, other, "This version of the trigger reads another member.");
        }
        let Some(details) = response.get(version.member()).filter(|details| !details.is_null()) else { return Ok(()) };
        let details = object(details, version.member())?;
        if let Some(groups) = details.get("groupOverrideDetails") {
            // Null, too, takes the groups away.
            self.groups = Groups {
                names: texts(groups.get("groupsToOverride"), "groupsToOverride")?,
                roles: texts(groups.get("iamRolesToOverride"), "iamRolesToOverride")?,
                preferred: groups.get("preferredRole").and_then(Value::as_str).map(str::to_owned),
            };
        }
        match version {
            TriggerVersion::V1 => self.apply_first(details),
            TriggerVersion::V2 | TriggerVersion::V3 => self.apply_later(details),
        }
    }

    fn apply_first(&mut self, details: &Map<String, Value>) -> Result<(), InvalidResponse> {
        self.id = changes(details)?;
        for member in ["idTokenGeneration", "accessTokenGeneration"] {
            if details.contains_key(member) {
                self.ignore(None, member, "V1 does not know it; V2 does.");
            }
        }
        if self.id.add.values().all(Value::is_string) { Ok(()) } else { Err(InvalidResponse::Text) }
    }

    fn apply_later(&mut self, details: &Map<String, Value>) -> Result<(), InvalidResponse> {
        for member in ["claimsToAddOrOverride", "claimsToSuppress"] {
            if details.contains_key(member) {
                self.ignore(None, member, "It belongs into idTokenGeneration or accessTokenGeneration.");
            }
        }
        if let Some(id) = details.get("idTokenGeneration").filter(|id| !id.is_null()) {
            self.id = changes(object(id, "idTokenGeneration")?)?;
            let plain = ["phone_number_verified", "email_verified", "updated_at", "address"];
            let nested = |value: &Value| value.is_object() || value.is_array();
            if let Some(name) = plain.into_iter().find(|name| self.id.add.get(*name).is_some_and(nested)) {
                return Err(InvalidResponse::Plain(name));
            }
        }
        let Some(access) = details.get("accessTokenGeneration").filter(|access| !access.is_null()) else {
            return Ok(());
        };
        let access = object(access, "accessTokenGeneration")?;
        self.access = changes(access)?;
        let suppressed = texts(access.get("scopesToSuppress"), "scopesToSuppress")?;
        for scope in texts(access.get("scopesToAdd"), "scopesToAdd")? {
            if scope.contains(char::is_whitespace) {
                self.ignore(Some(TokenUse::Access), &scope, "A scope has no white space in it.");
            } else if suppressed.contains(&scope) {
                self.ignore(Some(TokenUse::Access), &scope, "It is suppressed as well, and suppressing wins.");
            } else if !self.scopes.contains(&scope) {
                self.scopes.push(scope);
            }
        }
        self.scopes.retain(|scope| !suppressed.contains(scope));
        Ok(())
    }

    fn ignore(&mut self, token: Option<TokenUse>, what: &str, why: &'static str) {
        self.ignored.push(Ignored { token, what: what.to_owned(), why });
    }

    /// Finishes an ID token.
    pub(super) fn finish_id(&mut self, claims: &mut Map<String, Value>) {
        let changes = std::mem::take(&mut self.id);
        self.finish(TokenUse::Id, &changes, claims, |name, _| match name {
            "aud" => Some("Cognito writes aud itself: it is the client."),
            name if name.starts_with("dev:") => Some("Developer attributes can be taken away, not added."),
            _ => None,
        });
    }

    /// Finishes an access token of `client`.
    pub(super) fn finish_access(&mut self, claims: &mut Map<String, Value>, client: &str) {
        let changes = std::mem::take(&mut self.access);
        self.finish(TokenUse::Access, &changes, claims, |name, value| {
            (name == "aud" && value != client).then_some("aud of an access token may only be the client's own id.")
        });
    }

    fn finish(
        &mut self,
        token: TokenUse,
        changes: &Changes,
        claims: &mut Map<String, Value>,
        refuses: impl Fn(&str, &Value) -> Option<&'static str>,
    ) {
        for (name, value) in &changes.add {
            let refused = if is_fixed(name) { Some(FIXED_WHY) } else { refuses(name, value) };
            match refused {
                Some(why) => self.ignore(Some(token), name, why),
                None if changes.suppress.contains(name) => {
                    self.ignore(Some(token), name, "It is suppressed as well, and suppressing wins.");
                }
                None => {
                    claims.insert(name.clone(), value.clone());
                }
            }
        }
        for name in &changes.suppress {
            if name == "cognito:groups" {
                for group in ["cognito:groups", "cognito:roles", "cognito:preferred_role"] {
                    claims.remove(group);
                }
            } else if is_fixed(name) || name == "aud" {
                self.ignore(Some(token), name, "No trigger can take it away.");
            } else {
                claims.remove(name);
            }
        }
    }
}

const FIXED_WHY: &str = "Cognito writes it itself: no trigger can add or change it.";

/// Whether no trigger may add, change or take away this claim.
fn is_fixed(name: &str) -> bool {
    const FIXED: [&str; 20] = [
        "acr",
        "amr",
        "at_hash",
        "auth_time",
        "azp",
        "client_id",
        "device_key",
        "event_id",
        "exp",
        "iat",
        "identities",
        "iss",
        "jti",
        "nbf",
        "nonce",
        "origin_jti",
        "sub",
        "token_use",
        "username",
        "version",
    ];
    FIXED.contains(&name) || name.starts_with("cognito:")
}

fn object<'a>(value: &'a Value, name: &'static str) -> Result<&'a Map<String, Value>, InvalidResponse> {
    value.as_object().ok_or(InvalidResponse::Type(name, "an object"))
}

fn changes(details: &Map<String, Value>) -> Result<Changes, InvalidResponse> {
    let add = match details.get("claimsToAddOrOverride") {
        None | Some(Value::Null) => Map::new(),
        Some(claims) => object(claims, "claimsToAddOrOverride")?.clone(),
    };
    Ok(Changes { add, suppress: texts(details.get("claimsToSuppress"), "claimsToSuppress")? })
}

fn texts(list: Option<&Value>, name: &'static str) -> Result<Vec<String>, InvalidResponse> {
    let wrong = || InvalidResponse::Type(name, "a list of texts");
    match list {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(items)) => {
            items.iter().map(|item| item.as_str().map(str::to_owned).ok_or_else(wrong)).collect()
        }
        Some(_) => Err(wrong()),
    }
}
