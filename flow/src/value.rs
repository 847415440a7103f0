//! The data that travels between steps: JSON plus bytes, cheap to clone. Many bytes are a reference
//! to where they lie.
//!
//! "Nothing" (a missing link in a reference path) is `Option::None`, never a variant: only places
//! that can meet it have to think of it.

use std::{fmt, sync::Arc};

use bytes::Bytes;
use indexmap::IndexMap;
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Number;

use crate::Blob;

/// Properties of an object in insertion order.
pub type Map = IndexMap<Arc<str>, Value>;

/// One JSON value, or a run of bytes, here or elsewhere.
///
/// Text, lists and objects are shared: cloning costs a counter, and [`Arc::make_mut`] copies only
/// what is really changed.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    #[default]
    Null,
    Bool(bool),
    Number(Number),
    String(Arc<str>),
    Bytes(Bytes),
    /// Bytes kept outside memory.
    Blob(Blob),
    List(Arc<Vec<Value>>),
    Object(Arc<Map>),
}

impl Value {
    /// An object with the given properties.
    pub fn object<K: Into<Arc<str>>, V: Into<Value>>(
        entries: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        Self::from(
            entries.into_iter().map(|(key, value)| (key.into(), value.into())).collect::<Map>(),
        )
    }

    /// A file: bytes with their content type, in the shape components exchange it.
    pub fn file(data: impl Into<Bytes>, content_type: &str) -> Self {
        Self::object([("data", Self::Bytes(data.into())), ("contentType", content_type.into())])
    }

    /// The property of an object, if this is one and it has it.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.as_object()?.get(key)
    }

    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    pub fn as_object(&self) -> Option<&Map> {
        match self {
            Self::Object(map) => Some(map),
            _ => None,
        }
    }

    pub fn as_list(&self) -> Option<&[Value]> {
        match self {
            Self::List(items) => Some(items),
            _ => None,
        }
    }

    pub fn as_bytes(&self) -> Option<&Bytes> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The value as text: a string as it is, anything else as JSON, null as empty text.
    pub fn to_text(&self) -> String {
        match self {
            Self::Null => String::new(),
            Self::String(text) => text.to_string(),
            Self::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            _ => self.to_json(),
        }
    }

    /// Compact JSON; bytes take the form `{"type":"Buffer","data":[…]}`.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("a value has only text keys and finite numbers")
    }

    /// Reads JSON text; bytes in their JSON form become bytes again.
    pub fn from_json(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// What JSON text means, or the text itself where it is not JSON.
    pub fn parse_or_text(text: &str) -> Self {
        Self::from_json(text).unwrap_or_else(|_| text.into())
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Number(value.into())
    }
}

impl From<u64> for Value {
    fn from(value: u64) -> Self {
        Self::Number(value.into())
    }
}

impl From<u16> for Value {
    fn from(value: u16) -> Self {
        Self::Number(value.into())
    }
}

impl From<usize> for Value {
    fn from(value: usize) -> Self {
        Self::Number(value.into())
    }
}

impl From<f64> for Value {
    /// Whole numbers become integers, as JavaScript writes them; `NaN` and infinities become
    /// null.
    #[expect(clippy::cast_possible_truncation, reason = "the range is checked first")]
    fn from(value: f64) -> Self {
        const SAFE: f64 = 9_007_199_254_740_991.0;
        if value.fract() == 0.0 && value.abs() <= SAFE {
            return Self::Number((value as i64).into());
        }
        Number::from_f64(value).map_or(Self::Null, Self::Number)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::String(value.into())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::String(value.into())
    }
}

impl From<Arc<str>> for Value {
    fn from(value: Arc<str>) -> Self {
        Self::String(value)
    }
}

impl From<Bytes> for Value {
    fn from(value: Bytes) -> Self {
        Self::Bytes(value)
    }
}

impl From<Map> for Value {
    fn from(value: Map) -> Self {
        Self::Object(Arc::new(value))
    }
}

impl<V: Into<Value>> From<Vec<V>> for Value {
    fn from(values: Vec<V>) -> Self {
        Self::List(Arc::new(values.into_iter().map(Into::into).collect()))
    }
}

impl<V: Into<Value>> From<Option<V>> for Value {
    fn from(value: Option<V>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl From<serde_json::Value> for Value {
    fn from(value: serde_json::Value) -> Self {
        use serde_json::Value as Json;
        match value {
            Json::Null => Self::Null,
            Json::Bool(value) => Self::Bool(value),
            Json::Number(value) => Self::Number(value),
            Json::String(value) => value.into(),
            Json::Array(items) => items.into(),
            Json::Object(map) => buffer_or_object(
                map.into_iter().map(|(key, value)| (key.into(), value.into())).collect(),
            ),
        }
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(number) => serialize_number(number, serializer),
            Self::String(text) => serializer.serialize_str(text),
            Self::Bytes(bytes) if serializer.is_human_readable() => {
                let mut buffer = serializer.serialize_map(Some(2))?;
                buffer.serialize_entry("type", "Buffer")?;
                buffer.serialize_entry("data", &bytes[..])?;
                buffer.end()
            }
            Self::Bytes(bytes) => serializer.serialize_bytes(bytes),
            Self::Blob(blob) => blob.serialize(serializer),
            Self::List(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                for item in items.iter() {
                    list.serialize_element(item)?;
                }
                list.end()
            }
            Self::Object(map) => {
                let mut object = serializer.serialize_map(Some(map.len()))?;
                for (key, value) in map.iter() {
                    object.serialize_entry(&**key, value)?;
                }
                object.end()
            }
        }
    }
}

fn serialize_number<S: Serializer>(number: &Number, serializer: S) -> Result<S::Ok, S::Error> {
    if let Some(value) = number.as_i64() {
        serializer.serialize_i64(value)
    } else if let Some(value) = number.as_u64() {
        serializer.serialize_u64(value)
    } else {
        serializer.serialize_f64(number.as_f64().unwrap_or_default())
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value or bytes")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        Value::deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_bytes<E>(self, value: &[u8]) -> Result<Value, E> {
        Ok(Value::Bytes(Bytes::copy_from_slice(value)))
    }

    fn visit_byte_buf<E>(self, value: Vec<u8>) -> Result<Value, E> {
        Ok(Value::Bytes(value.into()))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, rest: D) -> Result<Value, D::Error> {
        crate::blob::read_extension(rest).map(Value::Blob)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::with_capacity(seq.size_hint().unwrap_or_default().min(1024));
        while let Some(item) = seq.next_element::<Value>()? {
            items.push(item);
        }
        Ok(items.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Map::with_capacity(entries.size_hint().unwrap_or_default().min(1024));
        while let Some((key, value)) = entries.next_entry::<String, Value>()? {
            map.insert(key.into(), value);
        }
        Ok(buffer_or_object(map))
    }
}

/// An object, unless it is bytes in their JSON form.
fn buffer_or_object(map: Map) -> Value {
    let is_buffer = map.len() == 2 && map.get("type").and_then(Value::as_str) == Some("Buffer");
    let bytes = is_buffer.then(|| map.get("data")?.as_list()?.iter().map(byte).collect()).flatten();
    match bytes {
        Some(bytes) => Value::Bytes(Bytes::from_owner::<Vec<u8>>(bytes)),
        None => map.into(),
    }
}

fn byte(value: &Value) -> Option<u8> {
    match value {
        Value::Number(number) => number.as_u64().and_then(|number| u8::try_from(number).ok()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_survive_json() {
        let file = Value::file(&b"\x00\xff"[..], "image/png");
        let json = file.to_json();
        assert_eq!(json, r#"{"data":{"type":"Buffer","data":[0,255]},"contentType":"image/png"}"#);
        assert_eq!(Value::from_json(&json).unwrap(), file);
    }

    #[test]
    fn text_that_is_not_json_stays_text() {
        assert_eq!(Value::parse_or_text("abc"), "abc".into());
        assert_eq!(Value::parse_or_text("5"), 5_i64.into());
        assert_eq!(Value::parse_or_text("2.50"), 2.5.into());
    }
}
