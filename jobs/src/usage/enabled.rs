//! How long instances are deployed and not paused: what billing goes by.

use entity::{Db, Ids, InstanceId, Timestamp, enabled_span, instance};
use sea_orm::{DatabaseTransaction, DbErr, QueryResult};

use super::{Counts, DAY_MICROS, Used, add};
use crate::rows;

/// Spans that are counted in one transaction.
const SPANS_AT_ONCE: usize = 500;

/// How old a count may get, in seconds.
const FOLD_SECONDS: i64 = 60 * 60;

const ONCE: &str = "ON CONFLICT DO NOTHING";

const END: &str = "DELETE FROM \"enabled_span\" WHERE instance_id = $1 \
    RETURNING organization_id, customer_id, instance_id, counted_until";

const MOVE: &str = "WITH span (id, counted, now) AS (VALUES {rows}) UPDATE \"enabled_span\" \
    SET counted_until = span.now FROM span WHERE instance_id = span.id AND \
    counted_until = span.counted RETURNING instance_id";

/// To be called in the transaction after which an instance is deployed and not paused, whether or
/// not it was before.
pub async fn enabled(
    transaction: &DatabaseTransaction,
    now: Timestamp,
    row: &instance::Model,
) -> Result<(), DbErr> {
    let span = enabled_span::Model {
        instance_id: row.id,
        organization_id: row.organization_id,
        customer_id: row.customer_id,
        counted_until: now,
    };
    rows::insert::<enabled_span::Entity>(transaction, &[span], ONCE).await
}

/// To be called in the transaction after which an instance is paused or gone.
pub async fn disabled(
    transaction: &DatabaseTransaction,
    ids: &Ids,
    now: Timestamp,
    instance: InstanceId,
) -> Result<(), DbErr> {
    let ended = rows::query(transaction, END, vec![instance.into()]).await?;
    let ended: Vec<_> = ended.iter().map(read).collect::<Result<_, _>>()?;
    let used: Vec<_> = ended.iter().flat_map(|span| days(span, now)).collect();
    add(transaction, ids, now, &used, true).await
}

/// Counts spans that have not been for a while; false if there are no more.
pub async fn fold_enabled(db: &Db, ids: &Ids, now: Timestamp) -> anyhow::Result<bool> {
    let sql = format!(
        "SELECT organization_id, customer_id, instance_id, counted_until FROM \"enabled_span\" \
         WHERE counted_until <= $1 ORDER BY instance_id LIMIT {SPANS_AT_ONCE}"
    );
    let before = now.plus_seconds(-FOLD_SECONDS);
    let spans = rows::query(db.read(), &sql, vec![before.into()]).await?;
    let spans: Vec<_> = spans.iter().map(read).collect::<Result<_, _>>()?;
    if spans.is_empty() {
        return Ok(false);
    }
    let transaction = db.begin().await?;
    let steps: Vec<_> = spans
        .iter()
        .map(|span| vec![span.instance_id.into(), span.counted_until.into(), now.into()])
        .collect();
    let moved = rows::query_with_rows(&transaction, MOVE, &steps).await?;
    let moved: Vec<InstanceId> =
        moved.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, _>>()?;
    let mine = spans.iter().filter(|span| moved.contains(&span.instance_id));
    let used: Vec<_> = mine.flat_map(|span| days(span, now)).collect();
    add(&transaction, ids, now, &used, true).await?;
    transaction.commit().await?;
    Ok(true)
}

fn read(row: &QueryResult) -> Result<enabled_span::Model, DbErr> {
    Ok(enabled_span::Model {
        organization_id: row.try_get_by_index(0)?,
        customer_id: row.try_get_by_index(1)?,
        instance_id: row.try_get_by_index(2)?,
        counted_until: row.try_get_by_index(3)?,
    })
}

/// The time of a span that is not counted, day by day.
fn days(span: &enabled_span::Model, now: Timestamp) -> Vec<Used> {
    let mut days = Vec::new();
    let mut from = span.counted_until.0;
    while from < now.0 {
        let day = from.div_euclid(DAY_MICROS);
        let until = ((day + 1) * DAY_MICROS).min(now.0);
        let counts = Counts { enabled_micros: until - from, ..Counts::default() };
        days.push(Used {
            organization_id: span.organization_id,
            customer_id: span.customer_id,
            instance_id: span.instance_id,
            day: i32::try_from(day).unwrap_or_default(),
            counts,
        });
        from = until;
    }
    days
}
