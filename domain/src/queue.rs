//! The queue of a flow: how long it is, and taking executions out of it by hand.

use entity::{ExecutionId, FlowConfigId, flow_config};
use jobs::Part;

use crate::env::Env;
use crate::error::Error;
use crate::policy::Action;
use crate::viewer::Viewer;

/// How many waiting executions one call removes at most.
pub const REMOVED_MAX: usize = 100;

const MESSAGE: &str = "Taken out of the queue by an administrator.";

/// How a queue stands.
#[derive(Clone, Debug)]
pub struct Stats {
    pub flow_config: FlowConfigId,
    /// How many wait for their turn; retries that are not due yet are not counted.
    pub waiting: u64,
    pub running: Vec<ExecutionId>,
}

pub async fn stats(env: &Env, viewer: &Viewer, id: FlowConfigId) -> Result<Stats, Error> {
    let row = viewer.find::<flow_config::Entity>(env.db.read(), id).await?;
    let (waiting, running) = jobs::count(env.db.read(), row.id).await?;
    Ok(Stats { flow_config: row.id, waiting, running })
}

/// Ends the oldest waiting executions without running them.
pub async fn remove(
    env: &Env,
    viewer: &Viewer,
    id: FlowConfigId,
    count: usize,
) -> Result<flow_config::Model, Error> {
    if !(1..=REMOVED_MAX).contains(&count) {
        let message = format!("This must be from 1 to {REMOVED_MAX}.");
        return Err(Error::invalid("itemCount", message));
    }
    clear_parts(env, viewer, id, &[(Part::Waiting, count)]).await
}

/// Ends the given parts of a queue. A running execution stops before its next step.
pub async fn clear(
    env: &Env,
    viewer: &Viewer,
    id: FlowConfigId,
    parts: &[Part],
) -> Result<flow_config::Model, Error> {
    let all: Vec<_> = parts.iter().map(|part| (*part, usize::MAX)).collect();
    clear_parts(env, viewer, id, &all).await
}

async fn clear_parts(
    env: &Env,
    viewer: &Viewer,
    id: FlowConfigId,
    parts: &[(Part, usize)],
) -> Result<flow_config::Model, Error> {
    let tx = env.db.begin().await?;
    let row = viewer.permit::<flow_config::Entity>(&tx, Action::Clear, id).await?.into_row();
    tx.rollback().await?;
    for (part, count) in parts {
        jobs::clear(&env.db, row.id, *part, *count, env.now(), MESSAGE).await?;
    }
    env.work_arrived();
    Ok(row)
}
