//! How a target of deliveries has been doing. Only those that failed have a row.

use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::{OrganizationId, TenantOwned, Timestamp};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "delivery_target")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub target_id: Uuid,
    pub organization_id: OrganizationId,
    /// Failed attempts since the last that did not fail.
    pub failures: i32,
    /// When the first of them was.
    pub failing_since: Timestamp,
    /// Nothing is sent before.
    pub open_until: Option<Timestamp>,
}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
    const CUSTOMER: Option<Column> = None;
}
