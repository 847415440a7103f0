//! How far executions are counted; there is one row.

use sea_orm::entity::prelude::*;

use crate::Timestamp;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "usage_cursor")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i32,
    /// Executions that ended before are counted.
    pub counted_until: Timestamp,
    /// Counts up when executions after that time are counted out of turn: what was read before is
    /// then not to be added any more.
    pub revision: i64,
}

impl ActiveModelBehavior for ActiveModel {}
