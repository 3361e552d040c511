//! People from a file: chosen in the desktop's dialog, checked whole, then planned or given to Cognito's own import.

use wire::files::{
    CheckImport, CheckedImportView, ColumnView, ImportAtAwsView, ImportView, OneCheck, OneImport, PlanImport,
    StartImport,
};
use wire::jobs::PreviewView;
use wire::plans::SavedFileView;

use super::{Answer, Desk};

/// Lets a person choose a file of people, and tells its name; `null` when none was chosen. Its path stays here.
#[tauri::command]
#[specta::specta]
pub(crate) async fn choose_import(desk: Desk<'_>) -> Answer<Option<String>> {
    let file = desk.choose_file().await?;
    Ok(file.map(|file| {
        let name = file.file_name().unwrap_or(file.as_os_str()).to_string_lossy().into_owned();
        desk.importing().choose(file);
        name
    }))
}

/// What the columns of the chosen file seem to be. Opens no socket.
#[tauri::command]
#[specta::specta]
pub(crate) async fn guess_import_columns(desk: Desk<'_>) -> Answer<Vec<ColumnView>> {
    let (file, check) = (desk.importing().file()?, desk.importing().check());
    Ok(ColumnView::all(&desk.pool()?.guess_columns(&file, move || check.read(0)).await?))
}

/// Holds the chosen file against the open pool (`DescribeUserPool`; free). Nothing is sent.
#[tauri::command]
#[specta::specta]
pub(crate) async fn check_import(desk: Desk<'_>, request: CheckImport) -> Answer<CheckedImportView> {
    let request = request.of(desk.importing().file()?)?;
    let (pool, check) = (desk.pool()?, desk.importing().check());
    Ok(CheckedImportView::from(&*pool.check_import(request, move |rows| check.read(rows)).await?))
}

/// Writes every problem of a checked file into the folder for downloads, as CSV. The file is read once more.
#[tauri::command]
#[specta::specta]
pub(crate) async fn save_import_problems(desk: Desk<'_>, request: OneCheck) -> Answer<SavedFileView> {
    let path = desk.pool()?.save_import_problems(&request.id, desk.downloads(), "poolkeeper-import-problems").await?;
    Ok(SavedFileView { path: path.display().to_string() })
}

/// Rows that the check has read so far; `null` when nothing was checked.
#[tauri::command]
#[specta::specta]
pub(crate) async fn follow_import_check(desk: Desk<'_>) -> Answer<Option<u32>> {
    Ok(desk.importing().rows().map(|rows| u32::try_from(rows).unwrap_or(u32::MAX)))
}

/// Ends the check that runs.
#[tauri::command]
#[specta::specta]
pub(crate) async fn cancel_import_check(desk: Desk<'_>) -> Answer<()> {
    desk.importing().cancel_check();
    Ok(())
}

/// Plans the creation of a checked file's users; the plan is approved and carried out like every plan.
#[tauri::command]
#[specta::specta]
pub(crate) async fn plan_import(desk: Desk<'_>, request: PlanImport) -> Answer<PreviewView> {
    let pool = desk.pool()?;
    let plan = pool.plan_import(&request.id, request.deliveries()?).await?;
    Ok(PreviewView::new(&plan, &pool.preview(&plan).await?))
}

/// Hands a checked file to Cognito's own import (`GetCSVHeader`, `CreateUserImportJob`, a `PUT` to S3, `StartUserImportJob`,
/// `DescribeUserImportJob`; makes nobody active). One at a time.
#[tauri::command]
#[specta::specta]
pub(crate) async fn start_import(desk: Desk<'_>, request: StartImport) -> Answer<ImportView> {
    desk.importing().free()?;
    let (id, settings, approval) = request.parse();
    let pool = desk.pool()?;
    let job = pool.begin_import(&id, settings, approval).await?;
    let view = ImportView::from(&*job.progress.borrow());
    desk.importing().began(&pool, job);
    Ok(view)
}

/// How far the last import of the open pool has come; `null` when there was none.
#[tauri::command]
#[specta::specta]
pub(crate) async fn get_import(desk: Desk<'_>) -> Answer<Option<ImportView>> {
    let pool = desk.pool()?;
    let job = desk.importing().job(&pool);
    Ok(job.map(|job| ImportView::from(&*job.progress.borrow())))
}

/// The newest imports that AWS knows of in the open pool, whoever began them (`ListUserImportJobs`; free).
#[tauri::command]
#[specta::specta]
pub(crate) async fn list_imports(desk: Desk<'_>) -> Answer<Vec<ImportAtAwsView>> {
    Ok(desk.pool()?.newest_imports().await?.iter().map(ImportAtAwsView::from).collect())
}

/// Stops an import; who is in stays (`StopUserImportJob`; free).
#[tauri::command]
#[specta::specta]
pub(crate) async fn stop_import(desk: Desk<'_>, request: OneImport) -> Answer<()> {
    Ok(desk.pool()?.stop_import(&request.id).await?)
}
