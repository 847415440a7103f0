//! Calls that have a name: however often one arrives, its flow runs once.

use std::sync::Arc;
use std::time::Duration;

use entity::execution::{self, Status};
use entity::{ExecutionId, step_result};
use jobs::{Accept, Entry};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder};
use tokio::sync::oneshot;

use crate::invocation::{Accepted, Ended, StartError, Started};
use crate::runner::Inner;

/// How long this node may take to claim what it has just queued, before others are thought to have.
const CLAIM_TIME_MAX: Duration = Duration::from_secs(1);

/// How often an execution that runs elsewhere is looked at while a caller waits for it.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// Somebody who waits for an execution that goes through the queue.
#[derive(Debug)]
pub struct Caller {
    pub accepted: oneshot::Sender<Result<Accepted, StartError>>,
    pub ended: oneshot::Sender<Ended>,
}

impl Inner {
    /// Starts an execution through the queue, so that it and the call's name share a commit; or
    /// leads to the execution that an earlier call of the same name has started.
    pub async fn start_once(
        self: &Arc<Self>,
        key: String,
        execution: execution::Model,
        entry: Entry,
    ) -> Result<Started, StartError> {
        let id = execution.id;
        let queued_at = Some(execution.started_at);
        let execution = execution::Model { status: Status::Queued, queued_at, ..execution };
        let (accepted_sender, accepted) = oneshot::channel();
        let (ended_sender, ended) = oneshot::channel();
        self.callers.insert(id, Caller { accepted: accepted_sender, ended: ended_sender });
        let inner = self.clone();
        // In a task of its own: a caller that goes away must not cut the transaction.
        let stored = tokio::spawn(async move {
            let stored = domain::execution::enqueue_once(&inner.env, key, execution, entry).await;
            match &stored {
                Ok(first) => drop(inner.tasks.spawn(inner.clone().watch(id, *first))),
                Err(_) => drop(inner.callers.remove(&id)),
            }
            stored
        });
        match stored.await.map_err(anyhow::Error::from) {
            Ok(Ok(first)) => Ok(Started { execution_id: first, accepted, ended }),
            Ok(Err(error)) => Err(not_stored(&error.into())),
            Err(error) => Err(not_stored(&error)),
        }
    }

    /// Starts an execution that waits for its turn while its caller waits for its end.
    pub async fn start_awaited(
        self: &Arc<Self>,
        execution: execution::Model,
        entry: Entry,
    ) -> Result<Started, StartError> {
        let id = execution.id;
        let (accepted_sender, accepted) = oneshot::channel();
        let (ended_sender, ended) = oneshot::channel();
        self.callers.insert(id, Caller { accepted: accepted_sender, ended: ended_sender });
        let stored = self.writer.accept(Accept { execution, node: None, entry }).await;
        let execution_id = match stored {
            Ok(jobs::Accepted::Stored) => id,
            Ok(jobs::Accepted::DuplicateOf(holder)) => holder,
            Err(error) => {
                self.callers.remove(&id);
                return Err(not_stored(&error.into()));
            }
        };
        self.tasks.spawn(self.clone().watch(id, execution_id));
        self.work.notify_one();
        Ok(Started { execution_id, accepted, ended })
    }

    /// Answers a caller whose execution runs elsewhere, or did so before.
    async fn watch(self: Arc<Self>, id: ExecutionId, first: ExecutionId) {
        if id == first {
            tokio::time::sleep(CLAIM_TIME_MAX).await;
        }
        let Some((_, mut caller)) = self.callers.remove(&id) else { return };
        // Whoever asked may be gone.
        let _ = caller.accepted.send(Ok(Accepted::default()));
        loop {
            match self.end_of(first).await {
                Ok(Some(end)) => {
                    let _ = caller.ended.send(end);
                    return;
                }
                Ok(None) => {}
                Err(error) => tracing::warn!(error = ?error, "could not look an execution up"),
            }
            tokio::select! {
                () = caller.ended.closed() => return,
                () = self.stopping.cancelled() => return,
                () = tokio::time::sleep(LOOK_AGAIN) => {}
            }
        }
    }

    /// How an execution ended, as far as that is stored; `None` while it goes on.
    async fn end_of(&self, id: ExecutionId) -> anyhow::Result<Option<Ended>> {
        let found = domain::token::execution_by_id(&self.env, id).await?;
        let Some(execution) = found.filter(|execution| execution.ended_at.is_some()) else {
            return Ok(None);
        };
        let last = domain::Viewer::System(execution.organization_id)
            .rows::<step_result::Entity>()
            .filter(step_result::Column::ExecutionId.eq(id))
            .order_by_desc(step_result::Column::Position)
            .one(self.env.db.read())
            .await?;
        let last_step = last.map(|step| step.id);
        Ok(Some(Ended { error: execution.error, response: None, last_step }))
    }
}

fn not_stored(error: &anyhow::Error) -> StartError {
    tracing::error!(error = ?error, "could not store a call with its key");
    StartError::Storage
}
