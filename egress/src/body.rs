//! Bodies that are never in memory as a whole.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures::stream::BoxStream;
use http::{HeaderMap, StatusCode};
use tokio::time::{Instant, timeout_at};
use url::Url;

use crate::{Error, Response};

/// A body that is read from somewhere else while it is sent. Cheap to clone.
#[derive(Clone)]
pub struct Source {
    /// How many bytes [`Self::open`] gives.
    pub length: u64,
    open: Arc<dyn Fn() -> BoxStream<'static, io::Result<Bytes>> + Send + Sync>,
}

impl Source {
    /// `open` is called for each time the body is sent: redirects and retries send it again.
    pub fn new(
        length: u64,
        open: impl Fn() -> BoxStream<'static, io::Result<Bytes>> + Send + Sync + 'static,
    ) -> Self {
        Self { length, open: Arc::new(open) }
    }

    pub(crate) fn body(&self) -> reqwest::Body {
        reqwest::Body::wrap_stream((self.open)())
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Source").field("length", &self.length).finish_non_exhaustive()
    }
}

/// An answer whose body is still to be read.
#[derive(Debug)]
pub struct Incoming {
    pub status: StatusCode,
    /// The standard phrase for the status; empty where there is none.
    pub status_text: &'static str,
    pub headers: HeaderMap,
    /// Where the answer came from, after redirects.
    pub url: Url,
    pub(crate) answer: reqwest::Response,
    pub(crate) limits: Limits,
}

/// What holds for the body of one answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// When all of it must be there.
    pub deadline: Instant,
    /// Longest silence.
    pub silence: Duration,
    /// How many bytes may still come.
    pub bytes_left: usize,
    pub bytes_max: usize,
}

impl Incoming {
    pub(crate) fn new(mut answer: reqwest::Response, url: Url, limits: Limits) -> Self {
        Self {
            status: answer.status(),
            status_text: answer.status().canonical_reason().unwrap_or_default(),
            headers: std::mem::take(answer.headers_mut()),
            url,
            answer,
            limits,
        }
    }

    /// The next piece of the body, decompressed; `None` at its end.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        let Limits { deadline, silence, bytes_left, bytes_max } = self.limits;
        let until = deadline.min(Instant::now() + silence);
        let chunk = timeout_at(until, self.answer.chunk()).await.map_err(|_| Error::Timeout)?;
        let host = self.url.host_str().unwrap_or_default();
        let chunk = chunk.map_err(|error| Error::of_reqwest(&error, host))?;
        // Checked while reading: a declared length may lie, and compressed bodies grow.
        let length = chunk.as_ref().map_or(0, Bytes::len);
        self.limits.bytes_left =
            bytes_left.checked_sub(length).ok_or(Error::TooLarge { bytes_max })?;
        Ok(chunk)
    }

    /// The whole answer in memory, if its body has at most `bytes_max` bytes.
    pub async fn collect(mut self, bytes_max: usize) -> Result<Response, Error> {
        if bytes_max < self.limits.bytes_max {
            self.limits.bytes_left = bytes_max;
            self.limits.bytes_max = bytes_max;
        }
        let mut body = BytesMut::new();
        while let Some(chunk) = self.chunk().await? {
            body.extend_from_slice(&chunk);
        }
        Ok(self.with_body(body.freeze()))
    }

    /// The answer with a body that was read by pieces.
    pub fn with_body(self, body: Bytes) -> Response {
        let Self { status, status_text, headers, url, .. } = self;
        Response { status, status_text, headers, body, url }
    }
}
