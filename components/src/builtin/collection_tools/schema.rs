//! Data against a JSON schema, and documents against an XML schema.

use flow::Value;
use serde_json::Value as Json;

use crate::xsd::{self, PROBLEMS_MAX as XML_PROBLEMS_MAX, Problem, Unchecked};
use crate::{Inputs, Output, Run, StepError};

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

/// Gives the document as it came in, or an error with a list of `{path, message, line, column}`.
pub async fn validate_xml(_: &mut Run, inputs: &Inputs) -> Result<Output, StepError> {
    let given = inputs.require("xmlInput")?;
    let (document, schema) = (text(given)?, text(inputs.require("xmlSchema")?)?);
    let work = move || xsd::validate(&document, &schema);
    let problems = match tokio::task::spawn_blocking(work).await {
        Ok(Ok(problems)) => problems,
        Ok(Err(Unchecked::Schema(problem))) => {
            return Err(refused("The XML schema cannot be used", &[problem]));
        }
        Ok(Err(Unchecked::Document(problem))) => {
            return Err(refused("The document cannot be checked", &[problem]));
        }
        Err(_) => return Err(StepError::new("The document cannot be checked.")),
    };
    if problems.is_empty() {
        return Ok(given.clone().into());
    }
    Err(refused("The document does not fit the schema", &problems))
}

fn text(value: &Value) -> Result<String, StepError> {
    let (bytes, _) = crate::file(value);
    let unreadable = |_| StepError::new("XML is read in the encoding UTF-8, and this is another.");
    String::from_utf8(bytes.to_vec()).map_err(unreadable)
}

/// Says what is wrong first, and everything in the details.
fn refused(what: &str, problems: &[Problem]) -> StepError {
    let Some(first) = problems.first() else { return StepError::new(format!("{what}.")) };
    let Problem { message, line, column, path } = first;
    let place = if path.is_empty() { String::new() } else { format!(" at {path}") };
    let more = match problems.len() {
        1 => String::new(),
        XML_PROBLEMS_MAX => " There are at least 99 more problems.".to_owned(),
        count => format!(" There are {} more problems.", count - 1),
    };
    let message = format!("{what}{place} (line {line}, column {column}): {message}.{more}");
    let details = problems.iter().map(|problem| {
        Value::object([
            ("path", Value::from(problem.path.as_str())),
            ("message", problem.message.as_str().into()),
            ("line", i64::from(problem.line).into()),
            ("column", i64::from(problem.column).into()),
        ])
    });
    StepError::with_details(message, details.collect::<Vec<_>>())
}

fn read(value: &Value, key: &str) -> Result<Json, StepError> {
    let invalid = |error| StepError::new(format!("Input \"{key}\" is not valid JSON: {error}."));
    match value {
        Value::String(text) => serde_json::from_str(text).map_err(invalid),
        Value::Bytes(bytes) => serde_json::from_slice(bytes).map_err(invalid),
        other => serde_json::to_value(other).map_err(invalid),
    }
}
