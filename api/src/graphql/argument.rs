//! Reading arguments and input objects.
//!
//! Null means "not given" everywhere: clients send it for every flag that was not set.

use std::sync::Arc;

use async_graphql::{Name, Value};
use chrono::DateTime;
use entity::{Id, Timestamp};
use indexmap::IndexMap;
use uuid::Uuid;

use super::id;
use crate::ApiError;

/// The arguments of a field, or the fields of an input object.
#[derive(Clone, Debug, Default)]
pub struct Arguments(Arc<IndexMap<Name, Value>>);

impl Arguments {
    pub fn new<'a>(values: impl Iterator<Item = (&'a Name, &'a Value)>) -> Self {
        let given = values.filter(|(_, value)| **value != Value::Null);
        Self(Arc::new(given.map(|(name, value)| (name.clone(), value.clone())).collect()))
    }

    pub fn value(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    pub fn text(&self, name: &str) -> Result<Option<String>, ApiError> {
        self.value(name).map(|value| text(name, value)).transpose()
    }

    /// A text that must be there.
    pub fn require_text(&self, name: &str) -> Result<String, ApiError> {
        self.text(name)?.ok_or_else(|| missing(name))
    }

    pub fn flag(&self, name: &str) -> Result<Option<bool>, ApiError> {
        self.value(name).map(|value| flag(name, value)).transpose()
    }

    pub fn int(&self, name: &str) -> Result<Option<i64>, ApiError> {
        self.value(name).map(|value| int(name, value)).transpose()
    }

    pub fn id<I: Id>(&self, name: &str) -> Result<Option<I>, ApiError> {
        self.text(name)?.map(|text| id::decode(&text)).transpose()
    }

    /// An id that must be there.
    pub fn require_id<I: Id>(&self, name: &str) -> Result<I, ApiError> {
        self.id(name)?.ok_or_else(|| missing(name))
    }

    /// A list of ids; nulls in it are left out.
    pub fn ids<I: Id>(&self, name: &str) -> Result<Option<Vec<I>>, ApiError> {
        let texts = self.texts(name)?;
        texts.map(|texts| texts.iter().map(|text| id::decode(text)).collect()).transpose()
    }

    /// A list of texts; nulls in it are left out.
    pub fn texts(&self, name: &str) -> Result<Option<Vec<String>>, ApiError> {
        self.value(name).map(|value| list(value).map(|item| text(name, item)).collect()).transpose()
    }

    /// A list of input objects.
    pub fn objects(&self, name: &str) -> Result<Option<Vec<Self>>, ApiError> {
        self.value(name)
            .map(|value| list(value).map(|item| object(name, item)).collect())
            .transpose()
    }

    /// The input object of a mutation.
    pub fn object(&self, name: &str) -> Result<Self, ApiError> {
        object(name, self.value(name).ok_or_else(|| missing(name))?)
    }

    /// The same arguments always give the same text.
    pub fn canonical(&self) -> String {
        let mut parts: Vec<_> =
            self.0.iter().map(|(name, value)| format!("{name}:{value}")).collect();
        parts.sort();
        parts.join(",")
    }
}

pub fn text(name: &str, value: &Value) -> Result<String, ApiError> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Enum(member) => Ok(member.to_string()),
        // An id may be written as a number.
        Value::Number(number) => Ok(number.to_string()),
        _ => Err(ApiError::problem(name, "must be text")),
    }
}

pub fn flag(name: &str, value: &Value) -> Result<bool, ApiError> {
    match value {
        Value::Boolean(flag) => Ok(*flag),
        _ => Err(ApiError::problem(name, "must be true or false")),
    }
}

pub fn int(name: &str, value: &Value) -> Result<i64, ApiError> {
    match value {
        Value::Number(number) => number.as_i64(),
        _ => None,
    }
    .ok_or_else(|| ApiError::problem(name, "must be a whole number"))
}

pub fn time(name: &str, value: &Value) -> Result<Timestamp, ApiError> {
    DateTime::parse_from_rfc3339(&text(name, value)?)
        .map(|time| time.to_utc().into())
        .map_err(|_| ApiError::problem(name, "must be a time like 2026-01-31T12:00:00Z"))
}

pub fn uuid(name: &str, value: &Value) -> Result<Uuid, ApiError> {
    let text = text(name, value)?;
    Uuid::parse_str(&text).map_err(|_| ApiError::problem(name, "must be a UUID"))
}

/// The entries of a list; a single value stands for a list of one.
pub fn list(value: &Value) -> impl Iterator<Item = &Value> {
    match value {
        Value::List(items) => items.as_slice(),
        single => std::slice::from_ref(single),
    }
    .iter()
    .filter(|item| **item != Value::Null)
}

fn object(name: &str, value: &Value) -> Result<Arguments, ApiError> {
    match value {
        Value::Object(fields) => Ok(Arguments::new(fields.iter())),
        _ => Err(ApiError::problem(name, "must be an object")),
    }
}

fn missing(name: &str) -> ApiError {
    ApiError::problem(name, "This field is required.")
}
