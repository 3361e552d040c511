//! `poolctl export`: people into a file that is complete or absent, or to standard output. Opens no socket.

use std::io::{self, Write};
use std::path::absolute;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use console::files::{ExportHandle, ExportRequest, ExportTarget, FileFormat};
use wire::WireError;
use wire::files::ExportedView;

use super::users::{doubt, sort, trimmed};
use crate::arguments::{Export, Format, GlobalOptions, Written};
use crate::failure::Failure;
use crate::output;

/// Writes them and tells how many.
pub(crate) async fn run(common: &GlobalOptions, asked: Export) -> Result<(), Failure> {
    let format = form(common, &asked)?;
    let (_console, pool) = common.local_copy().await?;
    let known = pool.fields().await?.names().to_vec();
    let request = ExportRequest {
        query: asked.query.clone().unwrap_or_default(),
        sort: (&sort(&asked.sort, &known)?).into(),
        columns: trimmed(&asked.columns),
        format,
    };
    doubt(common, &pool, &request.query).await?;
    let gone = Arc::new(AtomicBool::new(false));
    let target = match &asked.output {
        Some(path) => ExportTarget::File { path: absolute(path)?, replace: asked.force },
        None => {
            let out = output::data(if format == FileFormat::Csv { Format::Csv } else { Format::Json });
            ExportTarget::Out(Box::new(Out { out, gone: gone.clone() }))
        }
    };
    let done = followed(common, &pool.export(request, target).await?).await;
    if gone.load(Ordering::Relaxed) {
        return Err(Failure::from(io::Error::from(io::ErrorKind::BrokenPipe)));
    }
    let done = done?;
    if asked.output.is_none() {
        common.note(&format!("{} users were written", done.people));
        return Ok(());
    }
    if common.wants_json() {
        return Ok(output::json(&done)?);
    }
    Ok(writeln!(io::stdout(), "{} users in {}", done.people, done.path.as_deref().unwrap_or_default())?)
}

/// Standard output, which remembers whether its reader has gone.
pub(super) struct Out {
    pub(super) out: Box<dyn Write + Send>,
    pub(super) gone: Arc<AtomicBool>,
}

impl Out {
    fn told<T>(gone: &AtomicBool, done: io::Result<T>) -> io::Result<T> {
        done.inspect_err(|error| gone.store(error.kind() == io::ErrorKind::BrokenPipe, Ordering::Relaxed))
    }
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Self::told(&self.gone, self.out.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        Self::told(&self.gone, self.out.flush())
    }
}

/// Waits for its end; Ctrl C cancels it.
async fn followed(common: &GlobalOptions, export: &ExportHandle) -> Result<ExportedView, Failure> {
    let mut finished = std::pin::pin!(export.finished());
    let done = tokio::select! {
        done = &mut finished => done,
        _ = tokio::signal::ctrl_c() => {
            export.cancel();
            common.note("cancelling");
            finished.await
        }
    };
    Ok(ExportedView::from(&done?))
}

/// The form: what `--format` says, else the file's ending, else CSV.
fn form(common: &GlobalOptions, asked: &Export) -> Result<FileFormat, Failure> {
    let told = asked.output.as_deref().and_then(FileFormat::of_name);
    match common.format {
        Some(Written::Csv) => Ok(FileFormat::Csv),
        Some(Written::Jsonl) => Ok(FileFormat::JsonLines),
        Some(Written::Table) => {
            let sentence = "An export is written as csv, jsonl or json.";
            Err(Failure::usage(WireError::validation("format", sentence)))
        }
        // With a file, JSON is what is said about it.
        _ if common.wants_json() => Ok(told.unwrap_or(match asked.output {
            Some(_) => FileFormat::Csv,
            None => FileFormat::Json,
        })),
        _ => Ok(told.unwrap_or(FileFormat::Csv)),
    }
}
