//! The sign-in lab: one sign-in at a time. Its secrets stay here; the window sees what it asks to reveal.

use std::collections::BTreeMap;

use console::lab::{LabClient, Start};
use secrecy::ExposeSecret;
use wire::lab::{
    AnswerChallenge, ClientLineView, EnrolmentView, LabClientView, LabView, OneClient, OneCode, OneToken, RevealedView,
    StartSignIn, client_id, token_of,
};
use wire::token::InspectedView;
use wire::{ErrorCode, WireError};

use super::{Answer, Desk, tokens};

/// The pool's app clients (`ListUserPoolClients`; free).
#[tauri::command]
#[specta::specta]
pub(crate) async fn list_clients(desk: Desk<'_>) -> Answer<Vec<ClientLineView>> {
    let pool = desk.pool()?;
    desk.warm(pool.connection().sandbox).await;
    let clients = desk.console().await?.clients(pool.connection(), &pool.key().pool).await?;
    Ok(clients.iter().map(ClientLineView::from).collect())
}

/// What an app client allows (`DescribeUserPoolClient`; free). Its secret stays here.
#[tauri::command]
#[specta::specta]
pub(crate) async fn describe_client(desk: Desk<'_>, request: OneClient) -> Answer<LabClientView> {
    Ok(LabClientView::from(&client(&desk, &request.client_id).await?))
}

/// Begins a sign-in and goes as far as it needs nobody. Makes the user a monthly active user.
#[tauri::command]
#[specta::specta]
pub(crate) async fn start_sign_in(desk: Desk<'_>, request: StartSignIn) -> Answer<LabView> {
    let pool = desk.pool()?;
    let start = Start {
        pool: pool.key().pool.clone(),
        client: client(&desk, &request.client_id).await?,
        flow: request.flow,
        username: request.username,
        password: request.password.filter(|password| !password.is_empty()).map(Into::into),
        totp: request.totp.filter(|secret| !secret.is_empty()).map(Into::into),
        device: None,
        metadata: BTreeMap::new(),
    };
    let sign_in = desk.console().await?.sign_in(pool.connection(), start).await?;
    let view = LabView::from(&sign_in);
    let mut lab = desk.lab().lock().await;
    // Who left the pool meanwhile left the sign-in, too: its secrets go.
    if desk.pool().is_ok_and(|open| open.key() == pool.key()) {
        *lab = Some(sign_in);
    }
    Ok(view)
}

/// Answers the open challenge.
#[tauri::command]
#[specta::specta]
pub(crate) async fn answer_challenge(desk: Desk<'_>, request: AnswerChallenge) -> Answer<LabView> {
    let mut lab = desk.lab().lock().await;
    let sign_in = lab.as_mut().ok_or_else(none)?;
    sign_in.answer(&request.into()).await?;
    Ok(LabView::from(&*sign_in))
}

/// Begins enrolling an authenticator app.
#[tauri::command]
#[specta::specta]
pub(crate) async fn enrol_authenticator(desk: Desk<'_>) -> Answer<EnrolmentView> {
    let mut lab = desk.lab().lock().await;
    let secret = lab.as_mut().ok_or_else(none)?.enrol().await?;
    Ok(EnrolmentView { secret: secret.expose_secret().to_owned() })
}

/// Ends the enrolment with a code of the app and goes on with the sign-in.
#[tauri::command]
#[specta::specta]
pub(crate) async fn verify_enrolment(desk: Desk<'_>, request: OneCode) -> Answer<LabView> {
    let mut lab = desk.lab().lock().await;
    let sign_in = lab.as_mut().ok_or_else(none)?;
    sign_in.verify_enrolment(&request.code).await?;
    Ok(LabView::from(&*sign_in))
}

/// Shows a token because somebody pressed Reveal or Copy.
#[tauri::command]
#[specta::specta]
pub(crate) async fn reveal_token(desk: Desk<'_>, request: OneToken) -> Answer<RevealedView> {
    let lab = desk.lab().lock().await;
    let token = token_of(lab.as_ref().ok_or_else(none)?, request.kind)?;
    Ok(RevealedView { value: token.expose_secret().to_owned() })
}

/// What a token of the sign-in says and whether it holds.
#[tauri::command]
#[specta::specta]
pub(crate) async fn inspect_lab_token(desk: Desk<'_>, request: OneToken) -> Answer<InspectedView> {
    let token = token_of(desk.lab().lock().await.as_ref().ok_or_else(none)?, request.kind)?;
    let console = desk.console().await?;
    tokens::inspect(&desk, &console, None, token.expose_secret()).await
}

/// Whether Cognito still takes the access token (`GetUser` with the user's own token; free).
#[tauri::command]
#[specta::specta]
pub(crate) async fn check_sign_in(desk: Desk<'_>) -> Answer<String> {
    Ok(desk.lab().lock().await.as_ref().ok_or_else(none)?.still_signed_in().await?)
}

/// Signs the user out everywhere.
#[tauri::command]
#[specta::specta]
pub(crate) async fn sign_out_everywhere(desk: Desk<'_>) -> Answer<()> {
    Ok(desk.lab().lock().await.as_ref().ok_or_else(none)?.sign_out_everywhere().await?)
}

/// Forgets the sign-in with its secrets.
#[tauri::command]
#[specta::specta]
pub(crate) async fn forget_sign_in(desk: Desk<'_>) -> Answer<()> {
    *desk.lab().lock().await = None;
    Ok(())
}

async fn client(desk: &Desk<'_>, id: &str) -> Result<LabClient, WireError> {
    let (pool, id) = (desk.pool()?, client_id(id)?);
    desk.warm(pool.connection().sandbox).await;
    Ok(desk.console().await?.client(pool.connection(), &pool.key().pool, &id).await?)
}

fn none() -> WireError {
    WireError::new(ErrorCode::Precondition, "There is no sign-in. Start one.")
}
