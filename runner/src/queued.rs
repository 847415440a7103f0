//! Calls that wait in the database for their turn.

use std::sync::Arc;

use components::{PerformTrigger, Response};
use entity::execution::{self, Status};
use jobs::{Accept, Accepted, Entry};
use tokio::sync::oneshot;

use crate::inputs::resolve;
use crate::invocation::{Invocation, StartError, Started};
use crate::machine::Machine;
use crate::runner::Inner;

impl Inner {
    /// The execution waits for its turn, or is dropped as a duplicate.
    pub async fn start_queued(
        self: &Arc<Self>,
        invocation: Invocation,
        entry: Entry,
    ) -> Result<Started, StartError> {
        let execution = self.execution(&invocation, &entry).await?;
        let execution = execution::Model {
            status: Status::Queued,
            queued_at: Some(execution.started_at),
            ..execution
        };
        let id = execution.id;
        if invocation.is_synchronous {
            return self.start_awaited(execution, entry).await;
        }
        let response = self.decided(invocation, &execution).await;
        let accept = Accept { execution, node: None, entry };
        let stored = self.writer.accept(accept).await.map_err(|error| {
            tracing::error!(%error, "could not queue an execution");
            StartError::Storage
        })?;
        self.work.notify_one();
        let execution_id = match stored {
            Accepted::Stored => id,
            Accepted::DuplicateOf(holder) => holder,
        };
        let (accepted_sender, accepted) = oneshot::channel();
        // The receiver is ours and still there.
        let _ = accepted_sender.send(Ok(crate::Accepted { response }));
        // Nobody here learns of the end: dropping the sender says so.
        let (_, ended) = oneshot::channel();
        Ok(Started { execution_id, accepted, ended })
    }

    /// What the trigger wants its caller to hear: the run itself comes too late for that. Triggers
    /// that wait for something are not asked; their callers get the usual answer.
    async fn decided(
        self: &Arc<Self>,
        invocation: Invocation,
        execution: &execution::Model,
    ) -> Option<Response> {
        let Invocation { deployment, flow, mut payload, body, .. } = invocation;
        let plan = deployment.flows[flow].plan.as_ref().ok()?;
        let PerformTrigger::Quick(perform) = &plan.trigger.trigger.perform else { return None };
        if let Some(body) = body {
            crate::payload::insert_body(&mut payload, body);
        }
        let mut executor = self.executor(&deployment, flow, execution.clone());
        let payload = crate::payload::complete(payload, &executor.run.info).await.ok()?;
        let machine = Machine::new(&plan.steps, deployment.config_vars.clone());
        let inputs = resolve(&plan.trigger.inputs, &machine).ok()?;
        perform(&mut executor.run, payload, &inputs).ok()?.response.filter(Response::is_set)
    }
}
