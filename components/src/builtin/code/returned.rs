//! What the values mean that code returns.

use flow::{Map, Value};

use super::STATES;
use crate::{DataSourceOutput, Output, Response, Run, StepError, TriggerOutput};

/// Of a step: a result with its parts, or simply the data.
pub fn output(run: &mut Run, returned: &Value) -> Output {
    let Some(parts) = returned.as_object().filter(|map| is_result(map)) else {
        return returned.clone().into();
    };
    merge_states(run, parts);
    let content_type = content_type(parts);
    let answer = answer(parts, parts.get("data"), content_type.as_deref());
    // Data alone is a result like any other.
    let response = (answer.status.is_some() || !answer.headers.is_empty()).then_some(answer);
    let data = parts.get("data").map(|data| stored(data, content_type.as_deref()));
    let branch = parts.get("branch").map(|branch| branch.to_text().into());
    Output { data, branch, response }
}

/// Of a trigger; `payload` is what it got.
pub fn trigger_output(
    run: &mut Run,
    payload: Map,
    returned: &Value,
) -> Result<TriggerOutput, StepError> {
    let Some(parts) = returned.as_object() else {
        return Err(StepError::new("A code trigger must return an object with a payload."));
    };
    merge_states(run, parts);
    let payload = match parts.get("payload") {
        None | Some(Value::Null) => payload,
        Some(Value::Object(payload)) => (**payload).clone(),
        Some(_) => return Err(StepError::new("The payload of a trigger must be an object.")),
    };
    let response = parts.get("response").and_then(Value::as_object).map(|parts| {
        let body = parts.get("body").filter(|body| !body.is_null());
        answer(parts, body, content_type(parts).as_deref())
    });
    let is_flagged = |key: &str| parts.get(key) == Some(&Value::Bool(true));
    let result_type = parts.get("resultType").map(Value::to_text).unwrap_or_default();
    Ok(TriggerOutput {
        payload,
        branch: parts.get("branch").map(|branch| branch.to_text().into()),
        response,
        found_no_changes: is_flagged("polledNoChanges")
            || result_type.eq_ignore_ascii_case("polled_no_changes"),
    })
}

/// Of a data source that describes a form.
pub(super) fn json_form(returned: Option<Value>) -> Result<DataSourceOutput, StepError> {
    let part = |of: &Value, key: &str| of.get(key).filter(|part| !part.is_null()).cloned();
    let returned = returned.unwrap_or_default();
    let result = part(&returned, "result").unwrap_or_default();
    if ["schema", "uiSchema"].iter().any(|key| part(&result, key).is_none()) {
        let shape = "The code must return {result: {schema, uiSchema}} to describe a form.";
        return Err(StepError::new(shape));
    }
    Ok(DataSourceOutput { result, supplemental: part(&returned, "supplementalData") })
}

fn merge_states(run: &mut Run, parts: &Map) {
    for (key, level) in STATES {
        if let Some(Value::Object(values)) = parts.get(key) {
            run.states.level_mut(level).merge(values);
        }
    }
}

/// Keys of a result; `data` alone is enough to tell it, and `{}` is `{data: undefined}`.
fn is_result(map: &Map) -> bool {
    const PARTS: [&str; 4] = ["contentType", "statusCode", "headers", "branch"];
    let is_part = |key: &str| PARTS.contains(&key) || STATES.iter().any(|(name, _)| *name == key);
    map.contains_key("data") || map.keys().all(|key| is_part(key))
}

fn content_type(parts: &Map) -> Option<String> {
    parts.get("contentType").map(Value::to_text).filter(|kind| !kind.is_empty())
}

/// Bytes keep their content type; JSON and text need none.
fn stored(data: &Value, content_type: Option<&str>) -> Value {
    match (data, content_type) {
        (Value::Bytes(bytes), Some(kind)) if !kind.contains("json") => {
            Value::file(bytes.clone(), kind)
        }
        _ => data.clone(),
    }
}

/// The answer that status, headers and body ask for.
fn answer(parts: &Map, body: Option<&Value>, content_type: Option<&str>) -> Response {
    let status = parts.get("statusCode").and_then(|status| status.to_text().trim().parse().ok());
    let (body, kind) = body.map(crate::file).unzip();
    let headers = parts.get("headers").and_then(Value::as_object).into_iter().flatten();
    Response {
        status,
        content_type: content_type.map(str::to_owned).or(kind.flatten()),
        headers: headers.map(|(name, value)| (name.to_string(), value.to_text())).collect(),
        body,
    }
}
