//! Taking work out of a lane by hand, and out of lanes that were held too long.

use entity::execution::{ResultType, Status};
use entity::{Db, ExecutionId, FlowConfigId, Timestamp, execution};
use sea_orm::sea_query::Value;
use sea_orm::{ActiveEnum, ConnectionTrait, DatabaseTransaction, DbErr, QueryResult};

use crate::claim::executions;
use crate::rows;

/// Executions ended per transaction: other writers get their turn in between.
const ENDED_PER_TRANSACTION: usize = 1_000;

const END: &str = "WITH ended (id, status, result_type, ended_at, error) AS (VALUES {rows}) \
    UPDATE \"execution\" SET status = ended.status, result_type = ended.result_type, \
    ended_at = ended.ended_at, error = ended.error FROM ended \
    WHERE \"execution\".id = ended.id RETURNING \"execution\".id";

/// Which work of a lane.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Part {
    /// What waits, retries that sleep included.
    Waiting,
    /// What runs.
    Running,
}

/// Ends up to `count` executions of a lane, the oldest first, with a message that says why.
/// Whoever runs them finds out at its next write.
pub async fn clear(
    db: &Db,
    lane: FlowConfigId,
    part: Part,
    count: usize,
    now: Timestamp,
    message: &str,
) -> Result<usize, DbErr> {
    let is_running = match part {
        Part::Waiting => "node_id IS NULL",
        Part::Running => "node_id IS NOT NULL",
    };
    let sql = |limit: usize| {
        format!(
            "DELETE FROM \"work\" WHERE execution_id IN (SELECT execution_id FROM \"work\" \
             WHERE lane_id = $1 AND {is_running} ORDER BY execution_id LIMIT {limit}) \
             RETURNING execution_id"
        )
    };
    let mut cleared = 0;
    while cleared < count {
        let limit = ENDED_PER_TRANSACTION.min(count - cleared);
        let transaction = db.begin().await?;
        let taken = rows::query(&transaction, &sql(limit), vec![lane.into()]).await?;
        end(&transaction, &taken, now, message).await?;
        transaction.commit().await?;
        cleared += taken.len();
        if taken.len() < limit {
            break;
        }
    }
    Ok(cleared)
}

/// Ends what has waited in held lanes since before `since`; returns it as it ended.
pub async fn expire_held(
    db: &Db,
    since: Timestamp,
    now: Timestamp,
    message: &str,
) -> Result<Vec<execution::Model>, DbErr> {
    let held = "FROM \"work\" JOIN \"lane\" ON \"lane\".id = \"work\".lane_id \
        JOIN \"execution\" ON \"execution\".id = \"work\".execution_id WHERE \"lane\".is_held \
        AND \"work\".node_id IS NULL AND \"work\".wakes_at IS NULL \
        AND \"execution\".started_at < $1";
    let sql = format!("SELECT 1 {held} LIMIT 1");
    if rows::query(db.read(), &sql, vec![since.into()]).await?.is_empty() {
        return Ok(Vec::new());
    }
    let transaction = db.begin().await?;
    let sql = format!(
        "DELETE FROM \"work\" WHERE execution_id IN (SELECT \"work\".execution_id {held} \
         LIMIT {ENDED_PER_TRANSACTION}) RETURNING execution_id"
    );
    let taken = rows::query(&transaction, &sql, vec![since.into()]).await?;
    end(&transaction, &taken, now, message).await?;
    let ids = taken.iter().map(|row| row.try_get_by_index(0)).collect::<Result<Vec<_>, _>>()?;
    let ended = executions(&transaction, &ids).await?;
    transaction.commit().await?;
    Ok(ended)
}

/// How much waits in a lane, retries that sleep not counted, and what runs.
pub async fn count(
    db: &impl ConnectionTrait,
    lane: FlowConfigId,
) -> Result<(u64, Vec<ExecutionId>), DbErr> {
    let sql = "SELECT COUNT(*) FROM \"work\" WHERE node_id IS NULL AND wakes_at IS NULL \
               AND lane_id = $1";
    let waiting = rows::query(db, sql, vec![lane.into()]).await?;
    let waiting: i64 = waiting.first().map_or(Ok(0), |row| row.try_get_by_index(0))?;
    let sql = "SELECT execution_id FROM \"work\" WHERE lane_id = $1 AND node_id IS NOT NULL \
               ORDER BY execution_id";
    let running = rows::query(db, sql, vec![lane.into()]).await?;
    let running = running.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, _>>()?;
    Ok((u64::try_from(waiting).unwrap_or(0), running))
}

async fn end(
    transaction: &DatabaseTransaction,
    taken: &[QueryResult],
    now: Timestamp,
    message: &str,
) -> Result<(), DbErr> {
    let row = |taken: &QueryResult| -> Result<Vec<Value>, DbErr> {
        let id: ExecutionId = taken.try_get_by_index(0)?;
        let (status, kind) = (Status::Error.to_value(), ResultType::Error.to_value());
        Ok(vec![id.into(), status.into(), kind.into(), now.into(), message.into()])
    };
    let rows = taken.iter().map(row).collect::<Result<Vec<_>, _>>()?;
    rows::query_with_rows(transaction, END, &rows).await.map(drop)
}
