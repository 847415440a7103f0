//! A configuration variable that an integration's draft or version asks for.

use sea_orm::entity::prelude::*;

use crate::{ConfigVariableId, CustomerId, IntegrationId, OrganizationId, TenantOwned};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "config_variable")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ConfigVariableId,
    pub organization_id: OrganizationId,
    pub customer_id: Option<CustomerId>,
    pub integration_id: IntegrationId,
    /// Place in the definition, from 0.
    pub position: i32,
    /// The name authors and customers see; unique within the integration.
    pub key: String,
    pub stable_key: String,
    pub description: String,
    /// As the definition spells it, for example `string` or `connection`.
    pub data_type: String,
    pub default_value: Option<String>,
    pub org_only: bool,
    /// The stable key of the scoped variable that it stands for.
    pub scoped_key: Option<String>,
    /// The template whose presets it has; see [`crate::connection_template`].
    pub template_reference: Option<String>,
    /// The whole entry of the definition as JSON text.
    #[sea_orm(column_type = "Text")]
    pub definition: String,
}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
    const CUSTOMER: Option<Column> = Some(Column::CustomerId);
}
