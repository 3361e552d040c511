//! People of the open pool: searching, looking at one, the query bar, the overview.

use wire::query::{CompleteQuery, CompletionView, ParseQuery, ParsedView};
use wire::users::{
    CountUsers, DistributionsView, GetNear, GetRows, ListView, LookUp, LookUpView, MeantView, NearView, OneUser,
    OverviewView, SearchList, SearchUsers, SearchView, TimelineView, UserRow, UserView, rows,
};
use wire::why::{AskWhy, WhyView};
use wire::{ErrorCode, WireError};

use super::{Answer, Desk};

/// Starts a search of the local copy; the first rows come at once.
#[tauri::command]
#[specta::specta]
pub(crate) async fn search_users(desk: Desk<'_>, request: SearchUsers) -> Answer<SearchView> {
    let found = desk.pool()?.search_view(&request.query, &(&request.sort).into()).await?;
    Ok(SearchView::from(&found))
}

/// How many people a search found.
#[tauri::command]
#[specta::specta]
pub(crate) async fn count_users(desk: Desk<'_>, request: CountUsers) -> Answer<u32> {
    Ok(desk.pool()?.search_count(request.search).await?)
}

/// Rows of a search at any position.
#[tauri::command]
#[specta::specta]
pub(crate) async fn get_rows(desk: Desk<'_>, request: GetRows) -> Answer<Vec<UserRow>> {
    Ok(rows(&desk.pool()?.search_rows(request.search, request.start, request.count.min(500)).await?))
}

/// One person, whole.
#[tauri::command]
#[specta::specta]
pub(crate) async fn get_user(desk: Desk<'_>, request: OneUser) -> Answer<UserView> {
    let gone = || WireError::new(ErrorCode::NotFound, "The local copy has nobody of that user name.");
    let pool = desk.pool()?;
    let user = pool.user(&request.parse()?).await?.ok_or_else(gone)?;
    Ok(UserView::new(&user, pool.groups_of(&user).await?.as_deref()))
}

/// What syncs saw changing about one person.
#[tauri::command]
#[specta::specta]
pub(crate) async fn get_timeline(desk: Desk<'_>, request: OneUser) -> Answer<TimelineView> {
    let (pool, days) = (desk.pool()?, desk.console().await?.settings().history_days);
    Ok(TimelineView::new(pool.keeps_history(), days, pool.timeline(&request.username).await))
}

/// Looks up a pasted list exactly.
#[tauri::command]
#[specta::specta]
pub(crate) async fn look_up(desk: Desk<'_>, request: LookUp) -> Answer<LookUpView> {
    Ok(LookUpView::from(&desk.pool()?.look_up(&request.text).await?))
}

/// Whom the entries of a pasted list mean: a line that is a user name exactly means that user and nobody else. Of a few it is
/// asked at AWS whether somebody has such an address as their user name (`ListUsers`; free).
#[tauri::command]
#[specta::specta]
pub(crate) async fn who_is_meant(desk: Desk<'_>, request: LookUp) -> Answer<MeantView> {
    let lines = request.text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect();
    Ok(MeantView::from(&desk.pool()?.who_is_meant(lines, true).await?))
}

/// Looks a pasted list up and keeps whom it found as a search.
#[tauri::command]
#[specta::specta]
pub(crate) async fn search_list(desk: Desk<'_>, request: SearchList) -> Answer<ListView> {
    Ok(ListView::from(&desk.pool()?.search_list(&request.text, request.sort().as_ref()).await?))
}

/// Spellings near those of a query, for when it finds few. They are offers and no part of what was found.
#[tauri::command]
#[specta::specta]
pub(crate) async fn get_near(desk: Desk<'_>, request: GetNear) -> Answer<Vec<NearView>> {
    Ok(desk.pool()?.near(&request.query).await?.iter().map(NearView::from).collect())
}

/// Reads a query without running it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn parse_query(desk: Desk<'_>, request: ParseQuery) -> Answer<ParsedView> {
    let (pool, zone) = (desk.pool()?, desk.console().await?.zone().clone());
    Ok(ParsedView::new(&request.query, &pool.fields().await?, desk.now(), zone))
}

/// How a query may go on at the cursor.
#[tauri::command]
#[specta::specta]
pub(crate) async fn complete_query(desk: Desk<'_>, request: CompleteQuery) -> Answer<CompletionView> {
    let cursor = usize::try_from(request.cursor).unwrap_or(usize::MAX);
    Ok(CompletionView::from(&desk.pool()?.complete(&request.query, cursor).await?))
}

/// The open pool at a glance.
#[tauri::command]
#[specta::specta]
pub(crate) async fn get_overview(desk: Desk<'_>) -> Answer<OverviewView> {
    Ok(OverviewView::from(&desk.pool()?.overview().await?))
}

/// How people are spread over domains, ages of their records and the last days, from the local copy alone.
#[tauri::command]
#[specta::specta]
pub(crate) async fn get_distributions(desk: Desk<'_>) -> Answer<DistributionsView> {
    Ok(DistributionsView::from(&desk.pool()?.distributions().await?))
}

/// Why somebody cannot sign in (`ListUsers`, `DescribeUserPool`, `DescribeUserPoolClient`; free).
#[tauri::command]
#[specta::specta]
pub(crate) async fn ask_why(desk: Desk<'_>, request: AskWhy) -> Answer<WhyView> {
    Ok(WhyView::from(&desk.pool()?.why(&request.parse()?).await?))
}
