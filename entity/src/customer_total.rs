//! How much a customer had of what can be counted on one day.

use sea_orm::entity::prelude::*;

use crate::{CustomerId, CustomerTotalId, OrganizationId, TenantOwned, Timestamp};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "customer_total")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CustomerTotalId,
    pub organization_id: OrganizationId,
    pub customer_id: CustomerId,
    /// Days since 1970-01-01 in UTC.
    pub day: i32,
    /// When it was counted last on that day.
    pub counted_at: Timestamp,
    pub users: i32,
    pub deployed_instances: i32,
    /// Different integrations among them, whatever the version.
    pub deployed_integrations: i32,
    pub workflows: i32,
    pub enabled_workflows: i32,
}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
    const CUSTOMER: Option<Column> = Some(Column::CustomerId);
}
