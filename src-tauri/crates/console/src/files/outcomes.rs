//! Writing what came of a job into a file, page by page.

use std::io::{self, BufWriter, Write};

use model::plan::ItemState;
use serde_json::json;
use store::{ItemRow, Journal};

use super::export::{ExportTarget, Exported};
use super::place::failed;
use super::write::FileFormat;
use crate::error::Error;
use crate::foreign::value_cell;
use crate::open::blocking;
use crate::pool::OpenPool;

/// Entries that are read at once.
const PAGE: u32 = 1_000;

/// The columns.
const COLUMNS: [&str; 8] = ["seq", "name", "sub", "state", "code", "why", "requestId", "at"];

impl OpenPool {
    /// Writes the entries of a job with what came of each: all, or those of one state. Opens no socket.
    ///
    /// # Errors
    /// [`Code::NotFound`](crate::Code::NotFound) for an unknown job; [`Code::Precondition`](crate::Code::Precondition) or
    /// [`Code::AlreadyExists`](crate::Code::AlreadyExists) when the file cannot be written;
    /// [`Code::JournalUnavailable`](crate::Code::JournalUnavailable).
    pub async fn export_outcomes(
        &self,
        job: &str,
        state: Option<ItemState>,
        format: FileFormat,
        target: ExportTarget,
    ) -> Result<Exported, Error> {
        let (journal, row) = self.job_of_this_pool(job).await?;
        let (work, now) = (Work { journal, job: row.job.id, state, format }, self.now());
        blocking(move || {
            let place = match target.place(format) {
                Ok(place) => place,
                Err(out) => return Ok::<_, Error>(Exported { path: None, people: work.write(out)? }),
            };
            let file = place.begin(now)?;
            let people = work.write(BufWriter::new(file.as_file()))?;
            Ok(Exported { path: Some(place.finish(file)?), people })
        })
        .await
    }
}

struct Work {
    journal: Journal,
    job: String,
    state: Option<ItemState>,
    format: FileFormat,
}

impl Work {
    fn write(&self, out: impl Write) -> Result<u64, Error> {
        let broken = |error: io::Error| failed(&error);
        let mut writer = Writer::begin(self.format, out).map_err(broken)?;
        let (mut from, mut written) = (0, 0);
        loop {
            let page = self.journal.job_items(&self.job, self.state, from, PAGE)?;
            let Some(last) = page.last() else { break };
            from = last.seq + 1;
            written += page.len() as u64;
            page.iter().try_for_each(|row| writer.write(row)).map_err(broken)?;
        }
        writer.end().map_err(broken)?;
        Ok(written)
    }
}

enum Writer<W: Write> {
    Csv(Box<csv::Writer<W>>),
    Lines(W),
    Array { out: W, begun: bool },
}

impl<W: Write> Writer<W> {
    fn begin(format: FileFormat, out: W) -> io::Result<Self> {
        Ok(match format {
            FileFormat::Csv => {
                let mut csv = csv::Writer::from_writer(out);
                csv.write_record(COLUMNS)?;
                Self::Csv(Box::new(csv))
            }
            FileFormat::JsonLines => Self::Lines(out),
            FileFormat::Json => Self::Array { out, begun: false },
        })
    }

    fn write(&mut self, row: &ItemRow) -> io::Result<()> {
        let target = row.item.as_ref().map(|item| &item.target);
        let (name, sub) = (target.map(model::plan::Target::name), target.and_then(model::plan::Target::sub));
        let (end, why, at) = (&row.end, row.end.told(), row.at.to_string());
        let (state, id) = (end.state.as_str(), end.request_id.as_deref());
        match self {
            Self::Csv(csv) => {
                let seq = row.seq.to_string();
                let cells =
                    [Some(seq.as_str()), name, sub, Some(state), end.code.as_deref(), why.as_deref(), id, Some(&at)];
                Ok(csv.write_record(cells.map(|cell| cell.map(value_cell).unwrap_or_default()))?)
            }
            Self::Lines(_) | Self::Array { .. } => {
                let changes = row.item.as_ref().map(model::plan::Item::shown);
                let entry = json!({
                    "seq": row.seq, "name": name, "sub": sub, "state": state, "code": end.code, "why": why,
                    "requestId": id, "at": at, "changes": changes,
                });
                self.line(&entry)
            }
        }
    }

    fn line(&mut self, entry: &serde_json::Value) -> io::Result<()> {
        match self {
            Self::Csv(_) => Ok(()),
            Self::Lines(out) => writeln!(out, "{entry}"),
            Self::Array { out, begun } => {
                out.write_all(if std::mem::replace(begun, true) { b",\n" } else { b"[\n" })?;
                write!(out, "{entry}")
            }
        }
    }

    fn end(self) -> io::Result<()> {
        match self {
            Self::Csv(mut csv) => csv.flush(),
            Self::Lines(mut out) => out.flush(),
            Self::Array { mut out, begun } => {
                out.write_all(if begun { b"\n]\n" } else { b"[]\n" })?;
                out.flush()
            }
        }
    }
}
