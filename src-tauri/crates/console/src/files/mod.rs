//! Files of people: written from the local copy, and read to become users.

mod check;
mod export;
mod import;
mod import_job;
mod import_record;
mod outcomes;
mod place;
mod read;
mod write;

pub use check::{CheckedImport, ImportRequest, MOST_CREATED, RowProblem};
pub use cognito::ImportStatus;
pub use export::{ExportHandle, ExportProgress, ExportRequest, ExportTarget, Exported};
pub use import_job::{ImportAtAws, ImportHandle, ImportJobSettings, ImportPhase, ImportProgress, ImportResult};
pub use model::import::{HashAlgorithm, Mapping, MappingError, Person, Problem, Target, Way};
pub use place::{GrowingFile, save_file, write_file};
pub use write::FileFormat;
