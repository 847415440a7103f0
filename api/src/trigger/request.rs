//! What a caller sent, and what its headers ask for.

use axum::body::{Body, Bytes};
use components::builtin::LINEAGE_DEPTH_MAX;
use domain::Env;
use entity::{ExecutionId, OrganizationId};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use runner::Invoker;
use runner::payload::Request;
use serde_json::{Map, Value as Json};

use crate::problem::Refused;

/// Largest request body.
pub const BODY_BYTES_MAX: usize = 6 * 1024 * 1024;

const INVOKED_BY: HeaderName = HeaderName::from_static("prismatic-invoked-by");
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const KEY_BYTES_MAX: usize = 1024;

const SYNCHRONOUS: &str = "prismatic-synchronous";
const PREFER_DIRECT: &str = "prismatic-prefer-direct-sync-response";

/// What is kept of the place a flow was invoked from.
const FRAME_KEYS: [&str; 4] = ["stepName", "loopPath", "componentActionKey", "customSource"];
const FRAME_TEXT_BYTES_MAX: usize = 1024;

/// A call of a trigger URL before its body is read.
pub struct Call {
    /// Of the endpoint.
    pub id: String,
    pub path: String,
    pub query: Option<String>,
    pub headers: HeaderMap,
    pub body: Body,
}

/// How the caller wants to be answered.
#[derive(Clone, Copy, Debug)]
pub struct Wishes {
    /// To wait or not, whatever the flow says.
    pub synchronous: Option<bool>,
    /// No detour to the stored result where it is short text.
    pub direct: bool,
}

impl Wishes {
    pub fn of(call: &Call) -> Self {
        let header = |name| call.headers.get(name).and_then(|value| value.to_str().ok());
        let is = |value: Option<&str>, word: &str| {
            value.is_some_and(|value| value.trim().eq_ignore_ascii_case(word))
        };
        let synchronous = header(SYNCHRONOUS);
        let query = form_urlencoded::parse(call.query.as_deref().unwrap_or_default().as_bytes());
        let in_query = query.into_iter().find(|(name, _)| name == PREFER_DIRECT);
        let in_query = in_query.map(|(_, value)| value.into_owned());
        Self {
            synchronous: match () {
                () if is(synchronous, "true") => Some(true),
                () if is(synchronous, "false") => Some(false),
                () => None,
            },
            direct: is(header(PREFER_DIRECT), "true") || is(in_query.as_deref(), "true"),
        }
    }
}

/// What the caller names the call by.
pub fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Refused> {
    let Some(key) = headers.get(IDEMPOTENCY_KEY) else { return Ok(None) };
    let key = key.to_str().map(str::trim).unwrap_or_default();
    if key.is_empty() || key.len() > KEY_BYTES_MAX {
        let message = format!("An Idempotency-Key has 1 to {KEY_BYTES_MAX} visible characters.");
        return Err(Refused::new(StatusCode::BAD_REQUEST, message));
    }
    Ok(Some(key.to_owned()))
}

/// Reads a call whole; `url` is the endpoint's own.
pub async fn read(call: Call, url: String) -> Result<Request, Refused> {
    let body = read_body(&call.headers, call.body).await?;
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let query = form_urlencoded::parse(call.query.as_deref().unwrap_or_default().as_bytes());
    let headers = call.headers.iter().map(|(name, value)| (name.to_string(), text(value)));
    Ok(Request {
        headers: headers.collect(),
        query: query.into_owned().collect(),
        path_fragment: call.path,
        body,
        content_type: call.headers.get(header::CONTENT_TYPE).map(text),
        url,
    })
}

/// The whole body; refused by its declared length before anything is read.
async fn read_body(headers: &HeaderMap, body: Body) -> Result<Bytes, Refused> {
    let too_large = || {
        let message = format!("The body is larger than {BODY_BYTES_MAX} bytes.");
        Refused::new(StatusCode::PAYLOAD_TOO_LARGE, message)
    };
    let length = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    let length = length.and_then(|length| length.parse::<usize>().ok());
    if length.is_some_and(|length| length > BODY_BYTES_MAX) {
        return Err(too_large());
    }
    match Limited::new(body, BODY_BYTES_MAX).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(too_large()),
        // The sender fell silent, left, or sent something that is no body.
        Err(_) => Err(Refused::new(
            StatusCode::BAD_REQUEST,
            "The body did not arrive whole: it is malformed, or its sender paused too long.",
        )),
    }
}

/// The execution that a call from another flow names, if it is one of the same organization.
pub async fn invoked_by(
    env: &Env,
    headers: &HeaderMap,
    organization: Option<OrganizationId>,
) -> Result<Option<Invoker>, Refused> {
    let frame =
        headers.get(INVOKED_BY).and_then(|frame| serde_json::from_slice(frame.as_bytes()).ok());
    let Some(frame): Option<Map<String, Json>> = frame else { return Ok(None) };
    let id = frame.get("executionId").and_then(Json::as_str).unwrap_or_default();
    let Ok(id) = crate::graphql::id::decode::<ExecutionId>(id) else { return Ok(None) };
    let found = domain::token::execution_by_id(env, id).await.map_err(|error| {
        tracing::error!(%error, "could not look up who invokes a flow");
        super::not_stored()
    })?;
    let Some(caller) = found.filter(|caller| Some(caller.organization_id) == organization) else {
        return Ok(None);
    };
    if u32::try_from(caller.lineage_depth).unwrap_or_default() >= LINEAGE_DEPTH_MAX {
        let message =
            format!("Executions have invoked each other {LINEAGE_DEPTH_MAX} times in a row.");
        return Err(Refused::new(StatusCode::LOOP_DETECTED, message));
    }
    let known = frame.into_iter().filter(|(key, value)| {
        FRAME_KEYS.contains(&key.as_str())
            && value
                .as_str()
                .is_some_and(|text| !text.is_empty() && text.len() <= FRAME_TEXT_BYTES_MAX)
    });
    let frame: Map<String, Json> = known.collect();
    let frame = (!frame.is_empty()).then(|| Json::Object(frame).to_string());
    Ok(Some(Invoker { execution_id: id, depth: caller.lineage_depth, frame }))
}
