//! Stored results and payloads behind signed links.
//!
//! `step`: MessagePack of `{data, contentType?}`. `output`: the same as plain JSON, text or bytes,
//! for synchronous callers. `request`: JSON of what started an execution, its body in base64.
//! `response`: what a caller who waits for an execution gets, which is its last step's `output`.

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Query, State as Shared};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::{Env, signature, token};
use entity::payload::Payload;
use entity::{ExecutionId, StepResultId, Timestamp, step_result};
use flow::Value;
use http::{HeaderValue, StatusCode, header};
use jobs::{PayloadStore, StoreError};
use runner::{Packed, StoredResult};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder};
use serde::Deserialize;
use uuid::Uuid;

use crate::State;
use crate::problem::problem;

/// How long a link is good.
const LINK_SECONDS: i64 = 3_600;

/// Longer results are only linked to, however much their readers would like to have them at once.
const TEXT_BYTES_MAX: usize = 5 * 1024 * 1024;

const GONE: &str = "The result is no longer there.";

/// What a link leads to.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Step,
    Output,
    Request,
    Response,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Step => "step",
            Self::Output => "output",
            Self::Request => "request",
            Self::Response => "response",
        }
    }
}

pub fn routes() -> Router<State> {
    Router::new().route("/results/{kind}/{id}", get(read))
}

/// A link that is good for an hour.
pub fn url(env: &Env, kind: Kind, id: Uuid) -> String {
    let until = env.now().plus_seconds(LINK_SECONDS);
    let signature = signature::sign(env, &subject(kind, id), until);
    let (base, kind, until) = (&env.public_url, kind.name(), until.0);
    format!("{base}/results/{kind}/{id}?until={until}&signature={signature}")
}

fn subject(kind: Kind, id: Uuid) -> String {
    format!("{}/{id}", kind.name())
}

#[derive(Deserialize)]
struct Proof {
    until: i64,
    signature: String,
}

async fn read(
    Shared(state): Shared<State>,
    Path((kind, id)): Path<(Kind, Uuid)>,
    Query(proof): Query<Proof>,
) -> Response {
    let until = Timestamp(proof.until);
    if !signature::is_valid(&state.env, &subject(kind, id), until, &proof.signature) {
        return problem(StatusCode::FORBIDDEN, "This link is not valid, or no longer so.");
    }
    let answer = match kind {
        Kind::Step => step(&state, id).await,
        Kind::Output => output(&state, id).await,
        Kind::Request => request(&state, id).await,
        Kind::Response => response(&state, id).await,
    };
    match answer {
        Ok(Some(response)) => response,
        Ok(None) => problem(StatusCode::NOT_FOUND, GONE),
        Err(error) if is_missing(&error) => problem(StatusCode::NOT_FOUND, GONE),
        Err(error) => {
            tracing::error!(error = ?error, kind = kind.name(), %id, "could not read a result");
            problem(StatusCode::INTERNAL_SERVER_ERROR, "The result could not be read.")
        }
    }
}

/// What was purged, or its object: a link lives longer than what it leads to.
fn is_missing(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(StoreError::Missing))
}

async fn step(state: &State, id: Uuid) -> anyhow::Result<Option<Response>> {
    let Some(row) = token::step_result_by_id(&state.env, StepResultId(id)).await? else {
        return Ok(None);
    };
    let kind = [(header::CONTENT_TYPE, "application/msgpack")];
    let Some(bytes) = store(state).get(&row.result).await? else {
        let nothing = StoredResult { data: Value::Null, content_type: None };
        return Ok(Some((kind, runner::pack(&nothing)).into_response()));
    };
    let stored: StoredResult = rmp_serde::from_slice(&bytes)?;
    if stored.data.blobs().is_empty() {
        return Ok(Some((kind, bytes).into_response()));
    }
    if !runner::files_are_there(store(state), row.instance_id, &stored).await? {
        return Ok(None);
    }
    let packed = Packed::of(&stored);
    let length = [(header::CONTENT_LENGTH, packed.length.to_string())];
    let body = Body::from_stream(packed.body(store(state)));
    Ok(Some((kind, length, body).into_response()))
}

async fn output(state: &State, id: Uuid) -> anyhow::Result<Option<Response>> {
    let Some(row) = token::step_result_by_id(&state.env, StepResultId(id)).await? else {
        return Ok(None);
    };
    let stored = match store(state).get(&row.result).await? {
        Some(bytes) => rmp_serde::from_slice(&bytes)?,
        None => StoredResult { data: Value::Null, content_type: None },
    };
    if !runner::files_are_there(store(state), row.instance_id, &stored).await? {
        return Ok(None);
    }
    let mut response = plain(store(state), stored);
    let execution = HeaderValue::from_str(&domain::global_id(row.execution_id))?;
    response.headers_mut().insert(crate::trigger::EXECUTION_ID, execution);
    Ok(Some(response))
}

/// A result that is short text, as it is; `None` for any other.
pub async fn text(state: &State, id: StepResultId) -> anyhow::Result<Option<Response>> {
    let Some(row) = token::step_result_by_id(&state.env, id).await? else { return Ok(None) };
    let bytes = store(state).get(&row.result).await?;
    let stored = match &bytes {
        Some(bytes) if bytes.len() >= TEXT_BYTES_MAX => return Ok(None),
        Some(bytes) => rmp_serde::from_slice(bytes)?,
        None => StoredResult { data: Value::Null, content_type: None },
    };
    let is_text = match (&stored.data, &stored.content_type) {
        (Value::Blob(_), _) | (Value::Bytes(_), None) => false,
        (_, Some(kind)) => runner::payload::is_text_like(kind),
        (_, None) => true,
    };
    Ok(is_text.then(|| plain(store(state), stored)))
}

/// A result as its content type says; values without one are JSON.
fn plain(store: &PayloadStore, stored: StoredResult) -> Response {
    let default = match stored.data {
        Value::Bytes(_) | Value::Blob(_) => "application/octet-stream",
        _ => "application/json",
    };
    let kind = HeaderValue::from_str(stored.content_type.as_deref().unwrap_or(default));
    let kind = kind.unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let mut length = None;
    let body = match stored.data {
        Value::Bytes(bytes) => Body::from(bytes),
        Value::Blob(blob) => {
            length = Some(blob.length);
            Body::from_stream(runner::read_file(store.clone(), blob))
        }
        Value::String(text) if stored.content_type.is_some() => Body::from(text.to_string()),
        data => Body::from(data.to_json()),
    };
    let mut response = ([(header::CONTENT_TYPE, kind)], body).into_response();
    if let Some(length) = length {
        response.headers_mut().insert(header::CONTENT_LENGTH, length.into());
    }
    response
}

async fn request(state: &State, id: Uuid) -> anyhow::Result<Option<Response>> {
    let Some(row) = token::execution_by_id(&state.env, ExecutionId(id)).await? else {
        return Ok(None);
    };
    let payload = runner::payload_of(store(state), &row.payload).await?;
    let raw = payload.get("rawBody");
    let part = |key: &str| raw.and_then(|raw| raw.get(key)).cloned();
    let body = match part("data") {
        Some(Value::Bytes(bytes)) => STANDARD.encode(bytes),
        Some(value) => STANDARD.encode(value.to_text()),
        None => String::new(),
    };
    let json = Value::object([
        ("headers", payload.get("headers").cloned().unwrap_or_default()),
        ("contentType", part("contentType").unwrap_or_default()),
        ("body", body.into()),
    ]);
    Ok(Some(([(header::CONTENT_TYPE, "application/json")], json.to_json()).into_response()))
}

async fn response(state: &State, id: Uuid) -> anyhow::Result<Option<Response>> {
    let Some(row) = token::execution_by_id(&state.env, ExecutionId(id)).await? else {
        return Ok(None);
    };
    if Payload::parse(&row.payload) == Some(Payload::Purged) {
        return Ok(None);
    }
    let last = domain::Viewer::System(row.organization_id)
        .rows::<step_result::Entity>()
        .filter(step_result::Column::ExecutionId.eq(row.id))
        .order_by_desc(step_result::Column::Position)
        .one(state.env.db.read())
        .await?;
    match last {
        Some(step) => output(state, step.id.0).await,
        None => Ok(Some(StatusCode::NO_CONTENT.into_response())),
    }
}

fn store(state: &State) -> &PayloadStore {
    state.runner.store()
}
