//! The sign-in lab: where a sign-in stands and what was sent and answered.

use std::collections::BTreeMap;

use console::lab::{LabClient, Outcome, QrCode, Reply, SUGGESTED_CALLBACK, Shown, SignIn, Stage, Step};
use model::ClientId;
use model::client::{Door, FLOWS, Flow};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{ErrorCode, WireError};

mod deeds;

pub use deeds::{
    DeedKind, DeedView, ErrandKind, ErrandView, HostedSignIn, LabDeed, LabErrand, MatrixCellView, MatrixRowView,
    RecordingForm, StandingKind, WriteRecording, WrittenView,
};

/// Reads an app client's id.
///
/// # Errors
/// [`ErrorCode::Validation`] on `client`.
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
    /// A call failed on its way, or could not be made. A challenge that is still open may be answered again.
    Failed,
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
    /// Cognito's refusal or what failed; left out when there was none.
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
    /// `tokens`, the challenge's name, `done`, the exception, or the code of what failed, such as `unreachable`.
    pub outcome: String,
    /// What it means, in a sentence.
    pub meaning: String,
    /// What may come next.
    pub next: Vec<String>,
    /// AWS's id of a request that was refused or failed; `null` when neither, or none was told.
    pub request_id: Option<String>,
}

impl From<&Step> for StepView {
    fn from(step: &Step) -> Self {
        let (outcome, request_id) = match &step.outcome {
            Outcome::Tokens => ("tokens".to_owned(), None),
            Outcome::Done => ("done".to_owned(), None),
            Outcome::Challenge(name) => (name.clone(), None),
            Outcome::Refused { code, request_id, .. } => (code.clone(), request_id.clone()),
            Outcome::Failed { code, request_id, .. } => (code.as_str().to_owned(), request_id.clone()),
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
            Stage::Failed(failed) => {
                let error = RefusalView { code: failed.code.as_str().to_owned(), message: failed.in_full() };
                Self { result: SignInResult::Failed, error: Some(error), ..none }
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

/// An app client in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ClientLineView {
    /// Its id.
    pub id: String,
    /// Its name. Foreign text.
    pub name: String,
}

impl From<&(ClientId, String)> for ClientLineView {
    fn from((id, name): &(ClientId, String)) -> Self {
        Self { id: id.as_str().to_owned(), name: name.clone() }
    }
}

/// Names an app client.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct OneClient {
    /// Its id.
    pub client_id: String,
}

/// What an app client allows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LabClientView {
    /// Its id.
    pub id: String,
    /// Its name. Foreign text.
    pub name: String,
    /// Whether it has a secret; its digest is then added to every call.
    pub has_secret: bool,
    /// Whether a wrong user name is answered like a wrong password.
    pub hides_users: bool,
    /// Every flow, open or closed.
    pub flows: Vec<FlowView>,
    /// `AllowedOAuthScopes`.
    pub scopes: Vec<String>,
    /// The registered callback at which hosted login comes back to this machine; `null` when there is none.
    pub callback: Option<String>,
    /// A callback that can be added where there is none.
    pub suggested_callback: String,
    /// Whether the client names an address to lead to after signing out.
    pub logs_out: bool,
}

/// Who gets tokens, and for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum FlowKind {
    /// A user, by password or challenges.
    User,
    /// A user, for a refresh token.
    Refresh,
    /// A user, in a browser.
    Browser,
    /// The client itself.
    Machine,
}

impl From<&Flow> for FlowKind {
    fn from(flow: &Flow) -> Self {
        if flow.of_machine() {
            Self::Machine
        } else if flow.refreshes() {
            Self::Refresh
        } else if flow.door == Door::Browser {
            Self::Browser
        } else {
            Self::User
        }
    }
}

/// A way to sign in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FlowView {
    /// `AuthFlow`, the OAuth grant, or the operation.
    pub name: String,
    /// Who gets tokens.
    pub kind: FlowKind,
    /// What it is.
    pub meaning: String,
    /// Why the client does not allow it; `null` when it does.
    pub closed: Option<String>,
}

impl From<&LabClient> for LabClientView {
    fn from(lab: &LabClient) -> Self {
        let flow = |flow: &model::client::Flow| FlowView {
            name: flow.name.to_owned(),
            kind: flow.into(),
            meaning: flow.meaning.to_owned(),
            closed: lab.client.allows(flow).err().map(|why| why.to_string()),
        };
        Self {
            id: lab.client.id.as_str().to_owned(),
            name: lab.client.name.clone(),
            has_secret: lab.client.has_secret,
            hides_users: lab.client.hides_users,
            flows: FLOWS.iter().map(flow).collect(),
            scopes: lab.client.scopes.clone(),
            callback: lab.local_callbacks().first().map(|&url| url.to_owned()),
            suggested_callback: SUGGESTED_CALLBACK.to_owned(),
            logs_out: !lab.client.logout_urls.is_empty(),
        }
    }
}

/// Begins a sign-in. Makes the user a monthly active user.
#[derive(Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct StartSignIn {
    /// The app client.
    pub client_id: String,
    /// `AuthFlow`.
    pub flow: String,
    /// The user name or an alias.
    pub username: String,
    /// The password, or the refresh token; `null` where the flow asks for it later.
    #[specta(type = Option<String>)]
    pub password: Option<SecretString>,
    /// Whether the refresh token that the lab holds is sent, of the user whose it is. Then neither has to be given.
    pub use_held_token: bool,
    /// The secret of an authenticator app in base 32; `null` to be asked for its code.
    #[specta(type = Option<String>)]
    pub totp: Option<SecretString>,
    /// OAuth scopes of a machine's token; empty for all that it may have.
    pub scopes: Vec<String>,
    /// `ClientMetadata` for the pool's triggers.
    pub metadata: BTreeMap<String, String>,
    /// Whether a device that was remembered for this user name is used.
    pub use_device: bool,
}

impl std::fmt::Debug for StartSignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StartSignIn").field("flow", &self.flow).finish_non_exhaustive()
    }
}

/// What kind of answer is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ReplyKind {
    /// The code of a message or an app.
    Code,
    /// A new password.
    NewPassword,
    /// One of what can be chosen.
    Choice,
    /// The password.
    Password,
    /// What a trigger asked for.
    Text,
}

/// Answers the open challenge.
#[derive(Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AnswerChallenge {
    /// What kind of answer it is.
    pub kind: ReplyKind,
    /// The answer.
    #[specta(type = String)]
    pub value: SecretString,
    /// Attributes by name, with a new password.
    pub attributes: BTreeMap<String, String>,
}

impl std::fmt::Debug for AnswerChallenge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AnswerChallenge").field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl From<AnswerChallenge> for Reply {
    fn from(answer: AnswerChallenge) -> Self {
        match answer.kind {
            ReplyKind::Code => Self::Code(answer.value),
            ReplyKind::NewPassword => Self::NewPassword { password: answer.value, attributes: answer.attributes },
            ReplyKind::Choice => Self::Choice(answer.value.expose_secret().to_owned()),
            ReplyKind::Password => Self::Password(answer.value),
            ReplyKind::Text => Self::Text(answer.value),
        }
    }
}

/// A code.
#[derive(Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct OneCode {
    /// The code of the authenticator app.
    #[specta(type = String)]
    pub code: SecretString,
}

impl std::fmt::Debug for OneCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OneCode")
    }
}

/// What an authenticator app is fed with, shown because somebody began to enrol one.
#[derive(Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct EnrolmentView {
    /// The shared secret in base 32.
    pub secret: String,
    /// Modules on a side of its QR code; 0 when it is too long for one.
    pub qr_size: u32,
    /// The SVG path of the dark modules.
    pub qr_path: String,
}

impl EnrolmentView {
    /// Shows a secret and its picture.
    #[must_use]
    pub fn new(secret: &SecretString, code: Option<QrCode>) -> Self {
        let size = code.as_ref().map_or(0, |code| u32::try_from(code.size).unwrap_or_default());
        let path = code.map(|code| code.path).unwrap_or_default();
        Self { secret: secret.expose_secret().to_owned(), qr_size: size, qr_path: path }
    }
}

impl std::fmt::Debug for EnrolmentView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EnrolmentView")
    }
}

/// Which of the tokens is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum TokenKind {
    /// The ID token.
    Id,
    /// The access token.
    Access,
    /// The refresh token.
    Refresh,
}

/// Names one of the tokens of the sign-in.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct OneToken {
    /// Which.
    pub kind: TokenKind,
}

/// What is said again before secrets of Production are shown.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ConfirmSecrets {
    /// The name or id of the pool, or the passphrase of the local data.
    #[specta(type = String)]
    pub given: SecretString,
}

/// Whether the window shows a secret.
#[derive(Debug, Clone, Copy, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ShowsSecrets {
    /// Whether it does, from now on.
    pub shown: bool,
}

/// A secret that somebody asked to see, or to have made.
#[derive(Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RevealedView {
    /// The secret.
    pub value: String,
}

impl std::fmt::Debug for RevealedView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RevealedView")
    }
}

/// A sign-in in the window: the tokens stay behind, only their kinds are told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LabView {
    /// How far it has come.
    pub result: SignInResult,
    /// The open challenge; `null` when there is none.
    pub challenge: Option<ChallengeView>,
    /// Cognito's refusal or what failed; `null` when there was none.
    pub error: Option<RefusalView>,
    /// The tokens that are held.
    pub tokens: Vec<TokenKind>,
    /// How long ID and access token hold, in seconds; `null` without tokens.
    pub expires_in: Option<i32>,
    /// The user's real name, once Cognito has told it. Foreign text.
    pub username: String,
    /// The flow.
    pub flow: String,
    /// The app client.
    pub client_id: String,
    /// The key of a new device that came with the tokens and can be remembered; `null` when none did.
    pub new_device: Option<String>,
    /// The key of the device that is remembered; `null` when none is.
    pub device: Option<String>,
    /// Whether the browser's own session at the pool's domain can be ended.
    pub logs_out: bool,
    /// Whether a refresh token is held, also after a refusal.
    pub refreshes: bool,
    /// Every call so far.
    pub steps: Vec<StepView>,
}

/// A challenge that waits for an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ChallengeView {
    /// Its name.
    pub name: String,
    /// Where a code was sent, masked; `null` when none was.
    pub destination: Option<String>,
    /// What can be chosen.
    pub choices: Vec<String>,
    /// Attributes that a new password must come with.
    pub required_attributes: Vec<String>,
    /// What a trigger asks, by name. Foreign text.
    pub questions: BTreeMap<String, String>,
    /// How to get a passkey's answer; `null` when none is asked for.
    pub passkey: Option<PasskeyView>,
}

impl ChallengeView {
    fn new(name: &str, parameters: &BTreeMap<String, String>, available: &[String]) -> Self {
        let list = |parameter: &str| -> Vec<String> {
            parameters.get(parameter).and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default()
        };
        let choices = if available.is_empty() { list("MFAS_CAN_CHOOSE") } else { available.to_vec() };
        let required = list("requiredAttributes").into_iter();
        let asked = parameters.iter().filter(|(field, _)| name == "CUSTOM_CHALLENGE" && *field != "USERNAME");
        let questions = asked.map(|(field, value)| (field.clone(), value.clone())).collect();
        let passkey = parameters.get("CREDENTIAL_REQUEST_OPTIONS").and_then(|options| PasskeyView::read(options));
        Self {
            name: name.to_owned(),
            destination: parameters.get("CODE_DELIVERY_DESTINATION").cloned(),
            choices: if choices.is_empty() { list("MFAS_CAN_SETUP") } else { choices },
            required_attributes: required.map(|name| name.trim_start_matches("userAttributes.").to_owned()).collect(),
            questions,
            passkey,
        }
    }
}

/// What a page on the passkey's own domain is asked for; a desktop cannot use a passkey of that domain itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PasskeyView {
    /// The domain that the passkey belongs to; empty when the pool did not tell. Foreign text.
    pub domain: String,
    /// JavaScript for the console of a page there; it copies the credential.
    pub script: String,
}

impl PasskeyView {
    fn read(options: &str) -> Option<Self> {
        let options: serde_json::Value = serde_json::from_str(options).ok()?;
        let domain = options["rpId"].as_str().unwrap_or_default().to_owned();
        // JSON is a literal of JavaScript, but for two line ends of older engines, which JSON may escape.
        let literal = options.to_string().replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029");
        let script = format!(
            "const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON({literal});\n\
             const credential = await navigator.credentials.get({{ publicKey }});\n\
             copy(JSON.stringify(credential));\n"
        );
        Some(Self { domain, script })
    }
}

impl From<&SignIn> for LabView {
    fn from(sign_in: &SignIn) -> Self {
        let told = SignInView::new(sign_in, false);
        let (mut challenge, mut tokens, mut expires_in) = (None, Vec::new(), None);
        match sign_in.stage() {
            Stage::Challenge(open) => {
                challenge = Some(ChallengeView::new(&open.name, &open.parameters, &open.available));
            }
            Stage::Tokens(held) => {
                let kinds = [
                    (TokenKind::Id, held.id.is_some()),
                    (TokenKind::Access, held.access.is_some()),
                    (TokenKind::Refresh, sign_in.refresh_token().is_some()),
                ];
                tokens = kinds.into_iter().filter(|(_, is_held)| *is_held).map(|(kind, _)| kind).collect();
                expires_in = Some(held.expires_in);
            }
            Stage::Refused { .. } | Stage::Failed(_) => {}
        }
        // A wrong code may be tried again: then the question is still open.
        if let (None, Some(open)) = (&challenge, sign_in.open_challenge()) {
            challenge = Some(ChallengeView::new(&open.name, &open.parameters, &open.available));
        }
        Self {
            result: told.result,
            challenge,
            error: told.error,
            tokens,
            expires_in,
            username: sign_in.username().to_owned(),
            flow: sign_in.flow().name.to_owned(),
            client_id: sign_in.start().client.client.id.as_str().to_owned(),
            new_device: sign_in.new_device().map(str::to_owned),
            device: sign_in.device().map(|device| device.key.clone()),
            logs_out: sign_in.flow().door == Door::Browser && !sign_in.start().client.client.logout_urls.is_empty(),
            refreshes: sign_in.refresh_token().is_some(),
            steps: told.steps,
        }
    }
}

/// The text of a token of the sign-in.
///
/// # Errors
/// [`ErrorCode::Precondition`] when there is no such token.
pub fn token_of(sign_in: &SignIn, kind: TokenKind) -> Result<SecretString, WireError> {
    let Stage::Tokens(tokens) = sign_in.stage() else {
        return Err(WireError::new(ErrorCode::Precondition, "There are no tokens yet. Sign in first."));
    };
    let token = match kind {
        TokenKind::Id => &tokens.id,
        TokenKind::Access => &tokens.access,
        TokenKind::Refresh => &sign_in.refresh_token().cloned(),
    };
    token.clone().ok_or_else(|| WireError::new(ErrorCode::Precondition, "This sign-in gave no such token."))
}
