//! What starts an execution, and what its caller hears back.

use std::sync::Arc;

use components::Response;
use entity::execution::InvokeType;
use entity::{ExecutionId, StepResultId};
use flow::{Map, Value};
use tokio::sync::oneshot;

use crate::Deployment;
use crate::seats::Full;

/// A call of one flow of a deployment.
#[derive(Clone, Debug)]
pub struct Invocation {
    pub deployment: Arc<Deployment>,
    /// Place of the flow in [`Deployment::flows`].
    pub flow: usize,
    /// `headers`, `queryParameters`, `rawBody`, `pathFragment`, `invokeUrl`; see
    /// [`crate::payload`].
    pub payload: Map,
    /// The parsed body, where the caller has already parsed it.
    pub body: Option<Value>,
    pub invoke_type: InvokeType,
    /// The execution that called.
    pub invoked_by: Option<Invoker>,
    /// What the caller names the call by: a second one of the same name starts nothing.
    pub idempotency_key: Option<String>,
    /// The caller waits for the end.
    pub is_synchronous: bool,
    pub is_test: bool,
}

/// An execution that calls a flow.
#[derive(Clone, Debug)]
pub struct Invoker {
    pub execution_id: ExecutionId,
    /// How many executions came before it.
    pub depth: i32,
    /// Where in its flow it calls, as JSON text.
    pub frame: Option<String>,
}

/// A run on its way.
#[derive(Debug)]
pub struct Started {
    pub execution_id: ExecutionId,
    /// Arrives when the execution is durable.
    pub accepted: oneshot::Receiver<Result<Accepted, StartError>>,
    /// Arrives when the end is durable. Dropped without a word if another node took the run over.
    pub ended: oneshot::Receiver<Ended>,
}

/// The execution is durable: whatever happens, it will end.
#[derive(Clone, Debug, Default)]
pub struct Accepted {
    /// The answer that the trigger decided on.
    pub response: Option<Response>,
}

/// How a run ended.
#[derive(Clone, Debug, Default)]
pub struct Ended {
    pub error: Option<String>,
    /// The answer that the last step decided on.
    pub response: Option<Response>,
    /// Where the last step's result is stored.
    pub last_step: Option<StepResultId>,
}

/// Why nothing was started. Nothing of it is stored, so the caller may try again.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StartError {
    #[error("the execution could not be stored")]
    Storage,
    /// As many executions run as the customer or the organization may have at once.
    #[error("{}", full(*.0))]
    Full(Full),
}

fn full(limit: Full) -> String {
    let (whose, limit) = match limit {
        Full::Customer(limit) => ("this customer", limit),
        Full::Organization(limit) => ("this organization", limit),
    };
    format!("The concurrency limit of {whose} is reached: {limit} executions run.")
}
