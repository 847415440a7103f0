//! The node's background work: its heartbeat, and runs that nobody holds.

use std::sync::Arc;

use entity::execution::{ResultType, Status};
use entity::{ExecutionId, execution, log, step_result};
use futures::FutureExt;
use jobs::{Claimed, Finish, Node, Owner, StateChanges};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::alerts::of_end;
use crate::claims;
use crate::executor::Executor;
use crate::journal::{Journal, StateJournal};
use crate::runner::Inner;
use crate::{retries, stored, sweep};

/// How long after its start a run that cannot be resumed is tried again.
const RESUME_SECONDS_MAX: i64 = 3_600;

/// How long to wait before it is.
const RESUME_PAUSE_SECONDS: i64 = 10;

pub fn start(inner: &Arc<Inner>) {
    inner.tasks.spawn(beat(inner.clone()));
    inner.tasks.spawn(claims::run(inner.clone()));
    inner.tasks.spawn(sweep::remove_orphans(inner.clone()));
}

/// Renews the lease, and releases the work of nodes that stopped renewing theirs.
async fn beat(inner: Arc<Inner>) {
    loop {
        let (db, now) = (&inner.env.db, inner.env.clock.now());
        match inner.node.renew(db, now).await {
            Ok(true) => {}
            Ok(false) => tracing::error!("this node was taken for dead; its runs will be refused"),
            Err(error) => tracing::error!(%error, "could not renew the node's lease"),
        }
        match jobs::release_dead_nodes(db, now).await {
            Ok(0) => {}
            Ok(runs) => {
                tracing::info!(runs, "took over the runs of a lost node");
                inner.work.notify_one();
            }
            Err(error) => tracing::error!(%error, "could not look for lost nodes"),
        }
        if let Err(error) = crate::alerts::warn_of_customers(&inner).await {
            tracing::error!(error = ?error, "could not tell of customers near their limits");
        }
        if let Err(error) = claims::refresh(&inner).await {
            tracing::error!(error = ?error, "could not read the limits of customers");
        }
        tokio::select! {
            () = tokio::time::sleep(Node::HEARTBEAT) => {}
            () = inner.limits.notified() => {}
            () = inner.stopping.cancelled() => return,
        }
    }
}

/// Runs claimed work to its end. What cannot be read now is tried again later, but not for ever.
pub async fn resume(inner: Arc<Inner>, claimed: Claimed) {
    let id = claimed.execution_id;
    let owner = Owner { node: inner.node.id, fence: claimed.fence };
    let execution = claimed.execution.clone();
    let result = match &execution {
        Some(execution) => try_resume(&inner, claimed, owner, execution).await,
        None => Err(anyhow::anyhow!("claimed work names no execution")),
    };
    if let Err(error) = result {
        tracing::error!(error = ?error, execution = %id.0, "could not resume a run");
        if let Err(error) = give_back(&inner, id, owner, execution).await {
            tracing::error!(error = ?error, execution = %id.0, "could not give a run back");
        }
    }
}

/// Runs to the end, or ends the execution that made the runner panic: it must not hang for ever.
pub async fn survive(
    inner: Arc<Inner>,
    id: ExecutionId,
    owner: Owner,
    run: impl Future<Output = ()> + Send,
) {
    if std::panic::AssertUnwindSafe(run).catch_unwind().await.is_ok() {
        return;
    }
    tracing::error!(execution = %id.0, "a run panicked");
    let Ok(Some(execution)) = domain::token::execution_by_id(&inner.env, id).await else { return };
    let message = "The execution was ended by an internal error.";
    if let Err(error) = fail(&inner, owner, execution, message).await {
        tracing::error!(error = ?error, execution = %id.0, "could not end a run that panicked");
    }
}

async fn give_back(
    inner: &Arc<Inner>,
    id: ExecutionId,
    owner: Owner,
    execution: Option<execution::Model>,
) -> anyhow::Result<()> {
    let now = inner.env.clock.now();
    let Some(execution) =
        execution.filter(|execution| execution.started_at.plus_seconds(RESUME_SECONDS_MAX) < now)
    else {
        let due_at = now.plus_seconds(RESUME_PAUSE_SECONDS);
        return Ok(jobs::postpone(&inner.env.db, id, owner, due_at).await?);
    };
    let message = "The execution was interrupted and could not be resumed.";
    fail(inner, owner, execution, message).await
}

/// Ends an execution without a runner.
async fn fail(
    inner: &Arc<Inner>,
    owner: Owner,
    execution: execution::Model,
    message: &str,
) -> anyhow::Result<()> {
    let execution = execution::Model {
        status: Status::Error,
        result_type: Some(ResultType::Error),
        ended_at: Some(inner.env.clock.now()),
        error: Some(message.to_owned()),
        ..execution
    };
    let (steps, logs, state) = (Vec::new(), Vec::new(), StateChanges::default());
    let alerts = of_end(inner, &execution, None, None).events;
    let finish = Finish {
        execution,
        owner: Some(owner),
        steps,
        logs,
        state,
        retry: None,
        alerts,
        file_bytes: 0,
        forgotten: None,
    };
    inner.writer.finish(finish.into()).await?;
    inner.env.alerts_arrived();
    Ok(())
}

async fn try_resume(
    inner: &Arc<Inner>,
    claimed: Claimed,
    owner: Owner,
    execution: &execution::Model,
) -> anyhow::Result<()> {
    let (steps, log_bytes) = if claimed.is_fresh() {
        (Vec::new(), 0)
    } else {
        (steps(inner, execution).await?, log_bytes(inner, execution).await?)
    };
    let execution = &retries::redirected(inner, execution, claimed.is_fresh()).await?;
    let (organization, deployment) = (execution.organization_id, execution.deployment_id);
    let deployment = inner.endpoints.deployment(&inner.env, organization, deployment).await?;
    let payload = stored::get_payload(&inner.store, &execution.payload).await?;
    let Some(flow) = deployment.flow(execution.flow_config_id) else {
        anyhow::bail!("the deployment has no such flow");
    };
    let position = i32::try_from(steps.len())?;
    let mut executor = inner.executor(&deployment, flow, execution.clone());
    executor.owner = Some(owner);
    executor.journal = Journal::read(&inner.store, steps, claimed.begun_step).await?;
    executor.run.holds_blobs = executor.journal.holds_blobs;
    executor.record.kept = inner.endpoints.kept(&inner.env, &deployment).await?;
    executor.record.has_objects = true;
    executor.record.resume(position, executor.journal.bytes, log_bytes);
    executor.restored = claimed.journal;
    let caller = inner.callers.remove(&execution.id).map(|(_, caller)| caller);
    let (accepted, ended) = caller.map(|caller| (caller.accepted, caller.ended)).unzip();
    executor.accepted = accepted;
    if let (Some(end), Some(ended)) = (executor.run_flow(&deployment, flow, payload).await, ended) {
        // Whoever asked may be gone.
        let _ = ended.send(end);
    }
    Ok(())
}

/// What the steps of the execution have given so far.
async fn steps(
    inner: &Inner,
    execution: &execution::Model,
) -> anyhow::Result<Vec<step_result::Model>> {
    let steps = domain::Viewer::System(execution.organization_id)
        .rows::<step_result::Entity>()
        .filter(step_result::Column::ExecutionId.eq(execution.id))
        .order_by_asc(step_result::Column::Position);
    Ok(steps.all(inner.env.db.read()).await?)
}

/// What the execution has written to its log so far.
async fn log_bytes(inner: &Inner, execution: &execution::Model) -> anyhow::Result<u64> {
    let sum: Option<Option<i64>> = domain::Viewer::System(execution.organization_id)
        .rows::<log::Entity>()
        .filter(log::Column::ExecutionId.eq(execution.id))
        .select_only()
        .expr(Expr::cust("SUM(LENGTH(message))"))
        .into_tuple()
        .one(inner.env.db.read())
        .await?;
    Ok(sum.flatten().and_then(|sum| u64::try_from(sum).ok()).unwrap_or_default())
}

impl Executor {
    /// Puts the state changes of a lost runner on top of what is stored.
    pub fn restore_state(&mut self) -> anyhow::Result<()> {
        match self.restored.take() {
            Some(journal) => StateJournal::restore(&journal, &mut self.run.states),
            None => Ok(()),
        }
    }
}
