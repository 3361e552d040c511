//! Files of people: exports and their progress.

use console::files::{ExportProgress, ExportRequest, Exported, FileFormat};
use serde::{Deserialize, Serialize};
use specta::Type;

use crate::users::SortView;
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
