//! An execution that was due for purging before it had ended.

use sea_orm::entity::prelude::*;

use crate::{CustomerId, ExecutionId, InstanceId, OrganizationId, TenantOwned};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "history_late")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub execution_id: ExecutionId,
    pub organization_id: OrganizationId,
    pub customer_id: CustomerId,
    pub instance_id: InstanceId,
}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
    const CUSTOMER: Option<Column> = Some(Column::CustomerId);
}
