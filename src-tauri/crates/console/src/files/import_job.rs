//! Handing a checked file to Cognito's own import: header, file, job, upload, start, and how far it has come.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::sync::Arc;
use std::time::Duration;

use cognito::{ErrorKind, ImportStatus};
use model::import::{HashAlgorithm, JOB_BYTES, Mapping, Target, Way, job_row};
use sha2::{Digest as _, Sha256};
use store::Journal;
use tokio::sync::watch;

use super::check::CheckedImport;
use super::import::ready;
use super::import_record::{Record, START, STOP};
use super::place::failed;
use crate::error::{Code, Error};
use crate::jobs::Approval;
use crate::open::blocking;
use crate::pool::{Live, OpenPool};
use crate::sync::passes;

/// Between two looks at a job. AWS allows five a second for one pool.
const LOOKS: Duration = Duration::from_secs(2);

/// Between the first looks, for a job that has little to do.
const FIRST_LOOKS: Duration = Duration::from_millis(250);

/// Looks that are quick.
const QUICK: u32 = 8;

/// Looks after which a job whose start had no answer, and that has not begun, is taken for not started.
const NOT_STARTED: u32 = QUICK + 3;

/// Looks in a row that may fail for a passing reason: ten minutes at least.
const PATIENCE: u32 = 300;

/// Between two looks while no credentials can be had: asking for them may run a program or call STS.
const RENEWALS: Duration = Duration::from_secs(30);

/// What a job needs besides the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportJobSettings {
    /// Its name, for people.
    pub name: String,
    /// The role with which Cognito writes the log of the import.
    pub role_arn: String,
}

/// What an import is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportPhase {
    /// The file is written in Cognito's form.
    Writing,
    /// The file is brought to S3.
    Uploading,
    /// Cognito imports.
    Importing,
    /// It has ended; see [`ImportProgress::result`].
    Ended,
}

/// How far an import has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportProgress {
    /// What it is doing.
    pub phase: ImportPhase,
    /// Users that the file has.
    pub total: u64,
    /// What AWS says of the job; `None` before it was made.
    pub status: Option<ImportStatus>,
    /// How it ended; `None` while it goes on.
    pub result: Option<Result<ImportResult, Error>>,
}

/// What came of an import. Which row was skipped or failed stands in a log alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportResult {
    /// What AWS says at the end.
    pub status: ImportStatus,
    /// Users that the file had.
    pub total: u64,
    /// Rows of which it is not known what came of them, because AWS tells only how many.
    pub unknown: u64,
    /// The group of logs in CloudWatch that tells of each line.
    pub log_group: String,
    /// The stream within that group.
    pub log_stream: String,
}

/// An import in the background. Clones are the same one.
#[derive(Clone)]
pub struct ImportHandle {
    /// How far it has come.
    pub progress: watch::Receiver<ImportProgress>,
}

impl ImportHandle {
    /// Waits for its end.
    ///
    /// # Errors
    /// What stood in the way. An import that AWS ended as failed is a result.
    pub async fn finished(&self) -> Result<ImportResult, Error> {
        let mut progress = self.progress.clone();
        let ended = progress.wait_for(|told| told.result.is_some()).await.ok().and_then(|told| told.result.clone());
        ended.unwrap_or_else(|| Err(Error::new(Code::Internal, "The import ended unexpectedly; see the log.")))
    }
}

impl OpenPool {
    /// Hands the good rows of a checked file to Cognito's own import, in the background (`GetCSVHeader`,
    /// `CreateUserImportJob`, a `PUT` to S3, `StartUserImportJob`, `DescribeUserImportJob`; makes nobody active). Each call that
    /// changes something is in the audit before it is sent.
    ///
    /// # Errors
    /// [`Code::NotFound`] when the file was imported already; [`Code::Precondition`] when something stands against it, it was
    /// checked for the other way, or Production is locked; [`Code::Validation`] on `poolName` unless the pool's name or id was
    /// typed, on `roleArn`, on `name`, and on `mapping` when Cognito's file has no column for one of it; what reading its
    /// columns says; [`Code::JournalUnavailable`]. Then nothing was changed, and the file may be tried again.
    pub async fn begin_import(
        self: &Arc<Self>,
        id: &str,
        settings: ImportJobSettings,
        approval: Approval,
    ) -> Result<ImportHandle, Error> {
        let checked = self.checked_import(id)?;
        let Way::Job { hashes } = checked.request.way else {
            let message = "The file was checked for creating users one by one. Check it for Cognito's own import.";
            return Err(Error::new(Code::Precondition, message));
        };
        ready(&checked)?;
        named(&settings)?;
        if self.is_read_only() {
            let message = "This pool is marked Production and read-only. Unlock it first.";
            return Err(Error::new(Code::Precondition, message));
        }
        self.is_name(approval.pool_name.as_deref()).await?;
        let journal = self.journal()?;
        let live = self.pinned().await?;
        let header = live.session.csv_header(&self.key.pool).await?;
        carried(&checked.mapping, &header)?;
        let checked = self.take_import(id)?;
        let total = checked.good;
        let start = ImportProgress { phase: ImportPhase::Writing, total, status: None, result: None };
        let (told, progress) = watch::channel(start);
        let run =
            Run { pool: self.clone(), live, journal, checked, header, settings, hashes, reason: approval.reason, told };
        tokio::spawn(run.finish());
        Ok(ImportHandle { progress })
    }

    /// How far an import has come, also one that another program began (`DescribeUserImportJob`; free).
    ///
    /// # Errors
    /// [`Code::NotFound`]; [`Code::Precondition`] while the pool was opened from its copy alone.
    pub async fn import_status(&self, job: &str) -> Result<ImportStatus, Error> {
        Ok(self.live()?.session.import_status(&self.key.pool, job).await?)
    }

    /// The newest imports of the pool, whoever began them, the newest first, ten at most (`ListUserImportJobs`; free). What
    /// they show of calls whose outcome the audit does not have is written down.
    ///
    /// # Errors
    /// [`Code::Precondition`] while the pool was opened from its copy alone; what AWS says.
    pub async fn newest_imports(&self) -> Result<Vec<ImportAtAws>, Error> {
        let found = self.live()?.session.newest_imports(&self.key.pool).await?;
        if let Err(error) = self.settle_imports(found.clone()).await {
            tracing::warn!(code = error.code.as_str(), "what became of calls about imports is not written down");
        }
        let log_group = self.import_log_group().await;
        let told = |status| ImportAtAws { log_group: log_group.clone(), log_stream: log_stream(&status), status };
        Ok(found.into_iter().map(told).collect())
    }

    /// Stops an import, whoever began it; who is in stays (`StopUserImportJob`; free). It is in the audit before it is sent.
    ///
    /// # Errors
    /// [`Code::Precondition`] in locked Production; [`Code::JournalUnavailable`]; what AWS says, such as that it does not run.
    pub async fn stop_import(self: &Arc<Self>, job: &str) -> Result<(), Error> {
        self.may_change()?;
        let (journal, live) = (self.journal()?, self.pinned().await?);
        let record = Record::new(self, &journal, job, STOP, &live.identity.arn, None);
        let stopped = live.session.stop_import(&self.key.pool, job, &record).await;
        Ok(record.outcome(stopped.map(|request| (request, ()))).await??)
    }

    /// The group of logs that tells of each line of an import.
    async fn import_log_group(&self) -> String {
        let name = self.pool().await.ok().flatten().map(|pool| pool.name).unwrap_or_default();
        format!("/aws/cognito/userpools/{}/{name}", self.key.pool)
    }
}

/// The stream that tells of each line of an import.
fn log_stream(status: &ImportStatus) -> String {
    format!("{}/{}", status.id, status.name)
}

/// An import that AWS knows of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportAtAws {
    /// What AWS says of it.
    pub status: ImportStatus,
    /// The group of logs in CloudWatch that tells of each line.
    pub log_group: String,
    /// The stream within that group.
    pub log_stream: String,
}

/// Whether AWS would take the settings.
fn named(settings: &ImportJobSettings) -> Result<(), Error> {
    let plain = |c: char| c.is_alphanumeric() || " +=,.@-_".contains(c);
    if settings.name.is_empty() || settings.name.chars().count() > 128 || !settings.name.chars().all(plain) {
        return Err(Error::invalid("name", "Name the import with letters, digits and spaces, 128 at most."));
    }
    let parts: Vec<&str> = settings.role_arn.splitn(6, ':').collect();
    let role = matches!(parts.as_slice(), ["arn", _, "iam", _, account, role] if !account.is_empty() && role.starts_with("role/"));
    if role && settings.role_arn.len() <= 2_048 {
        return Ok(());
    }
    let message = "Give the ARN of a role that Cognito may use to write logs: arn:aws:iam::123456789012:role/name.";
    Err(Error::invalid("roleArn", message))
}

/// What to do when AWS does not say that a job begins which it was asked to begin.
fn not_begun(id: &str) -> String {
    format!(
        "The start of the import had no answer, and AWS does not say that it runs. Look at the job {id} again in some \
         minutes: if it is still only created, nobody was imported. Then check the file again and import it anew."
    )
}

/// Whether the file for Cognito has a column for everything that is imported: what has none would be lost in silence.
fn carried(mapping: &Mapping, header: &[String]) -> Result<(), Error> {
    for (column, target) in &mapping.columns {
        let name = match target {
            Target::Ignored | Target::Groups | Target::Enabled => continue,
            Target::Username => "cognito:username",
            other => other.word(),
        };
        if !header.iter().any(|known| known == name) {
            let message = format!("Cognito's import has no column {name} in this pool. Leave out the column {column}.");
            return Err(Error::invalid("mapping", message));
        }
    }
    Ok(())
}

/// A file and the SHA-256 of what is written into it.
struct Digesting<'a> {
    file: &'a File,
    digest: Sha256,
}

impl Write for Digesting<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.digest.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

struct Run {
    pool: Arc<OpenPool>,
    live: Live,
    journal: Journal,
    checked: Arc<CheckedImport>,
    /// The columns that Cognito's file must have.
    header: Vec<String>,
    settings: ImportJobSettings,
    hashes: Option<HashAlgorithm>,
    reason: Option<String>,
    told: watch::Sender<ImportProgress>,
}

impl Run {
    async fn finish(self) {
        let result = self.import().await;
        self.told.send_modify(|progress| {
            progress.phase = ImportPhase::Ended;
            progress.result = Some(result);
        });
    }

    async fn import(&self) -> Result<ImportResult, Error> {
        let (session, pool) = (&self.live.session, &self.pool.key.pool);
        let (file, digest) = self.write().await?;
        let (name, role) = (self.settings.name.as_str(), self.settings.role_arn.as_str());
        self.record(&self.checked.id, "ImportUsers").approved(digest, self.what()).await?;
        let record = self.record(&self.checked.id, "CreateUserImportJob");
        let made = session.create_import(pool, name, role, self.hashes, &record).await;
        let made = record.outcome(made.map(|new| (new.request_id.clone(), new))).await??;
        let id = made.status.id.clone();
        self.tell(ImportPhase::Uploading, made.status);
        session.upload_import(pool, &made.upload, &file).await?;
        // It holds people's data and is at AWS now.
        drop(file);
        let record = self.record(&id, START);
        let started = session.start_import(pool, &id, &record).await;
        let started = record.outcome(started.map(|request| (request, ()))).await?;
        // Without an answer it may run all the same, and a look is free.
        let in_doubt = matches!(&started, Err(error) if error.kind == ErrorKind::OutcomeUnknown);
        if !in_doubt {
            started?;
        }
        let status = self.watch(&id, in_doubt.then_some(&record)).await?;
        Ok(self.result(status).await)
    }

    /// What is imported, for the audit.
    fn what(&self) -> String {
        let users = self.checked.good;
        match self.hashes {
            Some(hashes) => format!("{users} users with {} hashes", hashes.as_str()),
            None => format!("{users} users"),
        }
    }

    /// The file in Cognito's form, on the disk of the local data. It has no name (on Windows one that the system removes with
    /// the handle), so nothing of it is left behind however this program ends. With it goes its SHA-256.
    async fn write(&self) -> Result<(File, String), Error> {
        let against = self.pool.import_against().await?;
        let (checked, header) = (self.checked.clone(), self.header.clone());
        let folder = self.pool.console.data.root().to_owned();
        blocking(move || {
            let broken = |error: std::io::Error| failed(&error);
            let with_hashes = matches!(checked.request.way, Way::Job { hashes: Some(_) });
            let header: Vec<String> =
                header.into_iter().filter(|column| with_hashes || column != "password_hash").collect();
            let file = tempfile::tempfile_in(folder).map_err(broken)?;
            let mut out = BufWriter::new(Digesting { file: &file, digest: Sha256::new() });
            writeln!(out, "{}", header.join(",")).map_err(broken)?;
            checked.people(&against, |person| writeln!(out, "{}", job_row(&person, &header)).map_err(broken))?;
            let out = out.into_inner().map_err(|error| failed(error.error()))?;
            let digest = hex::encode(out.digest.finalize());
            let bytes = file.metadata().map_err(broken)?.len();
            if bytes > JOB_BYTES {
                let message = "The file is larger than the hundred megabytes that Cognito's import takes. Divide it.";
                return Err(Error::new(Code::Precondition, message));
            }
            Ok((file, digest))
        })
        .await
    }

    /// Looks until the job has ended, with whatever credentials the pool has by then: a look is free and changes nothing.
    /// Passing trouble between here and AWS does not end it, because the job goes on. `in_doubt` is the start that no answer
    /// came to.
    async fn watch(&self, id: &str, mut in_doubt: Option<&Record>) -> Result<ImportStatus, Error> {
        let session = &self.pool.live()?.session;
        let (mut looks, mut failed) = (0_u32, 0_u32);
        loop {
            let mut rest = if looks < QUICK { FIRST_LOOKS } else { LOOKS };
            match session.import_status(&self.pool.key.pool, id).await {
                Ok(status) => {
                    failed = 0;
                    self.tell(ImportPhase::Importing, status.clone());
                    if status.status != "Created"
                        && let Some(record) = in_doubt.take()
                    {
                        record.was_applied().await?;
                    }
                    if status.has_ended() {
                        return Ok(status);
                    }
                    if in_doubt.is_some() && looks >= NOT_STARTED {
                        return Err(Error::new(Code::Unreachable, not_begun(id)));
                    }
                }
                // AWS answered when the job was made.
                Err(error) if passes(&error, true) && failed < PATIENCE => {
                    failed += 1;
                    let expired =
                        matches!(error.kind, ErrorKind::CredentialsExpired { .. } | ErrorKind::CredentialsMissing);
                    if expired && session.credentials().await.is_err() {
                        rest = RENEWALS;
                    }
                }
                Err(error) => return Err(error.into()),
            }
            looks += 1;
            tokio::time::sleep(rest).await;
        }
    }

    async fn result(&self, status: ImportStatus) -> ImportResult {
        let total = self.checked.good;
        // When all are in, each of them is; else nobody says which.
        let unknown = if status.imported == total { 0 } else { total };
        ImportResult {
            log_group: self.pool.import_log_group().await,
            log_stream: log_stream(&status),
            total,
            unknown,
            status,
        }
    }

    fn tell(&self, phase: ImportPhase, status: ImportStatus) {
        self.told.send_modify(|progress| {
            progress.phase = phase;
            progress.status = Some(status);
        });
    }

    fn record(&self, job: &str, operation: &'static str) -> Record {
        Record::new(&self.pool, &self.journal, job, operation, &self.live.identity.arn, self.reason.as_deref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cognito_s_file_cannot_carry_is_refused_by_its_column() {
        let columns = [("who", "username"), ("Plan", "custom:plan"), ("teams", "group"), ("shoe", "-")];
        let columns = columns.map(|(name, word)| (name.to_owned(), Target::of_word(word)));
        let mapping = Mapping { columns: columns.into() };
        let header = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert_eq!(carried(&mapping, &header(&["cognito:username", "custom:plan", "email"])), Ok(()));
        let refused = carried(&mapping, &header(&["cognito:username", "email"])).unwrap_err();
        assert_eq!(refused.field.as_deref(), Some("mapping"));
        assert!(refused.message.contains("Plan"), "{refused}");
    }
}
