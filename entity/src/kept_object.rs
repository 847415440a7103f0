//! Objects of a purged execution, and who still needs them.

use sea_orm::entity::prelude::*;

use crate::{CustomerId, ExecutionId, InstanceId, OrganizationId, TenantOwned};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "kept_object")]
pub struct Model {
    /// Whose objects they are.
    #[sea_orm(primary_key, auto_increment = false)]
    pub execution_id: ExecutionId,
    /// An execution that shares them; the execution itself stands for the task of removing them.
    #[sea_orm(primary_key, auto_increment = false)]
    pub holder_id: ExecutionId,
    pub organization_id: OrganizationId,
    pub customer_id: CustomerId,
    pub instance_id: InstanceId,
}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
    const CUSTOMER: Option<Column> = Some(Column::CustomerId);
}
