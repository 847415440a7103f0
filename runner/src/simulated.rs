//! Test runs whose caller says what the trigger gives: a poll, for one, may find nothing new just
//! when its flow is to be tried.

use flow::{Map, Value};

/// JSON text of an object with a `payload`.
const HEADER: &str = "prismatic-simulated-trigger-result";

/// By this header, components know such a run.
const MARK: &str = "prismatic-simulated-test-execution";

/// What the trigger gives by the word of its caller: the payload of the run, with what the caller
/// names in the place of what it was. `None` if the trigger is to be performed.
pub fn payload(payload: &Map) -> Result<Option<Map>, String> {
    let headers = payload.get("headers").and_then(Value::as_object);
    let mut headers = headers.cloned().unwrap_or_default();
    let given = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(HEADER));
    let Some((_, text)) = given else { return Ok(None) };
    let result: Option<Value> = serde_json::from_str(&text.to_text()).ok();
    let given = result.as_ref().and_then(|result| result.get("payload")).and_then(Value::as_object);
    let Some(given) = given else {
        return Err(format!(
            "The header {HEADER} is not the JSON text of an object with a payload."
        ));
    };
    headers.insert(MARK.into(), "true".into());
    let mut payload = payload.clone();
    payload.insert("headers".into(), headers.into());
    payload.extend(given.clone());
    Ok(Some(payload))
}
