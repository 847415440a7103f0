//! Log lines that belong to no execution: they go by their age alone.

use entity::{Db, LogId};
use sea_orm::DbErr;

use super::{Left, ROWS_MAX};
use crate::rows;

/// For how many days organizations keep contents: every number that one of them has set, and none
/// for those that set nothing.
pub async fn days_of_organizations(db: &Db) -> Result<Vec<Option<i32>>, DbErr> {
    let sql = "SELECT DISTINCT contents_days FROM \"organization\"";
    let found = rows::query(db.read(), sql, Vec::new()).await?;
    found.iter().map(|row| row.try_get_by_index(0)).collect()
}

/// Deletes lines before this one, of the organizations that keep contents for so many days.
pub async fn purge_lines(db: &Db, days: Option<i32>, before: LogId) -> Result<Left, DbErr> {
    let some = format!(
        "SELECT \"log\".id FROM \"log\" JOIN \"organization\" ON \"organization\".id = \
         \"log\".organization_id WHERE \"log\".execution_id IS NULL AND \"log\".id < $1 \
         AND COALESCE(\"organization\".contents_days, -1) = $2 LIMIT {ROWS_MAX}"
    );
    let values = || vec![before.into(), days.unwrap_or(-1).into()];
    if rows::query(db.read(), &some, values()).await?.is_empty() {
        return Ok(Left::Nothing);
    }
    let transaction = db.begin().await?;
    let sql = format!("DELETE FROM \"log\" WHERE id IN ({some})");
    rows::execute(&transaction, &sql, values()).await?;
    transaction.commit().await?;
    Ok(Left::Some)
}
