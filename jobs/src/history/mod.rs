//! Deleting history that has been kept as long as it has to be.
//!
//! *Contents* of an execution are its payload, its answer, its step results, its log and its
//! objects; the *record* is its row, which is kept longer. Ids sort by time, so that what is due of
//! an instance is a range of ids, and the oldest goes first. A mark per instance says how far
//! contents are gone; executions that had not ended by then are remembered on their own.
//!
//! Each transaction deletes a limited number of rows, reads none of their values, and leaves
//! everything in order for whoever comes next: after a crash, or on another node.

mod contents;
mod keys;
mod lines;
mod objects;
mod records;
mod size;
mod space;

use entity::{CustomerId, Db, ExecutionId, Id, InstanceId, OrganizationId, Timestamp};
use sea_orm::sea_query::Value;
use sea_orm::{DatabaseTransaction, DbErr, QueryResult};

use crate::StoreError;
use crate::rows;

pub use contents::{purge_contents, purge_late};
pub use keys::forget_keys;
pub use lines::{days_of_organizations, purge_lines};
pub use objects::remove_objects;
pub use records::purge_records;
pub use size::{begin_of_newest, forget_sizes};
pub use space::give_back;

/// Rows that one transaction deletes: on SQLite, other writers wait for no longer than it takes.
pub const ROWS_MAX: usize = 1_000;

/// Spans of time whose bytes are counted together, in seconds: the measure in which the oldest
/// history goes when there are too many bytes.
pub const SLOT_SECONDS: i64 = 600;

/// What a step result or a log line takes besides its value, indexes included.
pub(crate) const ROW_BYTES: u64 = 400;

/// What the record of an execution takes, indexes included.
pub(crate) const EXECUTION_BYTES: u64 = 800;

/// The span of time that an execution is counted in.
pub(crate) fn slot_of(id: ExecutionId) -> Timestamp {
    begin_of_slot(id.time())
}

fn begin_of_slot(time: Timestamp) -> Timestamp {
    Timestamp(time.0 - time.0.rem_euclid(SLOT_SECONDS * 1_000_000))
}

/// What is to be known of an instance to purge its history.
#[derive(Clone, Debug)]
pub struct Instance {
    pub id: InstanceId,
    pub organization_id: OrganizationId,
    pub customer_id: CustomerId,
    /// Up to here contents are gone.
    pub mark: Option<ExecutionId>,
    /// The oldest execution behind the mark.
    pub oldest_contents: Option<ExecutionId>,
    pub oldest_record: Option<ExecutionId>,
    /// Some executions before the mark had not ended.
    pub has_late: bool,
    /// What its profile says, or else its organization.
    pub contents_days: Option<i32>,
    pub records_days: Option<i32>,
    pub bytes_max: Option<i64>,
}

/// What a transaction left.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Left {
    /// Nothing that is due, or another node is at it.
    Nothing,
    Some,
}

#[derive(Debug, thiserror::Error)]
pub enum PurgeError {
    #[error("the database failed")]
    Database(#[from] DbErr),
    #[error("the payload store failed")]
    Store(#[from] StoreError),
}

/// Instances with an id behind `after`, in the order of ids.
pub async fn instances(
    db: &Db,
    after: Option<InstanceId>,
    count: usize,
) -> Result<Vec<Instance>, DbErr> {
    let of = "FROM \"execution\" WHERE \"execution\".instance_id = \"instance\".id";
    let sql = format!(
        "SELECT \"instance\".id, \"instance\".organization_id, \"instance\".customer_id, \
         \"history_mark\".execution_id AS mark, \
         (SELECT \"execution\".id {of} AND (\"history_mark\".execution_id IS NULL \
         OR \"execution\".id > \"history_mark\".execution_id) \
         ORDER BY \"execution\".id LIMIT 1) AS oldest_contents, \
         (SELECT \"execution\".id {of} ORDER BY \"execution\".id LIMIT 1) AS oldest_record, \
         EXISTS (SELECT 1 FROM \"history_late\" WHERE \"history_late\".instance_id = \
         \"instance\".id) AS has_late, \
         COALESCE(\"instance_profile\".contents_days, \"organization\".contents_days) \
         AS contents_days, \"organization\".records_days, \
         \"organization\".history_bytes_max AS bytes_max \
         FROM \"instance\" JOIN \"organization\" ON \"organization\".id = \
         \"instance\".organization_id LEFT JOIN \"instance_profile\" ON \"instance_profile\".id = \
         COALESCE(\"instance\".profile_id, \"organization\".default_profile_id) \
         LEFT JOIN \"history_mark\" ON \"history_mark\".instance_id = \"instance\".id \
         WHERE \"instance\".id > $1 AND \"instance\".removed_at IS NULL \
         ORDER BY \"instance\".id LIMIT {count}"
    );
    let after = after.unwrap_or(InstanceId(uuid::Uuid::nil()));
    let found = rows::query(db.read(), &sql, vec![after.into()]).await?;
    found.iter().map(Instance::read).collect()
}

impl Instance {
    fn read(row: &QueryResult) -> Result<Self, DbErr> {
        Ok(Self {
            id: row.try_get("", "id")?,
            organization_id: row.try_get("", "organization_id")?,
            customer_id: row.try_get("", "customer_id")?,
            mark: row.try_get("", "mark")?,
            oldest_contents: row.try_get("", "oldest_contents")?,
            oldest_record: row.try_get("", "oldest_record")?,
            has_late: row.try_get("", "has_late")?,
            contents_days: row.try_get("", "contents_days")?,
            records_days: row.try_get("", "records_days")?,
            bytes_max: row.try_get("", "bytes_max")?,
        })
    }

    /// Begins a transaction that has the instance for itself, and in which the mark is where it was
    /// seen; `None` if somebody else is at it.
    async fn begin(&self, db: &Db) -> Result<Option<DatabaseTransaction>, DbErr> {
        let lock = if db.is_sqlite() { "" } else { "FOR UPDATE SKIP LOCKED" };
        let transaction = db.begin().await?;
        let sql =
            format!("SELECT id FROM \"instance\" WHERE id = $1 AND removed_at IS NULL {lock}");
        let mine = rows::query(&transaction, &sql, vec![self.id.into()]).await?;
        let sql = "SELECT execution_id FROM \"history_mark\" WHERE instance_id = $1";
        let mark = rows::query(&transaction, sql, vec![self.id.into()]).await?;
        let mark = mark.first().map(|row| row.try_get_by_index(0)).transpose()?;
        if mine.is_empty() || mark != self.mark {
            transaction.rollback().await?;
            return Ok(None);
        }
        Ok(Some(transaction))
    }
}

/// One column of ids, for `IN (VALUES {rows})`.
fn column(ids: &[ExecutionId]) -> Vec<Vec<Value>> {
    ids.iter().map(|id| vec![(*id).into()]).collect()
}
