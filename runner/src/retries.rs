//! A repeated execution runs what is deployed when it starts: that is how a fix reaches it.

use anyhow::Context;
use entity::{deployment, execution, instance};
use sea_orm::{ColumnTrait, QueryFilter};

use crate::runner::Inner;

/// The execution as it is to run. One that repeats another follows the instance's deployment
/// until its first step has begun.
pub async fn redirected(
    inner: &Inner,
    execution: &execution::Model,
    is_new: bool,
) -> anyhow::Result<execution::Model> {
    let unchanged = execution.clone();
    if execution.retry_for_id.is_none() || !is_new {
        return Ok(unchanged);
    }
    let env = &inner.env;
    let system = domain::Viewer::System(execution.organization_id);
    let instances = system.rows::<instance::Entity>();
    let of_execution = instance::Column::Id.eq(execution.instance_id);
    let instance = instances.filter(of_execution).one(env.db.read()).await?;
    let current = instance.context("a run without its instance")?.deployment_id;
    let Some(current) = current.filter(|current| *current != execution.deployment_id) else {
        return Ok(unchanged);
    };
    let deployments = system.rows::<deployment::Entity>();
    let found = deployments.filter(deployment::Column::Id.eq(current)).one(env.db.read()).await?;
    let version = found.context("an instance without its deployment")?.integration_id;
    let deployment = inner.endpoints.deployment(env, execution.organization_id, current).await?;
    let Some(flow) = deployment.flow(execution.flow_config_id) else {
        // The flow is gone from the new version: the old one can still be repeated.
        return Ok(unchanged);
    };
    let flow_id = deployment.flows[flow].id;
    jobs::redirect(&env.db, execution.id, current, version, flow_id).await?;
    let deployment_id = current;
    Ok(execution::Model { deployment_id, integration_id: version, flow_id, ..unchanged })
}
