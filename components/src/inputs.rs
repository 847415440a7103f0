//! Resolved inputs of one call, with the readings actions need.

use std::sync::Arc;

use bytes::Bytes;
use flow::{Map, Value};

use crate::StepError;

/// Input key to resolved value. Inputs that resolved to nothing are absent.
#[derive(Clone, Debug, Default)]
pub struct Inputs(pub Map);

impl Inputs {
    /// The value, unless it is absent, null or empty text.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key).filter(|value| !value.is_null() && value.as_str() != Some(""))
    }

    pub fn require(&self, key: &str) -> Result<&Value, StepError> {
        self.get(key).ok_or_else(|| StepError::new(format!("Input \"{key}\" is required.")))
    }

    /// As text; empty when absent.
    pub fn text(&self, key: &str) -> String {
        self.get(key).map(Value::to_text).unwrap_or_default()
    }

    pub fn require_text(&self, key: &str) -> Result<String, StepError> {
        self.require(key).map(Value::to_text)
    }

    /// A number, from a number or its text.
    pub fn number(&self, key: &str) -> Result<Option<f64>, StepError> {
        let Some(value) = self.get(key) else {
            return Ok(None);
        };
        let number = match value {
            Value::Number(number) => number.as_f64(),
            other => other.to_text().trim().parse().ok(),
        };
        number.map(Some).ok_or_else(|| self.not(key, "a number"))
    }

    /// Whole number of at least zero, or `default` when absent.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "fraction and sign are checked first"
    )]
    pub fn count(&self, key: &str, default: u64) -> Result<u64, StepError> {
        match self.number(key)? {
            None => Ok(default),
            Some(number) if number >= 0.0 && number.fract() == 0.0 => Ok(number as u64),
            Some(_) => Err(self.not(key, "a whole number of zero or more")),
        }
    }

    /// True for `true`, `t`, `yes`, `y` and `1` in any case; false when absent or anything else.
    pub fn flag(&self, key: &str) -> bool {
        match self.get(key) {
            Some(Value::Bool(flag)) => *flag,
            Some(value) => {
                matches!(&*value.to_text().to_lowercase(), "true" | "t" | "yes" | "y" | "1")
            }
            None => false,
        }
    }

    /// A list; JSON text of one is read.
    pub fn list(&self, key: &str) -> Result<Arc<Vec<Value>>, StepError> {
        match self.get(key).map(read_json) {
            None => Ok(Arc::default()),
            Some(Value::List(items)) => Ok(items),
            Some(_) => Err(self.not(key, "a list")),
        }
    }

    /// An object; JSON text of one is read.
    pub fn object(&self, key: &str) -> Result<Arc<Map>, StepError> {
        match self.get(key).map(read_json) {
            None => Ok(Arc::default()),
            Some(Value::Object(map)) => Ok(map),
            Some(_) => Err(self.not(key, "an object")),
        }
    }

    /// Key-value pairs, from a list of `{key, value}` or an object, in order.
    pub fn pairs(&self, key: &str) -> Result<Vec<(Arc<str>, Value)>, StepError> {
        match self.get(key).map(read_json) {
            None => Ok(Vec::new()),
            Some(Value::Object(map)) => {
                Ok(map.iter().map(|(k, v)| (k.clone(), v.clone())).collect())
            }
            Some(Value::List(items)) => items
                .iter()
                .map(pair)
                .collect::<Option<_>>()
                .ok_or_else(|| self.not(key, "a list of key-value pairs")),
            Some(_) => Err(self.not(key, "a list of key-value pairs")),
        }
    }

    /// Bytes with their content type: of a `{data, contentType}` pair, of bytes, of text, or of any
    /// other value as JSON.
    pub fn file(&self, key: &str) -> Option<(Bytes, Option<String>)> {
        self.get(key).map(file)
    }

    fn not(&self, key: &str, expected: &str) -> StepError {
        let found = self.get(key).map(Value::to_json).unwrap_or_default();
        let shown: String = found.chars().take(SHOWN_CHARACTERS_MAX).collect();
        StepError::new(format!("Input \"{key}\" must be {expected}, but is {shown}."))
    }
}

/// How much of a wrong value an error message repeats.
const SHOWN_CHARACTERS_MAX: usize = 120;

fn read_json(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::parse_or_text(text),
        other => other.clone(),
    }
}

fn pair(item: &Value) -> Option<(Arc<str>, Value)> {
    let key = item.get("key")?.to_text();
    Some((key.into(), item.get("value").cloned().unwrap_or_default()))
}

/// Bytes and content type of any value, see [`Inputs::file`].
pub fn file(value: &Value) -> (Bytes, Option<String>) {
    match value {
        Value::Bytes(bytes) => (bytes.clone(), None),
        Value::String(text) => (Bytes::copy_from_slice(text.as_bytes()), None),
        Value::Object(map) if map.contains_key("data") && map.contains_key("contentType") => {
            let (bytes, _) = file(&map["data"]);
            (bytes, Some(map["contentType"].to_text()).filter(|kind| !kind.is_empty()))
        }
        other => (other.to_json().into(), Some("application/json".to_owned())),
    }
}
