//! Lambda triggers as response files: what each trigger of a pool answers, without any function.
//!
//! A pool has one JSON object, under the names of `LambdaConfig`. An answer is
//! - an object: what the function would put into `response`, every time;
//! - `{"error": "text"}`: the function fails with this text;
//! - a list of rules, of which the first that fits answers:
//!   `{"when": {"/request/clientMetadata/tenant": "blue"}, "response": {…}}` or `{"when": {…}, "error": "text"}`. The
//!   keys of `when` are JSON pointers (RFC 6901) into the event, its values what must be found there (`null`: nothing).
//!   A rule without `when` always fits.
//!
//! A trigger that `LambdaConfig` names without an answer here returns the event as it came. An answer here is given
//! whether or not `LambdaConfig` names the trigger.

mod event;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub(crate) use event::{Event, ONLY, attributes};

use crate::directory::Pool;
use crate::protocol::ApiError;

/// The triggers of a pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trigger {
    PreSignUp,
    PostConfirmation,
    UserMigration,
    PreAuthentication,
    PostAuthentication,
    DefineAuthChallenge,
    CreateAuthChallenge,
    VerifyAuthChallengeResponse,
    PreTokenGeneration,
    CustomMessage,
    CustomEmailSender,
    CustomSmsSender,
    InboundFederation,
}

impl Trigger {
    const ALL: [Self; 13] = [
        Self::PreSignUp,
        Self::PostConfirmation,
        Self::UserMigration,
        Self::PreAuthentication,
        Self::PostAuthentication,
        Self::DefineAuthChallenge,
        Self::CreateAuthChallenge,
        Self::VerifyAuthChallengeResponse,
        Self::PreTokenGeneration,
        Self::CustomMessage,
        Self::CustomEmailSender,
        Self::CustomSmsSender,
        Self::InboundFederation,
    ];

    /// The name in `LambdaConfig` and in response files.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::PreSignUp => "PreSignUp",
            Self::PostConfirmation => "PostConfirmation",
            Self::UserMigration => "UserMigration",
            Self::PreAuthentication => "PreAuthentication",
            Self::PostAuthentication => "PostAuthentication",
            Self::DefineAuthChallenge => "DefineAuthChallenge",
            Self::CreateAuthChallenge => "CreateAuthChallenge",
            Self::VerifyAuthChallengeResponse => "VerifyAuthChallengeResponse",
            Self::PreTokenGeneration => "PreTokenGeneration",
            Self::CustomMessage => "CustomMessage",
            Self::CustomEmailSender => "CustomEmailSender",
            Self::CustomSmsSender => "CustomSMSSender",
            Self::InboundFederation => "InboundFederation",
        }
    }

    /// Whether the pool has such a function, in its settings or as an answer.
    pub(crate) fn exists(self, pool: &Pool) -> bool {
        pool.triggers.0.contains_key(self.as_str()) || self.configured(pool)
    }

    fn configured(self, pool: &Pool) -> bool {
        let set = |name: &str| {
            let function = pool.settings.get("LambdaConfig").and_then(|config| config.get(name));
            function.is_some_and(|function| function.as_str() != Some("") && !function.is_null())
        };
        set(self.as_str()) || self == Self::PreTokenGeneration && set("PreTokenGenerationConfig")
    }
}

/// Why a response file is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TriggersError {
    /// Not a JSON object.
    #[error("Trigger answers are one JSON object: the name of each trigger and what it answers.")]
    NotAnObject,
    /// No trigger of user pools.
    #[error("There is no trigger {name}. Use the names of LambdaConfig, such as PreAuthentication.")]
    Unknown {
        /// The name given.
        name: String,
    },
    /// Neither an object nor a list of rules.
    #[error("The answer of {name} must be an object or a list of rules with \"response\" or \"error\".")]
    NotAnAnswer {
        /// Name of the trigger.
        name: String,
    },
}

/// The answers of one pool's triggers, under the names of `LambdaConfig`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Triggers(pub(crate) Map<String, Value>);

impl Triggers {
    /// Reads a response file.
    ///
    /// # Errors
    /// [`TriggersError`] says what is wrong with it.
    pub(crate) fn read(file: Value) -> Result<Self, TriggersError> {
        let Value::Object(answers) = file else { return Err(TriggersError::NotAnObject) };
        for (name, answer) in &answers {
            if !Trigger::ALL.iter().any(|trigger| trigger.as_str() == name) {
                return Err(TriggersError::Unknown { name: name.clone() });
            }
            let is_rule = |rule: &Value| {
                (rule.get("response").is_some_and(Value::is_object) || rule.get("error").is_some_and(Value::is_string))
                    && rule.get("when").is_none_or(Value::is_object)
            };
            let readable = answer.is_object() || answer.as_array().is_some_and(|rules| rules.iter().all(is_rule));
            if !readable {
                return Err(TriggersError::NotAnAnswer { name: name.clone() });
            }
        }
        Ok(Self(answers))
    }
}

/// Calls a trigger: its `response`, empty for a function that changes nothing; `None` when the pool has no such function.
///
/// # Errors
/// `UserLambdaValidationException` with the text of a function that fails.
pub(crate) fn call(pool: &Pool, trigger: Trigger, event: &Event<'_>) -> Result<Option<Value>, ApiError> {
    let Some(answer) = pool.triggers.0.get(trigger.as_str()) else {
        return Ok(trigger.configured(pool).then(|| Value::Object(Map::new())));
    };
    let Some(rules) = answer.as_array() else { return respond(trigger, answer.get("error"), answer).map(Some) };
    let event = event.json(pool);
    let fits = |rule: &&Value| {
        let conditions = rule.get("when").and_then(Value::as_object);
        conditions.is_none_or(|conditions| {
            conditions.iter().all(|(at, wanted)| event.pointer(at).unwrap_or(&Value::Null) == wanted)
        })
    };
    match rules.iter().find(fits) {
        Some(rule) => respond(trigger, rule.get("error"), rule.get("response").unwrap_or(&Value::Null)).map(Some),
        None => Ok(Some(Value::Object(Map::new()))),
    }
}

/// What a trigger may answer: its one answer, or those of its rules.
pub(crate) fn answers(pool: &Pool, trigger: Trigger) -> Vec<&Value> {
    match pool.triggers.0.get(trigger.as_str()) {
        Some(Value::Array(rules)) => rules.iter().filter_map(|rule| rule.get("response")).collect(),
        one => one.into_iter().collect(),
    }
}

fn respond(trigger: Trigger, error: Option<&Value>, response: &Value) -> Result<Value, ApiError> {
    let Some(text) = error.and_then(Value::as_str) else { return Ok(response.clone()) };
    let message = format!("{} failed with error {text}.", trigger.as_str());
    Err(ApiError::new("UserLambdaValidationException", message))
}

/// The answer to a function whose response makes no sense.
pub(crate) fn unrecognizable(trigger: Trigger) -> ApiError {
    let message = format!("{} returned an unrecognizable lambda output.", trigger.as_str());
    ApiError::new("InvalidLambdaResponseException", message)
}

#[cfg(test)]
mod tests {
    use super::{Triggers, TriggersError};
    use serde_json::json;

    #[test]
    fn response_files_are_read_or_refused_with_a_reason() {
        let unknown = TriggersError::Unknown { name: "PreSignIn".to_owned() };
        assert_eq!(Triggers::read(json!({ "PreSignIn": {} })), Err(unknown));
        assert_eq!(Triggers::read(json!([])), Err(TriggersError::NotAnObject));
        for answer in [json!(1), json!("text"), json!([1]), json!([{ "when": {} }]), json!([{ "response": 1 }])] {
            let refused = TriggersError::NotAnAnswer { name: "PreSignUp".to_owned() };
            assert_eq!(Triggers::read(json!({ "PreSignUp": answer })), Err(refused));
        }
        let fine = json!({ "PreSignUp": { "autoConfirmUser": true }, "CustomMessage": [{ "error": "no" }] });
        assert!(Triggers::read(fine).is_ok());
    }
}
