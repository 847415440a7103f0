//! Calls that people keep to test flows with.

use sea_orm::{ActiveValue, Set};
use serde_json::Value as Json;

use crate::input::Problems;

/// Larger ones go to the trigger URL.
pub(crate) const PAYLOAD_BYTES_MAX: usize = 1024 * 1024;

const HEADERS_BYTES_MAX: usize = 64 * 1024;

/// A call as it is entered: what is not given stays as it is, an empty text takes it away.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Sample {
    pub payload: Option<String>,
    /// JSON text of an object, name to text.
    pub headers: Option<String>,
    pub content_type: Option<String>,
}

impl Sample {
    pub(crate) fn is_empty(&self) -> bool {
        self.payload.is_none() && self.headers.is_none() && self.content_type.is_none()
    }

    /// Checks the texts, which the input calls by these names.
    pub(crate) fn check(&self, problems: &mut Problems, names: [&str; 3]) {
        let [payload, headers, content_type] = names;
        if self.payload.as_ref().is_some_and(|text| text.len() > PAYLOAD_BYTES_MAX) {
            problems.add(payload, format!("This is longer than {PAYLOAD_BYTES_MAX} bytes."));
        }
        if let Some(text) = self.headers.as_deref().filter(|text| !text.trim().is_empty()) {
            if !matches!(serde_json::from_str(text), Ok(Json::Object(_))) {
                problems.add(headers, "This is not the JSON text of an object.");
            }
            if text.len() > HEADERS_BYTES_MAX {
                problems.add(headers, format!("This is longer than {HEADERS_BYTES_MAX} bytes."));
            }
        }
        if let Some(text) = &self.content_type {
            problems.line(content_type, text);
        }
    }
}

/// What a column becomes when this is given.
pub(crate) fn entered(
    old: ActiveValue<Option<String>>,
    given: Option<&String>,
) -> ActiveValue<Option<String>> {
    match given {
        None => old,
        Some(text) => Set(Some(text.clone()).filter(|text| !text.trim().is_empty())),
    }
}
