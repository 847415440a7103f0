//! An instance that is deployed and not paused, for as long as that lasts.

use sea_orm::entity::prelude::*;

use crate::{CustomerId, InstanceId, OrganizationId, TenantOwned, Timestamp};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "enabled_span")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub instance_id: InstanceId,
    pub organization_id: OrganizationId,
    pub customer_id: CustomerId,
    /// The time before is counted.
    pub counted_until: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
    const CUSTOMER: Option<Column> = Some(Column::CustomerId);
}
