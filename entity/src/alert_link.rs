//! Who a monitor or a group tells: groups, users and webhooks, told apart by their ids.

use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::{OrganizationId, TenantOwned};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "alert_link")]
pub struct Model {
    /// A monitor or a group.
    #[sea_orm(primary_key, auto_increment = false)]
    pub owner_id: Uuid,
    /// A group, a user or a webhook.
    #[sea_orm(primary_key, auto_increment = false)]
    pub target_id: Uuid,
    pub organization_id: OrganizationId,
}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
    const CUSTOMER: Option<Column> = None;
}
