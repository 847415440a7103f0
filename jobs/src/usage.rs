//! What instances use: counted from the rows of executions that have ended, little by little,
//! behind those who write them. Each execution is counted once, on the day it ended.
//!
//! A cursor says how far that has come, in the order of ends. It stays far enough behind for every
//! end before it to be committed. What is deleted before the cursor has come by is counted by
//! whoever deletes it, see [`count_before_delete`].

mod enabled;
mod totals;

use std::collections::BTreeMap;

use entity::{
    CustomerId, Db, ExecutionId, Ids, InstanceId, OrganizationId, Timestamp, instance_usage,
    organization_usage,
};
use sea_orm::sea_query::Value;
use sea_orm::{DatabaseTransaction, DbErr, QueryResult};

use crate::rows;

pub use enabled::{disabled, enabled, fold_enabled};
pub use totals::count_totals;

/// The end of an execution is durable this long after its time, or was given a later one.
pub const LAG_SECONDS: i64 = 120;

/// How much time of ends is counted at once.
const SLICE_SECONDS: i64 = 60;

/// The memory that every execution may use, in megabytes.
const MEMORY_MB: i64 = 1_024;

pub(crate) const DAY_MICROS: i64 = 24 * 60 * 60 * 1_000_000;

const NEW_CURSOR: &str = "INSERT INTO \"usage_cursor\" (id, counted_until, revision) \
    VALUES (1, 0, 0) ON CONFLICT DO NOTHING";

const CURSOR: &str = "SELECT counted_until, revision FROM \"usage_cursor\" WHERE id = 1";

const MOVE_CURSOR: &str = "UPDATE \"usage_cursor\" SET counted_until = $1 \
    WHERE id = 1 AND counted_until = $2 AND revision = $3";

/// Whoever has read executions for counting has to read them again.
const DISTURB_CURSOR: &str = "UPDATE \"usage_cursor\" SET revision = revision + 1 \
    WHERE id = 1 AND counted_until <= (SELECT MAX(ended_at) FROM \"execution\" WHERE id IN \
    (VALUES {rows})) RETURNING counted_until";

const FIRST_END: &str = "SELECT ended_at FROM \"execution\" WHERE ended_at >= $1 AND \
    ended_at < $2 ORDER BY ended_at LIMIT 1";

/// Adds to the day that is there already.
const ADD: &str = "ON CONFLICT ({key}, day) DO UPDATE SET \
    succeeded = \"{table}\".succeeded + excluded.succeeded, \
    failed = \"{table}\".failed + excluded.failed, \
    steps = \"{table}\".steps + excluded.steps, \
    mb_micros = \"{table}\".mb_micros + excluded.mb_micros, \
    enabled_micros = \"{table}\".enabled_micros + excluded.enabled_micros";

/// What is added to a day of an instance.
#[derive(Clone, Copy, Debug)]
struct Used {
    organization_id: OrganizationId,
    customer_id: CustomerId,
    instance_id: InstanceId,
    day: i32,
    counts: Counts,
}

#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    succeeded: i64,
    failed: i64,
    steps: i64,
    mb_micros: i64,
    enabled_micros: i64,
}

/// Counts some of the executions that have ended and are not counted; false if there are no more.
pub async fn count(db: &Db, ids: &Ids, now: Timestamp) -> anyhow::Result<bool> {
    let Some((counted_until, revision)) = cursor(db).await? else { return Ok(true) };
    let settled = now.plus_seconds(-LAG_SECONDS);
    let span = vec![counted_until.into(), settled.into()];
    let found = rows::query(db.read(), FIRST_END, span).await?;
    let Some(first) = found.first() else { return Ok(false) };
    let first: Timestamp = first.try_get_by_index(0)?;
    let until = first.plus_seconds(SLICE_SECONDS).min(settled);
    let sql = ended("ended_at >= $1 AND ended_at < $2");
    let used = rows::query(db.read(), &sql, vec![first.into(), until.into()]).await?;
    let used: Vec<Used> = used.iter().map(read).collect::<Result<_, _>>()?;
    let transaction = db.begin().await?;
    let moved = vec![until.into(), counted_until.into(), revision.into()];
    if rows::execute(&transaction, MOVE_CURSOR, moved).await? == 0 {
        // Another node was faster, or something is gone that was read.
        transaction.rollback().await?;
        return Ok(true);
    }
    add(&transaction, ids, now, &used, true).await?;
    transaction.commit().await?;
    Ok(true)
}

/// Executions that ended before this time are counted; later ones must not be deleted without
/// [`count_before_delete`].
pub async fn counted_until(db: &Db) -> anyhow::Result<Timestamp> {
    Ok(cursor(db).await?.map_or(Timestamp::default(), |(until, _)| until))
}

/// To be called in the transaction that deletes executions, before it does. What is not counted
/// yet goes to the day of the organization; the instance's own is about to go as well.
pub async fn count_before_delete(
    transaction: &DatabaseTransaction,
    ids: &Ids,
    now: Timestamp,
    executions: &[ExecutionId],
) -> Result<(), DbErr> {
    let places: Vec<Vec<Value>> = executions.iter().map(|id| vec![(*id).into()]).collect();
    let disturbed = rows::query_with_rows(transaction, DISTURB_CURSOR, &places).await?;
    let Some(cursor) = disturbed.first() else { return Ok(()) };
    let counted_until: Timestamp = cursor.try_get_by_index(0)?;
    let sql = ended(&format!("ended_at >= {} AND id IN (VALUES {{rows}})", counted_until.0));
    let used = rows::query_with_rows(transaction, &sql, &places).await?;
    let used: Vec<Used> = used.iter().map(read).collect::<Result<_, _>>()?;
    add(transaction, ids, now, &used, false).await
}

async fn cursor(db: &Db) -> anyhow::Result<Option<(Timestamp, i64)>> {
    let found = rows::query(db.read(), CURSOR, Vec::new()).await?;
    if let Some(row) = found.first() {
        return Ok(Some((row.try_get_by_index(0)?, row.try_get_by_index(1)?)));
    }
    let transaction = db.begin().await?;
    rows::execute(&transaction, NEW_CURSOR, Vec::new()).await?;
    transaction.commit().await?;
    Ok(None)
}

/// What instances used in the executions that these words describe.
fn ended(which: &str) -> String {
    let sum = |what: &str| format!("CAST(SUM({what}) AS BIGINT)");
    let is = |status: &str| sum(&format!("CASE WHEN status = '{status}' THEN 1 ELSE 0 END"));
    let (succeeded, failed, steps) = (is("SUCCESS"), is("ERROR"), sum("step_count"));
    let time = sum("CASE WHEN ended_at > started_at THEN ended_at - started_at ELSE 0 END");
    format!(
        "SELECT organization_id, customer_id, instance_id, \
         CAST(ended_at / {DAY_MICROS} AS INTEGER), {succeeded}, {failed}, {steps}, {time} \
         FROM \"execution\" WHERE {which} GROUP BY 1, 2, 3, 4"
    )
}

fn read(row: &QueryResult) -> Result<Used, DbErr> {
    let micros: i64 = row.try_get_by_index(7)?;
    Ok(Used {
        organization_id: row.try_get_by_index(0)?,
        customer_id: row.try_get_by_index(1)?,
        instance_id: row.try_get_by_index(2)?,
        day: row.try_get_by_index(3)?,
        counts: Counts {
            succeeded: row.try_get_by_index(4)?,
            failed: row.try_get_by_index(5)?,
            steps: row.try_get_by_index(6)?,
            mb_micros: micros.saturating_mul(MEMORY_MB),
            enabled_micros: 0,
        },
    })
}

/// Adds to the days of organizations, and of instances if they stay.
async fn add(
    transaction: &DatabaseTransaction,
    ids: &Ids,
    now: Timestamp,
    used: &[Used],
    with_instances: bool,
) -> Result<(), DbErr> {
    let mut days: BTreeMap<(OrganizationId, i32), Counts> = BTreeMap::new();
    for Used { organization_id, day, counts, .. } in used {
        let sum = days.entry((*organization_id, *day)).or_default();
        sum.succeeded += counts.succeeded;
        sum.failed += counts.failed;
        sum.steps += counts.steps;
        sum.mb_micros += counts.mb_micros;
        sum.enabled_micros += counts.enabled_micros;
    }
    let of_organization = |((organization_id, day), counts): (_, Counts)| {
        let Counts { succeeded, failed, steps, mb_micros, enabled_micros } = counts;
        let id = ids.at(now);
        organization_usage::Model {
            id,
            organization_id,
            day,
            succeeded,
            failed,
            steps,
            mb_micros,
            enabled_micros,
        }
    };
    let organizations: Vec<_> = days.into_iter().map(of_organization).collect();
    let of_instance = |used: &Used| instance_usage::Model {
        id: ids.at(now),
        organization_id: used.organization_id,
        customer_id: used.customer_id,
        instance_id: used.instance_id,
        day: used.day,
        succeeded: used.counts.succeeded,
        failed: used.counts.failed,
        steps: used.counts.steps,
        mb_micros: used.counts.mb_micros,
        enabled_micros: used.counts.enabled_micros,
    };
    let instances: Vec<_> = used.iter().filter(|_| with_instances).map(of_instance).collect();
    let add = |table: &str, key: &str| ADD.replace("{table}", table).replace("{key}", key);
    let rule = add("organization_usage", "organization_id");
    rows::insert::<organization_usage::Entity>(transaction, &organizations, &rule).await?;
    let rule = add("instance_usage", "instance_id");
    rows::insert::<instance_usage::Entity>(transaction, &instances, &rule).await
}
