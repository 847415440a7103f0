//! Slots of schedules become waiting executions, many in one commit, each exactly once.
//!
//! Any node may do this at any time. What makes a slot unique is that a schedule moves on from it
//! in the transaction that queues its execution, and only if no other node has moved it on.

use std::collections::HashSet;

use entity::{Db, FlowConfigId, Timestamp, execution, log, schedule};
use sea_orm::sea_query::Value;
use sea_orm::{DatabaseTransaction, DbErr, FromQueryResult, QueryResult};
use uuid::Uuid;

use crate::enqueue::{Entry, SINGLETON, enqueue_all};
use crate::rows;

/// A flow keeps its trigger URL for life; without it there is nothing to start.
const DUE: &str = "FROM \"schedule\" JOIN \"flow_config\" ON \"flow_config\".id = \
    \"schedule\".flow_config_id LEFT JOIN \"lane\" ON \"lane\".id = \"flow_config\".id \
    WHERE \"schedule\".next_at";

const MOVE_ON: &str = "WITH moved (id, slot, last_at, next_at) AS (VALUES {rows}) \
    UPDATE \"schedule\" SET last_at = moved.last_at, next_at = moved.next_at FROM moved \
    WHERE \"schedule\".flow_config_id = moved.id AND \"schedule\".next_at = moved.slot \
    RETURNING \"schedule\".flow_config_id";

/// A schedule whose next slot has come.
#[derive(Clone, Debug)]
pub struct Due {
    pub schedule: schedule::Model,
    /// Last part of the flow's trigger URL.
    pub webhook_id: String,
    /// It never runs twice at once: a slot that comes while it runs is dropped.
    pub is_singleton: bool,
}

/// What becomes of a schedule that was due.
#[derive(Clone, Debug)]
pub struct Firing {
    /// The last slot that has come.
    pub last_at: Timestamp,
    pub next_at: Option<Timestamp>,
    /// What that slot starts; `None` if it is too late for it.
    pub execution: Option<execution::Model>,
    /// What people should know about it.
    pub line: Option<log::Model>,
    /// How many slots have come and start nothing.
    pub skipped: usize,
}

/// What was fired.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fired {
    /// How many schedules were due.
    pub due: usize,
    pub started: usize,
    pub skipped: usize,
    /// What was written to logs.
    pub lines: Vec<log::Model>,
}

/// Fires up to `count` schedules that are due, the longest due first.
pub async fn fire(
    db: &Db,
    now: Timestamp,
    count: usize,
    decide: impl Fn(&Due) -> anyhow::Result<Firing>,
) -> anyhow::Result<Fired> {
    let transaction = db.begin().await?;
    let due = due(&transaction, db.is_sqlite(), now, count).await?;
    if due.is_empty() {
        transaction.rollback().await?;
        return Ok(Fired::default());
    }
    let mut firings = Vec::with_capacity(due.len());
    for due in &due {
        firings.push((due, decide(due)?));
    }
    let moved = move_on(&transaction, &firings).await?;
    let won = firings.into_iter().filter(|(due, _)| moved.contains(&due.schedule.flow_config_id));
    let (mut executions, mut lines) = (Vec::new(), Vec::new());
    let mut fired = Fired { due: due.len(), ..Fired::default() };
    for (due, firing) in won {
        fired.skipped += firing.skipped;
        executions.extend(firing.execution.map(|execution| (execution, entry_of(due))));
        lines.extend(firing.line);
    }
    fired.started = executions.len();
    let dropped = enqueue_all(&transaction, executions).await?;
    fired.started -= dropped;
    fired.skipped += dropped;
    rows::insert::<log::Entity>(&transaction, &lines, "").await?;
    transaction.commit().await?;
    fired.lines = lines;
    Ok(fired)
}

/// With a schedule, a limit means that a flow is a singleton: it has no queue.
fn entry_of(due: &Due) -> Entry {
    let dedupe_id = due.is_singleton.then(|| SINGLETON.to_owned());
    Entry { dedupe_id, request_id: None }
}

/// When the next slot of all schedules comes.
pub async fn next_slot(db: &Db) -> Result<Option<Timestamp>, DbErr> {
    let sql = format!(
        "SELECT \"schedule\".next_at {DUE} IS NOT NULL ORDER BY \"schedule\".next_at LIMIT 1"
    );
    let found = rows::query(db.read(), &sql, Vec::new()).await?;
    found.first().map(|row| row.try_get_by_index(0)).transpose()
}

/// How many schedules should have started something before this time, and since when the longest
/// due of them.
pub async fn behind(db: &Db, before: Timestamp) -> Result<Option<(i64, Timestamp)>, DbErr> {
    let sql = format!("SELECT COUNT(*), MIN(\"schedule\".next_at) {DUE} < $1");
    let found = rows::query(db.read(), &sql, vec![before.into()]).await?;
    let Some(row) = found.first() else { return Ok(None) };
    let oldest: Option<Timestamp> = row.try_get_by_index(1)?;
    let count = row.try_get_by_index(0)?;
    Ok(oldest.map(|oldest| (count, oldest)))
}

/// Up to `count` schedules in the order of their ids, after this one, and whether their instances
/// are enabled.
pub async fn page(
    db: &Db,
    after: Option<FlowConfigId>,
    count: usize,
) -> Result<Vec<(schedule::Model, bool)>, DbErr> {
    let sql = format!(
        "SELECT \"schedule\".*, \"instance\".enabled FROM \"schedule\" JOIN \"instance\" \
         ON \"instance\".id = \"schedule\".instance_id AND \"instance\".removed_at IS NULL \
         WHERE \"schedule\".flow_config_id > $1 ORDER BY \"schedule\".flow_config_id LIMIT {count}"
    );
    let after = after.unwrap_or(FlowConfigId(Uuid::nil()));
    let found = rows::query(db.read(), &sql, vec![after.into()]).await?;
    let read = |row: &QueryResult| {
        Ok((schedule::Model::from_query_result(row, "")?, row.try_get("", "enabled")?))
    };
    found.iter().map(read).collect()
}

/// Makes a schedule start something next when it is expected to, unless it has moved on since it
/// was found.
pub async fn correct(
    db: &Db,
    found: &schedule::Model,
    expected: &schedule::Model,
) -> Result<bool, DbErr> {
    let sql = "UPDATE \"schedule\" SET next_at = $1, delay_seconds = $2 WHERE flow_config_id = $3 \
               AND deployment_id = $4 AND next_at IS NOT DISTINCT FROM $5";
    let values = vec![
        expected.next_at.into(),
        expected.delay_seconds.into(),
        found.flow_config_id.into(),
        found.deployment_id.into(),
        found.next_at.into(),
    ];
    Ok(rows::execute(db.writer(), sql, values).await? > 0)
}

async fn due(
    transaction: &DatabaseTransaction,
    is_sqlite: bool,
    now: Timestamp,
    count: usize,
) -> Result<Vec<Due>, DbErr> {
    // What another node is firing right now is not waited for.
    let lock = if is_sqlite { "" } else { "FOR UPDATE OF \"schedule\" SKIP LOCKED" };
    let sql = format!(
        "SELECT \"schedule\".*, \"flow_config\".webhook_id, \
         \"lane\".concurrency_limit IS NOT NULL AS is_singleton {DUE} <= $1 \
         ORDER BY \"schedule\".next_at LIMIT {count} {lock}"
    );
    let found = rows::query(transaction, &sql, vec![now.into()]).await?;
    let read = |row: &QueryResult| {
        let schedule = schedule::Model::from_query_result(row, "")?;
        Ok(Due {
            schedule,
            webhook_id: row.try_get("", "webhook_id")?,
            is_singleton: row.try_get("", "is_singleton")?,
        })
    };
    found.iter().map(read).collect()
}

/// The schedules that nobody else has moved on.
async fn move_on(
    transaction: &DatabaseTransaction,
    firings: &[(&Due, Firing)],
) -> Result<HashSet<FlowConfigId>, DbErr> {
    let row = |(due, firing): &(&Due, Firing)| -> Vec<Value> {
        vec![
            due.schedule.flow_config_id.into(),
            due.schedule.next_at.into(),
            firing.last_at.into(),
            firing.next_at.into(),
        ]
    };
    let rows: Vec<_> = firings.iter().map(row).collect();
    let moved = rows::query_with_rows(transaction, MOVE_ON, &rows).await?;
    moved.iter().map(|row| row.try_get_by_index(0)).collect()
}
