//! How many bytes of history the executions of a span of time have written.

use sea_orm::entity::prelude::*;

use crate::{OrganizationId, TenantOwned, Timestamp};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "history_size")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// When the span began.
    #[sea_orm(primary_key, auto_increment = false)]
    pub slot: Timestamp,
    /// What is left of them.
    pub bytes: i64,
}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
    const CUSTOMER: Option<Column> = None;
}
