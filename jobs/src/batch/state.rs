//! State that runs leave, one row per key.

use std::collections::HashMap;

use entity::{Timestamp, log, state_value};
use sea_orm::{DatabaseTransaction, DbErr};
use uuid::Uuid;

use crate::rows;
use crate::writer::{Finish, StateChange};

const READ_STATE: &str = "SELECT owner_id, key, updated_at FROM \"state_value\" \
    WHERE (owner_id, key) IN (VALUES {rows})";

const REMOVE_STATE: &str =
    "DELETE FROM \"state_value\" WHERE (owner_id, key) IN (VALUES {rows}) RETURNING owner_id";

const SET_STATE: &str = "ON CONFLICT (owner_id, key) DO UPDATE SET value = excluded.value, \
    updated_at = excluded.updated_at";

/// Keys are written one run after the other: of two runs in one commit, the later one wins. A run
/// that overwrites what it has not seen says so in its log; these lines come back.
pub(super) async fn change(
    transaction: &DatabaseTransaction,
    finishes: &[&Finish],
) -> Result<Vec<log::Model>, DbErr> {
    let changes = finishes.iter().flat_map(|finish| &finish.state.changes);
    let mut written = written(transaction, changes).await?;
    let mut lines = Vec::new();
    for finish in finishes {
        let state = &finish.state;
        let mut unseen = Vec::new();
        for change in &state.changes {
            let place = (change.owner_id, change.key.clone());
            let before = match &change.value {
                Some(value) => written.insert(place, value.updated_at),
                None => written.remove(&place),
            };
            if before != change.seen {
                unseen.push(change.key.as_str());
            }
        }
        if let Some(line) = state.overwritten.as_ref().filter(|_| !unseen.is_empty()) {
            let message = format!("{} {}", line.message, unseen.join(", "));
            lines.push(log::Model { message, ..line.clone() });
        }
        write(transaction, &state.changes).await?;
    }
    rows::insert::<log::Entity>(transaction, &lines, "").await?;
    Ok(lines)
}

/// When the values of these keys were written last.
async fn written(
    transaction: &DatabaseTransaction,
    changes: impl Iterator<Item = &StateChange>,
) -> Result<HashMap<(Uuid, String), Timestamp>, DbErr> {
    let keys: Vec<_> =
        changes.map(|change| vec![change.owner_id.into(), change.key.as_str().into()]).collect();
    let rows = rows::query_with_rows(transaction, READ_STATE, &keys).await?;
    let row = |row: &sea_orm::QueryResult| {
        let place = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        Ok((place, row.try_get_by_index(2)?))
    };
    rows.iter().map(row).collect()
}

async fn write(transaction: &DatabaseTransaction, changes: &[StateChange]) -> Result<(), DbErr> {
    let set: Vec<_> = changes.iter().filter_map(|change| change.value.clone()).collect();
    let removed = changes.iter().filter(|change| change.value.is_none());
    let removed: Vec<_> =
        removed.map(|change| vec![change.owner_id.into(), change.key.as_str().into()]).collect();
    rows::insert::<state_value::Entity>(transaction, &set, SET_STATE).await?;
    rows::query_with_rows(transaction, REMOVE_STATE, &removed).await.map(drop)
}
