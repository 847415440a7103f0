//! What was entered for a scoped variable: by or for one customer, or for test runs.

use sea_orm::entity::prelude::*;

use crate::{
    CustomerId, CustomerVariableId, OrganizationId, ScopedVariableId, TenantOwned, Timestamp,
};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "customer_config_variable")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CustomerVariableId,
    pub organization_id: OrganizationId,
    /// None for what test runs use.
    pub customer_id: Option<CustomerId>,
    pub scoped_variable_id: ScopedVariableId,
    /// Tells several connections of one customer apart.
    pub key: Option<String>,
    pub is_test: bool,
    /// JSON list of `{name, type, value}`, encrypted; what is not here is as in the scoped variable.
    pub sealed_inputs: Option<Vec<u8>>,
    /// Whether it works without anybody's consent.
    pub is_ready: bool,
    pub last_configured_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
    const CUSTOMER: Option<Column> = Some(Column::CustomerId);
}
