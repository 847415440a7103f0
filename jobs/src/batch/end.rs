//! The part of a commit that ends runs: their last word, their retries, the state they leave.

use std::collections::{HashMap, HashSet};

use entity::{ExecutionId, alert_event, execution, log, work};
use sea_orm::sea_query::Value;
use sea_orm::{ActiveEnum, DatabaseTransaction, DbErr};

use super::{Batch, ONCE, is_written, state};
use crate::enqueue::waiting;
use crate::requests;
use crate::rows;
use crate::writer::{Finish, Retry};

const END_EXECUTION: &str = "WITH ended (id, status, result_type, ended_at, error, response, \
    retry_next_at, canceled_by_id, step_count) AS (VALUES {rows}) UPDATE \"execution\" SET \
    status = ended.status, result_type = ended.result_type, ended_at = ended.ended_at, \
    error = ended.error, response = ended.response, retry_next_at = ended.retry_next_at, \
    canceled_by_id = ended.canceled_by_id, step_count = ended.step_count FROM ended \
    WHERE \"execution\".id = ended.id \
    RETURNING \"execution\".id";

impl Batch {
    /// Gives back the lines that this has added to logs.
    pub(super) async fn end(
        &self,
        transaction: &DatabaseTransaction,
        owned: &HashSet<ExecutionId>,
    ) -> Result<Vec<log::Model>, DbErr> {
        let finishes: Vec<_> = self.finishes().filter(|finish| is_written(finish, owned)).collect();
        let needless = needless_retries(transaction, &finishes).await?;
        let mut ended = Vec::new();
        let mut inserted = Vec::new();
        let mut works = Vec::new();
        let mut alerts = Vec::new();
        for finish in &finishes {
            let canceled_by = needless.get(&finish.execution.id).copied();
            let execution = with_retry(finish, canceled_by);
            match finish.owner {
                Some(_) => ended.push(ended_row(&execution)),
                None => inserted.push(execution),
            }
            if let (Some(retry), None) = (&finish.retry, canceled_by) {
                works.push(work_of(retry, finish.execution.id));
                alerts.extend_from_slice(&retry.alerts);
                inserted.push(retry.execution.clone());
            }
        }
        rows::query_with_rows(transaction, END_EXECUTION, &ended).await?;
        rows::insert::<execution::Entity>(transaction, &inserted, "").await?;
        rows::insert::<work::Entity>(transaction, &works, "").await?;
        rows::insert::<alert_event::Entity>(transaction, &alerts, ONCE).await?;
        state::change(transaction, &finishes).await
    }
}

/// Failed executions whose retry a newer call has made needless, with that call.
async fn needless_retries(
    transaction: &DatabaseTransaction,
    finishes: &[&Finish],
) -> Result<HashMap<ExecutionId, ExecutionId>, DbErr> {
    let retries = || finishes.iter().filter_map(|finish| Some((finish, finish.retry.as_ref()?)));
    let asked: Vec<_> = retries()
        .filter_map(|(finish, retry)| {
            let request_id = retry.execution.request_id.clone()?;
            let first = retry.execution.retry_for_id?;
            Some((finish.execution.id, retry.execution.flow_config_id, request_id, first))
        })
        .collect();
    requests::superseded(transaction, &asked).await
}

/// The failed execution says when it is repeated, or why it is not.
fn with_retry(finish: &Finish, canceled_by: Option<ExecutionId>) -> execution::Model {
    let next = finish.retry.as_ref().filter(|_| canceled_by.is_none());
    execution::Model {
        retry_next_at: next.map(|retry| retry.wakes_at),
        canceled_by_id: canceled_by,
        ..finish.execution.clone()
    }
}

fn work_of(retry: &Retry, after: ExecutionId) -> work::Model {
    work::Model {
        wakes_at: Some(retry.wakes_at),
        request_id: retry.execution.request_id.clone(),
        retry_after_id: Some(after),
        ..waiting(&retry.execution)
    }
}

fn ended_row(execution: &execution::Model) -> Vec<Value> {
    vec![
        execution.id.into(),
        execution.status.to_value().into(),
        execution.result_type.map(|kind| kind.to_value()).into(),
        execution.ended_at.into(),
        execution.error.clone().into(),
        execution.response.clone().into(),
        execution.retry_next_at.into(),
        execution.canceled_by_id.into(),
        execution.step_count.into(),
    ]
}
