//! Tokens: reading, verifying, comparing.

use console::Console;
use console::token::Wanted;
use wire::WireError;
use wire::token::{CompareTokens, DifferenceView, InspectedView, PastedText, compare, taken_out};

use super::{Answer, Desk};

/// Takes every token out of a pasted text, says what each says, and verifies it with its pool's keys (public; free).
#[tauri::command]
#[specta::specta]
pub(crate) async fn inspect_tokens(desk: Desk<'_>, request: PastedText) -> Answer<Vec<InspectedView>> {
    let console = desk.console().await?;
    let mut inspected = Vec::new();
    for (label, compact) in taken_out(&request.text).into_iter().take(20) {
        inspected.push(inspect(&desk, &console, label, &compact).await?);
    }
    Ok(inspected)
}

/// What differs between two tokens.
#[tauri::command]
#[specta::specta]
pub(crate) async fn compare_tokens(request: CompareTokens) -> Answer<Vec<DifferenceView>> {
    compare(&request.left, &request.right)
}

/// Holds a token against the open pool when it names that, else against the pool that it names.
pub(super) async fn inspect(
    desk: &Desk<'_>,
    console: &Console,
    label: Option<String>,
    compact: &str,
) -> Result<InspectedView, WireError> {
    let connection = desk.pool().map(|pool| pool.connection().clone())?;
    desk.warm(connection.sandbox).await;
    let verified = console.verify_token(&connection, compact, &Wanted::default()).await?;
    Ok(InspectedView::new(label, compact, &verified))
}
