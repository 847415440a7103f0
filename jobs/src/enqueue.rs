//! Work that another change brings with it: written in that change's transaction.

use std::collections::HashMap;

use entity::{ExecutionId, InstanceId, OrganizationId, execution, flow_config, lane, work};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr};

use crate::arrive::arrive;
use crate::rows;
use crate::writer::Accept;

/// Deploying says how many runs of a lane go on at once; whether it is held stays as it was.
const SET_LIMIT: &str = "ON CONFLICT (id) DO UPDATE SET \
    concurrency_limit = excluded.concurrency_limit";

/// The one dedupe id of a flow that never runs twice at once.
pub const SINGLETON: &str = "singleton";

/// What becomes of a call beside its run.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Entry {
    /// The call is dropped while another with the same id waits or runs.
    pub dedupe_id: Option<String>,
    /// The call cancels waiting retries of older calls with the same id.
    pub request_id: Option<String>,
}

/// Writes an execution that waits for any node. After the commit, somebody should look for work.
pub async fn enqueue(
    transaction: &DatabaseTransaction,
    execution: execution::Model,
) -> Result<(), DbErr> {
    enqueue_call(transaction, execution, Entry::default()).await.map(drop)
}

/// Writes a call that waits for any node. If another with the same dedupe id waits or runs, the
/// call is on record as dropped, and that execution is returned.
pub async fn enqueue_call(
    transaction: &DatabaseTransaction,
    execution: execution::Model,
    entry: Entry,
) -> Result<Option<ExecutionId>, DbErr> {
    let dropped = enqueue_calls(transaction, vec![(execution, entry)]).await?;
    Ok(dropped.into_values().next())
}

/// Writes executions that wait for any node, with few statements however many they are. Returns
/// how many were dropped, because another with the same dedupe id waits or runs.
pub async fn enqueue_all(
    transaction: &DatabaseTransaction,
    executions: Vec<(execution::Model, Entry)>,
) -> Result<usize, DbErr> {
    enqueue_calls(transaction, executions).await.map(|dropped| dropped.len())
}

async fn enqueue_calls(
    transaction: &DatabaseTransaction,
    executions: Vec<(execution::Model, Entry)>,
) -> Result<HashMap<usize, ExecutionId>, DbErr> {
    let mut lanes: Vec<_> = executions.iter().map(|(execution, _)| lane_of(execution)).collect();
    lanes.sort_by_key(|lane| lane.id);
    lanes.dedup_by_key(|lane| lane.id);
    rows::insert::<lane::Entity>(transaction, &lanes, "ON CONFLICT DO NOTHING").await?;
    let call = |(execution, entry)| Accept { execution, node: None, entry };
    let calls: Vec<_> = executions.into_iter().map(call).collect();
    let calls: Vec<_> = calls.iter().collect();
    arrive(transaction, &calls).await
}

/// Sets how many executions of each flow run at once; `None` sets no limit.
pub async fn set_limits(
    transaction: &impl ConnectionTrait,
    limits: impl IntoIterator<Item = (&flow_config::Model, Option<u32>)>,
) -> Result<(), DbErr> {
    let lane = |(config, limit): (&flow_config::Model, Option<u32>)| lane::Model {
        id: config.id,
        organization_id: config.organization_id,
        customer_id: config.customer_id,
        instance_id: config.instance_id,
        concurrency_limit: limit.and_then(|limit| i32::try_from(limit).ok()),
        is_held: false,
    };
    let lanes: Vec<_> = limits.into_iter().map(lane).collect();
    rows::insert::<lane::Entity>(transaction, &lanes, SET_LIMIT).await
}

/// Holds what waits for an instance, or lets it go on.
pub async fn hold(
    transaction: &impl ConnectionTrait,
    organization: OrganizationId,
    instance: InstanceId,
    is_held: bool,
) -> Result<(), DbErr> {
    let sql = "UPDATE \"lane\" SET is_held = $1 WHERE organization_id = $2 AND instance_id = $3";
    let values = vec![is_held.into(), organization.into(), instance.into()];
    rows::execute(transaction, sql, values).await.map(drop)
}

/// The lane an execution waits in.
pub fn lane_of(execution: &execution::Model) -> lane::Model {
    lane::Model {
        id: execution.flow_config_id,
        organization_id: execution.organization_id,
        customer_id: execution.customer_id,
        instance_id: execution.instance_id,
        concurrency_limit: None,
        is_held: false,
    }
}

/// The work row of an execution that nobody runs yet.
pub fn waiting(execution: &execution::Model) -> work::Model {
    work::Model {
        execution_id: execution.id,
        lane_id: execution.flow_config_id,
        organization_id: execution.organization_id,
        wakes_at: None,
        node_id: None,
        fence: 0,
        dedupe_id: None,
        request_id: None,
        retry_after_id: None,
        begun_step: None,
        journal: None,
    }
}
