//! The tenant: who builds integrations for customers.

use sea_orm::entity::prelude::*;

use crate::{InstanceProfileId, OrganizationId, TenantOwned, Timestamp};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "organization")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OrganizationId,
    pub name: String,
    /// Of instances that have none of their own.
    pub default_profile_id: Option<InstanceProfileId>,
    /// How long payloads, step results and logs are kept; null for what the installation does.
    pub contents_days: Option<i32>,
    /// How long executions are kept; null for what the installation does.
    pub records_days: Option<i32>,
    /// Bytes of history; beyond that the oldest goes. Null for what the installation does.
    pub history_bytes_max: Option<i64>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const ORGANIZATION: Column = Column::Id;
    const CUSTOMER: Option<Column> = None;

    /// Customer users may read the name of the organization that serves them.
    fn of_customer(_: crate::CustomerId) -> sea_orm::Condition {
        sea_orm::Condition::all()
    }
}
