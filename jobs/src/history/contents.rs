//! Contents of executions: everything but their records.

use entity::payload::Payload;
use entity::{Db, ExecutionId, Timestamp, history_late, history_mark};
use sea_orm::sea_query::Value;
use sea_orm::{DatabaseTransaction, DbErr, QueryResult};

use super::size::Freed;
use super::{Instance, Left, PurgeError, ROW_BYTES, ROWS_MAX, column, objects};
use crate::{PayloadStore, Place, StoreError, rows};

/// Executions whose rows are looked for at once.
const EXECUTIONS_AT_ONCE: usize = 100;

/// Ended, and not about to be repeated with the same payload. `$1` is the time.
const IS_OVER: &str = "\"execution\".ended_at IS NOT NULL AND \
    (\"execution\".retry_next_at IS NULL OR \"execution\".retry_next_at <= $1)";

/// Bytes of the values in an execution's row. Objects are counted where they lie.
const BYTES: &str = "CAST(OCTET_LENGTH(\"execution\".payload) + \
    COALESCE(OCTET_LENGTH(\"execution\".response), 0) AS BIGINT) AS bytes";

/// Tables with the columns that take the most.
const STEPS: (&str, &str) = ("step_result", "result");
const LINES: (&str, &str) = ("log", "message");

const EMPTY: &str = "WITH emptied (id, payload) AS (VALUES {rows}) UPDATE \"execution\" SET \
    payload = emptied.payload, response = NULL FROM emptied WHERE \"execution\".id = emptied.id \
    RETURNING \"execution\".id";

const FORGET_LATE: &str =
    "DELETE FROM \"history_late\" WHERE execution_id IN (VALUES {rows}) RETURNING execution_id";

const MOVE_MARK: &str =
    "ON CONFLICT (instance_id) DO UPDATE SET execution_id = excluded.execution_id";

/// Executions that one transaction deals with.
#[derive(Default)]
struct Chunk {
    /// With the bytes of their payloads and answers.
    over: Vec<(ExecutionId, u64)>,
    not_over: Vec<ExecutionId>,
    /// Those of `over` that have objects, with their bytes.
    with_objects: Vec<(ExecutionId, u64)>,
}

/// Purges contents of executions behind the mark and before `until`, the oldest first; moves the
/// mark in `of`.
pub async fn purge_contents(
    db: &Db,
    store: &PayloadStore,
    of: &mut Instance,
    until: ExecutionId,
    now: Timestamp,
) -> Result<Left, PurgeError> {
    let sql = format!(
        "SELECT id, {IS_OVER} AS is_over, {BYTES} FROM \"execution\" WHERE instance_id = $2 \
         AND id > $3 AND id < $4 ORDER BY id LIMIT {EXECUTIONS_AT_ONCE}"
    );
    let mark = of.mark.unwrap_or(ExecutionId(uuid::Uuid::nil()));
    let values = vec![now.into(), of.id.into(), mark.into(), until.into()];
    let found = rows::query(db.read(), &sql, values).await?;
    let Some(last) = found.last() else { return Ok(Left::Nothing) };
    let last = last.try_get("", "id")?;
    let chunk = Chunk::read(store, of, &found).await?;
    let Some(transaction) = of.begin(db).await? else { return Ok(Left::Nothing) };
    let is_done = chunk.purge(&transaction, of).await?;
    if is_done {
        let late: Vec<_> = chunk.not_over.iter().map(|id| late_row(of, *id)).collect();
        rows::insert::<history_late::Entity>(&transaction, &late, "ON CONFLICT DO NOTHING").await?;
        let mark = history_mark::Model {
            instance_id: of.id,
            organization_id: of.organization_id,
            customer_id: of.customer_id,
            execution_id: last,
        };
        rows::insert::<history_mark::Entity>(&transaction, &[mark], MOVE_MARK).await?;
    }
    transaction.commit().await?;
    if is_done {
        chunk.remove_results(store, of).await?;
        of.mark = Some(last);
        of.has_late |= !chunk.not_over.is_empty();
    }
    Ok(Left::Some)
}

/// Purges contents of executions that were due before they had ended, and have ended now.
pub async fn purge_late(
    db: &Db,
    store: &PayloadStore,
    of: &Instance,
    now: Timestamp,
) -> Result<Left, PurgeError> {
    let sql = format!(
        "SELECT \"history_late\".execution_id AS id, TRUE AS is_over, {BYTES} \
         FROM \"history_late\" LEFT JOIN \"execution\" ON \"execution\".id = \
         \"history_late\".execution_id WHERE (\"execution\".id IS NULL OR {IS_OVER}) \
         AND \"history_late\".instance_id = $2 ORDER BY \"history_late\".execution_id \
         LIMIT {EXECUTIONS_AT_ONCE}"
    );
    let found = rows::query(db.read(), &sql, vec![now.into(), of.id.into()]).await?;
    if found.is_empty() {
        return Ok(Left::Nothing);
    }
    let chunk = Chunk::read(store, of, &found).await?;
    let Some(transaction) = of.begin(db).await? else { return Ok(Left::Nothing) };
    let is_done = chunk.purge(&transaction, of).await?;
    if is_done {
        let ids = column(&chunk.ids());
        rows::query_with_rows(&transaction, FORGET_LATE, &ids).await?;
    }
    transaction.commit().await?;
    if is_done {
        chunk.remove_results(store, of).await?;
    }
    Ok(Left::Some)
}

impl Chunk {
    async fn read(
        store: &PayloadStore,
        of: &Instance,
        found: &[QueryResult],
    ) -> Result<Self, PurgeError> {
        let mut chunk = Self::default();
        for row in found {
            let id: ExecutionId = row.try_get("", "id")?;
            if !row.try_get::<bool>("", "is_over")? {
                chunk.not_over.push(id);
                continue;
            }
            // Null where the row itself is gone.
            let bytes: Option<i64> = row.try_get("", "bytes")?;
            let bytes = bytes.and_then(|bytes| u64::try_from(bytes).ok()).unwrap_or_default();
            chunk.over.push((id, bytes));
            let place = Place::of_execution(of.id, id);
            if store.is_used(place).await? {
                chunk.with_objects.push((id, store.bytes(place).await?));
            }
        }
        Ok(chunk)
    }

    fn ids(&self) -> Vec<ExecutionId> {
        self.over.iter().map(|(id, _)| *id).collect()
    }

    /// Removes results of steps, which nobody shares. What a crash leaves goes with the rest.
    async fn remove_results(&self, store: &PayloadStore, of: &Instance) -> Result<(), StoreError> {
        for (id, _) in &self.with_objects {
            store.remove_all(Place::of_results(of.id, *id)).await?;
        }
        Ok(())
    }

    /// Deletes as much as one transaction may; whether that was all.
    async fn purge(
        &self,
        transaction: &DatabaseTransaction,
        of: &Instance,
    ) -> Result<bool, PurgeError> {
        let ids = column(&self.ids());
        let mut freed = Freed::default();
        let steps = delete(transaction, STEPS, &ids, ROWS_MAX, &mut freed).await?;
        let left = ROWS_MAX - steps;
        let lines = delete(transaction, LINES, &ids, left, &mut freed).await?;
        let is_done = lines < left;
        if is_done {
            let empty = Payload::Purged.to_column();
            let emptied: Vec<Vec<Value>> =
                self.over.iter().map(|(id, _)| vec![(*id).into(), empty.clone().into()]).collect();
            rows::query_with_rows(transaction, EMPTY, &emptied).await?;
            objects::release(transaction, of, &self.ids(), &self.with_objects).await?;
            for (id, bytes) in self.over.iter().chain(&self.with_objects) {
                freed.add(*id, *bytes);
            }
        }
        freed.write(transaction, of.organization_id).await?;
        Ok(is_done)
    }
}

fn late_row(of: &Instance, execution: ExecutionId) -> history_late::Model {
    history_late::Model {
        execution_id: execution,
        organization_id: of.organization_id,
        customer_id: of.customer_id,
        instance_id: of.id,
    }
}

/// Deletes up to `count` rows of these executions; returns how many.
async fn delete(
    transaction: &DatabaseTransaction,
    (table, value): (&str, &str),
    ids: &[Vec<Value>],
    count: usize,
    freed: &mut Freed,
) -> Result<usize, DbErr> {
    let sql = format!(
        "DELETE FROM \"{table}\" WHERE id IN (SELECT id FROM \"{table}\" \
         WHERE execution_id IN (VALUES {{rows}}) LIMIT {count}) \
         RETURNING execution_id, CAST(OCTET_LENGTH({value}) AS BIGINT)"
    );
    let deleted = rows::query_with_rows(transaction, &sql, ids).await?;
    for row in &deleted {
        let bytes: i64 = row.try_get_by_index(1)?;
        freed.add(row.try_get_by_index(0)?, u64::try_from(bytes).unwrap_or_default() + ROW_BYTES);
    }
    Ok(deleted.len())
}
