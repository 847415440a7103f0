//! Handing waiting work to a node: lanes in turn, so that a busy one cannot starve the others.

use entity::{Db, ExecutionId, NodeId, Timestamp};
use sea_orm::sea_query::Value;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, QueryResult, Statement};

use crate::rows;
use crate::writer::Owner;

/// How many lanes one claim serves.
const LANES_PER_CLAIM: u64 = 64;

/// Work that now belongs to the claiming node.
#[derive(Clone, Debug)]
pub struct Claimed {
    pub execution_id: ExecutionId,
    pub fence: i32,
    /// Path of the step that had begun when its last runner was lost.
    pub begun_step: Option<String>,
    pub journal: Option<Vec<u8>>,
}

/// Takes up to `count` waiting executions, the longest-waiting lanes first and each lane in order.
pub async fn claim(
    db: &Db,
    node: NodeId,
    now: Timestamp,
    count: usize,
) -> Result<Vec<Claimed>, DbErr> {
    let transaction = db.begin().await?;
    let lanes = waiting_lanes(&transaction, db.is_sqlite(), now).await?;
    if lanes.is_empty() {
        transaction.rollback().await?;
        return Ok(Vec::new());
    }
    let per_lane = i64::try_from(count.div_ceil(lanes.len())).unwrap_or(i64::MAX);
    let claimed = take(&transaction, &lanes, node, now, per_lane).await?;
    turn(&transaction, &lanes, now).await?;
    start(&transaction, &claimed).await?;
    transaction.commit().await?;
    Ok(claimed)
}

/// Work of nodes whose lease has run out waits again; its old runners are fenced off.
pub async fn release_dead_nodes(db: &Db, now: Timestamp) -> Result<u64, DbErr> {
    let transaction = db.begin().await?;
    let sql = "DELETE FROM \"node\" WHERE lease_until < $1";
    rows::execute(&transaction, sql, vec![now.into()]).await?;
    let sql = "UPDATE \"work\" SET node_id = NULL, fence = fence + 1 \
               WHERE node_id IS NOT NULL AND node_id NOT IN (SELECT id FROM \"node\")";
    let released = rows::execute(&transaction, sql, Vec::new()).await?;
    transaction.commit().await?;
    Ok(released)
}

/// Gives claimed work back, to be claimed again when it is due.
pub async fn postpone(
    db: &Db,
    execution: ExecutionId,
    owner: Owner,
    due_at: Timestamp,
) -> Result<(), DbErr> {
    let transaction = db.begin().await?;
    let sql = "UPDATE \"work\" SET node_id = NULL, fence = fence + 1, due_at = $1 \
               WHERE execution_id = $2 AND node_id = $3 AND fence = $4";
    let values = vec![due_at.into(), execution.into(), owner.node.into(), owner.fence.into()];
    rows::execute(&transaction, sql, values).await?;
    transaction.commit().await
}

async fn waiting_lanes(
    transaction: &DatabaseTransaction,
    is_sqlite: bool,
    now: Timestamp,
) -> Result<Vec<Value>, DbErr> {
    let lock = if is_sqlite { "" } else { "FOR UPDATE SKIP LOCKED" };
    let sql = format!(
        "SELECT id FROM \"lane\" WHERE id IN \
         (SELECT lane_id FROM \"work\" WHERE node_id IS NULL AND due_at <= $1) \
         ORDER BY last_turn LIMIT {LANES_PER_CLAIM} {lock}"
    );
    let lanes = query(transaction, &sql, vec![now.into()]).await?;
    lanes
        .iter()
        .map(|row| row.try_get_by_index::<entity::FlowConfigId>(0).map(Value::from))
        .collect()
}

async fn take(
    transaction: &DatabaseTransaction,
    lanes: &[Value],
    node: NodeId,
    now: Timestamp,
    per_lane: i64,
) -> Result<Vec<Claimed>, DbErr> {
    let sql = format!(
        "UPDATE \"work\" SET node_id = $1, fence = fence + 1 WHERE execution_id IN \
         (SELECT execution_id FROM (SELECT execution_id, ROW_NUMBER() OVER \
         (PARTITION BY lane_id ORDER BY execution_id) AS place FROM \"work\" \
         WHERE node_id IS NULL AND due_at <= $2 AND lane_id IN ({})) AS waiting \
         WHERE place <= $3) RETURNING execution_id, fence, begun_step, journal",
        numbered(4, lanes.len()),
    );
    let mut values = vec![node.into(), now.into(), per_lane.into()];
    values.extend(lanes.iter().cloned());
    let mut claimed = query(transaction, &sql, values)
        .await?
        .iter()
        .map(claimed_row)
        .collect::<Result<Vec<_>, _>>()?;
    claimed.sort_by_key(|claimed| claimed.execution_id);
    Ok(claimed)
}

fn claimed_row(row: &QueryResult) -> Result<Claimed, DbErr> {
    Ok(Claimed {
        execution_id: row.try_get("", "execution_id")?,
        fence: row.try_get("", "fence")?,
        begun_step: row.try_get("", "begun_step")?,
        journal: row.try_get("", "journal")?,
    })
}

async fn turn(
    transaction: &DatabaseTransaction,
    lanes: &[Value],
    now: Timestamp,
) -> Result<(), DbErr> {
    let places = numbered(2, lanes.len());
    let sql = format!("UPDATE \"lane\" SET last_turn = $1 WHERE id IN ({places})");
    let mut values = vec![now.into()];
    values.extend(lanes.iter().cloned());
    rows::execute(transaction, &sql, values).await.map(drop)
}

/// What waited runs now.
async fn start(transaction: &DatabaseTransaction, claimed: &[Claimed]) -> Result<(), DbErr> {
    let places = numbered(1, claimed.len());
    let sql = format!(
        "UPDATE \"execution\" SET status = 'PENDING' WHERE status = 'QUEUED' AND id IN ({places})"
    );
    let ids = claimed.iter().map(|claimed| claimed.execution_id.into()).collect();
    rows::execute(transaction, &sql, ids).await.map(drop)
}

async fn query(
    transaction: &DatabaseTransaction,
    sql: &str,
    values: Vec<Value>,
) -> Result<Vec<QueryResult>, DbErr> {
    let backend = transaction.get_database_backend();
    transaction.query_all_raw(Statement::from_sql_and_values(backend, sql, values)).await
}

/// `$4,$5,$6`
fn numbered(first: usize, count: usize) -> String {
    let numbers: Vec<String> = (first..first + count).map(|number| format!("${number}")).collect();
    numbers.join(",")
}
