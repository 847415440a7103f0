//! How far the history of an instance has been purged.

use sea_orm::entity::prelude::*;

use crate::{CustomerId, ExecutionId, InstanceId, OrganizationId, TenantOwned};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "history_mark")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub instance_id: InstanceId,
    pub organization_id: OrganizationId,
    pub customer_id: CustomerId,
    /// Up to here executions have lost their contents, but for those in [`crate::history_late`].
    pub execution_id: ExecutionId,
}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
    const CUSTOMER: Option<Column> = Some(Column::CustomerId);
}
