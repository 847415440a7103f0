//! Inputs of a kind of connection, set once for all who use the template.

use sea_orm::entity::prelude::*;

use crate::{ConnectionTemplateId, Labels, OrganizationId, TenantOwned, Timestamp};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "connection_template")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ConnectionTemplateId,
    pub organization_id: OrganizationId,
    /// What definitions call it; unique in the organization.
    pub name: String,
    pub component_key: String,
    pub connection_key: String,
    /// The inputs that it sets.
    pub input_keys: Labels,
    /// JSON list of `{name, type, value}`, encrypted.
    pub sealed_presets: Option<Vec<u8>>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}

impl TenantOwned for Entity {
    const ORGANIZATION: Column = Column::OrganizationId;
    const CUSTOMER: Option<Column> = None;

    /// Who builds integrations for a customer sees what they can use.
    fn of_customer(_: crate::CustomerId) -> sea_orm::Condition {
        sea_orm::Condition::all()
    }
}
