//! A file beside the package of a component's version: an icon, or its source.

use sea_orm::entity::prelude::*;

use crate::{ComponentFileId, ComponentId, CustomerId, OrganizationId, TenantOwned, Timestamp};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "component_file")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ComponentFileId,
    pub organization_id: OrganizationId,
    pub customer_id: Option<CustomerId>,
    pub component_id: ComponentId,
    /// `icon`, `source`, `connection-icon` or `connection-avatar`.
    pub kind: String,
    /// The connection it belongs to; empty for the component itself.
    pub name: String,
    pub object: String,
    pub created_at: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
    const CUSTOMER: Option<Column> = Some(Column::CustomerId);
}
