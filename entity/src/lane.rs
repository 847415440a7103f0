//! A lane of the work queue: one flow of one instance. Order, limits and fairness are its matter.

use sea_orm::entity::prelude::*;

use crate::{CustomerId, FlowConfigId, InstanceId, OrganizationId, TenantOwned};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "lane")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: FlowConfigId,
    pub organization_id: OrganizationId,
    pub customer_id: CustomerId,
    pub instance_id: InstanceId,
    /// How many of its executions run at once, in order of arrival; null sets no limit.
    pub concurrency_limit: Option<i32>,
    /// Its instance is paused: what waits goes on waiting.
    pub is_held: bool,
}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
    const CUSTOMER: Option<Column> = Some(Column::CustomerId);
}
