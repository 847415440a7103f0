//! What a run writes while it is on its way: that it exists, and its journal.

use std::sync::atomic::Ordering;

use entity::NodeId;
use jobs::{Accept, Owner};

use crate::executor::{Executor, Stop};
use crate::invocation::{Accepted, StartError};
use crate::journal::StateJournal;

impl Executor {
    /// Makes the execution durable and answers its caller.
    pub async fn accept(&mut self) -> Result<(), Stop> {
        self.make_durable().await?;
        self.answer(Ok(()));
        Ok(())
    }

    /// Makes the execution durable; its caller waits for what the trigger decides.
    pub async fn make_durable(&mut self) -> Result<(), Stop> {
        let node = self.inner.node.id;
        let accept = self.acceptance(node);
        self.inner.writer.accept(accept).await?;
        self.owner = Some(Owner { node, fence: 0 });
        self.written_at = self.now();
        // Nobody waits for these but whoever watches the instance.
        if self.alerts.is_empty() { Ok(()) } else { self.write(None).await }
    }

    fn acceptance(&mut self, node: NodeId) -> Accept {
        let (execution, entry) = (self.execution.clone(), std::mem::take(&mut self.entry));
        Accept { execution, node: Some(node), entry }
    }

    /// Writes what the run has got so far, and which step begins now.
    pub async fn write(&mut self, begun_step: Option<String>) -> Result<(), Stop> {
        let owner = self.owner.unwrap_or(Owner { node: self.inner.node.id, fence: 0 });
        let (steps, logs) = self.record.take();
        let alerts = self.alerts.take(&self.inner, &self.execution, &logs);
        let has_alerts = !alerts.is_empty();
        let journal = jobs::Journal {
            execution_id: self.execution.id,
            owner,
            steps,
            logs: self.record.kept_lines(logs),
            begun_step,
            journal: StateJournal::of(&self.run.states),
            alerts,
            file_bytes: self.file_bytes.swap(0, Ordering::Relaxed),
        };
        let writer = self.inner.writer.clone();
        if self.owner.is_none() {
            // Sent together, in this order, the two share a commit.
            let accept = self.acceptance(owner.node);
            let (accepted, written) =
                tokio::join!(biased; writer.accept(accept), writer.journal(journal));
            accepted.map(drop).and(written)?;
            self.owner = Some(owner);
            self.answer(Ok(()));
        } else {
            writer.journal(journal).await?;
        }
        if has_alerts {
            self.inner.env.alerts_arrived();
        }
        self.must_write = false;
        self.written_at = self.now();
        Ok(())
    }

    /// Tells whoever waits whether the execution is durable.
    pub fn answer(&mut self, result: Result<(), StartError>) {
        if let Some(accepted) = self.accepted.take() {
            let response = self.trigger_response.clone();
            // The caller may have gone away; the run goes on all the same.
            let _ = accepted.send(result.map(|()| Accepted { response }));
        }
    }
}
