//! What all instances of an organization used on one day, those that are gone included.

use sea_orm::entity::prelude::*;

use crate::{OrganizationId, OrganizationUsageId, TenantOwned};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "organization_usage")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OrganizationUsageId,
    pub organization_id: OrganizationId,
    /// Days since 1970-01-01 in UTC.
    pub day: i32,
    pub succeeded: i64,
    pub failed: i64,
    pub steps: i64,
    /// Memory times time, in megabytes times microseconds.
    pub mb_micros: i64,
    /// How long instances were deployed and not paused, all together.
    pub enabled_micros: i64,
}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
    const CUSTOMER: Option<Column> = None;
}
