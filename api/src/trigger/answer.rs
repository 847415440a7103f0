//! What a caller hears of the execution it started.

use std::time::Duration;

use axum::response::{IntoResponse, Response};
use entity::{ExecutionId, StepResultId};
use http::{HeaderName, HeaderValue, StatusCode, header};
use runner::{Accepted, Ended, Started};
use tokio::time::{Instant, timeout_at};

use crate::State;
use crate::problem::problem;
use crate::results::{self, Kind};

/// Names the execution in every response that has one.
pub const EXECUTION_ID: HeaderName = HeaderName::from_static("prismatic-executionid");

/// Belongs to the connection; set by a flow, it would contradict the body and break the answer.
const FRAMING: [HeaderName; 6] = [
    header::CONTENT_LENGTH,
    header::TRANSFER_ENCODING,
    header::CONNECTION,
    header::UPGRADE,
    header::TRAILER,
    header::TE,
];

/// Nothing was started, because as much runs as may run at once.
pub fn busy(message: &str) -> Response {
    let mut response = problem(StatusCode::TOO_MANY_REQUESTS, message);
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    response
}

/// Answers as soon as the execution is durable.
pub async fn acknowledge(started: Started) -> Response {
    match started.accepted.await {
        Ok(Ok(Accepted { response })) => {
            let id = domain::global_id(started.execution_id);
            let mut response = response.unwrap_or_default();
            response
                .body
                .get_or_insert_with(|| serde_json::json!({ "executionId": id }).to_string().into());
            decided(response)
        }
        Ok(Err(_)) | Err(_) => super::not_stored().into_response(),
    }
}

/// How long a synchronous caller waits, and for what.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    pub wait: Duration,
    pub deadline: Instant,
    /// The result itself is welcome in place of its URL.
    pub direct: bool,
}

/// Answers with the end of the execution, if it comes in time.
pub async fn wait(state: &State, started: Started, patience: Patience) -> Response {
    match timeout_at(patience.deadline, started.ended).await {
        Err(_) => {
            let seconds = patience.wait.as_secs_f64();
            let message = format!(
                "The flow has not ended within {seconds} seconds. It goes on; look its execution \
                 up later."
            );
            problem(StatusCode::GATEWAY_TIMEOUT, &message)
        }
        Ok(Err(_)) => problem(
            StatusCode::ACCEPTED,
            "The execution waits, or goes on elsewhere; look it up later.",
        ),
        Ok(Ok(Ended { error: Some(error), .. })) => problem(StatusCode::BAD_REQUEST, &error),
        Ok(Ok(Ended { response: Some(response), .. })) if response.status.is_some() => {
            decided(response)
        }
        Ok(Ok(Ended { last_step: Some(step), .. })) => result(state, step, patience.direct).await,
        Ok(Ok(Ended { last_step: None, .. })) => StatusCode::NO_CONTENT.into_response(),
    }
}

/// Where the result of a step is, or the result itself.
async fn result(state: &State, step: StepResultId, direct: bool) -> Response {
    if direct {
        match results::text(state, step).await {
            Ok(Some(response)) => return response,
            Ok(None) => {}
            Err(error) => tracing::error!(error = ?error, "could not read a result"),
        }
    }
    let url = results::url(&state.env, Kind::Output, step.0);
    (StatusCode::SEE_OTHER, [(header::LOCATION, url)]).into_response()
}

/// A response that the flow decided on.
fn decided(response: components::Response) -> Response {
    let body = response.body.unwrap_or_default();
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

pub fn with_execution(mut response: Response, id: ExecutionId) -> Response {
    if let Ok(id) = HeaderValue::from_str(&domain::global_id(id)) {
        response.headers_mut().insert(EXECUTION_ID, id);
    }
    response
}
