//! Cost and monthly active users of the open pool. Nothing here makes anybody active.

use console::files::save_file;
use wire::activity::{
    ActivityView, AskDormant, DormantView, ImportActivity, ImportedActivityView, MetricsPriceView, MetricsReadView,
    MonthView, OneMonth, PreparedQueryView, SetBilled,
};
use wire::ledger::{AskLedger, LedgerView};
use wire::plans::{
    AskPlans, BillingView, LONGEST_TABLE, PlansView, PricesView, SaveReport, SaveTable, SavedFileView, SetPrices,
    table_text,
};
use wire::{ErrorCode, WireError};

use super::{Answer, Desk};

/// What is known of a month (`ListUserImportJobs`, `DescribeUserPool` where the pool is open through AWS; free).
#[tauri::command]
#[specta::specta]
pub(crate) async fn get_activity(desk: Desk<'_>, request: OneMonth) -> Answer<ActivityView> {
    let month = request.parse(desk.now())?;
    Ok(ActivityView::new(&desk.pool()?.look(month).await?.1))
}

/// Every month of which something is known, and those to come.
#[tauri::command]
#[specta::specta]
pub(crate) async fn get_months(desk: Desk<'_>) -> Answer<Vec<MonthView>> {
    Ok(MonthView::all(&desk.pool()?.months().await?, OneMonth::default().parse(desk.now())?))
}

/// Keeps or forgets the number of a bill.
#[tauri::command]
#[specta::specta]
pub(crate) async fn set_billed(desk: Desk<'_>, request: SetBilled) -> Answer<()> {
    let (month, billed) = request.parse(desk.now())?;
    Ok(desk.pool()?.set_billed(month, billed).await?)
}

/// Keeps what a person tells of how the open pool is billed, which AWS does not tell.
#[tauri::command]
#[specta::specta]
pub(crate) async fn tell_billing(desk: Desk<'_>, request: BillingView) -> Answer<()> {
    Ok(desk.pool()?.tell_billing(request.parse()?).await?)
}

/// Lets a person choose files, or a folder of them, and reads them: logs, tables of prepared queries and bills (`ListUserPoolClients` where the
/// pool is open through AWS; free). `null` when none was chosen. Their paths stay here.
#[tauri::command]
#[specta::specta]
pub(crate) async fn import_activity(desk: Desk<'_>, request: ImportActivity) -> Answer<Option<ImportedActivityView>> {
    let pool = desk.pool()?;
    let files = desk.choose_activity(request.folder).await?;
    if files.is_empty() {
        return Ok(None);
    }
    Ok(Some(pool.import_activity(files, request.only_pool).await?.into()))
}

/// What it costs to ask CloudWatch (`ListUserPoolClients`, `ListIdentityProviders`; free).
#[tauri::command]
#[specta::specta]
pub(crate) async fn price_metrics(desk: Desk<'_>) -> Answer<MetricsPriceView> {
    Ok(desk.pool()?.metrics_price().await?.into())
}

/// Asks CloudWatch for a month's sums (`GetMetricData`; billed for each metric, makes nobody active).
#[tauri::command]
#[specta::specta]
pub(crate) async fn read_metrics(desk: Desk<'_>, request: OneMonth) -> Answer<MetricsReadView> {
    let month = request.parse(desk.now())?;
    Ok(desk.pool()?.read_metrics(month).await?.into())
}

/// Forgets what imported logs and CloudWatch told of a month.
#[tauri::command]
#[specta::specta]
pub(crate) async fn forget_import(desk: Desk<'_>, request: OneMonth) -> Answer<()> {
    let month = request.parse(desk.now())?;
    Ok(desk.pool()?.forget_log(month).await?)
}

/// Queries to copy, for logs that are too large for one machine.
#[tauri::command]
#[specta::specta]
pub(crate) async fn get_prepared_queries(desk: Desk<'_>, request: OneMonth) -> Answer<Vec<PreparedQueryView>> {
    Ok(PreparedQueryView::all(&desk.pool()?.key().pool, request.parse(desk.now())?))
}

/// All plans side by side, on what was looked at last. Sends nothing, but for a month that was not looked at.
#[tauri::command]
#[specta::specta]
pub(crate) async fn compare_plans(desk: Desk<'_>, request: AskPlans) -> Answer<PlansView> {
    let question = question(&desk, &request).await?.0;
    Ok(PlansView::new(&desk.console().await?.plans(&question)?))
}

/// Who has no evidence of activity since a day.
#[tauri::command]
#[specta::specta]
pub(crate) async fn find_dormant(desk: Desk<'_>, request: AskDormant) -> Answer<DormantView> {
    Ok(DormantView::from(&desk.pool()?.dormant(request.parse()?).await?))
}

/// The calls of this program that may have been billed: of the open pool, or of all pools at the same place.
#[tauri::command]
#[specta::specta]
pub(crate) async fn get_ledger(desk: Desk<'_>, request: AskLedger) -> Answer<LedgerView> {
    let month = OneMonth { month: request.month.clone() }.parse(desk.now())?;
    let of = request.of(desk.pool()?.key());
    Ok(LedgerView::from(&desk.console().await?.ledger(month, &of).await?))
}

/// The price table in use.
#[tauri::command]
#[specta::specta]
pub(crate) async fn get_prices(desk: Desk<'_>) -> Answer<PricesView> {
    let (table, used) = desk.console().await?.prices()?;
    Ok(PricesView::new(&table, &used))
}

/// Lets a person choose the file of a price table, and answers with its text; `null` when none was chosen. It is not used yet.
#[tauri::command]
#[specta::specta]
pub(crate) async fn choose_prices(desk: Desk<'_>) -> Answer<Option<String>> {
    let Some(path) = desk.choose_prices().await? else { return Ok(None) };
    table_text(super::views::bytes_of(path, LONGEST_TABLE + 1).await?).map(Some)
}

/// Uses another price table, or the one that came with Poolkeeper.
#[tauri::command]
#[specta::specta]
pub(crate) async fn set_prices(desk: Desk<'_>, request: SetPrices) -> Answer<()> {
    Ok(desk.console().await?.set_prices(request.json).await?)
}

/// Writes a report into the folder for downloads.
#[tauri::command]
#[specta::specta]
pub(crate) async fn save_report(desk: Desk<'_>, request: SaveReport) -> Answer<SavedFileView> {
    let format = request.format()?;
    let (question, activity) = question(&desk, &request.plans).await?;
    let name = format!("poolkeeper-cost-{}", question.month);
    let report = desk.pool()?.report(activity, &question).await?;
    save(&desk, &name, &request.format, report.write(format)).await
}

/// Writes a table that the window shows into the folder for downloads, as CSV.
#[tauri::command]
#[specta::specta]
pub(crate) async fn save_table(desk: Desk<'_>, request: SaveTable) -> Answer<SavedFileView> {
    let (name, bytes) = request.write()?;
    save(&desk, &format!("poolkeeper-{name}"), "csv", bytes).await
}

async fn question(
    desk: &Desk<'_>,
    request: &AskPlans,
) -> Result<(console::PlansQuestion, console::Activity), WireError> {
    let pool = desk.pool()?;
    let month = OneMonth { month: request.month.clone() }.parse(desk.now())?;
    let (known, activity) = pool.question(month).await?;
    Ok((request.apply(known, desk.now())?, activity))
}

/// Writes a file that is not there yet, for its owner alone; it is complete or absent.
pub(super) async fn save(desk: &Desk<'_>, name: &str, end: &str, bytes: Vec<u8>) -> Answer<SavedFileView> {
    let (folder, now) = (desk.downloads().to_owned(), desk.now());
    let (name, end) = (name.to_owned(), end.to_owned());
    let written = tokio::task::spawn_blocking(move || save_file(&folder, &name, &end, &bytes, now)).await;
    let path =
        written.map_err(|error| WireError::new(ErrorCode::Internal, format!("Nothing was written: {error}.")))??;
    Ok(SavedFileView { path: path.display().to_string() })
}
