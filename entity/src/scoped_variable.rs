//! A connection that integrations refer to by a stable key, instead of each having its own.

use sea_orm::entity::prelude::*;

use crate::{CustomerId, OrganizationId, ScopedVariableId, TenantOwned, Timestamp};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "scoped_config_variable")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ScopedVariableId,
    pub organization_id: OrganizationId,
    /// Set where only integrations of one customer can refer to it.
    pub customer_id: Option<CustomerId>,
    /// Among whose keys its own is unique: the customer, or else the organization.
    pub owner_id: Uuid,
    /// The name that people see.
    pub key: String,
    /// What definitions call it; the same for good.
    pub stable_key: String,
    pub description: String,
    pub variable_scope: Scope,
    pub managed_by: Manager,
    pub component_key: String,
    pub connection_key: String,
    /// JSON list of `{name, type, value}`, encrypted: the whole connection, or what all customers
    /// have in common.
    pub sealed_inputs: Option<Vec<u8>>,
    /// Whether it works without anybody's consent.
    pub is_ready: bool,
    /// Only test runs use it.
    pub build_only: bool,
    /// The one to suggest where a component needs a connection.
    pub default_for_component: bool,
    /// Where a browser goes when its user has consented, and when not.
    pub success_url: Option<String>,
    pub failure_url: Option<String>,
    pub last_configured_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
    const CUSTOMER: Option<Column> = Some(Column::CustomerId);
}

/// For whom there is one connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Scope {
    /// For all customers together.
    Org,
    /// For each customer.
    Customer,
}

/// Who fills it in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Manager {
    Org,
    Customer,
}
