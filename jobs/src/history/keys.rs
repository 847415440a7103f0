//! Names of calls that need not be remembered any longer.

use entity::{Db, Timestamp};
use sea_orm::DbErr;

use super::{Left, ROWS_MAX};
use crate::rows;

/// Forgets names of calls that were made before `keys_before`, and which call of a request id was
/// the newest, if that was before `requests_before`.
pub async fn forget_keys(
    db: &Db,
    keys_before: Timestamp,
    requests_before: Timestamp,
) -> Result<Left, DbErr> {
    let keys = ("idempotency_key", "key", "created_at", keys_before);
    let requests = ("latest_request", "request_id", "accepted_at", requests_before);
    let mut left = Left::Nothing;
    for (table, key, time, before) in [keys, requests] {
        let some = format!(
            "SELECT flow_config_id, {key} FROM \"{table}\" WHERE {time} < $1 LIMIT {ROWS_MAX}"
        );
        if rows::query(db.read(), &some, vec![before.into()]).await?.is_empty() {
            continue;
        }
        let transaction = db.begin().await?;
        let sql = format!("DELETE FROM \"{table}\" WHERE (flow_config_id, {key}) IN ({some})");
        rows::execute(&transaction, &sql, vec![before.into()]).await?;
        transaction.commit().await?;
        left = Left::Some;
    }
    Ok(left)
}
