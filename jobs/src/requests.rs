//! Newer calls make retries of older ones needless: of calls with the same request id, only the
//! newest is repeated when it fails.

use std::collections::HashMap;

use entity::execution::{ResultType, Status};
use entity::{ExecutionId, FlowConfigId, Timestamp, latest_request};
use sea_orm::{ActiveEnum, DatabaseTransaction, DbErr};

use crate::rows;

const REMEMBER: &str = "ON CONFLICT (flow_config_id, request_id) DO UPDATE SET \
    execution_id = excluded.execution_id, accepted_at = excluded.accepted_at \
    WHERE excluded.execution_id > \"latest_request\".execution_id";

/// An attempt that has begun, and waits because its node was lost, goes on.
const TAKE_WAITING: &str = "DELETE FROM \"work\" WHERE (lane_id, request_id) IN (VALUES {rows}) \
    AND retry_after_id IS NOT NULL AND node_id IS NULL AND fence = 0 \
    RETURNING execution_id, retry_after_id, lane_id, request_id";

const LATEST: &str = "SELECT flow_config_id, request_id, execution_id FROM \"latest_request\" \
    WHERE (flow_config_id, request_id) IN (VALUES {rows})";

const CANCEL: &str = "WITH canceled (id, canceled_by_id, ended_at, status, result_type) AS \
    (VALUES {rows}) UPDATE \"execution\" SET status = canceled.status, \
    result_type = canceled.result_type, ended_at = canceled.ended_at, \
    canceled_by_id = canceled.canceled_by_id FROM canceled \
    WHERE \"execution\".id = canceled.id RETURNING \"execution\".id";

const FORGET_RETRY: &str = "WITH failed (id, canceled_by_id) AS (VALUES {rows}) \
    UPDATE \"execution\" SET retry_next_at = NULL, canceled_by_id = failed.canceled_by_id \
    FROM failed WHERE \"execution\".id = failed.id RETURNING \"execution\".id";

/// A retry that will not happen.
#[derive(Clone, Copy, Debug)]
pub struct Canceled {
    pub retry: ExecutionId,
    /// The failed execution it was to repeat.
    pub after: ExecutionId,
    pub by: ExecutionId,
    pub at: Timestamp,
}

/// Remembers calls, at most one per flow and request id, and cancels the retries that wait for
/// older ones.
pub async fn arrived(
    transaction: &DatabaseTransaction,
    requests: Vec<latest_request::Model>,
) -> Result<(), DbErr> {
    rows::insert::<latest_request::Entity>(transaction, &requests, REMEMBER).await?;
    let key = |request: &latest_request::Model| {
        vec![request.flow_config_id.into(), request.request_id.as_str().into()]
    };
    let keys: Vec<_> = requests.iter().map(key).collect();
    let taken = rows::query_with_rows(transaction, TAKE_WAITING, &keys).await?;
    let mut canceled = Vec::with_capacity(taken.len());
    for row in &taken {
        let lane: FlowConfigId = row.try_get_by_index(2)?;
        let id: String = row.try_get_by_index(3)?;
        let mut all = requests.iter();
        let of = all.find(|request| request.flow_config_id == lane && request.request_id == id);
        let Some(request) = of else { continue };
        canceled.push(Canceled {
            retry: row.try_get_by_index(0)?,
            after: row.try_get_by_index(1)?,
            by: request.execution_id,
            at: request.accepted_at,
        });
    }
    cancel(transaction, &canceled).await
}

/// Of retries given as (key, flow, request id, first attempt), those that a newer call has made
/// needless, with that call.
pub async fn superseded<K: Copy + Eq + std::hash::Hash>(
    transaction: &DatabaseTransaction,
    retries: &[(K, FlowConfigId, String, ExecutionId)],
) -> Result<HashMap<K, ExecutionId>, DbErr> {
    let keys: Vec<_> = retries
        .iter()
        .map(|(_, flow, request_id, _)| vec![(*flow).into(), request_id.as_str().into()])
        .collect();
    let mut latest = HashMap::new();
    for row in rows::query_with_rows(transaction, LATEST, &keys).await? {
        let key: (FlowConfigId, String) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        latest.insert(key, row.try_get_by_index::<ExecutionId>(2)?);
    }
    let newer = retries.iter().filter_map(|(key, flow, request_id, first)| {
        let latest = *latest.get(&(*flow, request_id.clone()))?;
        (latest != *first).then_some((*key, latest))
    });
    Ok(newer.collect())
}

/// Ends retries whose work is already out of the queue.
pub async fn cancel(transaction: &DatabaseTransaction, canceled: &[Canceled]) -> Result<(), DbErr> {
    let ended = |canceled: &Canceled| {
        vec![
            canceled.retry.into(),
            canceled.by.into(),
            canceled.at.into(),
            Status::Success.to_value().into(),
            ResultType::CanceledAsDuplicate.to_value().into(),
        ]
    };
    let ended: Vec<_> = canceled.iter().map(ended).collect();
    rows::query_with_rows(transaction, CANCEL, &ended).await?;
    let failed: Vec<_> =
        canceled.iter().map(|canceled| vec![canceled.after.into(), canceled.by.into()]).collect();
    rows::query_with_rows(transaction, FORGET_RETRY, &failed).await.map(drop)
}
