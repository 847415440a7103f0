//! Data against a JSON schema.

use flow::Value;
use serde_json::Value as Json;

use crate::{Inputs, Output, StepError};

/// How many problems an error lists.
const PROBLEMS_MAX: usize = 20;

/// Gives the data as it came in, or an error with a list of `{path, message}`.
pub fn validate(inputs: &Inputs) -> Result<Output, StepError> {
    let given = inputs.require("jsonInput")?;
    let data = read(given, "jsonInput")?;
    let schema = read(inputs.require("jsonSchema")?, "jsonSchema")?;
    let validator = jsonschema::validator_for(&schema)
        .map_err(|error| StepError::new(format!("The JSON schema cannot be used: {error}.")))?;
    let problems: Vec<Value> = validator
        .iter_errors(&data)
        .take(PROBLEMS_MAX)
        .map(|error| {
            let path = error.instance_path().to_string();
            Value::object([("path", path), ("message", error.to_string())])
        })
        .collect();
    let Some(first) = problems.first() else { return Ok(given.clone().into()) };
    let place = first.get("path").map(Value::to_text).filter(|path| !path.is_empty());
    let message = first.get("message").map(Value::to_text).unwrap_or_default();
    let place = place.map(|path| format!(" at {path}")).unwrap_or_default();
    let message = format!("The data does not fit the schema{place}: {message}");
    Err(StepError::with_details(message, problems))
}

fn read(value: &Value, key: &str) -> Result<Json, StepError> {
    let invalid = |error| StepError::new(format!("Input \"{key}\" is not valid JSON: {error}."));
    match value {
        Value::String(text) => serde_json::from_str(text).map_err(invalid),
        Value::Bytes(bytes) => serde_json::from_slice(bytes).map_err(invalid),
        other => serde_json::to_value(other).map_err(invalid),
    }
}
