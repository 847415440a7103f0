//! Deleting instances with everything that is theirs.

use entity::{
    InstanceId, OrganizationId, config_value, deployment, execution, flow_config, idempotency_key,
    instance, lane, log, schedule, state_value, step_result, work,
};
use sea_orm::sea_query::{ExprTrait, Query, SelectStatement};
use sea_orm::{ColumnTrait, DatabaseTransaction, DbErr, QueryFilter};

use crate::endpoint;
use crate::env::Env;
use crate::error::Error;
use crate::policy::Action;
use crate::rows;
use crate::viewer::Viewer;

/// Instances per statement.
const CHUNK: usize = 200;

/// Deletes an instance with its configuration, executions, logs and state.
pub async fn delete(env: &Env, viewer: &Viewer, id: InstanceId) -> Result<instance::Model, Error> {
    let tx = env.db.begin().await?;
    let permit = viewer.permit::<instance::Entity>(&tx, Action::Remove, id).await?;
    let row = permit.into_row();
    if row.is_system {
        let message = "A test instance goes with its integration.";
        return Err(Error::invalid("id", message));
    }
    purge(&tx, row.organization_id, &[id]).await?;
    tx.commit().await?;
    env.instances_changed(&[id]);
    env.owners_removed(&[id.0]);
    Ok(row)
}

/// Deletes instances; nothing of them is loaded.
pub(crate) async fn purge(
    tx: &DatabaseTransaction,
    organization: OrganizationId,
    instances: &[InstanceId],
) -> Result<(), DbErr> {
    for ids in instances.chunks(CHUNK) {
        let keys = idempotency_key::Column::FlowConfigId.in_subquery(flow_configs_of(ids));
        rows::delete::<idempotency_key::Entity>(organization).filter(keys).exec(tx).await?;
        purge_executions(tx, organization, ids).await?;
        let owners = ids.iter().map(|id| id.0);
        let states = rows::delete::<state_value::Entity>(organization);
        let states = states.filter(
            state_value::Column::OwnerId
                .is_in(owners)
                .or(state_value::Column::OwnerId.in_subquery(flow_configs_of(ids))),
        );
        states.exec(tx).await?;
        endpoint::remove(tx, organization, ids.iter().map(|id| id.0)).await?;
        let ids = || ids.iter().copied();
        let deployments = deployment::Column::InstanceId.is_in(ids());
        rows::delete::<deployment::Entity>(organization).filter(deployments).exec(tx).await?;
        let values = config_value::Column::InstanceId.is_in(ids());
        rows::delete::<config_value::Entity>(organization).filter(values).exec(tx).await?;
        let schedules = schedule::Column::InstanceId.is_in(ids());
        rows::delete::<schedule::Entity>(organization).filter(schedules).exec(tx).await?;
        let configs = flow_config::Column::InstanceId.is_in(ids());
        rows::delete::<flow_config::Entity>(organization).filter(configs).exec(tx).await?;
        let instances = instance::Column::Id.is_in(ids());
        rows::delete::<instance::Entity>(organization).filter(instances).exec(tx).await?;
    }
    Ok(())
}

async fn purge_executions(
    tx: &DatabaseTransaction,
    organization: OrganizationId,
    ids: &[InstanceId],
) -> Result<(), DbErr> {
    let waiting = rows::delete::<work::Entity>(organization)
        .filter(work::Column::LaneId.in_subquery(flow_configs_of(ids)));
    waiting.exec(tx).await?;
    let lanes = rows::delete::<lane::Entity>(organization)
        .filter(lane::Column::Id.in_subquery(flow_configs_of(ids)));
    lanes.exec(tx).await?;
    let executions = Query::select()
        .column(execution::Column::Id)
        .from(execution::Entity)
        .and_where(execution::Column::InstanceId.is_in(ids.iter().copied()))
        .to_owned();
    let results = step_result::Column::ExecutionId.in_subquery(executions);
    rows::delete::<step_result::Entity>(organization).filter(results).exec(tx).await?;
    let logs = log::Column::InstanceId.is_in(ids.iter().copied());
    rows::delete::<log::Entity>(organization).filter(logs).exec(tx).await?;
    let executions = execution::Column::InstanceId.is_in(ids.iter().copied());
    rows::delete::<execution::Entity>(organization).filter(executions).exec(tx).await?;
    Ok(())
}

fn flow_configs_of(ids: &[InstanceId]) -> SelectStatement {
    Query::select()
        .column(flow_config::Column::Id)
        .from(flow_config::Entity)
        .and_where(flow_config::Column::InstanceId.is_in(ids.iter().copied()))
        .to_owned()
}
