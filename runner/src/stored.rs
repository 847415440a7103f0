//! How results and payloads are kept: MessagePack of `{data, contentType?}`, which is also what
//! clients read at a result's URL.

use flow::{Map, Value};
use jobs::{PayloadStore, Place, StoreError};
use serde::{Deserialize, Serialize};

/// The envelope around one stored value.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StoredResult {
    pub data: Value,
    /// Set for files: then `data` is their bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
}

impl StoredResult {
    /// A file becomes its bytes and type; anything else stays the value it is.
    pub fn of(value: &Value) -> Self {
        if let Some(map) = value.as_object()
            && map.len() == 2
            && let (Some(data), Some(kind)) = (map.get("data"), map.get("contentType"))
            && let Some(kind) = kind.as_str()
        {
            return Self { data: data.clone(), content_type: Some(kind.to_owned()) };
        }
        Self { data: value.clone(), content_type: None }
    }

    /// The value as later steps see it.
    pub fn into_value(self) -> Value {
        match self.content_type {
            None => self.data,
            Some(kind) => Value::object([("data", self.data), ("contentType", kind.into())]),
        }
    }
}

/// Reads a result back, with the number of its bytes outside of files.
pub async fn get(store: &PayloadStore, column: &[u8]) -> anyhow::Result<Option<(Value, usize)>> {
    let Some(bytes) = store.get(column).await? else { return Ok(None) };
    let stored: StoredResult = rmp_serde::from_slice(&bytes)?;
    Ok(Some((stored.into_value(), bytes.len())))
}

/// Stores what started an execution, as a plain object.
pub async fn put_payload(
    store: &PayloadStore,
    place: Place,
    payload: &Map,
) -> Result<Vec<u8>, StoreError> {
    store.put(place, Some(pack(&Value::from(payload.clone())))).await
}

/// Reads what started an execution.
pub async fn get_payload(store: &PayloadStore, column: &[u8]) -> anyhow::Result<Map> {
    let Some(bytes) = store.get(column).await? else { return Ok(Map::new()) };
    match rmp_serde::from_slice(&bytes)? {
        Value::Object(map) => Ok(std::sync::Arc::unwrap_or_clone(map)),
        _ => anyhow::bail!("a stored payload is not an object"),
    }
}

/// MessagePack with names, as JavaScript clients expect objects.
pub fn pack(value: &impl Serialize) -> Vec<u8> {
    rmp_serde::to_vec_named(value).expect("values have only text keys and finite numbers")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_and_values_read_back_as_they_were() {
        let values =
            [Value::Null, "text".into(), Value::file(&b"\x00\xff"[..], "image/png"), 7_i64.into()];
        for value in values {
            let packed = pack(&StoredResult::of(&value));
            let stored: StoredResult = rmp_serde::from_slice(&packed).unwrap();
            assert_eq!(stored.into_value(), value);
        }
    }
}
