//! The sign-in lab: one sign-in at a time. Its secrets stay here; the window sees what it asks to reveal.

use std::time::Duration;

use console::OpenPool;
use console::lab::{Bench, LabClient, SignIn, Start};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::MutexGuard;
use wire::lab::{
    AnswerChallenge, ClientLineView, DeedView, EnrolmentView, ErrandView, HostedSignIn, LabClientView, LabDeed,
    LabErrand, LabView, MatrixRowView, OneClient, OneCode, OneToken, RevealedView, StartSignIn, WriteRecording,
    WrittenView, client_id, token_of,
};
use wire::token::InspectedView;
use wire::{ErrorCode, WireError};

use super::{Answer, Desk, tokens};
use crate::browser;

/// How long a person may take in the browser.
const IN_BROWSER: Duration = Duration::from_secs(120);

/// The pool's app clients (`ListUserPoolClients`; free); those of the local copy where AWS cannot be asked.
#[tauri::command]
#[specta::specta]
pub(crate) async fn list_clients(desk: Desk<'_>) -> Answer<Vec<ClientLineView>> {
    let pool = desk.pool()?;
    desk.warm(pool.connection().sandbox).await;
    Ok(pool.client_names().await?.iter().map(ClientLineView::from).collect())
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
    let (pool, round) = (desk.pool()?, desk.opened()?.round());
    let client = client(&desk, &request.client_id).await?;
    let bench = table(&desk, round).await?;
    let given = |secret: &SecretString| !secret.expose_secret().is_empty();
    let (username, password) = match (request.use_held_token, bench.refresh_token()) {
        (false, _) => (request.username, request.password.filter(given)),
        (true, Some((username, token))) => (username.to_owned(), Some(token.clone())),
        (true, None) => {
            return Err(WireError::new(ErrorCode::Precondition, "The lab holds no refresh token. Sign in first."));
        }
    };
    let device = bench.device_of(&username).filter(|_| request.use_device).cloned();
    drop(bench);
    let start = Start {
        password,
        totp: request.totp.filter(given),
        device,
        scopes: request.scopes,
        metadata: request.metadata,
        ..Start::new(pool.key().pool.clone(), client, &request.flow, &username)
    };
    let sign_in = desk.console().await?.sign_in(pool.connection(), start).await?;
    lay_down(&desk, round, sign_in).await
}

/// Opens hosted login in the browser and waits until it comes back. Makes the user a monthly active user.
#[tauri::command]
#[specta::specta]
pub(crate) async fn hosted_sign_in(desk: Desk<'_>, request: HostedSignIn) -> Answer<LabView> {
    // Made first, so that who leaves while AWS is still asked is heard.
    let left = desk.opened()?.browser_left();
    let (pool, round) = (desk.pool()?, desk.opened()?.round());
    let sign_in = tokio::select! {
        sign_in = in_browser(&desk, &pool, request) => sign_in?,
        () = left => return Err(WireError::new(ErrorCode::Cancelled, "The browser is waited for no longer.")),
    };
    lay_down(&desk, round, sign_in).await
}

/// From the client's description to what the browser comes back with.
async fn in_browser(desk: &Desk<'_>, pool: &OpenPool, request: HostedSignIn) -> Result<SignIn, WireError> {
    let client = client(desk, &request.client_id).await?;
    let start =
        Start { scopes: request.scopes, ..Start::new(pool.key().pool.clone(), client, "authorization_code", "") };
    let local = if pool.connection().sandbox {
        let no_port = |error: sandbox::Error| WireError::new(ErrorCode::Precondition, error.to_string());
        Some(desk.playground().address().await.map_err(no_port)?)
    } else {
        None
    };
    let login = desk.console().await?.hosted_login(pool.connection(), start, local.as_deref()).await?;
    browser::open(login.url().to_owned()).await?;
    Ok(login.finish(IN_BROWSER).await?)
}

/// Waits for the browser no longer and closes the port.
#[tauri::command]
#[specta::specta]
pub(crate) async fn leave_browser(desk: Desk<'_>) -> Answer<()> {
    if let Ok(opened) = desk.opened() {
        opened.leave_browser();
    }
    Ok(())
}

/// Does the sign-in again, with what was typed the first time; codes are asked for again. Makes the user a monthly active
/// user.
#[tauri::command]
#[specta::specta]
pub(crate) async fn replay_sign_in(desk: Desk<'_>) -> Answer<LabView> {
    let (pool, round) = (desk.pool()?, desk.opened()?.round());
    let console = desk.console().await?;
    let mut bench = table(&desk, round).await?;
    let again = console.replay(pool.connection(), held(&mut bench)?).await?;
    let view = LabView::from(&again);
    bench.sign_in = Some(again);
    bench.note();
    Ok(view)
}

/// Answers the open challenge.
#[tauri::command]
#[specta::specta]
pub(crate) async fn answer_challenge(desk: Desk<'_>, request: AnswerChallenge) -> Answer<LabView> {
    let mut bench = desk.opened()?.lab.lock().await;
    held(&mut bench)?.answer(&request.into()).await?;
    noted(&mut bench)
}

/// Begins enrolling an authenticator app.
#[tauri::command]
#[specta::specta]
pub(crate) async fn enrol_authenticator(desk: Desk<'_>) -> Answer<EnrolmentView> {
    let round = desk.opened()?.round();
    let mut bench = table(&desk, round).await?;
    let (secret, code) = held(&mut bench)?.enrol().await?;
    desk.opened()?.still(round)?;
    desk.shield(true);
    Ok(EnrolmentView::new(&secret, code))
}

/// Copies the secret of the app that is being enrolled; half a minute later it is off the clipboard.
#[tauri::command]
#[specta::specta]
pub(crate) async fn copy_enrolment(desk: Desk<'_>) -> Answer<()> {
    let mut bench = table(&desk, desk.opened()?.round()).await?;
    let secret = held(&mut bench)?.enrolling()?;
    desk.clipboard().copy(desk.opened()?.key(), secret)
}

/// Ends the enrolment with a code of the app and goes on with the sign-in.
#[tauri::command]
#[specta::specta]
pub(crate) async fn verify_enrolment(desk: Desk<'_>, request: OneCode) -> Answer<LabView> {
    let mut bench = desk.opened()?.lab.lock().await;
    held(&mut bench)?.verify_enrolment(request.code.expose_secret()).await?;
    noted(&mut bench)
}

/// Shows a token because somebody pressed Reveal or Copy.
#[tauri::command]
#[specta::specta]
pub(crate) async fn reveal_token(desk: Desk<'_>, request: OneToken) -> Answer<RevealedView> {
    let round = desk.opened()?.round();
    desk.shows_secret()?;
    let mut bench = table(&desk, round).await?;
    let token = token_of(held(&mut bench)?, request.kind)?;
    Ok(RevealedView { value: token.expose_secret().to_owned() })
}

/// What a token of the sign-in says and whether it holds.
#[tauri::command]
#[specta::specta]
pub(crate) async fn inspect_lab_token(desk: Desk<'_>, request: OneToken) -> Answer<InspectedView> {
    let (token, expected) = {
        let mut bench = desk.opened()?.lab.lock().await;
        let sign_in = held(&mut bench)?;
        (token_of(sign_in, request.kind)?, tokens::expected_of(sign_in, request.kind))
    };
    let console = desk.console().await?;
    tokens::inspect(&desk, &console, None, token.expose_secret(), &expected).await
}

/// Does what a signed-in user can do: asking whether the session holds, another password, the device, signing out.
#[tauri::command]
#[specta::specta]
pub(crate) async fn do_in_lab(desk: Desk<'_>, request: LabDeed) -> Answer<DeedView> {
    let mut bench = desk.opened()?.lab.lock().await;
    let sign_in = held(&mut bench)?;
    let before = sign_in.device().map(|device| device.key.clone());
    let said = sign_in.carry_out(&request.into()).await;
    // Also when it ended halfway: a device may be registered all the same.
    let (after, view) = (sign_in.device().is_some(), said.map(|said| DeedView::new(said, sign_in)));
    match before {
        Some(key) if !after => bench.forget_device(&key),
        _ => bench.note(),
    }
    Ok(view?)
}

/// Ends the browser's own session at the pool's domain.
#[tauri::command]
#[specta::specta]
pub(crate) async fn sign_out_in_browser(desk: Desk<'_>) -> Answer<()> {
    let address = held(&mut *desk.opened()?.lab.lock().await)?.logout_url().await?;
    browser::open(address).await
}

/// Does what a user does before they can sign in: signing up, confirming, a forgotten password.
#[tauri::command]
#[specta::specta]
pub(crate) async fn run_errand(desk: Desk<'_>, request: LabErrand) -> Answer<ErrandView> {
    let (pool, round) = (desk.pool()?, desk.opened()?.round());
    let client = client(&desk, &request.client_id).await?;
    let mut bench = table(&desk, round).await?;
    let mut errands = match bench.errands.take().filter(|errands| *errands.pool() == pool.key().pool) {
        Some(mut errands) => {
            errands.through(client);
            errands
        }
        None => desk.console().await?.errands(pool.connection(), &pool.key().pool, client).await?,
    };
    let (username, metadata) = (request.username.clone(), request.metadata.clone());
    let said = errands.run(username.trim(), &metadata, &request.into()).await;
    let view = said.map(|said| ErrandView::new(said, errands.steps()));
    bench.errands = Some(errands);
    Ok(view?)
}

/// Writes a recording as commands, as code or as a report. No secret is in it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn write_recording(desk: Desk<'_>, request: WriteRecording) -> Answer<WrittenView> {
    let mut bench = desk.opened()?.lab.lock().await;
    let text = match &bench.errands {
        Some(errands) if request.errands => errands.recipe().write(request.form.into()),
        _ => held(&mut bench)?.recipe().write(request.form.into()),
    };
    Ok(WrittenView { text })
}

/// How every flow through every client of the pool stands (`DescribeUserPoolClient` for each; free).
#[tauri::command]
#[specta::specta]
pub(crate) async fn get_lab_matrix(desk: Desk<'_>) -> Answer<Vec<MatrixRowView>> {
    let pool = desk.pool()?;
    desk.warm(pool.connection().sandbox).await;
    let clients = desk.console().await?.described_clients(pool.connection(), &pool.key().pool).await?;
    Ok(desk.opened()?.lab.lock().await.matrix(&clients).iter().map(MatrixRowView::from).collect())
}

/// Forgets the sign-in with its secrets. What worked and what did not is remembered until the pool is left.
#[tauri::command]
#[specta::specta]
pub(crate) async fn forget_sign_in(desk: Desk<'_>) -> Answer<()> {
    if let Ok(opened) = desk.opened() {
        opened.lab.lock().await.sign_in = None;
    }
    Ok(())
}

/// Forgets sign-ins, devices, tokens and credentials of every open pool, also those that are still on their way, and takes
/// them off the clipboard.
#[tauri::command]
#[specta::specta]
pub(crate) async fn forget_secrets(desk: Desk<'_>) -> Answer<()> {
    desk.forget_secrets().await;
    Ok(())
}

/// Puts a sign-in on the table, unless secrets were forgotten since it began: then its own go, too.
async fn lay_down(desk: &Desk<'_>, round: u64, sign_in: SignIn) -> Answer<LabView> {
    let mut bench = desk.opened()?.lab.lock().await;
    desk.opened()?.still(round)?;
    let view = LabView::from(&sign_in);
    bench.sign_in = Some(sign_in);
    bench.note();
    Ok(view)
}

/// The lab's table, unless the pool was left or secrets were forgotten meanwhile: what is done there belongs to what is
/// open.
pub(super) async fn table<'a>(desk: &'a Desk<'_>, round: u64) -> Result<MutexGuard<'a, Bench>, WireError> {
    let bench = desk.opened()?.lab.lock().await;
    desk.opened()?.still(round)?;
    Ok(bench)
}

fn held(bench: &mut Bench) -> Result<&mut SignIn, WireError> {
    let none = || WireError::new(ErrorCode::Precondition, "There is no sign-in. Start one.");
    bench.sign_in.as_mut().ok_or_else(none)
}

/// Notes how far the sign-in has come, and shows it.
fn noted(bench: &mut Bench) -> Answer<LabView> {
    bench.note();
    Ok(LabView::from(&*held(bench)?))
}

async fn client(desk: &Desk<'_>, id: &str) -> Result<LabClient, WireError> {
    let (pool, id) = (desk.pool()?, client_id(id)?);
    desk.warm(pool.connection().sandbox).await;
    Ok(desk.console().await?.client(pool.connection(), &pool.key().pool, &id).await?)
}
