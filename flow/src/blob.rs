//! Bytes that are kept outside memory, and values that refer to them.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use serde::de::{Error, SeqAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserializer, Serialize, Serializer};

use crate::{Map, Value};

/// Where bytes lie that are too large for memory, and how many there are.
///
/// In `MessagePack` it is an extension type and reads back. JSON tells only the length: the key is
/// nobody's business outside, and JSON from outside can never name one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Blob {
    pub key: Arc<str>,
    pub length: u64,
}

/// The name by which the `MessagePack` library knows extension types.
const EXTENSION: &str = "_ExtStruct";

/// Ours among the extension types.
const TAG: i8 = 66;

impl Serialize for Blob {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            let mut buffer = serializer.serialize_map(Some(2))?;
            buffer.serialize_entry("type", "Buffer")?;
            buffer.serialize_entry("length", &self.length)?;
            return buffer.end();
        }
        let mut bytes = self.length.to_be_bytes().to_vec();
        bytes.extend_from_slice(self.key.as_bytes());
        serializer.serialize_newtype_struct(EXTENSION, &(TAG, Bytes::from(bytes)))
    }
}

/// What is left of an extension type when its marker is read.
pub(crate) fn read_extension<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Blob, D::Error> {
    struct Parts;
    impl<'de> Visitor<'de> for Parts {
        type Value = Blob;

        fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            formatter.write_str("a reference to stored bytes")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Blob, A::Error> {
            let unknown = || A::Error::custom("an extension type nobody knows");
            let tag: i8 = parts.next_element()?.ok_or_else(unknown)?;
            let bytes: Bytes = parts.next_element()?.ok_or_else(unknown)?;
            let (length, key) = bytes.split_first_chunk::<8>().ok_or_else(unknown)?;
            let key = std::str::from_utf8(key).map_err(|_| unknown())?;
            if tag != TAG {
                return Err(unknown());
            }
            Ok(Blob { key: key.into(), length: u64::from_be_bytes(*length) })
        }
    }
    deserializer.deserialize_any(Parts)
}

impl Value {
    /// Every reference to stored bytes in the value, also repeated ones.
    pub fn blobs(&self) -> Vec<&Blob> {
        let mut found = Vec::new();
        self.find_blobs(&mut found);
        found
    }

    fn find_blobs<'v>(&'v self, found: &mut Vec<&'v Blob>) {
        match self {
            Self::Blob(blob) => found.push(blob),
            Self::List(items) => items.iter().for_each(|item| item.find_blobs(found)),
            Self::Object(map) => map.values().for_each(|value| value.find_blobs(found)),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) | Self::Bytes(_) => {}
        }
    }

    /// The value with the bytes themselves, by key, in the place of references.
    #[must_use]
    pub fn with_blobs(&self, loaded: &HashMap<Arc<str>, Bytes>) -> Self {
        match self {
            Self::Blob(blob) => match loaded.get(&blob.key) {
                Some(bytes) => Self::Bytes(bytes.clone()),
                None => self.clone(),
            },
            Self::List(items) => {
                items.iter().map(|item| item.with_blobs(loaded)).collect::<Vec<_>>().into()
            }
            Self::Object(map) => {
                let entries =
                    map.iter().map(|(key, value)| (key.clone(), value.with_blobs(loaded)));
                entries.collect::<Map>().into()
            }
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) | Self::Bytes(_) => {
                self.clone()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_tells_the_length_and_never_the_key() {
        let blob = Blob { key: "place/secret".into(), length: 400_000_000 };
        let file = Value::object([("data", Value::Blob(blob)), ("contentType", "a/b".into())]);
        let json = file.to_json();
        assert_eq!(json, r#"{"data":{"type":"Buffer","length":400000000},"contentType":"a/b"}"#);
        assert!(Value::from_json(&json).unwrap().blobs().is_empty());
        assert_eq!(file.blobs().len(), 1);
    }

    #[test]
    fn loaded_bytes_take_the_place_of_references() {
        let blob = |key: &str| Value::Blob(Blob { key: key.into(), length: 1 });
        let value = Value::from(vec![Value::object([("a", blob("1"))]), blob("2")]);
        let loaded = HashMap::from([("1".into(), Bytes::from_static(b"x"))]);
        let bytes = Value::Bytes(Bytes::from_static(b"x"));
        let expected = Value::from(vec![Value::object([("a", bytes)]), blob("2")]);
        assert_eq!(value.with_blobs(&loaded), expected);
    }
}
