//! What else the lab's window asks for: hosted login, deeds, errands, forms of a recording, the matrix.

use std::collections::BTreeMap;

use console::lab::{Deed, Errand, Language, MatrixRow, Said, SignIn, Standing, Step};
use model::client::Flow;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use specta::Type;

use super::{LabView, StepView};

/// Begins hosted login in the browser. Makes the user a monthly active user.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct HostedSignIn {
    /// The app client.
    pub client_id: String,
    /// OAuth scopes; empty for all that the client may have.
    pub scopes: Vec<String>,
}

/// What a signed-in user can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum DeedKind {
    /// Whether Cognito still takes the access token; free.
    StillSignedIn,
    /// What the token shows of its user at the pool's domain; free.
    UserInfo,
    /// Another password; free once signed in.
    ChangePassword,
    /// Registers the new device; free.
    RememberDevice,
    /// Forgets the device; free.
    ForgetDevice,
    /// Ends this refresh token; makes the user a monthly active user.
    Revoke,
    /// Ends every refresh token of the user; makes the user a monthly active user.
    SignOutEverywhere,
}

/// Does one of them.
#[derive(Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LabDeed {
    /// Which.
    pub kind: DeedKind,
    /// The password until now; empty for anything but changing it.
    #[specta(type = String)]
    pub old_password: SecretString,
    /// The new password; empty for anything but changing it.
    #[specta(type = String)]
    pub new_password: SecretString,
}

impl std::fmt::Debug for LabDeed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LabDeed").field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl From<LabDeed> for Deed {
    fn from(asked: LabDeed) -> Self {
        match asked.kind {
            DeedKind::StillSignedIn => Self::StillSignedIn,
            DeedKind::UserInfo => Self::UserInfo,
            DeedKind::ChangePassword => Self::ChangePassword { old: asked.old_password, new: asked.new_password },
            DeedKind::RememberDevice => Self::RememberDevice,
            DeedKind::ForgetDevice => Self::ForgetDevice,
            DeedKind::Revoke => Self::Revoke,
            DeedKind::SignOutEverywhere => Self::SignOutEverywhere,
        }
    }
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct DeedView {
    /// The sentence to show.
    pub said: String,
    /// Whether Cognito said no.
    pub refused: bool,
    /// Where the sign-in stands now.
    pub lab: LabView,
}

impl DeedView {
    /// Shows what came of a deed.
    #[must_use]
    pub fn new(said: Said, sign_in: &SignIn) -> Self {
        Self { said: said.text, refused: said.refused, lab: sign_in.into() }
    }
}

/// What a user does before they can sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ErrandKind {
    /// Creates an account; makes a monthly active user.
    SignUp,
    /// Confirms it with a code; makes a monthly active user.
    Confirm,
    /// Sends that code again.
    Resend,
    /// Sends a code for a new password; makes a monthly active user.
    Forgot,
    /// Sets a new password with a code; makes a monthly active user.
    ConfirmForgot,
}

/// Runs an errand.
#[derive(Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct LabErrand {
    /// The app client.
    pub client_id: String,
    /// The user name or an alias.
    pub username: String,
    /// Which.
    pub kind: ErrandKind,
    /// The code; empty where none is needed.
    #[specta(type = String)]
    pub code: SecretString,
    /// The password, or the new one; empty where none is needed.
    #[specta(type = String)]
    pub password: SecretString,
    /// Attributes by name, for a new account.
    pub attributes: BTreeMap<String, String>,
    /// `ClientMetadata` for the pool's triggers.
    pub metadata: BTreeMap<String, String>,
}

impl std::fmt::Debug for LabErrand {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LabErrand").field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl From<LabErrand> for Errand {
    fn from(asked: LabErrand) -> Self {
        match asked.kind {
            ErrandKind::SignUp => {
                let password = Some(asked.password).filter(|password| !password.expose_secret().is_empty());
                Self::SignUp { password, attributes: asked.attributes }
            }
            ErrandKind::Confirm => Self::Confirm(asked.code),
            ErrandKind::Resend => Self::Resend,
            ErrandKind::Forgot => Self::Forgot,
            ErrandKind::ConfirmForgot => Self::ConfirmForgot { code: asked.code, password: asked.password },
        }
    }
}

/// What came of an errand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ErrandView {
    /// The sentence to show.
    pub said: String,
    /// Whether Cognito said no.
    pub refused: bool,
    /// Every errand so far.
    pub steps: Vec<StepView>,
}

impl ErrandView {
    /// Shows what came of an errand.
    #[must_use]
    pub fn new(said: Said, steps: &[Step]) -> Self {
        Self { said: said.text, refused: said.refused, steps: steps.iter().map(StepView::from).collect() }
    }
}

/// A form of a recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum RecordingForm {
    /// Commands of the AWS CLI.
    AwsCli,
    /// Commands of curl.
    Curl,
    /// JavaScript for Amplify, version 6.
    JavaScript,
    /// Markdown for a ticket, without names and attributes.
    Report,
}

impl From<RecordingForm> for Language {
    fn from(form: RecordingForm) -> Self {
        match form {
            RecordingForm::AwsCli => Self::AwsCli,
            RecordingForm::Curl => Self::Curl,
            RecordingForm::JavaScript => Self::JavaScript,
            RecordingForm::Report => Self::Report,
        }
    }
}

/// Which recording is meant, and in which form.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct WriteRecording {
    /// The form.
    pub form: RecordingForm,
    /// The errands' recording and not the sign-in's.
    pub errands: bool,
}

/// A recording, written down. No secret is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct WrittenView {
    /// The text.
    pub text: String,
}

/// How a flow through a client stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum StandingKind {
    /// The client does not allow it.
    Closed,
    /// It is allowed and was not tried here.
    Untried,
    /// It led to tokens.
    Works,
    /// It was refused.
    Fails,
}

/// A cell of the matrix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct MatrixCellView {
    /// The flow.
    pub flow: String,
    /// How it stands.
    pub standing: StandingKind,
    /// Why; empty when there is nothing to explain.
    pub why: String,
}

/// A client and how every flow through it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct MatrixRowView {
    /// The client's id.
    pub id: String,
    /// Its name. Foreign text.
    pub name: String,
    /// Every flow, in the same order in each row.
    pub cells: Vec<MatrixCellView>,
}

impl From<&MatrixRow> for MatrixRowView {
    fn from(row: &MatrixRow) -> Self {
        let cell = |(flow, standing): &(&'static Flow, Standing)| {
            let (standing, why) = match standing {
                Standing::Closed(why) => (StandingKind::Closed, why.clone()),
                Standing::Untried => (StandingKind::Untried, String::new()),
                Standing::Works => (StandingKind::Works, String::new()),
                Standing::Fails(why) => (StandingKind::Fails, why.clone()),
            };
            MatrixCellView { flow: flow.name.to_owned(), standing, why }
        };
        Self {
            id: row.client.id.as_str().to_owned(),
            name: row.client.name.clone(),
            cells: row.cells.iter().map(cell).collect(),
        }
    }
}
