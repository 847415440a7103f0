//! A named set of input values, which connections of one kind start from.

use sea_orm::entity::prelude::*;

use crate::{ConnectionTemplateId, Labels, OrganizationId, TenantOwned, Timestamp};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "connection_template")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ConnectionTemplateId,
    pub organization_id: OrganizationId,
    /// What definitions call it, among those for the same kind of connection.
    pub name: String,
    pub component_key: String,
    pub connection_key: String,
    /// Component, connection and name with colons between: what [`crate::config_variable`] names.
    pub reference: String,
    /// The inputs that it sets.
    pub input_keys: Labels,
    /// JSON object of texts by the keys of inputs, encrypted.
    pub sealed_presets: Option<Vec<u8>>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
    const CUSTOMER: Option<Column> = None;
}
