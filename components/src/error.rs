//! Why a step failed.

use flow::Value;

/// A failure the flow's author can act on: a message, and details where there are any.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{message}")]
pub struct StepError {
    pub message: String,
    /// Shape depends on the action, for example `{status, data, headers}` of an HTTP answer.
    pub details: Option<Value>,
}

impl StepError {
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), details: None }
    }

    pub fn with_details(message: impl Into<String>, details: impl Into<Value>) -> Self {
        Self { message: message.into(), details: Some(details.into()) }
    }

    /// The config variable of the connection that does not work, if whoever failed says so.
    pub fn connection(&self) -> Option<&str> {
        let details = self.details.as_ref()?;
        let is_of_connection = matches!(details.get("isSpectralError"), Some(Value::Bool(true)));
        details.get("connection").filter(|_| is_of_connection)?.as_str()
    }

    /// The error as later steps see it under `<step>.error`.
    pub fn to_value(&self) -> Value {
        let mut entries = vec![("message", Value::from(self.message.as_str()))];
        if let Some(details) = &self.details {
            entries.push(("details", details.clone()));
        }
        Value::object(entries)
    }
}
