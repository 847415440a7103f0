//! Refusing a call before an execution of it exists.

use flow::{Map, Value};

use crate::{Inputs, StepError};

/// Looks at a payload whose body is not parsed yet (`headers`, `rawBody`, …), with inputs that know
/// config variables only. Must be quick: callers wait, and nothing is stored meanwhile.
pub type Guard = fn(&Map, &Inputs) -> Result<(), Refusal>;

/// What a refused caller hears.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Refusal {
    pub status: u16,
    pub message: String,
    pub headers: Vec<(&'static str, String)>,
}

impl Refusal {
    /// The caller has not proved who it is.
    pub fn unauthorized(message: impl Into<String>) -> Self {
        Self { status: 401, message: message.into(), headers: Vec::new() }
    }
}

impl From<StepError> for Refusal {
    /// A guard that cannot do its work lets nobody in.
    fn from(error: StepError) -> Self {
        Self::unauthorized(error.message)
    }
}

/// A header of a payload, whatever the case of its name.
pub(crate) fn header(payload: &Map, name: &str) -> Option<String> {
    let headers = payload.get("headers").and_then(Value::as_object)?;
    let found = headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value.to_text())
}
