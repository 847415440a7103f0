//! A URL that flows share: all flows of an instance, or all instances of an integration.

use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::{CustomerId, OrganizationId, TenantOwned, Timestamp};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "endpoint")]
pub struct Model {
    /// The instance, or the version sequence of the integration.
    #[sea_orm(primary_key, auto_increment = false)]
    pub owner_id: Uuid,
    /// It is one of an integration.
    pub is_shared: bool,
    pub organization_id: OrganizationId,
    /// Of an instance, whose it is.
    pub customer_id: Option<CustomerId>,
    /// Last part of the URL: 128 random bits.
    #[sea_orm(unique)]
    pub webhook_id: String,
    pub created_at: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
    const CUSTOMER: Option<Column> = Some(Column::CustomerId);
}
