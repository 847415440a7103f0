//! Records of executions: the rows themselves.

use entity::{Db, ExecutionId};

use super::size::Freed;
use super::{EXECUTION_BYTES, Instance, Left, PurgeError, ROWS_MAX};
use crate::rows;

/// Deletes records of executions before `until` whose contents are gone, the oldest first.
pub async fn purge_records(db: &Db, of: &Instance, until: ExecutionId) -> Result<Left, PurgeError> {
    let Some(mark) = of.mark else { return Ok(Left::Nothing) };
    let due = "FROM \"execution\" WHERE instance_id = $1 AND id <= $2 AND id < $3 AND NOT EXISTS \
        (SELECT 1 FROM \"history_late\" WHERE \"history_late\".execution_id = \"execution\".id)";
    let values = || vec![of.id.into(), mark.into(), until.into()];
    let sql = format!("SELECT 1 {due} LIMIT 1");
    if rows::query(db.read(), &sql, values()).await?.is_empty() {
        return Ok(Left::Nothing);
    }
    let Some(transaction) = of.begin(db).await? else { return Ok(Left::Nothing) };
    let sql = format!(
        "DELETE FROM \"execution\" WHERE id IN (SELECT id {due} ORDER BY id LIMIT {ROWS_MAX}) \
         RETURNING id"
    );
    let mut freed = Freed::default();
    for row in rows::query(&transaction, &sql, values()).await? {
        let id: ExecutionId = row.try_get_by_index(0)?;
        freed.add(id, EXECUTION_BYTES);
    }
    freed.write(&transaction, of.organization_id).await?;
    transaction.commit().await?;
    Ok(Left::Some)
}
