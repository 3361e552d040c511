//! Tokens that were foretold, and consumers that would take one.

use std::collections::BTreeMap;

use console::preview::{Foretold, Preview};
use model::token::{Acceptance, Answer, Demands, Ignored, Occasion, TriggerVersion, VARYING};
use model::{ClientId, Username};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use specta::Type;

use crate::WireError;
use crate::token::{ClaimView, claims_in_words};

/// Foretells the tokens of a user.
#[derive(Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PreviewTokens {
    /// Who.
    pub username: String,
    /// Through which client.
    pub client_id: String,
    /// With which scopes; none for a sign-in through the API.
    pub scopes: Vec<String>,
    /// `triggerSource`, such as `TokenGeneration_Authentication`.
    pub occasion: String,
    /// `ClientMetadata` for the trigger.
    pub metadata: BTreeMap<String, String>,
    /// The version of the trigger (`V1`, `V2`, `V3`); `null` for the pool's own.
    pub version: Option<String>,
    /// What the trigger answers, as JSON: `response` or the whole event; `null` or empty without one.
    pub response: Option<String>,
}

impl std::fmt::Debug for PreviewTokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PreviewTokens").field("version", &self.version).finish_non_exhaustive()
    }
}

impl PreviewTokens {
    /// What `console` is asked.
    ///
    /// # Errors
    /// The field that does not hold.
    pub fn parse(&self) -> Result<Preview, WireError> {
        let version = self.version.as_deref().map(|text| {
            let wrong = || WireError::validation("version", "The trigger has the versions V1, V2 and V3.");
            TriggerVersion::parse(text).ok_or_else(wrong)
        });
        let response = self.response.as_deref().filter(|text| !text.trim().is_empty()).map(|text| {
            serde_json::from_str::<Value>(text).map_err(|error| {
                let place = format!("line {}, column {}", error.line(), error.column());
                WireError::validation(
                    "response",
                    format!("The answer of the trigger is no JSON: it breaks at {place}."),
                )
            })
        });
        let occasion = Occasion::parse(&self.occasion);
        let username = Username::parse(self.username.trim());
        let client = ClientId::parse(self.client_id.clone());
        Ok(Preview {
            username: username.map_err(|error| WireError::validation("username", error.to_string()))?,
            client: client.map_err(|error| WireError::validation("clientId", error.to_string()))?,
            scopes: self.scopes.iter().filter(|scope| !scope.trim().is_empty()).cloned().collect(),
            occasion: occasion
                .ok_or_else(|| WireError::validation("occasion", "There is no such triggerSource for tokens."))?,
            metadata: self.metadata.clone(),
            version: version.transpose()?,
            response: response.transpose()?,
        })
    }
}

/// Tokens that were foretold. A prediction: nobody has signed in, and nothing is signed.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PreviewView {
    /// Always `true`: whoever reads this as JSON is told that these are no tokens.
    pub prediction: bool,
    /// The claims of the ID token; `null` when none would come.
    pub id_token: Option<Map<String, Value>>,
    /// The claims of the access token.
    pub access_token: Map<String, Value>,
    /// Claims that are new each time, so that they cannot be foretold.
    pub varying: Vec<String>,
    /// The version of the trigger that was used: `1`, `2` or `3`.
    pub version: String,
    /// What the trigger asks for and Cognito ignores.
    pub ignored: Vec<IgnoredView>,
    /// What a reader should know of this prediction.
    pub notes: Vec<String>,
    /// The event that the trigger would get: something to test a Lambda function with.
    pub event: Value,
}

/// Something that a trigger asks for and Cognito ignores.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct IgnoredView {
    /// `id`, `access`; `null` when it is about neither alone.
    pub token: Option<String>,
    /// The claim, scope or member. Foreign text.
    pub what: String,
    /// Why.
    pub why: String,
}

impl From<&Ignored> for IgnoredView {
    fn from(ignored: &Ignored) -> Self {
        Self {
            token: ignored.token.map(|token| token.as_str().to_owned()),
            what: ignored.what.clone(),
            why: ignored.why.to_owned(),
        }
    }
}

impl From<Foretold> for PreviewView {
    fn from(foretold: Foretold) -> Self {
        Self {
            prediction: true,
            varying: VARYING.map(str::to_owned).into(),
            version: foretold.version.of_event().to_owned(),
            ignored: foretold.tokens.ignored.iter().map(IgnoredView::from).collect(),
            id_token: foretold.tokens.id,
            access_token: foretold.tokens.access,
            notes: foretold.notes,
            event: foretold.tokens.event,
        }
    }
}

/// A prediction for the window: claims in words, JSON as text to copy.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PreviewPageView {
    /// The claims of the ID token in words; `null` when none would come.
    pub id_token: Option<Vec<ClaimView>>,
    /// The claims of the access token in words.
    pub access_token: Vec<ClaimView>,
    /// Claims that are new each time.
    pub varying: Vec<String>,
    /// The version of the trigger that was used: `1`, `2` or `3`.
    pub version: String,
    /// What the trigger asks for and Cognito ignores.
    pub ignored: Vec<IgnoredView>,
    /// What a reader should know of this prediction.
    pub notes: Vec<String>,
    /// The event that the trigger would get, as JSON.
    pub event: String,
}

impl From<Foretold> for PreviewPageView {
    fn from(foretold: Foretold) -> Self {
        let view = PreviewView::from(foretold);
        Self {
            id_token: view.id_token.as_ref().map(claims_in_words),
            access_token: claims_in_words(&view.access_token),
            varying: view.varying,
            version: view.version,
            ignored: view.ignored,
            notes: view.notes,
            event: serde_json::to_string_pretty(&view.event).unwrap_or_default(),
        }
    }
}

/// What is known of how the consumers of tokens are set up.
#[derive(Debug, Clone, Default, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DemandsRequest {
    /// Scopes of the method or route; empty when it has none.
    pub scopes: Vec<String>,
    /// Audiences that a JWT authorizer lists; empty when that is not known.
    pub audiences: Vec<String>,
    /// Groups that a field of AppSync demands; empty when that is not known.
    pub groups: Vec<String>,
    /// Whether the account's identity pools are read and asked about (free; at most twenty).
    pub identity_pools: bool,
}

impl From<DemandsRequest> for Demands {
    fn from(request: DemandsRequest) -> Self {
        let said = |list: Vec<String>| list.into_iter().map(|one| one.trim().to_owned()).filter(|one| !one.is_empty());
        Self {
            scopes: said(request.scopes).collect(),
            audiences: said(request.audiences).collect(),
            groups: said(request.groups).collect(),
            identity_pools: None,
        }
    }
}

/// Asks who would accept a token.
#[derive(Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct JudgeAcceptance {
    /// The compact token; `null` for the one of the lab that `kind` names.
    #[specta(type = Option<String>)]
    pub token: Option<SecretString>,
    /// Which token of the lab; `null` when `token` is given.
    pub kind: Option<crate::lab::TokenKind>,
    /// What is demanded.
    pub demands: DemandsRequest,
}

impl std::fmt::Debug for JudgeAcceptance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("JudgeAcceptance").field("demands", &self.demands).finish_non_exhaustive()
    }
}

/// Whether a consumer takes a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "lowercase")]
pub enum AcceptanceAnswer {
    /// It does, where it is set up for the user pool.
    Yes,
    /// It does not.
    No,
    /// That depends on something that cannot be seen.
    Unknown,
}

/// What one consumer does with a token, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AcceptanceView {
    /// Who: `api_gateway_cognito`, `api_gateway_jwt`, `alb_authenticate`, `alb_jwt`, `appsync`, `appsync_group`,
    /// `identity_pool`.
    pub consumer: String,
    /// Whether.
    pub answer: AcceptanceAnswer,
    /// Why. It may repeat names of groups and scopes: foreign text.
    pub reason: String,
    /// What would have to change; `null` when nothing has to.
    pub change: Option<String>,
}

impl From<&Acceptance> for AcceptanceView {
    fn from(acceptance: &Acceptance) -> Self {
        Self {
            consumer: acceptance.consumer.as_str().to_owned(),
            answer: match acceptance.answer {
                Answer::Yes => AcceptanceAnswer::Yes,
                Answer::No => AcceptanceAnswer::No,
                Answer::Unknown => AcceptanceAnswer::Unknown,
            },
            reason: acceptance.reason.clone(),
            change: acceptance.change.clone(),
        }
    }
}
