//! What an instance used on one day, counted from its executions that ended then.

use sea_orm::entity::prelude::*;

use crate::{CustomerId, InstanceId, InstanceUsageId, OrganizationId, TenantOwned};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "instance_usage")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: InstanceUsageId,
    pub organization_id: OrganizationId,
    pub customer_id: CustomerId,
    pub instance_id: InstanceId,
    /// Days since 1970-01-01 in UTC.
    pub day: i32,
    pub succeeded: i64,
    pub failed: i64,
    pub steps: i64,
    /// Memory times time, in megabytes times microseconds.
    pub mb_micros: i64,
    /// How long it was deployed and not paused.
    pub enabled_micros: i64,
}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
    const CUSTOMER: Option<Column> = Some(Column::CustomerId);
}
