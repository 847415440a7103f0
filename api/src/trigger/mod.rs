//! Trigger URLs: an HTTP call becomes an execution, and the execution's answer an HTTP response.

mod answer;
mod rate;
mod request;
mod route;
mod users;

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, RawQuery, State as Shared};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use entity::execution::InvokeType;
use http::{HeaderMap, HeaderName, Method, StatusCode, header};
use runner::payload::BodyError;
use runner::{Endpoint, Invocation, Ready, StartError};
use tokio::time::{Instant, timeout_at};

use crate::State;
use crate::problem::Refused;
use answer::Patience;
pub use rate::Limiter;
use request::{Call, Wishes};
use route::{Sorted, Unsorted};

pub use answer::EXECUTION_ID;

const API_KEY: HeaderName = HeaderName::from_static("api-key");

const ALLOWED: &str = "DELETE, GET, PATCH, POST, PUT";

/// What an installation can choose about calls.
#[derive(Clone, Debug)]
pub struct TriggerSettings {
    /// How long a synchronous caller waits; the execution goes on after that.
    pub synchronous_wait: Duration,
    /// Of one URL on one node; 0 for no limit.
    pub requests_per_second: u32,
    /// How many calls may come at once before that limit holds.
    pub burst: u32,
}

impl Default for TriggerSettings {
    fn default() -> Self {
        Self { synchronous_wait: Duration::from_secs(29), requests_per_second: 0, burst: 200 }
    }
}

/// What calls of one node have in common.
#[derive(Debug)]
pub struct Calls {
    synchronous_wait: Duration,
    limiter: Limiter,
}

impl Calls {
    pub fn new(settings: &TriggerSettings) -> Self {
        Self {
            synchronous_wait: settings.synchronous_wait,
            limiter: Limiter::new(settings.requests_per_second, settings.burst),
        }
    }
}

pub fn routes() -> Router<State> {
    Router::new()
        .route("/trigger/{id}", any(whole))
        .route("/trigger/{id}/", any(whole))
        .route("/trigger/{id}/{*path}", any(with_path))
}

async fn whole(
    shared: Shared<State>,
    method: Method,
    path: Result<Path<String>, PathRejection>,
    query: RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let path = path.map(|Path(id)| Path((id, String::new())));
    with_path(shared, method, path, query, headers, body).await
}

async fn with_path(
    Shared(state): Shared<State>,
    method: Method,
    path: Result<Path<(String, String)>, PathRejection>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let known = [Method::DELETE, Method::GET, Method::PATCH, Method::POST, Method::PUT];
    if !known.contains(&method) {
        let message = format!("Flows are called with one of {ALLOWED}.");
        let refused = Refused::new(StatusCode::METHOD_NOT_ALLOWED, message);
        return refused.header(header::ALLOW, ALLOWED).into_response();
    }
    let Ok(Path((id, path))) = path else {
        let message = "The path cannot be decoded: it does not spell UTF-8.";
        return Refused::new(StatusCode::BAD_REQUEST, message).into_response();
    };
    let call = Call { id, path, query, headers, body };
    take(&state, call).await.unwrap_or_else(IntoResponse::into_response)
}

/// From the call to its answer.
async fn take(state: &State, call: Call) -> Result<Response, Refused> {
    let deadline = Instant::now() + state.calls.synchronous_wait;
    let (id, user_key) = users::split(&call.id);
    let (id, user_key) = (id.to_owned(), user_key.map(str::to_owned));
    let endpoint = find(state, &id).await?;
    let wishes = Wishes::of(&call);
    let headers = call.headers.clone();
    let idempotency_key = request::idempotency_key(&headers)?;
    let door = match &endpoint {
        Endpoint::Ready(ready) => Some(ready),
        Endpoint::Routed(route) => route.preprocess.as_ref(),
        Endpoint::Closed(reason) => return Err(Refused::new(StatusCode::NOT_FOUND, reason)),
    };
    if let Some(ready) = door {
        check_key(ready, &headers)?;
    }
    slow_down(state, &id)?;
    let url = domain::instance::trigger_url(&state.env, &call.id);
    let request = request::read(call, url).await?;
    let content_type = request.content_type.clone().unwrap_or_default();
    let raw = request.body.clone();
    let payload = request.into_payload();
    if let Some(ready) = door {
        guard(ready, &payload)?;
    }
    let body = runner::payload::parse(&raw, &content_type).await?;
    let organization = match &endpoint {
        Endpoint::Ready(ready) => Some(ready.deployment.organization_id),
        Endpoint::Routed(route) => Some(route.organization()),
        Endpoint::Closed(_) => None,
    };
    let invoked_by = request::invoked_by(&state.env, &headers, organization).await?;
    let is_call_of_flow = invoked_by.is_some();
    let sorted = match endpoint {
        Endpoint::Ready(ready) => Sorted { ready, payload, invoked_by },
        Endpoint::Routed(route) => {
            let call = Unsorted { payload, body: body.clone(), invoked_by, deadline };
            let sorted = route::sort(state, &route, call).await?;
            check_key(&sorted.ready, &headers)?;
            guard(&sorted.ready, &sorted.payload)?;
            sorted
        }
        Endpoint::Closed(reason) => return Err(Refused::new(StatusCode::NOT_FOUND, reason)),
    };
    let sorted = users::adopt(state, sorted, user_key.as_deref()).await?;
    let is_recorded = sorted.ready.is_listening(&state.env);
    let Sorted { ready: Ready { deployment, flow, .. }, payload, invoked_by } = sorted;
    let is_test = deployment.is_test;
    let invocation = Invocation {
        payload,
        body: Some(body),
        invoke_type: match is_call_of_flow {
            _ if is_recorded => InvokeType::WebhookSnapshot,
            true => InvokeType::CrossFlow,
            false if is_test => InvokeType::IntegrationFlowTest,
            false => InvokeType::Webhook,
        },
        invoked_by,
        idempotency_key,
        is_synchronous: !is_recorded
            && wishes.synchronous.unwrap_or(deployment.flows[flow].is_synchronous),
        is_test,
        deployment,
        flow,
    };
    Ok(start(state, invocation, wishes, deadline).await)
}

/// Starts the execution and answers as its caller wants it.
async fn start(
    state: &State,
    invocation: Invocation,
    wishes: Wishes,
    deadline: Instant,
) -> Response {
    let is_synchronous = invocation.is_synchronous;
    let started = timeout_at(deadline, state.runner.start_execution(invocation)).await;
    let started = match started {
        Ok(Ok(started)) => started,
        Ok(Err(error @ StartError::Full(_))) => return answer::busy(&error.to_string()),
        Ok(Err(StartError::Storage)) | Err(_) => return not_stored().into_response(),
    };
    let id = started.execution_id;
    let response = if is_synchronous {
        let wait = state.calls.synchronous_wait;
        answer::wait(state, started, Patience { wait, deadline, direct: wishes.direct }).await
    } else {
        answer::acknowledge(started).await
    };
    answer::with_execution(response, id)
}

async fn find(state: &State, id: &str) -> Result<Endpoint, Refused> {
    match state.runner.endpoint(id).await {
        Ok(Some(endpoint)) => Ok(endpoint),
        Ok(None) => Err(Refused::new(StatusCode::NOT_FOUND, "There is nothing at this URL.")),
        Err(error) => {
            tracing::error!(error = ?error, "could not find an endpoint");
            Err(not_stored())
        }
    }
}

fn check_key(ready: &Ready, headers: &HeaderMap) -> Result<(), Refused> {
    if ready.admits(headers.get(API_KEY).and_then(|key| key.to_str().ok())) {
        return Ok(());
    }
    Err(Refused::new(StatusCode::UNAUTHORIZED, "Invalid or missing API key."))
}

fn slow_down(state: &State, endpoint: &str) -> Result<(), Refused> {
    state.calls.limiter.take(endpoint, Instant::now()).map_err(|wait| {
        let message = "This URL is called too often. Please slow down.";
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        let refused = Refused::new(StatusCode::TOO_MANY_REQUESTS, message);
        refused.header(header::RETRY_AFTER, &seconds.to_string())
    })
}

/// The caller should try again; nothing has happened.
fn not_stored() -> Refused {
    let message = "The call could not be stored. Please send it again.";
    Refused::new(StatusCode::SERVICE_UNAVAILABLE, message)
}

/// Asks the trigger whether the call may become an execution.
fn guard(ready: &Ready, payload: &flow::Map) -> Result<(), Refused> {
    ready.guard(payload).map_err(|refusal| {
        let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::UNAUTHORIZED);
        let refused = Refused::new(status, refusal.message);
        refusal.headers.iter().fold(refused, |refused, (name, value)| {
            refused.header(HeaderName::from_static(name), value)
        })
    })
}

impl From<BodyError> for Refused {
    fn from(error: BodyError) -> Self {
        Self::new(StatusCode::BAD_REQUEST, error.to_string())
    }
}
