//! Files that are complete or absent: written under a passing name beside the wanted one, then renamed.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use tempfile::NamedTempFile;

use crate::error::{Code, Error};

/// Names that are tried where one is taken.
const TRIES: u32 = 10_000;

/// How passing names begin and end.
const PREFIX: &str = ".poolkeeper-";
const SUFFIX: &str = ".part";

/// After so long without a write nobody writes a passing file any more.
const ABANDONED: Duration = Duration::from_hours(24);

/// Where a file shall be in the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// Exactly there.
    At {
        path: PathBuf,
        /// Whether what is there already may go.
        replace: bool,
    },
    /// In a folder under the first free name: `stem.end`, `stem-2.end` …
    In { folder: PathBuf, stem: String, end: String },
}

/// What the operating system says, as a sentence.
pub(super) fn failed(error: &io::Error) -> Error {
    Error::new(Code::Precondition, format!("The file could not be written: {error}."))
}

impl Place {
    /// A file for its owner alone in the folder of the wanted one. It vanishes unless [`Place::finish`] gives it its name; of
    /// those that were killed before, it removes what they left there.
    pub(super) fn begin(&self, now: Timestamp) -> Result<NamedTempFile, Error> {
        let folder = match self {
            Self::At { path, replace } => {
                if !replace && path.exists() {
                    return Err(taken());
                }
                path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
            }
            Self::In { folder, .. } => {
                std::fs::create_dir_all(folder).map_err(|error| failed(&error))?;
                folder
            }
        };
        sweep(folder, now);
        let named = tempfile::Builder::new().prefix(PREFIX).suffix(SUFFIX).tempfile_in(folder);
        named.map_err(|error| failed(&error))
    }

    /// Gives the file its name, once everything is on the disk.
    pub(super) fn finish(&self, mut file: NamedTempFile) -> Result<PathBuf, Error> {
        file.as_file().sync_all().map_err(|error| failed(&error))?;
        match self {
            Self::At { path, replace: true } => {
                file.persist(path).map_err(|error| failed(&error.error))?;
                Ok(settled(path.clone()))
            }
            Self::At { path, replace: false } => match file.persist_noclobber(path) {
                Ok(_) => Ok(settled(path.clone())),
                Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Err(taken()),
                Err(error) => Err(failed(&error.error)),
            },
            Self::In { folder, stem, end } => {
                for number in 1..TRIES {
                    let again = if number == 1 { String::new() } else { format!("-{number}") };
                    let path = folder.join(format!("{stem}{again}.{end}"));
                    match file.persist_noclobber(&path) {
                        Ok(_) => return Ok(settled(path)),
                        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => file = error.file,
                        Err(error) => return Err(failed(&error.error)),
                    }
                }
                Err(taken())
            }
        }
    }

    fn write(&self, bytes: &[u8], now: Timestamp) -> Result<PathBuf, Error> {
        let mut file = self.begin(now)?;
        file.write_all(bytes).map_err(|error| failed(&error))?;
        self.finish(file)
    }
}

/// Writes a file for its owner alone into a folder, which is made, under the first free name: `stem.end`, `stem-2.end` … It
/// is complete or absent. Blocks.
///
/// # Errors
/// [`Code::Precondition`] when it cannot be written, with what the system says.
pub fn save_file(folder: &Path, stem: &str, end: &str, bytes: &[u8], now: Timestamp) -> Result<PathBuf, Error> {
    Place::In { folder: folder.to_owned(), stem: stem.to_owned(), end: end.to_owned() }.write(bytes, now)
}

/// A file for its owner alone that grows piece by piece. It is complete or absent: it has no name before
/// [`GrowingFile::finish`], and is gone when it is dropped. Every method blocks.
pub struct GrowingFile {
    place: Place,
    out: BufWriter<NamedTempFile>,
}

impl GrowingFile {
    /// Begins a file in a folder, which is made, under the first free name: `stem.end`, `stem-2.end` …
    ///
    /// # Errors
    /// [`Code::Precondition`] when it cannot be written, with what the system says.
    pub fn begin(folder: &Path, stem: &str, end: &str, now: Timestamp) -> Result<Self, Error> {
        let place = Place::In { folder: folder.to_owned(), stem: stem.to_owned(), end: end.to_owned() };
        let out = BufWriter::new(place.begin(now)?);
        Ok(Self { place, out })
    }

    /// Writes on.
    ///
    /// # Errors
    /// [`Code::Precondition`], as when the disk is full.
    pub fn write(&mut self, piece: &[u8]) -> Result<(), Error> {
        self.out.write_all(piece).map_err(|error| failed(&error))
    }

    /// Gives the file its name; where it is.
    ///
    /// # Errors
    /// [`Code::Precondition`]; then there is no file.
    pub fn finish(self) -> Result<PathBuf, Error> {
        let file = self.out.into_inner().map_err(|error| failed(error.error()))?;
        self.place.finish(file)
    }
}

/// Writes a file for its owner alone exactly there; what is there already goes only where `replace`. It is complete or
/// absent. Blocks.
///
/// # Errors
/// [`Code::AlreadyExists`] for a file that is not to be replaced; [`Code::Precondition`] when it cannot be written, with what
/// the system says.
pub fn write_file(path: &Path, replace: bool, bytes: &[u8], now: Timestamp) -> Result<(), Error> {
    Place::At { path: path.to_owned(), replace }.write(bytes, now).map(drop)
}

/// Removes what exports left in the folder that were killed: people's data under a name that nobody looks for.
fn sweep(folder: &Path, now: Timestamp) {
    let now = SystemTime::from(now);
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let ours = name.to_str().is_some_and(|name| name.starts_with(PREFIX) && name.ends_with(SUFFIX));
        // Of the entry itself, so that no link is followed.
        let Some(about) = entry.metadata().ok().filter(|about| ours && about.is_file()) else { continue };
        let quiet = about.modified().ok().and_then(|at| now.duration_since(at).ok());
        if quiet.is_some_and(|quiet| quiet > ABANDONED) {
            // What cannot be removed is not this export's trouble.
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

fn taken() -> Error {
    Error::new(Code::AlreadyExists, "There is a file of this name already. Choose another name, or have it replaced.")
}

/// The new name is on the disk as well, where the system can say so.
fn settled(path: PathBuf) -> PathBuf {
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Not every system opens folders; the file itself is safe.
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
    path
}
