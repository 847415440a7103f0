//! Files that are too large for memory: where they are kept, and how they are brought into it.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use flow::{Blob, Value};
use futures::TryStreamExt;
use futures::stream::BoxStream;

use crate::{Run, StepError};

/// Files up to this size stay in memory as they arrive.
pub const INLINE_BYTES_MAX: usize = 1 << 20;

/// Bytes of the files that one step works on in memory.
pub const BUFFER_BYTES_MAX: usize = egress::BUFFER_BYTES_MAX;

/// The pieces of a file, one after the other.
pub type Pieces<'a> = BoxStream<'a, std::io::Result<Bytes>>;

/// Keeps files of one execution outside memory, for as long as the execution is remembered.
#[async_trait]
pub trait Files: Send + Sync {
    /// Writes a file; it is durable when this returns.
    async fn keep(&self, pieces: Pieces<'_>) -> Result<Blob, StepError>;

    /// Reads a file; one that is not there, or not this execution's to read, fails on the first
    /// piece.
    fn open(&self, blob: &Blob) -> Pieces<'static>;
}

impl Run {
    /// Writes a file to where it takes no memory.
    pub async fn keep(&mut self, pieces: Pieces<'_>) -> Result<Blob, StepError> {
        let blob = self.files.keep(pieces).await?;
        self.holds_blobs = true;
        Ok(blob)
    }

    /// A kept file as the body of a request.
    pub fn source(&self, blob: &Blob) -> egress::Source {
        let (files, blob) = (self.files.clone(), blob.clone());
        egress::Source::new(blob.length, move || files.open(&blob))
    }
}

/// The value with the files themselves in the place of references, if they fit into `bytes_max`
/// together.
pub async fn load(files: &dyn Files, value: &Value, bytes_max: usize) -> Result<Value, StepError> {
    let needed = bytes_of(value);
    if needed > bytes_max as u64 {
        return Err(StepError::new(format!(
            "The step needs files of {needed} bytes in memory, but at most {bytes_max} bytes are \
             possible. Larger files can be received and sent on by HTTP steps."
        )));
    }
    load_fitting(files, value, bytes_max).await
}

/// Like [`load`], but leaves references to files that do not fit any more.
pub async fn load_fitting(
    files: &dyn Files,
    value: &Value,
    bytes_max: usize,
) -> Result<Value, StepError> {
    let mut loaded = HashMap::new();
    let mut left = bytes_max;
    for blob in value.blobs() {
        let Some(rest) = usize::try_from(blob.length).ok().and_then(|l| left.checked_sub(l)) else {
            continue;
        };
        if !loaded.contains_key(&blob.key) {
            left = rest;
            loaded.insert(blob.key.clone(), read(files, blob).await?);
        }
    }
    Ok(value.with_blobs(&loaded))
}

/// Bytes of all files that a value refers to, each counted once.
pub fn bytes_of(value: &Value) -> u64 {
    let lengths: HashMap<&Arc<str>, u64> =
        value.blobs().into_iter().map(|blob| (&blob.key, blob.length)).collect();
    lengths.values().sum()
}

async fn read(files: &dyn Files, blob: &Blob) -> Result<Bytes, StepError> {
    let mut bytes = BytesMut::with_capacity(usize::try_from(blob.length).unwrap_or_default());
    let mut pieces = files.open(blob);
    while let Some(piece) =
        pieces.try_next().await.map_err(|error| StepError::new(format!("{error}.")))?
    {
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes.freeze())
}
