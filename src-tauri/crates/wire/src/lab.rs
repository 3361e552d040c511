//! The sign-in lab: where a sign-in stands and what was sent and answered.

use std::collections::BTreeMap;

use console::lab::{Outcome, Shown, SignIn, Stage, Step};
use model::ClientId;
use secrecy::ExposeSecret;
use serde::Serialize;
use specta::Type;

use crate::WireError;

/// Reads an app client's id.
///
/// # Errors
/// [`ErrorCode::Validation`](crate::ErrorCode::Validation) on `client`.
pub fn client_id(text: &str) -> Result<ClientId, WireError> {
    ClientId::parse(text).map_err(|error| WireError::validation("client", error.to_string()))
}

/// How far a sign-in has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "lowercase")]
pub enum SignInResult {
    /// There are tokens.
    Tokens,
    /// Cognito asks for more.
    Challenge,
    /// Cognito said no.
    Error,
}

/// A sign-in, with its tokens only where they were asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SignInView {
    /// How far it has come.
    pub result: SignInResult,
    /// The open challenge's name; left out when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub challenge: Option<String>,
    /// Cognito's refusal; left out when there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<RefusalView>,
    /// The tokens; left out unless they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokens: Option<TokensView>,
    /// Every call so far.
    pub steps: Vec<StepView>,
}

/// Cognito's refusal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RefusalView {
    /// The exception, such as `NotAuthorizedException`.
    pub code: String,
    /// What is behind it.
    pub message: String,
}

/// Tokens, shown because somebody asked for them.
#[derive(Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TokensView {
    /// The ID token; `null` when none came.
    pub id_token: Option<String>,
    /// The access token; `null` when none came.
    pub access_token: Option<String>,
    /// The refresh token; `null` when none came.
    pub refresh_token: Option<String>,
    /// How long ID and access token hold, in seconds.
    pub expires_in: i32,
}

impl std::fmt::Debug for TokensView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TokensView").field("expires_in", &self.expires_in).finish_non_exhaustive()
    }
}

/// One call and its answer, with nothing secret in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct StepView {
    /// AWS's operation.
    pub operation: String,
    /// The flow or challenge that it was about.
    pub subject: String,
    /// When it was sent.
    pub at: String,
    /// How long the answer took, in milliseconds.
    pub took_ms: u32,
    /// What was sent; secrets as `hidden, N characters`.
    pub request: BTreeMap<String, String>,
    /// What was answered; secrets as `hidden, N characters`.
    pub answer: BTreeMap<String, String>,
    /// `tokens`, the challenge's name, `done`, or the exception.
    pub outcome: String,
    /// What it means, in a sentence.
    pub meaning: String,
    /// What may come next.
    pub next: Vec<String>,
    /// AWS's id of a refused request; `null` when it was not refused.
    pub request_id: Option<String>,
}

impl From<&Step> for StepView {
    fn from(step: &Step) -> Self {
        let (outcome, request_id) = match &step.outcome {
            Outcome::Tokens => ("tokens".to_owned(), None),
            Outcome::Done => ("done".to_owned(), None),
            Outcome::Challenge(name) => (name.clone(), None),
            Outcome::Refused { code, request_id, .. } => (code.clone(), request_id.clone()),
        };
        Self {
            operation: step.operation.to_owned(),
            subject: step.subject.clone(),
            at: step.at.to_string(),
            took_ms: crate::count(step.took_ms),
            request: shown(&step.request),
            answer: shown(&step.answer),
            outcome,
            meaning: step.meaning.clone(),
            next: step.next.clone(),
            request_id,
        }
    }
}

fn shown(values: &BTreeMap<String, Shown>) -> BTreeMap<String, String> {
    let text = |value: &Shown| match value {
        Shown::Plain(text) => text.clone(),
        Shown::Hidden(length) => format!("hidden, {length} characters"),
    };
    values.iter().map(|(name, value)| (name.clone(), text(value))).collect()
}

impl SignInView {
    /// Shows a sign-in; `reveal` shows the tokens as well.
    #[must_use]
    pub fn new(sign_in: &SignIn, reveal: bool) -> Self {
        let steps = sign_in.steps().iter().map(StepView::from).collect();
        let none = Self { result: SignInResult::Error, challenge: None, error: None, tokens: None, steps };
        match sign_in.stage() {
            Stage::Challenge(challenge) => {
                Self { result: SignInResult::Challenge, challenge: Some(challenge.name.clone()), ..none }
            }
            Stage::Refused { code, explanation } => {
                let error = RefusalView { code: code.clone(), message: explanation.clone() };
                Self { error: Some(error), ..none }
            }
            Stage::Tokens(tokens) => {
                let text = |token: &Option<secrecy::SecretString>| {
                    token.as_ref().map(|token| token.expose_secret().to_owned())
                };
                let shown = reveal.then(|| TokensView {
                    id_token: text(&tokens.id),
                    access_token: text(&tokens.access),
                    refresh_token: text(&tokens.refresh),
                    expires_in: tokens.expires_in,
                });
                Self { result: SignInResult::Tokens, tokens: shown, ..none }
            }
        }
    }
}
