//! Changing settings of the open pool: previewed, then made; risks that are accepted.

use console::OpenPool;
use secrecy::ExposeSecret;
use wire::blueprints::{
    BlueprintView, MadePoolView, MakePool, OnConnection, PlanBlueprint, PlanPool, PoolPlanView, UnansweredPoolView,
};
use wire::edits::{AcceptRisk, EditView, HealthRecordView, MadeEditView, MakeEdit, OneEdit, OneFinding, PlanEdit};
use wire::lab::RevealedView;
use wire::pool_settings::LogoView;
use wire::{ErrorCode, WireError};

use super::{Answer, Desk};

/// How many edits are listed.
const LISTED: u32 = 100;

/// What a change of settings would do (the operation that describes them; free). Nothing is changed.
#[tauri::command]
#[specta::specta]
pub(crate) async fn plan_edit(desk: Desk<'_>, request: PlanEdit) -> Answer<EditView> {
    let opened = desk.opened()?;
    let round = opened.round();
    let (whole, patch) = request.parse()?;
    let edit = opened.pool.plan_edit(whole, patch, None).await?;
    if let Err(left) = opened.still(round) {
        // A secret that was typed is not kept for whoever sits there now.
        opened.pool.forget_confirmation();
        return Err(left);
    }
    Ok(EditView::new(&edit, None))
}

/// What pools, app clients and identity pools can be made from.
#[tauri::command]
#[specta::specta]
pub(crate) fn list_blueprints() -> Vec<BlueprintView> {
    BlueprintView::all()
}

/// What making an app client or an identity pool from a blueprint would do. Nothing is made.
#[tauri::command]
#[specta::specta]
pub(crate) async fn plan_blueprint(desk: Desk<'_>, request: PlanBlueprint) -> Answer<EditView> {
    let pool = desk.pool()?;
    let (whole, patch) = request.parse(&pool.key().pool)?;
    Ok(EditView::new(&*pool.plan_edit(whole, patch, None).await?, None))
}

/// What making a pool from a blueprint would do (`sts:GetCallerIdentity`; free). Nothing is made.
#[tauri::command]
#[specta::specta]
pub(crate) async fn plan_pool(desk: Desk<'_>, request: PlanPool) -> Answer<PoolPlanView> {
    let (connection, (body, second)) = (request.connection.parse()?, request.blueprint.pool()?);
    desk.warm(connection.sandbox).await;
    let console = desk.console().await?;
    let edit = console.plan_pool(&connection, body, second).await?;
    Ok(PoolPlanView::new(&edit, console.asks_name(&connection)))
}

/// Pools that were to be made on a connection and for which no answer came (`sts:GetCallerIdentity`; free).
#[tauri::command]
#[specta::specta]
pub(crate) async fn list_unanswered_pools(desk: Desk<'_>, request: OnConnection) -> Answer<Vec<UnansweredPoolView>> {
    let rows = desk.console().await?.unanswered_pools(&request.connection.parse()?).await?;
    Ok(rows.iter().map(UnansweredPoolView::from).collect())
}

/// Makes a pool that was previewed, and sets what is to be set afterwards.
#[tauri::command]
#[specta::specta]
pub(crate) async fn make_pool(desk: Desk<'_>, request: MakePool) -> Answer<MadePoolView> {
    let (connection, console) = (request.connection.parse()?, desk.console().await?);
    let gone = || WireError::new(ErrorCode::NotFound, "This preview is forgotten. Look at the pool again.");
    let edit = console.pool_plan(&request.id).ok_or_else(gone)?;
    let made = console.make_pool(&connection, &edit, request.approval()).await?;
    // The list of pools is another one now.
    desk.forget_connection();
    Ok(MadePoolView::from(&made))
}

/// What the prepared edit for a failing rule would do (free). Nothing is changed.
#[tauri::command]
#[specta::specta]
pub(crate) async fn plan_fix(desk: Desk<'_>, request: OneFinding) -> Answer<EditView> {
    let (edit, effect) = desk.pool()?.plan_fix(&request.rule, &request.resource).await?;
    Ok(EditView::new(&edit, effect))
}

/// What taking an edit back would do (free). Nothing is changed.
#[tauri::command]
#[specta::specta]
pub(crate) async fn plan_undo_edit(desk: Desk<'_>, request: OneEdit) -> Answer<EditView> {
    Ok(EditView::new(&*desk.pool()?.plan_undo_edit(&request.id).await?, None))
}

/// Makes a change that was previewed: settings are written whole, and described again.
#[tauri::command]
#[specta::specta]
pub(crate) async fn make_edit(desk: Desk<'_>, request: MakeEdit) -> Answer<MadeEditView> {
    let pool = desk.pool()?;
    let gone = || WireError::new(ErrorCode::NotFound, "This preview is forgotten. Look at the change again.");
    let edit = pool.edit_plan(&request.id).ok_or_else(gone)?;
    let token = pool.approve_edit(&edit, request.approval()).await?;
    let made = pool.apply_edit(&token).await?;
    if edit.operation() == "AddUserPoolClientSecret" {
        desk.follow_secret(pool, made.id.clone());
    }
    Ok(MadeEditView::from(&made))
}

/// The secret that AWS made with a change: for ten minutes, or until secrets are forgotten.
#[tauri::command]
#[specta::specta]
pub(crate) async fn reveal_made_secret(desk: Desk<'_>, request: OneEdit) -> Answer<RevealedView> {
    desk.shows_secret()?;
    let secret = desk.pool()?.made_secret(&request.id)?;
    Ok(RevealedView { value: secret.expose_secret().to_owned() })
}

/// Copies that secret; half a minute later it is off the clipboard.
#[tauri::command]
#[specta::specta]
pub(crate) async fn copy_made_secret(desk: Desk<'_>, request: OneEdit) -> Answer<()> {
    let pool = desk.pool()?;
    pool.may_show_secrets()?;
    desk.clipboard().copy(desk.opened()?.key(), pool.made_secret(&request.id)?)
}

/// Lets a person choose the logo of the classic pages; `null` when none was chosen. Nothing is sent.
#[tauri::command]
#[specta::specta]
pub(crate) async fn choose_logo(desk: Desk<'_>) -> Answer<Option<LogoView>> {
    let Some(path) = desk.choose_logo().await? else { return Ok(None) };
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let bytes = tokio::task::spawn_blocking(move || console::read_logo(&path)).await;
    let bytes = bytes.map_err(|_| WireError::new(ErrorCode::Internal, "The file could not be read. Try again."))?;
    Ok(Some(LogoView::new(name, &bytes?)))
}

/// The last changes of settings of this pool.
#[tauri::command]
#[specta::specta]
pub(crate) async fn list_edits(desk: Desk<'_>) -> Answer<Vec<MadeEditView>> {
    Ok(desk.pool()?.edits(LISTED).await?.iter().map(MadeEditView::from).collect())
}

/// Accepts that a rule fails, until a day.
#[tauri::command]
#[specta::specta]
pub(crate) async fn accept_risk(desk: Desk<'_>, request: AcceptRisk) -> Answer<HealthRecordView> {
    let pool = desk.pool()?;
    pool.waive(&request.rule, &request.resource, &request.reason, request.until()?).await?;
    record(&desk, &pool).await
}

/// Accepts it no longer.
#[tauri::command]
#[specta::specta]
pub(crate) async fn accept_risk_no_longer(desk: Desk<'_>, request: OneFinding) -> Answer<HealthRecordView> {
    let pool = desk.pool()?;
    pool.end_waiver(&request.rule, &request.resource).await?;
    record(&desk, &pool).await
}

/// The risks that are accepted, and how the rules came out over time.
#[tauri::command]
#[specta::specta]
pub(crate) async fn get_health_record(desk: Desk<'_>) -> Answer<HealthRecordView> {
    let pool = desk.pool()?;
    record(&desk, &pool).await
}

async fn record(desk: &Desk<'_>, pool: &OpenPool) -> Answer<HealthRecordView> {
    Ok(HealthRecordView::new(&pool.waivers().await?, &pool.scores().await?, desk.now()))
}
