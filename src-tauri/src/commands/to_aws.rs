//! From a token to AWS. The credentials stay here; the window sees what it asks to reveal.

use console::to_aws::{environment, profile};
use secrecy::{ExposeSecret, SecretString};
use wire::identities::{IdentitiesView, IdentityView, ListIdentities, OneIdentity};
use wire::lab::{RevealedView, TokenKind, token_of};
use wire::to_aws::{
    CredentialsForm, ExchangeToken, ExchangeView, IdentityPoolLineView, IdentityPoolView, OneForm, OneIdentityPool,
    PROFILE, identity_pool_id,
};
use wire::{ErrorCode, WireError};

use super::{Answer, Desk};

/// The account's identity pools (`ListIdentityPools`; free).
#[tauri::command]
#[specta::specta]
pub(crate) async fn list_identity_pools(desk: Desk<'_>) -> Answer<Vec<IdentityPoolLineView>> {
    let pool = desk.pool()?;
    desk.warm(pool.connection().sandbox).await;
    let pools = desk.console().await?.identity_pools(pool.connection()).await?;
    Ok(pools.iter().map(IdentityPoolLineView::from).collect())
}

/// How an identity pool is set up (`DescribeIdentityPool`, `GetIdentityPoolRoles`; free).
#[tauri::command]
#[specta::specta]
pub(crate) async fn describe_identity_pool(desk: Desk<'_>, request: OneIdentityPool) -> Answer<IdentityPoolView> {
    let (pool, id) = (desk.pool()?, identity_pool_id(&request.identity_pool_id)?);
    desk.warm(pool.connection().sandbox).await;
    Ok(IdentityPoolView::from(&desk.console().await?.identity_pool(pool.connection(), &id).await?))
}

/// A page of the identities in an identity pool (`ListIdentities`; five requests a second; free).
#[tauri::command]
#[specta::specta]
pub(crate) async fn list_identities(desk: Desk<'_>, request: ListIdentities) -> Answer<IdentitiesView> {
    let (pool, id) = (desk.pool()?, identity_pool_id(&request.identity_pool_id)?);
    desk.warm(pool.connection().sandbox).await;
    let page = desk.console().await?.identities(pool.connection(), &id, request.next).await?;
    Ok(IdentitiesView::from(&page))
}

/// One identity: its logins and its dates (`DescribeIdentity`; free).
#[tauri::command]
#[specta::specta]
pub(crate) async fn describe_identity(desk: Desk<'_>, request: OneIdentity) -> Answer<IdentityView> {
    let pool = desk.pool()?;
    desk.warm(pool.connection().sandbox).await;
    Ok(IdentityView::from(&desk.console().await?.identity(pool.connection(), &request.identity_id).await?))
}

/// Exchanges a token, or being a guest, for AWS credentials. Free; makes nobody billable.
#[tauri::command]
#[specta::specta]
pub(crate) async fn exchange_token(desk: Desk<'_>, request: ExchangeToken) -> Answer<ExchangeView> {
    let (pool, round) = (desk.pool()?, desk.opened()?.round());
    desk.warm(pool.connection().sandbox).await;
    let lab = desk.opened()?.lab.lock().await;
    let none = || WireError::new(ErrorCode::Precondition, "There is no sign-in. Sign in first, or paste an ID token.");
    let ask = request.ask(|| token_of(lab.sign_in.as_ref().ok_or_else(none)?, TokenKind::Id))?;
    drop(lab);
    let exchange = desk.console().await?.exchange(pool.connection(), ask).await?;
    let mut held = desk.opened()?.exchange.lock().await;
    desk.opened()?.still(round)?;
    let view = ExchangeView::from(&exchange);
    *held = Some(exchange);
    Ok(view)
}

/// Shows the credentials because somebody pressed Reveal.
#[tauri::command]
#[specta::specta]
pub(crate) async fn reveal_credentials(desk: Desk<'_>, request: OneForm) -> Answer<RevealedView> {
    let round = desk.opened()?.round();
    desk.shows_secret()?;
    let text = written(&desk, request.form).await?;
    desk.opened()?.still(round)?;
    Ok(RevealedView { value: text.expose_secret().to_owned() })
}

/// Copies the credentials; half a minute later they are off the clipboard.
#[tauri::command]
#[specta::specta]
pub(crate) async fn copy_credentials(desk: Desk<'_>, request: OneForm) -> Answer<()> {
    let round = desk.opened()?.round();
    desk.pool()?.may_show_secrets()?;
    let text = written(&desk, request.form).await?;
    desk.opened()?.still(round)?;
    desk.clipboard().copy(desk.opened()?.key(), text)
}

/// Forgets the credentials.
#[tauri::command]
#[specta::specta]
pub(crate) async fn forget_credentials(desk: Desk<'_>) -> Answer<()> {
    if let Ok(opened) = desk.opened() {
        *opened.exchange.lock().await = None;
        // What was copied in another pool stays its time.
        desk.clipboard().forget_of(&opened.key());
    }
    Ok(())
}

async fn written(desk: &Desk<'_>, form: CredentialsForm) -> Result<SecretString, WireError> {
    let held = desk.opened()?.exchange.lock().await;
    let none = || WireError::new(ErrorCode::Precondition, "There are no credentials. Exchange a token first.");
    let exchange = held.as_ref().ok_or_else(none)?;
    let credentials = exchange.credentials.clone().ok_or_else(none)?;
    let region = exchange.pool.id.as_str().split_once(':').map_or("", |(region, _)| region).to_owned();
    drop(held);
    match form {
        CredentialsForm::Environment => Ok(environment(&credentials, &region)),
        CredentialsForm::Profile => Ok(profile(&credentials, PROFILE, &region)),
        CredentialsForm::ConsoleUrl => {
            let pool = desk.pool()?;
            Ok(desk.console().await?.console_url(pool.connection(), &credentials).await?)
        }
    }
}
