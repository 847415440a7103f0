//! Trigger URLs: an HTTP call becomes an execution, and the execution's answer an HTTP response.

use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, RawQuery, State as Shared};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use domain::Env;
use entity::execution::InvokeType;
use entity::{ExecutionId, OrganizationId};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use runner::payload::Request;
use runner::{Accepted, Ended, Endpoint, Invocation, Ready, Started};
use tokio::time::{Instant, timeout_at};

use crate::State;
use crate::problem::problem;
use crate::results::{self, Kind};

/// Largest request body.
pub const BODY_BYTES_MAX: usize = 6 * 1024 * 1024;

/// How long a synchronous caller waits; the execution goes on after that.
pub const SYNCHRONOUS_WAIT_MAX: Duration = Duration::from_secs(29);

/// Names the execution in every response that has one.
pub const EXECUTION_ID: HeaderName = HeaderName::from_static("prismatic-executionid");

const API_KEY: HeaderName = HeaderName::from_static("api-key");
const INVOKED_BY: HeaderName = HeaderName::from_static("prismatic-invoked-by");
const SYNCHRONOUS: HeaderName = HeaderName::from_static("prismatic-synchronous");

/// Belongs to the connection; set by a flow, it would contradict the body and break the answer.
const FRAMING: [HeaderName; 6] = [
    header::CONTENT_LENGTH,
    header::TRANSFER_ENCODING,
    header::CONNECTION,
    header::UPGRADE,
    header::TRAILER,
    header::TE,
];

pub fn routes() -> Router<State> {
    Router::new()
        .route("/trigger/{id}", any(whole))
        .route("/trigger/{id}/", any(whole))
        .route("/trigger/{id}/{*path}", any(with_path))
}

async fn whole(
    shared: Shared<State>,
    Path(id): Path<String>,
    query: RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Response {
    with_path(shared, Path((id, String::new())), query, headers, body).await
}

async fn with_path(
    Shared(state): Shared<State>,
    Path((id, path)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let ready = match state.runner.endpoint(&id).await {
        Ok(Some(Endpoint::Ready(ready))) => ready,
        Ok(Some(Endpoint::Closed(reason))) => return problem(StatusCode::NOT_FOUND, &reason),
        Ok(None) => return problem(StatusCode::NOT_FOUND, "There is nothing at this URL."),
        Err(error) => return internal(&error),
    };
    if !ready.admits(headers.get(API_KEY).and_then(|key| key.to_str().ok())) {
        return problem(StatusCode::UNAUTHORIZED, "Invalid or missing API key.");
    }
    let body = match read(&headers, body).await {
        Ok(body) => body,
        Err(unread) => return unread.answer(),
    };
    let url = domain::instance::trigger_url(&state.env, &id);
    let request = request(&headers, query.as_deref(), path, body, url);
    let content_type = request.content_type.clone().unwrap_or_default();
    let parsed = match runner::payload::parse(&request.body, &content_type).await {
        Ok(parsed) => parsed,
        Err(error) => return problem(StatusCode::BAD_REQUEST, &error.to_string()),
    };
    let is_synchronous = is_synchronous(&headers, ready.flow().is_synchronous);
    let Ready { deployment, flow, .. } = ready;
    let is_test = deployment.is_test;
    let invoked_by = invoked_by(&state.env, &headers, deployment.organization_id).await;
    let invocation = Invocation {
        deployment,
        flow,
        payload: request.into_payload(),
        body: Some(parsed),
        invoke_type: match invoked_by {
            Some(_) => InvokeType::CrossFlow,
            None if is_test => InvokeType::IntegrationFlowTest,
            None => InvokeType::Webhook,
        },
        invoked_by,
        is_synchronous,
        is_test,
    };
    let deadline = Instant::now() + SYNCHRONOUS_WAIT_MAX;
    let started = timeout_at(deadline, state.runner.start_execution(invocation)).await;
    let Ok(Ok(started)) = started else { return unavailable() };
    let id = started.execution_id;
    let response = if is_synchronous {
        wait(&state, started, deadline).await
    } else {
        acknowledge(started).await
    };
    with_execution(response, id)
}

/// Answers as soon as the execution is durable.
async fn acknowledge(started: Started) -> Response {
    match started.accepted.await {
        Ok(Ok(Accepted { response: Some(response) })) => decided(response, started.execution_id),
        Ok(Ok(Accepted { response: None })) => {
            let id = domain::global_id(started.execution_id);
            axum::Json(serde_json::json!({ "executionId": id })).into_response()
        }
        Ok(Err(_)) | Err(_) => unavailable(),
    }
}

/// Answers with the end of the execution, if it comes in time.
async fn wait(state: &State, started: Started, deadline: Instant) -> Response {
    match timeout_at(deadline, started.ended).await {
        Err(_) => problem(
            StatusCode::GATEWAY_TIMEOUT,
            "The flow has not ended within 29 seconds. It goes on; look its execution up later.",
        ),
        Ok(Err(_)) => problem(
            StatusCode::ACCEPTED,
            "The execution waits, or goes on elsewhere; look it up later.",
        ),
        Ok(Ok(Ended { error: Some(error), .. })) => problem(StatusCode::BAD_REQUEST, &error),
        Ok(Ok(Ended { response: Some(response), .. })) if response.status.is_some() => {
            decided(response, started.execution_id)
        }
        Ok(Ok(Ended { last_step: Some(step), .. })) => {
            let url = results::url(&state.env, Kind::Output, step.0);
            (StatusCode::SEE_OTHER, [(header::LOCATION, url)]).into_response()
        }
        Ok(Ok(Ended { last_step: None, .. })) => StatusCode::NO_CONTENT.into_response(),
    }
}

/// A response that the flow decided on. Without a body, an asynchronous caller gets the id.
fn decided(response: components::Response, id: ExecutionId) -> Response {
    let body = response.body.unwrap_or_else(|| match response.status {
        Some(_) if response.content_type.is_some() => Bytes::new(),
        _ => serde_json::json!({ "executionId": domain::global_id(id) }).to_string().into(),
    });
    let status = response.status.and_then(|status| StatusCode::from_u16(status).ok());
    let status = status.unwrap_or(StatusCode::OK);
    // Even the length of a body that may not follow confuses clients.
    let may_follow = !matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
    let mut answer =
        if may_follow { (status, body).into_response() } else { status.into_response() };
    let kind = response.content_type.unwrap_or_else(|| "application/json".to_owned());
    let headers = std::iter::once(("content-type".to_owned(), kind)).chain(response.headers);
    for (name, value) in headers {
        // What is no valid header is left out: the caller should get the rest.
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(&value))
            && !FRAMING.contains(&name)
        {
            answer.headers_mut().insert(name, value);
        }
    }
    answer
}

fn with_execution(mut response: Response, id: ExecutionId) -> Response {
    if let Ok(id) = HeaderValue::from_str(&domain::global_id(id)) {
        response.headers_mut().insert(EXECUTION_ID, id);
    }
    response
}

/// Why there is no body to work with.
enum Unread {
    TooLarge,
    /// The sender fell silent, left, or sent something that is no body.
    Broken,
}

impl Unread {
    fn answer(self) -> Response {
        match self {
            Self::TooLarge => {
                let message = format!("The body is larger than {BODY_BYTES_MAX} bytes.");
                problem(StatusCode::PAYLOAD_TOO_LARGE, &message)
            }
            Self::Broken => problem(
                StatusCode::BAD_REQUEST,
                "The body did not arrive whole: it is malformed, or its sender paused too long.",
            ),
        }
    }
}

/// The whole body; refused by its declared length before anything is read.
async fn read(headers: &HeaderMap, body: Body) -> Result<Bytes, Unread> {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    let length = length.and_then(|length| length.parse::<usize>().ok());
    if length.is_some_and(|length| length > BODY_BYTES_MAX) {
        return Err(Unread::TooLarge);
    }
    match Limited::new(body, BODY_BYTES_MAX).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Unread::TooLarge),
        Err(_) => Err(Unread::Broken),
    }
}

fn request(
    headers: &HeaderMap,
    query: Option<&str>,
    path_fragment: String,
    body: Bytes,
    url: String,
) -> Request {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let query = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    Request {
        headers: headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect(),
        query: query.into_owned().collect(),
        path_fragment,
        body,
        content_type: headers.get(header::CONTENT_TYPE).map(text),
        url,
    }
}

/// The request may override what its flow says.
fn is_synchronous(headers: &HeaderMap, by_flow: bool) -> bool {
    let asked = headers.get(SYNCHRONOUS).and_then(|value| value.to_str().ok());
    match asked.map(str::to_lowercase).as_deref() {
        Some("true") => true,
        Some("false") => false,
        _ => by_flow,
    }
}

/// The execution that a call from another flow names, if it is one of the same organization.
async fn invoked_by(
    env: &Env,
    headers: &HeaderMap,
    organization: OrganizationId,
) -> Option<ExecutionId> {
    let frame: serde_json::Value =
        serde_json::from_slice(headers.get(INVOKED_BY)?.as_bytes()).ok()?;
    let id = crate::graphql::id::decode::<ExecutionId>(frame["executionId"].as_str()?).ok()?;
    let caller = domain::token::execution_by_id(env, id).await.ok()??;
    (caller.organization_id == organization).then_some(id)
}

fn internal(error: &anyhow::Error) -> Response {
    tracing::error!(error = ?error, "could not find an endpoint");
    unavailable()
}

fn unavailable() -> Response {
    problem(StatusCode::SERVICE_UNAVAILABLE, "The call could not be stored. Please send it again.")
}
