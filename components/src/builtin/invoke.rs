//! One flow of an instance calls another one by its URL, as any caller would.

use std::time::Duration;

use bytes::Bytes;
use egress::{Body, Request};
use flow::Value;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, Method};

use super::http::send;
use crate::{Run, StepError};

/// How long the called flow may take to answer; one that does not wait for its end answers at once.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(30);

/// How many executions may invoke each other in a row. Nobody pages that far; a cursor that stands
/// still, or two flows that call each other, must not keep the server busy for ever.
pub const LINEAGE_DEPTH_MAX: u32 = 10_000;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Header names that the called side and its components know.
const INVOKED_BY: HeaderName = HeaderName::from_static("prismatic-invoked-by");
const INVOKE_TYPE: HeaderName = HeaderName::from_static("prismatic-invoke-type");
const SYNCHRONOUS: HeaderName = HeaderName::from_static("prismatic-synchronous");
const API_KEY: HeaderName = HeaderName::from_static("api-key");

/// Whether the calling flow waits for the end of the called one.
#[derive(Clone, Copy, Eq, PartialEq)]
pub enum Wait {
    /// As the called flow is set.
    AsConfigured,
    Never,
}

/// Starts a flow of this instance; gives what its URL answers.
pub async fn invoke(run: &Run, flow: &str, data: &Value, wait: Wait) -> Result<Value, StepError> {
    if run.info.lineage_depth >= LINEAGE_DEPTH_MAX {
        return Err(StepError::new(format!(
            "Executions have invoked each other {LINEAGE_DEPTH_MAX} times in a row; it ends here."
        )));
    }
    let known = &run.info.flow_urls;
    let url = known.get(flow).ok_or_else(|| {
        let names: Vec<String> = known.keys().map(|name| format!("\"{name}\"")).collect();
        let names = names.join(", ");
        StepError::new(format!("This instance has no flow \"{flow}\"; it has {names}."))
    })?;
    let (body, content_type) = body(data);
    let mut request = Request {
        headers: headers(run, flow, &content_type)?,
        body: Body::Bytes(body),
        timeout: Some(ANSWER_TIME_MAX),
        ..Request::new(Method::POST, url.to_text())
    };
    if wait == Wait::Never {
        request.headers.insert(SYNCHRONOUS, HeaderValue::from_static("false"));
    }
    let answer = send(run, request).await?;
    Ok(Value::parse_or_text(&String::from_utf8_lossy(&answer.body)))
}

/// Files keep their type. Anything else arrives as the data it is, text that holds JSON included.
fn body(data: &Value) -> (Bytes, String) {
    let is_pair = data.get("contentType").is_some() && data.get("data").is_some();
    if is_pair || data.as_bytes().is_some() {
        let (bytes, content_type) = crate::file(data);
        return (bytes, content_type.unwrap_or_else(|| "application/octet-stream".to_owned()));
    }
    let holds_json =
        |text: &&str| text.trim_start().starts_with(['{', '[']) && Value::from_json(text).is_ok();
    let json = data.as_str().filter(holds_json).map_or_else(|| data.to_json(), str::to_owned);
    (json.into(), "application/json".to_owned())
}

fn headers(run: &Run, flow: &str, content_type: &str) -> Result<HeaderMap, StepError> {
    let info = &run.info;
    let (_, path) = run.idempotency_key.split_once('/').unwrap_or_default();
    let (loop_path, step) = path.rsplit_once('/').unwrap_or(("", path));
    let caller = Value::object([
        ("executionId", info.execution_id.as_str()),
        ("startedAt", info.started_at.as_str()),
        ("stepName", step),
        ("loopPath", loop_path),
    ]);
    let mut headers = HeaderMap::new();
    let mut set = |name: HeaderName, text: &str| {
        let value = HeaderValue::from_bytes(text.as_bytes())
            .map_err(|_| StepError::new(format!("The header \"{name}\" cannot be sent.")))?;
        headers.insert(name, value);
        Ok(())
    };
    set(CONTENT_TYPE, content_type)?;
    set(INVOKED_BY, &caller.to_json())?;
    set(INVOKE_TYPE, "Cross Flow")?;
    // A flow that failed is started anew when its caller's author wants another attempt.
    let attempt = if run.attempt == 0 { String::new() } else { format!("#{}", run.attempt) };
    set(IDEMPOTENCY_KEY, &format!("{}{attempt}", run.idempotency_key))?;
    let keys = info.webhook_api_keys.get(flow);
    if let Some(key) = keys.and_then(Value::as_list).and_then(<[Value]>::first) {
        set(API_KEY, &key.to_text())?;
    }
    Ok(headers)
}
