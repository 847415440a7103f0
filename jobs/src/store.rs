//! Values that are too large for a row: objects in a folder, written through to the disk.

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use entity::Ids;
use entity::payload::{INLINE_BYTES_MAX, Payload};
use object_store::local::LocalFileSystem;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload, path::Path as Key};

/// Keeps values of any size behind a column of a row.
#[derive(Clone, Debug)]
pub struct PayloadStore {
    objects: Arc<dyn ObjectStore>,
    ids: Ids,
}

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the payload store failed")]
    Store(#[from] object_store::Error),
    #[error("a payload column holds what this version cannot read")]
    Unreadable,
}

impl PayloadStore {
    /// Objects as files of a folder, which is made where it is missing.
    pub fn in_folder(folder: &Path, ids: Ids) -> anyhow::Result<Self> {
        std::fs::create_dir_all(folder)?;
        // Without the flag the local store answers before the file is on the disk.
        let objects = LocalFileSystem::new_with_prefix(folder)?.with_fsync(true);
        Ok(Self { objects: Arc::new(objects), ids })
    }

    /// Stores what is too large for its row, and returns the column that finds it again.
    pub async fn put(&self, bytes: Option<Vec<u8>>) -> Result<Vec<u8>, StoreError> {
        let Some(bytes) = bytes else {
            return Ok(Payload::Nothing.to_column());
        };
        if bytes.len() <= INLINE_BYTES_MAX {
            return Ok(Payload::Inline(&bytes).to_column());
        }
        let name = self.ids.secret();
        let key = format!("{}/{name}", &name[..2]);
        self.objects.put(&Key::from(key.as_str()), PutPayload::from(bytes)).await?;
        Ok(Payload::Stored(&key).to_column())
    }

    /// The bytes behind a column; `None` where there is no value.
    pub async fn get(&self, column: &[u8]) -> Result<Option<Bytes>, StoreError> {
        match Payload::parse(column).ok_or(StoreError::Unreadable)? {
            Payload::Nothing => Ok(None),
            Payload::Inline(bytes) => Ok(Some(Bytes::copy_from_slice(bytes))),
            Payload::Stored(key) => {
                Ok(Some(self.objects.get(&Key::from(key)).await?.bytes().await?))
            }
        }
    }

    /// Removes the object behind a column, if there is one.
    pub async fn delete(&self, column: &[u8]) -> Result<(), StoreError> {
        if let Some(Payload::Stored(key)) = Payload::parse(column) {
            self.objects.delete(&Key::from(key)).await?;
        }
        Ok(())
    }
}
