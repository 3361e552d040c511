//! A body that can break off in the middle.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Frame, SizeHint};

/// One piece of data, then the end or an error.
#[derive(Debug)]
pub(crate) struct Body {
    data: Option<Bytes>,
    promised: u64,
    breaks: bool,
}

impl Body {
    pub(crate) fn whole(data: Bytes) -> Self {
        Self { promised: data.len() as u64, data: Some(data), breaks: false }
    }

    /// Promises all of `data`, gives half of it, then fails.
    pub(crate) fn truncated(mut data: Bytes) -> Self {
        let promised = data.len() as u64;
        data.truncate(data.len() / 2);
        Self { data: Some(data), promised, breaks: true }
    }
}

impl hyper::body::Body for Body {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if let Some(data) = self.data.take().filter(|data| !data.is_empty()) {
            self.promised -= data.len() as u64;
            return Poll::Ready(Some(Ok(Frame::data(data))));
        }
        let breaks = std::mem::take(&mut self.breaks);
        Poll::Ready(breaks.then(|| Err(io::ErrorKind::UnexpectedEof.into())))
    }

    fn is_end_stream(&self) -> bool {
        self.data.as_ref().is_none_or(Bytes::is_empty) && !self.breaks
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.promised)
    }
}
