//! The newest call of a flow with a given request id: it makes retries of older ones needless.

use sea_orm::entity::prelude::*;

use crate::{ExecutionId, FlowConfigId, OrganizationId, TenantOwned, Timestamp};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "latest_request")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub flow_config_id: FlowConfigId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub request_id: String,
    pub organization_id: OrganizationId,
    pub execution_id: ExecutionId,
    pub accepted_at: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
    const CUSTOMER: Option<Column> = None;
}
