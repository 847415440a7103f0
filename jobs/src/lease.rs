//! The lease of a node: one row and one heartbeat, whatever the number of its runs.

use entity::{Clock, Db, Ids, NodeId, Timestamp};
use sea_orm::DbErr;

use crate::rows;

/// A node that has not renewed for this long is taken for dead.
const LEASE_SECONDS: i64 = 15;

/// How often a node renews: several times within its lease.
pub const HEARTBEAT_SECONDS: u64 = 3;

/// This process as the others see it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Node {
    pub id: NodeId,
}

impl Node {
    pub const HEARTBEAT: std::time::Duration = std::time::Duration::from_secs(HEARTBEAT_SECONDS);

    /// Registers this process. On SQLite no other can be alive, so their leases end now.
    pub async fn register(db: &Db, clock: &dyn Clock, ids: &Ids) -> Result<Self, DbErr> {
        let node = Self { id: ids.next() };
        let transaction = db.begin().await?;
        if db.is_sqlite() {
            rows::execute(&transaction, "DELETE FROM \"node\"", Vec::new()).await?;
        }
        let now = clock.now();
        let model = entity::node::Model {
            id: node.id,
            started_at: now,
            lease_until: now.plus_seconds(LEASE_SECONDS),
        };
        rows::insert::<entity::node::Entity>(&transaction, &[model], "").await?;
        transaction.commit().await?;
        Ok(node)
    }

    /// Whether any process is registered and not taken for dead.
    pub async fn any(db: &Db, now: Timestamp) -> Result<bool, DbErr> {
        let sql = "SELECT 1 FROM \"node\" WHERE lease_until > $1 LIMIT 1";
        Ok(!rows::query(db.read(), sql, vec![now.into()]).await?.is_empty())
    }

    /// Renews the lease. False if the others have already taken this node for dead: then nothing
    /// that runs here may be written any more, which the fence of each run sees to.
    pub async fn renew(&self, db: &Db, now: Timestamp) -> Result<bool, DbErr> {
        let until = now.plus_seconds(LEASE_SECONDS);
        let transaction = db.begin().await?;
        let sql = "UPDATE \"node\" SET lease_until = $1 WHERE id = $2";
        let renewed = rows::execute(&transaction, sql, vec![until.into(), self.id.into()]).await?;
        transaction.commit().await?;
        Ok(renewed == 1)
    }

    /// Gives up the lease and all work, so that others need not wait for it to run out.
    pub async fn leave(&self, db: &Db) -> Result<(), DbErr> {
        let transaction = db.begin().await?;
        let sql = "UPDATE \"work\" SET node_id = NULL, fence = fence + 1 WHERE node_id = $1";
        rows::execute(&transaction, sql, vec![self.id.into()]).await?;
        let sql = "DELETE FROM \"node\" WHERE id = $1";
        rows::execute(&transaction, sql, vec![self.id.into()]).await?;
        transaction.commit().await
    }
}
