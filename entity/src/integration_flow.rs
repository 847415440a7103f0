//! One flow of an integration's draft or version.

use sea_orm::entity::prelude::*;

use crate::{CustomerId, FlowId, IntegrationId, OrganizationId, TenantOwned};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "integration_flow")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: FlowId,
    pub organization_id: OrganizationId,
    pub customer_id: Option<CustomerId>,
    pub integration_id: IntegrationId,
    /// Place in the definition, from 0.
    pub position: i32,
    pub name: String,
    /// Survives a rename; the name where the definition gives none.
    pub stable_key: String,
    pub description: String,
    pub is_synchronous: bool,
    pub uses_fifo_queue: bool,
    /// `unsecured`, `customer_optional`, `customer_required` or `organization`.
    pub endpoint_security: String,
    pub trigger_component: String,
    pub trigger_key: String,
}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
    const CUSTOMER: Option<Column> = Some(Column::CustomerId);
}
