//! A file in the folder for downloads that grows piece by piece, so that memory does not grow with it.

use console::files::GrowingFile;
use wire::{ErrorCode, WireError};

use super::{Answer, Desk};

/// A file that is being written. It is complete or absent.
pub(super) struct Saving(GrowingFile);

impl Saving {
    /// Begins a file that is not there yet, for its owner alone.
    pub(super) async fn begin(desk: &Desk<'_>, name: &str, end: &str) -> Answer<Self> {
        let (folder, now) = (desk.downloads().to_owned(), desk.now());
        let (name, end) = (name.to_owned(), end.to_owned());
        blocking(move || GrowingFile::begin(&folder, &name, &end, now)).await.map(Self)
    }

    /// Writes on.
    pub(super) async fn write(mut self, piece: Vec<u8>) -> Answer<Self> {
        blocking(move || self.0.write(&piece).map(|()| self)).await
    }

    /// Gives the file its name; its path.
    pub(super) async fn finish(self) -> Answer<String> {
        Ok(blocking(move || self.0.finish()).await?.display().to_string())
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, console::Error> + Send + 'static) -> Answer<T> {
    let ended = tokio::task::spawn_blocking(work).await;
    Ok(ended.map_err(|error| WireError::new(ErrorCode::Internal, format!("Nothing was written: {error}.")))??)
}
