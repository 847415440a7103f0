//! Bytes of history by organization and time.

use std::collections::BTreeMap;

use entity::{Db, ExecutionId, OrganizationId, Timestamp};
use sea_orm::{DatabaseTransaction, DbErr};

use super::{ROWS_MAX, SLOT_SECONDS, begin_of_slot, slot_of};
use crate::rows;

const SUBTRACT: &str = "WITH freed (organization_id, slot, bytes) AS (VALUES {rows}) \
    UPDATE \"history_size\" SET bytes = \"history_size\".bytes - freed.bytes FROM freed \
    WHERE \"history_size\".organization_id = freed.organization_id \
    AND \"history_size\".slot = freed.slot RETURNING \"history_size\".slot";

/// What one transaction has freed.
#[derive(Debug, Default)]
pub struct Freed(BTreeMap<Timestamp, i64>);

impl Freed {
    pub fn add(&mut self, execution: ExecutionId, bytes: u64) {
        let sum = self.0.entry(slot_of(execution)).or_default();
        *sum = sum.saturating_add(i64::try_from(bytes).unwrap_or(i64::MAX));
    }

    pub async fn write(
        self,
        transaction: &DatabaseTransaction,
        organization: OrganizationId,
    ) -> Result<(), DbErr> {
        let row =
            |(slot, bytes): (Timestamp, i64)| vec![organization.into(), slot.into(), bytes.into()];
        let freed: Vec<_> = self.0.into_iter().map(row).collect();
        rows::query_with_rows(transaction, SUBTRACT, &freed).await.map(drop)
    }
}

/// Where the newest history begins that has no more than `bytes_max` bytes; `None` if all of it
/// has no more. The span of time that goes on is always kept.
pub async fn begin_of_newest(
    db: &Db,
    organization: OrganizationId,
    bytes_max: i64,
    now: Timestamp,
) -> Result<Option<Timestamp>, DbErr> {
    let sql = "SELECT slot, bytes FROM \"history_size\" WHERE organization_id = $1 \
               ORDER BY slot DESC";
    let mut sum = 0_i64;
    for row in rows::query(db.read(), sql, vec![organization.into()]).await? {
        let (slot, bytes): (Timestamp, i64) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        sum = sum.saturating_add(bytes.max(0));
        if sum > bytes_max {
            return Ok(Some(slot.plus_seconds(SLOT_SECONDS).min(begin_of_slot(now))));
        }
    }
    Ok(None)
}

/// Forgets spans of time of which nothing can be left.
pub async fn forget_sizes(
    db: &Db,
    organization: OrganizationId,
    before: Timestamp,
) -> Result<(), DbErr> {
    let found = "SELECT slot FROM \"history_size\" WHERE organization_id = $1 AND slot < $2";
    let values = || vec![organization.into(), before.into()];
    if rows::query(db.read(), &format!("{found} LIMIT 1"), values()).await?.is_empty() {
        return Ok(());
    }
    let transaction = db.begin().await?;
    let sql = format!(
        "DELETE FROM \"history_size\" WHERE (organization_id, slot) IN (SELECT organization_id, \
         slot FROM \"history_size\" WHERE organization_id = $1 AND slot < $2 LIMIT {ROWS_MAX})"
    );
    rows::execute(&transaction, &sql, values()).await?;
    transaction.commit().await
}
