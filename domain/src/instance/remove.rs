//! Removing instances, the first half: they are gone for everybody at once.
//!
//! What is marked as removed shows nowhere and answers nothing. Its flows that wait for this start
//! now; when they have ended, [`crate::removal`] deletes what is left.

use std::collections::HashSet;

use entity::execution::{InvokeType, ResultType, Status};
use entity::integration::Variant;
use entity::{
    ExecutionId, InstanceId, OrganizationId, deployment, execution, flow_config, instance,
    integration_flow, schedule, work,
};
use sea_orm::sea_query::{Expr, ExprTrait, IntoCondition, Query, SelectStatement};
use sea_orm::{ActiveEnum, ColumnTrait, Condition, DatabaseTransaction, QueryFilter, QuerySelect};

use crate::alert::{self, Trigger};
use crate::env::Env;
use crate::error::{Error, Kind};
use crate::event::{self, EventType};
use crate::execution::{Origin, Request, Start};
use crate::instance_profile;
use crate::oauth;
use crate::policy::Action;
use crate::rows;
use crate::usage;
use crate::viewer::Viewer;

/// Component and key of the triggers that a removal starts.
const REMOVE_TRIGGER: (&str, &str) = ("management-triggers", "instanceRemove");

/// Ids per statement.
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
    if row.variant == Variant::Workflow {
        let message = "What runs of a workflow goes with the workflow; disable it instead.";
        return Err(Error::invalid("id", message));
    }
    let this = instance::Column::Id.eq(id).into_condition();
    let marked = mark(env, &tx, viewer, this).await?;
    if marked.is_empty() {
        return Err(Error::NotFound(Kind::Instance));
    }
    tx.commit().await?;
    env.marked(&marked);
    env.deliveries_arrived();
    Ok(row)
}

/// Marks instances as removed; returns those that were not before.
pub(crate) async fn mark(
    env: &Env,
    tx: &DatabaseTransaction,
    viewer: &Viewer,
    of: Condition,
) -> Result<Vec<InstanceId>, Error> {
    let organization = viewer.signed_in()?;
    let marked = rows::update::<instance::Entity>(organization)
        .col_expr(instance::Column::RemovedAt, env.now().into())
        .filter(of)
        .filter(instance::Column::RemovedAt.is_null())
        .exec_with_returning(tx)
        .await?;
    for rows in marked.chunks(CHUNK) {
        let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
        let schedules = schedule::Column::InstanceId.is_in(ids.iter().copied());
        rows::delete::<schedule::Entity>(organization).filter(schedules).exec(tx).await?;
        end_waiting(env, tx, organization, &ids).await?;
        let trigger = Trigger::InstanceRemoved;
        alert::instance_changed(env, tx, organization, &ids, trigger).await?;
        alert::go_with(env, tx, viewer, &ids).await?;
        oauth::go_with(env, tx, organization, &ids).await?;
        instance_profile::go_with(tx, organization, &ids).await?;
        start_tear_down(env, tx, organization, rows).await?;
        for row in rows.iter().filter(|row| !row.is_system && row.enabled) {
            usage::follow(env, tx, row).await?;
        }
        for row in rows.iter().filter(|row| !row.enabled) {
            // Tearing down waits for no paused instance.
            jobs::hold(tx, organization, row.id, false).await?;
        }
    }
    event::record_of_instances(env, tx, viewer, EventType::InstanceDeleted, &marked).await?;
    Ok(marked.iter().map(|row| row.id).collect())
}

/// Ends executions that have not begun. What runs comes to its end.
async fn end_waiting(
    env: &Env,
    tx: &DatabaseTransaction,
    organization: OrganizationId,
    ids: &[InstanceId],
) -> Result<(), Error> {
    let is_queued = Query::select()
        .expr(Expr::val(1))
        .from(execution::Entity)
        .and_where(
            Expr::col((execution::Entity, execution::Column::Id))
                .equals((work::Entity, work::Column::ExecutionId)),
        )
        .and_where(execution::Column::Status.eq(Status::Queued))
        .take();
    // First the work, then its execution, as whoever claims work does: neither waits for the other.
    let works = rows::delete::<work::Entity>(organization)
        .filter(work::Column::LaneId.in_subquery(flow_configs_of(ids)))
        .filter(work::Column::NodeId.is_null())
        .filter(Expr::exists(is_queued))
        .exec_with_returning(tx)
        .await?;
    let ended: Vec<ExecutionId> = works.iter().map(|work| work.execution_id).collect();
    for ids in ended.chunks(CHUNK) {
        use execution::Column as C;
        rows::update::<execution::Entity>(organization)
            .col_expr(C::Status, Status::Error.to_value().into())
            .col_expr(C::ResultType, ResultType::Error.to_value().into())
            .col_expr(C::EndedAt, env.now().into())
            .col_expr(C::Error, "The instance was deleted before the execution began.".into())
            .filter(C::Id.is_in(ids.iter().copied()))
            .exec(tx)
            .await?;
    }
    Ok(())
}

/// Queues the flows whose trigger is the removal, of what was ever deployed.
async fn start_tear_down(
    env: &Env,
    tx: &DatabaseTransaction,
    organization: OrganizationId,
    rows: &[instance::Model],
) -> Result<(), Error> {
    let flows = Query::select()
        .column(integration_flow::Column::IntegrationId)
        .from(integration_flow::Entity)
        .and_where(integration_flow::Column::OrganizationId.eq(organization))
        .and_where(integration_flow::Column::TriggerComponent.eq(REMOVE_TRIGGER.0))
        .and_where(integration_flow::Column::TriggerKey.eq(REMOVE_TRIGGER.1))
        .take();
    let deployed = rows.iter().filter(|row| !row.is_system).filter_map(|row| row.deployment_id);
    let concerned: HashSet<InstanceId> = Viewer::System(organization)
        .rows::<deployment::Entity>()
        .filter(deployment::Column::Id.is_in(deployed))
        .filter(deployment::Column::IntegrationId.in_subquery(flows))
        .select_only()
        .column(deployment::Column::InstanceId)
        .into_tuple::<InstanceId>()
        .all(tx)
        .await?
        .into_iter()
        .collect();
    for row in rows.iter().filter(|row| concerned.contains(&row.id)) {
        let origin = Origin::load(tx, row).await?;
        for (flow, config) in origin.flows() {
            if (&*flow.trigger_component, &*flow.trigger_key) != REMOVE_TRIGGER {
                continue;
            }
            let start = Start {
                invoke_type: InvokeType::TearDownFlow,
                is_test: false,
                is_synchronous: false,
                request: Request::default(),
            };
            jobs::enqueue(tx, origin.execution(env, flow, config, start)?).await?;
        }
    }
    Ok(())
}

/// The ids of the flow configs of instances.
pub(crate) fn flow_configs_of(ids: &[InstanceId]) -> SelectStatement {
    Query::select()
        .column(flow_config::Column::Id)
        .from(flow_config::Entity)
        .and_where(flow_config::Column::InstanceId.is_in(ids.iter().copied()))
        .to_owned()
}
