//! Space that deleted rows have left.
//!
//! A file of SQLite keeps free pages for rows to come; what is far beyond that is given back to the
//! disk, a little at a time beside the writer. PostgreSQL does the like by itself: its autovacuum
//! makes the space of deleted rows free for new ones, and gives back only what is free at the end
//! of a table's file.

use entity::Db;
use sea_orm::{ConnectionTrait, DbErr};

use super::Left;
use crate::rows;

/// Free pages that stay in the file, of 4,096 bytes each: what is written next need not ask the
/// disk for room.
const PAGES_KEPT: i64 = 1_000;

/// Pages given back at once: other writers wait for no longer than it takes.
const PAGES_AT_ONCE: i64 = 1_000;

/// Gives some free space back to the disk.
pub async fn give_back(db: &Db) -> Result<Left, DbErr> {
    if !db.is_sqlite() {
        return Ok(Left::Nothing);
    }
    let free = pragma(db, "freelist_count").await?;
    // A file from elsewhere may have been made without the means for this.
    if free <= PAGES_KEPT || pragma(db, "auto_vacuum").await? == 0 {
        return Ok(Left::Nothing);
    }
    let pages = PAGES_AT_ONCE.min(free - PAGES_KEPT);
    let sql = format!("PRAGMA incremental_vacuum({pages})");
    db.writer().execute_unprepared(&sql).await?;
    let is_last = pages < PAGES_AT_ONCE;
    if is_last {
        // The file itself shrinks at a checkpoint; readers that are still at it make it a later one.
        db.writer().execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await?;
    }
    Ok(if is_last { Left::Nothing } else { Left::Some })
}

async fn pragma(db: &Db, name: &str) -> Result<i64, DbErr> {
    let found = rows::query(db.read(), &format!("PRAGMA {name}"), vec![]).await?;
    found.first().map_or(Ok(0), |row| row.try_get_by_index(0))
}
