//! Files of a run that are kept outside memory: objects of its execution.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use components::{BUFFER_BYTES_MAX, Inputs, Perform, Pieces, StepError};
use components::{bytes_of, load, load_fitting};
use entity::execution;
use flow::{Blob, Map, Value};
use futures::{StreamExt, TryStreamExt, stream};
use jobs::{PayloadStore, Place, StoreError};
use tokio::sync::OwnedSemaphorePermit;

use crate::executor::Executor;
use crate::plan::PlannedStep;

/// What one execution may write and read.
pub struct ExecutionFiles {
    store: PayloadStore,
    /// Where its own files go.
    own: Place,
    /// Files may come from other executions of its instance, and from nowhere else.
    readable: Place,
    /// Bytes written since somebody asked.
    written: Arc<AtomicU64>,
}

impl ExecutionFiles {
    pub fn of(store: &PayloadStore, execution: &execution::Model) -> Arc<Self> {
        Arc::new(Self {
            store: store.clone(),
            own: Place::of_execution(execution.instance_id, execution.id),
            readable: Place::of_instance(execution.instance_id),
            written: Arc::default(),
        })
    }

    /// Counts the bytes of files that are written.
    pub fn written(&self) -> Arc<AtomicU64> {
        self.written.clone()
    }

    async fn write(&self, mut pieces: Pieces<'_>) -> Result<Blob, Unkept> {
        let mut upload = self.store.upload(self.own).await?;
        while let Some(piece) = pieces.try_next().await? {
            upload.write(piece).await?;
        }
        let (key, length) = upload.finish().await?;
        self.written.fetch_add(length, Ordering::Relaxed);
        Ok(Blob { key: key.into(), length })
    }
}

#[derive(Debug, thiserror::Error)]
enum Unkept {
    #[error("The file did not arrive whole: {0}.")]
    Pieces(#[from] io::Error),
    /// Details are for operators.
    #[error("The file could not be stored.")]
    Store(#[from] StoreError),
}

#[async_trait]
impl components::Files for ExecutionFiles {
    async fn keep(&self, pieces: Pieces<'_>) -> Result<Blob, StepError> {
        self.write(pieces).await.map_err(|error| {
            if let Unkept::Store(error) = &error {
                tracing::error!(?error, "could not store a file");
            }
            StepError::new(error.to_string())
        })
    }

    fn open(&self, blob: &Blob) -> Pieces<'static> {
        if !self.readable.holds(&blob.key) {
            return stream::once(async { Err(lost()) }).boxed();
        }
        read(self.store.clone(), blob.clone())
    }
}

/// The pieces of a stored file. One that is not as long as it was is an error, not another file.
pub fn read(store: PayloadStore, blob: Blob) -> Pieces<'static> {
    let opened = async move {
        match store.open(&blob.key).await {
            Ok(stored) if stored.length == blob.length => Ok(stored.body),
            Ok(_) | Err(StoreError::Missing) => Err(lost()),
            Err(error) => {
                tracing::error!(?error, "could not read a file");
                Err(io::Error::other("a file could not be read"))
            }
        }
    };
    stream::once(opened).try_flatten().boxed()
}

fn lost() -> io::Error {
    io::Error::new(io::ErrorKind::NotFound, "a file of an earlier step is no longer stored")
}

impl Executor {
    /// Brings into memory what the step needs there, as long as the permit lives. Earlier results
    /// that do not fit stay references: the code may not want them.
    pub async fn with_files(
        &mut self,
        step: &PlannedStep,
        inputs: Inputs,
    ) -> Result<(Inputs, Option<OwnedSemaphorePermit>), StepError> {
        let is_performed_here =
            matches!(step.action.perform, Perform::Loop(_) | Perform::BreakLoop);
        if !self.run.holds_blobs || step.action.takes_references || is_performed_here {
            return Ok((inputs, None));
        }
        let given = Value::from(inputs.0);
        let results = Value::from(std::mem::take(&mut self.run.step_results));
        let own = usize::try_from(bytes_of(&given)).unwrap_or(usize::MAX);
        let left = BUFFER_BYTES_MAX.saturating_sub(own);
        let others = usize::try_from(bytes_of(&results)).unwrap_or(usize::MAX).min(left);
        let needed = BUFFER_BYTES_MAX.min(own.saturating_add(others));
        let mebibytes = u32::try_from(needed.div_ceil(1 << 20)).unwrap_or(u32::MAX);
        let room = self.inner.buffers.clone().acquire_many_owned(mebibytes).await;
        let room = room.map_err(|error| StepError::new(error.to_string()))?;
        let files = &*self.run.files;
        let given = load(files, &given, BUFFER_BYTES_MAX).await?;
        let results = load_fitting(files, &results, left).await?;
        self.run.step_results = into_map(results);
        Ok((Inputs(into_map(given)), Some(room)))
    }
}

/// The properties of what was made of a map.
fn into_map(value: Value) -> Map {
    match value {
        Value::Object(map) => Arc::unwrap_or_clone(map),
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use components::Files;
    use entity::{ExecutionId, Ids, InstanceId, SystemClock};
    use uuid::Uuid;

    use super::*;

    fn files(store: &PayloadStore, instance: u128, execution: u128) -> ExecutionFiles {
        let (instance, execution) = (Uuid::from_u128(instance), Uuid::from_u128(execution));
        let (instance, execution) = (InstanceId(instance), ExecutionId(execution));
        let own = Place::of_execution(instance, execution);
        let readable = Place::of_instance(instance);
        ExecutionFiles { store: store.clone(), own, readable, written: Arc::default() }
    }

    fn pieces(texts: &'static [&'static str]) -> Pieces<'static> {
        stream::iter(texts).map(|text| Ok(Bytes::from_static(text.as_bytes()))).boxed()
    }

    async fn read(files: &ExecutionFiles, blob: &Blob) -> Result<String, String> {
        let bytes: Vec<Bytes> =
            files.open(blob).try_collect().await.map_err(|error| error.to_string())?;
        Ok(String::from_utf8(bytes.concat()).unwrap())
    }

    #[tokio::test]
    async fn a_file_is_read_by_its_instance_as_long_as_it_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let ids = Ids::random(Arc::new(SystemClock));
        let store = PayloadStore::in_folder(folder.path(), ids).unwrap();
        let (first, second) = (files(&store, 1, 1), files(&store, 1, 2));
        let blob = first.keep(pieces(&["large", " file"])).await.unwrap();
        assert_eq!(blob.length, 10);
        assert_eq!(read(&second, &blob).await.unwrap(), "large file");
        let lost = "a file of an earlier step is no longer stored";
        assert_eq!(read(&files(&store, 2, 1), &blob).await.unwrap_err(), lost);
        let elsewhere = Blob { key: format!("{}/../x", Uuid::from_u128(1)).into(), length: 1 };
        assert_eq!(read(&first, &elsewhere).await.unwrap_err(), lost);
        let cut = Blob { length: 11, ..blob.clone() };
        assert_eq!(read(&first, &cut).await.unwrap_err(), lost);
        store.remove_all(first.own).await.unwrap();
        assert_eq!(read(&second, &blob).await.unwrap_err(), lost);
    }

    #[tokio::test]
    async fn what_is_left_of_a_broken_file_goes_with_its_instance() {
        let folder = tempfile::tempdir().unwrap();
        let ids = Ids::random(Arc::new(SystemClock));
        let store = PayloadStore::in_folder(folder.path(), ids).unwrap();
        let broken = pieces(&["half"]).chain(stream::once(async { Err(io::Error::other("gone")) }));
        let files = files(&store, 1, 1);
        let error = files.keep(broken.boxed()).await.unwrap_err();
        assert_eq!(error.message, "The file did not arrive whole: gone.");
        store.remove_all(files.readable).await.unwrap();
        assert!(store.owners().await.unwrap().is_empty());
    }
}
