//! Calls of a URL that flows share: the preprocess flow sees them first, then their own flow runs.

use entity::execution::InvokeType;
use flow::{Map, Value};
use http::StatusCode;
use runner::{Ended, Invocation, Invoker, Ready, Route, Unrouted};
use tokio::time::{Instant, timeout_at};

use super::answer::EXECUTION_ID;
use crate::State;
use crate::problem::Refused;

/// A call whose flow is not known yet.
pub struct Unsorted {
    pub payload: Map,
    /// The parsed body.
    pub body: Value,
    pub invoked_by: Option<Invoker>,
    pub deadline: Instant,
}

/// A call and the flow it is for.
pub struct Sorted {
    pub ready: Ready,
    pub payload: Map,
    pub invoked_by: Option<Invoker>,
}

/// Finds the flow of a call.
pub async fn sort(state: &State, route: &Route, call: Unsorted) -> Result<Sorted, Refused> {
    let mut payload = call.payload.clone();
    runner::payload::insert_body(&mut payload, call.body.clone());
    let invoked_by = match &route.preprocess {
        Some(ready) => Some(preprocess(state, ready, &call).await?),
        None => call.invoked_by,
    };
    let preprocessed = route.preprocess.is_some().then_some(&invoked_by).and_then(Option::as_ref);
    let execution = preprocessed.map(|invoker| invoker.execution_id);
    match state.runner.destination(route, &payload, execution).await {
        Ok(destination) => {
            let mut payload = call.payload;
            if let Some(user) = destination.user {
                payload.insert("user".into(), user);
            }
            Ok(Sorted { ready: destination.ready, payload, invoked_by })
        }
        Err(Unrouted::Nowhere(reason)) => {
            let organization = route.organization().0;
            tracing::warn!(%organization, reason, "a call of a shared URL found no flow");
            let refused = Refused::new(StatusCode::NOT_FOUND, reason);
            Err(match execution {
                Some(id) => refused.header(EXECUTION_ID, &domain::global_id(id)),
                None => refused,
            })
        }
        Err(Unrouted::Other(error)) => {
            tracing::error!(error = ?error, "could not find the flow of a call");
            Err(super::not_stored())
        }
    }
}

/// Runs the preprocess flow to its end.
async fn preprocess(state: &State, ready: &Ready, call: &Unsorted) -> Result<Invoker, Refused> {
    let depth = call.invoked_by.as_ref().map_or(0, |invoker| invoker.depth + 1);
    let invocation = Invocation {
        deployment: ready.deployment.clone(),
        flow: ready.flow,
        payload: call.payload.clone(),
        body: Some(call.body.clone()),
        invoke_type: if call.invoked_by.is_some() {
            InvokeType::CrossFlow
        } else {
            InvokeType::Webhook
        },
        invoked_by: call.invoked_by.clone(),
        idempotency_key: None,
        is_synchronous: true,
        is_test: ready.deployment.is_test,
    };
    let started = timeout_at(call.deadline, state.runner.start_execution(invocation)).await;
    let Ok(Ok(started)) = started else { return Err(super::not_stored()) };
    let id = started.execution_id;
    let refuse = |status, message: &str| {
        Err(Refused::new(status, message).header(EXECUTION_ID, &domain::global_id(id)))
    };
    match timeout_at(call.deadline, started.ended).await {
        Ok(Ok(Ended { error: None, .. })) => Ok(Invoker { execution_id: id, depth, frame: None }),
        Ok(Ok(Ended { error: Some(error), .. })) => {
            refuse(StatusCode::BAD_REQUEST, &format!("The preprocess flow failed. {error}"))
        }
        Ok(Err(_)) | Err(_) => {
            let message =
                "The preprocess flow has not ended in time, so no other flow was started.";
            refuse(StatusCode::GATEWAY_TIMEOUT, message)
        }
    }
}
