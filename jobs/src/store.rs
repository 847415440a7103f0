//! Values that are too large for a row: objects in a folder, written through to the disk.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use entity::payload::{INLINE_BYTES_MAX, Payload};
use entity::{ExecutionId, Ids, InstanceId};
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use object_store::local::LocalFileSystem;
use object_store::{GetResultPayload, ObjectStore, ObjectStoreExt, PutPayload, WriteMultipart};
use object_store::{ObjectMeta, path::Path as Key};
use tokio_util::io::ReaderStream;
use uuid::Uuid;

/// Bytes of one part of an object that is written piece by piece.
const PART_BYTES: usize = 8 << 20;

/// Parts that are on their way at the same time.
const PARTS_MAX: usize = 2;

/// Bytes that are read from a file at once.
const READ_BYTES: usize = 256 << 10;

/// Keeps values of any size behind a column of a row.
#[derive(Clone, Debug)]
pub struct PayloadStore {
    objects: Arc<dyn ObjectStore>,
    folder: PathBuf,
    ids: Ids,
}

/// Whose objects lie together, to be removed together.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Place {
    owner: Uuid,
    execution: Option<ExecutionId>,
    /// Results of steps lie apart: no other execution needs them.
    is_of_results: bool,
}

impl Place {
    /// Below its instance.
    pub fn of_execution(instance: InstanceId, execution: ExecutionId) -> Self {
        Self { owner: instance.0, execution: Some(execution), is_of_results: false }
    }

    /// Below its execution.
    pub fn of_results(instance: InstanceId, execution: ExecutionId) -> Self {
        Self { is_of_results: true, ..Self::of_execution(instance, execution) }
    }

    pub fn of_instance(instance: InstanceId) -> Self {
        Self::of_owner(instance.0)
    }

    /// Of anything else that has an id.
    pub fn of_owner(owner: Uuid) -> Self {
        Self { owner, execution: None, is_of_results: false }
    }

    /// Whether the object with this key lies here.
    pub fn holds(self, key: &str) -> bool {
        key.strip_prefix(&*self.path()).is_some_and(|rest| rest.starts_with('/'))
    }

    fn path(self) -> String {
        match self.execution {
            Some(execution) if self.is_of_results => {
                format!("{}/{}/results", self.owner, execution.0)
            }
            Some(execution) => format!("{}/{}", self.owner, execution.0),
            None => self.owner.to_string(),
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the payload store failed")]
    Store(#[source] object_store::Error),
    #[error("the payload store has no such object")]
    Missing,
    #[error("a folder of the payload store could not be removed")]
    Folder(#[from] std::io::Error),
    #[error("a payload column holds what this version cannot read")]
    Unreadable,
}

impl From<object_store::Error> for StoreError {
    fn from(error: object_store::Error) -> Self {
        match error {
            object_store::Error::NotFound { .. } => Self::Missing,
            error => Self::Store(error),
        }
    }
}

/// An object to be read.
pub struct Stored {
    pub length: u64,
    pub body: BoxStream<'static, std::io::Result<Bytes>>,
}

impl PayloadStore {
    /// Objects as files of a folder, which is made where it is missing.
    pub fn in_folder(folder: &Path, ids: Ids) -> anyhow::Result<Self> {
        std::fs::create_dir_all(folder)?;
        // Without the flag the local store answers before the file is on the disk.
        let objects = LocalFileSystem::new_with_prefix(folder)?.with_fsync(true);
        Ok(Self { objects: Arc::new(objects), folder: folder.to_owned(), ids })
    }

    /// Stores what is too large for its row, and returns the column that finds it again.
    pub async fn put(&self, place: Place, bytes: Option<Vec<u8>>) -> Result<Vec<u8>, StoreError> {
        let Some(bytes) = bytes else {
            return Ok(Payload::Nothing.to_column());
        };
        if bytes.len() <= INLINE_BYTES_MAX {
            return Ok(Payload::Inline(&bytes).to_column());
        }
        let (key, length) = (self.new_key(place), bytes.len() as u64);
        self.objects.put(&Key::from(key.as_str()), PutPayload::from(bytes)).await?;
        Ok(Payload::Stored { key: &key, length }.to_column())
    }

    /// The bytes behind a column; `None` where there is no value.
    pub async fn get(&self, column: &[u8]) -> Result<Option<Bytes>, StoreError> {
        match Payload::parse(column).ok_or(StoreError::Unreadable)? {
            Payload::Nothing => Ok(None),
            Payload::Inline(bytes) => Ok(Some(Bytes::copy_from_slice(bytes))),
            Payload::Purged => Err(StoreError::Missing),
            Payload::Stored { key, .. } => {
                Ok(Some(self.objects.get(&Key::from(key)).await?.bytes().await?))
            }
        }
    }

    /// Begins an object that comes piece by piece. It is there when [`Upload::finish`] returns; one
    /// that is dropped before leaves nothing.
    pub async fn upload(&self, place: Place) -> Result<Upload, StoreError> {
        let key = self.new_key(place);
        let upload = self.objects.put_multipart(&Key::from(key.as_str())).await?;
        let parts = WriteMultipart::new_with_chunk_size(upload, PART_BYTES);
        Ok(Upload { key, length: 0, parts })
    }

    /// Opens an object for reading from its beginning.
    pub async fn open(&self, key: &str) -> Result<Stored, StoreError> {
        let object = self.objects.get(&Key::from(key)).await?;
        let length = object.meta.size;
        let body = match object.payload {
            // The store's own pieces are small, and each costs a change of threads.
            GetResultPayload::File(file, _) => {
                let file = tokio::fs::File::from_std(file);
                ReaderStream::with_capacity(file, READ_BYTES).boxed()
            }
            GetResultPayload::Stream(body) => body.map_err(std::io::Error::other).boxed(),
        };
        Ok(Stored { length, body })
    }

    /// Removes everything that lies at a place.
    pub async fn remove_all(&self, place: Place) -> Result<(), StoreError> {
        let path = place.path();
        let found = self.objects.list(Some(&Key::from(path.as_str())));
        let keys = found.map_ok(|object: ObjectMeta| object.location).boxed();
        let removed = self.objects.delete_stream(keys);
        removed.try_for_each(|_| async { Ok(()) }).await.or_else(|error| match error {
            object_store::Error::NotFound { .. } => Ok(()),
            error => Err(error),
        })?;
        // Folders stay behind, and pieces of objects that a crash left unfinished.
        match tokio::fs::remove_dir_all(self.folder.join(path)).await {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// The owners at the top of the store, for finding those that are gone.
    pub async fn owners(&self) -> Result<Vec<Uuid>, StoreError> {
        let top = self.objects.list_with_delimiter(None).await?;
        let names = top.common_prefixes.iter().filter_map(|prefix| prefix.filename());
        Ok(names.filter_map(|name| Uuid::parse_str(name).ok()).collect())
    }

    /// Removes one object; one that is not there is no failure.
    pub async fn remove(&self, key: &str) -> Result<(), StoreError> {
        match self.objects.delete(&Key::from(key)).await {
            Err(object_store::Error::NotFound { .. }) | Ok(()) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether anything lies at a place.
    pub async fn is_used(&self, place: Place) -> Result<bool, StoreError> {
        Ok(tokio::fs::try_exists(self.folder.join(place.path())).await?)
    }

    /// Bytes of the objects that lie at a place.
    pub async fn bytes(&self, place: Place) -> Result<u64, StoreError> {
        let path = place.path();
        let found = self.objects.list(Some(&Key::from(path.as_str())));
        let sum = found.try_fold(0, |sum, object| async move { Ok(sum + object.size) }).await;
        sum.or_else(|error| match error {
            object_store::Error::NotFound { .. } => Ok(0),
            error => Err(error.into()),
        })
    }

    /// Nobody can guess it.
    fn new_key(&self, place: Place) -> String {
        format!("{}/{}", place.path(), self.ids.secret())
    }
}

/// An object that is being written.
pub struct Upload {
    key: String,
    length: u64,
    parts: WriteMultipart,
}

impl Upload {
    /// Waits while too much is on its way.
    pub async fn write(&mut self, bytes: Bytes) -> Result<(), StoreError> {
        self.parts.wait_for_capacity(PARTS_MAX).await?;
        self.length += bytes.len() as u64;
        self.parts.put(bytes);
        Ok(())
    }

    /// Makes the object durable; returns its key and length.
    pub async fn finish(self) -> Result<(String, u64), StoreError> {
        self.parts.finish().await?;
        Ok((self.key, self.length))
    }
}
