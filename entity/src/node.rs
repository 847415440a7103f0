//! A running server process and how long the others must believe that it lives.

use sea_orm::entity::prelude::*;

use crate::{NodeId, Timestamp};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "node")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: NodeId,
    pub started_at: Timestamp,
    /// Renewed by a heartbeat; after this instant its work is taken over.
    pub lease_until: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}
