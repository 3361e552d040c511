//! Tokens: reading, verifying, comparing.

use console::Console;
use console::lab::SignIn;
use console::token::Wanted;
use secrecy::ExposeSecret;
use wire::lab::{OneToken, TokenKind, token_of};
use wire::preview::{AcceptanceView, JudgeAcceptance, PreviewPageView, PreviewTokens};
use wire::token::{
    CompareTokens, DifferenceView, ExpectedToken, InspectTokens, InspectedView, IssuerWanted, compare, pool_named,
    taken_out,
};
use wire::{ErrorCode, WireError};

use super::{Answer, Desk};

/// Takes every token out of a pasted text, says what each says, and verifies it with its pool's keys (public; free).
#[tauri::command]
#[specta::specta]
pub(crate) async fn inspect_tokens(desk: Desk<'_>, request: InspectTokens) -> Answer<Vec<InspectedView>> {
    let console = desk.console().await?;
    let mut inspected = Vec::new();
    for (label, compact) in taken_out(request.text.expose_secret()).into_iter().take(20) {
        inspected.push(inspect(&desk, &console, label, &compact, &request.expected).await?);
    }
    Ok(inspected)
}

/// Whether API Gateway, load balancers, AppSync and identity pools would accept a token.
#[tauri::command]
#[specta::specta]
pub(crate) async fn judge_acceptance(desk: Desk<'_>, request: JudgeAcceptance) -> Answer<Vec<AcceptanceView>> {
    let token = match (request.token, request.kind) {
        (Some(token), _) => token,
        (None, Some(kind)) => token_of(desk.opened()?.lab.lock().await.sign_in.as_ref().ok_or_else(no_sign_in)?, kind)?,
        (None, None) => return Err(WireError::validation("token", "Give a token.")),
    };
    let connection = desk.pool()?.connection().clone();
    desk.warm(connection.sandbox).await;
    let (console, compact) = (desk.console().await?, token.expose_secret());
    let verified = console.verify_token(&connection, compact, &Wanted::default()).await?;
    let read = request.demands.identity_pools;
    let all = console.acceptances(&connection, compact, &verified, request.demands.into(), read).await;
    Ok(all.iter().map(AcceptanceView::from).collect())
}

/// Foretells the tokens of a user from the local copy; nobody signs in. Reads the client (`DescribeUserPoolClient`; free).
#[tauri::command]
#[specta::specta]
pub(crate) async fn preview_tokens(desk: Desk<'_>, request: PreviewTokens) -> Answer<PreviewPageView> {
    let pool = desk.pool()?;
    desk.warm(pool.connection().sandbox).await;
    Ok(PreviewPageView::from(pool.preview_tokens(&request.parse()?).await?))
}

/// Copies a token of the sign-in; half a minute later it is off the clipboard.
#[tauri::command]
#[specta::specta]
pub(crate) async fn copy_token(desk: Desk<'_>, request: OneToken) -> Answer<()> {
    let round = desk.opened()?.round();
    desk.pool()?.may_show_secrets()?;
    // Others may hold the table until AWS answers; a token that they lay down meanwhile is none that was meant.
    let bench = super::lab::table(&desk, round).await?;
    let token = token_of(bench.sign_in.as_ref().ok_or_else(no_sign_in)?, request.kind)?;
    desk.clipboard().copy(desk.opened()?.key(), token)
}

fn no_sign_in() -> WireError {
    WireError::new(ErrorCode::Precondition, "There is no sign-in. Start one.")
}

/// What differs between two tokens.
#[tauri::command]
#[specta::specta]
pub(crate) async fn compare_tokens(request: CompareTokens) -> Answer<Vec<DifferenceView>> {
    compare(request.left.expose_secret(), request.right.expose_secret())
}

/// What is expected of a token that the lab holds: its own client and use, and the issuer as the pool is set.
pub(super) fn expected_of(sign_in: &SignIn, kind: TokenKind) -> ExpectedToken {
    let token_use = match kind {
        TokenKind::Id => Some("id"),
        TokenKind::Access => Some("access"),
        TokenKind::Refresh => None,
    };
    ExpectedToken {
        client_id: Some(sign_in.start().client.client.id.as_str().to_owned()),
        token_use: token_use.map(str::to_owned),
        issuer: IssuerWanted::OfPool,
    }
}

/// Holds a token against what is expected, and against the pool that it names where nothing else is.
pub(super) async fn inspect(
    desk: &Desk<'_>,
    console: &Console,
    label: Option<String>,
    compact: &str,
    expected: &ExpectedToken,
) -> Result<InspectedView, WireError> {
    let pool = desk.pool()?;
    desk.warm(pool.connection().sandbox).await;
    let wanted = expected.wanted(pool_named(compact).as_ref(), &pool.key().pool, pool.issuer_form().await?)?;
    let verified = console.verify_token(pool.connection(), compact, &wanted).await?;
    Ok(InspectedView::new(label, compact, &verified))
}
