//! What a caller named a call by: the same name again means the same call.

use sea_orm::entity::prelude::*;

use crate::{CustomerId, ExecutionId, FlowConfigId, OrganizationId, TenantOwned, Timestamp};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "idempotency_key")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub flow_config_id: FlowConfigId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    pub organization_id: OrganizationId,
    pub customer_id: CustomerId,
    /// What the first call started.
    pub execution_id: ExecutionId,
    pub created_at: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
    const CUSTOMER: Option<Column> = Some(Column::CustomerId);
}
