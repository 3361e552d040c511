//! What only a call about one user tells. Nothing here is called unless a person has seen the price and asked for it.

use console::Reveal;
use wire::reveals::{LookAt, LookView, PriceLooks, RevealPriceView};

use super::{Answer, Desk};

/// What a look would cost. Opens no socket.
#[tauri::command]
#[specta::specta]
pub(crate) async fn price_look(desk: Desk<'_>, request: LookAt) -> Answer<RevealPriceView> {
    let price = desk.pool()?.reveal_price(&request.username()?, request.what.into()).await?;
    Ok(RevealPriceView::from(&price))
}

/// What it would cost at most to look at something of several users. Opens no socket.
#[tauri::command]
#[specta::specta]
pub(crate) async fn price_looks(desk: Desk<'_>, request: PriceLooks) -> Answer<RevealPriceView> {
    Ok(RevealPriceView::from(&desk.pool()?.reveals_price(request.users, request.what.into()).await?))
}

/// Looks (`AdminGetUser`, `AdminListDevices` or `AdminListUserAuthEvents`; may bill, and is in the ledger before it is sent).
#[tauri::command]
#[specta::specta]
pub(crate) async fn look_at(desk: Desk<'_>, request: LookAt) -> Answer<LookView> {
    let (pool, username) = (desk.pool()?, request.username()?);
    Ok(match request.what.into() {
        Reveal::SecondFactors => pool.second_factors(&username).await?.into(),
        Reveal::Devices => pool.devices(&username).await?.into(),
        Reveal::SignIns => pool.sign_in_events(&username, request.next).await?.into(),
    })
}
