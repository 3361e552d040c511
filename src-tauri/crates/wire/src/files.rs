//! Files of people: exports and imports, and their progress.

use console::files::{
    CheckedImport, ExportProgress, ExportRequest, Exported, FileFormat, HashAlgorithm, ImportAtAws, ImportJobSettings,
    ImportPhase, ImportProgress, ImportRequest, ImportStatus, Mapping, Person, RowProblem, Target, Way,
};
use console::jobs::{Approval, Delivery};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::users::{SearchList, SortView};
use crate::{WireError, count};

/// Writes whom a query finds into the folder for downloads.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct StartExport {
    /// The query as typed; everybody when it is empty.
    pub query: String,
    /// The order.
    pub sort: SortView,
    /// Fields of the pool, in order; every field when it is empty.
    pub columns: Vec<String>,
    /// `csv` or `jsonl`.
    pub format: String,
    /// A pasted list in the place of query and order.
    #[specta(optional)]
    pub list: Option<SearchList>,
}

impl StartExport {
    /// What is wanted.
    ///
    /// # Errors
    /// A validation error on `format`.
    pub fn parse(self) -> Result<ExportRequest, WireError> {
        let format = match self.format.as_str() {
            "csv" => FileFormat::Csv,
            "jsonl" => FileFormat::JsonLines,
            _ => return Err(WireError::validation("format", "An export is written as csv or jsonl.")),
        };
        Ok(ExportRequest { query: self.query, sort: (&self.sort).into(), columns: self.columns, format })
    }
}

/// How far an export has come.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ExportView {
    /// People that have been written.
    pub written: u32,
    /// People whom the query finds; `null` while they are counted.
    pub total: Option<u32>,
    /// Whether nothing is written any more.
    pub ended: bool,
    /// The file, once it is complete.
    pub path: Option<String>,
    /// Why there is no file, once it ended without one.
    pub error: Option<WireError>,
}

impl From<&ExportProgress> for ExportView {
    fn from(progress: &ExportProgress) -> Self {
        let done = progress.ended.as_ref().and_then(|ended| ended.as_ref().ok());
        let error = progress.ended.as_ref().and_then(|ended| ended.as_ref().err());
        Self {
            written: count(progress.written),
            total: progress.total.map(count),
            ended: progress.ended.is_some(),
            path: done.and_then(|done| ExportedView::from(done).path),
            error: error.map(|error| error.clone().into()),
        }
    }
}

/// What was written, as `poolctl` tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExportedView {
    /// The file; `null` for standard output.
    pub path: Option<String>,
    /// How many people.
    pub people: u64,
}

impl From<&Exported> for ExportedView {
    fn from(done: &Exported) -> Self {
        Self { path: done.path.as_ref().map(|path| path.display().to_string()), people: done.people }
    }
}

/// A column of a file and what it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ColumnView {
    /// What the file calls it. Foreign text.
    pub name: String,
    /// `-` for what is not imported, `username`, `group`, `enabled`, `cognito:mfa_enabled`, `password_hash`, or the name of an
    /// attribute.
    pub target: String,
}

impl ColumnView {
    /// The columns of a file, as a mapping has them.
    #[must_use]
    pub fn all(mapping: &Mapping) -> Vec<Self> {
        let column = |(name, target): &(String, Target)| Self { name: name.clone(), target: target.word().to_owned() };
        mapping.columns.iter().map(column).collect()
    }
}

/// How a file is held against the open pool. Which file is said apart: the web view names none.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CheckImport {
    /// Which column is what; `null` to guess by the names.
    pub columns: Option<Vec<ColumnView>>,
    /// `create` for one by one, `job` for Cognito's own import.
    pub way: String,
    /// How passwords are hashed (`BCRYPT`, `SCRYPT`, `ARGON2ID`, `PBKDF2_SHA256`); `null` when the file has none.
    pub hashes: Option<String>,
}

impl CheckImport {
    /// What is asked of the file at `path`: CSV, or JSON Lines where its name ends in `.jsonl`.
    ///
    /// # Errors
    /// A validation error on `way` or `hashes`.
    pub fn of(self, path: std::path::PathBuf) -> Result<ImportRequest, WireError> {
        let hashes = self.hashes.filter(|word| !word.trim().is_empty());
        let hashes = hashes.map(|word| {
            let unknown =
                || WireError::validation("hashes", "Cognito takes BCRYPT, SCRYPT, ARGON2ID and PBKDF2_SHA256.");
            HashAlgorithm::of_word(&word).ok_or_else(unknown)
        });
        let way = match self.way.as_str() {
            "create" => Way::Create,
            "job" => Way::Job { hashes: hashes.transpose()? },
            _ => return Err(WireError::validation("way", "People are imported by create or by job.")),
        };
        let column = |column: ColumnView| (column.name, Target::of_word(&column.target));
        let mapping = self.columns.map(|columns| Mapping { columns: columns.into_iter().map(column).collect() });
        Ok(ImportRequest { path, mapping, way })
    }
}

/// A problem and where it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RowProblemView {
    /// The line of the file at which the row begins, from 1.
    pub line: u32,
    /// The column; `null` when it is about the whole row. Foreign text.
    pub column: Option<String>,
    /// What is wrong, as a sentence.
    pub message: String,
}

impl From<&RowProblem> for RowProblemView {
    fn from(problem: &RowProblem) -> Self {
        Self {
            line: count(problem.line),
            column: problem.problem.column.clone(),
            message: problem.problem.message.clone(),
        }
    }
}

/// A row as it would be a user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct NewPersonView {
    /// The user name. Foreign text.
    pub username: String,
    /// The attributes. Foreign text.
    pub attributes: std::collections::BTreeMap<String, String>,
    /// The groups. Foreign text.
    pub groups: Vec<String>,
}

/// A file that was held against the pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CheckedImportView {
    /// Names it once.
    pub id: String,
    /// Which column is what.
    pub columns: Vec<ColumnView>,
    /// Rows of the file.
    pub rows: u32,
    /// Rows that can become users.
    pub good: u32,
    /// The first problems.
    pub problems: Vec<RowProblemView>,
    /// All problems.
    pub problem_count: u32,
    /// What keeps the whole file from being imported.
    pub against: Vec<String>,
    /// What a person should know.
    pub notes: Vec<String>,
    /// The first rows as they would be users.
    pub first: Vec<NewPersonView>,
}

impl From<&CheckedImport> for CheckedImportView {
    fn from(checked: &CheckedImport) -> Self {
        let person = |person: &Person| NewPersonView {
            username: person.username.clone(),
            attributes: person.attributes.clone(),
            groups: person.groups.iter().map(ToString::to_string).collect(),
        };
        Self {
            id: checked.id.clone(),
            columns: ColumnView::all(&checked.mapping),
            rows: count(checked.rows),
            good: count(checked.good),
            problems: checked.problems.iter().map(RowProblemView::from).collect(),
            problem_count: count(checked.problem_count),
            against: checked.against.clone(),
            notes: checked.notes.clone(),
            first: checked.first.iter().map(person).collect(),
        }
    }
}

/// Names a file that was checked.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct OneCheck {
    /// As given by [`CheckedImportView`].
    pub id: String,
}

/// Plans the creation of a checked file's users one by one.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PlanImport {
    /// As given by [`CheckedImportView`].
    pub id: String,
    /// How invitations are sent: `email`, `sms`; empty for not at all.
    pub invite: Vec<String>,
}

impl PlanImport {
    /// The ways of invitation.
    ///
    /// # Errors
    /// A validation error on `invite`.
    pub fn deliveries(&self) -> Result<std::collections::BTreeSet<Delivery>, WireError> {
        let way = |word: &String| match word.as_str() {
            "email" => Ok(Delivery::Email),
            "sms" => Ok(Delivery::Sms),
            _ => Err(WireError::validation("invite", "Invitations go by email or sms.")),
        };
        self.invite.iter().map(way).collect()
    }
}

/// Hands a checked file to Cognito's own import.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct StartImport {
    /// As given by [`CheckedImportView`].
    pub id: String,
    /// What the import is called.
    pub name: String,
    /// The role with which Cognito writes its log.
    pub role_arn: String,
    /// The pool's name or id, typed.
    pub pool_name: Option<String>,
    /// Why, for the audit.
    pub reason: Option<String>,
}

impl StartImport {
    /// What the job needs, and the approval.
    #[must_use]
    pub fn parse(self) -> (String, ImportJobSettings, Approval) {
        let reason = self.reason.filter(|reason| !reason.trim().is_empty());
        let settings =
            ImportJobSettings { name: self.name.trim().to_owned(), role_arn: self.role_arn.trim().to_owned() };
        (self.id, settings, Approval { pool_name: self.pool_name, reason })
    }
}

/// How far Cognito's own import has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ImportView {
    /// `writing`, `uploading`, `importing` or `ended`.
    pub phase: String,
    /// Users of the file.
    pub total: u32,
    /// AWS's id of the import; `null` before it was made.
    pub job: Option<String>,
    /// AWS's status (`InProgress`); `null` before.
    pub status: Option<String>,
    /// Users who were imported so far.
    pub imported: u32,
    /// Users who were left out because they exist.
    pub skipped: u32,
    /// Users who could not be imported.
    pub failed: u32,
    /// What AWS says about its end.
    pub message: Option<String>,
    /// Rows of which only a log tells what came of them.
    pub unknown: u32,
    /// The group of logs that tells of each line; `null` before the end.
    pub log_group: Option<String>,
    /// The stream in that group; `null` before the end.
    pub log_stream: Option<String>,
    /// Why it ended without a result.
    pub error: Option<WireError>,
}

/// An import that AWS knows of, whoever began it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ImportAtAwsView {
    /// AWS's id.
    pub id: String,
    /// Its name. Foreign text.
    pub name: String,
    /// AWS's status (`InProgress`).
    pub status: String,
    /// Whether it can be stopped: it waits or runs.
    pub running: bool,
    /// Users who were imported so far.
    pub imported: u32,
    /// Users who were left out because they exist.
    pub skipped: u32,
    /// Users who could not be imported.
    pub failed: u32,
    /// The group of logs that tells of each line.
    pub log_group: String,
    /// The stream in that group.
    pub log_stream: String,
}

impl From<&ImportAtAws> for ImportAtAwsView {
    fn from(import: &ImportAtAws) -> Self {
        let status = &import.status;
        Self {
            id: status.id.clone(),
            name: status.name.clone(),
            status: status.status.clone(),
            running: matches!(status.status.as_str(), "Pending" | "InProgress"),
            imported: count(status.imported),
            skipped: count(status.skipped),
            failed: count(status.failed),
            log_group: import.log_group.clone(),
            log_stream: import.log_stream.clone(),
        }
    }
}

/// Names an import that AWS knows of.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct OneImport {
    /// AWS's id of it.
    pub id: String,
}

impl From<&ImportProgress> for ImportView {
    fn from(progress: &ImportProgress) -> Self {
        let phase = match progress.phase {
            ImportPhase::Writing => "writing",
            ImportPhase::Uploading => "uploading",
            ImportPhase::Importing => "importing",
            ImportPhase::Ended => "ended",
        };
        let result = progress.result.as_ref().and_then(|result| result.as_ref().ok());
        let status = result.map(|result| &result.status).or(progress.status.as_ref());
        let error = progress.result.as_ref().and_then(|result| result.as_ref().err());
        let number = |of: fn(&ImportStatus) -> u64| status.map(of).map_or(0, count);
        Self {
            phase: phase.to_owned(),
            total: count(progress.total),
            job: status.map(|status| status.id.clone()),
            status: status.map(|status| status.status.clone()),
            imported: number(|status| status.imported),
            skipped: number(|status| status.skipped),
            failed: number(|status| status.failed),
            message: status.and_then(|status| status.message.clone()),
            unknown: result.map_or(0, |result| count(result.unknown)),
            log_group: result.map(|result| result.log_group.clone()),
            log_stream: result.map(|result| result.log_stream.clone()),
            error: error.map(|error| error.clone().into()),
        }
    }
}
