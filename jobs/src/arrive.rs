//! Calls enter the queue: stored to wait or to run, or dropped because another makes them needless.

use std::collections::HashMap;

use entity::execution::{ResultType, Status};
use entity::{ExecutionId, FlowConfigId, execution, latest_request, work};
use sea_orm::sea_query::Value;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr};

use crate::enqueue::waiting;
use crate::requests;
use crate::rows;
use crate::writer::Accept;

/// Other nodes that look for holders in these lanes wait until this commit is through.
const LOCK_LANES: &str = "SELECT id FROM \"lane\" WHERE (id) IN (VALUES {rows}) \
    ORDER BY id FOR UPDATE";

const HOLDERS: &str = "SELECT lane_id, dedupe_id, execution_id FROM \"work\" \
    WHERE (lane_id, dedupe_id) IN (VALUES {rows})";

/// Who waits or runs under which dedupe id.
type Holders = HashMap<(FlowConfigId, String), ExecutionId>;

/// Writes calls whose lanes are there. Returns those that were dropped, by their place, with the
/// execution that they duplicate.
pub async fn arrive(
    transaction: &DatabaseTransaction,
    calls: &[&Accept],
) -> Result<HashMap<usize, ExecutionId>, DbErr> {
    let mut holders = holders(transaction, calls).await?;
    let mut duplicates = HashMap::new();
    let mut executions = Vec::with_capacity(calls.len());
    let mut works = Vec::with_capacity(calls.len());
    let mut requests = HashMap::new();
    for (place, call) in calls.iter().enumerate() {
        if let Some(holder) = hold(&mut holders, call) {
            duplicates.insert(place, holder);
            executions.push(dropped(call, holder));
            continue;
        }
        executions.push(call.execution.clone());
        works.push(work_of(call));
        if let Some(request_id) = call.entry.request_id.clone() {
            let request = request_of(call, request_id);
            requests.insert((request.flow_config_id, request.request_id.clone()), request);
        }
    }
    rows::insert::<work::Entity>(transaction, &works, "").await?;
    rows::insert::<execution::Entity>(transaction, &executions, "").await?;
    requests::arrived(transaction, requests.into_values().collect()).await?;
    Ok(duplicates)
}

async fn holders(transaction: &DatabaseTransaction, calls: &[&Accept]) -> Result<Holders, DbErr> {
    let key = |call: &&Accept| {
        let id = call.entry.dedupe_id.as_deref()?;
        Some(vec![call.execution.flow_config_id.into(), id.into()])
    };
    let keys: Vec<Vec<Value>> = calls.iter().filter_map(key).collect();
    if keys.is_empty() {
        return Ok(HashMap::new());
    }
    if transaction.get_database_backend() == DbBackend::Postgres {
        let lanes: Vec<_> = keys.iter().map(|key| vec![key[0].clone()]).collect();
        rows::query_with_rows(transaction, LOCK_LANES, &lanes).await?;
    }
    let holders = rows::query_with_rows(transaction, HOLDERS, &keys).await?;
    let holder = |row: &sea_orm::QueryResult| {
        let key = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        Ok((key, row.try_get_by_index(2)?))
    };
    holders.iter().map(holder).collect()
}

/// Gives the execution that holds the call's dedupe id; if there is none, the call holds it now.
fn hold(holders: &mut Holders, call: &Accept) -> Option<ExecutionId> {
    let key = (call.execution.flow_config_id, call.entry.dedupe_id.clone()?);
    if let Some(holder) = holders.get(&key) {
        return Some(*holder);
    }
    holders.insert(key, call.execution.id);
    None
}

/// A call that was not needed is on record all the same.
fn dropped(call: &Accept, holder: ExecutionId) -> execution::Model {
    execution::Model {
        status: Status::Success,
        result_type: Some(ResultType::CanceledAsDuplicate),
        ended_at: Some(call.execution.started_at),
        canceled_by_id: Some(holder),
        ..call.execution.clone()
    }
}

fn work_of(call: &Accept) -> work::Model {
    work::Model {
        node_id: call.node,
        dedupe_id: call.entry.dedupe_id.clone(),
        request_id: call.entry.request_id.clone(),
        ..waiting(&call.execution)
    }
}

fn request_of(call: &Accept, request_id: String) -> latest_request::Model {
    let execution = &call.execution;
    latest_request::Model {
        flow_config_id: execution.flow_config_id,
        request_id,
        organization_id: execution.organization_id,
        execution_id: execution.id,
        accepted_at: execution.started_at,
    }
}
