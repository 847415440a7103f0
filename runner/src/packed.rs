//! MessagePack of results whose files are not in memory: what clients read is the same either way.

use flow::{Blob, Map, Value};
use futures::{StreamExt, stream};
use jobs::{PayloadStore, Place, StoreError};

use crate::files;
use crate::stored::{StoredResult, pack};

/// A result as clients read it, in pieces.
pub struct Packed {
    /// Bytes of all pieces.
    pub length: u64,
    pieces: Vec<Piece>,
}

enum Piece {
    Bytes(Vec<u8>),
    File(Blob),
}

impl Packed {
    pub fn of(result: &StoredResult) -> Self {
        let mut packed = Self { length: 0, pieces: Vec::new() };
        let kind = result.content_type.as_deref();
        let properties = [("data", result.data.clone())]
            .into_iter()
            .chain(kind.map(|kind| ("contentType", kind.into())));
        packed.map(&properties.map(|(key, value)| (key.into(), value)).collect());
        packed
    }

    /// The pieces one after the other; files are read when it is their turn.
    pub fn body(self, store: &PayloadStore) -> components::Pieces<'static> {
        let store = store.clone();
        let pieces = self.pieces.into_iter().map(move |piece| match piece {
            Piece::Bytes(bytes) => stream::once(async { Ok(bytes.into()) }).boxed(),
            Piece::File(blob) => files::read(store.clone(), blob),
        });
        stream::iter(pieces).flatten().boxed()
    }

    fn value(&mut self, value: &Value) {
        match value {
            Value::Blob(blob) => {
                // The largest form is the only one that files outside memory need.
                let length = u32::try_from(blob.length).unwrap_or(u32::MAX);
                self.header(0xc6, length);
                self.length += blob.length;
                self.pieces.push(Piece::File(blob.clone()));
            }
            Value::Object(map) => self.map(map),
            Value::List(items) => {
                self.header(0xdd, count(items.len()));
                items.iter().for_each(|item| self.value(item));
            }
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Bytes(_) => self.bytes(&pack(value)),
        }
    }

    fn map(&mut self, map: &Map) {
        self.header(0xdf, count(map.len()));
        for (key, value) in map {
            self.bytes(&pack(&key));
            self.value(value);
        }
    }

    /// A marker that four bytes of length follow.
    fn header(&mut self, marker: u8, length: u32) {
        self.bytes(&[marker]);
        self.bytes(&length.to_be_bytes());
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.length += bytes.len() as u64;
        match self.pieces.last_mut() {
            Some(Piece::Bytes(last)) => last.extend_from_slice(bytes),
            Some(Piece::File(_)) | None => self.pieces.push(Piece::Bytes(bytes.to_vec())),
        }
    }
}

fn count(items: usize) -> u32 {
    u32::try_from(items).unwrap_or(u32::MAX)
}

/// Whether all files of a result are where they were, and belong to its instance.
pub async fn files_are_there(
    store: &PayloadStore,
    instance: entity::InstanceId,
    result: &StoredResult,
) -> Result<bool, StoreError> {
    let place = Place::of_instance(instance);
    for blob in result.data.blobs() {
        if !place.holds(&blob.key) {
            return Ok(false);
        }
        match store.open(&blob.key).await {
            Ok(stored) if stored.length == blob.length => {}
            Ok(_) | Err(StoreError::Missing) => return Ok(false),
            Err(error) => return Err(error),
        }
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_in_pieces_read_back_as_the_same() {
        let value = Value::from(vec![
            Value::object([("a", Value::Null), ("b", "text".into())]),
            Value::Bytes(vec![1, 2].into()),
            2.5.into(),
        ]);
        let result = StoredResult { data: value, content_type: Some("a/b".to_owned()) };
        let packed = Packed::of(&result);
        let [Piece::Bytes(bytes)] = &packed.pieces[..] else { panic!("one piece") };
        assert_eq!(packed.length, bytes.len() as u64);
        assert_eq!(rmp_serde::from_slice::<StoredResult>(bytes).unwrap(), result);
    }
}
