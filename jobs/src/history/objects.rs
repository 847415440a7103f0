//! Objects of purged executions, which later executions may share: a repetition has the payload of
//! what it repeats, and a flow that another one invokes may be given its files.
//!
//! Who shares objects is written down when their execution is purged, and handed on when a sharer
//! is purged itself. Objects nobody shares any more are removed after that is durable.

use entity::{Db, ExecutionId, InstanceId, kept_object};
use sea_orm::{DatabaseTransaction, DbErr};

use super::{Instance, Left, PurgeError, column};
use crate::{PayloadStore, Place, rows};

/// Places that are cleared between two transactions.
const PLACES_AT_ONCE: usize = 100;

/// How an execution names the one it shares with.
const LINKS: [&str; 3] = ["replay_for_id", "retry_for_id", "invoked_by_id"];

const IS_HELD: &str = "SELECT 1 FROM \"kept_object\" WHERE holder_id IN (VALUES {rows}) LIMIT 1";

const RELEASE: &str = "DELETE FROM \"kept_object\" WHERE holder_id IN (VALUES {rows}) \
    AND execution_id <> holder_id RETURNING execution_id";

const REMOVED: &str =
    "DELETE FROM \"kept_object\" WHERE execution_id IN (VALUES {rows}) RETURNING execution_id";

/// Hands what these executions hold on to those that follow them and still have their contents.
pub async fn release(
    transaction: &DatabaseTransaction,
    of: &Instance,
    ids: &[ExecutionId],
    with_objects: &[(ExecutionId, u64)],
) -> Result<(), DbErr> {
    // As its own holder, an execution stands for the removal of its objects.
    let own: Vec<_> = with_objects.iter().map(|(id, _)| kept(of, *id)).collect();
    rows::insert::<kept_object::Entity>(transaction, &own, "ON CONFLICT DO NOTHING").await?;
    let ids = column(ids);
    if rows::query_with_rows(transaction, IS_HELD, &ids).await?.is_empty() {
        return Ok(());
    }
    loop {
        let mut added = 0;
        for link in LINKS {
            added += rows::query_with_rows(transaction, &hand_on(link), &ids).await?.len();
        }
        // Those that hold now may be about to be purged as well.
        if added == 0 {
            break;
        }
    }
    rows::query_with_rows(transaction, RELEASE, &ids).await.map(drop)
}

/// Those that follow a holder by this link become holders, unless their contents are gone.
fn hand_on(link: &str) -> String {
    format!(
        "INSERT INTO \"kept_object\" \
         (execution_id, holder_id, organization_id, customer_id, instance_id) \
         SELECT held.execution_id, follower.id, held.organization_id, held.customer_id, \
         held.instance_id FROM \"kept_object\" AS held \
         JOIN \"execution\" AS follower ON follower.{link} = held.holder_id \
         LEFT JOIN \"history_mark\" AS mark ON mark.instance_id = follower.instance_id \
         WHERE held.holder_id IN (VALUES {{rows}}) AND (mark.execution_id IS NULL \
         OR follower.id > mark.execution_id OR EXISTS (SELECT 1 FROM \"history_late\" \
         WHERE \"history_late\".execution_id = follower.id)) \
         ON CONFLICT DO NOTHING RETURNING holder_id"
    )
}

fn kept(of: &Instance, execution: ExecutionId) -> kept_object::Model {
    kept_object::Model {
        execution_id: execution,
        holder_id: execution,
        organization_id: of.organization_id,
        customer_id: of.customer_id,
        instance_id: of.id,
    }
}

/// Removes objects that nobody holds any more.
pub async fn remove_objects(db: &Db, store: &PayloadStore) -> Result<Left, PurgeError> {
    let sql = format!(
        "SELECT instance_id, execution_id FROM \"kept_object\" AS own \
         WHERE holder_id = execution_id AND NOT EXISTS (SELECT 1 FROM \"kept_object\" AS other \
         WHERE other.execution_id = own.execution_id AND other.holder_id <> own.execution_id) \
         LIMIT {PLACES_AT_ONCE}"
    );
    let found = rows::query(db.read(), &sql, vec![]).await?;
    let mut removed = Vec::with_capacity(found.len());
    for row in &found {
        let instance: InstanceId = row.try_get_by_index(0)?;
        let execution: ExecutionId = row.try_get_by_index(1)?;
        store.remove_all(Place::of_execution(instance, execution)).await?;
        removed.push(execution);
    }
    if removed.is_empty() {
        return Ok(Left::Nothing);
    }
    let transaction = db.begin().await?;
    rows::query_with_rows(&transaction, REMOVED, &column(&removed)).await?;
    transaction.commit().await?;
    Ok(Left::Some)
}
