//! Changing users and groups of the open pool: plan, approval, job, undo, audit. Nothing is changed in any other way.

use console::jobs::Approval;
use secrecy::{ExposeSecret, SecretString};
use wire::changes::{
    ApplyPlan, ApprovalView, ApprovePlan, GetJobItems, GetPersonAudit, JobProgressView, ListAudit, MakePlan, OneJob,
    PersonAuditView, ResumeJob, SaveJob, UnlockChanges, VerifyAudit,
};
use wire::jobs::{AuditVerdictView, AuditView, JobItemView, JobView, PreviewView};
use wire::lab::RevealedView;
use wire::plans::SavedFileView;
use wire::pools::GroupView;
use wire::{ErrorCode, WireError};

use super::cost::save;
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

/// Writes the entries of a job with what came of them into the folder for downloads.
#[tauri::command]
#[specta::specta]
pub(crate) async fn save_job(desk: Desk<'_>, request: SaveJob) -> Answer<SavedFileView> {
    let pool = desk.pool()?;
    let (mut items, mut from) = (Vec::new(), 0);
    loop {
        let rows = pool.job_items(&request.id, None, from, PAGE).await?;
        let Some(last) = rows.last() else { break };
        from = last.seq + 1;
        items.extend(rows.iter().map(JobItemView::from));
    }
    let bytes = match request.format.as_str() {
        "csv" => wire::changes::items_csv(&items),
        "json" => wire::changes::lines(&items),
        _ => return Err(no_such_format()),
    };
    let end = if request.format == "json" { "jsonl" } else { "csv" };
    save(&desk, "poolkeeper-job", end, bytes).await
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
pub(crate) async fn list_audit(desk: Desk<'_>, request: ListAudit) -> Answer<Vec<AuditView>> {
    audit(&desk, &request, usize::try_from(request.limit).unwrap_or(usize::MAX).min(MOST_RECORDS)).await
}

/// Records of the audit about one user of the open pool.
#[tauri::command]
#[specta::specta]
pub(crate) async fn get_person_audit(desk: Desk<'_>, request: GetPersonAudit) -> Answer<PersonAuditView> {
    let most = usize::try_from(request.limit).unwrap_or(usize::MAX).min(MOST_RECORDS);
    // One more tells whether some are left out.
    let found = desk.pool()?.audit_of(&request.username, most + 1).await?;
    Ok(PersonAuditView::new(&found, most))
}

/// Writes records of the audit into the folder for downloads, as JSON Lines.
#[tauri::command]
#[specta::specta]
pub(crate) async fn save_audit(desk: Desk<'_>, request: ListAudit) -> Answer<SavedFileView> {
    let records = audit(&desk, &request, usize::MAX).await?;
    save(&desk, "poolkeeper-audit", "jsonl", wire::changes::lines(&records)).await
}

/// Walks the audit's chain.
#[tauri::command]
#[specta::specta]
pub(crate) async fn verify_audit(desk: Desk<'_>, request: VerifyAudit) -> Answer<AuditVerdictView> {
    let head = request.head.filter(|head| !head.is_empty());
    Ok(AuditVerdictView::from(&desk.console().await?.verify_audit(head).await?))
}

async fn audit(desk: &Desk<'_>, request: &ListAudit, limit: usize) -> Answer<Vec<AuditView>> {
    let pool = if request.all_pools { None } else { Some(desk.pool()?.key().to_string()) };
    Ok(desk.console().await?.audit(request.filter(pool)?, limit).await?.iter().map(AuditView::from).collect())
}

fn no_such_format() -> WireError {
    WireError::validation("format", "A file is csv or json.")
}
