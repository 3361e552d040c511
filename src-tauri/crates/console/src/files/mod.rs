//! Files of people: written from the local copy, and read to become users.

mod export;
mod place;
mod write;

pub use export::{ExportHandle, ExportProgress, ExportRequest, ExportTarget, Exported};
pub use write::FileFormat;
