//! State that outlives an execution, one row per key: the last writer of a key wins.

use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::{CustomerId, OrganizationId, TenantOwned, Timestamp};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "state_value")]
pub struct Model {
    /// The flow config, instance or version sequence the value belongs to.
    #[sea_orm(primary_key, auto_increment = false)]
    pub owner_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    pub organization_id: OrganizationId,
    /// Null for state that all instances of an integration share.
    pub customer_id: Option<CustomerId>,
    /// As [`crate::payload`] stores values.
    pub value: Vec<u8>,
    pub updated_at: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
    const CUSTOMER: Option<Column> = Some(Column::CustomerId);
}
