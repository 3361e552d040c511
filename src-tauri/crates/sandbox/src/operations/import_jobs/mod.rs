//! Import of people from a file: jobs, the upload, and the work itself, which goes on in virtual time.

mod file;
mod people;

use serde_json::json;

use super::input::Input;
use super::listing::page;
use super::{Answered, Call, output};
use crate::directory::import::{Entry, Fate, Job, PENDING_MS, Status, UPLOAD_MS, Upload};
use crate::directory::token::Question;
use crate::directory::users::Moment;
use crate::directory::{LOWER, Pool, World, random_uuid};
use crate::protocol::{ApiError, check};

/// Most jobs of one pool.
const MOST_JOBS: usize = 1_000;

/// Most people in one file.
const MOST_ROWS: usize = 500_000;

/// Most bytes of one file.
pub(crate) const MOST_BYTES: usize = 100 * 1024 * 1024;

fn unmet(message: &str) -> ApiError {
    ApiError::new("PreconditionNotMetException", message)
}

fn missing(id: &str) -> ApiError {
    ApiError::not_found(format!("User import job {id} does not exist."))
}

fn described(job: &Job) -> Answered {
    output(&json!({ "UserImportJob": job.shown() }))
}

/// `GetCSVHeader`.
pub(super) fn csv_header(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    let pool = call.pool(input.maybe("UserPoolId"))?;
    output(&json!({ "UserPoolId": pool.id, "CSVHeader": file::header(pool) }))
}

/// `CreateUserImportJob`.
pub(super) fn create(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    let now_ms = call.moment.now_ms;
    let id = format!("import-{}", call.world.random_text(LOWER, 10));
    let signature = call.world.random_text(b"0123456789abcdef", 64);
    // Without a port, the file goes the way of the request: through the connector in this process.
    let base = call.world.endpoint.clone().unwrap_or_else(|| "http://sandbox.invalid".to_owned());
    let (account, region) = (call.world.account.clone(), call.world.region.clone());
    let pool = call.pool(input.maybe("UserPoolId"))?;
    if pool.settings.get("AutoVerifiedAttributes").and_then(|list| list.as_array()).is_none_or(Vec::is_empty) {
        return Err(unmet(
            "People can only be imported into a user pool that verifies e-mail addresses or phone numbers.",
        ));
    }
    if pool.resources.imports.len() >= MOST_JOBS {
        return Err(ApiError::new("LimitExceededException", "Number of user import jobs exceeds the limit."));
    }
    let date = jiff::Timestamp::from_millisecond(now_ms).unwrap_or_default().strftime("%Y%m%dT%H%M%SZ").to_string();
    let url = format!(
        "{base}/_import/{}/{id}?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={account}%2F{}%2F{region}%2Fs3%2Faws4_request\
         &X-Amz-Date={date}&X-Amz-Expires={}&X-Amz-SignedHeaders=host%3Bx-amz-server-side-encryption&X-Amz-Signature={signature}",
        pool.id,
        date.get(..8).unwrap_or_default(),
        UPLOAD_MS / 1000,
    );
    let job = Job {
        id: id.clone(),
        pool: pool.id.clone(),
        name: input.text("JobName")?.to_owned(),
        role_arn: input.text("CloudWatchLogsRoleArn")?.to_owned(),
        algorithm: input.maybe("PasswordHashingAlgorithm").map(str::to_owned),
        url,
        signature,
        status: Status::Created,
        created_ms: now_ms,
        started_ms: None,
        completed_ms: None,
        message: None,
        upload: None,
        offset: 0,
        line: 0,
        log: Vec::new(),
    };
    let answer = described(&job);
    pool.resources.imports.insert(id, job);
    answer
}

/// The job that an input names.
fn named<'a>(call: &'a mut Call<'_>, input: &Input) -> Result<&'a mut Job, ApiError> {
    let id = input.text("JobId")?;
    let pool = call.pool(input.maybe("UserPoolId"))?;
    pool.resources.imports.get_mut(id).ok_or_else(|| missing(id))
}

/// `DescribeUserImportJob`.
pub(super) fn describe(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    described(named(call, &input)?)
}

/// `ListUserImportJobs`: the latest first.
pub(super) fn list(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    let limit = check::limit(input.number("MaxResults"), "maxResults", 1)?;
    let (weather, now_ms) = (call.weather, call.moment.now_ms);
    let pool = &*call.pool(input.maybe("UserPoolId"))?;
    let key = |job: &Job| format!("{:020}{}", i64::MAX - job.created_ms, job.id);
    let mut jobs: Vec<(String, &Job)> = pool.resources.imports.values().map(|job| (key(job), job)).collect();
    jobs.sort_by(|a, b| a.0.cmp(&b.0));
    let items = jobs.iter().map(|(key, job)| (key.as_str(), serde_json::Value::from(job.shown())));
    let question = Question::new("ListUserImportJobs", &pool.id, "");
    let page = page(items, &question, input.maybe("PaginationToken"), limit, weather, now_ms)?;
    page.answer("UserImportJobs", "PaginationToken")
}

/// `StartUserImportJob`: one at a time in the whole account.
pub(super) fn start(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    let now_ms = call.moment.now_ms;
    let busy = call.world.pools.values().any(|pool| pool.resources.importing());
    let job = named(call, &input)?;
    if job.status != Status::Created {
        return Err(unmet("The user import job has been started before, or can no longer be."));
    }
    if busy {
        return Err(unmet("Another user import job of this account is active."));
    }
    if job.upload.is_none() {
        return Err(unmet("No file has been uploaded for the user import job."));
    }
    job.status = Status::Pending;
    job.started_ms = Some(now_ms);
    described(job)
}

/// `StopUserImportJob`: who is there already stays.
pub(super) fn stop(call: &mut Call<'_>) -> Answered {
    let input: Input = call.input()?;
    let job = named(call, &input)?;
    if !matches!(job.status, Status::Pending | Status::InProgress) {
        return Err(unmet("The user import job is not running."));
    }
    job.status = Status::Stopping;
    described(job)
}

/// Brings every job to where it should be by now.
pub(crate) fn settle(world: &mut World, moment: Moment) {
    let World { pools, random, .. } = world;
    for pool in pools.values_mut().filter(|pool| !pool.resources.imports.is_empty()) {
        let mut jobs = std::mem::take(&mut pool.resources.imports);
        for job in jobs.values_mut() {
            job.age(moment.now_ms);
            if job.status.is_active() {
                advance(pool, job, random, moment);
            }
        }
        pool.resources.imports = jobs;
    }
}

fn advance(pool: &mut Pool, job: &mut Job, random: &mut rand_chacha::ChaCha8Rng, moment: Moment) {
    let now_ms = moment.now_ms;
    if job.status == Status::Stopping {
        job.end(Status::Stopped, "ImportJobStopped", now_ms);
        return;
    }
    if job.started_ms.is_none_or(|started| now_ms < started + PENDING_MS) {
        return;
    }
    job.status = Status::InProgress;
    let Some(Upload::Text(text)) = job.upload.take() else {
        job.end(Status::Failed, "CSVFileIsNotUTF8", now_ms);
        return;
    };
    match work(pool, job, &text, random, moment) {
        Ok(true) => job.end(Status::Succeeded, "ImportJobCompletedSuccessfully", now_ms),
        Ok(false) => job.upload = Some(Upload::Text(text)),
        Err(message) => job.end(Status::Failed, message, now_ms),
    }
}

/// Deals with the rows that are due, and says whether that were all.
fn work(
    pool: &mut Pool,
    job: &mut Job,
    text: &str,
    random: &mut rand_chacha::ChaCha8Rng,
    moment: Moment,
) -> Result<bool, &'static str> {
    let (header, first) = file::row(text, 0).ok_or("CSVFileIsEmpty")?;
    let columns = file::columns(pool, header, job.algorithm.is_some())?;
    if job.line == 0 {
        if text.lines().skip(1).filter(|line| !line.trim().is_empty()).count() > MOST_ROWS {
            return Err("CSVFileHasTooManyUsers");
        }
        (job.line, job.offset) = (1, first);
    }
    let due = job.due(moment.now_ms);
    while let Some((row, next)) = file::row(text, job.offset) {
        if job.line > due {
            return Ok(false);
        }
        (job.line, job.offset) = (job.line + 1, next);
        if row.trim().is_empty() {
            continue;
        }
        let sub = random_uuid(random);
        let entry = file::entry(pool, &columns, row).map_err(|why| (Fate::Failed, why.0));
        let made = entry.and_then(|entry| people::import(pool, entry, job.algorithm.as_deref(), &sub, moment));
        let (fate, reason) = made.err().unwrap_or_else(|| (Fate::Succeeded, "The import succeeded.".to_owned()));
        job.log.push(Entry { line: job.line, fate, reason });
    }
    Ok(true)
}
