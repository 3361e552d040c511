//! Changing users and groups of the open pool: plan, approval, job, undo, audit. Nothing is changed in any other way.

use console::jobs::{Approval, AuditFilter};
use secrecy::{ExposeSecret, SecretString};
use wire::changes::{
    ApplyPlan, ApprovalView, ApprovePlan, AuditPageView, GetJobItems, GetPersonAudit, JobProgressView, ListAudit,
    MakePlan, OneJob, ResumeJob, SaveJob, SavedAuditView, UnlockChanges, VerifyAudit,
};
use wire::jobs::{AuditVerdictView, JobItemView, JobView, PreviewView};
use wire::lab::RevealedView;
use wire::plans::SavedFileView;
use wire::pools::GroupView;
use wire::{ErrorCode, WireError};

use super::cost::save;
use super::saving::Saving;
use super::{Answer, Desk};

/// Entries or records that are written at once.
const PAGE: u32 = 1_000;

/// Records of the audit that are handed out at once.
const MOST_RECORDS: usize = 5_000;

/// Makes a plan and tells what it would do (`ListUsers`, `ListGroups`, `ListUsersInGroup`; free). Nothing is changed.
#[tauri::command]
#[specta::specta]
pub(crate) async fn make_plan(desk: Desk<'_>, request: MakePlan) -> Answer<PreviewView> {
    let (action, chosen) = request.parse()?;
    let pool = desk.pool()?;
    // On the heap: the whole way down to AWS is more than the compiler lays out in one future.
    let plan = Box::pin(pool.plan(action, chosen)).await?;
    Ok(PreviewView::new(&plan, &pool.preview(&plan).await?))
}

/// Makes a plan that takes a job back.
#[tauri::command]
#[specta::specta]
pub(crate) async fn plan_undo(desk: Desk<'_>, request: OneJob) -> Answer<PreviewView> {
    let pool = desk.pool()?;
    let plan = pool.plan_undo(&request.id).await?;
    Ok(PreviewView::new(&plan, &pool.preview(&plan).await?))
}

/// Writes a plan into the folder for downloads: the dry run. `csv` has every change, `json` is the plan itself, `preview` is
/// what it does, takes, costs and sends and what can be taken back.
#[tauri::command]
#[specta::specta]
pub(crate) async fn save_plan(desk: Desk<'_>, request: SaveJob) -> Answer<SavedFileView> {
    let pool = desk.pool()?;
    let plan = pool.kept_plan(&request.id)?;
    let bytes = match request.format.as_str() {
        "csv" => wire::changes::plan_csv(&plan),
        "json" => wire::jobs::write_plan(&plan)?.into_bytes(),
        "preview" => {
            let foretold = wire::changes::lines(&[PreviewView::new(&plan, &pool.preview(&plan).await?)]);
            return save(&desk, "poolkeeper-preview", "json", foretold).await;
        }
        _ => return Err(no_such_format()),
    };
    save(&desk, "poolkeeper-plan", &request.format, bytes).await
}

/// Approves a plan: gives a token that holds once.
#[tauri::command]
#[specta::specta]
pub(crate) async fn approve_plan(desk: Desk<'_>, request: ApprovePlan) -> Answer<ApprovalView> {
    let pool = desk.pool()?;
    let plan = pool.kept_plan(&request.plan)?;
    let reason = request.reason.filter(|reason| !reason.trim().is_empty());
    let token = pool.approve(&plan, Approval { pool_name: request.pool_name, reason }).await?;
    Ok(ApprovalView { token })
}

/// Makes a password that fits the pool's policy (`DescribeUserPool`; free). It is kept nowhere.
#[tauri::command]
#[specta::specta]
pub(crate) async fn make_password(desk: Desk<'_>) -> Answer<RevealedView> {
    let made = desk.pool()?.new_password().await?;
    Ok(RevealedView { value: made.expose_secret().to_owned() })
}

/// Carries out what was approved, in the background. May make users billable, as the preview says.
#[tauri::command]
#[specta::specta]
pub(crate) async fn apply_plan(desk: Desk<'_>, request: ApplyPlan) -> Answer<JobView> {
    let pool = desk.pool()?;
    let job = pool.apply(&request.token, request.password.map(SecretString::from)).await?;
    Ok(JobView::from(&pool.job(&job.id).await?))
}

/// Unlocks Production for a quarter of an hour.
#[tauri::command]
#[specta::specta]
pub(crate) async fn unlock_changes(desk: Desk<'_>, request: UnlockChanges) -> Answer<()> {
    Ok(desk.pool()?.unlock_changes(&request.pool_name).await?)
}

/// Locks Production again.
#[tauri::command]
#[specta::specta]
pub(crate) async fn lock_changes(desk: Desk<'_>) -> Answer<()> {
    desk.pool()?.lock_changes();
    Ok(())
}

/// The jobs of the open pool, the newest first.
#[tauri::command]
#[specta::specta]
pub(crate) async fn list_jobs(desk: Desk<'_>) -> Answer<Vec<JobView>> {
    Ok(desk.pool()?.jobs().await?.iter().map(JobView::from).collect())
}

/// How far the jobs have come that this program carries out.
#[tauri::command]
#[specta::specta]
pub(crate) async fn follow_jobs(desk: Desk<'_>) -> Answer<Vec<JobProgressView>> {
    Ok(desk.pool()?.followed_jobs().iter().map(JobProgressView::from).collect())
}

/// Entries of a job with what came of them.
#[tauri::command]
#[specta::specta]
pub(crate) async fn get_job_items(desk: Desk<'_>, request: GetJobItems) -> Answer<Vec<JobItemView>> {
    let (from, limit) = (u64::from(request.from), request.limit.min(500));
    let rows = desk.pool()?.job_items(&request.id, request.state()?, from, limit).await?;
    Ok(rows.iter().map(JobItemView::from).collect())
}

/// Sends nothing more of a job until it goes on; what is under way ends.
#[tauri::command]
#[specta::specta]
pub(crate) async fn pause_job(desk: Desk<'_>, request: OneJob) -> Answer<()> {
    let none = || WireError::new(ErrorCode::Precondition, "This job is not under way.");
    desk.pool()?.running_job(&request.id).ok_or_else(none)?.pause();
    Ok(())
}

/// Goes on with a job, or tries its failures again. May make users billable, as its preview said.
#[tauri::command]
#[specta::specta]
pub(crate) async fn resume_job(desk: Desk<'_>, request: ResumeJob) -> Answer<()> {
    let (pool, password) = (desk.pool()?, request.password.map(SecretString::from));
    if request.retry {
        pool.retry(&request.id, request.retry_unknown, password).await?;
    } else {
        pool.go_on(&request.id, password).await?;
    }
    Ok(())
}

/// Gives up what is left of a job that does not run. Nothing is sent.
#[tauri::command]
#[specta::specta]
pub(crate) async fn give_up_job(desk: Desk<'_>, request: OneJob) -> Answer<()> {
    Ok(desk.pool()?.give_up(&request.id).await?)
}

/// Writes the entries of a job with what came of them into the folder for downloads.
#[tauri::command]
#[specta::specta]
pub(crate) async fn save_job(desk: Desk<'_>, request: SaveJob) -> Answer<SavedFileView> {
    let is_csv = match request.format.as_str() {
        "csv" => true,
        "json" => false,
        _ => return Err(no_such_format()),
    };
    let pool = desk.pool()?;
    pool.job(&request.id).await?;
    let mut file = Saving::begin(&desk, "poolkeeper-job", if is_csv { "csv" } else { "jsonl" }).await?;
    let (mut from, mut first) = (0, true);
    loop {
        let rows = pool.job_items(&request.id, None, from, PAGE).await?;
        let items: Vec<JobItemView> = rows.iter().map(JobItemView::from).collect();
        let piece = if is_csv { wire::changes::items_csv(&items, first) } else { wire::changes::lines(&items) };
        file = file.write(piece).await?;
        let Some(last) = rows.last() else { return Ok(SavedFileView { path: file.finish().await? }) };
        (from, first) = (last.seq + 1, false);
    }
}

/// The groups of the open pool as the local copy has them.
#[tauri::command]
#[specta::specta]
pub(crate) async fn list_groups(desk: Desk<'_>) -> Answer<Vec<GroupView>> {
    Ok(desk.pool()?.groups().await?.iter().map(GroupView::from).collect())
}

/// Records of the audit, the newest first.
#[tauri::command]
#[specta::specta]
pub(crate) async fn list_audit(desk: Desk<'_>, request: ListAudit) -> Answer<AuditPageView> {
    let (filter, most) = (audit_filter(&desk, &request)?, most(request.limit));
    Ok(AuditPageView::from(&desk.console().await?.audit(filter, most).await?))
}

/// Records of the audit about one user of the open pool.
#[tauri::command]
#[specta::specta]
pub(crate) async fn get_person_audit(desk: Desk<'_>, request: GetPersonAudit) -> Answer<AuditPageView> {
    let before = request.before.map(u64::from);
    Ok(AuditPageView::from(&desk.pool()?.audit_of(&request.username, before, most(request.limit)).await?))
}

/// Writes records of the audit into the folder for downloads, as JSON Lines. What could not be read is told with the file.
#[tauri::command]
#[specta::specta]
pub(crate) async fn save_audit(desk: Desk<'_>, request: ListAudit) -> Answer<SavedAuditView> {
    let (console, mut filter) = (desk.console().await?, audit_filter(&desk, &request)?);
    let mut file = Saving::begin(&desk, "poolkeeper-audit", "jsonl").await?;
    let mut unreadable = 0;
    loop {
        let page = console.audit(filter.clone(), MOST_RECORDS).await?;
        unreadable += page.unreadable;
        file = file.write(wire::changes::lines(&AuditPageView::from(&page).records)).await?;
        filter.before = page.earlier;
        if filter.before.is_none() {
            return Ok(SavedAuditView { path: file.finish().await?, unreadable: wire::count(unreadable) });
        }
    }
}

/// Walks the audit's chain.
#[tauri::command]
#[specta::specta]
pub(crate) async fn verify_audit(desk: Desk<'_>, request: VerifyAudit) -> Answer<AuditVerdictView> {
    let head = request.head.filter(|head| !head.is_empty());
    Ok(AuditVerdictView::from(&desk.console().await?.verify_audit(head).await?))
}

/// How many records are handed out.
fn most(limit: u32) -> usize {
    usize::try_from(limit).unwrap_or(usize::MAX).min(MOST_RECORDS)
}

fn audit_filter(desk: &Desk<'_>, request: &ListAudit) -> Answer<AuditFilter> {
    let pool = if request.all_pools { None } else { Some(desk.pool()?.key().to_string()) };
    request.filter(pool)
}

fn no_such_format() -> WireError {
    WireError::validation("format", "A file is csv or json.")
}
