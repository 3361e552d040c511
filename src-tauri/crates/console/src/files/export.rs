//! Writing whom a query finds into a file, page by page: memory does not grow with their number.

use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::Timestamp;
use model::query::{Field, Sort, UserQuery};
use model::user::User;
use store::Cache;
use tokio::sync::watch;

use super::place::{Place, failed};
use super::write::{FileFormat, Writer};
use crate::error::{Code, Error};
use crate::open::blocking;
use crate::pool::OpenPool;

/// People that are read at once.
const PAGE: u32 = 1_000;
/// As [`PAGE`], of a list.
const AT_ONCE: usize = 1_000;

/// Whom and what to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportRequest {
    /// A query of the search language; everybody when it is empty.
    pub query: String,
    /// The order.
    pub sort: Sort,
    /// Fields of the pool, in order; every field when it is empty.
    pub columns: Vec<String>,
    /// The form.
    pub format: FileFormat,
}

/// Where to.
pub enum ExportTarget {
    /// A file of exactly that name. It is complete or absent.
    File {
        /// The name.
        path: PathBuf,
        /// Whether a file that is there already may be replaced.
        replace: bool,
    },
    /// A file in a folder, which is made, under the first free name. It is complete or absent.
    Folder {
        /// The folder.
        folder: PathBuf,
        /// The name without its ending.
        stem: String,
    },
    /// A stream.
    Out(Box<dyn Write + Send>),
}

impl ExportTarget {
    /// Where a file of this form shall be.
    ///
    /// # Errors
    /// The stream, when it is one.
    pub(super) fn place(self, format: FileFormat) -> Result<Place, Box<dyn Write + Send>> {
        match self {
            Self::Out(out) => Err(out),
            Self::File { path, replace } => Ok(Place::At { path, replace }),
            Self::Folder { folder, stem } => Ok(Place::In { folder, stem, end: format.ending().to_owned() }),
        }
    }
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// The file; `None` for a stream.
    pub path: Option<PathBuf>,
    /// How many people.
    pub people: u64,
}

/// How far an export has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportProgress {
    /// People that have been written.
    pub written: u64,
    /// People whom the query finds; `None` while they are counted.
    pub total: Option<u64>,
    /// How it ended; `None` while it goes on. [`Code::Cancelled`] when it was cancelled: there is no file then.
    pub ended: Option<Result<Exported, Error>>,
}

/// An export in the background. Clones are the same one.
#[derive(Clone)]
pub struct ExportHandle {
    /// How far it has come.
    pub progress: watch::Receiver<ExportProgress>,
    cancelled: Arc<AtomicBool>,
}

impl ExportHandle {
    /// Ends it before the next page; no file stays.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    /// Waits for its end.
    ///
    /// # Errors
    /// [`Code::Cancelled`]; [`Code::Precondition`] or [`Code::AlreadyExists`] when the file cannot be written;
    /// [`Code::CacheUnavailable`].
    pub async fn finished(&self) -> Result<Exported, Error> {
        let mut progress = self.progress.clone();
        let ended = progress.wait_for(|told| told.ended.is_some()).await.ok().and_then(|told| told.ended.clone());
        ended.unwrap_or_else(|| Err(Error::new(Code::Internal, "The export ended unexpectedly; see the log.")))
    }
}

impl OpenPool {
    /// Begins to write whom a query finds in the local copy. Opens no socket.
    ///
    /// # Errors
    /// [`Code::Validation`] with field `query`, `columns` or `sort`; [`Code::CacheUnavailable`].
    pub async fn export(&self, request: ExportRequest, target: ExportTarget) -> Result<ExportHandle, Error> {
        let whom = Whom::Query(self.understood(&request.query).await?);
        self.exporting(whom, request, target).await
    }

    /// Begins to write whom a pasted list finds, in the order of `sort` or of the list without one. The query of the request
    /// and its order are not looked at. Opens no socket.
    ///
    /// # Errors
    /// [`Code::Validation`] with field `text` or `columns`; [`Code::CacheUnavailable`].
    pub async fn export_list(
        &self,
        list: &str,
        sort: Option<&Sort>,
        request: ExportRequest,
        target: ExportTarget,
    ) -> Result<ExportHandle, Error> {
        let (_, listed) = self.listed(list, sort).await?;
        self.exporting(Whom::Ids(listed.ids), ExportRequest { sort: Sort::default(), ..request }, target).await
    }

    async fn exporting(&self, whom: Whom, request: ExportRequest, target: ExportTarget) -> Result<ExportHandle, Error> {
        let known = self.fields().await?;
        let named = |name: &String| known.names().contains(name);
        if let Some(unknown) = request.columns.iter().find(|name| !named(name)) {
            return Err(Error::invalid("columns", format!("There is no field {unknown} for a column in this pool.")));
        }
        if !named(&request.sort.field.name().to_owned()) {
            let field = request.sort.field.name();
            return Err(Error::invalid("sort", format!("There is no field {field} to sort by in this pool.")));
        }
        let columns = if request.columns.is_empty() { known.names() } else { request.columns.as_slice() };
        let columns = columns.iter().map(|name| Field::named(name)).collect();
        let cancelled = Arc::new(AtomicBool::new(false));
        let (told, progress) = watch::channel(ExportProgress { written: 0, total: None, ended: None });
        let work = Work { cache: self.cache.clone(), whom, columns, request, told, cancelled: cancelled.clone() };
        let now = self.now();
        tokio::spawn(async move {
            let told = work.told.clone();
            let ended = blocking(move || work.run(target, now)).await;
            told.send_modify(|progress| progress.ended = Some(ended));
        });
        Ok(ExportHandle { progress, cancelled })
    }
}

/// Whom to write.
enum Whom {
    Query(UserQuery),
    /// Row ids, in order.
    Ids(Arc<[u32]>),
}

struct Work {
    cache: Cache,
    whom: Whom,
    columns: Vec<Field>,
    request: ExportRequest,
    told: watch::Sender<ExportProgress>,
    cancelled: Arc<AtomicBool>,
}

impl Work {
    fn run(self, target: ExportTarget, now: Timestamp) -> Result<Exported, Error> {
        let place = match target.place(self.request.format) {
            Ok(place) => place,
            Err(out) => return Ok(Exported { path: None, people: self.write(out)? }),
        };
        let file = place.begin(now)?;
        let people = self.write(BufWriter::new(file.as_file()))?;
        Ok(Exported { path: Some(place.finish(file)?), people })
    }

    fn write(&self, out: impl Write) -> Result<u64, Error> {
        let total = match &self.whom {
            Whom::Query(query) => self.cache.count(query)?,
            Whom::Ids(ids) => ids.len() as u64,
        };
        self.told.send_modify(|progress| progress.total = Some(total));
        let mut writer = Writer::begin(self.request.format, out, &self.columns).map_err(|error| failed(&error))?;
        let mut written = 0;
        let mut put = |users: &[User]| {
            if self.cancelled.load(Ordering::Relaxed) {
                return Err(Error::new(Code::Cancelled, "The export was cancelled. No file was written."));
            }
            for user in users {
                writer.write(user, &self.columns).map_err(|error| failed(&error))?;
            }
            written += users.len() as u64;
            self.told.send_modify(|progress| progress.written = written);
            Ok(())
        };
        match &self.whom {
            Whom::Ids(ids) => {
                for ids in ids.chunks(AT_ONCE) {
                    put(&self.cache.users(ids)?)?;
                }
            }
            Whom::Query(query) => {
                let mut after = None;
                loop {
                    let page = self.cache.search(query, &self.request.sort, after.as_ref(), PAGE)?;
                    put(&page.users)?;
                    after = page.next;
                    if after.is_none() {
                        break;
                    }
                }
            }
        }
        writer.end().map_err(|error| failed(&error))?;
        Ok(written)
    }
}
